//! Tells what changed: first announcements, revisions, withdrawals.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::announced::{Announced, Standing, TOLD_MAX, Told};
use super::digest::Digests;
use super::draft::{Draft, drafts};
use crate::assembly::TraceState;
use crate::error_event::{ErrorEvent, Verdict};
use crate::event::Event;
use crate::id::ErrorId;
use crate::time::UnixNanos;

/// How soon and how often events are told, in nanoseconds of log time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectionRules {
    /// From the arrival of an event's first mark to its announcement.
    pub settle: i64,
    /// Between two revisions of one event.
    pub revision_gap: i64,
    /// Revisions after which the slow gap holds.
    pub revisions_max: u32,
    /// Between two revisions from then on.
    pub slow_gap: i64,
}

impl Default for DetectionRules {
    fn default() -> Self {
        Self {
            settle: 200_000_000,
            revision_gap: 1_000_000_000,
            revisions_max: 50,
            slow_gap: 60_000_000_000,
        }
    }
}

/// What is to be told of the trace at log time `now`; `announced` then holds it as told.
///
/// An event is detected once. When its origin moves, the event of the new origin is told as a
/// revision that names the old id; when nothing of it is left, it is withdrawn.
pub fn detect(
    state: &TraceState,
    announced: &mut Announced,
    now: UnixNanos,
    verdict: &Verdict,
    rules: &DetectionRules,
) -> Vec<Event> {
    announced.ask_again = None;
    if !state.has_marks() && announced.is_empty() {
        return Vec::new();
    }
    let drafts = drafts(state, verdict);
    let mut teller = Teller {
        announced,
        now,
        rules,
        began: state.continuation.then_some(state.first_arrival),
        events: Vec::new(),
    };
    let heirs = teller.heirs(&drafts);
    let visible = teller.visible(&drafts, &heirs);
    for mut draft in drafts {
        let id = draft.event.id;
        draft
            .event
            .siblings
            .retain(|sibling| visible.contains(sibling));
        let olds = heirs.get(&Some(id)).map_or(&[][..], Vec::as_slice);
        if teller.knew_more(&id) {
            continue;
        }
        if visible.contains(&id) {
            teller.tell(draft.event, olds);
        }
    }
    for old in heirs.get(&None).into_iter().flatten() {
        teller.withdraw(state, *old);
    }
    teller.events
}

struct Teller<'t> {
    announced: &'t mut Announced,
    now: UnixNanos,
    rules: &'t DetectionRules,
    /// When the state began, where what came before is gone.
    began: Option<UnixNanos>,
    events: Vec<Event>,
}

