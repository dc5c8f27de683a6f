//! Text as it came: checked for UTF-8 once, repaired and cut alike for all readers.

use std::borrow::Cow;

/// `bytes` as text of at most `bytes_max`: invalid UTF-8 becomes U+FFFD, a cut text ends by saying
/// how long it was.
pub(super) fn text(bytes: &[u8], bytes_max: usize) -> Cow<'_, str> {
    if bytes.len() > bytes_max {
        return Cow::Owned(cut(bytes, bytes_max));
    }
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(String::from_utf8_lossy(bytes).into_owned()),
    }
}

pub(super) fn is_text(bytes: &[u8]) -> bool {
    simdutf8::basic::from_utf8(bytes).is_ok()
}

fn cut(bytes: &[u8], bytes_max: usize) -> String {
    let mark = format!("…[cut from {} bytes]", bytes.len());
    let mut end = bytes_max.saturating_sub(mark.len());
    // Not inside a character: half of one would read as damage that the sender did not do.
    while end > 0 && bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    let kept = bytes.get(..end).unwrap_or_default();
    let mut text = String::from_utf8_lossy(kept).into_owned();
    text.push_str(&mark);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_16_a_cut_text_keeps_its_original_length() {
        let long = "é".repeat(600_000);
        let kept = text(long.as_bytes(), 32 << 10);
        assert!(kept.len() <= 32 << 10);
        assert!(
            kept.ends_with("é…[cut from 1200000 bytes]"),
            "{}",
            &kept[kept.len() - 40..]
        );
    }

    #[test]
    fn edge_20_invalid_utf_8_is_replaced() {
        assert_eq!(text(b"caf\xff", 10), "caf\u{fffd}");
    }
}
