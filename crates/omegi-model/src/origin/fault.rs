//! Faults: the spans that tell of an error, with what they say about it.

use std::collections::BTreeMap;

use super::forest::{Forest, Node};
use crate::assembly::{ERROR, Flags, LogMark, SpanMark};
use crate::exception::cancelled::is_cancellation;
use crate::exception::reading::{Reading, Recorded, readings};
use crate::time::UnixNanos;

/// What an error event's id is made of: the span that began it, or the log record where there is
/// no span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum FaultKey {
    Span(u64),
    Log([u8; 16]),
}

/// A span with an error mark.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) node: u32,
    pub(crate) key: FaultKey,
    /// It failed; false where it only recorded what it handled.
    pub(crate) failing: bool,
    /// What it says, the explanation first; never empty.
    pub(crate) readings: Vec<Reading>,
    /// Log time of its first record.
    pub(crate) received: UnixNanos,
    pub(crate) error_type: String,
    pub(crate) status_message: String,
    pub(crate) http_status: u16,
    /// A JSON object; empty without attributes.
    pub(crate) attributes: String,
    /// Log records on it that tell of errors.
    pub(crate) logs: u32,
}

impl Fault {
    /// It says that something failed and not what was thrown.
    pub(crate) fn is_bare(&self) -> bool {
        self.readings.iter().all(|reading| reading.report)
    }

    pub(crate) fn primary(&self) -> Option<&Reading> {
        self.readings.first()
    }
}

/// All faults of the forest, ascending by node; cancelled work is none.
pub(crate) fn faults(forest: &Forest<'_>) -> Vec<Fault> {
    let logs = logs_by_span(forest);
    let mut faults: Vec<Fault> = Vec::new();
    for (node, at) in forest.nodes.iter().zip(0..) {
        let mark = node.span.and_then(|span| mark_of(forest, span));
        let on_it = match (node.id, node.log) {
            (0, Some(log)) => forest
                .state
                .log_marks
                .get(log as usize)
                .into_iter()
                .collect(),
            (id, _) => logs.get(&id).cloned().unwrap_or_default(),
        };
        let on_it = if owns_logs(forest, at) {
            on_it
        } else {
            Vec::new()
        };
        if mark.is_some() || !on_it.is_empty() {
            faults.push(fault(forest, at, node, mark, &on_it));
        }
    }
    fold_spanless(forest, &mut faults);
    faults.retain(|fault| !is_cancelled(fault));
    faults
}

fn mark_of<'f>(forest: &'f Forest<'_>, span: u32) -> Option<&'f SpanMark> {
    let marks = &forest.state.span_marks;
    let at = marks.binary_search_by(|mark| mark.span.cmp(&span)).ok()?;
    marks.get(at)
}

fn logs_by_span<'f>(forest: &'f Forest<'_>) -> BTreeMap<u64, Vec<&'f LogMark>> {
    let mut logs: BTreeMap<u64, Vec<&LogMark>> = BTreeMap::new();
    for mark in forest
        .state
        .log_marks
        .iter()
        .filter(|mark| mark.span_id != 0)
    {
        logs.entry(mark.span_id).or_default().push(mark);
    }
    logs
}

/// Where client and server share an id, the records belong to the one of the record's service;
/// here simply: to the deeper one, which is the serving one.
fn owns_logs(forest: &Forest<'_>, at: u32) -> bool {
    let Some(node) = forest.node(at) else {
        return false;
    };
    !forest
        .tree
        .children(at)
        .iter()
        .filter_map(|&child| forest.node(child))
        .any(|child| child.id == node.id)
}

