//! Signing in and out: sessions behind a cookie, and links that sign in once.

use serde::{Deserialize, Serialize};

use super::{Actor, Context, Rejection, Role, Workspace, WorkspaceEvent, one, user};
use crate::id::{SecretHash, UserId};
use crate::time::UnixNanos;

const DAY: i64 = 86_400_000_000_000;
/// A session lives at most this long without being renewed.
pub const SESSION_NANOS_MAX: i64 = 90 * DAY;
/// A link lives at most this long.
pub const LINK_NANOS_MAX: i64 = 7 * DAY;
/// Name of the owner who comes in by the first link, until there is a better one.
const FIRST_OWNER: &str = "Owner";

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// How it began.
    pub method: SignInMethod,
    /// Since when.
    pub opened_at: UnixNanos,
    /// Until when; from then on it opens nothing.
    pub expires_at: UnixNanos,
}

/// A link that signs in once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInLink {
    /// Whom; none: whoever opens it becomes the first owner.
    pub user: Option<UserId>,
    /// Until when.
    pub expires_at: UnixNanos,
}

/// How a session began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInMethod {
    /// E-mail address and password.
    Password,
    /// A one-time link.
    Link,
    /// An invitation.
    Invitation,
    /// An identity provider, by its name in the configuration.
    Provider(String),
}

/// What can be wanted of sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionCommand {
    /// Sign in. The caller has checked who it is: the actor is the user.
    OpenSession {
        /// Hash of the new cookie.
        session: SecretHash,
        /// Who.
        user: UserId,
        /// How it was checked.
        method: SignInMethod,
        /// Until when.
        expires_at: UnixNanos,
    },
    /// Stay signed in for longer.
    RenewSession {
        /// Which.
        session: SecretHash,
        /// Until when.
        expires_at: UnixNanos,
    },
    /// Sign out.
    CloseSession {
        /// Which.
        session: SecretHash,
    },
    /// Sign out everywhere.
    CloseSessions {
        /// Whose.
        user: UserId,
        /// The one that stays open.
        keep: Option<SecretHash>,
    },
    /// Make a link that signs in once.
    IssueSignInLink {
        /// Hash of its code.
        link: SecretHash,
        /// Whom; none: the first owner, only while there is none.
        user: Option<UserId>,
        /// Until when.
        expires_at: UnixNanos,
    },
    /// Use a link. The actor is the system: nobody is known yet.
    RedeemSignInLink {
        /// Hash of the code that was presented.
        link: SecretHash,
        /// Fresh; for the first owner.
        new_user: UserId,
        /// Hash of the new cookie.
        session: SecretHash,
        /// Until when the session lives.
        expires_at: UnixNanos,
    },
}

/// What happened to sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SessionEvent {
    /// Somebody signed in.
    SessionOpened {
        /// Which.
        session: SecretHash,
        /// Who.
        user: UserId,
        /// How.
        method: SignInMethod,
        /// Until when.
        expires_at: UnixNanos,
    },
    /// A session lives longer.
    SessionRenewed {
        /// Which.
        session: SecretHash,
        /// Whose.
        user: UserId,
        /// Until when.
        expires_at: UnixNanos,
    },
    /// Somebody signed out, or was signed out.
    SessionClosed {
        /// Which.
        session: SecretHash,
        /// Whose.
        user: UserId,
    },
    /// A link that signs in once was made.
    SignInLinkIssued {
        /// Which.
        link: SecretHash,
        /// Whom; none: the first owner.
        user: Option<UserId>,
        /// Until when.
        expires_at: UnixNanos,
    },
    /// A link was used and is none any more.
    SignInLinkRedeemed {
        /// Which.
        link: SecretHash,
        /// Who came in.
        user: UserId,
    },
}

impl SessionEvent {
    pub(super) fn stream(&self) -> String {
        match self {
            Self::SessionOpened { user, .. }
            | Self::SessionRenewed { user, .. }
            | Self::SessionClosed { user, .. } => format!("sessions-{user}"),
            Self::SignInLinkIssued { .. } | Self::SignInLinkRedeemed { .. } => "links".to_owned(),
        }
    }
}

pub(super) fn decide(
    workspace: &Workspace,
    command: &SessionCommand,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    match command {
        SessionCommand::OpenSession {
            session,
            user,
            method,
            expires_at,
        } => {
            only_self(context.actor, *user)?;
            if !workspace.users.contains_key(user) {
                return Err(Rejection::NotFound("user"));
            }
            open(*session, *user, method.clone(), *expires_at, context.now).map(one)
        }
        SessionCommand::RenewSession {
            session,
            expires_at,
        } => renew(workspace, *session, *expires_at, context),
        SessionCommand::CloseSession { session } => {
            // Signing out of a session that is gone is no mistake.
            let Some(found) = workspace.sessions.get(session) else {
                return Ok(Vec::new());
            };
            self_or_owner(workspace, context.actor, found.user)?;
            Ok(one(closed(*session, found.user)))
        }
        SessionCommand::CloseSessions { user, keep } => {
            self_or_owner(workspace, context.actor, *user)?;
            Ok(close_others(workspace, *user, *keep))
        }
        SessionCommand::IssueSignInLink {
            link,
            user,
            expires_at,
        } => issue_link(workspace, *link, *user, *expires_at, context),
        SessionCommand::RedeemSignInLink {
            link,
            new_user,
            session,
            expires_at,
        } => redeem(
            workspace,
            *link,
            *new_user,
            (*session, *expires_at),
            context,
        ),
    }
}

