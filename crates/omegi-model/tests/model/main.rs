//! Tests of the public face of the crate against requests built by the testkit.

mod wire;
