//! Where it began, and how far it came.

use super::kit::*;
use crate::detection::explain;
use crate::error_event::{Role, SpanKind, VerdictState};
use crate::event::NodeKind;

#[test]
fn an_exception_in_a_service_three_hops_deep_is_told_with_its_path() {
    let stack = java(
        "com.shop.OutOfStock",
        "no item 17",
        &["Stock.take", "Stock.serve"],
    );
    let trace = trace()
        .feed([
            span(1, 0, "web")
                .kind(SpanKind::Server)
                .failed("")
                .http(500),
            span(2, 1, "web")
                .kind(SpanKind::Client)
                .failed("")
                .http(500),
            span(3, 2, "cart")
                .kind(SpanKind::Server)
                .failed("")
                .http(500),
            span(4, 3, "cart")
                .kind(SpanKind::Client)
                .failed("")
                .http(500),
            span(5, 4, "stock").kind(SpanKind::Server).http(500).threw(
                "com.shop.OutOfStock",
                "no item 17",
                &stack,
            ),
        ])
        .close();
    let event = trace.only();
    assert_eq!(event.origin.service, "stock");
    assert_eq!(event.origin.span_id, Some(id(5)));
    assert!(event.escaped && !event.ambiguous);
    assert_eq!(
        event.path.iter().map(|s| s.span_id).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5].map(id)
    );
    assert_eq!(event.exceptions[0].kind, "com.shop.OutOfStock");
    assert_eq!(event.exceptions[0].handled, Some(false));
    let roles: Vec<_> = event
        .services
        .iter()
        .map(|s| (s.name.as_str(), s.role))
        .collect();
    assert_eq!(
        roles,
        [
            ("stock", Role::Origin),
            ("cart", Role::Victim),
            ("web", Role::Victim)
        ]
    );
    assert_eq!(event.verdict.state, VerdictState::Complete);
}

#[test]
fn edge_59_a_late_callee_takes_over_from_the_remote_origin() {
    let carrier = "org.springframework.web.client.HttpServerErrorException";
    let trace = trace()
        .feed([
            span(1, 0, "web").kind(SpanKind::Server).threw(
                carrier,
                "500 Internal Server Error",
                "",
            ),
            span(2, 1, "web")
                .kind(SpanKind::Client)
                .peer(NodeKind::External, "stock")
                .threw(carrier, "500 Internal Server Error", ""),
        ])
        .wait(10 * SECOND);
    let early = trace.only();
    assert_eq!(
        (early.origin.service.as_str(), early.origin.span_id),
        ("remote:stock", None)
    );
    let trace = trace
        .feed([span(3, 2, "stock").kind(SpanKind::Server).http(500).threw(
            "OutOfStock",
            "no item 17",
            "",
        )])
        .close();
    let late = trace.only();
    assert_eq!(
        (late.origin.service.as_str(), late.origin.span_id),
        ("stock", Some(id(3)))
    );
    assert_eq!(late.supersedes, [early.id]);
    assert!(late.revision > early.revision);
}

#[test]
fn an_explanation_names_records_rules_and_what_was_told() {
    let trace = trace()
        .feed([
            span(1, 0, "web").kind(SpanKind::Server).failed(""),
            span(2, 1, "web").threw("Boom", "no such order", ""),
        ])
        .close();
    let steps = explain(&trace.state, &trace.announced);
    let rules: Vec<&str> = steps.iter().map(|step| step.rule.as_str()).collect();
    assert_eq!(rules[..3], ["trace/1", "exception/1", "exception/1"]);
    assert!(rules.contains(&"origin/1"));
    assert_eq!(rules.last(), Some(&"told"));
    assert!(
        steps
            .iter()
            .any(|step| step.offsets == [1] && step.span == Some(id(2)))
    );
}
