//! Who calls: an API token or a session cookie, and what the caller may see.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Method, header};
use omegi_model::id::{ProjectId, SecretHash};
use omegi_model::workspace::{Action, Actor, Role, Workspace};

use crate::problem::ApiError;
use crate::state::Api;

/// Name of the session cookie.
pub(crate) const COOKIE: &str = "omegi_session";

/// Whoever makes this request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// As recorded with what it does.
    pub(crate) actor: Actor,
    /// In the installation.
    pub(crate) role: Role,
    /// Projects it may see, with its role there.
    pub(crate) projects: BTreeMap<ProjectId, Role>,
    /// Its session, when it came with the cookie.
    pub(crate) session: Option<SecretHash>,
}

impl Caller {
    /// Whether it may know of the project.
    #[must_use]
    pub(crate) fn may_see(&self, project: ProjectId) -> bool {
        self.projects.contains_key(&project)
    }

    /// Passes if it may do `action` in the project.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`].
    pub(crate) fn must(&self, project: ProjectId, action: Action) -> Result<(), ApiError> {
        let needs = action.needs();
        if self
            .projects
            .get(&project)
            .is_some_and(|role| *role >= needs)
        {
            return Ok(());
        }
        Err(ApiError::Forbidden(format!("this needs the role {needs}")))
    }

    fn of(workspace: &Workspace, actor: Actor, session: Option<SecretHash>) -> Option<Self> {
        let role = workspace.role(actor)?;
        let projects = workspace.visible_projects(actor);
        let projects = projects.map(|(project, role)| (project.id, role)).collect();
        Some(Self {
            actor,
            role,
            projects,
            session,
        })
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let now = api.now();
        if let Some(token) = bearer(&parts.headers) {
            let actor = match api.is_operator_key(token) {
                true => Some(Actor::Operator),
                false => api.workspace().api_caller(token, now).ok(),
            };
            let caller = actor.and_then(|actor| api.read(|it| Caller::of(it, actor, None)));
            return caller.ok_or(ApiError::NotSignedIn);
        }
        let session = cookie(&parts.headers).and_then(|it| api.workspace().session(it, now).ok());
        let (key, session) = session.ok_or(ApiError::NotSignedIn)?;
        let caller = api.read(|it| Caller::of(it, Actor::User(session.user), Some(key)));
        let caller = caller.ok_or(ApiError::NotSignedIn)?;
        // A page of another origin can make a browser send our cookie, but not our Origin.
        let safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if !safe && !api.is_own_origin(&parts.headers) {
            return Err(ApiError::Forbidden(
                "a write with the cookie must carry our Origin".into(),
            ));
        }
        Ok(caller)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
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
        headers.insert(
            header::COOKIE,
            "a=1; omegi_session=omgc_x; b=2".parse().unwrap(),
        );
        assert_eq!(cookie(&headers), Some("omgc_x"));
    }

    #[test]
    fn the_scheme_of_a_token_may_be_written_in_any_case() {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "bearer omgu_1".parse().unwrap());
        assert_eq!(bearer(&headers), Some("omgu_1"));
    }
}
