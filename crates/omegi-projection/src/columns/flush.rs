//! From rows in memory to a file.

use std::sync::Arc;

use arrow::array::ArrayRef;
use omegi_model::id::ProjectId;

use super::column::Rows;
use super::files::Files;
use super::parquet_file::{self, Encoded};
use super::store::{ProjectRows, StoreError};
use super::table::{Layout, TableRows};
use super::tail::{Tail, alive_rows, listed};
use super::trace_index;
use crate::manifest::{DataFile, Manifest};

/// Writes the rows that are not dead as file `id`; durable when this returns.
pub(crate) fn write(
    files: &Files,
    rows: &dyn TableRows,
    project: ProjectId,
    id: u64,
) -> Result<DataFile, StoreError> {
    let alive = alive_rows(rows);
    let layout = Layout::frequent(rows);
    let all_alive = alive.len() == rows.len();
    let ids = rows.indexed_ids().and_then(|ids| {
        trace_index::build(
            alive
                .iter()
                .filter_map(|row| ids.get(*row as usize).copied()),
        )
    });
    let column = |index: usize, first: usize, end: usize| -> Result<ArrayRef, StoreError> {
        let picked = match all_alive {
            true => Rows::Stretch(first as u32..end as u32),
            false => Rows::Picked(alive.get(first..end).unwrap_or_default()),
        };
        let array = layout.array(index, &picked);
        array.ok_or_else(|| parquet::errors::ParquetError::IndexOutOfBound(index, end).into())
    };
    let Encoded { bytes, trace_index } = parquet_file::encode(
        &layout.fields,
        alive.len(),
        ids,
        |index| layout.is_wordy(index),
        column,
    )?;
    let range = |times: &[i64]| {
        let alive = || {
            alive
                .iter()
                .filter_map(|row| times.get(*row as usize).copied())
        };
        (alive().min().unwrap_or(0), alive().max().unwrap_or(0))
    };
    let file = DataFile {
        id,
        table: rows.table(),
        project,
        rows: alive.len() as u64,
        bytes: bytes.len() as u64,
        trace_index,
        received: range(rows.received()),
        time: range(rows.times()),
        rest_keys: listed(layout.rest_keys),
        attributes: layout.attributes,
        dead: Vec::new(),
    };
    files.put(&file.name(), bytes)?;
    Ok(file)
}

/// Marks the rows in files that rows in memory take the place of.
pub(crate) fn bury<'a, R: ProjectRows>(
    manifest: &mut Manifest,
    tails: impl Iterator<Item = &'a Tail<R>>,
) {
    for (file, row) in tails.flat_map(|tail| tail.rows().buried()) {
        let place = manifest.files.iter_mut().find(|known| known.id == file);
        if let Some(file) = place {
            let file = Arc::make_mut(file);
            if let Err(at) = file.dead.binary_search(&row) {
                file.dead.insert(at, row);
            }
        }
    }
}
