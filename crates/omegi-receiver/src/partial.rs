//! What a stored request is answered with: nothing, or what was refused and what to change.

use omegi_model::wire::json::RequestKind;
use omegi_model::wire::{RefusalReason, Warnings};
use serde_json::json;

use crate::proto;

/// A request that was taken, whole or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) kind: RequestKind,
    /// How many records were refused for each reason.
    pub(crate) refused: Vec<(RefusalReason, u64)>,
    pub(crate) warnings: Warnings,
}

impl Taken {
    /// Records refused in all.
    pub(crate) fn refused_count(&self) -> u64 {
        self.refused.iter().map(|(_, count)| count).sum()
    }

    /// The response in protobuf: no bytes at all where there is nothing to say.
    pub(crate) fn protobuf(&self) -> Vec<u8> {
        match self.message() {
            None => Vec::new(),
            Some(message) => proto::partial_success(self.refused_count(), &message),
        }
    }

    /// The response in JSON.
    pub(crate) fn json(&self) -> Vec<u8> {
        let Some(message) = self.message() else {
            return b"{}".to_vec();
        };
        let rejected = match self.kind {
            RequestKind::Traces => "rejectedSpans",
            RequestKind::Logs => "rejectedLogRecords",
            RequestKind::Metrics => "rejectedDataPoints",
        };
        let mut partial = json!({ "errorMessage": message });
        if self.refused_count() > 0 {
            partial[rejected] = json!(self.refused_count().to_string());
        }
        json!({ "partialSuccess": partial })
            .to_string()
            .into_bytes()
    }

    /// Reasons with counts. Every part comes from a closed set, so it stays far below 4 KiB
    /// however much was refused.
    fn message(&self) -> Option<String> {
        let refused = self
            .refused
            .iter()
            .map(|(reason, count)| format!("refused: {reason} ({count})"));
        let warnings = self
            .warnings
            .iter()
            .map(|(warning, count)| format!("warning: {} ({count})", warning.message()));
        let parts: Vec<_> = refused.chain(warnings).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}
