//! Rows of the table `errors`: error events in their newest revision.

use omegi_model::error_event::{ErrorEvent, VerdictState};

use super::column::{Column, FlagColumn, IdColumn, IntColumn, TextColumn, TimeColumn};
use super::shred::Shredder;
use super::table::{Table, TableRows};

/// Error events in memory.
#[derive(Debug, Default)]
pub(crate) struct ErrorRows {
    id: IdColumn<16>,
    issue_id: IdColumn<16>,
    trace_id: IdColumn<16>,
    time: TimeColumn,
    received_at: TimeColumn,
    revision: IntColumn,
    environment: TextColumn,
    release: TextColumn,
    origin_service: TextColumn,
    origin_span_id: IdColumn<8>,
    origin_operation: TextColumn,
    kind: TextColumn,
    message: TextColumn,
    verdict: TextColumn,
    verdict_reason: TextColumn,
    escaped: FlagColumn,
    ambiguous: FlagColumn,
    pub(super) dead: Vec<u32>,
}

impl ErrorRows {
    /// Takes in a revision; returns its row.
    pub(crate) fn push(&mut self, error: &ErrorEvent) -> u32 {
        let row = self.id.0.len() as u32;
        let exception = error.exceptions.first();
        self.id.push(Some(error.id.as_bytes()));
        self.issue_id
            .push(Some(crate::faults::issue_of(error).as_bytes()));
        self.trace_id
            .push(error.trace_id.as_ref().map(|id| id.as_bytes()));
        self.time.0.push(error.time.0);
        self.received_at.0.push(error.received_at.0);
        self.revision.0.push(i64::from(error.revision));
        self.environment.push_option(error.environment.as_deref());
        self.release.push_option(error.release.as_deref());
        self.origin_service.push(&error.origin.service);
        self.origin_span_id
            .push(error.origin.span_id.as_ref().map(|id| id.as_bytes()));
        self.origin_operation
            .push_option(error.origin.operation.as_deref());
        self.kind
            .push(exception.map_or("", |exception| &exception.kind));
        self.message
            .push(exception.map_or("", |exception| &exception.message));
        self.verdict.push(verdict_name(error.verdict.state));
        self.verdict_reason
            .push_option(error.verdict.reason.as_deref());
        self.escaped.0.push(error.escaped);
        self.ambiguous.0.push(error.ambiguous);
        row
    }
}

impl TableRows for ErrorRows {
    fn table(&self) -> Table {
        Table::Errors
    }

    fn len(&self) -> usize {
        self.id.0.len()
    }

    fn columns(&self) -> Vec<(&'static str, &dyn Column)> {
        vec![
            ("id", &self.id),
            ("issue_id", &self.issue_id),
            ("trace_id", &self.trace_id),
            ("time", &self.time),
            ("received_at", &self.received_at),
            ("revision", &self.revision),
            ("environment", &self.environment),
            ("release", &self.release),
            ("origin_service", &self.origin_service),
            ("origin_span_id", &self.origin_span_id),
            ("origin_operation", &self.origin_operation),
            ("type", &self.kind),
            ("message", &self.message),
            ("verdict", &self.verdict),
            ("verdict_reason", &self.verdict_reason),
            ("escaped", &self.escaped),
            ("ambiguous", &self.ambiguous),
        ]
    }

    fn attributes(&self) -> Option<&Shredder> {
        None
    }

    fn received(&self) -> &[i64] {
        &self.received_at.0
    }

    fn times(&self) -> &[i64] {
        &self.time.0
    }

    fn indexed_ids(&self) -> Option<&[[u8; 16]]> {
        Some(&self.id.0)
    }

    fn dead(&self) -> &[u32] {
        &self.dead
    }
}

/// A verdict as it is stored and shown.
pub(super) fn verdict_name(state: VerdictState) -> &'static str {
    match state {
        VerdictState::Complete => "complete",
        VerdictState::Waiting => "waiting",
        VerdictState::Partial => "partial",
        VerdictState::Truncated => "truncated",
    }
}
