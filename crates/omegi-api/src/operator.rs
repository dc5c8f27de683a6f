//! What the operator's commands ask of the running server.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use omegi_model::workspace::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::problem::{ApiError, Problem};
use crate::session::issue_link;
use crate::state::Api;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(replay))
        .routes(routes!(sign_in_link))
}

/// Which read model to rebuild.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayBody {
    /// Its name, or `all`.
    projection: String,
}

/// Whom to let in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkBody {
    /// E-mail address of an account.
    email: String,
}

/// A link that signs in once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkView {
    url: String,
}

/// Empties a read model and rebuilds it from the log while the rest serves; owners only.
#[utoipa::path(
    post, path = "/api/v1/replay", tag = "operator", request_body = ReplayBody,
    responses(
        (status = 202, description = "Emptied; it reads the log again"),
        (status = "default", body = Problem),
    ),
)]
async fn replay(
    State(api): State<Api>,
    caller: Caller,
    Json(body): Json<ReplayBody>,
) -> Result<StatusCode, ApiError> {
    must_own(&caller)?;
    let all = body.projection == "all";
    let chosen: Vec<_> = api
        .replayers()
        .iter()
        .filter(|replayer| all || replayer.name() == body.projection)
        .collect();
    if chosen.is_empty() {
        let names: Vec<_> = api
            .replayers()
            .iter()
            .map(|replayer| replayer.name())
            .collect();
        let reason = format!("one of {}, all", names.join(", "));
        return Err(ApiError::invalid("projection", reason));
    }
    for replayer in chosen {
        replayer.replay().await.map_err(ApiError::internal)?;
    }
    Ok(StatusCode::ACCEPTED)
}

/// Makes a link that signs somebody in once; owners only.
#[utoipa::path(
    post, path = "/api/v1/sign-in-links", tag = "operator", request_body = LinkBody,
    responses((status = 201, body = LinkView), (status = "default", body = Problem)),
)]
async fn sign_in_link(
    State(api): State<Api>,
    caller: Caller,
    Json(body): Json<LinkBody>,
) -> Result<(StatusCode, Json<LinkView>), ApiError> {
    must_own(&caller)?;
    let user = api.read(|workspace| workspace.user_by_email(&body.email).map(|user| user.id));
    let user = user.ok_or(ApiError::NotFound("user"))?;
    let url = issue_link(&api, Some(user)).await?;
    Ok((StatusCode::CREATED, Json(LinkView { url })))
}

fn must_own(caller: &Caller) -> Result<(), ApiError> {
    match caller.role {
        Role::Owner => Ok(()),
        _ => Err(ApiError::Forbidden("this needs the role owner".into())),
    }
}
