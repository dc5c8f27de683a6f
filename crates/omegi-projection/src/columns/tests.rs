//! What rows go through: memory, files, a kill at any step, and back out by trace.

use std::path::Path;

use bytes::Bytes;
use omegi_log::{AppendTime, Offset, Record, RecordKind};
use omegi_model::envelope::{Encoding, Signal, TelemetryRecord};
use omegi_model::id::{ProjectId, SpanId, TraceId};
use omegi_model::value::Value;
use omegi_model::wire::{READER_VERSION, Refused};
use omegi_testkit::otlp::{self, Request};

use super::files::Files;
use super::*;
use crate::Projection;
use crate::traces::{Fields, StoredTrace, TracePage, Traces};

pub(super) fn project(number: u8) -> ProjectId {
    ProjectId::new([number; 8]).unwrap()
}

fn trace(number: u64) -> TraceId {
    TraceId::new(otlp::trace_id(number)).unwrap()
}

pub(super) fn record(offset: u64, project: ProjectId, signal: Signal, body: Vec<u8>) -> Record {
    let envelope = TelemetryRecord {
        signal,
        project,
        bound_service: None,
        reader_version: READER_VERSION,
        encoding: Encoding::Identity,
        body_bytes_decoded: body.len() as u32,
        refused: Refused::default(),
        body: Bytes::from(body),
    };
    Record {
        offset: Offset(offset),
        append_time: AppendTime(1_000_000 + offset as i64),
        kind: RecordKind::Data,
        body: envelope.encode(),
        decoded: None,
    }
}

pub(super) fn spans(offset: u64, project: ProjectId, request: &Request) -> Record {
    record(offset, project, Signal::Traces, request.traces_protobuf())
}

fn logs(offset: u64, project: ProjectId, request: &Request) -> Record {
    record(offset, project, Signal::Logs, request.logs_protobuf())
}

fn open(folder: &Path) -> TelemetryColumns {
    TelemetryColumns::open(folder, ColumnLimits::default()).unwrap()
}

fn read(traces: &Traces, project: ProjectId, id: TraceId, fields: Fields) -> StoredTrace {
    let all = TracePage {
        after: 0,
        limit: 1000,
    };
    traces.read(project, id, all, fields).unwrap()
}

fn checkout() -> Request {
    otlp::request()
        .resource("checkout")
        .attribute("host.name", "h1")
        .span("POST /cart")
        .kind(otlp::SERVER)
        .attribute("http.route", "/cart")
        .attribute("http.response.status_code", 500_i64)
        .attribute("ratio", 0.5)
        .attribute("cached", true)
        .attribute("list", otlp::Value::List(vec!["a".into(), 1_i64.into()]))
        .link(9, 9)
        .child("SELECT cart")
        .exception("SqlError", "no such table", "at Cart.load(Cart.java:7)")
        .log("cart is gone")
        .severity(17)
}

#[test]
fn a_span_reads_back_whole_from_memory_and_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut columns = open(folder.path());
    let request = checkout();
    columns.apply(&spans(0, project(1), &request)).unwrap();
    columns.apply(&logs(1, project(1), &request)).unwrap();
    let fresh = read(&columns.traces(), project(1), trace(1), Fields::All);
    columns.commit().unwrap();
    let stored = read(&columns.traces(), project(1), trace(1), Fields::All);
    assert_eq!(fresh, stored);
    let [root, child] = &stored.spans[..] else {
        panic!("{stored:?}")
    };
    assert_eq!(
        (root.operation.as_str(), root.service.as_str()),
        ("POST /cart", "checkout")
    );
    assert_eq!(root.attributes["http.route"], Value::Text("/cart".into()));
    assert_eq!(
        root.attributes["http.response.status_code"],
        Value::Int(500)
    );
    assert_eq!(root.attributes["ratio"], Value::Double(0.5));
    assert_eq!(root.attributes["cached"], Value::Bool(true));
    let list = Value::List(vec![Value::Text("a".into()), Value::Int(1)]);
    assert_eq!(root.attributes["list"], list);
    assert_eq!(root.resource["host.name"], Value::Text("h1".into()));
    assert_eq!(
        root.links[0].span_id,
        SpanId::new(otlp::span_id(9)).unwrap()
    );
    assert_eq!(child.parent_span_id, Some(root.span_id));
    assert_eq!(
        child.events[0].attributes["exception.type"],
        Value::Text("SqlError".into())
    );
    assert_eq!(child.end_ns - child.start_ns, 10_000_000);
    assert_eq!(
        stored.logs[0].body,
        Some(Value::Text("cart is gone".into()))
    );
    assert_eq!(stored.logs[0].severity_number, 17);
}