impl Teller<'_> {
    /// The event was told before this state began: by one that knew what is gone now.
    fn knew_more(&self, id: &ErrorId) -> bool {
        let told = self.announced.told.get(id);
        told.zip(self.began)
            .is_some_and(|(told, began)| told.at < began)
    }

    /// Told events that no longer begin where they did, by the draft that explains them now.
    fn heirs(&self, drafts: &[Draft]) -> BTreeMap<Option<ErrorId>, Vec<ErrorId>> {
        let begun: BTreeSet<ErrorId> = drafts.iter().map(|draft| draft.event.id).collect();
        let mut explained: BTreeMap<ErrorId, ErrorId> = BTreeMap::new();
        for draft in drafts {
            for &covered in &draft.covers {
                explained.entry(covered).or_insert(draft.event.id);
            }
        }
        let mut heirs: BTreeMap<Option<ErrorId>, Vec<ErrorId>> = BTreeMap::new();
        let gone = |id: &ErrorId| !begun.contains(id) && !self.knew_more(id);
        for old in self.announced.live().filter(gone) {
            heirs
                .entry(explained.get(&old).copied())
                .or_default()
                .push(old);
        }
        heirs
    }

    /// Events that are told already, take over from one that was, or have settled.
    fn visible(
        &self,
        drafts: &[Draft],
        heirs: &BTreeMap<Option<ErrorId>, Vec<ErrorId>>,
    ) -> BTreeSet<ErrorId> {
        let room = TOLD_MAX.saturating_sub(self.announced.told.len());
        let known =
            |id: ErrorId| self.announced.told.contains_key(&id) || heirs.contains_key(&Some(id));
        let settled = |event: &ErrorEvent| event.received_at.plus(self.rules.settle) <= self.now;
        let mut visible: BTreeSet<ErrorId> = drafts
            .iter()
            .map(|draft| draft.event.id)
            .filter(|&id| known(id))
            .collect();
        let fresh = drafts
            .iter()
            .map(|d| &d.event)
            .filter(|e| !known(e.id) && settled(e));
        visible.extend(fresh.map(|event| event.id).take(room));
        visible
    }

    fn tell(&mut self, mut event: ErrorEvent, olds: &[ErrorId]) {
        let digests = Digests::of(&event);
        let own = self.announced.told.get(&event.id).cloned();
        if own.is_none() && olds.is_empty() {
            self.keep(&event, digests, 0);
            self.events.push(Event::ErrorDetected {
                error: Box::new(event),
            });
            return;
        }
        let before: Vec<Told> = own
            .iter()
            .cloned()
            .chain(
                olds.iter()
                    .filter_map(|old| self.announced.told.get(old).cloned()),
            )
            .collect();
        let Some(last) = before.iter().max_by_key(|told| (told.revision, told.at)) else {
            return;
        };
        let changed = digests.changed_since(&own.as_ref().unwrap_or(last).digests);
        let stands = own
            .as_ref()
            .is_some_and(|told| told.standing == Standing::Live);
        if stands && olds.is_empty() && changed.is_empty() {
            event.supersedes = own.map(|told| told.supersedes).unwrap_or_default();
            return;
        }
        let count = before.iter().map(|told| told.count).max().unwrap_or(0);
        let told_at = before.iter().map(|told| told.at).max().unwrap_or(self.now);
        if !self.may_tell(told_at, count) {
            return;
        }
        event.revision = last.revision.saturating_add(1);
        event.supersedes = supersedes(event.id, &before, olds);
        for old in olds {
            if let Some(told) = self.announced.told.get_mut(old) {
                told.standing = Standing::Superseded(event.id);
            }
        }
        self.forget_as_superseded(event.id);
        self.keep(&event, digests, count.saturating_add(1));
        self.events.push(Event::ErrorRevised {
            error: Box::new(event),
            changed,
        });
    }

    /// An id that stands again leads nowhere else any more.
    fn forget_as_superseded(&mut self, id: ErrorId) {
        for told in self.announced.told.values_mut() {
            told.supersedes.retain(|old| *old != id);
        }
    }

    fn keep(&mut self, event: &ErrorEvent, digests: Digests, count: u32) {
        let told = Told {
            revision: event.revision,
            count,
            digests,
            at: self.now,
            standing: Standing::Live,
            supersedes: event.supersedes.clone(),
        };
        self.announced.told.insert(event.id, told);
    }

    fn withdraw(&mut self, state: &TraceState, id: ErrorId) {
        let Some(told) = self.announced.told.get(&id).cloned() else {
            return;
        };
        if !self.may_tell(told.at, told.count) {
            return;
        }
        let revision = told.revision.saturating_add(1);
        let withdrawn = Told {
            revision,
            count: told.count.saturating_add(1),
            at: self.now,
            standing: Standing::Withdrawn,
            ..told
        };
        self.announced.told.insert(id, withdrawn);
        let (project, at) = (state.project, self.now);
        self.events.push(Event::ErrorWithdrawn {
            project,
            id,
            revision,
            into: None,
            at,
        });
    }

    /// Whether the gap since the last telling has passed; else when to ask again is noted.
    fn may_tell(&mut self, told_at: UnixNanos, count: u32) -> bool {
        let gap = match count < self.rules.revisions_max {
            true => self.rules.revision_gap,
            false => self.rules.slow_gap,
        };
        let from = told_at.plus(gap);
        if from <= self.now {
            return true;
        }
        let ask_again = self.announced.ask_again.map_or(from, |at| at.min(from));
        self.announced.ask_again = Some(ask_again);
        false
    }
}

/// All ids that lead to the event now, ascending.
fn supersedes(id: ErrorId, before: &[Told], olds: &[ErrorId]) -> Vec<ErrorId> {
    let former = before
        .iter()
        .flat_map(|told| told.supersedes.iter().copied());
    let all: BTreeSet<ErrorId> = former
        .chain(olds.iter().copied())
        .filter(|old| *old != id)
        .collect();
    all.into_iter().collect()
}
