//! Error events as the records of a trace tell them, before anything of their history is added.

use super::evidence::evidence;
use super::grouping::{Inputs, parts};
use super::path::{origin_service, path, services};
use crate::assembly::{ASSEMBLY_RULES, TraceState, id_of};
use crate::error_event::{ErrorEvent, Origin, Verdict};
use crate::exception::EXCEPTION_RULES;
use crate::exception::listing::{Recorder, list};
use crate::grouping::{self, AlgorithmVersion};
use crate::id::ErrorId;
use crate::origin::found::{Analysis, analyse};
use crate::origin::{Fault, FaultKey, Forest, Found, ORIGIN_RULES};
use crate::time::UnixNanos;
use crate::value::{Attributes, Value};

/// Senders' clocks before 1980 or after 2200 are unusable.
const YEAR_1980: i64 = 315_532_800_000_000_000;
const YEAR_2200: i64 = 7_258_118_400_000_000_000;

/// An error event with the ids it accounts for.
pub(super) struct Draft {
    pub(super) event: ErrorEvent,
    /// Ids an event of this trace would have had, had it begun at what this one explains.
    pub(super) covers: Vec<ErrorId>,
}

/// All error events of the trace, best first.
pub(super) fn drafts(state: &TraceState, verdict: &Verdict) -> Vec<Draft> {
    let analysis = analyse(Forest::of(state));
    let faulty: Vec<u32> = analysis.faults.iter().map(|fault| fault.node).collect();
    let ids: Vec<ErrorId> = analysis
        .found
        .iter()
        .filter_map(|found| Some(error_id(state, fault_of(&analysis, found)?.key)))
        .collect();
    analysis
        .found
        .iter()
        .zip(&ids)
        .filter_map(|(found, id)| {
            let mut event = event(&analysis, found, *id, verdict, &faulty)?;
            event.siblings = ids.iter().copied().filter(|other| other != id).collect();
            event.siblings.sort_unstable();
            let covers = found
                .covers
                .iter()
                .map(|&key| error_id(state, key))
                .collect();
            Some(Draft { event, covers })
        })
        .collect()
}

fn fault_of<'a>(analysis: &'a Analysis<'_>, found: &Found) -> Option<&'a Fault> {
    analysis.faults.get(found.origin as usize)
}

/// The id of an event that began at `key`.
pub(super) fn error_id(state: &TraceState, key: FaultKey) -> ErrorId {
    let trace = state.key.trace_id();
    match key {
        FaultKey::Span(id) => ErrorId::derive(state.project, trace, &id.to_be_bytes()),
        FaultKey::Log(hash) => ErrorId::derive(state.project, trace, &hash),
    }
}

fn event(
    analysis: &Analysis<'_>,
    found: &Found,
    id: ErrorId,
    verdict: &Verdict,
    faulty: &[u32],
) -> Option<ErrorEvent> {
    let (forest, fault) = (&analysis.forest, fault_of(analysis, found)?);
    let (state, node) = (forest.state, forest.node(found.node)?);
    let source = state.sources.get(node.source);
    let said = |text: u32| Some(forest.text(text).to_owned()).filter(|text| !text.is_empty());
    let recorders: Vec<Recorder<'_>> = found
        .chain
        .iter()
        .filter_map(|&at| analysis.faults.get(at as usize))
        .map(|fault| Recorder {
            span_id: span_id(forest, fault),
            readings: &fault.readings,
        })
        .collect();
    let exceptions = list(&recorders);
    let (path, path_omitted) = path(forest, found);
    let service = origin_service(forest, found);
    let entry = forest.entry().and_then(|entry| forest.node(entry));
    let attributes = serde_json::from_str::<Attributes>(&fault.attributes).unwrap_or_default();
    let thrown = fingerprint(analysis, found);
    let inputs = Inputs {
        service: &service,
        language: forest.text(source.language),
        operation: forest.text(node.name),
        entry_operation: entry.map_or("", |entry| forest.text(entry.name)),
        error_type: &fault.error_type,
        status_message: &fault.status_message,
        project: state.project,
        fingerprint: thrown.or_else(|| grouping::fingerprint_attribute(&attributes)),
    };
    let grouping = parts(&inputs, fault.primary());
    let has_span = found.remote.is_none() && node.span.is_some();
    Some(ErrorEvent {
        id,
        revision: 1,
        supersedes: Vec::new(),
        project: state.project,
        trace_id: state.key.trace_id(),
        environment: said(source.environment),
        release: said(source.release),
        time: time(forest, found, fault),
        received_at: found.received,
        verdict: verdict.clone(),
        origin: Origin {
            service,
            span_id: span_id(forest, fault).filter(|_| found.remote.is_none()),
            operation: has_span.then(|| forest.text(node.name).to_owned()),
        },
        escaped: found.escaped,
        recovered: found.recovered,
        score: found.score,
        ambiguous: found.ambiguous,
        siblings: Vec::new(),
        exceptions,
        path,
        path_omitted,
        services: services(forest, found, faulty),
        attributes,
        evidence: evidence(found, fault),
        grouping,
        rules: format!(
            "trace/{ASSEMBLY_RULES} exception/{EXCEPTION_RULES} origin/{ORIGIN_RULES} group/{}",
            AlgorithmVersion::CURRENT.number()
        ),
    })
}

/// The span of a fault, also one that only log records name.
fn span_id(forest: &Forest<'_>, fault: &Fault) -> Option<crate::id::SpanId> {
    forest.node(fault.node).and_then(|node| id_of(node.id))
}

/// The first override on the way from the origin outward.
fn fingerprint<'a>(analysis: &'a Analysis<'_>, found: &Found) -> Option<&'a Value> {
    let faults = found
        .chain
        .iter()
        .filter_map(|&at| analysis.faults.get(at as usize));
    faults
        .flat_map(|fault| &fault.readings)
        .find_map(|reading| reading.fingerprint.as_ref())
}

/// When it was thrown, else when its span ended; arrival where the sender's clock is unusable.
fn time(forest: &Forest<'_>, found: &Found, fault: &Fault) -> UnixNanos {
    let thrown = fault
        .primary()
        .filter(|r| !r.report)
        .map(|reading| reading.time);
    let span = forest.node(found.node).and_then(|node| node.span);
    let ended = span
        .and_then(|span| forest.state.spans.get(span as usize))
        .map(|span| span.end);
    let logged = fault.primary().map(|reading| reading.time);
    [thrown, ended, logged]
        .into_iter()
        .flatten()
        .find(|time| (YEAR_1980..YEAR_2200).contains(&time.0))
        .unwrap_or(fault.received)
}
