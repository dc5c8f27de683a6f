//! What was told in the end, and that it was told properly on the way.

use std::collections::BTreeMap;

use omegi_model::error_event::{ErrorEvent, Verdict};
use omegi_model::event::{Event, ServiceCalls, TraceSummary};
use omegi_model::id::{ErrorId, ProjectId, TraceId};
use serde_json::{Value, json};

use crate::derived::RowKey;

/// All events, and what they add up to.
pub(crate) struct Outcome {
    pub(crate) events: Vec<Event>,
    /// Those that stand.
    pub(crate) errors: BTreeMap<ErrorId, ErrorEvent>,
    pub(crate) traces: BTreeMap<(ProjectId, TraceId), TraceSummary>,
    pub(crate) calls: BTreeMap<RowKey, (u64, u64)>,
    /// First announcements.
    pub(crate) detections: usize,
    revisions: BTreeMap<ErrorId, u32>,
}

impl Outcome {
    /// Folds `events`; fails the test where one is told twice.
    pub(crate) fn of(events: Vec<Event>) -> Self {
        let mut outcome = Self {
            events: Vec::new(),
            errors: BTreeMap::new(),
            traces: BTreeMap::new(),
            calls: BTreeMap::new(),
            detections: 0,
            revisions: BTreeMap::new(),
        };
        events.iter().for_each(|event| outcome.fold(event));
        outcome.events = events;
        outcome
    }

    fn fold(&mut self, event: &Event) {
        match event {
            Event::ErrorDetected { error } => {
                self.detections += 1;
                assert_eq!(error.revision, 1, "a detection is revision 1");
                self.error(error);
            }
            Event::ErrorRevised { error, changed } => {
                assert!(!changed.is_empty(), "a revision says what changed");
                self.error(error);
            }
            Event::ErrorWithdrawn { id, revision, .. } => {
                self.revision(*id, *revision);
                assert!(
                    self.errors.remove(id).is_some(),
                    "only what stands is withdrawn"
                );
            }
            Event::TracesAssembled { traces } => traces.iter().for_each(|trace| {
                let key = (trace.project, trace.trace_id);
                let before = self.traces.insert(key, trace.clone());
                let before = before.map_or(0, |before| before.revision);
                assert!(trace.revision > before, "summaries of a trace count up");
            }),
            Event::ServiceCallsObserved { calls } => calls.iter().for_each(|row| self.row(row)),
        }
    }

    fn error(&mut self, error: &ErrorEvent) {
        self.revision(error.id, error.revision);
        for old in &error.supersedes {
            self.errors.remove(old);
        }
        self.errors.insert(error.id, error.clone());
    }

    fn revision(&mut self, id: ErrorId, revision: u32) {
        let before = self.revisions.insert(id, revision).unwrap_or(0);
        assert!(
            revision > before,
            "{id} told revision {revision} after {before}"
        );
    }

    fn row(&mut self, row: &ServiceCalls) {
        let total: u64 = row.durations.iter().map(|(_, count)| count).sum();
        assert_eq!(total, row.requests, "every request has a duration");
        let (requests, errors) = self.calls.entry(RowKey::of(row)).or_default();
        *requests += row.requests;
        *errors += row.errors;
    }

    /// What the case of a pipeline is compared by.
    pub(crate) fn lines(&self, pipeline: &str) -> Vec<String> {
        let mut lines: Vec<String> = match pipeline {
            "error-detection" => self
                .errors
                .values()
                .map(|error| error_line(error).to_string())
                .collect(),
            "trace-assembly" => self
                .traces
                .values()
                .map(|trace| trace_line(trace).to_string())
                .collect(),
            "service-flow" => self
                .calls
                .iter()
                .map(|(key, counts)| call_line(key, *counts).to_string())
                .collect(),
            other => panic!("no pipeline {other}"),
        };
        lines.sort();
        lines
    }
}

fn error_line(error: &ErrorEvent) -> Value {
    let exceptions = error.exceptions.iter().map(|exception| {
        let sources = json!(exception.sources);
        json!([
            exception.kind,
            exception.message,
            exception.frames.len(),
            sources
        ])
    });
    let path = error
        .path
        .iter()
        .map(|span| format!("{}:{}", span.service, span.operation));
    let services = error.services.iter().map(|service| {
        let role = json!(service.role);
        format!("{}={}", service.name, role.as_str().unwrap_or_default())
    });
    json!({
        "id": error.id,
        "trace": error.trace_id,
        "origin": [error.origin.service, error.origin.operation, error.origin.span_id],
        "verdict": verdict(&error.verdict),
        "escaped": error.escaped,
        "recovered": error.recovered,
        "ambiguous": error.ambiguous,
        "score": error.score,
        "siblings": error.siblings,
        "path": path.collect::<Vec<_>>(),
        "services": services.collect::<Vec<_>>(),
        "exceptions": exceptions.collect::<Vec<_>>(),
        "key": error.grouping.key,
    })
}

fn trace_line(trace: &TraceSummary) -> Value {
    json!({
        "trace": trace.trace_id,
        "verdict": verdict(&trace.verdict),
        "root": [trace.root_service, trace.root_operation, trace.root_span_id],
        "start": trace.start,
        "end": trace.end,
        "spans": trace.spans,
        "errors": trace.errors,
        "services": trace.services,
        "error_ids": trace.error_ids,
    })
}

fn call_line(key: &RowKey, (requests, errors): (u64, u64)) -> Value {
    json!({
        "minute": key.minute,
        "from": key.from,
        "to": key.to,
        "kind": key.to_kind,
        "by_link": key.by_link,
        "requests": requests,
        "errors": errors,
    })
}

fn verdict(verdict: &Verdict) -> Value {
    let missing = verdict
        .missing_parents
        .iter()
        .map(|missing| json!([missing.span_id, missing.service]));
    json!([
        verdict.state,
        verdict.reason,
        missing.collect::<Vec<_>>(),
        verdict.spans
    ])
}
