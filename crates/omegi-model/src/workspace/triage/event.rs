//! What people do to issues, as commands and events.

use serde::{Deserialize, Serialize};

use crate::id::{Fingerprint, IssueId, ProjectId, UserId};

/// For which occurrences an issue counts as solved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Resolution {
    /// From now on, whatever the release.
    Now,
    /// In this release and all newer ones.
    InRelease {
        /// `service.version`.
        release: String,
    },
    /// In every release newer than the newest one known now.
    NextRelease {
        /// The newest one known when it was resolved.
        after: String,
    },
    /// In releases from one to another.
    InRange {
        /// First release with the fix; none: from the first on.
        from: Option<String>,
        /// First release without it again; none: to the newest.
        to: Option<String>,
    },
    /// Nothing was heard of it for long; as `Now`.
    Silence {
        /// How long.
        days: u32,
    },
}

/// Until when an issue sleeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "until", rename_all = "snake_case")]
pub enum Snooze {
    /// Until a time.
    Time {
        /// When.
        at: crate::time::UnixNanos,
    },
    /// Until it has happened so many times more.
    Count {
        /// How many, at least 1.
        more: u64,
    },
    /// Until it happens so often within a fixed stretch of time.
    Rate {
        /// How often, at least 1.
        count: u64,
        /// Length of a stretch, 60 to 86,400; stretches begin at multiples of it since 1970.
        per_seconds: u32,
    },
}

/// What can be wanted of issues. Commands name an issue, not a state: they can be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriageCommand {
    /// It is solved.
    Resolve {
        /// Whose.
        project: ProjectId,
        /// Which.
        issue: IssueId,
        /// For which occurrences.
        resolution: Resolution,
        /// In these environments only; empty: in all.
        environments: Vec<String>,
        /// Telemetry has overtaken the last word on it: saying the same again is a new act.
        overtaken: bool,
    },
    /// It is not solved, not ignored, not asleep.
    Reopen {
        /// Whose.
        project: ProjectId,
        /// Which.
        issue: IssueId,
    },
    /// Nobody wants to hear of it.
    Ignore {
        /// Whose.
        project: ProjectId,
        /// Which.
        issue: IssueId,
    },
    /// Later.
    Snooze {
        /// Whose.
        project: ProjectId,
        /// Which.
        issue: IssueId,
        /// Until when.
        snooze: Snooze,
        /// As for `Resolve`.
        overtaken: bool,
    },
    /// Somebody's.
    Assign {
        /// Whose.
        project: ProjectId,
        /// Which.
        issue: IssueId,
        /// None: nobody's.
        assignee: Option<UserId>,
    },
    /// These are one.
    Merge {
        /// Whose.
        project: ProjectId,
        /// The one that stays.
        into: IssueId,
        /// Those that become part of it.
        issues: Vec<IssueId>,
    },
    /// Take merged issues out again.
    Unmerge {
        /// Whose.
        project: ProjectId,
        /// Those that stand by themselves again.
        issues: Vec<IssueId>,
    },
    /// These group keys are another issue.
    Split {
        /// Whose.
        project: ProjectId,
        /// Out of which.
        issue: IssueId,
        /// Group keys, coarse or fine, whose events leave.
        keys: Vec<Fingerprint>,
    },
    /// Put what was split off back.
    UndoSplit {
        /// Whose.
        project: ProjectId,
        /// The issue that was split off.
        issue: IssueId,
    },
    /// New grouping rules of a project, checked by the grouping module before.
    SetGroupingRules {
        /// Whose.
        project: ProjectId,
        /// In order.
        rules: Vec<serde_json::Value>,
    },
    /// A regrouping was previewed and accepted.
    ApplyRegroup {
        /// Whose.
        project: ProjectId,
        /// What was previewed.
        regroup: Regroup,
    },
}

/// What a regrouping changes, complete: nobody has to compute it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regroup {
    /// Version of the grouping algorithm from now on.
    pub algorithm: u32,
    /// Version of the project's rules that was previewed.
    pub rules_version: u64,
    /// Where events of a key go, for keys that do not open their own issue.
    pub aliases: Vec<KeyAlias>,
    /// Issues that begin with what was said of another, because its events came from there.
    pub inherits: Vec<Inheritance>,
    /// Offset in the derived log up to which history was previewed.
    pub through: u64,
}

/// An issue that begins with what was said of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inheritance {
    /// The new one.
    pub issue: IssueId,
    /// The old one.
    pub from: IssueId,
}

