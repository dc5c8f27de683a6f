//! Triage commands: idempotent, reversible, and what they do to membership.

use super::super::scenario::*;
use super::super::triage::{
    KeyAlias, Regroup, Resolution, Snooze, TriageCommand, TriageEvent, split_id,
};
use crate::id::{Fingerprint, IssueId};

fn key(text: &str) -> Fingerprint {
    Fingerprint::of("test", &[text.as_bytes()])
}

fn resolve(resolution: Resolution, overtaken: bool) -> TriageCommand {
    TriageCommand::Resolve {
        project: project(1),
        issue: issue(1),
        resolution,
        environments: Vec::new(),
        overtaken,
    }
}

fn merge(into: u8, issues: &[u8]) -> TriageCommand {
    let issues = issues.iter().map(|number| issue(*number)).collect();
    TriageCommand::Merge {
        project: project(1),
        into: issue(into),
        issues,
    }
}

#[test]
fn resolving_a_resolved_issue_changes_nothing_unless_it_came_back() {
    let given = company()
        .when(by(2), resolve(Resolution::Now, false))
        .accepted();
    let given = given
        .when(by(1), resolve(Resolution::Now, false))
        .then_nothing();
    let given = given.when(by(1), resolve(Resolution::Now, true)).accepted();
    let release = Resolution::InRelease {
        release: "1.2.0".to_owned(),
    };
    given.when(by(1), resolve(release, false)).accepted();
}

#[test]
fn triage_is_for_members_and_hidden_from_strangers() {
    company()
        .when(by(3), resolve(Resolution::Now, false))
        .rejected("forbidden");
    company()
        .when(by(4), resolve(Resolution::Now, false))
        .rejected("not_found");
}

#[test]
fn an_issue_is_assigned_to_somebody_who_can_see_it() {
    let assign = |to: Option<u8>| TriageCommand::Assign {
        project: project(1),
        issue: issue(1),
        assignee: to.map(user),
    };
    company()
        .when(by(2), assign(Some(4)))
        .rejected("assignee_invalid");
    let given = company().when(by(2), assign(Some(3))).accepted();
    let given = given.when(by(2), assign(Some(3))).then_nothing();
    given.when(by(2), assign(None)).accepted();
    company().when(by(2), assign(None)).then_nothing();
}

#[test]
fn a_merge_never_closes_to_a_ring_and_can_be_undone() {
    let given = company().when(by(2), merge(1, &[2, 3])).accepted();
    let given = given.when(by(2), merge(4, &[1])).accepted();
    // 4 already holds 1, 2 and 3: merging it into one of them is a merge into itself.
    let given = given.when(by(2), merge(2, &[4, 3])).then_nothing();
    for part in [1, 2, 3, 4] {
        assert_eq!(given.0.triage.canonical(project(1), issue(part)), issue(4));
    }
    let unmerge = TriageCommand::Unmerge {
        project: project(1),
        issues: vec![issue(1)],
    };
    let given = given.when(by(2), unmerge.clone()).accepted();
    assert_eq!(given.0.triage.canonical(project(1), issue(2)), issue(1));
    given.when(by(2), unmerge).then_nothing();
}

#[test]
fn a_word_on_a_merged_issue_is_said_of_the_one_that_stays() {
    let given = company().when(by(2), merge(4, &[1])).accepted();
    let said = TriageEvent::IssueIgnored {
        project: project(1),
        issue: issue(4),
    };
    given
        .when(
            by(2),
            TriageCommand::Ignore {
                project: project(1),
                issue: issue(1),
            },
        )
        .then([said]);
}

#[test]
fn edge_81_a_split_moves_its_keys_and_back() {
    let from = IssueId::derive(project(1), key("a"));
    let split = TriageCommand::Split {
        project: project(1),
        issue: from,
        keys: vec![key("fine 2"), key("fine 1")],
    };
    let given = company().when(by(2), split.clone()).accepted();
    let mut keys = [key("fine 1"), key("fine 2")];
    keys.sort_unstable();
    let into = split_id(project(1), from, &keys);
    let of = |given: &Given, fine| {
        given
            .0
            .triage
            .issue_of(project(1), key("a"), Some(key(fine)))
    };
    assert_eq!((of(&given, "fine 1"), of(&given, "fine 3")), (into, from));
    let given = given.when(by(2), split).then_nothing();
    let undo = TriageCommand::UndoSplit {
        project: project(1),
        issue: into,
    };
    let given = given.when(by(2), undo.clone()).accepted();
    assert_eq!(of(&given, "fine 1"), from);
    given.when(by(2), undo).then_nothing();
}

#[test]
fn a_regrouping_takes_effect_as_previewed_or_not_at_all() {
    let rule = serde_json::json!({"name": "r", "match": {"type": "A*"}, "fingerprint": ["a"]});
    let set = TriageCommand::SetGroupingRules {
        project: project(1),
        rules: vec![rule],
    };
    let given = company().when(by(1), set.clone()).accepted();
    let given = given.when(by(1), set.clone()).then_nothing();
    let old = IssueId::derive(project(1), key("old"));
    let apply = |rules_version| {
        let aliases = vec![KeyAlias {
            key: key("new"),
            issue: old,
        }];
        let regroup = Regroup {
            algorithm: 2,
            rules_version,
            aliases,
            inherits: Vec::new(),
            through: 9,
        };
        TriageCommand::ApplyRegroup {
            project: project(1),
            regroup,
        }
    };
    let triage = given.0.triage.project(project(1)).unwrap();
    assert_eq!((triage.newest_rules().0, triage.active_rules().0), (1, 0));
    let given = given.when(by(1), apply(1)).accepted();
    let triage = given.0.triage.project(project(1)).unwrap();
    assert_eq!((triage.active_rules().0, triage.algorithm()), (1, Some(2)));
    assert_eq!(triage.issue_of(project(1), key("new"), None), old);
    given.when(by(1), apply(0)).rejected("preview_outdated");
    company().when(by(2), set).rejected("forbidden");
}

#[test]
fn what_cannot_come_true_is_refused() {
    let snooze = |snooze| TriageCommand::Snooze {
        project: project(1),
        issue: issue(1),
        snooze,
        overtaken: false,
    };
    for wrong in [
        Snooze::Time { at: NOW },
        Snooze::Count { more: 0 },
        Snooze::Rate {
            count: 5,
            per_seconds: 59,
        },
    ] {
        company()
            .when(by(2), snooze(wrong))
            .rejected("snooze_invalid");
    }
    let range = Resolution::InRange {
        from: None,
        to: None,
    };
    company()
        .when(by(2), resolve(range, false))
        .rejected("range_empty");
    company()
        .when(by(2), merge(1, &[]))
        .rejected("count_invalid");
}
