//! The JSON that people and programs see of error events, as the contract names it.

use omegi_model::error_event::{
    ErrorEvent, ExceptionSource, MissingParent, PathSpan, Role, Verdict,
};
use omegi_model::stack::Frame;
use omegi_projection::faults::{StoredError, name};
use serde::Serialize;
use utoipa::ToSchema;

/// An error event in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ErrorSummary {
    /// Opaque.
    pub(crate) id: String,
    /// The issue it belongs to, merges applied.
    pub(crate) issue_id: String,
    /// From 1.
    pub(crate) revision: u32,
    /// Ids it took the place of.
    pub(crate) supersedes: Vec<String>,
    /// Null without one.
    pub(crate) trace_id: Option<String>,
    /// Slug.
    pub(crate) project: String,
    /// Exception type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Exception message.
    pub(crate) message: String,
    /// Where it began.
    pub(crate) origin: OriginView,
    /// How whole the trace is.
    pub(crate) verdict: VerdictView,
    /// When it happened, RFC 3339.
    pub(crate) time: String,
    /// Reached the trace's entry.
    pub(crate) escaped: bool,
    /// Environment of the origin.
    pub(crate) environment: Option<String>,
    /// Release of the origin.
    pub(crate) release: Option<String>,
    /// Services on the failing path, origin first.
    pub(crate) services: Vec<ServiceRoleView>,
}

/// Where an error began.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OriginView {
    /// Service name; `remote:<address>` for a callee that sends nothing.
    pub(crate) service: String,
    /// Null when only logs tell of it.
    pub(crate) span_id: Option<String>,
    /// Span name.
    pub(crate) operation: Option<String>,
}

/// How whole a trace was when judged.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct VerdictView {
    /// `complete`, `waiting`, `partial` or `truncated`.
    pub(crate) state: &'static str,
    /// Why.
    pub(crate) reason: Option<String>,
    /// Parents that spans name and that never came.
    pub(crate) missing_parents: Vec<MissingParentView>,
    /// Spans seen.
    pub(crate) spans: u32,
    /// What SDKs say they dropped.
    pub(crate) dropped: u32,
}

/// A span that never came.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MissingParentView {
    /// Its id.
    pub(crate) span_id: String,
    /// Spans that name it.
    pub(crate) children: Vec<String>,
    /// The service it would be in, where that can be inferred.
    pub(crate) service: Option<String>,
}

/// A service and its part in the failure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ServiceRoleView {
    /// Service name.
    pub(crate) name: String,
    /// `origin`, `victim` or `bystander`.
    pub(crate) role: &'static str,
}

/// An error event in full.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ErrorDetail {
    /// The list form.
    #[serde(flatten)]
    pub(crate) summary: ErrorSummary,
    /// When its first mark arrived, RFC 3339.
    pub(crate) received_at: String,
    /// Every attempt failed but a later one succeeded.
    pub(crate) recovered: bool,
    /// 0 to 1: how sure this origin is the cause, against its siblings.
    pub(crate) score: f64,
    /// Several origins, none clearly the cause.
    pub(crate) ambiguous: bool,
    /// The trace's other error events.
    pub(crate) siblings: Vec<String>,
    /// Origin's first.
    pub(crate) exceptions: Vec<ExceptionView>,
    /// From the root to the origin.
    pub(crate) path: Vec<PathSpanView>,
    /// Spans left out of the middle of a very long path.
    pub(crate) path_omitted: u32,
    /// Attributes of the origin's span or log record.
    #[schema(value_type = Object)]
    pub(crate) attributes: serde_json::Value,
    /// What made us name this origin, in words.
    pub(crate) evidence: Vec<String>,
    /// Versions of the rules that judged.
    pub(crate) rules: String,
}

/// One exception.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ExceptionView {
    /// Type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Message.
    pub(crate) message: String,
    /// Raw text.
    pub(crate) stacktrace: Option<String>,
    /// Innermost call first.
    #[schema(value_type = Vec<FrameView>)]
    pub(crate) frames: Vec<Frame>,
    /// Index of the exception this one caused.
    pub(crate) cause_of: Option<u32>,
    /// Span that recorded it.
    pub(crate) span_id: Option<String>,
    /// Where it was found: `span_event`, `span_attributes`, `log`, `log_body`, `status`.
    #[schema(value_type = Vec<String>)]
    pub(crate) sources: Vec<ExceptionSource>,
    /// Null: nobody said.
    pub(crate) handled: Option<bool>,
    /// Recordings merged into this one.
    pub(crate) recordings: u32,
}

