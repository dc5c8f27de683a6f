//! Joins spans and logs into traces: the processor `assemble-traces`.
//!
//! Reads topics `spans` and `logs` (any order, repeats possible: agents retry). Writes topic
//! `traces`: each trace when its errors have settled, when it closes, and when a late span changed
//! it; and, for the tables, a summary of each judgement that closes a trace.
//! Invariant: what comes out depends on records and log time alone, never on a clock, on memory, or
//! on the moment of a checkpoint. States over the byte budget go to disk and come back unchanged;
//! only the limits of the pipeline file cut anything, and then the verdict says `truncated`.

mod limits;
mod saved;

use std::collections::BTreeMap;

use hashbrown::HashMap;
use omegi_model::assembly::facts::LogFacts;
use omegi_model::assembly::{Added, Arrival, AssemblyRules, TraceKey, TraceState};
use omegi_model::error_event::{Verdict, VerdictState};
use omegi_model::id::ProjectId;
use omegi_model::time::UnixNanos;
use omegi_model::wire::{LogRef, SpanRef};

use super::{JudgedTrace, Output, Processor};
use crate::key::WindowKey;
use crate::metrics::{Counts, Cut, Item, Lateness};
use crate::share::Share;
use crate::spec::{Assembly, Limits};
use crate::store::{StateError, StateStore, Thawed, Worth};
use crate::summaries::Summaries;
use crate::window::{Crowd, Timers, Window};

pub(crate) use saved::SavedAssembly;

/// The windows and everything that decides about them.
pub(crate) struct AssembleTraces {
    rules: AssemblyRules,
    limits: Limits,
    pub(crate) share: Share,
    windows: HashMap<WindowKey, Window, foldhash::fast::RandomState>,
    timers: Timers,
    /// Open traces whose states wait on disk, and their deadlines.
    spilled: BTreeMap<WindowKey, UnixNanos>,
    /// Closed traces that owe a revision which was put off, and when it is due.
    owing: BTreeMap<WindowKey, UnixNanos>,
    crowd: Crowd,
    /// Windows that the record at hand has touched, in order.
    touched: Vec<WindowKey>,
    summaries: Summaries,
    pub(crate) store: StateStore,
}

/// What the store had of a trace.
enum Fetched {
    Window(Box<Window>),
    Forgotten,
    Unknown,
}

/// Those that take topic `traces`, in order.
pub(crate) type Downstream = [Box<dyn Processor>];

impl AssembleTraces {
    pub(crate) fn new(settings: Assembly, store: StateStore, share: Share) -> Self {
        Self {
            rules: rules(&settings),
            limits: settings.limits,
            share,
            windows: HashMap::default(),
            timers: Timers::default(),
            spilled: BTreeMap::new(),
            owing: BTreeMap::new(),
            crowd: Crowd::default(),
            touched: Vec::new(),
            summaries: Summaries::default(),
            store,
        }
    }

    /// Takes a span.
    ///
    /// # Errors
    /// [`StateError`]: the state cannot be read; nothing of the span was taken.
    pub(crate) fn on_span(
        &mut self,
        project: ProjectId,
        span: &SpanRef<'_>,
        arrival: Arrival,
        counts: &Counts,
    ) -> Result<(), StateError> {
        let trace = TraceKey::Trace(span.trace_id());
        let key = WindowKey::new(project, &trace);
        if !self.share.holds(&key) {
            return Ok(());
        }
        counts.items.of(Item::Span).inc();
        self.open(key, project, trace, arrival.append_time, counts)?;
        self.join(key, arrival, counts, |state| state.add_span(span, arrival));
        Ok(())
    }

    /// Takes a log record; one that tells of no error opens nothing.
    ///
    /// # Errors
    /// [`StateError`]: the state cannot be read; nothing of the record was taken.
    pub(crate) fn on_log(
        &mut self,
        project: ProjectId,
        log: &LogRef<'_>,
        arrival: Arrival,
        counts: &Counts,
    ) -> Result<(), StateError> {
        let facts = LogFacts::from(log);
        if !facts.is_marked() {
            return Ok(());
        }
        let trace = log
            .trace_id()
            .map_or(TraceKey::Log(facts.hash), TraceKey::Trace);
        let key = WindowKey::new(project, &trace);
        if !self.share.holds(&key) {
            return Ok(());
        }
        counts.items.of(Item::Log).inc();
        self.open(key, project, trace, arrival.append_time, counts)?;
        self.join(key, arrival, counts, |state| {
            state.add_log_facts(&facts, arrival)
        });
        Ok(())
    }

