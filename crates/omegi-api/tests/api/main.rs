//! The API from outside, and the commands behind it.
#![allow(clippy::unwrap_used)]

mod accounts;
mod commands;
mod server;
