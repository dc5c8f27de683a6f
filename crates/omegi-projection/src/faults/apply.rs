//! Folds the derived log into `faults.redb`.
//!
//! Reads `ErrorDetected`, `ErrorRevised`, `ErrorWithdrawn` and `ServiceCallsObserved`. Invariant:
//! an event of a revision not newer than the stored one changes nothing, so reading a stretch
//! of the log twice is harmless.

use std::collections::BTreeMap;
use std::sync::Arc;

use omegi_log::{Offset, Record, RecordKind};
use omegi_model::codec;
use omegi_model::error_event::ErrorEvent;
use omegi_model::event::{Event, decode};
use omegi_model::id::{ErrorId, Fingerprint, IssueId};
use redb::{Database, Durability, ReadableTable, WriteTransaction};

use super::issue::{Face, IssueRow};
use super::row::{ErrorRow, Facets};
use super::store::{self, StoreError};
use super::{FaultsShared, flow, keys};
use crate::projection::{ApplyError, CommitError, Projection};

/// Error events of one issue kept in full per minute; of the rest one in
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
    /// Issue rows changed in the open transaction; `None`: the issue has no event left.
    issues: BTreeMap<IssueId, Option<IssueRow>>,
}

impl FaultsProjection {
    pub(crate) fn new(shared: Arc<FaultsShared>, position: Offset) -> Self {
        Self {
            shared,
            write: None,
            next: position,
            committed: position,
            uncommitted: 0,
            issues: BTreeMap::new(),
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
        let issue = issue_of(&event);
        let facets = Facets::of(&event);
        let (id, time, project) = (event.id, event.time, event.project);
        let told = add_minute(write, &keys::by_minute(project, time, issue), 1)?;
        let keep = told <= KEPT_PER_MINUTE || id.as_bytes()[0].is_multiple_of(SAMPLE_ONE_IN);
        let row = self.issue_row(write, issue)?;
        let row = row.get_or_insert_with(|| IssueRow::open(issue, &event));
        row.add(time, &facets);
        if keep {
            row.consider_face(&event);
        }

        let empty: &[u8] = &[];
        write
            .open_table(store::BY_ISSUE)?
            .insert(keys::by_issue(issue, time, id).as_slice(), empty)?;
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
                issue,
                event: Box::new(event),
            }
        } else {
            ErrorRow::Counted {
                issue,
                project,
                revision: event.revision,
                time,
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
        let (issue, time, project) = (old.issue(), old.time(), old.project());
        write
            .open_table(store::ERRORS)?
            .remove(id.as_bytes().as_slice())?;
        write
            .open_table(store::BY_ISSUE)?
            .remove(keys::by_issue(issue, time, id).as_slice())?;
        write
            .open_table(store::BY_TIME)?
            .remove(keys::by_time(project, time, id).as_slice())?;
        if let ErrorRow::Kept { event, .. } = old
            && let Some(trace) = event.trace_id
        {
            let key = keys::by_trace(project, trace.as_bytes(), id);
            write.open_table(store::BY_TRACE)?.remove(key.as_slice())?;
        }
        add_minute(write, &keys::by_minute(project, time, issue), -1)?;

        let Some(row) = self.issue_row(write, issue)? else {
            return Ok(());
        };
        row.remove(&old.facets());
        let Some((first, last)) = occurrences(write, issue)? else {
            self.issues.insert(issue, None);
            return Ok(());
        };
        (row.first_seen, row.last_seen) = (first, last);
        if row.face.error_id == id
            && let Some(event) = latest_kept(write, issue)?
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

    /// The issue's row within the open transaction, loaded at its first change.
    fn issue_row(
        &mut self,
        write: &WriteTransaction,
        issue: IssueId,
    ) -> Result<&mut Option<IssueRow>, StoreError> {
        use std::collections::btree_map::Entry;
        match self.issues.entry(issue) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let table = write.open_table(store::ISSUES)?;
                let row = table.get(issue.as_bytes().as_slice())?;
                let row = row
                    .map(|bytes| store::row("issues", bytes.value()))
                    .transpose()?;
                Ok(unknown.insert(row))
            }
        }
    }

    fn finish(&mut self, durability: Durability) -> Result<(), StoreError> {
        let mut write = self.transaction()?;
        let changed = std::mem::take(&mut self.issues);
        {
            let mut table = write.open_table(store::ISSUES)?;
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
        self.shared.book.replace(changed);
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
        "errors"
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
        self.issues.clear();
        self.shared.book.clear();
        self.next = Offset(0);
        self.commit().map(|_| ())
    }
}

/// The issue an error event belongs to, before merges.
#[must_use]
pub fn issue_of(event: &ErrorEvent) -> IssueId {
    let parts = &event.grouping;
    let key = parts.key.unwrap_or_else(|| {
        let kind = parts
            .exceptions
            .first()
            .map_or("", |exception| exception.kind.as_str());
        let fields = [&parts.service, kind, &parts.error_type, &parts.operation];
        Fingerprint::of("omegi-ungrouped", &fields.map(str::as_bytes))
    });
    IssueId::derive(event.project, key)
}

fn load(write: &WriteTransaction, id: ErrorId) -> Result<Option<ErrorRow>, StoreError> {
    let table = write.open_table(store::ERRORS)?;
    let bytes = table.get(id.as_bytes().as_slice())?;
    bytes
        .map(|bytes| store::row("errors", bytes.value()))
        .transpose()
}

/// Counts an issue's events in a minute; returns the new count.
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
    issue: IssueId,
) -> Result<Option<(omegi_model::time::UnixNanos, omegi_model::time::UnixNanos)>, StoreError> {
    let table = write.open_table(store::BY_ISSUE)?;
    let (start, end) = keys::under(issue.as_bytes());
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

fn latest_kept(write: &WriteTransaction, issue: IssueId) -> Result<Option<ErrorEvent>, StoreError> {
    let table = write.open_table(store::BY_ISSUE)?;
    let (start, end) = keys::under(issue.as_bytes());
    // Beyond this many counted-only events the issue keeps the face it has.
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
        projection: "errors",
        source: Box::new(source),
    }
}

fn commit_error(source: StoreError) -> CommitError {
    CommitError {
        projection: "errors",
        source: Box::new(source),
    }
}
