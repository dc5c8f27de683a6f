//! How an embedded log is set.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};

/// Settings of an [`EmbeddedLog`](crate::EmbeddedLog). Start from [`LogConfig::new`].
#[derive(Clone)]
pub struct LogConfig {
    /// Names the log in metrics.
    pub topic: &'static str,
    /// Room of a segment's file. A batch that is larger gets a segment of its own.
    pub segment_bytes: u64,
    /// A segment is closed when its first record is older, so that expiry keeps up.
    pub segment_age_max: Duration,
    /// Two commits begin at least this far apart, unless `commit_bytes` wait. Zero: a commit begins
    /// as soon as the one before has ended, and takes all that came meanwhile.
    pub commit_interval: Duration,
    /// As soon as so much waits, it is committed.
    pub commit_bytes: usize,
    /// Largest batch.
    pub batch_bytes_max: usize,
    /// What may wait for the disk; appends beyond wait until their deadline.
    pub in_flight_bytes_max: usize,
    /// Fresh records kept in memory for readers, decoded bodies included.
    pub ring_bytes_max: usize,
    /// Pause after which a tick is appended while readers hold windows open.
    pub tick_interval: Duration,
    /// Appends are refused when less than so much would be free.
    pub free_bytes_min: u64,
    /// Likewise, in percent of the file system.
    pub free_percent_min: u8,
    /// Oldest segments go when all take more than this.
    pub retention_bytes: u64,
    /// Segments go when their last record arrived longer ago than this.
    pub retention_age: Duration,
    /// Readers that must have placed a hold before anything expires at all.
    pub holders: Vec<String>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl LogConfig {
    /// The defaults.
    #[must_use]
    pub fn new(topic: &'static str) -> Self {
        const MIB: usize = 1 << 20;
        const DAY: Duration = Duration::from_secs(86_400);
        Self {
            topic,
            segment_bytes: 128 * MIB as u64,
            segment_age_max: DAY,
            // Waiting saved no processor time where it was measured, and a lone sender 4 ms a batch.
            commit_interval: Duration::ZERO,
            commit_bytes: MIB,
            batch_bytes_max: 64 * MIB,
            in_flight_bytes_max: 128 * MIB,
            ring_bytes_max: 64 * MIB,
            tick_interval: Duration::from_millis(100),
            free_bytes_min: 2 << 30,
            free_percent_min: 5,
            retention_bytes: 20 << 30,
            retention_age: 7 * DAY,
            holders: Vec::new(),
            clock: Arc::new(SystemClock::default()),
        }
    }

    /// What is wrong with these settings, all at once.
    #[must_use]
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let mut require = |holds: bool, otherwise: &str| {
            if !holds {
                mistakes.push(otherwise.to_owned());
            }
        };
        require(
            self.segment_bytes >= 64 << 10,
            "segment_bytes must be at least 64 KiB",
        );
        require(self.batch_bytes_max > 0, "batch_bytes_max must be positive");
        require(
            self.batch_bytes_max <= self.in_flight_bytes_max,
            "batch_bytes_max must not exceed in_flight_bytes_max",
        );
        require(
            u32::try_from(self.in_flight_bytes_max).is_ok(),
            "in_flight_bytes_max must be below 4 GiB",
        );
        require(
            !self.tick_interval.is_zero(),
            "tick_interval must be positive",
        );
        require(
            self.free_percent_min < 100,
            "free_percent_min must be below 100",
        );
        mistakes
    }
}
