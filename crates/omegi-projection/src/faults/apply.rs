//! Folds the derived log into `faults.redb`.
//!
//! Reads `ErrorDetected`, `ErrorRevised`, `ErrorWithdrawn` and `ServiceCallsObserved`. Invariant:
//! an event of a revision not newer than the stored one changes nothing, so reading a stretch
//! of the log twice is harmless.

use std::collections::BTreeMap;
use std::sync::Arc;

use omegi_log::{Offset, Record, RecordKind};
use omegi_model::codec;
use omegi_model::error_event::{ErrorEvent, GroupingParts};
use omegi_model::event::{Event, decode};
use omegi_model::grouping::{AlgorithmVersion, key};
use omegi_model::id::{ErrorId, Fingerprint, IssueId};
use redb::{Database, Durability, ReadableTable, WriteTransaction};

use super::issues::{News, Occurred};
use super::row::{ErrorRow, Facets};
use super::store::{self, StoreError};
use super::variant::{Face, VariantRow};
use super::{FaultsShared, flow, keys};
use crate::projection::{ApplyError, CommitError, Projection};

/// Error events of one variant kept in full per minute; of the rest one in
/// [`SAMPLE_ONE_IN`] is kept, chosen by its id, and every one is counted.
const KEPT_PER_MINUTE: u64 = 100;
const SAMPLE_ONE_IN: u8 = 64;
/// Records applied before a durable commit is worth its fsync.
const COMMIT_RECORDS: u64 = 2_000;

/// The projection `errors`: error events, issues and service flow.
pub struct FaultsProjection {
    shared: Arc<FaultsShared>,
    write: Option<WriteTransaction>,
    /// Next offset to read.
    next: Offset,
    committed: Offset,
    uncommitted: u64,
    /// Issue rows changed in the open transaction; `None`: the variant has no event left.
    /// What happened to occurrences in the open transaction.
    news: News,
    variants: BTreeMap<Fingerprint, Option<VariantRow>>,
}

impl FaultsProjection {
    /// Its name.
    pub const NAME: &'static str = "errors";

    pub(crate) fn new(shared: Arc<FaultsShared>, position: Offset) -> Self {
        Self {
            shared,
            write: None,
            next: position,
            committed: position,
            uncommitted: 0,
            news: News::default(),
            variants: BTreeMap::new(),
        }
    }

    fn db(&self) -> &Database {
        &self.shared.db
    }

    fn transaction(&mut self) -> Result<WriteTransaction, StoreError> {
        match self.write.take() {
            Some(write) => Ok(write),
            None => Ok(self.db().begin_write()?),
        }
    }

    fn take_in(&mut self, write: &WriteTransaction, event: Event) -> Result<(), StoreError> {
        match event {
            Event::ErrorDetected { error } | Event::ErrorRevised { error, .. } => {
                self.upsert(write, *error)
            }
            Event::ErrorWithdrawn {
                id, revision, into, ..
            } => self.withdraw(write, id, revision, into),
            Event::ServiceCallsObserved { calls } => {
                calls.iter().try_for_each(|row| flow::add(write, row))
            }
            // The columnar projection keeps these.
            Event::TracesAssembled { .. } => Ok(()),
        }
    }

    fn upsert(&mut self, write: &WriteTransaction, event: ErrorEvent) -> Result<(), StoreError> {
        if let Some(old) = load(write, event.id)? {
            if old.revision() >= event.revision {
                return Ok(());
            }
            self.forget(write, event.id, &old)?;
        }
        for old_id in &event.supersedes {
            if let Some(old) = load(write, *old_id)? {
                self.forget(write, *old_id, &old)?;
            }
            let mut aliases = write.open_table(store::ALIASES)?;
            aliases.insert(old_id.as_bytes().as_slice(), event.id.as_bytes().as_slice())?;
        }
        self.insert(write, event)
    }

