//! Rates per project as token buckets, on the runtime's clock so that tests can hold it.

use std::time::Duration;

use tokio::time::Instant;

use crate::auth::RateLimits;

const DAY: Duration = Duration::from_secs(86_400);

/// The three buckets of a project.
#[derive(Debug)]
pub(crate) struct Rates {
    records: Bucket,
    bytes: Bucket,
    bytes_of_day: Bucket,
}

impl Rates {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            records: Bucket::new(now),
            bytes: Bucket::new(now),
            bytes_of_day: Bucket::new(now),
        }
    }

    /// Refills, and says how long to wait where a bucket is empty.
    pub(crate) fn wait(&mut self, limits: RateLimits, now: Instant) -> Option<Duration> {
        let second = Duration::from_secs(1);
        let waits = [
            self.records.wait(limits.records_per_second, second, now),
            self.bytes.wait(limits.bytes_per_second, second, now),
            self.bytes_of_day.wait(limits.bytes_per_day, DAY, now),
        ];
        waits.into_iter().flatten().max()
    }

    /// Takes the bytes of an admitted body.
    pub(crate) fn take_bytes(&mut self, bytes: u64) {
        self.bytes.take(bytes);
        self.bytes_of_day.take(bytes);
    }

    /// Takes the records of a checked request.
    pub(crate) fn take_records(&mut self, records: u64) {
        self.records.take(records);
    }
}

/// Holds one period's amount. What is taken may go into debt: a batch larger than the amount of a
/// second passes once and is waited for afterwards, where it would else never pass.
#[derive(Debug)]
struct Bucket {
    /// Of one period; negative is debt.
    level: f64,
    full: f64,
    refilled: Instant,
}

impl Bucket {
    fn new(now: Instant) -> Self {
        Self {
            level: 0.0,
            full: 0.0,
            refilled: now,
        }
    }

    fn wait(&mut self, limit: Option<u64>, period: Duration, now: Instant) -> Option<Duration> {
        let full = limit? as f64;
        // A bucket begins full, and a raised limit holds at once.
        self.level += full - self.full;
        self.full = full;
        let gained = (now - self.refilled).as_secs_f64() / period.as_secs_f64() * full;
        self.refilled = now;
        self.level = (self.level + gained).min(full);
        if self.level > 0.0 {
            return None;
        }
        let missing = (1.0 - self.level) / full.max(f64::MIN_POSITIVE) * period.as_secs_f64();
        Some(Duration::from_secs_f64(
            missing.clamp(0.0, DAY.as_secs_f64()),
        ))
    }

    fn take(&mut self, amount: u64) {
        self.level -= amount as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_large_batch_passes_once_and_is_then_waited_for() {
        let limits = RateLimits {
            records_per_second: Some(100),
            ..RateLimits::default()
        };
        let mut rates = Rates::new(Instant::now());
        assert_eq!(rates.wait(limits, Instant::now()), None);
        rates.take_records(400);
        let wait = rates.wait(limits, Instant::now()).unwrap();
        assert!((3.0..3.1).contains(&wait.as_secs_f64()), "{wait:?}");
        tokio::time::advance(wait).await;
        assert_eq!(rates.wait(limits, Instant::now()), None);
    }
}
