//! Runs a plan on the engine's threads and hands its batches over, a few at a time.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::physical_plan::execute_stream;
use futures::StreamExt;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::counts::QueryStats;
use super::plan::{self, Planned};
use super::{Caller, Engine, Limits, QueryError, statement};

/// Batches on their way to a slow reader.
const BATCHES_WAITING_MAX: usize = 2;

/// The answer, batch by batch. Dropping it ends the query.
pub struct QueryStream {
    schema: SchemaRef,
    batches: mpsc::Receiver<Result<RecordBatch, QueryError>>,
    stats: Arc<Mutex<QueryStats>>,
    task: AbortHandle,
    /// Threads of the engine, kept until the last stream is gone.
    _engine: Arc<Engine>,
}

impl QueryStream {
    /// Columns of the answer.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The next rows; `None` at the end. After an error the stream ends.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, QueryError>> {
        self.batches.recv().await
    }

    /// What the answer cost; whole once the stream has ended.
    #[must_use]
    pub fn stats(&self) -> QueryStats {
        *self.stats.lock()
    }
}

impl Drop for QueryStream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Plans and starts a query.
pub(super) async fn start(
    engine: Arc<Engine>,
    text: String,
    caller: Caller,
    limits: Limits,
) -> Result<QueryStream, QueryError> {
    let started = Instant::now();
    let parsed = statement::parse(&text)?;
    let deadline = tokio::time::Instant::from_std(started + limits.time);
    let turn = tokio::time::timeout_at(deadline, Arc::clone(&engine.turns).acquire_owned()).await;
    let turn = turn
        .map_err(|_| QueryError::Busy)?
        .map_err(|_| QueryError::Busy)?;
    let Some(runtime) = &engine.runtime else {
        return Err(QueryError::Busy);
    };
    let planner = Arc::clone(&engine);
    let planning = runtime.spawn(async move {
        let planned = plan::plan(&planner, parsed, &caller, limits).await;
        planned.map_err(|error| match QueryError::running(&error, limits.memory) {
            QueryError::Failed(_) => QueryError::invalid(&text, &error),
            exhausted => exhausted,
        })
    });
    let abort = AbortOnDrop(planning.abort_handle());
    let planned = within(deadline, limits.time, planning).await?;
    let planned = planned.map_err(|error| QueryError::Failed(error.to_string()))??;
    // The planning is over: nothing is left to abort.
    drop(abort);
    let (sender, batches) = mpsc::channel(BATCHES_WAITING_MAX);
    let stats = Arc::new(Mutex::new(QueryStats::default()));
    let schema = planned.plan.schema();
    let run = Run {
        planned,
        limits,
        started,
        deadline,
        stats: Arc::clone(&stats),
        sender,
    };
    let task = runtime.spawn(async move {
        run.run().await;
        drop(turn);
    });
    Ok(QueryStream {
        schema,
        batches,
        stats,
        task: task.abort_handle(),
        _engine: Arc::clone(&engine),
    })
}

async fn within<T>(
    deadline: tokio::time::Instant,
    time: Duration,
    future: impl Future<Output = T>,
) -> Result<T, QueryError> {
    let ended = tokio::time::timeout_at(deadline, future).await;
    ended.map_err(|_| QueryError::TooLong(time))
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A running query.
struct Run {
    planned: Planned,
    limits: Limits,
    started: Instant,
    deadline: tokio::time::Instant,
    stats: Arc<Mutex<QueryStats>>,
    sender: mpsc::Sender<Result<RecordBatch, QueryError>>,
}

impl Run {
    async fn run(self) {
        let ended = self.send_all().await;
        self.count();
        if let Err(error) = ended {
            // Nobody listens any more: nothing to tell.
            let _ = self.sender.send(Err(error)).await;
        }
    }

    async fn send_all(&self) -> Result<(), QueryError> {
        let failed = |error| QueryError::running(&error, self.limits.memory);
        let context = self.planned.session.task_ctx();
        let mut stream = execute_stream(Arc::clone(&self.planned.plan), context).map_err(failed)?;
        let (mut rows, mut bytes) = (0, 0);
        loop {
            let next = within(self.deadline, self.limits.time, stream.next()).await?;
            let Some(batch) = next else { return Ok(()) };
            let batch = batch.map_err(failed)?;
            let left = self.limits.rows - rows;
            let cut = batch.num_rows() > left;
            let batch = batch.slice(0, batch.num_rows().min(left));
            rows += batch.num_rows();
            bytes += batch.get_array_memory_size();
            let full = bytes > self.limits.bytes;
            {
                let mut stats = self.stats.lock();
                stats.rows = rows;
                stats.truncated = cut || full;
            }
            let sent = within(self.deadline, self.limits.time, self.sender.send(Ok(batch))).await?;
            if sent.is_err() || cut || full {
                return Ok(());
            }
        }
    }

    fn count(&self) {
        let mut stats = self.stats.lock();
        self.planned.counts.fill(&mut stats, &self.planned.plan);
        stats.elapsed = self.started.elapsed();
    }
}
