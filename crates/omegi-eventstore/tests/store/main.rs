//! The event store from outside: against a model, across a kill, through a backup.
#![allow(clippy::unwrap_used)]

mod behaviour;
mod crash;
mod model;

use omegi_eventstore::{EventStore, NewEvent, StreamId};

fn open(folder: &std::path::Path) -> EventStore {
    EventStore::open(folder).unwrap()
}

fn stream(name: &str) -> StreamId {
    StreamId::new(name).unwrap()
}

fn event(text: &str) -> NewEvent {
    NewEvent {
        kind: "noted".into(),
        schema: 1,
        actor: "user:kim".into(),
        at: 7,
        payload: text.as_bytes().to_vec(),
    }
}
