//! Scalars of OTLP/JSON: numbers, ids and bytes in the forms that senders use.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// A whole number, also in the forms `1.0` and `1e3`.
pub(super) fn whole(number: &str) -> Option<i128> {
    if let Ok(value) = number.parse::<i64>() {
        return Some(value.into());
    }
    if let Ok(value) = number.parse::<u64>() {
        return Some(value.into());
    }
    if !number
        .bytes()
        .any(|byte| matches!(byte, b'.' | b'e' | b'E'))
    {
        return None;
    }
    // Up to here every whole double is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let value: f64 = number.parse().ok()?;
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i128)
}

/// A double in a JSON string.
pub(super) fn double_text(text: &[u8]) -> Option<f64> {
    match text {
        b"NaN" => Some(f64::NAN),
        b"Infinity" => Some(f64::INFINITY),
        b"-Infinity" => Some(f64::NEG_INFINITY),
        _ => {
            let text = std::str::from_utf8(text).ok()?;
            let is_number = text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
            is_number
                .then(|| text.parse().ok())?
                .filter(|value: &f64| value.is_finite())
        }
    }
}

/// Bytes from hex of either case.
pub(super) fn hex(text: &[u8], length: usize) -> Option<[u8; 16]> {
    if text.len() != length * 2 {
        return None;
    }
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let (high, low) = (char::from(*pair.first()?), char::from(*pair.last()?));
        *byte = (high.to_digit(16)? * 16 + low.to_digit(16)?) as u8;
    }
    Some(bytes)
}

/// Whether a text that is no hex id of `length` bytes looks like the id in base64.
pub(super) fn is_base64_id(text: &[u8], length: usize) -> bool {
    base64_bytes(text).is_some_and(|bytes| bytes.len() == length)
}

/// Bytes from base64, standard or URL-safe, padded or not.
pub(super) fn base64_bytes(text: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    if !text.iter().any(|byte| matches!(byte, b'-' | b'_')) {
        return LENIENT.decode(text).ok();
    }
    let standard: Vec<u8> = text
        .iter()
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    LENIENT.decode(standard).ok()
}
