//! Notes: what people learned, linked with each other and with the issues it is about.
//!
//! A note is Markdown, kept as typed. The workspace holds what decisions need (author, title, tags,
//! revision, links, attachments); the texts are in the events, and in the view that shows them.
//! Invariants: nobody reads, links to, or comments on a note that is not shared with them; an edit
//! names the revision it began from, so nobody's work vanishes; links are events or typed text, and
//! every count is derived from them.

mod anchor;
mod decide;
mod event;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Action, Actor, Role, Workspace};
use crate::id::{CommentId, IssueId, NoteId, ProjectId};
use crate::time::UnixNanos;

pub use anchor::{Anchor, Likeness, likeness};
pub use event::{NoteCommand, NoteContent, NoteEvent, note_stream};
pub use text::{NoteText, TypedLink, read_text, title_key};

pub(super) use decide::decide;

/// Longest note, in bytes.
pub const BODY_BYTES_MAX: usize = 512 << 10;
/// Longest comment, in bytes.
pub const COMMENT_BYTES_MAX: usize = 32 << 10;
/// Most comments of a note.
pub const COMMENTS_MAX: usize = 5_000;
/// Most tags of a note.
pub const TAGS_MAX: usize = 50;
/// Longest tag, in characters.
pub const TAG_CHARS_MAX: usize = 64;
/// Most links by command, and most attachments, of a note.
pub const LINKS_MAX: usize = 1_000;

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// A fault: problem, cause, fix, prevention.
    Error,
    /// Anything else.
    General,
}

/// Who may read a note besides its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Nobody.
    Private,
    /// The members of its project.
    Project,
    /// Everyone signed in.
    Everyone,
}

/// A note, without its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Which.
    pub id: NoteId,
    /// Who wrote it first, and decides about it.
    pub author: Actor,
    /// What it is about.
    pub kind: NoteKind,
    /// As shown, and as `[[title]]` names it.
    pub title: String,
    /// Titles it had: links by them still lead here.
    pub former_titles: BTreeSet<String>,
    /// Lower case, without a leading `#`.
    pub tags: BTreeSet<String>,
    /// The project it is at home in.
    pub home: Option<ProjectId>,
    /// Who may read it.
    pub visibility: Visibility,
    /// From 1; grows with each edit of its content.
    pub revision: u32,
    /// When it was written.
    pub written_at: UnixNanos,
    /// When its content was last edited.
    pub edited_at: UnixNanos,
    /// Who edited it last.
    pub edited_by: Actor,
    /// Notes it links to by command; typed links are in its text.
    pub links: BTreeSet<NoteId>,
    /// Issues it is about.
    pub attached: BTreeMap<IssueId, Attachment>,
    /// Comments under it.
    pub comments: BTreeMap<CommentId, Comment>,
}

/// Why a note is attached to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Whose issue it is.
    pub project: ProjectId,
    /// The evidence it rests on: it stays with the fault when issues are grouped anew.
    pub anchor: Anchor,
    /// Since when.
    pub at: UnixNanos,
}

/// A comment, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Who wrote it.
    pub author: Actor,
    /// When.
    pub written_at: UnixNanos,
    /// When it was last edited; none: never.
    pub edited_at: Option<UnixNanos>,
}

impl Workspace {
    /// The author behind an actor: a token with a user writes as that user.
    #[must_use]
    pub fn author(&self, actor: Actor) -> Actor {
        match actor {
            Actor::Token(token) => match self.api_tokens.get(&token).and_then(|token| token.user) {
                Some(user) => Actor::User(user),
                None => actor,
            },
            _ => actor,
        }
    }

    /// True when the actor may read the note.
    #[must_use]
    pub fn may_read_note(&self, actor: Actor, note: &Note) -> bool {
        let Some(_) = self.role(actor) else {
            return false;
        };
        // A token of some projects sees what lies in them, even as its user's.
        let in_scope = |project| self.role_in(actor, project).is_some();
        let scoped = matches!(actor, Actor::Token(token) if self.api_tokens.get(&token).is_some_and(|token| token.projects.is_some()));
        if scoped && !note.home.is_some_and(in_scope) {
            return false;
        }
        self.author(actor) == note.author
            || match note.visibility {
                Visibility::Private => false,
                Visibility::Project => note.home.is_some_and(in_scope),
                Visibility::Everyone => true,
            }
    }

    /// True when the actor may change the note's content: its author, and for a shared note
    /// whoever writes in the project it is at home in.
    #[must_use]
    pub fn may_edit_note(&self, actor: Actor, note: &Note) -> bool {
        if !self.may_read_note(actor, note) {
            return false;
        }
        match note.home {
            Some(home) if note.visibility != Visibility::Private => {
                self.may(actor, home, Action::Write)
            }
            _ => self.author(actor) == note.author && self.may_write_somewhere(actor),
        }
    }

