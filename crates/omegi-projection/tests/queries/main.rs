//! Read models asked as their users ask them: SQL, search, and files read by others.
//!
//! One target: every binary with the query engine inside costs a minute to build.

#![allow(clippy::unwrap_used, reason = "what tests are given is known")]
#![allow(unreachable_pub)] // a test binary has no outside

mod given;
mod sql;
