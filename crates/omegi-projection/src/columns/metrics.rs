//! What the columnar read models count.

use omegi_metrics::{Collect, CounterBy, Page, label_set, metric_names};

label_set! {
    /// Why a record gave no rows, or fewer than it should have.
    pub enum Skipped: "reason" {
        /// Not an envelope that this build reads.
        Envelope => "envelope",
        /// The body does not inflate.
        Body => "body",
        /// The body ends in damage; rows before it are kept.
        Damaged => "damaged",
        /// Not an event that this build reads.
        Event => "event",
    }
}

metric_names! {
    /// Names of the metrics.
    pub enum ColumnMetric {
        /// Records stepped over, entirely or in part.
        Skipped => "omegi_columns_records_skipped_total",
    }
}

/// Counts of one columnar read model.
#[derive(Debug, Default)]
pub struct ColumnMetrics {
    /// Records stepped over.
    pub skipped: CounterBy<Skipped>,
}

impl Collect for ColumnMetrics {
    fn collect(&self, page: &mut Page) {
        page.counters(ColumnMetric::Skipped, &self.skipped);
    }
}