    fn insert(&mut self, write: &WriteTransaction, event: ErrorEvent) -> Result<(), StoreError> {
        let variant = variant_of(&event);
        let facets = Facets::of(&event);
        let (id, time, project) = (event.id, event.time, event.project);
        let received_at = event.received_at;
        let told = add_minute(write, &keys::by_minute(project, time, variant), 1)?;
        let keep = told <= KEPT_PER_MINUTE || id.as_bytes()[0].is_multiple_of(SAMPLE_ONE_IN);
        let row = self.variant_row(write, variant)?;
        let row = row.get_or_insert_with(|| VariantRow::open(variant, &event));
        row.add(time, received_at, &facets);
        if keep {
            row.consider_face(&event);
        }

        self.news
            .occurred
            .push(Occurred::of(variant, time, received_at, &facets));
        let empty: &[u8] = &[];
        write
            .open_table(store::BY_VARIANT)?
            .insert(keys::by_variant(variant, time, id).as_slice(), empty)?;
        let stored = if keep {
            write
                .open_table(store::BY_TIME)?
                .insert(keys::by_time(project, time, id).as_slice(), empty)?;
            if let Some(trace) = event.trace_id {
                write.open_table(store::BY_TRACE)?.insert(
                    keys::by_trace(project, trace.as_bytes(), id).as_slice(),
                    empty,
                )?;
            }
            ErrorRow::Kept {
                variant,
                event: Box::new(event),
            }
        } else {
            ErrorRow::Counted {
                variant,
                project,
                revision: event.revision,
                time,
                received_at,
                facets,
            }
        };
        let bytes = codec::to_bytes(&stored);
        write
            .open_table(store::ERRORS)?
            .insert(id.as_bytes().as_slice(), bytes.as_slice())?;
        Ok(())
    }

    /// Takes an error event out of every table and count.
    fn forget(
        &mut self,
        write: &WriteTransaction,
        id: ErrorId,
        old: &ErrorRow,
    ) -> Result<(), StoreError> {
        let (variant, time, project) = (old.variant(), old.time(), old.project());
        write
            .open_table(store::ERRORS)?
            .remove(id.as_bytes().as_slice())?;
        write
            .open_table(store::BY_VARIANT)?
            .remove(keys::by_variant(variant, time, id).as_slice())?;
        write
            .open_table(store::BY_TIME)?
            .remove(keys::by_time(project, time, id).as_slice())?;
        if let ErrorRow::Kept { event, .. } = old
            && let Some(trace) = event.trace_id
        {
            let key = keys::by_trace(project, trace.as_bytes(), id);
            write.open_table(store::BY_TRACE)?.remove(key.as_slice())?;
        }
        add_minute(write, &keys::by_minute(project, time, variant), -1)?;

        self.news.left.insert(variant);
        let Some(row) = self.variant_row(write, variant)? else {
            return Ok(());
        };
        row.remove(&old.facets());
        let Some((first, last)) = occurrences(write, variant)? else {
            self.variants.insert(variant, None);
            return Ok(());
        };
        (row.first_seen, row.last_seen) = (first, last);
        if row.face.error_id == id
            && let Some(event) = latest_kept(write, variant)?
        {
            row.face = Face::of(&event);
        }
        Ok(())
    }

    fn withdraw(
        &mut self,
        write: &WriteTransaction,
        id: ErrorId,
        revision: u32,
        into: Option<ErrorId>,
    ) -> Result<(), StoreError> {
        let Some(old) = load(write, id)? else {
            return Ok(());
        };
        if old.revision() >= revision {
            return Ok(());
        }
        self.forget(write, id, &old)?;
        let target: &[u8] = into.as_ref().map_or(&[], |id| id.as_bytes());
        write
            .open_table(store::ALIASES)?
            .insert(id.as_bytes().as_slice(), target)?;
        Ok(())
    }

    /// The variant's row within the open transaction, loaded at its first change.
    fn variant_row(
        &mut self,
        write: &WriteTransaction,
        variant: Fingerprint,
    ) -> Result<&mut Option<VariantRow>, StoreError> {
        use std::collections::btree_map::Entry;
        match self.variants.entry(variant) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let table = write.open_table(store::VARIANTS)?;
                let row = table.get(variant.as_bytes().as_slice())?;
                let row = row
                    .map(|bytes| store::row("variants", bytes.value()))
                    .transpose()?;
                Ok(unknown.insert(row))
            }
        }
    }

    fn finish(&mut self, durability: Durability) -> Result<(), StoreError> {
        let mut write = self.transaction()?;
        let changed = std::mem::take(&mut self.variants);
        {
            let mut table = write.open_table(store::VARIANTS)?;
            for (id, row) in &changed {
                match row {
                    Some(row) => {
                        table.insert(id.as_bytes().as_slice(), codec::to_bytes(row).as_slice())?
                    }
                    None => table.remove(id.as_bytes().as_slice())?,
                };
            }
        }
        store::set_position(&write, self.next)?;
        write.set_durability(durability)?;
        write.commit()?;
        self.shared
            .book
            .take(&self.shared.db, changed, std::mem::take(&mut self.news))?;
        self.shared.published(self.next);
        Ok(())
    }

    fn apply_event(&mut self, record: &Record) -> Result<(), StoreError> {
        match decode(&record.body) {
            Ok(event) => {
                let write = self.transaction()?;
                let result = self.take_in(&write, event);
                self.write = Some(write);
                result
            }
            Err(error) => {
                tracing::error!(offset = record.offset.0, %error, "skipped a derived record");
                Ok(())
            }
        }
    }
}

