//! Issues, as people treat them: resolve, ignore, snooze, assign, merge, split, regroup.
//!
//! An issue comes from telemetry; here it is only an id. What people say is kept as events and
//! meets what telemetry says in a projection, which may see the two in any interleaving. So that
//! its result does not depend on that:
//!
//! - membership is a function of an event's keys and [`ProjectTriage`] alone:
//!   [`ProjectTriage::issue_of`];
//! - the last word on an issue is folded in the order of the event store; every other rule reads
//!   *happened after that word* from the occurrence itself, not from the order of reading;
//! - [`IssueState::occurrence`] is commutative; when a new word comes, [`IssueState::fold`] forgets
//!   what occurrences did and tells from which time on they must be fed once more
//!   ([`Effect::Restated`]); the projection has them, since it lists them;
//! - an event that leaves an issue (moved, withdrawn, split off) calls for [`IssueState::restart`]
//!   and the same feeding.
//!
//! A merged issue has the words of the one it is part of; its own are kept and count again when it
//! is taken out.

mod event;
mod groups;
mod issue_state;
mod release;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Action, Context, Rejection, Workspace, WorkspaceEvent, one};
use crate::id::{Fingerprint, IssueId, ProjectId, UserId};
use crate::time::UnixNanos;

pub use event::{
    Inheritance, KeyAlias, Regroup, Resolution, Snooze, TriageCommand, TriageEvent, issue_stream,
};
pub use groups::{ProjectTriage, split_id};
pub use issue_state::{
    Effect, IssueState, Occurrence, Outcome, Regression, Spoken, Status, Substatus, TriageFact,
    Why, Word,
};
pub use release::{Releases, compare};

const ISSUES_A_COMMAND_MAX: usize = 1_000;
const KEYS_A_SPLIT_MAX: usize = 100;
const ENVIRONMENTS_MAX: usize = 50;
const TEXT_BYTES_MAX: usize = 255;
const RULES_MAX: usize = 1_000;
const RULES_BYTES_MAX: usize = 256 << 10;

/// What was done to issues, by project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Triage {
    projects: BTreeMap<ProjectId, ProjectTriage>,
}

impl Triage {
    /// What was done in a project; none where nothing was.
    #[must_use]
    pub fn project(&self, project: ProjectId) -> Option<&ProjectTriage> {
        self.projects.get(&project)
    }

    /// The issue to which events of a key belong now; `fine` is the key of the sub-group.
    #[must_use]
    pub fn issue_of(
        &self,
        project: ProjectId,
        key: Fingerprint,
        fine: Option<Fingerprint>,
    ) -> IssueId {
        match self.projects.get(&project) {
            Some(triage) => triage.issue_of(project, key, fine),
            None => IssueId::derive(project, key),
        }
    }

    /// The issue that `issue` is part of, or itself.
    #[must_use]
    pub fn canonical(&self, project: ProjectId, issue: IssueId) -> IssueId {
        self.projects
            .get(&project)
            .map_or(issue, |triage| triage.canonical(issue))
    }

    /// The last word on an issue.
    #[must_use]
    pub fn spoken(&self, project: ProjectId, issue: IssueId) -> Option<&Spoken> {
        self.projects.get(&project)?.issues.get(&issue)
    }

    pub(super) fn forget(&mut self, project: ProjectId) {
        self.projects.remove(&project);
    }
}

