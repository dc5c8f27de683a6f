//! The error event: what a failing trace becomes, and what users look at.
//!
//! It holds all that grouping and the error page need, so it outlives the raw spans.

use serde::{Deserialize, Serialize};

use crate::id::{ErrorId, Fingerprint, ProjectId, SpanId, TraceId};
use crate::stack::Frame;
use crate::time::UnixNanos;
use crate::value::Attributes;

/// One failure in one trace (or in one log record without a trace), in its newest revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorEvent {
    /// Hash of project, trace and origin.
    pub id: ErrorId,
    /// From 1; grows by one with each change that is told.
    pub revision: u32,
    /// Older ids this event took the place of, when its origin moved or two turned out to be one.
    pub supersedes: Vec<ErrorId>,
    /// Whose it is; from credentials alone.
    pub project: ProjectId,
    /// None for a log record without a trace.
    pub trace_id: Option<TraceId>,
    /// `deployment.environment.name` of the origin's resource.
    pub environment: Option<String>,
    /// `service.version` of the origin's resource.
    pub release: Option<String>,
    /// When it happened, by the sender's clock (arrival where that clock is unusable).
    pub time: UnixNanos,
    /// When its first mark was appended to the log.
    pub received_at: UnixNanos,
    /// How whole the trace was when this revision was written.
    pub verdict: Verdict,
    /// Where it began.
    pub origin: Origin,
    /// Reached the trace's entry; false: contained or recovered.
    pub escaped: bool,
    /// Every attempt failed but a later one succeeded: context, not an incident.
    pub recovered: bool,
    /// 0 to 1000: how sure this origin is the cause, against its siblings.
    pub score: u32,
    /// Several origins, none clearly the cause.
    pub ambiguous: bool,
    /// The trace's other error events.
    pub siblings: Vec<ErrorId>,
    /// Origin's first, then what it was wrapped in along the path.
    pub exceptions: Vec<Exception>,
    /// From the root to the origin, every span between.
    pub path: Vec<PathSpan>,
    /// Spans left out of the middle of `path` because it was too long.
    pub path_omitted: u32,
    /// Services of the trace and the part each played.
    pub services: Vec<ServiceRole>,
    /// Attributes of the origin's span or log record.
    pub attributes: Attributes,
    /// What made us name this origin, in words, strongest first.
    pub evidence: Vec<String>,
    /// What the group key is made of; history is regrouped from this alone.
    pub grouping: GroupingParts,
    /// Versions of the rules that wrote this revision, such as `trace/1 origin/1 group/1`.
    pub rules: String,
}

/// How whole a trace was when it was judged. A claim about references, not a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The judgement.
    pub state: VerdictState,
    /// Why: `parent_missing`, `root_missing`, `several_roots`, `root_open`, `spans_missing`,
    /// `no_trace`, `limit`; none for `complete` with a trace.
    pub reason: Option<String>,
    /// Parents that spans name and that never came.
    pub missing_parents: Vec<MissingParent>,
    /// Spans seen.
    pub spans: u32,
    /// Spans, events, attributes or links that SDKs say they dropped.
    pub dropped: u32,
}

/// The four judgements of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictState {
    /// One closed root, every parent present, quiet.
    Complete,
    /// Still open.
    Waiting,
    /// Idle and not whole.
    Partial,
    /// Over the limits of the join.
    Truncated,
}

/// A span that others name as parent and that never came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingParent {
    /// Its id.
    pub span_id: SpanId,
    /// Spans that name it, at most 10.
    pub children: Vec<SpanId>,
    /// The service it would be in, where that can be inferred.
    pub service: Option<String>,
}

/// Where an error began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Service name; `remote:<address>` for a callee that sends us nothing.
    pub service: String,
    /// None when only logs tell of it, or it is remote.
    pub span_id: Option<SpanId>,
    /// Span name; None without a span.
    pub operation: Option<String>,
}

