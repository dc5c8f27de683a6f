//! The provisioning file.

use super::super::provision::{Outside, ProvisionFile, RawProvisionFile, provision};
use super::super::scenario::*;
use super::super::secret::PasswordHash;
use super::super::{Actor, Role, Workspace};

struct Counting(u8);

impl Outside for Counting {
    fn fresh_id(&mut self) -> [u8; 8] {
        self.0 += 1;
        [100, 0, 0, 0, 0, 0, 0, self.0]
    }
    fn hash_password(&mut self, password: &str) -> PasswordHash {
        PasswordHash(format!("slow:{password}"))
    }
    fn password_matches(&mut self, password: &str, hash: &PasswordHash) -> bool {
        hash.0 == format!("slow:{password}")
    }
}

fn file(json: serde_json::Value) -> ProvisionFile {
    let raw: RawProvisionFile = serde_json::from_value(json).unwrap();
    raw.try_into().unwrap()
}

fn sample() -> serde_json::Value {
    serde_json::json!({
        "users": [{"email": "Admin@example.com", "password": "at-least-12-characters", "role": "owner"},
                  {"email": "dev@example.com", "role": "member"}],
        "api_tokens": [{"name": "ci", "token": "omgu_0123456789abcdef0123456789abcdef", "role": "owner"},
                       {"name": "shop", "token": "omgu_1123456789abcdef0123456789abcdef", "role": "viewer", "projects": ["shop"]}],
        "projects": [{
            "slug": "shop", "name": "Shop",
            "services": [{"name": "checkout", "type": "spring"}],
            "tokens": [{"name": "default", "token": "omgs_0123456789abcdef0123456789abcdef"}],
            "members": [{"email": "dev@example.com", "role": "member"}],
        }],
    })
}

fn apply(given: Given, file: &ProvisionFile) -> (Given, usize) {
    let commands = provision(&given.0, file, &mut Counting(0)).unwrap();
    let count = commands.len();
    let given = commands.into_iter().fold(given, |given, command| {
        given.when(Actor::Operator, command).accepted()
    });
    (given, count)
}

#[test]
fn a_file_makes_what_is_missing_and_nothing_the_second_time() {
    let (given, _) = apply(given([]), &file(sample()));
    let workspace: &Workspace = &given.0;
    let shop = workspace.project_by_slug("shop").unwrap();
    let dev = workspace.user_by_email("dev@example.com").unwrap();
    assert_eq!(shop.members[&dev.id], Role::Member);
    assert_eq!(
        shop.services["checkout"].service_type.as_deref(),
        Some("spring")
    );
    assert_eq!(workspace.ingest_tokens.len(), 1);
    assert_eq!(workspace.api_tokens.len(), 2);
    assert_eq!(apply(given, &file(sample())).1, 0);
}

#[test]
fn a_file_sets_what_it_names_and_leaves_the_rest() {
    let (given, _) = apply(given([]), &file(sample()));
    let changed = serde_json::json!({
        "users": [{"email": "admin@example.com", "password": "another-12-characters", "role": "owner"}],
        "projects": [{"slug": "shop", "name": "Shop 2",
            "tokens": [{"name": "default", "token": "omgs_0123456789abcdef0123456789abcdef", "service": "checkout"}]}],
    });
    let (given, _) = apply(given, &file(changed));
    let workspace = &given.0;
    let shop = workspace.project_by_slug("shop").unwrap();
    assert_eq!(
        (shop.name.as_str(), shop.services.len(), shop.members.len()),
        ("Shop 2", 1, 1)
    );
    let token = workspace.ingest_tokens.values().next().unwrap();
    assert_eq!(
        (workspace.ingest_tokens.len(), token.service.as_deref()),
        (1, Some("checkout"))
    );
    let admin = workspace.user_by_email("admin@example.com").unwrap();
    assert_eq!(
        admin.password,
        Some(PasswordHash("slow:another-12-characters".to_owned()))
    );
    assert_eq!((workspace.users.len(), workspace.api_tokens.len()), (2, 2));
}

#[test]
fn every_mistake_is_told_at_once() {
    let raw = serde_json::json!({
        "users": [{"email": "nobody", "role": "owner"},
                  {"email": "a@example.com", "password": "short", "role": "owner"}],
        "api_tokens": [{"name": "ci", "token": "omgs_0123456789abcdef0123456789abcdef", "role": "owner"}],
        "projects": [{"slug": "Shop", "name": "Shop"}],
    });
    let raw: RawProvisionFile = serde_json::from_value(raw).unwrap();
    let shown = format!("{raw:?}");
    assert!(
        !shown.contains("short") && !shown.contains("omgs_"),
        "{shown}"
    );
    let Err(errors) = ProvisionFile::try_from(raw) else {
        panic!("accepted")
    };
    assert_eq!(errors.0.len(), 4, "{errors}");
    assert!(!errors.to_string().contains("0123456789abcdef"), "{errors}");
}

#[test]
fn a_key_nobody_knows_is_refused() {
    let json = serde_json::json!({"projects": [{"slug": "shop", "nam": "Shop"}]});
    assert!(serde_json::from_value::<RawProvisionFile>(json).is_err());
}

#[test]
fn a_token_for_a_project_nobody_has_is_told() {
    let json = serde_json::json!({
        "api_tokens": [{"name": "ci", "token": "omgu_0123456789abcdef0123456789abcdef", "role": "owner", "projects": ["shop"]}],
    });
    assert!(provision(&Workspace::default(), &file(json), &mut Counting(0)).is_err());
}
