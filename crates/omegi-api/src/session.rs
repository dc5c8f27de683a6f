//! Signing in and out.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use omegi_model::id::UserId;
use omegi_model::time::UnixNanos;
use omegi_model::workspace::secret::{RANDOM_BYTES, Secret, SecretKind};
use omegi_model::workspace::session::{SessionCommand, SignInMethod};
use omegi_model::workspace::{Actor, Role};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{COOKIE, Caller};
use crate::password;
use crate::problem::{ApiError, Problem};
use crate::state::Api;

const SESSION: Duration = Duration::from_secs(30 * 24 * 3_600);

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, who, sign_out))
        .routes(routes!(follow_link))
        .routes(routes!(ways))
}

/// An e-mail address and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    email: String,
    password: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Null for a token that belongs to nobody.
    user: Option<UserView>,
    /// In the installation.
    role: String,
    /// Projects it may see.
    projects: Vec<SessionProject>,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserView {
    id: String,
    name: String,
    email: Option<String>,
}

/// A project and the caller's role there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionProject {
    slug: String,
    name: String,
    role: String,
}

/// Ways to sign in that this installation offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaysView {
    /// E-mail address and password.
    password: bool,
    /// Identity providers by name, for `/auth/{provider}`.
    providers: Vec<String>,
    /// Nobody owns the installation yet: the console shows a one-time link.
    needs_owner: bool,
}

/// Signs in with a password; sets the session cookie.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "session", request_body = SignInBody,
    responses((status = 200, body = SessionView), (status = "default", body = Problem)),
)]
async fn sign_in(
    State(api): State<Api>,
    headers: HeaderMap,
    Json(body): Json<SignInBody>,
) -> Result<Response, ApiError> {
    if api.is_foreign_origin(&headers) {
        return Err(ApiError::Forbidden("a page of another origin cannot sign in here".into()));
    }
    api.sign_ins().admit(&body.email.trim().to_lowercase())?;
    let known = api.read(|workspace| {
        let user = workspace.user_by_email(&body.email)?;
        Some((user.id, user.password.clone()?))
    });
    let (user, hash) = known.unzip();
    // An unknown address costs as much as a wrong password: the answer's time tells nothing.
    let matches = password::matches(body.password, hash).await?;
    let user = user.filter(|_| matches).ok_or(ApiError::NotSignedIn)?;
    let secret = fresh(&api, SecretKind::Session)?;
    let expires_at = api.now().plus(SESSION.as_nanos() as i64);
    let command = SessionCommand::OpenSession {
        session: secret.hash(),
        user,
        method: SignInMethod::Password,
        expires_at,
    };
    api.execute(Actor::User(user), command).await?;
    let view = api.read(|workspace| session_view(workspace, Actor::User(user)));
    Ok((cookie_header(&api, &secret)?, Json(view)).into_response())
}

/// Who I am.
#[utoipa::path(
    get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = SessionView), (status = "default", body = Problem)),
)]
async fn who(State(api): State<Api>, caller: Caller) -> Json<SessionView> {
    Json(api.read(|workspace| session_view(workspace, caller.actor)))
}

/// How far to sign out.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignOutParams {
    /// In every browser, not only this one.
    #[serde(default)]
    everywhere: bool,
}

/// Signs out, here or everywhere.
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "session", params(SignOutParams),
    responses((status = 204), (status = "default", body = Problem)),
)]
async fn sign_out(
    State(api): State<Api>,
    caller: Caller,
    Query(params): Query<SignOutParams>,
) -> Result<Response, ApiError> {
    if let (true, Actor::User(user)) = (params.everywhere, caller.actor) {
        api.execute(caller.actor, SessionCommand::CloseSessions { user, keep: None }).await?;
    } else if let Some(session) = caller.session {
        api.execute(caller.actor, SessionCommand::CloseSession { session }).await?;
    }
    let gone = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}

