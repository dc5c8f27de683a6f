//! Finds where to begin: at the checkpoint, or, where there is none to trust, at the log's start.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use omegi_log::{Bounds, Offset, Partition, ReadError, RecordKind};
use omegi_model::event;
use omegi_model::time::UnixNanos;

use super::{Host, PipelineError, chain};
use crate::derived::{DERIVED, DerivedWriter, Told};
use crate::engine::Engine;
use crate::metrics::Counts;
use crate::share::Share;
use crate::spec::PipelineSet;
use crate::store::{Checkpoint, StateError, StateLimits, StateStore};

/// The telemetry log has one partition where it is embedded.
pub(super) const TELEMETRY: Partition = Partition(0);
const FILE: &str = "state.redb";
const READ_BYTES_MAX: usize = 4 << 20;

/// Everything an attempt works with.
pub(super) struct Start {
    pub(super) engine: Engine,
    pub(super) told: Told,
    pub(super) writer: DerivedWriter,
}

/// What an attempt begins with.
struct Found {
    engine: Engine,
    told: Told,
    /// Offset from which the derived log may hold what is made again.
    told_from: u64,
}

impl Host {
    /// Opens the state and finds out what was told after its checkpoint.
    pub(super) async fn recover(&self) -> Result<Start, PipelineError> {
        let telemetry = self.telemetry_bounds().await?;
        let derived = self
            .derived
            .bounds(DERIVED)
            .await
            .map_err(PipelineError::Derived)?;
        let source = Source {
            folder: self.config.state_dir.clone(),
            limits: self.config.state,
            set: self.config.set,
            counts: Arc::clone(&self.counts),
            telemetry,
            derived,
        };
        let found = tokio::task::spawn_blocking(move || source.open()).await;
        let found = found.map_err(PipelineError::Crashed)??;
        let mut told = found.told.until(telemetry.committed.0);
        let told_from = found.told_from.max(derived.start.0);
        let next = self.read_told(&mut told, told_from).await?;
        let engine = found.engine;
        told.reached(engine.progress().0);
        let writer = DerivedWriter::new(Arc::clone(&self.derived), next, self.stop.clone());
        Ok(Start {
            engine,
            told,
            writer,
        })
    }

    async fn telemetry_bounds(&self) -> Result<Bounds, PipelineError> {
        use omegi_log::EventLog as _;
        Ok(self.telemetry.bounds(TELEMETRY).await?)
    }

    /// Notes everything in the derived log from `from` on; returns where it ends.
    async fn read_told(&self, told: &mut Told, from: u64) -> Result<u64, PipelineError> {
        let mut next = Offset(from);
        loop {
            let read = self
                .derived
                .read(DERIVED, next, READ_BYTES_MAX, Duration::ZERO)
                .await;
            let chunk = match read {
                Ok(chunk) => chunk,
                // Told, but nobody can say what: the ledger does without it.
                Err(ReadError::Damaged {
                    next: resume,
                    reason,
                    ..
                }) => {
                    tracing::error!(offset = next.0, reason, "derived log is damaged");
                    next = resume;
                    continue;
                }
                Err(error) => return Err(PipelineError::Derived(error)),
            };
            if chunk.records.is_empty() {
                return Ok(next.0);
            }
            for record in chunk
                .records
                .iter()
                .filter(|record| record.kind == RecordKind::Data)
            {
                match event::decode(&record.body) {
                    Ok(event) => told.add(
                        record.offset.0,
                        UnixNanos(record.append_time.0),
                        &record.body,
                        &event,
                    ),
                    Err(error) => {
                        tracing::error!(offset = record.offset.0, error = %chain(&error), "derived record is unreadable");
                    }
                }
            }
            next = chunk.next;
        }
    }
}

/// What the state is made from.
struct Source {
    folder: PathBuf,
    limits: StateLimits,
    set: PipelineSet,
    counts: Arc<Counts>,
    telemetry: Bounds,
    derived: Bounds,
}

impl Source {
    /// Opens the state file; one that cannot be trusted is put aside.
    fn open(&self) -> Result<Found, PipelineError> {
        fs::create_dir_all(&self.folder).map_err(PipelineError::Folder)?;
        let path = self.folder.join(FILE);
        let reason = match StateStore::open(&path, self.limits) {
            Ok((store, None)) => return Ok(self.begin(store)),
            Ok((store, Some(checkpoint))) => match self.restore(store, &checkpoint) {
                Ok(found) => return Ok(found),
                Err(reason) => reason,
            },
            Err(error) if error.is_lasting() => chain(&error),
            Err(error) => return Err(error.into()),
        };
        tracing::error!(reason, "state of the pipelines cannot be used, put aside");
        fs::rename(&path, aside(&path)).map_err(PipelineError::Folder)?;
        let (store, _) = StateStore::open(&path, self.limits)?;
        Ok(self.begin(store))
    }

    fn restore(&self, store: StateStore, checkpoint: &Checkpoint) -> Result<Found, String> {
        if let Some(mismatch) = mismatch(checkpoint, self.telemetry, self.derived) {
            return Err(mismatch.to_owned());
        }
        let mut engine = Engine::new(self.set, store, Share::ALL, Arc::clone(&self.counts));
        let restored = engine.restore(checkpoint.position, &checkpoint.open);
        let told = restored.and_then(|told| Told::load(&told));
        Ok(Found {
            engine,
            told: told.map_err(|error| chain(&error))?,
            told_from: checkpoint.position.derived_next,
        })
    }

    /// Everything is made again that the telemetry log still holds.
    fn begin(&self, store: StateStore) -> Found {
        let from = self.telemetry.start.0;
        let mut engine = Engine::new(self.set, store, Share::ALL, Arc::clone(&self.counts));
        engine.skip_to(from);
        if self.derived.committed > self.derived.start {
            self.counts.rebuilds.inc();
            tracing::warn!(
                from,
                "rebuilding the pipelines' state from the telemetry log"
            );
        }
        // From a log that is whole the same events come out again, one by one.
        let whole = from == 0 && self.derived.start.0 == 0;
        let told = Told::default();
        Found {
            engine,
            told: if whole { told } else { told.rebuilding() },
            told_from: self.derived.start.0,
        }
    }
}

/// Why a checkpoint does not belong to these logs.
fn mismatch(checkpoint: &Checkpoint, telemetry: Bounds, derived: Bounds) -> Option<&'static str> {
    if checkpoint.position.input_next > telemetry.committed.0 {
        Some("checkpoint lies beyond the end of the telemetry log")
    } else if checkpoint.position.derived_next > derived.committed.0 {
        Some("checkpoint lies beyond the end of the derived log")
    } else {
        None
    }
}

/// One damaged file is kept for whoever wants to know; the next takes its place.
fn aside(path: &Path) -> PathBuf {
    path.with_extension("redb.damaged")
}

impl StateError {
    /// Trying again will not help: the file itself is at fault, not the disk.
    fn is_lasting(&self) -> bool {
        use std::io::ErrorKind;
        match self {
            Self::Version { .. } | Self::Damaged(_) => true,
            Self::Store(error) => match &**error {
                redb::Error::Corrupted(_) | redb::Error::UpgradeRequired(_) => true,
                redb::Error::Io(error) => {
                    matches!(
                        error.kind(),
                        ErrorKind::InvalidData | ErrorKind::UnexpectedEof
                    )
                }
                _ => false,
            },
        }
    }
}
