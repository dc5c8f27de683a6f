//! Spans as they lie in the request.

use std::borrow::Cow;
use std::sync::Arc;

use super::anomaly::{Anomalies, Anomaly};
use super::attributes::AttributesRef;
use super::event::{EventRef, LinkRef, check_event, check_link, kept_events};
use super::fields::{Field, Fields, Repeated, WireError};
use super::groups::{Noted, RawRecord};
use super::limits::{EVENTS_MAX, LINKS_MAX, NAME_BYTES_MAX, VALUE_BYTES_MAX};
use super::refused::RefusalReason;
use super::resource::{ResourceRef, ScopeRef};
use super::text::{is_text, text};
use super::value::{ValueRef, check_key_value};
use super::warning::{Warning, Warnings};
use crate::error_event::{SpanKind, StatusCode};
use crate::id::{SpanId, TraceId};
use crate::time::UnixNanos;
use crate::value::Attributes;

/// One span with valid ids; everything else is read from the request when asked for.
#[derive(Debug, Clone)]
pub struct SpanRef<'a> {
    index: u32,
    trace_id: TraceId,
    span_id: SpanId,
    parent_span_id: Option<SpanId>,
    trace_state: &'a [u8],
    flags: u32,
    name: &'a [u8],
    kind: u64,
    start: u64,
    end: u64,
    status: &'a [u8],
    attributes: AttributesRef<'a>,
    events: Repeated<'a>,
    links: Repeated<'a>,
    dropped: u32,
    anomalies: Anomalies,
    resource: Arc<ResourceRef<'a>>,
    scope: Arc<ScopeRef<'a>>,
}

/// A span of a request: readable, or to be refused.
pub(super) type Parsed<T> = Result<T, RefusalReason>;

impl<'a> SpanRef<'a> {
    /// Reads a `Span`. With `DEEP` all that is in it is checked too.
    #[inline]
    pub(super) fn parse<const DEEP: bool>(
        record: RawRecord<'a>,
        warnings: &mut Warnings,
    ) -> Result<Parsed<Self>, WireError> {
        let fields = SpanFields::read::<DEEP>(record.bytes, warnings)?;
        let Some(trace_id) = TraceId::from_slice(fields.trace_id) else {
            return Ok(Err(RefusalReason::TraceId));
        };
        let Some(span_id) = SpanId::from_slice(fields.span_id) else {
            return Ok(Err(RefusalReason::SpanId));
        };
        let parent = SpanId::from_slice(fields.parent_span_id);
        let mut anomalies = Anomalies::default();
        anomalies.judge_time(fields.start);
        anomalies.set(Anomaly::EndBeforeStart, fields.end < fields.start);
        anomalies.set(Anomaly::SelfParent, parent == Some(span_id));
        anomalies.set(
            Anomaly::BadParent,
            !matches!(fields.parent_span_id.len(), 0 | 8),
        );
        let attributes = AttributesRef(fields.attributes.repeated);
        let (events, links) = (fields.events.repeated, fields.links.repeated);
        let cut = attributes.is_cut() || events.count() > EVENTS_MAX || links.count() > LINKS_MAX;
        anomalies.set(Anomaly::Cut, cut);
        warnings.add_if(Warning::Cut, cut);
        Ok(Ok(Self {
            index: record.index,
            trace_id,
            span_id,
            parent_span_id: parent.filter(|parent| *parent != span_id),
            trace_state: fields.trace_state,
            flags: fields.flags,
            name: fields.name,
            kind: fields.kind,
            start: fields.start,
            end: fields.end,
            status: fields.status,
            attributes,
            events,
            links,
            dropped: u32::try_from(fields.dropped).unwrap_or(u32::MAX),
            anomalies,
            resource: record.resource,
            scope: record.scope,
        }))
    }

