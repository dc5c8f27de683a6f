//! Joins spans and logs into traces: the processor `assemble-traces`.
//!
//! Reads topics `spans` and `logs` (any order, repeats possible: agents retry). Writes topic
//! `traces`: each trace when its errors have settled, when it closes, and when a late span changed
//! it; and, for the tables, a summary of each judgement that closes a trace.
//! Invariant: what comes out depends on records and log time alone, never on a clock, on memory, or
//! on the moment of a checkpoint. States over the byte budget go to disk and come back unchanged;
//! only the limits of the pipeline file cut anything, and then the verdict says `truncated`.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use omegi_model::assembly::facts::LogFacts;
use omegi_model::assembly::{Added, Arrival, AssemblyRules, TraceKey, TraceState};
use omegi_model::error_event::{Verdict, VerdictState};
use omegi_model::id::ProjectId;
use omegi_model::time::UnixNanos;
use omegi_model::wire::{LogRef, SpanRef};
use serde::{Deserialize, Serialize};

use super::{JudgedTrace, Output, Processor};
use crate::key::WindowKey;
use crate::metrics::{Counts, Cut, Item, Lateness};
use crate::share::Share;
use crate::spec::{Assembly, Limits, OnLimit};
use crate::store::{StateError, StateStore, Thawed, Worth};
use crate::summaries::Summaries;
use crate::window::{Crowd, Rank, Timers, Window, first_to_go};

/// The windows and everything that decides about them.
pub(crate) struct AssembleTraces {
    rules: AssemblyRules,
    limits: Limits,
    pub(crate) share: Share,
    windows: HashMap<WindowKey, Window, foldhash::fast::RandomState>,
    timers: Timers,
    /// Open traces whose states wait on disk, and their deadlines.
    spilled: BTreeMap<WindowKey, UnixNanos>,
    crowd: Crowd,
    /// Windows that the record at hand has touched, in order.
    touched: Vec<WindowKey>,
    summaries: Summaries,
    pub(crate) store: StateStore,
}

/// What is saved of it besides the windows.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedAssembly {
    spilled: Vec<(WindowKey, UnixNanos)>,
    summaries: Summaries,
}

/// Windows saved in one piece.
const CHUNK_BYTES: usize = 1 << 20;

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
        let window = self.window(key, project, trace, arrival.append_time, counts)?;
        let added = window.state.add_span(span, arrival);
        self.added(key, added, arrival, counts);
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
        let window = self.window(key, project, trace, arrival.append_time, counts)?;
        let added = window.state.add_log_facts(&facts, arrival);
        self.added(key, added, arrival, counts);
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
    pub(crate) fn open(&self) -> (usize, usize) {
        let total = self.crowd.total();
        (total.windows + self.spilled.len(), total.bytes)
    }

    /// What a checkpoint needs besides the store: the head, and the windows in pieces.
    ///
    /// # Errors
    /// [`StateError`]: a window cannot be written.
    pub(crate) fn save(&self) -> Result<(SavedAssembly, Vec<Vec<u8>>), StateError> {
        let mut keys: Vec<&WindowKey> = self.windows.keys().collect();
        keys.sort_unstable();
        let mut chunks = Vec::new();
        let mut chunk = Vec::new();
        for key in keys {
            let Some(window) = self.windows.get(key) else {
                continue;
            };
            chunk = postcard::to_extend(&(key, window), chunk)
                .map_err(|_| StateError::Damaged("window"))?;
            if chunk.len() >= CHUNK_BYTES {
                chunks.push(std::mem::take(&mut chunk));
            }
        }
        chunks.push(chunk);
        let head = SavedAssembly {
            spilled: self.spilled.iter().map(|(key, due)| (*key, *due)).collect(),
            summaries: self.summaries.clone(),
        };
        Ok((head, chunks))
    }

    /// Takes back what was saved at log time `now`.
    ///
    /// # Errors
    /// [`StateError`]: it is damaged.
    pub(crate) fn restore(
        &mut self,
        head: SavedAssembly,
        chunks: &[Vec<u8>],
        now: UnixNanos,
    ) -> Result<(), StateError> {
        for chunk in chunks {
            let mut rest = chunk.as_slice();
            while !rest.is_empty() {
                let read = postcard::take_from_bytes::<(WindowKey, Window)>(rest);
                let ((key, mut window), left) = read.map_err(|_| StateError::Damaged("window"))?;
                rest = left;
                window.bytes = window.size();
                self.crowd.opened(&key, window.bytes);
                self.windows.insert(key, window);
                self.schedule(key, now);
            }
        }
        for (key, due) in &head.spilled {
            self.timers.set(*key, None, *due);
        }
        self.spilled = head.spilled.into_iter().collect();
        self.summaries = head.summaries;
        Ok(())
    }

    /// The window of `key`: open, thawed, or new.
    fn window(
        &mut self,
        key: WindowKey,
        project: ProjectId,
        trace: TraceKey,
        now: UnixNanos,
        counts: &Counts,
    ) -> Result<&mut Window, StateError> {
        if !self.windows.contains_key(&key) {
            let window = self.enter(key, project, trace, now, counts)?;
            self.crowd.opened(&key, window.bytes);
            self.windows.insert(key, window);
        }
        // The entry was there or has just been made.
        Ok(self
            .windows
            .entry(key)
            .or_insert_with(|| unreachable!("a window that was just opened is open")))
    }

    fn enter(
        &mut self,
        key: WindowKey,
        project: ProjectId,
        trace: TraceKey,
        now: UnixNanos,
        counts: &Counts,
    ) -> Result<Window, StateError> {
        let spilled = self.spilled.remove(&key);
        match self.store.thaw(&key, now)? {
            Thawed::State(bytes) => {
                let mut window = thawed(&bytes)?;
                window.due = spilled;
                window.bytes = window.size();
                if spilled.is_none() {
                    counts.late.of(Lateness::Revised).inc();
                }
                counts.thawed.inc();
                Ok(window)
            }
            Thawed::Forgotten => {
                counts.late.of(Lateness::Continued).inc();
                let state = TraceState::bounded(project, trace, &self.rules);
                Ok(Window::continuing(state))
            }
            Thawed::Unknown => {
                counts.opened.inc();
                Ok(Window::new(TraceState::bounded(
                    project,
                    trace,
                    &self.rules,
                )))
            }
        }
    }

    fn added(&mut self, key: WindowKey, added: Added, arrival: Arrival, counts: &Counts) {
        if added.duplicate {
            counts.duplicates.inc();
        }
        let Some(window) = self.windows.get_mut(&key) else {
            return;
        };
        let first_touch = window.touched_at.replace(arrival.offset) != Some(arrival.offset);
        if first_touch {
            self.touched.push(key);
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

    fn unspill(
        &mut self,
        key: WindowKey,
        now: UnixNanos,
        counts: &Counts,
    ) -> Result<(), StateError> {
        let spilled = self.spilled.remove(&key);
        if let (Some(due), Thawed::State(bytes)) = (spilled, self.store.thaw(&key, now)?) {
            let mut window = thawed(&bytes)?;
            window.due = Some(due);
            window.bytes = window.size();
            self.crowd.opened(&key, window.bytes);
            self.windows.insert(key, window);
            counts.thawed.inc();
        }
        Ok(())
    }

    fn keep_limits(
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
    fn first_to_go(&self, measure: impl Fn(&crate::window::Usage) -> usize) -> Vec<WindowKey> {
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
        self.freeze(key, now, counts);
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

fn thawed(bytes: &[u8]) -> Result<Window, StateError> {
    postcard::from_bytes(bytes).map_err(|_| StateError::Damaged("frozen trace"))
}
