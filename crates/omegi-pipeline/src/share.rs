//! Which traces a worker joins, when several share one log.
//!
//! Invariant: every trace belongs to exactly one worker, whatever record its spans come in.

use crate::key::WindowKey;

/// Partitions that workers own; mapped onto an engine's own by its adapter.
const VIRTUAL_PARTITIONS: u64 = 64;

/// Worker `index` of `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    index: u64,
    of: u64,
}

impl Share {
    /// The only worker.
    pub(crate) const ALL: Self = Self { index: 0, of: 1 };

    /// None unless `index < of <= 64`.
    #[cfg(test)]
    pub(crate) fn new(index: u64, of: u64) -> Option<Self> {
        (index < of && of <= VIRTUAL_PARTITIONS).then_some(Self { index, of })
    }

    /// The trace is this worker's.
    pub(crate) fn holds(self, key: &WindowKey) -> bool {
        self.of == 1 || key.hash() % VIRTUAL_PARTITIONS % self.of == self.index
    }
}
