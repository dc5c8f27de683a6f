//! HTTP for people and programs, and the commands behind it.

pub mod accounts;
pub mod commands;
