//! All events of the workspace, and one as it was recorded.

use serde::{Deserialize, Serialize};

use super::access::Actor;
use super::invitation::InvitationEvent;
use super::note::NoteEvent;
use super::project::ProjectEvent;
use super::service::ServiceEvent;
use super::session::SessionEvent;
use super::token::TokenEvent;
use super::triage::TriageEvent;
use super::user::UserEvent;
use crate::time::UnixNanos;

/// Something that somebody did. Each area tags its own; no two areas share a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum WorkspaceEvent {
    /// Accounts.
    User(UserEvent),
    /// Signing in and out.
    Session(SessionEvent),
    /// Asking others in.
    Invitation(InvitationEvent),
    /// Projects, their members and settings.
    Project(ProjectEvent),
    /// Services of a project.
    Service(ServiceEvent),
    /// Ingest and API tokens.
    Token(TokenEvent),
    /// Issues.
    Triage(TriageEvent),
    /// Notes.
    Note(NoteEvent),
}

impl WorkspaceEvent {
    /// Name of the stream it belongs to: that of the thing that changed.
    #[must_use]
    pub fn stream(&self) -> String {
        match self {
            Self::User(event) => format!("user-{}", event.user()),
            Self::Session(event) => event.stream(),
            Self::Invitation(_) => "invitations".to_owned(),
            Self::Project(event) => format!("project-{}", event.project()),
            Self::Service(event) => format!("project-{}", event.project()),
            Self::Token(event) => format!("token-{}", event.token()),
            Self::Triage(event) => event.stream(),
            Self::Note(event) => super::note::note_stream(event.note()),
        }
    }
}

/// An event with who did it and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// What happened.
    pub event: WorkspaceEvent,
    /// Who did it.
    pub by: Actor,
    /// When.
    pub at: UnixNanos,
}