pub(super) fn decide(
    workspace: &Workspace,
    command: &TriageCommand,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let project = command.project();
    workspace.admit(context.actor, project, command.action())?;
    let nothing = ProjectTriage::default();
    let triage = workspace.triage.project(project).unwrap_or(&nothing);
    match command {
        TriageCommand::Resolve {
            issue,
            resolution,
            environments,
            overtaken,
            ..
        } => {
            checked_resolution(resolution)?;
            let environments = checked_environments(environments)?;
            let (resolution, issue) = (resolution.clone(), triage.canonical(*issue));
            let word = Word::Resolved {
                resolution: resolution.clone(),
                environments: environments.clone(),
            };
            if !overtaken && triage.word(issue) == &word {
                return Ok(Vec::new());
            }
            Ok(one(TriageEvent::IssueResolved {
                project,
                issue,
                resolution,
                environments,
            }))
        }
        TriageCommand::Reopen { issue, .. } => {
            let issue = triage.canonical(*issue);
            match triage.word(issue) {
                Word::Open => Ok(Vec::new()),
                _ => Ok(one(TriageEvent::IssueReopened { project, issue })),
            }
        }
        TriageCommand::Ignore { issue, .. } => {
            let issue = triage.canonical(*issue);
            match triage.word(issue) {
                Word::Ignored => Ok(Vec::new()),
                _ => Ok(one(TriageEvent::IssueIgnored { project, issue })),
            }
        }
        TriageCommand::Snooze {
            issue,
            snooze,
            overtaken,
            ..
        } => {
            checked_snooze(snooze, context.now)?;
            let (issue, snooze) = (triage.canonical(*issue), snooze.clone());
            if !overtaken
                && triage.word(issue)
                    == &(Word::Snoozed {
                        snooze: snooze.clone(),
                    })
            {
                return Ok(Vec::new());
            }
            Ok(one(TriageEvent::IssueSnoozed {
                project,
                issue,
                snooze,
            }))
        }
        TriageCommand::Assign {
            issue, assignee, ..
        } => assign(workspace, project, triage.canonical(*issue), *assignee),
        TriageCommand::Merge { into, issues, .. } => merge(triage, project, *into, issues),
        TriageCommand::Unmerge { issues, .. } => unmerge(triage, project, issues),
        TriageCommand::Split { issue, keys, .. } => split(triage, project, *issue, keys),
        TriageCommand::UndoSplit { issue, .. } => Ok(match triage.split_from(*issue) {
            None => Vec::new(),
            Some(back_into) => one(TriageEvent::IssueSplitUndone {
                project,
                issue: *issue,
                back_into,
            }),
        }),
        TriageCommand::SetGroupingRules { rules, .. } => set_rules(triage, project, rules),
        TriageCommand::ApplyRegroup { regroup, .. } => apply_regroup(triage, project, regroup),
    }
}

impl TriageCommand {
    fn project(&self) -> ProjectId {
        match self {
            Self::Resolve { project, .. }
            | Self::Reopen { project, .. }
            | Self::Ignore { project, .. }
            | Self::Snooze { project, .. }
            | Self::Assign { project, .. }
            | Self::Merge { project, .. }
            | Self::Unmerge { project, .. }
            | Self::Split { project, .. }
            | Self::UndoSplit { project, .. }
            | Self::SetGroupingRules { project, .. }
            | Self::ApplyRegroup { project, .. } => *project,
        }
    }

    fn action(&self) -> Action {
        match self {
            Self::SetGroupingRules { .. } | Self::ApplyRegroup { .. } => Action::ManageSettings,
            _ => Action::Triage,
        }
    }
}

fn assign(
    workspace: &Workspace,
    project: ProjectId,
    issue: IssueId,
    assignee: Option<UserId>,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let sees = |user| workspace.may(super::Actor::User(user), project, Action::Read);
    if assignee.is_some_and(|user| !sees(user)) {
        return Err(Rejection::invalid(
            "assignee_invalid",
            "the assignee cannot see this project",
        ));
    }
    let spoken = workspace.triage.spoken(project, issue);
    if spoken.and_then(|spoken| spoken.assignee) == assignee {
        return Ok(Vec::new());
    }
    Ok(one(TriageEvent::IssueAssigned {
        project,
        issue,
        assignee,
    }))
}

fn merge(
    triage: &ProjectTriage,
    project: ProjectId,
    into: IssueId,
    issues: &[IssueId],
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    bounded(issues.len(), ISSUES_A_COMMAND_MAX, "issues")?;
    let into = triage.canonical(into);
    // Both ends stand by themselves, and differ: no chain of merges can close to a ring.
    let mut parts: Vec<_> = issues
        .iter()
        .map(|issue| triage.canonical(*issue))
        .collect();
    parts.sort_unstable();
    parts.dedup();
    let parts = parts.into_iter().filter(|issue| *issue != into);
    Ok(parts
        .map(|issue| {
            TriageEvent::IssueMerged {
                project,
                issue,
                into,
            }
            .into()
        })
        .collect())
}

fn unmerge(
    triage: &ProjectTriage,
    project: ProjectId,
    issues: &[IssueId],
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    bounded(issues.len(), ISSUES_A_COMMAND_MAX, "issues")?;
    let mut issues = issues.to_vec();
    issues.sort_unstable();
    issues.dedup();
    let parts = issues
        .into_iter()
        .filter_map(|issue| Some((issue, triage.part_of(issue)?)));
    Ok(parts
        .map(|(issue, from)| {
            TriageEvent::IssueUnmerged {
                project,
                issue,
                from,
            }
            .into()
        })
        .collect())
}

