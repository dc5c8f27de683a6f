//! Who calls: an API token or a session cookie, and what the caller may see.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Method, header};
use omegi_model::id::{ProjectId, SecretHash};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::secret::{Secret, SecretKind};
use omegi_model::workspace::{Action, Actor, Role, Workspace};

use crate::problem::ApiError;
use crate::state::Api;

/// Name of the session cookie.
pub const COOKIE: &str = "omegi_session";

/// Whoever makes this request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// As recorded with what it does.
    pub actor: Actor,
    /// In the installation.
    pub role: Role,
    /// Projects it may see, with its role there.
    pub projects: BTreeMap<ProjectId, Role>,
    /// Its session, when it came with the cookie.
    pub session: Option<SecretHash>,
}

impl Caller {
    /// Whether it may know of the project.
    #[must_use]
    pub fn may_see(&self, project: ProjectId) -> bool {
        self.projects.contains_key(&project)
    }

    /// Passes if it may do `action` in the project.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`].
    pub fn must(&self, project: ProjectId, action: Action) -> Result<(), ApiError> {
        let needs = action.needs();
        if self.projects.get(&project).is_some_and(|role| *role >= needs) {
            return Ok(());
        }
        Err(ApiError::Forbidden(format!("this needs the role {needs}")))
    }

    fn of(workspace: &Workspace, actor: Actor, session: Option<SecretHash>) -> Option<Self> {
        let role = workspace.role(actor)?;
        let projects = workspace.visible_projects(actor);
        let projects = projects.map(|(project, role)| (project.id, role)).collect();
        Some(Self { actor, role, projects, session })
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let now = api.now();
        if let Some(token) = bearer(&parts.headers) {
            return api
                .read(|workspace| by_token(workspace, token, now))
                .ok_or(ApiError::NotSignedIn);
        }
        let cookie = cookie(&parts.headers).and_then(Secret::parse).ok_or(ApiError::NotSignedIn)?;
        let caller = api
            .read(|workspace| by_cookie(workspace, &cookie, now))
            .ok_or(ApiError::NotSignedIn)?;
        // A page of another origin can make a browser send our cookie, but not our Origin.
        let safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if !safe && !api.is_own_origin(&parts.headers) {
            return Err(ApiError::Forbidden("a write with the cookie must carry our Origin".into()));
        }
        Ok(caller)
    }
}

fn by_token(workspace: &Workspace, token: &str, now: UnixNanos) -> Option<Caller> {
    let secret = Secret::parse(token).filter(|secret| secret.kind() == SecretKind::Api)?;
    let hash = secret.hash();
    let token = workspace.api_tokens.values().find(|token| token.hash == hash)?;
    let alive = token.expires_at.is_none_or(|expires_at| now < expires_at);
    alive.then(|| Caller::of(workspace, Actor::Token(token.id), None)).flatten()
}

fn by_cookie(workspace: &Workspace, cookie: &Secret, now: UnixNanos) -> Option<Caller> {
    let session = workspace.session(cookie).filter(|session| now < session.expires_at)?;
    Caller::of(workspace, Actor::User(session.user), Some(cookie.hash()))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; omegi_session=omgc_x; b=2".parse().unwrap());
        assert_eq!(cookie(&headers), Some("omgc_x"));
    }

    #[test]
    fn the_scheme_of_a_token_may_be_written_in_any_case() {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "bearer omgu_1".parse().unwrap());
        assert_eq!(bearer(&headers), Some("omgu_1"));
    }
}
