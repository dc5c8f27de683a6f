//! The reader sees what the testkit's writer wrote.

use omegi_model::envelope::{Encoding, Signal, TelemetryRecord};
use omegi_model::error_event::{SpanKind, StatusCode};
use omegi_model::id::ProjectId;
use omegi_model::value::Value;
use omegi_model::wire::{self, Anomaly, LogRef, Refused, SpanRef};
use omegi_testkit::otlp::{self, Message};
use omegi_testkit::{corpora, otlp::strategy};
use proptest::prelude::*;

fn all_spans(body: &[u8]) -> Vec<SpanRef<'_>> {
    const NONE: &Refused = Refused::NONE;
    wire::spans(body, NONE)
        .map(|span| span.expect("body is readable"))
        .collect()
}

fn all_logs(body: &[u8]) -> Vec<LogRef<'_>> {
    const NONE: &Refused = Refused::NONE;
    wire::log_records(body, NONE)
        .map(|log| log.expect("body is readable"))
        .collect()
}

#[test]
fn a_span_is_read_as_it_was_written() {
    let body = otlp::request()
        .resource("checkout")
        .attribute("deployment.environment", "old")
        .attribute("deployment.environment.name", "prod")
        .attribute("service.version", "1.2")
        .attribute("host.name", "h1")
        .span("GET /cart")
        .kind(otlp::SERVER)
        .child("SELECT")
        .attribute("db.rows", 7)
        .attribute("db.rows", 9)
        .exception("SqlError", "no table", "at f")
        .link(9, 9)
        .edit_span(|span| span.flags = 0x301)
        .traces_protobuf();
    let spans = all_spans(&body);
    assert_eq!(spans.len(), 2);
    assert_eq!(spans[0].kind(), SpanKind::Server);
    assert_eq!(spans[0].parent_span_id(), None);
    let child = &spans[1];
    assert_eq!(child.parent_span_id(), Some(spans[0].span_id()));
    assert_eq!(child.trace_id().as_bytes(), &otlp::trace_id(1));
    assert_eq!(child.name(), "SELECT");
    assert_eq!(child.status(), (StatusCode::Error, "no table".into()));
    assert_eq!(child.parent_is_remote(), Some(true));
    assert_eq!(child.attribute("db.rows").unwrap().as_i64(), Some(9));
    assert_eq!(child.to_attributes().len(), 1);
    assert!(child.value_anomalies().contains(Anomaly::DuplicateKey));
    let event = child.events().next().unwrap();
    assert!(event.is_exception());
    assert_eq!(
        event.attribute("exception.type").unwrap().as_str(),
        Some("SqlError")
    );
    assert_eq!(
        child.links().next().unwrap().trace_id.as_bytes(),
        &otlp::trace_id(9)
    );
    let resource = child.resource();
    assert_eq!(resource.service_name(), "checkout");
    assert_eq!(resource.environment().as_deref(), Some("prod"));
    assert_eq!(resource.release().as_deref(), Some("1.2"));
    assert_eq!(resource.host_key().as_deref(), Some("h1"));
    assert_eq!(child.scope().name(), "test");
}

#[test]
fn a_log_record_is_read_as_it_was_written() {
    let body = otlp::request()
        .resource("checkout")
        .span("s")
        .log("broken")
        .severity(17)
        .exception("E", "m", "at f")
        .edit_log(|log| (log.time, log.observed_time) = (0, 5))
        .logs_protobuf();
    let logs = all_logs(&body);
    let log = &logs[0];
    assert_eq!(log.trace_id().unwrap().as_bytes(), &otlp::trace_id(1));
    assert_eq!(log.time().unwrap().0, 5);
    assert_eq!(log.severity_number(), 17);
    assert_eq!(log.body().unwrap().as_str(), Some("broken"));
    assert_eq!(log.attribute("exception.type").unwrap().as_str(), Some("E"));
}

#[test]
fn a_resource_that_stands_after_its_spans_is_theirs_all_the_same() {
    let span = Message::new().bytes(1, &[1; 16]).bytes(2, &[2; 8]);
    let name = Message::new().bytes(1, b"late");
    let attribute = Message::new().bytes(1, b"service.name").bytes(2, &name.0);
    let resource = Message::new().bytes(1, &attribute.0);
    let scope = Message::new().bytes(2, &span.0);
    let group = Message::new().bytes(2, &scope.0).bytes(1, &resource.0);
    let body = Message::new().bytes(1, &group.0).0;
    assert_eq!(all_spans(&body)[0].resource().service_name(), "late");
}