/// One exception, however often and wherever it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// `exception.type`, or what the stack text says; empty where neither does.
    #[serde(rename = "type")]
    pub kind: String,
    /// `exception.message`; empty where none was given.
    pub message: String,
    /// The raw text, cut at its limit.
    pub stacktrace: Option<String>,
    /// Innermost call first.
    pub frames: Vec<Frame>,
    /// Index (in `exceptions`) of the exception that this one caused; None for the outermost.
    pub cause_of: Option<u32>,
    /// The innermost span that recorded it.
    pub span_id: Option<SpanId>,
    /// Ways it was recorded, sorted, each once.
    pub sources: Vec<ExceptionSource>,
    /// None: nobody said.
    pub handled: Option<bool>,
    /// How many recordings were merged into this one.
    pub recordings: u32,
}

/// Where an exception was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionSource {
    /// A span event named `exception`.
    SpanEvent,
    /// `exception.*` on the span itself.
    SpanAttributes,
    /// A log record with `exception.*`.
    Log,
    /// A stack inside a log record's text.
    LogBody,
    /// A bare error status.
    Status,
}

impl ExceptionSource {
    /// It tells of a failure and not of a throw.
    #[must_use]
    pub fn is_status(self) -> bool {
        self == Self::Status
    }
}

/// One span between the root and the origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathSpan {
    /// Its id.
    pub span_id: SpanId,
    /// Its parent, as sent.
    pub parent_span_id: Option<SpanId>,
    /// Service name.
    pub service: String,
    /// Span name.
    pub operation: String,
    /// `internal`, `server`, `client`, `producer`, `consumer`.
    pub kind: SpanKind,
    /// As sent.
    pub start: UnixNanos,
    /// As sent, never before `start`.
    pub end: UnixNanos,
    /// `unset`, `ok`, `error`.
    pub status: StatusCode,
}

/// OTLP span kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// Also what an unknown or missing kind is read as.
    Internal,
    /// Serves a request.
    Server,
    /// Makes a request.
    Client,
    /// Sends a message.
    Producer,
    /// Handles a message.
    Consumer,
}

/// OTLP span status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusCode {
    /// Not set.
    Unset,
    /// Set to OK.
    Ok,
    /// Set to ERROR.
    Error,
}

/// The part a service played in a failing trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRole {
    /// Service name.
    pub name: String,
    /// Its part.
    pub role: Role,
}

/// Part of a service in a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It began here.
    Origin,
    /// It passed through here.
    Victim,
    /// In the trace, not in the failure.
    Bystander,
}

/// What a group key is made of, kept with each error event so that history can be regrouped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupingParts {
    /// `omegi.fingerprint` or `error.fingerprint`, as texts; empty without one.
    pub override_parts: Vec<String>,
    /// Origin's service name.
    pub service: String,
    /// Language of the origin's stack or SDK, such as `java`; empty when unknown.
    pub language: String,
    /// Exceptions, innermost first: type, template of the message, frames that count.
    pub exceptions: Vec<GroupingException>,
    /// Span name (`http.route` where known) of the origin.
    pub operation: String,
    /// Span name of the trace's entry: level 3 only.
    pub entry_operation: String,
    /// `error.type` of the origin.
    pub error_type: String,
    /// Template of the status or log text where there is no exception.
    pub status_template: String,
    /// Group key of the algorithm version named in the event's `rules`, before project rules.
    pub key: Option<Fingerprint>,
}

/// One exception as grouping sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupingException {
    /// Type, without generated suffixes.
    #[serde(rename = "type")]
    pub kind: String,
    /// Message with what varies replaced.
    pub template: String,
    /// In-app frames that count, innermost first, normalised: `file|function`.
    pub app_frames: Vec<String>,
    /// Innermost system frames, normalised.
    pub system_frames: Vec<String>,
    /// Only carries another exception (ExecutionException, HTTP client error).
    pub carrier: bool,
}
