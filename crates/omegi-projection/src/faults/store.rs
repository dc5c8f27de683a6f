//! The tables of `faults.redb` and how they are opened.
//!
//! One database for error events, their variants and the service flow, because one error event changes
//! all three: redb commits them together with the position reached.

use std::path::Path;

use omegi_log::Offset;
use omegi_model::codec::{self, DecodeError};
use redb::{Database, ReadableTable, TableDefinition, WriteTransaction};

type Bytes = TableDefinition<'static, &'static [u8], &'static [u8]>;

/// Error id → [`super::row::ErrorRow`].
pub(crate) const ERRORS: Bytes = TableDefinition::new("errors");
/// Superseded or withdrawn error id → the id that took its place; empty when none did.
pub(crate) const ALIASES: Bytes = TableDefinition::new("aliases");
/// `project · time · error` → nothing.
pub(crate) const BY_TIME: Bytes = TableDefinition::new("errors_by_time");
/// `variant · time · error` → nothing.
pub(crate) const BY_VARIANT: Bytes = TableDefinition::new("errors_by_variant");
/// `project · trace · error` → nothing.
pub(crate) const BY_TRACE: Bytes = TableDefinition::new("errors_by_trace");
/// `project · minute · variant` → count.
pub(crate) const MINUTES: TableDefinition<'static, &'static [u8], u64> =
    TableDefinition::new("errors_by_minute");
/// Variant id → [`super::variant::VariantRow`].
pub(crate) const VARIANTS: Bytes = TableDefinition::new("variants");
/// `project · minute · edge hash` → [`super::flow::CallRow`].
pub(crate) const CALLS: Bytes = TableDefinition::new("service_calls");
const META: TableDefinition<'static, &'static str, u64> = TableDefinition::new("meta");

const POSITION: &str = "position";
const FORMAT: &str = "format";
/// Raised when a table changes its form: the read model is then rebuilt.
const FORMAT_NOW: u64 = 1;

/// Why `faults.redb` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk, or a damaged file: delete it and the read model is rebuilt.
    #[error("cannot use faults.redb")]
    Redb(#[source] Box<redb::Error>),
    /// A row that this build cannot read.
    #[error("damaged row in table {table}")]
    Row {
        /// Where.
        table: &'static str,
        /// Why.
        #[source]
        source: DecodeError,
    },
}

macro_rules! from_redb {
    ($($error:ty),+) => {
        $(impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                Self::Redb(Box::new(error.into()))
            }
        })+
    };
}
from_redb!(
    redb::DatabaseError,
    redb::TransactionError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError,
    redb::SetDurabilityError
);

/// Opens or creates the database; one of an older form is emptied, for it can be rebuilt.
pub(crate) fn open(path: &Path, cache_bytes: usize) -> Result<Database, StoreError> {
    let db = redb::Builder::new()
        .set_cache_size(cache_bytes)
        .create(path)?;
    let write = db.begin_write()?;
    let found = write
        .open_table(META)?
        .get(FORMAT)?
        .map(|format| format.value());
    if found != Some(FORMAT_NOW) {
        empty(&write)?;
        write.open_table(META)?.insert(FORMAT, FORMAT_NOW)?;
    }
    create_tables(&write)?;
    write.commit()?;
    Ok(db)
}

/// Takes every row out; the position goes back to the start.
pub(crate) fn empty(write: &WriteTransaction) -> Result<(), StoreError> {
    for table in [
        ERRORS, ALIASES, BY_TIME, BY_VARIANT, BY_TRACE, VARIANTS, CALLS,
    ] {
        write.delete_table(table)?;
    }
    write.delete_table(MINUTES)?;
    write.open_table(META)?.remove(POSITION)?;
    create_tables(write)
}

fn create_tables(write: &WriteTransaction) -> Result<(), StoreError> {
    for table in [
        ERRORS, ALIASES, BY_TIME, BY_VARIANT, BY_TRACE, VARIANTS, CALLS,
    ] {
        write.open_table(table)?;
    }
    write.open_table(MINUTES)?;
    Ok(())
}

/// The next offset to read.
pub(crate) fn position(db: &Database) -> Result<Offset, StoreError> {
    use redb::ReadableDatabase as _;
    let read = db.begin_read()?;
    let position = read
        .open_table(META)?
        .get(POSITION)?
        .map_or(0, |value| value.value());
    Ok(Offset(position))
}

/// Notes the position within the transaction that brings the data.
pub(crate) fn set_position(write: &WriteTransaction, next: Offset) -> Result<(), StoreError> {
    write.open_table(META)?.insert(POSITION, next.0)?;
    Ok(())
}

/// A stored row.
pub(crate) fn row<T: serde::de::DeserializeOwned>(
    table: &'static str,
    bytes: &[u8],
) -> Result<T, StoreError> {
    codec::from_bytes(bytes).map_err(|source| StoreError::Row { table, source })
}
