//! From the rows of a trace to its spans: repeats united, the way to the errors first.

use std::collections::{HashMap, HashSet};

use arrow::array::RecordBatch;
use omegi_model::error_event::{SpanKind, StatusCode};
use omegi_model::id::SpanId;

use super::TracePage;
use super::row::{self, Senders, StoredLog, StoredSpan};
use crate::columns::decode::Decoder;
use crate::columns::status_name;

/// One page of the spans in `batches`, and how many there are without repeats.
///
/// Order: spans that failed or lie above one that did, then the others; each by start and id.
pub(super) fn spans(batches: &[RecordBatch], page: TracePage) -> (usize, Vec<StoredSpan>) {
    let columns: Vec<Decoder<'_>> = batches.iter().map(Decoder::new).collect();
    let mut chosen = unique(batches, &columns);
    let on_path = error_path(&chosen);
    chosen.sort_by_key(|span| (!on_path.contains(&span.span_id), span.start, span.span_id));
    let total = chosen.len();
    let mut senders = Senders::default();
    let page = chosen.iter().skip(page.after).take(page.limit);
    let spans = page.filter_map(|span| row::span(&columns[span.batch], span.row, &mut senders));
    (total, spans.collect())
}

/// Gives each event to its span, repeats left out, ordered by time.
pub(super) fn add_events(spans: &mut [StoredSpan], batches: &[RecordBatch]) {
    let mut of_span: HashMap<(SpanId, &str), Vec<(SpanKind, row::StoredEvent)>> = HashMap::new();
    let columns: Vec<Decoder<'_>> = batches.iter().map(Decoder::new).collect();
    for (batch, columns) in batches.iter().zip(&columns) {
        for row in 0..batch.num_rows() {
            let id = columns.id("span_id", row).and_then(SpanId::from_slice);
            let service = columns.text("service_name", row).unwrap_or_default();
            let kind = row::kind(columns.text("span_kind", row));
            if let Some(id) = id {
                let events = of_span.entry((id, service)).or_default();
                events.push((kind, row::event(columns, row)));
            }
        }
    }
    for span in spans {
        let events = of_span.get(&(span.span_id, span.service.as_str()));
        let own = events
            .into_iter()
            .flatten()
            .filter(|(kind, _)| *kind == span.kind);
        for (_, event) in own {
            if !span.events.contains(event) {
                span.events.push(event.clone());
            }
        }
        span.events.sort_by_key(|event| event.time_ns);
    }
}

/// The log records in `batches` by time, repeats left out.
pub(super) fn logs(batches: &[RecordBatch], limit: usize) -> Vec<StoredLog> {
    let mut senders = Senders::default();
    let columns: Vec<Decoder<'_>> = batches.iter().map(Decoder::new).collect();
    let mut places: Vec<(i64, usize, usize)> = Vec::new();
    for (index, batch) in batches.iter().enumerate() {
        let times = (0..batch.num_rows()).map(|row| (columns[index].time("time", row), index, row));
        places.extend(times);
    }
    places.sort_unstable();
    let mut logs: Vec<StoredLog> = Vec::new();
    for (time, index, row) in places {
        let log = row::log(&columns[index], row, &mut senders);
        let same_time = logs.iter().rev().take_while(|known| known.time_ns == time);
        if !same_time.clone().any(|known| *known == log) {
            logs.push(log);
        }
        if logs.len() >= limit {
            break;
        }
    }
    logs
}

/// What is needed of a span to choose and order it.
struct Skeleton {
    batch: usize,
    row: usize,
    span_id: SpanId,
    parent: Option<SpanId>,
    start: i64,
    duration: i64,
    failed: bool,
}

/// Each span once: of repeats the one that ended last, the earlier stored of equal ones.
fn unique(batches: &[RecordBatch], columns: &[Decoder<'_>]) -> Vec<Skeleton> {
    let mut known: HashMap<(SpanId, &str, &str, i64), usize> = HashMap::new();
    let mut spans: Vec<Skeleton> = Vec::new();
    for (batch, columns) in columns.iter().enumerate() {
        for row in 0..batches.get(batch).map_or(0, RecordBatch::num_rows) {
            let Some(span) = skeleton(columns, batch, row) else {
                continue;
            };
            let text = |name| columns.text(name, row).unwrap_or_default();
            let key = (span.span_id, text("service_name"), text("kind"), span.start);
            match known.get(&key).and_then(|index| spans.get_mut(*index)) {
                Some(before) if before.duration < span.duration => *before = span,
                Some(_) => {}
                None => {
                    known.insert(key, spans.len());
                    spans.push(span);
                }
            }
        }
    }
    spans
}

fn skeleton(columns: &Decoder<'_>, batch: usize, row: usize) -> Option<Skeleton> {
    Some(Skeleton {
        batch,
        row,
        span_id: SpanId::from_slice(columns.id("span_id", row)?)?,
        parent: columns
            .id("parent_span_id", row)
            .and_then(SpanId::from_slice),
        start: columns.time("start_time", row),
        duration: columns.int("duration_ns", row),
        failed: columns.text("status_code", row) == Some(status_name(StatusCode::Error)),
    })
}

/// Ids of failed spans and of all spans above them.
fn error_path(spans: &[Skeleton]) -> HashSet<SpanId> {
    let parents: HashMap<SpanId, SpanId> = spans
        .iter()
        .filter_map(|span| Some((span.span_id, span.parent?)))
        .collect();
    let mut path = HashSet::new();
    for span in spans.iter().filter(|span| span.failed) {
        let mut at = Some(span.span_id);
        // Ends at a span seen before, so a ring of parents ends too.
        while let Some(id) = at.filter(|id| path.insert(*id)) {
            at = parents.get(&id).copied();
        }
    }
    path
}
