//! The receiver from outside: requests in, answers and log records out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod grpc;
mod http;
mod support;
