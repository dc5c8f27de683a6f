//! The numbers of the join, as the pipeline file gives them.

use serde::{Deserialize, Serialize};

/// Version of the rules that join and judge traces.
pub const ASSEMBLY_RULES: u32 = 1;

/// Windows in nanoseconds of log time, and limits per trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssemblyRules {
    /// From the arrival of an error mark to its announcement.
    pub settle: i64,
    /// Silence after which a trace without gaps is complete (Q1).
    pub quiet: i64,
    /// Silence after which a trace with gaps is partial (Q2).
    pub idle: i64,
    /// A trace that still grows at this age is truncated.
    pub age_max: i64,
    /// Healthy spans kept per trace; further ones are counted.
    pub spans_per_trace_max: u32,
    /// Marked spans and log records kept per trace; further ones are counted.
    pub marks_per_trace_max: u32,
    /// Bytes of texts (names, messages, stacks) kept per trace; further ones become empty.
    pub text_bytes_max: u32,
}

impl Default for AssemblyRules {
    fn default() -> Self {
        const MILLISECOND: i64 = 1_000_000;
        const SECOND: i64 = 1_000 * MILLISECOND;
        Self {
            settle: 200 * MILLISECOND,
            quiet: 2 * SECOND,
            idle: 30 * SECOND,
            age_max: 900 * SECOND,
            spans_per_trace_max: 200_000,
            marks_per_trace_max: 10_000,
            text_bytes_max: 64 << 20,
        }
    }
}

/// The part of [`AssemblyRules`] that the state itself must obey while it grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limits {
    pub(crate) idle: i64,
    pub(crate) spans_max: u32,
    pub(crate) marks_max: u32,
    pub(crate) text_bytes_max: u32,
}

impl From<&AssemblyRules> for Limits {
    fn from(rules: &AssemblyRules) -> Self {
        Self {
            idle: rules.idle,
            spans_max: rules.spans_per_trace_max,
            marks_max: rules.marks_per_trace_max,
            text_bytes_max: rules.text_bytes_max,
        }
    }
}
