//! Issues as people see them: sets of variants, with what people said of them.
//!
//! Two streams meet here, in any interleaving: occurrences from the derived log and words from
//! the event store. Invariant: the result depends on both sets alone. Membership is a function
//! of parts and triage; a state is a function of the last word and of the occurrences after it,
//! which are fed in any order and, when a new word comes, once more from the disk.
//!
//! All of it lives in memory: variants are bounded by grouping, states by what people said.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use omegi_model::error_event::ErrorEvent;
use omegi_model::grouping::rules::{RuleInput, RuleSet};
use omegi_model::grouping::{AlgorithmVersion, Keys, key};
use omegi_model::id::{Fingerprint, IssueId, ProjectId};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::Workspace;
use omegi_model::workspace::triage::{
    IssueState, Occurrence, Outcome, ProjectTriage, Status, TriageEvent,
};
use parking_lot::RwLock;
use redb::{Database, ReadableDatabase as _, ReadableTable as _};

use super::row::{ErrorRow, Facets};
use super::store::{self, StoreError};
use super::variant::{Face, VariantRow};
use super::{Faults, keys};
use crate::workspace::WorkspaceView;

/// An issue: its variants as one, and its state.
#[derive(Debug, Clone)]
pub struct Issue {
    /// After merges.
    pub id: IssueId,
    /// Counts, times and face of all its variants together.
    pub row: VariantRow,
    /// Its variants.
    pub variants: Vec<Fingerprint>,
    /// What people said, and what telemetry has done to it since.
    pub state: IssueState,
    /// Keys of its oldest variant.
    pub keys: Keys,
}

impl Issue {
    /// Status at a moment.
    #[must_use]
    pub fn status(&self, now: UnixNanos) -> Status {
        self.state.status(self.row.first_received, now)
    }
}

/// What one publication of the projection did to occurrences.
#[derive(Debug, Default)]
pub(crate) struct News {
    pub(crate) occurred: Vec<Occurred>,
    /// Variants that lost an event: their issues' states are computed anew.
    pub(crate) left: BTreeSet<Fingerprint>,
}

/// One new occurrence.
#[derive(Debug)]
pub(crate) struct Occurred {
    variant: Fingerprint,
    time: UnixNanos,
    received_at: UnixNanos,
    release: Option<String>,
    environment: Option<String>,
}

impl Occurred {
    pub(crate) fn of(
        variant: Fingerprint,
        time: UnixNanos,
        received_at: UnixNanos,
        facets: &Facets,
    ) -> Self {
        let Facets {
            environment,
            release,
            ..
        } = facets.clone();
        Self {
            variant,
            time,
            received_at,
            release,
            environment,
        }
    }

    fn as_occurrence(&self) -> Occurrence<'_> {
        Occurrence {
            time: self.time,
            received_at: self.received_at,
            release: self.release.as_deref(),
            environment: self.environment.as_deref(),
        }
    }
}

/// Where a variant belongs.
#[derive(Debug, Clone, Copy)]
struct Place {
    issue: IssueId,
    keys: Keys,
}

#[derive(Default)]
struct Shelves {
    variants: HashMap<Fingerprint, Arc<VariantRow>>,
    places: HashMap<Fingerprint, Place>,
    members: HashMap<IssueId, BTreeSet<Fingerprint>>,
    states: HashMap<IssueId, IssueState>,
    /// Releases of a project, by their first arrival.
    releases: HashMap<ProjectId, BTreeMap<String, UnixNanos>>,
}

pub(crate) struct Book {
    workspace: WorkspaceView,
    shelves: RwLock<Shelves>,
}

impl Book {
    pub(crate) fn load(db: &Database, workspace: WorkspaceView) -> Result<Self, StoreError> {
        let mut shelves = Shelves::default();
        let read = db.begin_read()?;
        let table = read.open_table(store::VARIANTS)?;
        for entry in table.iter()? {
            let row: VariantRow = store::row("variants", entry?.1.value())?;
            shelves.shelve(row);
        }
        let book = Self {
            workspace,
            shelves: RwLock::new(shelves),
        };
        book.rearrange(db, None)?;
        Ok(book)
    }

