//! The handle of an embedded log.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{Semaphore, oneshot, watch};
use tracing::warn;

use super::config::LogConfig;
use super::frame::{body_checksum, frame_bytes};
use super::inbox::{Claim, Inbox, Pending};
use super::keeper::{self, KeeperStop};
use super::reader;
use super::recovery::{RecoveryReport, recover};
use super::retention::{self, Credit, Holds};
use super::rewrite::{RewriteError, RewriteReport, rewrite};
use super::ring::Ring;
use super::shared::{Shared, Tail};
use super::ticks::Ticks;
use super::writer::Writer;
use crate::metrics::{LogMetrics, Refusal};
use crate::storage::Storage;
use crate::{
    AppendError, AppendTime, Appended, Batch, Bounds, Caps, Chunk, EventLog, Offset, Partition,
    ReadError, Record, TrimError,
};

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The settings are wrong; every mistake is listed.
    #[error("wrong settings: {}", .0.join("; "))]
    Config(Vec<String>),
    /// A segment is not ours to read, or too damaged to append behind it. `verify` tells more.
    #[error("cannot read segment {name}: {reason}")]
    Segment {
        /// File.
        name: String,
        /// What was found.
        reason: String,
    },
    /// The disk does not answer, is full, or another process has the folder.
    #[error("cannot open the log")]
    Io(#[from] io::Error),
}

/// A log of one partition in a folder of its own. Clones are handles of the same log.
///
/// Dropping the last handle closes the log too; [`shutdown`](Self::shutdown) does it without
/// blocking the caller's thread.
#[derive(Clone)]
pub struct EmbeddedLog {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    credit: Arc<Mutex<Credit>>,
    keeper_stop: Arc<KeeperStop>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl EmbeddedLog {
    /// Opens the log in `storage`, repairs what a crash left behind, and starts its threads.
    /// Blocks: the last segment is scanned.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(
        storage: impl Storage,
        config: LogConfig,
    ) -> Result<(Self, RecoveryReport), OpenError> {
        let mistakes = config.mistakes();
        if !mistakes.is_empty() {
            return Err(OpenError::Config(mistakes));
        }
        let storage: Arc<dyn Storage> = Arc::new(storage);
        let (segments, report) = recover(&*storage, config.segment_bytes)?;
        let segments: BTreeMap<_, _> = segments
            .into_iter()
            .map(|segment| (segment.base(), Arc::new(segment)))
            .collect();
        let last = segments.last_key_value().map(|(_, last)| Arc::clone(last));
        let last = last.ok_or_else(|| io::Error::other("no segment"))?;
        let last_time = last.with_extent(|extent| extent.last_time);
        let tail = Tail {
            readable: report.next,
            committed: report.next,
        };
        let shared = Arc::new(Shared {
            metrics: Arc::new(LogMetrics::new(config.topic)),
            segments: RwLock::new(segments),
            ring: Mutex::new(Ring::new(config.ring_bytes_max)),
            tail: watch::Sender::new(tail),
            inbox: Inbox::default(),
            in_flight: Arc::new(Semaphore::new(config.in_flight_bytes_max)),
            holds: Mutex::new(Holds::default()),
            upkeep: Mutex::new(()),
            stopped: OnceLock::new(),
            storage,
            config,
        });
        shared.measure();
        let writer = Writer::new(Arc::clone(&shared), last);
        Ok((
            Self {
                inner: Arc::new(Inner::start(shared, writer, last_time)?),
            },
            report,
        ))
    }

    /// Writes what was accepted, closes the last segment and ends the threads. Later appends are
    /// refused; what is in memory can still be read.
    pub async fn shutdown(&self) {
        let inner = Arc::clone(&self.inner);
        if let Err(error) = tokio::task::spawn_blocking(move || inner.stop()).await {
            warn!(%error, "log did not shut down in order");
        }
    }

