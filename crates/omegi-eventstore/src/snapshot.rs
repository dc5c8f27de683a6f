//! Snapshots: a fold's state at a position, so that opening does not read all history.
//!
//! A snapshot is a cache. One that is missing, damaged or of another schema costs time, not truth.

use xxhash_rust::xxh3::xxh3_64;

use crate::error::{BackendError, ReadError};
use crate::store::EventStore;
use crate::stream::{Position, StreamId};

/// The state of a view or an aggregate after all events up to a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Last event it contains.
    pub position: Position,
    /// Version of the state's form; raise it when the fold changes.
    pub schema: u32,
    /// The state.
    pub state: Vec<u8>,
}

impl EventStore {
    /// Keeps `snapshot` in place of an older one of that name; not synced by itself.
    ///
    /// # Errors
    /// [`BackendError`]: the engine fails.
    pub fn put_snapshot(&self, name: &StreamId, snapshot: &Snapshot) -> Result<(), BackendError> {
        let mut body = Vec::with_capacity(snapshot.state.len() + 20);
        body.extend_from_slice(&snapshot.position.0.to_le_bytes());
        body.extend_from_slice(&snapshot.schema.to_le_bytes());
        body.extend_from_slice(&snapshot.state);
        let mut value = xxh3_64(&body).to_le_bytes().to_vec();
        value.extend_from_slice(&body);
        self.inner.backend.commit(vec![(key(name), Some(value))])
    }

    /// The snapshot of that name and schema; none where it is missing, damaged, of another schema,
    /// or ahead of the store (a crash took the events it was made from).
    ///
    /// # Errors
    /// [`ReadError`]: the engine fails.
    pub fn snapshot(&self, name: &StreamId, schema: u32) -> Result<Option<Snapshot>, ReadError> {
        let value = self.inner.backend.get(&key(name))?;
        let snapshot = value.as_deref().and_then(parse);
        Ok(snapshot.filter(|found| found.schema == schema && found.position <= self.head()))
    }
}

fn parse(value: &[u8]) -> Option<Snapshot> {
    let (checksum, body) = value.split_first_chunk()?;
    if u64::from_le_bytes(*checksum) != xxh3_64(body) {
        return None;
    }
    let (position, rest) = body.split_first_chunk()?;
    let (schema, state) = rest.split_first_chunk()?;
    Some(Snapshot {
        position: Position(u64::from_le_bytes(*position)),
        schema: u32::from_le_bytes(*schema),
        state: state.to_vec(),
    })
}

fn key(name: &StreamId) -> Vec<u8> {
    let mut key = vec![b'n'];
    key.extend_from_slice(name.as_str().as_bytes());
    key
}
