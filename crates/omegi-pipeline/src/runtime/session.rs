//! One attempt at running: reads, processes, tells, writes checkpoints, until stopped or in trouble.

use std::time::Duration;

use bytes::Bytes;
use omegi_log::{Chunk, EventLog as _, Offset, ReadError, Record, Ticks};
use omegi_model::event::{self, Event};
use omegi_model::time::UnixNanos;

use super::recovery::{Start, TELEMETRY};
use super::{HOLDER, Host, PipelineError};
use crate::derived::{DerivedWriter, Told};
use crate::engine::Engine;
use crate::metrics::{TellKind, Unreadable};
use crate::processors::Output;
use crate::store::StateError;

/// Bodies read at once. Events are told chunk by chunk, so a larger one would delay them.
const READ_BYTES_MAX: usize = 1 << 20;
const READ_WAIT: Duration = Duration::from_secs(1);

/// State of one attempt.
struct Session<'a> {
    host: &'a Host,
    told: Told,
    writer: DerivedWriter,
    ticks: Ticks,
    since: SinceCheckpoint,
}

/// What has happened since the last checkpoint.
struct SinceCheckpoint {
    input_bytes: usize,
    watermark: UnixNanos,
}

/// An event, when it is told, and its encoding.
struct Made {
    at: UnixNanos,
    event: Event,
    record: Vec<u8>,
}

/// What a chunk has become.
struct Processed {
    engine: Engine,
    events: Vec<Made>,
    result: Result<(), StateError>,
}

impl Host {
    /// Runs from the last checkpoint until stopped.
    pub(super) async fn attempt(&self) -> Result<(), PipelineError> {
        let Start {
            engine,
            told,
            writer,
        } = self.recover().await?;
        let (next, watermark) = engine.progress();
        self.telemetry.hold(HOLDER, Offset(next));
        let mut session = Session {
            host: self,
            told,
            writer,
            ticks: self.telemetry.ticks(),
            since: SinceCheckpoint {
                input_bytes: 0,
                watermark,
            },
        };
        session.publish(&engine, next);
        let engine = session.run(engine).await?;
        session.checkpoint(engine).await.map(drop)
    }
}

impl Session<'_> {
    async fn run(&mut self, mut engine: Engine) -> Result<Engine, PipelineError> {
        loop {
            self.ticks.set_open(engine.is_waiting());
            let (next, _) = engine.progress();
            let read = self
                .host
                .telemetry
                .read(TELEMETRY, Offset(next), READ_BYTES_MAX, READ_WAIT);
            let chunk = tokio::select! {
                biased;
                () = self.host.stop.cancelled() => return Ok(engine),
                chunk = read => chunk,
            };
            match chunk {
                Ok(chunk) => engine = self.process(engine, chunk).await?,
                Err(error) => self.step_over(&mut engine, error).await?,
            }
            if self.is_due(&engine) {
                engine = self.checkpoint(engine).await?;
            }
        }
    }

    async fn process(&mut self, engine: Engine, chunk: Chunk) -> Result<Engine, PipelineError> {
        if chunk.records.is_empty() {
            return Ok(engine);
        }
        let bytes: usize = chunk.records.iter().map(|record| record.body.len()).sum();
        self.since.input_bytes += bytes;
        let work = move || step_all(engine, &chunk.records);
        let done = tokio::task::spawn_blocking(work)
            .await
            .map_err(PipelineError::Crashed)?;
        done.result?;
        self.tell(done.events).await?;
        let (next, _) = done.engine.progress();
        self.told.reached(next);
        self.publish(&done.engine, chunk.committed.0);
        Ok(done.engine)
    }

    /// Tells what was not told before the last restart.
    async fn tell(&mut self, events: Vec<Made>) -> Result<(), PipelineError> {
        let counts = &self.host.counts;
        let mut records = Vec::with_capacity(events.len());
        for Made { at, event, record } in events {
            let kind = kind(&event);
            let record = if self.told.is_empty() {
                Some(record)
            } else {
                self.told.untold(at, event, record)
            };
            match record {
                Some(record) => {
                    counts.told.of(kind).inc();
                    records.push(Bytes::from(record));
                }
                None => counts.told_already.inc(),
            }
        }
        Ok(self.writer.append(records).await?)
    }

    /// Goes on after records that nobody can read any more; all else is trouble.
    async fn step_over(&self, engine: &mut Engine, error: ReadError) -> Result<(), PipelineError> {
        let (from, _) = engine.progress();
        match error {
            ReadError::Trimmed { start } => {
                tracing::error!(
                    from,
                    to = start.0,
                    "telemetry was given up before it was processed"
                );
                engine.skip_to(start.0);
            }
            ReadError::Damaged { next, reason, .. } => {
                tracing::error!(from, to = next.0, reason, "stepped over damaged telemetry");
                self.host
                    .counts
                    .unreadable
                    .of(Unreadable::Disk)
                    .add(next.0.saturating_sub(from));
                engine.skip_to(next.0);
            }
            ReadError::Unavailable { retry_after } => tokio::time::sleep(retry_after).await,
            error => return Err(error.into()),
        }
        Ok(())
    }

    fn publish(&self, engine: &Engine, committed: u64) {
        let (offset, watermark) = engine.progress();
        let lag = committed.saturating_sub(offset);
        self.host.counts.lag_records.set(lag.cast_signed());
        engine.measure();
        let derived = self.writer.next();
        self.host.progress.send_modify(|progress| {
            progress.offset = offset;
            progress.watermark = watermark;
            progress.derived = derived;
            progress.trouble = None;
        });
    }

    fn is_due(&self, engine: &Engine) -> bool {
        let cadence = &self.host.config.cadence;
        let (_, watermark) = engine.progress();
        let pending = engine.pending_bytes();
        let something = self.since.input_bytes > 0 || pending > 0;
        self.since.input_bytes >= cadence.input_bytes
            || pending >= cadence.pending_bytes
            || (something && watermark.since(self.since.watermark) >= cadence.log_time_ns)
    }

    async fn checkpoint(&mut self, mut engine: Engine) -> Result<Engine, PipelineError> {
        let (told, derived_next) = self.told.save(self.writer.next())?;
        let work = move || {
            let written = engine.checkpoint(derived_next, told);
            (engine, written)
        };
        let done = tokio::task::spawn_blocking(work).await;
        let (engine, written) = done.map_err(PipelineError::Crashed)?;
        written?;
        let position = engine.position(derived_next);
        self.host
            .telemetry
            .hold(HOLDER, Offset(position.input_next));
        self.since = SinceCheckpoint {
            input_bytes: 0,
            watermark: position.watermark,
        };
        Ok(engine)
    }
}

/// The work on one chunk, away from the threads that wait for the network.
fn step_all(mut engine: Engine, records: &[Record]) -> Processed {
    let mut out = Output::default();
    let result = records
        .iter()
        .try_for_each(|record| engine.step(record, &mut out));
    let events = out.into_timed().into_iter().map(|(at, event)| {
        let record = event::encode(&event);
        Made { at, event, record }
    });
    Processed {
        events: events.collect(),
        engine,
        result,
    }
}

fn kind(event: &Event) -> TellKind {
    match event {
        Event::ErrorDetected { .. } => TellKind::Detected,
        Event::ErrorRevised { .. } => TellKind::Revised,
        Event::ErrorWithdrawn { .. } => TellKind::Withdrawn,
        Event::TracesAssembled { .. } => TellKind::Traces,
        Event::ServiceCallsObserved { .. } => TellKind::Calls,
    }
}
