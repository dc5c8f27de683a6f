//! The service flow: who calls whom, how often, how well, within a range of time.

use std::collections::BTreeMap;

use omegi_model::event::{NodeKind, ServiceCalls};
use omegi_model::id::{Fingerprint, ProjectId};
use omegi_model::time::UnixNanos;
use redb::{ReadableDatabase as _, ReadableTable as _, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::store::{self, StoreError};
use super::{Faults, keys};

/// Calls along one edge, summed over a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Caller; empty for an entry from outside.
    pub from: String,
    /// Callee.
    pub to: String,
    /// What the callee is.
    pub to_kind: NodeKind,
    /// Known from span links alone.
    pub by_link: bool,
    /// Calls.
    pub requests: u64,
    /// Of them failed.
    pub errors: u64,
    /// Latest end of a call.
    pub last_seen: UnixNanos,
    /// Histogram: bucket (upper bound 2^(n/4) ms) → count.
    pub durations: BTreeMap<u16, u64>,
}

impl Edge {
    /// Duration that `share` (0 to 1) of the calls stay within, in ms; `None` without calls.
    #[must_use]
    pub fn quantile_ms(&self, share: f64) -> Option<f64> {
        quantile_ms(&self.durations, share)
    }

    fn add(&mut self, other: &ServiceCalls) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.last_seen = self.last_seen.max(other.last_seen);
        for (bucket, count) in &other.durations {
            *self.durations.entry(*bucket).or_default() += count;
        }
    }
}

/// The bound of the bucket where `share` of the counts is reached, in ms.
#[must_use]
pub fn quantile_ms(durations: &BTreeMap<u16, u64>, share: f64) -> Option<f64> {
    let total: u64 = durations.values().sum();
    let wanted = ((total as f64 * share).ceil() as u64).max(1);
    let mut reached = 0;
    for (bucket, count) in durations {
        reached += count;
        if reached >= wanted {
            return Some((f64::from(*bucket) / 4.0).exp2());
        }
    }
    None
}

/// Adds one row of calls to its minute.
pub(crate) fn add(write: &WriteTransaction, calls: &ServiceCalls) -> Result<(), StoreError> {
    let key = row_key(calls);
    let mut table = write.open_table(store::CALLS)?;
    let known = table.get(key.as_slice())?;
    let known: Option<ServiceCalls> = known
        .map(|bytes| store::row("service_calls", bytes.value()))
        .transpose()?;
    let row = match known {
        Some(known) => merged(known, calls),
        None => calls.clone(),
    };
    table.insert(
        key.as_slice(),
        omegi_model::codec::to_bytes(&row).as_slice(),
    )?;
    Ok(())
}

fn merged(mut row: ServiceCalls, more: &ServiceCalls) -> ServiceCalls {
    row.requests += more.requests;
    row.errors += more.errors;
    row.last_seen = row.last_seen.max(more.last_seen);
    let mut durations: BTreeMap<u16, u64> = row.durations.into_iter().collect();
    for (bucket, count) in &more.durations {
        *durations.entry(*bucket).or_default() += count;
    }
    row.durations = durations.into_iter().collect();
    row
}

fn row_key(calls: &ServiceCalls) -> Vec<u8> {
    let link = [u8::from(calls.by_link), calls.to_kind as u8];
    let edge = Fingerprint::of(
        "omegi-edge",
        &[calls.from.as_bytes(), calls.to.as_bytes(), &link],
    );
    keys::join(&[
        calls.project.as_bytes(),
        &keys::moment(calls.minute),
        edge.as_bytes(),
    ])
}

impl Faults {
    /// Edges of a project with calls in the minutes `from` (inclusive) to `to` (exclusive),
    /// ordered by caller and callee.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn edges(
        &self,
        project: ProjectId,
        from: UnixNanos,
        to: UnixNanos,
    ) -> Result<Vec<Edge>, StoreError> {
        let start = keys::join(&[project.as_bytes(), &keys::moment(keys::minute(from))]);
        let end = keys::join(&[project.as_bytes(), &keys::moment(to)]);
        if start >= end {
            return Ok(Vec::new());
        }
        let read = self.shared.db.begin_read()?;
        let table = read.open_table(store::CALLS)?;
        let mut edges: BTreeMap<(String, String, NodeKind, bool), Edge> = BTreeMap::new();
        for entry in table.range::<&[u8]>(start.as_slice()..end.as_slice())? {
            let row: ServiceCalls = store::row("service_calls", entry?.1.value())?;
            let key = (row.from.clone(), row.to.clone(), row.to_kind, row.by_link);
            edges
                .entry(key)
                .or_insert_with(|| empty_edge(&row))
                .add(&row);
        }
        Ok(edges.into_values().collect())
    }

    /// How often each variant occurred in each minute of the range.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn minutes(
        &self,
        project: ProjectId,
        from: UnixNanos,
        to: UnixNanos,
    ) -> Result<Vec<(UnixNanos, Fingerprint, u64)>, StoreError> {
        let start = keys::join(&[project.as_bytes(), &keys::moment(keys::minute(from))]);
        let end = keys::join(&[project.as_bytes(), &keys::moment(to)]);
        if start >= end {
            return Ok(Vec::new());
        }
        let read = self.shared.db.begin_read()?;
        let table = read.open_table(store::MINUTES)?;
        let mut found = Vec::new();
        for entry in table.range::<&[u8]>(start.as_slice()..end.as_slice())? {
            let (key, count) = entry?;
            let key = key.value();
            let minute = key.get(8..16).and_then(keys::read_moment);
            let variant = key.get(16..32).and_then(Fingerprint::from_slice);
            found.extend(
                minute
                    .zip(variant)
                    .map(|(minute, variant)| (minute, variant, count.value())),
            );
        }
        Ok(found)
    }
}

fn empty_edge(row: &ServiceCalls) -> Edge {
    Edge {
        from: row.from.clone(),
        to: row.to.clone(),
        to_kind: row.to_kind,
        by_link: row.by_link,
        requests: 0,
        errors: 0,
        last_seen: row.last_seen,
        durations: BTreeMap::new(),
    }
}
