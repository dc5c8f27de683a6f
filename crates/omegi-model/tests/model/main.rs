//! Tests of the public face of the crate against requests built by the testkit.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cost;
mod envelope;
mod json;
mod limits;
mod traces;
mod wire;
