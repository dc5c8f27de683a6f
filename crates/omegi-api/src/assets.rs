//! The web UI, embedded in the binary: precompressed, cached for ever by its hashed names.
//!
//! Invariant: a path below `/api`, `/v1` or `/assets` that does not exist is 404, never the page.

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::ApiError;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Bundle;

/// What pages may load: our own origin alone. Styles of positioned rows need inline style.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; \
    form-action 'self'; object-src 'none'";

const PAGE: &str = "index.html";
/// Prefixes that belong to programs: what is missing there is not a page.
const NOT_PAGES: [&str; 5] = ["/api/", "/v1/", "/assets/", "/auth/", "/health/"];

/// Serves the bundle for whatever no other route takes.
pub(crate) fn fallback<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.fallback(serve)
}

async fn serve(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if request.method() != http::Method::GET && request.method() != http::Method::HEAD {
        return ApiError::NotFound("route").into_response();
    }
    let name = path.trim_start_matches('/');
    if !name.is_empty() && name != PAGE && Bundle::get(name).is_some() {
        return file(name, request.headers());
    }
    if NOT_PAGES.iter().any(|prefix| path.starts_with(prefix)) {
        return ApiError::NotFound("route").into_response();
    }
    file(PAGE, request.headers())
}

fn file(name: &str, asked: &HeaderMap) -> Response {
    let Some((content, encoding)) = encoded(name, asked) else {
        return ApiError::Unavailable("this binary was built without the web UI".into())
            .into_response();
    };
    let etag = etag(&content, encoding);
    let immutable = name.starts_with("assets/");
    let unchanged = asked
        .get(header::IF_NONE_MATCH)
        .is_some_and(|sent| sent == etag.as_str());
    let mut response = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => content.data.into_response(),
    };
    let headers = response.headers_mut();
    let cache = if immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    set(headers, header::CACHE_CONTROL, cache);
    set(headers, header::ETAG, &etag);
    set(headers, header::VARY, "accept-encoding");
    set(headers, header::CONTENT_TYPE, content_type(name));
    if let Some(encoding) = encoding {
        set(headers, header::CONTENT_ENCODING, encoding);
    }
    if name == PAGE {
        set(
            headers,
            header::CONTENT_SECURITY_POLICY,
            CONTENT_SECURITY_POLICY,
        );
    }
    response
}

/// The smallest form that the client takes.
fn encoded(name: &str, asked: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = asked
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    let accepts = |encoding: &str| {
        accepted.is_some_and(|list| {
            list.split(',')
                .any(|item| item.trim().starts_with(encoding))
        })
    };
    for (encoding, suffix) in [("br", "br"), ("gzip", "gz")] {
        if accepts(encoding)
            && let Some(file) = Bundle::get(&format!("{name}.{suffix}"))
        {
            return Some((file, Some(encoding)));
        }
    }
    Bundle::get(name).map(|file| (file, None))
}

fn etag(file: &EmbeddedFile, encoding: Option<&str>) -> String {
    let hash: String = file.metadata.sha256_hash()[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hash}{}\"", encoding.unwrap_or_default())
}

fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "webmanifest" => "application/json",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
