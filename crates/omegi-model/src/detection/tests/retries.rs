//! Attempts, probes, fan-out, queues, cancellations.

use super::kit::*;
use crate::error_event::{Role, SpanKind};
use crate::event::{Event, NodeKind};

fn attempt(n: u64, from: i64, to: i64) -> Span {
    span(n, 1, "web")
        .named("GET")
        .kind(SpanKind::Client)
        .at(from, to)
        .peer(NodeKind::External, "pay")
}

#[test]
fn edge_58_a_failed_attempt_with_a_later_success_is_no_event() {
    let trace = trace()
        .feed([
            span(1, 0, "web").kind(SpanKind::Server).at(0, 100),
            attempt(2, 10, 20).threw("java.net.ConnectException", "Connection refused", ""),
            attempt(3, 30, 40),
        ])
        .close();
    assert!(trace.told.is_empty(), "{:?}", trace.told);
}

#[test]
fn edge_58_a_success_that_comes_late_withdraws_the_event() {
    let trace = trace()
        .feed([
            span(1, 0, "web").kind(SpanKind::Server).at(0, 100),
            attempt(2, 10, 20).threw("java.net.ConnectException", "Connection refused", ""),
        ])
        .wait(5 * SECOND);
    assert!(!trace.only().escaped);
    let trace = trace.feed([attempt(3, 30, 40)]).close();
    assert!(trace.events().is_empty());
    assert!(matches!(
        trace.told.last(),
        Some(Event::ErrorWithdrawn { .. })
    ));
}

#[test]
fn edge_58_what_the_callee_threw_in_a_recovered_attempt_is_listed_as_recovered() {
    let trace = trace()
        .feed([
            span(1, 0, "web").kind(SpanKind::Server).at(0, 100),
            attempt(2, 10, 20).failed("").http(500),
            span(4, 2, "pay")
                .kind(SpanKind::Server)
                .at(11, 19)
                .threw("Boom", "first time", ""),
            attempt(3, 30, 40),
        ])
        .close();
    let event = trace.only();
    assert!(event.recovered && !event.escaped);
    assert_eq!(event.origin.service, "pay");
}

#[test]
fn edge_58_three_failures_then_that_of_the_parent_are_one_event() {
    let refused = |n: u64, from: i64| {
        attempt(n, from, from + 10).threw("java.net.ConnectException", "Connection refused", "")
    };
    let trace = trace()
        .feed([
            span(1, 0, "web").kind(SpanKind::Server).at(0, 46).threw(
                "PaymentFailed",
                "gave up",
                "",
            ),
            refused(2, 5),
            refused(3, 20),
            refused(4, 35),
        ])
        .close();
    let event = trace.only();
    assert_eq!(event.origin.service, "remote:pay");
    assert!(event.escaped);
    assert_eq!(event.path.last().map(|s| s.span_id), Some(id(4)));
    assert!(
        event
            .evidence
            .iter()
            .any(|said| said.starts_with("2 earlier attempt")),
        "{:?}",
        event.evidence
    );
}

#[test]
fn edge_60_two_callees_failing_for_different_reasons_stay_two_origins() {
    let call = |n: u64, service: &str, kind: &str, message: &str, to: i64| {
        [
            span(n, 1, "web")
                .kind(SpanKind::Client)
                .named(service)
                .at(10, to)
                .failed("")
                .http(500),
            span(n + 1, n, service)
                .kind(SpanKind::Server)
                .at(11, to - 1)
                .threw(kind, message, ""),
        ]
    };
    let trace = trace()
        .feed([span(1, 0, "web")
            .kind(SpanKind::Server)
            .at(0, 62)
            .failed("")
            .http(500)])
        .feed(call(2, "stock", "OutOfStock", "item is gone", 40))
        .feed(call(4, "price", "NoPrice", "currency unknown", 60))
        .close();
    let events = trace.events();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.ambiguous && event.escaped));
    assert_ne!(events[0].grouping.key, events[1].grouping.key);
    assert_eq!(events[0].siblings, [events[1].id]);
}

#[test]
fn edge_61_a_client_that_went_away_is_no_incident() {
    let trace = trace()
        .feed([span(1, 0, "web").kind(SpanKind::Server).threw(
            "java.util.concurrent.CancellationException",
            "client closed the connection",
            "",
        )])
        .feed([log(1, 1, "web", 5, "cancelled").threw("CancelledError", "", "")])
        .close();
    assert!(trace.told.is_empty());
}

#[test]
fn edge_62_a_failing_consumer_is_the_origin_of_its_own_trace() {
    let event = trace()
        .feed([span(1, 0, "mailer")
            .kind(SpanKind::Consumer)
            .threw("SmtpError", "relay down", "")])
        .close()
        .only();
    assert!(event.escaped);
    assert_eq!(event.origin.service, "mailer");
}

#[test]
fn edge_62_in_one_trace_a_failing_consumer_does_not_blame_the_producer() {
    let event = trace()
        .feed([
            span(1, 0, "shop").kind(SpanKind::Server),
            span(2, 1, "shop").kind(SpanKind::Producer),
            span(3, 2, "mailer")
                .kind(SpanKind::Consumer)
                .threw("SmtpError", "relay down", ""),
        ])
        .close()
        .only();
    assert!(
        event.escaped,
        "a message that is not handled reaches its own entry"
    );
    let shop = event
        .services
        .iter()
        .find(|s| s.name == "shop")
        .map(|s| s.role);
    assert_eq!(shop, Some(Role::Bystander));
}

#[test]
fn edge_57_112_handled_probes_are_no_alert_and_not_the_cause() {
    let probes = (10..122).map(|n| {
        span(n, 1, "web")
            .named("probe")
            .at(n as i64, n as i64 + 1)
            .records("FileNotFound", &format!("/tmp/{n}"), "")
    });
    let real = span(2, 1, "web")
        .at(200, 300)
        .threw("Boom", "the real reason", "");
    let trace = trace()
        .feed([span(1, 0, "web")
            .kind(SpanKind::Server)
            .at(0, 301)
            .failed("")])
        .feed(probes)
        .feed([real])
        .close();
    let events = trace.events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].exceptions[0].kind, "Boom");
    assert!(events[0].escaped && !events[0].ambiguous);
    assert_eq!(events[1].exceptions[0].handled, Some(true));
    assert!(!events[1].escaped);
}

#[test]
fn a_failure_above_which_nothing_failed_is_contained() {
    let event = trace()
        .feed([
            span(1, 0, "web").kind(SpanKind::Server),
            span(2, 1, "web").threw("Boom", "x", ""),
        ])
        .close()
        .only();
    assert!(!event.escaped);
    assert!(event.evidence.iter().any(|said| said.contains("contained")));
}

#[test]
fn a_failure_travels_across_spans_that_say_nothing() {
    let event = trace()
        .feed([
            span(1, 0, "web")
                .kind(SpanKind::Server)
                .threw("Boom", "no such product", ""),
            span(2, 1, "web"),
            span(3, 2, "web"),
            span(4, 3, "web").threw("Boom", "no such product", ""),
        ])
        .close()
        .only();
    assert_eq!(event.origin.span_id, Some(id(4)));
    assert!(event.escaped);
}

#[test]
fn a_database_is_not_blamed_for_the_statement_it_was_sent() {
    let event = trace()
        .feed([
            span(1, 0, "web").kind(SpanKind::Server).failed(""),
            span(2, 1, "web")
                .kind(SpanKind::Client)
                .peer(NodeKind::Database, "postgresql")
                .threw("PSQLException", "syntax error", ""),
        ])
        .close()
        .only();
    assert_eq!(event.origin.service, "web");
}
