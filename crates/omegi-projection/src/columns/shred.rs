//! Attributes cut into columns: a frequent key has a typed column of its own, all else shares one
//! column of JSON objects, `attributes_rest`.
//!
//! Always holds: a value stands in exactly one of the two places and keeps its type. A key's first
//! value gives its column the type; values of another type go to the rest.

use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, UInt32Array};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use omegi_model::wire::ValueRef;
use serde::{Deserialize, Serialize};

use super::column::Rows;
use super::dictionary::Dictionary;
use super::json;
use super::table::AttributeField;

/// Keys followed in memory; values of further keys go to the rest.
pub(crate) const KEYS_MAX: usize = 256;
/// Attribute columns of one file.
pub(crate) const FILE_KEYS_MAX: usize = 96;
/// A key gets a column in a file when at least one row in so many has it.
const FILE_ROWS_PER_VALUE_MAX: usize = 500;
/// Keys in the rest column that are listed; beyond, any key may be there.
pub(crate) const REST_KEYS_MAX: usize = 512;
/// Prefix of attribute columns on disk and in memory: `attributes.http.route`.
pub(crate) const PREFIX: &str = "attributes.";
/// The column of all attributes without one of their own.
pub(crate) const REST: &str = "attributes_rest";

/// Type of an attribute column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeType {
    /// Text.
    Text,
    /// 64-bit integers.
    Int,
    /// Floating-point numbers.
    Double,
    /// True or false.
    Bool,
}

impl AttributeType {
    /// The type of `value`; what has no type of its own is shown as text.
    fn of(value: &ValueRef<'_>) -> Self {
        match value {
            ValueRef::Int(_) => Self::Int,
            ValueRef::Double(_) => Self::Double,
            ValueRef::Bool(_) => Self::Bool,
            _ => Self::Text,
        }
    }
}

/// Attributes of the rows of one table.
#[derive(Debug, Default)]
pub(crate) struct Shredder {
    keys: HashTable<u32>,
    columns: Vec<AttributeColumn>,
    /// What came before decides what comes next in nearly all spans: saves hashing the key.
    before: u32,
    rest: Vec<RestValue>,
    rest_bytes: usize,
    /// Keys and types of `rest`.
    rest_seen: BTreeSet<(Box<str>, AttributeType)>,
}

/// One key.
#[derive(Debug)]
pub(crate) struct AttributeColumn {
    pub(crate) key: Box<str>,
    /// Rows that have a value, ascending.
    rows: Vec<u32>,
    values: Values,
    /// The column that followed this one last.
    next: u32,
}

#[derive(Debug)]
enum Values {
    Text {
        numbers: Vec<u32>,
        dictionary: Dictionary,
    },
    Int(Vec<i64>),
    Double(Vec<f64>),
    Bool(Vec<bool>),
}

#[derive(Debug)]
struct RestValue {
    row: u32,
    key: Box<str>,
    json: Box<str>,
}

impl Shredder {
    /// Takes in `key` of `row`; rows come in ascending order, a key once per row.
    #[inline]
    pub(crate) fn push(&mut self, row: u32, key: &str, value: &ValueRef<'_>) {
        let stored = match self.column_for(key, value) {
            Some(index) => {
                self.before = index;
                let column = self.columns.get_mut(index as usize);
                column.is_some_and(|column| column.push(row, value))
            }
            None => false,
        };
        if !stored {
            self.push_rest(row, key, AttributeType::of(value), json::of_value(value));
        }
    }

    /// Takes in a value that has no column.
    fn push_rest(&mut self, row: u32, key: &str, kind: AttributeType, json: String) {
        if self.rest_seen.len() <= REST_KEYS_MAX {
            self.rest_seen.insert((key.into(), kind));
        }
        self.rest_bytes += key.len() + json.len() + size_of::<RestValue>();
        self.rest.push(RestValue {
            row,
            key: key.into(),
            json: json.into(),
        });
    }

    #[inline]
    fn column_for(&mut self, key: &str, value: &ValueRef<'_>) -> Option<u32> {
        let guess = self
            .columns
            .get(self.before as usize)
            .map(|column| column.next);
        if let Some(guess) = guess
            && self
                .columns
                .get(guess as usize)
                .is_some_and(|column| &*column.key == key)
        {
            return Some(guess);
        }
        let index = self.find_or_add(key, value)?;
        if let Some(before) = self.columns.get_mut(self.before as usize) {
            before.next = index;
        }
        Some(index)
    }

