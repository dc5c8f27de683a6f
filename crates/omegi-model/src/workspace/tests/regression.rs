//! When an occurrence brings an issue back: the rules as a table, and their independence of order.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::scenario::*;
use super::super::triage::{
    Effect, IssueState, Occurrence, Outcome, Resolution, Snooze, Status, Substatus, TriageEvent,
    TriageFact, Why,
};
use crate::time::UnixNanos;

const MINUTE: i64 = 60_000_000_000;

/// Minutes after the moment at which the word is said.
fn at(minutes: i64) -> UnixNanos {
    NOW.plus(minutes * MINUTE)
}

/// Releases in the order in which they appeared, one a minute, long before.
fn releases() -> BTreeMap<String, UnixNanos> {
    let order = ["1.9.5", "2.0.0", "1.9.6", "2.1.0", "deadbee", "c0ffee1"];
    let moments = (0..).map(|minute| at(minute - 1_000));
    order
        .iter()
        .map(|release| (*release).to_owned())
        .zip(moments)
        .collect()
}

fn fact(event: TriageEvent, minutes: i64) -> TriageFact {
    TriageFact {
        event,
        by: by(2),
        at: at(minutes),
    }
}

fn resolved(resolution: Resolution, environments: &[&str]) -> TriageEvent {
    TriageEvent::IssueResolved {
        project: project(1),
        issue: issue(1),
        resolution,
        environments: environments.iter().map(|text| (*text).to_owned()).collect(),
    }
}

fn snoozed(snooze: Snooze) -> TriageEvent {
    TriageEvent::IssueSnoozed {
        project: project(1),
        issue: issue(1),
        snooze,
    }
}

fn said(event: TriageEvent) -> IssueState {
    let mut state = IssueState::default();
    assert_eq!(
        state.fold(&fact(event, 0)),
        Effect::Restated { after: at(0) }
    );
    state
}

fn seen<'a>(
    minutes: i64,
    release: Option<&'a str>,
    environment: Option<&'a str>,
) -> Occurrence<'a> {
    Occurrence {
        time: at(minutes),
        received_at: at(minutes),
        release,
        environment,
    }
}

fn now_() -> Resolution {
    Resolution::Now
}

fn in_release(release: &str) -> Resolution {
    Resolution::InRelease {
        release: release.to_owned(),
    }
}

fn next_after(release: &str) -> Resolution {
    Resolution::NextRelease {
        after: release.to_owned(),
    }
}

fn range(from: Option<&str>, to: Option<&str>) -> Resolution {
    Resolution::InRange {
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
    }
}

