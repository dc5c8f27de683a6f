//! Passwords: argon2id, with the parameters in each hash, so that they can be raised later.

use argon2::password_hash::{PasswordHash as Phc, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use omegi_model::workspace::provision::PASSWORD_CHARS_MIN;
use omegi_model::workspace::secret::PasswordHash;

/// Longest password: a slow hash of a long text is a way to keep a server busy.
const PASSWORD_CHARS_MAX: usize = 1_000;
const SALT_BYTES: usize = 16;

/// Hashes and compares passwords; slow on purpose, so not on the runtime's threads.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
}

/// Why a password cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Choose another one.
    #[error("a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters")]
    Length,
    /// The stored hash is none, or there is no memory or chance for a new one.
    #[error("cannot hash a password: {0}")]
    Hash(String),
}

impl Default for Passwords {
    /// 19 MiB and two rounds, as OWASP advises for argon2id.
    fn default() -> Self {
        Self::with_cost(19_456, 2)
    }
}

impl Passwords {
    /// Other costs, for tests. `memory_kib`: from 8.
    ///
    /// # Panics
    /// Where the costs are below argon2's own limits.
    #[must_use]
    pub fn with_cost(memory_kib: u32, rounds: u32) -> Self {
        let params = Params::new(memory_kib, rounds, 1, None);
        let Ok(params) = params else {
            panic!("costs of argon2 are within its limits")
        };
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
        }
    }

    /// Passes a password that may be chosen.
    ///
    /// # Errors
    /// [`PasswordError::Length`].
    pub fn check(password: &str) -> Result<(), PasswordError> {
        let chars = password.chars().take(PASSWORD_CHARS_MAX + 1).count();
        match (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars) {
            true => Ok(()),
            false => Err(PasswordError::Length),
        }
    }

    /// A new hash with a new salt.
    ///
    /// # Errors
    /// [`PasswordError::Hash`].
    pub fn hash(&self, password: &str) -> Result<PasswordHash, PasswordError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(failed)?;
        let salt = SaltString::encode_b64(&salt).map_err(failed)?;
        let hash = self
            .argon2
            .hash_password(bounded(password), &salt)
            .map_err(failed)?;
        Ok(PasswordHash(hash.to_string()))
    }

    /// True when `hash` was made of `password`, with whatever parameters.
    ///
    /// # Errors
    /// [`PasswordError::Hash`]: the hash is none.
    pub fn matches(&self, password: &str, hash: &PasswordHash) -> Result<bool, PasswordError> {
        let hash = Phc::new(&hash.0).map_err(failed)?;
        match self.argon2.verify_password(bounded(password), &hash) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::Password) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }
}

/// What nobody could have chosen is cut: it matches nothing, and costs no more.
fn bounded(password: &str) -> &[u8] {
    let bytes = password.as_bytes();
    bytes.get(..PASSWORD_CHARS_MAX * 4 + 1).unwrap_or(bytes)
}

fn failed(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Hash(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_matches_its_password_alone_and_never_looks_the_same_twice() {
        let cheap = Passwords::with_cost(8, 1);
        let hash = cheap.hash("correct horse battery").unwrap();
        assert!(cheap.matches("correct horse battery", &hash).unwrap());
        assert!(!cheap.matches("correct horse battery ", &hash).unwrap());
        assert!(
            Passwords::default()
                .matches("correct horse battery", &hash)
                .unwrap()
        );
        assert_ne!(hash, cheap.hash("correct horse battery").unwrap());
        assert!(hash.0.starts_with("$argon2id$"));
        assert!(
            cheap
                .matches("x", &PasswordHash("plain".to_owned()))
                .is_err()
        );
    }

    #[test]
    fn a_password_has_a_least_and_a_greatest_length() {
        assert!(Passwords::check("short").is_err());
        assert!(Passwords::check("열두 글자가 넘는 암호문").is_ok());
        assert!(Passwords::check(&"x".repeat(PASSWORD_CHARS_MAX + 1)).is_err());
    }
}
