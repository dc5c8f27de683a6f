//! Spans, events and log records as they are read back.

use std::sync::Arc;

use omegi_model::error_event::{SpanKind, StatusCode};
use omegi_model::id::{SpanId, TraceId};
use omegi_model::value::{Attributes, Value};
use serde::Deserialize;

use crate::columns::decode::Decoder;
use crate::columns::json;

/// One span.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSpan {
    /// Its id.
    pub span_id: SpanId,
    /// Its parent, as sent.
    pub parent_span_id: Option<SpanId>,
    /// `service.name`.
    pub service: String,
    /// Span name.
    pub operation: String,
    /// Its kind.
    pub kind: SpanKind,
    /// Start, Unix nanoseconds; the arrival where none was sent.
    pub start_ns: i64,
    /// End, never before the start.
    pub end_ns: i64,
    /// Its status.
    pub status: StatusCode,
    /// What the status says.
    pub status_message: Option<String>,
    /// W3C trace state, as sent.
    pub trace_state: Option<String>,
    /// W3C trace flags, and what OTLP adds to them.
    pub flags: u32,
    /// Attributes, events and links that the SDK or we dropped.
    pub dropped: u32,
    /// What is odd about it, such as `end_before_start`.
    pub anomalies: Vec<String>,
    /// When it arrived, Unix nanoseconds.
    pub received_ns: i64,
    /// Its attributes.
    pub attributes: Attributes,
    /// Its events by time.
    pub events: Vec<StoredEvent>,
    /// Its links.
    pub links: Vec<StoredLink>,
    /// Attributes of its resource; shared by the spans of one sender.
    pub resource: Arc<Attributes>,
    /// Its instrumentation scope.
    pub scope: Arc<StoredScope>,
}

/// One event of a span.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// When, Unix nanoseconds.
    pub time_ns: i64,
    /// Its name.
    pub name: String,
    /// Its attributes.
    pub attributes: Attributes,
}

/// A link to another span.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredLink {
    /// The trace it leads to.
    pub trace_id: TraceId,
    /// The span it leads to.
    pub span_id: SpanId,
    /// Its attributes.
    pub attributes: Attributes,
}

/// The library that made a span or log record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredScope {
    /// Its name; may be empty.
    pub name: String,
    /// Its version; may be empty.
    pub version: String,
    /// Its attributes.
    pub attributes: Attributes,
}

/// One log record.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredLog {
    /// When, Unix nanoseconds; the arrival where neither time was sent.
    pub time_ns: i64,
    /// The span it was written in.
    pub span_id: Option<SpanId>,
    /// `service.name`.
    pub service: String,
    /// 1 (trace) to 24 (fatal); 0 when not given.
    pub severity_number: u8,
    /// The level in the sender's own words.
    pub severity_text: Option<String>,
    /// What it says; any kind of value.
    pub body: Option<Value>,
    /// Identifies events among log records.
    pub event_name: Option<String>,
    /// Its attributes.
    pub attributes: Attributes,
    /// Attributes of its resource.
    pub resource: Arc<Attributes>,
}

/// Columns of the table `spans` that a light read needs.
pub(super) fn is_light(column: &str) -> bool {
    matches!(
        column,
        "span_id"
            | "parent_span_id"
            | "service_name"
            | "name"
            | "kind"
            | "start_time"
            | "duration_ns"
            | "status_code"
            | "status_message"
            | "received_at"
    )
}

/// Resources and scopes read before: parsed once for many rows.
#[derive(Debug, Default)]
pub(super) struct Senders<'a> {
    resource: Option<(&'a str, Arc<Attributes>)>,
    scope: Option<(ScopeText<'a>, Arc<StoredScope>)>,
}

/// Name, version and attributes of a scope, as stored.
type ScopeText<'a> = (&'a str, &'a str, &'a str);

impl<'a> Senders<'a> {
    fn resource(&mut self, columns: &Decoder<'a>, row: usize) -> Arc<Attributes> {
        let text = columns.text("resource_attributes", row).unwrap_or_default();
        match &self.resource {
            Some((before, resource)) if *before == text => Arc::clone(resource),
            _ => {
                let resource = Arc::new(object(text));
                self.resource = Some((text, Arc::clone(&resource)));
                resource
            }
        }
    }

