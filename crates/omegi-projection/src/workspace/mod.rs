//! The workspace, live: who may come in, who may what, what people made.
//!
//! Reads the event store from a snapshot on, writes nothing but snapshots. Invariants: the view is
//! the fold of every event up to [`WorkspaceView::position`] and of none after; a revocation takes
//! effect with the event that tells it; looking a secret up costs one hash and one map access.

mod doors;
mod follow;
mod notebook;
mod notes;
mod recorded;

use std::sync::Arc;

use omegi_eventstore::{EventStore, Position};
use omegi_model::id::{SecretHash, TokenId};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::secret::{Secret, SecretKind};
use omegi_model::workspace::session::Session;
use omegi_model::workspace::{Actor, Workspace};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

pub use doors::IngestGrant;
pub use follow::{FollowError, WorkspaceFollower, open};
pub use notes::{
    BacklinkView, CommentView, EdgeKind, GraphEdge, GraphNode, LinkView, NoteCursor, NoteDetail,
    NoteFilter, NoteGraph, NoteItem, NotePage, NoteRevision, NoteStatistics, Offer, Ownership,
};
pub use recorded::{UnreadableEvent, recorded, to_store};

use doors::{Doors, Uses};
use notebook::{LinkGraph, Notebook};

/// The workspace as of the newest durable event; clones share it.
#[derive(Clone)]
pub struct WorkspaceView {
    shared: Arc<Shared>,
}

struct Shared {
    store: EventStore,
    state: RwLock<State>,
    /// Which note links to which, since the last change that may matter.
    links: Mutex<Option<(Position, Arc<LinkGraph>)>>,
    uses: Uses,
    reached: watch::Sender<Position>,
}

#[derive(Default)]
struct State {
    workspace: Workspace,
    notebook: Notebook,
    doors: Doors,
    position: Position,
    /// The last event that may have changed a link.
    links_changed: Position,
}

impl State {
    /// Makes the links anew where something has changed since they were made.
    fn links(&self, kept: &Mutex<Option<(Position, Arc<LinkGraph>)>>) -> Arc<LinkGraph> {
        let mut kept = kept.lock();
        match &*kept {
            Some((at, links)) if *at >= self.links_changed => Arc::clone(links),
            _ => {
                let links = Arc::new(LinkGraph::of(&self.workspace, &self.notebook));
                *kept = Some((self.position, Arc::clone(&links)));
                links
            }
        }
    }
}

/// Why a secret opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody's, revoked, or expired: not to be told apart from outside.
    #[error("unknown, revoked or expired")]
    Unknown,
    /// It opens something else, such as an API token at the ingest door.
    #[error("a secret of another kind")]
    OtherKind,
}

impl WorkspaceView {
    /// Looks at the workspace. Do not wait for anything inside: changes wait for the reader.
    pub fn read<T>(&self, look: impl FnOnce(&Workspace) -> T) -> T {
        look(&self.shared.state.read().workspace)
    }

    /// A copy of the workspace, and the last event in it.
    #[must_use]
    pub fn copy(&self) -> (Workspace, Position) {
        let state = self.shared.state.read();
        (state.workspace.clone(), state.position)
    }

    /// The last event it contains.
    #[must_use]
    pub fn position(&self) -> Position {
        *self.shared.reached.borrow()
    }

    /// Returns once the view contains the event at `position`: read your writes.
    pub async fn caught_up(&self, position: Position) {
        // The sender lives in `shared`, so it cannot be gone.
        let mut reached = self.shared.reached.subscribe();
        let _ = reached.wait_for(|reached| *reached >= position).await;
    }

    /// Follows the position, to act on changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.shared.reached.subscribe()
    }

    /// What an ingest token allows; marks it as used.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn ingest_grant(&self, token: &str, now: UnixNanos) -> Result<Arc<IngestGrant>, Refusal> {
        let hash = hash_of(token, SecretKind::Ingest)?;
        let grant = self.shared.state.read().doors.ingest(hash, now);
        let grant = grant.ok_or(Refusal::Unknown)?;
        self.shared.uses.mark(grant.token, now);
        Ok(grant)
    }

    /// Whom an API token speaks for; marks it as used.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn api_caller(&self, token: &str, now: UnixNanos) -> Result<Actor, Refusal> {
        let hash = hash_of(token, SecretKind::Api)?;
        let token = self.shared.state.read().doors.api(hash, now);
        let token = token.ok_or(Refusal::Unknown)?;
        self.shared.uses.mark(token, now);
        Ok(Actor::Token(token))
    }

    /// The session that a cookie opens, and its key for renewing and closing it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn session(&self, cookie: &str, now: UnixNanos) -> Result<(SecretHash, Session), Refusal> {
        let hash = hash_of(cookie, SecretKind::Session)?;
        let session = self.read(|workspace| workspace.sessions.get(&hash).cloned());
        let session = session.filter(|session| session.expires_at > now);
        Ok((hash, session.ok_or(Refusal::Unknown)?))
    }

    /// When a token was last used, since this server started.
    #[must_use]
    pub fn last_used(&self, token: TokenId) -> Option<UnixNanos> {
        self.shared.uses.last(token)
    }
}

fn hash_of(text: &str, kind: SecretKind) -> Result<SecretHash, Refusal> {
    let secret = Secret::parse(text).ok_or(Refusal::Unknown)?;
    if secret.kind() != kind {
        return Err(Refusal::OtherKind);
    }
    Ok(secret.hash())
}
