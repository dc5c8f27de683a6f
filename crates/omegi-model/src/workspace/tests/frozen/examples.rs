//! Examples of every event: one with every field filled, then the other forms it can take.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::invitation::InvitationEvent;
use super::super::super::note::{Anchor, NoteContent, NoteEvent, NoteKind, Visibility};
use super::super::super::project::{ProjectEvent, ProjectSettings};
use super::super::super::scenario::{NOW, by, issue, project, secret, token, user};
use super::super::super::secret::PasswordHash;
use super::super::super::service::ServiceEvent;
use super::super::super::session::{SessionEvent, SignInMethod};
use super::super::super::token::{TokenEvent, TokenSecret};
use super::super::super::triage::{
    Inheritance, KeyAlias, Regroup, Resolution, Snooze, TriageEvent,
};
use super::super::super::user::UserEvent;
use super::super::super::{Actor, Role, WorkspaceEvent};
use crate::id::{CommentId, Fingerprint, NoteId};

/// At least one of each.
pub(super) fn all() -> Vec<WorkspaceEvent> {
    let mut all = people();
    all.extend(projects());
    all.extend(tokens());
    all.extend(triage());
    all.extend(notes());
    all.extend(others());
    all
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn people() -> Vec<WorkspaceEvent> {
    let (user, session, link, invitation) = (user(1), secret(1), secret(2), secret(3));
    let password = PasswordHash(text("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"));
    let (email, name, role) = (Some(text("kim@example.com")), text("Kim"), Role::Owner);
    vec![
        UserEvent::UserCreated {
            user,
            email: email.clone(),
            name: name.clone(),
            role,
            password: Some(password.clone()),
        }
        .into(),
        UserEvent::UserDescribed {
            user,
            name,
            email: email.clone(),
        }
        .into(),
        UserEvent::UserRoleSet {
            user,
            role: Role::Viewer,
        }
        .into(),
        UserEvent::PasswordSet { user, password }.into(),
        UserEvent::IdentityLinked {
            user,
            provider: text("github"),
            subject: text("583231"),
        }
        .into(),
        UserEvent::UserRemoved { user }.into(),
        SessionEvent::SessionOpened {
            session,
            user,
            method: SignInMethod::Provider(text("github")),
            expires_at: NOW,
        }
        .into(),
        SessionEvent::SessionRenewed {
            session,
            user,
            expires_at: NOW,
        }
        .into(),
        SessionEvent::SessionClosed { session, user }.into(),
        SessionEvent::SignInLinkIssued {
            link,
            user: Some(user),
            expires_at: NOW,
        }
        .into(),
        SessionEvent::SignInLinkRedeemed { link, user }.into(),
        InvitationEvent::InvitationIssued {
            invitation,
            by: by(1),
            email,
            role: Role::Member,
            projects: BTreeMap::from([(project(1), Role::Viewer)]),
            expires_at: NOW,
        }
        .into(),
        InvitationEvent::InvitationAccepted { invitation, user }.into(),
        InvitationEvent::InvitationWithdrawn { invitation }.into(),
    ]
}

fn projects() -> Vec<WorkspaceEvent> {
    let (project, user) = (project(1), user(1));
    let settings = ProjectSettings {
        auto_register_services: false,
        auto_resolve_after_days: Some(14),
        in_app_prefixes: BTreeSet::from([text("com.shop.")]),
        spans_per_second_max: Some(10_000),
        bytes_per_second_max: Some(10_000_000),
        bytes_per_day_max: Some(100_000_000_000),
    };
    let name = text("checkout");
    vec![
        ProjectEvent::ProjectCreated {
            project,
            slug: text("shop"),
            name: text("Shop"),
        }
        .into(),
        ProjectEvent::ProjectRenamed {
            project,
            name: text("The shop"),
        }
        .into(),
        ProjectEvent::ProjectSettingsChanged { project, settings }.into(),
        ProjectEvent::MembershipGranted {
            project,
            user,
            role: Role::Member,
        }
        .into(),
        ProjectEvent::MembershipRevoked { project, user }.into(),
        ProjectEvent::ProjectDeleted {
            project,
            slug: text("shop"),
        }
        .into(),
        ServiceEvent::ServiceAdded {
            project,
            name: name.clone(),
            service_type: Some(text("spring")),
        }
        .into(),
        ServiceEvent::ServiceRegistered {
            project,
            name: name.clone(),
        }
        .into(),
        ServiceEvent::ServiceTypeSet {
            project,
            name: name.clone(),
            service_type: text("go"),
        }
        .into(),
        ServiceEvent::ServiceRemoved { project, name }.into(),
    ]
}

fn tokens() -> Vec<WorkspaceEvent> {
    let project = project(1);
    let secret = || TokenSecret {
        hash: secret(4),
        hint: text("cdef"),
    };
    let (ingest, api) = (token(1), token(2));
    let projects = Some(BTreeSet::from([project]));
    vec![
        TokenEvent::IngestTokenIssued {
            token: ingest,
            project,
            name: text("default"),
            secret: secret(),
            service: Some(text("checkout")),
            replaces: Some(token(3)),
        }
        .into(),
        TokenEvent::IngestTokenExpirySet {
            token: ingest,
            project,
            expires_at: NOW,
        }
        .into(),
        TokenEvent::IngestTokenRevoked {
            token: ingest,
            project,
        }
        .into(),
        TokenEvent::ApiTokenIssued {
            token: api,
            user: Some(user(1)),
            name: text("ci"),
            secret: secret(),
            role: Role::Owner,
            projects: projects.clone(),
            expires_at: Some(NOW),
        }
        .into(),
        TokenEvent::ApiTokenScopeSet {
            token: api,
            role: Role::Viewer,
            projects,
        }
        .into(),
        TokenEvent::ApiTokenRevoked { token: api }.into(),
    ]
}

fn triage() -> Vec<WorkspaceEvent> {
    let (project, issue, other) = (project(1), issue(1), issue(2));
    let key = |text: &str| Fingerprint::of("example", &[text.as_bytes()]);
    let regroup = Regroup {
        algorithm: 2,
        rules_version: 3,
        aliases: vec![KeyAlias {
            key: key("new"),
            issue,
        }],
        inherits: vec![Inheritance {
            issue: other,
            from: issue,
        }],
        through: 4_711,
    };
    let rule =
        serde_json::json!({"name": "carts", "match": {"type": "Cart*"}, "fingerprint": ["cart"]});
    let resolution = Resolution::InRange {
        from: Some(text("2.0.0")),
        to: Some(text("3.0.0")),
    };
    vec![
        TriageEvent::IssueResolved {
            project,
            issue,
            resolution,
            environments: vec![text("production")],
        }
        .into(),
        TriageEvent::IssueReopened { project, issue }.into(),
        TriageEvent::IssueIgnored { project, issue }.into(),
        TriageEvent::IssueSnoozed {
            project,
            issue,
            snooze: Snooze::Rate {
                count: 10,
                per_seconds: 3_600,
            },
        }
        .into(),
        TriageEvent::IssueAssigned {
            project,
            issue,
            assignee: Some(user(1)),
        }
        .into(),
        TriageEvent::IssueMerged {
            project,
            issue,
            into: other,
        }
        .into(),
        TriageEvent::IssueUnmerged {
            project,
            issue,
            from: other,
        }
        .into(),
        TriageEvent::IssueSplit {
            project,
            issue,
            into: other,
            keys: vec![key("fine")],
        }
        .into(),
        TriageEvent::IssueSplitUndone {
            project,
            issue: other,
            back_into: issue,
        }
        .into(),
        TriageEvent::GroupingRulesSet {
            project,
            version: 3,
            rules: vec![rule],
        }
        .into(),
        TriageEvent::RegroupApplied { project, regroup }.into(),
    ]
}

fn notes() -> Vec<WorkspaceEvent> {
    let id = |number| NoteId::new([number; 8]).unwrap();
    let (note, to, author) = (id(1), id(2), by(1));
    let comment = CommentId::new([1; 8]).unwrap();
    let (project, issue, body) = (project(1), issue(1), text("Seen again in **2.1**."));
    let content = NoteContent {
        kind: NoteKind::Error,
        title: text("Pool exhausted"),
        body: text("## Problem\nSee [[Connection leak]].\n"),
        tags: BTreeSet::from([text("db")]),
    };
    let anchor = Anchor {
        key: Some(Fingerprint::of("example", &[b"key"])),
        kind: text("java.sql.SQLTransientConnectionException"),
        template: text("connection is not available after <n> ms"),
        frames: vec![text("CartDao.java|CartDao.find")],
        operation: text("GET /cart/{id}"),
        service: text("cart"),
    };
    vec![
        NoteEvent::NoteWritten {
            note,
            author,
            home: Some(project),
            visibility: Visibility::Project,
            content: content.clone(),
        }
        .into(),
        NoteEvent::NoteEdited {
            note,
            revision: 2,
            content,
        }
        .into(),
        NoteEvent::NoteShared {
            note,
            home: Some(project),
            visibility: Visibility::Everyone,
        }
        .into(),
        NoteEvent::NoteLinked { note, to }.into(),
        NoteEvent::NoteUnlinked { note, to }.into(),
        NoteEvent::NoteAttached {
            note,
            project,
            issue,
            anchor,
        }
        .into(),
        NoteEvent::NoteDetached { note, issue }.into(),
        NoteEvent::CommentWritten {
            note,
            comment,
            author,
            body: body.clone(),
        }
        .into(),
        NoteEvent::CommentEdited {
            note,
            comment,
            body,
        }
        .into(),
        NoteEvent::CommentDeleted { note, comment }.into(),
        NoteEvent::NoteDeleted { note }.into(),
    ]
}

/// Optional fields left out, and the other forms of what has several.
fn others() -> Vec<WorkspaceEvent> {
    let (project, user, issue) = (project(1), user(1), issue(1));
    let session = |method| SessionEvent::SessionOpened {
        session: secret(1),
        user,
        method,
        expires_at: NOW,
    };
    let resolved = |resolution| TriageEvent::IssueResolved {
        project,
        issue,
        resolution,
        environments: Vec::new(),
    };
    let snoozed = |snooze| TriageEvent::IssueSnoozed {
        project,
        issue,
        snooze,
    };
    let bare = TokenSecret {
        hash: secret(4),
        hint: text("cdef"),
    };
    let note = NoteId::new([1; 8]).unwrap();
    let content = NoteContent {
        kind: NoteKind::General,
        title: text("Plain"),
        body: String::new(),
        tags: BTreeSet::new(),
    };
    let (role, name) = (Role::Viewer, text("Kim"));
    vec![
        UserEvent::UserCreated {
            user,
            email: None,
            name: name.clone(),
            role,
            password: None,
        }
        .into(),
        UserEvent::UserDescribed {
            user,
            name,
            email: None,
        }
        .into(),
        session(SignInMethod::Password).into(),
        session(SignInMethod::Link).into(),
        session(SignInMethod::Invitation).into(),
        SessionEvent::SignInLinkIssued {
            link: secret(2),
            user: None,
            expires_at: NOW,
        }
        .into(),
        InvitationEvent::InvitationIssued {
            invitation: secret(3),
            by: Actor::Operator,
            email: None,
            role,
            projects: BTreeMap::new(),
            expires_at: NOW,
        }
        .into(),
        ProjectEvent::ProjectSettingsChanged {
            project,
            settings: ProjectSettings::default(),
        }
        .into(),
        ServiceEvent::ServiceAdded {
            project,
            name: text("cart"),
            service_type: None,
        }
        .into(),
        TokenEvent::IngestTokenIssued {
            token: token(1),
            project,
            name: text("all"),
            secret: bare.clone(),
            service: None,
            replaces: None,
        }
        .into(),
        TokenEvent::ApiTokenIssued {
            token: token(2),
            user: None,
            name: text("all"),
            secret: bare,
            role,
            projects: None,
            expires_at: None,
        }
        .into(),
        TokenEvent::ApiTokenScopeSet {
            token: token(2),
            role,
            projects: None,
        }
        .into(),
        resolved(Resolution::Now).into(),
        resolved(Resolution::InRelease {
            release: text("2.0.0"),
        })
        .into(),
        resolved(Resolution::NextRelease {
            after: text("2.0.0"),
        })
        .into(),
        resolved(Resolution::InRange {
            from: None,
            to: Some(text("3.0.0")),
        })
        .into(),
        resolved(Resolution::InRange {
            from: Some(text("2.0.0")),
            to: None,
        })
        .into(),
        resolved(Resolution::Silence { days: 14 }).into(),
        snoozed(Snooze::Time { at: NOW }).into(),
        snoozed(Snooze::Count { more: 100 }).into(),
        TriageEvent::IssueAssigned {
            project,
            issue,
            assignee: None,
        }
        .into(),
        NoteEvent::NoteWritten {
            note,
            author: Actor::Token(token(2)),
            home: None,
            visibility: Visibility::Private,
            content,
        }
        .into(),
        NoteEvent::NoteShared {
            note,
            home: None,
            visibility: Visibility::Private,
        }
        .into(),
        NoteEvent::NoteAttached {
            note,
            project,
            issue,
            anchor: Anchor::default(),
        }
        .into(),
    ]
}
