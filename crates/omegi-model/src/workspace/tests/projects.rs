//! Projects, services, tokens.

use super::super::project::{ProjectCommand, ProjectEvent, SettingChange};
use super::super::scenario::*;
use super::super::service::{NewService, ServiceCommand, ServiceEvent};
use super::super::token::{TokenCommand, TokenEvent, TokenSecret};
use super::super::{Actor, Role};

fn create(number: u8, slug: &str) -> ProjectCommand {
    let service = |name: &str| NewService {
        name: name.to_owned(),
        service_type: Some("spring".to_owned()),
    };
    ProjectCommand::CreateProject {
        project: project(number),
        slug: slug.to_owned(),
        name: "New".to_owned(),
        services: vec![service("checkout"), service("cart"), service("cart")],
    }
}

fn issue_token(number: u8) -> TokenCommand {
    TokenCommand::IssueIngestToken {
        token: token(number),
        project: project(1),
        name: "default".to_owned(),
        secret: TokenSecret {
            hash: secret(number),
            hint: "wxyz".to_owned(),
        },
        service: None,
    }
}

#[test]
fn whoever_makes_a_project_owns_it_with_its_services() {
    let given = company().when(by(2), create(5, "new")).accepted();
    let made = &given.0.projects[&project(5)];
    assert_eq!(made.members[&user(2)], Role::Owner);
    assert_eq!(
        made.services.keys().collect::<Vec<_>>(),
        ["cart", "checkout"]
    );
    company()
        .when(by(3), create(5, "new"))
        .rejected("forbidden");
}

#[test]
fn a_slug_is_unique_among_living_projects_and_free_after_deletion() {
    company()
        .when(by(1), create(5, "shop"))
        .rejected("slug_taken");
    let delete = |confirm: &str| ProjectCommand::DeleteProject {
        project: project(1),
        confirm: confirm.to_owned(),
    };
    company()
        .when(by(1), delete("Shop"))
        .rejected("confirmation_differs");
    company().when(by(2), delete("shop")).rejected("forbidden");
    let given = company().when(by(1), delete("shop")).accepted();
    assert!(given.0.deleted_projects.contains(&project(1)));
    let given = given.when(by(1), create(5, "shop")).accepted();
    assert_eq!(
        given.0.project_by_slug("shop").map(|found| found.id),
        Some(project(5))
    );
    // The old id stays dead: data that still bears it belongs to nobody.
    given.when(by(1), create(1, "other")).rejected("id_taken");
}

#[test]
fn settings_that_are_not_named_stay() {
    let change = |changes| ProjectCommand::ChangeSettings {
        project: project(1),
        changes,
    };
    let given = company().when(
        by(1),
        change(vec![SettingChange::AutoResolveAfterDays(Some(14))]),
    );
    let given = given.accepted();
    let given = given
        .when(
            by(1),
            change(vec![SettingChange::AutoRegisterServices(false)]),
        )
        .accepted();
    let settings = &given.0.projects[&project(1)].settings;
    assert_eq!(
        (
            settings.auto_resolve_after_days,
            settings.auto_register_services
        ),
        (Some(14), false)
    );
    let given = given
        .when(
            by(1),
            change(vec![SettingChange::AutoRegisterServices(false)]),
        )
        .then_nothing();
    given
        .when(
            by(1),
            change(vec![SettingChange::SpansPerSecondMax(Some(0))]),
        )
        .rejected("setting_invalid");
}

