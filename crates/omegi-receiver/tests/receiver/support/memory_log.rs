//! A log in memory that can be told to fail.

use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use omegi_log::{
    AppendError, AppendTime, Appended, Batch, Bounds, Caps, Chunk, EventLog, Offset, Partition,
    ReadError, TrimError,
};

#[derive(Default)]
pub(crate) struct MemoryLog {
    bodies: Mutex<Vec<Bytes>>,
    failures: Mutex<VecDeque<Fault>>,
}

/// How one append ends.
pub(crate) enum Fault {
    Fails(AppendError),
    /// It never returns.
    Hangs,
}

impl MemoryLog {
    /// The next append ends so.
    pub(crate) fn fail_next(&self, error: AppendError) {
        self.failures.lock().unwrap().push_back(Fault::Fails(error));
    }

    /// The next append never returns.
    pub(crate) fn hang_next(&self) {
        self.failures.lock().unwrap().push_back(Fault::Hangs);
    }

    pub(crate) fn bodies(&self) -> Vec<Bytes> {
        self.bodies.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl EventLog for MemoryLog {
    fn caps(&self) -> Caps {
        Caps {
            fsync: false,
            idempotent_append: false,
            exact_trim: true,
            rewrites_history: false,
            batch_bytes_max: usize::MAX,
        }
    }

    fn partitions(&self) -> u32 {
        1
    }

    async fn append(
        &self,
        _partition: Partition,
        batch: Batch,
        _deadline: Instant,
    ) -> Result<Appended, AppendError> {
        let fault = self.failures.lock().unwrap().pop_front();
        match fault {
            Some(Fault::Fails(error)) => return Err(error),
            Some(Fault::Hangs) => std::future::pending().await,
            None => {}
        }
        let mut bodies = self.bodies.lock().unwrap();
        let first = Offset(bodies.len() as u64);
        bodies.extend(batch.into_iter().map(|record| record.body));
        let next = Offset(bodies.len() as u64);
        Ok(Appended {
            first,
            next,
            append_time: AppendTime(0),
        })
    }

    async fn read(
        &self,
        _partition: Partition,
        _from: Offset,
        _bytes_max: usize,
        _wait: Duration,
    ) -> Result<Chunk, ReadError> {
        Err(ReadError::Io(io::Error::from(io::ErrorKind::Unsupported)))
    }

    async fn bounds(&self, _partition: Partition) -> Result<Bounds, ReadError> {
        let committed = Offset(self.bodies().len() as u64);
        Ok(Bounds {
            start: Offset(0),
            committed,
        })
    }

    async fn trim(&self, _partition: Partition, before: Offset) -> Result<Offset, TrimError> {
        Ok(before)
    }
}
