//! Read models, each rebuilt from the log by itself. Nothing here knows HTTP.

pub mod faults;
mod projection;
pub mod runner;

pub use projection::{ApplyError, CommitError, Projection};
