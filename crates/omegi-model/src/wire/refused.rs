//! Which records of a request were refused, and why.

use std::fmt;

/// Why one span or log record is not stored while the rest of its request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RefusalReason {
    /// The trace id is missing, all zero or not 16 bytes.
    TraceId,
    /// The span id is missing, all zero or not 8 bytes.
    SpanId,
    /// The project does not take services it does not know.
    ServiceUnknown,
    /// The token is bound to another service.
    ServiceNotBound,
    /// A data point: metrics are not kept.
    MetricsNotKept,
}

impl RefusalReason {
    /// Every reason there is.
    pub const ALL: [Self; 5] = [
        Self::TraceId,
        Self::SpanId,
        Self::ServiceUnknown,
        Self::ServiceNotBound,
        Self::MetricsNotKept,
    ];

    /// Its label in metrics.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::TraceId => "trace_id",
            Self::SpanId => "span_id",
            Self::ServiceUnknown => "service_unknown",
            Self::ServiceNotBound => "service_not_bound",
            Self::MetricsNotKept => "metrics_not_kept",
        }
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TraceId => "trace id is missing, zero or not 16 bytes",
            Self::SpanId => "span id is missing, zero or not 8 bytes",
            Self::ServiceUnknown => "service is not known to the project",
            Self::ServiceNotBound => "token is bound to another service",
            Self::MetricsNotKept => "metrics are not kept",
        })
    }
}

/// Positions of refused records: sorted ranges that neither touch nor overlap, so that a request
/// of millions of refused records stays small.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refused {
    /// First position and length.
    ranges: Vec<(u32, u32)>,
}

impl Refused {
    /// Nothing.
    pub const NONE: &'static Self = &Self { ranges: Vec::new() };

    /// Adds `index`, which must not lie before any that is there already.
    pub fn push(&mut self, index: u32) {
        self.push_range(index, 1);
    }

    /// Adds `length` positions from `first` on; parts that lie before the end of what is there
    /// already are ignored.
    pub fn push_range(&mut self, first: u32, length: u32) {
        let end = first.saturating_add(length);
        match self.ranges.last_mut() {
            Some((last, count)) if last.saturating_add(*count) >= first => {
                *count = end.saturating_sub(*last).max(*count);
            }
            _ if length > 0 => self.ranges.push((first, length)),
            _ => {}
        }
    }

    /// Both together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut ranges: Vec<_> = self.ranges.iter().chain(&other.ranges).copied().collect();
        ranges.sort_unstable();
        let mut union = Self::default();
        for (first, length) in ranges {
            union.push_range(first, length);
        }
        union
    }

    /// Whether `index` is refused.
    #[must_use]
    #[inline]
    pub fn contains(&self, index: u32) -> bool {
        if self.ranges.is_empty() {
            return false;
        }
        let after = self.ranges.partition_point(|(first, _)| *first <= index);
        let range = after.checked_sub(1).and_then(|at| self.ranges.get(at));
        range.is_some_and(|(first, length)| index - first < *length)
    }

    /// How many are refused.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.ranges
            .iter()
            .map(|(_, length)| u64::from(*length))
            .sum()
    }

    /// How many of the `length` positions from `first` on are refused.
    #[must_use]
    pub fn count_within(&self, first: u32, length: u32) -> u64 {
        let end = first.saturating_add(length);
        let begin = self
            .ranges
            .partition_point(|(at, count)| at.saturating_add(*count) <= first);
        let ranges = self
            .ranges
            .iter()
            .skip(begin)
            .take_while(|(at, _)| *at < end);
        ranges
            .map(|(at, count)| at.saturating_add(*count).min(end) - (*at).max(first))
            .map(u64::from)
            .sum()
    }

    /// Nothing refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// First position and length of each range, in order.
    #[must_use]
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }
}

impl FromIterator<u32> for Refused {
    fn from_iter<I: IntoIterator<Item = u32>>(indexes: I) -> Self {
        let mut indexes: Vec<_> = indexes.into_iter().collect();
        indexes.sort_unstable();
        let mut refused = Self::default();
        for index in indexes {
            refused.push(index);
        }
        refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_exactly_what_was_added() {
        let refused: Refused = [9, 3, 4, 5, 4, 11].into_iter().collect();
        assert_eq!(refused.ranges(), [(3, 3), (9, 1), (11, 1)]);
        let held: Vec<_> = (0..20).filter(|index| refused.contains(*index)).collect();
        assert_eq!(held, [3, 4, 5, 9, 11]);
        assert_eq!(refused.count(), 5);
        assert_eq!(refused.count_within(4, 6), 3);
        assert_eq!(refused.count_within(12, 6), 0);
    }

    #[test]
    fn a_union_holds_both_sides() {
        let one: Refused = [1, 2, 8].into_iter().collect();
        let two: Refused = [2, 3, 20].into_iter().collect();
        assert_eq!(one.union(&two).ranges(), [(1, 3), (8, 1), (20, 1)]);
    }
}
