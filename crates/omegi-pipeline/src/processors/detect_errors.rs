//! Finds where errors began and tells each: the processor `detect-errors`.
//!
//! Reads topic `traces`. Writes topic `derived`: `ErrorDetected` once, `ErrorRevised` and
//! `ErrorWithdrawn` when more is known. What was told stays with the trace, so a replay or a late
//! span never tells it as new. The decisions are the model's.

use omegi_model::detection::{DetectionRules, detect};

use super::{JudgedTrace, Output, Processor};

/// Keeps nothing between traces.
pub(crate) struct DetectErrors {
    rules: DetectionRules,
}

impl DetectErrors {
    pub(crate) fn new(settle_ns: i64) -> Self {
        Self {
            rules: DetectionRules {
                settle: settle_ns,
                ..DetectionRules::default()
            },
        }
    }
}

impl Processor for DetectErrors {
    fn on_trace(&mut self, trace: &mut JudgedTrace<'_>, out: &mut Output) {
        let announced = &mut trace.memo.announced;
        if !trace.state.has_marks() && announced.is_empty() {
            return;
        }
        let events = detect(
            trace.state,
            announced,
            trace.now,
            trace.verdict,
            &self.rules,
        );
        events.into_iter().for_each(|event| out.tell(event));
    }
}
