//! Keeps what is made again after a restart from being told again.
//!
//! After a restart the records behind the checkpoint are processed once more. Processing is
//! deterministic, so the same events come out in the same order, and those that the derived log
//! holds already are dropped one by one. Where they differ (a newer build, a state rebuilt from a
//! log whose start is gone) a ledger decides instead: by revision for error events, by counts for
//! calls. Invariant: no revision of an error event is told twice, no call is counted twice.

use std::collections::{BTreeMap, VecDeque};

use omegi_model::event::{Aspect, Event, encode};
use omegi_model::id::ErrorId;
use omegi_model::time::UnixNanos;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::calls::CallsTold;
use crate::store::StateError;

/// What the derived log held when the pipelines started, as far as it may be made again.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Offsets and hashes of the records to expect, while what is made again agrees with them.
    #[serde(skip)]
    expected: VecDeque<(u64, u64)>,
    /// What is made again has differed: the ledger decides.
    diverged: bool,
    revisions: BTreeMap<ErrorId, Revisions>,
    calls: CallsTold,
    /// Telemetry before this offset may have been told of.
    until: u64,
    /// Append time of the last record of the derived log: what is due later was not told.
    last_told: UnixNanos,
    caught_up: bool,
}

/// The last revisions of one error event.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Revisions {
    told: u32,
    made_again: u32,
}

impl Told {
    /// Nothing but telemetry before offset `until` may have been told of.
    pub(crate) fn until(mut self, until: u64) -> Self {
        self.until = self.until.max(until);
        self.caught_up = false;
        self
    }

    /// What is made from now on need not agree record by record: the state is being rebuilt.
    pub(crate) fn rebuilding(mut self) -> Self {
        self.diverged = true;
        self
    }

    /// Notes a record of the derived log; in order.
    pub(crate) fn add(&mut self, offset: u64, at: UnixNanos, record: &[u8], event: &Event) {
        self.last_told = self.last_told.max(at);
        if !self.diverged {
            self.expected.push_back((offset, xxh3_64(record)));
        }
        if let Some((id, revision)) = revision_of(event) {
            let known = self.revisions.entry(id).or_insert(Revisions {
                told: 0,
                made_again: 0,
            });
            known.told = known.told.max(revision);
        }
        if let Event::ServiceCallsObserved { calls } = event {
            calls.iter().for_each(|row| self.calls.add(row));
        }
    }

    /// Nothing is left that could be told twice.
    pub(crate) fn is_empty(&self) -> bool {
        self.caught_up && self.revisions.is_empty()
    }

    /// Takes note that everything before offset `input_next` has been processed.
    pub(crate) fn reached(&mut self, input_next: u64) {
        if self.caught_up || input_next < self.until {
            return;
        }
        self.caught_up = true;
        self.expected.clear();
        self.calls.clear();
        if self.diverged {
            // Revisions that were not made again: their numbers must not be used for others.
            self.revisions
                .retain(|_, known| known.told > known.made_again);
        } else {
            self.revisions.clear();
        }
    }

    /// `record`, the encoding of `event`, or what of it was not told yet; `at`: log time of its telling.
    pub(crate) fn untold(
        &mut self,
        at: UnixNanos,
        event: Event,
        record: Vec<u8>,
    ) -> Option<Vec<u8>> {
        // Rows do not say which telemetry they counted. Of a log whose start is gone some of them
        // never come again; kept for longer, they would swallow calls that are new.
        if self.diverged && at > self.last_told {
            self.calls.clear();
        }
        if !self.caught_up && !self.diverged {
            match self.expected.pop_front() {
                // The tail of the derived log ends here: all from now on is new.
                None => return Some(record),
                Some((_, expected)) if expected == xxh3_64(&record) => {
                    self.strike(event);
                    return None;
                }
                Some(_) => {
                    tracing::warn!("events made again differ from those told: told by revision");
                    self.diverged = true;
                    self.expected.clear();
                }
            }
        }
        match self.by_ledger(event) {
            Ledger::ToldAlready => None,
            Ledger::New => Some(record),
            Ledger::Changed(event) => Some(encode(&event)),
        }
    }

    /// What a checkpoint keeps of it, and the offset from which the derived log is to be read again
    /// after a restart; `end` is where it ends now.
    ///
    /// # Errors
    /// [`StateError`], as encoding may refuse anything.
    pub(crate) fn save(&self, end: u64) -> Result<(Vec<u8>, u64), StateError> {
        let damaged = |_| StateError::Damaged("ledger");
        // Still agreeing: the rest of the tail is read again, so nothing of it needs to be kept.
        if let (false, Some((offset, _))) = (self.diverged, self.expected.front()) {
            let empty = postcard::to_stdvec(&Self::default()).map_err(damaged)?;
            return Ok((empty, *offset));
        }
        Ok((postcard::to_stdvec(self).map_err(damaged)?, end))
    }

    /// Takes back what was saved.
    ///
    /// # Errors
    /// [`StateError`]: it is damaged.
    pub(crate) fn load(saved: &[u8]) -> Result<Self, StateError> {
        postcard::from_bytes(saved).map_err(|_| StateError::Damaged("ledger"))
    }

    /// Takes an event that was made again off the ledger.
    fn strike(&mut self, event: Event) {
        if let Some((id, revision)) = revision_of(&event)
            && let Some(known) = self.revisions.get_mut(&id)
        {
            known.made_again = known.made_again.max(revision);
        }
        if let Event::ServiceCallsObserved { calls } = event {
            calls
                .into_iter()
                .for_each(|row| drop(self.calls.untold(row)));
        }
    }

