//! A durable append-only log with offsets, partitions, retention and subscriptions.
//!
//! Knows nothing of what its records mean. One [`EventLog`] is one topic. [`EmbeddedLog`] keeps it on
//! this machine's disk; how its bytes lie there is told in `docs/log-format.md`.

mod clock;
mod contract;
#[cfg(any(test, feature = "contract-tests"))]
pub mod contract_tests;
mod embedded;
mod metrics;
mod storage;

pub use clock::{Clock, ManualClock, SystemClock};
pub use contract::{
    AppendError, AppendTime, Appended, Batch, Bounds, Caps, Chunk, EventLog, NewRecord, Offset,
    Partition, ReadError, Record, RecordKind, TrimError,
};
pub use embedded::{
    Cut, DamagedRange, EmbeddedLog, LogConfig, OpenError, Problem, RecoveryReport, RewriteError,
    RewriteReport, Ticks, VerifyReport, verify,
};
pub use metrics::{LogMetric, LogMetrics, Refusal, Source};
pub use storage::{Disk, Sim, SimFaults, Space, Storage, StorageFile};
