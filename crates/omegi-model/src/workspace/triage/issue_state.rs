//! The state of one issue: what people last said, and what telemetry has done to it since.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::release::{Releases, compare};
use super::{Resolution, Snooze, TriageEvent};
use crate::id::UserId;
use crate::time::UnixNanos;
use crate::workspace::Actor;

/// An issue of which nothing was said is new for so long.
const NEW_NANOS: i64 = 7 * 86_400_000_000_000;
/// Stretches that a rate is counted over; the sparsest go first.
const STRETCHES_MAX: usize = 1_024;

/// What people last said of an issue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "word", rename_all = "snake_case")]
pub enum Word {
    /// Nothing, or that it stands open.
    #[default]
    Open,
    /// It is solved.
    Resolved {
        /// For which occurrences.
        resolution: Resolution,
        /// In these environments only; empty: in all.
        environments: Vec<String>,
    },
    /// Nobody wants to hear of it.
    Ignored,
    /// It sleeps.
    Snoozed {
        /// Until when.
        snooze: Snooze,
    },
}

/// The last word, when it was said, and whose the issue is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// What was said last.
    pub word: Word,
    /// When; none: nothing was said.
    pub at: Option<UnixNanos>,
    /// Whose it is.
    pub assignee: Option<UserId>,
}

impl Spoken {
    /// Takes in one event about this issue; true when the word was said (anew).
    pub(super) fn hear(&mut self, event: &TriageEvent, at: UnixNanos) -> bool {
        self.word = match event {
            TriageEvent::IssueResolved {
                resolution,
                environments,
                ..
            } => Word::Resolved {
                resolution: resolution.clone(),
                environments: environments.clone(),
            },
            TriageEvent::IssueReopened { .. } => Word::Open,
            TriageEvent::IssueIgnored { .. } => Word::Ignored,
            TriageEvent::IssueSnoozed { snooze, .. } => Word::Snoozed {
                snooze: snooze.clone(),
            },
            TriageEvent::IssueAssigned { assignee, .. } => {
                self.assignee = *assignee;
                return false;
            }
            _ => return false,
        };
        self.at = Some(at);
        true
    }
}

/// One thing people did, as the event store has it.
#[derive(Debug, Clone, PartialEq)]
pub struct TriageFact {
    /// What.
    pub event: TriageEvent,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: UnixNanos,
}

/// One error event of the issue. Revisions of it are not fed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence<'a> {
    /// By the sender's clock.
    pub time: UnixNanos,
    /// When its first mark was appended to the log.
    pub received_at: UnixNanos,
    /// `service.version`.
    pub release: Option<&'a str>,
    /// `deployment.environment.name`.
    pub environment: Option<&'a str>,
}

impl Occurrence<'_> {
    /// When it happened: what was received cannot have happened later, whatever its clock says.
    fn happened(&self) -> UnixNanos {
        self.time.min(self.received_at)
    }
}

/// What a fact asks of whoever folds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Effect {
    /// Nothing.
    None,
    /// Feed each occurrence that happened after this time once more.
    Restated {
        /// Exclusive.
        after: UnixNanos,
    },
    /// Events move between issues: compute their issues anew, restart and feed those concerned.
    Regrouped,
}

/// The first occurrence that proved a resolution wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regression {
    /// When it happened.
    pub at: UnixNanos,
    /// In which release.
    pub release: Option<String>,
    /// In which environment.
    pub environment: Option<String>,
}

/// What one occurrence did to the issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It proves the resolution wrong.
    Reopened,
    /// It ends a snooze.
    Woken,
    /// The issue stays as it is.
    Stays(Why),
}

/// Why an occurrence did not reopen an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// It is open.
    Open,
    /// It is ignored.
    Ignored,
    /// It sleeps on.
    Asleep,
    /// The occurrence happened before the word was said, however late it came.
    HappenedBefore,
    /// The resolution holds for other environments.
    OtherEnvironment,
    /// The release is older than the one with the fix.
    OlderRelease {
        /// The one with the fix.
        fixed_in: String,
    },
    /// The release is not newer than the one after which the fix comes.
    NotNewerRelease {
        /// The newest one without the fix.
        after: String,
    },
    /// The release lies outside the range that has the fix.
    OutsideRange,
    /// The release with the fix has not been seen yet.
    FixNotSeen {
        /// The one with the fix.
        fixed_in: String,
    },
}

