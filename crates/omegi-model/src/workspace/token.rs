//! Tokens: what telemetry comes in with, and what programs call the API with.
//!
//! Only hashes are kept. A token opens nothing from its revocation or its end on; rotation issues
//! a new one and lets the old one end a little later, so that no sender is shut out meanwhile.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Action, Actor, Context, Rejection, Role, Workspace, WorkspaceEvent, check, one};
use crate::id::{ProjectId, SecretHash, TokenId, UserId};
use crate::time::UnixNanos;

/// After a rotation the old token works at most this long.
pub const OVERLAP_NANOS_MAX: i64 = 30 * 86_400_000_000_000;
/// Tokens of one project, or of one person.
const TOKENS_MAX: usize = 500;

/// Lets telemetry into one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestToken {
    /// Which.
    pub id: TokenId,
    /// Where telemetry goes.
    pub project: ProjectId,
    /// As shown.
    pub name: String,
    /// Of the secret.
    pub hash: SecretHash,
    /// Last characters of the secret.
    pub hint: String,
    /// The one service it may send for; none: all of the project.
    pub service: Option<String>,
    /// Since when.
    pub issued_at: UnixNanos,
    /// Until when; none: until revoked.
    pub expires_at: Option<UnixNanos>,
}

/// Lets a program call the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Which.
    pub id: TokenId,
    /// Whose; none: the operator's.
    pub user: Option<UserId>,
    /// As shown.
    pub name: String,
    /// Of the secret.
    pub hash: SecretHash,
    /// Last characters of the secret.
    pub hint: String,
    /// What it may at most.
    pub role: Role,
    /// Where; none: in all projects (of its user).
    pub projects: Option<BTreeSet<ProjectId>>,
    /// Since when.
    pub issued_at: UnixNanos,
    /// Until when; none: until revoked.
    pub expires_at: Option<UnixNanos>,
}

/// The secret half of a new token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSecret {
    /// Of the secret.
    pub hash: SecretHash,
    /// Last characters of the secret.
    pub hint: String,
}

impl TokenSecret {
    /// What is kept of a secret.
    #[must_use]
    pub fn of(secret: &super::secret::Secret) -> Self {
        Self {
            hash: secret.hash(),
            hint: secret.hint(),
        }
    }
}

/// What can be wanted of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenCommand {
    /// Make a token for telemetry.
    IssueIngestToken {
        /// Fresh.
        token: TokenId,
        /// Into which project.
        project: ProjectId,
        /// As shown.
        name: String,
        /// Fresh.
        secret: TokenSecret,
        /// The one service it may send for.
        service: Option<String>,
    },
    /// Make a token that takes the place of another.
    RotateIngestToken {
        /// The old one.
        token: TokenId,
        /// Fresh.
        new_token: TokenId,
        /// Fresh.
        secret: TokenSecret,
        /// How long the old one still works.
        overlap_nanos: i64,
    },
    /// Make a token for the API.
    IssueApiToken {
        /// Fresh.
        token: TokenId,
        /// Whose; none: the operator's.
        user: Option<UserId>,
        /// As shown.
        name: String,
        /// Fresh.
        secret: TokenSecret,
        /// What it may at most.
        role: Role,
        /// Where; none: everywhere.
        projects: Option<BTreeSet<ProjectId>>,
        /// Until when.
        expires_at: Option<UnixNanos>,
    },
    /// Change what a token for the API may, as far as its user may.
    SetApiTokenScope {
        /// Which.
        token: TokenId,
        /// What it may at most.
        role: Role,
        /// Where; none: everywhere.
        projects: Option<BTreeSet<ProjectId>>,
    },
    /// End a token at once.
    RevokeToken {
        /// Which, of either kind.
        token: TokenId,
    },
}

/// What happened to tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TokenEvent {
    /// A token for telemetry was made.
    IngestTokenIssued {
        /// Which.
        token: TokenId,
        /// Into which project.
        project: ProjectId,
        /// As shown.
        name: String,
        /// Of the secret.
        secret: TokenSecret,
        /// The one service it may send for.
        service: Option<String>,
        /// The one it takes the place of.
        replaces: Option<TokenId>,
    },
    /// A token for telemetry ends at a time.
    IngestTokenExpirySet {
        /// Which.
        token: TokenId,
        /// Of which project.
        project: ProjectId,
        /// Until when.
        expires_at: UnixNanos,
    },
    /// A token for telemetry opens nothing any more.
    IngestTokenRevoked {
        /// Which.
        token: TokenId,
        /// Of which project.
        project: ProjectId,
    },
    /// A token for the API was made.
    ApiTokenIssued {
        /// Which.
        token: TokenId,
        /// Whose.
        user: Option<UserId>,
        /// As shown.
        name: String,
        /// Of the secret.
        secret: TokenSecret,
        /// What it may at most.
        role: Role,
        /// Where.
        projects: Option<BTreeSet<ProjectId>>,
        /// Until when.
        expires_at: Option<UnixNanos>,
    },
    /// A token for the API has another role or other projects.
    ApiTokenScopeSet {
        /// Which.
        token: TokenId,
        /// What it may at most.
        role: Role,
        /// Where.
        projects: Option<BTreeSet<ProjectId>>,
    },
    /// A token for the API opens nothing any more.
    ApiTokenRevoked {
        /// Which.
        token: TokenId,
    },
}

