//! Retries: attempts of one call under one parent.
//!
//! A failed attempt with a later success is recovered; failed attempts before the last failed one
//! are its context. Calls with different targets (URL, statement) are a loop, not attempts.

use std::collections::BTreeMap;

use super::fault::Fault;
use super::forest::{Forest, Node};
use crate::error_event::SpanKind;
use crate::time::UnixNanos;

/// What became of the attempts, by fault.
pub(crate) struct Retries {
    /// A later attempt succeeded.
    pub(crate) recovered: Vec<bool>,
    /// The last failed attempt, for those before it.
    pub(crate) attempt_of: Vec<Option<u32>>,
}

/// Calls that may be attempts of one another: same parent, operation and target.
type Call = (u32, u32, u16);

#[derive(Default)]
struct Attempts {
    /// Start of the last one that succeeded.
    success: Option<UnixNanos>,
    /// Places of the failed ones, by node and so by start.
    failed: Vec<u32>,
}

/// Finds the attempts among the children of every span that has a failed call below it. Linear.
pub(crate) fn retries(forest: &Forest<'_>, faults: &[Fault]) -> Retries {
    let mut calls: BTreeMap<Call, Attempts> = BTreeMap::new();
    for (fault, place) in faults.iter().zip(0..) {
        let call = forest
            .node(fault.node)
            .and_then(|node| call(forest, fault.node, node));
        if let (Some(call), true) = (call, fault.failing) {
            calls.entry(call).or_default().failed.push(place);
        }
    }
    find_successes(forest, faults, &mut calls);
    let mut retries = Retries {
        recovered: vec![false; faults.len()],
        attempt_of: vec![None; faults.len()],
    };
    for attempts in calls.values() {
        judge(forest, faults, attempts, &mut retries);
    }
    retries
}

fn call(forest: &Forest<'_>, at: u32, node: &Node) -> Option<Call> {
    let outgoing = matches!(node.kind, SpanKind::Client | SpanKind::Producer);
    let parent = forest.tree.parent(at).filter(|_| outgoing)?;
    Some((parent, node.operation, node.target))
}

fn find_successes(forest: &Forest<'_>, faults: &[Fault], calls: &mut BTreeMap<Call, Attempts>) {
    let is_fault = |at: u32| faults.binary_search_by(|fault| fault.node.cmp(&at)).is_ok();
    let mut parents: Vec<u32> = calls.keys().map(|&(parent, ..)| parent).collect();
    parents.dedup();
    for parent in parents {
        for &child in forest.tree.children(parent) {
            let Some(node) = forest.node(child) else {
                continue;
            };
            let Some(attempts) = call(forest, child, node).and_then(|call| calls.get_mut(&call))
            else {
                continue;
            };
            if !is_fault(child) {
                attempts.success = attempts.success.max(Some(node.start));
            }
        }
    }
}

fn judge(forest: &Forest<'_>, faults: &[Fault], attempts: &Attempts, retries: &mut Retries) {
    let node = |place: u32| {
        faults
            .get(place as usize)
            .and_then(|fault| forest.node(fault.node))
    };
    let mut later: Option<(u32, UnixNanos)> = None;
    for &place in attempts.failed.iter().rev() {
        let Some(this) = node(place) else { continue };
        let recovered = attempts.success.is_some_and(|success| success >= this.end);
        if let Some(slot) = retries.recovered.get_mut(place as usize) {
            *slot = recovered;
        }
        if recovered {
            continue;
        }
        match later {
            Some((last, start)) if this.end <= start => {
                if let Some(slot) = retries.attempt_of.get_mut(place as usize) {
                    *slot = Some(last);
                }
                later = Some((last, this.start));
            }
            _ => later = Some((place, this.start)),
        }
    }
}
