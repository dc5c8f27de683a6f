//! From an error to the parts its keys are made of.

use std::collections::BTreeMap;

use super::{carrier, frames, template};
use crate::error_event::{GroupingException, GroupingParts};
use crate::stack::{Frame, Language};
use crate::value::Value;

/// In-app frames that count.
const APP_FRAMES: usize = 8;
/// System frames kept for stacks without a frame of the project's own.
const SYSTEM_FRAMES: usize = 5;
/// Exceptions of a chain that are kept, innermost first.
const EXCEPTIONS_MAX: usize = 8;
/// Parts of an override.
const OVERRIDE_PARTS_MAX: usize = 16;
/// Bytes of one part of an override.
const OVERRIDE_BYTES_MAX: usize = 512;
const NAME_BYTES_MAX: usize = 256;

/// What grouping looks at.
#[derive(Debug, Clone, Default)]
pub struct GroupingInput<'a> {
    /// Origin's service name.
    pub service: &'a str,
    /// Language of the origin's stack, else of its SDK.
    pub language: Option<Language>,
    /// Origin's exceptions, innermost first.
    pub exceptions: Vec<InputException<'a>>,
    /// `http.route` of the origin where known, else its span name.
    pub operation: &'a str,
    /// Span name of the trace's entry.
    pub entry_operation: &'a str,
    /// `error.type` of the origin.
    pub error_type: &'a str,
    /// Status description or log text.
    pub status_text: &'a str,
    /// `omegi.fingerprint`, else `error.fingerprint`, of the event, its span or its log record.
    pub fingerprint: Option<&'a Value>,
}

/// One exception as grouping takes it.
#[derive(Debug, Clone, Default)]
pub struct InputException<'a> {
    /// Type as written.
    pub kind: &'a str,
    /// Message as written.
    pub message: &'a str,
    /// Innermost call first.
    pub frames: &'a [Frame],
}

/// Takes what does not vary. `key` of the result is not set: it needs the project.
#[must_use]
pub fn parts(input: &GroupingInput<'_>) -> GroupingParts {
    let exceptions = input
        .exceptions
        .iter()
        .take(EXCEPTIONS_MAX)
        .map(|exception| exception_parts(input.language, exception))
        .collect();
    GroupingParts {
        override_parts: input.fingerprint.map(override_parts).unwrap_or_default(),
        service: cut(input.service).to_owned(),
        language: input
            .language
            .map(Language::name)
            .unwrap_or_default()
            .to_owned(),
        exceptions,
        operation: route(input.operation),
        entry_operation: route(input.entry_operation),
        error_type: frames::kind(input.language, cut(input.error_type)),
        status_template: template(input.status_text),
        key: None,
    }
}

fn exception_parts(
    language: Option<Language>,
    exception: &InputException<'_>,
) -> GroupingException {
    let (own, system): (Vec<&Frame>, Vec<&Frame>) =
        exception.frames.iter().partition(|frame| frame.in_app);
    let system_frames = if own.is_empty() {
        frames::normalised(language, &system, SYSTEM_FRAMES)
    } else {
        Vec::new()
    };
    GroupingException {
        kind: frames::kind(language, cut(exception.kind)),
        template: template(exception.message),
        app_frames: frames::normalised(language, &own, APP_FRAMES),
        system_frames,
        carrier: carrier::is_carrier(exception.kind),
    }
}

/// The texts of an override attribute; numbers and truth values become text, empty ones go.
fn override_parts(value: &Value) -> Vec<String> {
    let list = match value {
        Value::List(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let texts = list.iter().take(OVERRIDE_PARTS_MAX).filter_map(text_of);
    texts.filter(|text| !text.is_empty()).collect()
}

fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::Text(text) => text[..text.floor_char_boundary(OVERRIDE_BYTES_MAX)]
            .trim()
            .to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::List(_) | Value::Map(_) => return None,
    };
    Some(text)
}

/// `GET /users/17` becomes `GET /users/<num>`: some senders put the raw path into the span name.
fn route(operation: &str) -> String {
    let operation = cut(operation.trim());
    let mut out = String::with_capacity(operation.len());
    for (at, word) in operation.split(' ').enumerate() {
        if at > 0 {
            out.push(' ');
        }
        let path = word.split(['?', '#']).next().unwrap_or(word);
        for (at, part) in path.split('/').enumerate() {
            if at > 0 {
                out.push('/');
            }
            let raw = part.bytes().any(|b| b.is_ascii_digit() || b == b'@');
            out.push_str(&if raw { template(part) } else { part.to_owned() });
        }
    }
    out
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(NAME_BYTES_MAX)]
}

/// Reads the override from a set of attributes: `omegi.fingerprint` before `error.fingerprint`.
#[must_use]
pub fn fingerprint_attribute(attributes: &BTreeMap<String, Value>) -> Option<&Value> {
    ["omegi.fingerprint", "error.fingerprint"]
        .iter()
        .find_map(|name| attributes.get(*name))
}
