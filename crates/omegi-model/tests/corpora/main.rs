//! Grouping and stacks against labelled texts: our own set, and the shared corpora where they are.
#![allow(clippy::print_stdout)]

mod labelled;
mod shared;