impl Projection for FaultsProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn position(&self) -> Offset {
        self.committed
    }

    fn apply(&mut self, record: &Record) -> Result<(), ApplyError> {
        if record.kind == RecordKind::Data {
            self.apply_event(record).map_err(apply_error)?;
        }
        self.next = Offset(record.offset.0 + 1);
        self.uncommitted += 1;
        Ok(())
    }

    fn publish(&mut self) -> Result<(), ApplyError> {
        self.finish(Durability::None).map_err(apply_error)
    }

    fn wants_commit(&self) -> bool {
        self.uncommitted >= COMMIT_RECORDS
    }

    fn commit(&mut self) -> Result<Offset, CommitError> {
        self.finish(Durability::Immediate).map_err(commit_error)?;
        self.committed = self.next;
        self.uncommitted = 0;
        Ok(self.committed)
    }

    fn reset(&mut self) -> Result<(), CommitError> {
        let write = self.transaction().map_err(commit_error)?;
        store::empty(&write).map_err(commit_error)?;
        self.write = Some(write);
        self.variants.clear();
        self.shared.book.clear();
        self.next = Offset(0);
        self.commit().map(|_| ())
    }
}

/// The variant an error event belongs to: the hash of its grouping parts.
#[must_use]
pub fn variant_of(event: &ErrorEvent) -> Fingerprint {
    let parts = GroupingParts {
        key: None,
        ..event.grouping.clone()
    };
    let json = serde_json::to_vec(&parts).unwrap_or_default();
    Fingerprint::of("omegi-variant", &[event.project.as_bytes(), &json])
}

/// The issue that the group key of an error event opens, before rules and merges.
#[must_use]
pub fn issue_of(event: &ErrorEvent) -> IssueId {
    let keys = key(event.project, &event.grouping, AlgorithmVersion::CURRENT);
    IssueId::derive(event.project, keys.group)
}

fn load(write: &WriteTransaction, id: ErrorId) -> Result<Option<ErrorRow>, StoreError> {
    let table = write.open_table(store::ERRORS)?;
    let bytes = table.get(id.as_bytes().as_slice())?;
    bytes
        .map(|bytes| store::row("errors", bytes.value()))
        .transpose()
}

/// Counts an variant's events in a minute; returns the new count.
fn add_minute(write: &WriteTransaction, key: &[u8], by: i64) -> Result<u64, StoreError> {
    let mut table = write.open_table(store::MINUTES)?;
    let count = table
        .get(key)?
        .map_or(0, |count| count.value())
        .saturating_add_signed(by);
    if count == 0 {
        table.remove(key)?;
    } else {
        table.insert(key, count)?;
    }
    Ok(count)
}

/// Times of the first and the last occurrence left.
fn occurrences(
    write: &WriteTransaction,
    variant: Fingerprint,
) -> Result<Option<(omegi_model::time::UnixNanos, omegi_model::time::UnixNanos)>, StoreError> {
    let table = write.open_table(store::BY_VARIANT)?;
    let (start, end) = keys::under(variant.as_bytes());
    let mut range = table.range::<&[u8]>(start.as_slice()..end.as_slice())?;
    let time = |key: &[u8]| key.get(16..24).and_then(keys::read_moment);
    let Some(first) = range.next().transpose()? else {
        return Ok(None);
    };
    let Some(first) = time(first.0.value()) else {
        return Ok(None);
    };
    let last = match range.next_back().transpose()? {
        Some(last) => time(last.0.value()).unwrap_or(first),
        None => first,
    };
    Ok(Some((first, last)))
}

fn latest_kept(
    write: &WriteTransaction,
    variant: Fingerprint,
) -> Result<Option<ErrorEvent>, StoreError> {
    let table = write.open_table(store::BY_VARIANT)?;
    let (start, end) = keys::under(variant.as_bytes());
    // Beyond this many counted-only events the variant keeps the face it has.
    const LOOK_BACK_MAX: usize = 1_000;
    for entry in table
        .range::<&[u8]>(start.as_slice()..end.as_slice())?
        .rev()
        .take(LOOK_BACK_MAX)
    {
        let Some(id) = keys::trailing_error(entry?.0.value()) else {
            continue;
        };
        if let Some(ErrorRow::Kept { event, .. }) = load(write, id)? {
            return Ok(Some(*event));
        }
    }
    Ok(None)
}

fn apply_error(source: StoreError) -> ApplyError {
    ApplyError {
        projection: FaultsProjection::NAME,
        source: Box::new(source),
    }
}

fn commit_error(source: StoreError) -> CommitError {
    CommitError {
        projection: FaultsProjection::NAME,
        source: Box::new(source),
    }
}
