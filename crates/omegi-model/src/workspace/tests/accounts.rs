//! Users, sessions, links, invitations.

use std::collections::BTreeMap;

use super::super::invitation::{InvitationCommand, InvitationEvent, Newcomer};
use super::super::scenario::*;
use super::super::secret::PasswordHash;
use super::super::session::{SessionCommand, SessionEvent, SignInMethod};
use super::super::user::{UserCommand, UserEvent};
use super::super::{Actor, Role};

fn opened(session: u8, of: u8) -> SessionEvent {
    SessionEvent::SessionOpened {
        session: secret(session),
        user: user(of),
        method: SignInMethod::Password,
        expires_at: NOW.plus(HOUR),
    }
}

fn redeem(link: u8) -> SessionCommand {
    SessionCommand::RedeemSignInLink {
        link: secret(link),
        new_user: user(9),
        session: secret(90),
        expires_at: NOW.plus(HOUR),
    }
}

fn issue_link(of: Option<u8>) -> SessionCommand {
    SessionCommand::IssueSignInLink {
        link: secret(7),
        user: of.map(user),
        expires_at: NOW.plus(HOUR),
    }
}

#[test]
fn the_first_link_makes_the_owner_and_opens_nothing_a_second_time() {
    let given = given([]).when(Actor::Operator, issue_link(None)).accepted();
    let given = given.when(Actor::System, redeem(7)).accepted();
    let owner = &given.0.users[&user(9)];
    assert_eq!((owner.role, &owner.email), (Role::Owner, &None));
    assert_eq!(given.0.sessions[&secret(90)].user, user(9));
    given.when(Actor::System, redeem(7)).rejected("not_found");
}

#[test]
fn a_link_for_the_first_owner_is_none_once_there_is_an_owner() {
    let open = given([]).when(Actor::Operator, issue_link(None)).accepted();
    open.and([user_created(1, Role::Owner)])
        .when(Actor::System, redeem(7))
        .rejected("not_found");
    company()
        .when(Actor::Operator, issue_link(None))
        .rejected("has_owner");
}

#[test]
fn a_link_signs_in_its_user_until_it_ends() {
    let link = |expires_at| SessionEvent::SignInLinkIssued {
        link: secret(7),
        user: Some(user(2)),
        expires_at,
    };
    let fresh = company().and([link(NOW.plus(1)).into()]);
    let given = fresh.when(Actor::System, redeem(7)).accepted();
    assert_eq!(given.0.sessions[&secret(90)].user, user(2));
    company()
        .and([link(NOW).into()])
        .when(Actor::System, redeem(7))
        .rejected("not_found");
}

#[test]
fn signing_out_everywhere_ends_all_sessions_but_the_one_kept() {
    let sessions = [opened(10, 2), opened(11, 2), opened(12, 3)].map(Into::into);
    let command = SessionCommand::CloseSessions {
        user: user(2),
        keep: Some(secret(11)),
    };
    let given = company().and(sessions).when(by(2), command).accepted();
    assert_eq!(
        given.0.sessions.keys().collect::<Vec<_>>(),
        [&secret(11), &secret(12)]
    );
}

#[test]
fn a_session_is_opened_and_renewed_by_its_user_alone() {
    let open = |of| SessionCommand::OpenSession {
        session: secret(10),
        user: user(of),
        method: SignInMethod::Password,
        expires_at: NOW.plus(HOUR),
    };
    company().when(by(2), open(2)).then([opened(10, 2)]);
    company().when(by(2), open(3)).rejected("not_found");
    company().when(by(1), open(3)).rejected("not_found");
    let renew = SessionCommand::RenewSession {
        session: secret(10),
        expires_at: NOW.plus(2 * HOUR),
    };
    company()
        .and([opened(10, 2).into()])
        .when(by(3), renew)
        .rejected("not_found");
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let sessions = [opened(10, 2), opened(11, 2)].map(Into::into);
    let command = UserCommand::SetPassword {
        user: user(2),
        password: PasswordHash("$argon2id$…".to_owned()),
        keep: Some(secret(10)),
    };
    let given = company().and(sessions).when(by(2), command).accepted();
    assert_eq!(given.0.sessions.keys().collect::<Vec<_>>(), [&secret(10)]);
}

#[test]
fn addresses_are_one_account_however_they_are_written() {
    let create = |email: &str| UserCommand::CreateUser {
        user: user(9),
        email: Some(email.to_owned()),
        name: "Kim".to_owned(),
        role: Role::Member,
        password: None,
    };
    company()
        .when(by(1), create("U2@Example.com"))
        .rejected("email_taken");
    company()
        .when(by(2), create("new@example.com"))
        .rejected("forbidden");
    let given = company().when(by(1), create(" New@Example.com")).accepted();
    assert!(given.0.user_by_email("NEW@example.com").is_some());
}

