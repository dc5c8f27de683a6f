//! Clocks that are off, units that are wrong.

use super::kit::*;
use crate::error_event::{SpanKind, VerdictState};
use crate::time::UnixNanos;

#[test]
fn edge_40_moments_at_either_end_of_time_are_kept() {
    for (start, end) in [(0, 0), (0, i64::MAX), (i64::MAX, i64::MAX)] {
        let mut odd = span(2, 1, "web").threw("Boom", "x", "");
        (odd.start, odd.end) = (UnixNanos(start), UnixNanos(end));
        odd.exceptions[0].time = UnixNanos(end);
        let event = trace().feed([span(1, 0, "web"), odd]).close().only();
        assert_eq!(event.path[1].start, UnixNanos(start), "raw times are kept");
        assert_eq!(
            event.time, event.received_at,
            "an unusable clock is not believed"
        );
    }
}

#[test]
fn edge_41_an_end_before_the_start_is_a_length_of_nothing() {
    let mut odd = span(2, 1, "web").threw("Boom", "x", "");
    odd.end = UnixNanos(odd.start.0 - SECOND);
    let event = trace().feed([span(1, 0, "web"), odd]).close().only();
    assert_eq!(event.path[1].start, event.path[1].end);
}

#[test]
fn edge_41_a_root_of_thirty_days_is_complete() {
    let mut long = span(1, 0, "job").failed("");
    long.end = long.start.plus(30 * 86_400 * SECOND);
    assert_eq!(
        trace().feed([long]).close().only().verdict.state,
        VerdictState::Complete
    );
}

#[test]
fn edge_42_milliseconds_sent_as_nanoseconds_are_listed_by_arrival() {
    let mut odd = span(1, 0, "web").threw("Boom", "x", "");
    (odd.start, odd.end) = (UnixNanos(1_700_000_000_000), UnixNanos(1_700_000_000_500));
    odd.exceptions[0].time = odd.end;
    let event = trace().feed([odd]).close().only();
    assert_eq!(event.time, UnixNanos(BASE));
    assert_eq!(event.path[0].start, UnixNanos(1_700_000_000_000));
}

#[test]
fn edge_43_a_clock_five_minutes_off_moves_no_origin() {
    let spans = |by: i64| {
        [
            span(1, 0, "web")
                .kind(SpanKind::Server)
                .host("a")
                .at(0, 100)
                .failed(""),
            span(2, 1, "web")
                .kind(SpanKind::Client)
                .host("a")
                .at(10, 95)
                .failed(""),
            span(3, 2, "cart")
                .kind(SpanKind::Server)
                .host("b")
                .at(20, 94)
                .shifted(by)
                .failed(""),
            span(4, 3, "cart")
                .host("b")
                .at(30, 93)
                .shifted(by)
                .threw("Boom", "x", ""),
        ]
    };
    let right = trace().feed(spans(0)).close().only();
    for by in [300 * SECOND, -300 * SECOND] {
        let event = trace().feed(spans(by)).close().only();
        assert_eq!(
            (&event.origin, event.id, event.escaped),
            (&right.origin, right.id, true)
        );
        assert!(event.score.abs_diff(right.score) < 10);
    }
}

#[test]
fn edge_44_a_child_that_starts_before_its_parent_is_still_its_child() {
    let early = span(3, 2, "cart")
        .kind(SpanKind::Server)
        .host("b")
        .at(-5_000, -4_990);
    let event = trace()
        .feed([
            span(1, 0, "web").host("a"),
            span(2, 1, "web")
                .kind(SpanKind::Client)
                .host("a")
                .at(10, 40)
                .failed(""),
            early.threw("Boom", "x", ""),
        ])
        .close()
        .only();
    assert_eq!(
        event.path.iter().map(|s| s.span_id).collect::<Vec<_>>(),
        [1, 2, 3].map(id)
    );
}

#[test]
fn edge_45_a_clock_stepping_back_within_a_trace_gives_nothing_negative() {
    let event = trace()
        .feed([
            span(1, 0, "web").at(0, 100),
            span(2, 1, "web").at(50, 60),
            span(3, 2, "web").at(-1_000, -990).threw("Boom", "x", ""),
        ])
        .close()
        .only();
    assert!(event.path.iter().all(|span| span.end >= span.start));
}
