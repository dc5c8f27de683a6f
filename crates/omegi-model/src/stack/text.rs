//! A raw stack text made ready for the line parsers: cut, freed of colours, split into lines.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memmem};

/// Longest text that is parsed; of a longer one the middle goes, since the innermost call stands
/// at the top in most languages and at the bottom in Python.
pub const TEXT_BYTES_MAX: usize = 256 * 1024;
const HEAD_BYTES: usize = TEXT_BYTES_MAX / 4 * 3;
const ESC: u8 = 0x1b;

/// Text within the limit, without terminal colours, with real line breaks.
pub(super) struct Text<'a> {
    body: Cow<'a, str>,
    /// The middle was cut out.
    pub(super) truncated: bool,
}

impl<'a> Text<'a> {
    pub(super) fn prepare(text: &'a str) -> Self {
        let (body, truncated) = cut(text);
        let body = match body {
            Cow::Borrowed(text) => plain(text),
            Cow::Owned(text) => Cow::Owned(plain(&text).into_owned()),
        };
        Self { body, truncated }
    }

    /// Its lines, without line ends and trailing blanks (`\r` too); indentation is kept.
    pub(super) fn lines(&self) -> Vec<&str> {
        let text = self.body.as_ref();
        let mut lines = Vec::with_capacity(text.len() / 48 + 1);
        let mut start = 0;
        for end in memchr_iter(b'\n', text.as_bytes()) {
            lines.push(text[start..end].trim_end());
            start = end + 1;
        }
        lines.push(text[start..].trim_end());
        lines
    }
}

/// Whether a text can hold a stack at all: it has several lines, maybe as `\n` written out.
pub(super) fn may_hold_lines(text: &str) -> bool {
    memchr(b'\n', text.as_bytes()).is_some() || memmem::find(text.as_bytes(), b"\\n").is_some()
}

/// Keeps the first three quarters and the last quarter of the limit, at line ends where there are.
fn cut(text: &str) -> (Cow<'_, str>, bool) {
    if text.len() <= TEXT_BYTES_MAX {
        return (Cow::Borrowed(text), false);
    }
    let head_end = text.floor_char_boundary(HEAD_BYTES);
    let head = &text[..head_end];
    let head = head.rfind('\n').map_or(head, |at| &head[..at]);
    let tail_start = text.ceil_char_boundary(text.len() - (TEXT_BYTES_MAX - HEAD_BYTES));
    let tail = &text[tail_start..];
    let tail = tail.find('\n').map_or(tail, |at| &tail[at + 1..]);
    (Cow::Owned(format!("{head}\n{tail}")), true)
}

fn plain(text: &str) -> Cow<'_, str> {
    let text = if memchr(ESC, text.as_bytes()).is_some() {
        Cow::Owned(without_colours(text))
    } else {
        Cow::Borrowed(text)
    };
    if memchr(b'\n', text.as_bytes()).is_none() && memmem::find(text.as_bytes(), b"\\n").is_some() {
        return Cow::Owned(unescaped(&text));
    }
    text
}

/// Drops `ESC [ ... letter` and lone escapes.
fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(ESC, rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(code) = rest.strip_prefix('[') {
            let digits = code
                .bytes()
                .take_while(|b| b.is_ascii_digit() || *b == b';')
                .count();
            let letter = code.as_bytes().get(digits);
            rest = match letter {
                Some(b) if b.is_ascii_alphabetic() => &code[digits + 1..],
                _ => &code[digits..],
            };
        }
    }
    out.push_str(rest);
    out
}

/// A text that was put into JSON on its way: `\n`, `\t`, `\r`, `\"` and `\\` become themselves.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let (plain, length) = match rest.as_bytes().get(at + 1) {
            Some(b'n') => ("\n", 2),
            Some(b't') => ("\t", 2),
            Some(b'r') => ("", 2),
            Some(b'"') => ("\"", 2),
            Some(b'\\') => ("\\", 2),
            _ => ("\\", 1),
        };
        out.push_str(plain);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// Blanks in front of a line: how deep it is nested.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// `prefix:12` or `prefix:12:3` taken apart from the right; numbers beyond `u32` are no numbers.
pub(super) fn location(text: &str) -> (&str, Option<u32>, Option<u32>) {
    let Some((before, last)) = number_at_end(text) else {
        return (text, None, None);
    };
    match number_at_end(before) {
        Some((file, line)) => (file, Some(line), Some(last)),
        None => (before, Some(last), None),
    }
}

fn number_at_end(text: &str) -> Option<(&str, u32)> {
    let (before, digits) = text.rsplit_once(':')?;
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok().map(|n| (before, n)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_both_ends() {
        let text = format!("first\n{}last", "middle line\n".repeat(100_000));
        let prepared = Text::prepare(&text);
        let lines = prepared.lines();
        assert!(prepared.truncated);
        assert_eq!((lines[0], lines[lines.len() - 1]), ("first", "last"));
        assert!(prepared.body.len() <= TEXT_BYTES_MAX + 1);
    }

    #[test]
    fn colours_carriage_returns_and_written_out_breaks_go() {
        let prepared = Text::prepare("\u{1b}[31;1mError\u{1b}[0m: x\r\n  at y\r\n");
        assert_eq!(prepared.lines(), ["Error: x", "  at y", ""]);
        let prepared = Text::prepare(r#"Error: \"x\"\n\tat y"#);
        assert_eq!(prepared.lines(), ["Error: \"x\"", "\tat y"]);
    }

    #[test]
    fn locations_are_read_from_the_right() {
        assert_eq!(
            location("http://h:80/a.js:1:2"),
            ("http://h:80/a.js", Some(1), Some(2))
        );
        assert_eq!(location("C:/a.py:7"), ("C:/a.py", Some(7), None));
        assert_eq!(location("native"), ("native", None, None));
        assert_eq!(location("a:99999999999"), ("a:99999999999", None, None));
    }
}
