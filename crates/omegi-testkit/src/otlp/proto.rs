//! Requests as protobuf, written field by field: independent of the reader it tests.

use super::{Link, Log, Request, Resource, Span, SpanEvent, Value};

/// A protobuf message under construction; tests build odd ones with it too.
#[derive(Debug, Clone, Default)]
pub struct Message(pub Vec<u8>);

impl Message {
    /// An empty message.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds field `number` as a varint.
    #[must_use]
    pub fn varint(mut self, number: u32, value: u64) -> Self {
        self.put_varint(u64::from(number) << 3);
        self.put_varint(value);
        self
    }

    /// Adds field `number` as bytes, text or a nested message.
    #[must_use]
    pub fn bytes(mut self, number: u32, bytes: &[u8]) -> Self {
        self.put_varint(u64::from(number) << 3 | 2);
        self.put_varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds field `number` as 8 bytes.
    #[must_use]
    pub fn fixed64(mut self, number: u32, value: u64) -> Self {
        self.put_varint(u64::from(number) << 3 | 1);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Adds field `number` as 4 bytes.
    #[must_use]
    pub fn fixed32(mut self, number: u32, value: u32) -> Self {
        self.put_varint(u64::from(number) << 3 | 5);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn put_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// As proto3 has it: a field that holds its default is left out.
    fn unless_empty(self, number: u32, bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            self
        } else {
            self.bytes(number, bytes)
        }
    }

    fn unless_zero(self, number: u32, value: u32) -> Self {
        if value == 0 {
            self
        } else {
            self.varint(number, u64::from(value))
        }
    }

    fn unless_zero_time(self, number: u32, time: u64) -> Self {
        if time == 0 {
            self
        } else {
            self.fixed64(number, time)
        }
    }

    fn unless_zero_flags(self, number: u32, flags: u32) -> Self {
        if flags == 0 {
            self
        } else {
            self.fixed32(number, flags)
        }
    }

    fn attributes(mut self, number: u32, attributes: &[(String, Value)]) -> Self {
        for (key, value) in attributes {
            self = self.bytes(number, &key_value(key, value).0);
        }
        self
    }
}

impl Request {
    /// The spans as an `ExportTraceServiceRequest`.
    #[must_use]
    pub fn traces_protobuf(&self) -> Vec<u8> {
        self.protobuf(|resource| resource.spans.iter().map(|record| span(record).0).collect())
    }

    /// The log records as an `ExportLogsServiceRequest`.
    #[must_use]
    pub fn logs_protobuf(&self) -> Vec<u8> {
        self.protobuf(|resource| resource.logs.iter().map(|record| log(record).0).collect())
    }

    fn protobuf(&self, records: impl Fn(&Resource) -> Vec<Vec<u8>>) -> Vec<u8> {
        let mut request = Message::new();
        for resource in &self.resources {
            let scope = Message::new().bytes(1, resource.scope.as_bytes());
            let mut scope_group = Message::new().bytes(1, &scope.0);
            for record in records(resource) {
                scope_group = scope_group.bytes(2, &record);
            }
            let header = Message::new().attributes(1, &resource.attributes);
            let group = Message::new().bytes(1, &header.0).bytes(2, &scope_group.0);
            request = request.bytes(1, &group.0);
        }
        request.0
    }
}

fn span(span: &Span) -> Message {
    let mut message = Message::new()
        .unless_empty(1, &span.trace_id)
        .unless_empty(2, &span.span_id)
        .unless_empty(3, span.trace_state.as_bytes())
        .unless_empty(4, &span.parent_span_id)
        .unless_empty(5, span.name.as_bytes())
        .unless_zero(6, span.kind)
        .unless_zero_time(7, span.start)
        .unless_zero_time(8, span.end)
        .attributes(9, &span.attributes);
    for record in &span.events {
        message = message.bytes(11, &event(record).0);
    }
    for record in &span.links {
        message = message.bytes(13, &link(record).0);
    }
    let status = Message::new()
        .unless_empty(2, span.status_message.as_bytes())
        .unless_zero(3, span.status_code);
    message
        .unless_empty(15, &status.0)
        .unless_zero_flags(16, span.flags)
}

fn event(event: &SpanEvent) -> Message {
    Message::new()
        .unless_zero_time(1, event.time)
        .unless_empty(2, event.name.as_bytes())
        .attributes(3, &event.attributes)
}

fn link(link: &Link) -> Message {
    Message::new()
        .unless_empty(1, &link.trace_id)
        .unless_empty(2, &link.span_id)
        .attributes(4, &link.attributes)
}

fn log(log: &Log) -> Message {
    let mut message = Message::new()
        .unless_zero_time(1, log.time)
        .unless_zero(2, log.severity_number)
        .unless_empty(3, log.severity_text.as_bytes());
    if let Some(body) = &log.body {
        message = message.bytes(5, &any_value(body).0);
    }
    message
        .attributes(6, &log.attributes)
        .unless_zero_flags(8, log.flags)
        .unless_empty(9, &log.trace_id)
        .unless_empty(10, &log.span_id)
        .unless_zero_time(11, log.observed_time)
        .unless_empty(12, log.event_name.as_bytes())
}

fn key_value(key: &str, value: &Value) -> Message {
    Message::new()
        .bytes(1, key.as_bytes())
        .bytes(2, &any_value(value).0)
}

fn any_value(value: &Value) -> Message {
    let message = Message::new();
    match value {
        Value::Empty => message,
        Value::Text(text) => message.bytes(1, text.as_bytes()),
        Value::Bool(flag) => message.varint(2, u64::from(*flag)),
        Value::Int(value) => message.varint(3, value.cast_unsigned()),
        Value::Double(value) => message.fixed64(4, value.to_bits()),
        Value::Bytes(bytes) => message.bytes(7, bytes),
        Value::List(items) => {
            let list = items.iter().fold(Message::new(), |list, item| {
                list.bytes(1, &any_value(item).0)
            });
            message.bytes(5, &list.0)
        }
        Value::Map(entries) => {
            let map = Message::new().attributes(1, entries);
            message.bytes(6, &map.0)
        }
    }
}
