//! Columns that grow in memory, row by row, and become Arrow arrays for any choice of rows.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, FixedSizeBinaryBuilder, Int64Array, TimestampNanosecondArray,
    UInt32Array,
};
use arrow::datatypes::{DataType, TimeUnit};

use super::dictionary::Dictionary;

/// Rows of one table to make arrays of.
#[derive(Debug, Clone)]
pub(crate) enum Rows<'a> {
    /// A stretch.
    Stretch(Range<u32>),
    /// These, ascending.
    Picked(&'a [u32]),
}

impl Rows<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Stretch(range) => range.len(),
            Self::Picked(rows) => rows.len(),
        }
    }

    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Self::Stretch(range) => Box::new(range.clone()),
            Self::Picked(rows) => Box::new(rows.iter().copied()),
        }
    }

    /// The values of `column` at these rows.
    fn of<T: Copy>(&self, column: &[T]) -> Vec<T> {
        match self {
            Self::Stretch(range) => {
                let range = range.start as usize..range.end as usize;
                column.get(range).unwrap_or_default().to_vec()
            }
            Self::Picked(rows) => {
                let values = rows.iter().filter_map(|row| column.get(*row as usize));
                values.copied().collect()
            }
        }
    }
}

/// What a table is made of, whatever its type.
pub(crate) trait Column: Send + Sync {
    /// Arrow type of its arrays.
    fn data_type(&self) -> DataType;
    /// Its values at `rows`.
    fn array(&self, rows: &Rows<'_>) -> ArrayRef;
    /// Bytes held, roughly.
    fn bytes(&self) -> usize;
    /// Bytes of its distinct texts; 0 for anything but text.
    fn text_bytes(&self) -> usize {
        0
    }
}

/// Text that repeats; `None` is null.
#[derive(Debug, Default)]
pub(crate) struct TextColumn {
    /// Number in the dictionary + 1; 0 is null.
    numbers: Vec<u32>,
    dictionary: Dictionary,
}

impl TextColumn {
    #[inline]
    pub(crate) fn push(&mut self, text: &str) {
        self.numbers.push(self.dictionary.number(text) + 1);
    }

    /// Empty text is null too: OTLP has no other way to say "none".
    #[inline]
    pub(crate) fn push_or_null(&mut self, text: &str) {
        if text.is_empty() {
            self.numbers.push(0);
        } else {
            self.push(text);
        }
    }

    /// The same value as the row before; null in the first row.
    #[inline]
    pub(crate) fn repeat(&mut self) {
        self.numbers.push(self.numbers.last().copied().unwrap_or(0));
    }

    pub(crate) fn push_option(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.push(text),
            None => self.numbers.push(0),
        }
    }
}

impl Column for TextColumn {
    fn data_type(&self) -> DataType {
        DataType::Utf8View
    }

    fn array(&self, rows: &Rows<'_>) -> ArrayRef {
        let numbers = rows.of(&self.numbers);
        let numbers: UInt32Array = numbers
            .into_iter()
            .map(|number| number.checked_sub(1))
            .collect();
        self.dictionary.array(&numbers)
    }

    fn bytes(&self) -> usize {
        self.numbers.len() * 4 + self.dictionary.bytes()
    }

    fn text_bytes(&self) -> usize {
        self.dictionary.bytes()
    }
}

/// Ids of a fixed length; all zero is null.
#[derive(Debug)]
pub(crate) struct IdColumn<const N: usize>(pub(crate) Vec<[u8; N]>);

impl<const N: usize> Default for IdColumn<N> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<const N: usize> IdColumn<N> {
    #[inline]
    pub(crate) fn push(&mut self, id: Option<&[u8; N]>) {
        self.0.push(id.copied().unwrap_or([0; N]));
    }
}

impl<const N: usize> Column for IdColumn<N> {
    fn data_type(&self) -> DataType {
        DataType::FixedSizeBinary(N as i32)
    }

    fn array(&self, rows: &Rows<'_>) -> ArrayRef {
        let ids = rows.of(&self.0);
        let mut builder = FixedSizeBinaryBuilder::with_capacity(ids.len(), N as i32);
        for id in ids {
            // The length is that of the builder by construction.
            match id != [0; N] && builder.append_value(id).is_ok() {
                true => {}
                false => builder.append_null(),
            }
        }
        Arc::new(builder.finish())
    }

    fn bytes(&self) -> usize {
        self.0.len() * N
    }
}

/// Moments, in nanoseconds since 1970 UTC.
#[derive(Debug, Default)]
pub(crate) struct TimeColumn(pub(crate) Vec<i64>);

impl Column for TimeColumn {
    fn data_type(&self) -> DataType {
        DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
    }

    fn array(&self, rows: &Rows<'_>) -> ArrayRef {
        let times = TimestampNanosecondArray::from(rows.of(&self.0));
        Arc::new(times.with_timezone("UTC"))
    }

    fn bytes(&self) -> usize {
        self.0.len() * 8
    }
}

/// Whole numbers.
#[derive(Debug, Default)]
pub(crate) struct IntColumn(pub(crate) Vec<i64>);

impl Column for IntColumn {
    fn data_type(&self) -> DataType {
        DataType::Int64
    }

    fn array(&self, rows: &Rows<'_>) -> ArrayRef {
        Arc::new(Int64Array::from(rows.of(&self.0)))
    }

    fn bytes(&self) -> usize {
        self.0.len() * 8
    }
}

/// True or false.
#[derive(Debug, Default)]
pub(crate) struct FlagColumn(pub(crate) Vec<bool>);

impl Column for FlagColumn {
    fn data_type(&self) -> DataType {
        DataType::Boolean
    }

    fn array(&self, rows: &Rows<'_>) -> ArrayRef {
        Arc::new(BooleanArray::from(rows.of(&self.0)))
    }

    fn bytes(&self) -> usize {
        self.0.len()
    }
}
