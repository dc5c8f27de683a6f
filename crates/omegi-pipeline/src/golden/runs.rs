//! The ways a case is run.

use std::sync::Arc;

use omegi_log::{AppendTime, Offset, Record, RecordKind};
use omegi_model::event::Event;
use omegi_model::time::UnixNanos;

use super::case::tick;
use super::outcome::Outcome;
use crate::engine::Engine;
use crate::metrics::Counts;
use crate::processors::Output;
use crate::share::Share;
use crate::spec::PipelineSet;
use crate::store::StateStore;

/// Later records may overtake earlier ones by less than this.
const LATENESS_NS: i64 = 20_000_000_000;
const HOUR_NS: i64 = 3_600_000_000_000;

/// An engine fed by hand.
pub(crate) struct Steps {
    engine: Option<Engine>,
    out: Output,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self::with(PipelineSet::defaults(), Share::ALL, &Arc::default())
    }

    fn with(set: PipelineSet, share: Share, counts: &Arc<Counts>) -> Self {
        let store = StateStore::in_memory().unwrap();
        Self {
            engine: Some(Engine::new(set, store, share, Arc::clone(counts))),
            out: Output::default(),
        }
    }

    pub(crate) fn take(&mut self, records: &[Record]) {
        let engine = self.engine.as_mut().unwrap();
        for record in records {
            engine.step(record, &mut self.out).unwrap();
        }
    }

    /// The state is stored and read again.
    pub(crate) fn restart(&mut self) {
        let engine = self.engine.take().unwrap();
        self.engine = Some(engine.restarted().unwrap());
    }

    /// What was told.
    pub(crate) fn events(self) -> Vec<Event> {
        self.out.into_events()
    }

    /// An hour of silence after the last of `records`.
    pub(crate) fn end(mut self, records: &[Record]) -> Outcome {
        let last = records.last().expect("a case has records");
        let (offset, at) = (last.offset.0 + 1, last.append_time.0 + HOUR_NS);
        self.take(&[tick(offset, UnixNanos(at))]);
        Outcome::of(self.out.into_events())
    }
}

/// All records in order, then an hour of silence.
pub(crate) fn run(records: &[Record]) -> Outcome {
    run_shared(records, Share::ALL)
}

/// One of several workers.
pub(crate) fn run_shared(records: &[Record], share: Share) -> Outcome {
    run_with(PipelineSet::defaults(), records, share, &Arc::default())
}

/// With other pipelines than the default ones.
pub(crate) fn run_with(
    set: PipelineSet,
    records: &[Record],
    share: Share,
    counts: &Arc<Counts>,
) -> Outcome {
    let mut steps = Steps::with(set, share, counts);
    steps.take(records);
    steps.end(records)
}

/// With the state stored and read again after each record.
pub(super) fn run_restarting(records: &[Record]) -> Outcome {
    let mut steps = Steps::new();
    for record in records {
        steps.take(std::slice::from_ref(record));
        steps.restart();
    }
    steps.end(records)
}

/// The same content in another order, within the lateness; offsets and times stay in place.
pub(super) fn shuffled(records: &[Record], random: &mut Random) -> Vec<Record> {
    let mut content: Vec<Record> = records.to_vec();
    for at in (1..content.len()).rev() {
        let to = random.below(at as u64 + 1) as usize;
        let apart = records[at].append_time.0 - records[to].append_time.0;
        let ticks = [at, to]
            .iter()
            .any(|at| records[*at].kind == RecordKind::Tick);
        if apart < LATENESS_NS && !ticks {
            content.swap(at, to);
        }
    }
    numbered(content, records)
}

/// `percent` of the records come twice: at once, or as the last record within the lateness.
pub(super) fn doubled(records: &[Record], random: &mut Random, percent: u64) -> Vec<Record> {
    let mut all: Vec<(i64, Record)> = Vec::new();
    for record in records {
        all.push((record.append_time.0, record.clone()));
        if record.kind == RecordKind::Data && random.below(100) < percent {
            let later = random.below(2) as i64 * (LATENESS_NS - 1);
            all.push((record.append_time.0 + later, record.clone()));
        }
    }
    all.sort_by_key(|(at, _)| *at);
    let times: Vec<Record> = all
        .iter()
        .map(|(at, record)| Record {
            append_time: AppendTime(*at),
            ..record.clone()
        })
        .collect();
    let content = all.into_iter().map(|(_, record)| record).collect();
    numbered(content, &times)
}

/// `content` at the times of `places`, with offsets from 0.
fn numbered(content: Vec<Record>, places: &[Record]) -> Vec<Record> {
    let numbered = (0..).zip(content).zip(places);
    numbered
        .map(|((offset, record), place)| Record {
            offset: Offset(offset),
            append_time: place.append_time,
            ..record
        })
        .collect()
}

/// A small generator: the same seed, the same sequence.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}
