//! Clock skew between hosts, estimated per trace; for views and comparisons, raw times are kept.
//!
//! Where a call crosses hosts the callee must lie within the caller. Each such pair gives an
//! estimate, a host takes the median of its pairs, hosts follow from the root outward.

use std::collections::BTreeMap;

use super::tree::{Item, Tree};
use crate::error_event::SpanKind;
use crate::id::SpanId;
use crate::time::UnixNanos;

/// Deltas beyond this are no clock skew: told, not applied.
const DELTA_MAX: i64 = 3_600_000_000_000;

/// What the estimate needs to know of a span.
#[derive(Debug, Clone, Copy)]
pub struct SkewSpan<'a> {
    /// Its id.
    pub id: SpanId,
    /// Its parent.
    pub parent: Option<SpanId>,
    /// `host.id`, else `host.ip`, else `host.name`, else whatever else stands for one clock.
    pub host: &'a str,
    /// Its kind.
    pub kind: SpanKind,
    /// As sent.
    pub start: UnixNanos,
    /// As sent.
    pub end: UnixNanos,
}

/// How far a host's clock is off in one trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostDelta {
    /// The host.
    pub host: String,
    /// To be added to its times.
    pub delta_ns: i64,
    /// Calls it was estimated from; 0 for the host of the root, which is the measure.
    pub pairs: u32,
    /// False: too far off to believe, so it is told and not to be applied.
    pub applied: bool,
}

