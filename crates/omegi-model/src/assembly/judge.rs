//! Judges how whole a trace is, and tells when the judgement could change.
//!
//! Reads the skeleton and log times alone. `complete` is a claim about references: one closed root,
//! every named parent there, silence. It is no proof: a span without children leaves no gap.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::rules::AssemblyRules;
use super::skeleton::{Flags, Span};
use super::state::{TraceKey, TraceState, id_of};
use crate::error_event::{MissingParent, SpanKind, Verdict, VerdictState};
use crate::id::SpanId;
use crate::time::UnixNanos;

/// Missing parents named in a verdict, and children named for each.
const MISSING_MAX: usize = 100;
const CHILDREN_MAX: usize = 10;

impl TraceState {
    /// The next log time after `now` at which [`judge`](Self::judge) or detection could say
    /// something new if nothing arrives; `None`: nothing will change any more.
    #[must_use]
    pub fn deadlines(&self, now: UnixNanos, rules: &AssemblyRules) -> Option<UnixNanos> {
        if self.last_arrival == UnixNanos(i64::MIN) {
            return None;
        }
        [
            self.next_settle(now, rules),
            Some(self.last_arrival.plus(rules.quiet)),
            Some(self.last_arrival.plus(rules.idle)),
            Some(self.opened.plus(rules.age_max)),
        ]
        .into_iter()
        .flatten()
        .filter(|&at| at > now && at <= self.last_arrival.plus(rules.idle))
        .min()
    }

    /// Marks settle on a grid of `settle` steps from the first one, so that a storm of marks costs
    /// one look per step and not one per mark. The next step, until the last mark has settled.
    fn next_settle(&self, now: UnixNanos, rules: &AssemblyRules) -> Option<UnixNanos> {
        let (first, last) = self.marks_between?;
        let step = rules.settle.max(1);
        let steps = |from: i64| from.max(0).saturating_add(step - 1) / step;
        let last_settles = steps(last.since(first)).saturating_add(1);
        let next = (now.since(first).max(0) / step).saturating_add(1);
        (next <= last_settles).then(|| first.plus(next.saturating_mul(step)))
    }

    /// Nothing can change without a new record: quiet and complete, or idle.
    #[must_use]
    pub fn is_settled(&self, now: UnixNanos, rules: &AssemblyRules) -> bool {
        self.is_idle(now, rules)
            || (self.next_settle(now, rules).is_none()
                && self.judge(now, rules).state == VerdictState::Complete)
    }

    /// It may be frozen to disk: idle, or too old to be kept open.
    #[must_use]
    pub fn may_freeze(&self, now: UnixNanos, rules: &AssemblyRules) -> bool {
        self.is_idle(now, rules) || self.is_overaged(now, rules)
    }

    fn is_idle(&self, now: UnixNanos, rules: &AssemblyRules) -> bool {
        now.since(self.last_arrival) >= rules.idle
    }

    /// Still growing at the age limit.
    fn is_overaged(&self, now: UnixNanos, rules: &AssemblyRules) -> bool {
        now.since(self.opened) >= rules.age_max && !self.is_idle(now, rules)
    }

    /// How whole the trace is at log time `now`.
    #[must_use]
    pub fn judge(&self, now: UnixNanos, rules: &AssemblyRules) -> Verdict {
        let mut verdict = Verdict {
            state: VerdictState::Waiting,
            reason: None,
            missing_parents: Vec::new(),
            spans: self.spans.len() as u32,
            dropped: self
                .dropped
                .values()
                .fold(0, |sum, &n| sum.saturating_add(n)),
        };
        if matches!(self.key, TraceKey::Log(_)) {
            verdict.state = VerdictState::Complete;
            verdict.reason = Some("no_trace".into());
            return verdict;
        }
        verdict.missing_parents = self.missing_parents();
        let gap = self.gap(!verdict.missing_parents.is_empty());
        let quiet = now.since(self.last_arrival) >= rules.quiet;
        (verdict.state, verdict.reason) = if self.left_out > 0 || self.texts.refused > 0 {
            (VerdictState::Truncated, Some("limit".into()))
        } else if gap.is_none() && quiet {
            (VerdictState::Complete, None)
        } else if self.is_overaged(now, rules) {
            (VerdictState::Truncated, Some("limit".into()))
        } else if let (Some(gap), true) = (gap, self.is_idle(now, rules)) {
            let reason = if self.continuation {
                "continuation"
            } else {
                gap
            };
            (VerdictState::Partial, Some(reason.into()))
        } else {
            (VerdictState::Waiting, gap.map(Into::into))
        };
        verdict
    }