fn fault(
    forest: &Forest<'_>,
    at: u32,
    node: &Node,
    mark: Option<&SpanMark>,
    logs: &[&LogMark],
) -> Fault {
    let text = |id| forest.text(id);
    let failing = node.flags.has(Flags::FAILING);
    let own = mark
        .iter()
        .flat_map(|mark| &mark.recordings)
        .map(|recording| (recording, None));
    let logged = logs.iter().map(|log| (&log.recording, Some(log.severity)));
    let recorded: Vec<Recorded<'_>> = own
        .chain(logged)
        .map(|(recording, severity)| Recorded {
            recording,
            kind: text(recording.kind),
            message: text(recording.message),
            stack: text(recording.stack),
            fingerprint: text(recording.fingerprint),
            severity,
        })
        .collect();
    let language = text(forest.state.sources.get(node.source).language);
    let mut readings = readings(&recorded, failing, language);
    let error_type = mark.map_or(0, |mark| mark.error_type);
    let error_type = logs
        .iter()
        .map(|log| log.error_type)
        .chain([error_type])
        .max_by_key(|&id| text(id))
        .unwrap_or(0);
    let status_message = mark.map_or("", |mark| text(mark.status_message));
    let http_status = mark.map_or(0, |mark| mark.http_status);
    if readings.is_empty() {
        let said = match (
            status_message.is_empty(),
            http_status,
            mark.map_or(0, |m| m.grpc_status),
        ) {
            (false, ..) | (true, 0, 0) => status_message.to_owned(),
            (true, 0, grpc) => format!("gRPC status {grpc}"),
            (true, http, _) => format!("HTTP status {http}"),
        };
        readings.push(Reading::of_status(text(error_type), &said, node.end));
    }
    let received = logs
        .iter()
        .map(|log| log.received)
        .chain(mark.map(|mark| mark.received))
        .min();
    let log_attributes = logs
        .iter()
        .map(|log| log.attributes)
        .max_by_key(|&id| text(id));
    Fault {
        node: at,
        key: match (
            node.id,
            node.log
                .and_then(|log| forest.state.log_marks.get(log as usize)),
        ) {
            (0, Some(log)) => FaultKey::Log(log.hash),
            (id, _) => FaultKey::Span(id),
        },
        failing: failing || logs.iter().any(|log| log.severity >= ERROR),
        readings,
        received: received.unwrap_or(forest.state.first_arrival),
        error_type: text(error_type).to_owned(),
        status_message: status_message.to_owned(),
        http_status,
        attributes: text(
            mark.map(|mark| mark.attributes)
                .or(log_attributes)
                .unwrap_or(0),
        )
        .to_owned(),
        logs: logs.len() as u32,
    }
}

/// A log record without a span that tells of a throw which a span (or another such record)
/// recorded too adds nothing but a source.
fn fold_spanless(forest: &Forest<'_>, faults: &mut Vec<Fault>) {
    let is_spanless = |fault: &Fault| matches!(fault.key, FaultKey::Log(_));
    let words = |reading: &Reading| {
        let outermost = reading.outermost().cloned().unwrap_or_default();
        (outermost.kind, outermost.message, reading.report)
    };
    let (spanless, mut kept): (Vec<Fault>, Vec<Fault>) = faults.drain(..).partition(is_spanless);
    let mut known: BTreeMap<(String, String, bool), (usize, usize)> = BTreeMap::new();
    for (fault, at) in kept.iter().zip(0..) {
        for (reading, n) in fault.readings.iter().zip(0..) {
            known.entry(words(reading)).or_insert((at, n));
        }
    }
    for fault in spanless {
        let Some(reading) = fault.primary() else {
            continue;
        };
        match known.get(&words(reading)).copied() {
            Some((at, n)) => {
                if let Some(target) = kept.get_mut(at).and_then(|fault| fault.readings.get_mut(n)) {
                    target.sources.extend(&reading.sources);
                    target.recordings += reading.recordings;
                }
                if let Some(target) = kept.get_mut(at) {
                    target.received = target.received.min(fault.received);
                    target.logs += fault.logs;
                    target.failing |= fault.failing;
                }
            }
            None => {
                known.insert(words(reading), (kept.len(), 0));
                kept.push(fault);
            }
        }
    }
    kept.sort_by_key(|fault| fault.node);
    debug_assert!(kept.iter().all(|fault| forest.node(fault.node).is_some()));
    *faults = kept;
}

/// Everything it says is that the work was called off, and nobody answered with a failure.
fn is_cancelled(fault: &Fault) -> bool {
    let called_off = |reading: &Reading| {
        let (kind, message) = reading.outermost().map_or(("", ""), |outermost| {
            (outermost.kind.as_str(), outermost.message.as_str())
        });
        let (root_kind, root_message) = reading.root().map_or((kind, message), |root| {
            (root.kind.as_str(), root.message.as_str())
        });
        is_cancellation(kind, message) && is_cancellation(root_kind, root_message)
    };
    fault.http_status < 500 && fault.readings.iter().all(called_off)
}
