//! Who may what: actors, roles, and the one table of actions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::project::Project;
use super::token::ApiToken;
use super::{Rejection, Workspace};
use crate::id::{IdError, ProjectId, TokenId, UserId};

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    /// Omegi itself: timers, services that appear in telemetry.
    System,
    /// Whoever runs the server: provisioning file, command line.
    Operator,
    /// A person, signed in.
    User(UserId),
    /// A program with an API token.
    Token(TokenId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Operator => f.write_str("operator"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Token(id) => write!(f, "token:{id}"),
        }
    }
}

impl FromStr for Actor {
    type Err = ActorError;

    fn from_str(text: &str) -> Result<Self, ActorError> {
        match text.split_once(':') {
            None if text == "system" => Ok(Self::System),
            None if text == "operator" => Ok(Self::Operator),
            Some(("user", id)) => Ok(Self::User(id.parse()?)),
            Some(("token", id)) => Ok(Self::Token(id.parse()?)),
            _ => Err(ActorError::Kind(text.chars().take(64).collect())),
        }
    }
}

/// A text that names no actor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActorError {
    /// Another kind than ours.
    #[error("not an actor: {0:?}")]
    Kind(String),
    /// Its id is none.
    #[error(transparent)]
    Id(#[from] IdError),
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// What somebody is, in the installation or in a project; each may all that the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Works: triages, writes; in the installation: creates projects.
    Member,
    /// Decides: settings, members, tokens, deletion.
    Owner,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Owner => "owner",
        })
    }
}

/// What can be done in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See telemetry, issues, shared notes.
    Read,
    /// Resolve, assign, merge and so on.
    Triage,
    /// Write notes and comments.
    Write,
    /// Add, describe and remove services.
    ManageServices,
    /// Issue and revoke ingest tokens.
    ManageTokens,
    /// Admit people and change their roles.
    ManageMembers,
    /// Rename, change settings and grouping rules.
    ManageSettings,
    /// Delete the project with all its data.
    Delete,
}

impl Action {
    /// The least role in the project that may.
    #[must_use]
    pub fn needs(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Triage | Self::Write | Self::ManageServices => Role::Member,
            Self::ManageTokens | Self::ManageMembers | Self::ManageSettings | Self::Delete => {
                Role::Owner
            }
        }
    }
}

impl Workspace {
    /// The actor's role in the installation; none where it is gone, revoked or expired.
    #[must_use]
    pub fn role(&self, actor: Actor) -> Option<Role> {
        match actor {
            Actor::System | Actor::Operator => Some(Role::Owner),
            Actor::User(id) => self.users.get(&id).map(|user| user.role),
            Actor::Token(id) => {
                let token = self.api_tokens.get(&id)?;
                let role = self.capped(token, |user| self.role(user))?;
                // A token of some projects is nobody in particular elsewhere.
                Some(if token.projects.is_none() {
                    role
                } else {
                    Role::Viewer
                })
            }
        }
    }

    /// The actor's role in a project; none where it may not even know of it.
    #[must_use]
    pub fn role_in(&self, actor: Actor, project: ProjectId) -> Option<Role> {
        let found = self.projects.get(&project)?;
        match actor {
            Actor::System | Actor::Operator => Some(Role::Owner),
            Actor::User(id) => match self.users.get(&id)?.role {
                Role::Owner => Some(Role::Owner),
                Role::Viewer | Role::Member => found.members.get(&id).copied(),
            },
            Actor::Token(id) => {
                let token = self.api_tokens.get(&id)?;
                let named = token
                    .projects
                    .as_ref()
                    .is_none_or(|named| named.contains(&project));
                if !named {
                    return None;
                }
                self.capped(token, |user| self.role_in(user, project))
            }
        }
    }

    /// True when the actor may do `action` in the project.
    #[must_use]
    pub fn may(&self, actor: Actor, project: ProjectId, action: Action) -> bool {
        self.role_in(actor, project)
            .is_some_and(|role| role >= action.needs())
    }

    /// Projects that the actor may see, with its role there.
    pub fn visible_projects(&self, actor: Actor) -> impl Iterator<Item = (&Project, Role)> {
        self.projects.values().filter_map(move |project| {
            let role = self.role_in(actor, project.id)?;
            Some((project, role))
        })
    }

    /// The project, if the actor may do `action` there.
    ///
    /// # Errors
    /// [`Rejection::NotFound`] where it may not see the project, else [`Rejection::Forbidden`].
    pub fn admit(
        &self,
        actor: Actor,
        project: ProjectId,
        action: Action,
    ) -> Result<&Project, Rejection> {
        let not_found = Rejection::NotFound("project");
        let found = self.projects.get(&project).ok_or(not_found.clone())?;
        match self.role_in(actor, project) {
            None => Err(not_found),
            Some(role) if role < action.needs() => Err(Rejection::Forbidden {
                needs: action.needs(),
            }),
            Some(_) => Ok(found),
        }
    }

    /// Passes if the actor has at least `needs` in the installation.
    ///
    /// # Errors
    /// [`Rejection::Forbidden`].
    pub fn admit_to_installation(&self, actor: Actor, needs: Role) -> Result<(), Rejection> {
        match self.role(actor) {
            Some(role) if role >= needs => Ok(()),
            _ => Err(Rejection::Forbidden { needs }),
        }
    }

    /// A token is never more than the person it belongs to.
    fn capped(&self, token: &ApiToken, role: impl Fn(Actor) -> Option<Role>) -> Option<Role> {
        match token.user {
            None => Some(token.role),
            Some(user) => Some(token.role.min(role(Actor::User(user))?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_survives_its_text() {
        for text in [
            "system",
            "operator",
            "user:0000000000000001",
            "token:00000000000000ff",
        ] {
            assert_eq!(text.parse::<Actor>().unwrap().to_string(), text);
        }
        for bad in ["", "root", "user:", "user:1", "system:0000000000000001"] {
            assert!(bad.parse::<Actor>().is_err(), "{bad}");
        }
    }
}
