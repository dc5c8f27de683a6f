//! Tells, without a look at the disk, that a trace is surely not in a table.
//!
//! A split-block Bloom filter (as Parquet's): one cache line a look-up, 18 bits a key, under
//! 1 % of false alarms. It grows by layers, each twice the one before.

/// Keys a 64-byte block takes.
const KEYS_PER_BLOCK: usize = 28;
const FIRST_BLOCKS: usize = 64;

/// A growing set of hashes that may say yes wrongly, never no.
#[derive(Debug, Default)]
pub(super) struct Filter {
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Layer {
    blocks: Vec<[u64; 8]>,
    keys: usize,
}

impl Filter {
    pub(super) fn insert(&mut self, hash: u64) {
        let full = self
            .layers
            .last()
            .is_none_or(|layer| layer.keys >= layer.blocks.len() * KEYS_PER_BLOCK);
        if full {
            let blocks = FIRST_BLOCKS << self.layers.len().min(20);
            self.layers.push(Layer {
                blocks: vec![[0; 8]; blocks],
                keys: 0,
            });
        }
        if let Some(layer) = self.layers.last_mut() {
            layer.keys += 1;
            let at = place(hash, layer.blocks.len());
            let bits = bits(hash);
            if let Some(block) = layer.blocks.get_mut(at) {
                block
                    .iter_mut()
                    .zip(bits)
                    .for_each(|(word, bit)| *word |= bit);
            }
        }
    }

    /// False: surely not inserted.
    pub(super) fn may_contain(&self, hash: u64) -> bool {
        let bits = bits(hash);
        self.layers.iter().rev().any(|layer| {
            let block = layer.blocks.get(place(hash, layer.blocks.len()));
            block.is_some_and(|block| block.iter().zip(bits).all(|(word, bit)| word & bit != 0))
        })
    }

    /// Memory held.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.layers
            .iter()
            .map(|layer| layer.blocks.len() * 64)
            .sum()
    }
}

/// Which block, by the hash's upper half.
fn place(hash: u64, blocks: usize) -> usize {
    (((hash >> 32) * blocks as u64) >> 32) as usize
}

/// One bit in each word of the block, by the hash mixed anew.
fn bits(hash: u64) -> [u64; 8] {
    let mixed = (hash ^ hash >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    std::array::from_fn(|word| 1 << (mixed >> (16 + 6 * word) & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(n: u64) -> u64 {
        xxhash_rust::xxh3::xxh3_64(&n.to_le_bytes())
    }

    #[test]
    fn what_was_inserted_is_found_and_little_else() {
        let mut filter = Filter::default();
        (0..100_000).for_each(|n| filter.insert(hash(n)));
        assert!((0..100_000).all(|n| filter.may_contain(hash(n))));
        let wrong = (100_000..200_000)
            .filter(|n| filter.may_contain(hash(*n)))
            .count();
        assert!(wrong < 1_000, "{wrong} of 100,000 false alarms");
        assert!(filter.bytes() < 100_000 * 4, "{} bytes", filter.bytes());
    }

    #[test]
    fn an_empty_filter_contains_nothing() {
        assert!(!Filter::default().may_contain(hash(1)));
    }
}
