//! The state of one open trace: a skeleton of its spans and everything its error marks say.
//!
//! Reads facts of spans and log records in any order, repeats included. Always holds: what is kept
//! depends on the set of records alone, not on their order (log times of arrival apart), and never
//! exceeds the limits; what is left out is counted.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::facts::{LogFacts, SourceFacts, SpanFacts};
use super::mark::{LogMark, Recording, SpanMark};
use super::rules::{AssemblyRules, Limits};
use super::skeleton::{Flags, Operation, Source, Span};
use super::table::{Index, Table, TextId, Texts};
use crate::error_event::{SpanKind, StatusCode};
use crate::event::NodeKind;
use crate::id::{ProjectId, SpanId, TraceId};
use crate::time::UnixNanos;
use crate::value::Attributes;

/// Where a record stands in the log and when it was appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Its offset.
    pub offset: u64,
    /// Log time.
    pub append_time: UnixNanos,
}

/// What a state is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TraceKey {
    /// A trace.
    Trace(TraceId),
    /// A log record that names no trace: the hash of the record.
    Log([u8; 16]),
}

impl TraceKey {
    /// The trace, if it is one.
    #[must_use]
    pub fn trace_id(&self) -> Option<TraceId> {
        match self {
            Self::Trace(id) => Some(*id),
            Self::Log(_) => None,
        }
    }
}

/// What became of a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// The state already had it, in this or in a differing copy.
    pub duplicate: bool,
    /// It brought an error mark, or changed one: ask [`TraceState::deadlines`] anew.
    pub new_mark: bool,
    /// The state changed; false for repeats, healthy log records, and what the limits left out.
    pub changed: bool,
}

/// A span's link to a span of this or another trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) span: u32,
    pub(crate) trace: TraceId,
    pub(crate) to: SpanId,
}

/// Links kept per trace.
const LINKS_MAX: usize = 4_096;

/// One open trace. Frozen it is its postcard bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TraceState {
    pub(crate) project: ProjectId,
    pub(crate) key: TraceKey,
    pub(crate) limits: Limits,
    /// Log time of the first record, of the first since the last long silence, and of the last.
    pub(crate) first_arrival: UnixNanos,
    pub(crate) opened: UnixNanos,
    pub(crate) last_arrival: UnixNanos,
    pub(crate) texts: Texts,
    pub(crate) sources: Table<Source>,
    pub(crate) operations: Table<Operation>,
    pub(crate) spans: Vec<Span>,
    /// By place of the span, ascending.
    pub(crate) span_marks: Vec<SpanMark>,
    pub(crate) log_marks: Vec<LogMark>,
    /// Log times of the first and the last mark.
    pub(crate) marks_between: Option<(UnixNanos, UnixNanos)>,
    pub(crate) links: Vec<Link>,
    /// Dropped counts of SDKs, for the spans that have any.
    pub(crate) dropped: BTreeMap<u32, u32>,
    /// Spans and marks left out by the limits.
    pub(crate) left_out: u32,
    /// Over the span limit: missing ancestors of errors, kept when they come.
    wanted: Option<BTreeSet<u64>>,
    /// It was frozen into a tombstone before: what came earlier is gone.
    pub(crate) continuation: bool,
    #[serde(skip)]
    pub(crate) index: Index,
}

impl TraceState {
    /// An empty state under the default limits.
    #[must_use]
    pub fn new(project: ProjectId, key: TraceKey) -> Self {
        Self::bounded(project, key, &AssemblyRules::default())
    }

    /// An empty state under the limits of `rules`.
    #[must_use]
    pub fn bounded(project: ProjectId, key: TraceKey, rules: &AssemblyRules) -> Self {
        Self {
            project,
            key,
            limits: Limits::from(rules),
            first_arrival: UnixNanos(i64::MAX),
            opened: UnixNanos(i64::MIN),
            last_arrival: UnixNanos(i64::MIN),
            texts: Texts::default(),
            sources: Table::default(),
            operations: Table::default(),
            spans: Vec::new(),
            span_marks: Vec::new(),
            log_marks: Vec::new(),
            marks_between: None,
            links: Vec::new(),
            dropped: BTreeMap::new(),
            left_out: 0,
            wanted: None,
            continuation: false,
            index: Index::default(),
        }
    }

    /// Says that an earlier state of this trace is gone but for its tombstone.
    #[must_use]
    pub fn continued(mut self) -> Self {
        self.continuation = true;
        self
    }

    /// Whose trace it is.
    #[must_use]
    pub fn project(&self) -> ProjectId {
        self.project
    }

    /// What it is about.
    #[must_use]
    pub fn key(&self) -> TraceKey {
        self.key
    }

