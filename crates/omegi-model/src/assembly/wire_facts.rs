//! Facts from the wire: the one place where attribute names meet the join.
//!
//! A healthy span is read in one pass over its attributes and copies nothing.

use std::borrow::Cow;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::facts::{ExceptionFacts, LogFacts, PeerFacts, SourceFacts, SpanFacts};
use super::state::{Added, Arrival, TraceState};
use crate::error_event::{ExceptionSource, SpanKind, StatusCode};
use crate::event::NodeKind;
use crate::time::UnixNanos;
use crate::value::{Attributes, Value};
use crate::wire::{Anomaly, EventRef, LogRef, ResourceRef, SpanRef, ValueRef};

impl TraceState {
    /// Adds a span; a repeat changes nothing, a differing copy is merged.
    pub fn add_span(&mut self, span: &SpanRef<'_>, arrival: Arrival) -> Added {
        self.add_span_facts(&SpanFacts::from(span), arrival)
    }

    /// Adds a log record; one that tells of no error changes nothing.
    pub fn add_log(&mut self, log: &LogRef<'_>, arrival: Arrival) -> Added {
        self.add_log_facts(&LogFacts::from(log), arrival)
    }
}

impl<'a> From<&ResourceRef<'a>> for SourceFacts<'a> {
    fn from(resource: &ResourceRef<'a>) -> Self {
        Self {
            service: resource.service_name(),
            environment: resource.environment().unwrap_or_default(),
            release: resource.release().unwrap_or_default(),
            host: resource.host_key().unwrap_or_default(),
            language: resource.sdk_language().unwrap_or_default(),
        }
    }
}

impl<'a> From<&SpanRef<'a>> for SpanFacts<'a> {
    fn from(span: &SpanRef<'a>) -> Self {
        let mut picked = Picked::default();
        for (key, value) in span.attributes() {
            picked.take(&key, value);
        }
        let (status, status_message) = span.status();
        let kind = span.kind();
        let outgoing = matches!(kind, SpanKind::Client | SpanKind::Producer);
        let mut facts = SpanFacts {
            span_id: span.span_id(),
            parent: span.parent_span_id(),
            parent_is_remote: span.parent_is_remote(),
            name: span.name(),
            kind,
            start: span.start(),
            end: span.end(),
            ended: !span.anomalies().contains(Anomaly::EndBeforeStart),
            status,
            status_message,
            source: SourceFacts::from(span.resource()),
            target: if outgoing { picked.target } else { 0 },
            http_status: picked.http_status,
            grpc_status: picked.grpc_status,
            exceptions: Vec::new(),
            links: Vec::new(),
            dropped: span.dropped(),
            attributes: Attributes::new(),
            self_parent: span.anomalies().contains(Anomaly::SelfParent),
            peer: if outgoing { picked.peer() } else { None },
            destination: match kind {
                SpanKind::Consumer => picked.destination.take().unwrap_or_default(),
                _ => Cow::default(),
            },
            error_type: picked.error_type.take().unwrap_or_default(),
        };
        facts
            .exceptions
            .extend(picked.exception.into_facts(ExceptionSource::SpanAttributes));
        for event in span.events() {
            facts.exceptions.extend(exception_of(&event, &facts));
        }
        facts
            .links
            .extend(span.links().map(|link| (link.trace_id, link.span_id)));
        if facts.is_marked() {
            facts.attributes = span.to_attributes();
        }
        facts
    }
}

/// Any event with `exception.*`: bridges keep the log's event name. A stack alone counts where the
/// span failed or the event says what it is.
fn exception_of<'a>(event: &EventRef<'a>, span: &SpanFacts<'_>) -> Option<ExceptionFacts<'a>> {
    let mut exception = PickedException::default();
    let mut text = None;
    for (key, value) in event.attributes() {
        match key.as_ref() {
            "message" | "log.message" => text = value.into_text(),
            _ => exception.take(&key, value),
        }
    }
    let named = exception.kind.is_some() || exception.message.is_some();
    if !named && !event.is_exception() && span.status != StatusCode::Error {
        return None;
    }
    if !named && exception.stacktrace.is_some() {
        exception.message = text;
    }
    let mut facts = exception.into_facts(ExceptionSource::SpanEvent)?;
    facts.time = event.time();
    Some(facts)
}