#[test]
fn refused_spans_are_stepped_over_and_positions_stay() {
    let body = otlp::request()
        .resource("a")
        .span("0")
        .span("1")
        .span("2")
        .traces_protobuf();
    let refused: Refused = [1].into_iter().collect();
    let spans: Vec<_> = wire::spans(&body, &refused).map(Result::unwrap).collect();
    let read: Vec<_> = spans
        .iter()
        .map(|span| (span.index(), span.name()))
        .collect();
    assert_eq!(read, [(0, "0".into()), (2, "2".into())]);
}

#[test]
fn a_telemetry_record_survives_its_bytes() {
    let record = TelemetryRecord {
        signal: Signal::Traces,
        project: ProjectId::new([7; 8]).unwrap(),
        bound_service: Some("checkout".into()),
        reader_version: wire::READER_VERSION,
        encoding: Encoding::Identity,
        body_bytes_decoded: 3,
        refused: [4, 5, 900].into_iter().collect(),
        body: bytes::Bytes::from_static(b"abc"),
    };
    let decoded = TelemetryRecord::decode(&record.encode()).unwrap();
    assert_eq!(decoded, record);
    assert_eq!(decoded.decoded_body(3).unwrap(), "abc");
    assert!(decoded.decoded_body(2).is_err());
}

#[test]
fn the_recorded_corpus_is_read_whole() {
    let Some(requests) = corpora::otel_demo_requests() else {
        return;
    };
    let spans: usize = requests.iter().map(|body| all_spans(body).len()).sum();
    assert_eq!(spans, 4_743);
}

fn to_value(value: &otlp::Value) -> Value {
    match value {
        otlp::Value::Empty => Value::Null,
        otlp::Value::Text(text) => Value::Text(text.clone()),
        otlp::Value::Bool(flag) => Value::Bool(*flag),
        otlp::Value::Int(value) => Value::int(*value),
        otlp::Value::Double(value) => Value::double(*value),
        otlp::Value::Bytes(bytes) => Value::bytes(bytes),
        otlp::Value::List(items) => Value::List(items.iter().map(to_value).collect()),
        otlp::Value::Map(entries) => Value::Map(to_attributes(entries)),
    }
}

fn to_attributes(attributes: &[(String, otlp::Value)]) -> omegi_model::value::Attributes {
    attributes
        .iter()
        .map(|(key, value)| (key.clone(), to_value(value)))
        .collect()
}

proptest! {
    #[test]
    fn the_walk_of_a_written_request_gives_the_request(request in strategy::requests()) {
        let body = request.traces_protobuf();
        let written = request.resources.iter().flat_map(|resource| {
            resource.spans.iter().map(move |span| (resource, span))
        });
        for (read, (resource, span)) in all_spans(&body).iter().zip(written.clone()) {
            let span_id = read.span_id();
            prop_assert_eq!(&span_id.as_bytes()[..], &span.span_id[..]);
            prop_assert_eq!(read.name(), span.name.as_str());
            prop_assert_eq!(read.to_attributes(), to_attributes(&span.attributes));
            prop_assert_eq!(read.resource().to_attributes(), to_attributes(&resource.attributes));
            prop_assert_eq!(read.events().count(), span.events.len());
            for (event, written) in read.events().zip(&span.events) {
                prop_assert_eq!(event.to_attributes(), to_attributes(&written.attributes));
            }
        }
        prop_assert_eq!(all_spans(&body).len(), written.count());
        let inspection = wire::inspect(&body, Signal::Traces).unwrap();
        prop_assert_eq!(inspection.records as usize, all_spans(&body).len());
        prop_assert!(inspection.refused.is_empty());
    }

    #[test]
    fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        read_all(&bytes);
    }

    #[test]
    fn a_damaged_request_is_read_to_an_end(
        request in strategy::requests(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut body = request.traces_protobuf();
        prop_assume!(!body.is_empty());
        let at = at.index(body.len());
        if cut { body.truncate(at) } else { body[at] = byte }
        read_all(&body);
    }
}

/// Reads everything there is to read; what passes inspection must be readable without an error.
fn read_all(body: &[u8]) {
    let none = Refused::default();
    let mut read = 0;
    for span in wire::spans(body, &none).flatten() {
        read += 1;
        let _ = (
            span.to_attributes(),
            span.status(),
            span.value_anomalies(),
            span.links().count(),
        );
        let _ = (
            span.resource().to_attributes(),
            span.scope().to_attributes(),
        );
        for event in span.events() {
            let _ = event.to_attributes();
        }
    }
    for log in wire::log_records(body, &none).flatten() {
        let _ = (log.to_attributes(), log.body(), log.value_anomalies());
    }
    if let Ok(inspection) = wire::inspect(body, Signal::Traces) {
        assert_eq!(
            u64::from(inspection.records) - inspection.refused.count(),
            read
        );
    }
}