    /// Spans kept.
    #[must_use]
    pub fn span_count(&self) -> usize {
        self.spans.len()
    }

    /// It holds at least one error mark.
    #[must_use]
    pub fn has_marks(&self) -> bool {
        !(self.span_marks.is_empty() && self.log_marks.is_empty())
    }

    /// Log time of the last record that changed it.
    #[must_use]
    pub fn last_arrival(&self) -> UnixNanos {
        self.last_arrival
    }

    /// Memory held, in bytes, without the allocator's own.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let marks: usize = self
            .span_marks
            .iter()
            .map(|m| m.recordings.capacity())
            .sum();
        size_of::<Self>()
            + self.texts.bytes()
            + self.sources.bytes()
            + self.operations.bytes()
            + self.spans.capacity() * size_of::<Span>()
            + self.span_marks.capacity() * size_of::<SpanMark>()
            + self.log_marks.capacity() * size_of::<LogMark>()
            + self.links.capacity() * size_of::<Link>()
            + marks * size_of::<Recording>()
            + (self.wanted.as_ref().map_or(0, BTreeSet::len) + self.dropped.len()) * 24
            + self.index.bytes()
    }

    /// Adds a span; a repeat changes nothing, a differing copy is merged.
    pub fn add_span_facts(&mut self, facts: &SpanFacts<'_>, arrival: Arrival) -> Added {
        let full = self.spans.len() >= self.limits.spans_max as usize;
        if full && !self.is_needed(facts) {
            self.left_out = self.left_out.saturating_add(1);
            return Added::default();
        }
        let operation = self.operation(facts);
        let span = skeleton(facts, operation);
        match self.find(&span) {
            Some(place) => self.merge(place, span, facts, arrival),
            None => self.insert(span, facts, arrival),
        }
    }

    /// Over the limit: whether an error's path or the entry may need the span, up to twice the
    /// limit in all. A repeat of a healthy span is not looked up: it would change nothing.
    fn is_needed(&mut self, facts: &SpanFacts<'_>) -> bool {
        let wanted = self
            .wanted
            .get_or_insert_with(|| super::limit::missing_ancestors(&self.spans, &self.span_marks));
        let entry =
            facts.parent.is_none() || matches!(facts.kind, SpanKind::Server | SpanKind::Consumer);
        let needed = wanted.remove(&id_bits(facts.span_id)) || entry || facts.is_marked();
        let room = self.spans.len() < (self.limits.spans_max as usize).saturating_mul(2);
        if needed && room {
            wanted.extend(facts.parent.map(id_bits));
        }
        needed && room
    }

    /// Adds a log record; one that tells of no error changes nothing.
    pub fn add_log_facts(&mut self, facts: &LogFacts<'_>, arrival: Arrival) -> Added {
        if !facts.is_marked() {
            return Added::default();
        }
        let known = self.log_marks.binary_search_by(|m| m.hash.cmp(&facts.hash));
        let at = match known {
            Ok(at) => {
                if let Some(mark) = self.log_marks.get_mut(at) {
                    mark.received = mark.received.min(arrival.append_time);
                }
                return Added {
                    duplicate: true,
                    ..Added::default()
                };
            }
            Err(at) => at,
        };
        if self.log_marks.len() >= self.limits.marks_max as usize {
            self.left_out = self.left_out.saturating_add(1);
            return Added::default();
        }
        self.touch(arrival);
        let mark = self.log_mark(facts, arrival);
        self.log_marks.insert(at, mark);
        self.note_mark(arrival);
        Added {
            duplicate: false,
            new_mark: true,
            changed: true,
        }
    }

    fn log_mark(&mut self, facts: &LogFacts<'_>, arrival: Arrival) -> LogMark {
        let exception = match &facts.exception {
            Some(exception) => exception.clone(),
            None => facts.text_as_exception(),
        };
        let bytes_max = self.limits.text_bytes_max;
        LogMark {
            hash: facts.hash,
            span_id: facts.span_id.map_or(0, id_bits),
            source: self.source(&facts.source),
            offset: arrival.offset,
            received: arrival.append_time,
            severity: facts.severity,
            error_type: self.text(&facts.error_type),
            attributes: self.attributes(&facts.attributes),
            recording: Recording::keep(&exception, &mut self.texts, bytes_max),
        }
    }

    fn note_mark(&mut self, arrival: Arrival) {
        let now = arrival.append_time;
        let (first, last) = self.marks_between.unwrap_or((now, now));
        self.marks_between = Some((first.min(now), last.max(now)));
    }

    /// Moves the clock of arrivals; after a long silence the trace counts as opened anew.
    fn touch(&mut self, arrival: Arrival) {
        let now = arrival.append_time;
        if self.last_arrival == UnixNanos(i64::MIN)
            || now.since(self.last_arrival) >= self.limits.idle
        {
            self.opened = now;
        }
        self.first_arrival = self.first_arrival.min(now);
        self.last_arrival = self.last_arrival.max(now);
    }

    /// The kept span with the same identity: id, start, service, kind, name.
    fn find(&mut self, span: &Span) -> Option<u32> {
        let (spans, operations, sources) = (&self.spans, &self.operations, &self.sources);
        let identity = |operation: u32| {
            let operation = operations.get(operation);
            (
                operation.name,
                operation.kind,
                sources.get(operation.source).service,
            )
        };
        self.index.find(
            spans.len(),
            &span.id,
            |hasher, place| {
                use std::hash::BuildHasher as _;
                hasher.hash_one(spans.get(place as usize).map_or(0, |other| other.id))
            },
            |place| {
                spans.get(place as usize).is_some_and(|other| {
                    other.id == span.id
                        && other.start == span.start
                        && identity(other.operation) == identity(span.operation)
                })
            },
        )
    }

    fn insert(&mut self, span: Span, facts: &SpanFacts<'_>, arrival: Arrival) -> Added {
        self.touch(arrival);
        let place = self.spans.len() as u32;
        self.spans.push(span);
        self.keep_links(place, facts);
        if facts.dropped > 0 {
            self.dropped.insert(place, facts.dropped);
        }
        let new_mark = facts.is_marked() && self.insert_mark(place, facts, arrival);
        Added {
            duplicate: false,
            new_mark,
            changed: true,
        }
    }

    fn insert_mark(&mut self, place: u32, facts: &SpanFacts<'_>, arrival: Arrival) -> bool {
        let Err(at) = self.span_marks.binary_search_by(|m| m.span.cmp(&place)) else {
            return false;
        };
        if self.span_marks.len() >= self.limits.marks_max as usize {
            self.left_out = self.left_out.saturating_add(1);
            return false;
        }
        let mark = self.span_mark(place, facts, arrival);
        self.span_marks.insert(at, mark);
        self.note_mark(arrival);
        true
    }

    fn span_mark(&mut self, place: u32, facts: &SpanFacts<'_>, arrival: Arrival) -> SpanMark {
        let mut mark = SpanMark {
            span: place,
            offset: arrival.offset,
            received: arrival.append_time,
            end: facts.end,
            status_message: self.text(&facts.status_message),
            error_type: self.text(&facts.error_type),
            http_status: facts.http_status,
            grpc_status: facts.grpc_status,
            attributes: self.attributes(&facts.attributes),
            recordings: Vec::new(),
            omitted: 0,
        };
        let recordings = self.recordings(facts);
        mark.unite(&recordings, &self.texts);
        mark
    }

    /// Merges a further copy: the one that ended later wins, exceptions of both are kept.
    fn merge(&mut self, place: u32, copy: Span, facts: &SpanFacts<'_>, arrival: Arrival) -> Added {
        let Some(kept) = self.spans.get(place as usize).copied() else {
            return Added::default();
        };
        let merged = merge_skeletons(kept, copy);
        let mut new_mark = false;
        if facts.is_marked() {
            new_mark = self.insert_mark(place, facts, arrival);
            if !new_mark {
                new_mark = self.merge_mark(place, facts, arrival);
            }
        }
        let differs = merged != kept || new_mark;
        if let Some(slot) = self.spans.get_mut(place as usize) {
            *slot = merged;
            if differs {
                slot.flags.set(Flags::DUPLICATE);
            }
        }
        if differs {
            self.touch(arrival);
        }
        if new_mark {
            self.note_mark(arrival);
        }
        Added {
            duplicate: true,
            new_mark,
            changed: differs,
        }
    }

    /// True when the copy changes the mark.
    fn merge_mark(&mut self, place: u32, facts: &SpanFacts<'_>, arrival: Arrival) -> bool {
        let fresh = self.span_mark(place, facts, arrival);
        let Ok(at) = self.span_marks.binary_search_by(|m| m.span.cmp(&place)) else {
            return false;
        };
        let Some(mark) = self.span_marks.get_mut(at) else {
            return false;
        };
        mark.received = mark.received.min(arrival.append_time);
        let before = mark.clone();
        mark.unite(&fresh.recordings, &self.texts);
        if fresh.rank(&self.texts) > mark.rank(&self.texts) {
            let recordings = std::mem::take(&mut mark.recordings);
            *mark = SpanMark {
                recordings,
                omitted: mark.omitted,
                offset: before.offset,
                received: mark.received,
                ..fresh
            };
        }
        *mark != before
    }

    fn keep_links(&mut self, span: u32, facts: &SpanFacts<'_>) {
        for &(trace, to) in &facts.links {
            if self.links.len() >= LINKS_MAX {
                self.left_out = self.left_out.saturating_add(1);
                return;
            }
            self.links.push(Link { span, trace, to });
        }
    }

    fn recordings(&mut self, facts: &SpanFacts<'_>) -> Vec<Recording> {
        let bytes_max = self.limits.text_bytes_max;
        let texts = &mut self.texts;
        facts
            .exceptions
            .iter()
            .map(|exception| Recording::keep(exception, texts, bytes_max))
            .collect()
    }

    fn operation(&mut self, facts: &SpanFacts<'_>) -> u32 {
        let source = self.source(&facts.source);
        let (peer_kind, peer) = match (&facts.peer, facts.destination.is_empty()) {
            (Some(peer), _) => (peer.kind, self.text(&peer.name)),
            (None, false) => (NodeKind::Queue, self.text(&facts.destination)),
            (None, true) => (NodeKind::Service, 0),
        };
        let name = self.text(&facts.name);
        self.operations.intern(Operation {
            source,
            name,
            kind: facts.kind,
            peer_kind,
            peer,
        })
    }

    fn source(&mut self, facts: &SourceFacts<'_>) -> u32 {
        let texts = &self.texts;
        let same = |source: &Source| {
            texts.get(source.service) == facts.service
                && texts.get(source.host) == facts.host
                && texts.get(source.release) == facts.release
                && texts.get(source.environment) == facts.environment
                && texts.get(source.language) == facts.language
        };
        // Traces touch few services: looking beats interning five texts.
        const LOOK_MAX: usize = 16;
        let few = self.sources.items().iter().take(LOOK_MAX);
        if let Some(place) = few.clone().position(same) {
            return place as u32;
        }
        let source = Source {
            service: self.text(&facts.service),
            environment: self.text(&facts.environment),
            release: self.text(&facts.release),
            host: self.text(&facts.host),
            language: self.text(&facts.language),
        };
        self.sources.intern(source)
    }

    fn text(&mut self, text: &str) -> TextId {
        self.texts.intern(text, self.limits.text_bytes_max)
    }

    fn attributes(&mut self, attributes: &Attributes) -> TextId {
        if attributes.is_empty() {
            return 0;
        }
        let json = serde_json::to_string(attributes).unwrap_or_default();
        self.text(&json)
    }
}

