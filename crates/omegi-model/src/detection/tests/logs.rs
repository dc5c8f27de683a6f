//! Errors that logs tell of, with spans, without spans, without traces.

use super::kit::*;
use crate::assembly::TraceKey;
use crate::error_event::{ExceptionSource, SpanKind, VerdictState};

#[test]
fn edge_56_an_exception_log_in_an_unsampled_trace_is_told_at_once() {
    let stack = java("Boom", "x", &["A.a"]);
    let trace = trace()
        .feed([log(1, 5, "shop", 17, "failed").threw("Boom", "x", &stack)])
        .wait(200 * MILLI);
    let early = trace.only();
    assert_eq!(early.verdict.state, VerdictState::Waiting);
    assert_eq!(early.origin.service, "shop");
    let late = trace.close().only();
    assert_eq!(
        (late.verdict.state, late.verdict.reason.as_deref()),
        (VerdictState::Partial, Some("spans_missing"))
    );
    assert!(late.path.is_empty());
}

#[test]
fn edge_56_a_span_that_comes_after_its_log_keeps_the_id() {
    let trace = trace()
        .feed([log(1, 5, "shop", 17, "failed").threw("Boom", "x", "")])
        .wait(SECOND);
    let early = trace.only();
    let trace = trace.feed([span(5, 0, "shop").failed("")]).close();
    assert_eq!(trace.only().id, early.id);
    assert_eq!(trace.only().path.len(), 1);
}

#[test]
fn edge_07_a_log_without_a_trace_is_an_event_of_its_own() {
    let record = log(1, 0, "shop", 17, "failed").threw("Boom", "x", "");
    let event = keyed(TraceKey::Log(record.hash))
        .feed([record])
        .close()
        .only();
    assert_eq!(event.trace_id, None);
    assert_eq!(
        (event.verdict.state, event.verdict.reason.as_deref()),
        (VerdictState::Complete, Some("no_trace"))
    );
    assert_eq!(event.origin.span_id, None);
}

#[test]
fn a_stack_inside_the_text_of_a_log_is_found() {
    let body = format!(
        "request failed\n{}",
        java("com.shop.Boom", "no order", &["A.a", "B.b"])
    );
    let event = trace().feed([log(1, 0, "shop", 17, &body)]).close().only();
    assert_eq!(event.exceptions[0].kind, "com.shop.Boom");
    assert_eq!(event.exceptions[0].sources, [ExceptionSource::LogBody]);
    assert!(!event.exceptions[0].frames.is_empty());
}

#[test]
fn a_log_at_warn_without_an_exception_tells_of_no_error() {
    let trace = trace()
        .feed([log(1, 1, "shop", 13, "slow")])
        .feed([span(1, 0, "shop")])
        .close();
    assert!(trace.told.is_empty());
}

#[test]
fn an_exception_logged_at_warn_is_handled_and_at_debug_no_issue() {
    let warned = trace()
        .feed([span(1, 0, "shop")])
        .feed([log(1, 1, "shop", 13, "").threw("Boom", "x", "")])
        .close();
    assert_eq!(warned.only().exceptions[0].handled, Some(true));
    assert!(!warned.only().escaped);
    let debugged = trace()
        .feed([log(1, 1, "shop", 5, "").threw("Boom", "x", "")])
        .close();
    assert!(debugged.told.is_empty());
}

#[test]
fn a_log_without_a_span_that_tells_of_a_known_throw_adds_a_source() {
    let event = trace()
        .feed([span(1, 0, "shop").threw("Boom", "no such order", "")])
        .feed([log(1, 0, "shop", 17, "failed").threw("Boom", "no such order", "")])
        .close()
        .only();
    assert_eq!(
        event.exceptions[0].sources,
        [ExceptionSource::SpanEvent, ExceptionSource::Log]
    );
}

#[test]
fn a_log_line_at_error_makes_its_span_the_origin() {
    let event = trace()
        .feed([
            span(1, 0, "gate").kind(SpanKind::Server),
            span(2, 1, "gate").kind(SpanKind::Client),
            span(3, 2, "food").kind(SpanKind::Server),
            span(4, 3, "food"),
        ])
        .feed([log(1, 4, "food", 17, "Get Food Request Failed!")])
        .close()
        .only();
    assert_eq!(
        (event.origin.service.as_str(), event.origin.span_id),
        ("food", Some(id(4)))
    );
    assert_eq!(event.exceptions[0].message, "Get Food Request Failed!");
}

#[test]
fn the_service_of_a_missing_parent_is_known_from_its_log() {
    let trace = trace()
        .feed([span(1, 0, "web"), span(3, 2, "db").kind(SpanKind::Server)])
        .feed([log(1, 2, "stock", 17, "failed")])
        .close();
    assert_eq!(
        trace.verdict().missing_parents[0].service.as_deref(),
        Some("stock")
    );
}
