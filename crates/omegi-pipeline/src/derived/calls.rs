//! Counts of calls that stand in the derived log, so that the same calls are not counted twice.

use std::collections::BTreeMap;

use omegi_model::event::{NodeKind, ServiceCalls};
use omegi_model::id::ProjectId;
use omegi_model::time::UnixNanos;
use serde::{Deserialize, Serialize};

/// A row of counts, without its counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct RowKey {
    pub(crate) project: ProjectId,
    pub(crate) minute: UnixNanos,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) to_kind: NodeKind,
    pub(crate) by_link: bool,
}

impl RowKey {
    pub(crate) fn of(row: &ServiceCalls) -> Self {
        Self {
            project: row.project,
            minute: row.minute,
            from: row.from.clone(),
            to: row.to.clone(),
            to_kind: row.to_kind,
            by_link: row.by_link,
        }
    }
}

/// Counts of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Counts {
    requests: u64,
    errors: u64,
    durations: BTreeMap<u16, u64>,
}

/// Calls told, by row.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct CallsTold(BTreeMap<RowKey, Counts>);

impl CallsTold {
    /// Notes a row of the derived log.
    pub(crate) fn add(&mut self, row: &ServiceCalls) {
        let counts = self.0.entry(RowKey::of(row)).or_default();
        counts.requests += row.requests;
        counts.errors += row.errors;
        for (bucket, count) in &row.durations {
            *counts.durations.entry(*bucket).or_default() += count;
        }
    }

    /// What of a row counted anew was not told yet; None where nothing is left.
    pub(crate) fn untold(&mut self, mut row: ServiceCalls) -> Option<ServiceCalls> {
        let Some(told) = self.0.get_mut(&RowKey::of(&row)) else {
            return Some(row);
        };
        take(&mut row.requests, &mut told.requests);
        take(&mut row.errors, &mut told.errors);
        for (bucket, count) in &mut row.durations {
            if let Some(told) = told.durations.get_mut(bucket) {
                take(count, told);
            }
        }
        row.durations.retain(|(_, count)| *count > 0);
        (row.requests > 0 || row.errors > 0).then_some(row)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Lowers both by what they share.
fn take(counted: &mut u64, told: &mut u64) {
    let both = (*counted).min(*told);
    *counted -= both;
    *told -= both;
}
