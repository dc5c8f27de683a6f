//! Signing in and out.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use omegi_model::id::UserId;
use omegi_model::workspace::secret::Secret;
use omegi_model::workspace::session::SessionCommand;
use omegi_model::workspace::{Actor, Role};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{COOKIE, Caller};
use crate::accounts::{PasswordError, SESSION_NANOS, SignInError};
use crate::problem::{ApiError, Problem};
use crate::state::Api;

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
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(body): Json<SignInBody>,
) -> Result<Response, ApiError> {
    if api.is_foreign_origin(&headers) {
        return Err(ApiError::Forbidden(
            "a page of another origin cannot sign in here".into(),
        ));
    }
    let signed_in = api
        .accounts()
        .sign_in(&body.email, &body.password, peer.ip())
        .await?;
    let view = api.read(|workspace| session_view(workspace, Actor::User(signed_in.user)));
    Ok((cookie_header(&api, &signed_in.cookie)?, Json(view)).into_response())
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
        api.execute(
            caller.actor,
            SessionCommand::CloseSessions { user, keep: None },
        )
        .await?;
    } else if let Some(session) = caller.session {
        api.execute(caller.actor, SessionCommand::CloseSession { session })
            .await?;
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
async fn follow_link(
    State(api): State<Api>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(code): Path<String>,
) -> Response {
    let opened = match api.accounts().redeem_link(&code, peer.ip()).await {
        Ok(signed_in) => cookie_header(&api, &signed_in.cookie),
        Err(error) => Err(error.into()),
    };
    match opened {
        Ok(cookie) => (cookie, Redirect::to("/")).into_response(),
        Err(error) => {
            tracing::info!(%error, "a sign-in link opened nothing");
            Redirect::to("/login?error=link").into_response()
        }
    }
}

/// Makes a link that signs `user` in once; without one, the first owner.
///
/// # Errors
/// As a command.
pub async fn issue_link(api: &Api, user: Option<UserId>) -> Result<String, ApiError> {
    let secret = api.accounts().issue_link(user).await?;
    Ok(format!(
        "{}/auth/link/{}",
        api.public_url(),
        secret.reveal()
    ))
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Throttled { retry_after_s } => {
                Self::TooMany(Duration::from_secs(retry_after_s))
            }
            SignInError::Wrong => Self::NotSignedIn,
            SignInError::LinkInvalid => Self::NotFound("sign-in link"),
            SignInError::Command(error) => error.into(),
            error @ SignInError::Password(PasswordError::Length) => {
                Self::invalid("password", error.to_string())
            }
            SignInError::Stopping => Self::Unavailable("the server is stopping".into()),
            error => Self::internal(error),
        }
    }
}

fn cookie_header(
    api: &Api,
    secret: &Secret,
) -> Result<[(header::HeaderName, HeaderValue); 1], ApiError> {
    let secure = if api.public_url().starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    let age = SESSION_NANOS / 1_000_000_000;
    let value = secret.reveal();
    let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
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
