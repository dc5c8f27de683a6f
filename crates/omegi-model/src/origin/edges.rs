//! Which faults follow from which: edges from a fault to the nearest one above it.
//!
//! The order of the tests is the order of trust: equal exceptions, then the call that carried the
//! failure, then time alone.

use std::collections::BTreeSet;

use super::fault::Fault;
use super::forest::{Forest, Node};
use crate::assembly::tree::NONE;
use crate::error_event::SpanKind;
use crate::exception::same::{Likeness, likeness};
use crate::grouping::carrier::is_carrier;
use crate::time::UnixNanos;

/// Readings compared per fault: the explanation and a few more.
const READINGS_MAX: usize = 4;
/// A failure is handed on at once: within this, or a twentieth of the outer span.
const HAND_ON_NANOS: i64 = 1_000_000;

/// Why a fault follows from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// Their exceptions are alike.
    Alike(Likeness),
    /// The outer one is the call that the inner one answered.
    Called,
    /// The inner one ended last, right before the outer one.
    EndedLast,
    /// The outer one gives no reason of its own, and nothing else went on after the inner one.
    OnlyReason,
    /// It failed beside the one that ended last.
    Beside,
}

/// Faults and how they follow from each other; indexes are places in `faults`.
pub(crate) struct Edges {
    /// The fault above that follows from this one.
    pub(crate) up: Vec<Option<(u32, Why)>>,
    /// Faults that this one follows from.
    pub(crate) below: Vec<Vec<u32>>,
}

/// Links every fault to the nearest one above where that one follows from it.
///
/// `recovered[f]`: a later attempt of the same call succeeded, so time proves nothing.
pub(crate) fn edges(forest: &Forest<'_>, faults: &[Fault], recovered: &[bool]) -> Edges {
    let above = nearest_above(forest, faults);
    let mut failing_below: Vec<Vec<u32>> = vec![Vec::new(); faults.len()];
    for (&outer, inner) in above.iter().zip(0..) {
        if let Some(list) = failing_below.get_mut(outer as usize) {
            list.push(inner);
        }
    }
    let mut edges = Edges {
        up: vec![None; faults.len()],
        below: vec![Vec::new(); faults.len()],
    };
    for (list, outer) in failing_below.iter().zip(0..) {
        let pairing = Pairing {
            forest,
            faults,
            recovered,
            outer,
            inner: list,
        };
        for (inner, why) in pairing.accepted() {
            if let Some(up) = edges.up.get_mut(inner as usize) {
                *up = Some((outer, why));
            }
            if let Some(below) = edges.below.get_mut(outer as usize) {
                below.push(inner);
            }
        }
    }
    edges
}

/// For each fault the place of the nearest fault above it, or [`NONE`].
fn nearest_above(forest: &Forest<'_>, faults: &[Fault]) -> Vec<u32> {
    let mut at_node = vec![NONE; forest.nodes.len()];
    for (fault, place) in faults.iter().zip(0..) {
        if let Some(slot) = at_node.get_mut(fault.node as usize) {
            *slot = place;
        }
    }
    let get = |list: &[u32], node: u32| list.get(node as usize).copied().unwrap_or(NONE);
    let mut nearest = vec![NONE; forest.nodes.len()];
    for &node in forest.tree.order() {
        let Some(parent) = forest.tree.parent(node) else {
            continue;
        };
        let found = match get(&at_node, parent) {
            NONE => get(&nearest, parent),
            place => place,
        };
        if let Some(slot) = nearest.get_mut(node as usize) {
            *slot = found;
        }
    }
    faults
        .iter()
        .map(|fault| get(&nearest, fault.node))
        .collect()
}

/// One outer fault and the faults right below it.
struct Pairing<'p> {
    forest: &'p Forest<'p>,
    faults: &'p [Fault],
    recovered: &'p [bool],
    outer: u32,
    inner: &'p [u32],
}

