//! Repeats, shapes of trees, sizes.

use super::kit::*;
use crate::assembly::AssemblyRules;
use crate::error_event::{SpanKind, VerdictState};

fn failing() -> [Span; 2] {
    [
        span(1, 0, "web").kind(SpanKind::Server).failed("down"),
        span(2, 1, "web").threw("Boom", "down", ""),
    ]
}

#[test]
fn edge_01_the_same_spans_twice_are_one_set_and_one_event() {
    let once = trace().feed(failing()).close();
    let twice = trace().feed(failing()).feed(failing()).close();
    assert_eq!(twice.only(), once.only());
    assert_eq!(twice.verdict().spans, 2);
    assert_eq!(twice.told.len(), once.told.len());
}

#[test]
fn edge_02_a_retry_in_other_batches_after_the_event_changes_nothing() {
    let [root, child] = failing();
    let trace = trace().feed(failing()).close();
    let told = trace.told.len();
    let again = trace.feed([child]).wait(SECOND).feed([root]).close();
    assert_eq!(again.told.len(), told);
}

#[test]
fn edge_03_a_longer_copy_wins_and_exceptions_of_both_are_kept() {
    let short = span(2, 1, "web")
        .at(10, 20)
        .threw("Early", "first reason", "");
    let long = span(2, 1, "web")
        .at(10, 90)
        .threw("Late", "second reason", "");
    for copies in [[short.clone(), long.clone()], [long, short]] {
        let trace = trace().feed([span(1, 0, "web")]).feed(copies).close();
        let event = trace.only();
        assert_eq!(trace.verdict().spans, 2);
        assert_eq!(event.path[1].end.0, BASE + 90 * MILLI);
        let kinds: Vec<_> = event.exceptions.iter().map(|e| e.kind.as_str()).collect();
        assert_eq!(kinds, ["Late", "Early"]);
    }
}

#[test]
fn edge_04_client_and_server_sharing_an_id_are_both_kept() {
    let trace = trace()
        .feed([
            span(1, 0, "web"),
            span(2, 1, "web").kind(SpanKind::Client).failed(""),
            span(2, 1, "stock")
                .kind(SpanKind::Server)
                .named("take")
                .threw("Boom", "no stock left", ""),
            span(3, 2, "stock")
                .named("inner")
                .threw("Boom", "no stock left", ""),
        ])
        .close();
    let event = trace.only();
    assert_eq!(trace.verdict().spans, 4);
    let path: Vec<_> = event
        .path
        .iter()
        .map(|s| (s.service.as_str(), s.kind))
        .collect();
    let expected = [
        ("web", SpanKind::Internal),
        ("web", SpanKind::Client),
        ("stock", SpanKind::Server),
        ("stock", SpanKind::Internal),
    ];
    assert_eq!(path, expected);
}

#[test]
fn edge_08_a_span_that_is_its_own_parent_is_the_root() {
    let trace = trace()
        .feed([span(1, 1, "web").threw("Boom", "x", "")])
        .close();
    assert_eq!(trace.verdict().state, VerdictState::Complete);
    assert_eq!(trace.only().path[0].parent_span_id, None);
}

#[test]
fn edge_09_rings_of_parents_end_in_an_event_without_a_root() {
    for len in [2, 1_000] {
        let ring = (1..=len).map(|n| {
            let span = span(n, n % len + 1, "web");
            if n == len {
                span.threw("Boom", "x", "")
            } else {
                span
            }
        });
        let trace = trace().feed(ring).close();
        assert_eq!(trace.only().origin.span_id, Some(id(len)));
        assert_eq!(trace.verdict().reason.as_deref(), Some("root_missing"));
    }
}

#[test]
fn edge_10_a_parent_missing_for_ever_is_named_and_the_event_told() {
    let trace = trace()
        .feed([
            span(1, 0, "web"),
            span(3, 2, "stock").threw("Boom", "x", ""),
            span(4, 2, "stock"),
        ])
        .close();
    let verdict = trace.only().verdict;
    assert_eq!(
        (verdict.state, verdict.reason.as_deref()),
        (VerdictState::Partial, Some("parent_missing"))
    );
    let missing = &verdict.missing_parents[0];
    assert_eq!(
        (missing.span_id, missing.children.as_slice()),
        (id(2), &[id(3), id(4)][..])
    );
    assert_eq!(missing.service.as_deref(), Some("stock"));
}