    fn scope(&mut self, columns: &Decoder<'a>, row: usize) -> Arc<StoredScope> {
        let text = |name| columns.text(name, row).unwrap_or_default();
        let key = (
            text("scope_name"),
            text("scope_version"),
            text("scope_attributes"),
        );
        match &self.scope {
            Some((before, scope)) if *before == key => Arc::clone(scope),
            _ => {
                let (name, version) = (key.0.to_owned(), key.1.to_owned());
                let scope = Arc::new(StoredScope {
                    name,
                    version,
                    attributes: object(key.2),
                });
                self.scope = Some((key, Arc::clone(&scope)));
                scope
            }
        }
    }
}

/// The span in `row`; events come from another table.
pub(super) fn span<'a>(
    columns: &Decoder<'a>,
    row: usize,
    senders: &mut Senders<'a>,
) -> Option<StoredSpan> {
    let text = |name| columns.text(name, row).unwrap_or_default().to_owned();
    let optional = |name| columns.text(name, row).map(str::to_owned);
    let start_ns = columns.time("start_time", row);
    let anomalies = columns.text("anomalies", row).unwrap_or_default();
    Some(StoredSpan {
        span_id: SpanId::from_slice(columns.id("span_id", row)?)?,
        parent_span_id: columns
            .id("parent_span_id", row)
            .and_then(SpanId::from_slice),
        service: text("service_name"),
        operation: text("name"),
        kind: kind(columns.text("kind", row)),
        start_ns,
        end_ns: start_ns.saturating_add(columns.int("duration_ns", row)),
        status: status(columns.text("status_code", row)),
        status_message: optional("status_message"),
        trace_state: optional("trace_state"),
        flags: u32::try_from(columns.int("flags", row)).unwrap_or(0),
        dropped: u32::try_from(columns.int("dropped", row)).unwrap_or(u32::MAX),
        anomalies: anomalies
            .split(',')
            .filter(|a| !a.is_empty())
            .map(str::to_owned)
            .collect(),
        received_ns: columns.time("received_at", row),
        attributes: columns.attributes(row),
        events: Vec::new(),
        links: links(columns.text("links", row)),
        resource: senders.resource(columns, row),
        scope: senders.scope(columns, row),
    })
}

/// The event in `row`.
pub(super) fn event(columns: &Decoder<'_>, row: usize) -> StoredEvent {
    StoredEvent {
        time_ns: columns.time("time", row),
        name: columns.text("name", row).unwrap_or_default().to_owned(),
        attributes: columns.attributes(row),
    }
}

/// The log record in `row`.
pub(super) fn log<'a>(columns: &Decoder<'a>, row: usize, senders: &mut Senders<'a>) -> StoredLog {
    let optional = |name| columns.text(name, row).map(str::to_owned);
    let body = optional("body").map(|text| match columns.flag("body_is_json", row) {
        true => serde_json::from_str(&text).map_or(Value::Text(text), json::from_json),
        false => Value::Text(text),
    });
    StoredLog {
        time_ns: columns.time("time", row),
        span_id: columns.id("span_id", row).and_then(SpanId::from_slice),
        service: optional("service_name").unwrap_or_default(),
        severity_number: u8::try_from(columns.int("severity_number", row)).unwrap_or(0),
        severity_text: optional("severity_text"),
        body,
        event_name: optional("event_name"),
        attributes: columns.attributes(row),
        resource: senders.resource(columns, row),
    }
}

/// A stored kind; what is missing is `internal`, as on the wire.
pub(super) fn kind(name: Option<&str>) -> SpanKind {
    match name {
        Some("server") => SpanKind::Server,
        Some("client") => SpanKind::Client,
        Some("producer") => SpanKind::Producer,
        Some("consumer") => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

fn status(name: Option<&str>) -> StatusCode {
    match name {
        Some("ok") => StatusCode::Ok,
        Some("error") => StatusCode::Error,
        _ => StatusCode::Unset,
    }
}

fn object(text: &str) -> Attributes {
    let mut attributes = Attributes::new();
    if !text.is_empty() {
        json::read_into(&mut attributes, text);
    }
    attributes
}

fn links(text: Option<&str>) -> Vec<StoredLink> {
    #[derive(Deserialize)]
    struct Link {
        trace_id: TraceId,
        span_id: SpanId,
        attributes: serde_json::Value,
    }
    let links: Vec<Link> = text
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let stored = links.into_iter().map(|link| StoredLink {
        trace_id: link.trace_id,
        span_id: link.span_id,
        attributes: match json::from_json(link.attributes) {
            Value::Map(attributes) => attributes,
            _ => Attributes::new(),
        },
    });
    stored.collect()
}
