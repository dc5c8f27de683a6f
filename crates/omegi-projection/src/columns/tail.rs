//! Rows in memory as readers see them: made into Arrow batches once, when first asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use parking_lot::Mutex;

use super::column::Rows;
use super::shred::REST_KEYS_MAX;
use super::store::ProjectRows;
use super::table::{AttributeField, Layout, Table, TableRows};

/// A batch below this is made anew together with the rows after it, so that few batches remain.
const SMALL_BLOCK_ROWS: usize = 4096;

/// The rows of one project, and the batches made of them so far.
#[derive(Debug, Default)]
pub(crate) struct Tail<R> {
    rows: R,
    blocks: Mutex<BTreeMap<Table, Vec<Arc<Block>>>>,
}

/// A stretch of rows as an Arrow batch; never changes.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) batch: RecordBatch,
    /// Attributes with a column of their own.
    pub(crate) attributes: Vec<AttributeField>,
    /// What lies in the rest column; `None`: too much to list.
    pub(crate) rest_keys: Option<Vec<AttributeField>>,
    first: u32,
}

impl<R: ProjectRows> Tail<R> {
    pub(crate) fn rows(&self) -> &R {
        &self.rows
    }

    pub(crate) fn rows_mut(&mut self) -> &mut R {
        &mut self.rows
    }

    /// All rows of `table`, dead ones left out.
    pub(crate) fn blocks(&self, table: Table) -> Vec<Arc<Block>> {
        let tables = self.rows.tables();
        let Some(rows) = tables.into_iter().find(|rows| rows.table() == table) else {
            return Vec::new();
        };
        if !rows.dead().is_empty() {
            return alive(rows);
        }
        let mut blocks = self.blocks.lock();
        let blocks = blocks.entry(table).or_default();
        let made = |blocks: &[Arc<Block>]| {
            blocks
                .last()
                .map_or(0, |block| block.first as usize + block.batch.num_rows())
        };
        if made(blocks) < rows.len() {
            blocks.pop_if(|block| block.batch.num_rows() < SMALL_BLOCK_ROWS);
            let first = made(blocks);
            blocks.push(Arc::new(block(rows, first as u32, rows.len() as u32)));
        }
        blocks.clone()
    }
}

fn block(rows: &dyn TableRows, first: u32, end: u32) -> Block {
    let layout = Layout::all(rows);
    let batch = layout.batch(&Rows::Stretch(first..end));
    Block {
        batch,
        attributes: layout.attributes,
        rest_keys: listed(layout.rest_keys),
        first,
    }
}

/// `keys`, unless they are too many to be all of them.
pub(crate) fn listed(keys: Vec<AttributeField>) -> Option<Vec<AttributeField>> {
    (keys.len() <= REST_KEYS_MAX).then_some(keys)
}

/// Tables whose rows are replaced are small, and any row may die: made anew each time.
fn alive(rows: &dyn TableRows) -> Vec<Arc<Block>> {
    let layout = Layout::all(rows);
    let alive = alive_rows(rows);
    let batch = layout.batch(&Rows::Picked(&alive));
    let (attributes, rest_keys) = (layout.attributes, listed(layout.rest_keys));
    vec![Arc::new(Block {
        batch,
        attributes,
        rest_keys,
        first: 0,
    })]
}

/// The rows that are not dead.
pub(crate) fn alive_rows(rows: &dyn TableRows) -> Vec<u32> {
    let dead = rows.dead();
    (0..rows.len() as u32)
        .filter(|row| dead.binary_search(row).is_err())
        .collect()
}
