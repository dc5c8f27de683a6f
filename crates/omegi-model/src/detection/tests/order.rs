//! Any order, batching and duplication of the same records ends in the same last revisions.

use proptest::prelude::*;

use super::kit::*;
use crate::error_event::{ErrorEvent, SpanKind};
use crate::event::NodeKind;
use crate::time::UnixNanos;

#[derive(Debug, Clone)]
struct Seed {
    parent: usize,
    service: u8,
    kind: u8,
    from: i64,
    length: i64,
    fault: u8,
}

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let seed = (
        any::<prop::sample::Index>(),
        0..4_u8,
        0..5_u8,
        0..500_i64,
        1..400_i64,
        0..12_u8,
    );
    prop::collection::vec(seed, 1..24).prop_map(|seeds| {
        let seeds = seeds.into_iter().enumerate();
        seeds
            .map(|(n, (parent, service, kind, from, length, fault))| Seed {
                parent: if n == 0 { 0 } else { parent.index(n) + 1 },
                service,
                kind,
                from,
                length,
                fault,
            })
            .collect()
    })
}

/// Spans and log records of one trace; some faults are equal along chains, some are their own.
fn records(seeds: &[Seed]) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for (seed, n) in seeds.iter().zip(1_u8..) {
        let number = u64::from(n);
        let kinds = [
            SpanKind::Internal,
            SpanKind::Server,
            SpanKind::Client,
            SpanKind::Producer,
            SpanKind::Consumer,
        ];
        let service = ["web", "cart", "stock", "mail"][usize::from(seed.service)];
        let span = span(number, seed.parent as u64, service)
            .kind(kinds[usize::from(seed.kind)])
            .named(["GET", "take", "find"][usize::from(n % 3)])
            .at(seed.from, seed.from + seed.length)
            .host(service);
        let span = match seed.kind {
            2 => span.peer(NodeKind::External, "outside"),
            _ => span,
        };
        let stack = java("com.shop.Boom", "it broke down", &["A.a", "B.b"]);
        match seed.fault {
            0 => records.push(span.threw("com.shop.Boom", "it broke down", &stack).into()),
            1 => records.push(
                span.threw(&format!("Own{n}"), "for its own reason", "")
                    .into(),
            ),
            2 => records.push(span.failed("").http(500).into()),
            3 => records.push(span.records("Handled", "never mind", "").into()),
            4 => {
                records.push(span.into());
                records.push(log(n, number, service, 17, "could not go on").into());
            }
            5 => {
                // A copy that ended later and says more.
                let longer = span.clone().threw("Copy", "of the same span", "");
                records.push(span.into());
                records.push(longer.at(seed.from, seed.from + seed.length + 5).into());
            }
            6 => records.push(
                log(n, 0, service, 17, "")
                    .threw("com.shop.Boom", "it broke down", "")
                    .into(),
            ),
            _ => records.push(span.into()),
        }
    }
    records
}

/// What must not depend on order.
fn last(trace: &Trace) -> Vec<ErrorEvent> {
    let mut events = trace.events();
    for event in &mut events {
        event.revision = 0;
        event.received_at = UnixNanos(0);
        event.supersedes.clear();
    }
    events
}

fn run(records: &[Record], pauses: &[u8]) -> Trace {
    let mut trace = trace();
    for (record, pause) in records.iter().zip(pauses.iter().cycle()) {
        trace = trace
            .feed([record.clone()])
            .wait(i64::from(*pause) * 40 * MILLI);
    }
    trace.close().close()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_order_batching_and_duplication_ends_in_the_same_last_revisions(
        seeds in seeds(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 60),
        pauses in prop::collection::vec(0..50_u8, 1..8),
    ) {
        let straight = records(&seeds);
        let expected = last(&run(&straight, &[0]));
        let mut shuffled = straight.clone();
        for (at, index) in order.iter().enumerate() {
            let len = shuffled.len();
            shuffled.swap(at % len, index.index(len));
        }
        let repeats: Vec<Record> = order.iter().take(5).map(|index| index.get(&straight).clone()).collect();
        shuffled.extend(repeats);
        let trace = run(&shuffled, &pauses);
        prop_assert_eq!(last(&trace), expected);
    }

    #[test]
    fn a_state_that_was_frozen_and_thawed_goes_on_as_if_nothing_had_been(seeds in seeds(), cut in any::<prop::sample::Index>()) {
        let records = records(&seeds);
        let (before, after) = records.split_at(cut.index(records.len()));
        let straight = trace().feed(before.to_vec()).wait(SECOND).feed(after.to_vec()).close();
        let mut thawed = trace().feed(before.to_vec()).wait(SECOND);
        let state = postcard::to_stdvec(&thawed.state).unwrap();
        thawed.state = postcard::from_bytes(&state).unwrap();
        let announced = postcard::to_stdvec(&thawed.announced).unwrap();
        thawed.announced = postcard::from_bytes(&announced).unwrap();
        let thawed = thawed.feed(after.to_vec()).close();
        prop_assert_eq!(thawed.told, straight.told);
    }

    #[test]
    fn every_fault_is_told_once_or_left_out_for_a_reason(seeds in seeds()) {
        let trace = run(&records(&seeds), &[0]);
        for event in trace.events() {
            prop_assert!((1..=1_000).contains(&event.score));
            prop_assert!(event.exceptions.iter().zip(0..).all(|(e, at)| e.cause_of.is_none_or(|of| of != at && (of as usize) < event.exceptions.len())));
            prop_assert!(!event.evidence.is_empty());
        }
    }
}
