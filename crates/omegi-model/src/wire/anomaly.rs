//! What is odd about a record that is kept all the same.

use std::fmt;

/// A set of [`Anomaly`].
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Anomalies(u16);

/// One oddity; its name in JSON is [`Anomaly::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Anomaly {
    /// The end lies before the start: read as an empty span at the start.
    EndBeforeStart = 1,
    /// No start time: the reader uses the arrival.
    ZeroTime = 1 << 1,
    /// A start in the 1970s: milliseconds or microseconds sent as nanoseconds, most likely.
    SuspectUnit = 1 << 2,
    /// A start after the year 2200.
    FarFuture = 1 << 3,
    /// The span names itself as parent: read as a root.
    SelfParent = 1 << 4,
    /// A parent id of a wrong length: read as a root.
    BadParent = 1 << 5,
    /// Text that is not UTF-8: what is wrong in it reads as U+FFFD.
    InvalidUtf8 = 1 << 6,
    /// A value, or the number of attributes, events or links, was cut.
    Cut = 1 << 7,
    /// An attribute key more than once: the last counts.
    DuplicateKey = 1 << 8,
}

impl Anomaly {
    /// Every one there is.
    pub const ALL: [Self; 9] = [
        Self::EndBeforeStart,
        Self::ZeroTime,
        Self::SuspectUnit,
        Self::FarFuture,
        Self::SelfParent,
        Self::BadParent,
        Self::InvalidUtf8,
        Self::Cut,
        Self::DuplicateKey,
    ];

    /// Its name in JSON and SQL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EndBeforeStart => "end_before_start",
            Self::ZeroTime => "zero_time",
            Self::SuspectUnit => "suspect_unit",
            Self::FarFuture => "far_future",
            Self::SelfParent => "self_parent",
            Self::BadParent => "bad_parent",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::Cut => "cut",
            Self::DuplicateKey => "duplicate_key",
        }
    }
}

impl Anomalies {
    /// Whether `anomaly` is among them.
    #[must_use]
    pub fn contains(self, anomaly: Anomaly) -> bool {
        self.0 & anomaly as u16 != 0
    }

    /// Nothing odd.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those there are, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Anomaly> {
        Anomaly::ALL
            .into_iter()
            .filter(move |anomaly| self.contains(*anomaly))
    }

    /// Both sets together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    pub(super) fn set(&mut self, anomaly: Anomaly, is_so: bool) {
        self.0 |= if is_so { anomaly as u16 } else { 0 };
    }

    /// Notes what is odd about a start time in nanoseconds.
    #[inline]
    pub(super) fn judge_time(&mut self, nanos: u64) {
        // 1973: milliseconds or microseconds of our days, read as nanoseconds, lie before it.
        const UNIT_DOUBTED_BELOW: u64 = 100_000_000_000_000_000;
        const YEAR_2200: u64 = 7_258_118_400_000_000_000;
        self.set(Anomaly::ZeroTime, nanos == 0);
        self.set(
            Anomaly::SuspectUnit,
            nanos != 0 && nanos < UNIT_DOUBTED_BELOW,
        );
        self.set(Anomaly::FarFuture, nanos > YEAR_2200);
    }
}

impl fmt::Debug for Anomalies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