#[test]
fn an_issue_comes_back_only_if_time_and_release_say_so() {
    let older = |fixed_in: &str| {
        Some(Why::OlderRelease {
            fixed_in: fixed_in.to_owned(),
        })
    };
    let not_newer = |after: &str| {
        Some(Why::NotNewerRelease {
            after: after.to_owned(),
        })
    };
    let unseen = |fixed_in: &str| {
        Some(Why::FixNotSeen {
            fixed_in: fixed_in.to_owned(),
        })
    };
    #[rustfmt::skip]
    let table = [
        ("any release, after a plain resolve", now_(), seen(1, Some("1.9.5"), None), None),
        ("no release, after a plain resolve", now_(), seen(1, None, None), None),
        ("late delivery of what happened before", now_(), seen(-1, Some("2.1.0"), None), Some(Why::HappenedBefore)),
        ("at the very moment", now_(), seen(0, None, None), Some(Why::HappenedBefore)),
        ("old release still reporting after the fix", in_release("2.0.0"), seen(1, Some("1.9.5"), None), older("2.0.0")),
        ("hot-fix of an old branch, published after the fix", in_release("2.0.0"), seen(1, Some("1.9.6"), None), older("2.0.0")),
        ("the release with the fix itself", in_release("2.0.0"), seen(1, Some("2.0.0"), None), None),
        ("a newer release", in_release("2.0.0"), seen(1, Some("2.1.0"), None), None),
        ("a newer release, but before the fix was declared", in_release("2.0.0"), seen(-1, Some("2.1.0"), None), Some(Why::HappenedBefore)),
        ("no release known", in_release("2.0.0"), seen(1, None, None), None),
        ("hashes: an older one", in_release("c0ffee1"), seen(1, Some("deadbee"), None), older("c0ffee1")),
        ("hashes: a newer one", in_release("deadbee"), seen(1, Some("c0ffee1"), None), None),
        ("hash of a fix that is not out yet", in_release("abad1de"), seen(1, Some("c0ffee1"), None), unseen("abad1de")),
        ("version of a fix that is not out yet", in_release("2.2.0"), seen(1, Some("2.1.0"), None), unseen("2.2.0")),
        ("next release: the same one", next_after("2.0.0"), seen(1, Some("2.0.0"), None), not_newer("2.0.0")),
        ("next release: an older branch", next_after("2.0.0"), seen(1, Some("1.9.6"), None), not_newer("2.0.0")),
        ("next release: a newer one", next_after("2.0.0"), seen(1, Some("2.1.0"), None), None),
        ("range: inside", range(Some("2.0.0"), Some("3.0.0")), seen(1, Some("2.1.0"), None), None),
        ("range: before", range(Some("2.0.0"), Some("3.0.0")), seen(1, Some("1.9.6"), None), Some(Why::OutsideRange)),
        ("range: its end is outside", range(None, Some("2.1.0")), seen(1, Some("2.1.0"), None), Some(Why::OutsideRange)),
        ("silence: like a plain resolve", Resolution::Silence { days: 14 }, seen(1, Some("1.9.5"), None), None),
    ];
    for (case, resolution, occurrence, stays) in table {
        let mut state = said(resolved(resolution, &[]));
        let outcome = state.occurrence(&occurrence, &releases());
        assert_eq!(
            outcome,
            stays.clone().map_or(Outcome::Reopened, Outcome::Stays),
            "{case}"
        );
        let status = match stays {
            Some(_) => Status::Resolved,
            None => Status::Unresolved(Substatus::Regressed),
        };
        assert_eq!(state.status(at(-99), at(99)), status, "{case}");
    }
}

#[test]
fn an_issue_resolved_in_one_environment_is_not_brought_back_by_another() {
    for (here, outcome) in [
        (Some("production"), Outcome::Reopened),
        (Some("staging"), Outcome::Stays(Why::OtherEnvironment)),
        (None, Outcome::Stays(Why::OtherEnvironment)),
    ] {
        let mut state = said(resolved(Resolution::Now, &["production"]));
        assert_eq!(
            state.occurrence(&seen(1, None, here), &releases()),
            outcome,
            "{here:?}"
        );
    }
}

#[test]
fn a_clock_that_runs_ahead_brings_nothing_back() {
    let mut state = said(resolved(Resolution::Now, &[]));
    let ahead = Occurrence {
        received_at: at(-1),
        ..seen(5, None, None)
    };
    assert_eq!(
        state.occurrence(&ahead, &releases()),
        Outcome::Stays(Why::HappenedBefore)
    );
}

#[test]
fn resolving_a_regressed_issue_is_a_new_act() {
    let mut state = said(resolved(Resolution::Now, &[]));
    assert!(!state.overtaken(at(9)));
    state.occurrence(&seen(1, None, None), &releases());
    assert!(state.overtaken(at(9)));
    let again = state.fold(&fact(resolved(Resolution::Now, &[]), 10));
    assert_eq!(again, Effect::Restated { after: at(10) });
    assert_eq!(state.status(at(-99), at(99)), Status::Resolved);
}

#[test]
fn an_ignored_issue_stays_ignored_and_an_open_one_is_new_for_a_week() {
    let ignored = TriageEvent::IssueIgnored {
        project: project(1),
        issue: issue(1),
    };
    let mut state = said(ignored);
    assert_eq!(
        state.occurrence(&seen(1, None, None), &releases()),
        Outcome::Stays(Why::Ignored)
    );
    let state = IssueState::default();
    let day = 24 * 60;
    assert_eq!(
        state.status(at(0), at(6 * day)),
        Status::Unresolved(Substatus::New)
    );
    assert_eq!(
        state.status(at(0), at(7 * day)),
        Status::Unresolved(Substatus::Ongoing)
    );
}

