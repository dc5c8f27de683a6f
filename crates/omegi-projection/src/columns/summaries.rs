//! Rows of the tables `traces` and `service_edges`.

use omegi_model::event::{NodeKind, ServiceCalls, TraceSummary};

use super::column::{Column, FlagColumn, IdColumn, IntColumn, TextColumn, TimeColumn};
use super::errors::verdict_name;
use super::shred::Shredder;
use super::table::{Table, TableRows};

/// Traces as last judged, in memory.
#[derive(Debug, Default)]
pub(crate) struct TraceRows {
    trace_id: IdColumn<16>,
    revision: IntColumn,
    verdict: TextColumn,
    verdict_reason: TextColumn,
    root_span_id: IdColumn<8>,
    root_service: TextColumn,
    root_operation: TextColumn,
    start_time: TimeColumn,
    duration_ns: IntColumn,
    span_count: IntColumn,
    error_count: IntColumn,
    services: TextColumn,
    error_ids: TextColumn,
    received_at: TimeColumn,
    pub(super) dead: Vec<u32>,
}

impl TraceRows {
    /// Takes in a judgement; returns its row.
    pub(crate) fn push(&mut self, trace: &TraceSummary) -> u32 {
        let row = self.trace_id.0.len() as u32;
        self.trace_id.push(Some(trace.trace_id.as_bytes()));
        self.revision.0.push(i64::from(trace.revision));
        self.verdict.push(verdict_name(trace.verdict.state));
        self.verdict_reason
            .push_option(trace.verdict.reason.as_deref());
        self.root_span_id
            .push(trace.root_span_id.as_ref().map(|id| id.as_bytes()));
        self.root_service.push(&trace.root_service);
        self.root_operation.push(&trace.root_operation);
        self.start_time.0.push(trace.start.0);
        self.duration_ns.0.push(trace.end.since(trace.start).max(0));
        self.span_count.0.push(i64::from(trace.spans));
        self.error_count.0.push(i64::from(trace.errors));
        self.services.push(&json_list(trace.services.iter()));
        self.error_ids
            .push_or_null(&match trace.error_ids.is_empty() {
                true => String::new(),
                false => json_list(trace.error_ids.iter().map(ToString::to_string)),
            });
        self.received_at.0.push(trace.last_arrival.0);
        row
    }
}

impl TableRows for TraceRows {
    fn table(&self) -> Table {
        Table::Traces
    }

    fn len(&self) -> usize {
        self.trace_id.0.len()
    }

    fn columns(&self) -> Vec<(&'static str, &dyn Column)> {
        vec![
            ("trace_id", &self.trace_id),
            ("revision", &self.revision),
            ("verdict", &self.verdict),
            ("verdict_reason", &self.verdict_reason),
            ("root_span_id", &self.root_span_id),
            ("root_service", &self.root_service),
            ("root_operation", &self.root_operation),
            ("start_time", &self.start_time),
            ("duration_ns", &self.duration_ns),
            ("span_count", &self.span_count),
            ("error_count", &self.error_count),
            ("services", &self.services),
            ("error_ids", &self.error_ids),
            ("received_at", &self.received_at),
        ]
    }

    fn attributes(&self) -> Option<&Shredder> {
        None
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

    fn dead(&self) -> &[u32] {
        &self.dead
    }
}

/// Calls between services in memory: counts of one minute, to be summed.
#[derive(Debug, Default)]
pub(crate) struct EdgeRows {
    time: TimeColumn,
    from_service: TextColumn,
    to_service: TextColumn,
    to_kind: TextColumn,
    by_link: FlagColumn,
    requests: IntColumn,
    errors: IntColumn,
    durations: TextColumn,
    last_seen: TimeColumn,
    received_at: TimeColumn,
}

impl EdgeRows {
    /// Takes in counts that were told at `received_at`.
    pub(crate) fn push(&mut self, calls: &ServiceCalls, received_at: i64) {
        self.time.0.push(calls.minute.0);
        self.from_service.push_or_null(&calls.from);
        self.to_service.push(&calls.to);
        self.to_kind.push(match calls.to_kind {
            NodeKind::Service => "service",
            NodeKind::Database => "database",
            NodeKind::Queue => "queue",
            NodeKind::External => "external",
        });
        self.by_link.0.push(calls.by_link);
        self.requests
            .0
            .push(i64::try_from(calls.requests).unwrap_or(i64::MAX));
        self.errors
            .0
            .push(i64::try_from(calls.errors).unwrap_or(i64::MAX));
        self.durations
            .push(&serde_json::to_string(&calls.durations).unwrap_or_default());
        self.last_seen.0.push(calls.last_seen.0);
        self.received_at.0.push(received_at);
    }
}

impl TableRows for EdgeRows {
    fn table(&self) -> Table {
        Table::ServiceEdges
    }

    fn len(&self) -> usize {
        self.time.0.len()
    }

    fn columns(&self) -> Vec<(&'static str, &dyn Column)> {
        vec![
            ("time", &self.time),
            ("from_service", &self.from_service),
            ("to_service", &self.to_service),
            ("to_kind", &self.to_kind),
            ("by_link", &self.by_link),
            ("requests", &self.requests),
            ("errors", &self.errors),
            ("durations", &self.durations),
            ("last_seen", &self.last_seen),
            ("received_at", &self.received_at),
        ]
    }

    fn attributes(&self) -> Option<&Shredder> {
        None
    }

    fn received(&self) -> &[i64] {
        &self.received_at.0
    }

    fn times(&self) -> &[i64] {
        &self.time.0
    }

    fn indexed_ids(&self) -> Option<&[[u8; 16]]> {
        None
    }
}

fn json_list(items: impl Iterator<Item = impl serde::Serialize>) -> String {
    serde_json::to_string(&items.collect::<Vec<_>>()).unwrap_or_default()
}
