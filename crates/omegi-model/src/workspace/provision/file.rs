//! The provisioning file, as a person types it and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

use crate::workspace::secret::{Secret, SecretKind};
use crate::workspace::service::NewService;
use crate::workspace::{Role, check};

/// Shortest password.
pub const PASSWORD_CHARS_MIN: usize = 12;
const PASSWORD_CHARS_MAX: usize = 1_000;

/// The file as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct RawProvisionFile {
    pub users: Vec<RawUser>,
    pub api_tokens: Vec<RawApiToken>,
    pub projects: Vec<RawProject>,
}

/// `[[users]]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RawUser {
    pub email: String,
    pub password: Option<String>,
    pub name: Option<String>,
    pub role: Role,
}

/// `[[api_tokens]]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RawApiToken {
    pub name: String,
    pub token: String,
    pub role: Role,
    pub projects: Option<BTreeSet<String>>,
}

/// `[[projects]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RawProject {
    pub slug: String,
    pub name: Option<String>,
    #[serde(default)]
    pub services: Vec<RawService>,
    #[serde(default)]
    pub tokens: Vec<RawIngestToken>,
    #[serde(default)]
    pub members: Vec<RawMember>,
}

/// `[[projects.services]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RawService {
    pub name: String,
    #[serde(rename = "type")]
    pub service_type: Option<String>,
}

/// `[[projects.tokens]]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RawIngestToken {
    pub name: String,
    pub token: String,
    pub service: Option<String>,
}

/// `[[projects.members]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RawMember {
    pub email: String,
    pub role: Role,
}

// What holds a secret shows the rest of itself only.
impl fmt::Debug for RawUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawUser({:?}, {})", self.email, self.role)
    }
}

impl fmt::Debug for RawApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawApiToken({:?}, {})", self.name, self.role)
    }
}

impl fmt::Debug for RawIngestToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawIngestToken({:?}, {:?})", self.name, self.service)
    }
}

/// Every mistake of a provisioning file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("provisioning file: {}", .0.join("; "))]
pub struct ProvisionErrors(pub Vec<String>);

/// The file, checked.
#[derive(Clone)]
pub struct ProvisionFile {
    pub(super) users: Vec<ProvisionedUser>,
    pub(super) api_tokens: Vec<ProvisionedApiToken>,
    pub(super) projects: Vec<ProvisionedProject>,
}

#[derive(Clone)]
pub(super) struct ProvisionedUser {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) password: Option<String>,
    pub(super) role: Role,
}

#[derive(Clone)]
pub(super) struct ProvisionedApiToken {
    pub(super) name: String,
    pub(super) secret: Secret,
    pub(super) role: Role,
    pub(super) projects: Option<BTreeSet<String>>,
}

#[derive(Clone)]
pub(super) struct ProvisionedProject {
    pub(super) slug: String,
    pub(super) name: Option<String>,
    pub(super) services: Vec<NewService>,
    pub(super) tokens: Vec<ProvisionedToken>,
    pub(super) members: BTreeMap<String, Role>,
}

#[derive(Clone)]
pub(super) struct ProvisionedToken {
    pub(super) name: String,
    pub(super) secret: Secret,
    pub(super) service: Option<String>,
}

impl TryFrom<RawProvisionFile> for ProvisionFile {
    type Error = ProvisionErrors;

    fn try_from(raw: RawProvisionFile) -> Result<Self, ProvisionErrors> {
        let mut checks = Checks::default();
        let users = raw
            .users
            .into_iter()
            .filter_map(|user| checks.user(user))
            .collect();
        let projects = raw
            .projects
            .into_iter()
            .filter_map(|project| checks.project(project));
        let projects = projects.collect();
        let tokens = raw
            .api_tokens
            .into_iter()
            .filter_map(|token| checks.api_token(token));
        let api_tokens = tokens.collect();
        match checks.errors.is_empty() {
            true => Ok(Self {
                users,
                api_tokens,
                projects,
            }),
            false => Err(ProvisionErrors(checks.errors)),
        }
    }
}

/// Mistakes so far, and what may be named only once.
#[derive(Default)]
struct Checks {
    errors: Vec<String>,
    emails: BTreeSet<String>,
    slugs: BTreeSet<String>,
    secrets: BTreeSet<crate::id::SecretHash>,
}

impl Checks {
    fn user(&mut self, raw: RawUser) -> Option<ProvisionedUser> {
        let email = self.ok("users", check::email(&raw.email))?;
        let name = raw
            .name
            .unwrap_or_else(|| email.split('@').next().unwrap_or(&email).to_owned());
        let name = self.ok(&email, check::name(&name))?;
        if !self.emails.insert(email.clone()) {
            self.errors.push(format!("user {email:?} is named twice"));
        }
        let chars = raw
            .password
            .as_ref()
            .map(|password| password.chars().count());
        if chars.is_some_and(|chars| !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars)) {
            self.errors.push(format!(
                "the password of {email:?} must have {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters"
            ));
        }
        Some(ProvisionedUser {
            email,
            name,
            password: raw.password,
            role: raw.role,
        })
    }

    fn project(&mut self, raw: RawProject) -> Option<ProvisionedProject> {
        let slug = self.ok("projects", check::slug(&raw.slug))?;
        if !self.slugs.insert(slug.clone()) {
            self.errors.push(format!("project {slug:?} is named twice"));
        }
        let name = raw.name.as_deref().map(check::name);
        let name = name.and_then(|name| self.ok(&slug, name));
        let mut services = Vec::new();
        for service in raw.services {
            let service = NewService {
                name: service.name,
                service_type: service.service_type,
            };
            services.extend(self.ok(&slug, service.checked()));
        }
        let mut tokens = Vec::new();
        for token in raw.tokens {
            tokens.extend(self.ingest_token(&slug, token));
        }
        let mut members = BTreeMap::new();
        for member in raw.members {
            if let Some(email) = self.ok(&slug, check::email(&member.email)) {
                members.insert(email, member.role);
            }
        }
        Some(ProvisionedProject {
            slug,
            name,
            services,
            tokens,
            members,
        })
    }

    fn ingest_token(&mut self, slug: &str, raw: RawIngestToken) -> Option<ProvisionedToken> {
        let name = self.ok(slug, check::name(&raw.name))?;
        let secret = self.secret(&name, &raw.token, SecretKind::Ingest)?;
        let service = raw.service.as_deref().map(check::service).transpose();
        let service = self.ok(&name, service)?;
        Some(ProvisionedToken {
            name,
            secret,
            service,
        })
    }

    fn api_token(&mut self, raw: RawApiToken) -> Option<ProvisionedApiToken> {
        let name = self.ok("api_tokens", check::name(&raw.name))?;
        let secret = self.secret(&name, &raw.token, SecretKind::Api)?;
        Some(ProvisionedApiToken {
            name,
            secret,
            role: raw.role,
            projects: raw.projects,
        })
    }

    fn secret(&mut self, name: &str, text: &str, kind: SecretKind) -> Option<Secret> {
        let secret = Secret::parse(text).filter(|secret| secret.kind() == kind);
        let Some(secret) = secret else {
            self.errors.push(format!(
                "token {name:?} must be {} and 32 to 128 characters of 0-9 a-z",
                kind.prefix()
            ));
            return None;
        };
        if !self.secrets.insert(secret.hash()) {
            self.errors
                .push(format!("token {name:?} has the secret of another"));
        }
        Some(secret)
    }

    fn ok<T>(&mut self, place: &str, result: Result<T, crate::workspace::Rejection>) -> Option<T> {
        result
            .map_err(|error| self.errors.push(format!("{place}: {error}")))
            .ok()
    }
}