/// Status of an issue, as listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Stands open.
    Unresolved(Substatus),
    /// Solved.
    Resolved,
    /// Nobody wants to hear of it.
    Ignored,
    /// Sleeps.
    Snoozed,
}

/// In what way an issue stands open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Substatus {
    /// First seen lately, and nothing was said of it.
    New,
    /// Known.
    Ongoing,
    /// Was solved, and came back.
    Regressed,
}

/// The state of one issue, folded from facts and occurrences in any interleaving (see the module).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueState {
    spoken: Spoken,
    /// Who said the last word.
    said_by: Option<Actor>,
    /// The earliest occurrence that proves the resolution wrong.
    regression: Option<Regression>,
    /// Occurrences since a snooze by count.
    slept_through: u64,
    /// Occurrences since a snooze by rate, by stretch.
    stretches: BTreeMap<i64, u64>,
    /// A rate was reached.
    rate_reached: bool,
}

impl IssueState {
    /// An issue of which `spoken` is the last word, and no occurrence was seen since.
    #[must_use]
    pub fn of(spoken: Spoken) -> Self {
        Self {
            spoken,
            ..Self::default()
        }
    }

    /// The last word and the assignee.
    #[must_use]
    pub fn spoken(&self) -> &Spoken {
        &self.spoken
    }

    /// Who said the last word.
    #[must_use]
    pub fn said_by(&self) -> Option<Actor> {
        self.said_by
    }

    /// The occurrence that brought the issue back, while it counts as regressed.
    #[must_use]
    pub fn regression(&self) -> Option<&Regression> {
        self.regression.as_ref()
    }

    /// Status at a moment; `first_seen` by arrival.
    #[must_use]
    pub fn status(&self, first_seen: UnixNanos, now: UnixNanos) -> Status {
        match &self.spoken.word {
            Word::Ignored => Status::Ignored,
            Word::Resolved { .. } if self.regression.is_none() => Status::Resolved,
            Word::Resolved { .. } => Status::Unresolved(Substatus::Regressed),
            Word::Snoozed { snooze } if !self.awake(snooze, now) => Status::Snoozed,
            Word::Open if self.spoken.at.is_none() && now.since(first_seen) < NEW_NANOS => {
                Status::Unresolved(Substatus::New)
            }
            Word::Open | Word::Snoozed { .. } => Status::Unresolved(Substatus::Ongoing),
        }
    }

    /// True when saying the last word again would be a new act: telemetry has overtaken it.
    #[must_use]
    pub fn overtaken(&self, now: UnixNanos) -> bool {
        match &self.spoken.word {
            Word::Resolved { .. } => self.regression.is_some(),
            Word::Snoozed { snooze } => self.awake(snooze, now),
            Word::Open | Word::Ignored => false,
        }
    }

    /// Takes in what somebody did. Facts come in the order of the event store, each once.
    pub fn fold(&mut self, fact: &TriageFact) -> Effect {
        if self.spoken.hear(&fact.event, fact.at) {
            self.said_by = Some(fact.by);
            self.restart();
            return Effect::Restated { after: fact.at };
        }
        match fact.event {
            TriageEvent::IssueAssigned { .. } | TriageEvent::GroupingRulesSet { .. } => {
                Effect::None
            }
            _ => Effect::Regrouped,
        }
    }

    /// Forgets what occurrences did; those that happened after the last word must be fed again.
    pub fn restart(&mut self) {
        self.regression = None;
        self.slept_through = 0;
        self.stretches.clear();
        self.rate_reached = false;
    }

    /// Takes in one occurrence, each once, in any order.
    pub fn occurrence(&mut self, seen: &Occurrence<'_>, releases: &impl Releases) -> Outcome {
        if self.spoken.at.is_some_and(|at| seen.happened() <= at) {
            return Outcome::Stays(Why::HappenedBefore);
        }
        match &self.spoken.word {
            Word::Open => Outcome::Stays(Why::Open),
            Word::Ignored => Outcome::Stays(Why::Ignored),
            Word::Resolved {
                resolution,
                environments,
            } => {
                if let Some(why) = holds(resolution, environments, seen, releases) {
                    return Outcome::Stays(why);
                }
                self.regress(seen)
            }
            Word::Snoozed { snooze } => {
                let snooze = snooze.clone();
                self.disturb(&snooze, seen.happened())
            }
        }
    }

