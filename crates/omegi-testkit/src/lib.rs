//! For tests alone: OTLP requests built by hand or by chance, and the shared corpora.

pub mod corpora;
pub mod otlp;