    /// A handle with which a reader says that it has windows open; at first it says no.
    #[must_use]
    pub fn ticks(&self) -> Ticks {
        Ticks::new(Arc::clone(&self.inner.shared))
    }

    /// Keeps records from `from` on, whatever retention says, until the hold is moved or released.
    /// Holds are not stored: name the readers in [`LogConfig::holders`], and nothing expires before
    /// each has placed its own.
    pub fn hold(&self, name: &str, from: Offset) {
        self.inner.shared.holds.lock().place(name, from);
    }

    /// Ends a hold.
    pub fn release(&self, name: &str) {
        self.inner.shared.holds.lock().release(name);
    }

    /// Applies retention now instead of in a while; says how many segments went.
    ///
    /// # Errors
    /// When the folder cannot be changed.
    pub async fn expire(&self) -> Result<usize, TrimError> {
        let inner = Arc::clone(&self.inner);
        let expire = move || retention::expire(&inner.shared, &mut inner.credit.lock());
        Ok(tokio::task::spawn_blocking(expire)
            .await
            .map_err(io::Error::other)??)
    }

    /// Empties every data record that `chosen` names, in memory and on disk, while readers run.
    /// Offsets and times stay. What was emptied cannot be brought back, not from the disk either
    /// once its file system has given the blocks to others.
    ///
    /// # Errors
    /// [`RewriteError`]; segments before the failure are done, a repetition goes on from there.
    pub async fn rewrite(
        &self,
        chosen: impl Fn(&Record) -> bool + Send + 'static,
    ) -> Result<RewriteReport, RewriteError> {
        self.roll().await?;
        let inner = Arc::clone(&self.inner);
        let rewritten = tokio::task::spawn_blocking(move || rewrite(&inner.shared, &chosen)).await;
        rewritten.map_err(io::Error::other)?
    }

    /// What this log counts.
    #[must_use]
    pub fn metrics(&self) -> Arc<LogMetrics> {
        Arc::clone(&self.inner.shared.metrics)
    }

    /// Closes the segment being written, so that retention and rewriting reach all there is now.
    ///
    /// # Errors
    /// As for an append.
    pub async fn roll(&self) -> Result<(), AppendError> {
        let (reply, answer) = oneshot::channel();
        self.inner.shared.inbox.roll(reply);
        answer
            .await
            .unwrap_or_else(|_| Err(AppendError::Stopped(CLOSED.to_owned())))
    }

    async fn commit(&self, batch: Batch, deadline: Instant) -> Result<Appended, AppendError> {
        let shared = &self.inner.shared;
        if let Some(stopped) = shared.stopped() {
            return Err(stopped);
        }
        if batch.is_empty() {
            let committed = shared.tail.borrow().committed;
            let append_time = AppendTime(shared.config.clock.wall());
            return Ok(Appended {
                first: committed,
                next: committed,
                append_time,
            });
        }
        let bytes: usize = batch
            .iter()
            .map(|new| frame_bytes(new.body.len()) as usize)
            .sum();
        let bytes_max = shared.config.batch_bytes_max;
        if bytes > bytes_max {
            return Err(AppendError::TooLarge { bytes, bytes_max });
        }
        let deadline = tokio::time::Instant::from_std(deadline);
        let share = Arc::clone(&shared.in_flight).acquire_many_owned(bytes as u32);
        let permit = tokio::time::timeout_at(deadline, share).await;
        let busy = AppendError::Busy {
            retry_after: RETRY_AFTER,
        };
        let Ok(Ok(permit)) = permit else {
            return Err(busy);
        };
        // Here and not in the writer: senders are many, the writer is one.
        let checksums = batch.iter().map(|new| body_checksum(&new.body)).collect();
        let claim = Claim::default();
        let (reply, answer) = oneshot::channel();
        let frame_bytes = bytes as u64;
        let pending = Pending {
            batch,
            checksums,
            frame_bytes,
            claim: claim.clone(),
            reply,
            _permit: permit,
        };
        if shared.inbox.push(pending, shared.pace()).is_err() {
            return Err(AppendError::Stopped(CLOSED.to_owned()));
        }
        match tokio::time::timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            // The writer went without an answer.
            Ok(Err(_)) => Err(AppendError::Unknown),
            Err(_) if claim.take() => Err(busy),
            Err(_) => Err(AppendError::Unknown),
        }
    }
}

