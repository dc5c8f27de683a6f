//! The state file's tables: how they are read and written. Nothing outside knows them.

use std::collections::BTreeMap;

use omegi_model::time::UnixNanos;
use redb::{
    Database, ReadableDatabase, ReadableTable, TableDefinition, TableError, WriteTransaction,
};
use xxhash_rust::xxh3::xxh3_64;

use super::bucket::{Bucket, Known};
use super::{
    Bytes, Checkpoint, Gone, HASHES, META, OPEN, Pending, Position, SIZES, STATE_VERSION,
    StateError, Worth,
};
use crate::key::WindowKey;

/// What a file holds besides the states of frozen traces.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) known: BTreeMap<Bucket, Known>,
    pub(super) commits: u64,
}

/// Everything but the states of a file; empty for a new one.
pub(super) fn load(db: &Database) -> Result<Loaded, StateError> {
    let txn = db.begin_read().map_err(StateError::store)?;
    let meta = match txn.open_table(META) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) => return Ok(Loaded::default()),
        Err(error) => return Err(StateError::store(error)),
    };
    let stored = |name: &'static str| -> Result<Vec<u8>, StateError> {
        let found = meta.get(name).map_err(StateError::store)?;
        found
            .map(|found| found.value().to_vec())
            .ok_or(StateError::Damaged("no position"))
    };
    let version = number(&stored("version")?)?;
    if version != u64::from(STATE_VERSION) {
        let found = u32::try_from(version).unwrap_or(u32::MAX);
        return Err(StateError::Version { found });
    }
    let position = stored("position")?;
    let position = postcard::from_bytes(unseal(&position)?);
    let position = position.map_err(|_| StateError::Damaged("position"))?;
    let mut open = Vec::new();
    for chunk in txn
        .open_table(OPEN)
        .map_err(StateError::store)?
        .iter()
        .map_err(StateError::store)?
    {
        let (_, chunk) = chunk.map_err(StateError::store)?;
        open.push(unseal(chunk.value())?.to_vec());
    }
    Ok(Loaded {
        checkpoint: Some(Checkpoint { position, open }),
        known: load_known(&txn)?,
        commits: number(&stored("commits")?)?,
    })
}

fn load_known(txn: &redb::ReadTransaction) -> Result<BTreeMap<Bucket, Known>, StateError> {
    let mut all: BTreeMap<Bucket, Known> = BTreeMap::new();
    let hashes = txn.open_table(HASHES).map_err(StateError::store)?;
    for row in hashes.iter().map_err(StateError::store)? {
        let (key, row) = row.map_err(StateError::store)?;
        let (worth, slot, _) = key.value();
        let known = all.entry(bucket(worth, slot)?).or_default();
        for hash in row.value().chunks_exact(8) {
            known.filter.insert(number(hash)?);
            known.traces += 1;
        }
    }
    let sizes = txn.open_table(SIZES).map_err(StateError::store)?;
    for row in sizes.iter().map_err(StateError::store)? {
        let (key, bytes) = row.map_err(StateError::store)?;
        let (worth, slot) = key.value();
        all.entry(bucket(worth, slot)?).or_default().bytes = bytes.value();
    }
    Ok(all)
}

/// What a bucket holds of a trace.
pub(super) enum Found {
    Nothing,
    /// Its table is gone; that the trace was there is still known.
    HashAlone,
    State {
        at: UnixNanos,
        state: Vec<u8>,
    },
}

/// Looks for `key` in one bucket.
pub(super) fn find(
    db: &Database,
    bucket: Bucket,
    key: &WindowKey,
    hash: u64,
) -> Result<Found, StateError> {
    let txn = db.begin_read().map_err(StateError::store)?;
    let name = bucket.table();
    let definition: TableDefinition<'_, Bytes, Bytes> = TableDefinition::new(&name);
    let table = match txn.open_table(definition) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => return find_hash(&txn, bucket, hash),
        Err(error) => return Err(StateError::store(error)),
    };
    let Some(row) = table.get(&key.0[..]).map_err(StateError::store)? else {
        return Ok(Found::Nothing);
    };
    let (at, state) = unseal(row.value())?
        .split_first_chunk::<8>()
        .ok_or(StateError::Damaged("frozen trace"))?;
    Ok(Found::State {
        at: UnixNanos(i64::from_le_bytes(*at)),
        state: state.to_vec(),
    })
}

fn find_hash(txn: &redb::ReadTransaction, bucket: Bucket, hash: u64) -> Result<Found, StateError> {
    let hashes = txn.open_table(HASHES).map_err(StateError::store)?;
    let worth = bucket.worth.code();
    let rows = hashes.range((worth, bucket.slot, 0)..=(worth, bucket.slot, u64::MAX));
    for row in rows.map_err(StateError::store)? {
        let (_, row) = row.map_err(StateError::store)?;
        if row
            .value()
            .chunks_exact(8)
            .any(|found| found == hash.to_le_bytes())
        {
            return Ok(Found::HashAlone);
        }
    }
    Ok(Found::Nothing)
}

/// One checkpoint to be written.
pub(super) struct Write<'a> {
    pub(super) position: Position,
    pub(super) open: &'a [Vec<u8>],
    pub(super) commits: u64,
    pub(super) gone: &'a [Gone],
}

/// What was added to a bucket: hashes of keys, bytes of states.
type Added = (Bucket, Vec<u64>, u64);