    /// Position among the request's spans, refused ones counted.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The trace it belongs to.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// Its id.
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        self.span_id
    }

    /// Its parent; `None` for a root, for a span that names itself and for an id of wrong length.
    #[must_use]
    pub fn parent_span_id(&self) -> Option<SpanId> {
        self.parent_span_id
    }

    /// W3C trace state, opaque.
    #[must_use]
    pub fn trace_state(&self) -> Cow<'a, str> {
        text(self.trace_state, NAME_BYTES_MAX)
    }

    /// As sent: bits 0-7 are the W3C flags, the others may hold anything.
    #[must_use]
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// Whether the parent is in another process; `None` where the sender does not say.
    #[must_use]
    pub fn parent_is_remote(&self) -> Option<bool> {
        parent_is_remote(self.flags)
    }

    /// The operation; may be empty.
    #[must_use]
    pub fn name(&self) -> Cow<'a, str> {
        text(self.name, NAME_BYTES_MAX)
    }

    /// Its kind; missing and unknown ones are `Internal`.
    #[must_use]
    pub fn kind(&self) -> SpanKind {
        match self.kind {
            2 => SpanKind::Server,
            3 => SpanKind::Client,
            4 => SpanKind::Producer,
            5 => SpanKind::Consumer,
            _ => SpanKind::Internal,
        }
    }

    /// As sent; 0 where missing ([`Anomaly::ZeroTime`]).
    #[must_use]
    pub fn start(&self) -> UnixNanos {
        UnixNanos::from_unsigned(self.start)
    }

    /// As sent, but never before the start.
    #[must_use]
    pub fn end(&self) -> UnixNanos {
        UnixNanos::from_unsigned(self.end.max(self.start))
    }

    /// Its status with the message, which may be empty.
    #[must_use]
    pub fn status(&self) -> (StatusCode, Cow<'a, str>) {
        let (mut code, mut message) = (0, &[][..]);
        let mut fields = Fields::new(self.status);
        while let Ok(Some((number, field))) = fields.next() {
            match (number, field) {
                (2, Field::Bytes(bytes)) => message = bytes,
                (3, Field::Varint(value)) => code = value,
                _ => {}
            }
        }
        let code = match code {
            1 => StatusCode::Ok,
            2 => StatusCode::Error,
            _ => StatusCode::Unset,
        };
        (code, text(message, VALUE_BYTES_MAX))
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

    /// Its events in order: the first [`EVENTS_MAX`], and the last exception in any case.
    pub fn events(&self) -> impl Iterator<Item = EventRef<'a>> + use<'a> {
        kept_events(self.events)
    }

    /// Its links in order, the first [`LINKS_MAX`]; those without valid ids are left out.
    pub fn links(&self) -> impl Iterator<Item = LinkRef<'a>> + use<'a> {
        self.links
            .iter()
            .take(LINKS_MAX as usize)
            .filter_map(LinkRef::parse)
    }

    /// Attributes, events and links that are missing: dropped by the SDK or cut by this reader.
    #[must_use]
    pub fn dropped(&self) -> u32 {
        let cut = |count: u32, kept: u32| count.saturating_sub(kept);
        self.dropped
            .saturating_add(cut(
                self.attributes.0.count(),
                super::limits::ATTRIBUTES_MAX,
            ))
            .saturating_add(cut(self.events.count(), EVENTS_MAX))
            .saturating_add(cut(self.links.count(), LINKS_MAX))
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

    /// What is odd about the span itself; costs nothing. Values are judged by
    /// [`SpanRef::value_anomalies`].
    #[must_use]
    pub fn anomalies(&self) -> Anomalies {
        self.anomalies
    }

    /// What is odd about its name, attributes and events; walks them all.
    #[must_use]
    pub fn value_anomalies(&self) -> Anomalies {
        let mut anomalies = self.attributes.anomalies();
        anomalies.set(Anomaly::InvalidUtf8, !is_text(self.name));
        anomalies.set(Anomaly::Cut, self.name.len() > NAME_BYTES_MAX);
        self.events()
            .fold(anomalies, |all, event| all.and(event.anomalies()))
    }
}

/// Bits 8 and 9 of `flags`: known, and if so, remote.
pub(super) fn parent_is_remote(flags: u32) -> Option<bool> {
    (flags & 0x100 != 0).then_some(flags & 0x200 != 0)
}

/// The fields of a `Span`, unjudged.
struct SpanFields<'a> {
    trace_id: &'a [u8],
    span_id: &'a [u8],
    parent_span_id: &'a [u8],
    trace_state: &'a [u8],
    flags: u32,
    name: &'a [u8],
    kind: u64,
    start: u64,
    end: u64,
    status: &'a [u8],
    attributes: Noted<'a>,
    events: Noted<'a>,
    links: Noted<'a>,
    dropped: u64,
}

impl<'a> SpanFields<'a> {
    #[inline]
    fn read<const DEEP: bool>(
        message: &'a [u8],
        warnings: &mut Warnings,
    ) -> Result<Self, WireError> {
        let mut span = Self {
            trace_id: &[],
            span_id: &[],
            parent_span_id: &[],
            trace_state: &[],
            flags: 0,
            name: &[],
            kind: 0,
            start: 0,
            end: 0,
            status: &[],
            attributes: Noted::new(9),
            events: Noted::new(11),
            links: Noted::new(13),
            dropped: 0,
        };
        let mut fields = Fields::new(message);
        loop {
            let start = fields.position();
            let Some((number, field)) = fields.next()? else {
                return Ok(span);
            };
            match number {
                1 => span.trace_id = field.bytes(number)?,
                2 => span.span_id = field.bytes(number)?,
                3 => span.trace_state = field.bytes(number)?,
                4 => span.parent_span_id = field.bytes(number)?,
                5 => span.name = field.bytes(number)?,
                6 => span.kind = field.varint(number)?,
                7 => span.start = field.fixed64(number)?,
                8 => span.end = field.fixed64(number)?,
                9 => {
                    let attribute = field.bytes(number)?;
                    if DEEP {
                        check_key_value(attribute, warnings)?;
                    }
                    span.attributes.note(message, start, fields.position());
                }
                10 | 12 | 14 => {
                    span.dropped = span.dropped.saturating_add(field.varint(number)?);
                }
                11 => {
                    let event = field.bytes(number)?;
                    if DEEP {
                        check_event(event, warnings)?;
                    }
                    span.events.note(message, start, fields.position());
                }
                13 => {
                    let link = field.bytes(number)?;
                    if DEEP {
                        check_link(link, warnings)?;
                    }
                    span.links.note(message, start, fields.position());
                }
                15 => {
                    span.status = field.bytes(number)?;
                    if DEEP {
                        check_status(span.status)?;
                    }
                }
                16 => span.flags = field.fixed32(number)?,
                _ => {}
            }
        }
    }
}

fn check_status(message: &[u8]) -> Result<(), WireError> {
    let mut fields = Fields::new(message);
    while let Some((number, field)) = fields.next()? {
        match number {
            2 => drop(field.bytes(number)?),
            3 => drop(field.varint(number)?),
            _ => {}
        }
    }
    Ok(())
}