#[test]
fn a_service_registers_itself_once_and_only_where_that_is_on() {
    let register = ServiceCommand::RegisterService {
        project: project(1),
        name: "cart".to_owned(),
    };
    let given = company().when(Actor::System, register.clone());
    let registered = ServiceEvent::ServiceRegistered {
        project: project(1),
        name: "cart".to_owned(),
    };
    let given = given.then([registered]);
    let given = given.when(Actor::System, register.clone()).then_nothing();
    let service = NewService {
        name: "cart".to_owned(),
        service_type: Some("go".to_owned()),
    };
    let given = given
        .when(
            by(2),
            ServiceCommand::AddService {
                project: project(1),
                service,
            },
        )
        .accepted();
    let known = &given.0.projects[&project(1)].services["cart"];
    assert_eq!(
        (known.registered, known.service_type.as_deref()),
        (true, Some("go"))
    );
    company()
        .when(by(1), register.clone())
        .rejected("not_found");
    let off = vec![SettingChange::AutoRegisterServices(false)];
    let given = company().when(
        by(1),
        ProjectCommand::ChangeSettings {
            project: project(1),
            changes: off,
        },
    );
    given
        .accepted()
        .when(Actor::System, register)
        .rejected("registration_off");
}

#[test]
fn a_rotated_token_ends_after_the_overlap_and_no_later_than_it_would_have() {
    let rotate = |old, new, overlap_nanos| TokenCommand::RotateIngestToken {
        token: token(old),
        new_token: token(new),
        secret: TokenSecret {
            hash: secret(new),
            hint: "5678".to_owned(),
        },
        overlap_nanos,
    };
    let given = company().when(by(1), issue_token(1)).accepted();
    let given = given.when(by(1), rotate(1, 2, HOUR)).accepted();
    assert_eq!(
        given.0.ingest_tokens[&token(1)].expires_at,
        Some(NOW.plus(HOUR))
    );
    assert_eq!(given.0.ingest_tokens[&token(2)].expires_at, None);
    let given = given.when(by(1), rotate(1, 3, 9 * HOUR)).accepted();
    assert_eq!(
        given.0.ingest_tokens[&token(1)].expires_at,
        Some(NOW.plus(HOUR))
    );
}

#[test]
fn tokens_are_issued_and_revoked_by_owners_of_their_project_alone() {
    company().when(by(2), issue_token(1)).rejected("forbidden");
    company().when(by(4), issue_token(1)).rejected("not_found");
    let given = company().when(by(1), issue_token(1)).accepted();
    given.when(by(1), issue_token(1)).rejected("token_taken");
    let revoke = TokenCommand::RevokeToken { token: token(1) };
    let issued = || company().when(by(1), issue_token(1)).accepted();
    issued().when(by(2), revoke.clone()).rejected("forbidden");
    issued().when(by(4), revoke.clone()).rejected("not_found");
    let gone = TokenEvent::IngestTokenRevoked {
        token: token(1),
        project: project(1),
    };
    let given = issued().when(by(1), revoke.clone()).then([gone]);
    given.when(by(1), revoke).then_nothing();
}

#[test]
fn everybody_makes_tokens_for_oneself_and_a_token_makes_none() {
    let personal = |number, of| TokenCommand::IssueApiToken {
        token: token(number),
        user: Some(user(of)),
        name: "laptop".to_owned(),
        secret: TokenSecret {
            hash: secret(number),
            hint: "0000".to_owned(),
        },
        role: Role::Owner,
        projects: None,
        expires_at: None,
    };
    let given = company().when(by(3), personal(1, 3)).accepted();
    given
        .when(Actor::Token(token(1)), personal(2, 3))
        .rejected("forbidden");
    company().when(by(3), personal(1, 2)).rejected("forbidden");
    let given = company().when(by(3), personal(1, 3)).accepted();
    // Ids of others' tokens tell nothing.
    given
        .when(by(2), TokenCommand::RevokeToken { token: token(1) })
        .then_nothing();
}

#[test]
fn anybody_may_leave_and_only_owners_shut_others_out() {
    let remove = |of| ProjectCommand::RemoveMember {
        project: project(1),
        user: user(of),
    };
    company().when(by(3), remove(2)).rejected("forbidden");
    let left = ProjectEvent::MembershipRevoked {
        project: project(1),
        user: user(3),
    };
    company().when(by(3), remove(3)).then([left]);
    company().when(by(1), remove(4)).then_nothing();
}
