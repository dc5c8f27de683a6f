//! Counts calls between services: the processor `link-services`.
//!
//! Reads topic `traces`. Writes topic `derived`: `ServiceCallsObserved` with one row per project,
//! minute of event time and edge. A trace contributes when it closes, each of its calls once; what
//! late spans add later is added then. Invariant: the rows of all records together count every call
//! of every closed trace once.

use std::collections::BTreeMap;

use omegi_model::detection::{Call, service_calls};
use omegi_model::event::{Event, ServiceCalls};
use omegi_model::id::ProjectId;
use omegi_model::time::UnixNanos;
use serde::{Deserialize, Serialize};

use super::{JudgedTrace, NotMine, Output, Processor};
use crate::derived::RowKey;
use crate::spec::Linking;

const MINUTE_NS: i64 = 60_000_000_000;

/// Rows since the last record.
pub(crate) struct LinkServices {
    settings: Linking,
    gathered: Gathered,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Gathered {
    rows: BTreeMap<RowKey, Row>,
    due: Option<UnixNanos>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    requests: u64,
    errors: u64,
    durations: BTreeMap<u16, u64>,
    last_seen: UnixNanos,
}

impl LinkServices {
    pub(crate) fn new(settings: Linking) -> Self {
        Self {
            settings,
            gathered: Gathered::default(),
        }
    }

    fn count(&mut self, project: ProjectId, call: &Call<'_>) {
        let key = RowKey {
            project,
            minute: UnixNanos(
                call.start
                    .0
                    .saturating_sub(call.start.0.rem_euclid(MINUTE_NS)),
            ),
            from: call.from.to_owned(),
            to: call.to.to_owned(),
            to_kind: call.to_kind,
            by_link: call.by_link,
        };
        let row = self.gathered.rows.entry(key).or_insert(Row {
            requests: 0,
            errors: 0,
            durations: BTreeMap::new(),
            last_seen: UnixNanos(i64::MIN),
        });
        row.requests += 1;
        row.errors += u64::from(call.failed);
        *row.durations.entry(bucket(call.duration_ns)).or_default() += 1;
        row.last_seen = row.last_seen.max(call.end);
    }

    fn flush(&mut self, out: &mut Output) {
        let gathered = std::mem::take(&mut self.gathered);
        let calls = gathered.rows.into_iter().map(|(key, row)| ServiceCalls {
            project: key.project,
            minute: key.minute,
            from: key.from,
            to: key.to,
            to_kind: key.to_kind,
            by_link: key.by_link,
            requests: row.requests,
            errors: row.errors,
            durations: row.durations.into_iter().collect(),
            last_seen: row.last_seen,
        });
        let calls = calls.collect();
        out.tell(Event::ServiceCallsObserved { calls });
    }
}

impl Processor for LinkServices {
    fn on_trace(&mut self, trace: &mut JudgedTrace<'_>, out: &mut Output) {
        if !trace.closes {
            return;
        }
        let project = trace.state.project();
        for call in service_calls(trace.state) {
            self.count(project, &call);
        }
        trace.state.calls_counted();
        if self.gathered.rows.is_empty() {
            return;
        }
        let due = next_on_grid(trace.now, self.settings.every_ns);
        self.gathered.due.get_or_insert(due);
        if self.gathered.rows.len() >= self.settings.rows_max {
            self.flush(out);
        }
    }

    fn deadline(&self) -> Option<UnixNanos> {
        self.gathered.due
    }

    fn on_watermark(&mut self, _now: UnixNanos, out: &mut Output) {
        self.flush(out);
    }

    fn save(&self) -> Vec<u8> {
        // Plain data with lengths known in advance: postcard has no way to fail on it.
        postcard::to_stdvec(&self.gathered).unwrap_or_default()
    }

    fn restore(&mut self, saved: &[u8]) -> Result<(), NotMine> {
        self.gathered = postcard::from_bytes(saved).map_err(|_| NotMine)?;
        Ok(())
    }
}

/// The next multiple of `every_ns`: not counted from the first row, so that a state that is rebuilt
/// from a later start of the log comes to the same records again.
fn next_on_grid(now: UnixNanos, every_ns: i64) -> UnixNanos {
    let since = now.0.rem_euclid(every_ns);
    now.plus(every_ns - since)
}

/// The least `n` such that the duration is at most 2^(n/4) ms. Whole numbers alone, so that it is
/// the same on every machine.
fn bucket(duration_ns: i64) -> u16 {
    /// 1 ms times 2^(0/4), 2^(1/4), 2^(2/4), 2^(3/4), in nanoseconds.
    const STEPS: [u64; 4] = [1_000_000, 1_189_207, 1_414_214, 1_681_793];
    let duration = duration_ns.max(0).cast_unsigned();
    let octave = (duration / STEPS[0]).max(1).ilog2();
    let within = STEPS.iter().position(|step| duration <= step << octave);
    let n = octave * 4 + within.map_or(4, |step| step as u32);
    u16::try_from(n).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_due_on_a_grid_of_log_time() {
        let due = |now| next_on_grid(UnixNanos(now), 10).0;
        assert_eq!([due(0), due(9), due(10), due(-1)], [10, 10, 20, 0]);
    }

    #[test]
    fn a_duration_falls_into_the_bucket_of_its_bound() {
        for (duration_ns, n) in [
            (i64::MIN, 0),
            (0, 0),
            (1_000_000, 0),
            (1_000_001, 1),
            (1_189_207, 1),
            (1_681_794, 4),
            (2_000_000, 4),
            (2_000_001, 5),
            (1_000_000_000, 40),
            (1_024_000_000, 40),
            (1_024_000_001, 41),
            (i64::MAX, 173),
        ] {
            assert_eq!(bucket(duration_ns), n, "{duration_ns} ns");
        }
    }
}
