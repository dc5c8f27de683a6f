//! From JSON tokens to protobuf fields, message by message as the schema has it.

use super::scalar::{base64_bytes, double_text, hex, is_base64_id, whole};
use super::scanner::Scanner;
use super::schema::{FieldSchema, Kind, Schema};
use super::writer::Writer;
use super::{JsonError, JsonProblem, Transcoded};
use crate::wire::limits::VALUE_DEPTH_MAX;
use crate::wire::warning::{Warning, Warnings};

/// One request on its way.
#[derive(Debug)]
pub(super) struct Transcoder<'a> {
    json: Scanner<'a>,
    out: Writer,
    warnings: Warnings,
}

impl<'a> Transcoder<'a> {
    pub(super) fn new(json: &'a [u8]) -> Self {
        Self {
            out: Writer::with_capacity(json.len() / 2),
            json: Scanner::new(json),
            warnings: Warnings::default(),
        }
    }

    pub(super) fn request(mut self, schema: &Schema) -> Result<Transcoded, JsonError> {
        self.message(schema, VALUE_DEPTH_MAX)?;
        self.json.end()?;
        Ok(Transcoded {
            body: self.out.finish(),
            warnings: self.warnings,
        })
    }

    /// Recursion: only an `AnyValue` holds itself, and `depth_left` bounds it.
    fn message(&mut self, schema: &Schema, depth_left: u8) -> Result<(), JsonError> {
        self.json.expect(b'{', "an object")?;
        if self.json.take_if(b'}')? {
            return Ok(());
        }
        loop {
            let key = self.json.key()?;
            if self.json.take_null()? {
                // Absent, for every kind of field.
            } else if let Some(field) = find(schema, &key) {
                self.field(field, depth_left)?;
            } else {
                self.warnings
                    .add_if(Warning::SnakeCaseKey, is_snake_case_of(schema, &key));
                self.json.skip_value()?;
            }
            if !self.json.more(b'}')? {
                return Ok(());
            }
        }
    }

    fn field(&mut self, field: &FieldSchema, depth_left: u8) -> Result<(), JsonError> {
        let (_, number, kind) = *field;
        match kind {
            Kind::Text => {
                let text = self.json.string()?;
                self.out.bytes(number, &text);
            }
            Kind::Bytes => {
                let text = self.json.string()?;
                let bytes = base64_bytes(&text);
                let bytes = bytes.ok_or_else(|| self.json.error(JsonProblem::Base64))?;
                self.out.bytes(number, &bytes);
            }
            Kind::Id(length) => self.id(number, length)?,
            Kind::Bool => {
                let value = self.boolean()?;
                self.out.varint(number, u64::from(value));
            }
            Kind::Int64 => {
                let value = self.whole::<i64>()?;
                self.out.varint(number, value.cast_unsigned());
            }
            Kind::Uint32 => {
                let value = self.whole::<u32>()?;
                self.out.varint(number, u64::from(value));
            }
            Kind::Fixed32 => {
                let value = self.whole::<u32>()?;
                self.out.fixed32(number, value);
            }
            Kind::Fixed64 => {
                let value = self.whole::<u64>()?;
                self.out.fixed64(number, value);
            }
            Kind::Double => {
                let value = self.double()?;
                self.out.fixed64(number, value.to_bits());
            }
            Kind::Enum(names) => {
                let value = self.enumeration(names)?;
                self.out.varint(number, value);
            }
            Kind::One(schema) => self.nested(number, schema, depth_left)?,
            Kind::Many(schema) => self.array(number, schema, depth_left)?,
            Kind::Deeper(schema) => match depth_left.checked_sub(1) {
                Some(depth_left) => self.nested(number, schema, depth_left)?,
                None => {
                    self.warnings.add(Warning::Cut);
                    self.json.skip_value()?;
                }
            },
            Kind::StringReference => {
                self.warnings.add(Warning::StringReference);
                self.json.skip_value()?;
            }
        }
        Ok(())
    }

    fn nested(&mut self, number: u32, schema: &Schema, depth_left: u8) -> Result<(), JsonError> {
        let open = self.out.open(number);
        self.message(schema, depth_left)?;
        self.out.close(open);
        Ok(())
    }

