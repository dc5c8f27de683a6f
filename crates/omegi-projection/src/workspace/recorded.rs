//! Between the event store's bytes and the model's events.

use omegi_eventstore::{NewEvent, Position, StoredEvent, StreamId};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::access::ActorError;
use omegi_model::workspace::{Actor, Recorded, WorkspaceEvent, codec};

/// A stored event that this build cannot read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the event at position {position}")]
pub struct UnreadableEvent {
    /// Where.
    pub position: Position,
    /// Why.
    #[source]
    pub reason: UnreadableReason,
}

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableReason {
    /// Its actor is none.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// Its payload is none.
    #[error(transparent)]
    Payload(#[from] codec::DecodeError),
}

/// The model's event of a stored one.
///
/// # Errors
/// [`UnreadableEvent`]: from a newer build, or damaged before it was stored.
pub fn recorded(stored: &StoredEvent) -> Result<Recorded, UnreadableEvent> {
    let read = || -> Result<Recorded, UnreadableReason> {
        Ok(Recorded {
            by: stored.actor.parse()?,
            event: codec::decode(&stored.kind, stored.schema, &stored.payload)?,
            at: UnixNanos(stored.at),
        })
    };
    read().map_err(|reason| UnreadableEvent {
        position: stored.position,
        reason,
    })
}

/// The stream and the stored form of an event that is about to be appended.
///
/// # Panics
/// Never: the model names its streams with allowed characters.
#[must_use]
pub fn to_store(event: &WorkspaceEvent, by: Actor, at: UnixNanos) -> (StreamId, NewEvent) {
    let encoded = codec::encode(event);
    let Ok(stream) = StreamId::new(event.stream()) else {
        panic!("streams are named by kind and hex id");
    };
    let event = NewEvent {
        kind: encoded.kind,
        schema: encoded.schema,
        actor: by.to_string(),
        at: at.0,
        payload: encoded.payload,
    };
    (stream, event)
}