    /// Takes in what the projection just published.
    pub(crate) fn take(
        &self,
        db: &Database,
        changed: BTreeMap<Fingerprint, Option<VariantRow>>,
        news: News,
    ) -> Result<(), StoreError> {
        let mut shelves = self.shelves.write();
        let mut unplaced = Vec::new();
        for (id, row) in changed {
            match row {
                Some(row) => {
                    shelves.shelve(row);
                    unplaced.extend((!shelves.places.contains_key(&id)).then_some(id));
                }
                None => shelves.remove(id),
            }
        }
        if !unplaced.is_empty() {
            self.workspace
                .read(|workspace| shelves.place(db, workspace, &unplaced));
        }
        for occurred in &news.occurred {
            shelves.feed(occurred);
        }
        let stale: BTreeSet<IssueId> = news
            .left
            .iter()
            .filter_map(|id| Some(shelves.places.get(id)?.issue))
            .collect();
        stale
            .into_iter()
            .try_for_each(|issue| shelves.restate(db, issue))
    }

    /// Takes in what somebody did, after the workspace has it.
    pub(crate) fn hear(&self, db: &Database, event: &TriageEvent) -> Result<(), StoreError> {
        let project = event.project();
        let issues = match event {
            TriageEvent::IssueResolved { issue, .. }
            | TriageEvent::IssueReopened { issue, .. }
            | TriageEvent::IssueIgnored { issue, .. }
            | TriageEvent::IssueSnoozed { issue, .. }
            | TriageEvent::IssueAssigned { issue, .. } => *issue,
            // Events move between issues, or may.
            _ => return self.rearrange(db, Some(project)),
        };
        let mut shelves = self.shelves.write();
        self.workspace
            .read(|workspace| shelves.learn(workspace, project, issues));
        shelves.restate(db, issues)
    }

    pub(crate) fn clear(&self) {
        *self.shelves.write() = Shelves::default();
    }

    /// Computes anew where the variants of a project (or of all) belong, and all states there.
    fn rearrange(&self, db: &Database, project: Option<ProjectId>) -> Result<(), StoreError> {
        let mut shelves = self.shelves.write();
        let concerned = |row: &VariantRow| project.is_none_or(|project| row.project == project);
        let moved: Vec<Fingerprint> = shelves
            .variants
            .values()
            .filter(|row| concerned(row))
            .map(|row| row.id)
            .collect();
        moved.iter().for_each(|id| shelves.unplace(*id));
        self.workspace
            .read(|workspace| shelves.place(db, workspace, &moved));
        let issues: BTreeSet<IssueId> = moved
            .iter()
            .filter_map(|id| Some(shelves.places.get(id)?.issue))
            .collect();
        issues
            .into_iter()
            .try_for_each(|issue| shelves.restate(db, issue))
    }
}

impl Shelves {
    fn shelve(&mut self, row: VariantRow) {
        let releases = self.releases.entry(row.project).or_default();
        for (name, used) in &row.releases {
            let first = releases.entry(name.clone()).or_insert(used.first_received);
            *first = (*first).min(used.first_received);
        }
        self.variants.insert(row.id, Arc::new(row));
    }

    fn remove(&mut self, id: Fingerprint) {
        self.variants.remove(&id);
        self.unplace(id);
    }

    fn unplace(&mut self, id: Fingerprint) {
        let Some(place) = self.places.remove(&id) else {
            return;
        };
        if let Some(members) = self.members.get_mut(&place.issue) {
            members.remove(&id);
            if members.is_empty() {
                self.members.remove(&place.issue);
            }
        }
    }

