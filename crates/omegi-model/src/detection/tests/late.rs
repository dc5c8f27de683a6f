//! What comes late, and what is told of it.

use super::kit::*;
use crate::error_event::{SpanKind, VerdictState};
use crate::event::{Aspect, Event};

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

fn failing() -> [Span; 3] {
    [
        span(1, 0, "web").kind(SpanKind::Server).failed(""),
        span(2, 1, "web").kind(SpanKind::Client).failed(""),
        span(3, 2, "cart")
            .kind(SpanKind::Server)
            .threw("Boom", "no cart today", ""),
    ]
}

#[test]
fn an_event_is_told_once_its_first_mark_has_settled() {
    let trace = trace().feed(failing()).wait(199 * MILLI);
    assert!(trace.told.is_empty());
    let trace = trace.wait(MILLI);
    assert!(matches!(trace.told[..], [Event::ErrorDetected { .. }]));
    assert_eq!(trace.only().verdict.state, VerdictState::Waiting);
}

#[test]
fn a_further_origin_is_told_after_its_own_settling() {
    let trace = trace().feed(failing()).wait(10 * SECOND);
    let other = span(9, 1, "mail")
        .kind(SpanKind::Server)
        .threw("Lost", "no mail today", "");
    let trace = trace.feed([other]).wait(199 * MILLI);
    assert_eq!(trace.events().len(), 1);
    let trace = trace.wait(250 * MILLI);
    assert_eq!(trace.events().len(), 2);
}

#[test]
fn edge_46_late_spans_revise_after_seconds_minutes_and_a_day() {
    for late in [10 * SECOND, 10 * MINUTE, 25 * HOUR] {
        let [root, client, server] = failing();
        let trace = trace().feed([root, server]).wait(late);
        let before = trace.only();
        let told = trace.told.len();
        let trace = trace.feed([client]).close();
        let after = trace.only();
        assert_eq!(after.id, before.id);
        assert!(after.revision > before.revision && trace.told.len() > told);
        assert_eq!(after.verdict.state, VerdictState::Complete, "{late}");
        assert_eq!(after.path.len(), 3);
    }
}

#[test]
fn edge_46_what_comes_after_the_tombstone_continues_and_takes_nothing_back() {
    let [root, client, server] = failing();
    let mut after = trace().feed([root, server]).close();
    let told = after.told.len();
    after.state = trace().state.continued();
    let after = after.wait(8 * 24 * HOUR).feed([client]).close();
    let new: Vec<&Event> = after.told[told..].iter().collect();
    assert!(
        matches!(new[..], [Event::ErrorDetected { .. }, ..]),
        "{new:?}"
    );
    assert_eq!(after.verdict().reason.as_deref(), Some("continuation"));
    assert!(
        !new.iter()
            .any(|event| matches!(event, Event::ErrorWithdrawn { .. }))
    );
}

#[test]
fn edge_47_the_root_first_or_last_is_the_same_event_and_never_is_partial() {
    let [root, client, server] = failing();
    let first = trace()
        .feed([root.clone()])
        .wait(SECOND)
        .feed([client.clone(), server.clone()])
        .close();
    let last = trace()
        .feed([server.clone(), client.clone()])
        .wait(SECOND)
        .feed([root])
        .close();
    assert_eq!(told(first.only()), told(last.only()));
    let never = trace().feed([client, server]).close();
    let verdict = never.only().verdict;
    assert_eq!(
        (verdict.state, verdict.reason.as_deref()),
        (VerdictState::Partial, Some("root_missing"))
    );
}

/// Without what may differ by order of arrival.
fn told(mut event: crate::error_event::ErrorEvent) -> crate::error_event::ErrorEvent {
    event.revision = 0;
    event.received_at = crate::time::UnixNanos(0);
    event.supersedes.clear();
    event
}

#[test]
fn edge_48_two_halves_six_hours_apart_are_one_trace() {
    let [root, client, server] = failing();
    let trace = trace()
        .feed([root, client])
        .wait(6 * HOUR)
        .feed([server])
        .close();
    assert_eq!(trace.verdict().spans, 3);
    assert_eq!(trace.only().verdict.state, VerdictState::Complete);
}

#[test]
fn edge_48_one_id_for_everything_is_truncated_at_the_age_limit() {
    let mut trace = trace();
    for n in 0..100 {
        trace = trace
            .feed([span(n + 1, 0, "web").threw("Boom", "x", "")])
            .wait(10 * SECOND);
    }
    assert_eq!(trace.verdict().state, VerdictState::Truncated);
    assert!(
        trace
            .state
            .may_freeze(crate::time::UnixNanos(trace.now), &trace.rules)
    );
}

#[test]
fn edge_52_when_the_origin_moves_the_old_id_leads_to_the_new_event() {
    let [root, client, server] = failing();
    let trace = trace().feed([root, client]).wait(5 * SECOND);
    let old = trace.only();
    let trace = trace.feed([server]).close();
    let new = trace.only();
    assert_eq!(new.supersedes, [old.id]);
    assert_eq!(new.revision, trace.events()[0].revision);
    let detected = trace
        .told
        .iter()
        .filter(|e| matches!(e, Event::ErrorDetected { .. }))
        .count();
    assert_eq!(detected, 1, "no second announcement");
    let moved = trace.told.iter().find_map(|event| match event {
        Event::ErrorRevised { error, changed } if error.id == new.id => Some(changed.clone()),
        _ => None,
    });
    assert!(moved.unwrap().contains(&Aspect::Origin));
}

#[test]
fn at_most_one_revision_a_second_is_told_and_the_last_state_in_the_end() {
    let mut trace = trace()
        .feed([span(500, 0, "web").threw("Boom", "x", "")])
        .wait(SECOND);
    for n in 1..=30 {
        let failing = span(n, 500, "web").named(&format!("step {}", "x".repeat(n as usize)));
        trace = trace
            .feed([failing.threw("Other", &"z".repeat(n as usize), "")])
            .wait(100 * MILLI);
    }
    let revisions = trace.told.iter().filter(|e| matches!(e, Event::ErrorRevised { error, .. } if error.origin.span_id == Some(id(500)))).count();
    assert!(revisions <= 4, "{revisions} revisions in three seconds");
    let trace = trace.close();
    assert!(
        trace
            .events()
            .iter()
            .all(|event| event.siblings.len() == trace.events().len() - 1)
    );
    assert!(
        trace
            .events()
            .iter()
            .all(|event| event.verdict.state == VerdictState::Complete)
    );
}
