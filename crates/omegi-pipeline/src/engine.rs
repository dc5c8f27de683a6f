//! The processors of one server, connected: takes records in order, gives events in order.
//!
//! Invariant: time is the append time in the records, and what comes out depends on the records
//! alone. Deadlines fire before the first record at or after them, each at its own time, so ticks
//! only decide how early something is told, never what.

use std::sync::Arc;

use omegi_log::{Record, RecordKind};
use omegi_model::assembly::Arrival;
use omegi_model::envelope::Signal;
use omegi_model::time::UnixNanos;
use omegi_model::wire;
use serde::{Deserialize, Serialize};

use crate::decode::{self, Decoded, decode};
use crate::metrics::{Counts, Kind, Unreadable};
use crate::processors::{
    AssembleTraces, DetectErrors, LinkServices, NotMine, Output, Processor, SavedAssembly,
};
use crate::share::Share;
use crate::spec::PipelineSet;
use crate::store::{Position, StateError, StateStore};

/// See the module.
pub(crate) struct Engine {
    set: PipelineSet,
    assembler: AssembleTraces,
    downstream: Vec<Box<dyn Processor>>,
    watermark: UnixNanos,
    /// Offset after the last record taken.
    next: u64,
    /// Offset after the last record taken that is durable for sure: a power cut may lose ticks and
    /// give their offsets to other records.
    durable_next: u64,
    counts: Arc<Counts>,
}

/// What an engine saves besides its windows.
#[derive(Serialize, Deserialize)]
struct Head {
    assembly: SavedAssembly,
    processors: Vec<Vec<u8>>,
    /// Of the caller.
    told: Vec<u8>,
}

impl Engine {
    /// An engine that has seen nothing.
    pub(crate) fn new(
        set: PipelineSet,
        store: StateStore,
        share: Share,
        counts: Arc<Counts>,
    ) -> Self {
        let mut downstream: Vec<Box<dyn Processor>> = Vec::new();
        if set.detects_errors {
            let settle_ns = set.assembly.window.settle_ns;
            downstream.push(Box::new(DetectErrors::new(settle_ns)));
        }
        if let Some(linking) = set.linking {
            downstream.push(Box::new(LinkServices::new(linking)));
        }
        Self {
            set,
            assembler: AssembleTraces::new(set.assembly, store, share),
            downstream,
            watermark: UnixNanos(i64::MIN),
            next: 0,
            durable_next: 0,
            counts,
        }
    }

