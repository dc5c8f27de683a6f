//! The tables of the columnar read models, and what all of them have in common.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use serde::{Deserialize, Serialize};

use super::column::{Column, Rows};
use super::shred::{AttributeType, PREFIX, REST, Shredder, key_of};
use super::store::ProjectRows;
use super::{DerivedRows, TelemetryRows};

/// A table kept in columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// Spans, from telemetry.
    Spans,
    /// Events of spans, from telemetry.
    SpanEvents,
    /// Log records, from telemetry.
    Logs,
    /// Error events in their newest revision, from the derived log.
    Errors,
    /// Traces as last judged, from the derived log.
    Traces,
    /// Calls between services by minute, from the derived log.
    ServiceEdges,
}

impl Table {
    /// Every table, telemetry first.
    pub const ALL: [Self; 6] = [
        Self::Spans,
        Self::SpanEvents,
        Self::Logs,
        Self::Errors,
        Self::Traces,
        Self::ServiceEdges,
    ];

    /// Its name in SQL, and its folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spans => "spans",
            Self::SpanEvents => "span_events",
            Self::Logs => "logs",
            Self::Errors => "errors",
            Self::Traces => "traces",
            Self::ServiceEdges => "service_edges",
        }
    }

    /// The column of event time.
    #[must_use]
    pub fn time_column(self) -> &'static str {
        match self {
            Self::Spans | Self::Traces => "start_time",
            Self::SpanEvents | Self::Logs | Self::Errors | Self::ServiceEdges => "time",
        }
    }
}

/// Names and types of the fixed columns of `table`.
pub(crate) fn fixed_columns(table: Table) -> &'static [(&'static str, DataType)] {
    static FIXED: LazyLock<BTreeMap<Table, Vec<(&'static str, DataType)>>> = LazyLock::new(|| {
        let (telemetry, derived) = (TelemetryRows::default(), DerivedRows::default());
        let tables = telemetry.tables().into_iter().chain(derived.tables());
        let columns = |rows: &dyn TableRows| {
            let columns = rows.columns().into_iter();
            columns
                .map(|(name, column)| (name, column.data_type()))
                .collect()
        };
        tables.map(|rows| (rows.table(), columns(rows))).collect()
    });
    FIXED.get(&table).map_or(&[], Vec::as_slice)
}

/// Type of column `name` in a file or batch of `table` with these attribute columns.
pub(crate) fn stored_type(
    table: Table,
    attributes: &[AttributeField],
    name: &str,
) -> Option<DataType> {
    if name == REST {
        return Some(DataType::Utf8View);
    }
    if let Some(key) = key_of(name) {
        let field = attributes.iter().find(|field| field.key == key);
        return field.map(AttributeField::data_type);
    }
    let fixed = fixed_columns(table).iter();
    fixed
        .clone()
        .find(|(known, _)| *known == name)
        .map(|(_, kind)| kind.clone())
}

/// Rows of one table and one project that are not in a file yet.
pub(crate) trait TableRows: Send + Sync {
    /// Which table.
    fn table(&self) -> Table;
    /// How many.
    fn len(&self) -> usize;
    /// Its fixed columns, in the order of the table's schema.
    fn columns(&self) -> Vec<(&'static str, &dyn Column)>;
    /// Its attributes, where the table has some.
    fn attributes(&self) -> Option<&Shredder>;
    /// When each row came in.
    fn received(&self) -> &[i64];
    /// When what each row tells of happened.
    fn times(&self) -> &[i64];
    /// The id that each row is looked up by (all zero: none): its trace, or its own.
    fn indexed_ids(&self) -> Option<&[[u8; 16]]>;
    /// Rows that a later revision took the place of, ascending.
    fn dead(&self) -> &[u32] {
        &[]
    }
}

/// Bytes held by `rows`, roughly.
pub(crate) fn bytes(rows: &dyn TableRows) -> usize {
    let fixed: usize = rows
        .columns()
        .iter()
        .map(|(_, column)| column.bytes())
        .sum();
    fixed + rows.attributes().map_or(0, Shredder::bytes)
}

/// One attribute column of a batch or a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttributeField {
    /// The attribute's key.
    pub key: String,
    /// Type of the column.
    #[serde(rename = "type")]
    pub kind: AttributeType,
}

