//! HTTP for people and programs: REST, live stream, and the embedded web UI.
//!
//! Knows nothing of how bytes lie on disk.

mod access;
pub mod accounts;
mod assets;
pub mod commands;
mod errors;
mod flow;
mod health;
mod issues;
mod live;
mod openapi;
mod operator;
mod page;
mod problem;
mod projects;
mod query_text;
mod session;
mod state;
mod stats;
mod traces;
mod view;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use http::{HeaderValue, header};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use accounts::{Accounts, Passwords};
pub use commands::{CommandError, Commands};
pub use health::{SharedVitals, Vitals};
pub use problem::ApiError;
pub use session::issue_link;
pub use state::{Api, Parts};

/// Largest body of an API request; telemetry has a limit of its own.
const BODY_BYTES_MAX: usize = 4 << 20;

/// The router of API, live stream and web UI.
pub fn router(api: Api) -> Router {
    let (router, document) = routes().split_for_parts();
    let document = openapi::describe(document);
    let router = router.route(
        "/api/openapi.json",
        get(move || openapi::serve(document.clone())),
    );
    assets::fallback(router)
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(secure))
        .with_state(api)
}

/// The OpenAPI document of this build.
#[must_use]
pub fn document() -> OpenApi {
    openapi::describe(routes().into_openapi())
}

fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(health::routes())
        .merge(session::routes())
        .merge(projects::routes())
        .merge(issues::routes())
        .merge(errors::routes())
        .merge(traces::routes())
        .merge(flow::routes())
        .merge(stats::routes())
        .merge(live::routes())
        .merge(operator::routes())
}

/// Headers that every answer carries.
async fn secure(request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let set = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in set {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if api {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    response
}
