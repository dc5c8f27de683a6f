//! The spans of a state as a forest on one clock, with those that log records alone know of.

use std::collections::BTreeMap;

use crate::assembly::skew::{Timed, deltas};
use crate::assembly::tree::{Item, Tree};
use crate::assembly::{Flags, TraceState};
use crate::error_event::SpanKind;
use crate::time::UnixNanos;

/// One span of the forest; times are on the clock of the root's host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// 0: a log record that names no span.
    pub(crate) id: u64,
    /// Place in the skeleton; none for a span that only log records name.
    pub(crate) span: Option<u32>,
    /// For spans known from logs only: place of the log mark that stands for it.
    pub(crate) log: Option<u32>,
    pub(crate) source: u32,
    /// Text of the service name: equal numbers are equal names.
    pub(crate) service: u32,
    pub(crate) operation: u32,
    pub(crate) target: u16,
    pub(crate) name: u32,
    pub(crate) kind: SpanKind,
    pub(crate) start: UnixNanos,
    pub(crate) end: UnixNanos,
    pub(crate) flags: Flags,
    parent: u64,
}

impl Node {
    /// Serves a request or handles a message: the entry of a service.
    pub(crate) fn is_entry(&self) -> bool {
        matches!(self.kind, SpanKind::Server | SpanKind::Consumer)
    }
}

/// All spans of a trace, each once, linked.
pub(crate) struct Forest<'s> {
    pub(crate) state: &'s TraceState,
    pub(crate) nodes: Vec<Node>,
    pub(crate) tree: Tree,
    /// Queues between the top and each node.
    hops: Vec<u32>,
    /// Nodes that stand below the root for want of their own parent, ascending.
    orphans: Vec<u32>,
}

impl<'s> Forest<'s> {
    /// Sorts, links and puts all times on one clock. O(n log n).
    pub(crate) fn of(state: &'s TraceState) -> Self {
        let mut nodes: Vec<Node> = span_nodes(state).collect();
        nodes.extend(log_nodes(state));
        nodes.sort_by(|a, b| order(state, a).cmp(&order(state, b)));
        let items: Vec<Item> = nodes
            .iter()
            .map(|n| Item {
                id: n.id,
                parent: n.parent,
                service: n.service,
                kind: n.kind,
            })
            .collect();
        let tree = Tree::link(&items);
        let mut forest = Self {
            state,
            nodes,
            tree,
            hops: Vec::new(),
            orphans: Vec::new(),
        };
        forest.adjust();
        forest.gather_orphans();
        forest.count_hops();
        forest
    }

    /// With one root there, a span whose parent never came is taken to be somewhere below it: the
    /// gap is told by the verdict, and whether a failure crossed it by the usual tests.
    fn gather_orphans(&mut self) {
        let is_root = |at: &u32| {
            self.node(*at)
                .is_some_and(|n| n.parent == 0 && n.span.is_some())
        };
        let mut roots = (0..self.nodes.len() as u32).filter(is_root);
        let (Some(root), None) = (roots.next(), roots.next()) else {
            return;
        };
        let below = |at: u32| {
            self.node(at)
                .is_some_and(|node| node.id != 0 && (node.parent != 0 || node.span.is_none()))
                && self.tree.cut().binary_search(&at).is_err()
        };
        self.orphans = (0..self.nodes.len() as u32)
            .filter(|&at| self.tree.parent(at).is_none() && at != root && below(at))
            .collect();
        if !self.orphans.is_empty() {
            let orphans = &self.orphans;
            self.tree = self
                .tree
                .gathered(root, |at| orphans.binary_search(&at).is_ok());
        }
    }

