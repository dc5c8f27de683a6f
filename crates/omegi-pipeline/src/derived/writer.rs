//! Appends derived events, whatever the log answers, without writing any twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use omegi_log::{AppendError, EventLog, NewRecord, Offset, Partition, ReadError};
use tokio_util::sync::CancellationToken;

/// The derived log has one partition and one writer.
pub(crate) const DERIVED: Partition = Partition(0);
const APPEND_TIMEOUT: Duration = Duration::from_secs(30);
const NO_SPACE_RETRY: Duration = Duration::from_secs(1);
const READ_BYTES_MAX: usize = 4 << 20;
/// What a log may add to a record's body.
const FRAME_BYTES_MAX: usize = 64;

/// Why events could not be told.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The pipelines are stopping; what was not told is made again at the next start.
    #[error("stopped before the derived log took all events")]
    Cancelled,
    /// The log will not take it at all.
    #[error("cannot append derived events")]
    Append(#[source] AppendError),
    /// It cannot be told whether events were written.
    #[error("cannot read derived events back")]
    Read(#[source] ReadError),
    /// Somebody else writes to the derived log.
    #[error("derived log holds other records than were appended, from offset {0}")]
    Foreign(u64),
}

/// Writes at the end of the derived log.
pub(crate) struct DerivedWriter {
    log: Arc<dyn EventLog>,
    /// Offset of the next record.
    next: u64,
    stop: CancellationToken,
}

impl DerivedWriter {
    /// Writes from `next` on, which is the end of the log.
    pub(crate) fn new(log: Arc<dyn EventLog>, next: u64, stop: CancellationToken) -> Self {
        Self { log, next, stop }
    }

    /// Offset after the last record.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Appends `records` in order and returns once they are durable.
    ///
    /// # Errors
    /// [`WriteError`]: some may be written; those are recognised at the next start.
    pub(crate) async fn append(&mut self, records: Vec<Bytes>) -> Result<(), WriteError> {
        let bytes_max = self.log.caps().batch_bytes_max;
        let mut batch = Vec::new();
        let mut bytes = 0;
        for record in records {
            let framed = record.len() + FRAME_BYTES_MAX;
            if bytes + framed > bytes_max && !batch.is_empty() {
                self.append_batch(&batch).await?;
                batch.clear();
                bytes = 0;
            }
            bytes += framed;
            batch.push(record);
        }
        if batch.is_empty() {
            return Ok(());
        }
        self.append_batch(&batch).await
    }

    async fn append_batch(&mut self, batch: &[Bytes]) -> Result<(), WriteError> {
        let mut rest = batch;
        while !rest.is_empty() {
            let records = rest.iter().map(|body| NewRecord {
                body: body.clone(),
                decoded: None,
            });
            let deadline = Instant::now() + APPEND_TIMEOUT;
            match self.log.append(DERIVED, records.collect(), deadline).await {
                Ok(appended) => {
                    self.next = appended.next.0;
                    return Ok(());
                }
                Err(AppendError::Busy { retry_after }) => self.wait(retry_after).await?,
                Err(AppendError::NoSpace) => self.wait(NO_SPACE_RETRY).await?,
                Err(AppendError::Unknown) => {
                    let written = self.written(rest).await?;
                    rest = rest.get(written..).unwrap_or_default();
                }
                // No log this large takes it, now or later: all others must not wait for it.
                Err(AppendError::TooLarge { bytes, .. }) if rest.len() == 1 => {
                    tracing::error!(bytes, "an event is too large for the derived log, left out");
                    return Ok(());
                }
                Err(error) => return Err(WriteError::Append(error)),
            }
        }
        Ok(())
    }

    /// How many of `batch` the log holds after an append that was not confirmed.
    async fn written(&mut self, batch: &[Bytes]) -> Result<usize, WriteError> {
        let mut written = 0;
        loop {
            let read = self
                .log
                .read(DERIVED, Offset(self.next), READ_BYTES_MAX, Duration::ZERO);
            let chunk = read.await.map_err(WriteError::Read)?;
            if chunk.records.is_empty() {
                return Ok(written);
            }
            for record in chunk.records {
                if batch.get(written) != Some(&record.body) {
                    return Err(WriteError::Foreign(record.offset.0));
                }
                written += 1;
                self.next = record.offset.0 + 1;
            }
        }
    }

    async fn wait(&self, delay: Duration) -> Result<(), WriteError> {
        tokio::select! {
            () = self.stop.cancelled() => Err(WriteError::Cancelled),
            () = tokio::time::sleep(delay) => Ok(()),
        }
    }
}
