//! The time given to records: near the wall clock, never back, and never far ahead on a whim.
//!
//! It runs with the monotonic clock. Where the wall clock is ahead by a little, it follows at once;
//! by more, only once the wall clock has kept that up for a while: a year forward and back within
//! [`JUMP_CONFIRMED_AFTER`] leaves no trace. Where the wall clock is behind, it runs at half speed
//! until it is caught up with: windows still close, only later, and nothing is reordered.

use std::time::Duration;

use crate::AppendTime;
use crate::clock::nanos;

/// The wall clock is followed over steps up to this at once.
const STEP_MAX: Duration = Duration::from_secs(10);
/// A longer step is believed after this much monotonic time.
const JUMP_CONFIRMED_AFTER: Duration = Duration::from_secs(300);

/// The clock of one log.
#[derive(Debug)]
pub(crate) struct LogTime {
    last: AppendTime,
    elapsed: Duration,
    /// Since when the wall clock has been far ahead without a break.
    ahead_since: Option<Duration>,
}

impl LogTime {
    /// Goes on after `last`, the time of the last record of the log. Any gap to the wall clock is
    /// taken for the time the log was closed.
    pub(crate) fn after(last: AppendTime, wall: i64, elapsed: Duration) -> Self {
        Self {
            last: last.max(AppendTime(wall)),
            elapsed,
            ahead_since: None,
        }
    }

    /// The time now.
    pub(crate) fn at(&mut self, wall: i64, elapsed: Duration) -> AppendTime {
        let passed = nanos(elapsed.saturating_sub(self.elapsed));
        self.elapsed = self.elapsed.max(elapsed);
        let run = self.last.0.saturating_add(passed);
        let now = if wall <= run {
            self.ahead_since = None;
            wall.max(self.last.0.saturating_add(passed / 2))
        } else if wall.abs_diff(run) <= nanos(STEP_MAX).unsigned_abs() {
            self.ahead_since = None;
            wall
        } else {
            let since = *self.ahead_since.get_or_insert(elapsed);
            if elapsed.saturating_sub(since) >= JUMP_CONFIRMED_AFTER {
                self.ahead_since = None;
                wall
            } else {
                run
            }
        };
        self.last = AppendTime(now);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;
    const YEAR: i64 = 365 * 86_400 * SECOND;

    fn seconds(n: i64) -> Duration {
        Duration::from_secs(n.unsigned_abs())
    }

    #[test]
    fn small_steps_of_the_wall_clock_are_followed_and_none_leads_back() {
        let mut time = LogTime::after(AppendTime(0), 100 * SECOND, seconds(0));
        for (wall, elapsed, expected) in [
            (101, 1, 101),
            (111, 2, 111), // 9 s ahead
            (105, 3, 111), // back: half speed, below
            (106, 5, 112),
            (130, 23, 130),
        ] {
            let now = time.at(wall * SECOND, seconds(elapsed));
            assert_eq!(now.0 / SECOND, expected, "at {elapsed} s");
        }
    }

    #[test]
    fn a_year_forward_and_back_leaves_no_trace() {
        let mut time = LogTime::after(AppendTime(0), 0, seconds(0));
        for elapsed in 0..600 {
            let jump = if (100..300).contains(&elapsed) {
                YEAR
            } else {
                0
            };
            let now = time.at(elapsed * SECOND + jump, seconds(elapsed));
            assert_eq!(now.0, elapsed * SECOND, "at {elapsed} s");
        }
    }

    #[test]
    fn a_jump_that_stays_is_believed() {
        let mut time = LogTime::after(AppendTime(0), 0, seconds(0));
        assert_eq!(time.at(YEAR, seconds(1)).0, SECOND);
        assert_eq!(time.at(YEAR + 299 * SECOND, seconds(300)).0, 300 * SECOND);
        assert_eq!(
            time.at(YEAR + 300 * SECOND, seconds(301)).0,
            YEAR + 300 * SECOND
        );
    }

    #[test]
    fn a_clock_set_back_by_a_year_does_not_stop_time() {
        let mut time = LogTime::after(AppendTime(YEAR), 0, seconds(0));
        assert_eq!(time.at(60 * SECOND, seconds(60)).0, YEAR + 30 * SECOND);
    }

    #[test]
    fn time_never_steps_back_whatever_the_wall_clock_does() {
        let mut time = LogTime::after(AppendTime(5), 7, seconds(0));
        let mut last = time.at(7, seconds(0));
        let walls = [i64::MAX, i64::MIN, 0, YEAR, -YEAR, i64::MAX - 1];
        for step in 0..600 {
            let wall = walls[step % walls.len()];
            let now = time.at(wall, seconds(step as i64));
            assert!(now >= last, "{now:?} after {last:?}");
            last = now;
        }
    }
}
