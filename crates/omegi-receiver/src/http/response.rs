//! Answers in the request's own encoding, success and failure alike.

use ::http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use ::http::{HeaderValue, StatusCode};
use axum::body::Body;
use axum::response::Response;

use crate::error::Failure;
use crate::formats::otlp::Format;
use crate::partial::Taken;
use crate::proto;

/// 200, never another 2xx.
pub(super) fn taken(taken: &Taken, format: Format) -> Response {
    let body = match format {
        Format::Protobuf => taken.protobuf(),
        Format::Json => taken.json(),
    };
    with_body(StatusCode::OK, body, format)
}

/// A `google.rpc.Status` with what the client needs to do better.
pub(super) fn failed(failure: &Failure, format: Format) -> Response {
    let body = match format {
        Format::Protobuf => proto::status(failure),
        Format::Json => proto::status_json(failure),
    };
    let mut response = with_body(failure.http_status(), body, format);
    let headers = response.headers_mut();
    match failure {
        Failure::Method => {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        Failure::Encoding => {
            let known = HeaderValue::from_static("gzip, zstd, deflate, identity");
            headers.insert(ACCEPT_ENCODING, known);
        }
        Failure::Unauthenticated => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    if let Some(delay) = failure.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(delay.as_secs()));
    }
    response
}

/// The content type has no parameters: the Collector and Go's exporter compare it as a whole.
fn with_body(status: StatusCode, body: Vec<u8>, format: Format) -> Response {
    let content_type = match format {
        Format::Protobuf => "application/x-protobuf",
        Format::Json => "application/json",
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
