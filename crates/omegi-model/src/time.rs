//! Moments and lengths of time, in nanoseconds.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment: nanoseconds since 1970 in UTC, within 1677 to 2262. All arithmetic saturates.
///
/// JSON form: RFC 3339 with nine decimals. Binary form: the number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct UnixNanos(pub i64);

impl UnixNanos {
    /// What OTLP sends: unsigned nanoseconds; beyond 2262 becomes the last moment we know.
    #[must_use]
    pub fn from_unsigned(nanos: u64) -> Self {
        Self(i64::try_from(nanos).unwrap_or(i64::MAX))
    }

    /// `self` later by `nanos`, at most the last moment.
    #[must_use]
    pub fn plus(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// Nanoseconds from `earlier` to `self`; negative where `self` comes first.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for UnixNanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_nanosecond(i128::from(self.0)) {
            Ok(moment) => write!(f, "{moment:.9}"),
            Err(_) => write!(f, "{}ns", self.0),
        }
    }
}

impl fmt::Debug for UnixNanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for UnixNanos {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let error = || TimeError(text.chars().take(64).collect());
        let moment: jiff::Timestamp = text.parse().map_err(|_| error())?;
        i64::try_from(moment.as_nanosecond())
            .map(Self)
            .map_err(|_| error())
    }
}

/// A text that is no moment we can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time between 1678 and 2262: {0:?}")]
pub struct TimeError(String);

impl Serialize for UnixNanos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for UnixNanos {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
            text.parse().map_err(de::Error::custom)
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_its_text_to_the_nanosecond() {
        for nanos in [0, 1, 1_700_000_000_123_456_789, i64::MAX, -1] {
            let moment = UnixNanos(nanos);
            assert_eq!(moment.to_string().parse::<UnixNanos>().unwrap(), moment);
        }
    }

    #[test]
    fn edge_40_far_times_do_not_overflow() {
        let last = UnixNanos::from_unsigned(u64::MAX);
        assert_eq!(last.plus(1), last);
        assert_eq!(UnixNanos(i64::MIN).since(last), i64::MIN);
    }
}
