//! Reading notes: lists, one note with its links, revisions, statistics.
//!
//! Everything here is asked by an actor and answers with what that actor may see, no more: not by
//! a count, not by a title.

mod filter;
mod graph;
mod offers;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use omegi_eventstore::{ReadError, StreamId, Version};
use omegi_model::id::{CommentId, IssueId, NoteId, ProjectId};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::note::{
    Note, NoteContent, NoteEvent, NoteKind, Visibility, note_stream,
};
use omegi_model::workspace::{Actor, Workspace, WorkspaceEvent};

use super::notebook::{LinkGraph, Notebook};
use super::{WorkspaceView, recorded};

pub use filter::{NoteCursor, NoteFilter, NotePage};
pub use graph::{EdgeKind, GraphEdge, GraphNode, NoteGraph, Ownership};
pub use offers::Offer;

/// A note as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteItem {
    /// Which.
    pub id: NoteId,
    /// One line.
    pub title: String,
    /// What it is about.
    pub kind: NoteKind,
    /// Lower case, sorted.
    pub tags: Vec<String>,
    /// Who wrote it.
    pub author: Actor,
    /// As shown; empty for somebody who is gone.
    pub author_name: String,
    /// The asker wrote it.
    pub own: bool,
    /// The project it is at home in.
    pub home: Option<ProjectId>,
    /// Who may read it.
    pub visibility: Visibility,
    /// For `ETag` and `If-Match`.
    pub revision: u32,
    /// When it was written.
    pub written_at: UnixNanos,
    /// When it was last edited.
    pub edited_at: UnixNanos,
    /// Plain text of its beginning.
    pub excerpt: String,
    /// Notes it links to, as far as the asker may read them.
    pub links_count: u32,
    /// Notes that link to it, likewise.
    pub backlinks_count: u32,
    /// Comments.
    pub comments_count: u32,
    /// Issues it is about, in projects that the asker sees; those they are part of now.
    pub issues: Vec<(ProjectId, IssueId)>,
}

/// A note with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteDetail {
    /// As in lists.
    pub item: NoteItem,
    /// Markdown, as typed.
    pub body: Arc<str>,
    /// In order of writing.
    pub comments: Vec<CommentView>,
    /// Links out of it, by command first, then in order of appearance.
    pub links: Vec<LinkView>,
    /// Links into it, the latest edited note first.
    pub backlinks: Vec<BacklinkView>,
    /// The asker may change its content.
    pub may_edit: bool,
    /// The asker may delete and share it.
    pub may_govern: bool,
    /// The asker may comment.
    pub may_comment: bool,
}

/// A comment with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentView {
    /// Which.
    pub id: CommentId,
    /// Who wrote it.
    pub author: Actor,
    /// As shown.
    pub author_name: String,
    /// As typed.
    pub body: String,
    /// When.
    pub written_at: UnixNanos,
    /// When it was edited; none: never.
    pub edited_at: Option<UnixNanos>,
    /// The asker wrote it, and so may edit it.
    pub own: bool,
}

/// A link out of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// The note it leads to; none where the asker has none of that title.
    pub to: Option<NoteId>,
    /// Title of that note, or as typed.
    pub title: String,
    /// Made by command, not typed: can be taken back.
    pub by_command: bool,
}

/// A link into a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BacklinkView {
    /// The note that links.
    pub from: NoteId,
    /// Its title.
    pub title: String,
    /// Who wrote it.
    pub author_name: String,
    /// The sentence that links; none for a link by command.
    pub sentence: Option<String>,
}

/// One revision of a note.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteRevision {
    /// From 1.
    pub revision: u32,
    /// What it said.
    pub content: NoteContent,
    /// Who wrote it.
    pub by: Actor,
    /// When.
    pub at: UnixNanos,
}

/// What somebody wrote, and how it is linked with others'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoteStatistics {
    /// Notes the asker wrote.
    pub written: u32,
    /// Links from the asker's notes to others'.
    pub links_to_others: u32,
    /// Links from others' notes to the asker's.
    pub links_from_others: u32,
}

/// What is read while nothing changes.
pub(super) struct Desk<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) notebook: &'a Notebook,
    pub(super) links: &'a LinkGraph,
    pub(super) actor: Actor,
}

impl WorkspaceView {
    /// Notes that fit, newest edit first.
    #[must_use]
    pub fn list_notes(
        &self,
        actor: Actor,
        filter: &NoteFilter,
        limit: usize,
        after: Option<NoteCursor>,
    ) -> NotePage {
        self.desk(actor, |desk| filter::list(desk, filter, limit, after))
    }

    /// One note; none where it is not there or not to be read.
    #[must_use]
    pub fn note(&self, actor: Actor, note: NoteId) -> Option<NoteDetail> {
        self.desk(actor, |desk| Some(desk.detail(desk.note(note)?)))
    }