impl Pairing<'_> {
    fn accepted(&self) -> Vec<(u32, Why)> {
        let Some((outer, outer_node)) = self.get(self.outer) else {
            return Vec::new();
        };
        let last = self.last_failing();
        let mut accepted: Vec<(u32, Why)> = Vec::new();
        for &at in self.inner {
            let Some((inner, inner_node)) = self.get(at) else {
                continue;
            };
            if self.is_detached(inner.node, outer.node) {
                continue;
            }
            let why = alike(inner, outer)
                .or_else(|| self.called(inner, inner_node, outer, outer_node))
                .or_else(|| self.by_time(at, last, inner_node, outer, outer_node));
            accepted.extend(why.map(|why| (at, why)));
        }
        self.add_those_beside(&mut accepted);
        accepted
    }

    fn get(&self, fault: u32) -> Option<(&Fault, &Node)> {
        let fault = self.faults.get(fault as usize)?;
        Some((fault, self.forest.node(fault.node)?))
    }

    /// The failing one below that ended last and was not made good by a retry.
    fn last_failing(&self) -> Option<u32> {
        let candidates = self.inner.iter().copied().filter(|&at| {
            let failing = self
                .faults
                .get(at as usize)
                .is_some_and(|fault| fault.failing);
            failing && !self.recovered.get(at as usize).copied().unwrap_or(false)
        });
        candidates.max_by_key(|&at| self.get(at).map(|(_, node)| (node.end, node.start, at)))
    }

    /// A message was handled in between: what fails behind a queue does not reach the sender.
    fn is_detached(&self, inner: u32, outer: u32) -> bool {
        self.forest.queue_hops(inner) != self.forest.queue_hops(outer)
    }

    /// The outer span is the call that the inner one served (or a wrapper that rethrows the
    /// client's error): its failure is the answer it got.
    fn called(&self, inner: &Fault, a: &Node, outer: &Fault, b: &Node) -> Option<Why> {
        let crosses = a.service != b.service || a.kind == SpanKind::Server;
        if !crosses || !a.is_entry() || !inner.failing || !outer.failing {
            return None;
        }
        let carrier = outer.readings.iter().take(READINGS_MAX).any(|reading| {
            reading.outermost().is_some_and(|e| is_carrier(&e.kind))
                || reading.root().is_some_and(|e| is_carrier(&e.kind))
        });
        let direct = self.forest.tree.parent(inner.node) == Some(outer.node);
        let answered = a.end <= b.end.plus(hand_on(b));
        let is_call = direct && b.kind == SpanKind::Client && (answered || carrier);
        (is_call || carrier).then_some(Why::Called)
    }

    fn by_time(
        &self,
        at: u32,
        last: Option<u32>,
        a: &Node,
        outer: &Fault,
        b: &Node,
    ) -> Option<Why> {
        if last != Some(at) || !outer.failing {
            return None;
        }
        if b.end.since(a.end).unsigned_abs() <= hand_on(b).unsigned_abs() {
            return Some(Why::EndedLast);
        }
        let unexplained = outer.is_bare() && !self.went_on_after(a, outer.node);
        unexplained.then_some(Why::OnlyReason)
    }

    /// Work below the outer span began after the inner one had ended.
    fn went_on_after(&self, a: &Node, outer: u32) -> bool {
        let children = self.forest.tree.children(outer);
        let later = |&child: &u32| {
            self.forest
                .node(child)
                .is_some_and(|node| node.start >= a.end && node.start > a.start)
        };
        children.iter().rev().take(64).any(later)
    }

    /// Fan-out: those that ran while the accepted one ran failed as much as it did.
    fn add_those_beside(&self, accepted: &mut Vec<(u32, Why)>) {
        let bounds = accepted
            .iter()
            .filter(|(_, why)| !matches!(why, Why::Alike(_)));
        let Some((start, end)) = bounds
            .filter_map(|&(at, _)| self.get(at))
            .map(|(_, node)| (node.start, node.end))
            .max_by_key(|&(_, end)| end)
        else {
            return;
        };
        let Some((_, outer)) = self.get(self.outer) else {
            return;
        };
        let known: BTreeSet<u32> = accepted.iter().map(|&(at, _)| at).collect();
        for &at in self.inner.iter().filter(|at| !known.contains(at)) {
            let Some((inner, node)) = self.get(at) else {
                continue;
            };
            let beside = node.start < end && start < node.end && inner.failing;
            let good = self.recovered.get(at as usize).copied().unwrap_or(false);
            if beside
                && !good
                && !self.is_detached(inner.node, self.outer_node())
                && outer.end >= node.end
            {
                accepted.push((at, Why::Beside));
            }
        }
    }

    fn outer_node(&self) -> u32 {
        self.faults
            .get(self.outer as usize)
            .map_or(NONE, |fault| fault.node)
    }
}

fn hand_on(outer: &Node) -> i64 {
    let length: i64 = outer.end.since(outer.start).max(0);
    HAND_ON_NANOS.max(length / 20)
}

fn alike(inner: &Fault, outer: &Fault) -> Option<Why> {
    let pairs = inner.readings.iter().take(READINGS_MAX).flat_map(|a| {
        outer
            .readings
            .iter()
            .take(READINGS_MAX)
            .filter_map(move |b| likeness(a, b))
    });
    pairs.min().map(Why::Alike)
}

/// How far the end of `node` is from `end`.
pub(super) fn distance(node: &Node, end: UnixNanos) -> i64 {
    i64::try_from(end.since(node.end).unsigned_abs()).unwrap_or(i64::MAX)
}
