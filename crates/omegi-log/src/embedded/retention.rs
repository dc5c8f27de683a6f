//! What is given up, and when: whole segments, oldest first, never what a reader holds.
//!
//! Age counts from append time and is judged by the earlier of log time and wall clock. After a jump
//! of the wall clock nothing expires by age for [`PAUSE_AFTER_JUMP`]: a year forward and back, before
//! or after a restart, costs no record. The bound in bytes holds meanwhile.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tracing::info;

use super::segment::{Segment, segment_name};
use super::shared::Shared;
use crate::clock::{Clock, nanos};
use crate::{AppendTime, Offset};

/// How long the wall clock has to run evenly before it may make anything expire.
const PAUSE_AFTER_JUMP: Duration = Duration::from_secs(86_400);
/// Larger steps are jumps.
const STEP_MAX: Duration = Duration::from_secs(60);

/// What readers still need.
#[derive(Debug, Default)]
pub(crate) struct Holds(BTreeMap<String, Offset>);

impl Holds {
    pub(crate) fn place(&mut self, name: &str, from: Offset) {
        self.0.insert(name.to_owned(), from);
    }

    pub(crate) fn release(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// What must stay from here on; everything while one of `awaited` has not spoken yet.
    pub(crate) fn lowest(&self, awaited: &[String]) -> Option<Offset> {
        if awaited.iter().any(|name| !self.0.contains_key(name)) {
            return Some(Offset(0));
        }
        self.0.values().min().copied()
    }
}

/// Watches the wall clock for jumps.
#[derive(Debug)]
pub(crate) struct Credit {
    /// Wall clock less elapsed time.
    ahead: i64,
    /// When nothing may expire by age before, in elapsed time.
    paused_until: Duration,
}

impl Credit {
    /// `last`: time of the last record. A log that was closed for longer than `age_max` may also
    /// have been opened by a machine whose clock is wrong.
    pub(crate) fn new(clock: &dyn Clock, last: AppendTime, age_max: Duration) -> Self {
        let (wall, elapsed) = (clock.wall(), clock.elapsed());
        let closed_for = wall.saturating_sub(last.0);
        let doubtful = last != AppendTime::default() && closed_for > nanos(age_max);
        let paused_until = if doubtful {
            elapsed + PAUSE_AFTER_JUMP
        } else {
            elapsed
        };
        Self {
            ahead: wall.saturating_sub(nanos(elapsed)),
            paused_until,
        }
    }

    /// Whether the wall clock may be believed about ages.
    pub(crate) fn is_good(&mut self, clock: &dyn Clock) -> bool {
        let (wall, elapsed) = (clock.wall(), clock.elapsed());
        let ahead = wall.saturating_sub(nanos(elapsed));
        if ahead.abs_diff(self.ahead) > nanos(STEP_MAX).unsigned_abs() {
            self.paused_until = elapsed + PAUSE_AFTER_JUMP;
        }
        self.ahead = ahead;
        elapsed >= self.paused_until
    }
}

/// Removes what is too old or too much; says how many segments.
///
/// # Errors
/// When the folder cannot be changed; the rest is tried again next time.
pub(crate) fn expire(shared: &Shared, credit: &mut Credit) -> io::Result<usize> {
    let config = &shared.config;
    let by_age = credit.is_good(&*config.clock);
    let oldest_kept = config
        .clock
        .wall()
        .saturating_sub(nanos(config.retention_age));
    let _upkeep = shared.upkeep.lock();
    let mut segments: Vec<Arc<Segment>> = shared.segments.read().values().cloned().collect();
    // The last one is being written.
    segments.pop();
    let mut bytes: u64 = shared.segments.read().values().map(|s| bytes_of(s)).sum();
    let mut before = Offset(0);
    for segment in segments {
        let (next, last_time) = segment.with_extent(|extent| (extent.next, extent.last_time));
        let too_old = by_age && last_time.0 < oldest_kept;
        if !too_old && bytes <= config.retention_bytes {
            break;
        }
        bytes -= bytes_of(&segment);
        before = next;
    }
    remove_before(shared, before)
}

/// Removes segments that lie whole before `before` and before every hold; says how many.
///
/// # Errors
/// When the folder cannot be changed.
pub(crate) fn trim(shared: &Shared, before: Offset) -> io::Result<usize> {
    let _upkeep = shared.upkeep.lock();
    remove_before(shared, before)
}

fn remove_before(shared: &Shared, before: Offset) -> io::Result<usize> {
    let held = shared.holds.lock().lowest(&shared.config.holders);
    let before = held.map_or(before, |held| held.min(before));
    let mut removed = 0;
    while let Some(base) = first_removable(shared, before) {
        // Readers first: who asks from now on is told that it is gone, not that a file is missing.
        shared.segments.write().remove(&base);
        shared.storage.remove(&segment_name(base))?;
        removed += 1;
    }
    if removed > 0 {
        shared.storage.sync_dir()?;
        shared.metrics.expired_segments.add(removed as u64);
        info!(topic = shared.config.topic, removed, "segments removed");
    }
    shared.measure();
    Ok(removed)
}

/// The oldest segment, if all of it lies before `before` and another one follows.
fn first_removable(shared: &Shared, before: Offset) -> Option<Offset> {
    let segments = shared.segments.read();
    let mut bases = segments.keys();
    let (first, second) = (bases.next()?, bases.next()?);
    (*second <= before).then_some(*first)
}

fn bytes_of(segment: &Segment) -> u64 {
    segment.with_extent(super::segment::Extent::closed_bytes)
}
