//! What SQL reads from: columns in memory and files, and tables that others keep in memory.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use object_store::ObjectStore;
use omegi_model::id::ProjectId;

use crate::columns::Table;
use crate::columns::reader::ReadError;
use crate::columns::store::{ProjectRows, Snapshot, Store};
use crate::columns::trace_index::BLOCK_ROWS;
use crate::manifest::DataFile;

/// How projects are called.
pub trait Projects: Send + Sync {
    /// The project's slug; none for one that no longer exists.
    fn slug(&self, project: ProjectId) -> Option<String>;
}

/// A table that somebody else keeps in memory, such as `issues` or `notes`.
pub trait TableSource: Send + Sync {
    /// Its name in SQL.
    fn name(&self) -> &'static str;

    /// Its columns, `project` (the slug) among them.
    fn schema(&self) -> SchemaRef;

    /// Its rows in these projects; the source alone decides what they may see.
    fn batches(&self, allowed: &[ProjectId]) -> Vec<RecordBatch>;
}

/// A columnar store, whatever its rows.
pub(super) trait ColumnSource: Send + Sync {
    fn snapshot(&self, table: Table, projects: &[ProjectId]) -> Snapshot;

    /// Stretches of the file's rows, as (first, end), that may hold `id`.
    fn stretches_with_id(
        &self,
        file: &DataFile,
        id: &[u8; 16],
    ) -> Result<Vec<(usize, usize)>, ReadError>;

    fn object_store(&self) -> Arc<dyn ObjectStore>;
}

impl<R: ProjectRows> ColumnSource for Store<R> {
    fn snapshot(&self, table: Table, projects: &[ProjectId]) -> Snapshot {
        Self::snapshot(self, table, projects)
    }

    fn stretches_with_id(
        &self,
        file: &DataFile,
        id: &[u8; 16],
    ) -> Result<Vec<(usize, usize)>, ReadError> {
        let open = self.open.get(&self.files, file)?;
        let rows = file.rows as usize;
        let blocks = open.blocks_with_id(id)?;
        let firsts = blocks
            .into_iter()
            .map(|block| usize::from(block) * BLOCK_ROWS);
        Ok(firsts
            .map(|first| (first, (first + BLOCK_ROWS).min(rows)))
            .collect())
    }

    fn object_store(&self) -> Arc<dyn ObjectStore> {
        self.files.store()
    }
}
