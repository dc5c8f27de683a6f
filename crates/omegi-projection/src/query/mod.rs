//! SQL over all tables: the only module that touches the query engine.
//!
//! A query is parsed and must be one SELECT; it is planned against the tables of its caller's
//! projects alone, runs on threads of its own within limits of rows, bytes, time and memory, and
//! ends when its stream is dropped.

mod counts;
mod error;
mod functions;
mod ids;
mod plan;
mod run;
mod shape;
mod source;
mod statement;
mod table;
mod write;

use std::sync::Arc;
use std::time::Duration;

use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use omegi_model::id::ProjectId;
use tokio::sync::Semaphore;

pub use counts::QueryStats;
pub use error::{Position, QueryError};
pub use run::QueryStream;
pub use source::{Projects, TableSource};
pub use write::{ArrowWriter, CsvWriter, JsonWriter, WriteError};

use crate::columns::{DerivedColumns, Table, TelemetryColumns};
use source::ColumnSource;

/// Every table of the contract, in the order they are listed.
pub(crate) const TABLES: [&str; 11] = [
    "spans",
    "span_events",
    "traces",
    "errors",
    "issues",
    "issue_history",
    "service_edges",
    "services",
    "logs",
    "notes",
    "note_links",
];

/// Queries that run at once; others wait, up to their time limit.
const QUERIES_MAX: usize = 4;

/// Answers SQL; cheap to clone.
#[derive(Clone)]
pub struct Sql {
    engine: Arc<Engine>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The projects they may see; rows of others do not exist for them.
    pub allowed: Vec<ProjectId>,
}

/// How much one query may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows of the answer.
    pub rows: usize,
    /// Bytes of the answer, as columns in memory.
    pub bytes: usize,
    /// From start to end.
    pub time: Duration,
    /// Memory for groups, sorts and joins.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 10_000,
            bytes: 256 << 20,
            time: Duration::from_secs(30),
            memory: 256 << 20,
        }
    }
}

/// What every query shares.
pub(crate) struct Engine {
    telemetry: Arc<dyn ColumnSource>,
    derived: Arc<dyn ColumnSource>,
    others: Vec<Arc<dyn TableSource>>,
    projects: Arc<dyn Projects>,
    /// Object stores and the cache of file footers; memory is each query's own.
    environment: RuntimeEnv,
    /// Threads of its own: a query computes for long, and others must not wait for it.
    runtime: Option<tokio::runtime::Runtime>,
    turns: Arc<Semaphore>,
}

/// Why SQL cannot be offered.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the query engine")]
pub struct SetupError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Sql {
    /// SQL over the columns and the tables of others.
    ///
    /// # Errors
    /// [`SetupError`]: no threads can be started.
    pub fn new(
        telemetry: &TelemetryColumns,
        derived: &DerivedColumns,
        others: Vec<Arc<dyn TableSource>>,
        projects: Arc<dyn Projects>,
    ) -> Result<Self, SetupError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("sql")
            .enable_all()
            .build()
            .map_err(|error| SetupError(error.into()))?;
        let environment = RuntimeEnvBuilder::new()
            // No query writes to disk, not even to spill: it fails at its limit instead.
            .with_disk_manager_builder(
                DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled),
            )
            .build()
            .map_err(|error| SetupError(error.into()))?;
        let engine = Engine {
            telemetry: Arc::clone(telemetry.store()) as Arc<dyn ColumnSource>,
            derived: Arc::clone(derived.store()) as Arc<dyn ColumnSource>,
            others,
            projects,
            environment,
            runtime: Some(runtime),
            turns: Arc::new(Semaphore::new(QUERIES_MAX)),
        };
        for table in [Table::Spans, Table::Errors] {
            let url = url_of(table).map_err(|error| SetupError(error.into()))?;
            let store = engine.source(table).object_store();
            engine
                .environment
                .register_object_store(url.as_ref(), store);
        }
        Ok(Self {
            engine: Arc::new(engine),
        })
    }

    /// Starts `text`; the answer streams.
    ///
    /// # Errors
    /// [`QueryError`]; errors of the running query come out of the stream.
    pub async fn query(
        &self,
        text: &str,
        caller: Caller,
        limits: Limits,
    ) -> Result<QueryStream, QueryError> {
        run::start(Arc::clone(&self.engine), text.to_owned(), caller, limits).await
    }
}

impl Engine {
    fn source(&self, table: Table) -> Arc<dyn ColumnSource> {
        match table {
            Table::Spans | Table::SpanEvents | Table::Logs => Arc::clone(&self.telemetry),
            Table::Errors | Table::Traces | Table::ServiceEdges => Arc::clone(&self.derived),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Not by waiting: the last handle may go within an async task.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Where the engine finds the files of `table`.
fn url_of(table: Table) -> datafusion::common::Result<ObjectStoreUrl> {
    ObjectStoreUrl::parse(match table {
        Table::Spans | Table::SpanEvents | Table::Logs => "columns://telemetry",
        Table::Errors | Table::Traces | Table::ServiceEdges => "columns://derived",
    })
}