    /// Puts variants into their issues, with the words that were said of those.
    fn place(&mut self, db: &Database, workspace: &Workspace, ids: &[Fingerprint]) {
        let mut rules = HashMap::new();
        for id in ids {
            let Some(row) = self.variants.get(id) else {
                continue;
            };
            let project = row.project;
            let rules = rules
                .entry(project)
                .or_insert_with(|| Rules::of(workspace, project));
            let place = rules.place(db, workspace, row);
            self.places.insert(*id, place);
            self.members.entry(place.issue).or_default().insert(*id);
            self.learn(workspace, project, place.issue);
        }
    }

    /// Takes the last word on an issue from the workspace, if it is another than known.
    fn learn(&mut self, workspace: &Workspace, project: ProjectId, issue: IssueId) {
        match workspace.triage.spoken(project, issue) {
            None => {
                self.states.remove(&issue);
            }
            Some(spoken) => {
                let known = self.states.get(&issue).map(IssueState::spoken);
                if known != Some(spoken) {
                    self.states.insert(issue, IssueState::of(spoken.clone()));
                }
            }
        }
    }

    fn feed(&mut self, occurred: &Occurred) {
        let Some(place) = self.places.get(&occurred.variant) else {
            return;
        };
        let Some(row) = self.variants.get(&occurred.variant) else {
            return;
        };
        let Some(state) = self.states.get_mut(&place.issue) else {
            return;
        };
        let none = BTreeMap::new();
        let releases = self.releases.get(&row.project).unwrap_or(&none);
        let _outcome = state.occurrence(&occurred.as_occurrence(), releases);
    }

    /// Computes a state anew from the occurrences after the last word.
    fn restate(&mut self, db: &Database, issue: IssueId) -> Result<(), StoreError> {
        let Some(state) = self.states.get_mut(&issue) else {
            return Ok(());
        };
        state.restart();
        let Some(after) = state.spoken().at else {
            return Ok(());
        };
        let none = BTreeMap::new();
        for id in self.members.get(&issue).into_iter().flatten() {
            let Some(row) = self.variants.get(id) else {
                continue;
            };
            let releases = self.releases.get(&row.project).unwrap_or(&none);
            for_each_after(db, *id, after, |row| {
                let facets = row.facets();
                let occurred = Occurred::of(*id, row.time(), row.received_at(), &facets);
                // In order of time: what follows the first that reopens changes nothing more.
                let outcome = state.occurrence(&occurred.as_occurrence(), releases);
                !matches!(outcome, Outcome::Reopened | Outcome::Woken)
            })?;
        }
        Ok(())
    }

    fn issue(&self, id: IssueId) -> Option<Issue> {
        let members = self.members.get(&id)?;
        let rows: Vec<&Arc<VariantRow>> = members
            .iter()
            .filter_map(|id| self.variants.get(id))
            .collect();
        let oldest = rows.iter().min_by_key(|row| (row.first_seen, row.id))?;
        let keys = self.places.get(&oldest.id)?.keys;
        let others = rows
            .iter()
            .filter(|row| row.id != oldest.id)
            .map(|row| &***row);
        Some(Issue {
            id,
            row: VariantRow::clone(oldest).merged_with(others),
            variants: members.iter().copied().collect(),
            state: self.states.get(&id).cloned().unwrap_or_default(),
            keys,
        })
    }
}

/// The grouping rules that hold in one project.
struct Rules {
    project: ProjectId,
    version: AlgorithmVersion,
    rules: Option<RuleSet>,
}

impl Rules {
    fn of(workspace: &Workspace, project: ProjectId) -> Self {
        let triage = workspace.triage.project(project);
        let version = triage
            .and_then(ProjectTriage::algorithm)
            .and_then(|number| AlgorithmVersion::new(u16::try_from(number).ok()?))
            .unwrap_or(AlgorithmVersion::CURRENT);
        let rules = triage
            .map(ProjectTriage::active_rules)
            .filter(|(_, rules)| !rules.is_empty());
        let rules = rules.and_then(|(version, rules)| {
            RuleSet::parse(&serde_json::json!({ "version": version, "rules": rules })).ok()
        });
        Self {
            project,
            version,
            rules,
        }
    }

