//! The event store: what people did, as streams of events in one global order, on sled.
//!
//! Knows nothing of what its events mean: a payload is bytes with a kind and a schema version.
//! Invariants: positions are dense from 1; versions of a stream are dense from 1; what `append`
//! acknowledged survives a power loss; nobody reads what a crash could still take back.
//!
//! All calls but [`Subscription::next`] block on the disk: from async code, `spawn_blocking`.

mod backup;
mod error;
mod record;
mod sled_backend;
mod snapshot;
mod store;
mod stream;
mod subscription;
mod verify;

pub use error::{AppendError, BackendError, BackupError, OpenError, ReadError};
pub use record::{ACTOR_BYTES_MAX, KIND_BYTES_MAX, NewEvent, PAYLOAD_BYTES_MAX, StoredEvent};
pub use snapshot::Snapshot;
pub use store::{Append, EventStore};
pub use stream::{Expected, Position, StreamId, StreamIdError, Version};
pub use subscription::{Closed, Subscription};
pub use verify::{Fault, VerifyReport};
