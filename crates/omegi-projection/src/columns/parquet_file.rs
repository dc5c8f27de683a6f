//! Writes one Parquet file, column by column: only one column is held as an array at a time.
//!
//! The trace index stands between the last row group and the footer; other readers pass over it.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use super::trace_index::BLOCK_ROWS;

/// Rows of a row group, at most.
pub(crate) const ROW_GROUP_ROWS: usize = 128 << 10;

/// A file, and where its trace index lies.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) trace_index: Option<(u64, u64)>,
}

/// The file of `rows` rows with columns `fields`; `column(index, first, end)` gives the values of
/// one column from row `first` to before `end`, `is_wordy(index)` whether it holds much text.
pub(crate) fn encode<E: From<ParquetError>>(
    fields: &[Field],
    rows: usize,
    trace_index: Option<Vec<u8>>,
    is_wordy: impl Fn(usize) -> bool,
    mut column: impl FnMut(usize, usize, usize) -> Result<ArrayRef, E>,
) -> Result<Encoded, E> {
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let parquet_schema = ArrowSchemaConverter::new()
        .with_coerce_types(false)
        .convert(&schema)?;
    let properties = Arc::new(properties(fields, is_wordy));
    let mut file =
        SerializedFileWriter::new(Vec::new(), parquet_schema.root_schema_ptr(), properties)?;
    let writers = ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema));
    for (group, first) in (0..rows).step_by(ROW_GROUP_ROWS).enumerate() {
        let end = rows.min(first + ROW_GROUP_ROWS);
        let columns = writers.create_column_writers(group)?;
        let mut row_group = file.next_row_group()?;
        for (index, (field, mut writer)) in fields.iter().zip(columns).enumerate() {
            for leaf in compute_leaves(field, &column(index, first, end)?)? {
                writer.write(&leaf)?;
            }
            writer.close()?.append_to_row_group(&mut row_group)?;
        }
        row_group.close()?;
    }
    let place = trace_index.map(|index| {
        let place = (file.bytes_written() as u64, index.len() as u64);
        file.write_all(&index).map(|()| place)
    });
    let trace_index = place.transpose().map_err(ParquetError::from)?;
    Ok(Encoded {
        bytes: file.into_inner()?,
        trace_index,
    })
}

/// How each column is written.
///
/// A reader sets up a zstd context for each column it opens, which costs more than all else when
/// the rows of one trace are read; so zstd stands only where it saves much (ids repeat within a
/// trace, text) and LZ4, which needs no context, everywhere else.
fn properties(fields: &[Field], is_wordy: impl Fn(usize) -> bool) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_created_by(concat!("omegi ", env!("CARGO_PKG_VERSION")).into())
        // Pages end at the same rows in all columns, so that one block of rows is one page each.
        .set_data_page_row_count_limit(BLOCK_ROWS)
        .set_data_page_size_limit(usize::MAX)
        .set_write_batch_size(BLOCK_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_column_index_truncate_length(Some(32))
        .set_statistics_truncate_length(Some(32));
    for (index, field) in fields.iter().enumerate() {
        let path = || ColumnPath::from(vec![field.name().clone()]);
        properties = match field.name().as_str() {
            // Random bytes have no order; those of a trace id repeat.
            "trace_id" => properties
                .set_column_statistics_enabled(path(), EnabledStatistics::None)
                .set_column_compression(path(), Compression::ZSTD(ZstdLevel::default())),
            "span_id" | "id" => properties
                .set_column_statistics_enabled(path(), EnabledStatistics::None)
                .set_column_dictionary_enabled(path(), false)
                .set_column_compression(path(), Compression::UNCOMPRESSED),
            "parent_span_id" => properties
                .set_column_statistics_enabled(path(), EnabledStatistics::None)
                .set_column_compression(path(), Compression::UNCOMPRESSED),
            "start_time" | "time" | "received_at" => properties
                .set_column_statistics_enabled(path(), EnabledStatistics::Page)
                .set_column_dictionary_enabled(path(), false)
                .set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED),
            "duration_ns" => {
                properties.set_column_statistics_enabled(path(), EnabledStatistics::Page)
            }
            _ if is_wordy(index) => {
                properties.set_column_compression(path(), Compression::ZSTD(ZstdLevel::default()))
            }
            _ => properties,
        };
    }
    properties.build()
}
