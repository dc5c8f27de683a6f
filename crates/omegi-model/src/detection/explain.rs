//! How the error events of a trace came about, step by step: records, rules, what was told.

use serde::{Deserialize, Serialize};

use super::announced::{Announced, Standing};
use super::draft::error_id;
use super::evidence::evidence;
use super::path::origin_service;
use crate::assembly::{ASSEMBLY_RULES, TraceState, id_of};
use crate::exception::EXCEPTION_RULES;
use crate::id::{ErrorId, SpanId};
use crate::origin::found::{Analysis, analyse};
use crate::origin::{Fault, FaultKey, Forest, ORIGIN_RULES};
use crate::time::UnixNanos;

/// Marks explained per trace.
const MARKS_MAX: usize = 200;

/// One step of an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The rules at work, with their version: `trace/1`, `exception/1`, `origin/1`, `told`.
    pub rule: String,
    /// What they found.
    pub text: String,
    /// The error event it is about, once there is one.
    pub error: Option<ErrorId>,
    /// The span it is about.
    pub span: Option<SpanId>,
    /// The records it was read from: offsets in the log, ascending.
    pub offsets: Vec<u64>,
    /// Log time, where it happened at one.
    pub at: Option<UnixNanos>,
}

/// Explains the events of the trace: marks first, then origins with their reasons, then what was
/// told. Bounded; the order is that of the decisions.
#[must_use]
pub fn explain(state: &TraceState, announced: &Announced) -> Vec<Step> {
    let analysis = analyse(Forest::of(state));
    let mut steps = vec![joined(state)];
    steps.extend(
        analysis
            .faults
            .iter()
            .take(MARKS_MAX)
            .map(|fault| mark(&analysis, fault)),
    );
    for found in &analysis.found {
        let Some(fault) = analysis.faults.get(found.origin as usize) else {
            continue;
        };
        let id = error_id(state, fault.key);
        let service = origin_service(&analysis.forest, found);
        let text = format!("began in {service}, score {} of 1000", found.score);
        steps.push(origin(text, id, fault, &analysis));
        let reasons = evidence(found, fault).into_iter();
        steps.extend(reasons.map(|reason| origin(reason, id, fault, &analysis)));
    }
    steps.extend(announced.told.iter().map(|(id, told)| {
        let became = match told.standing {
            Standing::Live => "stands".to_owned(),
            Standing::Superseded(by) => format!("was superseded by {by}"),
            Standing::Withdrawn => "was withdrawn".to_owned(),
        };
        Step {
            error: Some(*id),
            at: Some(told.at),
            ..step("told", format!("revision {} {became}", told.revision))
        }
    }));
    steps
}

fn step(rule: &str, text: String) -> Step {
    Step {
        rule: rule.to_owned(),
        text,
        error: None,
        span: None,
        offsets: Vec::new(),
        at: None,
    }
}

fn joined(state: &TraceState) -> Step {
    let text = format!(
        "{} spans and {} error log records joined, {} left out by limits",
        state.spans.len(),
        state.log_marks.len(),
        state.left_out
    );
    Step {
        at: Some(state.first_arrival),
        ..step(&format!("trace/{ASSEMBLY_RULES}"), text)
    }
}

fn mark(analysis: &Analysis<'_>, fault: &Fault) -> Step {
    let state = analysis.forest.state;
    let node = analysis.forest.node(fault.node);
    let service = node.map_or("", |node| analysis.forest.text(node.service));
    let said = fault.primary().and_then(|reading| reading.outermost());
    let (kind, message) = said.map_or(("", ""), |e| (e.kind.as_str(), e.message.as_str()));
    let message = message.lines().next().unwrap_or("");
    let standing = if fault.failing { "failed" } else { "handled" };
    let recordings: u32 = fault
        .readings
        .iter()
        .map(|reading| reading.recordings)
        .sum();
    let text = format!("{service} {standing}: {kind} {message} ({recordings} recordings)");
    Step {
        span: node.and_then(|node| id_of(node.id)),
        offsets: offsets(state, fault, node.and_then(|node| node.span)),
        at: Some(fault.received),
        ..step(&format!("exception/{EXCEPTION_RULES}"), text)
    }
}

fn offsets(state: &TraceState, fault: &Fault, span: Option<u32>) -> Vec<u64> {
    let marks = state
        .span_marks
        .iter()
        .filter(|mark| Some(mark.span) == span);
    let logs = state.log_marks.iter().filter(|mark| match fault.key {
        FaultKey::Span(id) => mark.span_id == id,
        FaultKey::Log(hash) => mark.hash == hash,
    });
    let mut offsets: Vec<u64> = marks
        .map(|mark| mark.offset)
        .chain(logs.map(|mark| mark.offset))
        .collect();
    offsets.sort_unstable();
    offsets
}

fn origin(text: String, id: ErrorId, fault: &Fault, analysis: &Analysis<'_>) -> Step {
    let node = analysis.forest.node(fault.node);
    Step {
        error: Some(id),
        span: node.and_then(|node| id_of(node.id)),
        ..step(&format!("origin/{ORIGIN_RULES}"), text)
    }
}
