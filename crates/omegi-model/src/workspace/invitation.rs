//! Asking others in: a link that makes an account with the roles it names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::project::ProjectEvent;
use super::secret::PasswordHash;
use super::session::SignInMethod;
use super::{Action, Actor, Context, Rejection, Role, Workspace, WorkspaceEvent, check, one};
use super::{session, user};
use crate::id::{ProjectId, SecretHash, UserId};
use crate::time::UnixNanos;

/// An invitation lives at most this long.
pub const INVITATION_NANOS_MAX: i64 = 30 * 86_400_000_000_000;

/// A link that makes an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Whom it was meant for; shown, not enforced.
    pub email: Option<String>,
    /// In the installation.
    pub role: Role,
    /// In projects.
    pub projects: BTreeMap<ProjectId, Role>,
    /// Who asked.
    pub by: Actor,
    /// Until when.
    pub expires_at: UnixNanos,
}

/// What can be wanted of invitations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitationCommand {
    /// Make a link. An owner of all projects it names may invite to them, as member or viewer of
    /// the installation; only an owner of the installation makes owners.
    Invite {
        /// Hash of its code.
        invitation: SecretHash,
        /// Whom it is meant for.
        email: Option<String>,
        /// In the installation.
        role: Role,
        /// In projects.
        projects: BTreeMap<ProjectId, Role>,
        /// Until when.
        expires_at: UnixNanos,
    },
    /// Come in. The actor is the system for somebody without an account, who gets one; else the
    /// user, who gets the roles in the projects.
    AcceptInvitation {
        /// Hash of the code that was presented.
        invitation: SecretHash,
        /// The new account.
        newcomer: Newcomer,
    },
    /// Take a link back.
    WithdrawInvitation {
        /// Which.
        invitation: SecretHash,
    },
}

/// What an invited person without an account gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// Fresh.
    pub user: UserId,
    /// As shown.
    pub name: String,
    /// To sign in with.
    pub email: String,
    /// To sign in with.
    pub password: Option<PasswordHash>,
    /// Hash of the new cookie.
    pub session: SecretHash,
    /// Until when the session lives.
    pub expires_at: UnixNanos,
}

/// What happened to invitations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum InvitationEvent {
    /// Somebody was asked in.
    InvitationIssued {
        /// Which.
        invitation: SecretHash,
        /// Who asked.
        by: Actor,
        /// Whom it is meant for.
        email: Option<String>,
        /// In the installation.
        role: Role,
        /// In projects.
        projects: BTreeMap<ProjectId, Role>,
        /// Until when.
        expires_at: UnixNanos,
    },
    /// Somebody came in; the link is none any more.
    InvitationAccepted {
        /// Which.
        invitation: SecretHash,
        /// Who.
        user: UserId,
    },
    /// The link was taken back.
    InvitationWithdrawn {
        /// Which.
        invitation: SecretHash,
    },
}

pub(super) fn decide(
    workspace: &Workspace,
    command: &InvitationCommand,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    match command {
        InvitationCommand::Invite {
            invitation,
            email,
            role,
            projects,
            expires_at,
        } => {
            may_invite(workspace, *role, projects, context.actor)?;
            if *expires_at <= context.now || expires_at.since(context.now) > INVITATION_NANOS_MAX {
                let detail = "an invitation ends within 30 days from now";
                return Err(Rejection::invalid("expiry_invalid", detail));
            }
            Ok(one(InvitationEvent::InvitationIssued {
                invitation: *invitation,
                by: context.actor,
                email: email.as_deref().map(check::email).transpose()?,
                role: *role,
                projects: projects.clone(),
                expires_at: *expires_at,
            }))
        }
        InvitationCommand::AcceptInvitation {
            invitation,
            newcomer,
        } => accept(workspace, *invitation, newcomer, context),
        InvitationCommand::WithdrawInvitation { invitation } => {
            let Some(found) = workspace.invitations.get(invitation) else {
                return Ok(Vec::new());
            };
            if found.by != context.actor {
                workspace.admit_to_installation(context.actor, Role::Owner)?;
            }
            Ok(one(InvitationEvent::InvitationWithdrawn {
                invitation: *invitation,
            }))
        }
    }
}

fn may_invite(
    workspace: &Workspace,
    role: Role,
    projects: &BTreeMap<ProjectId, Role>,
    actor: Actor,
) -> Result<(), Rejection> {
    for project in projects.keys() {
        workspace.admit(actor, *project, Action::ManageMembers)?;
    }
    // Into no project, or as more than the inviter is: a matter for the installation's owner.
    let own = workspace.role(actor).unwrap_or(Role::Viewer);
    if projects.is_empty() || role > own {
        workspace.admit_to_installation(actor, Role::Owner)?;
    }
    Ok(())
}

fn accept(
    workspace: &Workspace,
    invitation: SecretHash,
    newcomer: &Newcomer,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let found = workspace.invitations.get(&invitation);
    let found = found.filter(|invitation| invitation.expires_at > context.now);
    let found = found.ok_or(Rejection::NotFound("invitation"))?;
    let mut events = Vec::new();
    let user = match context.actor {
        Actor::User(user) => user,
        _ => {
            let Newcomer {
                user,
                name,
                email,
                password,
                session,
                expires_at,
            } = newcomer;
            let email = Some(check::email(email)?);
            let created = user::create(workspace, *user, email, name, found.role, password.clone());
            events.push(created?.into());
            let method = SignInMethod::Invitation;
            let opened = session::open(*session, *user, method, *expires_at, context.now);
            events.push(opened?.into());
            *user
        }
    };
    for (project, role) in &found.projects {
        let Some(living) = workspace.projects.get(project) else {
            continue;
        };
        // An invitation never takes away what somebody has.
        if living.members.get(&user).is_none_or(|own| own < role) {
            let (project, role) = (*project, *role);
            events.push(
                ProjectEvent::MembershipGranted {
                    project,
                    user,
                    role,
                }
                .into(),
            );
        }
    }
    events.push(InvitationEvent::InvitationAccepted { invitation, user }.into());
    Ok(events)
}

pub(super) fn evolve(workspace: &mut Workspace, event: &InvitationEvent, at: UnixNanos) {
    match event {
        InvitationEvent::InvitationIssued {
            invitation,
            by,
            email,
            role,
            projects,
            expires_at,
        } => {
            workspace.invitations.retain(|_, open| open.expires_at > at);
            let issued = Invitation {
                email: email.clone(),
                role: *role,
                projects: projects.clone(),
                by: *by,
                expires_at: *expires_at,
            };
            workspace.invitations.insert(*invitation, issued);
        }
        InvitationEvent::InvitationAccepted { invitation, .. }
        | InvitationEvent::InvitationWithdrawn { invitation } => {
            workspace.invitations.remove(invitation);
        }
    }
}
