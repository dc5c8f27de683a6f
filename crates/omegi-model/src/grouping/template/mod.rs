//! Message templates: a message with all that varies between occurrences replaced.
//!
//! One pass from left to right over at most [`INPUT_BYTES_MAX`] of the first [`LINES_MAX`] lines;
//! at each word the longest class that fits wins (URL before path before number). No regular
//! expressions, so no input is slow; what looks like a secret never comes out.

mod chunk;
mod classes;
mod dates;
mod json;
mod secrets;

use memchr::memchr;

/// Longest part of a message that is looked at.
pub const INPUT_BYTES_MAX: usize = 8 * 1024;
/// Longest template.
pub const TEMPLATE_BYTES_MAX: usize = 512;
/// Lines of a message that count; below them stand notes, bodies and dumps.
pub const LINES_MAX: usize = 3;

/// The template of a message: at most [`TEMPLATE_BYTES_MAX`], the same for every occurrence.
///
/// Numbers become `<num>`, quoted texts `<str>`, then `<uuid>`, `<id>`, `<hex>`, `<ip>`, `<host>`,
/// `<email>`, `<time>`, `<duration>`, `<size>`, `<blob>`, `<secret>`, `<json keys>`. Status codes,
/// errno, SQLSTATE and vendor codes stay. O(message) with a constant bound.
#[must_use]
pub fn template(message: &str) -> String {
    let mut scanner = Scanner::new(first_lines(message));
    while scanner.step() {}
    scanner.out.finish()
}

/// A service's name without the pod that ran it; an unseen peer's without its address.
pub(super) fn family(service: &str) -> String {
    if service.starts_with("remote:") {
        return template(service);
    }
    let mut out = Output::default();
    chunk::write_part(&mut out, service);
    match out.text.strip_suffix("-<id>") {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => service.to_owned(),
    }
}

fn first_lines(message: &str) -> &str {
    let message = message.trim();
    let mut end = message.floor_char_boundary(INPUT_BYTES_MAX);
    let newlines = memchr::memchr_iter(b'\n', &message.as_bytes()[..end]);
    if let Some(last) = newlines.take(LINES_MAX).nth(LINES_MAX - 1) {
        end = last;
    }
    message[..end].trim_end()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    out: Output,
    /// The word before, for numbers that a word gives a meaning.
    before: &'a str,
    /// Quotes of which no closing one is left.
    unclosed: Vec<char>,
    /// How often brackets may still be searched for their end.
    bracket_tries: u32,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            out: Output::default(),
            before: "",
            unclosed: Vec::new(),
            bracket_tries: 8,
        }
    }

    /// Takes one piece of the text; false at its end, or when the template is full.
    fn step(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else {
            return false;
        };
        work(1);
        let taken = if first.is_whitespace() {
            self.out.blank(first == '\n');
            first.len_utf8()
        } else if let Some(length) = self.quoted(first) {
            self.out.class("<str>");
            length
        } else if let Some(length) = self.bracketed(first) {
            length
        } else if let Some(length) = dates::in_words(rest).filter(|_| self.at_word_start()) {
            self.out.class("<time>");
            length
        } else if chunk::delimits(first) {
            self.out.text(&rest[..first.len_utf8()]);
            first.len_utf8()
        } else {
            self.word(rest)
        };
        self.at += taken;
        !self.out.full()
    }

    fn at_word_start(&self) -> bool {
        !self.text[..self.at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
    }

    /// Length of a quoted text that begins here.
    fn quoted(&mut self, first: char) -> Option<usize> {
        let close = match first {
            '"' | '\'' | '`' => first,
            '“' | '„' => '”',
            '‘' => '’',
            '«' => '»',
            '「' => '」',
            _ => return None,
        };
        if !self.at_word_start() || self.unclosed.contains(&close) {
            return None;
        }
        let body_start = self.at + first.len_utf8();
        let mut from = body_start;
        while let Some(found) = self.text.get(from..)?.find(close) {
            let after = from + found + close.len_utf8();
            let escaped = self.text[..from + found].ends_with('\\');
            let goes_on = self.text[after..].starts_with(|c: char| c.is_alphanumeric());
            if !escaped && !goes_on {
                return Some(after - self.at);
            }
            from = after;
        }
        work(self.text.len() - self.at);
        self.unclosed.push(close);
        None
    }

    /// JSON and IPv6 addresses in brackets.
    fn bracketed(&mut self, first: char) -> Option<usize> {
        let rest = &self.text[self.at..];
        if first == '['
            && let Some(close) = memchr(b']', &rest.as_bytes()[..rest.len().min(64)])
            && classes::is_ipv6(&rest[1..close])
        {
            self.out.class("<ip>");
            return Some(close + 1 + classes::port_length(&rest[close + 1..]));
        }
        let inside = rest.get(1..).map(str::trim_start).unwrap_or_default();
        let json = matches!(first, '{' | '[') && inside.starts_with(['"', '{', '[']);
        if !json || self.bracket_tries == 0 {
            return None;
        }
        match json::shape(rest) {
            Some((length, keys)) => {
                work(length);
                self.out.class(&keys);
                Some(length)
            }
            None => {
                work(rest.len());
                self.bracket_tries -= 1;
                None
            }
        }
    }

    fn word(&mut self, rest: &'a str) -> usize {
        if let Some(length) = secrets::value_length(&self.text[..self.at], self.before, rest) {
            self.out.class("<secret>");
            self.before = "";
            return length;
        }
        let word = chunk::narrow(rest);
        // Only a URL reaches further than the word: a look-ahead at each word would be quadratic.
        if memchr::memmem::find(word.as_bytes(), b"://").is_some() {
            let whole = chunk::whole(rest);
            if let Some(url) = classes::url(whole) {
                self.out.text(&url);
                self.before = "";
                return whole.len();
            }
        }
        work(word.len());
        let after = &rest[word.len()..];
        chunk::write(&mut self.out, word, self.before, after);
        self.before = word;
        word.len()
    }
}

