//! What people do with notes, as commands and events.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Anchor, NoteKind, Visibility};
use crate::id::{CommentId, IssueId, NoteId, ProjectId};
use crate::workspace::Actor;

/// What an edit changes as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteContent {
    /// What it is about.
    pub kind: NoteKind,
    /// One line.
    pub title: String,
    /// Markdown, as typed.
    pub body: String,
    /// As typed in a command; lower case without `#` in an event.
    pub tags: BTreeSet<String>,
}

/// What can be wanted of notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteCommand {
    /// Write a new one.
    WriteNote {
        /// Fresh.
        note: NoteId,
        /// The project it is at home in.
        home: Option<ProjectId>,
        /// Who may read it.
        visibility: Visibility,
        /// What it says.
        content: NoteContent,
    },
    /// Change what one says.
    EditNote {
        /// Which.
        note: NoteId,
        /// The revision that the edit began from.
        revision: u32,
        /// What it says from now on.
        content: NoteContent,
    },
    /// Change who may read one, and where it is at home.
    ShareNote {
        /// Which.
        note: NoteId,
        /// The project it is at home in.
        home: Option<ProjectId>,
        /// Who may read it.
        visibility: Visibility,
    },
    /// Delete one, with its comments and links.
    DeleteNote {
        /// Which.
        note: NoteId,
    },
    /// Link one to another, without typing it.
    LinkNote {
        /// From which.
        note: NoteId,
        /// To which.
        to: NoteId,
    },
    /// Take such a link back.
    UnlinkNote {
        /// From which.
        note: NoteId,
        /// To which.
        to: NoteId,
    },
    /// Say that a note is about an issue.
    AttachNote {
        /// Which.
        note: NoteId,
        /// Whose issue.
        project: ProjectId,
        /// Which issue.
        issue: IssueId,
        /// What the issue is made of now.
        anchor: Anchor,
    },
    /// Take that back.
    DetachNote {
        /// Which.
        note: NoteId,
        /// Which issue.
        issue: IssueId,
    },
    /// Comment.
    WriteComment {
        /// Under which.
        note: NoteId,
        /// Fresh.
        comment: CommentId,
        /// As typed.
        body: String,
    },
    /// Change an own comment.
    EditComment {
        /// Under which.
        note: NoteId,
        /// Which.
        comment: CommentId,
        /// As typed.
        body: String,
    },
    /// Delete an own comment, or one under an own note.
    DeleteComment {
        /// Under which.
        note: NoteId,
        /// Which.
        comment: CommentId,
    },
}

/// What happened to notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum NoteEvent {
    /// One was written.
    NoteWritten {
        /// Which.
        note: NoteId,
        /// By whom.
        author: Actor,
        /// The project it is at home in.
        home: Option<ProjectId>,
        /// Who may read it.
        visibility: Visibility,
        /// What it says.
        content: NoteContent,
    },
    /// One says something else.
    NoteEdited {
        /// Which.
        note: NoteId,
        /// From 2.
        revision: u32,
        /// What it says now, all of it.
        content: NoteContent,
    },
    /// One has other readers or another home.
    NoteShared {
        /// Which.
        note: NoteId,
        /// Now.
        home: Option<ProjectId>,
        /// Now.
        visibility: Visibility,
    },
    /// One is gone.
    NoteDeleted {
        /// Which.
        note: NoteId,
    },
    /// One links to another.
    NoteLinked {
        /// From which.
        note: NoteId,
        /// To which.
        to: NoteId,
    },
    /// It does not any more.
    NoteUnlinked {
        /// From which.
        note: NoteId,
        /// To which.
        to: NoteId,
    },
    /// One is about an issue.
    NoteAttached {
        /// Which.
        note: NoteId,
        /// Whose issue.
        project: ProjectId,
        /// Which issue.
        issue: IssueId,
        /// What the issue was made of then.
        anchor: Anchor,
    },
    /// It is not any more.
    NoteDetached {
        /// Which.
        note: NoteId,
        /// Which issue.
        issue: IssueId,
    },
    /// Somebody commented.
    CommentWritten {
        /// Under which.
        note: NoteId,
        /// Which.
        comment: CommentId,
        /// By whom.
        author: Actor,
        /// As typed.
        body: String,
    },
    /// A comment says something else.
    CommentEdited {
        /// Under which.
        note: NoteId,
        /// Which.
        comment: CommentId,
        /// As typed.
        body: String,
    },
    /// A comment is gone.
    CommentDeleted {
        /// Under which.
        note: NoteId,
        /// Which.
        comment: CommentId,
    },
}

impl NoteEvent {
    /// Which note changed.
    #[must_use]
    pub fn note(&self) -> NoteId {
        match self {
            Self::NoteWritten { note, .. }
            | Self::NoteEdited { note, .. }
            | Self::NoteShared { note, .. }
            | Self::NoteDeleted { note }
            | Self::NoteLinked { note, .. }
            | Self::NoteUnlinked { note, .. }
            | Self::NoteAttached { note, .. }
            | Self::NoteDetached { note, .. }
            | Self::CommentWritten { note, .. }
            | Self::CommentEdited { note, .. }
            | Self::CommentDeleted { note, .. } => *note,
        }
    }
}

/// Name of the stream that holds all revisions of a note.
#[must_use]
pub fn note_stream(note: NoteId) -> String {
    format!("note-{note}")
}
