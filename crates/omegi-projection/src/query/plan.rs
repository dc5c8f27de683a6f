//! From a statement to a plan over the tables of its caller.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::datasource::MemTable;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::counts::Counts;
use super::shape::Shown;
use super::statement::{self, Parsed};
use super::table::ColumnTable;
use super::{Caller, Engine, Limits, url_of};
use crate::columns::Table;
use crate::columns::store::Snapshot;

/// Functions whose result can be far larger than their arguments: memory that no pool counts.
const FUNCTIONS_REFUSED: [&str; 4] = ["repeat", "lpad", "rpad", "space"];

/// A plan ready to run.
pub(super) struct Planned {
    pub(super) plan: Arc<dyn ExecutionPlan>,
    pub(super) session: SessionContext,
    pub(super) counts: Arc<Counts>,
}

/// Plans `parsed`; the plan gives one row more than the limit, to tell a cut.
pub(super) async fn plan(
    engine: &Engine,
    parsed: Parsed,
    caller: &Caller,
    limits: Limits,
) -> Result<Planned> {
    let counts = Arc::new(Counts::default());
    let session = session(engine, limits)?;
    register(engine, &session, &parsed, caller, &counts)?;
    let state = session.state();
    let plan = state.statement_to_plan(parsed.statement).await?;
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
        .verify_plan(&plan)?;
    let plan = limited(plan, limits)?;
    let plan = state.create_physical_plan(&plan).await?;
    Ok(Planned {
        plan,
        session,
        counts,
    })
}

/// Leaves out columns made for attributes that `*` brought in, and rows beyond the limit.
fn limited(plan: LogicalPlan, limits: Limits) -> Result<LogicalPlan> {
    let columns = plan.schema().columns();
    let shown: Vec<Expr> = columns
        .iter()
        .filter(|column| !statement::is_made(&column.name))
        .map(|column| Expr::Column(column.clone()))
        .collect();
    let all = shown.len() == columns.len();
    let builder = LogicalPlanBuilder::from(plan);
    let builder = if all {
        builder
    } else {
        builder.project(shown)?
    };
    builder
        .limit(0, Some(limits.rows.saturating_add(1)))?
        .build()
}

fn session(engine: &Engine, limits: Limits) -> Result<SessionContext> {
    let mut config = SessionConfig::new()
        .with_information_schema(true)
        .with_default_catalog_and_schema("omegi", "public")
        .with_create_default_catalog_and_schema(true);
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    options.sql_parser.dialect = datafusion::common::config::Dialect::PostgreSQL;
    options.execution.time_zone = Some("UTC".into());
    let environment = RuntimeEnv {
        memory_pool: Arc::new(GreedyMemoryPool::new(limits.memory)),
        ..engine.environment.clone()
    };
    let state: SessionState = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(Arc::new(environment))
        .with_default_features()
        .build();
    let session = SessionContext::new_with_state(state);
    for function in FUNCTIONS_REFUSED {
        session.deregister_udf(function);
    }
    Ok(session)
}

/// Registers every table; only those the statement names get rows.
fn register(
    engine: &Engine,
    session: &SessionContext,
    parsed: &Parsed,
    caller: &Caller,
    counts: &Arc<Counts>,
) -> Result<()> {
    for table in Table::ALL {
        let snapshot = match names(&parsed.tables, table.name()) {
            true => engine.source(table).snapshot(table, &caller.allowed),
            false => Snapshot::default(),
        };
        let slugs = caller
            .allowed
            .iter()
            .filter_map(|id| Some((*id, engine.projects.slug(*id)?)));
        let provider = ColumnTable {
            table,
            source: engine.source(table),
            url: url_of(table)?,
            shown: Shown::new(table, parsed.keys.iter(), &snapshot),
            snapshot,
            slugs: slugs.collect(),
            counts: Arc::clone(counts),
        };
        session.register_table(table.name(), Arc::new(provider))?;
    }
    for source in &engine.others {
        let batches = match names(&parsed.tables, source.name()) {
            true => source.batches(&caller.allowed),
            false => Vec::new(),
        };
        let table = MemTable::try_new(source.schema(), vec![batches])?;
        session.register_table(source.name(), Arc::new(table))?;
    }
    Ok(())
}

/// Whether the statement names `table`, with or without schema and quotes.
fn names(tables: &BTreeSet<String>, table: &str) -> bool {
    let plain = |name: &String| name.replace('"', "");
    tables
        .iter()
        .map(plain)
        .any(|name| name.rsplit('.').next() == Some(table))
}
