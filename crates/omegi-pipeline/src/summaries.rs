//! Trace summaries on their way to the derived log, gathered so that a record holds many.
//!
//! Invariant: a summary is told when the trace's judgement has changed since the last one, and
//! when it is told depends on log time and on the traces alone.

use omegi_model::detection::summarise;
use omegi_model::error_event::Verdict;
use omegi_model::event::{Event, TraceSummary};
use omegi_model::time::UnixNanos;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::processors::Output;
use crate::window::{SummaryTold, Window};

/// Summaries in one record.
const RECORD_MAX: usize = 1_000;
/// Log time from the first summary of a record to its telling.
const GATHERED_NS: i64 = 100_000_000;

/// See the module.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Summaries {
    gathered: Vec<TraceSummary>,
    due: Option<UnixNanos>,
}

impl Summaries {
    /// Takes the summary of a closed window, if it says anything new.
    pub(crate) fn add(
        &mut self,
        window: &mut Window,
        verdict: &Verdict,
        now: UnixNanos,
        out: &mut Output,
    ) {
        if window.continued {
            return;
        }
        let told = window.memo.summary;
        let announced = &window.memo.announced;
        let Some(mut summary) = summarise(&window.state, announced, verdict, 0) else {
            return;
        };
        let digest = digest(&summary);
        if told.revision > 0 && told.digest == digest {
            return;
        }
        summary.revision = told.revision + 1;
        window.memo.summary = SummaryTold {
            revision: summary.revision,
            digest,
        };
        self.gathered.push(summary);
        self.due.get_or_insert(now.plus(GATHERED_NS));
        if self.gathered.len() >= RECORD_MAX {
            self.flush(out);
        }
    }

    /// When what is gathered must be told.
    pub(crate) fn due(&self) -> Option<UnixNanos> {
        self.due
    }

    /// Tells what is gathered, if it is due.
    pub(crate) fn flush_due(&mut self, now: UnixNanos, out: &mut Output) {
        if self.due.is_some_and(|due| due <= now) {
            self.flush(out);
        }
    }

    fn flush(&mut self, out: &mut Output) {
        self.due = None;
        let traces = std::mem::take(&mut self.gathered);
        out.tell(Event::TracesAssembled { traces });
    }
}

/// Equal for summaries that say the same, arrival times apart.
fn digest(summary: &TraceSummary) -> u64 {
    let mut content = summary.clone();
    content.first_arrival = UnixNanos::default();
    content.last_arrival = UnixNanos::default();
    let bytes = postcard::to_stdvec(&content);
    xxh3_64(&bytes.unwrap_or_default())
}
