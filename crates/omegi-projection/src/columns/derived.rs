//! The projection `derived_columns`: error events, traces and service edges, from the derived log.
//!
//! A revision takes the place of the row before it: that row is marked dead, in memory at once and
//! in a file's manifest entry with the next commit, and no reader sees it from then on.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use omegi_log::{Offset, Record, RecordKind};
use omegi_model::error_event::ErrorEvent;
use omegi_model::event::{Event, TraceSummary};
use omegi_model::id::ProjectId;

use super::errors::ErrorRows;
use super::files::Files;
use super::metrics::{ColumnMetrics, Skipped};
use super::reader::ReadError;
use super::store::{ProjectRows, Store};
use super::summaries::{EdgeRows, TraceRows};
use super::table::{Table, TableRows};
use super::{ColumnLimits, OpenError};
use crate::projection::{ApplyError, CommitError, Projection};

/// One project's derived rows in memory.
#[derive(Debug, Default)]
pub(crate) struct DerivedRows {
    errors: ErrorRows,
    traces: TraceRows,
    edges: EdgeRows,
    /// The row of each id that lives in memory.
    error_row: HashMap<[u8; 16], u32>,
    trace_row: HashMap<[u8; 16], u32>,
    /// Rows in files that lost their place to rows here.
    buried: HashSet<(u64, u32)>,
}

impl ProjectRows for DerivedRows {
    fn tables(&self) -> Vec<&dyn TableRows> {
        vec![&self.errors, &self.traces, &self.edges]
    }

    fn buried(&self) -> Vec<(u64, u32)> {
        self.buried.iter().copied().collect()
    }
}

impl DerivedRows {
    fn set_error(&mut self, error: &ErrorEvent) {
        self.remove_error(error.id.as_bytes());
        let row = self.errors.push(error);
        self.error_row.insert(*error.id.as_bytes(), row);
    }

    fn remove_error(&mut self, id: &[u8; 16]) {
        bury(&mut self.errors.dead, self.error_row.remove(id));
    }

    fn set_trace(&mut self, trace: &TraceSummary) {
        let id = trace.trace_id.as_bytes();
        bury(&mut self.traces.dead, self.trace_row.remove(id));
        let row = self.traces.push(trace);
        self.trace_row.insert(*id, row);
    }
}

fn bury(dead: &mut Vec<u32>, row: Option<u32>) {
    if let Some(row) = row
        && let Err(at) = dead.binary_search(&row)
    {
        dead.insert(at, row);
    }
}

/// Writes the tables `errors`, `traces` and `service_edges`.
pub struct DerivedColumns {
    store: Arc<Store<DerivedRows>>,
    metrics: Arc<ColumnMetrics>,
    limits: ColumnLimits,
    /// Next offset to apply.
    next: u64,
}

