//! Where in a segment to start looking for an offset.
//!
//! Invariant: entries rise in offset, position and time; each points at a frame.

use crate::{AppendTime, Offset};

/// Bytes between two entries: what a reader skips at most, headers only.
pub(crate) const SPACING_BYTES: u64 = 64 * 1024;

/// A frame that can be found without reading those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) offset: Offset,
    pub(crate) position: u64,
    pub(crate) append_time: AppendTime,
}

/// Some of a segment's frames, about [`SPACING_BYTES`] apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SparseIndex(Vec<Entry>);

impl SparseIndex {
    /// Takes note of a frame if it is far enough from the last one noted.
    pub(crate) fn note(&mut self, entry: Entry) {
        let due = self
            .0
            .last()
            .is_none_or(|last| entry.position - last.position >= SPACING_BYTES);
        if due {
            self.0.push(entry);
        }
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    /// The last entry at or before `offset`.
    pub(crate) fn find(&self, offset: Offset) -> Option<Entry> {
        let after = self.0.partition_point(|entry| entry.offset <= offset);
        after.checked_sub(1).and_then(|at| self.0.get(at)).copied()
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.0
    }
}
