//! What bodies may be: today OTLP alone.

pub(crate) mod otlp;
