//! JSON as stored in columns: exact 64-bit integers, bytes as base64.
//!
//! Read back, integers that JavaScript cannot hold become text, as everywhere in our answers.

use std::borrow::Cow;
use std::fmt::Write as _;

use arrow::array::{StringViewArray, StringViewBuilder};
use omegi_model::value::{Attributes, Value};
use omegi_model::wire::ValueRef;
use serde_json::Value as Json;

/// `value` as JSON text.
pub(crate) fn of_value(value: &ValueRef<'_>) -> String {
    match value {
        ValueRef::Empty => "null".into(),
        ValueRef::Bool(value) => value.to_string(),
        ValueRef::Int(value) => value.to_string(),
        ValueRef::Text(text) => quoted(text),
        other => to_json(other).to_string(),
    }
}

/// An object of `attributes`; empty text when there are none.
pub(crate) fn of_attributes<'a>(
    attributes: impl Iterator<Item = (Cow<'a, str>, ValueRef<'a>)>,
) -> String {
    let mut text = String::new();
    for (key, value) in attributes {
        push_entry(&mut text, &key, &of_value(&value));
    }
    close(&mut text);
    text
}

/// One object per row of the values `(row, key, json)`, sorted by row; null where a row has none.
pub(crate) fn objects(rows: usize, values: &[(u32, &str, Cow<'_, str>)]) -> StringViewArray {
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut values = values.iter().peekable();
    let mut text = String::new();
    for row in 0..rows as u32 {
        text.clear();
        while let Some((_, key, json)) = values.next_if(|value| value.0 == row) {
            push_entry(&mut text, key, json);
        }
        close(&mut text);
        builder.append_option((!text.is_empty()).then_some(&text));
    }
    builder.finish()
}

/// Adds the entries of the stored object `text` to `attributes`.
pub(crate) fn read_into(attributes: &mut Attributes, text: &str) {
    if let Ok(Json::Object(entries)) = serde_json::from_str(text) {
        attributes.extend(
            entries
                .into_iter()
                .map(|(key, value)| (key, from_json(value))),
        );
    }
}

/// A stored value as it is shown.
pub(crate) fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        Json::Object(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key, from_json(value)))
                .collect(),
        ),
        Json::Number(number) => match number.as_i64() {
            Some(value) => Value::int(value),
            None => Value::double(number.as_f64().unwrap_or(f64::NAN)),
        },
    }
}

fn to_json(value: &ValueRef<'_>) -> Json {
    match value {
        ValueRef::Empty => Json::Null,
        ValueRef::Text(text) => Json::String(text.clone().into_owned()),
        ValueRef::Bool(value) => Json::Bool(*value),
        ValueRef::Int(value) => Json::from(*value),
        ValueRef::Double(value) => match serde_json::Number::from_f64(*value) {
            Some(number) => Json::Number(number),
            None => serde_json::to_value(Value::double(*value)).unwrap_or(Json::Null),
        },
        ValueRef::Bytes(bytes) => serde_json::to_value(Value::bytes(bytes)).unwrap_or(Json::Null),
        ValueRef::List(list) => Json::Array(list.iter().map(|item| to_json(&item)).collect()),
        ValueRef::Map(map) => Json::Object(
            map.iter()
                .map(|(key, value)| (key.into_owned(), to_json(&value)))
                .collect(),
        ),
    }
}

fn push_entry(text: &mut String, key: &str, json: &str) {
    text.push(if text.is_empty() { '{' } else { ',' });
    text.push_str(&quoted(key));
    text.push(':');
    text.push_str(json);
}

fn close(text: &mut String) {
    if !text.is_empty() {
        text.push('}');
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            // Writing to a String cannot fail.
            control if control < ' ' => drop(write!(quoted, "\\u{:04x}", control as u32)),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_text_reads_back_as_it_was() {
        let value = ValueRef::Text("a\"b\\c\n\u{1}한글".into());
        let mut attributes = Attributes::new();
        read_into(
            &mut attributes,
            &of_attributes([("k".into(), value)].into_iter()),
        );
        assert_eq!(attributes["k"], Value::Text("a\"b\\c\n\u{1}한글".into()));
    }

    #[test]
    fn edge_22_a_large_integer_is_stored_exactly() {
        assert_eq!(of_value(&ValueRef::Int(i64::MAX)), "9223372036854775807");
        let mut attributes = Attributes::new();
        read_into(&mut attributes, "{\"n\":9223372036854775807}");
        assert_eq!(attributes["n"], Value::Text("9223372036854775807".into()));
    }
}