    /// Sets the deadlines of what the record has touched; keeps the limits.
    ///
    /// # Errors
    /// [`StateError`]: the state cannot be used.
    pub(crate) fn end_of_record(
        &mut self,
        now: UnixNanos,
        down: &mut Downstream,
        out: &mut Output,
        counts: &Counts,
    ) -> Result<(), StateError> {
        let mut touched = std::mem::take(&mut self.touched);
        for key in touched.drain(..) {
            self.schedule(key, now);
        }
        self.touched = touched;
        self.keep_limits(now, down, out, counts)
    }

    /// The next log time at which something is due.
    pub(crate) fn deadline(&self) -> Option<UnixNanos> {
        [self.timers.next(), self.summaries.due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what is due at `at`, a time that [`deadline`](Self::deadline) gave.
    ///
    /// # Errors
    /// [`StateError`]: the state cannot be used.
    pub(crate) fn fire(
        &mut self,
        at: UnixNanos,
        down: &mut Downstream,
        out: &mut Output,
        counts: &Counts,
    ) -> Result<(), StateError> {
        while let Some((at, key)) = self.timers.pop(at) {
            self.fire_window(key, at, down, out, counts)?;
        }
        self.summaries.flush_due(at, out);
        Ok(())
    }

    /// Windows are open: log time must go on even if nothing arrives.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.timers.is_empty() || self.summaries.due().is_some()
    }

    /// Open windows, in memory and on disk, and the memory they take.
    pub(crate) fn usage(&self) -> (usize, usize) {
        let total = self.crowd.total();
        (total.windows + self.spilled.len(), total.bytes)
    }

    /// Makes sure that the window of `key` is open: as it is, thawed, or new.
    fn open(
        &mut self,
        key: WindowKey,
        project: ProjectId,
        trace: TraceKey,
        now: UnixNanos,
        counts: &Counts,
    ) -> Result<(), StateError> {
        // Spans of one trace come in rows: the one just touched needs no look-up.
        if self.touched.last() == Some(&key) || self.windows.contains_key(&key) {
            return Ok(());
        }
        let window = self.enter(key, project, trace, now, counts)?;
        self.crowd.opened(&key, window.bytes);
        self.windows.insert(key, window);
        Ok(())
    }

    /// Adds to an open window, and notes that the record at hand has touched it.
    fn join(
        &mut self,
        key: WindowKey,
        arrival: Arrival,
        counts: &Counts,
        add: impl FnOnce(&mut TraceState) -> Added,
    ) {
        let Some(window) = self.windows.get_mut(&key) else {
            return;
        };
        if add(&mut window.state).duplicate {
            counts.duplicates.inc();
        }
        if window.touched_at.replace(arrival.offset) != Some(arrival.offset) {
            self.touched.push(key);
        }
    }

    fn enter(
        &mut self,
        key: WindowKey,
        project: ProjectId,
        trace: TraceKey,
        now: UnixNanos,
        counts: &Counts,
    ) -> Result<Window, StateError> {
        let (was_open, due) = match self.spilled.remove(&key) {
            Some(due) => (true, Some(due)),
            None => (false, self.owing.remove(&key)),
        };
        match self.thaw(&key, now)? {
            Fetched::Window(mut window) => {
                window.due = due;
                if !was_open {
                    counts.late.of(Lateness::Revised).inc();
                }
                counts.thawed.inc();
                Ok(*window)
            }
            Fetched::Forgotten => {
                self.timers.unset(key, due);
                counts.late.of(Lateness::Continued).inc();
                let state = TraceState::bounded(project, trace, &self.rules);
                Ok(Window::continuing(state))
            }
            Fetched::Unknown => {
                counts.opened.inc();
                Ok(Window::new(TraceState::bounded(
                    project,
                    trace,
                    &self.rules,
                )))
            }
        }
    }

    /// Gives a touched window its deadline, unless the one it has comes first. One that nothing has
    /// changed leaves again: its frozen copy still holds.
    fn schedule(&mut self, key: WindowKey, now: UnixNanos) {
        let Some(window) = self.windows.get_mut(&key) else {
            return;
        };
        let bytes = window.size();
        self.crowd.resized(&key, window.bytes, bytes);
        window.bytes = bytes;
        match window.deadline(now, &self.rules) {
            Some(at) if window.due.is_none_or(|due| at < due) => {
                self.timers.set(key, window.due, at);
                window.due = Some(at);
            }
            // A later deadline: the earlier one looks again when it fires.
            Some(_) => {}
            None if window.due.is_none() => self.leave(key),
            None => {}
        }
    }

    /// Drops a window that holds nothing new.
    fn leave(&mut self, key: WindowKey) {
        if let Some(window) = self.windows.remove(&key) {
            self.crowd.closed(&key, window.bytes);
            self.timers.unset(key, window.due);
        }
    }

    fn fire_window(
        &mut self,
        key: WindowKey,
        at: UnixNanos,
        down: &mut Downstream,
        out: &mut Output,
        counts: &Counts,
    ) -> Result<(), StateError> {
        if !self.windows.contains_key(&key) {
            self.unspill(key, at, counts)?;
        }
        let Some(window) = self.windows.get_mut(&key) else {
            return Ok(());
        };
        window.due = None;
        // It was set before later records came: is it still the time?
        let before = UnixNanos(at.0.saturating_sub(1));
        let next = window.deadline(before, &self.rules);
        if next.is_some_and(|next| next > at) {
            self.timers_at(key, next);
            return Ok(());
        }
        let verdict = window.state.judge(at, &self.rules);
        let settled = window.state.is_settled(at, &self.rules);
        let over = window.state.deadlines(at, &self.rules).is_none();
        let closes = settled || over || window.state.may_freeze(at, &self.rules);
        if closes && verdict.state == VerdictState::Truncated {
            counts.truncated.of(Cut::Trace).inc();
        }
        self.judged(key, &verdict, at, closes, down, out);
        let window = self.windows.get(&key);
        let next = window.and_then(|window| match closes {
            // A revision that was put off keeps it open.
            true => window.memo.announced.ask_again(),
            false => window.deadline(at, &self.rules),
        });
        match next {
            Some(_) => self.timers_at(key, next),
            None => self.freeze(key, at, counts),
        }
        Ok(())
    }

    fn timers_at(&mut self, key: WindowKey, at: Option<UnixNanos>) {
        let window = self.windows.get_mut(&key);
        if let (Some(window), Some(at)) = (window, at) {
            self.timers.set(key, window.due, at);
            window.due = Some(at);
        }
    }

    /// Hands a judged trace on.
    fn judged(
        &mut self,
        key: WindowKey,
        verdict: &Verdict,
        now: UnixNanos,
        closes: bool,
        down: &mut Downstream,
        out: &mut Output,
    ) {
        let Some(window) = self.windows.get_mut(&key) else {
            return;
        };
        for processor in down {
            let mut trace = JudgedTrace {
                state: &mut window.state,
                memo: &mut window.memo,
                verdict,
                now,
                closes,
            };
            processor.on_trace(&mut trace, out);
        }
        if closes {
            self.summaries.add(window, verdict, now, out);
        }
    }

    /// Puts a closed window's state aside for late spans.
    fn freeze(&mut self, key: WindowKey, now: UnixNanos, counts: &Counts) {
        let Some(window) = self.windows.remove(&key) else {
            return;
        };
        self.crowd.closed(&key, window.bytes);
        self.timers.unset(key, window.due);
        counts.frozen.inc();
        self.store.freeze(key, worth(&window), now, frozen(&window));
    }

    /// Fetches a window whose deadline has come.
    fn unspill(
        &mut self,
        key: WindowKey,
        now: UnixNanos,
        counts: &Counts,
    ) -> Result<(), StateError> {
        let due = self.spilled.remove(&key);
        let due = due.or_else(|| self.owing.remove(&key));
        if let (Some(_), Fetched::Window(window)) = (due, self.thaw(&key, now)?) {
            self.crowd.opened(&key, window.bytes);
            self.windows.insert(key, *window);
            counts.thawed.inc();
        }
        Ok(())
    }

    /// What the store has of a trace. A state that cannot be read is as good as gone.
    fn thaw(&mut self, key: &WindowKey, now: UnixNanos) -> Result<Fetched, StateError> {
        let bytes = match self.store.thaw(key, now)? {
            Thawed::State(bytes) => bytes,
            Thawed::Forgotten => return Ok(Fetched::Forgotten),
            Thawed::Unknown => return Ok(Fetched::Unknown),
        };
        match postcard::from_bytes::<Window>(&bytes) {
            Ok(mut window) => {
                window.bytes = window.size();
                Ok(Fetched::Window(Box::new(window)))
            }
            Err(error) => {
                tracing::error!(%error, "state of a frozen trace cannot be read");
                Ok(Fetched::Forgotten)
            }
        }
    }
}

/// The rules of the model, with the numbers of the pipeline file.
fn rules(settings: &Assembly) -> AssemblyRules {
    let spans_max = u32::try_from(settings.limits.spans_per_trace_max);
    AssemblyRules {
        settle: settings.window.settle_ns,
        quiet: settings.window.quiet_ns,
        idle: settings.window.idle_ns,
        age_max: settings.window.age_max_ns,
        spans_per_trace_max: spans_max.unwrap_or(u32::MAX),
        ..AssemblyRules::default()
    }
}

fn worth(window: &Window) -> Worth {
    if window.memo.announced.is_empty() {
        Worth::Plain
    } else {
        Worth::Failed
    }
}

fn frozen(window: &Window) -> Vec<u8> {
    // Plain data with lengths known in advance: postcard has no way to fail on it.
    postcard::to_stdvec(window).unwrap_or_default()
}
