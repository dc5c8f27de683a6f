//! Fresh records in memory, so that a reader who keeps up never touches the disk.
//!
//! Invariant: offsets are dense; bytes held stay within the limit, save for one record too large.

use std::collections::VecDeque;

use crate::{Offset, Record};

/// The newest records.
pub(crate) struct Ring {
    records: VecDeque<Record>,
    bytes: usize,
    bytes_max: usize,
}

impl Ring {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self {
            records: VecDeque::new(),
            bytes: 0,
            bytes_max,
        }
    }

    /// Takes the next record, gives up the oldest for it.
    pub(crate) fn push(&mut self, record: Record) {
        self.bytes += bytes(&record);
        self.records.push_back(record);
        while self.bytes > self.bytes_max && self.records.len() > 1 {
            self.drop_oldest();
        }
    }

    /// Records from `from` on, at least one and else up to `bytes_max`; nothing where `from` is not
    /// held.
    pub(crate) fn read(&self, from: Offset, bytes_max: usize) -> Option<Vec<Record>> {
        let first = self.records.front()?.offset;
        let skip = usize::try_from(from.0.checked_sub(first.0)?).ok()?;
        let mut taken = Vec::new();
        let mut bytes = 0;
        for record in self.records.iter().skip(skip) {
            bytes += record.body.len();
            if bytes > bytes_max && !taken.is_empty() {
                break;
            }
            taken.push(record.clone());
        }
        (!taken.is_empty()).then_some(taken)
    }

    /// Forgets everything, so that the disk is asked again.
    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.bytes = 0;
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.records.pop_front() {
            self.bytes -= bytes(&oldest);
        }
    }
}

/// What a record costs in memory.
fn bytes(record: &Record) -> usize {
    let decoded = record.decoded.as_ref().map_or(0, bytes::Bytes::len);
    size_of::<Record>() + record.body.len() + decoded
}