    fn by_ledger(&mut self, event: Event) -> Ledger {
        if let Event::ServiceCallsObserved { calls } = event {
            let left = calls.into_iter().filter_map(|row| self.calls.untold(row));
            let calls: Vec<_> = left.collect();
            return match calls.is_empty() {
                true => Ledger::ToldAlready,
                false => Ledger::Changed(Event::ServiceCallsObserved { calls }),
            };
        }
        let Some((id, revision)) = revision_of(&event) else {
            return Ledger::New;
        };
        let Some(known) = self.revisions.get_mut(&id) else {
            return Ledger::New;
        };
        known.made_again = known.made_again.max(revision);
        if revision > known.told {
            known.told = revision;
            return Ledger::New;
        }
        if !self.caught_up {
            return Ledger::ToldAlready;
        }
        known.told += 1;
        Ledger::Changed(renumbered(event, known.told))
    }
}

/// What the ledger says of an event.
enum Ledger {
    ToldAlready,
    New,
    /// Only this of it is new, or under this number.
    Changed(Event),
}

fn revision_of(event: &Event) -> Option<(ErrorId, u32)> {
    match event {
        Event::ErrorDetected { error } | Event::ErrorRevised { error, .. } => {
            Some((error.id, error.revision))
        }
        Event::ErrorWithdrawn { id, revision, .. } => Some((*id, *revision)),
        Event::TracesAssembled { .. } | Event::ServiceCallsObserved { .. } => None,
    }
}

/// The same news under a number that was not used before; never a second detection.
fn renumbered(event: Event, revision: u32) -> Event {
    match event {
        Event::ErrorDetected { mut error } => {
            error.revision = revision;
            let changed = vec![Aspect::Completeness];
            Event::ErrorRevised { error, changed }
        }
        Event::ErrorRevised { mut error, changed } => {
            error.revision = revision;
            Event::ErrorRevised { error, changed }
        }
        Event::ErrorWithdrawn {
            project,
            id,
            into,
            at,
            ..
        } => Event::ErrorWithdrawn {
            project,
            id,
            revision,
            into,
            at,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use omegi_model::event::{NodeKind, ServiceCalls, decode};
    use omegi_model::id::ProjectId;

    use super::*;

    fn withdrawn(n: u8, revision: u32) -> Event {
        Event::ErrorWithdrawn {
            project: ProjectId::new([1; 8]).unwrap(),
            id: ErrorId::new([n; 16]).unwrap(),
            revision,
            into: None,
            at: UnixNanos(5),
        }
    }

    fn calls(requests: u64) -> Event {
        let row = ServiceCalls {
            project: ProjectId::new([1; 8]).unwrap(),
            minute: UnixNanos(0),
            from: "a".into(),
            to: "b".into(),
            to_kind: NodeKind::Service,
            by_link: false,
            requests,
            errors: 0,
            durations: vec![(4, requests)],
            last_seen: UnixNanos(9),
        };
        Event::ServiceCallsObserved { calls: vec![row] }
    }

    fn told(events: &[Event]) -> Told {
        let mut told = Told::default().until(100);
        let numbered = (0..).zip(events);
        numbered.for_each(|(offset, event)| told.add(offset, UnixNanos(0), &encode(event), event));
        told
    }

    fn untold(told: &mut Told, event: Event) -> Option<Event> {
        let record = encode(&event);
        let untold = told.untold(UnixNanos(0), event, record);
        untold.map(|record| decode(&record).unwrap())
    }

    #[test]
    fn what_is_made_again_alike_is_dropped_until_the_tail_ends() {
        let mut told = told(&[withdrawn(1, 1), calls(3)]);
        assert_eq!(untold(&mut told, withdrawn(1, 1)), None);
        assert_eq!(untold(&mut told, calls(3)), None);
        assert_eq!(untold(&mut told, withdrawn(1, 2)), Some(withdrawn(1, 2)));
        told.reached(100);
        assert!(told.is_empty());
    }

    #[test]
    fn what_differs_is_told_by_revision_and_by_count() {
        let mut told = told(&[withdrawn(1, 1), withdrawn(1, 2), calls(3)]);
        assert_eq!(untold(&mut told, calls(2)), None);
        assert_eq!(untold(&mut told, withdrawn(1, 1)), None);
        assert_eq!(untold(&mut told, withdrawn(2, 1)), Some(withdrawn(2, 1)));
        assert_eq!(untold(&mut told, calls(4)), Some(calls(3)));
        assert_eq!(untold(&mut told, withdrawn(1, 2)), None);
        assert_eq!(untold(&mut told, withdrawn(1, 3)), Some(withdrawn(1, 3)));
    }

    #[test]
    fn a_number_once_told_is_never_used_for_other_news() {
        let mut told = told(&[withdrawn(1, 1), withdrawn(1, 5)]).rebuilding();
        assert_eq!(untold(&mut told, withdrawn(1, 1)), None);
        told.reached(100);
        assert!(!told.is_empty());
        assert_eq!(untold(&mut told, withdrawn(1, 2)), Some(withdrawn(1, 6)));
        assert_eq!(untold(&mut told, withdrawn(1, 3)), Some(withdrawn(1, 7)));
    }
}
