//! The live feed: what changed, as it changes, from any position on.
//!
//! Reads the derived log and the event store, each record only once the read models show it, so
//! that whoever is told can fetch at once. Invariant: from the same position the same changes
//! follow in each source's order, however often a reader comes back.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use omegi_eventstore::{Closed, EventStore, Position, StoredEvent, Subscription};
use omegi_log::{EventLog, Offset, Partition, ReadError, Record, RecordKind};
use omegi_model::error_event::ErrorEvent;
use omegi_model::event::{Event, ServiceCalls, decode};
use omegi_model::id::{IssueId, ProjectId};
use omegi_model::workspace::WorkspaceEvent;

use crate::faults::{Faults, StoredError, variant_of};
use crate::workspace::{WorkspaceView, recorded};

const PARTITION: Partition = Partition(0);
const CHUNK_BYTES_MAX: usize = 1 << 20;
const EVENTS_MAX: usize = 64;
const WAIT: Duration = Duration::from_secs(15);
/// A reader further behind than this fetches anew instead.
const BEHIND_RECORDS_MAX: u64 = 50_000;
/// Error events of one issue told within one second of log time; the rest are told as one change
/// of the issue.
const TOLD_PER_SECOND: u32 = 4;
const SECOND_NANOS: i64 = 1_000_000_000;

/// Where a reader stands: next derived record, changes of it already told, last workspace event.
///
/// Text form `12.1-5`, as in `Last-Event-ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LivePosition {
    derived: Offset,
    told: u32,
    workspace: Position,
}

impl fmt::Display for LivePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}-{}", self.derived.0, self.told, self.workspace.0)
    }
}

/// A text that is no position of the live feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a position of the live feed")]
pub struct PositionError;

impl FromStr for LivePosition {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        let (derived, workspace) = text.split_once('-').ok_or(PositionError)?;
        let (derived, told) = derived.split_once('.').ok_or(PositionError)?;
        Ok(Self {
            derived: Offset(derived.parse().map_err(|_| PositionError)?),
            told: told.parse().map_err(|_| PositionError)?,
            workspace: Position(workspace.parse().map_err(|_| PositionError)?),
        })
    }
}

/// One change.
#[derive(Debug, Clone)]
pub struct LiveEvent {
    /// Where to go on after it.
    pub position: LivePosition,
    /// Whose.
    pub project: ProjectId,
    /// What.
    pub change: Change,
}

/// What changed.
#[derive(Debug, Clone)]
pub enum Change {
    /// A new error event.
    ErrorDetected(StoredError),
    /// A known one, better known.
    ErrorRevised(StoredError),
    /// Counts, status or membership of an issue.
    Issue(IssueId),
    /// New calls between services.
    Flow(Vec<ServiceCalls>),
    /// Services, tokens, members or settings of the project.
    Project,
}

