//! Failures, by operation; a variant says what the caller can do.

use std::io;
use std::path::PathBuf;

use crate::stream::{Position, StreamId, Version};

/// The storage engine or the disk under it failed.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The engine reported a failure, as text: its own type stays inside one module.
    #[error("storage engine failed: {0}")]
    Engine(String),
    /// Another process, or another handle of this one, has the store open.
    #[error("{0} is open elsewhere")]
    Locked(PathBuf),
    /// A file of the store could not be opened, written or synced.
    #[error("cannot sync {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be made, is locked by another process, or is damaged.
    #[error("cannot open the event store")]
    Backend(#[from] BackendError),
    /// The newest events do not fit together: restore a backup, or see `verify`.
    #[error("event store is damaged at position {0}")]
    Damaged(Position, #[source] ReadError),
}

/// Why an append was refused or not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Nothing was written: the stream has moved on. Load it again, decide again.
    #[error("stream {stream} is at version {actual}")]
    Conflict {
        /// The stream that differs.
        stream: StreamId,
        /// Its last version.
        actual: Version,
    },
    /// Nothing was written: the store has moved on from where the writer decided.
    #[error("event store is at position {actual}")]
    Moved {
        /// Position of its last event.
        actual: Position,
    },
    /// Nothing was written: a field of an event is over its limit.
    #[error("{field} has {bytes} bytes, at most {bytes_max} are kept")]
    TooLarge {
        /// Which field.
        field: &'static str,
        /// Its size.
        bytes: usize,
        /// What is allowed.
        bytes_max: usize,
    },
    /// Nothing was written; no write until restart: an earlier one could not be made durable.
    #[error("event store takes no writes until restart")]
    Stopped,
    /// It may have been written and may be lost by a power loss; no write until restart.
    #[error("append was not confirmed")]
    Unconfirmed(#[source] BackendError),
    /// What is stored cannot be read.
    #[error("cannot read the head of a stream")]
    Read(#[from] ReadError),
}

/// Why something stored cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The engine failed.
    #[error("cannot read the event store")]
    Backend(#[from] BackendError),
    /// The bytes differ from what was written: restore a backup, or see `verify`.
    #[error("damaged event at position {0}: {1}")]
    Damaged(Position, &'static str),
    /// Written by a newer build.
    #[error("event at position {0} has unknown format {1}")]
    Format(Position, u8),
}

/// Why a backup did not succeed; what was written of it is useless.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The target is not an empty or missing directory.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// The target cannot be made.
    #[error("cannot make {0}")]
    Make(PathBuf, #[source] io::Error),
    /// The source cannot be read.
    #[error("cannot read what to back up")]
    Read(#[from] ReadError),
    /// The target cannot be written.
    #[error("cannot write the backup")]
    Write(#[from] BackendError),
}
