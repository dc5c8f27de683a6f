//! Signing in and out, against a real event store.

use std::net::IpAddr;

use omegi_api::accounts::{Accounts, Passwords, SignInError};
use omegi_model::workspace::Role;
use omegi_model::workspace::provision::{ProvisionFile, RawProvisionFile};

use crate::server::{Server, start};

const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const PASSWORD: &str = "at-least-12-characters";

fn accounts(server: &Server) -> Accounts {
    Accounts::new(server.commands.clone(), Passwords::with_cost(8, 1))
}

fn file() -> ProvisionFile {
    let json = serde_json::json!({
        "users": [{"email": "kim@example.com", "password": PASSWORD, "role": "member"}],
    });
    let raw: RawProvisionFile = serde_json::from_value(json).unwrap();
    raw.try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provisioned_user_signs_in_and_out() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let accounts = accounts(&server);
    let first = accounts.provision(file()).await.unwrap();
    assert_eq!(
        accounts.provision(file()).await.unwrap(),
        first,
        "provisioned twice"
    );
    let wrong = accounts
        .sign_in("kim@example.com", "wrong", PEER)
        .await
        .unwrap_err();
    assert!(matches!(wrong, SignInError::Wrong));
    let unknown = accounts
        .sign_in("lee@example.com", PASSWORD, PEER)
        .await
        .unwrap_err();
    assert_eq!(unknown.to_string(), wrong.to_string());
    let signed_in = accounts
        .sign_in("Kim@example.com", PASSWORD, PEER)
        .await
        .unwrap();
    let caller = accounts.caller(signed_in.cookie.reveal()).await.unwrap();
    assert_eq!((caller.user, caller.renewed_until), (signed_in.user, None));
    accounts.sign_out(caller).await.unwrap();
    assert_eq!(accounts.caller(signed_in.cookie.reveal()).await, None);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_link_brings_in_the_owner_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let accounts = accounts(&server);
    let link = accounts.issue_link(None).await.unwrap();
    let signed_in = accounts.redeem_link(link.reveal(), PEER).await.unwrap();
    assert_eq!(
        server
            .view
            .read(|workspace| workspace.users[&signed_in.user].role),
        Role::Owner
    );
    let again = accounts.redeem_link(link.reveal(), PEER).await.unwrap_err();
    assert!(matches!(again, SignInError::LinkInvalid));
    assert!(matches!(
        accounts.redeem_link("nonsense", PEER).await,
        Err(SignInError::LinkInvalid)
    ));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_lies_in_the_event_store() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let accounts = accounts(&server);
    accounts.provision(file()).await.unwrap();
    let signed_in = accounts
        .sign_in("kim@example.com", PASSWORD, PEER)
        .await
        .unwrap();
    let link = accounts.issue_link(Some(signed_in.user)).await.unwrap();
    for stored in server
        .store
        .read_all(omegi_eventstore::Position(0), 99)
        .unwrap()
    {
        let text = String::from_utf8(stored.payload).unwrap();
        for secret in [PASSWORD, signed_in.cookie.reveal(), link.reveal()] {
            assert!(!text.contains(secret), "{} holds a secret", stored.kind);
        }
    }
    server.stop().await;
}
