//! The origins of a trace: every fault is explained by exactly one of them, or left out for a reason.

use std::collections::BTreeMap;

use super::edges::{Edges, Why, edges};
use super::fault::{Fault, FaultKey, faults};
use super::forest::Forest;
use super::retry::{Retries, retries};
use super::score::rank;
use crate::error_event::SpanKind;
use crate::event::NodeKind;
use crate::exception::reading::Reading;
use crate::time::UnixNanos;

/// As many siblings with one failure, of which none mattered, are probes and no cause.
const DECOYS_MIN: u32 = 3;
/// Faults told of one chain; what they share is known from the first and the top.
const CHAIN_MAX: usize = 256;
/// Origins told per trace, the best by score.
pub(crate) const ORIGINS_MAX: usize = 64;

/// One origin and what followed from it; faults are places in [`Analysis::faults`].
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Where it began.
    pub(crate) origin: u32,
    /// Its node.
    pub(crate) node: u32,
    /// The origin, then each fault that follows, outward.
    pub(crate) chain: Vec<u32>,
    /// Why each follows from the one before.
    pub(crate) whys: Vec<Why>,
    /// Keys of all faults that it explains, ascending.
    pub(crate) covers: Vec<FaultKey>,
    /// Log time of the first record among all that it explains.
    pub(crate) received: UnixNanos,
    /// It reached the entry.
    pub(crate) escaped: bool,
    /// A retry made it good.
    pub(crate) recovered: bool,
    /// False where everything it recorded was handled.
    pub(crate) failing: bool,
    /// Something was thrown; false for bare statuses and log lines.
    pub(crate) thrown: bool,
    /// Address of the callee that must have failed and sends nothing.
    pub(crate) remote: Option<String>,
    /// Times that it happened in this trace at this place.
    pub(crate) occurrences: u32,
    /// Failed attempts of a retried call that it stands for.
    pub(crate) attempts: u32,
    /// It happened often and nothing came of it.
    pub(crate) decoy: bool,
    pub(crate) score: u32,
    pub(crate) ambiguous: bool,
}

/// A trace with its faults and what began them.
pub(crate) struct Analysis<'s> {
    pub(crate) forest: Forest<'s>,
    pub(crate) faults: Vec<Fault>,
    /// Best first.
    pub(crate) found: Vec<Found>,
}

/// Finds all origins of the trace.
pub(crate) fn analyse(forest: Forest<'_>) -> Analysis<'_> {
    let faults = faults(&forest);
    let retries = retries(&forest, &faults);
    let edges = edges(&forest, &faults, &retries.recovered);
    let resolver = Resolver {
        forest: &forest,
        faults: &faults,
        retries: &retries,
        edges: &edges,
    };
    let mut found = resolver.found();
    rank(&forest, &mut found);
    let key = |found: &Found| faults.get(found.origin as usize).map(|fault| fault.key);
    found.sort_by_key(|found| (std::cmp::Reverse(found.score), key(found)));
    found.truncate(ORIGINS_MAX);
    Analysis {
        forest,
        faults,
        found,
    }
}

struct Resolver<'r> {
    forest: &'r Forest<'r>,
    faults: &'r [Fault],
    retries: &'r Retries,
    edges: &'r Edges,
}

/// What holds for a fault by all that follows from it, outward.
#[derive(Debug, Clone, Copy)]
struct Outward {
    /// The outermost fault.
    top: u32,
    /// It, or one outward, is an attempt that a later one made good.
    recovered: bool,
    failing: bool,
    /// It, or one outward, is an attempt before this last one.
    context_of: Option<u32>,
}

