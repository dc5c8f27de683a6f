//! OTLP/JSON, written anew as protobuf so that one reader serves both.
//!
//! Reads a JSON request, writes the protobuf bytes of the same one, in one pass without a tree.
//! Unknown fields are left out. Invariant: the stack stays within a fixed depth and the output
//! within a fixed multiple of the input, whatever the input.

mod message;
mod scalar;
mod scanner;
pub(super) mod schema;
mod writer;

use super::warning::Warnings;
use message::Transcoder;

/// Which request a JSON body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// `ExportTraceServiceRequest`.
    Traces,
    /// `ExportLogsServiceRequest`.
    Logs,
    /// `ExportMetricsServiceRequest`, down to how many data points there are.
    Metrics,
}

/// A request in protobuf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcoded {
    /// Its bytes.
    pub body: Vec<u8>,
    /// What the sender should change.
    pub warnings: Warnings,
}

/// Why a body is no OTLP/JSON request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at byte {at}")]
pub struct JsonError {
    /// What is wrong.
    pub problem: JsonProblem,
    /// Where it was found.
    pub at: usize,
}

/// What can be wrong with a JSON body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonProblem {
    /// The body ends inside a value; an empty body too.
    #[error("JSON ends too early")]
    End,
    /// Not JSON.
    #[error("unexpected character")]
    Unexpected,
    /// Something stands after the request.
    #[error("something follows the request")]
    Trailing,
    /// Arrays and objects too deep inside each other.
    #[error("JSON is nested too deep")]
    TooDeep,
    /// No valid escape sequence.
    #[error("bad escape sequence")]
    Escape,
    /// JSON of another type than the field has.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A whole number out of the field's range, or a fraction.
    #[error("number is out of range or has a fraction")]
    Number,
    /// Bytes that are not base64.
    #[error("invalid base64")]
    Base64,
}

/// Writes the JSON request `json` as protobuf.
///
/// # Errors
/// [`JsonError`]: nothing of the request can be used.
pub fn to_protobuf(json: &[u8], kind: RequestKind) -> Result<Transcoded, JsonError> {
    let schema = match kind {
        RequestKind::Traces => &schema::TRACES,
        RequestKind::Logs => &schema::LOGS,
        RequestKind::Metrics => &schema::METRICS,
    };
    Transcoder::new(json).request(schema)
}
