//! Accounts: people, their roles in the installation, passwords and identities elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::secret::PasswordHash;
use super::{Actor, Context, Rejection, Role, Workspace, WorkspaceEvent, check, one};
use crate::id::UserId;
use crate::time::UnixNanos;

const IDENTITY_BYTES_MAX: usize = 255;

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Lower case; none for an owner who has not given one yet.
    pub email: Option<String>,
    /// As shown.
    pub name: String,
    /// In the installation.
    pub role: Role,
    /// None for whoever signs in by link or identity provider alone.
    pub password: Option<PasswordHash>,
    /// Subject by identity provider.
    pub identities: BTreeMap<String, String>,
    /// Since when.
    pub created_at: UnixNanos,
}

/// What can be wanted of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserCommand {
    /// Make an account.
    CreateUser {
        /// Fresh.
        user: UserId,
        /// To sign in with.
        email: Option<String>,
        /// As shown.
        name: String,
        /// In the installation.
        role: Role,
        /// To sign in with.
        password: Option<PasswordHash>,
    },
    /// Change what people see of it.
    DescribeUser {
        /// Whose.
        user: UserId,
        /// New name; none leaves it.
        name: Option<String>,
        /// New address; none leaves it.
        email: Option<String>,
    },
    /// Change a role in the installation.
    SetUserRole {
        /// Whose.
        user: UserId,
        /// To what.
        role: Role,
    },
    /// Change a password; all other sessions of the user end.
    SetPassword {
        /// Whose.
        user: UserId,
        /// To what.
        password: PasswordHash,
        /// The session that stays open.
        keep: Option<crate::id::SecretHash>,
    },
    /// Let an identity provider vouch for the user.
    LinkIdentity {
        /// Whose.
        user: UserId,
        /// Name of the provider in the configuration.
        provider: String,
        /// The provider's id of the user.
        subject: String,
    },
    /// End the account; what the person wrote stays.
    RemoveUser {
        /// Whose.
        user: UserId,
    },
}

/// What happened to accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum UserEvent {
    /// An account was made.
    UserCreated {
        /// Whose.
        user: UserId,
        /// Lower case.
        email: Option<String>,
        /// As shown.
        name: String,
        /// In the installation.
        role: Role,
        /// Slow hash.
        password: Option<PasswordHash>,
    },
    /// Name or address changed.
    UserDescribed {
        /// Whose.
        user: UserId,
        /// Now.
        name: String,
        /// Now.
        email: Option<String>,
    },
    /// The role in the installation changed.
    UserRoleSet {
        /// Whose.
        user: UserId,
        /// Now.
        role: Role,
    },
    /// The password changed.
    PasswordSet {
        /// Whose.
        user: UserId,
        /// Slow hash.
        password: PasswordHash,
    },
    /// An identity provider vouches for the user from now on.
    IdentityLinked {
        /// Whose.
        user: UserId,
        /// Which provider.
        provider: String,
        /// The provider's id of the user.
        subject: String,
    },
    /// The account ended.
    UserRemoved {
        /// Whose.
        user: UserId,
    },
}

impl UserEvent {
    /// Whose account changed.
    #[must_use]
    pub fn user(&self) -> UserId {
        match self {
            Self::UserCreated { user, .. }
            | Self::UserDescribed { user, .. }
            | Self::UserRoleSet { user, .. }
            | Self::PasswordSet { user, .. }
            | Self::IdentityLinked { user, .. }
            | Self::UserRemoved { user } => *user,
        }
    }
}

pub(super) fn decide(
    workspace: &Workspace,
    command: &UserCommand,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    match command {
        UserCommand::CreateUser {
            user,
            email,
            name,
            role,
            password,
        } => {
            workspace.admit_to_installation(context.actor, Role::Owner)?;
            let email = email.as_deref().map(check::email).transpose()?;
            create(workspace, *user, email, name, *role, password.clone()).map(one)
        }
        UserCommand::DescribeUser { user, name, email } => {
            let found = own_or_owner(workspace, *user, context)?;
            describe(workspace, found, name.as_deref(), email.as_deref())
        }
        UserCommand::SetUserRole { user, role } => set_role(workspace, *user, *role, context),
        UserCommand::SetPassword {
            user,
            password,
            keep,
        } => {
            own_or_owner(workspace, *user, context)?;
            let set = UserEvent::PasswordSet {
                user: *user,
                password: password.clone(),
            };
            let mut events = one(set);
            events.extend(super::session::close_others(workspace, *user, *keep));
            Ok(events)
        }
        UserCommand::LinkIdentity {
            user,
            provider,
            subject,
        } => {
            let found = own_or_owner(workspace, *user, context)?;
            link_identity(workspace, found, provider, subject)
        }
        UserCommand::RemoveUser { user } => remove(workspace, *user, context),
    }
}

/// The event that makes an account, once who may make it is settled.
pub(super) fn create(
    workspace: &Workspace,
    user: UserId,
    email: Option<String>,
    name: &str,
    role: Role,
    password: Option<PasswordHash>,
) -> Result<UserEvent, Rejection> {
    if workspace.users.contains_key(&user) {
        return Err(Rejection::conflict(
            "id_taken",
            "a user with this id exists",
        ));
    }
    free_email(workspace, email.as_deref(), user)?;
    let name = check::name(name)?;
    Ok(UserEvent::UserCreated {
        user,
        email,
        name,
        role,
        password,
    })
}

