//! Joins the records of one trace: what is kept, when it is whole, how it hangs together.
//!
//! Pure and bounded. Time is the append time in the records; nothing here reads a clock.

pub mod facts;
mod judge;
mod limit;
mod mark;
mod rules;
mod skeleton;
pub mod skew;
mod state;
mod table;
pub(crate) mod tree;
mod wire_facts;

pub use rules::{ASSEMBLY_RULES, AssemblyRules};
pub use state::{Added, Arrival, TraceKey, TraceState};

pub(crate) use facts::{ERROR, INFO};
pub(crate) use mark::{LogMark, Recording, SpanMark};
pub(crate) use skeleton::{Flags, Operation, Span};
pub(crate) use state::{id_bits, id_of};
