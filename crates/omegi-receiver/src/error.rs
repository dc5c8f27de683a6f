//! Why a request is answered with an error: one table of causes, codes and what the client does.

use std::time::Duration;

use ::http::StatusCode;
use omegi_metrics::label_set;

/// A request that stores nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("a valid ingest token is required")]
    Unauthenticated,
    #[error("this token may not send telemetry")]
    Forbidden,
    #[error("no such path: OTLP is taken at /v1/traces, /v1/logs and /v1/metrics")]
    NotFound,
    #[error("only POST is allowed")]
    Method,
    #[error("unsupported content type: send application/x-protobuf or application/json")]
    ContentType,
    #[error("unsupported encoding: send gzip, zstd, deflate or identity")]
    Encoding,
    #[error("request exceeds {0} bytes")]
    TooLarge(usize),
    #[error("{0}")]
    Unreadable(String),
    #[error("request body did not arrive in time")]
    TooSlow,
    #[error("request body ended early")]
    Disconnected,
    #[error("rate limit of the project is reached")]
    Throttled { retry_after: Duration },
    #[error("too many bytes in flight")]
    Overloaded { retry_after: Duration },
    #[error("{reason}")]
    Unavailable {
        reason: &'static str,
        retry_after: Duration,
    },
    #[error("deadline passed before the request was stored")]
    Deadline,
    #[error("internal error")]
    Internal,
}

label_set! {
    /// How a request ended.
    pub(crate) enum Outcome: "outcome" {
        /// Stored whole, or empty.
        Ok => "ok",
        /// Stored in part.
        Partial => "partial",
        /// No or bad credentials.
        Unauthenticated => "unauthenticated",
        /// Known but not allowed.
        Forbidden => "forbidden",
        /// Path, method, type or encoding that we do not serve.
        Unsupported => "unsupported",
        /// Over a limit of size.
        TooLarge => "too_large",
        /// Undecodable.
        Unreadable => "unreadable",
        /// The client was too slow or went away.
        Disconnected => "disconnected",
        /// Over a rate of the project.
        Throttled => "throttled",
        /// Over the budget of bytes in flight.
        Overloaded => "overloaded",
        /// The log did not take it.
        Unavailable => "unavailable",
        /// The client's deadline passed.
        Deadline => "deadline",
        /// A fault of ours.
        Internal => "internal",
    }
}

/// Canonical codes of gRPC, as in `google.rpc.Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Code {
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

impl Failure {
    pub(crate) fn http_status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentType | Self::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable(_) | Self::Disconnected => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Throttled { .. } | Self::Overloaded { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Deadline => StatusCode::GATEWAY_TIMEOUT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Never OUT_OF_RANGE for size: clients would send the same batch again for ever.
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Forbidden => Code::PermissionDenied,
            Self::NotFound | Self::Method | Self::ContentType | Self::Encoding => {
                Code::Unimplemented
            }
            Self::TooLarge(_) => Code::ResourceExhausted,
            Self::Unreadable(_) | Self::Disconnected => Code::InvalidArgument,
            Self::Throttled { .. } | Self::Overloaded { .. } | Self::Unavailable { .. } => {
                Code::Unavailable
            }
            Self::TooSlow | Self::Deadline => Code::DeadlineExceeded,
            Self::Internal => Code::Internal,
        }
    }

    /// When the client should try again; `None` where it must not, or may at once.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after }
            | Self::Overloaded { retry_after }
            | Self::Unavailable { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Unauthenticated => Outcome::Unauthenticated,
            Self::Forbidden => Outcome::Forbidden,
            Self::NotFound | Self::Method | Self::ContentType | Self::Encoding => {
                Outcome::Unsupported
            }
            Self::TooLarge(_) => Outcome::TooLarge,
            Self::Unreadable(_) => Outcome::Unreadable,
            Self::TooSlow | Self::Disconnected => Outcome::Disconnected,
            Self::Throttled { .. } => Outcome::Throttled,
            Self::Overloaded { .. } => Outcome::Overloaded,
            Self::Unavailable { .. } => Outcome::Unavailable,
            Self::Deadline => Outcome::Deadline,
            Self::Internal => Outcome::Internal,
        }
    }
}
