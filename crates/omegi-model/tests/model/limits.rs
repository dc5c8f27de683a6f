//! What the reader cuts, repairs and flags; sizes of the edge cases at a tenth where noted.

use omegi_model::envelope::Signal;
use omegi_model::wire::limits::{ATTRIBUTES_MAX, EVENTS_MAX, VALUE_BYTES_MAX};
use omegi_model::wire::{self, Anomaly, Refused, SpanRef, ValueRef, Warning};
use omegi_testkit::otlp::{self, Message, Request, Value};

fn with_only_span<T>(request: &Request, look: impl FnOnce(&SpanRef<'_>) -> T) -> T {
    let body = request.traces_protobuf();
    assert!(wire::inspect(&body, Signal::Traces).is_ok());
    let span = wire::spans(&body, Refused::NONE).next().unwrap().unwrap();
    look(&span)
}

fn span() -> Request {
    otlp::request().resource("checkout").span("s")
}

#[test]
fn edge_06_spans_with_bad_ids_are_refused_alone() {
    let bad = |length: usize| span().edit_span(|span| span.trace_id = vec![1; length]);
    for request in [
        bad(15),
        bad(17),
        bad(0),
        span().edit_span(|span| span.trace_id = vec![0; 16]),
        span().edit_span(|span| span.span_id = vec![0; 8]),
        span().edit_span(|span| span.span_id = vec![1; 7]),
    ] {
        let body = request.span("good").traces_protobuf();
        let inspection = wire::inspect(&body, Signal::Traces).unwrap();
        assert_eq!(
            (inspection.records, inspection.refused.ranges()),
            (2, &[(0, 1)][..])
        );
        let names: Vec<_> = wire::spans(&body, Refused::NONE)
            .map(|span| span.unwrap().name().into_owned())
            .collect();
        assert_eq!(names, ["good"]);
    }
}

#[test]
fn edge_07_a_log_record_with_bad_ids_is_kept_without_a_trace() {
    for ids in [(vec![0; 16], vec![0; 8]), (vec![1; 15], vec![1; 9])] {
        let request = otlp::request().resource("a").log("m").edit_log(|log| {
            (log.trace_id, log.span_id) = ids;
        });
        let body = request.logs_protobuf();
        let log = wire::log_records(&body, Refused::NONE)
            .next()
            .unwrap()
            .unwrap();
        assert_eq!((log.trace_id(), log.span_id()), (None, None));
    }
}

#[test]
fn edge_08_a_span_that_names_itself_is_a_root() {
    let request = span().edit_span(|span| span.parent_span_id = span.span_id.clone());
    with_only_span(&request, |span| {
        assert_eq!(span.parent_span_id(), None);
        assert!(span.anomalies().contains(Anomaly::SelfParent));
    });
}

#[test]
fn edge_12_an_empty_parent_and_one_of_zeros_are_none() {
    for parent in [Vec::new(), vec![0; 8]] {
        let request = span().edit_span(|span| span.parent_span_id = parent);
        with_only_span(&request, |span| {
            assert_eq!(span.parent_span_id(), None);
            assert!(span.anomalies().is_empty());
        });
    }
}

#[test]
fn edge_16_a_long_value_is_cut_and_says_how_long_it_was() {
    let long = "x".repeat(1 << 20);
    let request = span()
        .attribute("k", long.clone())
        .exception("E", "m", &long);
    with_only_span(&request, |span| {
        let value = span.attribute("k").unwrap();
        assert!(value.as_str().unwrap().len() <= VALUE_BYTES_MAX);
        assert!(
            value
                .as_str()
                .unwrap()
                .ends_with("…[cut from 1048576 bytes]")
        );
        let event = span.events().next().unwrap();
        let stack = event.attribute("exception.stacktrace").unwrap();
        assert!((250 << 10..=256 << 10).contains(&stack.as_str().unwrap().len()));
        assert!(span.value_anomalies().contains(Anomaly::Cut));
    });
    let body = request.traces_protobuf();
    let warnings = wire::inspect(&body, Signal::Traces).unwrap().warnings;
    assert_eq!(warnings.count(Warning::Cut), 2);
}

#[test]
fn a_value_just_within_its_limit_is_no_cut() {
    let request = span().attribute("k", "x".repeat(VALUE_BYTES_MAX));
    let body = request.traces_protobuf();
    assert!(
        wire::inspect(&body, Signal::Traces)
            .unwrap()
            .warnings
            .is_empty()
    );
    with_only_span(&request, |span| assert!(span.value_anomalies().is_empty()));
}

#[test]
fn edge_17_of_too_many_attributes_the_first_are_kept_and_counted() {
    let request = (0..10_000).fold(span(), |request, i| request.attribute(&format!("k{i}"), i));
    with_only_span(&request, |span| {
        assert_eq!(span.attributes().count(), ATTRIBUTES_MAX as usize);
        assert_eq!(span.dropped(), 10_000 - ATTRIBUTES_MAX);
        assert!(span.anomalies().contains(Anomaly::Cut));
    });
}

/// A tenth: 10,000 events of 100,000.
#[test]
fn edge_17_of_too_many_events_the_first_and_the_last_exception_survive() {
    for (first, last) in [(9_000, 9_999), (3, 9_000), (5_000, 5_000), (126, 127)] {
        let request = span().edit_span(|span| {
            span.events = (0..10_000)
                .map(|i| {
                    let is_exception = i == first || i == last || (first < i && i < last);
                    let name = if is_exception { "exception" } else { "tick" };
                    otlp::SpanEvent {
                        time: i,
                        name: name.into(),
                        attributes: Vec::new(),
                    }
                })
                .collect();
        });
        with_only_span(&request, |span| {
            let times: Vec<_> = span.events().map(|event| event.time().0 as u64).collect();
            assert!(times.len() <= EVENTS_MAX as usize, "{}", times.len());
            assert!(times.len() >= EVENTS_MAX as usize - 1, "{}", times.len());
            assert!(
                times.contains(&first) && times.contains(&last),
                "{first} {last}"
            );
            assert!(times.is_sorted());
        });
    }
}

#[test]
fn edge_18_values_nested_too_deep_in_protobuf_are_cut() {
    let mut value = Message::new().bytes(1, b"x");
    for _ in 0..10_000 {
        let list = Message::new().bytes(1, &value.0);
        value = Message::new().bytes(5, &list.0);
    }
    let attribute = Message::new().bytes(1, b"k").bytes(2, &value.0);
    let span = Message::new()
        .bytes(1, &[1; 16])
        .bytes(2, &[1; 8])
        .bytes(9, &attribute.0);
    let scope = Message::new().bytes(2, &span.0);
    let group = Message::new().bytes(2, &scope.0);
    let body = Message::new().bytes(1, &group.0).0;
    let inspection = wire::inspect(&body, Signal::Traces).unwrap();
    assert!(inspection.warnings.count(Warning::Cut) > 0);
    let span = wire::spans(&body, Refused::NONE).next().unwrap().unwrap();
    let mut value = span.attribute("k").unwrap();
    let mut depth = 0;
    while let ValueRef::List(list) = value {
        value = list.iter().next().unwrap_or(ValueRef::Empty);
        depth += 1;
    }
    assert_eq!(depth, 64);
    assert!(span.value_anomalies().contains(Anomaly::Cut));
}

#[test]
fn edge_19_a_long_array_is_cut() {
    let request = span().attribute("k", Value::List(vec![Value::Int(7); 1_000_000]));
    with_only_span(&request, |span| {
        let ValueRef::List(list) = span.attribute("k").unwrap() else {
            panic!("not a list")
        };
        assert!((1_000..=VALUE_BYTES_MAX).contains(&list.iter().count()));
        assert!(span.value_anomalies().contains(Anomaly::Cut));
    });
}

#[test]
fn edge_20_invalid_utf_8_is_replaced_and_flagged() {
    let value = Message::new().bytes(1, b"v\xff");
    let attribute = Message::new().bytes(1, b"k\xff").bytes(2, &value.0);
    let status = Message::new().bytes(2, b"m\xff");
    let span = Message::new()
        .bytes(1, &[1; 16])
        .bytes(2, &[1; 8])
        .bytes(5, b"n\xff");
    let span = span.bytes(9, &attribute.0).bytes(15, &status.0);
    let group = Message::new().bytes(2, &Message::new().bytes(2, &span.0).0);
    let body = Message::new().bytes(1, &group.0).0;
    assert!(
        wire::inspect(&body, Signal::Traces)
            .unwrap()
            .refused
            .is_empty()
    );
    let span = wire::spans(&body, Refused::NONE).next().unwrap().unwrap();
    assert_eq!(span.name(), "n\u{fffd}");
    assert_eq!(span.status().1, "m\u{fffd}");
    let (key, value) = span.attributes().next().unwrap();
    assert_eq!(
        (key.as_ref(), value.as_str()),
        ("k\u{fffd}", Some("v\u{fffd}"))
    );
    assert!(span.value_anomalies().contains(Anomaly::InvalidUtf8));
}

#[test]
fn edge_26_unknown_fields_are_stepped_over_and_unknown_numbers_kept() {
    let request = span().edit_span(|span| (span.kind, span.status_code) = (99, 99));
    let mut body = request.traces_protobuf();
    let unknown = Message::new()
        .varint(99, 7)
        .fixed64(100, 1)
        .fixed32(101, 1)
        .bytes(102, b"x");
    body.extend_from_slice(&unknown.0);
    // A group: field 9 begins, holds a varint, ends.
    body.extend_from_slice(&[9 << 3 | 3, 8, 1, 9 << 3 | 4]);
    let span = wire::spans(&body, Refused::NONE)
        .map(Result::unwrap)
        .collect::<Vec<_>>();
    assert_eq!(span.len(), 1);
    assert_eq!(span[0].kind(), omegi_model::error_event::SpanKind::Internal);
    assert_eq!(
        span[0].status().0,
        omegi_model::error_event::StatusCode::Unset
    );
}

#[test]
fn edge_40_41_42_odd_times_are_kept_and_flagged() {
    let now = otlp::EPOCH;
    let day = 86_400_000_000_000;
    for (start, end, expected) in [
        (0, 0, Some(Anomaly::ZeroTime)),
        (1, 1, Some(Anomaly::SuspectUnit)),
        (now / 1_000, now / 1_000 + 5, Some(Anomaly::SuspectUnit)),
        (
            now / 1_000_000,
            now / 1_000_000 + 5,
            Some(Anomaly::SuspectUnit),
        ),
        (u64::MAX, u64::MAX, Some(Anomaly::FarFuture)),
        (now, now - 1, Some(Anomaly::EndBeforeStart)),
        (now, now, None),
        (now, now + 30 * day, None),
    ] {
        with_only_span(&span().times(start, end), |span| {
            assert_eq!(span.anomalies().iter().next(), expected, "{start} {end}");
            assert!(span.end() >= span.start());
            assert_eq!(span.start().0, i64::try_from(start).unwrap_or(i64::MAX));
        });
    }
}

#[test]
fn a_resource_without_a_service_name_is_unknown_service() {
    for (value, expected) in [
        (None, "unknown_service"),
        (Some(Value::from("")), "unknown_service"),
        (Some(Value::Empty), "unknown_service"),
        (Some("unknown_service:java".into()), "unknown_service:java"),
    ] {
        let mut request = span();
        request.resources[0].attributes.clear();
        if let Some(value) = value {
            request.resources[0]
                .attributes
                .push(("service.name".into(), value));
        }
        with_only_span(&request, |span| {
            assert_eq!(span.resource().service_name(), expected)
        });
    }
}

#[test]
fn a_host_is_told_by_its_id_then_its_first_address_then_its_name() {
    let mut request = otlp::request().resource("a").attribute("host.name", "n");
    let ips = Value::List(vec!["10.0.0.1".into(), "10.0.0.2".into()]);
    let key = |request: &Request| {
        let request = request.clone().span("s");
        with_only_span(&request, |span| {
            span.resource().host_key().unwrap().into_owned()
        })
    };
    assert_eq!(key(&request), "n");
    request = request.attribute("host.ip", ips);
    assert_eq!(key(&request), "10.0.0.1");
    request = request.attribute("host.id", "i");
    assert_eq!(key(&request), "i");
}

#[test]
fn groups_of_before_otlp_0_15_are_warned_of() {
    let library = Message::new().bytes(2, b"");
    let group = Message::new().bytes(1000, &library.0);
    let body = Message::new().bytes(1, &group.0).0;
    let inspection = wire::inspect(&body, Signal::Traces).unwrap();
    assert_eq!(inspection.records, 0);
    assert_eq!(inspection.warnings.count(Warning::LegacyGroup), 1);
}

#[test]
fn a_million_refused_spans_take_little_memory() {
    // 2 bytes each: the cheapest way to fill a body with spans.
    let scope = Message(b"\x12\x00".repeat(1_000_000));
    let group = Message::new().bytes(2, &scope.0);
    let body = Message::new().bytes(1, &group.0).0;
    let inspection = wire::inspect(&body, Signal::Traces).unwrap();
    assert_eq!(inspection.refused.count(), 1_000_000);
    assert_eq!(inspection.refused.ranges().len(), 1);
    assert_eq!(inspection.services.len(), 1);
}
