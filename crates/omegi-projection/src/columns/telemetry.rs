//! The projection `columns`: spans, their events and log records, from the telemetry log.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use omegi_log::{Offset, Record, RecordKind};
use omegi_model::envelope::{Signal, TelemetryRecord};
use omegi_model::wire::{self, LogRef, ResourceRef, ScopeRef, SpanRef};

use super::files::Files;
use super::logs::LogRows;
use super::metrics::{ColumnMetrics, Skipped};
use super::spans::{SpanEventRows, SpanRows};
use super::store::{ProjectRows, Store, StoreError};
use super::table::TableRows;
use super::{ColumnLimits, OpenError};
use crate::projection::{ApplyError, CommitError, Projection};
use crate::traces::Traces;

/// A request never inflates beyond this: the receiver's own limit.
const BODY_BYTES_MAX: usize = 64 << 20;

/// One project's telemetry in memory.
#[derive(Debug, Default)]
pub(crate) struct TelemetryRows {
    spans: SpanRows,
    events: SpanEventRows,
    logs: LogRows,
}

impl ProjectRows for TelemetryRows {
    fn tables(&self) -> Vec<&dyn TableRows> {
        vec![&self.spans, &self.events, &self.logs]
    }
}

/// Writes the tables `spans`, `span_events` and `logs`.
pub struct TelemetryColumns {
    store: Arc<Store<TelemetryRows>>,
    metrics: Arc<ColumnMetrics>,
    limits: ColumnLimits,
    /// Next offset to apply.
    next: u64,
}

impl TelemetryColumns {
    /// Its name.
    pub const NAME: &'static str = NAME;

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

    pub(crate) fn store(&self) -> &Arc<Store<TelemetryRows>> {
        &self.store
    }

    /// Reads traces by id.
    #[must_use]
    pub fn traces(&self) -> Traces {
        Traces::new(Arc::clone(&self.store))
    }

    /// The files as they are now.
    #[cfg(test)]
    pub(super) fn manifest(&self) -> Arc<crate::manifest::Manifest> {
        self.store.manifest()
    }

    /// What is counted.
    #[must_use]
    pub fn metrics(&self) -> Arc<ColumnMetrics> {
        Arc::clone(&self.metrics)
    }

    /// Adds the rows of one request.
    fn add(&self, record: &Record) {
        let envelope = match TelemetryRecord::decode(&record.body) {
            Ok(envelope) => envelope,
            Err(error) => return self.skip(record, Skipped::Envelope, &error),
        };
        let body = match record.decoded.clone() {
            Some(body) => body,
            None => match envelope.decoded_body(BODY_BYTES_MAX) {
                Ok(body) => body,
                Err(error) => return self.skip(record, Skipped::Body, &error),
            },
        };
        let arrived = record.append_time.0;
        let damage = self.store.apply(|fresh| {
            let rows = fresh.entry(envelope.project).or_default().rows_mut();
            match envelope.signal {
                Signal::Traces => rows.add_spans(&body, &envelope, arrived),
                Signal::Logs => rows.add_logs(&body, &envelope, arrived),
                Signal::Unknown(_) => ControlFlow::Continue(()),
            }
        });
        if let ControlFlow::Break(error) = damage {
            self.skip(record, Skipped::Damaged, &error);
        }
    }

    /// Steps over what cannot be read, entirely or from the damage on: the receiver checks every
    /// request, so this is an old build meeting a new one, or damage on disk.
    fn skip(&self, record: &Record, reason: Skipped, error: &dyn std::error::Error) {
        self.metrics.skipped.of(reason).inc();
        tracing::warn!(offset = record.offset.0, %error, "stepped over a record");
    }
}

impl TelemetryRows {
    fn add_spans(
        &mut self,
        body: &[u8],
        envelope: &TelemetryRecord,
        arrived: i64,
    ) -> ControlFlow<wire::WireError> {
        // Kept alive, so that an equal address means the same sender.
        let mut before: Option<SpanRef<'_>> = None;
        for span in wire::spans(body, &envelope.refused) {
            let span = match span {
                Ok(span) => span,
                Err(error) => return ControlFlow::Break(error),
            };
            let same = before.as_ref().is_some_and(|before| {
                same_sender(
                    (before.resource(), before.scope()),
                    (span.resource(), span.scope()),
                )
            });
            self.spans.push(&span, arrived, same);
            for event in span.events() {
                self.events.push(&span, &event, arrived);
            }
            before = Some(span);
        }
        ControlFlow::Continue(())
    }

    fn add_logs(
        &mut self,
        body: &[u8],
        envelope: &TelemetryRecord,
        arrived: i64,
    ) -> ControlFlow<wire::WireError> {
        let mut before: Option<LogRef<'_>> = None;
        for log in wire::log_records(body, &envelope.refused) {
            let log = match log {
                Ok(log) => log,
                Err(error) => return ControlFlow::Break(error),
            };
            let same = before.as_ref().is_some_and(|before| {
                same_sender(
                    (before.resource(), before.scope()),
                    (log.resource(), log.scope()),
                )
            });
            self.logs.push(&log, arrived, same);
            before = Some(log);
        }
        ControlFlow::Continue(())
    }
}

fn same_sender(
    before: (&ResourceRef<'_>, &ScopeRef<'_>),
    now: (&ResourceRef<'_>, &ScopeRef<'_>),
) -> bool {
    std::ptr::addr_eq(before.0, now.0) && std::ptr::addr_eq(before.1, now.1)
}

impl Projection for TelemetryColumns {
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
            self.add(record);
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
        self.store.commit(self.next).map_err(failed)?;
        Ok(Offset(self.next))
    }

    fn reset(&mut self) -> Result<(), CommitError> {
        self.store.reset().map_err(failed)?;
        self.next = 0;
        Ok(())
    }
}

const NAME: &str = "columns";

fn failed(error: StoreError) -> CommitError {
    CommitError {
        projection: NAME,
        source: Box::new(error),
    }
}
