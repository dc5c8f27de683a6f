//! One record on disk: a header of 40 bytes, the body, zeros up to a multiple of 8.
//!
//! The header has a checksum of its own, seeded by its segment: bytes of another segment, or a body
//! that looks like a frame, are never taken for a record. All numbers are little-endian.
//!
//! | at | bytes | what |
//! |----|-------|------|
//! | 0  | 4 | checksum of bytes 4..40: low half of xxh3-64, seeded with the segment's salt |
//! | 4  | 4 | length of the body |
//! | 8  | 8 | offset |
//! | 16 | 8 | append time, Unix nanoseconds |
//! | 24 | 8 | checksum of the body: xxh3-64 |
//! | 32 | 1 | kind: 1 data, 2 tick, 3 emptied |
//! | 33 | 1 | flags |
//! | 34 | 6 | zero |

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::{AppendTime, Offset, RecordKind};

/// Bytes before the body.
pub(crate) const HEADER_BYTES: usize = 40;
/// Frames begin at multiples of this, so a search for the next one after damage can step by it.
pub(crate) const ALIGN: u64 = 8;
/// Its batch ends with this record.
pub(crate) const LAST_OF_BATCH: u8 = 1;
/// All before it had been synced when it was written: damage before it is no torn tail.
pub(crate) const FIRST_OF_COMMIT: u8 = 2;
/// Emptied because it could not be read any more when its segment was written anew.
pub(crate) const LOST: u8 = 4;

const FLAGS: u8 = LAST_OF_BATCH | FIRST_OF_COMMIT | LOST;

/// What a frame says before its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) offset: Offset,
    pub(crate) append_time: AppendTime,
    pub(crate) kind: RecordKind,
    pub(crate) flags: u8,
    pub(crate) length: u32,
    pub(crate) body_checksum: u64,
}

impl Header {
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Bytes of the whole frame on disk.
    pub(crate) fn frame_bytes(&self) -> u64 {
        frame_bytes(self.length as usize)
    }

    pub(crate) fn encode(&self, salt: u64) -> [u8; HEADER_BYTES] {
        let mut out = [0; HEADER_BYTES];
        out[4..8].copy_from_slice(&self.length.to_le_bytes());
        out[8..16].copy_from_slice(&self.offset.0.to_le_bytes());
        out[16..24].copy_from_slice(&self.append_time.0.to_le_bytes());
        out[24..32].copy_from_slice(&self.body_checksum.to_le_bytes());
        out[32] = kind_code(self.kind);
        out[33] = self.flags;
        let checksum = header_checksum(&out, salt);
        out[..4].copy_from_slice(&checksum.to_le_bytes());
        out
    }

    /// Nothing where the bytes are no header of this segment.
    pub(crate) fn decode(bytes: &[u8], salt: u64) -> Option<Self> {
        let bytes: &[u8; HEADER_BYTES] = bytes.first_chunk()?;
        // First what costs nothing: a search after damage tries every eighth byte.
        let kind = kind_of(bytes[32])?;
        if bytes[33] & !FLAGS != 0 || bytes[34..] != [0; 6] {
            return None;
        }
        if header_checksum(bytes, salt).to_le_bytes() != bytes[..4] {
            return None;
        }
        Some(Self {
            offset: Offset(u64::from_le_bytes(*bytes[8..].first_chunk()?)),
            append_time: AppendTime(i64::from_le_bytes(*bytes[16..].first_chunk()?)),
            kind,
            flags: bytes[33],
            length: u32::from_le_bytes(*bytes[4..].first_chunk()?),
            body_checksum: u64::from_le_bytes(*bytes[24..].first_chunk()?),
        })
    }
}

/// Bytes on disk of a record with a body of `length`.
pub(crate) fn frame_bytes(length: usize) -> u64 {
    ((HEADER_BYTES + length) as u64).next_multiple_of(ALIGN)
}

pub(crate) fn body_checksum(body: &[u8]) -> u64 {
    xxh3_64(body)
}

fn header_checksum(header: &[u8; HEADER_BYTES], salt: u64) -> u32 {
    xxh3_64_with_seed(&header[4..], salt) as u32
}

fn kind_code(kind: RecordKind) -> u8 {
    match kind {
        RecordKind::Data => 1,
        RecordKind::Tick => 2,
        RecordKind::Emptied => 3,
    }
}

fn kind_of(code: u8) -> Option<RecordKind> {
    match code {
        1 => Some(RecordKind::Data),
        2 => Some(RecordKind::Tick),
        3 => Some(RecordKind::Emptied),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            offset: Offset(u64::MAX - 1),
            append_time: AppendTime(-1),
            kind: RecordKind::Emptied,
            flags: LAST_OF_BATCH | LOST,
            length: 7,
            body_checksum: 0x0123_4567_89ab_cdef,
        }
    }

    #[test]
    fn a_header_is_read_as_it_was_written() {
        assert_eq!(Header::decode(&header().encode(9), 9), Some(header()));
        assert_eq!(header().frame_bytes(), 48);
    }

    #[test]
    fn a_header_of_another_segment_is_none() {
        assert_eq!(Header::decode(&header().encode(9), 10), None);
    }

    #[test]
    fn any_flipped_bit_of_a_header_is_noticed() {
        let bytes = header().encode(9);
        for bit in 0..HEADER_BYTES * 8 {
            let mut damaged = bytes;
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::decode(&damaged, 9), None, "bit {bit}");
        }
    }
}
