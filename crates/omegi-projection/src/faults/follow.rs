//! Brings what people say to issues, in the order of the event store.

use omegi_eventstore::{Closed, EventStore, Position};
use omegi_model::workspace::WorkspaceEvent;
use tokio_util::sync::CancellationToken;

use super::{Faults, StoreError};
use crate::workspace::{UnreadableEvent, WorkspaceView, recorded};

const EVENTS_MAX: usize = 256;

/// Why issues cannot follow the event store.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The event store cannot be read.
    #[error("cannot follow the event store")]
    Closed(#[from] Closed),
    /// Not this build's event.
    #[error(transparent)]
    Event(#[from] UnreadableEvent),
    /// Occurrences cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is stopping.
    #[error("server is stopping")]
    Stopping,
}

impl Faults {
    /// Follows `store` from what `workspace` held when this read model was opened, until stopped.
    ///
    /// # Errors
    /// [`FollowError`]: issues stand still from now on; the server is not ready any more.
    pub async fn follow(
        &self,
        store: &EventStore,
        workspace: &WorkspaceView,
        stop: CancellationToken,
    ) -> Result<(), FollowError> {
        let mut subscription = store.subscribe(*self.shared.heard.borrow());
        loop {
            let events = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                events = subscription.next(EVENTS_MAX) => events?,
            };
            let Some(last) = events.last().map(|event| event.position) else {
                continue;
            };
            // The words must be in the workspace before the book looks there.
            workspace.caught_up(last).await;
            for event in &events {
                if let WorkspaceEvent::Triage(event) = recorded(event)?.event {
                    let faults = self.clone();
                    let hear = move || faults.shared.book.hear(&faults.shared.db, &event);
                    tokio::task::spawn_blocking(hear)
                        .await
                        .map_err(|_| FollowError::Stopping)??;
                }
            }
            self.shared.heard.send_replace(last);
        }
    }

    /// Waits until what people said up to `position` shows in every issue.
    pub async fn heard(&self, position: Position) {
        // The sender lives in `shared`, so it cannot be gone.
        let _ = self
            .shared
            .heard
            .subscribe()
            .wait_for(|heard| *heard >= position)
            .await;
    }
}
