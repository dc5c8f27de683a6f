//! What was told of a trace so far: kept beside its state, and after it as its tombstone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::Digests;
use crate::id::ErrorId;
use crate::time::UnixNanos;

/// Event ids remembered per trace.
pub(super) const TOLD_MAX: usize = 1_024;

/// Which events of a trace were told, and what they said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Announced {
    pub(super) told: BTreeMap<ErrorId, Told>,
    /// Something to tell was put off until then.
    pub(super) ask_again: Option<UnixNanos>,
}

/// One event as last told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) revision: u32,
    /// Revisions that count against the limit.
    pub(super) count: u32,
    pub(super) digests: Digests,
    pub(super) at: UnixNanos,
    pub(super) standing: Standing,
    pub(super) supersedes: Vec<ErrorId>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Standing {
    Live,
    Superseded(ErrorId),
    Withdrawn,
}

impl Announced {
    /// Log time at which [`detect`](super::detect) wants to be called again although nothing
    /// arrives: a revision was put off.
    #[must_use]
    pub fn ask_again(&self) -> Option<UnixNanos> {
        self.ask_again
    }

    /// Nothing was ever told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Ids of the events that stand, ascending.
    pub fn live(&self) -> impl Iterator<Item = ErrorId> + '_ {
        let live = self
            .told
            .iter()
            .filter(|(_, told)| told.standing == Standing::Live);
        live.map(|(id, _)| *id)
    }

    /// Memory held, in bytes, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.told.len() * (size_of::<(ErrorId, Told)>() + 16)
    }
}