/// Events of a key belong to an issue that another key opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAlias {
    /// The key.
    pub key: Fingerprint,
    /// Its issue.
    pub issue: IssueId,
}

/// What was done to issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TriageEvent {
    /// It is solved.
    IssueResolved {
        /// Whose.
        project: ProjectId,
        /// Which.
        issue: IssueId,
        /// For which occurrences.
        resolution: Resolution,
        /// In these environments only; empty: in all.
        environments: Vec<String>,
    },
    /// It stands open again.
    IssueReopened {
        /// Whose.
        project: ProjectId,
        /// Which.
        issue: IssueId,
    },
    /// Nobody wants to hear of it.
    IssueIgnored {
        /// Whose.
        project: ProjectId,
        /// Which.
        issue: IssueId,
    },
    /// It sleeps.
    IssueSnoozed {
        /// Whose.
        project: ProjectId,
        /// Which.
        issue: IssueId,
        /// Until when.
        snooze: Snooze,
    },
    /// It is somebody's, or nobody's.
    IssueAssigned {
        /// Whose.
        project: ProjectId,
        /// Which.
        issue: IssueId,
        /// None: nobody's.
        assignee: Option<UserId>,
    },
    /// It is part of another.
    IssueMerged {
        /// Whose.
        project: ProjectId,
        /// The part.
        issue: IssueId,
        /// The one that stays.
        into: IssueId,
    },
    /// It stands by itself again.
    IssueUnmerged {
        /// Whose.
        project: ProjectId,
        /// The part.
        issue: IssueId,
        /// The one it leaves.
        from: IssueId,
    },
    /// Some of its keys are another issue.
    IssueSplit {
        /// Whose.
        project: ProjectId,
        /// Out of which.
        issue: IssueId,
        /// The new one.
        into: IssueId,
        /// Keys, coarse or fine, whose events leave; sorted.
        keys: Vec<Fingerprint>,
    },
    /// What was split off is back.
    IssueSplitUndone {
        /// Whose.
        project: ProjectId,
        /// The one that was split off.
        issue: IssueId,
        /// Where it came from.
        back_into: IssueId,
    },
    /// The project groups by other rules.
    GroupingRulesSet {
        /// Whose.
        project: ProjectId,
        /// From 1.
        version: u64,
        /// In order.
        rules: Vec<serde_json::Value>,
    },
    /// History was grouped anew.
    RegroupApplied {
        /// Whose.
        project: ProjectId,
        /// What changed.
        regroup: Regroup,
    },
}

impl TriageEvent {
    /// Whose issue it is.
    #[must_use]
    pub fn project(&self) -> ProjectId {
        match self {
            Self::IssueResolved { project, .. }
            | Self::IssueReopened { project, .. }
            | Self::IssueIgnored { project, .. }
            | Self::IssueSnoozed { project, .. }
            | Self::IssueAssigned { project, .. }
            | Self::IssueMerged { project, .. }
            | Self::IssueUnmerged { project, .. }
            | Self::IssueSplit { project, .. }
            | Self::IssueSplitUndone { project, .. }
            | Self::GroupingRulesSet { project, .. }
            | Self::RegroupApplied { project, .. } => *project,
        }
    }

    /// The issues whose rows it changes; none for an event about a whole project.
    #[must_use]
    pub fn issues(&self) -> Vec<IssueId> {
        match self {
            Self::IssueResolved { issue, .. }
            | Self::IssueReopened { issue, .. }
            | Self::IssueIgnored { issue, .. }
            | Self::IssueSnoozed { issue, .. }
            | Self::IssueAssigned { issue, .. } => vec![*issue],
            Self::IssueMerged { issue, into, .. } => vec![*into, *issue],
            Self::IssueUnmerged { issue, from, .. } => vec![*from, *issue],
            Self::IssueSplit { issue, into, .. } => vec![*issue, *into],
            Self::IssueSplitUndone {
                issue, back_into, ..
            } => vec![*back_into, *issue],
            Self::GroupingRulesSet { .. } | Self::RegroupApplied { .. } => Vec::new(),
        }
    }

    /// History of an issue is one stream; of several issues, that of the one that stays.
    pub(in crate::workspace) fn stream(&self) -> String {
        match self.issues().first() {
            Some(issue) => issue_stream(*issue),
            None => format!("grouping-{}", self.project()),
        }
    }
}

/// Name of the stream that holds what was done to an issue.
#[must_use]
pub fn issue_stream(issue: IssueId) -> String {
    format!("issue-{issue}")
}
