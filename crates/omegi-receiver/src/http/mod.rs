//! OTLP over HTTP: `POST /v1/traces`, `/v1/logs` and `/v1/metrics`, protobuf or JSON.

pub(crate) mod body;
mod cors;
mod response;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use ::http::{HeaderMap, Method, Request};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use axum::routing::any;
use omegi_model::envelope::Encoding;
use omegi_model::wire::json::RequestKind;

use crate::auth::authenticate;
use crate::error::Failure;
use crate::formats::otlp::{Format, Incoming};
use crate::intake::Intake;
use crate::metrics::Transport;
use crate::partial::Taken;
use response::{failed, taken};

/// The three paths under the configured prefix, with and without a slash at the end.
pub(crate) fn router(intake: Arc<Intake>) -> Router {
    let prefix = intake.config.http_prefix.clone();
    let kinds = [
        ("traces", RequestKind::Traces),
        ("logs", RequestKind::Logs),
        ("metrics", RequestKind::Metrics),
    ];
    let mut router = Router::new();
    for (name, kind) in kinds {
        for end in ["", "/"] {
            let intake = Arc::clone(&intake);
            let handler = any(move |request| answer(intake, kind, request));
            router = router.route(&format!("{prefix}/v1/{name}{end}"), handler);
        }
    }
    router
}

/// The answer to any other path.
pub(crate) async fn not_found(request: Request<Body>) -> Response {
    failed(
        &Failure::NotFound,
        format_of(request.headers()).unwrap_or(Format::Protobuf),
    )
}

async fn answer(intake: Arc<Intake>, kind: RequestKind, request: Request<Body>) -> Response {
    let origin = cors::allowed_origin(&intake.config, request.headers());
    if request.method() == Method::OPTIONS && !intake.config.cors_origins.is_empty() {
        return cors::preflight(origin);
    }
    let format = format_of(request.headers());
    let result = receive(&intake, kind, request).await;
    intake.count_request(Transport::Http, &result);
    let format = format.unwrap_or(Format::Protobuf);
    let response = match &result {
        Ok(outcome) => taken(outcome, format),
        Err(failure) => failed(failure, format),
    };
    cors::decorate(response, origin)
}

/// Judges head, then reads the body, then stores it.
async fn receive(
    intake: &Arc<Intake>,
    kind: RequestKind,
    request: Request<Body>,
) -> Result<Taken, Failure> {
    let (head, body) = request.into_parts();
    if head.method != Method::POST {
        return Err(Failure::Method);
    }
    let peer = peer(&head.extensions);
    let grant = authenticate(&*intake.authority, &head.headers, peer)?;
    let format = format_of(&head.headers).ok_or(Failure::ContentType)?;
    let encoding = encoding_of(&head.headers)?;
    let announced = announced_length(&head.headers);
    let limit = usize::try_from(intake.config.wire_bytes_max).unwrap_or(usize::MAX);
    if announced.is_some_and(|length| length > intake.config.wire_bytes_max) {
        return Err(Failure::TooLarge(limit));
    }
    let mut permit = intake.admission.admit(&grant, announced.unwrap_or(0))?;
    let body = body::read(body, limit, &mut permit, &intake.config).await?;
    intake
        .take(
            grant,
            permit,
            Incoming {
                kind,
                format,
                encoding,
                body,
            },
            None,
        )
        .await
}

/// Parameters and case are ignored.
fn format_of(headers: &HeaderMap) -> Option<Format> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let media_type = text.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/x-protobuf") {
        Some(Format::Protobuf)
    } else if media_type.eq_ignore_ascii_case("application/json") {
        Some(Format::Json)
    } else {
        None
    }
}

fn encoding_of(headers: &HeaderMap) -> Result<Encoding, Failure> {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    let Some(value) = values.next() else {
        return Ok(Encoding::Identity);
    };
    if values.next().is_some() {
        return Err(Failure::Encoding);
    }
    match value
        .to_str()
        .unwrap_or("?")
        .trim()
        .to_ascii_lowercase()
        .as_str()
    {
        "" | "identity" => Ok(Encoding::Identity),
        "gzip" => Ok(Encoding::Gzip),
        "zstd" => Ok(Encoding::Zstd),
        "deflate" | "zlib" => Ok(Encoding::Deflate),
        _ => Err(Failure::Encoding),
    }
}

fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The address the request came from, where the server told it.
pub(crate) fn peer(extensions: &::http::Extensions) -> Option<IpAddr> {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip())
}