    /// Goes on where a checkpoint was written. Returns what the caller had saved with it.
    ///
    /// # Errors
    /// [`StateError`]: the checkpoint is damaged.
    pub(crate) fn restore(
        &mut self,
        position: Position,
        open: &[Vec<u8>],
    ) -> Result<Vec<u8>, StateError> {
        let damaged = StateError::Damaged("snapshot");
        let Some((head, windows)) = open.split_first() else {
            return Err(damaged);
        };
        let Ok(head) = postcard::from_bytes::<Head>(head) else {
            return Err(damaged);
        };
        self.watermark = position.watermark;
        self.next = position.input_next;
        self.durable_next = position.input_next;
        self.assembler
            .restore(head.assembly, windows, self.watermark)?;
        // Another set of processors than the one that saved: the new ones begin empty.
        if head.processors.len() == self.downstream.len() {
            for (processor, saved) in self.downstream.iter_mut().zip(&head.processors) {
                processor
                    .restore(saved)
                    .map_err(|NotMine| StateError::Damaged("processor"))?;
            }
        }
        Ok(head.told)
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// [`StateError`]: the state cannot be used; begin again at the last checkpoint.
    pub(crate) fn step(&mut self, record: &Record, out: &mut Output) -> Result<(), StateError> {
        let now = self.watermark.max(UnixNanos(record.append_time.0));
        self.advance(now, out)?;
        let kind = match record.kind {
            RecordKind::Data => {
                self.take(record, now, out)?;
                Kind::Data
            }
            RecordKind::Tick => Kind::Tick,
            RecordKind::Emptied => Kind::Emptied,
        };
        self.counts.records.of(kind).inc();
        self.next = record.offset.0 + 1;
        if kind != Kind::Tick {
            self.durable_next = self.next;
        }
        Ok(())
    }

    /// Goes on at `next`, though records before it were never seen.
    pub(crate) fn skip_to(&mut self, next: u64) {
        self.next = next;
        self.durable_next = next;
    }

    /// Offset after the last record taken, and the log time reached.
    pub(crate) fn progress(&self) -> (u64, UnixNanos) {
        (self.next, self.watermark)
    }

    /// Where the state stands.
    pub(crate) fn position(&self, derived_next: u64) -> Position {
        Position {
            input_next: self.durable_next,
            derived_next,
            watermark: self.watermark,
        }
    }

    /// Something is due at a later log time.
    pub(crate) fn is_waiting(&self) -> bool {
        let mut deadlines = self.downstream.iter().map(|processor| processor.deadline());
        self.assembler.is_waiting() || deadlines.any(|deadline| deadline.is_some())
    }

    /// Memory of what waits for a checkpoint.
    pub(crate) fn pending_bytes(&self) -> usize {
        self.assembler.store.pending_bytes()
    }

    /// Makes the state durable, together with `told` of the caller.
    ///
    /// # Errors
    /// [`StateError`]: the checkpoint before still holds.
    pub(crate) fn checkpoint(
        &mut self,
        derived_next: u64,
        told: Vec<u8>,
    ) -> Result<(), StateError> {
        let (assembly, windows) = self.assembler.save()?;
        let head = Head {
            assembly,
            processors: self
                .downstream
                .iter()
                .map(|processor| processor.save())
                .collect(),
            told,
        };
        let head = postcard::to_stdvec(&head).map_err(|_| StateError::Damaged("snapshot"))?;
        let mut open = vec![head];
        open.extend(windows);
        self.assembler
            .store
            .commit(self.position(derived_next), &open)?;
        self.counts.checkpoints.inc();
        self.measure();
        Ok(())
    }

    /// The same engine as a restart would make it. For tests.
    #[cfg(test)]
    pub(crate) fn restarted(mut self) -> Result<Self, StateError> {
        self.checkpoint(0, Vec::new())?;
        let (set, share, counts) = (self.set, self.assembler.share, Arc::clone(&self.counts));
        let (store, found) = self.assembler.store.reopened()?;
        let mut engine = Self::new(set, store, share, counts);
        engine.restore(found.position, &found.open)?;
        Ok(engine)
    }

    /// Sets the gauges.
    pub(crate) fn measure(&self) {
        let (windows, bytes) = self.assembler.usage();
        let gauge = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.counts.open_traces.set(gauge(windows));
        self.counts.open_bytes.set(gauge(bytes));
        let store = &self.assembler.store;
        self.counts
            .frozen_traces
            .set(store.frozen_traces().cast_signed());
        self.counts.given_way.set(store.given_way().cast_signed());
        self.counts
            .watermark
            .set(self.watermark.0.max(0) / 1_000_000_000);
    }

    /// Does everything that is due up to `now`, in order of time.
    fn advance(&mut self, now: UnixNanos, out: &mut Output) -> Result<(), StateError> {
        loop {
            let others = self
                .downstream
                .iter()
                .filter_map(|processor| processor.deadline());
            let due = self.assembler.deadline().into_iter().chain(others).min();
            let Some(at) = due.filter(|at| *at <= now) else {
                break;
            };
            out.now = at;
            self.assembler
                .fire(at, &mut self.downstream, out, &self.counts)?;
            for processor in &mut self.downstream {
                if processor.deadline().is_some_and(|due| due <= at) {
                    processor.on_watermark(at, out);
                }
            }
        }
        self.watermark = now;
        out.now = now;
        Ok(())
    }

    /// Joins what a data record holds.
    fn take(
        &mut self,
        record: &Record,
        now: UnixNanos,
        out: &mut Output,
    ) -> Result<(), StateError> {
        let decoded = match decode(record) {
            Ok(decoded) => decoded,
            Err(error) => {
                let reason = match error {
                    decode::Unreadable::Envelope(_) => Unreadable::Envelope,
                    decode::Unreadable::Body(_) => Unreadable::Body,
                };
                self.unreadable(record, reason, &error);
                return Ok(());
            }
        };
        let arrival = Arrival {
            offset: record.offset.0,
            append_time: now,
        };
        match decoded.envelope.signal {
            Signal::Traces if self.set.reads_spans => self.take_spans(record, &decoded, arrival)?,
            Signal::Logs if self.set.reads_logs => self.take_logs(record, &decoded, arrival)?,
            _ => {}
        }
        self.assembler
            .end_of_record(now, &mut self.downstream, out, &self.counts)
    }

    fn take_spans(
        &mut self,
        record: &Record,
        decoded: &Decoded,
        arrival: Arrival,
    ) -> Result<(), StateError> {
        let project = decoded.envelope.project;
        for span in wire::spans(&decoded.body, &decoded.envelope.refused) {
            let span = match span {
                Ok(span) => span,
                Err(error) => {
                    self.unreadable(record, Unreadable::Wire, &error);
                    break;
                }
            };
            self.assembler
                .on_span(project, &span, arrival, &self.counts)?;
        }
        Ok(())
    }

    fn take_logs(
        &mut self,
        record: &Record,
        decoded: &Decoded,
        arrival: Arrival,
    ) -> Result<(), StateError> {
        let project = decoded.envelope.project;
        for log in wire::log_records(&decoded.body, &decoded.envelope.refused) {
            let log = match log {
                Ok(log) => log,
                Err(error) => {
                    self.unreadable(record, Unreadable::Wire, &error);
                    break;
                }
            };
            self.assembler
                .on_log(project, &log, arrival, &self.counts)?;
        }
        Ok(())
    }

    /// Steps over a record, which a checked receiver never wrote: said once a record, and counted.
    fn unreadable(&self, record: &Record, reason: Unreadable, error: &dyn std::error::Error) {
        tracing::error!(offset = record.offset.0, error = %error, "stepped over an unreadable record");
        self.counts.unreadable.of(reason).inc();
    }
}
