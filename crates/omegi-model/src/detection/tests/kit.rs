//! Builders for the cases: spans and log records as facts, and a trace that is fed and told.

use std::borrow::Cow;

use crate::assembly::facts::{ExceptionFacts, LogFacts, PeerFacts, SourceFacts, SpanFacts};
use crate::assembly::{Arrival, AssemblyRules, TraceKey, TraceState};
use crate::detection::{Announced, DetectionRules, detect};
use crate::error_event::{ErrorEvent, ExceptionSource, SpanKind, StatusCode, Verdict};
use crate::event::{Event, NodeKind};
use crate::id::{ErrorId, ProjectId, SpanId, TraceId};
use crate::time::UnixNanos;
use crate::value::{Attributes, Value};

pub(super) const MILLI: i64 = 1_000_000;
pub(super) const SECOND: i64 = 1_000 * MILLI;
/// Event time of the cases; log time starts there too.
pub(super) const BASE: i64 = 1_700_000_000 * SECOND;

pub(super) type Span = SpanFacts<'static>;
pub(super) type Log = LogFacts<'static>;

pub(super) fn id(n: u64) -> SpanId {
    SpanId::new(n.to_be_bytes()).unwrap()
}

pub(super) fn source(service: &str) -> SourceFacts<'static> {
    SourceFacts {
        service: Cow::Owned(service.to_owned()),
        ..SourceFacts::default()
    }
}

/// A healthy INTERNAL span of 10 ms times (100 - id): the lower the id, the longer it lasts.
pub(super) fn span(n: u64, parent: u64, service: &str) -> Span {
    let start = BASE + n as i64 * MILLI;
    let end = BASE + SECOND - n as i64 * MILLI;
    Span {
        span_id: id(n),
        parent: SpanId::new(parent.to_be_bytes()),
        parent_is_remote: None,
        name: Cow::Owned(format!("op{n}")),
        kind: SpanKind::Internal,
        start: UnixNanos(start),
        end: UnixNanos(end.max(start)),
        ended: true,
        self_parent: parent == n,
        status: StatusCode::Unset,
        status_message: Cow::Borrowed(""),
        source: source(service),
        peer: None,
        destination: Cow::Borrowed(""),
        target: 0,
        error_type: Cow::Borrowed(""),
        http_status: 0,
        grpc_status: 0,
        exceptions: Vec::new(),
        links: Vec::new(),
        dropped: 0,
        attributes: Attributes::new(),
    }
}

pub(super) fn exception(kind: &str, message: &str, stack: &str) -> ExceptionFacts<'static> {
    ExceptionFacts {
        source: ExceptionSource::SpanEvent,
        kind: Cow::Owned(kind.to_owned()),
        message: Cow::Owned(message.to_owned()),
        stacktrace: Cow::Owned(stack.to_owned()),
        escaped: None,
        time: UnixNanos(0),
        fingerprint: None,
    }
}

impl Span {
    pub(super) fn kind(mut self, kind: SpanKind) -> Self {
        self.kind = kind;
        self
    }
    pub(super) fn named(mut self, name: &str) -> Self {
        self.name = Cow::Owned(name.to_owned());
        self
    }
    /// From and to, in milliseconds after the base.
    pub(super) fn at(mut self, from: i64, to: i64) -> Self {
        self.start = UnixNanos(BASE + from * MILLI);
        self.end = UnixNanos(BASE + to * MILLI);
        self
    }
    pub(super) fn failed(mut self, message: &str) -> Self {
        self.status = StatusCode::Error;
        self.status_message = Cow::Owned(message.to_owned());
        self
    }
    /// Records an exception just before its end; the status stays.
    pub(super) fn records(mut self, kind: &str, message: &str, stack: &str) -> Self {
        let mut exception = exception(kind, message, stack);
        exception.time = self.end;
        self.exceptions.push(exception);
        self
    }
    pub(super) fn threw(self, kind: &str, message: &str, stack: &str) -> Self {
        self.records(kind, message, stack).failed(message)
    }
    pub(super) fn http(mut self, status: u16) -> Self {
        self.http_status = status;
        self
    }
    pub(super) fn peer(mut self, kind: NodeKind, name: &str) -> Self {
        self.peer = Some(PeerFacts {
            kind,
            name: Cow::Owned(name.to_owned()),
        });
        self
    }
    pub(super) fn host(mut self, host: &str) -> Self {
        self.source.host = Cow::Owned(host.to_owned());
        self
    }
    pub(super) fn language(mut self, language: &str) -> Self {
        self.source.language = Cow::Owned(language.to_owned());
        self
    }
    pub(super) fn error_type(mut self, kind: &str) -> Self {
        self.error_type = Cow::Owned(kind.to_owned());
        self.attributes
            .insert("error.type".into(), Value::Text(kind.into()));
        self
    }
    pub(super) fn shifted(mut self, by: i64) -> Self {
        self.start = self.start.plus(by);
        self.end = self.end.plus(by);
        for exception in &mut self.exceptions {
            exception.time = exception.time.plus(by);
        }
        self
    }
}

