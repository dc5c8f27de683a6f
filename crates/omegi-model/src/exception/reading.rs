//! Readings: what the recordings on one span say, each throw once.
//!
//! Always holds: the order of readings depends on what they say, the one that tells why the span
//! failed comes first; the outermost exception of each is the recorded one.

use std::collections::BTreeSet;

use crate::assembly::{ERROR, INFO, Recording};
use crate::error_event::ExceptionSource;
use crate::exception::same;
use crate::stack::{self, Language, ParsedException, ParsedStack};
use crate::time::UnixNanos;
use crate::value::Value;

/// Copies of one throw recorded by event and by log are at most this far apart.
const COPIES_APART_MAX: i64 = 1_000_000_000;

/// One throw as recorded on one span, by one or more recordings.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Exceptions, outermost (the recorded one) first; never empty.
    pub(crate) stack: ParsedStack,
    /// The raw stack text; empty without one.
    pub(crate) text: String,
    /// A bare status or a log line: it reports a failure, it is not a throw.
    pub(crate) report: bool,
    pub(crate) sources: BTreeSet<ExceptionSource>,
    pub(crate) time: UnixNanos,
    pub(crate) handled: Option<bool>,
    pub(crate) recordings: u32,
    pub(crate) fingerprint: Option<Value>,
}

impl Reading {
    /// The recorded exception.
    pub(crate) fn outermost(&self) -> Option<&ParsedException> {
        self.stack.exceptions.first()
    }

    /// The exception that it all began with: innermost, and no mere carrier.
    pub(crate) fn root(&self) -> Option<&ParsedException> {
        self.stack.exceptions.get(self.root_index())
    }

    pub(crate) fn root_index(&self) -> usize {
        stack::innermost(&self.stack).unwrap_or(0)
    }

    /// From the root out to the recorded exception.
    pub(crate) fn way_out(&self) -> Vec<usize> {
        let mut way = vec![self.root_index()];
        let outer = |at: usize| self.stack.exceptions.get(at).and_then(|e| e.relation.on());
        while let Some(next) = way
            .last()
            .and_then(|&at| outer(at))
            .filter(|at| !way.contains(at))
        {
            way.push(next);
        }
        way
    }

    /// A failure without any throw: what status and attributes say.
    pub(crate) fn of_status(error_type: &str, message: &str, time: UnixNanos) -> Self {
        let kind = if error_type == "_OTHER" {
            ""
        } else {
            error_type
        };
        Self {
            stack: alone(kind, message),
            text: String::new(),
            report: true,
            sources: BTreeSet::from([ExceptionSource::Status]),
            time,
            handled: Some(false),
            recordings: 1,
            fingerprint: None,
        }
    }

    /// Takes in another recording of the same throw; the fuller one is kept.
    fn absorb(&mut self, other: Self) {
        self.sources.extend(&other.sources);
        self.recordings += other.recordings;
        self.handled = match (self.handled, other.handled) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), _) | (_, Some(true)) => Some(true),
            _ => None,
        };
        self.report &= other.report;
        self.fingerprint = self.fingerprint.take().or(other.fingerprint);
        // A log without a time has 0.
        self.time = match (self.time, other.time) {
            (UnixNanos(0), time) | (time, UnixNanos(0)) => time,
            (a, b) => a.min(b),
        };
        if (other.text.len(), &other.text) > (self.text.len(), &self.text) {
            self.text = other.text;
            self.stack = other.stack;
        }
    }
}

/// One recording with what decides whether it was handled.
pub(crate) struct Recorded<'a> {
    pub(crate) recording: &'a Recording,
    pub(crate) kind: &'a str,
    pub(crate) message: &'a str,
    pub(crate) stack: &'a str,
    pub(crate) fingerprint: &'a str,
    /// Severity of the log record; none for a span's own recording.
    pub(crate) severity: Option<u8>,
}

