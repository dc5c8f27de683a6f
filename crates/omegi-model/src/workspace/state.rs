//! The workspace: everything people made, folded from events.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::invitation::Invitation;
use super::note::Note;
use super::project::Project;
use super::session::{Session, SignInLink};
use super::token::{ApiToken, IngestToken};
use super::triage::Triage;
use super::user::User;
use super::{Role, secret::Secret};
use crate::id::{NoteId, ProjectId, SecretHash, TokenId, UserId};

/// Everything that people made and that still holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Workspace {
    /// People with an account.
    pub users: BTreeMap<UserId, User>,
    /// Living projects.
    pub projects: BTreeMap<ProjectId, Project>,
    /// Projects deleted for ever: whoever holds data of one throws it away.
    pub deleted_projects: BTreeSet<ProjectId>,
    /// Ingest tokens that are not revoked.
    pub ingest_tokens: BTreeMap<TokenId, IngestToken>,
    /// API tokens that are not revoked.
    pub api_tokens: BTreeMap<TokenId, ApiToken>,
    /// Open sessions, by the hash of their cookie.
    pub sessions: BTreeMap<SecretHash, Session>,
    /// One-time links that were not used, by hash.
    pub links: BTreeMap<SecretHash, SignInLink>,
    /// Invitations that were not accepted, by hash.
    pub invitations: BTreeMap<SecretHash, Invitation>,
    /// What was done to issues.
    pub triage: Triage,
    /// Notes, without their texts.
    pub notes: BTreeMap<NoteId, Note>,
}

impl Workspace {
    /// The living project with that slug.
    #[must_use]
    pub fn project_by_slug(&self, slug: &str) -> Option<&Project> {
        self.projects.values().find(|project| project.slug == slug)
    }

    /// The user with that e-mail address, however it is written.
    #[must_use]
    pub fn user_by_email(&self, email: &str) -> Option<&User> {
        let email = email.trim().to_lowercase();
        self.users
            .values()
            .find(|user| user.email.as_deref() == Some(&*email))
    }

    /// The user whom an identity provider knows by that subject.
    #[must_use]
    pub fn user_by_identity(&self, provider: &str, subject: &str) -> Option<&User> {
        let is = |user: &&User| {
            user.identities
                .get(provider)
                .is_some_and(|own| own == subject)
        };
        self.users.values().find(is)
    }

    /// True once somebody owns the installation.
    #[must_use]
    pub fn has_owner(&self) -> bool {
        self.users.values().any(|user| user.role == Role::Owner)
    }

    /// The session that this cookie opens, expired or not.
    #[must_use]
    pub fn session(&self, cookie: &Secret) -> Option<&Session> {
        self.sessions.get(&cookie.hash())
    }
}