fn describe(
    workspace: &Workspace,
    user: &User,
    name: Option<&str>,
    email: Option<&str>,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let name = name.map_or_else(|| Ok(user.name.clone()), check::name)?;
    let email = match email {
        None => user.email.clone(),
        Some(email) => Some(check::email(email)?),
    };
    free_email(workspace, email.as_deref(), user.id)?;
    if name == user.name && email == user.email {
        return Ok(Vec::new());
    }
    Ok(one(UserEvent::UserDescribed {
        user: user.id,
        name,
        email,
    }))
}

fn set_role(
    workspace: &Workspace,
    user: UserId,
    role: Role,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    workspace.admit_to_installation(context.actor, Role::Owner)?;
    let found = find(workspace, user)?;
    if found.role == role {
        return Ok(Vec::new());
    }
    keep_an_owner(workspace, found)?;
    Ok(one(UserEvent::UserRoleSet { user, role }))
}

fn link_identity(
    workspace: &Workspace,
    user: &User,
    provider: &str,
    subject: &str,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let sized = |text: &str| !text.is_empty() && text.len() <= IDENTITY_BYTES_MAX;
    if !sized(provider) || !sized(subject) {
        let detail = "provider and subject have 1 to 255 bytes";
        return Err(Rejection::invalid("identity_invalid", detail));
    }
    match workspace.user_by_identity(provider, subject) {
        Some(holder) if holder.id == user.id => Ok(Vec::new()),
        Some(_) => {
            let detail = "this identity belongs to another account";
            Err(Rejection::conflict("identity_taken", detail))
        }
        None => Ok(one(UserEvent::IdentityLinked {
            user: user.id,
            provider: provider.to_owned(),
            subject: subject.to_owned(),
        })),
    }
}

fn remove(
    workspace: &Workspace,
    user: UserId,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    workspace.admit_to_installation(context.actor, Role::Owner)?;
    let Some(found) = workspace.users.get(&user) else {
        return Ok(Vec::new());
    };
    keep_an_owner(workspace, found)?;
    Ok(one(UserEvent::UserRemoved { user }))
}

fn find(workspace: &Workspace, user: UserId) -> Result<&User, Rejection> {
    workspace
        .users
        .get(&user)
        .ok_or(Rejection::NotFound("user"))
}

/// The account, if it is the actor's own or the actor owns the installation.
fn own_or_owner<'a>(
    workspace: &'a Workspace,
    user: UserId,
    context: &Context,
) -> Result<&'a User, Rejection> {
    if context.actor != Actor::User(user) {
        workspace.admit_to_installation(context.actor, Role::Owner)?;
    }
    find(workspace, user)
}

/// Nobody may lock everybody out.
fn keep_an_owner(workspace: &Workspace, leaving: &User) -> Result<(), Rejection> {
    let other = |user: &User| user.role == Role::Owner && user.id != leaving.id;
    if leaving.role == Role::Owner && !workspace.users.values().any(other) {
        let detail = "the installation keeps at least one owner";
        return Err(Rejection::conflict("last_owner", detail));
    }
    Ok(())
}

fn free_email(workspace: &Workspace, email: Option<&str>, user: UserId) -> Result<(), Rejection> {
    match email.and_then(|email| workspace.user_by_email(email)) {
        Some(holder) if holder.id != user => {
            let detail = "this e-mail address belongs to another account";
            Err(Rejection::conflict("email_taken", detail))
        }
        _ => Ok(()),
    }
}

pub(super) fn evolve(workspace: &mut Workspace, event: &UserEvent, at: UnixNanos) {
    if let UserEvent::UserCreated {
        user,
        email,
        name,
        role,
        password,
    } = event
    {
        workspace.users.entry(*user).or_insert_with(|| User {
            id: *user,
            email: email.clone(),
            name: name.clone(),
            role: *role,
            password: password.clone(),
            identities: BTreeMap::new(),
            created_at: at,
        });
        return;
    }
    if let UserEvent::UserRemoved { user } = event {
        forget(workspace, *user);
        return;
    }
    let Some(found) = workspace.users.get_mut(&event.user()) else {
        return;
    };
    match event {
        UserEvent::UserDescribed { name, email, .. } => {
            found.name.clone_from(name);
            found.email.clone_from(email);
        }
        UserEvent::UserRoleSet { role, .. } => found.role = *role,
        UserEvent::PasswordSet { password, .. } => found.password = Some(password.clone()),
        UserEvent::IdentityLinked {
            provider, subject, ..
        } => {
            found.identities.insert(provider.clone(), subject.clone());
        }
        UserEvent::UserCreated { .. } | UserEvent::UserRemoved { .. } => {}
    }
}

/// Nothing of a removed user opens anything any more.
fn forget(workspace: &mut Workspace, user: UserId) {
    workspace.users.remove(&user);
    workspace.sessions.retain(|_, session| session.user != user);
    workspace.links.retain(|_, link| link.user != Some(user));
    workspace
        .api_tokens
        .retain(|_, token| token.user != Some(user));
    for project in workspace.projects.values_mut() {
        project.members.remove(&user);
    }
}