const CLOSED: &str = "the log is closed";
const RETRY_AFTER: Duration = Duration::from_secs(1);

#[async_trait]
impl EventLog for EmbeddedLog {
    fn caps(&self) -> Caps {
        Caps {
            fsync: true,
            idempotent_append: false,
            exact_trim: false,
            rewrites_history: false,
            batch_bytes_max: self.inner.shared.config.batch_bytes_max,
        }
    }

    fn partitions(&self) -> u32 {
        1
    }

    async fn append(
        &self,
        partition: Partition,
        batch: Batch,
        deadline: Instant,
    ) -> Result<Appended, AppendError> {
        check(partition);
        let appended = self.commit(batch, deadline).await;
        if let Err(error) = &appended {
            self.inner.shared.metrics.refused.of(refusal(error)).inc();
        }
        appended
    }

    async fn read(
        &self,
        partition: Partition,
        from: Offset,
        bytes_max: usize,
        wait: Duration,
    ) -> Result<Chunk, ReadError> {
        check(partition);
        reader::read(&self.inner.shared, from, bytes_max, wait).await
    }

    async fn bounds(&self, partition: Partition) -> Result<Bounds, ReadError> {
        check(partition);
        Ok(self.inner.shared.bounds())
    }

    async fn trim(&self, partition: Partition, before: Offset) -> Result<Offset, TrimError> {
        check(partition);
        let inner = Arc::clone(&self.inner);
        let trim = move || retention::trim(&inner.shared, before);
        tokio::task::spawn_blocking(trim)
            .await
            .map_err(io::Error::other)??;
        Ok(self.inner.shared.bounds().start)
    }
}

fn check(partition: Partition) {
    assert!(
        partition == Partition(0),
        "an embedded log has partition 0 alone, not {partition:?}"
    );
}

fn refusal(error: &AppendError) -> Refusal {
    match error {
        AppendError::Busy { .. } => Refusal::Busy,
        AppendError::NoSpace => Refusal::NoSpace,
        AppendError::Unknown => Refusal::Unknown,
        AppendError::TooLarge { .. } => Refusal::TooLarge,
        AppendError::Stopped(_) => Refusal::Stopped,
    }
}

impl Inner {
    fn start(shared: Arc<Shared>, writer: Writer, last_time: AppendTime) -> io::Result<Self> {
        let config = &shared.config;
        let credit = Credit::new(&*config.clock, last_time, config.retention_age);
        let inner = Self {
            credit: Arc::new(Mutex::new(credit)),
            keeper_stop: Arc::new(KeeperStop::default()),
            threads: Mutex::new(Vec::new()),
            shared,
        };
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        let writing = named("log-writer").spawn(move || writer.run())?;
        inner.threads.lock().push(writing);
        let (shared, credit) = (Arc::clone(&inner.shared), Arc::clone(&inner.credit));
        let stop = Arc::clone(&inner.keeper_stop);
        let keeping = named("log-keeper").spawn(move || keeper::run(&shared, &credit, &stop))?;
        inner.threads.lock().push(keeping);
        Ok(inner)
    }

    /// Ends the threads and waits for them; a second time there are none.
    fn stop(&self) {
        self.shared.inbox.close();
        self.keeper_stop.stop();
        let threads = std::mem::take(&mut *self.threads.lock());
        for thread in threads {
            if thread.join().is_err() {
                warn!(
                    topic = self.shared.config.topic,
                    "a thread of the log panicked"
                );
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}
