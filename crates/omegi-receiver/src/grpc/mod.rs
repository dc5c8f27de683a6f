//! OTLP over gRPC: the three `Export` methods, spoken directly on HTTP/2.
//!
//! All of them are unary, and we keep the message as the client compressed it, so the framing is
//! read here (see docs/adr/0003): five bytes and a message in, five bytes, a message and trailers
//! out.

mod frame;
mod response;
mod timeout;

use std::sync::Arc;

use ::http::header::CONTENT_TYPE;
use ::http::{HeaderMap, Method, Request};
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use omegi_model::envelope::Encoding;
use omegi_model::wire::json::RequestKind;
use tokio::time::Instant;

use crate::auth::authenticate;
use crate::error::Failure;
use crate::formats::otlp::{Format, Incoming};
use crate::http::peer;
use crate::intake::Intake;
use crate::metrics::Transport;
use crate::partial::Taken;

/// Answers every path; unknown ones as gRPC wants it.
pub(crate) fn router(intake: Arc<Intake>) -> Router {
    Router::new().fallback(move |request| answer(intake, request))
}

async fn answer(intake: Arc<Intake>, request: Request<Body>) -> Response {
    if !is_grpc(request.headers()) {
        return response::not_grpc();
    }
    let result = receive(&intake, request).await;
    intake.count_request(Transport::Grpc, &result);
    match &result {
        Ok(taken) => response::taken(taken),
        Err(failure) => response::failed(failure),
    }
}

async fn receive(intake: &Arc<Intake>, request: Request<Body>) -> Result<Taken, Failure> {
    let (head, body) = request.into_parts();
    let kind = method_of(head.uri.path()).ok_or(Failure::NotFound)?;
    if head.method != Method::POST {
        return Err(Failure::Method);
    }
    let grant = authenticate(&*intake.authority, &head.headers, peer(&head.extensions))?;
    let deadline = timeout::of(&head.headers).map(|timeout| Instant::now() + timeout);
    let compression = compression_of(&head.headers)?;
    let permit = intake.admission.admit(&grant, 0)?;
    let work = async {
        let mut permit = permit;
        let message = frame::read(body, &mut permit, &intake.config).await?;
        let encoding = if message.is_compressed {
            compression
        } else {
            Encoding::Identity
        };
        let incoming = incoming(kind, encoding, message.bytes);
        intake.take(grant, permit, incoming, deadline).await
    };
    match deadline {
        None => work.await,
        Some(deadline) => tokio::time::timeout_at(deadline, work)
            .await
            .unwrap_or(Err(Failure::Deadline)),
    }
}

fn incoming(kind: RequestKind, encoding: Encoding, body: Bytes) -> Incoming {
    Incoming {
        kind,
        format: Format::Protobuf,
        encoding,
        body,
    }
}

fn method_of(path: &str) -> Option<RequestKind> {
    match path.strip_prefix("/opentelemetry.proto.collector.")? {
        "trace.v1.TraceService/Export" => Some(RequestKind::Traces),
        "logs.v1.LogsService/Export" => Some(RequestKind::Logs),
        "metrics.v1.MetricsService/Export" => Some(RequestKind::Metrics),
        _ => None,
    }
}

/// `application/grpc`, alone or with `+proto` or parameters.
fn is_grpc(headers: &HeaderMap) -> bool {
    let text = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let text = text.to_ascii_lowercase();
    let rest = text.strip_prefix("application/grpc");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("+proto") || rest.starts_with(';'))
}

fn compression_of(headers: &HeaderMap) -> Result<Encoding, Failure> {
    let Some(value) = headers.get("grpc-encoding") else {
        return Ok(Encoding::Identity);
    };
    match value
        .to_str()
        .unwrap_or("?")
        .trim()
        .to_ascii_lowercase()
        .as_str()
    {
        "identity" => Ok(Encoding::Identity),
        "gzip" => Ok(Encoding::Gzip),
        "zstd" => Ok(Encoding::Zstd),
        _ => Err(Failure::Encoding),
    }
}
