//! Fresh ids and secrets, from the operating system's chance.

use omegi_model::workspace::provision::Outside;
use omegi_model::workspace::secret::{PasswordHash, RANDOM_BYTES, Secret, SecretKind};

use super::password::Passwords;

/// The operating system gives no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("no random numbers: {0}")]
pub struct RandomError(getrandom::Error);

/// A new secret of that kind.
///
/// # Errors
/// [`RandomError`].
pub fn fresh_secret(kind: SecretKind) -> Result<Secret, RandomError> {
    let mut random = [0; RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(RandomError)?;
    Ok(Secret::from_random(kind, random))
}

/// A new id, such as `fresh_id(UserId::new)`.
///
/// # Errors
/// [`RandomError`].
pub fn fresh_id<I>(make: impl Fn([u8; 8]) -> Option<I>) -> Result<I, RandomError> {
    loop {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(RandomError)?;
        // All zero is no id; it comes up once in 2^64 times.
        if let Some(id) = make(random) {
            return Ok(id);
        }
    }
}

/// Chance and slow hashes for provisioning; remembers the first failure.
pub(super) struct Chance {
    passwords: Passwords,
    pub(super) failed: Option<String>,
}

impl Chance {
    pub(super) fn new(passwords: Passwords) -> Self {
        Self {
            passwords,
            failed: None,
        }
    }

    fn keep<T>(&mut self, result: Result<T, impl std::fmt::Display>) -> Option<T> {
        result
            .map_err(|error| self.failed.get_or_insert_with(|| error.to_string()).clone())
            .ok()
    }
}

impl Outside for Chance {
    fn fresh_id(&mut self) -> [u8; 8] {
        let id = fresh_id(|bytes| (bytes != [0; 8]).then_some(bytes));
        self.keep(id).unwrap_or([1; 8])
    }

    fn hash_password(&mut self, password: &str) -> PasswordHash {
        let hash = self.passwords.hash(password);
        self.keep(hash).unwrap_or(PasswordHash(String::new()))
    }

    fn password_matches(&mut self, password: &str, hash: &PasswordHash) -> bool {
        let matches = self.passwords.matches(password, hash);
        self.keep(matches).unwrap_or(false)
    }
}
