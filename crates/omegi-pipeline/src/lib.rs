//! Runs the processors declared in `pipelines/`: windows, join by trace id, watermarks, checkpoints.
//!
//! Reads the telemetry log, writes the derived log. Knows no clock: time is what the log's records
//! say, so the same log gives the same events at any speed of reading.

mod decode;
mod derived;
mod engine;
#[cfg(test)]
mod golden;
mod key;
mod metrics;
mod processors;
mod replay;
mod runtime;
mod share;
pub mod spec;
mod store;
mod summaries;
mod window;

pub use derived::WriteError;
pub use replay::replay;
pub use runtime::{Cadence, HOLDER, PipelineConfig, PipelineError, Pipelines, Progress};
pub use spec::{PipelineSet, PipelineSpec, SpecErrors, check};
pub use store::{StateError, StateLimits};
