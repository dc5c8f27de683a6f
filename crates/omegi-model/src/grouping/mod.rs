//! What makes two errors the same.
//!
//! [`parts`] takes from an error what does not vary between its occurrences; they are stored with
//! the error event. [`key`] hashes them, by a version of the algorithm, into the group and two
//! looser and tighter levels; so history can be regrouped from parts alone. Invariant: equal parts
//! and version give equal keys, on any machine, in any order; nothing here has a clock or a state.

pub mod carrier;
mod explain;
mod frames;
mod key;
mod parts;
pub mod rules;
pub mod template;

pub use explain::{culprit, explain, nearest_difference, title};
pub use key::{AlgorithmVersion, Keys, Method, UnknownVersion, key, method};
pub use parts::{GroupingInput, InputException, fingerprint_attribute, parts};
pub use template::template;

#[cfg(test)]
mod tests;
