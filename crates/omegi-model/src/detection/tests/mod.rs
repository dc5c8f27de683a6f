//! Cases of error events, by what they are about.

mod exceptions;
mod joining;
mod kit;
mod late;
mod logs;
mod order;
mod origins;
mod retries;
mod times;