#[test]
fn a_snooze_ends_by_time_count_or_rate() {
    let by_time = said(snoozed(Snooze::Time { at: at(10) }));
    assert_eq!(by_time.status(at(-1), at(9)), Status::Snoozed);
    assert_eq!(
        by_time.status(at(-1), at(10)),
        Status::Unresolved(Substatus::Ongoing)
    );

    let mut by_count = said(snoozed(Snooze::Count { more: 2 }));
    let next =
        |state: &mut IssueState, minute| state.occurrence(&seen(minute, None, None), &releases());
    assert_eq!(next(&mut by_count, -5), Outcome::Stays(Why::HappenedBefore));
    assert_eq!(next(&mut by_count, 1), Outcome::Stays(Why::Asleep));
    assert_eq!(next(&mut by_count, 2), Outcome::Woken);
    assert_eq!(next(&mut by_count, 3), Outcome::Stays(Why::Open));

    let mut by_rate = said(snoozed(Snooze::Rate {
        count: 3,
        per_seconds: 3_600,
    }));
    for minute in [10, 70, 130, 190] {
        assert_eq!(next(&mut by_rate, minute), Outcome::Stays(Why::Asleep));
    }
    next(&mut by_rate, 191);
    assert_eq!(next(&mut by_rate, 192), Outcome::Woken);
}

type Seen = (i64, i64, Option<&'static str>, Option<&'static str>);

fn occurrences() -> impl Strategy<Value = Vec<Seen>> {
    let release = prop::sample::select(vec![
        None,
        Some("1.9.5"),
        Some("2.0.0"),
        Some("2.1.0"),
        Some("deadbee"),
    ]);
    let environment = prop::sample::select(vec![None, Some("production"), Some("staging")]);
    prop::collection::vec((-20_i64..40, -20_i64..40, release, environment), 0..20)
}

fn facts() -> impl Strategy<Value = Vec<TriageFact>> {
    let event = prop::sample::select(vec![
        resolved(now_(), &[]),
        resolved(in_release("2.0.0"), &["production"]),
        resolved(next_after("2.0.0"), &[]),
        snoozed(Snooze::Count { more: 3 }),
        snoozed(Snooze::Rate {
            count: 2,
            per_seconds: 600,
        }),
        TriageEvent::IssueReopened {
            project: project(1),
            issue: issue(1),
        },
        TriageEvent::IssueIgnored {
            project: project(1),
            issue: issue(1),
        },
    ]);
    prop::collection::vec((event, 0_i64..6), 0..5).prop_map(|steps| {
        let mut minute = 0;
        let timed = steps.into_iter().map(|(event, step)| {
            minute += step;
            fact(event, minute)
        });
        timed.collect()
    })
}

/// Folds as a projection does: what a fact asks for is fed from the occurrences listed so far.
fn interleaved(facts: &[TriageFact], occurrences: &[Seen], turns: &[bool]) -> IssueState {
    let mut state = IssueState::default();
    let (mut facts, mut coming) = (facts.iter(), occurrences.iter());
    let mut listed: Vec<Occurrence<'static>> = Vec::new();
    let mut turns = turns.iter().copied().chain(std::iter::repeat(true));
    loop {
        let fact = if turns.next() == Some(true) {
            facts.next()
        } else {
            None
        };
        let seen = if fact.is_none() { coming.next() } else { None };
        match (fact, seen) {
            (Some(fact), _) => {
                if let Effect::Restated { after } = state.fold(fact) {
                    let later = listed
                        .iter()
                        .filter(|seen| seen.time.min(seen.received_at) > after);
                    for occurrence in later {
                        state.occurrence(occurrence, &releases());
                    }
                }
            }
            (None, Some((time, received, release, environment))) => {
                let occurrence = Occurrence {
                    time: at(*time),
                    received_at: at(*received),
                    release: *release,
                    environment: *environment,
                };
                state.occurrence(&occurrence, &releases());
                listed.push(occurrence);
            }
            (None, None) if facts.len() == 0 && coming.len() == 0 => return state,
            (None, None) => {}
        }
    }
}

proptest! {
    #[test]
    fn edge_82_the_state_does_not_depend_on_the_interleaving(
        facts in facts(),
        (occurrences, shuffled) in occurrences().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        turns in prop::collection::vec(any::<bool>(), 0..30),
    ) {
        let straight = interleaved(&facts, &occurrences, &[]);
        prop_assert_eq!(interleaved(&facts, &shuffled, &turns), straight);
    }
}
