//! An online copy: a store of its own with the same events at the same positions.

use std::fs;
use std::path::Path;

use crate::error::{BackupError, ReadError};
use crate::record;
use crate::sled_backend::SledBackend;
use crate::store::{EventStore, event_key, parse_position, stream_key};
use crate::stream::Position;

/// Events copied in one batch.
const BATCH_EVENTS: usize = 512;

impl EventStore {
    /// Copies all events up to the durable head into `folder`, which must be empty or missing,
    /// while appends go on; returns the head of the copy. Each event is checked on the way.
    /// Snapshots are left out: whoever opens the copy makes them anew.
    ///
    /// # Errors
    /// [`BackupError`]: the copy is not to be used.
    pub fn backup(&self, folder: &Path) -> Result<Position, BackupError> {
        let make = |source| BackupError::Make(folder.to_owned(), source);
        fs::create_dir_all(folder).map_err(make)?;
        if fs::read_dir(folder).map_err(make)?.next().is_some() {
            return Err(BackupError::NotEmpty(folder.to_owned()));
        }
        let target = SledBackend::open(folder)?;
        let head = self.head();
        let end = event_key(Position(head.0 + 1));
        let mut changes = Vec::new();
        for entry in self.inner.backend.range(event_key(Position(1)), end) {
            let (key, bytes) = entry.map_err(ReadError::from)?;
            let position = key.get(1..).and_then(parse_position);
            let position = position.ok_or(ReadError::Damaged(head, "event key"))?;
            let event = record::decode(position, &bytes)?;
            let index = stream_key(&event.stream, event.version);
            changes.push((key, Some(bytes)));
            changes.push((index, Some(position.0.to_be_bytes().to_vec())));
            if changes.len() >= BATCH_EVENTS * 2 {
                target.commit(std::mem::take(&mut changes))?;
            }
        }
        target.commit(changes)?;
        target.sync()?;
        Ok(head)
    }
}
