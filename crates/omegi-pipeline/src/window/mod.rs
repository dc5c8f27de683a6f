//! Open traces: one window per project and trace.
//!
//! Reads nothing but log time and keys; what a window holds is the model's business. Invariant:
//! what is counted here (windows and bytes, by project) is what is open.

mod crowd;
mod timers;

use omegi_model::assembly::AssemblyRules;
use omegi_model::assembly::TraceState;
use omegi_model::detection::Announced;
use omegi_model::time::UnixNanos;
use serde::{Deserialize, Serialize};

pub(crate) use crowd::{Crowd, Rank, Usage, first_to_go};
pub(crate) use timers::Timers;

/// What processors keep with a trace.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Memo {
    /// Error events told of it (`detect-errors`).
    pub(crate) announced: Announced,
    /// Last summary told of it (`assemble-traces`).
    pub(crate) summary: SummaryTold,
}

/// A summary as told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SummaryTold {
    /// 0: none yet.
    pub(crate) revision: u32,
    pub(crate) digest: u64,
}

/// One open trace.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Window {
    pub(crate) state: TraceState,
    pub(crate) memo: Memo,
    /// An earlier state of the trace is gone: what was told then knew more than this can.
    pub(crate) continued: bool,
    /// Its deadline in [`Timers`].
    #[serde(skip)]
    pub(crate) due: Option<UnixNanos>,
    /// Its bytes as counted in [`Crowd`].
    #[serde(skip)]
    pub(crate) bytes: usize,
    /// Offset of the last record that touched it.
    #[serde(skip)]
    pub(crate) touched_at: Option<u64>,
}

impl Window {
    pub(crate) fn new(state: TraceState) -> Self {
        Self {
            state,
            memo: Memo::default(),
            continued: false,
            due: None,
            bytes: 0,
            touched_at: None,
        }
    }

    /// The window of a trace of which an earlier state is gone.
    pub(crate) fn continuing(state: TraceState) -> Self {
        Self {
            continued: true,
            ..Self::new(state.continued())
        }
    }

    /// The next log time after `now` at which there may be something to say.
    pub(crate) fn deadline(&self, now: UnixNanos, rules: &AssemblyRules) -> Option<UnixNanos> {
        let put_off = self.memo.announced.ask_again().filter(|at| *at > now);
        let judged = self.state.deadlines(now, rules);
        judged.into_iter().chain(put_off).min()
    }

    /// Memory held.
    pub(crate) fn size(&self) -> usize {
        self.state.bytes() + self.memo.announced.bytes() + size_of::<Self>()
    }
}
