//! Notes that may help with a fault they were not written about.

use omegi_model::id::{IssueId, ProjectId};
use omegi_model::workspace::Actor;
use omegi_model::workspace::note::{Anchor, Likeness, likeness};

use super::{NoteItem, WorkspaceView};

/// Offers for one issue: the best only.
const OFFERS_MAX: usize = 10;

/// A note, and why it is offered.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The note.
    pub note: NoteItem,
    /// The issue it was written about.
    pub about: (ProjectId, IssueId),
    /// How much the two are alike, and in what.
    pub likeness: Likeness,
}

impl WorkspaceView {
    /// Notes of faults like `fault`, most alike first; without those attached to the issue itself.
    #[must_use]
    pub fn note_offers(
        &self,
        actor: Actor,
        project: ProjectId,
        issue: IssueId,
        fault: &Anchor,
    ) -> Vec<Offer> {
        self.desk(actor, |desk| {
            let issue = (project, desk.workspace.triage.canonical(project, issue));
            let mut found = Vec::new();
            for note in desk.notes() {
                if desk.issues(note).contains(&issue) {
                    continue;
                }
                // What lies in a project that the actor does not see tells nothing.
                let seen = |project| desk.workspace.role_in(actor, project).is_some();
                let attached = note.attached.iter().filter(|(_, at)| seen(at.project));
                let alike = attached.filter_map(|(about, at)| {
                    Some((likeness(&at.anchor, fault)?, (at.project, *about)))
                });
                if let Some((likeness, about)) =
                    alike.max_by_key(|(likeness, about)| (likeness.score, *about))
                {
                    found.push((likeness, about, note));
                }
            }
            found.sort_by_key(|(likeness, _, note)| {
                (std::cmp::Reverse((likeness.score, note.edited_at)), note.id)
            });
            found.truncate(OFFERS_MAX);
            let offers = found.into_iter().map(|(likeness, about, note)| Offer {
                note: desk.item(note),
                about,
                likeness,
            });
            offers.collect()
        })
    }
}
