//! Notes: who may read, edit and comment; edits that meet; what deletion takes along.

use std::collections::BTreeSet;

use super::super::note::{Anchor, NoteCommand, NoteContent, NoteEvent, NoteKind, Visibility};
use super::super::project::ProjectEvent;
use super::super::scenario::*;
use super::super::token::{TokenEvent, TokenSecret};
use super::super::{Actor, Role, WorkspaceEvent};
use crate::id::{CommentId, NoteId};

fn note(number: u8) -> NoteId {
    NoteId::new([number; 8]).unwrap()
}

fn comment(number: u8) -> CommentId {
    CommentId::new([number; 8]).unwrap()
}

fn content(title: &str) -> NoteContent {
    NoteContent {
        kind: NoteKind::Error,
        title: title.to_owned(),
        body: "Because of [[Pool]].".to_owned(),
        tags: BTreeSet::new(),
    }
}

/// A note by user 2, at home in project 1 unless private.
fn written(number: u8, visibility: Visibility) -> WorkspaceEvent {
    let event = NoteEvent::NoteWritten {
        note: note(number),
        author: by(2),
        home: (visibility == Visibility::Project).then(|| project(1)),
        visibility,
        content: content("Pool"),
    };
    event.into()
}

fn edit(number: u8, revision: u32) -> NoteCommand {
    NoteCommand::EditNote {
        note: note(number),
        revision,
        content: content("Pool 2"),
    }
}

fn say(number: u8) -> NoteCommand {
    NoteCommand::WriteComment {
        note: note(number),
        comment: comment(1),
        body: "Yes".to_owned(),
    }
}

fn delete(number: u8) -> NoteCommand {
    NoteCommand::DeleteNote { note: note(number) }
}

#[test]
fn a_note_is_read_edited_and_deleted_by_those_it_is_shared_with() {
    use Visibility::{Everyone, Private, Project};
    const OK: &str = "";
    // Users: 1 owns the installation and project 1, 2 is the author, 3 views project 1, 4 is a stranger.
    #[rustfmt::skip]
    let table = [
        // who, visibility, comment,     edit,        delete
        (2, Private,  OK,          OK,          OK),
        (1, Private,  "not_found", "not_found", "not_found"),
        (3, Private,  "not_found", "not_found", "not_found"),
        (2, Project,  OK,          OK,          OK),
        (1, Project,  OK,          OK,          OK),
        (3, Project,  "forbidden", "forbidden", "forbidden"),
        (4, Project,  "not_found", "not_found", "not_found"),
        (1, Everyone, OK,          "forbidden", "forbidden"),
        (3, Everyone, "forbidden", "forbidden", "forbidden"),
        (4, Everyone, OK,          "forbidden", "forbidden"),
    ];
    for (who, visibility, comments, edits, deletes) in table {
        for (command, expected) in [
            (say(1), comments),
            (edit(1, 1), edits),
            (delete(1), deletes),
        ] {
            let shown = format!("user {who}, {visibility:?}: {command:?}");
            let when = company()
                .and([written(1, visibility)])
                .when(by(who), command);
            println!("{shown}");
            match expected {
                OK => drop(when.accepted()),
                code => when.rejected(code),
            }
        }
    }
}

#[test]
fn of_two_edits_from_one_revision_the_second_is_told() {
    let given = company().and([written(1, Visibility::Project)]);
    let given = given.when(by(2), edit(1, 1)).accepted();
    assert_eq!(given.0.notes[&note(1)].revision, 2);
    assert!(given.0.notes[&note(1)].former_titles.contains("Pool"));
    given.when(by(1), edit(1, 1)).rejected("note_changed");
}

#[test]
fn tags_are_one_however_they_are_typed() {
    let tags = ["# DB", "db", "  Pool "].map(str::to_owned).into();
    let content = NoteContent {
        tags,
        ..content("Tagged")
    };
    let write = NoteCommand::WriteNote {
        note: note(1),
        home: None,
        visibility: Visibility::Private,
        content,
    };
    let given = company().when(by(2), write).accepted();
    let tags: Vec<_> = given.0.notes[&note(1)]
        .tags
        .iter()
        .map(String::as_str)
        .collect();
    assert_eq!(tags, ["db", "pool"]);
}

#[test]
fn a_note_is_written_where_its_author_may_write() {
    let write = |home, visibility| NoteCommand::WriteNote {
        note: note(1),
        home,
        visibility,
        content: content("New"),
    };
    company()
        .when(by(3), write(Some(project(1)), Visibility::Project))
        .rejected("forbidden");
    company()
        .when(by(4), write(Some(project(1)), Visibility::Private))
        .rejected("not_found");
    company()
        .when(by(2), write(None, Visibility::Project))
        .rejected("home_missing");
    company()
        .when(by(3), write(None, Visibility::Private))
        .rejected("forbidden");
    company()
        .when(by(2), write(None, Visibility::Everyone))
        .accepted();
}

