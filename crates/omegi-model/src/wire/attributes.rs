//! Attributes of anything that has them: the last of equal keys counts, too many are cut.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::fields::Repeated;
use super::limits::{ATTRIBUTES_MAX, NAME_BYTES_MAX, value_bytes_max};
use super::text::text;
use super::value::{ValueRef, key_value};
use crate::value::Attributes;

/// Attributes as they lie in the request.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttributesRef<'a>(pub(super) Repeated<'a>);

impl<'a> AttributesRef<'a> {
    /// Each key once, in order.
    pub(super) fn iter(self) -> impl Iterator<Item = (Cow<'a, str>, ValueRef<'a>)> {
        let overridden = self.overridden();
        self.raw()
            .enumerate()
            .filter(move |(index, _)| !overridden.contains(*index))
            .map(|(_, (key, value))| {
                let value = ValueRef::parse(value, value_bytes_max(key));
                (text(key, NAME_BYTES_MAX), value)
            })
    }

    /// The value of `key`.
    pub(super) fn get(self, key: &str) -> Option<ValueRef<'a>> {
        let found = self
            .raw()
            .filter(|(found, _)| *found == key.as_bytes())
            .last();
        found.map(|(key, value)| ValueRef::parse(value, value_bytes_max(key)))
    }

    /// An owned copy.
    pub(super) fn to_attributes(self) -> Attributes {
        let owned = self
            .iter()
            .map(|(key, value)| (key.into_owned(), value.to_value()));
        owned.collect()
    }

    /// More attributes than are kept.
    pub(super) fn is_cut(self) -> bool {
        self.0.count() > ATTRIBUTES_MAX
    }

    pub(super) fn has_duplicates(self) -> bool {
        !self.overridden().is_empty()
    }

    /// Keys and values within the limit, repeats included.
    pub(super) fn raw(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.0.iter().take(ATTRIBUTES_MAX as usize).map(key_value)
    }

    /// Positions whose key comes again later.
    fn overridden(self) -> Positions {
        let mut positions = Positions::default();
        if self.keys_surely_differ() {
            return positions;
        }
        let mut last = HashMap::with_capacity(self.0.count().min(ATTRIBUTES_MAX) as usize);
        for (index, (key, _)) in self.raw().enumerate() {
            if let Some(earlier) = last.insert(key, index) {
                positions.insert(earlier);
            }
        }
        positions
    }

    /// A cheap look that spares nearly every record the map of keys.
    fn keys_surely_differ(self) -> bool {
        let mut seen = [0_u64; 16];
        for (key, _) in self.raw() {
            let hash = key_hash(key);
            let (word, bit) = ((hash >> 6) as usize % 16, 1_u64 << (hash % 64));
            if let Some(word) = seen.get_mut(word) {
                if *word & bit != 0 {
                    return false;
                }
                *word |= bit;
            }
        }
        true
    }
}

/// Ten well mixed bits from a key's length and its last bytes, where attribute names differ.
#[inline]
fn key_hash(key: &[u8]) -> u64 {
    let tail = match key.last_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => key
            .iter()
            .fold(0, |hash, byte| hash << 8 | u64::from(*byte)),
    };
    let head = key
        .first_chunk::<8>()
        .map_or(0, |chunk| u64::from_le_bytes(*chunk));
    let mixed =
        (tail ^ head.rotate_left(29) ^ key.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed >> 54
}

/// A set of positions below [`ATTRIBUTES_MAX`].
#[derive(Debug, Clone, Copy, Default)]
struct Positions([u64; ATTRIBUTES_MAX as usize / 64]);

impl Positions {
    fn insert(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    #[inline]
    fn contains(&self, index: usize) -> bool {
        self.0
            .get(index / 64)
            .is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    fn is_empty(&self) -> bool {
        self.0 == [0; ATTRIBUTES_MAX as usize / 64]
    }
}
