//! Read models, each rebuilt from the log by itself. Nothing here knows HTTP.

mod projection;

pub use projection::{ApplyError, CommitError, Projection};
