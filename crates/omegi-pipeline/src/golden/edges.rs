//! Edge cases 46 to 52: late, split, replayed and shared traces.

use std::sync::Arc;

use omegi_log::{Record, RecordKind};
use omegi_model::envelope::Signal;
use omegi_model::error_event::VerdictState;
use omegi_model::event::Event;
use omegi_testkit::otlp::{self, Request};

use super::case::Case;
use super::{Outcome, data, millis, run, run_shared, run_with, tick};
use crate::metrics::{Counts, Cut};
use crate::share::Share;
use crate::spec::{Limits, OnLimit, PipelineSet};

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

/// Records at milliseconds, of project 1.
fn records(requests: impl IntoIterator<Item = (i64, Request)>) -> Vec<Record> {
    let numbered = (0..).zip(requests);
    let record = |(offset, (at, request)): (u64, (i64, Request))| {
        data(
            offset,
            millis(at),
            Signal::Traces,
            1,
            request.traces_protobuf(),
        )
    };
    numbered.map(record).collect()
}

/// A failing entry without its callee.
fn caller() -> Request {
    otlp::request()
        .resource("front")
        .span("GET /")
        .kind(otlp::SERVER)
        .error("")
        .child("GET /inner")
        .kind(otlp::CLIENT)
        .attribute("server.address", "inner")
        .error("")
}

/// The callee, which is where it began.
fn callee() -> Request {
    otlp::request()
        .span_ids_from(3)
        .resource("inner")
        .child_of(2, "GET /inner")
        .kind(otlp::SERVER)
        .exception("Oops", "no luck", "")
        .error("")
}

fn healthy(trace: u64) -> Request {
    let request = otlp::request().trace(trace).resource("front");
    request.span("GET /").kind(otlp::SERVER)
}

fn only_error(outcome: &Outcome) -> &omegi_model::error_event::ErrorEvent {
    assert_eq!(outcome.errors.len(), 1, "{:#?}", outcome.errors);
    outcome.errors.values().next().unwrap()
}

#[test]
fn edge_46_a_late_span_revises_as_long_as_its_trace_is_known() {
    for (late, known) in [
        (10 * SECOND, true),
        (600 * SECOND, true),
        (25 * HOUR, true),
        (8 * 24 * HOUR, false),
    ] {
        let outcome = run(&records([(0, caller()), (late, callee())]));
        if known {
            let error = only_error(&outcome);
            assert_eq!(error.origin.service, "inner", "{late} ms late");
            assert_eq!(outcome.detections, 1, "{late} ms late");
            assert_eq!(
                error.verdict.state,
                VerdictState::Complete,
                "{late} ms late"
            );
        } else {
            let late = outcome
                .errors
                .values()
                .find(|error| error.origin.service == "inner");
            let reason = late.and_then(|error| error.verdict.reason.as_deref());
            assert_eq!(reason, Some("continuation"), "{:#?}", outcome.errors);
        }
    }
}

#[test]
fn edge_46_a_healthy_span_after_a_day_does_not_shrink_its_trace() {
    let late = || {
        otlp::request()
            .span_ids_from(3)
            .resource("inner")
            .child_of(1, "late")
    };
    let outcome = run(&records([(0, healthy(1)), (25 * HOUR, late())]));
    let summary = outcome.traces.values().next().unwrap();
    assert_eq!(
        (summary.spans, summary.verdict.state),
        (1, VerdictState::Complete)
    );
}

#[test]
fn edge_47_the_root_may_come_first_or_last_or_never() {
    let first = run(&records([(0, caller()), (100, callee())]));
    let last = run(&records([(0, callee()), (100, caller())]));
    assert_eq!(
        first.lines("error-detection"),
        last.lines("error-detection")
    );
    let never = run(&records([(0, callee())]));
    let verdict = &only_error(&never).verdict;
    assert_eq!(verdict.state, VerdictState::Partial);
    assert_eq!(verdict.reason.as_deref(), Some("root_missing"));
}

#[test]
fn edge_48_two_halves_six_hours_apart_are_one_trace() {
    let outcome = run(&records([(0, caller()), (6 * HOUR, callee())]));
    assert_eq!(only_error(&outcome).origin.service, "inner");
    let summary = outcome.traces.values().next().unwrap();
    assert_eq!((outcome.traces.len(), summary.spans), (1, 3));
}

