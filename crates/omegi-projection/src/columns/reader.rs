//! Opens data files for reading rows of traces; keeps what is costly to read again.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use arrow::array::{Array, BooleanArray, FixedSizeBinaryArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parking_lot::Mutex;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
    RowFilter, RowSelection, RowSelector,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;

use super::files::{Blob, FileError, Files};
use super::parquet_file::ROW_GROUP_ROWS;
use super::trace_index::{self, BLOCK_ROWS};
use crate::manifest::DataFile;

/// Files kept open, each with its footer.
const OPEN_FILES_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(127);

/// Why rows could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The file could not be opened.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its trace index could not be read.
    #[error("cannot read trace index")]
    Index(#[from] io::Error),
    /// Its contents could not be read.
    #[error("cannot read rows")]
    Parquet(#[from] ParquetError),
    /// Its contents are not what its schema says.
    #[error("cannot read columns")]
    Arrow(#[from] arrow::error::ArrowError),
}

/// A file opened for reading.
#[derive(Debug)]
pub(crate) struct OpenFile {
    blob: Blob,
    metadata: ArrowReaderMetadata,
    index: Option<((u64, u64), u32)>,
}

/// The files read last, open.
#[derive(Debug, Default)]
pub(crate) struct OpenFiles(Mutex<Vec<(u64, Arc<OpenFile>)>>);

impl OpenFiles {
    /// The file, opened now or before.
    pub(crate) fn get(&self, files: &Files, file: &DataFile) -> Result<Arc<OpenFile>, ReadError> {
        if let Some(open) = self.find(file.id) {
            return Ok(open);
        }
        let open = Arc::new(OpenFile::open(files, file)?);
        let mut kept = self.0.lock();
        if kept.len() >= OPEN_FILES_MAX.get() {
            kept.remove(0);
        }
        kept.push((file.id, Arc::clone(&open)));
        Ok(open)
    }

    /// Lets go of a file that is to be removed.
    pub(crate) fn forget(&self, id: u64) {
        self.0.lock().retain(|(known, _)| *known != id);
    }

    fn find(&self, id: u64) -> Option<Arc<OpenFile>> {
        let mut kept = self.0.lock();
        let found = kept.iter().rposition(|(known, _)| *known == id)?;
        let entry = kept.remove(found);
        let open = Arc::clone(&entry.1);
        kept.push(entry);
        Some(open)
    }
}

impl OpenFile {
    fn open(files: &Files, file: &DataFile) -> Result<Self, ReadError> {
        let blob = files.open(&file.name(), file.bytes)?;
        let options = ArrowReaderOptions::new()
            .with_column_index_policy(PageIndexPolicy::Skip)
            .with_offset_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(&blob, options.clone())?;
        let schema = as_views(metadata.schema());
        let metadata = ArrowReaderMetadata::try_new(
            Arc::clone(metadata.metadata()),
            options.with_schema(schema),
        )?;
        let index = match file.trace_index {
            Some(place) => Some((place, trace_index::bucket_bits(&blob, place)?)),
            None => None,
        };
        Ok(Self {
            blob,
            metadata,
            index,
        })
    }

    /// Names and types of its columns.
    pub(crate) fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// The rows of a trace, with the columns for which `wanted` holds.
    pub(crate) fn rows_of_trace(
        &self,
        trace_id: &[u8; 16],
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<RecordBatch>, ReadError> {
        let blocks = self.blocks_with_id(trace_id)?;
        if blocks.is_empty() {
            return Ok(Vec::new());
        }
        let (groups, selection) = self.selection(&blocks);
        let parquet_schema = self.metadata.parquet_schema();
        let only_trace_id = ProjectionMask::columns(parquet_schema, ["trace_id"]);
        let (wanted_id, schema) = (*trace_id, self.schema());
        let is_of_trace = ArrowPredicateFn::new(only_trace_id, move |batch| {
            Ok(equal_ids(&batch, &wanted_id))
        });
        let columns =
            (0..schema.fields().len()).filter(|index| wanted(schema.field(*index).name()));
        let reader = self
            .builder()
            .with_projection(ProjectionMask::roots(parquet_schema, columns))
            .with_row_groups(groups)
            .with_row_selection(selection)
            .with_row_filter(RowFilter::new(vec![Box::new(is_of_trace)]))
            .with_batch_size(BLOCK_ROWS)
            .build()?;
        Ok(reader.collect::<Result<_, _>>()?)
    }

    /// Numbers of the rows whose `column` is `id`, where `column` is what the trace index knows.
    pub(crate) fn rows_with_id(&self, column: &str, id: &[u8; 16]) -> Result<Vec<u32>, ReadError> {
        let blocks = self.blocks_with_id(id)?;
        if blocks.is_empty() {
            return Ok(Vec::new());
        }
        let (groups, selection) = self.selection(&blocks);
        let mask = ProjectionMask::columns(self.metadata.parquet_schema(), [column]);
        let reader = self
            .builder()
            .with_projection(mask)
            .with_row_groups(groups)
            .with_row_selection(selection)
            .with_batch_size(BLOCK_ROWS)
            .build()?;
        let mut rows = blocks.iter().flat_map(|block| {
            let first = u32::from(*block) * BLOCK_ROWS as u32;
            first..(first + BLOCK_ROWS as u32)
        });
        let mut found = Vec::new();
        for batch in reader {
            let batch = batch?;
            let equal = equal_ids(&batch, id);
            let numbered = equal.values().iter().zip(&mut rows);
            found.extend(numbered.filter(|(equal, _)| *equal).map(|(_, row)| row));
        }
        Ok(found)
    }

    /// Blocks that may hold rows with `id`, ascending.
    pub(crate) fn blocks_with_id(&self, id: &[u8; 16]) -> Result<Vec<u16>, ReadError> {
        match self.index {
            Some((place, bits)) => Ok(trace_index::blocks(&self.blob, place, bits, id)?),
            None => Ok(Vec::new()),
        }
    }

    fn builder(&self) -> ParquetRecordBatchReaderBuilder<Blob> {
        let (blob, metadata) = (self.blob.clone(), self.metadata.clone());
        ParquetRecordBatchReaderBuilder::new_with_metadata(blob, metadata)
    }

    /// The row groups with these blocks, and the blocks' rows among the rows of those groups.
    fn selection(&self, blocks: &[u16]) -> (Vec<usize>, RowSelection) {
        const BLOCKS_OF_GROUP: usize = ROW_GROUP_ROWS / BLOCK_ROWS;
        let mut groups: Vec<usize> = blocks
            .iter()
            .map(|b| usize::from(*b) / BLOCKS_OF_GROUP)
            .collect();
        groups.dedup();
        let mut selectors = Vec::new();
        for group in &groups {
            let row_group = self.metadata.metadata().row_groups().get(*group);
            let rows = row_group.map_or(0, |group| group.num_rows() as usize);
            let mut at = 0;
            for block in blocks.iter().map(|block| usize::from(*block)) {
                if block / BLOCKS_OF_GROUP != *group {
                    continue;
                }
                let first = (block % BLOCKS_OF_GROUP * BLOCK_ROWS).min(rows);
                let end = (first + BLOCK_ROWS).min(rows);
                selectors.push(RowSelector::skip(first - at));
                selectors.push(RowSelector::select(end - first));
                at = end;
            }
            selectors.push(RowSelector::skip(rows - at));
        }
        selectors.retain(|selector| selector.row_count > 0);
        (groups, RowSelection::from(selectors))
    }
}

/// Text read as views, which copy nothing; all else as the file says.
fn as_views(schema: &Schema) -> SchemaRef {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| match field.data_type() {
            DataType::Utf8 => field.as_ref().clone().with_data_type(DataType::Utf8View),
            _ => field.as_ref().clone(),
        })
        .collect();
    Arc::new(Schema::new(fields))
}

fn equal_ids(batch: &RecordBatch, id: &[u8; 16]) -> BooleanArray {
    let ids = batch
        .column(0)
        .as_any()
        .downcast_ref::<FixedSizeBinaryArray>();
    let equal = (0..batch.num_rows())
        .map(|row| ids.is_some_and(|ids| ids.is_valid(row) && ids.value(row) == id));
    BooleanArray::from(equal.collect::<Vec<_>>())
}
