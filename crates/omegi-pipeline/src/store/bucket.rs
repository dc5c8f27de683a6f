//! Frozen traces lie in one table per stretch of log time, so that what has expired goes as a whole.

use omegi_model::time::UnixNanos;

use super::filter::Filter;

const HOUR_NS: i64 = 3_600_000_000_000;
const DAY_NS: i64 = 24 * HOUR_NS;

/// What a frozen trace is worth keeping for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Worth {
    /// Nothing was told of it: late spans can only complete it.
    Plain,
    /// Errors were told of it: late spans revise them.
    Failed,
}

impl Worth {
    pub(super) const ALL: [Self; 2] = [Self::Plain, Self::Failed];

    pub(super) fn code(self) -> u8 {
        match self {
            Self::Plain => 0,
            Self::Failed => 1,
        }
    }

    fn stretch_ns(self) -> i64 {
        match self {
            Self::Plain => HOUR_NS,
            Self::Failed => DAY_NS,
        }
    }

    /// How long states of this worth are kept after they were last frozen.
    pub(super) fn kept_ns(self) -> i64 {
        match self {
            Self::Plain => DAY_NS,
            Self::Failed => 7 * DAY_NS,
        }
    }

    /// How long it is known from then on that the trace was there.
    pub(super) fn known_ns(self) -> i64 {
        match self {
            Self::Plain => 7 * DAY_NS,
            Self::Failed => 30 * DAY_NS,
        }
    }
}

/// One stretch of log time: all traces of one worth that were last frozen in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Bucket {
    pub(super) worth: Worth,
    /// Count of stretches since 1970.
    pub(super) slot: i64,
}

impl Bucket {
    pub(super) fn of(worth: Worth, at: UnixNanos) -> Self {
        let slot = at.0.div_euclid(worth.stretch_ns());
        Self { worth, slot }
    }

    /// Name of its table.
    pub(super) fn table(self) -> String {
        let worth = match self.worth {
            Worth::Plain => "plain",
            Worth::Failed => "failed",
        };
        format!("{worth}/{}", self.slot)
    }

    /// The states in it have all expired.
    pub(super) fn is_expired(self, now: UnixNanos) -> bool {
        now.since(self.end()) > self.worth.kept_ns()
    }

    /// Nothing needs to be known any more of what was in it.
    pub(super) fn is_forgotten(self, now: UnixNanos) -> bool {
        now.since(self.end()) > self.worth.known_ns()
    }

    fn end(self) -> UnixNanos {
        let stretch = self.worth.stretch_ns();
        UnixNanos(self.slot.saturating_mul(stretch)).plus(stretch)
    }
}

/// What is known of a bucket without reading it.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) filter: Filter,
    /// Bytes of states in its table; 0 once that is dropped.
    pub(super) bytes: u64,
    pub(super) traces: u64,
}
