//! Reads values back out of batches, by column name; what is missing or null reads as none.

use arrow::array::{
    Array, ArrayRef, BooleanArray, FixedSizeBinaryArray, Float64Array, Int64Array, RecordBatch,
    StringViewArray, TimestampNanosecondArray,
};
use omegi_model::value::{Attributes, Value};

use super::json;
use super::shred::{REST, key_of};

/// A batch whose columns are asked for by name.
#[derive(Debug)]
pub(crate) struct Decoder<'a> {
    batch: &'a RecordBatch,
    attributes: Vec<(&'a str, &'a ArrayRef)>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(batch: &'a RecordBatch) -> Self {
        let fields = batch.schema_ref().fields().iter().zip(batch.columns());
        let attributes = fields.filter_map(|(field, column)| {
            // The schema lives as long as the batch does.
            let key = key_of(field.name())?;
            (column.null_count() < column.len()).then_some((key, column))
        });
        Self {
            attributes: attributes.collect(),
            batch,
        }
    }

    pub(crate) fn text(&self, name: &str, row: usize) -> Option<&'a str> {
        let column = self.column::<StringViewArray>(name)?;
        column.is_valid(row).then(|| column.value(row))
    }

    pub(crate) fn id(&self, name: &str, row: usize) -> Option<&'a [u8]> {
        let column = self.column::<FixedSizeBinaryArray>(name)?;
        column.is_valid(row).then(|| column.value(row))
    }

    pub(crate) fn time(&self, name: &str, row: usize) -> i64 {
        let column = self.column::<TimestampNanosecondArray>(name);
        column.map_or(0, |column| column.value(row))
    }

    pub(crate) fn int(&self, name: &str, row: usize) -> i64 {
        self.column::<Int64Array>(name)
            .map_or(0, |column| column.value(row))
    }

    pub(crate) fn flag(&self, name: &str, row: usize) -> bool {
        self.column::<BooleanArray>(name)
            .is_some_and(|column| column.value(row))
    }

    /// All attributes of a row, wherever they are stored.
    pub(crate) fn attributes(&self, row: usize) -> Attributes {
        let columns = self.attributes.iter();
        let mut attributes: Attributes = columns
            .filter_map(|(key, column)| Some(((*key).to_owned(), value(column, row)?)))
            .collect();
        if let Some(rest) = self.text(REST, row) {
            json::read_into(&mut attributes, rest);
        }
        attributes
    }

    fn column<T: Array + 'static>(&self, name: &str) -> Option<&'a T> {
        self.batch.column_by_name(name)?.as_any().downcast_ref()
    }
}

/// The value of an attribute column; none where the row has none.
pub(crate) fn value(column: &ArrayRef, row: usize) -> Option<Value> {
    if column.is_null(row) {
        return None;
    }
    let column = column.as_any();
    if let Some(column) = column.downcast_ref::<StringViewArray>() {
        return Some(Value::Text(column.value(row).to_owned()));
    }
    if let Some(column) = column.downcast_ref::<Int64Array>() {
        return Some(Value::int(column.value(row)));
    }
    if let Some(column) = column.downcast_ref::<Float64Array>() {
        return Some(Value::double(column.value(row)));
    }
    column
        .downcast_ref::<BooleanArray>()
        .map(|column| Value::Bool(column.value(row)))
}