impl TokenEvent {
    /// Which token changed.
    #[must_use]
    pub fn token(&self) -> TokenId {
        match self {
            Self::IngestTokenIssued { token, .. }
            | Self::IngestTokenExpirySet { token, .. }
            | Self::IngestTokenRevoked { token, .. }
            | Self::ApiTokenIssued { token, .. }
            | Self::ApiTokenScopeSet { token, .. }
            | Self::ApiTokenRevoked { token } => *token,
        }
    }
}

pub(super) fn decide(
    workspace: &Workspace,
    command: &TokenCommand,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    match command {
        TokenCommand::IssueIngestToken {
            token,
            project,
            name,
            secret,
            service,
        } => {
            workspace.admit(context.actor, *project, Action::ManageTokens)?;
            let of_project = |other: &&IngestToken| other.project == *project;
            room(workspace.ingest_tokens.values().filter(of_project).count())?;
            fresh(workspace, *token, secret)?;
            Ok(one(TokenEvent::IngestTokenIssued {
                token: *token,
                project: *project,
                name: check::name(name)?,
                secret: secret.clone(),
                service: service.as_deref().map(check::service).transpose()?,
                replaces: None,
            }))
        }
        TokenCommand::RotateIngestToken {
            token,
            new_token,
            secret,
            overlap_nanos,
        } => {
            let old = workspace
                .ingest_tokens
                .get(token)
                .ok_or(Rejection::NotFound("token"))?;
            admit_to_token(workspace, old, context)?;
            fresh(workspace, *new_token, secret)?;
            rotate(old, *new_token, secret, *overlap_nanos, context.now)
        }
        TokenCommand::IssueApiToken {
            token,
            user,
            name,
            secret,
            role,
            projects,
            expires_at,
        } => {
            may_issue_api(workspace, *user, projects.as_ref(), context.actor)?;
            let of_user = |other: &&ApiToken| other.user == *user;
            room(workspace.api_tokens.values().filter(of_user).count())?;
            fresh(workspace, *token, secret)?;
            if expires_at.is_some_and(|at| at <= context.now) {
                let detail = "a token cannot have ended already";
                return Err(Rejection::invalid("expiry_invalid", detail));
            }
            Ok(one(TokenEvent::ApiTokenIssued {
                token: *token,
                user: *user,
                name: check::name(name)?,
                secret: secret.clone(),
                role: *role,
                projects: projects.clone(),
                expires_at: *expires_at,
            }))
        }
        TokenCommand::SetApiTokenScope {
            token,
            role,
            projects,
        } => {
            workspace.admit_to_installation(context.actor, Role::Owner)?;
            let found = workspace
                .api_tokens
                .get(token)
                .ok_or(Rejection::NotFound("token"))?;
            if found.role == *role && found.projects == *projects {
                return Ok(Vec::new());
            }
            let (token, role, projects) = (*token, *role, projects.clone());
            Ok(one(TokenEvent::ApiTokenScopeSet {
                token,
                role,
                projects,
            }))
        }
        TokenCommand::RevokeToken { token } => revoke(workspace, *token, context),
    }
}

fn rotate(
    old: &IngestToken,
    token: TokenId,
    secret: &TokenSecret,
    overlap_nanos: i64,
    now: UnixNanos,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    if !(0..=OVERLAP_NANOS_MAX).contains(&overlap_nanos) {
        let detail = "the old token works for at most 30 days more";
        return Err(Rejection::invalid("overlap_invalid", detail));
    }
    let until = now.plus(overlap_nanos);
    let issued = TokenEvent::IngestTokenIssued {
        token,
        project: old.project,
        name: old.name.clone(),
        secret: secret.clone(),
        service: old.service.clone(),
        replaces: Some(old.id),
    };
    let ends = TokenEvent::IngestTokenExpirySet {
        token: old.id,
        project: old.project,
        // A rotation never lengthens a life.
        expires_at: old.expires_at.map_or(until, |already| already.min(until)),
    };
    Ok(vec![issued.into(), ends.into()])
}

