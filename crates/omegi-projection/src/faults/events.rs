//! Reads error events: one by id, or a page of them, newest first.

use omegi_model::error_event::ErrorEvent;
use omegi_model::id::{ErrorId, Fingerprint, ProjectId, TraceId};
use omegi_model::time::UnixNanos;
use redb::{ReadTransaction, ReadableDatabase as _};

use super::row::ErrorRow;
use super::store::{self, StoreError};
use super::{Faults, keys};

/// Superseded ids lead on at most this often: a chain of that length is a fault of ours.
const ALIAS_STEPS_MAX: usize = 64;
/// Rows one page may look at before it hands out what it has: a bound on odd filters.
const SCANNED_MAX: usize = 200_000;

/// An error event with its variant.
#[derive(Debug, Clone)]
pub struct StoredError {
    /// Of which variant.
    pub variant: Fingerprint,
    /// Newest revision.
    pub event: Box<ErrorEvent>,
}

/// What an id leads to.
#[derive(Debug)]
pub enum Found {
    /// The error event, perhaps under a newer id.
    Event(StoredError),
    /// Counted, but its details were not kept: its variant had told enough within that minute.
    SampledOut {
        /// Of which variant.
        variant: Fingerprint,
        /// Whose.
        project: ProjectId,
    },
    /// No error event, or one that was withdrawn.
    Nothing,
}

/// Which error events a page lists.
#[derive(Debug, Clone)]
pub enum ErrorFilter {
    /// Of a project, `from` (inclusive) to `to` (exclusive).
    Project(ProjectId, UnixNanos, UnixNanos),
    /// Of variants, likewise.
    Variants(Vec<Fingerprint>, UnixNanos, UnixNanos),
    /// Of one trace.
    Trace(ProjectId, TraceId),
}

/// A page of error events.
#[derive(Debug, Default)]
pub struct ErrorPage {
    /// Newest first.
    pub items: Vec<StoredError>,
    /// Time and id of the last one looked at, when there may be more.
    pub next: Option<(UnixNanos, ErrorId)>,
}

impl Faults {
    /// What `id` leads to, through ids that were superseded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn error(&self, id: ErrorId) -> Result<Found, StoreError> {
        let read = self.shared.db.begin_read()?;
        let aliases = read.open_table(store::ALIASES)?;
        let mut id = id;
        for _ in 0..ALIAS_STEPS_MAX {
            match load(&read, id)? {
                Some(ErrorRow::Kept { variant, event }) => {
                    return Ok(Found::Event(StoredError { variant, event }));
                }
                Some(ErrorRow::Counted {
                    variant, project, ..
                }) => {
                    return Ok(Found::SampledOut { variant, project });
                }
                None => {}
            }
            let next = aliases.get(id.as_bytes().as_slice())?;
            match next.and_then(|next| ErrorId::from_slice(next.value())) {
                Some(next) => id = next,
                None => return Ok(Found::Nothing),
            }
        }
        Ok(Found::Nothing)
    }

    /// A page of error events that pass `admits`, newest first, strictly after `cursor`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn errors(
        &self,
        filter: &ErrorFilter,
        admits: impl Fn(&StoredError) -> bool,
        cursor: Option<(UnixNanos, ErrorId)>,
        limit: usize,
    ) -> Result<ErrorPage, StoreError> {
        let read = self.shared.db.begin_read()?;
        let mut page = ErrorPage::default();
        for (scanned, entry) in ids(&read, filter, cursor)?.into_iter().enumerate() {
            let (time, id) = entry;
            if page.items.len() == limit || scanned == SCANNED_MAX {
                page.next = page
                    .items
                    .last()
                    .map(|last| (last.event.time, last.event.id));
                page.next = page.next.or(Some((time, id)));
                break;
            }
            let Some(ErrorRow::Kept { variant, event }) = load(&read, id)? else {
                continue;
            };
            let stored = StoredError { variant, event };
            if admits(&stored) {
                page.items.push(stored);
            }
        }
        Ok(page)
    }
}

fn load(read: &ReadTransaction, id: ErrorId) -> Result<Option<ErrorRow>, StoreError> {
    let table = read.open_table(store::ERRORS)?;
    let bytes = table.get(id.as_bytes().as_slice())?;
    bytes
        .map(|bytes| store::row("errors", bytes.value()))
        .transpose()
}

/// Times and ids that the filter's index names, newest first.
fn ids(
    read: &ReadTransaction,
    filter: &ErrorFilter,
    cursor: Option<(UnixNanos, ErrorId)>,
) -> Result<Vec<(UnixNanos, ErrorId)>, StoreError> {
    let mut found = match filter {
        ErrorFilter::Project(project, from, to) => {
            let table = read.open_table(store::BY_TIME)?;
            stretch(&table, project.as_bytes(), *from, *to, cursor)?
        }
        ErrorFilter::Variants(variants, from, to) => {
            let table = read.open_table(store::BY_VARIANT)?;
            let mut all = Vec::new();
            for variant in variants {
                all.extend(stretch(&table, variant.as_bytes(), *from, *to, cursor)?);
            }
            all
        }
        ErrorFilter::Trace(project, trace) => {
            let (start, end) = keys::under(&keys::join(&[project.as_bytes(), trace.as_bytes()]));
            let table = read.open_table(store::BY_TRACE)?;
            let mut all = Vec::new();
            for entry in table.range::<&[u8]>(start.as_slice()..end.as_slice())? {
                let Some(id) = keys::trailing_error(entry?.0.value()) else {
                    continue;
                };
                all.extend(load(read, id)?.map(|row| (row.time(), id)));
            }
            all
        }
    };
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(found)
}

type IndexTable = redb::ReadOnlyTable<&'static [u8], &'static [u8]>;

/// Entries of one owner within half-open times, before `cursor`, at most [`SCANNED_MAX`].
fn stretch(
    table: &IndexTable,
    owner: &[u8],
    from: UnixNanos,
    to: UnixNanos,
    cursor: Option<(UnixNanos, ErrorId)>,
) -> Result<Vec<(UnixNanos, ErrorId)>, StoreError> {
    let start = keys::join(&[owner, &keys::moment(from)]);
    let mut end = keys::join(&[owner, &keys::moment(to)]);
    if let Some((time, id)) = cursor {
        end = end.min(keys::join(&[owner, &keys::moment(time), id.as_bytes()]));
    }
    if start >= end {
        return Ok(Vec::new());
    }
    let entries = table.range::<&[u8]>(start.as_slice()..end.as_slice())?;
    let mut found = Vec::new();
    for entry in entries.rev().take(SCANNED_MAX + 1) {
        let key = entry?.0;
        let key = key.value();
        let time = key
            .get(owner.len()..owner.len() + 8)
            .and_then(keys::read_moment);
        found.extend(time.zip(keys::trailing_error(key)));
    }
    Ok(found)
}
