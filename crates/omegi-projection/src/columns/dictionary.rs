//! Repeated text, each distinct value once.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewBuilder, UInt32Array};
use foldhash::quality::FixedState;
use hashbrown::HashTable;

/// Distinct texts, numbered from 0 in the order of their first sight.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    text: String,
    ends: Vec<u32>,
    numbers: HashTable<u32>,
    last: Option<u32>,
}

impl Dictionary {
    /// The number of `text`; the text before, again, costs one comparison.
    #[inline]
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(last) = self.last
            && self.get(last) == text
        {
            return last;
        }
        let number = self.find_or_add(text);
        self.last = Some(number);
        number
    }

    fn find_or_add(&mut self, text: &str) -> u32 {
        let hash = SEED.hash_one(text);
        let found = self.numbers.find(hash, |number| self.get(*number) == text);
        if let Some(number) = found {
            return *number;
        }
        let number = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        let (texts, ends) = (&self.text, &self.ends);
        self.numbers.insert_unique(hash, number, |number| {
            SEED.hash_one(slice(texts, ends, *number))
        });
        number
    }

    /// The text of `number`; empty for one never given out.
    #[inline]
    pub(crate) fn get(&self, number: u32) -> &str {
        slice(&self.text, &self.ends, number)
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * 12
    }

    /// The texts of `numbers`, nulls included; long texts are copied once, not row by row.
    pub(crate) fn array(&self, numbers: &UInt32Array) -> ArrayRef {
        let mut values = StringViewBuilder::with_capacity(self.ends.len());
        for number in 0..self.ends.len() as u32 {
            values.append_value(self.get(number));
        }
        match arrow::compute::take(&values.finish(), numbers, None) {
            Ok(array) => array,
            // `take` fails for numbers beyond the values alone, and all of them are from here.
            Err(_) => Arc::new(arrow::array::StringViewArray::new_null(numbers.len())),
        }
    }
}

fn slice<'a>(text: &'a str, ends: &[u32], number: u32) -> &'a str {
    let number = number as usize;
    let start = match number {
        0 => 0,
        _ => ends.get(number - 1).copied().unwrap_or_default() as usize,
    };
    let end = ends.get(number).copied().unwrap_or_default() as usize;
    text.get(start..end).unwrap_or_default()
}

/// Fixed, so that equal input gives equal bytes; senders gain nothing from colliding texts in a
/// table that is emptied at every flush.
const SEED: FixedState = FixedState::with_seed(0x6f6d_6567_6921_7465);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_a_number() {
        let mut dictionary = Dictionary::default();
        let numbers: Vec<u32> = ["a", "b", "b", "", "a"]
            .iter()
            .map(|text| dictionary.number(text))
            .collect();
        assert_eq!(numbers, [0, 1, 1, 2, 0]);
        assert_eq!(dictionary.get(1), "b");
        assert_eq!(dictionary.get(2), "");
    }
}