    /// Notes attached to an issue, or to one that is part of it.
    #[must_use]
    pub fn notes_of_issue(
        &self,
        actor: Actor,
        project: ProjectId,
        issue: IssueId,
    ) -> Vec<NoteItem> {
        self.desk(actor, |desk| {
            let issue = desk.workspace.triage.canonical(project, issue);
            let about = |note: &&Note| desk.issues(note).contains(&(project, issue));
            desk.notes()
                .filter(about)
                .map(|note| desk.item(note))
                .collect()
        })
    }

    /// How many notes the actor may read about each issue of a project; issues without any are not
    /// in it, which makes it the list to subtract for "errors without a note".
    #[must_use]
    pub fn note_counts(&self, actor: Actor, project: ProjectId) -> HashMap<IssueId, u32> {
        self.desk(actor, |desk| {
            let mut counts = HashMap::new();
            for note in desk.notes() {
                for (_, issue) in desk
                    .issues(note)
                    .into_iter()
                    .filter(|(of, _)| *of == project)
                {
                    *counts.entry(issue).or_default() += 1;
                }
            }
            counts
        })
    }

    /// Tags of notes the actor may read, with how many notes bear each, most first.
    #[must_use]
    pub fn note_tags(&self, actor: Actor) -> Vec<(String, u32)> {
        self.desk(actor, |desk| {
            let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
            for tag in desk.notes().flat_map(|note| &note.tags) {
                *counts.entry(tag).or_default() += 1;
            }
            let mut tags: Vec<_> = counts
                .into_iter()
                .map(|(tag, count)| (tag.to_owned(), count))
                .collect();
            tags.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            tags
        })
    }

    /// What the actor wrote, and how it is linked with others'.
    #[must_use]
    pub fn note_statistics(&self, actor: Actor) -> NoteStatistics {
        self.desk(actor, |desk| {
            let mut statistics = NoteStatistics::default();
            for note in desk.notes() {
                let own = desk.own(note);
                statistics.written += u32::from(own);
                let targets = desk
                    .targets(note.id)
                    .into_iter()
                    .filter_map(|to| desk.note(to));
                for target in targets {
                    statistics.links_to_others += u32::from(own && !desk.own(target));
                    statistics.links_from_others += u32::from(!own && desk.own(target));
                }
            }
            statistics
        })
    }

    /// All revisions of a note, the first one first; none where it is not to be read. Blocks.
    ///
    /// # Errors
    /// [`ReadError`]: the event store cannot be read.
    pub fn note_revisions(
        &self,
        actor: Actor,
        note: NoteId,
    ) -> Result<Option<Vec<NoteRevision>>, ReadError> {
        if self.desk(actor, |desk| desk.note(note).is_none()) {
            return Ok(None);
        }
        let Ok(stream) = StreamId::new(note_stream(note)) else {
            return Ok(None);
        };
        let mut revisions = Vec::new();
        for stored in self.shared.store.read(&stream, Version(1))? {
            // The view has read it, so this build can.
            let Ok(recorded) = recorded(&stored) else {
                continue;
            };
            let (revision, content) = match recorded.event {
                WorkspaceEvent::Note(NoteEvent::NoteWritten { content, .. }) => (1, content),
                WorkspaceEvent::Note(NoteEvent::NoteEdited {
                    revision, content, ..
                }) => (revision, content),
                _ => continue,
            };
            revisions.push(NoteRevision {
                revision,
                content,
                by: recorded.by,
                at: recorded.at,
            });
        }
        Ok(Some(revisions))
    }

    fn desk<T>(&self, actor: Actor, look: impl FnOnce(&Desk<'_>) -> T) -> T {
        let state = self.shared.state.read();
        let links = state.links(&self.shared.links);
        look(&Desk {
            workspace: &state.workspace,
            notebook: &state.notebook,
            links: &links,
            actor,
        })
    }
}

impl<'a> Desk<'a> {
    /// Notes the actor may read.
    pub(super) fn notes(&self) -> impl Iterator<Item = &'a Note> + use<'a, '_> {
        let notes = self.workspace.notes.values();
        notes.filter(|note| self.workspace.may_read_note(self.actor, note))
    }

