//! What a window is kept by: the project stands first, so no trace is ever joined across projects.

use omegi_model::assembly::TraceKey;
use omegi_model::id::ProjectId;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// A trace, or a log record without one, of one project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct WindowKey(pub(crate) [u8; WindowKey::BYTES]);

const TRACE: u8 = 1;
const LOG: u8 = 2;

impl WindowKey {
    pub(crate) const BYTES: usize = 25;

    pub(crate) fn new(project: ProjectId, trace: &TraceKey) -> Self {
        let (kind, id) = match trace {
            TraceKey::Trace(id) => (TRACE, id.as_bytes()),
            TraceKey::Log(hash) => (LOG, hash),
        };
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(project.as_bytes());
        bytes[8] = kind;
        bytes[9..].copy_from_slice(id);
        Self(bytes)
    }

    /// The project, as stored.
    pub(crate) fn project(&self) -> [u8; 8] {
        let mut project = [0; 8];
        project.copy_from_slice(&self.0[..8]);
        project
    }

    /// The same on every machine and in every build: it decides filters on disk and partitions.
    pub(crate) fn hash(&self) -> u64 {
        xxh3_64(&self.0)
    }
}