#[test]
fn a_light_read_leaves_the_heavy_columns_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut columns = open(folder.path());
    columns.apply(&spans(0, project(1), &checkout())).unwrap();
    columns.commit().unwrap();
    let light = read(&columns.traces(), project(1), trace(1), Fields::Light);
    assert_eq!(light.spans.len(), 2);
    assert!(
        light
            .spans
            .iter()
            .all(|span| span.attributes.is_empty() && span.events.is_empty())
    );
    assert_eq!(light.spans[0].operation, "POST /cart");
}

#[test]
fn a_project_never_sees_the_traces_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let mut columns = open(folder.path());
    columns.apply(&spans(0, project(1), &checkout())).unwrap();
    assert!(
        read(&columns.traces(), project(2), trace(1), Fields::All)
            .spans
            .is_empty()
    );
    columns.commit().unwrap();
    assert!(
        read(&columns.traces(), project(2), trace(1), Fields::All)
            .spans
            .is_empty()
    );
}

#[test]
fn edge_29_a_request_sent_twice_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut columns = open(folder.path());
    let request = checkout();
    for offset in 0..2 {
        columns
            .apply(&spans(2 * offset, project(1), &request))
            .unwrap();
        columns
            .apply(&logs(2 * offset + 1, project(1), &request))
            .unwrap();
        if offset == 0 {
            columns.commit().unwrap();
        }
    }
    let trace = read(&columns.traces(), project(1), trace(1), Fields::All);
    assert_eq!(
        (trace.spans.len(), trace.spans_total, trace.logs.len()),
        (2, 2, 1)
    );
    assert_eq!(trace.spans[1].events.len(), 1);
}

#[test]
fn edge_87_the_error_path_comes_first_and_pages_join_without_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let mut columns = open(folder.path());
    let mut request = otlp::request().resource("a").span("root");
    for number in 0..50 {
        request = request.child_of(1, &format!("child {number}"));
    }
    let request = request.child_of(30, "failed").error("broken");
    columns.apply(&spans(0, project(1), &request)).unwrap();
    columns.commit().unwrap();
    let traces = columns.traces();
    let (mut pages, mut after) = (Vec::new(), Some(0));
    while let Some(at) = after {
        let page = TracePage {
            after: at,
            limit: 7,
        };
        let page = traces
            .read(project(1), trace(1), page, Fields::Light)
            .unwrap();
        assert_eq!(page.spans_total, 52);
        after = page.next;
        pages.extend(page.spans);
    }
    let names: Vec<&str> = pages
        .iter()
        .take(3)
        .map(|span| span.operation.as_str())
        .collect();
    assert_eq!(names, ["root", "child 28", "failed"]);
    let ids: std::collections::HashSet<_> = pages.iter().map(|span| span.span_id).collect();
    assert_eq!((pages.len(), ids.len()), (52, 52));
}

#[test]
fn a_value_of_another_type_keeps_its_type() {
    let folder = tempfile::tempdir().unwrap();
    let mut columns = open(folder.path());
    let request = otlp::request()
        .resource("a")
        .span("one")
        .attribute("code", 1_i64)
        .span("two")
        .attribute("code", "two")
        .span("three")
        .attribute("code", i64::MAX);
    columns.apply(&spans(0, project(1), &request)).unwrap();
    for _ in 0..2 {
        let spans = read(&columns.traces(), project(1), trace(1), Fields::All).spans;
        let codes: Vec<&Value> = spans.iter().map(|span| &span.attributes["code"]).collect();
        let large = Value::Text(i64::MAX.to_string());
        assert_eq!(codes, [&Value::Int(1), &Value::Text("two".into()), &large]);
        columns.commit().unwrap();
    }
}

