//! Runs the processors declared in `pipelines/`: windows, join by trace id, watermarks, checkpoints.

pub mod spec;
