//! Requests by chance, for property tests.
//!
//! Any text but NUL, which JSON requests cannot carry: it is read as U+FFFD from them alone.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Link, Log, Request, Resource, Span, SpanEvent, Value};

/// Any request: valid ids, any text, any values, empty groups too.
pub fn requests() -> impl Strategy<Value = Request> {
    vec(resources(), 0..3).prop_map(|resources| Request {
        resources,
        ..super::request()
    })
}

fn resources() -> impl Strategy<Value = Resource> {
    (
        attributes(),
        r"[^\x00]{0,8}",
        vec(spans(), 0..4),
        vec(logs(), 0..4),
    )
        .prop_map(|(attributes, scope, spans, logs)| Resource {
            attributes,
            scope,
            spans,
            logs,
        })
}

/// Any span with valid ids.
pub fn spans() -> impl Strategy<Value = Span> {
    let ids = (
        trace_ids(),
        span_ids(),
        prop_oneof![Just(Vec::new()), span_ids()],
    );
    let header = (
        r"[^\x00]{0,4}",
        any::<u32>(),
        r"[^\x00]{0,12}",
        0..9_u32,
        any::<u64>(),
        any::<u64>(),
    );
    let lists = (attributes(), vec(events(), 0..3), vec(links(), 0..2));
    (ids, header, lists, 0..4_u32, r"[^\x00]{0,6}").prop_map(
        |(ids, header, lists, status_code, status_message)| Span {
            trace_id: ids.0,
            span_id: ids.1,
            parent_span_id: ids.2,
            trace_state: header.0,
            flags: header.1,
            name: header.2,
            kind: header.3,
            start: header.4,
            end: header.5,
            attributes: lists.0,
            events: lists.1,
            links: lists.2,
            status_code,
            status_message,
        },
    )
}

fn logs() -> impl Strategy<Value = Log> {
    let times = (any::<u64>(), any::<u64>());
    let words = (
        0..25_u32,
        r"[^\x00]{0,5}",
        proptest::option::of(values()),
        r"[^\x00]{0,8}",
    );
    let ids = prop_oneof![Just((Vec::new(), Vec::new())), (trace_ids(), span_ids()),];
    (times, words, attributes(), any::<u32>(), ids).prop_map(
        |(times, words, attributes, flags, ids)| Log {
            time: times.0,
            observed_time: times.1,
            severity_number: words.0,
            severity_text: words.1,
            body: words.2,
            attributes,
            flags,
            trace_id: ids.0,
            span_id: ids.1,
            event_name: words.3,
        },
    )
}

fn events() -> impl Strategy<Value = SpanEvent> {
    let names = prop_oneof![Just("exception".to_owned()), r"[^\x00]{0,8}"];
    (any::<u64>(), names, attributes()).prop_map(|(time, name, attributes)| SpanEvent {
        time,
        name,
        attributes,
    })
}

fn links() -> impl Strategy<Value = Link> {
    (trace_ids(), span_ids(), attributes()).prop_map(|(trace_id, span_id, attributes)| Link {
        trace_id,
        span_id,
        attributes,
    })
}

/// Attributes with keys from a small set, so that some repeat.
pub fn attributes() -> impl Strategy<Value = Vec<(String, Value)>> {
    let keys = prop_oneof![
        Just("service.name".to_owned()),
        Just("http.route".to_owned()),
        Just("exception.type".to_owned()),
        r"[^\x00]{0,6}",
    ];
    vec((keys, values()), 0..6)
}

/// Any value, lists and maps inside each other.
pub fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Empty),
        r"[^\x00]{0,12}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Double),
        vec(any::<u8>(), 0..12).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            vec((r"[^\x00]{0,4}", inner), 0..4).prop_map(Value::Map),
        ]
    })
}

fn trace_ids() -> impl Strategy<Value = Vec<u8>> {
    ids::<16>()
}

fn span_ids() -> impl Strategy<Value = Vec<u8>> {
    ids::<8>()
}

fn ids<const N: usize>() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), N).prop_filter("all zero is no id", |id| id.iter().any(|byte| *byte != 0))
}