    fn find_or_add(&mut self, key: &str, value: &ValueRef<'_>) -> Option<u32> {
        let hash = SEED.hash_one(key);
        let columns = &self.columns;
        let is_key = |index: &u32| columns.get(*index as usize).is_some_and(|c| &*c.key == key);
        if let Some(index) = self.keys.find(hash, is_key) {
            return Some(*index);
        }
        let values = Values::like(value)?;
        if self.columns.len() >= KEYS_MAX {
            return None;
        }
        let index = self.columns.len() as u32;
        self.columns.push(AttributeColumn {
            key: key.into(),
            rows: vec![],
            values,
            next: 0,
        });
        let columns = &self.columns;
        self.keys.insert_unique(hash, index, |index| {
            SEED.hash_one(
                columns
                    .get(*index as usize)
                    .map_or("", |column| &*column.key),
            )
        });
        Some(index)
    }

    /// All keys with a column, in the order of their first sight.
    pub(crate) fn columns(&self) -> &[AttributeColumn] {
        &self.columns
    }

    /// Which of [`Self::columns`] a file of `rows` rows gives a column: the frequent ones.
    pub(crate) fn chosen(&self, rows: usize) -> Vec<usize> {
        let least = (rows / FILE_ROWS_PER_VALUE_MAX).max(1);
        let mut chosen: Vec<usize> = (0..self.columns.len())
            .filter(|index| self.columns[*index].rows.len() >= least)
            .collect();
        chosen.sort_by_key(|index| std::cmp::Reverse(self.columns[*index].rows.len()));
        chosen.truncate(FILE_KEYS_MAX);
        chosen.sort_by(|a, b| self.columns[*a].key.cmp(&self.columns[*b].key));
        chosen
    }

    /// The rest column at `rows`, where only the columns `chosen` stand on their own.
    pub(crate) fn rest_array(&self, rows: &Rows<'_>, chosen: &[usize]) -> ArrayRef {
        let mut values: Vec<(u32, &str, std::borrow::Cow<'_, str>)> = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            let start = self.rest.partition_point(|value| value.row < row);
            let of_row = self.rest[start..]
                .iter()
                .take_while(|value| value.row == row);
            values.extend(of_row.map(|value| (place as u32, &*value.key, (*value.json).into())));
            if self.rest.is_empty() {
                break;
            }
        }
        for (index, column) in self.columns.iter().enumerate() {
            if !chosen.contains(&index) {
                let own = column.places(rows);
                let own = own.map(|(place, at)| (place, &*column.key, column.json(at).into()));
                values.extend(own);
            }
        }
        values.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        Arc::new(json::objects(rows.len(), &values))
    }

    /// What [`Self::rest_array`] holds over all rows: keys and types, sorted.
    pub(crate) fn rest_keys(&self, chosen: &[usize]) -> Vec<AttributeField> {
        let field = |key: &str, kind| AttributeField {
            key: key.to_owned(),
            kind,
        };
        let known = self.rest_seen.iter().map(|(key, kind)| field(key, *kind));
        let unchosen = (0..self.columns.len()).filter(|index| !chosen.contains(index));
        let unchosen = unchosen.filter_map(|index| self.columns.get(index));
        let mut keys: Vec<AttributeField> = known
            .chain(unchosen.map(|column| field(&column.key, column.kind())))
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// Bytes held, roughly.
    pub(crate) fn bytes(&self) -> usize {
        let columns = self.columns.iter().map(AttributeColumn::bytes);
        columns.sum::<usize>() + self.rest_bytes
    }
}

impl AttributeColumn {
    /// Stores the value, unless it has another type than the column.
    #[inline]
    fn push(&mut self, row: u32, value: &ValueRef<'_>) -> bool {
        match (&mut self.values, value) {
            (
                Values::Text {
                    numbers,
                    dictionary,
                },
                ValueRef::Text(text),
            ) => {
                numbers.push(dictionary.number(text));
            }
            (Values::Int(values), ValueRef::Int(value)) => values.push(*value),
            (Values::Double(values), ValueRef::Double(value)) => values.push(*value),
            (Values::Bool(values), ValueRef::Bool(value)) => values.push(*value),
            _ => return false,
        }
        self.rows.push(row);
        true
    }