#[test]
fn a_kill_at_any_step_of_a_flush_neither_loses_nor_doubles_a_row() {
    let request = checkout();
    let input: Vec<Record> = (0..6)
        .map(|offset| {
            let request = request.clone().trace(offset + 1).span("more");
            spans(offset, project(1 + (offset % 2) as u8), &request)
        })
        .collect();
    let mut kills = 0;
    for step in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::local(folder.path()).unwrap();
        let mut columns =
            TelemetryColumns::open_files(files.clone(), ColumnLimits::default()).unwrap();
        input[..3]
            .iter()
            .for_each(|record| columns.apply(record).unwrap());
        columns.commit().unwrap();
        input[3..]
            .iter()
            .for_each(|record| columns.apply(record).unwrap());
        files.fail_after(Some(step));
        let committed = columns.commit().is_ok();
        kills += u32::from(!committed);
        assert_eq!(
            count(&columns),
            expected(),
            "readers see all rows after a failed commit"
        );
        drop(columns);
        let mut columns = open(folder.path());
        let position = columns.position().0 as usize;
        assert!(position == 3 || position == 6, "position {position}");
        input[position..]
            .iter()
            .for_each(|record| columns.apply(record).unwrap());
        assert_eq!(count(&columns), expected(), "killed at step {step}");
        columns.commit().unwrap();
        assert_eq!(count(&columns), expected(), "killed at step {step}");
        assert_eq!(strays(folder.path(), &columns), 0, "killed at step {step}");
        if committed {
            break;
        }
    }
    assert!(
        kills > 5,
        "every step of the commit was a point to be killed at"
    );
}

/// Spans and events of traces 1 and 6.
fn count(columns: &TelemetryColumns) -> Vec<(usize, usize)> {
    let traces = columns.traces();
    let of = |number: u64, owner: u8| {
        let trace = read(&traces, project(owner), trace(number), Fields::All);
        (
            trace.spans.len(),
            trace.spans.iter().map(|span| span.events.len()).sum(),
        )
    };
    vec![of(1, 1), of(1, 2), of(5, 1), of(6, 2)]
}

fn expected() -> Vec<(usize, usize)> {
    // `more` stands in its own trace; trace 1 is sent again by every record of its project.
    vec![(3, 1), (2, 1), (1, 0), (1, 0)]
}

fn strays(folder: &Path, columns: &TelemetryColumns) -> usize {
    let files = Files::local(folder).unwrap();
    files.list().unwrap().len() - columns.manifest().files.len() - 1
}

#[test]
fn a_reset_read_model_takes_the_log_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut columns = open(folder.path());
    columns.apply(&spans(0, project(1), &checkout())).unwrap();
    columns.commit().unwrap();
    let before = read(&columns.traces(), project(1), trace(1), Fields::All);
    columns.reset().unwrap();
    assert_eq!(columns.position(), Offset(0));
    assert!(
        read(&columns.traces(), project(1), trace(1), Fields::All)
            .spans
            .is_empty()
    );
    columns.apply(&spans(0, project(1), &checkout())).unwrap();
    assert_eq!(
        read(&columns.traces(), project(1), trace(1), Fields::All),
        before
    );
}

#[test]
fn a_record_that_cannot_be_read_is_counted_and_stepped_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut columns = open(folder.path());
    let damaged = Record {
        body: Bytes::from_static(b"?"),
        ..spans(0, project(1), &checkout())
    };
    columns.apply(&damaged).unwrap();
    columns.apply(&spans(1, project(1), &checkout())).unwrap();
    assert_eq!(columns.metrics().skipped.of(Skipped::Envelope).get(), 1);
    assert_eq!(
        read(&columns.traces(), project(1), trace(1), Fields::All)
            .spans
            .len(),
        2
    );
}

#[test]
fn the_recorded_corpus_reads_back_span_for_span() {
    let Some(requests) = omegi_testkit::corpora::otel_demo_requests() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut columns = open(folder.path());
    let mut sent = std::collections::BTreeMap::<TraceId, Vec<_>>::new();
    for (offset, body) in requests.into_iter().enumerate() {
        let none = Refused::default();
        for span in omegi_model::wire::spans(&body, &none) {
            let span = span.unwrap();
            let facts = (
                span.span_id(),
                span.name().into_owned(),
                span.to_attributes(),
            );
            sent.entry(span.trace_id()).or_default().push(facts);
        }
        columns
            .apply(&record(offset as u64, project(1), Signal::Traces, body))
            .unwrap();
    }
    columns.commit().unwrap();
    let traces = columns.traces();
    for (id, mut facts) in sent.into_iter().step_by(5) {
        let stored = read(&traces, project(1), id, Fields::All);
        let mut read: Vec<_> = stored
            .spans
            .into_iter()
            .map(|span| (span.span_id, span.operation, span.attributes))
            .collect();
        read.sort_by_key(|fact| fact.0);
        facts.sort_by_key(|fact| fact.0);
        assert_eq!(read, facts, "trace {id}");
    }
}
