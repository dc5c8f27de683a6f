//! All issue rows in memory: lists filter and sort them without touching the disk.
//!
//! Bounded by the number of issues, which grouping bounds in turn.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use omegi_model::id::{IssueId, ProjectId};
use parking_lot::RwLock;
use redb::{Database, ReadableDatabase as _, ReadableTable as _};

use super::Faults;
use super::issue::IssueRow;
use super::store::{self, StoreError};

#[derive(Default)]
pub(crate) struct Book {
    rows: RwLock<HashMap<IssueId, Arc<IssueRow>>>,
}

impl Book {
    pub(crate) fn load(db: &Database) -> Result<Self, StoreError> {
        let read = db.begin_read()?;
        let table = read.open_table(store::ISSUES)?;
        let mut rows = HashMap::new();
        for entry in table.iter()? {
            let row: IssueRow = store::row("issues", entry?.1.value())?;
            rows.insert(row.id, Arc::new(row));
        }
        Ok(Self {
            rows: RwLock::new(rows),
        })
    }

    pub(crate) fn replace(&self, changed: BTreeMap<IssueId, Option<IssueRow>>) {
        let mut rows = self.rows.write();
        for (id, row) in changed {
            match row {
                Some(row) => rows.insert(id, Arc::new(row)),
                None => rows.remove(&id),
            };
        }
    }

    pub(crate) fn clear(&self) {
        self.rows.write().clear();
    }
}

impl Faults {
    /// The issue that a group key opened, before merges.
    #[must_use]
    pub fn issue(&self, id: IssueId) -> Option<Arc<IssueRow>> {
        self.shared.book.rows.read().get(&id).cloned()
    }

    /// All issues of the projects that `allowed` admits, before merges, in no order.
    #[must_use]
    pub fn issues(&self, allowed: impl Fn(ProjectId) -> bool) -> Vec<Arc<IssueRow>> {
        let rows = self.shared.book.rows.read();
        rows.values()
            .filter(|row| allowed(row.project))
            .cloned()
            .collect()
    }
}
