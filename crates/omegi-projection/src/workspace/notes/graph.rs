//! The graph of notes, tags and issues.

use std::collections::{BTreeMap, BTreeSet};

use omegi_model::id::{IssueId, NoteId, ProjectId};
use omegi_model::workspace::Actor;
use omegi_model::workspace::note::{Note, NoteKind};

use super::{Desk, WorkspaceView};

/// Notes in one graph; more than that nobody can look at. The latest edited stay.
const NOTES_MAX: usize = 20_000;

/// Notes, their tags and issues, and how they hang together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NoteGraph {
    /// Each once.
    pub nodes: Vec<GraphNode>,
    /// Each once; ends are indexes into `nodes`.
    pub edges: Vec<GraphEdge>,
    /// Notes left out because there are too many.
    pub omitted: usize,
}

/// One thing in the graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GraphNode {
    /// A note.
    Note {
        /// Which.
        id: NoteId,
        /// Its title.
        title: String,
        /// What it is about.
        kind: NoteKind,
        /// Whose.
        ownership: Ownership,
    },
    /// A tag that some note bears.
    Tag(String),
    /// An issue that some note is about.
    Issue(ProjectId, IssueId),
}

/// Whose a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ownership {
    /// The asker's.
    Own,
    /// Somebody else's.
    Others,
}

/// One connection in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GraphEdge {
    /// Index of a node.
    pub from: usize,
    /// Index of a node.
    pub to: usize,
    /// What connects them.
    pub kind: EdgeKind,
}

/// What connects two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// A note links to a note.
    Links,
    /// A note bears a tag.
    Tagged,
    /// A note is about an issue.
    About,
}

impl WorkspaceView {
    /// The graph of all notes the actor may read, or of those at home in one project.
    #[must_use]
    pub fn note_graph(&self, actor: Actor, project: Option<ProjectId>) -> NoteGraph {
        self.desk(actor, |desk| graph(desk, project))
    }
}

fn graph(desk: &Desk<'_>, project: Option<ProjectId>) -> NoteGraph {
    let here = |note: &&Note| project.is_none_or(|project| note.home == Some(project));
    let mut notes: Vec<_> = desk.notes().filter(here).collect();
    let omitted = notes.len().saturating_sub(NOTES_MAX);
    if omitted > 0 {
        notes.sort_unstable_by_key(|note| (std::cmp::Reverse(note.edited_at), note.id));
        notes.truncate(NOTES_MAX);
        notes.sort_unstable_by_key(|note| note.id);
    }
    let mut graph = NoteGraph {
        omitted,
        ..NoteGraph::default()
    };
    let mut places: BTreeMap<NoteId, usize> = BTreeMap::new();
    for note in &notes {
        places.insert(note.id, graph.nodes.len());
        graph.nodes.push(GraphNode::Note {
            id: note.id,
            title: note.title.clone(),
            kind: note.kind,
            ownership: if desk.own(note) {
                Ownership::Own
            } else {
                Ownership::Others
            },
        });
    }
    let tags: BTreeSet<&String> = notes.iter().flat_map(|note| &note.tags).collect();
    let tags: BTreeMap<&String, usize> = tags.into_iter().zip(graph.nodes.len()..).collect();
    graph
        .nodes
        .extend(tags.keys().map(|tag| GraphNode::Tag((*tag).clone())));
    let about: Vec<_> = notes.iter().map(|note| desk.issues(note)).collect();
    let issues: BTreeSet<_> = about.iter().flatten().copied().collect();
    let issues: BTreeMap<_, usize> = issues.into_iter().zip(graph.nodes.len()..).collect();
    graph.nodes.extend(
        issues
            .keys()
            .map(|(project, issue)| GraphNode::Issue(*project, *issue)),
    );
    for ((from, note), about) in notes.iter().enumerate().zip(&about) {
        let edge = |kind| {
            move |to: &usize| GraphEdge {
                from,
                to: *to,
                kind,
            }
        };
        let links = desk.targets(note.id);
        let links = links.iter().filter_map(|to| places.get(to));
        graph.edges.extend(links.map(edge(EdgeKind::Links)));
        graph.edges.extend(
            note.tags
                .iter()
                .filter_map(|tag| tags.get(tag))
                .map(edge(EdgeKind::Tagged)),
        );
        graph.edges.extend(
            about
                .iter()
                .filter_map(|issue| issues.get(issue))
                .map(edge(EdgeKind::About)),
        );
    }
    graph
}