/// An id as a number, for compact keys; 0 stands for "none" and is no id.
pub(crate) fn id_bits(id: SpanId) -> u64 {
    u64::from_be_bytes(*id.as_bytes())
}

/// The id that [`id_bits`] made a number of.
pub(crate) fn id_of(bits: u64) -> Option<SpanId> {
    SpanId::new(bits.to_be_bytes())
}

fn skeleton(facts: &SpanFacts<'_>, operation: u32) -> Span {
    let own = facts.parent == Some(facts.span_id);
    let mut flags = Flags::default();
    for (is, flag) in [
        (facts.status == StatusCode::Ok, Flags::STATUS_OK),
        (facts.status == StatusCode::Error, Flags::STATUS_ERROR),
        (facts.is_failing(), Flags::FAILING),
        (facts.is_marked(), Flags::MARKED),
        (facts.parent_is_remote == Some(true), Flags::PARENT_REMOTE),
        (facts.parent_is_remote == Some(false), Flags::PARENT_LOCAL),
        (own || facts.self_parent, Flags::SELF_PARENT),
        (!facts.ended, Flags::OPEN),
        (!facts.links.is_empty(), Flags::LINKED),
    ] {
        if is {
            flags.set(flag);
        }
    }
    Span {
        id: id_bits(facts.span_id),
        parent: facts.parent.filter(|_| !own).map_or(0, id_bits),
        start: facts.start,
        end: facts.end.max(facts.start),
        operation,
        target: facts.target,
        flags,
    }
}

/// Orders copies of one span: the greatest wins. Total over all that the skeleton keeps of a copy.
fn rank(span: &Span) -> (UnixNanos, bool, bool, u64, u16) {
    let status = span.status();
    (
        span.end,
        status == StatusCode::Error,
        status == StatusCode::Ok,
        span.parent,
        span.target,
    )
}

fn merge_skeletons(a: Span, b: Span) -> Span {
    let (mut winner, loser) = if rank(&b) > rank(&a) { (b, a) } else { (a, b) };
    winner.flags = winner.flags.union(loser.flags.without_own());
    winner
}
