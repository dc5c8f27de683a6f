//! One file of records, and how far it reaches.
//!
//! Invariant: everything before [`Extent::end`] is readable, and durable save for ticks at the very end.

use std::io::{self, IoSlice};
use std::sync::Arc;

use parking_lot::RwLock;

use super::index::{Entry, SparseIndex};
use super::preamble::{Footer, Preamble, RECORDS_AT, TRAILER_BYTES};
use super::scan::Scan;
use crate::storage::{Storage, StorageFile, read_full, write_all};
use crate::{AppendTime, Offset};

const SUFFIX: &str = ".segment";
/// A segment being written anew; of no account until it is renamed.
pub(crate) const REWRITE_SUFFIX: &str = ".rewrite";

/// Name of the file of the segment that begins at `base`.
pub(crate) fn segment_name(base: Offset) -> String {
    format!("{:020}{SUFFIX}", base.0)
}

/// Name of its replacement while that is written.
pub(crate) fn rewrite_name(base: Offset) -> String {
    format!("{:020}{REWRITE_SUFFIX}", base.0)
}

/// Which segment a file is, if it is one.
pub(crate) fn segment_base(name: &str) -> Option<Offset> {
    let digits = name.strip_suffix(SUFFIX)?;
    (digits.len() == 20)
        .then(|| digits.parse().ok().map(Offset))
        .flatten()
}

/// A segment, as writer and readers share it.
pub(crate) struct Segment {
    pub(crate) preamble: Preamble,
    pub(crate) file: Arc<dyn StorageFile>,
    extent: RwLock<Extent>,
}

/// How far a segment reaches.
#[derive(Debug, Clone)]
pub(crate) struct Extent {
    /// Where its records end.
    pub(crate) end: u64,
    /// Offset after its last record.
    pub(crate) next: Offset,
    /// Append time of its first record; of the record before where it has none.
    pub(crate) first_time: AppendTime,
    /// Append time of its last record; of the record before where it has none.
    pub(crate) last_time: AppendTime,
    pub(crate) index: SparseIndex,
}

impl Extent {
    /// Of a segment without records.
    pub(crate) fn empty(preamble: &Preamble) -> Self {
        Self {
            end: RECORDS_AT,
            next: preamble.base,
            first_time: preamble.after,
            last_time: preamble.after,
            index: SparseIndex::default(),
        }
    }

    /// Grows by the frame of `bytes` at `position`.
    pub(crate) fn grow(&mut self, entry: Entry, bytes: u64) {
        if self.end == RECORDS_AT {
            self.first_time = entry.append_time;
        }
        self.end = entry.position + bytes;
        self.next = Offset(entry.offset.0 + 1);
        self.last_time = entry.append_time;
        self.index.note(entry);
    }

    /// Bytes on disk once it is closed.
    pub(crate) fn closed_bytes(&self) -> u64 {
        self.end + Footer::bytes_for(self.index.entries().len())
    }
}

impl Segment {
    pub(crate) fn new(preamble: Preamble, file: Arc<dyn StorageFile>, extent: Extent) -> Self {
        Self {
            preamble,
            file,
            extent: RwLock::new(extent),
        }
    }

    /// Makes a segment under `name`, durable but for its name.
    ///
    /// # Errors
    /// When there is no room for `capacity`, or the disk fails; the file may be there then.
    pub(crate) fn create(
        storage: &dyn Storage,
        name: &str,
        preamble: Preamble,
        capacity: u64,
    ) -> io::Result<Self> {
        let file = storage.create(name)?;
        file.allocate(capacity)?;
        write_all(&*file, &mut [IoSlice::new(&preamble.encode())], 0)?;
        file.sync()?;
        let extent = Extent::empty(&preamble);
        Ok(Self::new(preamble, file, extent))
    }

    /// Writes the footer and gives back the room behind it.
    ///
    /// # Errors
    /// When that is not durable.
    pub(crate) fn close(&self) -> io::Result<()> {
        let extent = self.extent();
        let footer = Footer {
            end: extent.end,
            next: extent.next,
            first_time: extent.first_time,
            last_time: extent.last_time,
            index: extent.index,
        }
        .encode();
        write_all(&*self.file, &mut [IoSlice::new(&footer)], extent.end)?;
        self.file.set_len(extent.end + footer.len() as u64)?;
        self.file.sync()
    }

    pub(crate) fn base(&self) -> Offset {
        self.preamble.base
    }

    pub(crate) fn extent(&self) -> Extent {
        self.extent.read().clone()
    }

    /// Looks at the extent without copying its index.
    pub(crate) fn with_extent<T>(&self, look: impl FnOnce(&Extent) -> T) -> T {
        look(&self.extent.read())
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Extent)) {
        change(&mut self.extent.write());
    }

    /// Its frames from the last indexed one at or before `offset` on.
    pub(crate) fn scan_from(&self, offset: Offset) -> Scan<'_> {
        let extent = self.extent.read();
        let start = extent.index.find(offset);
        let start = start.map_or((self.base(), RECORDS_AT), |entry| {
            (entry.offset, entry.position)
        });
        Scan::complete(&*self.file, self.preamble.salt, start, extent.end)
    }
}

/// The footer at the end of `file`, if there is a whole one.
pub(crate) fn read_footer(file: &dyn StorageFile) -> io::Result<Option<Footer>> {
    let length = file.len()?;
    let mut trailer = [0; TRAILER_BYTES];
    let Some(at) = length.checked_sub(TRAILER_BYTES as u64) else {
        return Ok(None);
    };
    read_full(file, &mut trailer, at)?;
    let Some(bytes) = Footer::bytes(&trailer, length) else {
        return Ok(None);
    };
    let mut footer = vec![0; bytes];
    read_full(file, &mut footer, length - bytes as u64)?;
    Ok(Footer::decode(&footer))
}

/// Everything before the records.
pub(crate) fn read_preamble(file: &dyn StorageFile) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; RECORDS_AT as usize];
    let read = read_full(file, &mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}