#[test]
fn edge_48_a_generator_that_reuses_one_id_harms_no_other_trace() {
    let mut set = PipelineSet::defaults();
    set.assembly.limits.spans_per_trace_max = 50;
    let reused = |n: u64| {
        otlp::request()
            .span_ids_from(100 + n)
            .resource("bad")
            .span("same id")
    };
    let mut requests: Vec<(i64, Request)> = (0..500).map(|n| (n, reused(n as u64))).collect();
    let others = (0..20).map(|n| (n * 20, healthy(1_000 + n as u64)));
    requests.extend(others);
    requests.sort_by_key(|(at, _)| *at);
    let outcome = run_with(set, &records(requests), Share::ALL, &Arc::default());
    let whole = outcome
        .traces
        .values()
        .filter(|trace| trace.verdict.state == VerdictState::Complete);
    assert_eq!(whole.count(), 20);
    let cut = outcome
        .traces
        .values()
        .find(|trace| trace.verdict.state == VerdictState::Truncated);
    assert!(cut.is_some_and(|cut| cut.spans <= 100), "{cut:?}");
}

#[test]
fn edge_49_a_stop_of_an_hour_changes_no_event() {
    // Time is in the records: whether they are read as they come or an hour later is not.
    for case in Case::all() {
        let (before, after) = case.records.split_at(case.records.len() / 2);
        let mut stopped = super::runs::Steps::new();
        stopped.take(before);
        stopped.restart();
        stopped.take(after);
        assert_eq!(
            stopped.end(&case.records).events,
            run(&case.records).events,
            "{}",
            case.name
        );
    }
}

#[test]
fn edge_50_any_number_of_workers_gives_the_same_final_revisions() {
    let mut all: Vec<Record> = Vec::new();
    for (project, case) in (1..).zip(Case::all()) {
        // Cases use the same trace ids: each becomes a project of its own.
        all.extend(
            case.records
                .iter()
                .map(|record| in_project(record, project)),
        );
    }
    all.sort_by_key(|record| record.append_time);
    let alone = run(&all);
    for workers in [4, 16] {
        let shares = (0..workers).map(|index| Share::new(index, workers).unwrap());
        let events = shares.flat_map(|share| run_shared(&all, share).events);
        let together = Outcome::of(events.collect());
        for pipeline in ["error-detection", "trace-assembly", "service-flow"] {
            assert_eq!(
                together.lines(pipeline),
                alone.lines(pipeline),
                "{workers} workers"
            );
        }
    }
}

fn in_project(record: &Record, project: u8) -> Record {
    if record.kind != RecordKind::Data {
        return record.clone();
    }
    let mut envelope = omegi_model::envelope::TelemetryRecord::decode(&record.body).unwrap();
    envelope.project = omegi_model::id::ProjectId::new([project; 8]).unwrap();
    Record {
        body: envelope.encode(),
        ..record.clone()
    }
}

#[test]
fn edge_51_lost_ticks_delay_events_and_lose_none() {
    let without = records([(0, caller()), (500, callee()), (60 * SECOND, healthy(9))]);
    let mut with = Vec::new();
    for record in &without {
        with.push(record.clone());
        let at = record.append_time.0;
        let ticks = (1..300).map(|n| omegi_model::time::UnixNanos(at + n * 100_000_000));
        with.extend(ticks.map(|at| tick(0, at)));
    }
    with.sort_by_key(|record| record.append_time);
    for (offset, record) in (0..).zip(&mut with) {
        record.offset.0 = offset;
    }
    let (with, without) = (run(&with), run(&without));
    for pipeline in ["error-detection", "trace-assembly", "service-flow"] {
        assert_eq!(with.lines(pipeline), without.lines(pipeline));
    }
    assert_eq!((with.detections, without.detections), (1, 1));
}