    fn regress(&mut self, seen: &Occurrence<'_>) -> Outcome {
        let found = Regression {
            at: seen.happened(),
            release: seen.release.map(str::to_owned),
            environment: seen.environment.map(str::to_owned),
        };
        let rank = |regression: &Regression| {
            (
                regression.at,
                regression.release.clone(),
                regression.environment.clone(),
            )
        };
        let outcome = match &self.regression {
            None => Outcome::Reopened,
            Some(_) => Outcome::Stays(Why::Open),
        };
        // The earliest, so that the order of reading does not matter.
        if self
            .regression
            .as_ref()
            .is_none_or(|known| rank(&found) < rank(known))
        {
            self.regression = Some(found);
        }
        outcome
    }

    fn disturb(&mut self, snooze: &Snooze, happened: UnixNanos) -> Outcome {
        let slept = !self.counted_out(snooze);
        match snooze {
            Snooze::Time { .. } => return Outcome::Stays(Why::Asleep),
            Snooze::Count { .. } => self.slept_through = self.slept_through.saturating_add(1),
            Snooze::Rate { count, per_seconds } => {
                let stretch = happened
                    .0
                    .div_euclid(i64::from(*per_seconds) * 1_000_000_000);
                let here = self.stretches.entry(stretch).or_default();
                *here += 1;
                self.rate_reached |= *here >= *count;
                self.bound_stretches();
            }
        }
        match (slept, self.counted_out(snooze)) {
            (true, true) => Outcome::Woken,
            (true, false) => Outcome::Stays(Why::Asleep),
            (false, _) => Outcome::Stays(Why::Open),
        }
    }

    fn awake(&self, snooze: &Snooze, now: UnixNanos) -> bool {
        match snooze {
            Snooze::Time { at } => now >= *at,
            Snooze::Count { .. } | Snooze::Rate { .. } => self.counted_out(snooze),
        }
    }

    fn counted_out(&self, snooze: &Snooze) -> bool {
        match snooze {
            Snooze::Time { .. } => false,
            Snooze::Count { more } => self.slept_through >= *more,
            Snooze::Rate { .. } => self.rate_reached,
        }
    }

    fn bound_stretches(&mut self) {
        if self.rate_reached {
            self.stretches.clear();
        } else if self.stretches.len() > STRETCHES_MAX {
            let sparsest = self
                .stretches
                .iter()
                .min_by_key(|(at, count)| (**count, **at));
            if let Some(at) = sparsest.map(|(at, _)| *at) {
                self.stretches.remove(&at);
            }
        }
    }
}

/// Why the resolution holds against an occurrence after it; none where it does not.
fn holds(
    resolution: &Resolution,
    environments: &[String],
    seen: &Occurrence<'_>,
    releases: &impl Releases,
) -> Option<Why> {
    let here = seen
        .environment
        .is_some_and(|here| environments.iter().any(|one| one == here));
    if !environments.is_empty() && !here {
        return Some(Why::OtherEnvironment);
    }
    // An occurrence without a release can only be judged by its time.
    let release = seen.release?;
    let to = |other: &str| compare(release, other, releases);
    match resolution {
        Resolution::Now | Resolution::Silence { .. } => None,
        Resolution::InRelease { release: fixed_in } => {
            let fixed_in = fixed_in.clone();
            match to(&fixed_in) {
                Some(Ordering::Less) if releases.first_seen(&fixed_in).is_none() => {
                    Some(Why::FixNotSeen { fixed_in })
                }
                Some(Ordering::Less) => Some(Why::OlderRelease { fixed_in }),
                _ => None,
            }
        }
        Resolution::NextRelease { after } => match to(after) {
            Some(Ordering::Less | Ordering::Equal) => Some(Why::NotNewerRelease {
                after: after.clone(),
            }),
            _ => None,
        },
        Resolution::InRange { from, to: end } => {
            let before = from.as_deref().and_then(to) == Some(Ordering::Less);
            let beyond = end
                .as_deref()
                .and_then(to)
                .is_some_and(|order| order != Ordering::Less);
            (before || beyond).then_some(Why::OutsideRange)
        }
    }
}
