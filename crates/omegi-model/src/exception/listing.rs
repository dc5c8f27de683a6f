//! The exceptions of an error event: the origin's first, then what it was wrapped in on its way.

use std::collections::BTreeSet;

use super::reading::Reading;
use super::same::{Likeness, likeness};
use crate::error_event::Exception;
use crate::id::SpanId;
use crate::stack::{ParsedException, Relation};

/// Exceptions kept per error event.
const EXCEPTIONS_MAX: usize = 64;

/// The readings of one span of the chain.
pub(crate) struct Recorder<'r> {
    pub(crate) span_id: Option<SpanId>,
    pub(crate) readings: &'r [Reading],
}

/// Lists what was thrown along a chain, from the origin outward, each throw once.
pub(crate) fn list(chain: &[Recorder<'_>]) -> Vec<Exception> {
    let mut list = Listing::default();
    for (recorder, steps) in chain.iter().zip(0..) {
        for (reading, nth) in recorder.readings.iter().zip(0..) {
            // A status or a log line outward of the origin only says that it failed there too.
            if reading.report
                && (steps, nth) != (0, 0)
                && reading
                    .sources
                    .iter()
                    .all(|s| *s == crate::error_event::ExceptionSource::Status)
            {
                continue;
            }
            list.add(reading, recorder.span_id, nth == 0);
        }
    }
    list.done()
}

/// One throw with the places of its exceptions in the list.
struct Known<'r> {
    reading: &'r Reading,
    /// By place in the reading's stack.
    places: Vec<Option<usize>>,
}

#[derive(Default)]
struct Listing<'r> {
    exceptions: Vec<Exception>,
    known: Vec<Known<'r>>,
    /// The outermost exception on the way from the origin.
    outermost: Option<usize>,
}

impl<'r> Listing<'r> {
    /// `leads`: the reading explains its span; others stand beside it.
    fn add(&mut self, reading: &'r Reading, span_id: Option<SpanId>, leads: bool) {
        let alike = self
            .known
            .iter()
            .enumerate()
            .filter_map(|(at, known)| Some((likeness(known.reading, reading)?, at)))
            .min();
        match alike {
            Some((Likeness::Equal | Likeness::Grown, at)) => self.repeat(at, reading),
            Some((Likeness::Wrapped, at)) => self.wrap(at, reading, span_id),
            Some((Likeness::Quoted, _)) | None => self.append(reading, span_id, leads),
        }
    }

    /// The same throw, recorded again further out.
    fn repeat(&mut self, at: usize, reading: &Reading) {
        let Some(known) = self.known.get(at) else {
            return;
        };
        for place in known.places.iter().flatten() {
            let Some(exception) = self.exceptions.get_mut(*place) else {
                continue;
            };
            let sources: BTreeSet<_> = exception
                .sources
                .iter()
                .chain(&reading.sources)
                .copied()
                .collect();
            exception.sources = sources.into_iter().collect();
            exception.recordings = exception.recordings.saturating_add(reading.recordings);
            exception.handled = match (exception.handled, reading.handled) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (known, other) => known.or(other),
            };
            if exception.stacktrace.is_none() && Some(place) == known.places.iter().flatten().min()
            {
                exception.stacktrace = Some(reading.text.clone()).filter(|text| !text.is_empty());
            }
        }
    }

    /// The known throw with new wrappers around it: what matches is the known one, the rest is new.
    fn wrap(&mut self, at: usize, reading: &'r Reading, span_id: Option<SpanId>) {
        self.repeat(at, reading);
        let inner: Vec<(String, String, usize)> = self
            .known
            .iter()
            .flat_map(|known| known.places.iter().flatten())
            .filter_map(|&place| {
                let e = self.exceptions.get(place)?;
                Some((e.kind.clone(), e.message.trim().to_owned(), place))
            })
            .collect();
        let matching = |parsed: &ParsedException| {
            inner
                .iter()
                .find(|(kind, message, _)| {
                    *kind == parsed.kind && *message == parsed.message.trim()
                })
                .map(|&(.., place)| place)
        };
        let places: Vec<Option<usize>> = reading.stack.exceptions.iter().map(matching).collect();
        self.place(reading, span_id, places, None);
    }

    fn append(&mut self, reading: &'r Reading, span_id: Option<SpanId>, leads: bool) {
        let before = self.outermost.filter(|_| leads && !reading.report);
        let places = vec![None; reading.stack.exceptions.len()];
        self.place(reading, span_id, places, before);
    }

    /// Adds the exceptions of `reading` that have no place yet, root first, and links causes.
    /// `before`: an exception that this whole throw follows from.
    fn place(
        &mut self,
        reading: &'r Reading,
        span_id: Option<SpanId>,
        mut places: Vec<Option<usize>>,
        before: Option<usize>,
    ) {
        let root = reading.root_index();
        let mut order = reading.way_out();
        order.extend(
            (0..places.len())
                .filter(|at| !order.contains(at))
                .collect::<Vec<_>>(),
        );
        for at in order {
            let Some(parsed) = reading.stack.exceptions.get(at) else {
                continue;
            };
            let Some(slot) = places.get_mut(at).filter(|slot| slot.is_none()) else {
                continue;
            };
            if self.exceptions.len() >= EXCEPTIONS_MAX {
                break;
            }
            *slot = Some(self.exceptions.len());
            let stacktrace = (at == root && !reading.text.is_empty()).then(|| reading.text.clone());
            self.exceptions
                .push(exception(parsed, reading, span_id, stacktrace));
        }
        for (parsed, at) in reading.stack.exceptions.iter().zip(0..) {
            let (Relation::CauseOf(on) | Relation::MemberOf(on)) = parsed.relation else {
                continue;
            };
            let outer = places.get(on).copied().flatten();
            self.link(places.get(at).copied().flatten(), outer);
        }
        let first = places.get(root).copied().flatten();
        self.link(before, first);
        if self.known.is_empty() || before.is_some() || self.outermost == first {
            self.outermost = places.first().copied().flatten().or(self.outermost);
        }
        self.known.push(Known { reading, places });
    }

    fn link(&mut self, inner: Option<usize>, outer: Option<usize>) {
        let (Some(inner), Some(outer)) = (inner, outer) else {
            return;
        };
        if let Some(exception) = self
            .exceptions
            .get_mut(inner)
            .filter(|e| inner != outer && e.cause_of.is_none())
        {
            exception.cause_of = Some(outer as u32);
        }
    }

    fn done(self) -> Vec<Exception> {
        self.exceptions
    }
}

fn exception(
    parsed: &ParsedException,
    reading: &Reading,
    span_id: Option<SpanId>,
    stacktrace: Option<String>,
) -> Exception {
    Exception {
        kind: parsed.kind.clone(),
        message: parsed.message.clone(),
        stacktrace,
        frames: parsed.frames.clone(),
        cause_of: None,
        span_id,
        sources: reading.sources.iter().copied().collect(),
        handled: reading.handled,
        recordings: reading.recordings,
    }
}
