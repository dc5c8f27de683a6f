//! JSON as a sequence of tokens, by the letter of RFC 8259; skips without recursion.

use std::borrow::Cow;

use super::{JsonError, JsonProblem};

/// Arrays and objects inside each other in fields that we do not know.
const SKIPPED_DEPTH_MAX: usize = 16 << 10;

/// A place in a JSON text.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// At the beginning, after a byte order mark if there is one.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let at = if bytes.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        };
        Self { bytes, at }
    }

    pub(super) fn error(&self, problem: JsonProblem) -> JsonError {
        JsonError {
            problem,
            at: self.at,
        }
    }

    /// The next character that is not blank, left where it is.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, JsonError> {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                _ => return Ok(*byte),
            }
        }
        Err(self.error(JsonProblem::End))
    }

    /// Only blanks are left.
    pub(super) fn end(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Ok(_) => Err(self.error(JsonProblem::Trailing)),
            Err(_) => Ok(()),
        }
    }

    /// Steps over `byte` if it comes next.
    #[inline]
    pub(super) fn take_if(&mut self, byte: u8) -> Result<bool, JsonError> {
        let found = self.peek()? == byte;
        self.at += usize::from(found);
        Ok(found)
    }

    #[inline]
    pub(super) fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), JsonError> {
        if self.take_if(byte)? {
            return Ok(());
        }
        Err(self.error(JsonProblem::Expected(expected)))
    }

    /// After an element: true if another follows, false if `close` ends the list.
    #[inline]
    pub(super) fn more(&mut self, close: u8) -> Result<bool, JsonError> {
        if self.take_if(b',')? {
            return Ok(true);
        }
        if self.take_if(close)? {
            return Ok(false);
        }
        Err(self.error(JsonProblem::Unexpected))
    }

    /// Steps over `null` if it comes next.
    #[inline]
    pub(super) fn take_null(&mut self) -> Result<bool, JsonError> {
        if self.peek()? != b'n' {
            return Ok(false);
        }
        self.literal(b"null").map(|()| true)
    }

    pub(super) fn literal(&mut self, literal: &[u8]) -> Result<(), JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if !rest.starts_with(literal) {
            return Err(self.error(JsonProblem::Unexpected));
        }
        self.at += literal.len();
        Ok(())
    }

    /// A string without its quotes, escapes resolved; bytes that are no UTF-8 are left as they are.
    pub(super) fn string(&mut self) -> Result<Cow<'a, [u8]>, JsonError> {
        self.expect(b'"', "a string")?;
        let plain = self.plain_run()?;
        if self.bytes.get(self.at) == Some(&b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_vec();
        while self.bytes.get(self.at) == Some(&b'\\') {
            self.at += 1;
            self.escape(&mut text)?;
            text.extend_from_slice(self.plain_run()?);
        }
        self.at += 1;
        Ok(Cow::Owned(text))
    }

    /// What stands before the next quote or backslash, which is there.
    #[inline]
    fn plain_run(&mut self) -> Result<&'a [u8], JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(length) = memchr::memchr2(b'"', b'\\', rest) else {
            self.at = self.bytes.len();
            return Err(self.error(JsonProblem::End));
        };
        let run = rest.get(..length).unwrap_or_default();
        if let Some(control) = run.iter().position(|byte| *byte < 0x20) {
            self.at += control;
            return Err(self.error(JsonProblem::Unexpected));
        }
        self.at += length;
        Ok(run)
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), JsonError> {
        let Some(escaped) = self.bytes.get(self.at) else {
            return Err(self.error(JsonProblem::End));
        };
        self.at += 1;
        text.push(match escaped {
            b'"' | b'\\' | b'/' => *escaped,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.unicode_escape(text),
            _ => return Err(self.error(JsonProblem::Escape)),
        });
        Ok(())
    }

    /// After `\u`. NUL and half pairs, which no text can hold, become U+FFFD.
    fn unicode_escape(&mut self, text: &mut Vec<u8>) -> Result<(), JsonError> {
        let first = self.hex4()?;
        let mut code = u32::from(first);
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if (0xd800..0xdc00).contains(&first) && rest.starts_with(b"\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.hex4()?;
            if (0xdc00..0xe000).contains(&second) {
                code = 0x10000 + ((code - 0xd800) << 10) + (u32::from(second) - 0xdc00);
            } else {
                self.at = before;
            }
        }
        let character = char::from_u32(code).filter(|character| *character != '\0');
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn hex4(&mut self) -> Result<u16, JsonError> {
        let digits = self.bytes.get(self.at..self.at + 4).unwrap_or_default();
        let digits = std::str::from_utf8(digits)
            .ok()
            .filter(|text| !text.starts_with('+'));
        let code = digits.and_then(|text| u16::from_str_radix(text, 16).ok());
        self.at += 4;
        code.ok_or_else(|| self.error(JsonProblem::Escape))
    }

    /// A number as it stands there.
    pub(super) fn number(&mut self) -> Result<&'a str, JsonError> {
        self.peek()?;
        let start = self.at;
        self.at += usize::from(self.bytes.get(self.at) == Some(&b'-'));
        let whole = self.digits()?;
        if whole > 1 && self.bytes.get(self.at - whole) == Some(&b'0') {
            return Err(self.error(JsonProblem::Unexpected));
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        let number = self.bytes.get(start..self.at).unwrap_or_default();
        std::str::from_utf8(number).map_err(|_| self.error(JsonProblem::Unexpected))
    }

    fn digits(&mut self) -> Result<usize, JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err(self.error(JsonProblem::Unexpected));
        }
        self.at += count;
        Ok(count)
    }

    /// Steps over one value of any kind, checking that it is JSON.
    pub(super) fn skip_value(&mut self) -> Result<(), JsonError> {
        let mut open = Vec::new();
        loop {
            if !self.skip_start(&mut open)? {
                continue;
            }
            // A value has ended: so may the lists around it.
            loop {
                let Some(close) = open.last().copied() else {
                    return Ok(());
                };
                if self.more(close)? {
                    if close == b'}' {
                        self.key()?;
                    }
                    break;
                }
                open.pop();
            }
        }
    }

    /// Steps over a scalar or an empty list (true), or into a list (false).
    fn skip_start(&mut self, open: &mut Vec<u8>) -> Result<bool, JsonError> {
        match self.peek()? {
            b'"' => drop(self.string()?),
            b't' => self.literal(b"true")?,
            b'f' => self.literal(b"false")?,
            b'n' => self.literal(b"null")?,
            b'{' | b'[' => return self.skip_into(open),
            _ => drop(self.number()?),
        }
        Ok(true)
    }

    fn skip_into(&mut self, open: &mut Vec<u8>) -> Result<bool, JsonError> {
        let close = if self.take_if(b'{')? { b'}' } else { b']' };
        if close == b']' {
            self.at += 1;
        }
        if self.take_if(close)? {
            return Ok(true);
        }
        if open.len() >= SKIPPED_DEPTH_MAX {
            return Err(self.error(JsonProblem::TooDeep));
        }
        open.push(close);
        if close == b'}' {
            self.key()?;
        }
        Ok(false)
    }

    /// An object's key with the colon after it.
    #[inline]
    pub(super) fn key(&mut self) -> Result<Cow<'a, [u8]>, JsonError> {
        let key = self.string()?;
        self.expect(b':', "a colon")?;
        Ok(key)
    }
}