/// Writes a checkpoint; `frozen` in order of keys.
pub(super) fn write(
    db: &Database,
    write: &Write<'_>,
    frozen: &[(&WindowKey, &Pending)],
) -> Result<Vec<Added>, StateError> {
    let mut txn = db.begin_write().map_err(StateError::store)?;
    // After a crash the file opens at once instead of being walked through.
    txn.set_quick_repair(true);
    write_head(&txn, write)?;
    for gone in write.gone {
        remove(&txn, gone)?;
    }
    let mut by_bucket: BTreeMap<Bucket, Vec<(&WindowKey, &Pending)>> = BTreeMap::new();
    for (key, pending) in frozen {
        let bucket = Bucket::of(pending.worth, pending.at);
        by_bucket.entry(bucket).or_default().push((key, pending));
    }
    let mut added = Vec::with_capacity(by_bucket.len());
    for (bucket, frozen) in by_bucket {
        added.push(write_bucket(&txn, write.commits, bucket, &frozen)?);
    }
    txn.commit().map_err(StateError::store)?;
    Ok(added)
}

fn write_head(txn: &WriteTransaction, write: &Write<'_>) -> Result<(), StateError> {
    let mut meta = txn.open_table(META).map_err(StateError::store)?;
    let position = postcard::to_stdvec(&write.position);
    let position = seal(&position.map_err(|_| StateError::Damaged("position"))?);
    let version = u64::from(STATE_VERSION).to_le_bytes();
    let commits = write.commits.to_le_bytes();
    for (name, value) in [
        ("version", &version[..]),
        ("position", &position),
        ("commits", &commits),
    ] {
        meta.insert(name, value).map_err(StateError::store)?;
    }
    // Made with the first checkpoint, so that whoever finds one finds all of them.
    txn.open_table(HASHES).map_err(StateError::store)?;
    txn.open_table(SIZES).map_err(StateError::store)?;
    txn.delete_table(OPEN).map_err(StateError::store)?;
    let mut open = txn.open_table(OPEN).map_err(StateError::store)?;
    for (number, chunk) in (0_u32..).zip(write.open) {
        open.insert(number, seal(chunk).as_slice())
            .map_err(StateError::store)?;
    }
    Ok(())
}

fn write_bucket(
    txn: &WriteTransaction,
    commits: u64,
    bucket: Bucket,
    frozen: &[(&WindowKey, &Pending)],
) -> Result<Added, StateError> {
    let name = bucket.table();
    let definition: TableDefinition<'_, Bytes, Bytes> = TableDefinition::new(&name);
    let mut table = txn.open_table(definition).map_err(StateError::store)?;
    let mut hashes = Vec::with_capacity(frozen.len());
    let mut bytes = 0;
    let mut row = Vec::new();
    for (key, pending) in frozen {
        row.clear();
        row.extend_from_slice(&[0; 8]);
        row.extend_from_slice(&pending.at.0.to_le_bytes());
        row.extend_from_slice(&pending.state);
        seal_in_place(&mut row);
        table
            .insert(&key.0[..], row.as_slice())
            .map_err(StateError::store)?;
        bytes += (row.len() + WindowKey::BYTES) as u64;
        hashes.push(key.hash());
    }
    let list: Vec<u8> = hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect();
    let (worth, slot) = (bucket.worth.code(), bucket.slot);
    let mut lists = txn.open_table(HASHES).map_err(StateError::store)?;
    lists
        .insert((worth, slot, commits), list.as_slice())
        .map_err(StateError::store)?;
    let mut sizes = txn.open_table(SIZES).map_err(StateError::store)?;
    let before = sizes
        .get((worth, slot))
        .map_err(StateError::store)?
        .map_or(0, |size| size.value());
    sizes
        .insert((worth, slot), before + bytes)
        .map_err(StateError::store)?;
    Ok((bucket, hashes, bytes))
}

fn remove(txn: &WriteTransaction, gone: &Gone) -> Result<(), StateError> {
    let (Gone::All(bucket) | Gone::States(bucket) | Gone::EarlyStates(bucket)) = *gone;
    let name = bucket.table();
    let definition: TableDefinition<'_, Bytes, Bytes> = TableDefinition::new(&name);
    txn.delete_table(definition).map_err(StateError::store)?;
    let (worth, slot) = (bucket.worth.code(), bucket.slot);
    let mut sizes = txn.open_table(SIZES).map_err(StateError::store)?;
    sizes.remove((worth, slot)).map_err(StateError::store)?;
    if matches!(gone, Gone::All(_)) {
        let mut lists = txn.open_table(HASHES).map_err(StateError::store)?;
        let all = (worth, slot, 0)..=(worth, slot, u64::MAX);
        lists
            .retain_in(all, |_, _| false)
            .map_err(StateError::store)?;
    }
    Ok(())
}

fn bucket(worth: u8, slot: i64) -> Result<Bucket, StateError> {
    let worth = Worth::ALL.into_iter().find(|known| known.code() == worth);
    let worth = worth.ok_or(StateError::Damaged("bucket"))?;
    Ok(Bucket { worth, slot })
}

fn number(bytes: &[u8]) -> Result<u64, StateError> {
    let bytes = bytes
        .try_into()
        .map_err(|_| StateError::Damaged("number"))?;
    Ok(u64::from_le_bytes(bytes))
}

/// `body` behind its checksum: redb checks pages after a crash, not while it reads them.
fn seal(body: &[u8]) -> Vec<u8> {
    let mut sealed = vec![0; 8];
    sealed.extend_from_slice(body);
    seal_in_place(&mut sealed);
    sealed
}

/// Fills the first eight bytes with the checksum of the others.
fn seal_in_place(row: &mut [u8]) {
    if let Some((head, body)) = row.split_first_chunk_mut::<8>() {
        *head = xxh3_64(body).to_le_bytes();
    }
}

fn unseal(sealed: &[u8]) -> Result<&[u8], StateError> {
    match sealed.split_first_chunk::<8>() {
        Some((sum, body)) if u64::from_le_bytes(*sum) == xxh3_64(body) => Ok(body),
        _ => Err(StateError::Damaged("checksum")),
    }
}
