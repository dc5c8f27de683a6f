//! Tables in columns: rows in memory, visible at once, and Parquet files behind them.
//!
//! Two read models: [`TelemetryColumns`] reads the telemetry log and writes `spans`, `span_events`
//! and `logs`; [`DerivedColumns`] reads the derived log and writes `errors`, `traces` and
//! `service_edges`. Each keeps one manifest, so its tables and its log position move together.
//! A file holds rows of one project alone: the tenant is decided by choosing files, before any
//! byte of them is read. Files of a project are found, counted against its retention and removed
//! without looking at another's.

mod column;
pub(crate) mod decode;
mod derived;
mod dictionary;
mod errors;
pub(crate) mod files;
mod flush;
pub(crate) mod json;
mod logs;
mod metrics;
mod parquet_file;
pub(crate) mod reader;
mod sender;
pub(crate) mod shred;
mod spans;
pub(crate) mod store;
mod summaries;
mod table;
pub(crate) mod tail;
mod telemetry;
#[cfg(test)]
mod tests;
pub(crate) mod trace_index;

use std::time::Duration;

pub use derived::DerivedColumns;
pub(crate) use derived::{DerivedRows, id_column};
pub use metrics::{ColumnMetric, ColumnMetrics, Skipped};
pub use shred::AttributeType;
pub(crate) use shred::REST;
pub(crate) use spans::status_name;
pub use table::{AttributeField, Table};
pub(crate) use table::{fixed_columns, stored_type};
pub use telemetry::TelemetryColumns;
pub(crate) use telemetry::TelemetryRows;

/// How much may gather in memory before it is written to files.
#[derive(Debug, Clone, Copy)]
pub struct ColumnLimits {
    /// Rows over all tables and projects.
    pub fresh_rows_max: usize,
    /// Their bytes, roughly.
    pub fresh_bytes_max: usize,
    /// Age of the oldest.
    pub fresh_age_max: Duration,
}

impl Default for ColumnLimits {
    fn default() -> Self {
        Self {
            fresh_rows_max: 128 << 10,
            fresh_bytes_max: 64 << 20,
            fresh_age_max: Duration::from_secs(60),
        }
    }
}

/// A read model that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot open columnar read model")]
pub struct OpenError(#[source] pub(crate) Box<dyn std::error::Error + Send + Sync>);
