//! Where failures began: origins apart from what they caused, with scores and evidence.
//!
//! Reads the state of one trace; gives one [`Found`](found::Found) per origin, in order of score.
//! Integer arithmetic, no recursion, linear in spans after one sort.

mod edges;
mod fault;
pub(crate) mod forest;
pub(crate) mod found;
mod retry;
mod score;

/// Version of the rules that find origins.
pub(crate) const ORIGIN_RULES: u32 = 1;

pub(crate) use edges::Why;
pub(crate) use fault::{Fault, FaultKey};
pub(crate) use forest::{Forest, Node};
pub(crate) use found::Found;