#[test]
fn the_last_owner_stays() {
    let demote = UserCommand::SetUserRole {
        user: user(1),
        role: Role::Member,
    };
    company().when(by(1), demote.clone()).rejected("last_owner");
    company()
        .when(by(1), UserCommand::RemoveUser { user: user(1) })
        .rejected("last_owner");
    company()
        .and([user_created(5, Role::Owner)])
        .when(by(5), demote)
        .accepted();
}

#[test]
fn a_removed_user_opens_nothing_and_leaves_every_project() {
    let given = company().and([opened(10, 2).into()]);
    let given = given
        .when(by(1), UserCommand::RemoveUser { user: user(2) })
        .accepted();
    assert!(given.0.sessions.is_empty());
    assert!(!given.0.projects[&project(1)].members.contains_key(&user(2)));
    assert_eq!(given.0.role(by(2)), None);
    given
        .when(by(1), UserCommand::RemoveUser { user: user(2) })
        .then_nothing();
}

#[test]
fn an_identity_belongs_to_one_account() {
    let link = |of| UserCommand::LinkIdentity {
        user: user(of),
        provider: "github".to_owned(),
        subject: "77".to_owned(),
    };
    let given = company().when(by(2), link(2)).accepted();
    let given = given.when(by(2), link(2)).then_nothing();
    given.when(by(3), link(3)).rejected("identity_taken");
}

fn invite(role: Role, projects: &[(u8, Role)]) -> InvitationCommand {
    InvitationCommand::Invite {
        invitation: secret(8),
        email: None,
        role,
        projects: projects
            .iter()
            .map(|(number, role)| (project(*number), *role))
            .collect(),
        expires_at: NOW.plus(HOUR),
    }
}

fn newcomer() -> Newcomer {
    Newcomer {
        user: user(9),
        name: "Lee".to_owned(),
        email: "lee@example.com".to_owned(),
        password: None,
        session: secret(90),
        expires_at: NOW.plus(HOUR),
    }
}

#[test]
fn an_invitation_brings_in_one_person_with_its_roles() {
    let accept = InvitationCommand::AcceptInvitation {
        invitation: secret(8),
        newcomer: newcomer(),
    };
    let given = company()
        .when(by(1), invite(Role::Member, &[(1, Role::Viewer)]))
        .accepted();
    let given = given.when(Actor::System, accept.clone()).accepted();
    assert_eq!(given.0.users[&user(9)].role, Role::Member);
    assert_eq!(
        given.0.projects[&project(1)].members[&user(9)],
        Role::Viewer
    );
    assert_eq!(given.0.sessions[&secret(90)].user, user(9));
    given.when(Actor::System, accept).rejected("not_found");
}

#[test]
fn an_invitation_takes_nothing_from_somebody_who_has_more() {
    let issued = InvitationEvent::InvitationIssued {
        invitation: secret(8),
        by: by(1),
        email: None,
        role: Role::Viewer,
        projects: BTreeMap::from([(project(1), Role::Viewer)]),
        expires_at: NOW.plus(HOUR),
    };
    let accept = InvitationCommand::AcceptInvitation {
        invitation: secret(8),
        newcomer: newcomer(),
    };
    let given = company()
        .and([issued.into()])
        .when(by(2), accept)
        .accepted();
    assert_eq!(
        given.0.projects[&project(1)].members[&user(2)],
        Role::Member
    );
    assert_eq!(given.0.users.len(), 4);
}

#[test]
fn only_owners_invite_and_nobody_makes_more_of_others_than_of_oneself() {
    company()
        .when(by(2), invite(Role::Member, &[(1, Role::Viewer)]))
        .rejected("forbidden");
    company()
        .when(by(4), invite(Role::Member, &[(2, Role::Owner)]))
        .accepted();
    company()
        .when(by(4), invite(Role::Owner, &[(2, Role::Viewer)]))
        .rejected("forbidden");
    company()
        .when(by(4), invite(Role::Member, &[]))
        .rejected("forbidden");
    company()
        .when(by(4), invite(Role::Viewer, &[(1, Role::Viewer)]))
        .rejected("not_found");
}

#[test]
fn a_repeated_creation_does_not_undo_what_came_later() {
    let role_set = UserEvent::UserRoleSet {
        user: user(2),
        role: Role::Viewer,
    };
    let given = company().and([role_set.into(), user_created(2, Role::Owner)]);
    assert_eq!(given.0.users[&user(2)].role, Role::Viewer);
}
