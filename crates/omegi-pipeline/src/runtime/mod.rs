//! Runs the pipelines of a server: from the telemetry log to the derived log, for as long as it lives.
//!
//! Reads the telemetry log from the last checkpoint on; writes derived events, then the checkpoint.
//! Invariants: an event is durable in the derived log before a checkpoint passes the records it
//! came from; after any crash the same events are made again and told once.

mod recovery;
mod session;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use omegi_log::{EmbeddedLog, EventLog, Offset, ReadError};
use omegi_metrics::Collect;
use omegi_model::time::UnixNanos;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::derived::WriteError;
use crate::metrics::Counts;
use crate::spec::PipelineSet;
use crate::store::{StateError, StateLimits};

/// Under this name the telemetry log keeps what is not processed yet: name it in the log's holders.
pub const HOLDER: &str = "pipelines";

/// When a checkpoint is written: whichever comes first.
#[derive(Debug, Clone, Copy)]
pub struct Cadence {
    /// Bytes of telemetry, as stored, since the last one: bounds what a restart reads again.
    pub input_bytes: usize,
    /// Log time since the last one, in nanoseconds.
    pub log_time_ns: i64,
    /// Memory of closed traces that wait for it.
    pub pending_bytes: usize,
}

impl Default for Cadence {
    fn default() -> Self {
        Self {
            input_bytes: 64 << 20,
            log_time_ns: 30_000_000_000,
            pending_bytes: 32 << 20,
        }
    }
}

/// What the pipelines are given.
#[derive(Debug, Clone)]
pub struct PipelineConfig {
    /// What runs.
    pub set: PipelineSet,
    /// Folder of the state file; made when missing.
    pub state_dir: PathBuf,
    /// When checkpoints are written.
    pub cadence: Cadence,
    /// What the state file may take.
    pub state: StateLimits,
}

impl PipelineConfig {
    /// The pipelines of this build, with their state in `state_dir`.
    #[must_use]
    pub fn new(state_dir: PathBuf) -> Self {
        Self {
            set: PipelineSet::defaults(),
            state_dir,
            cadence: Cadence::default(),
            state: StateLimits::default(),
        }
    }
}

/// How far the pipelines have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Offset in the telemetry log after the last record whose events are in the derived log.
    pub offset: u64,
    /// Log time reached.
    pub watermark: UnixNanos,
    /// Offset in the derived log after the last event told.
    pub derived: u64,
    /// Why nothing moves at present, if so; it is tried again.
    pub trouble: Option<String>,
}

/// Why the pipelines stand still.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The state file cannot be used.
    #[error("state of the pipelines")]
    State(#[from] StateError),
    /// The telemetry log cannot be read.
    #[error("cannot read telemetry")]
    Read(#[from] ReadError),
    /// The derived log cannot be read.
    #[error("cannot read the derived log")]
    Derived(#[source] ReadError),
    /// Events cannot be told.
    #[error("cannot tell events")]
    Write(#[from] WriteError),
    /// The folder of the state file cannot be used.
    #[error("cannot use the folder of the pipelines' state")]
    Folder(#[source] std::io::Error),
    /// A processor panicked: a defect of this build.
    #[error("pipelines crashed")]
    Crashed(#[source] tokio::task::JoinError),
}

/// Pauses between attempts while something does not answer.
const RETRY_FIRST: Duration = Duration::from_millis(200);
const RETRY_MAX: Duration = Duration::from_secs(10);

/// The running pipelines; whoever holds this owns their task.
pub struct Pipelines {
    task: JoinHandle<Result<(), PipelineError>>,
    progress: watch::Receiver<Progress>,
    counts: Arc<Counts>,
}

impl Pipelines {
    /// Starts the pipelines. They end when `stop` is cancelled, after what they have read is told
    /// and a checkpoint is written.
    #[must_use]
    pub fn spawn(
        telemetry: EmbeddedLog,
        derived: Arc<dyn EventLog>,
        config: PipelineConfig,
        stop: CancellationToken,
    ) -> Self {
        let counts = Arc::new(Counts::default());
        let (progress, receiver) = watch::channel(Progress {
            offset: 0,
            watermark: UnixNanos(i64::MIN),
            derived: 0,
            trouble: None,
        });
        let host = Host {
            telemetry,
            derived,
            config,
            stop,
            counts: Arc::clone(&counts),
            progress,
        };
        Self {
            task: tokio::spawn(host.run()),
            progress: receiver,
            counts,
        }
    }

    /// How far they have come, now and later.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// What they count.
    #[must_use]
    pub fn metrics(&self) -> Arc<dyn Collect> {
        Arc::clone(&self.counts) as Arc<dyn Collect>
    }

    /// Waits until everything before `offset` is processed and told. False: they ended before.
    pub async fn caught_up(&self, offset: Offset) -> bool {
        let mut progress = self.progress.clone();
        progress
            .wait_for(|progress| progress.offset >= offset.0)
            .await
            .is_ok()
    }

    /// Waits for their end.
    ///
    /// # Errors
    /// [`PipelineError::Crashed`]; all other troubles are tried again until they are stopped.
    pub async fn join(self) -> Result<(), PipelineError> {
        self.task.await.map_err(PipelineError::Crashed)?
    }
}

/// What every attempt shares.
struct Host {
    telemetry: EmbeddedLog,
    derived: Arc<dyn EventLog>,
    config: PipelineConfig,
    stop: CancellationToken,
    counts: Arc<Counts>,
    progress: watch::Sender<Progress>,
}

impl Host {
    /// Runs until stopped; after a trouble begins again at the last checkpoint.
    async fn run(self) -> Result<(), PipelineError> {
        let mut pause = RETRY_FIRST;
        loop {
            let before = self.progress.borrow().offset;
            let trouble = match self.attempt().await {
                Ok(()) => return Ok(()),
                Err(crashed @ PipelineError::Crashed(_)) => return Err(crashed),
                Err(_) if self.stop.is_cancelled() => return Ok(()),
                Err(trouble) => trouble,
            };
            if self.progress.borrow().offset > before {
                pause = RETRY_FIRST;
            }
            let text = chain(&trouble);
            tracing::error!(error = %text, "pipelines stand still, trying again");
            self.progress
                .send_modify(|progress| progress.trouble = Some(text));
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(RETRY_MAX);
        }
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
