//! Attribute values (`AnyValue`) as they lie in the request, cut by the reader's limits.

use std::borrow::Cow;

use super::fields::{Field, Fields, WireError};
use super::limits::{NAME_BYTES_MAX, VALUE_BYTES_MAX, VALUE_DEPTH_MAX, value_bytes_max};
use super::text::text;
use super::warning::{Warning, Warnings};
use crate::value::Value;

/// One value; text and bytes are borrowed from the request unless they had to be repaired or cut.
#[derive(Debug, Clone)]
pub enum ValueRef<'a> {
    /// No value set, an unknown kind of value, or one nested too deep.
    Empty,
    /// Text.
    Text(Cow<'a, str>),
    /// True or false.
    Bool(bool),
    /// A signed 64-bit number.
    Int(i64),
    /// A floating-point number; NaN and the infinities too.
    Double(f64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// An array.
    List(ListRef<'a>),
    /// A key-value list.
    Map(MapRef<'a>),
}

impl<'a> ValueRef<'a> {
    /// Reads an `AnyValue`; damage, which a checked request does not have, reads as empty.
    pub(super) fn parse(any_value: &'a [u8], bytes_max: usize) -> Self {
        Self::nested(any_value, bytes_max, VALUE_DEPTH_MAX)
    }

    fn nested(any_value: &'a [u8], bytes_max: usize, depth_left: u8) -> Self {
        let mut value = Self::Empty;
        let mut fields = Fields::new(any_value);
        while let Ok(Some((number, field))) = fields.next() {
            value = match (number, field) {
                (1, Field::Bytes(bytes)) => Self::Text(text(bytes, bytes_max)),
                (2, Field::Varint(flag)) => Self::Bool(flag != 0),
                (3, Field::Varint(bits)) => Self::Int(bits.cast_signed()),
                (4, Field::Fixed64(bits)) => Self::Double(f64::from_bits(bits)),
                (5 | 6, _) if depth_left == 0 => Self::Empty,
                (5, Field::Bytes(message)) => Self::List(ListRef(Items {
                    message,
                    bytes_max,
                    depth_left: depth_left - 1,
                })),
                (6, Field::Bytes(message)) => Self::Map(MapRef(Items {
                    message,
                    bytes_max,
                    depth_left: depth_left - 1,
                })),
                (7, Field::Bytes(bytes)) => Self::Bytes(bytes.get(..bytes_max).unwrap_or(bytes)),
                _ => value,
            };
        }
        value
    }

    /// The text; `None` for any other kind.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text itself; `None` for any other kind.
    #[must_use]
    pub fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number; text that is one counts, since some SDKs send numbers as text.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// True or false; the texts `true` and `True` count (Python sends `exception.escaped` so).
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// An owned copy in plain JSON form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Text(text) => Value::Text(text.clone().into_owned()),
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::int(*value),
            Self::Double(value) => Value::double(*value),
            Self::Bytes(bytes) => Value::bytes(bytes),
            Self::List(list) => Value::List(list.iter().map(|item| item.to_value()).collect()),
            Self::Map(map) => {
                let entries = map
                    .iter()
                    .map(|(key, value)| (key.into_owned(), value.to_value()));
                Value::Map(entries.collect())
            }
        }
    }
}

/// An array, read as it is walked.
#[derive(Debug, Clone, Copy)]
pub struct ListRef<'a>(Items<'a>);

impl<'a> ListRef<'a> {
    /// The elements in order, up to the value's limit of bytes.
    pub fn iter(&self) -> impl Iterator<Item = ValueRef<'a>> + use<'a> {
        let depth_left = self.0.depth_left;
        self.0
            .walk()
            .map(move |(item, left)| ValueRef::nested(item, left, depth_left))
    }
}

/// A key-value list, read as it is walked.
#[derive(Debug, Clone, Copy)]
pub struct MapRef<'a>(Items<'a>);

impl<'a> MapRef<'a> {
    /// The entries in order, repeated keys included, up to the value's limit of bytes.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'a, str>, ValueRef<'a>)> + use<'a> {
        let depth_left = self.0.depth_left;
        self.0.walk().map(move |(item, left)| {
            let (key, value) = key_value(item);
            let value = ValueRef::nested(value, left, depth_left);
            (text(key, NAME_BYTES_MAX), value)
        })
    }
}

