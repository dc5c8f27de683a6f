//! A table in columns as the query engine sees it: memory and files as one.
//!
//! Always holds: rows of projects that the caller may not see are in no file and no batch of the
//! snapshot, so no plan, however written, can reach them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, DFSchema, Result, ScalarValue, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::physical_plan::parquet::ParquetRowSelection;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::DataFusionError;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, col, lit};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::union::UnionExec;
use omegi_model::id::ProjectId;
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};

use super::counts::Counts;
use super::ids::{self, Ids};
use super::shape::{Shown, Stored};
use super::source::ColumnSource;
use crate::columns::store::{Snapshot, SnapshotFile};
use crate::columns::{Table, id_column, stored_type};

/// One table of one query.
pub(super) struct ColumnTable {
    pub(super) table: Table,
    pub(super) source: Arc<dyn ColumnSource>,
    pub(super) url: ObjectStoreUrl,
    pub(super) snapshot: Snapshot,
    pub(super) shown: Shown,
    /// Slugs of the projects in the snapshot.
    pub(super) slugs: BTreeMap<ProjectId, String>,
    pub(super) counts: Arc<Counts>,
}

impl fmt::Debug for ColumnTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ColumnTable")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

/// Files or batches that give the shown columns in the same way.
struct Shape<T> {
    /// Stored columns that are read.
    fields: Vec<Field>,
    /// The shown columns over them.
    expressions: Vec<(Expr, String)>,
    members: Vec<T>,
}

#[async_trait]
impl TableProvider for ColumnTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.shown.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize> = (0..self.shown.schema.fields().len()).collect();
        let projection = projection.unwrap_or(&all);
        let ids = ids::wanted(filters, id_column(self.table));
        let mut plans = Vec::new();
        for shape in self.file_shapes(projection, &ids)? {
            plans.push(self.scan_files(state, shape)?);
        }
        for shape in self.block_shapes(projection) {
            plans.push(self.scan_blocks(state, shape)?);
        }
        match plans.len() {
            0 => Ok(Arc::new(EmptyExec::new(Arc::new(
                self.shown.schema.project(projection)?,
            )))),
            _ => UnionExec::try_new(plans),
        }
    }
}

impl ColumnTable {
    /// The files to read, those left out that cannot hold a wanted id.
    fn file_shapes(
        &self,
        projection: &[usize],
        ids: &Option<Ids>,
    ) -> Result<Vec<Shape<PartitionedFile>>> {
        let mut shapes: BTreeMap<String, Shape<PartitionedFile>> = BTreeMap::new();
        for file in &self.snapshot.files {
            self.counts.files.add(1);
            let Some(selection) = self.selection(file, ids)? else {
                self.counts.files_pruned.add(1);
                continue;
            };
            let (key, fields, expressions) =
                self.shape(projection, Stored::of_file(&file.file), &col("project"));
            let shape = shapes.entry(key).or_insert_with(|| Shape {
                fields,
                expressions,
                members: Vec::new(),
            });
            let partitioned = self.partitioned(file, selection, &shape.fields);
            shape.members.push(partitioned);
        }
        Ok(shapes.into_values().collect())
    }

    fn block_shapes(&self, projection: &[usize]) -> Vec<Shape<RecordBatch>> {
        let mut shapes: BTreeMap<String, Shape<RecordBatch>> = BTreeMap::new();
        for (project, block) in &self.snapshot.blocks {
            let slug = lit(ScalarValue::Utf8View(Some(self.slug(*project))));
            let (key, fields, expressions) = self.shape(projection, Stored::of_block(block), &slug);
            let shape = shapes
                .entry(format!("{project}{key}"))
                .or_insert_with(|| Shape {
                    fields,
                    expressions,
                    members: Vec::new(),
                });
            let indexes = shape
                .fields
                .iter()
                .map(|field| block.batch.schema_ref().index_of(field.name()));
            let indexes: Vec<usize> = indexes.filter_map(Result::ok).collect();
            if let Ok(batch) = block.batch.project(&indexes) {
                self.counts.rows_fresh.add(batch.num_rows());
                shape.members.push(batch);
            }
        }
        shapes.into_values().collect()
    }

