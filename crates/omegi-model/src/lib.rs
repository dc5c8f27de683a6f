//! The vocabulary of Omegi and its pure decisions: no files, no clocks, no network.

pub mod codec;
pub mod envelope;
pub mod error_event;
pub mod event;
pub mod grouping;
pub mod id;
pub mod stack;
pub mod time;
pub mod value;
pub mod wire;
