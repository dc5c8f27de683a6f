//! One line per trace: what lists of traces show.

use std::collections::BTreeSet;

use super::announced::Announced;
use crate::assembly::{Flags, TraceState, id_of};
use crate::error_event::{SpanKind, Verdict};
use crate::event::TraceSummary;
use crate::time::UnixNanos;

/// Service names listed per trace.
const SERVICES_MAX: usize = 200;

/// The trace as judged; `None` for a log record without a trace, or a trace without any record.
#[must_use]
pub fn summarise(
    state: &TraceState,
    announced: &Announced,
    verdict: &Verdict,
    revision: u32,
) -> Option<TraceSummary> {
    let trace_id = state.key.trace_id()?;
    let root = state.spans.iter().min_by_key(|span| {
        let kind = state.operations.get(span.operation).kind;
        let entry = matches!(kind, SpanKind::Server | SpanKind::Consumer);
        (span.parent != 0, !entry, span.start, span.id)
    });
    let operation = root.map(|root| state.operations.get(root.operation));
    let mut services: BTreeSet<&str> = BTreeSet::new();
    services.extend(
        state
            .operations
            .items()
            .iter()
            .map(|op| state.service_of(op.source)),
    );
    services.extend(
        state
            .log_marks
            .iter()
            .map(|mark| state.service_of(mark.source)),
    );
    let logged = || state.log_marks.iter().map(|mark| mark.recording.time);
    let starts = state.spans.iter().map(|span| span.start);
    let ends = state.spans.iter().map(|span| span.end);
    let errors = state
        .spans
        .iter()
        .filter(|span| span.flags.has(Flags::MARKED))
        .count();
    Some(TraceSummary {
        project: state.project,
        trace_id,
        revision,
        verdict: verdict.clone(),
        root_span_id: root.and_then(|root| id_of(root.id)),
        root_service: operation
            .map_or("", |op| state.service_of(op.source))
            .to_owned(),
        root_operation: operation
            .map_or("", |op| state.texts.get(op.name))
            .to_owned(),
        start: starts
            .min()
            .or_else(|| logged().min())
            .unwrap_or(UnixNanos(0)),
        end: ends
            .max()
            .or_else(|| logged().max())
            .unwrap_or(UnixNanos(0)),
        first_arrival: state.first_arrival,
        last_arrival: state.last_arrival,
        spans: state.spans.len() as u32,
        errors: errors as u32,
        services: services
            .into_iter()
            .take(SERVICES_MAX)
            .map(str::to_owned)
            .collect(),
        error_ids: announced.live().collect(),
    })
}
