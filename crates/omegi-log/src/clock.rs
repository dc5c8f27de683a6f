//! The two clocks a log looks at.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells the time. The wall clock may jump either way, the other one only goes forward.
pub trait Clock: Send + Sync + 'static {
    /// Unix nanoseconds UTC.
    fn wall(&self) -> i64;

    /// Time since some moment of the past, with sleep of the machine where the system tells.
    fn elapsed(&self) -> Duration;
}

/// The clocks of this machine.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
    /// Nanoseconds the machine has slept since `start`; `Instant` stands still meanwhile.
    slept: AtomicU64,
    /// Wall clock less elapsed time when last looked at; a change is a jump or a sleep.
    wall_ahead: AtomicI64,
    /// Uptime less `Instant` at the start.
    uptime_ahead: Option<Duration>,
}

impl Default for SystemClock {
    fn default() -> Self {
        let start = Instant::now();
        Self {
            start,
            slept: AtomicU64::new(0),
            wall_ahead: AtomicI64::new(wall()),
            uptime_ahead: uptime(),
        }
    }
}

impl Clock for SystemClock {
    fn wall(&self) -> i64 {
        wall()
    }

    fn elapsed(&self) -> Duration {
        const JUMP: u64 = 1_000_000_000;
        let awake = self.start.elapsed();
        let ahead = wall().saturating_sub(nanos(awake));
        // Asking for the uptime costs a file; only a jump of the wall clock makes it worth while.
        if ahead.abs_diff(self.wall_ahead.load(Relaxed)) > JUMP {
            self.wall_ahead.store(ahead, Relaxed);
            let total = uptime()
                .zip(self.uptime_ahead)
                .map(|(now, then)| now.saturating_sub(then));
            let slept = total.map_or(Duration::ZERO, |total| total.saturating_sub(awake));
            self.slept.fetch_max(nanos(slept).unsigned_abs(), Relaxed);
        }
        awake + Duration::from_nanos(self.slept.load(Relaxed))
    }
}

fn wall() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => nanos(since),
        Err(before) => nanos(before.duration()).saturating_neg(),
    }
}

/// Since boot, with sleep; nothing where the system does not tell.
fn uptime() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    Duration::try_from_secs_f64(text.split_whitespace().next()?.parse().ok()?).ok()
}

pub(crate) fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// A clock that moves when it is told to, for tests.
#[derive(Debug, Default)]
pub struct ManualClock {
    wall: AtomicI64,
    elapsed: AtomicU64,
}

impl ManualClock {
    /// Stands at `wall`, Unix nanoseconds.
    #[must_use]
    pub fn new(wall: i64) -> Self {
        Self {
            wall: AtomicI64::new(wall),
            elapsed: AtomicU64::new(0),
        }
    }

    /// Time passes.
    pub fn pass(&self, time: Duration) {
        self.wall.fetch_add(nanos(time), Relaxed);
        self.elapsed.fetch_add(nanos(time).unsigned_abs(), Relaxed);
    }

    /// Somebody sets the wall clock `by` nanoseconds ahead, or back.
    pub fn jump(&self, by: i64) {
        self.wall.fetch_add(by, Relaxed);
    }
}

impl Clock for ManualClock {
    fn wall(&self) -> i64 {
        self.wall.load(Relaxed)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.elapsed.load(Relaxed))
    }
}