    fn place(&self, db: &Database, workspace: &Workspace, row: &VariantRow) -> Place {
        let (project, parts) = (self.project, &row.parts);
        // Rules may look at a message or an attribute, which vary within a variant: its face
        // stands for it.
        let ruled = self.rules.as_ref().and_then(|rules| {
            let face = load_face(db, row).ok().flatten()?;
            let (exceptions, attributes) = (&face.exceptions, &face.attributes);
            let input = RuleInput {
                parts,
                exceptions,
                attributes,
            };
            Some(rules.keys(project, input, self.version))
        });
        let keys = match &ruled {
            Some(ruled) => ruled.keys,
            None => key(project, parts, self.version),
        };
        let triage = &workspace.triage;
        let issue = match ruled.and_then(|ruled| ruled.merge_into) {
            Some(target) => triage.canonical(project, target),
            None => triage.issue_of(project, keys.group, Some(keys.fine)),
        };
        Place { issue, keys }
    }
}

fn load_face(db: &Database, row: &VariantRow) -> Result<Option<Box<ErrorEvent>>, StoreError> {
    let read = db.begin_read()?;
    let table = read.open_table(store::ERRORS)?;
    let Some(bytes) = table.get(row.face.error_id.as_bytes().as_slice())? else {
        return Ok(None);
    };
    match store::row("errors", bytes.value())? {
        ErrorRow::Kept { event, .. } => Ok(Some(event)),
        ErrorRow::Counted { .. } => Ok(None),
    }
}

/// Rows of a variant that happened after a moment, in order of time, while `go_on` says so.
fn for_each_after(
    db: &Database,
    variant: Fingerprint,
    after: UnixNanos,
    mut go_on: impl FnMut(ErrorRow) -> bool,
) -> Result<(), StoreError> {
    let read = db.begin_read()?;
    let index = read.open_table(store::BY_VARIANT)?;
    let errors = read.open_table(store::ERRORS)?;
    let start = keys::join(&[variant.as_bytes(), &keys::moment(after)]);
    let (_, end) = keys::under(variant.as_bytes());
    for entry in index.range::<&[u8]>(start.as_slice()..end.as_slice())? {
        let Some(id) = keys::trailing_error(entry?.0.value()) else {
            continue;
        };
        let Some(bytes) = errors.get(id.as_bytes().as_slice())? else {
            continue;
        };
        if !go_on(store::row("errors", bytes.value())?) {
            break;
        }
    }
    Ok(())
}

impl Faults {
    /// The issue with this id; an id that was merged leads to what it is part of.
    #[must_use]
    pub fn issue(&self, id: IssueId) -> Option<Issue> {
        self.shared.book.shelves.read().issue(id)
    }

    /// The issue that a variant belongs to now.
    #[must_use]
    pub fn issue_of(&self, variant: Fingerprint) -> Option<IssueId> {
        self.shared
            .book
            .shelves
            .read()
            .places
            .get(&variant)
            .map(|place| place.issue)
    }

    /// What a variant is called after.
    #[must_use]
    pub fn face(&self, variant: Fingerprint) -> Option<Face> {
        Some(
            self.shared
                .book
                .shelves
                .read()
                .variants
                .get(&variant)?
                .face
                .clone(),
        )
    }

    /// All issues of the projects that `allowed` admits, in no order.
    #[must_use]
    pub fn issues(&self, allowed: impl Fn(ProjectId) -> bool) -> Vec<Issue> {
        let shelves = self.shared.book.shelves.read();
        let visible = |id: &&IssueId| {
            let first = shelves.members.get(id).and_then(|members| members.first());
            first
                .and_then(|id| shelves.variants.get(id))
                .is_some_and(|row| allowed(row.project))
        };
        shelves
            .members
            .keys()
            .filter(visible)
            .filter_map(|id| shelves.issue(*id))
            .collect()
    }
}
