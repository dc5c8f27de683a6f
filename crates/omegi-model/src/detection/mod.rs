//! Error events out of the state of a trace: announced early, corrected later, never told twice.
//!
//! Reads a [`TraceState`](crate::assembly::TraceState) and what was told of it so far; writes
//! events. Always holds: the last revision of every event is a function of the records alone, save
//! for its number, its time of receipt and the ids it superseded.

mod announced;
mod calls;
mod detect;
mod digest;
mod draft;
mod evidence;
mod explain;
mod grouping;
mod path;
mod summary;

pub use announced::Announced;
pub use calls::{Call, ForeignCall, foreign_calls, service_calls};
pub use detect::{DetectionRules, detect};
pub use explain::{Step, explain};
pub use summary::summarise;

#[cfg(test)]
mod tests;
