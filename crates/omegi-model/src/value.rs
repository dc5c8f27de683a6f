//! Attribute values, owned: what error events keep and the API shows.

use std::collections::BTreeMap;

use base64::Engine as _;
use serde::{Deserialize, Serialize};

/// Attributes by key, in order of keys so that equal sets have equal bytes.
pub type Attributes = BTreeMap<String, Value>;

/// One attribute value in plain JSON: integers beyond 2^53 as text, bytes as base64.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A value that was sent empty.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number that JavaScript reads exactly.
    Int(i64),
    /// A finite fraction; NaN and the infinities are kept as text.
    Double(f64),
    /// Text, or what JSON has no form for.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// A key-value list.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// An integer; text where a JavaScript number would lose digits.
    #[must_use]
    pub fn int(value: i64) -> Self {
        const EXACT: u64 = 1 << 53;
        if value.unsigned_abs() > EXACT {
            Self::Text(value.to_string())
        } else {
            Self::Int(value)
        }
    }

    /// A double; text where JSON has no number for it.
    #[must_use]
    pub fn double(value: f64) -> Self {
        if value.is_nan() {
            Self::Text("NaN".into())
        } else if value.is_infinite() {
            Self::Text(if value > 0.0 { "Infinity" } else { "-Infinity" }.into())
        } else {
            Self::Double(value)
        }
    }

    /// Bytes, as base64 with padding.
    #[must_use]
    pub fn bytes(value: &[u8]) -> Self {
        Self::Text(base64::engine::general_purpose::STANDARD.encode(value))
    }
}
