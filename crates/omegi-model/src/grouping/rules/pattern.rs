//! A text pattern: exact, or with `*` for any run of characters.

use memchr::memmem;

/// Longest part of a text that is looked at.
const TEXT_BYTES_MAX: usize = 8 * 1024;

/// A pattern cut at its stars. No backtracking: each piece is searched once, left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pieces: Vec<String>,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self {
            pieces: text.split('*').map(str::to_owned).collect(),
        }
    }

    pub(super) fn fits(&self, text: &str) -> bool {
        let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
        let (Some(first), Some(last)) = (self.pieces.first(), self.pieces.last()) else {
            return text.is_empty();
        };
        if self.pieces.len() == 1 {
            return text == first;
        }
        let Some(mut rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        for piece in self.pieces.iter().skip(1).take(self.pieces.len() - 2) {
            match memmem::find(rest.as_bytes(), piece.as_bytes()) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_run() {
        for (pattern, text, fits) in [
            ("a.B", "a.B", true),
            ("a.B", "a.Bc", false),
            ("*Timeout*", "java.net.SocketTimeoutException", true),
            ("a*", "a", true),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*ba", "aba", false),
            ("", "x", false),
        ] {
            assert_eq!(Pattern::new(pattern).fits(text), fits, "{pattern} {text}");
        }
    }
}
