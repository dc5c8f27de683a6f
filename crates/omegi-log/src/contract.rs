//! What any log must do, whichever engine stands behind it.
//!
//! Readers pull, partition by partition, from an offset they keep themselves: no engine keeps
//! positions or groups. Offsets are dense within a partition and never change, even where a
//! record is emptied by a rewrite.

use std::io;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;

/// Position of a record within its partition: dense, from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Offset(pub u64);

/// One of a topic's partitions, from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Partition(pub u32);

/// When the log took a record: Unix nanoseconds UTC. Never steps back within a partition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppendTime(pub i64);

/// A record to append.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// What is stored.
    pub body: Bytes,
    /// What readers would get by decompressing `body`, where the writer has it at hand already.
    /// Handed over in memory, never stored.
    pub decoded: Option<Bytes>,
}

/// Records appended together: all of them or none.
pub type Batch = Vec<NewRecord>;

/// A record as read.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its place.
    pub offset: Offset,
    /// When it was taken.
    pub append_time: AppendTime,
    /// What it is.
    pub kind: RecordKind,
    /// As appended; empty for ticks and emptied records.
    pub body: Bytes,
    /// See [`NewRecord::decoded`]; present only while the record is fresh.
    pub decoded: Option<Bytes>,
}

/// What a record is to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// Somebody's bytes.
    Data,
    /// Only time: appended by the writer while readers hold open windows and nothing arrives.
    Tick,
    /// Data that was removed afterwards (a deleted project, a secret); the offset stays.
    Emptied,
}

/// Where an appended batch stands, durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Offset of the batch's first record.
    pub first: Offset,
    /// Offset after its last.
    pub next: Offset,
    /// Time given to its records.
    pub append_time: AppendTime,
}

/// A stretch of a partition.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// In order, without gaps; empty when nothing came within the wait.
    pub records: Vec<Record>,
    /// Where to read on.
    pub next: Offset,
    /// Offset after the last durable record at the time of reading.
    pub committed: Offset,
}

impl Chunk {
    /// The position that a reader may store once it has dealt with this chunk.
    ///
    /// Ticks are readable before they are durable. After a power loss the offsets of lost ticks are
    /// given to other records: a position stored beyond [`committed`](Self::committed) would skip
    /// them. Reading ticks twice does no harm.
    #[must_use]
    pub fn storable(&self) -> Offset {
        self.next.min(self.committed)
    }
}

/// What a partition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// First offset still kept.
    pub start: Offset,
    /// Offset after the last durable record.
    pub committed: Offset,
}

/// What an engine promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// An acknowledged batch survives power loss of this machine.
    pub fsync: bool,
    /// A repeated append with the same sequence is dropped by the engine.
    pub idempotent_append: bool,
    /// `trim` removes exactly what it is asked to, not only whole segments or by age.
    pub exact_trim: bool,
    /// Acknowledged history may change after a failover.
    pub rewrites_history: bool,
    /// Largest batch in bytes.
    pub batch_bytes_max: usize,
}

/// A log of one topic.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// What this engine promises.
    fn caps(&self) -> Caps;

    /// How many partitions; fixed for the life of the log.
    fn partitions(&self) -> u32;

    /// Appends `batch` whole and returns once it is durable. An empty one is at once.
    ///
    /// Dropping the future leaves open whether the batch is written, whole or not at all.
    ///
    /// # Panics
    /// When there is no such `partition`: [`partitions`](Self::partitions) says how many there are.
    ///
    /// # Errors
    /// [`AppendError`]; only [`AppendError::Unknown`] leaves open whether it was written.
    async fn append(
        &self,
        partition: Partition,
        batch: Batch,
        deadline: Instant,
    ) -> Result<Appended, AppendError>;

    /// Reads records from `from` on: at least one if there is any, else up to `bytes_max` of
    /// bodies. Waits up to `wait` for the first one. Data is durable when it is read; ticks need
    /// not be, see [`Chunk::storable`].
    ///
    /// # Errors
    /// [`ReadError`].
    async fn read(
        &self,
        partition: Partition,
        from: Offset,
        bytes_max: usize,
        wait: Duration,
    ) -> Result<Chunk, ReadError>;

    /// What is there now.
    ///
    /// # Errors
    /// [`ReadError`].
    async fn bounds(&self, partition: Partition) -> Result<Bounds, ReadError>;

    /// Gives up records before `before`; may keep more, never less. Returns the new start.
    ///
    /// # Errors
    /// [`TrimError`].
    async fn trim(&self, partition: Partition, before: Offset) -> Result<Offset, TrimError>;
}

/// Why a batch was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Nothing was written; try again after the delay.
    #[error("log is busy")]
    Busy {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Nothing was written, and nothing will be until there is space again.
    #[error("no space left for the log")]
    NoSpace,
    /// It may have been written.
    #[error("append was not confirmed in time")]
    Unknown,
    /// Larger than the engine takes.
    #[error("batch of {bytes} bytes exceeds {bytes_max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// No write until restart: after a failed fsync the page cache cannot be trusted.
    #[error("log writer has stopped: {0}")]
    Stopped(String),
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Records before `start` are gone; read from there.
    #[error("records before {} are gone", start.0)]
    Trimmed {
        /// First offset still kept.
        start: Offset,
    },
    /// The engine changed acknowledged history, or `from` lies beyond its end: rebuild from a
    /// snapshot.
    #[error("log history changed")]
    HistoryChanged,
    /// Try again after the delay.
    #[error("log is unavailable")]
    Unavailable {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Records cannot be read, though they were durable once. Who decides to go without them reads
    /// on at `next`.
    #[error("damaged records at offsets {} up to {}: {reason}", offset.0, next.0)]
    Damaged {
        /// The first one.
        offset: Offset,
        /// Offset after the last one.
        next: Offset,
        /// What was found.
        reason: String,
    },
    /// The disk does not answer.
    #[error("cannot read the log")]
    Io(#[from] io::Error),
}

/// Why nothing was trimmed.
#[derive(Debug, thiserror::Error)]
pub enum TrimError {
    /// The disk does not answer.
    #[error("cannot trim the log")]
    Io(#[from] io::Error),
}
