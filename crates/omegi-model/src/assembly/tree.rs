//! Orders spans as a forest: every span once, parents before children, rings cut.
//!
//! Linear after one sort, without recursion. A span whose parent never came stands on top.

use crate::error_event::SpanKind;

/// "No node": the parent of what stands on top.
pub(crate) const NONE: u32 = u32::MAX;

/// What linking needs to know of a span. Items are given in canonical order: by start, then by
/// what tells them apart, so that the forest depends on the set of spans alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    pub(crate) id: u64,
    /// 0: a root.
    pub(crate) parent: u64,
    pub(crate) service: u32,
    pub(crate) kind: SpanKind,
}

/// The forest; nodes are numbered like the items it was made from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    parents: Vec<u32>,
    order: Vec<u32>,
    depths: Vec<u32>,
    /// Children of node `n` are `children[starts[n]..starts[n + 1]]`.
    children: Vec<u32>,
    starts: Vec<u32>,
    cut: Vec<u32>,
}

impl Tree {
    /// Links `items`.
    pub(crate) fn link(items: &[Item]) -> Self {
        let mut parents = resolve(items);
        let cut = cut_rings(&mut parents);
        Self::of(parents, cut)
    }

    /// The same forest with what stands on top below `root`, where `below` says so.
    pub(crate) fn gathered(&self, root: u32, below: impl Fn(u32) -> bool) -> Self {
        let tops = |(&parent, node): (&u32, u32)| match parent {
            NONE if node != root && below(node) => root,
            parent => parent,
        };
        Self::of(
            self.parents.iter().zip(0..).map(tops).collect(),
            self.cut.clone(),
        )
    }

    fn of(parents: Vec<u32>, cut: Vec<u32>) -> Self {
        let (starts, children) = adopt(&parents);
        let mut tree = Self {
            parents,
            starts,
            children,
            cut,
            ..Self::default()
        };
        tree.walk();
        tree
    }

    /// The parent, or `None` on top.
    pub(crate) fn parent(&self, node: u32) -> Option<u32> {
        self.parents
            .get(node as usize)
            .copied()
            .filter(|&parent| parent != NONE)
    }

    /// Children in canonical order.
    pub(crate) fn children(&self, node: u32) -> &[u32] {
        let bound = |n: usize| self.starts.get(n).map_or(0, |&at| at as usize);
        self.children
            .get(bound(node as usize)..bound(node as usize + 1))
            .unwrap_or(&[])
    }

    /// All nodes, parents before children.
    pub(crate) fn order(&self) -> &[u32] {
        &self.order
    }

    /// Steps from the top.
    pub(crate) fn depth(&self, node: u32) -> u32 {
        self.depths.get(node as usize).copied().unwrap_or(0)
    }

    /// Nodes at which a ring of parents was cut.
    pub(crate) fn cut(&self) -> &[u32] {
        &self.cut
    }

    /// The node and all above it, nearest first.
    pub(crate) fn ancestors(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(node), |&at| self.parent(at))
    }

    /// Breadth first from the top, so that depth needs no recursion.
    fn walk(&mut self) {
        let len = self.parents.len();
        self.depths = vec![0; len];
        let mut order: Vec<u32> = (0..len as u32)
            .filter(|&n| self.parent(n).is_none())
            .collect();
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            next += 1;
            let depth = self.depth(node) + 1;
            for at in 0..self.children(node).len() {
                let Some(&child) = self.children(node).get(at) else {
                    break;
                };
                if let Some(slot) = self.depths.get_mut(child as usize) {
                    *slot = depth;
                }
                order.push(child);
            }
        }
        self.order = order;
    }
}

/// For each item the node of its parent.
fn resolve(items: &[Item]) -> Vec<u32> {
    let mut by_id: Vec<(u64, u32)> = items
        .iter()
        .zip(0..)
        .map(|(item, n)| (item.id, n))
        .collect();
    by_id.sort_unstable();
    let same_id = |id: u64| {
        let from = by_id.partition_point(|&(other, _)| other < id);
        let rest = by_id.get(from..).unwrap_or(&[]);
        rest.iter()
            .take_while(move |&&(other, _)| other == id)
            .map(|&(_, n)| n)
    };
    items
        .iter()
        .zip(0..)
        .map(|(item, n)| {
            let twin = || {
                same_id(item.id)
                    .filter(|&other| other != n)
                    .find(|&other| calls(items, other))
            };
            if is_entry(item.kind)
                && let Some(client) = twin()
            {
                return client;
            }
            if item.parent == 0 || item.parent == item.id {
                return NONE;
            }
            same_id(item.parent)
                // Spans that share an id: the one of the child's service, else the serving one.
                .min_by_key(|&other| {
                    let Some(parent) = items.get(other as usize) else {
                        return (true, true, other);
                    };
                    (
                        parent.service != item.service,
                        !is_entry(parent.kind),
                        other,
                    )
                })
                .unwrap_or(NONE)
        })
        .collect()
}

