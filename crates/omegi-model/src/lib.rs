//! The vocabulary of Omegi and its pure decisions: no files, no clocks, no network.

pub mod assembly;
pub mod codec;
pub mod detection;
pub mod envelope;
pub mod error_event;
pub mod event;
pub mod exception;
pub mod grouping;
pub mod id;
mod origin;
pub mod stack;
pub mod time;
pub mod value;
pub mod wire;
pub mod workspace;