#[test]
fn edge_52_a_late_span_that_moves_the_origin_announces_nothing_twice() {
    let outcome = run(&records([(0, caller()), (5 * SECOND, callee())]));
    assert_eq!(outcome.detections, 1);
    let error = only_error(&outcome);
    assert_eq!(error.origin.service, "inner");
    let first = outcome.events.iter().find_map(|event| match event {
        Event::ErrorDetected { error } => Some(error),
        _ => None,
    });
    let first = first.unwrap();
    assert_ne!(first.id, error.id);
    assert_eq!(error.supersedes, [first.id]);
}

#[test]
fn an_error_is_told_when_it_has_settled_and_not_later() {
    let request = records([(0, caller())]);
    let told = |at: i64| {
        let mut steps = super::runs::Steps::new();
        steps.take(&request);
        steps.take(&[tick(1, millis(at))]);
        let detected = |event: &Event| matches!(event, Event::ErrorDetected { .. });
        steps.events().into_iter().filter(detected).count()
    };
    assert_eq!((told(199), told(200)), (0, 1));
}

/// Limits small enough to be reached.
fn limited(open_traces_max: usize, open_bytes_max: usize, on_limit: OnLimit) -> PipelineSet {
    let mut set = PipelineSet::defaults();
    set.assembly.limits = Limits {
        open_traces_max,
        open_bytes_max,
        spans_per_trace_max: 1_000,
        on_limit,
    };
    set
}

/// Thirty traces in parts, every third failing, interleaved.
fn interleaved() -> Vec<Record> {
    let part = |part: u64, trace: u64| {
        let at = (part * 400 + trace) as i64;
        let request = otlp::request()
            .trace(trace)
            .span_ids_from(1 + part * 2)
            .resource("front");
        let request = match part {
            0 => request.span("GET /").kind(otlp::SERVER),
            _ => request.child_of(1, "step"),
        };
        let failing = trace.is_multiple_of(3) && part == 1;
        (
            at,
            if failing {
                request.exception("Oops", "no", "").error("")
            } else {
                request
            },
        )
    };
    records((0..4).flat_map(|p| (1..=30).map(move |trace| part(p, trace))))
}

#[test]
fn spilling_to_disk_changes_nothing_that_is_told() {
    let straight = run(&interleaved());
    for set in [
        limited(5, 1 << 30, OnLimit::Spill),
        limited(1_000, 20_000, OnLimit::Truncate),
    ] {
        let counts = Arc::new(Counts::default());
        let spilled = run_with(set, &interleaved(), Share::ALL, &counts);
        assert!(counts.spilled.get() > 0);
        assert_eq!(spilled.events, straight.events);
    }
}

#[test]
fn too_many_open_traces_are_truncated_counted_and_said() {
    let counts = Arc::new(Counts::default());
    let set = limited(10, 1 << 30, OnLimit::Truncate);
    let outcome = run_with(set, &interleaved(), Share::ALL, &counts);
    assert!(counts.truncated.of(Cut::OpenTraces).get() > 0);
    // Later spans fetch a truncated trace back: in the end all are whole.
    assert_eq!(
        outcome.lines("error-detection"),
        run(&interleaved()).lines("error-detection")
    );
    let told = outcome.events.iter().filter_map(|event| match event {
        Event::TracesAssembled { traces } => Some(traces),
        _ => None,
    });
    let truncated = told
        .flatten()
        .filter(|trace| trace.verdict.state == VerdictState::Truncated);
    assert!(truncated.count() > 0);
}

#[test]
fn a_project_with_many_traces_pushes_out_its_own_and_not_those_of_others() {
    let counts = Arc::new(Counts::default());
    let mut all = vec![in_project(&records([(0, caller())])[0], 2)];
    let many = records((0..200).map(|n| (n, healthy(n as u64 + 10))));
    all.extend(many);
    for (offset, record) in (0..).zip(&mut all) {
        record.offset.0 = offset;
    }
    let set = limited(50, 1 << 30, OnLimit::Truncate);
    let outcome = run_with(set, &all, Share::ALL, &counts);
    assert!(counts.truncated.of(Cut::OpenTraces).get() > 0);
    let of_two = |event: &&Event| match event {
        Event::TracesAssembled { traces } => traces.iter().any(|trace| {
            trace.project.as_bytes() == &[2; 8] && trace.verdict.state == VerdictState::Truncated
        }),
        _ => false,
    };
    assert_eq!(outcome.events.iter().filter(of_two).count(), 0);
}
