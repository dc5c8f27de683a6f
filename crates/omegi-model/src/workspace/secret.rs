//! Secrets as the world sees them, and the hashes that we keep.
//!
//! A secret is random and long (160 bits or more), so one round of a hash is enough: there is
//! nothing to guess. Passwords are not secrets of this kind; they get a slow hash elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::SecretHash;

/// Random bytes of a secret that we make: 200 bits.
pub const RANDOM_BYTES: usize = 25;
const BODY_CHARS_MIN: usize = 32;
const BODY_CHARS_MAX: usize = 128;
const HINT_CHARS: usize = 4;

/// What a secret opens; its first characters tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretKind {
    /// `omgs_`: sends telemetry into one project.
    Ingest,
    /// `omgu_`: calls the API.
    Api,
    /// `omgc_`: a session, in a cookie.
    Session,
    /// `omgl_`: a link that signs in once, or invites.
    Link,
}

impl SecretKind {
    const ALL: [Self; 4] = [Self::Ingest, Self::Api, Self::Session, Self::Link];

    /// The first characters.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Ingest => "omgs_",
            Self::Api => "omgu_",
            Self::Session => "omgc_",
            Self::Link => "omgl_",
        }
    }
}

/// A secret in clear: shown once, never stored, never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    kind: SecretKind,
    text: String,
}

impl Secret {
    /// The secret of that kind made from random bytes.
    #[must_use]
    pub fn from_random(kind: SecretKind, random: [u8; RANDOM_BYTES]) -> Self {
        const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
        let mut text = kind.prefix().to_owned();
        // Five bytes are eight digits of five bits.
        for five in random.chunks_exact(5) {
            let bits = five
                .iter()
                .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for digit in (0..8).rev() {
                text.push(char::from(DIGITS[(bits >> (digit * 5)) as usize % 32]));
            }
        }
        Self { kind, text }
    }

    /// Reads a secret that somebody presents; none where it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, body) = SecretKind::ALL
            .iter()
            .find_map(|kind| Some((*kind, text.strip_prefix(kind.prefix())?)))?;
        let allowed = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'z');
        let sized = (BODY_CHARS_MIN..=BODY_CHARS_MAX).contains(&body.len());
        (sized && body.bytes().all(allowed)).then(|| Self {
            kind,
            text: text.to_owned(),
        })
    }

    /// What it opens.
    #[must_use]
    pub fn kind(&self) -> SecretKind {
        self.kind
    }

    /// What we keep of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        let bytes = blake3::derive_key("omegi 2026 secret v1", self.text.as_bytes());
        let Some(hash) = SecretHash::new(bytes) else {
            panic!("a hash of 256 bits is never all zero");
        };
        hash
    }

    /// The last characters, by which its owner tells it from others in a list.
    #[must_use]
    pub fn hint(&self) -> String {
        let from = self.text.len().saturating_sub(HINT_CHARS);
        self.text.get(from..).unwrap_or_default().to_owned()
    }

    /// The secret itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.kind.prefix())
    }
}

/// A hash of something that people type, for keys in memory that must not tell it.
#[must_use]
pub fn digest(text: &str) -> [u8; 32] {
    blake3::derive_key("omegi 2026 digest v1", text.as_bytes())
}

/// An argon2id hash of a password in PHC form; made and checked outside the model.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_secret_is_read_back_and_hides_itself() {
        for kind in SecretKind::ALL {
            let secret = Secret::from_random(kind, [0xa5; RANDOM_BYTES]);
            let read = Secret::parse(secret.reveal()).unwrap();
            assert_eq!((read.kind(), read.hash()), (kind, secret.hash()));
            assert_eq!(secret.reveal().len(), 45);
            assert!(!format!("{secret:?}").contains(&secret.hint()));
        }
    }

    #[test]
    fn what_cannot_be_ours_is_not_looked_up() {
        let body = "0123456789abcdef0123456789abcdef";
        assert!(Secret::parse(&format!("omgs_{body}")).is_some());
        for bad in [
            body.to_owned(),
            format!("omgx_{body}"),
            format!("omgs_{}", &body[1..]),
            format!("omgs_{body}A"),
            format!("omgs_{}", body.repeat(5)),
        ] {
            assert!(Secret::parse(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn equal_bodies_of_two_kinds_have_two_hashes() {
        let of = |kind| Secret::from_random(kind, [1; RANDOM_BYTES]).hash();
        assert_ne!(of(SecretKind::Ingest), of(SecretKind::Api));
    }
}
