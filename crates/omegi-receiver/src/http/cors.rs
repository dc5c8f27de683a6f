//! Browsers from other origins: off unless origins are configured.

use ::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN,
    VARY,
};
use ::http::{HeaderMap, HeaderValue, StatusCode};
use axum::body::Body;
use axum::response::Response;

use crate::config::RawReceiver;

/// The request's origin if it may send.
pub(super) fn allowed_origin(config: &RawReceiver, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    let text = origin.to_str().ok()?;
    let allowed = config
        .cors_origins
        .iter()
        .any(|known| known == "*" || known == text);
    allowed.then(|| origin.clone())
}

/// 204 without authentication: a browser's preflight never carries credentials.
pub(super) fn preflight(origin: Option<HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if origin.is_some() {
        let headers = response.headers_mut();
        headers.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("POST"),
        );
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(REQUEST_HEADERS),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    }
    decorate(response, origin)
}

/// Lets a page of `origin` read the answer. The origin is echoed, never `*`: `sendBeacon` sends
/// with credentials.
pub(super) fn decorate(mut response: Response, origin: Option<HeaderValue>) -> Response {
    let Some(origin) = origin else {
        return response;
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        HeaderValue::from_static("true"),
    );
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Retry-After"),
    );
    headers.append(VARY, HeaderValue::from_static("Origin"));
    response
}

const REQUEST_HEADERS: &str =
    "content-type, content-encoding, authorization, omegi-token, traceparent";
