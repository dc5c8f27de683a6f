//! Identities. Each is checked where it is made and cannot be mixed up with another.
//!
//! Text form is lowercase hex (JSON, URLs); binary form is the raw bytes (disk, keys).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {expected}: {found:?}")]
pub struct IdError {
    expected: &'static str,
    found: String,
}

impl IdError {
    fn new(expected: &'static str, found: &str) -> Self {
        Self {
            expected,
            found: found.chars().take(64).collect(),
        }
    }
}

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $len]);

        impl $name {
            /// The id, or `None` for all zero, which stands for "absent" in every protocol we read.
            #[must_use]
            pub fn new(bytes: [u8; $len]) -> Option<Self> {
                (bytes != [0; $len]).then_some(Self(bytes))
            }

            /// The id in a slice of exactly its length; `None` for another length or all zero.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Self::new(bytes.try_into().ok()?)
            }

            /// The raw bytes, as on disk and in keys.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; $len];
                decode_hex(text, &mut bytes)
                    .and_then(|()| Self::new(bytes))
                    .ok_or_else(|| IdError::new($expected, text))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                    text.parse().map_err(de::Error::custom)
                } else {
                    let bytes = <[u8; $len]>::deserialize(deserializer)?;
                    Self::new(bytes).ok_or_else(|| de::Error::custom(concat!("zero is not ", $expected)))
                }
            }
        }
    };
}

bytes_id!(
    /// W3C trace id: 16 bytes, never all zero.
    TraceId, 16, "a trace id of 32 hex digits, not all zero"
);
bytes_id!(
    /// W3C span id: 8 bytes, never all zero.
    SpanId, 8, "a span id of 16 hex digits, not all zero"
);
bytes_id!(
    /// A project for ever: a slug may be given again after a deletion, this is not.
    ProjectId, 8, "a project id of 16 hex digits"
);
bytes_id!(
    /// An error event: hash of project, trace and origin, so a replay finds the same one.
    ErrorId, 16, "an error id of 32 hex digits"
);
bytes_id!(
    /// An issue: hash of the project and the group key that opened it.
    IssueId, 16, "an issue id of 32 hex digits"
);
bytes_id!(
    /// What makes two errors the same: hash of the grouping parts.
    Fingerprint, 16, "a fingerprint of 32 hex digits"
);
bytes_id!(
    /// A person with an account; random.
    UserId, 8, "a user id of 16 hex digits"
);
bytes_id!(
    /// An ingest or API token, as shown in lists; random, not the secret.
    TokenId, 8, "a token id of 16 hex digits"
);
bytes_id!(
    /// A note; random.
    NoteId, 8, "a note id of 16 hex digits"
);
bytes_id!(
    /// A comment under a note; random.
    CommentId, 8, "a comment id of 16 hex digits"
);
bytes_id!(
    /// Hash of a secret that somebody else keeps: token, session cookie, link.
    SecretHash, 32, "a secret's hash of 64 hex digits"
);

impl ErrorId {
    /// The error event of `project` that began at `origin` in the trace, or in no trace.
    ///
    /// `origin` is the origin span's id, or the hash of the log record where no span is known.
    #[must_use]
    pub fn derive(project: ProjectId, trace: Option<TraceId>, origin: &[u8]) -> Self {
        let trace: &[u8] = trace.as_ref().map_or(&[], |id| id.as_bytes());
        Self(hash_parts(
            "omegi-error",
            &[project.as_bytes(), trace, origin],
        ))
    }
}

impl IssueId {
    /// The issue that `key` opens in `project`.
    #[must_use]
    pub fn derive(project: ProjectId, key: Fingerprint) -> Self {
        Self(hash_parts(
            "omegi-issue",
            &[project.as_bytes(), key.as_bytes()],
        ))
    }

    /// A short handle for people, such as `K3F9-2QX`: derived, not counted, so not surely unique.
    #[must_use]
    pub fn short(&self) -> String {
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let mut bits = u64::from_be_bytes([
            0, 0, 0, self.0[0], self.0[1], self.0[2], self.0[3], self.0[4],
        ]);
        let mut text = [0_u8; 7];
        for digit in text.iter_mut().rev() {
            *digit = DIGITS[(bits % 32) as usize];
            bits /= 32;
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        format!("{}-{}", &text[..4], &text[4..])
    }
}

impl Fingerprint {
    /// Hashes `parts` under `domain`; lengths are hashed too, so "ab"+"c" differs from "a"+"bc".
    #[must_use]
    pub fn of(domain: &str, parts: &[&[u8]]) -> Self {
        Self(hash_parts(domain, parts))
    }
}

/// First 16 bytes of BLAKE3 over the domain and each part with its length; never all zero.
fn hash_parts(domain: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in std::iter::once(&domain.as_bytes()).chain(parts) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    bytes[15] |= u8::from(bytes == [0; 16]);
    bytes
}

fn decode_hex(text: &str, out: &mut [u8]) -> Option<()> {
    let text = text.as_bytes();
    if text.len() != out.len() * 2 {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_24_upper_case_hex_equals_lower_case() {
        let upper: TraceId = "5B8EFFF798038103D269B633813FC60C".parse().unwrap();
        assert_eq!(upper.to_string(), "5b8efff798038103d269b633813fc60c");
    }

    #[test]
    fn an_id_of_zeros_or_of_another_length_is_none() {
        assert!(TraceId::from_slice(&[0; 16]).is_none());
        assert!(TraceId::from_slice(&[1; 15]).is_none());
        assert!("00".parse::<SpanId>().is_err());
    }

    #[test]
    fn edge_79_joined_parts_do_not_collide() {
        assert_ne!(
            Fingerprint::of("t", &[b"ab", b"c"]),
            Fingerprint::of("t", &[b"a", b"bc"])
        );
    }

    #[test]
    fn an_issue_keeps_its_short_id() {
        let project = ProjectId::new([7; 8]).unwrap();
        let issue = IssueId::derive(project, Fingerprint::of("t", &[b"x"]));
        assert_eq!(issue.short(), issue.short());
        assert_eq!(issue.short().len(), 8);
    }
}
