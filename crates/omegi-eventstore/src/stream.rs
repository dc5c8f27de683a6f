//! Names and places: a stream, a version within it, a position in the global order.

use std::fmt;

/// Place of an event in the one global order: dense from 1; 0 stands before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Position(pub u64);

/// Place of an event in its stream: dense from 1; 0 is a stream without events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Version(pub u64);

/// What the writer believes of a stream; if it is wrong, nothing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whatever is there.
    Any,
    /// The stream has no event yet.
    New,
    /// The stream's last event has this version.
    Version(Version),
}

impl Expected {
    /// True when a stream whose last version is `actual` is what the writer believes it to be.
    #[must_use]
    pub fn admits(self, actual: Version) -> bool {
        match self {
            Self::Any => true,
            Self::New => actual == Version(0),
            Self::Version(version) => actual == version,
        }
    }
}

/// Name of a stream: 1 to 128 bytes of `a-z 0-9 - _ . :`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(String);

/// A text that cannot name a stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a stream name of 1 to 128 bytes of a-z 0-9 - _ . : : {0:?}")]
pub struct StreamIdError(String);

impl StreamId {
    /// Longest name, in bytes.
    pub const BYTES_MAX: usize = 128;

    /// Checks a name.
    ///
    /// # Errors
    /// [`StreamIdError`]: empty, too long, or with another character.
    pub fn new(name: impl Into<String>) -> Result<Self, StreamIdError> {
        let name = name.into();
        let allowed =
            |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':');
        if name.is_empty() || name.len() > Self::BYTES_MAX || !name.bytes().all(allowed) {
            return Err(StreamIdError(name.chars().take(Self::BYTES_MAX).collect()));
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_name_is_checked_where_it_is_made() {
        for good in ["a", "project-0123456789abcdef", "user:kim_1.x"] {
            assert_eq!(StreamId::new(good).unwrap().as_str(), good);
        }
        let long = "x".repeat(StreamId::BYTES_MAX + 1);
        for bad in ["", "A", "a b", "a/b", "한", long.as_str()] {
            assert!(StreamId::new(bad).is_err(), "{bad:?}");
        }
    }
}
