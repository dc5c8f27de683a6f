//! Texts of notes and comments, and which note links to which.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use omegi_model::id::{CommentId, NoteId, ProjectId};
use omegi_model::workspace::note::{Note, NoteEvent, NoteText, read_text, title_key};
use omegi_model::workspace::{Actor, Workspace, WorkspaceEvent};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Texts of all living notes and comments.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Notebook {
    texts: BTreeMap<NoteId, Text>,
    comments: BTreeMap<CommentId, String>,
}

/// A note's text, and what is read out of it. A snapshot keeps the text alone.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) body: Arc<str>,
    /// For finding words whatever their case.
    lower: String,
    pub(super) read: NoteText,
}

impl From<String> for Text {
    fn from(body: String) -> Self {
        Self {
            read: read_text(&body),
            lower: body.to_lowercase(),
            body: body.into(),
        }
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.body)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Notebook {
    /// True when `event` may change which note links to which.
    pub(super) fn concerned_by(event: &WorkspaceEvent) -> bool {
        use WorkspaceEvent::{Note, Project, User};
        matches!(event, Note(_) | Project(_) | User(_))
    }

    /// Takes in an event that `workspace` contains already.
    pub(super) fn apply(&mut self, event: &WorkspaceEvent, workspace: &Workspace) {
        let living = |note: &NoteId| workspace.notes.contains_key(note);
        match event {
            WorkspaceEvent::Note(NoteEvent::NoteWritten { note, content, .. }) if living(note) => {
                let text = || Text::from(content.body.clone());
                self.texts.entry(*note).or_insert_with(text);
            }
            WorkspaceEvent::Note(NoteEvent::NoteEdited { note, content, .. }) if living(note) => {
                self.texts.insert(*note, Text::from(content.body.clone()));
            }
            WorkspaceEvent::Note(
                NoteEvent::CommentWritten {
                    note,
                    comment,
                    body,
                    ..
                }
                | NoteEvent::CommentEdited {
                    note,
                    comment,
                    body,
                },
            ) if living(note) => {
                self.comments.insert(*comment, body.clone());
            }
            WorkspaceEvent::Note(NoteEvent::CommentDeleted { comment, .. }) => {
                self.comments.remove(comment);
            }
            WorkspaceEvent::Note(NoteEvent::NoteDeleted { .. }) | WorkspaceEvent::Project(_) => {
                self.keep(workspace);
            }
            _ => {}
        }
    }

    fn keep(&mut self, workspace: &Workspace) {
        if self.texts.len() == workspace.notes.len() {
            return;
        }
        self.texts
            .retain(|note, _| workspace.notes.contains_key(note));
        let living: HashSet<_> = workspace
            .notes
            .values()
            .flat_map(|note| note.comments.keys())
            .collect();
        self.comments.retain(|comment, _| living.contains(comment));
    }

    pub(super) fn text(&self, note: NoteId) -> Option<&Text> {
        self.texts.get(&note)
    }

    pub(super) fn comment(&self, comment: CommentId) -> &str {
        self.comments.get(&comment).map_or("", String::as_str)
    }

    /// True when the note's title, tags or text contain `lower`, which is in lower case.
    pub(super) fn contains(&self, note: &Note, lower: &str) -> bool {
        note.title.to_lowercase().contains(lower)
            || note.tags.iter().any(|tag| tag.contains(lower))
            || self
                .text(note.id)
                .is_some_and(|text| text.lower.contains(lower))
    }
}

/// Which note links to which, whoever looks: what a reader may not see is left out when shown.
#[derive(Debug, Default)]
pub(super) struct LinkGraph {
    /// Links of a note: by command first, then typed ones in order of appearance.
    pub(super) out: HashMap<NoteId, Vec<Link>>,
    /// The same links by where they lead.
    pub(super) back: HashMap<NoteId, Vec<Backlink>>,
}

/// A link out of a note.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// None: nobody has a note of that title, or not one that the author may read.
    pub(super) to: Option<NoteId>,
    /// As typed; none for a link by command.
    pub(super) title: Option<String>,
}

/// A link into a note.
#[derive(Debug, Clone)]
pub(super) struct Backlink {
    pub(super) from: NoteId,
    /// The sentence that links; none for a link by command.
    pub(super) sentence: Option<String>,
}

impl LinkGraph {
    pub(super) fn of(workspace: &Workspace, notebook: &Notebook) -> Self {
        let titles = Titles::of(workspace);
        let mut graph = Self::default();
        for note in workspace.notes.values() {
            let mut links = Vec::new();
            for to in &note.links {
                links.push(Link {
                    to: Some(*to),
                    title: None,
                });
                graph.add_back(*to, note.id, None);
            }
            let typed = notebook
                .text(note.id)
                .map_or(&[][..], |text| &text.read.links);
            for typed in typed {
                let to = titles.resolve(workspace, note, &typed.title);
                if let Some(to) = to.filter(|to| *to != note.id) {
                    graph.add_back(to, note.id, Some(typed.sentence.clone()));
                }
                links.push(Link {
                    to,
                    title: Some(typed.title.clone()),
                });
            }
            if !links.is_empty() {
                graph.out.insert(note.id, links);
            }
        }
        graph
    }

    fn add_back(&mut self, to: NoteId, from: NoteId, sentence: Option<String>) {
        self.back
            .entry(to)
            .or_default()
            .push(Backlink { from, sentence });
    }
}

/// Notes by title, and by the titles they had.
struct Titles<'a> {
    now: HashMap<String, Vec<&'a Note>>,
    former: HashMap<String, Vec<&'a Note>>,
}

impl<'a> Titles<'a> {
    fn of(workspace: &'a Workspace) -> Self {
        let mut titles = Self {
            now: HashMap::new(),
            former: HashMap::new(),
        };
        for note in workspace.notes.values() {
            titles
                .now
                .entry(title_key(&note.title))
                .or_default()
                .push(note);
            for title in &note.former_titles {
                titles
                    .former
                    .entry(title_key(title))
                    .or_default()
                    .push(note);
            }
        }
        titles
    }

    /// The note that `from` means by `title`: of those its author may read, one of the author's
    /// own first, then one of the same project, then the oldest.
    fn resolve(&self, workspace: &Workspace, from: &Note, title: &str) -> Option<NoteId> {
        let key = title_key(title);
        let best = |notes: Option<&Vec<&'a Note>>| {
            let notes = notes?.iter();
            let readable = notes.filter(|note| readable(workspace, from.author, note));
            let rank = |note: &&&Note| {
                let foreign = note.author != from.author;
                (
                    foreign,
                    elsewhere(from.home, note.home),
                    note.written_at,
                    note.id,
                )
            };
            readable.min_by_key(rank).map(|note| note.id)
        };
        best(self.now.get(&key)).or_else(|| best(self.former.get(&key)))
    }
}

/// An author who is gone still means what is open to all.
fn readable(workspace: &Workspace, author: Actor, note: &Note) -> bool {
    use omegi_model::workspace::note::Visibility;
    note.visibility == Visibility::Everyone || workspace.may_read_note(author, note)
}

fn elsewhere(from: Option<ProjectId>, to: Option<ProjectId>) -> bool {
    from.is_none() || from != to
}
