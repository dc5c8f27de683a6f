//! What a pipeline must not forget over a restart: one redb file, `state.redb`.
//!
//! Reads and writes frozen traces, the snapshot of open ones, and the position both belong to.
//! Invariant: all of it changes in one transaction, the checkpoint. Between checkpoints frozen
//! traces wait in memory, so that the file never knows more than its position says.
//! Time is log time: the same log expires the same states, however fast it is read.

mod bucket;
mod filter;
mod tables;

use std::collections::BTreeMap;
use std::path::Path;

use hashbrown::HashMap;
use omegi_model::time::UnixNanos;
use redb::{Database, TableDefinition};
use serde::{Deserialize, Serialize};

use crate::key::WindowKey;
pub(crate) use bucket::Worth;
use bucket::{Bucket, Known};

/// Rises whenever the meaning of stored bytes changes; a file of another version is rebuilt.
const STATE_VERSION: u32 = 1;

/// Where a checkpoint stands in both logs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Offset in the telemetry log of the first record not yet in the state.
    pub(crate) input_next: u64,
    /// Offset in the derived log after the last record that the state has given out.
    pub(crate) derived_next: u64,
    /// Log time reached.
    pub(crate) watermark: UnixNanos,
}

/// A checkpoint as found.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    pub(crate) position: Position,
    /// What [`StateStore::commit`] was given.
    pub(crate) open: Vec<Vec<u8>>,
}

