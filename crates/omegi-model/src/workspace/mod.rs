//! What people do, decided and folded: commands become events, events become the workspace.
//!
//! Reads a [`Workspace`] and a [`Command`], writes [`WorkspaceEvent`]s; knows no clock, no random
//! and no secret: the caller supplies the time, fresh ids and hashes. Invariants: `decide` of the
//! same arguments gives the same events; `evolve` never fails, and a repeated event changes nothing
//! more; who may not see a thing is told that it is not there.

pub mod access;
mod check;
pub mod codec;
mod event;
pub mod invitation;
pub mod note;
pub mod project;
pub mod provision;
mod rejection;
#[cfg(test)]
mod scenario;
pub mod secret;
pub mod service;
pub mod session;
mod state;
#[cfg(test)]
mod tests;
pub mod token;
pub mod triage;
pub mod user;

use crate::time::UnixNanos;

pub use access::{Action, Actor, Role};
pub use check::{EMAIL_BYTES_MAX, NAME_CHARS_MAX};
pub use event::{Recorded, WorkspaceEvent};
pub use rejection::Rejection;
pub use state::Workspace;

/// What a command is decided with, besides the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Who wants it.
    pub actor: Actor,
    /// When it was asked for.
    pub now: UnixNanos,
}

/// Something a person or the system wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Accounts.
    User(user::UserCommand),
    /// Signing in and out.
    Session(session::SessionCommand),
    /// Asking others in.
    Invitation(invitation::InvitationCommand),
    /// Projects, their members and settings.
    Project(project::ProjectCommand),
    /// Services of a project.
    Service(service::ServiceCommand),
    /// Ingest and API tokens.
    Token(token::TokenCommand),
    /// Issues.
    Triage(triage::TriageCommand),
    /// Notes.
    Note(note::NoteCommand),
}

macro_rules! from_area {
    ($($area:ident: $module:ident, $command:ident, $event:ident;)*) => {$(
        impl From<$module::$command> for Command {
            fn from(command: $module::$command) -> Self {
                Self::$area(command)
            }
        }
        impl From<$module::$event> for WorkspaceEvent {
            fn from(event: $module::$event) -> Self {
                Self::$area(event)
            }
        }
    )*};
}

from_area! {
    User: user, UserCommand, UserEvent;
    Session: session, SessionCommand, SessionEvent;
    Invitation: invitation, InvitationCommand, InvitationEvent;
    Project: project, ProjectCommand, ProjectEvent;
    Service: service, ServiceCommand, ServiceEvent;
    Token: token, TokenCommand, TokenEvent;
    Triage: triage, TriageCommand, TriageEvent;
    Note: note, NoteCommand, NoteEvent;
}

/// What `command` leads to; nothing where all is already as it asks.
///
/// # Errors
/// [`Rejection`]: not there, not allowed, not valid, or in conflict with what is there.
pub fn decide(
    workspace: &Workspace,
    command: &Command,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    match command {
        Command::User(command) => user::decide(workspace, command, context),
        Command::Session(command) => session::decide(workspace, command, context),
        Command::Invitation(command) => invitation::decide(workspace, command, context),
        Command::Project(command) => project::decide(workspace, command, context),
        Command::Service(command) => service::decide(workspace, command, context),
        Command::Token(command) => token::decide(workspace, command, context),
        Command::Triage(command) => triage::decide(workspace, command, context),
        Command::Note(command) => note::decide(workspace, command, context),
    }
}

/// Takes `recorded` into the workspace.
pub fn evolve(workspace: &mut Workspace, recorded: &Recorded) {
    match &recorded.event {
        WorkspaceEvent::User(event) => user::evolve(workspace, event, recorded.at),
        WorkspaceEvent::Session(event) => session::evolve(workspace, event, recorded.at),
        WorkspaceEvent::Invitation(event) => invitation::evolve(workspace, event, recorded.at),
        WorkspaceEvent::Project(event) => project::evolve(workspace, event, recorded.at),
        WorkspaceEvent::Service(event) => service::evolve(workspace, event, recorded.at),
        WorkspaceEvent::Token(event) => token::evolve(workspace, event, recorded.at),
        WorkspaceEvent::Triage(event) => triage::evolve(workspace, event, recorded.at),
        WorkspaceEvent::Note(event) => note::evolve(workspace, event, recorded.by, recorded.at),
    }
}

/// The one event, as most commands give.
fn one(event: impl Into<WorkspaceEvent>) -> Vec<WorkspaceEvent> {
    vec![event.into()]
}
