//! Tables of one trace: things kept once, found again by content.
//!
//! A typical trace has eight spans, so small tables are searched in order and only large ones get
//! an index. The index is a cache: it is not stored, and nothing ever iterates over it.

use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

/// Tables up to this length are searched in order: cheaper than hashing.
const INDEX_FROM: usize = 24;

/// Maps the hash of an item's content to its places in a `Vec`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    table: HashTable<u32>,
    hasher: RandomState,
}

impl Index {
    /// A place among the first `len` whose item satisfies `equal`, in order of places.
    ///
    /// `hash_of` gives the content a place is found by; it must agree with `hash_key`.
    pub(crate) fn find<K: std::hash::Hash>(
        &mut self,
        len: usize,
        key: &K,
        hash_of: impl Fn(&RandomState, u32) -> u64,
        equal: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        if len < INDEX_FROM {
            return (0..len as u32).find(|&place| equal(place));
        }
        self.catch_up(len, &hash_of);
        let hash = self.hasher.hash_one(key);
        self.table.find(hash, |&place| equal(place)).copied()
    }

    /// Adds the places that came since the last search.
    fn catch_up(&mut self, len: usize, hash_of: &impl Fn(&RandomState, u32) -> u64) {
        let hasher = self.hasher.clone();
        for place in self.table.len() as u32..len as u32 {
            let hash = hash_of(&hasher, place);
            self.table
                .insert_unique(hash, place, |&other| hash_of(&hasher, other));
        }
    }

    /// Memory held.
    pub(crate) fn bytes(&self) -> usize {
        self.table.capacity() * 5
    }
}

/// Place of a text in [`Texts`]; 0 is the empty text.
pub(crate) type TextId = u32;

/// Texts of one trace, each once, in one buffer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Texts {
    buffer: String,
    /// End of each text in `buffer`; text 0 is empty and has no entry.
    ends: Vec<u32>,
    /// Texts refused because the buffer was full.
    pub(crate) refused: u32,
    #[serde(skip)]
    index: Index,
}

impl Texts {
    /// The place of `text`, kept unless the buffer would exceed `bytes_max`: then the empty text.
    pub(crate) fn intern(&mut self, text: &str, bytes_max: u32) -> TextId {
        if text.is_empty() {
            return 0;
        }
        let (buffer, ends) = (&self.buffer, &self.ends);
        let at = |place: u32| text_at(buffer, ends, place);
        let found = self.index.find(
            ends.len(),
            &text,
            |hasher, place| hasher.hash_one(at(place)),
            |place| at(place) == text,
        );
        if let Some(place) = found {
            return place + 1;
        }
        if self.buffer.len() + text.len() > bytes_max as usize {
            self.refused += 1;
            return 0;
        }
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len() as u32);
        self.ends.len() as TextId
    }

    /// The text at `id`.
    pub(crate) fn get(&self, id: TextId) -> &str {
        match id.checked_sub(1) {
            Some(place) => text_at(&self.buffer, &self.ends, place),
            None => "",
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.buffer.capacity() + self.ends.capacity() * 4 + self.index.bytes()
    }
}

fn text_at<'a>(buffer: &'a str, ends: &[u32], place: u32) -> &'a str {
    let end = ends.get(place as usize).map_or(0, |&end| end as usize);
    let start = match place.checked_sub(1) {
        Some(before) => ends.get(before as usize).map_or(0, |&end| end as usize),
        None => 0,
    };
    buffer.get(start..end).unwrap_or("")
}

/// Small values of one trace, each once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Table<T> {
    items: Vec<T>,
    #[serde(skip)]
    index: Index,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            index: Index::default(),
        }
    }
}

impl<T: Copy + Eq + std::hash::Hash + Default> Table<T> {
    /// The place of `item`.
    pub(crate) fn intern(&mut self, item: T) -> u32 {
        let items = &self.items;
        let found = self.index.find(
            items.len(),
            &item,
            |hasher, place| hasher.hash_one(items.get(place as usize).copied().unwrap_or_default()),
            |place| items.get(place as usize) == Some(&item),
        );
        found.unwrap_or_else(|| {
            self.items.push(item);
            self.items.len() as u32 - 1
        })
    }

    /// The item at `place`; the default item where there is none.
    pub(crate) fn get(&self, place: u32) -> T {
        self.items.get(place as usize).copied().unwrap_or_default()
    }

    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }

    pub(crate) fn bytes(&self) -> usize {
        self.items.capacity() * size_of::<T>() + self.index.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_in_small_and_large_tables() {
        let mut texts = Texts::default();
        let first: Vec<_> = (0..100)
            .map(|n| texts.intern(&format!("t{n}"), 1 << 20))
            .collect();
        let again: Vec<_> = (0..100)
            .map(|n| texts.intern(&format!("t{n}"), 1 << 20))
            .collect();
        assert_eq!(first, again);
        assert_eq!(texts.get(first[42]), "t42");
        assert_eq!((texts.get(0), texts.get(4_000)), ("", ""));
    }

    #[test]
    fn a_full_buffer_refuses_and_counts() {
        let mut texts = Texts::default();
        assert_eq!(texts.intern("abc", 2), 0);
        assert_eq!(texts.refused, 1);
    }

    #[test]
    fn a_thawed_table_finds_what_it_had() {
        let mut table: Table<u64> = Table::default();
        for n in 0..200 {
            table.intern(n * 7);
        }
        let bytes = postcard::to_stdvec(&table).unwrap();
        let mut thawed: Table<u64> = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(thawed.intern(7 * 150), 150);
        assert_eq!(thawed.items().len(), 200);
    }
}