/// The deltas of all hosts that need one, by host name. Any order of spans; O(n log n).
#[must_use]
pub fn skew(spans: &[SkewSpan<'_>]) -> Vec<HostDelta> {
    let mut sorted: Vec<&SkewSpan<'_>> = spans.iter().collect();
    sorted.sort_by_key(|span| (span.start, span.id, span.host, span.kind, span.end));
    let names: BTreeMap<&str, u32> = sorted.iter().map(|span| (span.host, 0)).collect();
    let numbers: BTreeMap<&str, u32> = names.into_keys().zip(0..).collect();
    let host = |span: &SkewSpan<'_>| numbers.get(span.host).copied().unwrap_or(0);
    let items: Vec<Item> = sorted
        .iter()
        .map(|span| Item {
            id: super::id_bits(span.id),
            parent: span.parent.map_or(0, super::id_bits),
            service: host(span),
            kind: span.kind,
        })
        .collect();
    let timed: Vec<Timed> = sorted
        .iter()
        .map(|span| Timed {
            host: host(span),
            kind: span.kind,
            start: span.start,
            end: span.end,
        })
        .collect();
    let deltas = deltas(&Tree::link(&items), &timed);
    let known = numbers.into_iter().filter(|(name, _)| !name.is_empty());
    known
        .filter_map(|(name, number)| {
            let delta = deltas.get(&number)?;
            (delta.nanos != 0).then(|| HostDelta {
                host: name.to_owned(),
                delta_ns: delta.nanos,
                pairs: delta.pairs,
                applied: delta.applies(),
            })
        })
        .collect()
}

/// A span as the estimate sees it; equal `host` means one clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timed {
    pub(crate) host: u32,
    pub(crate) kind: SpanKind,
    pub(crate) start: UnixNanos,
    pub(crate) end: UnixNanos,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Delta {
    nanos: i64,
    pairs: u32,
}

impl Delta {
    fn applies(self) -> bool {
        self.nanos.unsigned_abs() <= DELTA_MAX.unsigned_abs()
    }

    /// What to add to the host's times.
    pub(crate) fn applied(self) -> i64 {
        if self.applies() { self.nanos } else { 0 }
    }
}

/// Deltas by host, from the hosts of the top spans outward, each call across hosts used once.
pub(crate) fn deltas(tree: &Tree, spans: &[Timed]) -> BTreeMap<u32, Delta> {
    let span = |node: u32| spans.get(node as usize);
    let mut known: BTreeMap<u32, Delta> = BTreeMap::new();
    let mut calls: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
    for &node in tree.order() {
        let Some(child) = span(node) else { continue };
        match tree.parent(node) {
            // The earliest top span's host is the measure; a later top may be an orphan with skew.
            None if known.is_empty() => {
                known.insert(child.host, Delta { nanos: 0, pairs: 0 });
            }
            None => {}
            Some(parent) if span(parent).is_some_and(|parent| crosses(parent, child)) => {
                let caller = span(parent).map_or(0, |parent| parent.host);
                calls.entry(caller).or_default().push((parent, node));
            }
            Some(_) => {}
        }
    }
    let mut fresh: Vec<u32> = known.keys().copied().collect();
    while !fresh.is_empty() {
        let mut estimates: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        for host in std::mem::take(&mut fresh) {
            let shift = known.get(&host).map_or(0, |delta| delta.nanos);
            for (parent, child) in calls.remove(&host).unwrap_or_default() {
                let (Some(parent), Some(child)) = (span(parent), span(child)) else {
                    continue;
                };
                if !known.contains_key(&child.host) {
                    let estimate = estimate(parent, shift, child);
                    estimates.entry(child.host).or_default().push(estimate);
                }
            }
        }
        for (host, mut pairs) in estimates {
            pairs.sort_unstable();
            let nanos = pairs.get(pairs.len() / 2).copied().unwrap_or(0);
            known.insert(
                host,
                Delta {
                    nanos,
                    pairs: pairs.len() as u32,
                },
            );
            fresh.push(host);
        }
    }
    known
}

/// A synchronous call from one clock to another. A message may rightly come long after it was sent.
fn crosses(parent: &Timed, child: &Timed) -> bool {
    parent.host != child.host
        && child.kind != SpanKind::Consumer
        && parent.kind != SpanKind::Producer
}

/// By how much `child` is off: nothing where it fits into its caller, else centred in it; one that
/// lasts longer than its caller only must not start before it.
fn estimate(parent: &Timed, shift: i64, child: &Timed) -> i64 {
    let (start, end) = (parent.start.plus(shift), parent.end.plus(shift));
    let (length, inner) = (end.since(start), child.end.since(child.start));
    if inner > length {
        return start.since(child.start).max(0);
    }
    if child.start >= start && child.end <= end {
        return 0;
    }
    start.plus((length - inner) / 2).since(child.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn span(id: u8, parent: u8, host: &str, start: i64, length: i64) -> SkewSpan<'_> {
        SkewSpan {
            id: SpanId::new([id; 8]).unwrap(),
            parent: SpanId::new([parent; 8]),
            host,
            kind: SpanKind::Internal,
            start: UnixNanos(start),
            end: UnixNanos(start + length),
        }
    }

    #[test]
    fn edge_43_a_clock_five_minutes_off_is_found_both_ways() {
        for off in [300 * SECOND, -300 * SECOND] {
            let at = 1_000 * SECOND;
            let spans = [
                span(1, 0, "a", at, 10 * SECOND),
                span(2, 1, "b", at + off + 4 * SECOND, 2 * SECOND),
                span(3, 2, "b", at + off + 5 * SECOND, SECOND),
                span(4, 3, "c", at + 5 * SECOND, SECOND),
            ];
            let deltas = skew(&spans);
            let expected = HostDelta {
                host: "b".into(),
                delta_ns: -off,
                pairs: 1,
                applied: true,
            };
            assert_eq!(
                deltas,
                [expected],
                "c's clock is right once b's is put right"
            );
        }
    }

    #[test]
    fn a_clock_hours_off_is_told_and_not_applied() {
        let spans = [span(1, 0, "a", 0, 10), span(2, 1, "b", 9_000 * SECOND, 4)];
        assert!(!skew(&spans)[0].applied);
    }

    #[test]
    fn one_odd_pair_does_not_move_a_host() {
        let mut spans = vec![span(1, 0, "a", 0, 100)];
        spans.extend((2..=6).map(|n| span(n, 1, "b", i64::from(n) * 10, 5)));
        spans.push(span(7, 1, "b", 5_000, 5));
        assert_eq!(skew(&spans), []);
    }

    #[test]
    fn edge_40_extreme_times_do_not_overflow() {
        let spans = [
            span(1, 0, "a", i64::MIN + 1, 0),
            SkewSpan {
                end: UnixNanos(i64::MAX),
                ..span(2, 1, "b", i64::MAX, 0)
            },
        ];
        assert!(!skew(&spans)[0].applied);
    }
}
