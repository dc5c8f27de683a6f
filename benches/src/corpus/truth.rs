//! What a corpus must lead to.

use std::collections::BTreeMap;

use serde::Serialize;

/// What the server must know once everything was sent.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Truth {
    /// Distinct spans.
    pub(crate) spans: u64,
    /// Distinct traces.
    pub(crate) traces: u64,
    /// Requests, repeated ones counted each time.
    pub(crate) requests: u64,
    /// Requests that are sent a second time.
    pub(crate) repeated_requests: u64,
    /// Bytes of all request bodies.
    pub(crate) body_bytes: u64,
    /// What fails; `None` where the corpus does not tell.
    pub(crate) failures: Option<Failures>,
}

/// Error events and issues that must be found, and no others.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Failures {
    /// By trace id in hex: each such trace has exactly one error event.
    pub(crate) by_trace: BTreeMap<String, Failure>,
    /// Distinct issues.
    pub(crate) issues: u64,
}

/// Where a trace failed, and with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    /// `service.name` of the origin.
    pub(crate) service: String,
    /// Type of the innermost exception.
    pub(crate) exception_type: String,
}