impl AttributeField {
    /// Name of its column.
    pub(crate) fn column(&self) -> String {
        format!("{PREFIX}{}", self.key)
    }

    pub(crate) fn data_type(&self) -> DataType {
        match self.kind {
            AttributeType::Text => DataType::Utf8View,
            AttributeType::Int => DataType::Int64,
            AttributeType::Double => DataType::Float64,
            AttributeType::Bool => DataType::Boolean,
        }
    }
}

/// The columns of a file or batch, made one at a time so that only one is held at once.
pub(crate) struct Layout<'a> {
    rows: &'a dyn TableRows,
    /// Attribute columns, as indexes into the shredder's.
    chosen: Vec<usize>,
    /// Names and types, fixed columns first.
    pub(crate) fields: Vec<Field>,
    /// The attribute columns among them.
    pub(crate) attributes: Vec<AttributeField>,
    /// What lies in the rest column, sorted.
    pub(crate) rest_keys: Vec<AttributeField>,
}

impl<'a> Layout<'a> {
    /// The frequent attributes in columns of their own: what a file looks like.
    pub(crate) fn frequent(rows: &'a dyn TableRows) -> Self {
        let chosen = rows
            .attributes()
            .map(|shredder| shredder.chosen(rows.len()));
        Self::new(rows, chosen.unwrap_or_default())
    }

    /// Every attribute that has a column in memory: cheapest to make.
    pub(crate) fn all(rows: &'a dyn TableRows) -> Self {
        let count = rows
            .attributes()
            .map_or(0, |shredder| shredder.columns().len());
        Self::new(rows, (0..count).collect())
    }

    fn new(rows: &'a dyn TableRows, chosen: Vec<usize>) -> Self {
        let fixed = rows.columns();
        let mut fields: Vec<Field> = fixed
            .iter()
            .map(|(name, column)| Field::new(*name, column.data_type(), true))
            .collect();
        let (mut attributes, mut rest_keys) = (Vec::new(), Vec::new());
        if let Some(shredder) = rows.attributes() {
            for column in chosen
                .iter()
                .filter_map(|index| shredder.columns().get(*index))
            {
                let field = AttributeField {
                    key: column.key.to_string(),
                    kind: column.kind(),
                };
                fields.push(Field::new(field.column(), field.data_type(), true));
                attributes.push(field);
            }
            fields.push(Field::new(REST, DataType::Utf8View, true));
            rest_keys = shredder.rest_keys(&chosen);
        }
        Self {
            rows,
            chosen,
            fields,
            attributes,
            rest_keys,
        }
    }

    /// Column `index` of [`Self::fields`] at `rows`.
    pub(crate) fn array(&self, index: usize, rows: &Rows<'_>) -> Option<ArrayRef> {
        let fixed = self.rows.columns();
        if let Some((_, column)) = fixed.get(index) {
            return Some(column.array(rows));
        }
        let shredder = self.rows.attributes()?;
        match self.chosen.get(index - fixed.len()) {
            Some(column) => Some(shredder.columns().get(*column)?.array(rows)),
            None => Some(shredder.rest_array(rows, &self.chosen)),
        }
    }

    /// Whether column `index` holds so much text that compressing it well pays.
    pub(crate) fn is_wordy(&self, index: usize) -> bool {
        const WORDY_BYTES_MIN: usize = 16 << 10;
        let fixed = self.rows.columns();
        let text_bytes = match fixed.get(index) {
            Some((_, column)) => column.text_bytes(),
            None => match self.chosen.get(index - fixed.len()) {
                Some(chosen) => self
                    .rows
                    .attributes()
                    .and_then(|shredder| shredder.columns().get(*chosen))
                    .map_or(0, |column| column.text_bytes()),
                None => usize::MAX,
            },
        };
        text_bytes >= WORDY_BYTES_MIN
    }

    /// All columns at `rows`.
    pub(crate) fn batch(&self, rows: &Rows<'_>) -> RecordBatch {
        let arrays = (0..self.fields.len())
            .filter_map(|index| self.array(index, rows))
            .collect();
        let schema = Arc::new(Schema::new(self.fields.clone()));
        match RecordBatch::try_new(Arc::clone(&schema), arrays) {
            Ok(batch) => batch,
            Err(error) => unreachable!("columns of one table agree in type and length: {error}"),
        }
    }
}
