//! Values as bytes on disk: one byte of form, then JSON, compressed where that pays.
//!
//! JSON, so that a field can be added without a migration; whoever needs a new meaning adds a
//! new event or row and lifts the old one when reading.

use serde::Serialize;
use serde::de::DeserializeOwned;

const PLAIN: u8 = 1;
const ZSTD: u8 = 2;
/// Below this, compression costs more than it saves.
const COMPRESS_FROM_BYTES: usize = 512;
/// No value inflates beyond this: far above the largest we write.
const VALUE_BYTES_MAX: usize = 64 << 20;

/// Bytes that cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer build, or not by us.
    #[error("unknown form {0}")]
    Form(u8),
    /// Damaged.
    #[error("cannot inflate")]
    Inflate(#[source] std::io::Error),
    /// Not what it should be.
    #[error("cannot parse")]
    Parse(#[from] serde_json::Error),
}

/// The bytes of `value`.
///
/// # Panics
/// When a map in `value` has keys that are no text; ours all have.
#[must_use]
#[allow(clippy::expect_used)]
pub fn to_bytes(value: &impl Serialize) -> Vec<u8> {
    let json = serde_json::to_vec(value).expect("our maps have text keys");
    let compressed = (json.len() >= COMPRESS_FROM_BYTES)
        .then(|| zstd::bulk::compress(&json, 1).ok())
        .flatten();
    let (form, body) = compressed.map_or((PLAIN, json), |small| (ZSTD, small));
    let mut bytes = Vec::with_capacity(body.len() + 1);
    bytes.push(form);
    bytes.extend_from_slice(&body);
    bytes
}

/// What [`to_bytes`] of this or any older build wrote.
///
/// # Errors
/// [`DecodeError`]: damaged, or from a newer build.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    match bytes.split_first() {
        Some((&PLAIN, json)) => Ok(serde_json::from_slice(json)?),
        Some((&ZSTD, small)) => {
            let json =
                zstd::bulk::decompress(small, VALUE_BYTES_MAX).map_err(DecodeError::Inflate)?;
            Ok(serde_json::from_slice(&json)?)
        }
        Some((&other, _)) => Err(DecodeError::Form(other)),
        None => Err(DecodeError::Form(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_survives_small_and_large() {
        for length in [0, 1, 10_000] {
            let value = vec!["x".repeat(length)];
            let read: Vec<String> = from_bytes(&to_bytes(&value)).unwrap();
            assert_eq!(read, value);
        }
    }

    #[test]
    fn damage_is_told_not_guessed() {
        let mut bytes = to_bytes(&vec!["x".repeat(1_000)]);
        bytes.truncate(20);
        assert!(matches!(
            from_bytes::<Vec<String>>(&bytes),
            Err(DecodeError::Inflate(_))
        ));
        assert!(matches!(from_bytes::<u8>(&[9]), Err(DecodeError::Form(9))));
        assert!(matches!(from_bytes::<u8>(&[]), Err(DecodeError::Form(0))));
    }
}
