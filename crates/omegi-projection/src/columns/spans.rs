//! Rows of the tables `spans` and `span_events`, straight from the wire.

use omegi_model::error_event::{SpanKind, StatusCode};
use omegi_model::wire::{EventRef, LinkRef, SpanRef};

use super::column::{Column, IdColumn, IntColumn, TextColumn, TimeColumn};
use super::json;
use super::sender::SenderColumns;
use super::shred::Shredder;
use super::table::{Table, TableRows};

/// Spans in memory.
#[derive(Debug, Default)]
pub(crate) struct SpanRows {
    trace_id: IdColumn<16>,
    span_id: IdColumn<8>,
    parent_span_id: IdColumn<8>,
    name: TextColumn,
    kind: TextColumn,
    start_time: TimeColumn,
    duration_ns: IntColumn,
    status_code: TextColumn,
    status_message: TextColumn,
    trace_state: TextColumn,
    flags: IntColumn,
    links: TextColumn,
    dropped: IntColumn,
    anomalies: TextColumn,
    received_at: TimeColumn,
    sender: SenderColumns,
    attributes: Shredder,
}

impl SpanRows {
    /// Takes in a span that arrived at `received_at`; `same_sender`: its resource and scope are
    /// those of the span before.
    pub(crate) fn push(&mut self, span: &SpanRef<'_>, received_at: i64, same_sender: bool) {
        let row = self.trace_id.0.len() as u32;
        let start = start_or(span, received_at);
        let (status, message) = span.status();
        self.trace_id.push(Some(span.trace_id().as_bytes()));
        self.span_id.push(Some(span.span_id().as_bytes()));
        self.parent_span_id
            .push(span.parent_span_id().as_ref().map(|id| id.as_bytes()));
        self.name.push(&span.name());
        self.kind.push(kind_name(span.kind()));
        self.start_time.0.push(start);
        self.duration_ns
            .0
            .push(span.end().0.saturating_sub(start).max(0));
        self.status_code.push(status_name(status));
        self.status_message.push_or_null(&message);
        self.trace_state.push_or_null(&span.trace_state());
        self.flags.0.push(i64::from(span.flags()));
        self.links.push_or_null(&links(span.links()));
        self.dropped.0.push(i64::from(span.dropped()));
        let anomalies: Vec<&str> = span
            .anomalies()
            .iter()
            .map(|anomaly| anomaly.name())
            .collect();
        self.anomalies.push_or_null(&anomalies.join(","));
        self.received_at.0.push(received_at);
        match same_sender {
            true => self.sender.repeat(),
            false => self.sender.push(span.resource(), span.scope()),
        }
        for (key, value) in span.attributes() {
            self.attributes.push(row, &key, &value);
        }
    }
}

impl TableRows for SpanRows {
    fn table(&self) -> Table {
        Table::Spans
    }

    fn len(&self) -> usize {
        self.trace_id.0.len()
    }

    fn columns(&self) -> Vec<(&'static str, &dyn Column)> {
        let [service, resource, scope_name, scope_version, scope] = self.sender.columns();
        vec![
            ("trace_id", &self.trace_id),
            ("span_id", &self.span_id),
            ("parent_span_id", &self.parent_span_id),
            service,
            ("name", &self.name),
            ("kind", &self.kind),
            ("start_time", &self.start_time),
            ("duration_ns", &self.duration_ns),
            ("status_code", &self.status_code),
            ("status_message", &self.status_message),
            ("trace_state", &self.trace_state),
            ("flags", &self.flags),
            ("links", &self.links),
            ("dropped", &self.dropped),
            ("anomalies", &self.anomalies),
            ("received_at", &self.received_at),
            resource,
            scope_name,
            scope_version,
            scope,
        ]
    }

    fn attributes(&self) -> Option<&Shredder> {
        Some(&self.attributes)
    }

    fn received(&self) -> &[i64] {
        &self.received_at.0
    }

    fn times(&self) -> &[i64] {
        &self.start_time.0
    }

    fn indexed_ids(&self) -> Option<&[[u8; 16]]> {
        Some(&self.trace_id.0)
    }
}

/// Span events in memory.
#[derive(Debug, Default)]
pub(crate) struct SpanEventRows {
    trace_id: IdColumn<16>,
    span_id: IdColumn<8>,
    service_name: TextColumn,
    span_kind: TextColumn,
    time: TimeColumn,
    name: TextColumn,
    received_at: TimeColumn,
    attributes: Shredder,
}

impl SpanEventRows {
    /// Takes in an event of `span`.
    pub(crate) fn push(&mut self, span: &SpanRef<'_>, event: &EventRef<'_>, received_at: i64) {
        let row = self.trace_id.0.len() as u32;
        self.trace_id.push(Some(span.trace_id().as_bytes()));
        self.span_id.push(Some(span.span_id().as_bytes()));
        self.service_name.push(&span.resource().service_name());
        self.span_kind.push(kind_name(span.kind()));
        let time = match event.time().0 {
            0 => start_or(span, received_at),
            time => time,
        };
        self.time.0.push(time);
        self.name.push(&event.name());
        self.received_at.0.push(received_at);
        for (key, value) in event.attributes() {
            self.attributes.push(row, &key, &value);
        }
    }
}

impl TableRows for SpanEventRows {
    fn table(&self) -> Table {
        Table::SpanEvents
    }

    fn len(&self) -> usize {
        self.trace_id.0.len()
    }

    fn columns(&self) -> Vec<(&'static str, &dyn Column)> {
        vec![
            ("trace_id", &self.trace_id),
            ("span_id", &self.span_id),
            ("service_name", &self.service_name),
            ("span_kind", &self.span_kind),
            ("time", &self.time),
            ("name", &self.name),
            ("received_at", &self.received_at),
        ]
    }

    fn attributes(&self) -> Option<&Shredder> {
        Some(&self.attributes)
    }

    fn received(&self) -> &[i64] {
        &self.received_at.0
    }

    fn times(&self) -> &[i64] {
        &self.time.0
    }

    fn indexed_ids(&self) -> Option<&[[u8; 16]]> {
        Some(&self.trace_id.0)
    }
}

/// A span without a start time happened when it arrived (OTLP rule D7).
fn start_or(span: &SpanRef<'_>, received_at: i64) -> i64 {
    match span.start().0 {
        0 => received_at,
        start => start,
    }
}

/// Links as a JSON array; empty text without any.
fn links<'a>(links: impl Iterator<Item = LinkRef<'a>>) -> String {
    let mut text = String::new();
    for link in links {
        text.push(if text.is_empty() { '[' } else { ',' });
        let attributes = json::of_attributes(link.attributes());
        let attributes = if attributes.is_empty() {
            "{}"
        } else {
            &attributes
        };
        let (trace_id, span_id) = (link.trace_id, link.span_id);
        text.push_str(&format!(
            r#"{{"trace_id":"{trace_id}","span_id":"{span_id}","attributes":{attributes}}}"#
        ));
    }
    if !text.is_empty() {
        text.push(']');
    }
    text
}

/// A span kind as it is stored and shown.
pub(crate) fn kind_name(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    }
}

/// A status as it is stored and shown.
pub(crate) fn status_name(status: StatusCode) -> &'static str {
    match status {
        StatusCode::Unset => "unset",
        StatusCode::Ok => "ok",
        StatusCode::Error => "error",
    }
}