#[test]
fn edge_10_the_service_behind_an_entry_is_not_guessed() {
    let trace = trace()
        .feed([
            span(1, 0, "web"),
            span(3, 2, "stock").kind(SpanKind::Server).failed(""),
        ])
        .close();
    assert_eq!(trace.only().verdict.missing_parents[0].service, None);
}

#[test]
fn edge_11_several_roots_are_all_kept() {
    for roots in [2, 5] {
        let spans = (1..=roots)
            .map(|n| span(n, 0, "web").threw("Boom", &format!("x{}", "y".repeat(n as usize)), ""));
        let trace = trace().feed(spans).close();
        assert_eq!(trace.verdict().reason.as_deref(), Some("several_roots"));
        assert_eq!(trace.verdict().state, VerdictState::Partial);
        assert_eq!(u64::from(trace.verdict().spans), roots);
    }
}

#[test]
fn edge_13_a_chain_of_100_000_spans_is_told_with_its_middle_cut() {
    let deep = 100_000;
    let chain = (1..=deep).map(|n| {
        let span = span(n, n - 1, "web").at(0, 1);
        if n == deep {
            span.threw("Boom", "x", "")
        } else {
            span
        }
    });
    let event = trace().feed(chain).close().only();
    assert_eq!(
        event.path.len() as u64 + u64::from(event.path_omitted),
        deep
    );
    assert!(event.path_omitted > 0);
    assert_eq!(event.path.last().map(|s| s.span_id), Some(id(deep)));
}

#[test]
fn edge_13_a_chain_in_which_every_span_fails_is_one_event() {
    let deep = 9_000;
    let chain = (1..=deep).map(|n| span(n, n - 1, "web").threw("Boom", "the same reason", ""));
    assert_eq!(
        trace().feed(chain).close().only().origin.span_id,
        Some(id(deep))
    );
}

/// A tenth of the case's 100,000 and 1,000,000 spans.
#[test]
fn edge_14_a_huge_trace_is_truncated_and_its_event_right() {
    let rules = AssemblyRules {
        spans_per_trace_max: 20_000,
        ..AssemblyRules::default()
    };
    for (spans, state) in [
        (10_000, VerdictState::Complete),
        (100_000, VerdictState::Truncated),
    ] {
        let mut trace = trace();
        trace.state =
            crate::assembly::TraceState::bounded(trace.state.project(), trace.state.key(), &rules);
        trace.rules = rules.clone();
        let healthy = (3..spans).map(|n| span(n, 1, "web").at(1, 2));
        let failing = span(spans + 1, 2, "stock")
            .kind(SpanKind::Server)
            .threw("Boom", "x", "");
        let trace = trace
            .feed(healthy)
            .feed([failing, span(2, 1, "web").kind(SpanKind::Client).failed("")])
            .feed([span(1, 0, "web").kind(SpanKind::Server).failed("")])
            .close();
        let event = trace.only();
        assert_eq!(event.verdict.state, state);
        assert_eq!(event.origin.service, "stock");
        assert_eq!(event.path.len(), 3, "ancestors are kept beyond the limit");
        assert!(trace.state.bytes() < 4 << 20, "{}", trace.state.bytes());
    }
}

#[test]
fn edge_15_a_star_of_50_000_children_with_one_failure_5_000_times_is_one_event() {
    let children = (2..50_000).map(|n| {
        let probe = span(n, 1, "web").named("probe").at(1, 2);
        if n % 10 == 0 {
            probe.threw("Boom", "x", "")
        } else {
            probe
        }
    });
    let trace = trace().feed(children).feed([span(1, 0, "web")]).close();
    let event = trace.only();
    assert!(!event.escaped);
    assert!(
        event
            .evidence
            .iter()
            .any(|said| said.contains("times in this trace")),
        "{:?}",
        event.evidence
    );
}