    /// What stands against `complete`.
    ///
    /// Without any root the root itself is what is missing, though children name a parent too:
    /// `parent_missing` is kept for a gap below a root that is there.
    fn gap(&self, parents_missing: bool) -> Option<&'static str> {
        if self.spans.is_empty() {
            return Some("spans_missing");
        }
        let roots = self.spans.iter().filter(|span| span.parent == 0).count();
        match roots {
            0 => Some("root_missing"),
            _ if parents_missing => Some("parent_missing"),
            1 if self.has_open_span() => Some("root_open"),
            1 => None,
            _ => Some("several_roots"),
        }
    }

    /// The root, or an ancestor of an error, was exported before it ended.
    fn has_open_span(&self) -> bool {
        let errors = self.has_marks();
        self.spans
            .iter()
            .any(|span| span.flags.has(Flags::OPEN) && (span.parent == 0 || errors))
    }

    /// Parents that spans name and that are not there, ascending by id.
    fn missing_parents(&self) -> Vec<MissingParent> {
        let missing = self.missing_ids();
        if missing.is_empty() {
            return Vec::new();
        }
        let mut children: BTreeMap<u64, Vec<&Span>> = BTreeMap::new();
        for span in self
            .spans
            .iter()
            .filter(|span| missing.contains(&span.parent))
        {
            children.entry(span.parent).or_default().push(span);
        }
        children
            .into_iter()
            .filter_map(|(id, children)| {
                Some(MissingParent {
                    span_id: id_of(id)?,
                    service: self.missing_service(id, &children),
                    children: ids_of(&children),
                })
            })
            .take(MISSING_MAX)
            .collect()
    }

    fn missing_ids(&self) -> BTreeSet<u64> {
        // A typical trace is small: looking through it beats building a set.
        const LOOK_MAX: usize = 24;
        let parents = self
            .spans
            .iter()
            .map(|span| span.parent)
            .filter(|&id| id != 0);
        if self.spans.len() <= LOOK_MAX {
            return parents
                .filter(|&id| !self.spans.iter().any(|span| span.id == id))
                .collect();
        }
        let present: HashSet<u64, foldhash::fast::RandomState> =
            self.spans.iter().map(|span| span.id).collect();
        parents.filter(|id| !present.contains(id)).collect()
    }

    /// The service a missing span would be in: that of a log record which names it, else that of
    /// its children where they all say it is theirs (no entry among them, none remote).
    fn missing_service(&self, id: u64, children: &[&Span]) -> Option<String> {
        let mut services: BTreeSet<&str> = BTreeSet::new();
        let logs = self.log_marks.iter().filter(|mark| mark.span_id == id);
        services.extend(logs.map(|mark| self.service_of(mark.source)));
        let is_local = |span: &&Span| {
            let kind = self.operations.get(span.operation).kind;
            let entry = matches!(kind, SpanKind::Server | SpanKind::Consumer);
            !span.flags.has(Flags::PARENT_REMOTE) && (!entry || span.flags.has(Flags::PARENT_LOCAL))
        };
        if services.is_empty() && children.iter().all(is_local) {
            let sources = children
                .iter()
                .map(|span| self.operations.get(span.operation).source);
            services.extend(sources.map(|source| self.service_of(source)));
        }
        match services.len() {
            1 => services.pop_first().map(str::to_owned),
            _ => None,
        }
    }

    pub(crate) fn service_of(&self, source: u32) -> &str {
        self.texts.get(self.sources.get(source).service)
    }
}

fn ids_of(children: &[&Span]) -> Vec<SpanId> {
    let ids: BTreeSet<u64> = children.iter().map(|span| span.id).collect();
    ids.into_iter()
        .filter_map(id_of)
        .take(CHILDREN_MAX)
        .collect()
}
