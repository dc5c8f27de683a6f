//! The log on this machine's own disk: segments, group commit, recovery.

mod config;
mod frame;
mod inbox;
mod index;
mod keeper;
mod log;
mod preamble;
mod reader;
mod recovery;
mod retention;
mod rewrite;
mod ring;
mod scan;
mod segment;
mod shared;
#[cfg(test)]
mod tests;
mod ticks;
mod time;
mod verify;
mod writer;

pub use config::LogConfig;
pub use log::{EmbeddedLog, OpenError};
pub use recovery::{Cut, DamagedRange, RecoveryReport};
pub use rewrite::{RewriteError, RewriteReport};
pub use ticks::Ticks;
pub use verify::{Problem, VerifyReport, verify};
