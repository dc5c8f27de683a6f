//! Read models, each rebuilt from the log by itself. Nothing here knows HTTP.

pub mod columns;
pub mod faults;
pub mod live;
mod manifest;
mod projection;
pub mod query;
pub mod runner;
pub mod traces;
pub mod workspace;

pub use projection::{ApplyError, CommitError, Projection};
