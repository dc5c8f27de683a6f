//! Appends, reads and the durable head.
//!
//! One writer at a time assigns positions; the sync is shared: whoever waits for the disk waits
//! for everything written so far, so that many commands cost one `fdatasync`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::error::{AppendError, OpenError, ReadError};
use crate::record::{self, NewEvent, StoredEvent};
use crate::sled_backend::{Change, SledBackend};
use crate::stream::{Expected, Position, StreamId, Version};

/// Events that go to one stream.
#[derive(Debug, Clone)]
pub struct Append {
    /// Which.
    pub stream: StreamId,
    /// What the writer believes of it.
    pub expected: Expected,
    /// In order.
    pub events: Vec<NewEvent>,
}

/// A handle on the store; clones share it.
#[derive(Clone)]
pub struct EventStore {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) backend: SledBackend,
    /// Next position; whoever holds it may write.
    writer: Mutex<u64>,
    /// Last position handed to the engine.
    written: AtomicU64,
    /// Whoever holds it may sync.
    syncer: Mutex<()>,
    stopped: AtomicBool,
    durable: watch::Sender<Position>,
}

impl EventStore {
    /// Opens the store in `folder`, making it when missing.
    ///
    /// # Errors
    /// [`OpenError`]: locked by another process, unreadable, or damaged at its end.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let backend = SledBackend::open(folder)?;
        let head = last_position(&backend)?;
        check_tail(&backend, head)?;
        Ok(Self {
            inner: Arc::new(Inner {
                backend,
                writer: Mutex::new(head.0 + 1),
                written: AtomicU64::new(head.0),
                syncer: Mutex::new(()),
                stopped: AtomicBool::new(false),
                durable: watch::Sender::new(head),
            }),
        })
    }

    /// Position of the newest event that survives a power loss; 0 for an empty store.
    #[must_use]
    pub fn head(&self) -> Position {
        *self.inner.durable.borrow()
    }

    /// Appends to one stream; see [`Self::append_many`].
    ///
    /// # Errors
    /// As [`Self::append_many`].
    pub fn append(
        &self,
        stream: &StreamId,
        expected: Expected,
        events: &[NewEvent],
    ) -> Result<Position, AppendError> {
        self.append_many(&[Append {
            stream: stream.clone(),
            expected,
            events: events.to_vec(),
        }])
    }

    /// Appends to several streams: all or nothing. Returns the position of the last event once
    /// it is durable (of the newest written event when there is nothing to append).
    ///
    /// A stream may be named more than once; each naming then sees the versions of those before.
    ///
    /// # Errors
    /// [`AppendError`]: refused with nothing written, or not confirmed.
    pub fn append_many(&self, appends: &[Append]) -> Result<Position, AppendError> {
        self.confirm(self.submit(appends, None)?)
    }

    /// The first half of [`Self::append_many`]: what it returns may be told to nobody before
    /// [`Self::confirm`]. Between the halves others can submit, so that one sync covers many.
    ///
    /// `after`: the last position the writer's decision rests on; none: whatever is there.
    ///
    /// # Errors
    /// [`AppendError`]: refused with nothing written, or the store has stopped.
    pub fn submit(
        &self,
        appends: &[Append],
        after: Option<Position>,
    ) -> Result<Position, AppendError> {
        for event in appends.iter().flat_map(|append| &append.events) {
            event.check()?;
        }
        self.inner.write(appends, after)
    }

    /// Returns `position` once it is durable, by an own sync or by another's that covers it.
    ///
    /// # Errors
    /// [`AppendError`]: the sync failed; what was submitted may or may not survive.
    pub fn confirm(&self, position: Position) -> Result<Position, AppendError> {
        self.inner.sync_through(position)
    }

    /// Events of one stream from `from` on (1 is the first), in order; empty for an unknown one.
    ///
    /// # Errors
    /// [`ReadError`]: the engine fails or an event is damaged.
    pub fn read(&self, stream: &StreamId, from: Version) -> Result<Vec<StoredEvent>, ReadError> {
        let head = self.head();
        let mut events = Vec::new();
        for entry in self
            .inner
            .backend
            .range(stream_key(stream, from), stream_end(stream))
        {
            let (_, position) = entry?;
            let position =
                parse_position(&position).ok_or(ReadError::Damaged(head, "stream index"))?;
            if position > head {
                break;
            }
            events.push(self.inner.event(position)?);
        }
        Ok(events)
    }

    /// The version of the stream's last event, durable or about to be; 0 for an unknown stream.
    ///
    /// # Errors
    /// [`ReadError`]: the engine fails.
    pub fn version(&self, stream: &StreamId) -> Result<Version, ReadError> {
        self.inner.version(stream)
    }

    /// At most `max` events after `after`, in the global order.
    ///
    /// # Errors
    /// [`ReadError`]: the engine fails or an event is damaged.
    pub fn read_all(&self, after: Position, max: usize) -> Result<Vec<StoredEvent>, ReadError> {
        let head = self.head();
        if after >= head {
            return Ok(Vec::new());
        }
        let range = (
            event_key(Position(after.0 + 1)),
            event_key(Position(head.0 + 1)),
        );
        let mut events = Vec::new();
        for entry in self.inner.backend.range(range.0, range.1).take(max) {
            let (key, bytes) = entry?;
            let position = key.get(1..).and_then(parse_position);
            let position = position.ok_or(ReadError::Damaged(head, "event key"))?;
            events.push(record::decode(position, &bytes)?);
        }
        Ok(events)
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Position> {
        self.inner.durable.subscribe()
    }
}