impl<'a> From<&LogRef<'a>> for LogFacts<'a> {
    fn from(log: &LogRef<'a>) -> Self {
        let mut exception = PickedException::default();
        let mut error_type = None;
        for (key, value) in log.attributes() {
            match key.as_ref() {
                "error.type" => error_type = value.into_text(),
                _ => exception.take(&key, value),
            }
        }
        let time = log.time().unwrap_or_default();
        let mut exception = exception.into_facts(ExceptionSource::Log);
        if let Some(exception) = &mut exception {
            exception.time = time;
        }
        let mut facts = LogFacts {
            hash: [0; 16],
            span_id: log.span_id(),
            source: SourceFacts::from(log.resource()),
            time,
            severity: severity(log),
            body: log.body().map(body_text).unwrap_or_default(),
            exception,
            error_type: error_type.unwrap_or_default(),
            attributes: Attributes::new(),
        };
        if facts.is_marked() {
            facts.attributes = log.to_attributes();
            facts.hash = hash(log, &facts);
        }
        facts
    }
}

/// The number, else what the text says: some appenders fill in the text alone.
fn severity(log: &LogRef<'_>) -> u8 {
    const WORDS: [(&str, u8); 11] = [
        ("fatal", 21),
        ("critical", 21),
        ("panic", 21),
        ("emerg", 21),
        ("alert", 21),
        ("err", 17),
        ("severe", 17),
        ("warn", 13),
        ("info", 9),
        ("debug", 5),
        ("trace", 1),
    ];
    match log.severity_number() {
        0 => {
            let text = log.severity_text().to_ascii_lowercase();
            let word = WORDS.iter().find(|(word, _)| text.starts_with(word));
            word.map_or(0, |(_, number)| *number)
        }
        number => number,
    }
}

fn body_text(body: ValueRef<'_>) -> Cow<'_, str> {
    match body {
        ValueRef::Text(text) => text,
        ValueRef::Empty => Cow::default(),
        other => Cow::Owned(serde_json::to_string(&other.to_value()).unwrap_or_default()),
    }
}

/// Equal for equal records, whatever request they came in.
fn hash(log: &LogRef<'_>, facts: &LogFacts<'_>) -> [u8; 16] {
    let trace = log.trace_id().map_or([0; 16], |id| *id.as_bytes());
    let span = facts.span_id.map_or([0; 8], |id| *id.as_bytes());
    let attributes = serde_json::to_vec(&facts.attributes).unwrap_or_default();
    let resource = serde_json::to_vec(&log.resource().to_attributes()).unwrap_or_default();
    let event_name = log.event_name();
    let parts: [&[u8]; 9] = [
        &resource,
        log.scope().name().as_bytes(),
        &facts.time.0.to_le_bytes(),
        &trace,
        &span,
        &[facts.severity],
        facts.body.as_bytes(),
        event_name.as_bytes(),
        &attributes,
    ];
    let mut hasher = Xxh3::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.digest128().to_be_bytes()
}

/// The attributes of a span that decide anything.
#[derive(Default)]
struct Picked<'a> {
    error_type: Option<Cow<'a, str>>,
    http_status: u16,
    grpc_status: u8,
    target: u16,
    peer_service: Option<Cow<'a, str>>,
    address: Option<Cow<'a, str>>,
    database: Option<Cow<'a, str>>,
    namespace: Option<Cow<'a, str>>,
    messaging: Option<Cow<'a, str>>,
    destination: Option<Cow<'a, str>>,
    exception: PickedException<'a>,
}

