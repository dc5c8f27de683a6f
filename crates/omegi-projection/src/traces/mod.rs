//! Traces by id, read from memory and files through their trace indexes: no SQL plan is built.
//!
//! A span that was sent twice (a client's retry) is stored twice and read once: of spans with the
//! same span id, service, kind and start the one that ended last counts, with the events of all.

mod assemble;
mod row;

use std::sync::Arc;

use omegi_model::id::{ProjectId, TraceId};

pub use row::{StoredEvent, StoredLink, StoredLog, StoredScope, StoredSpan};

use crate::columns::reader::ReadError;
use crate::columns::store::Store;
use crate::columns::{Table, TelemetryRows};
use arrow::array::RecordBatch;

/// Log records shown with one trace, at most; the earliest.
const LOGS_MAX: usize = 10_000;

/// Reads traces; cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Traces {
    store: Arc<Store<TelemetryRows>>,
}

/// How much of each span to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// Everything.
    All,
    /// Without attributes, events, links, resource and scope.
    Light,
}

/// Which part of a trace to read.
#[derive(Debug, Clone, Copy)]
pub struct TracePage {
    /// Spans to pass over: the `next` of the page before, or 0.
    pub after: usize,
    /// Spans to return, at most.
    pub limit: usize,
}

/// A trace, or one page of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredTrace {
    /// Spans, those on the way to an error first, then by start.
    pub spans: Vec<StoredSpan>,
    /// Log records of the trace by time; with the first page alone.
    pub logs: Vec<StoredLog>,
    /// Spans of the whole trace, each once.
    pub spans_total: usize,
    /// Where the next page begins; none after the last.
    pub next: Option<usize>,
}

/// A trace that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read trace {trace_id}")]
pub struct TraceError {
    trace_id: TraceId,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl Traces {
    pub(crate) fn new(store: Arc<Store<TelemetryRows>>) -> Self {
        Self { store }
    }

    /// The trace as known now; without spans and logs where none came yet, or none is left.
    ///
    /// # Errors
    /// [`TraceError`]: the files cannot be read.
    pub async fn get(
        &self,
        project: ProjectId,
        trace_id: TraceId,
        page: TracePage,
        fields: Fields,
    ) -> Result<StoredTrace, TraceError> {
        let reader = self.clone();
        let read = move || reader.read(project, trace_id, page, fields);
        let read = tokio::task::spawn_blocking(read).await;
        let source = match read {
            Ok(Ok(trace)) => return Ok(trace),
            Ok(Err(error)) => Box::new(error) as Box<dyn std::error::Error + Send + Sync>,
            Err(error) => error.into(),
        };
        Err(TraceError { trace_id, source })
    }

    pub(crate) fn read(
        &self,
        project: ProjectId,
        trace_id: TraceId,
        page: TracePage,
        fields: Fields,
    ) -> Result<StoredTrace, ReadError> {
        let rows = |table, light| self.rows(table, project, &trace_id, light);
        let light = fields == Fields::Light;
        let spans = rows(Table::Spans, light)?;
        let (spans_total, mut spans) = assemble::spans(&spans, page);
        if !light && !spans.is_empty() {
            assemble::add_events(&mut spans, &rows(Table::SpanEvents, false)?);
        }
        let logs = match page.after {
            0 => assemble::logs(&rows(Table::Logs, false)?, LOGS_MAX),
            _ => Vec::new(),
        };
        let end = page.after.saturating_add(spans.len());
        let next = (end < spans_total).then_some(end);
        Ok(StoredTrace {
            spans,
            logs,
            spans_total,
            next,
        })
    }

    fn rows(
        &self,
        table: Table,
        project: ProjectId,
        trace_id: &TraceId,
        light: bool,
    ) -> Result<Vec<RecordBatch>, ReadError> {
        let id = trace_id.as_bytes();
        let (files, fresh) = self.store.of_trace(table, project, id);
        let mut batches = Vec::new();
        for file in files {
            let open = self.store.open.get(&self.store.files, &file)?;
            batches.extend(open.rows_of_trace(id, |column| !light || row::is_light(column))?);
        }
        batches.extend(fresh);
        Ok(batches)
    }
}
