//! What runs on the items of a topic. A pipeline file names one of these, and its limits.
//!
//! `assemble-traces` stands at the source: it owns the windows and hands judged traces on, in
//! memory and in order. All others take judged traces and write derived events.

mod assemble_traces;
mod detect_errors;
mod link_services;

use omegi_model::assembly::TraceState;
use omegi_model::error_event::Verdict;
use omegi_model::event::Event;
use omegi_model::time::UnixNanos;

pub(crate) use assemble_traces::{AssembleTraces, SavedAssembly};
pub(crate) use detect_errors::DetectErrors;
pub(crate) use link_services::LinkServices;

use crate::window::Memo;

/// A trace as judged at one moment of log time: an item of topic `traces`.
pub(crate) struct JudgedTrace<'a> {
    pub(crate) state: &'a mut TraceState,
    /// What processors keep with the trace: it is frozen, thawed and stored with it.
    pub(crate) memo: &'a mut Memo,
    pub(crate) verdict: &'a Verdict,
    /// Log time of the judgement.
    pub(crate) now: UnixNanos,
    /// Nothing more is expected: the state goes to disk after this.
    pub(crate) closes: bool,
}

/// Events in the order they are told.
#[derive(Default)]
pub(crate) struct Output {
    /// Log time at which the next ones are told.
    pub(crate) now: UnixNanos,
    told: Vec<(UnixNanos, Event)>,
}

impl Output {
    pub(crate) fn tell(&mut self, event: Event) {
        self.told.push((self.now, event));
    }

    /// All events with the log time of their telling.
    pub(crate) fn into_timed(self) -> Vec<(UnixNanos, Event)> {
        self.told
    }

    /// All events.
    pub(crate) fn into_events(self) -> Vec<Event> {
        self.told.into_iter().map(|(_, event)| event).collect()
    }
}

/// A processor's saved state that is not its own.
#[derive(Debug, thiserror::Error)]
#[error("saved state of a processor is damaged")]
pub(crate) struct NotMine;

/// Takes judged traces, writes derived events. What it keeps between traces is saved with every
/// checkpoint; its output depends on the items, their order and log time alone.
pub(crate) trait Processor: Send {
    /// Takes the next item.
    fn on_trace(&mut self, trace: &mut JudgedTrace<'_>, out: &mut Output);

    /// Log time at which it wants [`on_watermark`](Self::on_watermark).
    fn deadline(&self) -> Option<UnixNanos> {
        None
    }

    /// Log time has reached its deadline.
    fn on_watermark(&mut self, _now: UnixNanos, _out: &mut Output) {}

    /// What it keeps between traces.
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Takes back what it saved.
    ///
    /// # Errors
    /// [`NotMine`]: another build or another processor saved this.
    fn restore(&mut self, _saved: &[u8]) -> Result<(), NotMine> {
        Ok(())
    }
}