impl DerivedColumns {
    /// Opens the tables in `folder`, made if missing.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(folder: &Path, limits: ColumnLimits) -> Result<Self, OpenError> {
        let files = Files::local(folder).map_err(|error| OpenError(error.into()))?;
        Self::open_files(files, limits)
    }

    pub(crate) fn open_files(files: Files, limits: ColumnLimits) -> Result<Self, OpenError> {
        let store = Store::open(files).map_err(|error| OpenError(error.into()))?;
        let next = store.position();
        Ok(Self {
            store: Arc::new(store),
            metrics: Arc::default(),
            limits,
            next,
        })
    }

    pub(crate) fn store(&self) -> &Arc<Store<DerivedRows>> {
        &self.store
    }

    /// What is counted.
    #[must_use]
    pub fn metrics(&self) -> Arc<ColumnMetrics> {
        Arc::clone(&self.metrics)
    }

    fn add(&self, event: &Event, arrived: i64) -> Result<(), ReadError> {
        match event {
            Event::ErrorDetected { error } | Event::ErrorRevised { error, .. } => {
                self.replace_error(error)
            }
            Event::ErrorWithdrawn { project, id, .. } => {
                let buried = self.in_files(Table::Errors, *project, id.as_bytes())?;
                self.change(*project, |rows| {
                    rows.buried.extend(buried);
                    rows.remove_error(id.as_bytes());
                });
                Ok(())
            }
            Event::TracesAssembled { traces } => traces
                .iter()
                .try_for_each(|trace| self.replace_trace(trace)),
            Event::ServiceCallsObserved { calls } => {
                for calls in calls {
                    self.change(calls.project, |rows| rows.edges.push(calls, arrived));
                }
                Ok(())
            }
        }
    }

    fn replace_error(&self, error: &ErrorEvent) -> Result<(), ReadError> {
        let mut buried = Vec::new();
        for id in error.supersedes.iter().chain([&error.id]) {
            buried.extend(self.in_files(Table::Errors, error.project, id.as_bytes())?);
        }
        self.change(error.project, |rows| {
            rows.buried.extend(buried);
            for id in &error.supersedes {
                rows.remove_error(id.as_bytes());
            }
            rows.set_error(error);
        });
        Ok(())
    }

    fn replace_trace(&self, trace: &TraceSummary) -> Result<(), ReadError> {
        // Nearly all traces are judged once: only a later judgement pays for looking in files.
        let buried = match trace.revision {
            0 | 1 => Vec::new(),
            _ => self.in_files(Table::Traces, trace.project, trace.trace_id.as_bytes())?,
        };
        self.change(trace.project, |rows| {
            rows.buried.extend(buried);
            rows.set_trace(trace);
        });
        Ok(())
    }

    fn change(&self, project: ProjectId, change: impl FnOnce(&mut DerivedRows)) {
        self.store
            .apply(|fresh| change(fresh.entry(project).or_default().rows_mut()));
    }

    /// The rows in files, as (file, row), that hold `id`.
    fn in_files(
        &self,
        table: Table,
        project: ProjectId,
        id: &[u8; 16],
    ) -> Result<Vec<(u64, u32)>, ReadError> {
        let manifest = self.store.manifest();
        let mut found = Vec::new();
        let files = manifest.files.iter();
        for file in files.filter(|file| file.table == table && file.project == project) {
            let open = self.store.open.get(&self.store.files, file)?;
            let rows = open.rows_with_id(id_column(table), id)?;
            found.extend(rows.into_iter().map(|row| (file.id, row)));
        }
        Ok(found)
    }
}

/// The column whose values the trace index of `table` knows.
pub(crate) fn id_column(table: Table) -> &'static str {
    match table {
        Table::Errors => "id",
        _ => "trace_id",
    }
}

impl Projection for DerivedColumns {
    fn name(&self) -> &'static str {
        NAME
    }

    fn position(&self) -> Offset {
        Offset(self.store.position())
    }

    fn apply(&mut self, record: &Record) -> Result<(), ApplyError> {
        if record.offset.0 < self.next {
            return Ok(());
        }
        if record.kind == RecordKind::Data {
            match omegi_model::event::decode(&record.body) {
                Ok(event) => {
                    self.add(&event, record.append_time.0)
                        .map_err(|error| ApplyError {
                            projection: NAME,
                            source: Box::new(error),
                        })?
                }
                Err(error) => {
                    self.metrics.skipped.of(Skipped::Event).inc();
                    tracing::warn!(offset = record.offset.0, %error, "stepped over a record");
                }
            }
        }
        self.next = record.offset.0 + 1;
        Ok(())
    }

    fn wants_commit(&self) -> bool {
        let (rows, bytes) = self.store.fresh_size();
        rows >= self.limits.fresh_rows_max || bytes >= self.limits.fresh_bytes_max
    }

    /// A commit makes a file for each project and table: rarely, so that they are few.
    fn commit_every(&self) -> Duration {
        self.limits.fresh_age_max
    }

    fn commit(&mut self) -> Result<Offset, CommitError> {
        let committed = self.store.commit(self.next);
        committed.map_err(|error| CommitError {
            projection: NAME,
            source: Box::new(error),
        })?;
        Ok(Offset(self.next))
    }

    fn reset(&mut self) -> Result<(), CommitError> {
        let reset = self.store.reset();
        reset.map_err(|error| CommitError {
            projection: NAME,
            source: Box::new(error),
        })?;
        self.next = 0;
        Ok(())
    }
}

const NAME: &str = "derived_columns";
