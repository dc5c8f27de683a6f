//! Everything that can go wrong in the API, and how it is told: RFC 9457 problem documents.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use omegi_model::workspace::Rejection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::RandomError;

/// A refusal or failure. The table is [`ApiError::row`]: status, code, title.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Sign in first.
    #[error("sign in, or send a valid API token")]
    NotSignedIn,
    /// The caller may see this but not do it.
    #[error("{0}")]
    Forbidden(String),
    /// Nothing there, or nothing the caller may see.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A parameter or field is wrong: correct it.
    #[error("{field}: {reason}")]
    Invalid {
        /// Its name as sent.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Somebody changed it meanwhile: fetch it again.
    #[error("{0}")]
    Conflict(String),
    /// Once there, but its details were not kept.
    #[error("{0}")]
    Gone(String),
    /// The body is over the limit.
    #[error("body exceeds {0} bytes")]
    TooLarge(usize),
    /// Too many attempts: wait.
    #[error("too many attempts")]
    TooMany(Duration),
    /// A command that must not be, as things are.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// It would have taken too much time or memory: ask for less.
    #[error("{0}")]
    Limit(String),
    /// Try again later.
    #[error("{0}")]
    Unavailable(String),
    /// Our fault.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A problem document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Always `about:blank`: the code says it all.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The code in words.
    pub(crate) title: &'static str,
    /// HTTP status.
    pub(crate) status: u16,
    /// Stable; user interfaces translate it.
    pub(crate) code: &'static str,
    /// English, for developers.
    pub(crate) detail: String,
    /// The parameter or field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
}

impl ApiError {
    /// A wrong parameter.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            reason: reason.into(),
        }
    }

    /// A failure of ours.
    pub fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(error))
    }

    fn row(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, "not_signed_in", "Not signed in"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found", "Not found"),
            Self::Invalid { .. } => (StatusCode::BAD_REQUEST, "invalid", "Invalid request"),
            Self::Conflict(_) => (StatusCode::CONFLICT, "conflict", "Conflict"),
            Self::Gone(_) => (StatusCode::GONE, "gone", "No longer kept"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Too large"),
            Self::TooMany(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many",
                "Too many attempts",
            ),
            Self::Rejected(rejection) => {
                let (status, title) = match rejection {
                    Rejection::NotFound(_) => (StatusCode::NOT_FOUND, "Not found"),
                    Rejection::Forbidden { .. } => (StatusCode::FORBIDDEN, "Not allowed"),
                    Rejection::Invalid { .. } => (StatusCode::BAD_REQUEST, "Invalid request"),
                    Rejection::Conflict { .. } => (StatusCode::CONFLICT, "Conflict"),
                };
                (status, rejection.code(), title)
            }
            Self::Limit(_) => (StatusCode::UNPROCESSABLE_ENTITY, "limit", "Over a limit"),
            Self::Unavailable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Not available now",
            ),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Internal error",
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Internal(source) = &self {
            tracing::error!(error = %Chain(source.as_ref()), "request failed");
        }
        let (status, code, title) = self.row();
        let retry_after = match &self {
            Self::TooMany(wait) => Some(wait.as_secs().max(1)),
            Self::Unavailable(_) => Some(5),
            _ => None,
        };
        let detail = self.to_string();
        let field = match self {
            Self::Invalid { field, .. } => Some(field),
            _ => None,
        };
        let problem = Problem {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            code,
            detail,
            field,
        };
        let mut response = (status, Json(problem)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<RandomError> for ApiError {
    fn from(error: RandomError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// An error with its causes on one line.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
