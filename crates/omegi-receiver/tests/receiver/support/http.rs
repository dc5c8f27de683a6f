//! OTLP/HTTP requests without a socket: straight into the router.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::Bench;
use super::authority::TOKEN;

pub(crate) const PROTOBUF: &str = "application/x-protobuf";
pub(crate) const JSON: &str = "application/json";

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// 200 and not a word more.
    pub(crate) fn is_plain_success(&self) -> bool {
        self.status == StatusCode::OK && (self.body.is_empty() || self.body == "{}")
    }
}

/// A request under construction.
pub(crate) struct Post {
    builder: axum::http::request::Builder,
    body: Body,
}

/// A POST with the test's token.
pub(crate) fn post(path: &str, content_type: &str, body: impl Into<Body>) -> Post {
    bare("POST", path)
        .header("authorization", &format!("Bearer {TOKEN}"))
        .header("content-type", content_type)
        .body(body)
}

/// A request with nothing in it.
pub(crate) fn bare(method: &str, path: &str) -> Post {
    Post {
        builder: Request::builder().method(method).uri(path),
        body: Body::empty(),
    }
}

impl Post {
    /// Sets a header, in place of one that is there.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let headers = self.builder.headers_mut().unwrap();
        let name: axum::http::HeaderName = name.parse().unwrap();
        headers.insert(name, value.parse().unwrap());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.builder.headers_mut().unwrap().remove(name);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn into_request(self) -> Request<Body> {
        self.builder.body(self.body).unwrap()
    }

    pub(crate) async fn send(self, bench: &Bench) -> Answer {
        let response = bench
            .receiver
            .http_router()
            .oneshot(self.into_request())
            .await
            .unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: head.status,
            headers: head.headers,
            body,
        }
    }
}
