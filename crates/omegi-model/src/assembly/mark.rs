//! Error marks: what the state keeps of a span or log record that tells of an error.

use serde::{Deserialize, Serialize};

use super::facts::ExceptionFacts;
use super::table::{TextId, Texts};
use crate::error_event::ExceptionSource;
use crate::time::UnixNanos;

/// Recordings kept per span: the first and the last ones, half each.
const RECORDINGS_MAX: usize = 16;

/// One recording of an exception, as texts of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recording {
    pub(crate) source: ExceptionSource,
    pub(crate) kind: TextId,
    pub(crate) message: TextId,
    pub(crate) stack: TextId,
    pub(crate) time: UnixNanos,
    pub(crate) escaped: Option<bool>,
    /// JSON of the override attribute; empty without one.
    pub(crate) fingerprint: TextId,
}

impl Recording {
    pub(crate) fn keep(facts: &ExceptionFacts<'_>, texts: &mut Texts, bytes_max: u32) -> Self {
        let fingerprint = facts.fingerprint.as_ref().map(serde_json::to_string);
        let fingerprint = fingerprint.and_then(Result::ok).unwrap_or_default();
        Self {
            source: facts.source,
            kind: texts.intern(&facts.kind, bytes_max),
            message: texts.intern(&facts.message, bytes_max),
            stack: texts.intern(&facts.stacktrace, bytes_max),
            time: facts.time,
            escaped: facts.escaped,
            fingerprint: texts.intern(&fingerprint, bytes_max),
        }
    }

    /// Orders recordings by what they say, not by when they came.
    fn order<'a>(&self, texts: &'a Texts) -> impl Ord + use<'a> {
        let text = |id| texts.get(id);
        (
            self.time,
            text(self.kind),
            text(self.message),
            text(self.stack),
            self.source,
            self.escaped,
            text(self.fingerprint),
        )
    }
}

/// The mark of one span of the skeleton.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SpanMark {
    /// Its place in the skeleton.
    pub(crate) span: u32,
    /// Where its first record stands in the log.
    pub(crate) offset: u64,
    /// Log time of its first record.
    pub(crate) received: UnixNanos,
    /// End of the copy that status and attributes are from.
    pub(crate) end: UnixNanos,
    pub(crate) status_message: TextId,
    pub(crate) error_type: TextId,
    pub(crate) http_status: u16,
    pub(crate) grpc_status: u8,
    /// A JSON object.
    pub(crate) attributes: TextId,
    pub(crate) recordings: Vec<Recording>,
    /// Recordings left out of the middle.
    pub(crate) omitted: u32,
}

impl SpanMark {
    /// Orders copies of one span's mark: the greatest gives status and attributes.
    pub(crate) fn rank<'a>(&self, texts: &'a Texts) -> impl Ord + use<'a> {
        (
            self.end,
            self.http_status,
            self.grpc_status,
            texts.get(self.status_message),
            texts.get(self.error_type),
            texts.get(self.attributes),
        )
    }

    /// Adds the recordings of another copy of the span, each once; the first and the last survive.
    pub(crate) fn unite(&mut self, more: &[Recording], texts: &Texts) {
        self.recordings.extend_from_slice(more);
        self.recordings
            .sort_by(|a, b| a.order(texts).cmp(&b.order(texts)));
        self.recordings.dedup();
        let surplus = self.recordings.len().saturating_sub(RECORDINGS_MAX);
        if surplus > 0 {
            let from = RECORDINGS_MAX / 2;
            self.recordings.drain(from..from + surplus);
            self.omitted = self.omitted.saturating_add(surplus as u32);
        }
    }
}

/// The mark of one log record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogMark {
    pub(crate) hash: [u8; 16],
    /// The span it names; 0 for none.
    pub(crate) span_id: u64,
    pub(crate) source: u32,
    pub(crate) offset: u64,
    pub(crate) received: UnixNanos,
    pub(crate) severity: u8,
    pub(crate) error_type: TextId,
    pub(crate) attributes: TextId,
    /// What it tells of: its exception, or its text as a message.
    pub(crate) recording: Recording,
}
