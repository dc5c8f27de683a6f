//! Requests as OTLP/JSON, as the specification writes it.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{Log, Request, Resource, Span, Value};

impl Request {
    /// The spans as an `ExportTraceServiceRequest`.
    #[must_use]
    pub fn traces_json(&self) -> Json {
        let groups = self.resources.iter().map(|resource| {
            let spans: Vec<_> = resource.spans.iter().map(span).collect();
            let scope = json!({ "scope": { "name": resource.scope }, "spans": spans });
            json!({ "resource": header(resource), "scopeSpans": [scope] })
        });
        json!({ "resourceSpans": groups.collect::<Vec<_>>() })
    }

    /// The log records as an `ExportLogsServiceRequest`.
    #[must_use]
    pub fn logs_json(&self) -> Json {
        let groups = self.resources.iter().map(|resource| {
            let logs: Vec<_> = resource.logs.iter().map(log).collect();
            let scope = json!({ "scope": { "name": resource.scope }, "logRecords": logs });
            json!({ "resource": header(resource), "scopeLogs": [scope] })
        });
        json!({ "resourceLogs": groups.collect::<Vec<_>>() })
    }
}

fn header(resource: &Resource) -> Json {
    json!({ "attributes": attributes(&resource.attributes) })
}

fn span(span: &Span) -> Json {
    let events = span.events.iter().map(|event| {
        json!({
            "timeUnixNano": event.time.to_string(),
            "name": event.name,
            "attributes": attributes(&event.attributes),
        })
    });
    let links = span.links.iter().map(|link| {
        json!({
            "traceId": hex(&link.trace_id),
            "spanId": hex(&link.span_id),
            "attributes": attributes(&link.attributes),
        })
    });
    json!({
        "traceId": hex(&span.trace_id),
        "spanId": hex(&span.span_id),
        "parentSpanId": hex(&span.parent_span_id),
        "traceState": span.trace_state,
        "flags": span.flags,
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": span.start.to_string(),
        "endTimeUnixNano": span.end.to_string(),
        "attributes": attributes(&span.attributes),
        "events": events.collect::<Vec<_>>(),
        "links": links.collect::<Vec<_>>(),
        "status": { "code": span.status_code, "message": span.status_message },
    })
}

fn log(log: &Log) -> Json {
    let mut record = json!({
        "timeUnixNano": log.time.to_string(),
        "observedTimeUnixNano": log.observed_time.to_string(),
        "severityNumber": log.severity_number,
        "severityText": log.severity_text,
        "attributes": attributes(&log.attributes),
        "flags": log.flags,
        "traceId": hex(&log.trace_id),
        "spanId": hex(&log.span_id),
        "eventName": log.event_name,
    });
    if let Some(body) = &log.body {
        record["body"] = any_value(body);
    }
    record
}

fn attributes(attributes: &[(String, Value)]) -> Json {
    let entries = attributes
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": any_value(value) }));
    Json::Array(entries.collect())
}

fn any_value(value: &Value) -> Json {
    match value {
        Value::Empty => json!({}),
        Value::Text(text) => json!({ "stringValue": text }),
        Value::Bool(flag) => json!({ "boolValue": flag }),
        Value::Int(value) => json!({ "intValue": value.to_string() }),
        Value::Double(value) => json!({ "doubleValue": double(*value) }),
        Value::Bytes(bytes) => json!({ "bytesValue": base64(bytes) }),
        Value::List(items) => {
            let values: Vec<_> = items.iter().map(any_value).collect();
            json!({ "arrayValue": { "values": values } })
        }
        Value::Map(entries) => json!({ "kvlistValue": { "values": attributes(entries) } }),
    }
}

fn double(value: f64) -> Json {
    if value.is_nan() {
        json!("NaN")
    } else if value.is_infinite() {
        json!(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        json!(value)
    }
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all");
        text
    })
}

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(group);
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(if digit > chunk.len() {
                '='
            } else {
                DIGITS[value as usize].into()
            });
        }
    }
    text
}
