//! The shape of one trace: which service does what below what, and when.

use omegi_testkit::otlp::{CLIENT, INTERNAL, SERVER};

use super::services;
use crate::random::Random;

/// Spans per trace: log-normal with median 8 and p99 300.
const MEDIAN: f64 = 8.0;
/// `ln(300 / 8)` over the 99th percentile of the normal distribution.
const SIGMA: f64 = 1.558;
/// Above this a trace is cut.
const SPANS_MAX: f64 = 5_000.0;
/// A failing trace needs room for its hops.
const FAILING_MIN: usize = 8;

/// One span before it has ids and attributes.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Index in the tree; lower than the node's own. `None` for the root.
    pub(super) parent: Option<usize>,
    pub(super) service: usize,
    pub(super) kind: u32,
    /// Number of the operation.
    pub(super) operation: usize,
    /// For a client: the called service, or `None` for a database.
    pub(super) callee: Option<usize>,
    /// Nanoseconds after the trace began.
    pub(super) start: u64,
    pub(super) duration: u64,
    pub(super) failing: bool,
}

/// How many spans a trace has.
pub(super) fn size(random: &mut Random, failing: bool) -> usize {
    let spans = random.log_normal(MEDIAN, SIGMA).clamp(1.0, SPANS_MAX) as usize;
    if failing {
        spans.max(FAILING_MIN)
    } else {
        spans
    }
}

/// A tree of about `size` spans; where `origin` is given, its last hop leads into that service and
/// the last node of the first chain is where it fails. Returns the tree and that node.
pub(super) fn grow(random: &mut Random, size: usize, origin: Option<usize>) -> (Vec<Node>, usize) {
    let mut tree = Tree {
        nodes: Vec::with_capacity(size + 1),
        random,
    };
    let entry = tree.random.below(services::ENTRIES as u64) as usize;
    tree.push(None, entry, SERVER, None);
    let mut failing = 0;
    if let Some(origin) = origin {
        failing = tree.chain(origin);
    }
    while tree.nodes.len() < size {
        let parent = tree.random.below(tree.nodes.len() as u64) as usize;
        tree.branch(parent, size);
    }
    (tree.nodes, failing)
}

struct Tree<'r> {
    nodes: Vec<Node>,
    random: &'r mut Random,
}

impl Tree<'_> {
    /// Hops from the entry to `origin` and a method inside it; all of them fail.
    fn chain(&mut self, origin: usize) -> usize {
        let between = self.random.between(1, 3) as usize;
        let entry = self.nodes[0].service;
        let step = (origin - entry) / (between + 1);
        let mut at = 0;
        for hop in 1..=between + 1 {
            let callee = if hop > between {
                origin
            } else {
                entry + hop * step.max(1)
            };
            let client = self.push(Some(at), self.nodes[at].service, CLIENT, Some(callee));
            at = self.push(Some(client), callee, SERVER, None);
        }
        at = self.push(Some(at), origin, INTERNAL, None);
        for node in &mut self.nodes {
            node.failing = true;
        }
        at
    }

    /// One more call or method below `parent`, unless it is a client, whose child is its server.
    fn branch(&mut self, parent: usize, size: usize) {
        let (service, kind) = (self.nodes[parent].service, self.nodes[parent].kind);
        if kind == CLIENT {
            return;
        }
        let choice = self.random.below(10);
        let room_for_two = self.nodes.len() + 1 < size;
        match services::callee(service, self.random.next()) {
            Some(callee) if choice < 4 && room_for_two => {
                let client = self.push(Some(parent), service, CLIENT, Some(callee));
                self.push(Some(client), callee, SERVER, None);
            }
            _ if choice < 7 => drop(self.push(Some(parent), service, INTERNAL, None)),
            _ => drop(self.push(Some(parent), service, CLIENT, None)),
        }
    }

    fn push(
        &mut self,
        parent: Option<usize>,
        service: usize,
        kind: u32,
        callee: Option<usize>,
    ) -> usize {
        let (start, duration) = match parent.map(|at| &self.nodes[at]) {
            None => (0, self.random.log_normal(80e6, 0.9) as u64 + 1_000),
            Some(parent) => {
                let start = parent.start + self.random.below(parent.duration / 2 + 1);
                let left = parent.start + parent.duration - start;
                (start, left / 4 + self.random.below(left / 2 + 1))
            }
        };
        let operation = self.random.below(services::OPERATIONS as u64) as usize;
        let node = Node {
            parent,
            service,
            kind,
            operation,
            callee,
            start,
            duration,
            failing: false,
        };
        self.nodes.push(node);
        self.nodes.len() - 1
    }
}
