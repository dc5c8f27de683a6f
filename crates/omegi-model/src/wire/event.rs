//! Span events and links as they lie in the request.

use std::borrow::Cow;

use super::anomaly::{Anomalies, Anomaly};
use super::attributes::AttributesRef;
use super::fields::{Field, Fields, Repeated, WireError};
use super::limits::{EVENTS_MAX, NAME_BYTES_MAX};
use super::text::{is_text, text};
use super::value::{ValueRef, check_key_value};
use super::warning::Warnings;
use crate::id::{SpanId, TraceId};
use crate::time::UnixNanos;
use crate::value::Attributes;

/// One span event.
#[derive(Debug, Clone)]
pub struct EventRef<'a> {
    time: u64,
    name: &'a [u8],
    attributes: AttributesRef<'a>,
}

impl<'a> EventRef<'a> {
    fn parse(message: &'a [u8]) -> Self {
        let (mut time, mut name) = (0, &[][..]);
        let mut fields = Fields::new(message);
        while let Ok(Some((number, field))) = fields.next() {
            match (number, field) {
                (1, Field::Fixed64(nanos)) => time = nanos,
                (2, Field::Bytes(bytes)) => name = bytes,
                _ => {}
            }
        }
        Self {
            time,
            name,
            attributes: AttributesRef(Repeated::of(message, 3)),
        }
    }

    /// As sent; 0 where missing.
    #[must_use]
    pub fn time(&self) -> UnixNanos {
        UnixNanos::from_unsigned(self.time)
    }

    /// Its name; may be empty.
    #[must_use]
    pub fn name(&self) -> Cow<'a, str> {
        text(self.name, NAME_BYTES_MAX)
    }

    /// Named `exception`, as the convention wants it.
    #[must_use]
    pub fn is_exception(&self) -> bool {
        self.name == EXCEPTION
    }

    /// Its attributes, each key once.
    pub fn attributes(&self) -> impl Iterator<Item = (Cow<'a, str>, ValueRef<'a>)> + use<'a> {
        self.attributes.iter()
    }

    /// The value of `key`.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<ValueRef<'a>> {
        self.attributes.get(key)
    }

    /// An owned copy of its attributes.
    #[must_use]
    pub fn to_attributes(&self) -> Attributes {
        self.attributes.to_attributes()
    }

    pub(super) fn anomalies(&self) -> Anomalies {
        let mut anomalies = self.attributes.anomalies();
        anomalies.set(Anomaly::InvalidUtf8, !is_text(self.name));
        anomalies.set(Anomaly::Cut, self.name.len() > NAME_BYTES_MAX);
        anomalies
    }
}

/// One link to another span.
#[derive(Debug, Clone)]
pub struct LinkRef<'a> {
    /// The trace it leads to.
    pub trace_id: TraceId,
    /// The span it leads to.
    pub span_id: SpanId,
    attributes: AttributesRef<'a>,
}

impl<'a> LinkRef<'a> {
    pub(super) fn parse(message: &'a [u8]) -> Option<Self> {
        let (mut trace_id, mut span_id) = (None, None);
        let mut fields = Fields::new(message);
        while let Ok(Some((number, field))) = fields.next() {
            match (number, field) {
                (1, Field::Bytes(bytes)) => trace_id = TraceId::from_slice(bytes),
                (2, Field::Bytes(bytes)) => span_id = SpanId::from_slice(bytes),
                _ => {}
            }
        }
        let attributes = AttributesRef(Repeated::of(message, 4));
        Some(Self {
            trace_id: trace_id?,
            span_id: span_id?,
            attributes,
        })
    }

    /// Its attributes, each key once.
    pub fn attributes(&self) -> impl Iterator<Item = (Cow<'a, str>, ValueRef<'a>)> + use<'a> {
        self.attributes.iter()
    }

    /// An owned copy of its attributes.
    #[must_use]
    pub fn to_attributes(&self) -> Attributes {
        self.attributes.to_attributes()
    }
}

/// The first [`EVENTS_MAX`] events; where there are more, the first and the last exception take
/// the places of the last ones, so that neither is lost.
pub(super) fn kept_events<'a>(events: Repeated<'a>) -> impl Iterator<Item = EventRef<'a>> {
    let exceptions = if events.count() > EVENTS_MAX {
        exceptions_at(events)
    } else {
        [None; 2]
    };
    let late = exceptions
        .iter()
        .flatten()
        .filter(|at| **at >= EVENTS_MAX as usize - 2)
        .count();
    let plain_max = if events.count() > EVENTS_MAX {
        EVENTS_MAX as usize - late
    } else {
        EVENTS_MAX as usize
    };
    let last = exceptions[1].map_or(plain_max, |at| (at + 1).max(plain_max));
    events
        .iter()
        .take(last)
        .enumerate()
        .filter(move |(index, _)| *index < plain_max || exceptions.contains(&Some(*index)))
        .map(|(_, event)| EventRef::parse(event))
}

/// Positions of the first and the last exception.
fn exceptions_at(events: Repeated<'_>) -> [Option<usize>; 2] {
    let is_exception = |event| Repeated::of(event, 2).iter().last() == Some(EXCEPTION);
    let mut at = [None; 2];
    for (index, event) in events.iter().enumerate() {
        if is_exception(event) {
            at = [at[0].or(Some(index)), Some(index)];
        }
    }
    at
}

/// Checks a span event and all that is in it.
pub(super) fn check_event(message: &[u8], warnings: &mut Warnings) -> Result<(), WireError> {
    let mut fields = Fields::new(message);
    while let Some((number, field)) = fields.next()? {
        match number {
            1 => drop(field.fixed64(number)?),
            2 => drop(field.bytes(number)?),
            3 => check_key_value(field.bytes(number)?, warnings)?,
            4 => drop(field.varint(number)?),
            _ => {}
        }
    }
    Ok(())
}

/// Checks a link and all that is in it.
pub(super) fn check_link(message: &[u8], warnings: &mut Warnings) -> Result<(), WireError> {
    let mut fields = Fields::new(message);
    while let Some((number, field)) = fields.next()? {
        match number {
            1..=3 => drop(field.bytes(number)?),
            4 => check_key_value(field.bytes(number)?, warnings)?,
            5 => drop(field.varint(number)?),
            6 => drop(field.fixed32(number)?),
            _ => {}
        }
    }
    Ok(())
}

const EXCEPTION: &[u8] = b"exception";
