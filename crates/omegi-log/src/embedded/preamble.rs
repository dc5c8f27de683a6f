//! How a segment's file begins and, once it is full, ends.
//!
//! It begins with 4096 bytes that hold the preamble twice, in different sectors: without its salt no
//! record could be checked. A full segment ends with a footer: the sparse index, so that opening a
//! log reads the footers and scans the last segment alone.

use xxhash_rust::xxh3::xxh3_64;

use super::index::{Entry, SparseIndex};
use crate::{AppendTime, Offset};

/// Where records begin.
pub(crate) const RECORDS_AT: u64 = 4096;
/// Bytes at the very end of a full segment.
pub(crate) const TRAILER_BYTES: usize = 64;

const COPY_AT: usize = 2048;
const PREAMBLE_BYTES: usize = 48;
const BEGIN: &[u8; 8] = b"OMEGILOG";
const END: &[u8; 8] = b"OMEGIEND";
const VERSION: u32 = 1;
const ENTRY_BYTES: usize = 24;

/// What is known of a segment when it is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Preamble {
    /// Offset of its first record.
    pub(crate) base: Offset,
    /// Append time of the record before.
    pub(crate) after: AppendTime,
    /// Seeds its records' checksums.
    pub(crate) salt: u64,
}

impl Preamble {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut one = Vec::with_capacity(PREAMBLE_BYTES);
        one.extend_from_slice(BEGIN);
        one.extend_from_slice(&VERSION.to_le_bytes());
        one.extend_from_slice(&[0; 4]);
        one.extend_from_slice(&self.base.0.to_le_bytes());
        one.extend_from_slice(&self.after.0.to_le_bytes());
        one.extend_from_slice(&self.salt.to_le_bytes());
        one.extend_from_slice(&xxh3_64(&one).to_le_bytes());
        let mut out = vec![0; RECORDS_AT as usize];
        out[..PREAMBLE_BYTES].copy_from_slice(&one);
        out[COPY_AT..COPY_AT + PREAMBLE_BYTES].copy_from_slice(&one);
        out
    }

    /// Reads whichever copy is whole.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, PreambleError> {
        let first = Self::decode_one(bytes);
        let second = || {
            bytes
                .get(COPY_AT..)
                .map_or(Err(PreambleError::Damaged), Self::decode_one)
        };
        first.or_else(|error| second().map_err(|_| error))
    }

    fn decode_one(bytes: &[u8]) -> Result<Self, PreambleError> {
        let mut fields = Fields::checked(bytes, PREAMBLE_BYTES).ok_or(PreambleError::Damaged)?;
        if fields.take() != Some(BEGIN) {
            return Err(PreambleError::Damaged);
        }
        match fields.number().map(|version| version as u32) {
            Some(VERSION) => {}
            Some(version) => return Err(PreambleError::Version(version)),
            None => return Err(PreambleError::Damaged),
        }
        let mut next = || fields.number().ok_or(PreambleError::Damaged);
        Ok(Self {
            base: Offset(next()?),
            after: AppendTime(next()? as i64),
            salt: next()?,
        })
    }
}

/// Why a preamble cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PreambleError {
    #[error("its beginning is damaged")]
    Damaged,
    #[error("it has version {0}, this program reads version {VERSION}")]
    Version(u32),
}

/// What is known of a segment when it is full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Footer {
    /// Where records end and the footer begins.
    pub(crate) end: u64,
    /// Offset after its last record.
    pub(crate) next: Offset,
    /// Append time of its first record; of the record before where it has none.
    pub(crate) first_time: AppendTime,
    /// Append time of its last record; of the record before where it has none.
    pub(crate) last_time: AppendTime,
    pub(crate) index: SparseIndex,
}

impl Footer {
    /// Bytes on disk of a footer with `entries`.
    pub(crate) fn bytes_for(entries: usize) -> u64 {
        (entries * ENTRY_BYTES + TRAILER_BYTES) as u64
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let entries = self.index.entries();
        let mut out = Vec::with_capacity(entries.len() * ENTRY_BYTES + TRAILER_BYTES);
        for entry in entries {
            out.extend_from_slice(&entry.offset.0.to_le_bytes());
            out.extend_from_slice(&entry.position.to_le_bytes());
            out.extend_from_slice(&entry.append_time.0.to_le_bytes());
        }
        let checksum = xxh3_64(&out);
        let trailer = out.len();
        out.extend_from_slice(END);
        out.extend_from_slice(&self.end.to_le_bytes());
        out.extend_from_slice(&self.next.0.to_le_bytes());
        out.extend_from_slice(&self.first_time.0.to_le_bytes());
        out.extend_from_slice(&self.last_time.0.to_le_bytes());
        out.extend_from_slice(&(entries.len() as u64).to_le_bytes());
        out.extend_from_slice(&checksum.to_le_bytes());
        let sum = xxh3_64(out.get(trailer..).unwrap_or_default());
        out.extend_from_slice(&sum.to_le_bytes());
        out
    }

