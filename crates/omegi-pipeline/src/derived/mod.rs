//! The derived log: what pipelines tell, each thing once.

mod calls;
mod told;
mod writer;

pub(crate) use calls::RowKey;
pub(crate) use told::Told;
pub use writer::WriteError;
pub(crate) use writer::{DERIVED, DerivedWriter};
