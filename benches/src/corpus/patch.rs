//! Where ids and times stand in an encoded trace request, so that a recording can be sent again as
//! new traces without being encoded anew: every field keeps its length.
//!
//! Field numbers: opentelemetry/proto/trace/v1/trace.proto.

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// 16 bytes: the span's own trace.
    TraceId,
    /// 16 bytes: the trace a link leads to.
    LinkedTraceId,
    /// 8 bytes.
    SpanId,
    /// 8 bytes, Unix nanoseconds, little-endian.
    Time,
}

/// One place in the encoded request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) what: What,
    pub(super) at: usize,
}

/// The places of a request and how many spans it has.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub(super) places: Vec<Place>,
    pub(super) spans: u64,
}

/// What pass `number` over a recording changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) trace_mask: u128,
    pub(super) span_mask: u64,
    pub(super) later_by: u64,
}

/// Finds the places; `None` where `body` is no well-formed trace request.
pub(super) fn places(body: &[u8]) -> Option<Places> {
    let mut found = Places::default();
    for resource_spans in fields(body, 0..body.len()) {
        let Some((1, Body::Bytes(resource_spans))) = resource_spans? else {
            continue;
        };
        for scope_spans in fields(body, resource_spans) {
            let Some((2, Body::Bytes(scope_spans))) = scope_spans? else {
                continue;
            };
            for span in fields(body, scope_spans) {
                let Some((2, Body::Bytes(span))) = span? else {
                    continue;
                };
                found.spans += 1;
                message(body, span, &SPAN, &mut found.places)?;
            }
        }
    }
    Some(found)
}

/// Changes `body` in place.
pub(super) fn apply(body: &mut [u8], places: &[Place], change: Change) {
    for place in places {
        match place.what {
            What::TraceId | What::LinkedTraceId => {
                xor(
                    &mut body[place.at..place.at + 16],
                    &change.trace_mask.to_be_bytes(),
                );
            }
            What::SpanId => xor(
                &mut body[place.at..place.at + 8],
                &change.span_mask.to_be_bytes(),
            ),
            What::Time => {
                let field = &mut body[place.at..place.at + 8];
                let mut bytes = [0; 8];
                bytes.copy_from_slice(field);
                let time = u64::from_le_bytes(bytes).saturating_add(change.later_by);
                field.copy_from_slice(&time.to_le_bytes());
            }
        }
    }
}

fn xor(field: &mut [u8], mask: &[u8]) {
    for (byte, mask) in field.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}

/// Which fields of a message are changed, and which hold messages with such fields.
struct Shape {
    own: &'static [(u64, What)],
    inner: &'static [(u64, &'static Shape)],
}

const SPAN: Shape = Shape {
    own: &[
        (1, What::TraceId),
        (2, What::SpanId),
        (4, What::SpanId),
        (7, What::Time),
        (8, What::Time),
    ],
    inner: &[(11, &EVENT), (13, &LINK)],
};
const EVENT: Shape = Shape {
    own: &[(1, What::Time)],
    inner: &[],
};
const LINK: Shape = Shape {
    own: &[(1, What::LinkedTraceId), (2, What::SpanId)],
    inner: &[],
};

fn message(body: &[u8], range: Range, shape: &Shape, places: &mut Vec<Place>) -> Option<()> {
    for field in fields(body, range) {
        let Some((number, content)) = field? else {
            continue;
        };
        let own = shape
            .own
            .iter()
            .find(|(own, _)| *own == number)
            .map(|(_, what)| *what);
        match (own, content) {
            (Some(What::Time), Body::Fixed64(at)) => places.push(Place {
                what: What::Time,
                at,
            }),
            (Some(what), Body::Bytes(id)) => {
                let length = if what == What::SpanId { 8 } else { 16 };
                // An absent parent may be written as zeros, and has to stay one.
                if id.len() == length && body[id.clone()].iter().any(|byte| *byte != 0) {
                    places.push(Place { what, at: id.start });
                }
            }
            (None, Body::Bytes(inner)) => {
                if let Some((_, shape)) = shape.inner.iter().find(|(inner, _)| *inner == number) {
                    message(body, inner, shape, places)?;
                }
            }
            _ => {}
        }
    }
    Some(())
}

type Range = std::ops::Range<usize>;

/// Where a field's content stands.
enum Body {
    Bytes(Range),
    Fixed64(usize),
}

/// The fields of the message in `range`: `Some(None)` for one that is of no interest, `None` for a
/// malformed one.
fn fields(body: &[u8], range: Range) -> impl Iterator<Item = Option<Option<(u64, Body)>>> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        (at < range.end).then(|| {
            let field = field(body, at, range.end);
            at = field.as_ref().map_or(range.end, |(_, next)| *next);
            field.map(|(field, _)| field)
        })
    })
}

fn field(body: &[u8], at: usize, end: usize) -> Option<(Option<(u64, Body)>, usize)> {
    let (key, at) = varint(body, at, end)?;
    let number = key >> 3;
    match key & 7 {
        0 => varint(body, at, end).map(|(_, next)| (None, next)),
        1 => Some((Some((number, Body::Fixed64(at))), at + 8)),
        2 => {
            let (length, at) = varint(body, at, end)?;
            let next = at.checked_add(usize::try_from(length).ok()?)?;
            Some((Some((number, Body::Bytes(at..next))), next))
        }
        5 => Some((None, at + 4)),
        _ => None,
    }
    .filter(|(_, next)| *next <= end)
}

fn varint(body: &[u8], mut at: usize, end: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *body.get(..end)?.get(at)?;
        at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((value, at));
        }
    }
    None
}
