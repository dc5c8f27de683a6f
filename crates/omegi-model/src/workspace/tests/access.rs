//! Roles: the table of who may what, for people and tokens.

use std::collections::BTreeSet;

use super::super::scenario::*;
use super::super::token::{TokenEvent, TokenSecret};
use super::super::{Action, Actor, Rejection, Role, WorkspaceEvent};

fn api_token(number: u8, of: Option<u8>, role: Role, projects: Option<&[u8]>) -> WorkspaceEvent {
    let scope = |numbers: &[u8]| {
        numbers
            .iter()
            .map(|number| project(*number))
            .collect::<BTreeSet<_>>()
    };
    let event = TokenEvent::ApiTokenIssued {
        token: token(number),
        user: of.map(user),
        name: "ci".to_owned(),
        secret: TokenSecret {
            hash: secret(number),
            hint: "abcd".to_owned(),
        },
        role,
        projects: projects.map(scope),
        expires_at: None,
    };
    event.into()
}

#[test]
fn roles_hold_in_the_project_where_they_were_given() {
    use Action::{
        Delete, ManageMembers, ManageServices, ManageSettings, ManageTokens, Read, Triage, Write,
    };
    let all = [
        Read,
        Triage,
        Write,
        ManageServices,
        ManageTokens,
        ManageMembers,
        ManageSettings,
        Delete,
    ];
    let member: &[Action] = &[Read, Triage, Write, ManageServices];
    let workspace = company().0;
    let table: [(u8, u8, &[Action]); 8] = [
        (1, 1, &all),
        (1, 2, &all), // owner of the installation
        (2, 1, member),
        (2, 2, &[]),
        (3, 1, &[Read]),
        (3, 2, &[]),
        (4, 1, &[]),
        (4, 2, &all),
    ];
    for (person, place, may) in table {
        for action in all {
            let expected = may.contains(&action);
            assert_eq!(
                workspace.may(by(person), project(place), action),
                expected,
                "user {person}, project {place}, {action:?}"
            );
        }
    }
}

#[test]
fn what_one_may_not_see_is_not_there_and_what_one_may_not_do_is_forbidden() {
    let workspace = company().0;
    let admit = |person, place, action| {
        workspace
            .admit(by(person), project(place), action)
            .map(|_| ())
    };
    assert_eq!(
        admit(4, 1, Action::Read),
        Err(Rejection::NotFound("project"))
    );
    assert_eq!(
        admit(4, 9, Action::Read),
        Err(Rejection::NotFound("project"))
    );
    let forbidden = Rejection::Forbidden {
        needs: Role::Member,
    };
    assert_eq!(admit(3, 1, Action::Triage), Err(forbidden));
}

#[test]
fn a_token_is_never_more_than_its_user_nor_outside_its_projects() {
    let workspace = company().and([
        api_token(1, Some(3), Role::Owner, None),
        api_token(2, Some(1), Role::Member, Some(&[1])),
        api_token(3, None, Role::Owner, None),
        api_token(4, None, Role::Owner, Some(&[2])),
    ]);
    let workspace = workspace.0;
    for (number, in_1, in_2, in_all) in [
        (1, Some(Role::Viewer), None, Some(Role::Viewer)),
        (2, Some(Role::Member), None, Some(Role::Viewer)),
        (3, Some(Role::Owner), Some(Role::Owner), Some(Role::Owner)),
        (4, None, Some(Role::Owner), Some(Role::Viewer)),
        (9, None, None, None),
    ] {
        let actor = Actor::Token(token(number));
        assert_eq!(workspace.role_in(actor, project(1)), in_1, "token {number}");
        assert_eq!(workspace.role_in(actor, project(2)), in_2, "token {number}");
        assert_eq!(workspace.role(actor), in_all, "token {number}");
    }
}

#[test]
fn a_token_of_a_removed_user_or_of_a_deleted_project_opens_nothing() {
    use super::super::project::ProjectEvent;
    use super::super::user::UserEvent;
    let deleted = ProjectEvent::ProjectDeleted {
        project: project(2),
        slug: "bank".to_owned(),
    };
    let workspace = company().and([
        api_token(1, Some(2), Role::Member, None),
        api_token(4, None, Role::Owner, Some(&[2])),
        UserEvent::UserRemoved { user: user(2) }.into(),
        deleted.into(),
    ]);
    let workspace = workspace.0;
    assert_eq!(workspace.role(Actor::Token(token(1))), None);
    // Its list of projects is empty now: that must not mean all.
    assert_eq!(
        workspace.visible_projects(Actor::Token(token(4))).count(),
        0
    );
}