#[cfg(test)]
thread_local! {
    /// Bytes looked at, for the test that the work is linear.
    static WORK: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Counts bytes looked at, in tests alone.
#[inline]
fn work(_bytes: usize) {
    #[cfg(test)]
    WORK.with(|work| work.set(work.get() + _bytes as u64));
}

/// The template as it grows.
#[derive(Default)]
struct Output {
    text: String,
}

impl Output {
    fn full(&self) -> bool {
        self.text.len() > TEMPLATE_BYTES_MAX
    }

    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Runs of blanks become one; a line end stays one.
    fn blank(&mut self, line_end: bool) {
        if line_end {
            let end = self.text.trim_end_matches(' ').len();
            self.text.truncate(end);
        }
        if !self.text.ends_with(['\n', ' ']) && !self.text.is_empty() {
            self.text.push(if line_end { '\n' } else { ' ' });
        }
    }

    /// Adds a class; a list of one class is one: `[1, 2, 3]` and `[1, 2]` are `[<num>]`.
    fn class(&mut self, class: &str) {
        for separator in [", ", ",", "; ", "|"] {
            let before = self.text.strip_suffix(separator);
            if before.is_some_and(|before| before.ends_with(class)) {
                let end = self.text.len() - separator.len();
                self.text.truncate(end);
                return;
            }
        }
        let date_and_time = class == "<time>" && self.text.trim_end().ends_with("<time>");
        if date_and_time {
            let end = self.text.trim_end().len();
            self.text.truncate(end);
            return;
        }
        self.text.push_str(class);
    }

    fn finish(mut self) -> String {
        if self.text.len() > TEMPLATE_BYTES_MAX {
            let mut end = self.text.floor_char_boundary(TEMPLATE_BYTES_MAX);
            // No half of a class name at the end.
            if let Some(open) = self.text[..end].rfind('<')
                && !self.text[open..end].contains('>')
            {
                end = open;
            }
            self.text.truncate(end);
        }
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        self.text
    }
}

#[cfg(test)]
mod tests;
