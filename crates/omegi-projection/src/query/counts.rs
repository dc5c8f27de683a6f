//! What a query has read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::MetricValue;

/// What an answer cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct QueryStats {
    /// Rows of the answer.
    pub rows: usize,
    /// Rows that came out of files and memory, before joins and groups.
    pub rows_read: usize,
    /// Bytes read from files.
    pub bytes_read: usize,
    /// Files of the tables asked.
    pub files: usize,
    /// Of them not opened, because nothing in them could match.
    pub files_pruned: usize,
    /// Time it took.
    #[serde(rename = "ms", serialize_with = "as_ms")]
    pub elapsed: Duration,
    /// There was more than the limit of rows or bytes.
    pub truncated: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn as_ms<S: serde::Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(elapsed.as_millis() as u64)
}

/// A number that scans add to.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicUsize);

impl Count {
    pub(super) fn add(&self, n: usize) {
        self.0.fetch_add(n, Relaxed);
    }

    fn get(&self) -> usize {
        self.0.load(Relaxed)
    }
}

/// What the scans of one query count.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) files: Count,
    pub(super) files_pruned: Count,
    pub(super) rows_fresh: Count,
}

impl Counts {
    /// Adds what the scans below `plan` counted to `stats`.
    pub(super) fn fill(&self, stats: &mut QueryStats, plan: &Arc<dyn ExecutionPlan>) {
        stats.files = self.files.get();
        stats.files_pruned = self.files_pruned.get();
        stats.rows_read = self.rows_fresh.get();
        stats.bytes_read = 0;
        let mut open = vec![plan];
        while let Some(node) = open.pop() {
            open.extend(node.children());
            let Some(metrics) = node.metrics().filter(|_| node.children().is_empty()) else {
                continue;
            };
            let sum = |name: &str| metrics.sum_by_name(name).map(|value| value.as_usize());
            if let Some(bytes) = sum("bytes_scanned") {
                stats.bytes_read += bytes;
                stats.rows_read += metrics.output_rows().unwrap_or(0);
            }
            let pruned = metrics.iter().filter_map(|metric| match metric.value() {
                MetricValue::PruningMetrics {
                    name,
                    pruning_metrics,
                } if name == "files_ranges_pruned_statistics" => Some(pruning_metrics.pruned()),
                _ => None,
            });
            stats.files_pruned += pruned.sum::<usize>();
        }
    }
}