/// A log record with a text; `n` makes it one of its own.
pub(super) fn log(n: u8, span: u64, service: &str, severity: u8, body: &str) -> Log {
    let mut hash = [n; 16];
    hash[0] = 1;
    Log {
        hash,
        span_id: SpanId::new(span.to_be_bytes()),
        source: source(service),
        time: UnixNanos(BASE + SECOND / 2),
        severity,
        body: Cow::Owned(body.to_owned()),
        exception: None,
        error_type: Cow::Borrowed(""),
        attributes: Attributes::new(),
    }
}

impl Log {
    pub(super) fn threw(mut self, kind: &str, message: &str, stack: &str) -> Self {
        let mut exception = exception(kind, message, stack);
        exception.source = ExceptionSource::Log;
        exception.time = self.time;
        self.exception = Some(exception);
        self
    }
}

#[derive(Debug, Clone)]
pub(super) enum Record {
    Span(Box<Span>),
    Log(Box<Log>),
}

impl From<Span> for Record {
    fn from(span: Span) -> Self {
        Self::Span(Box::new(span))
    }
}

impl From<Log> for Record {
    fn from(log: Log) -> Self {
        Self::Log(Box::new(log))
    }
}

/// One trace: fed with records at log times, asked at its own deadlines like the runtime does.
pub(super) struct Trace {
    pub(super) state: TraceState,
    pub(super) announced: Announced,
    pub(super) told: Vec<Event>,
    pub(super) now: i64,
    offset: u64,
    pub(super) rules: AssemblyRules,
}

pub(super) fn trace() -> Trace {
    keyed(TraceKey::Trace(TraceId::new([7; 16]).unwrap()))
}

pub(super) fn keyed(key: TraceKey) -> Trace {
    Trace {
        state: TraceState::new(ProjectId::new([1; 8]).unwrap(), key),
        announced: Announced::default(),
        told: Vec::new(),
        now: BASE,
        offset: 0,
        rules: AssemblyRules::default(),
    }
}

impl Trace {
    /// Feeds records at the present log time.
    pub(super) fn feed(mut self, records: impl IntoIterator<Item = impl Into<Record>>) -> Self {
        for record in records {
            let arrival = Arrival {
                offset: self.offset,
                append_time: UnixNanos(self.now),
            };
            self.offset += 1;
            match record.into() {
                Record::Span(span) => self.state.add_span_facts(&span, arrival),
                Record::Log(log) => self.state.add_log_facts(&log, arrival),
            };
        }
        self
    }

    /// Lets log time pass, asking at every deadline on the way.
    pub(super) fn wait(mut self, nanos: i64) -> Self {
        let until = UnixNanos(self.now + nanos);
        loop {
            let now = UnixNanos(self.now);
            let state = self.state.deadlines(now, &self.rules);
            let next = [state, self.announced.ask_again()]
                .into_iter()
                .flatten()
                .min();
            let Some(next) = next.filter(|next| *next <= until) else {
                break;
            };
            self.now = next.0;
            self.ask();
        }
        self.now = until.0;
        self
    }

    pub(super) fn ask(&mut self) {
        let now = UnixNanos(self.now);
        let verdict = self.state.judge(now, &self.rules);
        let rules = DetectionRules::default();
        self.told.extend(detect(
            &self.state,
            &mut self.announced,
            now,
            &verdict,
            &rules,
        ));
    }

    /// Lets the trace close.
    pub(super) fn close(self) -> Self {
        self.wait(100 * SECOND)
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.state.judge(UnixNanos(self.now), &self.rules)
    }

    /// The last revisions that stand, best first.
    pub(super) fn events(&self) -> Vec<ErrorEvent> {
        let mut last: std::collections::BTreeMap<ErrorId, ErrorEvent> = Default::default();
        for event in &self.told {
            match event {
                Event::ErrorDetected { error } => {
                    assert!(!last.contains_key(&error.id), "detected twice");
                    last.insert(error.id, (**error).clone());
                }
                Event::ErrorRevised { error, .. } => {
                    last.retain(|id, _| !error.supersedes.contains(id));
                    last.insert(error.id, (**error).clone());
                }
                Event::ErrorWithdrawn { id, .. } => {
                    last.remove(id);
                }
                other => panic!("not an error event: {other:?}"),
            }
        }
        let mut events: Vec<ErrorEvent> = last.into_values().collect();
        events.sort_by_key(|event| (std::cmp::Reverse(event.score), event.id));
        events
    }

    pub(super) fn only(&self) -> ErrorEvent {
        let mut events = self.events();
        assert_eq!(
            events.len(),
            1,
            "{:#?}",
            events.iter().map(|e| &e.origin).collect::<Vec<_>>()
        );
        events.remove(0)
    }
}

/// A Java stack text with frames of the project's own.
pub(super) fn java(kind: &str, message: &str, methods: &[&str]) -> String {
    let mut text = format!("{kind}: {message}");
    for (method, line) in methods.iter().zip(10..) {
        text.push_str(&format!("\n\tat com.shop.{method}(Shop.java:{line})"));
    }
    text
}