fn may_issue_api(
    workspace: &Workspace,
    user: Option<UserId>,
    projects: Option<&BTreeSet<ProjectId>>,
    actor: Actor,
) -> Result<(), Rejection> {
    for project in projects.into_iter().flatten() {
        workspace.admit(actor, *project, Action::Read)?;
    }
    match user {
        // For oneself: the token is capped by its owner's role whatever it says.
        Some(user) if actor == Actor::User(user) => Ok(()),
        Some(user) if !workspace.users.contains_key(&user) => Err(Rejection::NotFound("user")),
        // A token that made tokens for its owner could outlive its own revocation.
        _ if matches!(actor, Actor::Token(_)) => Err(Rejection::Forbidden { needs: Role::Owner }),
        _ => workspace.admit_to_installation(actor, Role::Owner),
    }
}

fn revoke(
    workspace: &Workspace,
    token: TokenId,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    if let Some(found) = workspace.ingest_tokens.get(&token) {
        admit_to_token(workspace, found, context)?;
        let project = found.project;
        return Ok(one(TokenEvent::IngestTokenRevoked { token, project }));
    }
    let Some(found) = workspace.api_tokens.get(&token) else {
        return Ok(Vec::new());
    };
    let own = found
        .user
        .is_some_and(|user| context.actor == Actor::User(user))
        || context.actor == Actor::Token(token);
    if !own && workspace.role(context.actor) != Some(Role::Owner) {
        // Others' tokens are not to be found by guessing ids.
        return Ok(Vec::new());
    }
    Ok(one(TokenEvent::ApiTokenRevoked { token }))
}

/// Passes for those who manage tokens of its project; to others it is not there.
fn admit_to_token(
    workspace: &Workspace,
    token: &IngestToken,
    context: &Context,
) -> Result<(), Rejection> {
    match workspace.admit(context.actor, token.project, Action::ManageTokens) {
        Err(Rejection::NotFound(_)) => Err(Rejection::NotFound("token")),
        other => other.map(|_| ()),
    }
}

fn fresh(workspace: &Workspace, token: TokenId, secret: &TokenSecret) -> Result<(), Rejection> {
    let ids =
        workspace.ingest_tokens.contains_key(&token) || workspace.api_tokens.contains_key(&token);
    let hashes = workspace.ingest_tokens.values().map(|token| token.hash);
    let mut hashes = hashes.chain(workspace.api_tokens.values().map(|token| token.hash));
    if ids || hashes.any(|hash| hash == secret.hash) {
        return Err(Rejection::conflict("token_taken", "this token exists"));
    }
    Ok(())
}

fn room(tokens: usize) -> Result<(), Rejection> {
    if tokens < TOKENS_MAX {
        return Ok(());
    }
    let detail = format!("at most {TOKENS_MAX} tokens; revoke some first");
    Err(Rejection::conflict("tokens_full", detail))
}

pub(super) fn evolve(workspace: &mut Workspace, event: &TokenEvent, at: UnixNanos) {
    match event {
        TokenEvent::IngestTokenIssued {
            token,
            project,
            name,
            secret,
            service,
            ..
        } => {
            if workspace.projects.contains_key(project) {
                let issued = IngestToken {
                    id: *token,
                    project: *project,
                    name: name.clone(),
                    hash: secret.hash,
                    hint: secret.hint.clone(),
                    service: service.clone(),
                    issued_at: at,
                    expires_at: None,
                };
                workspace.ingest_tokens.insert(*token, issued);
            }
        }
        TokenEvent::IngestTokenExpirySet {
            token, expires_at, ..
        } => {
            if let Some(found) = workspace.ingest_tokens.get_mut(token) {
                found.expires_at = Some(*expires_at);
            }
        }
        TokenEvent::IngestTokenRevoked { token, .. } => {
            workspace.ingest_tokens.remove(token);
        }
        TokenEvent::ApiTokenIssued {
            token,
            user,
            name,
            secret,
            role,
            projects,
            expires_at,
        } => {
            let issued = ApiToken {
                id: *token,
                user: *user,
                name: name.clone(),
                hash: secret.hash,
                hint: secret.hint.clone(),
                role: *role,
                projects: projects.clone(),
                issued_at: at,
                expires_at: *expires_at,
            };
            workspace.api_tokens.insert(*token, issued);
        }
        TokenEvent::ApiTokenScopeSet {
            token,
            role,
            projects,
        } => {
            if let Some(found) = workspace.api_tokens.get_mut(token) {
                found.role = *role;
                found.projects.clone_from(projects);
            }
        }
        TokenEvent::ApiTokenRevoked { token } => {
            workspace.api_tokens.remove(token);
        }
    }
}