    /// Reads the end of a file of `length` bytes: how long the footer is, so that it can be fetched.
    pub(crate) fn bytes(trailer: &[u8], length: u64) -> Option<usize> {
        let entries = Trailer::decode(trailer)?;
        let bytes = Self::bytes_for(usize::try_from(entries.count).ok()?);
        (entries.end >= RECORDS_AT && entries.end.checked_add(bytes) == Some(length))
            .then_some(bytes as usize)
    }

    /// Reads a whole footer.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (entries, trailer) = bytes.split_at_checked(bytes.len().checked_sub(TRAILER_BYTES)?)?;
        let trailer = Trailer::decode(trailer)?;
        if xxh3_64(entries) != trailer.entries_checksum {
            return None;
        }
        let mut index = SparseIndex::default();
        for entry in entries.chunks_exact(ENTRY_BYTES) {
            let mut fields = Fields(entry);
            index.push(Entry {
                offset: Offset(fields.number()?),
                position: fields.number()?,
                append_time: AppendTime(fields.number()? as i64),
            });
        }
        Some(Self {
            end: trailer.end,
            next: trailer.next,
            first_time: trailer.first_time,
            last_time: trailer.last_time,
            index,
        })
    }
}

struct Trailer {
    end: u64,
    next: Offset,
    first_time: AppendTime,
    last_time: AppendTime,
    count: u64,
    entries_checksum: u64,
}

impl Trailer {
    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::checked(bytes, TRAILER_BYTES)?;
        (fields.take()? == END).then_some(())?;
        Some(Self {
            end: fields.number()?,
            next: Offset(fields.number()?),
            first_time: AppendTime(fields.number()? as i64),
            last_time: AppendTime(fields.number()? as i64),
            count: fields.number()?,
            entries_checksum: fields.number()?,
        })
    }
}

/// Reads eight bytes after eight.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The first `length` bytes, if the last eight of them are the checksum of the others.
    fn checked(bytes: &'a [u8], length: usize) -> Option<Self> {
        let (fields, checksum) = bytes.get(..length)?.split_last_chunk::<8>()?;
        (xxh3_64(fields) == u64::from_le_bytes(*checksum)).then_some(Self(fields))
    }

    fn take(&mut self) -> Option<&'a [u8; 8]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(field)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(|field| u64::from_le_bytes(*field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preamble_survives_the_loss_of_either_copy() {
        let preamble = Preamble {
            base: Offset(7),
            after: AppendTime(9),
            salt: 11,
        };
        for copy in [0, COPY_AT] {
            let mut bytes = preamble.encode();
            bytes[copy + 20] ^= 1;
            assert_eq!(Preamble::decode(&bytes), Ok(preamble));
        }
        assert_eq!(Preamble::decode(&[0; 4096]), Err(PreambleError::Damaged));
        assert_eq!(Preamble::decode(&[]), Err(PreambleError::Damaged));
    }

    #[test]
    fn a_footer_is_read_as_it_was_written_and_not_otherwise() {
        let mut index = SparseIndex::default();
        index.push(Entry {
            offset: Offset(1),
            position: 4096,
            append_time: AppendTime(3),
        });
        index.push(Entry {
            offset: Offset(5),
            position: 8192,
            append_time: AppendTime(4),
        });
        let footer = Footer {
            end: 9000,
            next: Offset(8),
            first_time: AppendTime(3),
            last_time: AppendTime(5),
            index,
        };
        let bytes = footer.encode();
        let trailer = &bytes[bytes.len() - TRAILER_BYTES..];
        let length = 9000 + bytes.len() as u64;
        assert_eq!(Footer::bytes(trailer, length), Some(bytes.len()));
        assert_eq!(Footer::bytes(trailer, length + 8), None);
        assert_eq!(Footer::decode(&bytes), Some(footer));
        for byte in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[byte] ^= 1;
            assert_eq!(Footer::decode(&damaged), None, "byte {byte}");
        }
    }
}
