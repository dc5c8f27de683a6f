//! Passwords: argon2id, off the runtime's threads, a bounded number at once.

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Argon2, PasswordHash as Phc};
use omegi_model::workspace::secret::PasswordHash;
use tokio::sync::Semaphore;

use crate::errors::blocking;
use crate::problem::ApiError;

/// Each takes 19 MiB and tens of milliseconds: a crowd at the door must not take the house.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
const PASSWORD_BYTES_MAX: usize = 1_024;

/// The slow hash of `password`.
///
/// # Errors
/// A text: the system has no randomness.
pub fn hash(password: &str) -> Result<PasswordHash, String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    let salt = SaltString::encode_b64(&random).map_err(|error| error.to_string())?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    hash.map(|hash| PasswordHash(hash.to_string())).map_err(|error| error.to_string())
}

/// Whether `hash` was made of `password`.
#[must_use]
pub fn verify(password: &str, hash: &PasswordHash) -> bool {
    let Ok(parsed) = Phc::new(&hash.0) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
}

/// As [`verify`], and as slow without a hash.
pub(crate) async fn matches(
    password: String,
    hash: Option<PasswordHash>,
) -> Result<bool, ApiError> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Ok(false);
    }
    let _turn = AT_ONCE.acquire().await.map_err(ApiError::internal)?;
    blocking(move || match hash {
        Some(hash) => verify(&password, &hash),
        None => {
            // The work of a real check, thrown away.
            let _ = self::hash(&password);
            false
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_its_own_hash_alone() {
        let hash = hash("correct horse battery").unwrap();
        assert!(verify("correct horse battery", &hash));
        assert!(!verify("correct horse", &hash));
        assert!(!verify("x", &PasswordHash("nonsense".into())));
    }
}