/// Why the feed ends.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The position is too old: fetch anew, then go on from now.
    #[error("position is too old")]
    Gap,
    /// The log cannot be read.
    #[error("cannot read the derived log")]
    Log(#[source] ReadError),
    /// The event store cannot be read.
    #[error("cannot read the event store")]
    Store(#[source] Closed),
}

/// Opens feeds; cheap to clone.
#[derive(Clone)]
pub struct Live {
    derived: Arc<dyn EventLog>,
    store: EventStore,
    faults: Faults,
    workspace: WorkspaceView,
}

impl Live {
    /// A feed over these sources and the read models that show them.
    #[must_use]
    pub fn new(
        derived: Arc<dyn EventLog>,
        store: EventStore,
        faults: Faults,
        workspace: WorkspaceView,
    ) -> Self {
        Self {
            derived,
            store,
            faults,
            workspace,
        }
    }

    /// Changes after `position`; without one, from now on.
    ///
    /// # Errors
    /// [`LiveError::Gap`] when the position is too old or from another data directory.
    pub async fn feed(&self, position: Option<LivePosition>) -> Result<Feed, LiveError> {
        let bounds = self
            .derived
            .bounds(PARTITION)
            .await
            .map_err(LiveError::Log)?;
        let now = LivePosition {
            derived: bounds.committed,
            told: 0,
            workspace: self.workspace.position(),
        };
        let position = position.unwrap_or(now);
        let behind = now.derived.0.checked_sub(position.derived.0);
        let known = position.derived >= bounds.start && position.workspace <= now.workspace;
        if !known || behind.is_none_or(|behind| behind > BEHIND_RECORDS_MAX) {
            return Err(LiveError::Gap);
        }
        Ok(Feed {
            live: self.clone(),
            subscription: self.store.subscribe(position.workspace),
            position,
            ready: VecDeque::new(),
            told: Told::default(),
        })
    }
}

/// One reader of the feed.
pub struct Feed {
    live: Live,
    subscription: Subscription,
    position: LivePosition,
    ready: VecDeque<LiveEvent>,
    told: Told,
}

impl Feed {
    /// Where the reader stands.
    #[must_use]
    pub fn position(&self) -> LivePosition {
        self.position
    }

    /// The next change; `None` when nothing happened for a while, so that a heartbeat is due.
    /// Cancel safe.
    ///
    /// # Errors
    /// [`LiveError`].
    pub async fn next(&mut self) -> Result<Option<LiveEvent>, LiveError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.position = event.position;
                return Ok(Some(event));
            }
            if !self.fill().await? {
                return Ok(None);
            }
        }
    }

    /// Waits for records of either source; false after a while without any.
    async fn fill(&mut self) -> Result<bool, LiveError> {
        let read = self
            .live
            .derived
            .read(PARTITION, self.position.derived, CHUNK_BYTES_MAX, WAIT);
        tokio::select! {
            chunk = read => {
                let chunk = match chunk {
                    Ok(chunk) => chunk,
                    Err(ReadError::Trimmed { .. }) => return Err(LiveError::Gap),
                    Err(error) => return Err(LiveError::Log(error)),
                };
                if chunk.records.is_empty() {
                    return Ok(false);
                }
                self.live.faults.caught_up(chunk.next).await;
                chunk.records.iter().for_each(|record| self.take(record));
                // Records that change nothing are not read again.
                let nothing = self.ready.is_empty();
                if nothing {
                    (self.position.derived, self.position.told) = (chunk.next, 0);
                }
                Ok(true)
            }
            events = self.subscription.next(EVENTS_MAX) => {
                let events = events.map_err(LiveError::Store)?;
                if let Some(last) = events.last() {
                    self.live.workspace.caught_up(last.position).await;
                    self.live.faults.heard(last.position).await;
                }
                events.iter().for_each(|event| self.hear(event));
                Ok(true)
            }
        }
    }

    fn take(&mut self, record: &Record) {
        if record.kind != RecordKind::Data {
            return;
        }
        let second = record.append_time.0.div_euclid(SECOND_NANOS);
        let Ok(event) = decode(&record.body) else {
            return;
        };
        let mut changes = self.told.over(second, &self.live.faults);
        match event {
            Event::ErrorDetected { error } => changes.extend(self.error(*error, true, second)),
            Event::ErrorRevised { error, .. } => changes.extend(self.error(*error, false, second)),
            Event::ErrorWithdrawn { project, .. } => changes.push((project, Change::Project)),
            Event::ServiceCallsObserved { calls } => changes.extend(by_project(calls)),
            Event::TracesAssembled { .. } => {}
        }
        let skip = if record.offset == self.position.derived {
            self.position.told
        } else {
            0
        };
        let last = changes.len();
        for (index, (project, change)) in changes.into_iter().enumerate().skip(skip as usize) {
            let whole = index + 1 == last;
            let position = LivePosition {
                derived: Offset(record.offset.0 + u64::from(whole)),
                told: if whole { 0 } else { index as u32 + 1 },
                workspace: self.subscription.position(),
            };
            self.ready.push_back(LiveEvent {
                position,
                project,
                change,
            });
        }
    }

    fn error(&mut self, error: ErrorEvent, first: bool, second: i64) -> Vec<(ProjectId, Change)> {
        let project = error.project;
        let variant = variant_of(&error);
        let issue = self.live.faults.issue_of(variant);
        if let Some(issue) = issue
            && !self.told.may_tell(project, issue, second)
        {
            return Vec::new();
        }
        let stored = StoredError {
            variant,
            event: Box::new(error),
        };
        let change = if first {
            Change::ErrorDetected(stored)
        } else {
            Change::ErrorRevised(stored)
        };
        let mut changes = vec![(project, change)];
        changes.extend(issue.map(|issue| (project, Change::Issue(issue))));
        changes
    }

    fn hear(&mut self, stored: &StoredEvent) {
        let Ok(recorded) = recorded(stored) else {
            return;
        };
        let (project, changes): (ProjectId, Vec<Change>) = match recorded.event {
            WorkspaceEvent::Triage(event) => (
                event.project(),
                event.issues().into_iter().map(Change::Issue).collect(),
            ),
            WorkspaceEvent::Project(event) => (event.project(), vec![Change::Project]),
            WorkspaceEvent::Service(event) => (event.project(), vec![Change::Project]),
            _ => return,
        };
        let position = LivePosition {
            // What is ready but not handed out stays before this.
            ..self
                .ready
                .back()
                .map_or(self.position, |event| event.position)
        };
        let position = LivePosition {
            workspace: stored.position,
            ..position
        };
        let events = changes.into_iter().map(|change| LiveEvent {
            position,
            project,
            change,
        });
        self.ready.extend(events);
    }
}

/// How often each issue was told within the present second.
#[derive(Default)]
struct Told {
    second: i64,
    counts: BTreeMap<IssueId, u32>,
    muted: BTreeSet<(ProjectId, IssueId)>,
}

impl Told {
    fn may_tell(&mut self, project: ProjectId, issue: IssueId, second: i64) -> bool {
        debug_assert_eq!(self.second, second, "the second was begun");
        let count = self.counts.entry(issue).or_default();
        *count += 1;
        if *count > TOLD_PER_SECOND {
            self.muted.insert((project, issue));
        }
        *count <= TOLD_PER_SECOND
    }

    /// Begins `second`; issues that were muted in the one before are told once, as changed.
    fn over(&mut self, second: i64, faults: &Faults) -> Vec<(ProjectId, Change)> {
        if second == self.second {
            return Vec::new();
        }
        self.second = second;
        self.counts.clear();
        let muted = std::mem::take(&mut self.muted).into_iter();
        let alive = muted.filter(|(_, issue)| faults.issue(*issue).is_some());
        alive
            .map(|(project, issue)| (project, Change::Issue(issue)))
            .collect()
    }
}

fn by_project(calls: Vec<ServiceCalls>) -> Vec<(ProjectId, Change)> {
    let mut grouped: BTreeMap<ProjectId, Vec<ServiceCalls>> = BTreeMap::new();
    for call in calls {
        grouped.entry(call.project).or_default().push(call);
    }
    grouped
        .into_iter()
        .map(|(project, calls)| (project, Change::Flow(calls)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_its_text() {
        let position = LivePosition {
            derived: Offset(12),
            told: 1,
            workspace: Position(5),
        };
        assert_eq!(position.to_string().parse(), Ok(position));
        for wrong in ["", "1", "1.2", "a.b-c", "1-2"] {
            assert_eq!(wrong.parse::<LivePosition>(), Err(PositionError), "{wrong}");
        }
    }
}