    /// True when the actor may delete the note, or change who reads it: its author, and for a
    /// shared note an owner of the project it is at home in.
    #[must_use]
    pub fn may_govern_note(&self, actor: Actor, note: &Note) -> bool {
        if !self.may_read_note(actor, note) {
            return false;
        }
        let owns = |home| self.may(actor, home, Action::ManageSettings);
        let own = self.author(actor) == note.author && self.may_write_somewhere(actor);
        own || (note.visibility != Visibility::Private && note.home.is_some_and(owns))
    }

    /// True when the actor may comment: whoever reads it and writes where it is at home.
    #[must_use]
    pub fn may_comment(&self, actor: Actor, note: &Note) -> bool {
        self.may_read_note(actor, note)
            && match note.home {
                Some(home) if self.role_in(actor, home).is_some() => {
                    self.may(actor, home, Action::Write)
                }
                _ => self.may_write_somewhere(actor),
            }
    }

    /// A viewer of the installation writes only where some project made it more than that.
    pub(super) fn may_write_somewhere(&self, actor: Actor) -> bool {
        self.role(actor) >= Some(Role::Member)
            || self
                .visible_projects(actor)
                .any(|(_, role)| role >= Action::Write.needs())
    }
}

pub(super) fn evolve(workspace: &mut Workspace, event: &NoteEvent, by: Actor, at: UnixNanos) {
    if let NoteEvent::NoteWritten {
        note,
        author,
        home,
        visibility,
        content,
    } = event
    {
        if home.is_none_or(|home| workspace.projects.contains_key(&home)) {
            let written = written(*note, *author, content, at);
            let written = Note {
                home: *home,
                visibility: *visibility,
                ..written
            };
            workspace.notes.entry(*note).or_insert(written);
        }
        return;
    }
    if let NoteEvent::NoteDeleted { note } = event {
        forget(workspace, *note);
        return;
    }
    if let Some(found) = workspace.notes.get_mut(&event.note()) {
        apply(found, event, by, at);
    }
}

fn written(id: NoteId, author: Actor, content: &NoteContent, at: UnixNanos) -> Note {
    Note {
        id,
        author,
        kind: content.kind,
        title: content.title.clone(),
        former_titles: BTreeSet::new(),
        tags: content.tags.clone(),
        home: None,
        visibility: Visibility::Private,
        revision: 1,
        written_at: at,
        edited_at: at,
        edited_by: author,
        links: BTreeSet::new(),
        attached: BTreeMap::new(),
        comments: BTreeMap::new(),
    }
}

fn apply(found: &mut Note, event: &NoteEvent, by: Actor, at: UnixNanos) {
    match event {
        NoteEvent::NoteEdited {
            revision, content, ..
        } => {
            if content.title != found.title {
                found.former_titles.remove(&content.title);
                found.former_titles.insert(std::mem::take(&mut found.title));
            }
            found.title.clone_from(&content.title);
            found.kind = content.kind;
            found.tags.clone_from(&content.tags);
            found.revision = *revision;
            found.edited_at = at;
            found.edited_by = by;
        }
        NoteEvent::NoteShared {
            home, visibility, ..
        } => {
            found.home = *home;
            found.visibility = *visibility;
        }
        NoteEvent::NoteLinked { to, .. } => {
            found.links.insert(*to);
        }
        NoteEvent::NoteUnlinked { to, .. } => {
            found.links.remove(to);
        }
        NoteEvent::NoteAttached {
            project,
            issue,
            anchor,
            ..
        } => {
            let attachment = Attachment {
                project: *project,
                anchor: anchor.clone(),
                at,
            };
            found.attached.insert(*issue, attachment);
        }
        NoteEvent::NoteDetached { issue, .. } => {
            found.attached.remove(issue);
        }
        NoteEvent::CommentWritten {
            comment, author, ..
        } => {
            let written = Comment {
                author: *author,
                written_at: at,
                edited_at: None,
            };
            found.comments.entry(*comment).or_insert(written);
        }
        NoteEvent::CommentEdited { comment, .. } => {
            if let Some(comment) = found.comments.get_mut(comment) {
                comment.edited_at = Some(at);
            }
        }
        NoteEvent::CommentDeleted { comment, .. } => {
            found.comments.remove(comment);
        }
        NoteEvent::NoteWritten { .. } | NoteEvent::NoteDeleted { .. } => {}
    }
}

/// A deleted note leaves no link behind that leads nowhere.
fn forget(workspace: &mut Workspace, note: NoteId) {
    workspace.notes.remove(&note);
    for other in workspace.notes.values_mut() {
        other.links.remove(&note);
    }
}

/// Notes at home in a deleted project go with it, and attachments to its issues.
pub(super) fn forget_project(workspace: &mut Workspace, project: ProjectId) {
    let homeless = workspace
        .notes
        .values()
        .filter(|note| note.home == Some(project));
    let homeless: Vec<NoteId> = homeless.map(|note| note.id).collect();
    for note in homeless {
        forget(workspace, note);
    }
    for note in workspace.notes.values_mut() {
        note.attached
            .retain(|_, attachment| attachment.project != project);
    }
}
