//! What happens when too many traces are open, or they take too much memory.
//!
//! Invariant: memory decides only where a state lies, counts alone decide what is cut; both are
//! looked at between records, so the same log always cuts the same.

use omegi_model::error_event::VerdictState;
use omegi_model::time::UnixNanos;

use super::{AssembleTraces, Downstream, frozen, worth};
use crate::key::WindowKey;
use crate::metrics::{Counts, Cut};
use crate::processors::Output;
use crate::spec::OnLimit;
use crate::store::StateError;
use crate::window::{Rank, Usage, first_to_go};

impl AssembleTraces {
    /// Makes room where the record at hand has brought too much.
    pub(super) fn keep_limits(
        &mut self,
        now: UnixNanos,
        down: &mut Downstream,
        out: &mut Output,
        counts: &Counts,
    ) -> Result<(), StateError> {
        while self.crowd.total().bytes > self.limits.open_bytes_max && !self.windows.is_empty() {
            for key in self.first_to_go(|usage| usage.bytes) {
                self.spill(key, now, counts);
            }
        }
        while self.over_count() {
            for key in self.first_to_go(|usage| usage.windows) {
                match self.limits.on_limit {
                    OnLimit::Spill => self.spill(key, now, counts),
                    OnLimit::Truncate => self.truncate(key, now, down, out, counts),
                }
            }
        }
        Ok(())
    }

    fn over_count(&self) -> bool {
        let in_memory = self.crowd.total().windows;
        let open = match self.limits.on_limit {
            OnLimit::Spill => in_memory,
            // Those on disk count too: else the byte budget would decide what is truncated.
            OnLimit::Truncate => in_memory + self.spilled.len(),
        };
        open > self.limits.open_traces_max && in_memory > 0
    }

    /// A sixteenth of the largest project's windows: so that choosing costs little per window.
    fn first_to_go(&self, measure: impl Fn(&Usage) -> usize) -> Vec<WindowKey> {
        let Some(project) = self.crowd.largest(measure) else {
            return Vec::new();
        };
        let own = self
            .windows
            .iter()
            .filter(|(key, _)| key.project() == project);
        let ranks: Vec<Rank> = own
            .map(|(key, window)| Rank {
                has_errors: window.state.has_marks(),
                last_arrival: window.state.last_arrival(),
                key: *key,
            })
            .collect();
        let count = (ranks.len() / 16).max(1);
        first_to_go(ranks, count)
    }

    /// Puts an open window's state on disk until its next record or its deadline.
    fn spill(&mut self, key: WindowKey, now: UnixNanos, counts: &Counts) {
        let Some(window) = self.windows.remove(&key) else {
            return;
        };
        self.crowd.closed(&key, window.bytes);
        if let Some(due) = window.due {
            self.spilled.insert(key, due);
        }
        counts.spilled.inc();
        self.store.freeze(key, worth(&window), now, frozen(&window));
    }

    /// Judges a window before its time and closes it.
    fn truncate(
        &mut self,
        key: WindowKey,
        now: UnixNanos,
        down: &mut Downstream,
        out: &mut Output,
        counts: &Counts,
    ) {
        let Some(window) = self.windows.get(&key) else {
            return;
        };
        let mut verdict = window.state.judge(now, &self.rules);
        verdict.state = VerdictState::Truncated;
        verdict.reason = Some("limit".into());
        counts.truncated.of(Cut::OpenTraces).inc();
        self.judged(key, &verdict, now, true, down, out);
        let window = self.windows.get(&key);
        let put_off = window.and_then(|window| window.memo.announced.ask_again());
        self.freeze(key, now, counts);
        if let Some(due) = put_off {
            self.owing.insert(key, due);
            self.timers.set(key, None, due);
        }
    }
}