fn split(
    triage: &ProjectTriage,
    project: ProjectId,
    issue: IssueId,
    keys: &[Fingerprint],
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    bounded(keys.len(), KEYS_A_SPLIT_MAX, "keys")?;
    let issue = triage.canonical(issue);
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let into = split_id(project, issue, &keys);
    if keys.iter().all(|key| triage.split_of(*key) == Some(into)) {
        return Ok(Vec::new());
    }
    Ok(one(TriageEvent::IssueSplit {
        project,
        issue,
        into,
        keys,
    }))
}

fn set_rules(
    triage: &ProjectTriage,
    project: ProjectId,
    rules: &[serde_json::Value],
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let bytes = rules
        .iter()
        .map(|rule| rule.to_string().len())
        .sum::<usize>();
    if rules.len() > RULES_MAX || bytes > RULES_BYTES_MAX {
        let detail = format!("at most {RULES_MAX} rules of {RULES_BYTES_MAX} bytes in all");
        return Err(Rejection::invalid("rules_too_large", detail));
    }
    if triage.rules == rules {
        return Ok(Vec::new());
    }
    let (version, rules) = (triage.rules_version + 1, rules.to_vec());
    Ok(one(TriageEvent::GroupingRulesSet {
        project,
        version,
        rules,
    }))
}

fn apply_regroup(
    triage: &ProjectTriage,
    project: ProjectId,
    regroup: &Regroup,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    if regroup.rules_version != triage.rules_version {
        let detail = format!(
            "rules {} were previewed, rules {} hold: preview again",
            regroup.rules_version, triage.rules_version
        );
        return Err(Rejection::conflict("preview_outdated", detail));
    }
    Ok(one(TriageEvent::RegroupApplied {
        project,
        regroup: regroup.clone(),
    }))
}

fn checked_resolution(resolution: &Resolution) -> Result<(), Rejection> {
    let texts = match resolution {
        Resolution::Now | Resolution::Silence { .. } => return Ok(()),
        Resolution::InRelease { release } => vec![release],
        Resolution::NextRelease { after } => vec![after],
        Resolution::InRange {
            from: None,
            to: None,
        } => {
            let detail = "a range of releases has a beginning or an end";
            return Err(Rejection::invalid("range_empty", detail));
        }
        Resolution::InRange { from, to } => from.iter().chain(to).collect(),
    };
    texts
        .into_iter()
        .try_for_each(|text| checked_text(text, "a release"))
}

fn checked_environments(environments: &[String]) -> Result<Vec<String>, Rejection> {
    if environments.len() > ENVIRONMENTS_MAX {
        let detail = format!("at most {ENVIRONMENTS_MAX} environments");
        return Err(Rejection::invalid("environments_too_many", detail));
    }
    environments
        .iter()
        .try_for_each(|text| checked_text(text, "an environment"))?;
    let mut environments = environments.to_vec();
    environments.sort_unstable();
    environments.dedup();
    Ok(environments)
}

fn checked_snooze(snooze: &Snooze, now: UnixNanos) -> Result<(), Rejection> {
    let fits = match snooze {
        Snooze::Time { at } => *at > now,
        Snooze::Count { more } => *more > 0,
        Snooze::Rate { count, per_seconds } => *count > 0 && (60..=86_400).contains(per_seconds),
    };
    if fits {
        return Ok(());
    }
    let detail = "until a time to come, a count from 1, or a rate per 60 to 86,400 seconds";
    Err(Rejection::invalid("snooze_invalid", detail))
}

fn checked_text(text: &str, what: &str) -> Result<(), Rejection> {
    if !text.is_empty() && text.len() <= TEXT_BYTES_MAX {
        return Ok(());
    }
    let detail = format!("{what} has 1 to {TEXT_BYTES_MAX} bytes");
    Err(Rejection::invalid("text_invalid", detail))
}

fn bounded(count: usize, max: usize, what: &str) -> Result<(), Rejection> {
    if (1..=max).contains(&count) {
        return Ok(());
    }
    Err(Rejection::invalid(
        "count_invalid",
        format!("name 1 to {max} {what}"),
    ))
}

pub(super) fn evolve(workspace: &mut Workspace, event: &TriageEvent, at: UnixNanos) {
    let project = event.project();
    // What is deleted does not come back by a late word on it.
    if workspace.projects.contains_key(&project) {
        workspace
            .triage
            .projects
            .entry(project)
            .or_default()
            .apply(event, at);
    }
}