    pub(crate) fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    pub(crate) fn text(&self, id: u32) -> &'s str {
        self.state.texts.get(id)
    }

    /// The node that requests came in by: the earliest root that serves, else the earliest top
    /// that serves, else the earliest root, else the earliest top.
    pub(crate) fn entry(&self) -> Option<u32> {
        let tops = || {
            (0..self.nodes.len() as u32)
                .filter(|&n| self.tree.parent(n).is_none())
                .filter_map(|n| self.node(n).map(|node| (n, node)))
                .filter(|(_, node)| node.span.is_some())
        };
        tops()
            .min_by_key(|(n, node)| (node.parent != 0, !node.is_entry(), node.start, *n))
            .map(|(n, _)| n)
    }

    fn adjust(&mut self) {
        let timed: Vec<Timed> = self
            .nodes
            .iter()
            .map(|node| Timed {
                host: self.clock(node),
                kind: node.kind,
                start: node.start,
                end: node.end,
            })
            .collect();
        let deltas = deltas(&self.tree, &timed);
        for (node, timed) in self.nodes.iter_mut().zip(&timed) {
            let delta = deltas.get(&timed.host).map_or(0, |delta| delta.applied());
            node.start = node.start.plus(delta);
            node.end = node.end.plus(delta);
        }
    }

    /// Messages handled between the top and the node: a failure does not travel back over one.
    pub(crate) fn queue_hops(&self, at: u32) -> u32 {
        self.hops.get(at as usize).copied().unwrap_or(0)
    }

    fn count_hops(&mut self) {
        let mut hops = vec![0; self.nodes.len()];
        for &at in self.tree.order() {
            let (Some(node), Some(parent)) = (self.node(at), self.tree.parent(at)) else {
                continue;
            };
            let sender = self.node(parent);
            let hop = node.kind == SpanKind::Consumer
                && sender
                    .is_some_and(|s| s.kind == SpanKind::Producer || s.service != node.service);
            let above: u32 = hops.get(parent as usize).copied().unwrap_or(0);
            if let Some(slot) = hops.get_mut(at as usize) {
                *slot = above + u32::from(hop);
            }
        }
        self.hops = hops;
    }

    /// Spans of one host share a clock; where no host is named, those of one service.
    fn clock(&self, node: &Node) -> u32 {
        match self.state.sources.get(node.source).host {
            0 => node.service,
            host => host,
        }
    }
}

/// By start, then by what tells spans apart; never by when they came.
fn order<'s>(state: &'s TraceState, node: &Node) -> impl Ord + use<'s> {
    let text = |id| state.texts.get(id);
    let log = node
        .log
        .and_then(|at| state.log_marks.get(at as usize))
        .map(|mark| mark.hash);
    (
        node.start,
        node.id,
        text(node.service),
        node.kind,
        text(node.name),
        node.end,
        log,
    )
}

fn span_nodes(state: &TraceState) -> impl Iterator<Item = Node> + '_ {
    state.spans.iter().zip(0..).map(|(span, place)| {
        let operation = state.operations.get(span.operation);
        Node {
            id: span.id,
            span: Some(place),
            log: None,
            source: operation.source,
            service: state.sources.get(operation.source).service,
            operation: span.operation,
            target: span.target,
            name: operation.name,
            kind: operation.kind,
            start: span.start,
            end: span.end,
            flags: span.flags,
            parent: span.parent,
        }
    })
}

/// One node per span that only log records name, one per record that names none.
fn log_nodes(state: &TraceState) -> Vec<Node> {
    let mut present: Vec<u64> = state.spans.iter().map(|span| span.id).collect();
    present.sort_unstable();
    let mut nodes = Vec::new();
    let mut missing: BTreeMap<u64, Node> = BTreeMap::new();
    for (mark, at) in state.log_marks.iter().zip(0..) {
        if mark.span_id != 0 && present.binary_search(&mark.span_id).is_ok() {
            continue;
        }
        let node = Node {
            id: mark.span_id,
            span: None,
            log: Some(at),
            source: mark.source,
            service: state.sources.get(mark.source).service,
            operation: u32::MAX,
            target: 0,
            name: 0,
            kind: SpanKind::Internal,
            start: mark.recording.time,
            end: mark.recording.time,
            flags: Flags::default(),
            parent: 0,
        };
        if mark.span_id == 0 {
            nodes.push(node);
            continue;
        }
        // Log marks are sorted by hash: the first stands for the span whatever came first.
        let known = missing.entry(mark.span_id).or_insert(node);
        known.start = known.start.min(node.start);
        known.end = known.end.max(node.end);
    }
    nodes.extend(missing.into_values());
    nodes
}