    /// Its type.
    pub(crate) fn kind(&self) -> AttributeType {
        match &self.values {
            Values::Text { .. } => AttributeType::Text,
            Values::Int(_) => AttributeType::Int,
            Values::Double(_) => AttributeType::Double,
            Values::Bool(_) => AttributeType::Bool,
        }
    }

    /// Bytes of its distinct texts.
    pub(crate) fn text_bytes(&self) -> usize {
        match &self.values {
            Values::Text { dictionary, .. } => dictionary.bytes(),
            Values::Int(_) | Values::Double(_) | Values::Bool(_) => 0,
        }
    }

    /// Its values at `rows`, null where a row has none.
    pub(crate) fn array(&self, rows: &Rows<'_>) -> ArrayRef {
        match &self.values {
            Values::Text {
                numbers,
                dictionary,
            } => {
                let numbers = UInt32Array::from(self.dense(rows, numbers));
                dictionary.array(&numbers)
            }
            Values::Int(values) => Arc::new(Int64Array::from(self.dense(rows, values))),
            Values::Double(values) => Arc::new(Float64Array::from(self.dense(rows, values))),
            Values::Bool(values) => Arc::new(BooleanArray::from(self.dense(rows, values))),
        }
    }

    fn dense<T: Copy>(&self, rows: &Rows<'_>, values: &[T]) -> Vec<Option<T>> {
        let mut dense = vec![None; rows.len()];
        for (place, at) in self.places(rows) {
            if let Some(slot) = dense.get_mut(place as usize) {
                *slot = values.get(at).copied();
            }
        }
        dense
    }

    /// (place within `rows`, index of the value) of each row of `rows` that has one.
    fn places(&self, rows: &Rows<'_>) -> Box<dyn Iterator<Item = (u32, usize)> + '_> {
        match rows {
            Rows::Stretch(range) => {
                let (start, end) = (range.start, range.end);
                let first = self.rows.partition_point(|row| *row < start);
                let here = self.rows[first..].iter().take_while(move |row| **row < end);
                let places = here.enumerate();
                Box::new(places.map(move |(at, row)| (row - start, first + at)))
            }
            Rows::Picked(rows) => {
                let found: Vec<(u32, usize)> = (0_u32..)
                    .zip(rows.iter())
                    .filter_map(|(place, row)| Some((place, self.rows.binary_search(row).ok()?)))
                    .collect();
                Box::new(found.into_iter())
            }
        }
    }

    fn json(&self, at: usize) -> String {
        let value = match &self.values {
            Values::Text {
                numbers,
                dictionary,
            } => ValueRef::Text(
                dictionary
                    .get(numbers.get(at).copied().unwrap_or(u32::MAX))
                    .into(),
            ),
            Values::Int(values) => values
                .get(at)
                .copied()
                .map_or(ValueRef::Empty, ValueRef::Int),
            Values::Double(v) => v.get(at).copied().map_or(ValueRef::Empty, ValueRef::Double),
            Values::Bool(v) => v.get(at).copied().map_or(ValueRef::Empty, ValueRef::Bool),
        };
        json::of_value(&value)
    }

    fn bytes(&self) -> usize {
        let values = match &self.values {
            Values::Text {
                numbers,
                dictionary,
            } => numbers.len() * 4 + dictionary.bytes(),
            Values::Int(values) => values.len() * 8,
            Values::Double(values) => values.len() * 8,
            Values::Bool(values) => values.len(),
        };
        values + self.rows.len() * 4 + self.key.len() + size_of::<Self>()
    }
}

impl Values {
    /// An empty column for values like this one; none for values without a typed column.
    fn like(value: &ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Text(_) => Some(Self::Text {
                numbers: vec![],
                dictionary: Dictionary::default(),
            }),
            ValueRef::Int(_) => Some(Self::Int(vec![])),
            ValueRef::Double(_) => Some(Self::Double(vec![])),
            ValueRef::Bool(_) => Some(Self::Bool(vec![])),
            ValueRef::Empty | ValueRef::Bytes(_) | ValueRef::List(_) | ValueRef::Map(_) => None,
        }
    }
}

/// Fixed, so that equal input gives equal bytes; the table is small and bounded.
const SEED: FixedState = FixedState::with_seed(0x6f6d_6567_6921_6b65);

/// An attribute column's name without its prefix.
pub(crate) fn key_of(column: &str) -> Option<&str> {
    column.strip_prefix(PREFIX)
}
