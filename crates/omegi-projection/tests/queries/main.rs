//! Read models asked as their users ask them: SQL, search, and files read by others.
//!
//! One target: every binary with the query engine inside costs a minute to build.

#![allow(clippy::unwrap_used, reason = "what tests are given is known")]

mod given;
mod sql;