    /// How `stored` gives the columns of `projection`: a name for the way, columns, expressions.
    fn shape(
        &self,
        projection: &[usize],
        stored: Stored<'_>,
        slug: &Expr,
    ) -> (String, Vec<Field>, Vec<(Expr, String)>) {
        let shown = projection.iter().map(|index| {
            let name = self.shown.schema.field(*index).name().clone();
            (self.shown.expression(*index, stored, slug), name)
        });
        let expressions: Vec<(Expr, String)> = shown.collect();
        let mut names = std::collections::BTreeSet::new();
        for (expression, _) in &expressions {
            names.extend(
                expression
                    .column_refs()
                    .into_iter()
                    .map(|column| column.name.clone()),
            );
        }
        names.remove("project");
        let fields: Vec<Field> = names
            .into_iter()
            .filter_map(|name| {
                Some(Field::new(
                    &name,
                    stored_type(self.table, stored.attributes, &name)?,
                    true,
                ))
            })
            .collect();
        let key = format!("{fields:?}{expressions:?}");
        (key, fields, expressions)
    }

    /// Rows of the file to read: `None` for none of them, `Some(None)` for all.
    fn selection(
        &self,
        file: &SnapshotFile,
        ids: &Option<Ids>,
    ) -> Result<Option<Option<RowSelection>>> {
        let rows = file.file.rows as usize;
        let mut stretches = vec![(0, rows)];
        if let Some(ids) = ids {
            stretches.clear();
            for id in ids {
                let found = self.source.stretches_with_id(&file.file, id);
                stretches.extend(found.map_err(|error| DataFusionError::External(error.into()))?);
            }
            stretches.sort_unstable();
            stretches.dedup();
            if stretches.is_empty() {
                return Ok(None);
            }
        }
        if ids.is_none() && file.dead.is_empty() {
            return Ok(Some(None));
        }
        Ok(Some(Some(select(&stretches, &file.dead, rows))))
    }

    fn partitioned(
        &self,
        file: &SnapshotFile,
        selection: Option<RowSelection>,
        fields: &[Field],
    ) -> PartitionedFile {
        let slug = ScalarValue::Utf8View(Some(self.slug(file.file.project)));
        let whole = selection.is_none();
        let statistics = self.statistics(file, fields, whole);
        let partitioned = PartitionedFile::new(file.file.name(), file.file.bytes)
            .with_partition_values(vec![slug])
            .with_statistics(Arc::new(statistics));
        match selection {
            Some(selection) => partitioned.with_extension(ParquetRowSelection::new(selection)),
            None => partitioned,
        }
    }

    /// What the manifest knows: enough to leave out whole files by time without opening them.
    fn statistics(&self, file: &SnapshotFile, fields: &[Field], whole: bool) -> Statistics {
        let exact = |value: i64| {
            let moment = ScalarValue::TimestampNanosecond(Some(value), Some("UTC".into()));
            if whole {
                Precision::Exact(moment)
            } else {
                Precision::Inexact(moment)
            }
        };
        let column_statistics = fields.iter().map(|field| {
            let range = match field.name().as_str() {
                "received_at" => file.file.received,
                name if name == self.table.time_column() => file.file.time,
                _ => return ColumnStatistics::new_unknown(),
            };
            ColumnStatistics {
                min_value: exact(range.0),
                max_value: exact(range.1),
                ..ColumnStatistics::new_unknown()
            }
        });
        let rows = file.file.rows as usize;
        Statistics {
            num_rows: if whole {
                Precision::Exact(rows)
            } else {
                Precision::Inexact(rows)
            },
            total_byte_size: Precision::Absent,
            column_statistics: column_statistics.collect(),
        }
    }

