//! Alive, ready, and the program's own figures.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::Api;

/// What the program knows about itself; the API only asks.
pub trait Vitals: Send + Sync {
    /// Why it cannot receive and process now; empty when it can.
    fn not_ready(&self) -> Vec<String>;

    /// All metrics as Prometheus text.
    fn metrics(&self) -> String;
}

/// Shared vitals.
pub type SharedVitals = Arc<dyn Vitals>;

/// Answer of the health routes.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok` or `not_ready`.
    status: &'static str,
    /// What is wrong.
    reasons: Vec<String>,
}

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(live))
        .routes(routes!(ready))
        .routes(routes!(metrics))
}

/// The process answers.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, body = Health)))]
async fn live() -> Json<Health> {
    Json(Health {
        status: "ok",
        reasons: Vec::new(),
    })
}

/// Able to receive and process.
#[utoipa::path(
    get, path = "/health/ready", tag = "health",
    responses((status = 200, body = Health), (status = 503, body = Health)),
)]
async fn ready(State(api): State<Api>) -> Response {
    let reasons = api.vitals().not_ready();
    if reasons.is_empty() {
        return Json(Health {
            status: "ok",
            reasons,
        })
        .into_response();
    }
    (
        StatusCode::SERVICE_UNAVAILABLE,
        Json(Health {
            status: "not_ready",
            reasons,
        }),
    )
        .into_response()
}

/// Own metrics, Prometheus text.
#[utoipa::path(get, path = "/metrics", tag = "health", responses((status = 200, body = String)))]
async fn metrics(State(api): State<Api>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], api.vitals().metrics()).into_response()
}
