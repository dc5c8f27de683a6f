//! What a columnar read model consists of: its files, and the log position they reach.
//!
//! Read at start, written anew whole at every change and put in place in one step. What it does
//! not list does not exist; what lies beside it unlisted is removed at start.

use std::sync::Arc;

use omegi_model::id::ProjectId;
use serde::{Deserialize, Serialize};

use crate::columns::files::{FileError, Files};
use crate::columns::{AttributeField, Table};

/// Name of the manifest's file.
const NAME: &str = "manifest.json";
/// Layout of manifest and files; a build refuses a higher one.
const VERSION: u32 = 1;

/// The files of one read model and how far in the log they reach.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    version: u32,
    /// Next offset of the log to read.
    pub(crate) position: u64,
    /// Id of the next file; ids are never used again.
    pub(crate) next_file: u64,
    /// Oldest first.
    pub(crate) files: Vec<Arc<DataFile>>,
}

/// One immutable Parquet file: rows of one table and one project, in the order they came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataFile {
    pub(crate) id: u64,
    pub(crate) table: Table,
    pub(crate) project: ProjectId,
    pub(crate) rows: u64,
    /// Size, the trace index included.
    pub(crate) bytes: u64,
    /// Where the trace index lies in the file, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trace_index: Option<(u64, u64)>,
    /// Earliest and latest arrival.
    pub(crate) received: (i64, i64),
    /// Earliest and latest event time.
    pub(crate) time: (i64, i64),
    /// Attributes with a column of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) attributes: Vec<AttributeField>,
    /// What lies in the rest column; `None`: too much to list.
    pub(crate) rest_keys: Option<Vec<AttributeField>>,
    /// Rows that a later revision took the place of, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) dead: Vec<u32>,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    /// The store failed.
    #[error("cannot reach the manifest")]
    File(#[from] FileError),
    /// Not what any build wrote.
    #[error("manifest is damaged")]
    Damaged(#[from] serde_json::Error),
    /// A newer build was here.
    #[error("manifest has version {0}, this build reads up to {VERSION}")]
    Newer(u32),
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            version: VERSION,
            position: 0,
            next_file: 0,
            files: Vec::new(),
        }
    }
}

impl Manifest {
    /// The manifest in `files`; an empty one where there is none.
    pub(crate) fn load(files: &Files) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let Some(bytes) = files.read(NAME)? else {
            return Ok(Self::default());
        };
        let Version { version } = serde_json::from_slice(&bytes)?;
        if version > VERSION {
            return Err(ManifestError::Newer(version));
        }
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// Makes this the manifest, durably and in one step.
    pub(crate) fn store(&self, files: &Files) -> Result<(), ManifestError> {
        let bytes = serde_json::to_vec(self)?;
        Ok(files.swap(NAME, bytes)?)
    }

    /// Removes every file that the manifest does not list; returns how many.
    pub(crate) fn remove_strays(&self, files: &Files) -> Result<usize, FileError> {
        let listed: std::collections::HashSet<String> =
            self.files.iter().map(|file| file.name()).collect();
        let mut removed = 0;
        for name in files.list()? {
            if name != NAME && !listed.contains(&name) {
                files.remove_any(&name)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

impl DataFile {
    /// Its name, from the read model's folder on.
    pub(crate) fn name(&self) -> String {
        format!(
            "{}/{}/{:012x}.parquet",
            self.table.name(),
            self.project,
            self.id
        )
    }
}