/// A frozen trace as found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Thawed {
    /// Never seen, or too long ago.
    Unknown,
    /// It was there, but its state has expired or given way.
    Forgotten,
    /// Its state.
    State(Vec<u8>),
}

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file is from a build that stored something else.
    #[error("state has version {found}, this build reads {STATE_VERSION}")]
    Version {
        /// What it says.
        found: u32,
    },
    /// Its content is not what was written.
    #[error("state is damaged: {0}")]
    Damaged(&'static str),
    /// The disk does not answer, or the file is no database.
    #[error("cannot use the state file")]
    Store(#[from] Box<redb::Error>),
}

impl StateError {
    /// Wraps any of redb's errors.
    pub(super) fn store(error: impl Into<redb::Error>) -> Self {
        Self::Store(Box::new(error.into()))
    }
}

struct Pending {
    worth: Worth,
    at: UnixNanos,
    state: Vec<u8>,
}

/// See the module.
pub(crate) struct StateStore {
    db: Database,
    known: BTreeMap<Bucket, Known>,
    pending: HashMap<WindowKey, Pending, foldhash::fast::RandomState>,
    pending_bytes: usize,
    bytes_max: u64,
    commits: u64,
    /// Traces whose state gave way to [`StateLimits::bytes_max`] before its time.
    given_way: u64,
}

/// What the state file may take.
#[derive(Debug, Clone, Copy)]
pub struct StateLimits {
    /// Bytes of frozen states; beyond it the oldest give way, those without errors first.
    pub bytes_max: u64,
    /// Memory for pages of the file.
    pub cache_bytes_max: usize,
}

impl Default for StateLimits {
    fn default() -> Self {
        Self {
            bytes_max: 4 << 30,
            cache_bytes_max: 32 << 20,
        }
    }
}

impl StateStore {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// [`StateError`]: the file must be taken out of the way and the state rebuilt from the log.
    pub(crate) fn open(
        path: &Path,
        limits: StateLimits,
    ) -> Result<(Self, Option<Checkpoint>), StateError> {
        let mut builder = Database::builder();
        builder.set_cache_size(limits.cache_bytes_max);
        let db = builder.create(path).map_err(StateError::store)?;
        Self::with(db, limits)
    }

    /// A state that lives in memory: for replays and tests.
    ///
    /// # Errors
    /// [`StateError`], as redb may refuse anything.
    pub(crate) fn in_memory() -> Result<Self, StateError> {
        let backend = redb::backends::InMemoryBackend::new();
        let db = Database::builder().create_with_backend(backend);
        let limits = StateLimits::default();
        Ok(Self::with(db.map_err(StateError::store)?, limits)?.0)
    }

    fn with(db: Database, limits: StateLimits) -> Result<(Self, Option<Checkpoint>), StateError> {
        let loaded = tables::load(&db)?;
        let store = Self {
            db,
            known: loaded.known,
            pending: HashMap::default(),
            pending_bytes: 0,
            bytes_max: limits.bytes_max,
            commits: loaded.commits,
            given_way: 0,
        };
        Ok((store, loaded.checkpoint))
    }

    /// The same store as a restart would find it, and its checkpoint. For tests.
    #[cfg(test)]
    pub(crate) fn reopened(self) -> Result<(Self, Checkpoint), StateError> {
        let limits = StateLimits {
            bytes_max: self.bytes_max,
            ..StateLimits::default()
        };
        let (store, found) = Self::with(self.db, limits)?;
        Ok((store, found.ok_or(StateError::Damaged("no checkpoint"))?))
    }

    /// Keeps the state of a trace until a late span thaws it. Durable with the next commit.
    pub(crate) fn freeze(&mut self, key: WindowKey, worth: Worth, at: UnixNanos, state: Vec<u8>) {
        self.pending_bytes += state.len() + PENDING_OVERHEAD_BYTES;
        let pending = Pending { worth, at, state };
        if let Some(before) = self.pending.insert(key, pending) {
            self.pending_bytes -= before.state.len() + PENDING_OVERHEAD_BYTES;
        }
    }

    /// What is known of a trace at log time `now`. Its stored state stays until it is frozen anew.
    ///
    /// # Errors
    /// [`StateError`]: the file cannot be read.
    pub(crate) fn thaw(&mut self, key: &WindowKey, now: UnixNanos) -> Result<Thawed, StateError> {
        if let Some(pending) = self.pending.get(key) {
            let age = now.since(pending.at);
            return Ok(aged(pending.worth, age, || pending.state.clone()));
        }
        let hash = key.hash();
        let mut found = Thawed::Unknown;
        // A trace once told of stays so: its newest state lies among the failed ones.
        for worth in [Worth::Failed, Worth::Plain] {
            for (bucket, known) in self.known.iter().rev() {
                if bucket.worth != worth || !known.filter.may_contain(hash) {
                    continue;
                }
                match self.find(*bucket, key, hash)? {
                    tables::Found::Nothing => {}
                    tables::Found::HashAlone => found = Thawed::Forgotten,
                    tables::Found::State { at, state } => {
                        return Ok(aged(worth, now.since(at), || state));
                    }
                }
            }
        }
        Ok(found)
    }

    /// A damaged state is as good as none: its trace goes on without what came before.
    fn find(
        &self,
        bucket: Bucket,
        key: &WindowKey,
        hash: u64,
    ) -> Result<tables::Found, StateError> {
        match tables::find(&self.db, bucket, key, hash) {
            Err(StateError::Damaged(what)) => {
                tracing::error!(what, "state of a frozen trace is damaged");
                Ok(tables::Found::HashAlone)
            }
            found => found,
        }
    }

    /// Makes everything frozen so far, `open` and `position` durable, all or nothing.
    ///
    /// # Errors
    /// [`StateError`]: the checkpoint before still holds, and all of this is still pending.
    pub(crate) fn commit(
        &mut self,
        position: Position,
        open: &[Vec<u8>],
    ) -> Result<(), StateError> {
        let mut frozen: Vec<(&WindowKey, &Pending)> = self.pending.iter().collect();
        // Neighbours in a table are written together, and equal states give equal files.
        frozen.sort_unstable_by_key(|(key, _)| **key);
        let gone = self.expired(position.watermark);
        let commits = self.commits + 1;
        let write = tables::Write {
            position,
            open,
            commits,
            gone: &gone,
        };
        let written = tables::write(&self.db, &write, &frozen)?;
        self.commits = commits;
        for gone in &gone {
            self.forget(gone);
        }
        for (bucket, hashes, bytes) in written {
            let known = self.known.entry(bucket).or_default();
            known.bytes += bytes;
            known.traces += hashes.len() as u64;
            hashes.iter().for_each(|hash| known.filter.insert(*hash));
        }
        self.pending.clear();
        self.pending_bytes = 0;
        Ok(())
    }

    /// Memory held by what waits for a commit.
    pub(crate) fn pending_bytes(&self) -> usize {
        self.pending_bytes
    }

    /// Traces whose states lie in the file.
    pub(crate) fn frozen_traces(&self) -> u64 {
        let kept = self.known.values().filter(|known| known.bytes > 0);
        kept.map(|known| known.traces).sum()
    }

    /// Traces whose states gave way before their time.
    pub(crate) fn given_way(&self) -> u64 {
        self.given_way
    }

    /// What leaves with the next commit: what has expired, and the oldest of what is too much.
    fn expired(&self, now: UnixNanos) -> Vec<Gone> {
        let mut gone = Vec::new();
        let mut bytes: u64 = self.known.values().map(|known| known.bytes).sum();
        for (bucket, known) in &self.known {
            if bucket.is_forgotten(now) {
                bytes -= known.bytes;
                gone.push(Gone::All(*bucket));
            } else if bucket.is_expired(now) && known.bytes > 0 {
                bytes -= known.bytes;
                gone.push(Gone::States(*bucket));
            }
        }
        self.give_up_knowledge(&mut gone);
        for worth in Worth::ALL {
            for (bucket, known) in &self.known {
                let still = bucket.worth == worth && known.bytes > 0 && !bucket.is_expired(now);
                if bytes > self.bytes_max && still {
                    bytes -= known.bytes;
                    gone.push(Gone::EarlyStates(*bucket));
                }
            }
        }
        gone
    }

    /// Knowing a trace by its hash costs memory too: the oldest without states go first.
    fn give_up_knowledge(&self, gone: &mut Vec<Gone>) {
        let mut traces: u64 = self.known.values().map(|known| known.traces).sum();
        for (bucket, known) in &self.known {
            if traces > KNOWN_TRACES_MAX && known.bytes == 0 {
                traces -= known.traces;
                gone.push(Gone::All(*bucket));
            }
        }
    }

    fn forget(&mut self, gone: &Gone) {
        match gone {
            Gone::All(bucket) => drop(self.known.remove(bucket)),
            Gone::States(bucket) => self.drop_states(*bucket),
            Gone::EarlyStates(bucket) => {
                self.given_way += self.known.get(bucket).map_or(0, |known| known.traces);
                self.drop_states(*bucket);
            }
        }
    }

    fn drop_states(&mut self, bucket: Bucket) {
        if let Some(known) = self.known.get_mut(&bucket) {
            known.bytes = 0;
        }
    }
}

/// What leaves the file.
#[derive(Debug, Clone, Copy)]
enum Gone {
    /// A table and what is known of it.
    All(Bucket),
    /// A table whose time has come; that its traces were there stays known.
    States(Bucket),
    /// A table that gives way before its time.
    EarlyStates(Bucket),
}

/// Expiry by the log's time, whether or not the table is gone already: so the moment of a
/// checkpoint never changes what comes out.
fn aged(worth: Worth, age_ns: i64, state: impl FnOnce() -> Vec<u8>) -> Thawed {
    if age_ns > worth.known_ns() {
        Thawed::Unknown
    } else if age_ns > worth.kept_ns() {
        Thawed::Forgotten
    } else {
        Thawed::State(state())
    }
}

/// Traces known by their hashes: about 2.5 bytes of memory and 8 on disk for each.
const KNOWN_TRACES_MAX: u64 = 20_000_000;
/// Key, times and map entry of a pending state.
const PENDING_OVERHEAD_BYTES: usize = 96;

type Bytes = &'static [u8];
const META: TableDefinition<'_, &str, Bytes> = TableDefinition::new("meta");
const OPEN: TableDefinition<'_, u32, Bytes> = TableDefinition::new("open");
/// Hashes of the keys frozen into a bucket by one commit.
const HASHES: TableDefinition<'_, (u8, i64, u64), Bytes> = TableDefinition::new("hashes");
/// Bytes of states in a bucket's table.
const SIZES: TableDefinition<'_, (u8, i64), u64> = TableDefinition::new("sizes");

#[cfg(test)]
mod tests;
