//! Answers as JSON, CSV and Arrow IPC, written batch by batch.

use std::io::{self, Write};

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray, StringViewArray,
};
use arrow::datatypes::{
    DataType, Field, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Schema, SchemaRef,
    TimeUnit, TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type,
};
use arrow::error::ArrowError;
use arrow::ipc::writer::StreamWriter;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use omegi_model::time::UnixNanos;
use serde_json::{Map, Value as Json, json};

use super::QueryStats;

/// An answer that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The reader is gone, or the disk is full.
    #[error("cannot write the answer")]
    Io(#[from] io::Error),
    /// A column that cannot be written so.
    #[error("cannot write a column of the answer")]
    Column(#[from] ArrowError),
}

/// `{"columns":[…],"rows":[…],"stats":{…}}`: 64-bit integers as text, moments as RFC 3339.
pub struct JsonWriter<W> {
    out: W,
    any: bool,
}

impl<W: Write> JsonWriter<W> {
    /// Writes the beginning.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn new(mut out: W, schema: &Schema) -> Result<Self, WriteError> {
        let columns: Vec<Json> = schema
            .fields()
            .iter()
            .map(|field| json!({"name": field.name(), "type": type_name(field.data_type())}))
            .collect();
        write!(out, "{{\"columns\":{},\"rows\":[", Json::Array(columns))?;
        Ok(Self { out, any: false })
    }

    /// Writes rows.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        for row in 0..batch.num_rows() {
            let mut object = Map::new();
            for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
                object.insert(field.name().clone(), value(column, row)?);
            }
            let comma = if self.any { "," } else { "" };
            write!(self.out, "{comma}{}", Json::Object(object))?;
            self.any = true;
        }
        Ok(())
    }

    /// Writes the end.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn finish(mut self, stats: &QueryStats) -> Result<W, WriteError> {
        let stats = serde_json::to_string(stats).map_err(io::Error::from)?;
        write!(self.out, "],\"stats\":{stats}}}")?;
        Ok(self.out)
    }
}

/// CSV with a header; maps and lists as JSON.
pub struct CsvWriter<W: Write> {
    out: arrow::csv::Writer<W>,
    any: bool,
    schema: SchemaRef,
}

impl<W: Write> CsvWriter<W> {
    /// For answers with these columns.
    #[must_use]
    pub fn new(out: W, schema: SchemaRef) -> Self {
        Self {
            out: arrow::csv::Writer::new(out),
            any: false,
            schema,
        }
    }

    /// Writes rows.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        self.any = true;
        Ok(self.out.write(&flat(batch)?)?)
    }

    /// Writes the header where there were no rows.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn finish(mut self) -> Result<W, WriteError> {
        if !self.any {
            self.write(&RecordBatch::new_empty(SchemaRef::clone(&self.schema)))?;
        }
        Ok(self.out.into_inner())
    }
}

/// Arrow's streaming format.
pub struct ArrowWriter<W: Write>(StreamWriter<W>);

impl<W: Write> ArrowWriter<W> {
    /// Writes the schema.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn new(out: W, schema: &Schema) -> Result<Self, WriteError> {
        Ok(Self(StreamWriter::try_new(out, schema)?))
    }

    /// Writes rows.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        Ok(self.0.write(batch)?)
    }

    /// Writes the end.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.0.finish()?;
        Ok(self.0.into_inner()?)
    }
}

/// `batch` with nested columns as JSON text.
fn flat(batch: &RecordBatch) -> Result<RecordBatch, WriteError> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if !field.data_type().is_nested() {
            fields.push(field.as_ref().clone());
            columns.push(ArrayRef::clone(column));
            continue;
        }
        let texts = (0..column.len()).map(|row| {
            let json = value(column, row)?;
            Ok((!json.is_null()).then(|| json.to_string()))
        });
        let texts = texts.collect::<Result<Vec<Option<String>>, WriteError>>()?;
        fields.push(Field::new(field.name(), DataType::Utf8, true));
        columns.push(std::sync::Arc::new(StringArray::from(texts)));
    }
    Ok(RecordBatch::try_new(
        std::sync::Arc::new(Schema::new(fields)),
        columns,
    )?)
}

/// The value in `row` as JSON.
fn value(column: &ArrayRef, row: usize) -> Result<Json, WriteError> {
    if column.is_null(row) {
        return Ok(Json::Null);
    }
    Ok(match column.data_type() {
        DataType::Boolean => column
            .as_any()
            .downcast_ref::<BooleanArray>()
            .map(|c| c.value(row))
            .into(),
        DataType::Utf8View => column
            .as_any()
            .downcast_ref::<StringViewArray>()
            .map(|c| c.value(row))
            .into(),
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Int8 => column.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::UInt8 => column.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => column.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        DataType::Float32 => f64::from(column.as_primitive::<Float32Type>().value(row)).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        DataType::Timestamp(TimeUnit::Nanosecond, Some(_)) => {
            let nanos = column.as_primitive::<TimestampNanosecondType>().value(row);
            UnixNanos(nanos).to_string().into()
        }
        DataType::Map(..) => map(column, row)?,
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            let items = (0..items.len()).map(|item| value(&items, item));
            Json::Array(items.collect::<Result<_, _>>()?)
        }
        DataType::Struct(fields) => {
            let columns = column.as_struct();
            let entries = fields.iter().zip(columns.columns());
            let entries =
                entries.map(|(field, column)| Ok((field.name().clone(), value(column, row)?)));
            Json::Object(entries.collect::<Result<_, WriteError>>()?)
        }
        _ => {
            let formatter = ArrayFormatter::try_new(column.as_ref(), &FormatOptions::default())?;
            formatter.value(row).try_to_string()?.into()
        }
    })
}

fn map(column: &ArrayRef, row: usize) -> Result<Json, WriteError> {
    let entries = column.as_map().value(row);
    let (keys, values) = (entries.column(0), entries.column(1));
    let mut object = Map::new();
    for entry in 0..entries.len() {
        let key = value(keys, entry)?;
        let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        object.insert(key, value(values, entry)?);
    }
    Ok(Json::Object(object))
}

/// A column's type in words that do not depend on how it lies in memory.
fn type_name(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => "text".into(),
        DataType::Boolean => "boolean".into(),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => "double".into(),
        kind if kind.is_integer() => "integer".into(),
        DataType::Timestamp(..) => "timestamp".into(),
        DataType::Map(..) => "map".into(),
        DataType::List(_) | DataType::LargeList(_) => "list".into(),
        other => other.to_string().to_lowercase(),
    }
}