/// The event that opens a session, once it is settled who it is.
pub(super) fn open(
    session: SecretHash,
    user: UserId,
    method: SignInMethod,
    expires_at: UnixNanos,
    now: UnixNanos,
) -> Result<SessionEvent, Rejection> {
    lifetime(now, expires_at, SESSION_NANOS_MAX)?;
    Ok(SessionEvent::SessionOpened {
        session,
        user,
        method,
        expires_at,
    })
}

/// Events that close all sessions of `user` but `keep`.
pub(super) fn close_others(
    workspace: &Workspace,
    user: UserId,
    keep: Option<SecretHash>,
) -> Vec<WorkspaceEvent> {
    let others = workspace.sessions.iter();
    let others = others.filter(|(hash, session)| session.user == user && Some(**hash) != keep);
    others.map(|(hash, _)| closed(*hash, user).into()).collect()
}

fn closed(session: SecretHash, user: UserId) -> SessionEvent {
    SessionEvent::SessionClosed { session, user }
}

fn renew(
    workspace: &Workspace,
    session: SecretHash,
    expires_at: UnixNanos,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let found = workspace
        .sessions
        .get(&session)
        .ok_or(Rejection::NotFound("session"))?;
    only_self(context.actor, found.user)?;
    if found.expires_at <= context.now {
        return Err(Rejection::NotFound("session"));
    }
    lifetime(context.now, expires_at, SESSION_NANOS_MAX)?;
    if expires_at <= found.expires_at {
        return Ok(Vec::new());
    }
    Ok(one(SessionEvent::SessionRenewed {
        session,
        user: found.user,
        expires_at,
    }))
}

fn issue_link(
    workspace: &Workspace,
    link: SecretHash,
    user: Option<UserId>,
    expires_at: UnixNanos,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    workspace.admit_to_installation(context.actor, Role::Owner)?;
    lifetime(context.now, expires_at, LINK_NANOS_MAX)?;
    match user {
        Some(user) if !workspace.users.contains_key(&user) => Err(Rejection::NotFound("user")),
        None if workspace.has_owner() => {
            let detail = "the installation has an owner; a link must say whom it signs in";
            Err(Rejection::conflict("has_owner", detail))
        }
        _ => Ok(one(SessionEvent::SignInLinkIssued {
            link,
            user,
            expires_at,
        })),
    }
}

fn redeem(
    workspace: &Workspace,
    link: SecretHash,
    new_user: UserId,
    (session, expires_at): (SecretHash, UnixNanos),
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let found = workspace.links.get(&link);
    let found = found.filter(|link| link.expires_at > context.now);
    let found = found.ok_or(Rejection::NotFound("link"))?;
    let mut events = Vec::new();
    let user = match found.user {
        Some(user) => user,
        // Made while there was no owner, used when there is one: it opens nothing any more.
        None if workspace.has_owner() => return Err(Rejection::NotFound("link")),
        None => {
            let created = user::create(workspace, new_user, None, FIRST_OWNER, Role::Owner, None)?;
            events.push(created.into());
            new_user
        }
    };
    events.push(SessionEvent::SignInLinkRedeemed { link, user }.into());
    events.push(open(session, user, SignInMethod::Link, expires_at, context.now)?.into());
    Ok(events)
}

fn lifetime(now: UnixNanos, until: UnixNanos, nanos_max: i64) -> Result<(), Rejection> {
    if until <= now || until.since(now) > nanos_max {
        let detail = format!("must end within {} days from now", nanos_max / DAY);
        return Err(Rejection::invalid("expiry_invalid", detail));
    }
    Ok(())
}

fn only_self(actor: Actor, user: UserId) -> Result<(), Rejection> {
    if actor == Actor::User(user) {
        return Ok(());
    }
    Err(Rejection::NotFound("session"))
}

fn self_or_owner(workspace: &Workspace, actor: Actor, user: UserId) -> Result<(), Rejection> {
    if actor == Actor::User(user) {
        return Ok(());
    }
    workspace.admit_to_installation(actor, Role::Owner)
}

pub(super) fn evolve(workspace: &mut Workspace, event: &SessionEvent, at: UnixNanos) {
    match event {
        SessionEvent::SessionOpened {
            session,
            user,
            method,
            expires_at,
        } => {
            // What has expired goes when the next one comes, so that the list stays short.
            workspace
                .sessions
                .retain(|_, open| open.user != *user || open.expires_at > at);
            let opened = Session {
                user: *user,
                method: method.clone(),
                opened_at: at,
                expires_at: *expires_at,
            };
            workspace.sessions.insert(*session, opened);
        }
        SessionEvent::SessionRenewed {
            session,
            expires_at,
            ..
        } => {
            if let Some(found) = workspace.sessions.get_mut(session) {
                found.expires_at = *expires_at;
            }
        }
        SessionEvent::SessionClosed { session, .. } => {
            workspace.sessions.remove(session);
        }
        SessionEvent::SignInLinkIssued {
            link,
            user,
            expires_at,
        } => {
            workspace.links.retain(|_, link| link.expires_at > at);
            let issued = SignInLink {
                user: *user,
                expires_at: *expires_at,
            };
            workspace.links.insert(*link, issued);
        }
        SessionEvent::SignInLinkRedeemed { link, .. } => {
            workspace.links.remove(link);
        }
    }
}
