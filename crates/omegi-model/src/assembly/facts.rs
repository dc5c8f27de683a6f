//! What the state reads from a span or a log record: borrowed, complete for every decision after it.
//!
//! The wire views are turned into facts in one place (`wire_facts`), so nothing below knows a format.

use std::borrow::Cow;

use crate::error_event::{ExceptionSource, SpanKind, StatusCode};
use crate::event::NodeKind;
use crate::id::{SpanId, TraceId};
use crate::time::UnixNanos;
use crate::value::{Attributes, Value};

/// Who sent a record, as its resource says; an empty text stands for "not said".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceFacts<'a> {
    /// `service.name`, or `unknown_service`.
    pub service: Cow<'a, str>,
    /// `deployment.environment.name`.
    pub environment: Cow<'a, str>,
    /// `service.version`.
    pub release: Cow<'a, str>,
    /// `host.id`, else the first `host.ip`, else `host.name`: spans of one host share one clock.
    pub host: Cow<'a, str>,
    /// `telemetry.sdk.language`.
    pub language: Cow<'a, str>,
}

/// What a span calls, where it says so and the callee may send nothing itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerFacts<'a> {
    /// What it is.
    pub kind: NodeKind,
    /// `peer.service`, `server.address`, the database or the queue.
    pub name: Cow<'a, str>,
}

/// One recording of an exception.
#[derive(Debug, Clone, PartialEq)]
pub struct ExceptionFacts<'a> {
    /// Where it was found.
    pub source: ExceptionSource,
    /// `exception.type`.
    pub kind: Cow<'a, str>,
    /// `exception.message`.
    pub message: Cow<'a, str>,
    /// `exception.stacktrace`.
    pub stacktrace: Cow<'a, str>,
    /// `exception.escaped`, boolean or text.
    pub escaped: Option<bool>,
    /// When it was recorded; 0 where nobody said.
    pub time: UnixNanos,
    /// `omegi.fingerprint` or `error.fingerprint`.
    pub fingerprint: Option<Value>,
}

/// One span.
#[derive(Debug, Clone)]
pub struct SpanFacts<'a> {
    /// Its id.
    pub span_id: SpanId,
    /// None for a root.
    pub parent: Option<SpanId>,
    /// What the flags say about the parent, if anything.
    pub parent_is_remote: Option<bool>,
    /// Span name.
    pub name: Cow<'a, str>,
    /// Span kind.
    pub kind: SpanKind,
    /// As sent.
    pub start: UnixNanos,
    /// As sent, never before `start`.
    pub end: UnixNanos,
    /// It was exported after it had ended.
    pub ended: bool,
    /// It named itself as parent, and so is a root.
    pub self_parent: bool,
    /// Status code.
    pub status: StatusCode,
    /// Status message.
    pub status_message: Cow<'a, str>,
    /// Who sent it.
    pub source: SourceFacts<'a>,
    /// What it calls; only for CLIENT and PRODUCER.
    pub peer: Option<PeerFacts<'a>>,
    /// Queue or topic; only for CONSUMER.
    pub destination: Cow<'a, str>,
    /// Hash of what exactly is called (URL, statement); 0 where unknown. Tells a retry from a loop.
    pub target: u16,
    /// `error.type`.
    pub error_type: Cow<'a, str>,
    /// `http.response.status_code`; 0 where there is none.
    pub http_status: u16,
    /// gRPC status code; 0 is OK or none.
    pub grpc_status: u8,
    /// Every exception recorded on it.
    pub exceptions: Vec<ExceptionFacts<'a>>,
    /// Spans it links to.
    pub links: Vec<(TraceId, SpanId)>,
    /// Attributes, events and links the SDK says it dropped.
    pub dropped: u32,
    /// All attributes, for marked spans alone (empty for a healthy one: nobody would read them).
    pub attributes: Attributes,
}

impl SpanFacts<'_> {
    /// The span itself failed, whatever was or was not recorded on it.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.status == StatusCode::Error
            || self.exceptions.iter().any(|e| e.escaped == Some(true))
            || (self.kind == SpanKind::Server && (self.http_status >= 500 || self.grpc_failed()))
    }

    /// Something about it belongs in an error event, be it handled or not.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.is_failing() || !self.exceptions.is_empty()
    }

    /// gRPC codes that are the server's fault: unknown, deadline, unimplemented, internal,
    /// unavailable, data loss.
    fn grpc_failed(&self) -> bool {
        matches!(self.grpc_status, 2 | 4 | 12..=15)
    }
}

/// One log record.
#[derive(Debug, Clone)]
pub struct LogFacts<'a> {
    /// Hash of resource, scope, times, ids, body and attributes: equal records are one.
    pub hash: [u8; 16],
    /// The span it names.
    pub span_id: Option<SpanId>,
    /// Who sent it.
    pub source: SourceFacts<'a>,
    /// Time, else observed time, else 0.
    pub time: UnixNanos,
    /// OTLP severity number; 0 where none was given.
    pub severity: u8,
    /// Body as text.
    pub body: Cow<'a, str>,
    /// `exception.*` of the record, if it has any.
    pub exception: Option<ExceptionFacts<'a>>,
    /// `error.type`.
    pub error_type: Cow<'a, str>,
    /// All attributes, for marked records alone.
    pub attributes: Attributes,
}

/// Bytes of a log body that are kept: more is a document, not a message.
const BODY_BYTES_MAX: usize = 32 << 10;

/// Lowest severity number of INFO, WARN and ERROR.
pub(crate) const INFO: u8 = 9;
pub(crate) const ERROR: u8 = 17;

impl LogFacts<'_> {
    /// The record tells of an error: an exception (DEBUG ones are "not an issue" by convention), or
    /// a text at ERROR or above.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        let exception_counts = self.severity == 0 || self.severity >= INFO;
        self.severity >= ERROR || (self.exception.is_some() && exception_counts)
    }

    /// The body as the message of an exception without a type; a stack inside is parsed when read.
    pub(crate) fn text_as_exception(&self) -> ExceptionFacts<'_> {
        let end = self.body.floor_char_boundary(BODY_BYTES_MAX);
        ExceptionFacts {
            source: ExceptionSource::LogBody,
            kind: Cow::Borrowed(""),
            message: Cow::Borrowed(self.body.get(..end).unwrap_or("")),
            stacktrace: Cow::Borrowed(""),
            escaped: None,
            time: self.time,
            fingerprint: None,
        }
    }
}