/// Merges the recordings of one span to readings, the one that explains the failure first.
///
/// `failing`: the span itself failed; its last exception is then the unhandled one.
pub(crate) fn readings(recorded: &[Recorded<'_>], failing: bool, language: &str) -> Vec<Reading> {
    let last = recorded
        .iter()
        .filter(|r| r.severity.is_none())
        .map(|r| (r.recording.time, r.kind, r.message, r.stack))
        .max();
    let mut readings: Vec<Reading> = recorded
        .iter()
        .map(|r| {
            let is_last = last == Some((r.recording.time, r.kind, r.message, r.stack));
            read(r, handled(r, failing, is_last), language)
        })
        .collect();
    readings.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut merged: Vec<Reading> = Vec::new();
    for reading in readings {
        match merged.iter_mut().find(|known| is_copy(known, &reading)) {
            Some(known) => known.absorb(reading),
            None => merged.push(reading),
        }
    }
    // A log line that quotes an exception of the span reports it.
    let throws: Vec<Reading> = merged.iter().filter(|r| !r.report).cloned().collect();
    merged.retain(|r| !(r.report && throws.iter().any(|throw| same::quotes(throw, r))));
    merged.sort_by_key(|r| {
        (
            r.report,
            r.handled == Some(true),
            r.handled.is_none(),
            std::cmp::Reverse(r.time),
        )
    });
    merged
}

/// By what they say: stable whatever order they came in.
fn order(reading: &Reading) -> (UnixNanos, String, String, &str, Vec<ExceptionSource>) {
    let outermost = reading.outermost().cloned().unwrap_or_default();
    let sources = reading.sources.iter().copied().collect();
    (
        reading.time,
        outermost.kind,
        outermost.message,
        &reading.text,
        sources,
    )
}

fn is_copy(a: &Reading, b: &Reading) -> bool {
    let near = a.time == UnixNanos(0)
        || b.time == UnixNanos(0)
        || a.time.since(b.time).unsigned_abs() <= COPIES_APART_MAX.unsigned_abs();
    near && a.report == b.report && (same::equal(a, b) || same::grown(a, b) || same::grown(b, a))
}

fn handled(r: &Recorded<'_>, failing: bool, is_last: bool) -> Option<bool> {
    match (r.recording.escaped, r.severity) {
        (Some(true), _) => Some(false),
        (_, Some(severity)) if severity >= ERROR => Some(false),
        (_, Some(severity)) if severity >= INFO => Some(true),
        (_, Some(_)) => None,
        (_, None) if !failing => Some(true),
        (_, None) if is_last => Some(false),
        _ => None,
    }
}

fn read(r: &Recorded<'_>, handled: Option<bool>, language: &str) -> Reading {
    let hint = Language::from_sdk(language);
    let found = match r.recording.source {
        ExceptionSource::LogBody => stack::find_in_text(r.message),
        _ if r.stack.is_empty() => None,
        _ => Some(stack::parse(r.stack, hint)).filter(|stack| !stack.exceptions.is_empty()),
    };
    let in_body = r.recording.source == ExceptionSource::LogBody;
    let report = found.is_none() && (in_body || (r.kind.is_empty() && r.stack.is_empty()));
    let text = if in_body && found.is_some() {
        r.message
    } else {
        r.stack
    };
    let mut stack = found.unwrap_or_else(|| alone(r.kind, r.message));
    if let Some(outermost) = stack.exceptions.first_mut().filter(|_| !in_body) {
        // The recorder knows better than a text made for people.
        if !r.kind.is_empty() {
            outermost.kind = r.kind.to_owned();
        }
        if !r.message.is_empty() {
            outermost.message = r.message.to_owned();
        }
    }
    Reading {
        stack,
        text: text.to_owned(),
        report,
        sources: BTreeSet::from([r.recording.source]),
        time: r.recording.time,
        handled,
        recordings: 1,
        fingerprint: serde_json::from_str(r.fingerprint).ok(),
    }
}

fn alone(kind: &str, message: &str) -> ParsedStack {
    let exception = ParsedException {
        kind: kind.to_owned(),
        message: message.to_owned(),
        ..ParsedException::default()
    };
    ParsedStack {
        exceptions: vec![exception],
        ..ParsedStack::default()
    }
}
