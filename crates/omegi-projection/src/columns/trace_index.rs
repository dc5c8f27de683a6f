//! Where the rows of a trace lie in a file: trace id → blocks of rows.
//!
//! Layout, little-endian: bits of a bucket number (u32), then 2^bits + 1 entry numbers (u32: where
//! each bucket begins, and the end), then the entries, sorted: 16 bits of hash, 16 bits of block.
//! A bucket is the hash's top bits. Two short reads find the blocks of a trace; a wrong block comes
//! up about once in a thousand lookups and costs its reading, since rows are compared anyway.

use std::io;

use super::files::Blob;

/// Rows of a block: also the rows of a Parquet page, so a block is read alone.
pub(crate) const BLOCK_ROWS: usize = 4096;
/// Entries of a bucket, on average.
const BUCKET_ENTRIES: usize = 32;

/// The index of rows with these trace ids; all zero stands for no trace.
///
/// `None` when there is nothing to find, or more rows than block numbers reach.
pub(crate) fn build(trace_ids: impl Iterator<Item = [u8; 16]>) -> Option<Vec<u8>> {
    let mut entries: Vec<(u32, u16)> = Vec::new();
    for (row, id) in trace_ids.enumerate() {
        let block = u16::try_from(row / BLOCK_ROWS).ok()?;
        if id != [0; 16] {
            entries.push((hash(&id), block));
        }
    }
    entries.sort_unstable();
    entries.dedup();
    let bits = (entries.len() / BUCKET_ENTRIES)
        .checked_ilog2()
        .unwrap_or(0)
        .min(16);
    let mut bytes = Vec::with_capacity(8 + (4 << bits) + entries.len() * 4);
    bytes.extend_from_slice(&bits.to_le_bytes());
    for bucket in 0..=1_u32 << bits {
        let first = entries.partition_point(|(hash, _)| self::bucket(*hash, bits) < bucket);
        bytes.extend_from_slice(&(first as u32).to_le_bytes());
    }
    for (hash, block) in &entries {
        bytes.extend_from_slice(&remainder(*hash, bits).to_le_bytes());
        bytes.extend_from_slice(&block.to_le_bytes());
    }
    (!entries.is_empty()).then_some(bytes)
}

/// The blocks of the index at `place` (offset, length) of `blob` that may hold rows of the trace,
/// ascending.
pub(crate) fn blocks(
    blob: &Blob,
    place: (u64, u64),
    bits: u32,
    trace_id: &[u8; 16],
) -> io::Result<Vec<u16>> {
    let hash = hash(trace_id);
    let starts = place.0 + 4;
    let own = starts + u64::from(bucket(hash, bits)) * 4;
    let (first, end) = two_numbers(&blob.range(own..own + 8)?)?;
    let entries = starts + ((1_u64 << bits) + 1) * 4;
    let (first, end) = (entries + u64::from(first) * 4, entries + u64::from(end) * 4);
    if first > end || end > place.0 + place.1 {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "trace index is damaged",
        ));
    }
    let wanted = remainder(hash, bits).to_le_bytes();
    let bucket = blob.range(first..end)?;
    let mut blocks: Vec<u16> = bucket
        .chunks_exact(4)
        .filter(|entry| entry[..2] == wanted)
        .map(|entry| u16::from_le_bytes([entry[2], entry[3]]))
        .collect();
    blocks.sort_unstable();
    blocks.dedup();
    Ok(blocks)
}

/// The index's first number, which [`blocks`] asks for: read once a file.
pub(crate) fn bucket_bits(blob: &Blob, place: (u64, u64)) -> io::Result<u32> {
    let bytes = blob.range(place.0..place.0 + 8)?;
    match two_numbers(&bytes)?.0 {
        bits @ 0..=16 => Ok(bits),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "trace index is damaged",
        )),
    }
}

fn two_numbers(bytes: &[u8]) -> io::Result<(u32, u32)> {
    match bytes {
        [a, b, c, d, e, f, g, h] => Ok((
            u32::from_le_bytes([*a, *b, *c, *d]),
            u32::from_le_bytes([*e, *f, *g, *h]),
        )),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn bucket(hash: u32, bits: u32) -> u32 {
    hash.checked_shr(32 - bits).unwrap_or(0)
}

/// The 16 bits below the bucket's.
fn remainder(hash: u32, bits: u32) -> u16 {
    (hash << bits >> 16) as u16
}

/// Part of the file format: never to be changed. Senders' ids are random in part at best.
fn hash(id: &[u8; 16]) -> u32 {
    let (high, low) = id.split_at(8);
    let word = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0_u64, |word, byte| word << 8 | u64::from(*byte))
    };
    let mut hash = word(high).rotate_left(23) ^ word(low);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    ((hash ^ (hash >> 33)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::files::Files;

    fn id(number: u64) -> [u8; 16] {
        let mut id = [7; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        id
    }

    #[test]
    fn every_block_of_a_trace_is_found_and_few_others() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::local(folder.path()).unwrap();
        let traces = 5_000_u64;
        let rows = (0..60_000_u64).map(|row| id(row * 7 % traces));
        let index = build(rows.clone()).unwrap();
        let place = (0, index.len() as u64);
        files.put("i", index).unwrap();
        let blob = files.open("i", place.1).unwrap();
        let bits = bucket_bits(&blob, place).unwrap();
        for trace in 0..traces {
            let mut expected: Vec<u16> = rows
                .clone()
                .enumerate()
                .filter(|(_, found)| *found == id(trace))
                .map(|(row, _)| (row / BLOCK_ROWS) as u16)
                .collect();
            expected.dedup();
            let found = blocks(&blob, place, bits, &id(trace)).unwrap();
            assert!(
                expected.iter().all(|block| found.contains(block)),
                "trace {trace}"
            );
            if trace % 100 == 0 {
                assert_eq!(found, expected, "a wrong block is rare");
            }
            if trace > 200 {
                break;
            }
        }
        let wrong = (traces..traces + 1000)
            .filter(|trace| !blocks(&blob, place, bits, &id(*trace)).unwrap().is_empty());
        assert!(wrong.count() < 20);
    }

    #[test]
    fn rows_without_a_trace_are_not_indexed() {
        assert!(build(std::iter::repeat_n([0; 16], 10)).is_none());
    }
}
