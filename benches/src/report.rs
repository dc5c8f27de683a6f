//! What a run says: JSON for programs, a row of a Markdown table for `RESULTS.md`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::server::process::Used;
use crate::verdict::Verdict;

/// Figures of one run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RunReport {
    /// Which corpus.
    pub(crate) corpus: String,
    /// Distinct spans sent.
    pub(crate) spans: u64,
    /// Distinct traces sent.
    pub(crate) traces: u64,
    /// Bytes of the request bodies.
    pub(crate) body_bytes: u64,
    /// Connections at once.
    pub(crate) connections: usize,
    /// From the first request to the last acknowledgement.
    pub(crate) wall_seconds: f64,
    /// Spans per second over that time.
    pub(crate) spans_per_second: f64,
    /// CPU seconds of the server per million spans at the last acknowledgement.
    pub(crate) cpu_per_million_at_last_ack: f64,
    /// The same once the server was quiet.
    pub(crate) cpu_per_million_until_quiet: f64,
    /// From the last acknowledgement until the server was quiet, the quiet time left out.
    pub(crate) catch_up_seconds: f64,
    /// Acknowledgement, median, in milliseconds.
    pub(crate) ack_p50_ms: f64,
    /// Acknowledgement, 99th percentile, in milliseconds.
    pub(crate) ack_p99_ms: f64,
    /// Answers of 429 and 503.
    pub(crate) throttled: u64,
    /// Exchanges that broke.
    pub(crate) broken: u64,
    /// Answers with a message.
    pub(crate) remarks: u64,
    /// The first such message.
    pub(crate) first_remark: Option<String>,
    /// What the process had used when it was quiet.
    pub(crate) used: Used,
    /// Bytes of the data directory by folder.
    pub(crate) disk_bytes: BTreeMap<String, u64>,
    /// Spans that the server says it appended, repeated ones too.
    pub(crate) spans_appended: u64,
    /// Error events found.
    pub(crate) errors: u64,
    /// Issues found.
    pub(crate) issues: u64,
    /// Issues that there should be.
    pub(crate) issues_expected: Option<u64>,
    /// Error events against the truth, where the corpus tells it.
    pub(crate) verdict: Option<Verdict>,
}

/// Heading of the table whose rows [`RunReport::row`] writes.
pub(crate) const RUN_HEADING: &str = "\
| corpus | spans | spans/s | CPU-s/M at last ack | CPU-s/M until quiet | ack p50 / p99 ms | written B/span | on disk B/span | peak RSS MB | error events right | issues |
|---|---|---|---|---|---|---|---|---|---|---|";

impl RunReport {
    /// One row of the table.
    pub(crate) fn row(&self) -> String {
        let per_span = |bytes: u64| bytes as f64 / self.spans.max(1) as f64;
        let disk: Vec<String> = self
            .disk_bytes
            .iter()
            .filter(|(_, bytes)| per_span(**bytes) >= 0.05)
            .map(|(folder, bytes)| format!("{folder} {:.1}", per_span(*bytes)))
            .collect();
        let right = match &self.verdict {
            Some(verdict) => format!("{} of {}", verdict.right, verdict.failing_traces),
            None => format!("{} found", self.errors),
        };
        let issues = match self.issues_expected {
            Some(expected) => format!("{} of {expected}", self.issues),
            None => format!("{} found", self.issues),
        };
        format!(
            "| {} | {} | {:.0} | {:.2} | {:.2} | {:.1} / {:.1} | {:.0} | {} | {:.0} | {right} | {issues} |",
            self.corpus,
            self.spans,
            self.spans_per_second,
            self.cpu_per_million_at_last_ack,
            self.cpu_per_million_until_quiet,
            self.ack_p50_ms,
            self.ack_p99_ms,
            per_span(self.used.written_bytes),
            disk.join(", "),
            self.used.peak_bytes as f64 / 1e6,
        )
    }
}

/// Figures of one latency measurement, in milliseconds.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LatencyReport {
    /// Spans per second sent meanwhile.
    pub(crate) load_spans_per_second: f64,
    /// Spans per second that were acknowledged meanwhile.
    pub(crate) reached_spans_per_second: f64,
    /// Failing traces sent.
    pub(crate) probes: u64,
    /// Of these, not seen on the live stream within the deadline.
    pub(crate) lost: u64,
    /// From acknowledgement to the event's bytes: median.
    pub(crate) live_p50_ms: f64,
    /// 99th percentile.
    pub(crate) live_p99_ms: f64,
    /// Slowest.
    pub(crate) live_max_ms: f64,
    /// From acknowledgement to the trace's being found by id: median.
    pub(crate) visible_p50_ms: f64,
    /// 99th percentile.
    pub(crate) visible_p99_ms: f64,
}

/// Heading of the table whose rows [`LatencyReport::row`] writes.
pub(crate) const LATENCY_HEADING: &str = "\
| load spans/s (reached) | probes (lost) | ack to live event p50 / p99 / max ms | ack to visible by id p50 / p99 ms |
|---|---|---|---|";

impl LatencyReport {
    /// One row of the table.
    pub(crate) fn row(&self) -> String {
        format!(
            "| {:.0} ({:.0}) | {} ({}) | {:.0} / {:.0} / {:.0} | {:.1} / {:.1} |",
            self.load_spans_per_second,
            self.reached_spans_per_second,
            self.probes,
            self.lost,
            self.live_p50_ms,
            self.live_p99_ms,
            self.live_max_ms,
            self.visible_p50_ms,
            self.visible_p99_ms,
        )
    }
}
