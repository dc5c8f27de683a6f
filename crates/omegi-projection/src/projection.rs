//! What every read model is to the runner that drives it.

use std::time::Duration;

use omegi_log::{Offset, Record};

/// A read model fed from one log, rebuilt from it at any time.
///
/// Data and position are made durable in the same atomic step, so a crash loses nothing and
/// counts nothing twice: the records after [`position`](Self::position) are simply read again.
pub trait Projection: Send {
    /// Its name in metrics, in `omegi replay --projection NAME` and in its folder.
    fn name(&self) -> &'static str;

    /// Next offset to read: the end of what is committed durably.
    fn position(&self) -> Offset;

    /// Takes in one record.
    ///
    /// # Errors
    /// [`ApplyError`]: the read model cannot go on. A record that cannot be understood is
    /// counted and stepped over, not an error.
    fn apply(&mut self, record: &Record) -> Result<(), ApplyError>;

    /// Makes what was applied visible to queries; called after the last record of each chunk
    /// read. A projection whose rows are visible as they are applied has nothing to do.
    ///
    /// # Errors
    /// [`ApplyError`].
    fn publish(&mut self) -> Result<(), ApplyError> {
        Ok(())
    }

    /// Whether enough has come together to pay for a commit.
    fn wants_commit(&self) -> bool;

    /// How long applied records may wait for a commit.
    fn commit_every(&self) -> Duration {
        Duration::from_secs(2)
    }

    /// Makes everything applied durable together with the position; returns that position.
    ///
    /// # Errors
    /// [`CommitError`].
    fn commit(&mut self) -> Result<Offset, CommitError>;

    /// Empties the read model and sets its position to the start of the log.
    ///
    /// # Errors
    /// [`CommitError`].
    fn reset(&mut self) -> Result<(), CommitError>;
}

/// A read model that cannot take in a record.
#[derive(Debug, thiserror::Error)]
#[error("projection {projection} cannot apply a record")]
pub struct ApplyError {
    /// Whose.
    pub projection: &'static str,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// A read model that cannot be made durable.
#[derive(Debug, thiserror::Error)]
#[error("projection {projection} cannot commit")]
pub struct CommitError {
    /// Whose.
    pub projection: &'static str,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}
