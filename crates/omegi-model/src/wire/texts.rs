//! Every text of a request with its place: for those who look for secrets.

use std::ops::Range;

use super::fields::{Field, Fields};
use super::json::RequestKind;
use super::json::schema::{KEY_VALUE, Kind, LOGS, METRICS, Schema, TRACES};
use super::limits::VALUE_DEPTH_MAX;

/// A text within a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextAt<'a> {
    /// The key of the attribute (the innermost) whose value it is.
    pub key: Option<&'a [u8]>,
    /// Where its bytes lie in the body.
    pub place: Range<usize>,
}

/// Calls `visit` for each text of `body` that the reader would ever show.
pub fn texts<'a>(body: &'a [u8], kind: RequestKind, visit: &mut dyn FnMut(TextAt<'a>)) {
    let schema = match kind {
        RequestKind::Traces => &TRACES,
        RequestKind::Logs => &LOGS,
        RequestKind::Metrics => &METRICS,
    };
    let at = At {
        start: 0,
        key: None,
        depth_left: VALUE_DEPTH_MAX,
    };
    walk(body, schema, at, visit);
}

/// Where in the request a message stands.
#[derive(Clone, Copy)]
struct At<'a> {
    start: usize,
    key: Option<&'a [u8]>,
    depth_left: u8,
}

/// Recursion: only an `AnyValue` holds itself, and `depth_left` bounds it.
fn walk<'a>(message: &'a [u8], schema: &Schema, mut at: At<'a>, visit: &mut dyn FnMut(TextAt<'a>)) {
    let is_attribute = std::ptr::eq(schema, &raw const KEY_VALUE);
    let mut fields = Fields::new(message);
    while let Ok(Some((number, field))) = fields.next() {
        let Field::Bytes(bytes) = field else { continue };
        let start = at.start + fields.position() - bytes.len();
        let Some((_, _, kind)) = schema.0.iter().find(|(_, known, _)| *known == number) else {
            continue;
        };
        match kind {
            Kind::Text if is_attribute => at.key = Some(bytes),
            Kind::Text => visit(TextAt {
                key: at.key,
                place: start..start + bytes.len(),
            }),
            Kind::One(inner) | Kind::Many(inner) => walk(bytes, inner, At { start, ..at }, visit),
            Kind::Deeper(inner) => {
                if let Some(depth_left) = at.depth_left.checked_sub(1) {
                    walk(
                        bytes,
                        inner,
                        At {
                            start,
                            depth_left,
                            ..at
                        },
                        visit,
                    );
                }
            }
            _ => {}
        }
    }
}