impl Resolver<'_> {
    fn found(&self) -> Vec<Found> {
        let deepest_first = self.deepest_first();
        let outward = self.outward(&deepest_first);
        let explained_by = self.explained_by(&deepest_first, &outward);
        let mut by_origin: BTreeMap<u32, Found> = BTreeMap::new();
        for ((origin, fault), outward) in (0..).zip(self.faults).zip(&outward) {
            if explained_by.get(origin as usize) == Some(&origin) {
                by_origin.insert(origin, self.origin(origin, fault, *outward));
            }
        }
        for (fault, origin) in self.faults.iter().zip(&explained_by) {
            if let Some(found) = by_origin.get_mut(origin) {
                found.covers.push(fault.key);
                found.received = found.received.min(fault.received);
            }
        }
        for (attempt, origin) in self.retries.attempt_of.iter().zip(&explained_by) {
            if let (Some(_), Some(found)) = (attempt, by_origin.get_mut(origin)) {
                found.attempts += 1;
            }
        }
        let found = by_origin.into_values().filter(|found| self.is_told(found));
        self.unite_places(found.collect())
    }

    fn outward(&self, deepest_first: &[u32]) -> Vec<Outward> {
        let own = |at: u32, fault: &Fault| Outward {
            top: at,
            recovered: self.retries.recovered.get(at as usize) == Some(&true),
            failing: fault.failing,
            context_of: self.retries.attempt_of.get(at as usize).copied().flatten(),
        };
        let mut outward: Vec<Outward> = (0..)
            .zip(self.faults)
            .map(|(at, fault)| own(at, fault))
            .collect();
        for &at in deepest_first.iter().rev() {
            let up = self.edges.up.get(at as usize).copied().flatten();
            let above = up.and_then(|(outer, _)| outward.get(outer as usize).copied());
            if let (Some(above), Some(this)) = (above, outward.get_mut(at as usize)) {
                this.top = above.top;
                this.recovered |= above.recovered;
                this.failing |= above.failing;
                this.context_of = above.context_of.or(this.context_of);
            }
        }
        outward
    }

    /// For each fault the origin that explains it: itself, one below, or that of the attempt it
    /// is a repeat of.
    fn explained_by(&self, deepest_first: &[u32], outward: &[Outward]) -> Vec<u32> {
        let mut explained: Vec<u32> = (0..self.faults.len() as u32).collect();
        for &at in deepest_first {
            let best = self.edges.below.get(at as usize).and_then(|below| {
                below.iter().copied().max_by_key(|&inner| {
                    let node = self
                        .faults
                        .get(inner as usize)
                        .and_then(|f| self.forest.node(f.node));
                    let last = self.retries.attempt_of.get(inner as usize) == Some(&None);
                    (last, node.map(|node| node.end), inner)
                })
            });
            let origin = best.and_then(|inner| explained.get(inner as usize).copied());
            if let (Some(origin), Some(slot)) = (origin, explained.get_mut(at as usize)) {
                *slot = origin;
            }
        }
        // An attempt before the last, and what it stems from, is context of the last one.
        let own = explained.clone();
        for (slot, outward) in explained.iter_mut().zip(outward) {
            let last = outward.context_of.and_then(|last| own.get(last as usize));
            *slot = last.copied().unwrap_or(*slot);
        }
        explained
    }

    fn deepest_first(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.faults.len() as u32).collect();
        let depth = |at: u32| {
            self.faults
                .get(at as usize)
                .map(|f| self.forest.tree.depth(f.node))
        };
        order.sort_by_key(|&at| (std::cmp::Reverse(depth(at)), at));
        order
    }

    fn origin(&self, origin: u32, fault: &Fault, outward: Outward) -> Found {
        let (mut chain, mut whys) = (vec![origin], Vec::new());
        let mut at = origin;
        while let Some((outer, why)) = self.edges.up.get(at as usize).copied().flatten() {
            if chain.len() >= CHAIN_MAX {
                break;
            }
            chain.push(outer);
            whys.push(why);
            at = outer;
        }
        let reached_top = self.reached_top(outward.top);
        Found {
            origin,
            node: fault.node,
            escaped: reached_top,
            recovered: outward.recovered && !reached_top,
            failing: outward.failing,
            thrown: !fault.is_bare(),
            remote: self.remote(fault),
            covers: Vec::new(),
            received: fault.received,
            occurrences: 1,
            attempts: 0,
            decoy: false,
            score: 0,
            ambiguous: false,
            chain,
            whys,
        }
    }

    /// The outermost fault of a chain stands at a top of the trace, or behind a queue.
    fn reached_top(&self, top: u32) -> bool {
        let Some(fault) = self.faults.get(top as usize).filter(|fault| fault.failing) else {
            return false;
        };
        let Some(node) = self.forest.node(fault.node) else {
            return false;
        };
        match self.forest.tree.parent(fault.node) {
            None if node.span.is_some() => true,
            // Known from logs alone: it counts where nothing says otherwise.
            None => {
                let entry = self.forest.entry();
                entry.is_none_or(|entry| self.faults.iter().any(|f| f.node == entry && f.failing))
            }
            Some(parent) => self.forest.queue_hops(fault.node) != self.forest.queue_hops(parent),
        }
    }

    /// A failed call whose callee sent nothing: it began there. A 4xx is the caller's own.
    fn remote(&self, fault: &Fault) -> Option<String> {
        let node = self.forest.node(fault.node)?;
        let operation = self.forest.state.operations.get(node.operation);
        let outgoing = node.kind == SpanKind::Client && operation.peer_kind == NodeKind::External;
        let answered = self.forest.tree.children(fault.node).iter().any(|&child| {
            self.forest
                .node(child)
                .is_some_and(|c| c.service != node.service || c.is_entry())
        });
        let refused = (400..500).contains(&fault.http_status);
        let peer = self.forest.text(operation.peer);
        let is_remote = fault.failing && outgoing && !answered && !refused && !peer.is_empty();
        is_remote.then(|| peer.to_owned())
    }

    /// A recovered attempt has no event of its own, unless the callee threw: that is a fault of
    /// another service, listed and not alerted.
    fn is_told(&self, found: &Found) -> bool {
        if !found.recovered {
            return true;
        }
        let service = |fault: u32| {
            let fault = self.faults.get(fault as usize)?;
            self.forest.node(fault.node).map(|node| node.service)
        };
        let retried = found
            .chain
            .iter()
            .copied()
            .find(|&at| self.retries.recovered.get(at as usize) == Some(&true));
        let elsewhere = retried.is_some_and(|at| service(at) != service(found.origin));
        found.thrown && elsewhere
    }

    /// One event per place: the same failure of the same operation is told once per trace.
    fn unite_places(&self, found: Vec<Found>) -> Vec<Found> {
        let mut places: BTreeMap<Place, Vec<Found>> = BTreeMap::new();
        for origin in found {
            places.entry(self.place(&origin)).or_default().push(origin);
        }
        places
            .into_values()
            .filter_map(|same| self.unite(same))
            .collect()
    }

    fn unite(&self, mut same: Vec<Found>) -> Option<Found> {
        let node = |found: &Found| self.forest.node(found.node);
        let escaped = same.iter().any(|found| found.escaped);
        // What reached the entry is told by its last occurrence, what did not by its first.
        same.sort_by_key(|found| {
            let node = node(found);
            let late = std::cmp::Reverse(node.map(|n| n.end).filter(|_| escaped));
            (!found.escaped, late, node.map(|n| n.start), found.node)
        });
        let mut rest = same.into_iter();
        let mut first = rest.next()?;
        for other in rest {
            first.covers.extend(&other.covers);
            first.occurrences += other.occurrences;
            first.attempts += other.attempts;
            first.received = first.received.min(other.received);
        }
        first.covers.sort_unstable();
        first.decoy = !first.escaped && first.occurrences >= DECOYS_MIN;
        Some(first)
    }

    fn place(&self, found: &Found) -> Place {
        let fault = self.faults.get(found.origin as usize);
        let node = self.forest.node(found.node);
        let root = fault.and_then(Fault::primary).and_then(Reading::root);
        let frame = root.and_then(|root| root.frames.iter().find(|frame| frame.in_app));
        let words = match (frame, root) {
            (Some(frame), _) => format!("{}|{}", frame.module, frame.function),
            (None, Some(root)) => crate::exception::shape(&root.message),
            (None, None) => String::new(),
        };
        Place {
            service: node
                .map_or("", |node| self.forest.text(node.service))
                .to_owned(),
            operation: node
                .map_or("", |node| self.forest.text(node.name))
                .to_owned(),
            remote: found.remote.clone(),
            kind: root.map_or(String::new(), |root| root.kind.clone()),
            words,
        }
    }
}

/// Where a failure happens: equal places in one trace are one event.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    service: String,
    operation: String,
    remote: Option<String>,
    kind: String,
    words: String,
}