#[test]
fn one_links_to_what_one_may_read_and_a_deletion_leaves_no_link() {
    let link = |from, to| NoteCommand::LinkNote {
        note: note(from),
        to: note(to),
    };
    let foreign = NoteEvent::NoteWritten {
        note: note(3),
        author: by(4),
        home: None,
        visibility: Visibility::Private,
        content: content("Secret"),
    };
    let both = [
        written(1, Visibility::Private),
        written(2, Visibility::Project),
        foreign.into(),
    ];
    let given = company().and(both).when(by(2), link(1, 2)).accepted();
    let given = given.when(by(2), link(1, 2)).then_nothing();
    let given = given.when(by(2), delete(2)).accepted();
    assert!(given.0.notes[&note(1)].links.is_empty());
    given.when(by(2), link(1, 3)).rejected("not_found");
    company()
        .and([written(1, Visibility::Private)])
        .when(by(2), link(1, 1))
        .rejected("link_to_itself");
}

#[test]
fn a_comment_is_edited_by_its_author_and_deleted_also_by_the_notes() {
    let edit = |who| {
        let given = company()
            .and([written(1, Visibility::Everyone)])
            .when(by(4), say(1))
            .accepted();
        let body = "No".to_owned();
        given.when(
            by(who),
            NoteCommand::EditComment {
                note: note(1),
                comment: comment(1),
                body,
            },
        )
    };
    edit(4).accepted();
    edit(2).rejected("forbidden");
    let delete = |who| {
        let given = company()
            .and([written(1, Visibility::Everyone)])
            .when(by(4), say(1))
            .accepted();
        given.when(
            by(who),
            NoteCommand::DeleteComment {
                note: note(1),
                comment: comment(1),
            },
        )
    };
    delete(4).accepted();
    delete(2).accepted();
    delete(1).rejected("forbidden");
}

#[test]
fn a_note_is_attached_once_to_an_issue_of_a_project_one_sees() {
    let attach = |number| NoteCommand::AttachNote {
        note: note(1),
        project: project(number),
        issue: issue(1),
        anchor: Anchor::default(),
    };
    let given = company().and([written(1, Visibility::Private)]);
    let given = given.when(by(2), attach(1)).accepted();
    let given = given.when(by(2), attach(1)).then_nothing();
    given.when(by(2), attach(2)).rejected("not_found");
}

#[test]
fn edge_89_a_deleted_project_takes_its_notes_and_attachments_along() {
    let attached = NoteEvent::NoteAttached {
        note: note(2),
        project: project(1),
        issue: issue(1),
        anchor: Anchor::default(),
    };
    let deleted = ProjectEvent::ProjectDeleted {
        project: project(1),
        slug: "shop".to_owned(),
    };
    let given = company().and([
        written(1, Visibility::Project),
        written(2, Visibility::Private),
        attached.into(),
        deleted.into(),
        // A late word on it does not bring it back.
        written(3, Visibility::Project),
    ]);
    assert_eq!(given.0.notes.keys().collect::<Vec<_>>(), [&note(2)]);
    assert!(given.0.notes[&note(2)].attached.is_empty());
}

#[test]
fn a_token_writes_as_its_user_and_sees_only_its_projects() {
    let issued = |number: u8, projects: Option<BTreeSet<_>>| -> WorkspaceEvent {
        let event = TokenEvent::ApiTokenIssued {
            token: token(number),
            user: Some(user(2)),
            name: "editor".to_owned(),
            secret: TokenSecret {
                hash: secret(number),
                hint: "0000".to_owned(),
            },
            role: Role::Member,
            projects,
            expires_at: None,
        };
        event.into()
    };
    let given = company().and([
        issued(1, None),
        issued(2, Some(BTreeSet::from([project(1)]))),
        written(1, Visibility::Private),
        written(2, Visibility::Project),
    ]);
    let reads = |number, of: u8| {
        given
            .0
            .may_read_note(Actor::Token(token(number)), &given.0.notes[&note(of)])
    };
    assert_eq!(
        [reads(1, 1), reads(1, 2), reads(2, 1), reads(2, 2)],
        [true, true, false, true]
    );
    let given = given.when(Actor::Token(token(1)), edit(1, 1)).accepted();
    let command = NoteCommand::WriteNote {
        note: note(9),
        home: None,
        visibility: Visibility::Private,
        content: content("By token"),
    };
    let given = given.when(Actor::Token(token(1)), command).accepted();
    assert_eq!(given.0.notes[&note(9)].author, by(2));
}
