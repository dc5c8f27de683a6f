//! Lists of notes: what fits, newest edit first, page by page.

use std::cmp::Reverse;

use omegi_model::id::{IssueId, NoteId, ProjectId};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::Actor;
use omegi_model::workspace::note::{Note, NoteKind, Visibility};

use super::{Desk, NoteItem};

/// What a list shows; everything that is not named fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteFilter {
    /// Of this kind.
    pub kind: Option<NoteKind>,
    /// With all of these tags, in lower case.
    pub tags: Vec<String>,
    /// With these readers.
    pub visibility: Option<Visibility>,
    /// By this author.
    pub author: Option<Actor>,
    /// The asker's own, or others' alone.
    pub own: Option<bool>,
    /// At home in this project.
    pub project: Option<ProjectId>,
    /// About this issue.
    pub issue: Option<(ProjectId, IssueId)>,
    /// About some issue, or about none.
    pub attached: Option<bool>,
    /// Without any link in or out, and about no issue.
    pub orphans: bool,
    /// Each of these words in title, tags or text, whatever the case.
    pub words: Vec<String>,
}

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteCursor {
    /// When the last note shown was edited.
    pub edited_at: UnixNanos,
    /// Which it was.
    pub id: NoteId,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NotePage {
    /// At most as many as asked for.
    pub items: Vec<NoteItem>,
    /// Where the next page begins; none: there is none.
    pub next: Option<NoteCursor>,
}

pub(super) fn list(
    desk: &Desk<'_>,
    filter: &NoteFilter,
    limit: usize,
    after: Option<NoteCursor>,
) -> NotePage {
    let order = |note: &Note| (Reverse(note.edited_at), note.id);
    let after = after.map(|after| (Reverse(after.edited_at), after.id));
    let words: Vec<String> = filter
        .words
        .iter()
        .map(|word| word.to_lowercase())
        .collect();
    let mut fitting: Vec<&Note> = desk
        .notes()
        .filter(|note| after.is_none_or(|after| order(note) > after))
        .filter(|note| filter.fits(desk, note))
        .filter(|note| words.iter().all(|word| desk.notebook.contains(note, word)))
        .collect();
    fitting.sort_unstable_by_key(|note| order(note));
    let more = fitting.len() > limit;
    fitting.truncate(limit);
    let last = fitting.last().filter(|_| more);
    NotePage {
        next: last.map(|note| NoteCursor {
            edited_at: note.edited_at,
            id: note.id,
        }),
        items: fitting.into_iter().map(|note| desk.item(note)).collect(),
    }
}

impl NoteFilter {
    /// Cheap tests first; words are last of all, in `list`.
    fn fits(&self, desk: &Desk<'_>, note: &Note) -> bool {
        self.kind.is_none_or(|kind| note.kind == kind)
            && self
                .visibility
                .is_none_or(|visibility| note.visibility == visibility)
            && self.author.is_none_or(|author| note.author == author)
            && self.own.is_none_or(|own| desk.own(note) == own)
            && self
                .project
                .is_none_or(|project| note.home == Some(project))
            && self.tags.iter().all(|tag| note.tags.contains(tag))
            && self
                .attached
                .is_none_or(|attached| desk.issues(note).is_empty() != attached)
            && self.issue.is_none_or(|(project, issue)| {
                let issue = desk.workspace.triage.canonical(project, issue);
                desk.issues(note).contains(&(project, issue))
            })
            && (!self.orphans || is_orphan(desk, note))
    }
}

fn is_orphan(desk: &Desk<'_>, note: &Note) -> bool {
    desk.issues(note).is_empty()
        && desk.targets(note.id).is_empty()
        && desk.sources(note.id).is_empty()
}
