//! Commands against a real event store: read your writes, races, restarts, rebuilds.

use omegi_api::commands::CommandError;
use omegi_eventstore::{Append, Expected, Position};
use omegi_model::id::{ProjectId, TokenId, UserId};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::project::ProjectCommand;
use omegi_model::workspace::secret::{RANDOM_BYTES, Secret, SecretKind};
use omegi_model::workspace::service::{NewService, ServiceCommand};
use omegi_model::workspace::token::{TokenCommand, TokenSecret};
use omegi_model::workspace::user::UserCommand;
use omegi_model::workspace::{Actor, Command, Rejection, Role};
use omegi_projection::workspace::{self, Refusal};

use crate::server::start;

const NOW: UnixNanos = UnixNanos(1);

fn project(number: u8) -> ProjectId {
    ProjectId::new([number; 8]).unwrap()
}

fn create(number: u8, slug: &str) -> Command {
    let command = ProjectCommand::CreateProject {
        project: project(number),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        services: Vec::new(),
    };
    command.into()
}

fn add_service(name: String) -> Command {
    let service = NewService {
        name,
        service_type: None,
    };
    ServiceCommand::AddService {
        project: project(1),
        service,
    }
    .into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_answered_can_be_read_and_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    server
        .commands
        .execute(create(1, "shop"), Actor::Operator)
        .await
        .unwrap();
    assert!(
        server
            .view
            .read(|workspace| workspace.project_by_slug("shop").is_some())
    );
    let before = server.view.copy();
    assert_eq!(before.1, server.store.head());
    server.stop().await;
    let server = start(folder.path());
    assert_eq!(server.view.copy(), before);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_commands_all_happen_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let run = |commands| server.commands.execute_all(commands, Actor::Operator);
    let error = run(vec![create(1, "shop"), create(2, "shop")])
        .await
        .unwrap_err();
    let CommandError::Rejected(Rejection::Conflict { code, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!((code, server.store.head()), ("slug_taken", Position(0)));
    run(vec![create(1, "shop"), add_service("cart".to_owned())])
        .await
        .unwrap();
    assert_eq!(server.store.head(), Position(2));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobodys_work_vanishes_when_many_write_at_once() {
    const WRITERS: usize = 16;
    const EACH: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    server
        .commands
        .execute(create(1, "shop"), Actor::Operator)
        .await
        .unwrap();
    let writers = (0..WRITERS).map(|writer| {
        let commands = server.commands.clone();
        tokio::spawn(async move {
            for number in 0..EACH {
                // Every second name is one that all writers add: it must be there once.
                let name = if number % 2 == 0 {
                    format!("s{number}")
                } else {
                    format!("s{writer}-{number}")
                };
                commands
                    .execute(add_service(name), Actor::Operator)
                    .await
                    .unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let expected = WRITERS * EACH / 2 + EACH / 2;
    let services = |workspace: &omegi_model::workspace::Workspace| {
        workspace.projects[&project(1)].services.len()
    };
    assert_eq!(server.view.read(services), expected);
    assert_eq!(server.store.head(), Position(expected as u64 + 1));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_that_others_overtook_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    server
        .commands
        .execute(create(1, "shop"), Actor::Operator)
        .await
        .unwrap();
    // Another writer, past the commands.
    let event = omegi_model::workspace::user::UserEvent::UserCreated {
        user: UserId::new([7; 8]).unwrap(),
        email: Some("kim@example.com".to_owned()),
        name: "Kim".to_owned(),
        role: Role::Member,
        password: None,
    };
    let (stream, event) = workspace::to_store(&event.into(), Actor::Operator, NOW);
    let append = Append {
        stream,
        expected: Expected::Any,
        events: vec![event],
    };
    server.store.append_many(&[append]).unwrap();
    let again = UserCommand::CreateUser {
        user: UserId::new([8; 8]).unwrap(),
        email: Some("KIM@example.com".to_owned()),
        name: "Kim 2".to_owned(),
        role: Role::Member,
        password: None,
    };
    let error = server
        .commands
        .execute(again, Actor::Operator)
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        CommandError::Rejected(Rejection::Conflict {
            code: "email_taken",
            ..
        })
    ));
    server
        .commands
        .execute(add_service("cart".to_owned()), Actor::Operator)
        .await
        .unwrap();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_35_a_revoked_token_opens_nothing_once_the_command_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let ingest = Secret::from_random(SecretKind::Ingest, [3; RANDOM_BYTES]);
    let token = TokenId::new([9; 8]).unwrap();
    let issue = TokenCommand::IssueIngestToken {
        token,
        project: project(1),
        name: "default".to_owned(),
        secret: TokenSecret::of(&ingest),
        service: None,
    };
    let issued = vec![create(1, "shop"), issue.into()];
    server
        .commands
        .execute_all(issued, Actor::Operator)
        .await
        .unwrap();
    let grant = |now| server.view.ingest_grant(ingest.reveal(), now);
    assert_eq!(grant(NOW).unwrap().project, project(1));
    assert_eq!(server.view.last_used(token), Some(NOW));
    assert_eq!(
        server.view.api_caller(ingest.reveal(), NOW),
        Err(Refusal::OtherKind)
    );
    server
        .commands
        .execute(TokenCommand::RevokeToken { token }, Actor::Operator)
        .await
        .unwrap();
    assert_eq!(grant(NOW), Err(Refusal::Unknown));
    assert_eq!(server.view.last_used(token), None);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_the_state_made_half_way_leads_to_the_same_state() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    server
        .commands
        .execute(create(1, "shop"), Actor::Operator)
        .await
        .unwrap();
    let (half, position) = server.view.copy();
    let json = serde_json::to_vec(&half).unwrap();
    let mut rebuilt: omegi_model::workspace::Workspace = serde_json::from_slice(&json).unwrap();
    server
        .commands
        .execute(add_service("cart".to_owned()), Actor::Operator)
        .await
        .unwrap();
    for stored in server.store.read_all(position, 99).unwrap() {
        omegi_model::workspace::evolve(&mut rebuilt, &workspace::recorded(&stored).unwrap());
    }
    assert_eq!(rebuilt, server.view.copy().0);
    server.stop().await;
}