impl Inner {
    /// Checks and commits; returns the last position written, by this call or before it.
    fn write(&self, appends: &[Append], after: Option<Position>) -> Result<Position, AppendError> {
        let mut next = self.writer.lock();
        if self.stopped.load(Ordering::Acquire) {
            return Err(AppendError::Stopped);
        }
        let actual = Position(*next - 1);
        if after.is_some_and(|after| after != actual) {
            return Err(AppendError::Moved { actual });
        }
        let changes = self.changes(appends, *next)?;
        if changes.is_empty() {
            return Ok(actual);
        }
        self.backend
            .commit(changes)
            .map_err(|error| self.stop(error))?;
        *next += appends
            .iter()
            .map(|append| append.events.len() as u64)
            .sum::<u64>();
        self.written.store(*next - 1, Ordering::Release);
        Ok(Position(*next - 1))
    }

    fn changes(&self, appends: &[Append], mut next: u64) -> Result<Vec<Change>, AppendError> {
        let mut heads: HashMap<&StreamId, Version> = HashMap::new();
        let mut changes = Vec::new();
        for append in appends {
            let mut version = match heads.get(&append.stream) {
                Some(version) => *version,
                None => self.version(&append.stream)?,
            };
            if !append.expected.admits(version) {
                return Err(AppendError::Conflict {
                    stream: append.stream.clone(),
                    actual: version,
                });
            }
            for event in &append.events {
                version = Version(version.0 + 1);
                let position = Position(next);
                let bytes = record::encode(position, &append.stream, version, event);
                changes.push((event_key(position), Some(bytes)));
                let index = stream_key(&append.stream, version);
                changes.push((index, Some(position.0.to_be_bytes().to_vec())));
                next += 1;
            }
            heads.insert(&append.stream, version);
        }
        Ok(changes)
    }

    fn sync_through(&self, last: Position) -> Result<Position, AppendError> {
        let _turn = self.syncer.lock();
        if *self.durable.borrow() >= last {
            return Ok(last);
        }
        // A failed sync cannot be repeated: the kernel may have dropped the pages it could not write.
        if self.stopped.load(Ordering::Acquire) {
            return Err(AppendError::Stopped);
        }
        let covered = Position(self.written.load(Ordering::Acquire));
        self.backend.sync().map_err(|error| self.stop(error))?;
        self.durable.send_replace(covered);
        Ok(last)
    }

    fn stop(&self, error: crate::BackendError) -> AppendError {
        self.stopped.store(true, Ordering::Release);
        AppendError::Unconfirmed(error)
    }

    pub(crate) fn version(&self, stream: &StreamId) -> Result<Version, ReadError> {
        let last = self
            .backend
            .last(stream_key(stream, Version(0)), stream_end(stream))?;
        let Some((key, value)) = last else {
            return Ok(Version(0));
        };
        let version = key
            .last_chunk()
            .map(|bytes| Version(u64::from_be_bytes(*bytes)));
        let position = parse_position(&value).unwrap_or_default();
        version.ok_or(ReadError::Damaged(position, "stream index"))
    }

    pub(crate) fn event(&self, position: Position) -> Result<StoredEvent, ReadError> {
        let bytes = self.backend.get(&event_key(position))?;
        record::decode(
            position,
            &bytes.ok_or(ReadError::Damaged(position, "missing"))?,
        )
    }
}

/// Events whose index entries are checked on opening: more than one command writes.
const TAIL_EVENTS: u64 = 64;

/// Finds a batch that a crash cut in two: sled promises that none is, so one is damage.
fn check_tail(backend: &SledBackend, head: Position) -> Result<(), OpenError> {
    for position in head.0.saturating_sub(TAIL_EVENTS) + 1..=head.0 {
        let position = Position(position);
        let damaged = |error| OpenError::Damaged(position, error);
        let bytes = backend.get(&event_key(position))?;
        let bytes = bytes.ok_or(damaged(ReadError::Damaged(position, "missing")))?;
        let event = record::decode(position, &bytes).map_err(damaged)?;
        let index = backend.get(&stream_key(&event.stream, event.version))?;
        if index.as_deref() != Some(&position.0.to_be_bytes()[..]) {
            return Err(damaged(ReadError::Damaged(position, "not in its stream")));
        }
    }
    Ok(())
}

fn last_position(backend: &SledBackend) -> Result<Position, OpenError> {
    let last = backend.last(event_key(Position(0)), event_key(Position(u64::MAX)))?;
    let position = last.and_then(|(key, _)| key.get(1..).and_then(parse_position));
    Ok(position.unwrap_or_default())
}

// Keys. `e` + position: the event. `s` + stream + 0 + version: its position. `n` + name: a snapshot.

/// Key of an event.
pub(crate) fn event_key(position: Position) -> Vec<u8> {
    let mut key = vec![b'e'];
    key.extend_from_slice(&position.0.to_be_bytes());
    key
}

/// Key of an entry of the stream index. No stream name holds a 0, so no stream runs into another.
pub(crate) fn stream_key(stream: &StreamId, version: Version) -> Vec<u8> {
    let mut key = vec![b's'];
    key.extend_from_slice(stream.as_str().as_bytes());
    key.push(0);
    key.extend_from_slice(&version.0.to_be_bytes());
    key
}

fn stream_end(stream: &StreamId) -> Vec<u8> {
    let mut key = vec![b's'];
    key.extend_from_slice(stream.as_str().as_bytes());
    key.push(1);
    key
}

pub(crate) fn parse_position(bytes: &[u8]) -> Option<Position> {
    Some(Position(u64::from_be_bytes(bytes.try_into().ok()?)))
}
