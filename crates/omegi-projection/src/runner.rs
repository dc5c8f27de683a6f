//! Drives one projection: reads its log, applies, publishes, commits.
//!
//! One thread each, because applying computes and committing waits for the disk. Invariant:
//! a projection is published at most a chunk behind what was read, and committed at least
//! as often as it asks for.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use omegi_log::{EventLog, Offset, Partition, ReadError, RecordKind};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::projection::{ApplyError, CommitError, Projection};

const CHUNK_BYTES_MAX: usize = 8 << 20;
const WAIT: Duration = Duration::from_millis(250);
const PARTITION: Partition = Partition(0);

/// A projection that stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The log cannot be read on.
    #[error("cannot read the log")]
    Read(#[from] ReadError),
    /// See its source.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// See its source.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The thread panicked, or could not be started.
    #[error("projection thread is gone")]
    Thread,
}

/// The owner's side of a running projection.
pub struct Running {
    name: &'static str,
    applied: watch::Receiver<Offset>,
    replays: mpsc::Sender<oneshot::Sender<()>>,
    thread: thread::JoinHandle<Result<(), RunError>>,
}

/// Asks a running projection to rebuild itself; cheap to clone.
#[derive(Clone)]
pub struct Replayer {
    name: &'static str,
    replays: mpsc::Sender<oneshot::Sender<()>>,
}

/// Tells whether a projection still runs; cheap to clone.
#[derive(Clone)]
pub struct Liveness {
    name: &'static str,
    applied: watch::Receiver<Offset>,
}

impl Liveness {
    /// The projection's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        // Its thread holds the sender.
        self.applied.has_changed().is_ok()
    }
}

impl Replayer {
    /// The projection's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Empties the projection and returns once it reads from the start of the log again.
    ///
    /// # Errors
    /// [`RunError::Thread`] when it has stopped.
    pub async fn replay(&self) -> Result<(), RunError> {
        let (done, wait) = oneshot::channel();
        self.replays
            .send(done)
            .await
            .map_err(|_| RunError::Thread)?;
        wait.await.map_err(|_| RunError::Thread)
    }
}

impl Running {
    /// The projection's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Next offset to apply; everything before it can be queried.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Offset> {
        self.applied.clone()
    }

    /// A handle that can ask for a rebuild.
    #[must_use]
    pub fn replayer(&self) -> Replayer {
        Replayer {
            name: self.name,
            replays: self.replays.clone(),
        }
    }

    /// A handle that tells whether it still runs.
    #[must_use]
    pub fn liveness(&self) -> Liveness {
        Liveness {
            name: self.name,
            applied: self.applied.clone(),
        }
    }

    /// Waits for the end that the cancelled token asks for.
    ///
    /// # Errors
    /// What stopped it.
    pub fn join(self) -> Result<(), RunError> {
        self.thread.join().map_err(|_| RunError::Thread)?
    }
}

/// Starts `projection` on `log`. `on_commit` learns each durable position: what is before it,
/// the log may give up.
///
/// # Errors
/// [`RunError::Thread`] when no thread can be started.
pub fn spawn(
    projection: impl Projection + 'static,
    log: Arc<dyn EventLog>,
    on_commit: impl Fn(Offset) + Send + 'static,
    stop: CancellationToken,
) -> Result<Running, RunError> {
    let name = projection.name();
    let (applied_in, applied) = watch::channel(projection.position());
    let (replays, replays_out) = mpsc::channel(1);
    let runtime = Handle::current();
    let runner = Runner {
        next: projection.position(),
        projection,
        log,
        on_commit,
        applied: applied_in,
        replays: replays_out,
        last_commit: Instant::now(),
        dirty: false,
    };
    let thread = thread::Builder::new()
        .name(format!("project-{name}"))
        .spawn(move || {
            let result = runner.run(&runtime, &stop);
            if let Err(error) = &result {
                tracing::error!(projection = name, %error, "projection stopped");
            }
            result
        })
        .map_err(|_| RunError::Thread)?;
    Ok(Running {
        name,
        applied,
        replays,
        thread,
    })
}

struct Runner<P, F> {
    projection: P,
    log: Arc<dyn EventLog>,
    on_commit: F,
    applied: watch::Sender<Offset>,
    replays: mpsc::Receiver<oneshot::Sender<()>>,
    next: Offset,
    last_commit: Instant,
    dirty: bool,
}

impl<P: Projection, F: Fn(Offset)> Runner<P, F> {
    fn run(mut self, runtime: &Handle, stop: &CancellationToken) -> Result<(), RunError> {
        while !stop.is_cancelled() {
            if let Ok(done) = self.replays.try_recv() {
                self.rebuild()?;
                // Whoever asked may have gone; the rebuild stands.
                let _ = done.send(());
            }
            self.step(runtime)?;
        }
        self.drain(runtime)?;
        self.commit()
    }

    /// Takes in what was appended before the stop.
    fn drain(&mut self, runtime: &Handle) -> Result<(), RunError> {
        let end = runtime.block_on(self.log.bounds(PARTITION))?.committed;
        while self.next < end {
            self.step(runtime)?;
        }
        Ok(())
    }

    fn step(&mut self, runtime: &Handle) -> Result<(), RunError> {
        let read = self.log.read(PARTITION, self.next, CHUNK_BYTES_MAX, WAIT);
        let chunk = match runtime.block_on(read) {
            Ok(chunk) => chunk,
            Err(error) => return self.mend(error),
        };
        // A tick can be read before it is durable: a position behind it could skip, after a power
        // loss, what is then written in its place.
        for record in chunk
            .records
            .iter()
            .filter(|record| record.kind != RecordKind::Tick)
        {
            self.projection.apply(record)?;
        }
        if !chunk.records.is_empty() {
            self.projection.publish()?;
            self.next = chunk.next;
            self.applied.send_replace(self.next);
            self.dirty = true;
        }
        let due = self.dirty && self.last_commit.elapsed() >= self.projection.commit_every();
        if due || self.projection.wants_commit() {
            self.commit()
        } else {
            Ok(())
        }
    }

    fn mend(&mut self, error: ReadError) -> Result<(), RunError> {
        match error {
            ReadError::Trimmed { start } => {
                let projection = self.projection.name();
                tracing::warn!(
                    projection,
                    from = self.next.0,
                    to = start.0,
                    "records are gone"
                );
                self.next = start;
                Ok(())
            }
            ReadError::Unavailable { retry_after } => {
                thread::sleep(retry_after.min(WAIT));
                Ok(())
            }
            ReadError::Damaged {
                offset,
                next,
                reason,
            } => {
                let projection = self.projection.name();
                tracing::error!(
                    projection,
                    offset = offset.0,
                    reason,
                    "stepped over records"
                );
                self.next = next;
                Ok(())
            }
            other => Err(other.into()),
        }
    }

    fn commit(&mut self) -> Result<(), RunError> {
        let position = self.projection.commit()?;
        (self.on_commit)(position);
        self.last_commit = Instant::now();
        self.dirty = false;
        Ok(())
    }

    fn rebuild(&mut self) -> Result<(), RunError> {
        tracing::info!(
            projection = self.projection.name(),
            "rebuilding from the log"
        );
        self.projection.reset()?;
        self.next = self.projection.position();
        self.applied.send_replace(self.next);
        Ok(())
    }
}
