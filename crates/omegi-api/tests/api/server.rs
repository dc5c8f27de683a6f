//! An event store with its view and commands, as the program wires them.

use std::path::Path;

use omegi_api::commands::Commands;
use omegi_eventstore::EventStore;
use omegi_projection::workspace::{self, WorkspaceView};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What a running server has of the workspace.
pub(crate) struct Server {
    pub(crate) store: EventStore,
    pub(crate) view: WorkspaceView,
    pub(crate) commands: Commands,
    stop: CancellationToken,
    follower: JoinHandle<()>,
}

/// Opens the workspace in `folder`.
pub(crate) fn start(folder: &Path) -> Server {
    let store = EventStore::open(folder).unwrap();
    let (view, follower) = workspace::open(&store).unwrap();
    let stop = CancellationToken::new();
    let run = follower.run(stop.clone());
    let follower = tokio::spawn(async move { run.await.unwrap() });
    let commands = Commands::new(store.clone(), view.clone()).unwrap();
    Server {
        store,
        view,
        commands,
        stop,
        follower,
    }
}

impl Server {
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.follower.await.unwrap();
    }
}
