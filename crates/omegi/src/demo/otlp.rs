//! Spans and log records as OTLP/JSON requests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::services::Service;

/// OTLP span kinds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}

/// A span to send; times in microseconds from the start of the request.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) service: Service,
    pub(super) trace: String,
    pub(super) id: String,
    pub(super) parent: Option<String>,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) start_us: u64,
    pub(super) end_us: u64,
    pub(super) attributes: Vec<Value>,
    pub(super) events: Vec<(u64, Vec<Value>)>,
    pub(super) links: Vec<(String, String)>,
    pub(super) error: Option<String>,
}

/// A log record to send.
#[derive(Debug, Clone)]
pub(super) struct Log {
    pub(super) service: Service,
    pub(super) trace: Option<(String, String)>,
    pub(super) at_us: u64,
    pub(super) severity: u8,
    pub(super) body: String,
    pub(super) attributes: Vec<Value>,
}

/// One key and value.
pub(super) fn attribute(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

/// One key and whole number.
pub(super) fn number(key: &str, value: u64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}

/// `exception.*` of one exception.
pub(super) fn exception(kind: &str, message: &str, stack: &str) -> Vec<Value> {
    vec![
        attribute("exception.type", kind),
        attribute("exception.message", message),
        attribute("exception.stacktrace", stack),
    ]
}

/// One `/v1/traces` body per service, as each service's own SDK would send it.
pub(super) fn traces(spans: &[Span], base_ns: u64) -> Vec<Value> {
    let mut by_service: BTreeMap<Service, Vec<Value>> = BTreeMap::new();
    for span in spans {
        by_service
            .entry(span.service)
            .or_default()
            .push(span_json(span, base_ns));
    }
    let request = |(service, spans): (Service, Vec<Value>)| {
        json!({ "resourceSpans": [{
            "resource": service.resource(),
            "scopeSpans": [{ "scope": { "name": "demo-shop" }, "spans": spans }],
        }]})
    };
    by_service.into_iter().map(request).collect()
}

/// One `/v1/logs` body per service.
pub(super) fn logs(logs: &[Log], base_ns: u64) -> Vec<Value> {
    let mut by_service: BTreeMap<Service, Vec<Value>> = BTreeMap::new();
    for log in logs {
        by_service
            .entry(log.service)
            .or_default()
            .push(log_json(log, base_ns));
    }
    let request = |(service, records): (Service, Vec<Value>)| {
        json!({ "resourceLogs": [{
            "resource": service.resource(),
            "scopeLogs": [{ "scope": { "name": "demo-shop" }, "logRecords": records }],
        }]})
    };
    by_service.into_iter().map(request).collect()
}

fn nanos(base_ns: u64, us: u64) -> String {
    (base_ns + us * 1_000).to_string()
}

fn span_json(span: &Span, base_ns: u64) -> Value {
    let events: Vec<Value> = span
        .events
        .iter()
        .map(|(at, attributes)| {
            json!({ "timeUnixNano": nanos(base_ns, *at), "name": "exception", "attributes": attributes })
        })
        .collect();
    let links: Vec<Value> = span
        .links
        .iter()
        .map(|(trace, id)| json!({ "traceId": trace, "spanId": id }))
        .collect();
    let status = match &span.error {
        Some(message) => json!({ "code": 2, "message": message }),
        None => json!({}),
    };
    json!({
        "traceId": span.trace,
        "spanId": span.id,
        "parentSpanId": span.parent.as_deref().unwrap_or(""),
        "name": span.name,
        "kind": span.kind as u8,
        "startTimeUnixNano": nanos(base_ns, span.start_us),
        "endTimeUnixNano": nanos(base_ns, span.end_us),
        "attributes": span.attributes,
        "events": events,
        "links": links,
        "status": status,
    })
}

fn log_json(log: &Log, base_ns: u64) -> Value {
    let (trace, span) = log.trace.clone().unwrap_or_default();
    json!({
        "timeUnixNano": nanos(base_ns, log.at_us),
        "observedTimeUnixNano": nanos(base_ns, log.at_us),
        "severityNumber": log.severity,
        "severityText": if log.severity >= 17 { "ERROR" } else { "INFO" },
        "body": { "stringValue": log.body },
        "attributes": log.attributes,
        "traceId": trace,
        "spanId": span,
    })
}