    pub(super) fn note(&self, note: NoteId) -> Option<&'a Note> {
        let note = self.workspace.notes.get(&note);
        note.filter(|note| self.workspace.may_read_note(self.actor, note))
    }

    pub(super) fn own(&self, note: &Note) -> bool {
        note.author == self.workspace.author(self.actor)
    }

    /// Readable notes that a note links to, each once, itself left out.
    pub(super) fn targets(&self, note: NoteId) -> BTreeSet<NoteId> {
        let links = self.links.out.get(&note).map_or(&[][..], Vec::as_slice);
        let targets = links.iter().filter_map(|link| link.to);
        targets
            .filter(|to| *to != note && self.note(*to).is_some())
            .collect()
    }

    /// Readable notes that link to a note, each once.
    pub(super) fn sources(&self, note: NoteId) -> BTreeSet<NoteId> {
        let links = self.links.back.get(&note).map_or(&[][..], Vec::as_slice);
        let sources = links.iter().map(|link| link.from);
        sources.filter(|from| self.note(*from).is_some()).collect()
    }

    /// Issues a note is about, as they are grouped now, in projects that the actor sees.
    pub(super) fn issues(&self, note: &Note) -> BTreeSet<(ProjectId, IssueId)> {
        let attached = note.attached.iter();
        let seen =
            attached.filter(|(_, at)| self.workspace.role_in(self.actor, at.project).is_some());
        let issues = seen.flat_map(|(issue, at)| {
            let triage = &self.workspace.triage;
            let here = triage.canonical(at.project, *issue);
            // Where events of its evidence go now: a regrouping may have moved them.
            let moved = at
                .anchor
                .key
                .map(|key| triage.issue_of(at.project, key, None));
            [Some(here), moved]
                .into_iter()
                .flatten()
                .map(|issue| (at.project, issue))
        });
        issues.collect()
    }

    pub(super) fn name(&self, author: Actor) -> String {
        match author {
            Actor::User(user) => self
                .workspace
                .users
                .get(&user)
                .map(|user| user.name.clone()),
            Actor::Token(token) => self
                .workspace
                .api_tokens
                .get(&token)
                .map(|token| token.name.clone()),
            Actor::System | Actor::Operator => Some(author.to_string()),
        }
        .unwrap_or_default()
    }

    pub(super) fn item(&self, note: &Note) -> NoteItem {
        let text = self.notebook.text(note.id);
        NoteItem {
            id: note.id,
            title: note.title.clone(),
            kind: note.kind,
            tags: note.tags.iter().cloned().collect(),
            author: note.author,
            author_name: self.name(note.author),
            own: self.own(note),
            home: note.home,
            visibility: note.visibility,
            revision: note.revision,
            written_at: note.written_at,
            edited_at: note.edited_at,
            excerpt: text
                .map(|text| text.read.excerpt.clone())
                .unwrap_or_default(),
            links_count: count(self.targets(note.id).len()),
            backlinks_count: count(self.sources(note.id).len()),
            comments_count: count(note.comments.len()),
            issues: self.issues(note).into_iter().collect(),
        }
    }

    fn detail(&self, note: &Note) -> NoteDetail {
        let (workspace, actor) = (self.workspace, self.actor);
        NoteDetail {
            item: self.item(note),
            body: self
                .notebook
                .text(note.id)
                .map_or_else(|| "".into(), |text| Arc::clone(&text.body)),
            comments: self.comments(note),
            links: self.link_views(note),
            backlinks: self.backlink_views(note),
            may_edit: workspace.may_edit_note(actor, note),
            may_govern: workspace.may_govern_note(actor, note),
            may_comment: workspace.may_comment(actor, note),
        }
    }

    fn comments(&self, note: &Note) -> Vec<CommentView> {
        let comments = note.comments.iter().map(|(id, comment)| CommentView {
            id: *id,
            author: comment.author,
            author_name: self.name(comment.author),
            body: self.notebook.comment(*id).to_owned(),
            written_at: comment.written_at,
            edited_at: comment.edited_at,
            own: comment.author == self.workspace.author(self.actor),
        });
        let mut comments: Vec<_> = comments.collect();
        comments.sort_by_key(|comment| (comment.written_at, comment.id));
        comments
    }

    fn link_views(&self, note: &Note) -> Vec<LinkView> {
        let links = self.links.out.get(&note.id).map_or(&[][..], Vec::as_slice);
        let views = links.iter().filter_map(|link| {
            let to = link.to.and_then(|to| self.note(to));
            let title = match (to, &link.title) {
                (Some(to), _) => to.title.clone(),
                (None, Some(typed)) => typed.clone(),
                // By command, to what the asker may not read.
                (None, None) => return None,
            };
            Some(LinkView {
                to: to.map(|to| to.id),
                title,
                by_command: link.title.is_none(),
            })
        });
        views.collect()
    }

    fn backlink_views(&self, note: &Note) -> Vec<BacklinkView> {
        let links = self.links.back.get(&note.id).map_or(&[][..], Vec::as_slice);
        let mut found: Vec<_> = links
            .iter()
            .filter_map(|link| Some((self.note(link.from)?, link)))
            .collect();
        found.sort_by_key(|(from, _)| (std::cmp::Reverse(from.edited_at), from.id));
        let views = found.into_iter().map(|(from, link)| BacklinkView {
            from: from.id,
            title: from.title.clone(),
            author_name: self.name(from.author),
            sentence: link.sentence.clone(),
        });
        views.collect()
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