fn is_entry(kind: SpanKind) -> bool {
    matches!(kind, SpanKind::Server | SpanKind::Consumer)
}

fn calls(items: &[Item], node: u32) -> bool {
    items
        .get(node as usize)
        .is_some_and(|item| matches!(item.kind, SpanKind::Client | SpanKind::Producer))
}

/// Cuts each ring of parents at its first node in canonical order; gives the nodes put on top.
fn cut_rings(parents: &mut [u32]) -> Vec<u32> {
    const NEW: u32 = 0;
    let mut seen = vec![NEW; parents.len()];
    let mut cut = Vec::new();
    for start in 0..parents.len() as u32 {
        let walk = start + 1;
        let mut node = start;
        // Climb until the top, a node of an earlier walk, or a node of this walk: a ring.
        while let Some(mark) = seen.get_mut(node as usize).filter(|mark| **mark == NEW) {
            *mark = walk;
            node = parents.get(node as usize).copied().unwrap_or(NONE);
        }
        if seen.get(node as usize) != Some(&walk) {
            continue;
        }
        let ring = std::iter::successors(Some(node), |&at| {
            parents
                .get(at as usize)
                .copied()
                .filter(|&next| next != node)
        });
        let Some(first) = ring.min() else { continue };
        if let Some(slot) = parents.get_mut(first as usize) {
            *slot = NONE;
        }
        cut.push(first);
    }
    cut.sort_unstable();
    cut
}

/// Children by parent, as offsets and one list.
fn adopt(parents: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; parents.len() + 1];
    for &parent in parents {
        if let Some(count) = starts.get_mut(parent as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let mut fill = starts.clone();
    let mut children = vec![NONE; sum as usize];
    for (&parent, node) in parents.iter().zip(0..) {
        let Some(at) = fill.get_mut(parent as usize).filter(|_| parent != NONE) else {
            continue;
        };
        if let Some(slot) = children.get_mut(*at as usize) {
            *slot = node;
        }
        *at += 1;
    }
    (starts, children)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: u64, parent: u64) -> Item {
        Item {
            id,
            parent,
            service: 0,
            kind: SpanKind::Internal,
        }
    }

    #[test]
    fn edge_08_a_span_that_is_its_own_parent_is_a_root() {
        let tree = Tree::link(&[item(1, 1), item(2, 1)]);
        assert_eq!((tree.parent(0), tree.parent(1)), (None, Some(0)));
    }

    #[test]
    fn edge_09_a_ring_is_cut_at_its_earliest_start() {
        for len in [2_u64, 1_000] {
            let items: Vec<Item> = (1..=len).map(|n| item(n, n % len + 1)).collect();
            let tree = Tree::link(&items);
            assert_eq!(tree.cut(), [0]);
            assert_eq!(tree.order().len() as u64, len, "no span is lost");
            assert_eq!(tree.parent(0), None);
        }
    }

    #[test]
    fn edge_09_what_hangs_below_a_ring_keeps_its_parent() {
        let tree = Tree::link(&[item(1, 2), item(2, 1), item(3, 2), item(4, 3)]);
        assert_eq!((tree.parent(2), tree.parent(3)), (Some(1), Some(2)));
        assert_eq!(tree.order().len(), 4);
    }

    #[test]
    fn edge_13_a_chain_of_100_000_needs_no_stack() {
        let items: Vec<Item> = (1..=100_000).map(|n| item(n, n - 1)).collect();
        let tree = Tree::link(&items);
        assert_eq!(tree.depth(99_999), 99_999);
    }

    #[test]
    fn edge_15_a_star_of_50_000_children_is_linked_in_order() {
        let items: Vec<Item> = (1..=50_001).map(|n| item(n, u64::from(n != 1))).collect();
        let tree = Tree::link(&items);
        assert_eq!(tree.children(0).len(), 50_000);
        assert!(tree.children(0).is_sorted());
    }

    #[test]
    fn edge_04_a_server_sharing_its_clients_id_stands_under_it() {
        let client = Item {
            id: 7,
            parent: 1,
            service: 0,
            kind: SpanKind::Client,
        };
        let server = Item {
            id: 7,
            parent: 1,
            service: 1,
            kind: SpanKind::Server,
        };
        let inner = Item {
            id: 8,
            parent: 7,
            service: 1,
            kind: SpanKind::Internal,
        };
        let tree = Tree::link(&[item(1, 0), client, server, inner]);
        assert_eq!(
            (tree.parent(1), tree.parent(2), tree.parent(3)),
            (Some(0), Some(1), Some(2))
        );
    }

    #[test]
    fn edge_10_a_span_without_its_parent_stands_on_top() {
        let tree = Tree::link(&[item(1, 0), item(2, 9)]);
        assert_eq!((tree.parent(1), tree.depth(1)), (None, 0));
    }
}
