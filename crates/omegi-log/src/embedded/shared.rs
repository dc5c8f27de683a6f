//! What the writer, the readers and the keeper of one log have in common.
//!
//! Invariant: `segments` holds at least one, oldest first, and the writer alone appends to the last.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, RwLock};
use tokio::sync::{Semaphore, watch};

use super::config::LogConfig;
use super::inbox::{Inbox, Pace};
use super::retention::Holds;
use super::ring::Ring;
use super::segment::Segment;
use crate::metrics::LogMetrics;
use crate::storage::Storage;
use crate::{AppendError, Bounds, Offset};

/// How far a log reaches at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tail {
    /// Offset after the last record that readers may see.
    pub(crate) readable: Offset,
    /// Offset after the last durable one; only ticks lie between the two.
    pub(crate) committed: Offset,
}

/// One log.
pub(crate) struct Shared {
    pub(crate) config: LogConfig,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) metrics: Arc<LogMetrics>,
    pub(crate) segments: RwLock<BTreeMap<Offset, Arc<Segment>>>,
    pub(crate) ring: Mutex<Ring>,
    pub(crate) tail: watch::Sender<Tail>,
    pub(crate) inbox: Inbox,
    pub(crate) in_flight: Arc<Semaphore>,
    pub(crate) holds: Mutex<Holds>,
    /// Held by whoever removes or replaces segments.
    pub(crate) upkeep: Mutex<()>,
    /// Why nothing is written any more.
    pub(crate) stopped: OnceLock<String>,
}

impl Shared {
    pub(crate) fn pace(&self) -> Pace {
        Pace {
            commit_interval: self.config.commit_interval,
            commit_bytes: self.config.commit_bytes as u64,
            tick_interval: self.config.tick_interval,
        }
    }

    pub(crate) fn stopped(&self) -> Option<AppendError> {
        self.stopped
            .get()
            .map(|reason| AppendError::Stopped(reason.clone()))
    }

    pub(crate) fn bounds(&self) -> Bounds {
        let start = self
            .segments
            .read()
            .keys()
            .next()
            .copied()
            .unwrap_or_default();
        Bounds {
            start,
            committed: self.tail.borrow().committed,
        }
    }

    /// The segment in which to look for `offset`, and where the next one begins.
    pub(crate) fn segment_of(&self, offset: Offset) -> Option<(Arc<Segment>, Option<Offset>)> {
        let segments = self.segments.read();
        let (base, segment) = segments.range(..=offset).next_back()?;
        let after = Offset(base.0.saturating_add(1));
        let next = segments.range(after..).next().map(|(base, _)| *base);
        Some((Arc::clone(segment), next))
    }

    /// Sets the gauges that speak of the segments as a whole.
    pub(crate) fn measure(&self) {
        let segments = self.segments.read();
        let bytes: u64 = segments
            .values()
            .map(|s| s.with_extent(|e| e.closed_bytes()))
            .sum();
        let oldest = segments.values().next();
        let oldest_time = oldest.map_or(0, |segment| segment.with_extent(|e| e.first_time.0));
        let start = segments.keys().next().map_or(0, |base| base.0);
        self.metrics.segments.set(segments.len() as i64);
        self.metrics.disk_bytes.set(bytes as i64);
        self.metrics.start_offset.set(start as i64);
        self.metrics.oldest_time.set(oldest_time / 1_000_000_000);
        self.metrics
            .committed_offset
            .set(self.tail.borrow().committed.0 as i64);
    }
}
