//! What the pipelines derive from telemetry, as records of the derived log.
//!
//! One record holds one [`Event`]; [`encode`] writes the newest version, [`decode`] reads all.

use serde::{Deserialize, Serialize};

use crate::codec::{self, DecodeError};
use crate::error_event::{ErrorEvent, Verdict};
use crate::id::{ErrorId, ProjectId, SpanId, TraceId};
use crate::time::UnixNanos;

/// A fact derived from telemetry, in the past tense.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// First announcement of an error event.
    ErrorDetected {
        /// Revision 1.
        error: Box<ErrorEvent>,
    },
    /// The same failure, better known.
    ErrorRevised {
        /// Revision 2 or more; names in `supersedes` the ids it replaces.
        error: Box<ErrorEvent>,
        /// What differs from the revision before.
        changed: Vec<Aspect>,
    },
    /// Later spans show that there was no failure after all.
    ErrorWithdrawn {
        /// Whose.
        project: ProjectId,
        /// Which.
        id: ErrorId,
        /// The revision that withdraws it.
        revision: u32,
        /// Where its link leads now, if anywhere.
        into: Option<ErrorId>,
        /// Log time of the withdrawal.
        at: UnixNanos,
    },
    /// Traces judged since the record before.
    TracesAssembled {
        /// One summary a trace and judgement.
        traces: Vec<TraceSummary>,
    },
    /// Calls between services counted since the record before.
    ServiceCallsObserved {
        /// One row per project, minute, edge and operation.
        calls: Vec<ServiceCalls>,
    },
}

/// What a revision changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Where it began.
    Origin,
    /// How it travelled.
    Path,
    /// The verdict on the trace.
    Completeness,
    /// What was thrown.
    Exception,
    /// The services' parts.
    ServiceFlow,
    /// Escaped or contained.
    Escape,
    /// The group it belongs to.
    Group,
}

/// One trace as judged; a later one of the same trace replaces it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceSummary {
    /// Whose.
    pub project: ProjectId,
    /// Which.
    pub trace_id: TraceId,
    /// From 1.
    pub revision: u32,
    /// How whole.
    pub verdict: Verdict,
    /// The root, or the earliest entry where there is none.
    pub root_span_id: Option<SpanId>,
    /// Its service.
    pub root_service: String,
    /// Its name.
    pub root_operation: String,
    /// Earliest start, as sent.
    pub start: UnixNanos,
    /// Latest end, as sent.
    pub end: UnixNanos,
    /// Log time of the first record.
    pub first_arrival: UnixNanos,
    /// Log time of the last record.
    pub last_arrival: UnixNanos,
    /// Spans.
    pub spans: u32,
    /// Spans with an error mark.
    pub errors: u32,
    /// Service names, sorted.
    pub services: Vec<String>,
    /// Error events of the trace.
    pub error_ids: Vec<ErrorId>,
}

/// Calls from one service to another within one minute of event time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceCalls {
    /// Whose.
    pub project: ProjectId,
    /// Start of the minute, by the callee's span (the caller's where there is none).
    pub minute: UnixNanos,
    /// Caller; empty for an entry from outside.
    pub from: String,
    /// Callee.
    pub to: String,
    /// What the callee is.
    pub to_kind: NodeKind,
    /// By parent and child, or by a span link.
    pub by_link: bool,
    /// Calls.
    pub requests: u64,
    /// Of them failed.
    pub errors: u64,
    /// Duration histogram: (upper bound in ms as a power of 2^(1/4), count), sorted, no zero counts.
    pub durations: Vec<(u16, u64)>,
    /// Latest end of a call.
    pub last_seen: UnixNanos,
}

/// What a node of the service flow is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Sends telemetry itself.
    Service,
    /// Inferred from a client span with `db.*`.
    Database,
    /// Inferred from `messaging.*`.
    Queue,
    /// Any other callee that sends nothing.
    External,
}

/// The bytes of `event` as a record of the derived log.
#[must_use]
pub fn encode(event: &Event) -> Vec<u8> {
    codec::to_bytes(event)
}

/// Reads what [`encode`] of this or any older build wrote.
///
/// # Errors
/// [`DecodeError`]: the record is damaged or from a newer build.
pub fn decode(record: &[u8]) -> Result<Event, DecodeError> {
    codec::from_bytes(record)
}
