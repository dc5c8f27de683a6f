//! A durable append-only log with offsets, partitions, retention and subscriptions.
//!
//! Knows nothing of what its records mean. One [`EventLog`] is one topic.

mod contract;

pub use contract::{
    AppendError, AppendTime, Appended, Batch, Bounds, Caps, Chunk, EventLog, NewRecord, Offset,
    Partition, ReadError, Record, RecordKind, TrimError,
};
