//! Which events belong to which issue, after all that people said about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Spoken, TriageEvent, Word};
use crate::id::{Fingerprint, IssueId, ProjectId};
use crate::time::UnixNanos;

/// What was done to the issues of one project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProjectTriage {
    /// The last word on each issue of which anything was said.
    pub(super) issues: BTreeMap<IssueId, Spoken>,
    /// Issue → the one it is part of. No rings: see `merge`.
    merged: BTreeMap<IssueId, IssueId>,
    /// Key → the issue that was split off for it.
    split: BTreeMap<Fingerprint, IssueId>,
    /// Issue split off → where it came from.
    split_from: BTreeMap<IssueId, IssueId>,
    /// Key → the issue that another key opened.
    aliases: BTreeMap<Fingerprint, IssueId>,
    /// The newest rules; they hold once a regrouping to them is applied.
    pub(super) rules: Vec<serde_json::Value>,
    pub(super) rules_version: u64,
    /// The rules that hold.
    active_rules: Vec<serde_json::Value>,
    active_rules_version: u64,
    /// The algorithm that holds; 0: the one each event was detected with.
    algorithm: u32,
}

impl ProjectTriage {
    /// The issue to which events of `key` belong; `fine` is the key of the sub-group.
    #[must_use]
    pub fn issue_of(
        &self,
        project: ProjectId,
        key: Fingerprint,
        fine: Option<Fingerprint>,
    ) -> IssueId {
        let split = fine.and_then(|fine| self.split.get(&fine));
        let placed = split
            .or_else(|| self.split.get(&key))
            .or_else(|| self.aliases.get(&key));
        let issue = placed
            .copied()
            .unwrap_or_else(|| IssueId::derive(project, key));
        self.canonical(issue)
    }

    /// The issue that `issue` is part of, or itself.
    #[must_use]
    pub fn canonical(&self, issue: IssueId) -> IssueId {
        let mut issue = issue;
        // A ring cannot be; a bound costs nothing.
        for _ in 0..=self.merged.len() {
            match self.merged.get(&issue) {
                Some(into) => issue = *into,
                None => break,
            }
        }
        issue
    }

    /// The issue that `issue` was merged into, if it was.
    #[must_use]
    pub fn part_of(&self, issue: IssueId) -> Option<IssueId> {
        self.merged.get(&issue).copied()
    }

    /// The issues that were merged into `issue`, directly.
    pub fn parts_of(&self, issue: IssueId) -> impl Iterator<Item = IssueId> {
        self.merged
            .iter()
            .filter(move |(_, into)| **into == issue)
            .map(|(part, _)| *part)
    }

    /// Where an issue that was split off came from.
    #[must_use]
    pub fn split_from(&self, issue: IssueId) -> Option<IssueId> {
        self.split_from.get(&issue).copied()
    }

    /// The issue that was split off for a key.
    #[must_use]
    pub fn split_of(&self, key: Fingerprint) -> Option<IssueId> {
        self.split.get(&key).copied()
    }

    /// The newest rules and their version, whether they hold already or not.
    #[must_use]
    pub fn newest_rules(&self) -> (u64, &[serde_json::Value]) {
        (self.rules_version, &self.rules)
    }

    /// The rules that hold and their version.
    #[must_use]
    pub fn active_rules(&self) -> (u64, &[serde_json::Value]) {
        (self.active_rules_version, &self.active_rules)
    }

    /// Version of the grouping algorithm that holds; none: that of each event.
    #[must_use]
    pub fn algorithm(&self) -> Option<u32> {
        (self.algorithm > 0).then_some(self.algorithm)
    }

    pub(super) fn word(&self, issue: IssueId) -> &Word {
        self.issues
            .get(&issue)
            .map_or(&Word::Open, |spoken| &spoken.word)
    }

    pub(super) fn apply(&mut self, event: &TriageEvent, at: UnixNanos) {
        match event {
            TriageEvent::IssueMerged { issue, into, .. } => {
                self.merged.insert(*issue, *into);
            }
            TriageEvent::IssueUnmerged { issue, .. } => {
                self.merged.remove(issue);
            }
            TriageEvent::IssueSplit {
                issue, into, keys, ..
            } => {
                self.split.extend(keys.iter().map(|key| (*key, *into)));
                self.split_from.insert(*into, *issue);
            }
            TriageEvent::IssueSplitUndone { issue, .. } => {
                self.split.retain(|_, into| into != issue);
                self.split_from.remove(issue);
            }
            TriageEvent::GroupingRulesSet { version, rules, .. } => {
                self.rules_version = *version;
                self.rules.clone_from(rules);
            }
            TriageEvent::RegroupApplied { regroup, .. } => {
                self.algorithm = regroup.algorithm;
                self.active_rules_version = regroup.rules_version;
                self.active_rules.clone_from(&self.rules);
                let aliases = regroup.aliases.iter();
                self.aliases
                    .extend(aliases.map(|alias| (alias.key, alias.issue)));
                for inheritance in &regroup.inherits {
                    if let Some(spoken) = self.issues.get(&inheritance.from).cloned() {
                        self.issues.entry(inheritance.issue).or_insert(spoken);
                    }
                }
            }
            word => {
                for issue in word.issues() {
                    self.issues.entry(issue).or_default().hear(word, at);
                }
            }
        }
    }
}

/// The id of the issue that splitting `keys` (sorted) off `issue` makes: the same each time.
#[must_use]
pub fn split_id(project: ProjectId, issue: IssueId, keys: &[Fingerprint]) -> IssueId {
    let mut parts: Vec<&[u8]> = vec![issue.as_bytes()];
    parts.extend(keys.iter().map(|key| &key.as_bytes()[..]));
    IssueId::derive(project, Fingerprint::of("omegi-split", &parts))
}
