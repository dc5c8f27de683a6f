//! What waits for the writer: batches, and orders of its owner.
//!
//! Invariant: a batch is either taken by the writer or withdrawn by whoever appended it, never both.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::AcqRel};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::{AppendError, Appended, Batch};

/// A batch on its way.
pub(crate) struct Pending {
    pub(crate) batch: Batch,
    pub(crate) checksums: Vec<u64>,
    /// Its frames on disk.
    pub(crate) frame_bytes: u64,
    pub(crate) claim: Claim,
    pub(crate) reply: oneshot::Sender<Result<Appended, AppendError>>,
    /// Its share of what may be in flight; given back when the batch is answered.
    pub(crate) _permit: OwnedSemaphorePermit,
}

/// Decides between writer and sender, once.
#[derive(Clone, Default)]
pub(crate) struct Claim(Arc<AtomicBool>);

impl Claim {
    /// True for the first who asks.
    pub(crate) fn take(&self) -> bool {
        !self.0.swap(true, AcqRel)
    }
}

/// What the writer does next.
pub(crate) enum Work {
    Commit(Vec<Pending>),
    Tick,
    /// Close the current segment and begin another.
    Roll(oneshot::Sender<Result<(), AppendError>>),
    /// Nothing waits and nothing will come.
    Finish,
}

/// When the writer acts on what waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) commit_interval: Duration,
    pub(crate) commit_bytes: u64,
    pub(crate) tick_interval: Duration,
}

#[derive(Default)]
struct State {
    batches: VecDeque<Pending>,
    bytes: u64,
    rolls: VecDeque<oneshot::Sender<Result<(), AppendError>>>,
    /// Readers with open windows.
    ticking: usize,
    closed: bool,
}

/// Where the writer finds its work.
#[derive(Default)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
}

impl Inbox {
    /// Hands a batch over; gives it back once the inbox is closed.
    pub(crate) fn push(&self, pending: Pending, pace: Pace) -> Result<(), Pending> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(pending);
        }
        let was = state.bytes;
        state.bytes += pending.frame_bytes;
        state.batches.push_back(pending);
        // While the writer gathers, only the last straw wakes it.
        if was == 0 || (was < pace.commit_bytes && state.bytes >= pace.commit_bytes) {
            self.changed.notify_one();
        }
        Ok(())
    }

    /// Asks for a new segment; dropped unanswered once the inbox is closed.
    pub(crate) fn roll(&self, reply: oneshot::Sender<Result<(), AppendError>>) {
        let mut state = self.state.lock();
        if !state.closed {
            state.rolls.push_back(reply);
            self.changed.notify_one();
        }
    }

    /// One reader more, or less, has windows open.
    pub(crate) fn set_ticking(&self, open: bool) {
        let mut state = self.state.lock();
        if open {
            state.ticking += 1;
        } else {
            state.ticking = state.ticking.saturating_sub(1);
        }
        self.changed.notify_one();
    }

    /// Takes nothing more; what waits is still done.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_one();
    }

    /// Waits for work. `committed_at`: when the last commit began; `appended_at`: when it ended.
    pub(crate) fn next(&self, pace: Pace, committed_at: Instant, appended_at: Instant) -> Work {
        let mut state = self.state.lock();
        loop {
            let due = if let Some(reply) = state.rolls.pop_front() {
                return Work::Roll(reply);
            } else if !state.batches.is_empty() {
                let due = committed_at + pace.commit_interval;
                if state.closed || state.bytes >= pace.commit_bytes || due <= Instant::now() {
                    state.bytes = 0;
                    return Work::Commit(state.batches.drain(..).collect());
                }
                Some(due)
            } else if state.closed {
                return Work::Finish;
            } else if state.ticking > 0 {
                let due = appended_at + pace.tick_interval;
                if due <= Instant::now() {
                    return Work::Tick;
                }
                Some(due)
            } else {
                None
            };
            match due {
                Some(due) => {
                    self.changed.wait_until(&mut state, due);
                }
                None => self.changed.wait(&mut state),
            }
        }
    }
}
