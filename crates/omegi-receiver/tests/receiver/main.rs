//! The receiver from outside: requests in, answers and log records out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout)] // a skipped test says so

mod clients;
mod connections;
mod corpora;
mod credentials;
mod grpc;
mod http;
mod limits;
mod log_faults;
mod support;
mod table;
mod tls;
