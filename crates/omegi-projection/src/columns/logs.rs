//! Rows of the table `logs`, straight from the wire.

use omegi_model::wire::{LogRef, ValueRef};

use super::column::{Column, FlagColumn, IdColumn, IntColumn, TextColumn, TimeColumn};
use super::json;
use super::sender::SenderColumns;
use super::shred::Shredder;
use super::table::{Table, TableRows};

/// Log records in memory.
#[derive(Debug, Default)]
pub(crate) struct LogRows {
    time: TimeColumn,
    trace_id: IdColumn<16>,
    span_id: IdColumn<8>,
    severity_number: IntColumn,
    severity_text: TextColumn,
    body: TextColumn,
    /// The body was no text: `body` holds its JSON.
    body_is_json: FlagColumn,
    event_name: TextColumn,
    flags: IntColumn,
    dropped: IntColumn,
    received_at: TimeColumn,
    sender: SenderColumns,
    attributes: Shredder,
}

impl LogRows {
    /// Takes in a log record that arrived at `received_at`; `same_sender`: its resource and scope
    /// are those of the record before.
    pub(crate) fn push(&mut self, log: &LogRef<'_>, received_at: i64, same_sender: bool) {
        let row = self.time.0.len() as u32;
        self.time
            .0
            .push(log.time().map_or(received_at, |time| time.0));
        self.trace_id
            .push(log.trace_id().as_ref().map(|id| id.as_bytes()));
        self.span_id
            .push(log.span_id().as_ref().map(|id| id.as_bytes()));
        self.severity_number
            .0
            .push(i64::from(log.severity_number()));
        self.severity_text.push_or_null(&log.severity_text());
        self.push_body(log.body());
        self.event_name.push_or_null(&log.event_name());
        self.flags.0.push(i64::from(log.flags()));
        self.dropped.0.push(i64::from(log.dropped()));
        self.received_at.0.push(received_at);
        match same_sender {
            true => self.sender.repeat(),
            false => self.sender.push(log.resource(), log.scope()),
        }
        for (key, value) in log.attributes() {
            self.attributes.push(row, &key, &value);
        }
    }

    fn push_body(&mut self, body: Option<ValueRef<'_>>) {
        let is_text = matches!(body, None | Some(ValueRef::Text(_)));
        self.body_is_json.0.push(!is_text);
        match body {
            Some(ValueRef::Text(text)) => self.body.push(&text),
            Some(value) => self.body.push(&json::of_value(&value)),
            None => self.body.push_option(None),
        }
    }
}

impl TableRows for LogRows {
    fn table(&self) -> Table {
        Table::Logs
    }

    fn len(&self) -> usize {
        self.time.0.len()
    }

    fn columns(&self) -> Vec<(&'static str, &dyn Column)> {
        let [service, resource, scope_name, scope_version, scope] = self.sender.columns();
        vec![
            ("time", &self.time),
            ("trace_id", &self.trace_id),
            ("span_id", &self.span_id),
            service,
            ("severity_number", &self.severity_number),
            ("severity_text", &self.severity_text),
            ("body", &self.body),
            ("body_is_json", &self.body_is_json),
            ("event_name", &self.event_name),
            ("flags", &self.flags),
            ("dropped", &self.dropped),
            ("received_at", &self.received_at),
            resource,
            scope_name,
            scope_version,
            scope,
        ]
    }

    fn attributes(&self) -> Option<&Shredder> {
        Some(&self.attributes)
    }

    fn received(&self) -> &[i64] {
        &self.received_at.0
    }

    fn times(&self) -> &[i64] {
        &self.time.0
    }

    fn indexed_ids(&self) -> Option<&[[u8; 16]]> {
        Some(&self.trace_id.0)
    }
}