/// One call in a stack.
#[derive(ToSchema)]
#[allow(dead_code)] // documents `Frame`, which knows nothing of OpenAPI
pub(crate) struct FrameView {
    function: String,
    module: Option<String>,
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    in_app: bool,
    source: Option<String>,
}

/// One span on the path.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PathSpanView {
    /// Its id.
    pub(crate) span_id: String,
    /// Its parent.
    pub(crate) parent_span_id: Option<String>,
    /// Service name.
    pub(crate) service: String,
    /// Span name.
    pub(crate) operation: String,
    /// `internal`, `server`, `client`, `producer` or `consumer`.
    pub(crate) kind: String,
    /// RFC 3339.
    pub(crate) start: String,
    /// RFC 3339.
    pub(crate) end: String,
    /// `unset`, `ok` or `error`.
    pub(crate) status: String,
}

/// The list form of `stored`, of the project `slug`, in the issue `issue` (merges applied).
#[must_use]
pub(crate) fn summary(stored: &StoredError, issue: impl ToString, slug: &str) -> ErrorSummary {
    let event = &stored.event;
    let (kind, message) = name(event);
    ErrorSummary {
        id: event.id.to_string(),
        issue_id: issue.to_string(),
        revision: event.revision,
        supersedes: event.supersedes.iter().map(ToString::to_string).collect(),
        trace_id: event.trace_id.map(|id| id.to_string()),
        project: slug.to_owned(),
        kind,
        message,
        origin: OriginView {
            service: event.origin.service.clone(),
            span_id: event.origin.span_id.map(|id| id.to_string()),
            operation: event.origin.operation.clone(),
        },
        verdict: verdict(&event.verdict),
        time: event.time.to_string(),
        escaped: event.escaped,
        environment: event.environment.clone(),
        release: event.release.clone(),
        services: services(event),
    }
}

/// The whole of `stored`.
#[must_use]
pub(crate) fn detail(stored: StoredError, issue: impl ToString, slug: &str) -> ErrorDetail {
    let summary = summary(&stored, issue, slug);
    let event = *stored.event;
    ErrorDetail {
        summary,
        received_at: event.received_at.to_string(),
        recovered: event.recovered,
        score: f64::from(event.score) / 1000.0,
        ambiguous: event.ambiguous,
        siblings: event.siblings.iter().map(ToString::to_string).collect(),
        exceptions: event.exceptions.into_iter().map(exception).collect(),
        path: event.path.iter().map(path_span).collect(),
        path_omitted: event.path_omitted,
        attributes: serde_json::to_value(&event.attributes).unwrap_or_default(),
        evidence: event.evidence,
        rules: event.rules,
    }
}

/// A verdict as shown.
#[must_use]
pub(crate) fn verdict(verdict: &Verdict) -> VerdictView {
    use omegi_model::error_event::VerdictState as State;
    let state = match verdict.state {
        State::Complete => "complete",
        State::Waiting => "waiting",
        State::Partial => "partial",
        State::Truncated => "truncated",
    };
    let missing = |parent: &MissingParent| MissingParentView {
        span_id: parent.span_id.to_string(),
        children: parent.children.iter().map(ToString::to_string).collect(),
        service: parent.service.clone(),
    };
    VerdictView {
        state,
        reason: verdict.reason.clone(),
        missing_parents: verdict.missing_parents.iter().map(missing).collect(),
        spans: verdict.spans,
        dropped: verdict.dropped,
    }
}

fn services(event: &ErrorEvent) -> Vec<ServiceRoleView> {
    let view = |service: &omegi_model::error_event::ServiceRole| ServiceRoleView {
        name: service.name.clone(),
        role: match service.role {
            Role::Origin => "origin",
            Role::Victim => "victim",
            Role::Bystander => "bystander",
        },
    };
    event.services.iter().map(view).collect()
}

fn exception(exception: omegi_model::error_event::Exception) -> ExceptionView {
    ExceptionView {
        kind: exception.kind,
        message: exception.message,
        stacktrace: exception.stacktrace,
        frames: exception.frames,
        cause_of: exception.cause_of,
        span_id: exception.span_id.map(|id| id.to_string()),
        sources: exception.sources,
        handled: exception.handled,
        recordings: exception.recordings,
    }
}

fn path_span(span: &PathSpan) -> PathSpanView {
    PathSpanView {
        span_id: span.span_id.to_string(),
        parent_span_id: span.parent_span_id.map(|id| id.to_string()),
        service: span.service.clone(),
        operation: span.operation.clone(),
        kind: text(&span.kind),
        start: span.start.to_string(),
        end: span.end.to_string(),
        status: text(&span.status),
    }
}

/// A unit variant as its JSON text.
pub(crate) fn text(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}