/// Ways to sign in that this installation offers.
#[utoipa::path(
    get, path = "/api/v1/session/ways", tag = "session",
    responses((status = 200, body = WaysView)),
)]
async fn ways(State(api): State<Api>) -> Json<WaysView> {
    Json(WaysView {
        password: api.read(|workspace| workspace.users.values().any(|u| u.password.is_some())),
        providers: Vec::new(),
        needs_owner: !api.read(omegi_model::workspace::Workspace::has_owner),
    })
}

/// Signs in by a one-time link, and goes to the first page.
#[utoipa::path(
    get, path = "/auth/link/{code}", tag = "session",
    params(("code" = String, Path, description = "From the link")),
    responses((status = 303, description = "Signed in, or back to the sign-in page")),
)]
async fn follow_link(State(api): State<Api>, Path(code): Path<String>) -> Response {
    match redeem(&api, &code).await {
        Ok(cookie) => (cookie, Redirect::to("/")).into_response(),
        Err(error) => {
            tracing::info!(%error, "a sign-in link opened nothing");
            Redirect::to("/login?error=link").into_response()
        }
    }
}

async fn redeem(api: &Api, code: &str) -> Result<[(header::HeaderName, HeaderValue); 1], ApiError> {
    let link = Secret::parse(code).filter(|secret| secret.kind() == SecretKind::Link);
    let link = link.ok_or(ApiError::NotFound("sign-in link"))?;
    let secret = fresh(api, SecretKind::Session)?;
    let command = SessionCommand::RedeemSignInLink {
        link: link.hash(),
        new_user: api.fresh(UserId::new)?,
        session: secret.hash(),
        expires_at: api.now().plus(SESSION.as_nanos() as i64),
    };
    api.execute(Actor::System, command).await?;
    cookie_header(api, &secret)
}

/// Makes a link that signs `user` in once; without one, the first owner.
///
/// # Errors
/// As a command.
pub async fn issue_link(
    api: &Api,
    user: Option<UserId>,
    lives: Duration,
) -> Result<String, ApiError> {
    let secret = fresh(api, SecretKind::Link)?;
    let expires_at: UnixNanos = api.now().plus(lives.as_nanos() as i64);
    let command = SessionCommand::IssueSignInLink { link: secret.hash(), user, expires_at };
    api.execute(Actor::Operator, command).await?;
    Ok(format!("{}/auth/link/{}", api.public_url(), secret.reveal()))
}

fn fresh(api: &Api, kind: SecretKind) -> Result<Secret, ApiError> {
    api.random::<RANDOM_BYTES>().map(|random| Secret::from_random(kind, random))
}

fn cookie_header(
    api: &Api,
    secret: &Secret,
) -> Result<[(header::HeaderName, HeaderValue); 1], ApiError> {
    let secure = if api.public_url().starts_with("https://") { "; Secure" } else { "" };
    let age = SESSION.as_secs();
    let value = secret.reveal();
    let cookie =
        format!("{COOKIE}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    let mut cookie = HeaderValue::from_str(&cookie).map_err(ApiError::internal)?;
    cookie.set_sensitive(true);
    Ok([(header::SET_COOKIE, cookie)])
}

fn session_view(workspace: &omegi_model::workspace::Workspace, actor: Actor) -> SessionView {
    let user = match actor {
        Actor::User(id) => workspace.users.get(&id),
        _ => None,
    };
    let mut projects: Vec<SessionProject> = workspace
        .visible_projects(actor)
        .map(|(project, role)| SessionProject {
            slug: project.slug.clone(),
            name: project.name.clone(),
            role: role.to_string(),
        })
        .collect();
    projects.sort_by(|a, b| (&a.name, &a.slug).cmp(&(&b.name, &b.slug)));
    SessionView {
        user: user.map(|user| UserView {
            id: user.id.to_string(),
            name: user.name.clone(),
            email: user.email.clone(),
        }),
        role: workspace.role(actor).unwrap_or(Role::Viewer).to_string(),
        projects,
    }
}