    fn scan_files(
        &self,
        state: &dyn Session,
        shape: Shape<PartitionedFile>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let project = Arc::new(Field::new("project", DataType::Utf8View, true));
        let stored = Arc::new(Schema::new(shape.fields.clone()));
        let table_schema = TableSchema::builder(Arc::clone(&stored))
            .with_table_partition_cols(vec![Arc::clone(&project)])
            .build();
        let options = state.config().options().execution.parquet.clone();
        let mut table_options = state.default_table_options().parquet;
        table_options.global = options;
        let source = ParquetSource::new(table_schema).with_table_parquet_options(table_options);
        let groups = self.groups(shape.members, state.config().target_partitions());
        let config = FileScanConfigBuilder::new(self.url.clone(), Arc::new(source))
            .with_file_groups(groups)
            .build();
        let mut all = shape.fields;
        all.push(Field::clone(&project));
        let plan: Arc<dyn ExecutionPlan> = DataSourceExec::from_data_source(config);
        project_shown(state, plan, &Schema::new(all), shape.expressions)
    }

    fn scan_blocks(
        &self,
        state: &dyn Session,
        shape: Shape<RecordBatch>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = Arc::new(Schema::new(shape.fields));
        let source = MemorySourceConfig::try_new_exec(&[shape.members], Arc::clone(&schema), None)?;
        project_shown(state, source, &schema, shape.expressions)
    }

    /// Files dealt out so that each group has about the same bytes to read.
    fn groups(&self, mut files: Vec<PartitionedFile>, count: usize) -> Vec<FileGroup> {
        files.sort_by_key(|file| std::cmp::Reverse(file.object_meta.size));
        let mut groups = vec![(0_u64, Vec::new()); count.clamp(1, files.len().max(1))];
        for file in files {
            if let Some(least) = groups.iter_mut().min_by_key(|group| group.0) {
                least.0 += file.object_meta.size;
                least.1.push(file);
            }
        }
        groups
            .into_iter()
            .map(|(_, files)| FileGroup::new(files))
            .collect()
    }

    fn slug(&self, project: ProjectId) -> String {
        self.slugs
            .get(&project)
            .cloned()
            .unwrap_or_else(|| project.to_string())
    }
}

fn project_shown(
    state: &dyn Session,
    input: Arc<dyn ExecutionPlan>,
    stored: &Schema,
    shown: Vec<(Expr, String)>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = DFSchema::try_from(stored.clone())?;
    let expressions: Vec<_> = shown
        .into_iter()
        .map(|(expression, name)| Ok((state.create_physical_expr(expression, &schema)?, name)))
        .collect::<Result<_>>()?;
    Ok(Arc::new(ProjectionExec::try_new(expressions, input)?))
}

/// Rows within the `stretches` (sorted, apart) that are not `dead`.
fn select(stretches: &[(usize, usize)], dead: &[u32], rows: usize) -> RowSelection {
    let mut selectors = Vec::new();
    let mut at = 0;
    let mut push = |until: usize, wanted: bool, at: &mut usize| {
        if until > *at {
            let count = until - *at;
            selectors.push(if wanted {
                RowSelector::select(count)
            } else {
                RowSelector::skip(count)
            });
            *at = until;
        }
    };
    for (first, end) in stretches {
        push(*first, false, &mut at);
        let from = dead.partition_point(|row| (*row as usize) < *first);
        for row in dead[from..]
            .iter()
            .map(|row| *row as usize)
            .take_while(|row| row < end)
        {
            push(row, true, &mut at);
            push(row + 1, false, &mut at);
        }
        push(*end, true, &mut at);
    }
    push(rows, false, &mut at);
    RowSelection::from(selectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_rows_and_other_stretches_are_left_out() {
        let selection = select(&[(2, 5), (5, 8)], &[0, 3, 7, 9], 10);
        let mut wanted = [false; 10];
        let mut at = 0;
        for selector in selection.iter() {
            wanted[at..at + selector.row_count].fill(!selector.skip);
            at += selector.row_count;
        }
        let rows: Vec<usize> = (0..10).filter(|row| wanted[*row]).collect();
        assert_eq!((rows, at), (vec![2, 4, 5, 6], 10));
    }
}
