//! Cases of error events, by what they are about.

mod kit;
mod origins;