    fn array(&mut self, number: u32, schema: &Schema, depth_left: u8) -> Result<(), JsonError> {
        self.json.expect(b'[', "an array")?;
        if self.json.take_if(b']')? {
            return Ok(());
        }
        loop {
            if !self.json.take_null()? {
                self.nested(number, schema, depth_left)?;
            }
            if !self.json.more(b']')? {
                return Ok(());
            }
        }
    }

    /// Hex of the right length; an empty text is an absent id, and any other is written as one
    /// byte, so that the reader sees an id of wrong length.
    fn id(&mut self, number: u32, length: usize) -> Result<(), JsonError> {
        let text = self.json.string()?;
        if text.is_empty() {
            return Ok(());
        }
        if let Some(bytes) = hex(&text, length) {
            self.out
                .bytes(number, bytes.get(..length).unwrap_or_default());
            return Ok(());
        }
        let is_base64 = is_base64_id(&text, length);
        self.warnings.add(if is_base64 {
            Warning::Base64Id
        } else {
            Warning::NotHexId
        });
        self.out.bytes(number, &[0]);
        Ok(())
    }

    fn boolean(&mut self) -> Result<bool, JsonError> {
        match self.json.peek()? {
            b't' => self.json.literal(b"true").map(|()| true),
            b'f' => self.json.literal(b"false").map(|()| false),
            _ => Err(self.json.error(JsonProblem::Expected("true or false"))),
        }
    }

    /// A number, or a string with one in it.
    fn whole<T: TryFrom<i128>>(&mut self) -> Result<T, JsonError> {
        let value = match self.json.peek()? {
            b'"' => {
                let text = self.json.string()?;
                std::str::from_utf8(&text)
                    .ok()
                    .filter(|text| !text.starts_with('+'))
                    .and_then(whole)
            }
            b'-' | b'0'..=b'9' => whole(self.json.number()?),
            _ => return Err(self.json.error(JsonProblem::Expected("a whole number"))),
        };
        let value = value.and_then(|value| T::try_from(value).ok());
        value.ok_or_else(|| self.json.error(JsonProblem::Number))
    }

    fn double(&mut self) -> Result<f64, JsonError> {
        let value = match self.json.peek()? {
            b'"' => double_text(&self.json.string()?),
            b'-' | b'0'..=b'9' => self
                .json
                .number()?
                .parse()
                .ok()
                .filter(|v: &f64| v.is_finite()),
            _ => return Err(self.json.error(JsonProblem::Expected("a number"))),
        };
        value.ok_or_else(|| self.json.error(JsonProblem::Number))
    }

    /// A number, kept even if unknown; names are taken too, since some senders use them.
    fn enumeration(&mut self, names: &[(&str, u64)]) -> Result<u64, JsonError> {
        if self.json.peek()? != b'"' {
            // A negative one is kept as protobuf keeps it: sign-extended.
            return self
                .whole::<i32>()
                .map(|value| i64::from(value).cast_unsigned());
        }
        let text = self.json.string()?;
        if let Some((_, value)) = names.iter().find(|(name, _)| name.as_bytes() == &*text) {
            self.warnings.add(Warning::EnumName);
            return Ok(*value);
        }
        self.warnings.add(Warning::EnumNameUnknown);
        Ok(0)
    }
}

#[inline]
fn find(schema: &Schema, key: &[u8]) -> Option<&'static FieldSchema> {
    schema.0.iter().find(|(name, _, _)| name.as_bytes() == key)
}

/// Whether `key` is `resource_spans` where the schema has `resourceSpans`.
fn is_snake_case_of(schema: &Schema, key: &[u8]) -> bool {
    if !key.contains(&b'_') {
        return false;
    }
    let mut camel = Vec::with_capacity(key.len());
    let mut raise = false;
    for byte in key {
        match byte {
            b'_' => raise = true,
            _ if raise => {
                camel.push(byte.to_ascii_uppercase());
                raise = false;
            }
            _ => camel.push(*byte),
        }
    }
    find(schema, &camel).is_some()
}
