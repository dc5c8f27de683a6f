//! Stack traces as text, parsed into frames: linear time, never failing.

use serde::{Deserialize, Serialize};

/// One call in a stack, as far as its text tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Function or method, without module.
    pub function: String,
    /// Class, package or module; empty when the language has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub module: String,
    /// File as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The project's own code, by language rules and the project's prefixes.
    pub in_app: bool,
    /// The source line, where the text has it (Python).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}