impl<'a> Picked<'a> {
    fn take(&mut self, key: &str, value: ValueRef<'a>) {
        match key {
            "error.type" => self.error_type = value.into_text(),
            "http.response.status_code" | "http.status_code" => {
                self.http_status = number(&value).unwrap_or(0);
            }
            "rpc.grpc.status_code" | "grpc.status_code" | "rpc.response.status_code" => {
                self.grpc_status = grpc_status(&value);
            }
            "peer.service" => self.peer_service = value.into_text(),
            "server.address" => self.address = value.into_text(),
            "net.peer.name" | "http.host" => {
                self.address = self.address.take().or(value.into_text())
            }
            "db.system.name" | "db.system" => self.database = value.into_text(),
            "db.namespace" | "db.name" => self.namespace = value.into_text(),
            "messaging.system" => self.messaging = value.into_text(),
            "messaging.destination.name" | "messaging.destination" => {
                self.destination = value.into_text();
            }
            "url.full" | "http.url" | "db.query.text" | "db.statement" | "messaging.message.id" => {
                self.target = target(&value);
            }
            "url.path" | "http.target" if self.target == 0 => self.target = target(&value),
            _ => self.exception.take(key, value),
        }
    }

    fn peer(&mut self) -> Option<PeerFacts<'a>> {
        let (kind, name) = if let Some(database) = self.database.take() {
            let name = match (self.peer_service.take(), self.namespace.take()) {
                (Some(service), _) => service,
                (None, Some(namespace)) if !namespace.is_empty() => {
                    Cow::Owned(format!("{database}/{namespace}"))
                }
                (None, _) => database,
            };
            (NodeKind::Database, name)
        } else if let Some(queue) = self.destination.take().or(self.messaging.take()) {
            (NodeKind::Queue, queue)
        } else {
            (
                NodeKind::External,
                self.peer_service.take().or(self.address.take())?,
            )
        };
        (!name.is_empty()).then_some(PeerFacts { kind, name })
    }
}

#[derive(Default)]
struct PickedException<'a> {
    kind: Option<Cow<'a, str>>,
    message: Option<Cow<'a, str>>,
    stacktrace: Option<Cow<'a, str>>,
    escaped: Option<bool>,
    fingerprint: Option<Value>,
}

impl<'a> PickedException<'a> {
    fn take(&mut self, key: &str, value: ValueRef<'a>) {
        let text = |value: ValueRef<'a>| value.into_text().filter(|text| !text.is_empty());
        match key {
            "exception.type" => self.kind = text(value),
            "exception.message" => self.message = text(value),
            "exception.stacktrace" => self.stacktrace = text(value),
            "exception.escaped" => self.escaped = value.as_bool(),
            "omegi.fingerprint" => self.fingerprint = Some(value.to_value()),
            "error.fingerprint" if self.fingerprint.is_none() => {
                self.fingerprint = Some(value.to_value());
            }
            _ => {}
        }
    }

    /// None where it says nothing: neither type nor message nor stack.
    fn into_facts(self, source: ExceptionSource) -> Option<ExceptionFacts<'a>> {
        if self.kind.is_none() && self.message.is_none() && self.stacktrace.is_none() {
            return None;
        }
        Some(ExceptionFacts {
            source,
            kind: self.kind.unwrap_or_default(),
            message: self.message.unwrap_or_default(),
            stacktrace: self.stacktrace.unwrap_or_default(),
            escaped: self.escaped,
            time: UnixNanos(0),
            fingerprint: self.fingerprint,
        })
    }
}

fn number(value: &ValueRef<'_>) -> Option<u16> {
    value.as_i64().and_then(|number| number.try_into().ok())
}

/// As a number or by name: the older convention has the one, the newer the other.
fn grpc_status(value: &ValueRef<'_>) -> u8 {
    const NAMES: [&str; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    if let Some(code) = value.as_i64() {
        return u8::try_from(code).unwrap_or(0);
    }
    let name = value.as_str().unwrap_or("");
    NAMES.iter().position(|known| *known == name).unwrap_or(0) as u8
}

/// Never 0 for a text: 0 stands for "unknown".
fn target(value: &ValueRef<'_>) -> u16 {
    match value.as_str() {
        Some(text) if !text.is_empty() => (xxh3_64(text.as_bytes()) as u16).max(1),
        _ => 0,
    }
}
