//! Where a word of a message ends, and what becomes of it.

use super::Output;
use super::classes::{self, class_of};

/// Whether a character stands for itself, between words.
pub(super) fn delimits(c: char) -> bool {
    !c.is_alphanumeric() && !"_-+/\\.:@$%~".contains(c)
}

/// Up to the next blank.
pub(super) fn until_blank(rest: &str) -> &str {
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    &rest[..end]
}

/// Length of a secret's value: up to a blank, quote or separator of pairs.
pub(super) fn token_length(rest: &str) -> usize {
    let opening = rest.len() - rest.trim_start_matches(['"', '\'']).len();
    let ends = |c: char| c.is_whitespace() || "\"'`,;&)]}>".contains(c);
    let body = rest[opening..].find(ends).unwrap_or(rest.len() - opening);
    let closing = usize::from(opening > 0 && rest[opening + body..].starts_with(['"', '\'']));
    (opening + body + closing).max(rest.chars().next().map_or(0, char::len_utf8))
}

/// The widest word at the start: what a URL may take.
pub(super) fn whole(rest: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || "\"'`<>«»“”‘’".contains(c);
    let end = rest.find(ends).unwrap_or(rest.len());
    trimmed(
        rest,
        &rest[..end],
        &['.', ',', ';', ':', '!', '?', ')', ']', '}'],
    )
}

/// The word up to the next character that stands for itself.
pub(super) fn narrow(rest: &str) -> &str {
    let end = rest.find(delimits).unwrap_or(rest.len());
    trimmed(rest, &rest[..end], &['.', ':', '-'])
}

/// `word` without closing marks, but never empty.
fn trimmed<'a>(rest: &'a str, word: &'a str, marks: &[char]) -> &'a str {
    let bare = word.trim_end_matches(marks);
    if bare.is_empty() {
        let first = rest.chars().next().map_or(0, char::len_utf8);
        return &rest[..first];
    }
    bare
}

/// Writes one word: as it is, as a class, or part by part.
pub(super) fn write(out: &mut Output, word: &str, before: &str, after: &str) {
    let letters = word.bytes().all(|b| b.is_ascii_alphabetic() || b >= 0x80);
    if letters || classes::keeps_number(word, before, after) || classes::is_vendor_code(word) {
        out.text(word);
    } else if let Some(class) = class_of(word) {
        out.class(class);
    } else if let Some((name, _)) = word
        .split_once('@')
        .filter(|(_, id)| classes::is_identity(id))
    {
        write_part(out, name);
        out.text("@<hex>");
    } else if classes::is_path(word) {
        write_path(out, word);
    } else if classes::is_host_and_port(word) {
        out.class("<host>:<port>");
    } else {
        write_joined(out, word);
    }
}

/// The last two parts of a path.
fn write_path(out: &mut Output, path: &str) {
    let separators = ['/', '\\'];
    let parts = path
        .split(separators)
        .filter(|part| !part.is_empty())
        .count();
    let mut kept = path.rsplit(separators).filter(|part| !part.is_empty());
    let (last, before_last) = (kept.next(), kept.next());
    out.text(if parts > 2 { "<path>" } else { "" });
    if let Some(part) = before_last {
        out.text(if parts > 2 || path.starts_with('/') {
            "/"
        } else {
            ""
        });
        write_part(out, part);
    }
    if let Some(part) = last {
        out.text("/");
        write_part(out, part);
    }
}

/// Parts with `:`, `/` and the like between them, each by its own class.
fn write_joined(out: &mut Output, word: &str) {
    let mut start = 0;
    for (at, separator) in word.match_indices([':', '/', '\\', '@', '+', '$', '%', '~']) {
        write_part(out, &word[start..at]);
        out.text(separator);
        start = at + separator.len();
    }
    write_part(out, &word[start..]);
}

/// A part by its class, else its segments between `-`, `_` and `.` by theirs.
pub(super) fn write_part(out: &mut Output, part: &str) {
    if part.is_empty() {
        return;
    }
    if let Some(class) = class_of(part) {
        out.class(class);
        return;
    }
    let mut generated_before = false;
    let mut start = 0;
    loop {
        let end = part[start..]
            .find(['-', '_', '.'])
            .map_or(part.len(), |at| start + at);
        let segment = &part[start..end];
        let last = end == part.len();
        let suffix = generated_before && last && classes::is_pod_suffix(segment);
        generated_before = write_segment(out, segment, suffix);
        if last {
            return;
        }
        out.text(&part[end..=end]);
        start = end + 1;
    }
}

/// Writes a segment; true if it was generated.
fn write_segment(out: &mut Output, segment: &str, pod_suffix: bool) -> bool {
    let generated = pod_suffix || classes::is_generated(segment);
    if generated {
        // `<id>-<id>` says no more than `<id>`.
        for joined in ["<id>-", "<id>_"] {
            if let Some(end) = out.text.strip_suffix(joined).map(str::len) {
                out.text.truncate(end);
            }
        }
        out.text("<id>");
    } else if !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit()) {
        out.text("<num>");
        return segment.len() > 3;
    } else if let Some(letters) = classes::numbered(segment) {
        out.text(letters);
        out.text("<num>");
    } else {
        out.text(segment);
    }
    generated
}
