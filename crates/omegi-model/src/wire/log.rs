//! Log records as they lie in the request.

use std::borrow::Cow;
use std::sync::Arc;

use super::anomaly::{Anomalies, Anomaly};
use super::attributes::AttributesRef;
use super::fields::{Fields, WireError};
use super::groups::{Noted, RawRecord};
use super::limits::{NAME_BYTES_MAX, STACK_BYTES_MAX, VALUE_DEPTH_MAX};
use super::resource::{ResourceRef, ScopeRef};
use super::text::text;
use super::value::{ValueRef, check_any_value, check_key_value};
use super::warning::{Warning, Warnings};
use crate::id::{SpanId, TraceId};
use crate::time::UnixNanos;
use crate::value::Attributes;

/// One log record; everything is read from the request when asked for.
#[derive(Debug, Clone)]
pub struct LogRef<'a> {
    index: u32,
    trace_id: Option<TraceId>,
    span_id: Option<SpanId>,
    time: u64,
    observed_time: u64,
    severity_number: u64,
    severity_text: &'a [u8],
    body: Option<&'a [u8]>,
    event_name: &'a [u8],
    attributes: AttributesRef<'a>,
    dropped: u32,
    flags: u32,
    anomalies: Anomalies,
    resource: Arc<ResourceRef<'a>>,
    scope: Arc<ScopeRef<'a>>,
}

impl<'a> LogRef<'a> {
    /// Reads a `LogRecord`. With `DEEP` all that is in it is checked too.
    pub(super) fn parse<const DEEP: bool>(
        record: RawRecord<'a>,
        warnings: &mut Warnings,
    ) -> Result<Self, WireError> {
        let mut log = Self {
            index: record.index,
            trace_id: None,
            span_id: None,
            time: 0,
            observed_time: 0,
            severity_number: 0,
            severity_text: &[],
            body: None,
            event_name: &[],
            attributes: AttributesRef(Noted::new(6).repeated),
            dropped: 0,
            flags: 0,
            anomalies: Anomalies::default(),
            resource: record.resource,
            scope: record.scope,
        };
        log.read::<DEEP>(record.bytes, warnings)?;
        // A record without its own time is common and no oddity: the observed time is meant for it.
        let time = if log.time == 0 {
            log.observed_time
        } else {
            log.time
        };
        log.anomalies.judge_time(time);
        log.anomalies.set(Anomaly::Cut, log.attributes.is_cut());
        warnings.add_if(Warning::Cut, log.attributes.is_cut());
        Ok(log)
    }

    fn read<const DEEP: bool>(
        &mut self,
        message: &'a [u8],
        warnings: &mut Warnings,
    ) -> Result<(), WireError> {
        let mut attributes = Noted::new(6);
        let mut fields = Fields::new(message);
        loop {
            let start = fields.position();
            let Some((number, field)) = fields.next()? else {
                self.attributes = AttributesRef(attributes.repeated);
                return Ok(());
            };
            match number {
                1 => self.time = field.fixed64(number)?,
                2 => self.severity_number = field.varint(number)?,
                3 => self.severity_text = field.bytes(number)?,
                5 => {
                    let body = field.bytes(number)?;
                    if DEEP {
                        check_any_value(body, VALUE_DEPTH_MAX, warnings)?;
                        let is_cut = body.len() > STACK_BYTES_MAX + 4;
                        warnings.add_if(Warning::Cut, is_cut);
                    }
                    self.body = Some(body);
                }
                6 => {
                    let attribute = field.bytes(number)?;
                    if DEEP {
                        check_key_value(attribute, warnings)?;
                    }
                    attributes.note(message, start, fields.position());
                }
                7 => self.dropped = u32::try_from(field.varint(number)?).unwrap_or(u32::MAX),
                8 => self.flags = field.fixed32(number)?,
                9 => self.trace_id = TraceId::from_slice(field.bytes(number)?),
                10 => self.span_id = SpanId::from_slice(field.bytes(number)?),
                11 => self.observed_time = field.fixed64(number)?,
                12 => self.event_name = field.bytes(number)?,
                _ => {}
            }
        }
    }

    /// Position among the request's log records.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The trace it belongs to; `None` for none, zeros or a wrong length.
    #[must_use]
    pub fn trace_id(&self) -> Option<TraceId> {
        self.trace_id
    }

    /// The span it was written in; `None` for none, zeros or a wrong length.
    #[must_use]
    pub fn span_id(&self) -> Option<SpanId> {
        self.span_id
    }

    /// When it happened, else when it was observed; `None`: the reader uses the arrival.
    #[must_use]
    pub fn time(&self) -> Option<UnixNanos> {
        let time = if self.time == 0 {
            self.observed_time
        } else {
            self.time
        };
        (time != 0).then(|| UnixNanos::from_unsigned(time))
    }

    /// 1 to 24 as OTLP numbers them; 0 where unset or out of range.
    #[must_use]
    pub fn severity_number(&self) -> u8 {
        u8::try_from(self.severity_number)
            .ok()
            .filter(|number| *number <= 24)
            .unwrap_or(0)
    }

    /// The severity in the sender's words; may be empty.
    #[must_use]
    pub fn severity_text(&self) -> Cow<'a, str> {
        text(self.severity_text, NAME_BYTES_MAX)
    }

    /// What it says; any kind of value.
    #[must_use]
    pub fn body(&self) -> Option<ValueRef<'a>> {
        self.body.map(|body| ValueRef::parse(body, STACK_BYTES_MAX))
    }

    /// Which event it is; empty for a plain log record.
    #[must_use]
    pub fn event_name(&self) -> Cow<'a, str> {
        text(self.event_name, NAME_BYTES_MAX)
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

    /// Attributes that are missing: dropped by the SDK or cut by this reader.
    #[must_use]
    pub fn dropped(&self) -> u32 {
        let cut = self
            .attributes
            .0
            .count()
            .saturating_sub(super::limits::ATTRIBUTES_MAX);
        self.dropped.saturating_add(cut)
    }

    /// As sent: bits 0-7 are the W3C flags, the others may hold anything.
    #[must_use]
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// Who sent it.
    #[must_use]
    pub fn resource(&self) -> &ResourceRef<'a> {
        &self.resource
    }

    /// The library that made it.
    #[must_use]
    pub fn scope(&self) -> &ScopeRef<'a> {
        &self.scope
    }

    /// What is odd about the record itself; costs nothing. Values are judged by
    /// [`LogRef::value_anomalies`].
    #[must_use]
    pub fn anomalies(&self) -> Anomalies {
        self.anomalies
    }

    /// What is odd about its attributes and body; walks them all.
    #[must_use]
    pub fn value_anomalies(&self) -> Anomalies {
        let body = self
            .body
            .map(|body| super::flaws::of_value(body, STACK_BYTES_MAX));
        self.attributes.anomalies().and(body.unwrap_or_default())
    }
}
