//! The tree that Python draws for exception groups: chains of blocks, some with members.

use crate::stack::draft::Draft;
use crate::stack::{ParsedException, Relation};

/// One traceback with the exception below it.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) exception: ParsedException,
    /// The exception's line was seen.
    pub(super) named: bool,
    /// Chains of its members, when it is a group.
    members: Vec<usize>,
}

/// Blocks in chains: chain 0 is the text's own, each further one a group's member.
#[derive(Debug)]
pub(super) struct Tree {
    chains: Vec<Vec<Block>>,
    /// Chains being filled, outer ones first, with the margin their drawing stands at.
    open: Vec<(usize, usize)>,
}

impl Default for Tree {
    fn default() -> Self {
        Self {
            chains: vec![Vec::new()],
            open: Vec::new(),
        }
    }
}

impl Tree {
    /// Whether a drawing was begun, so that a leading `|` is part of it.
    pub(super) fn has_margin(&self) -> bool {
        !self.open.is_empty()
    }

    /// `+ Exception Group Traceback` at a margin: the outermost opens the drawing.
    pub(super) fn at_margin(&mut self, margin: usize) {
        if self.open.is_empty() {
            self.open.push((margin, 0));
        }
    }

    /// A rule of the drawing: `+-+---- 1 ----` opens the first member of the group above it,
    /// `+---- 2 ----` the next, `+-----` closes them. True if it opens one.
    pub(super) fn rule(&mut self, margin: usize, rule: &str) -> bool {
        let titled = rule.bytes().any(|b| b.is_ascii_digit());
        let first = rule.starts_with("+-+");
        let member_margin = if first { margin + 2 } else { margin };
        while self.open.len() > 1 && self.open.last().is_some_and(|(at, _)| *at >= member_margin) {
            self.open.pop();
        }
        if !titled {
            return false;
        }
        let Some((_, group_chain)) = self.open.last().copied() else {
            return false;
        };
        let member = self.chains.len();
        let Some(group) = self
            .chains
            .get_mut(group_chain)
            .and_then(|chain| chain.last_mut())
        else {
            return false;
        };
        group.members.push(member);
        self.chains.push(Vec::new());
        self.open.push((member_margin, member));
        true
    }

    /// Adds a block to the chain being filled.
    pub(super) fn push(&mut self, block: Block) {
        let chain = self.open.last().map_or(0, |(_, chain)| *chain);
        if let Some(chain) = self.chains.get_mut(chain) {
            chain.push(block);
        }
    }

    /// Outermost first: each chain from its last block inwards, members below their group.
    pub(super) fn into_draft(mut self, skipped: u32) -> Draft {
        let mut draft = Draft {
            skipped,
            ..Draft::default()
        };
        // What is to be written next stands last.
        let mut due = vec![(0, Relation::Outermost)];
        while let Some((chain, relation)) = due.pop() {
            let blocks = self
                .chains
                .get_mut(chain)
                .map(std::mem::take)
                .unwrap_or_default();
            let mut relation = relation;
            let mut members = Vec::new();
            for block in blocks.into_iter().rev() {
                let index = draft.exceptions.len();
                draft.exceptions.push(ParsedException {
                    relation,
                    ..block.exception
                });
                relation = Relation::CauseOf(index);
                members.extend(
                    block
                        .members
                        .into_iter()
                        .map(|m| (m, Relation::MemberOf(index))),
                );
            }
            due.extend(members.into_iter().rev());
        }
        draft
    }
}