/// The repeated field 1 of an array or a key-value list.
#[derive(Debug, Clone, Copy)]
struct Items<'a> {
    message: &'a [u8],
    bytes_max: usize,
    depth_left: u8,
}

impl<'a> Items<'a> {
    /// Each item with the bytes it may use: all of them together stay within `bytes_max`.
    fn walk(self) -> impl Iterator<Item = (&'a [u8], usize)> {
        let mut fields = Fields::new(self.message);
        std::iter::from_fn(move || {
            loop {
                let left = self.bytes_max.checked_sub(fields.position())?;
                match fields.next().ok()?? {
                    (1, Field::Bytes(item)) if left > 0 => return Some((item, left)),
                    (1, Field::Bytes(_)) => return None,
                    _ => {}
                }
            }
        })
    }
}

/// Key and value bytes of a `KeyValue`; what is missing is empty.
#[inline]
pub(super) fn key_value(message: &[u8]) -> (&[u8], &[u8]) {
    let (mut key, mut value): (&[u8], &[u8]) = (&[], &[]);
    let mut fields = Fields::new(message);
    while let Ok(Some((number, field))) = fields.next() {
        match (number, field) {
            (1, Field::Bytes(bytes)) => key = bytes,
            (2, Field::Bytes(bytes)) => value = bytes,
            _ => {}
        }
    }
    (key, value)
}

/// Checks a `KeyValue` and all that is in it.
#[inline]
pub(super) fn check_key_value(message: &[u8], warnings: &mut Warnings) -> Result<(), WireError> {
    let (mut key, mut value): (&[u8], &[u8]) = (&[], &[]);
    let mut fields = Fields::new(message);
    while let Some((number, field)) = fields.next()? {
        match number {
            1 => key = field.bytes(number)?,
            2 => {
                value = field.bytes(number)?;
                check_any_value(value, VALUE_DEPTH_MAX, warnings)?;
            }
            KEY_STRINDEX => warnings.add(Warning::StringReference),
            _ => {}
        }
    }
    let too_long =
        value.len() > VALUE_BYTES_MAX && value.len() > value_bytes_max(key) + VALUE_HEADER_MAX;
    warnings.add_if(Warning::Cut, too_long || key.len() > NAME_BYTES_MAX);
    Ok(())
}

/// Checks an `AnyValue`; what is nested deeper than we read is not looked at.
pub(super) fn check_any_value(
    message: &[u8],
    depth_left: u8,
    warnings: &mut Warnings,
) -> Result<(), WireError> {
    let mut fields = Fields::new(message);
    while let Some((number, field)) = fields.next()? {
        match number {
            1 | 7 => drop(field.bytes(number)?),
            2 | 3 => drop(field.varint(number)?),
            4 => drop(field.fixed64(number)?),
            5 | 6 => check_items(field.bytes(number)?, number == 6, depth_left, warnings)?,
            STRING_VALUE_STRINDEX => warnings.add(Warning::StringReference),
            _ => {}
        }
    }
    Ok(())
}

fn check_items(
    message: &[u8],
    is_map: bool,
    depth_left: u8,
    warnings: &mut Warnings,
) -> Result<(), WireError> {
    let Some(depth_left) = depth_left.checked_sub(1) else {
        warnings.add(Warning::Cut);
        return Ok(());
    };
    let mut fields = Fields::new(message);
    while let Some((number, field)) = fields.next()? {
        match number {
            1 if is_map => check_entry(field.bytes(number)?, depth_left, warnings)?,
            1 => check_any_value(field.bytes(number)?, depth_left, warnings)?,
            _ => {}
        }
    }
    Ok(())
}

/// Checks an entry of a key-value list.
fn check_entry(message: &[u8], depth_left: u8, warnings: &mut Warnings) -> Result<(), WireError> {
    let mut fields = Fields::new(message);
    while let Some((number, field)) = fields.next()? {
        match number {
            1 => drop(field.bytes(number)?),
            2 => check_any_value(field.bytes(number)?, depth_left, warnings)?,
            _ => {}
        }
    }
    Ok(())
}

const KEY_STRINDEX: u32 = 3;
const STRING_VALUE_STRINDEX: u32 = 8;
/// Tag and length before the text of a value that is just within its limit.
const VALUE_HEADER_MAX: usize = 4;
