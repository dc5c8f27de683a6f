//! An event as bytes: `format, flags, checksum, fields with their lengths, payload`.
//!
//! Format 1, little endian: `u8 format=1, u8 flags=0, u64 xxh3 of all that follows,
//! u64 version, i64 at, u16 schema, (u8 length, bytes) kind, (u8) stream, (u16) actor, payload`.
//! The position is the key; it takes part in the checksum as its seed, so that bytes which land
//! under a wrong key are found.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::error::{AppendError, ReadError};
use crate::stream::{Position, StreamId, Version};

/// Longest kind, in bytes.
pub const KIND_BYTES_MAX: usize = 64;
/// Longest actor, in bytes.
pub const ACTOR_BYTES_MAX: usize = 256;
/// Largest payload, in bytes: a long note, not a file.
pub const PAYLOAD_BYTES_MAX: usize = 1 << 20;

const FORMAT: u8 = 1;
const HEADER_BYTES: usize = 10;

/// An event to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// What happened, such as `project_created`; at most [`KIND_BYTES_MAX`].
    pub kind: String,
    /// Schema version of the payload.
    pub schema: u16,
    /// Who did it; at most [`ACTOR_BYTES_MAX`].
    pub actor: String,
    /// When, in Unix nanoseconds.
    pub at: i64,
    /// JSON, by convention of the callers; at most [`PAYLOAD_BYTES_MAX`].
    pub payload: Vec<u8>,
}

impl NewEvent {
    pub(crate) fn check(&self) -> Result<(), AppendError> {
        for (field, bytes, bytes_max) in [
            ("kind", self.kind.len(), KIND_BYTES_MAX),
            ("actor", self.actor.len(), ACTOR_BYTES_MAX),
            ("payload", self.payload.len(), PAYLOAD_BYTES_MAX),
        ] {
            if bytes > bytes_max {
                return Err(AppendError::TooLarge {
                    field,
                    bytes,
                    bytes_max,
                });
            }
        }
        Ok(())
    }
}

/// An event as it lies in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Place in the global order.
    pub position: Position,
    /// Its stream.
    pub stream: StreamId,
    /// Place in its stream.
    pub version: Version,
    /// What happened.
    pub kind: String,
    /// Schema version of the payload.
    pub schema: u16,
    /// Who did it.
    pub actor: String,
    /// When, in Unix nanoseconds.
    pub at: i64,
    /// What the writer gave.
    pub payload: Vec<u8>,
}

/// The stored bytes of `event`, whose fields were checked.
pub(crate) fn encode(
    position: Position,
    stream: &StreamId,
    version: Version,
    event: &NewEvent,
) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(
        HEADER_BYTES + 32 + event.kind.len() + event.actor.len() + event.payload.len(),
    );
    bytes.extend_from_slice(&[FORMAT, 0]);
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&version.0.to_le_bytes());
    bytes.extend_from_slice(&event.at.to_le_bytes());
    bytes.extend_from_slice(&event.schema.to_le_bytes());
    // The lengths fit: `check` and `StreamId` bound them.
    bytes.push(event.kind.len() as u8);
    bytes.extend_from_slice(event.kind.as_bytes());
    bytes.push(stream.as_str().len() as u8);
    bytes.extend_from_slice(stream.as_str().as_bytes());
    bytes.extend_from_slice(&(event.actor.len() as u16).to_le_bytes());
    bytes.extend_from_slice(event.actor.as_bytes());
    bytes.extend_from_slice(&event.payload);
    let checksum = xxh3_64_with_seed(&bytes[HEADER_BYTES..], position.0);
    bytes[2..HEADER_BYTES].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Reads what [`encode`] wrote at `position`.
pub(crate) fn decode(position: Position, bytes: &[u8]) -> Result<StoredEvent, ReadError> {
    let damaged = |what| ReadError::Damaged(position, what);
    let (header, body) = bytes
        .split_at_checked(HEADER_BYTES)
        .ok_or(damaged("shorter than its header"))?;
    let (&[format, flags], checksum) = header
        .split_first_chunk::<2>()
        .ok_or(damaged("no format"))?;
    if format != FORMAT || flags != 0 {
        return Err(ReadError::Format(position, format));
    }
    if xxh3_64_with_seed(body, position.0).to_le_bytes() != checksum {
        return Err(damaged("checksum differs"));
    }
    let mut fields = Fields(body);
    let mut event = || {
        Some(StoredEvent {
            position,
            version: Version(u64::from_le_bytes(fields.array()?)),
            at: i64::from_le_bytes(fields.array()?),
            schema: u16::from_le_bytes(fields.array()?),
            kind: fields.short_text()?,
            stream: StreamId::new(fields.short_text()?).ok()?,
            actor: fields.long_text()?,
            payload: fields.0.to_vec(),
        })
    };
    event().ok_or(damaged("fields do not fit"))
}

/// What is left to read of a record's body.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn short_text(&mut self) -> Option<String> {
        let [length] = self.array()?;
        self.text(usize::from(length))
    }

    fn long_text(&mut self) -> Option<String> {
        let length = u16::from_le_bytes(self.array()?);
        self.text(usize::from(length))
    }

    fn text(&mut self, length: usize) -> Option<String> {
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(std::str::from_utf8(text).ok()?.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Position, Vec<u8>) {
        let stream = StreamId::new("project-1").unwrap();
        let event = NewEvent {
            kind: "project_created".into(),
            schema: 2,
            actor: "user:kim".into(),
            at: -5,
            payload: b"{\"name\":\"Shop\"}".to_vec(),
        };
        (
            Position(9),
            encode(Position(9), &stream, Version(3), &event),
        )
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let (position, bytes) = sample();
        let event = decode(position, &bytes).unwrap();
        assert_eq!((event.version, event.schema, event.at), (Version(3), 2, -5));
        assert_eq!(event.stream.as_str(), "project-1");
        assert_eq!(event.payload, b"{\"name\":\"Shop\"}");
    }

    #[test]
    fn any_flipped_bit_is_found() {
        let (position, bytes) = sample();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(position, &damaged).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_cut_record_or_one_under_a_wrong_key_is_found() {
        let (position, bytes) = sample();
        for length in 0..bytes.len() {
            assert!(
                decode(position, &bytes[..length]).is_err(),
                "length {length}"
            );
        }
        assert!(decode(Position(8), &bytes).is_err());
    }
}
