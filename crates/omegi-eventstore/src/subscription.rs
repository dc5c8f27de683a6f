//! Following the store from a position on.

use tokio::sync::watch;

use crate::error::ReadError;
use crate::record::StoredEvent;
use crate::store::EventStore;
use crate::stream::Position;

/// Yields every event after a position, each once, in order, as soon as it is durable.
pub struct Subscription {
    store: EventStore,
    durable: watch::Receiver<Position>,
    after: Position,
}

/// Why a subscription ends.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    /// What is stored cannot be read.
    #[error("subscription cannot read on")]
    Read(#[from] ReadError),
    /// The runtime that would wait is shutting down.
    #[error("runtime is shutting down")]
    Shutdown,
}

impl EventStore {
    /// Follows the store from `after` on; `Position(0)` yields everything.
    #[must_use]
    pub fn subscribe(&self, after: Position) -> Subscription {
        Subscription {
            store: self.clone(),
            durable: self.watch(),
            after,
        }
    }
}

impl Subscription {
    /// The next events, at least one and at most `max`; waits until there is one. Cancel safe.
    ///
    /// # Errors
    /// [`Closed`]: nothing more will come.
    pub async fn next(&mut self, max: usize) -> Result<Vec<StoredEvent>, Closed> {
        let after = self.after;
        // `self.store` holds the sender, so the channel outlives this wait.
        let reached = self.durable.wait_for(|head| *head > after).await;
        drop(reached.map_err(|_| Closed::Shutdown)?);
        let store = self.store.clone();
        let events = tokio::task::spawn_blocking(move || store.read_all(after, max.max(1)));
        let events = events.await.map_err(|_| Closed::Shutdown)??;
        if let Some(last) = events.last() {
            self.after = last.position;
        }
        Ok(events)
    }

    /// Position of the last event yielded.
    #[must_use]
    pub fn position(&self) -> Position {
        self.after
    }
}
