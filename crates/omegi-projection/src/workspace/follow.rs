//! Keeps a [`WorkspaceView`] at the head of the event store.

use std::sync::Arc;

use omegi_eventstore::{Closed, EventStore, Position, ReadError, Snapshot, StoredEvent, StreamId};
use omegi_model::workspace::{Workspace, WorkspaceEvent, evolve};
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::doors::{Doors, Uses};
use super::notebook::Notebook;
use super::recorded::{UnreadableEvent, recorded};
use super::{Shared, State, WorkspaceView};

/// Events taken in under one lock.
const BATCH_EVENTS_MAX: usize = 256;
/// Events after which a new snapshot is worth its bytes.
const SNAPSHOT_EVERY_EVENTS: u64 = 20_000;
/// Raise it when the form of [`Workspace`] or its fold changes.
const SNAPSHOT_SCHEMA: u32 = 1;

/// What a snapshot keeps.
#[derive(Default, Deserialize)]
struct Kept {
    workspace: Workspace,
    notebook: Notebook,
}

#[derive(Serialize)]
struct KeptRef<'a> {
    workspace: &'a Workspace,
    notebook: &'a Notebook,
}

/// Why the view cannot go on; it keeps what it has.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The event store cannot be read.
    #[error("cannot follow the event store")]
    Read(#[from] ReadError),
    /// Not this build's event.
    #[error(transparent)]
    Event(#[from] UnreadableEvent),
}

/// The task that keeps the view at the head; run it with [`Self::run`].
pub struct WorkspaceFollower {
    store: EventStore,
    view: WorkspaceView,
    snapshot_at: Position,
}

/// Folds the event store up to its head, from the newest snapshot on; blocks on the disk.
///
/// # Errors
/// [`FollowError`].
pub fn open(store: &EventStore) -> Result<(WorkspaceView, WorkspaceFollower), FollowError> {
    let (
        Kept {
            workspace,
            notebook,
        },
        position,
    ) = start(store)?;
    let state = State {
        doors: Doors::of(&workspace),
        workspace,
        notebook,
        position,
        links_changed: position,
    };
    let shared = Shared {
        store: store.clone(),
        links: Mutex::new(None),
        state: RwLock::new(state),
        uses: Uses::default(),
        reached: watch::Sender::new(position),
    };
    let view = WorkspaceView {
        shared: Arc::new(shared),
    };
    let mut follower = WorkspaceFollower {
        store: store.clone(),
        view: view.clone(),
        snapshot_at: position,
    };
    loop {
        let events = store.read_all(follower.view.position(), BATCH_EVENTS_MAX)?;
        if events.is_empty() {
            return Ok((view, follower));
        }
        follower.take(&events)?;
    }
}

impl WorkspaceFollower {
    /// Follows until stopped.
    ///
    /// # Errors
    /// [`FollowError`]: the view stands still from now on; the server is not ready any more.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), FollowError> {
        let mut subscription = self.store.subscribe(self.view.position());
        loop {
            let events = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                events = subscription.next(BATCH_EVENTS_MAX) => events,
            };
            match events {
                Ok(events) => self.take(&events)?,
                Err(Closed::Shutdown) => return Ok(()),
                Err(Closed::Read(error)) => return Err(error.into()),
            }
        }
    }

    fn take(&mut self, events: &[StoredEvent]) -> Result<(), FollowError> {
        let recorded: Result<Vec<_>, _> = events.iter().map(recorded).collect();
        let recorded = recorded?;
        let Some(last) = events.last().map(|event| event.position) else {
            return Ok(());
        };
        let shared = &self.view.shared;
        {
            let state = &mut *shared.state.write();
            for recorded in &recorded {
                evolve(&mut state.workspace, recorded);
                state.notebook.apply(&recorded.event, &state.workspace);
            }
            state.position = last;
            let any = |concerned: fn(&WorkspaceEvent) -> bool| {
                recorded.iter().any(|recorded| concerned(&recorded.event))
            };
            if any(Notebook::concerned_by) {
                state.links_changed = last;
            }
            if any(Doors::concerned_by) {
                state.doors = Doors::of(&state.workspace);
                shared.uses.keep(&state.workspace);
            }
        }
        shared.reached.send_replace(last);
        if last.0 - self.snapshot_at.0 >= SNAPSHOT_EVERY_EVENTS {
            self.snapshot_at = last;
            self.snapshot(last);
        }
        Ok(())
    }

    /// A snapshot that fails costs time at the next start, nothing else.
    fn snapshot(&self, position: Position) {
        let state = {
            let state = self.view.shared.state.read();
            serde_json::to_vec(&KeptRef {
                workspace: &state.workspace,
                notebook: &state.notebook,
            })
        };
        let written = state.map_err(|error| error.to_string()).and_then(|state| {
            let snapshot = Snapshot {
                position,
                schema: SNAPSHOT_SCHEMA,
                state,
            };
            let put = self.store.put_snapshot(&snapshot_name(), &snapshot);
            put.map_err(|error| error.to_string())
        });
        match written {
            Ok(()) => debug!(%position, "workspace snapshot written"),
            Err(error) => warn!(%error, "workspace snapshot failed"),
        }
    }
}

fn start(store: &EventStore) -> Result<(Kept, Position), FollowError> {
    let Some(snapshot) = store.snapshot(&snapshot_name(), SNAPSHOT_SCHEMA)? else {
        return Ok(Default::default());
    };
    match serde_json::from_slice(&snapshot.state) {
        Ok(kept) => Ok((kept, snapshot.position)),
        Err(error) => {
            warn!(%error, "workspace snapshot is unreadable, folding all events");
            Ok(Default::default())
        }
    }
}

fn snapshot_name() -> StreamId {
    let Ok(name) = StreamId::new("workspace") else {
        panic!("the name is one of a stream");
    };
    name
}
