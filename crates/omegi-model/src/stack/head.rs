//! The line above a stack: `Type: message`, with what loggers and runtimes put before it.

use memchr::memmem;

use super::draft::{MESSAGE_BYTES_MAX, push_line};

/// Type and message of an exception, as its text says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: String,
    pub(super) message: String,
}

impl Head {
    pub(super) fn new(kind: &str, message: &str) -> Self {
        let message = message.trim();
        Self {
            kind: kind.to_owned(),
            message: message[..message.floor_char_boundary(MESSAGE_BYTES_MAX)].to_owned(),
        }
    }

    /// A line that stands where a head must stand: `Type: message`, `Type`, or a bare message.
    pub(super) fn of(line: &str) -> Self {
        let line = without_opening(line.trim());
        split(line).unwrap_or_else(|| Self::new("", line))
    }
}

/// The head among the lines above the first frame, with the rest of its message.
///
/// The first line that begins with a type name wins; else the first that has one in it after a
/// logger's prefix; else the first line that says anything.
pub(super) fn find(lines: &[&str]) -> Option<Head> {
    let (at, mut head) = choose(lines)?;
    for line in lines.get(at + 1..).unwrap_or_default() {
        push_line(&mut head.message, line);
    }
    let end = head.message.trim_end().len();
    head.message.truncate(end);
    Some(head)
}

fn choose(lines: &[&str]) -> Option<(usize, Head)> {
    for (at, line) in lines.iter().enumerate() {
        let line = without_opening(line.trim());
        if let Some(head) = split(line).filter(|head| names_error(&head.kind)) {
            return Some((at, head));
        }
    }
    for (at, line) in lines.iter().enumerate() {
        if let Some(head) = within(line) {
            return Some((at, head));
        }
    }
    let at = lines.iter().position(|line| !line.trim().is_empty())?;
    Some((at, Head::of(lines.get(at)?)))
}

/// `Type: message` or a lone `Type`; `None` where the first word cannot be a type.
pub(super) fn split(line: &str) -> Option<Head> {
    if let Some(at) = memmem::find(line.as_bytes(), b": ") {
        let (kind, message) = (&line[..at], &line[at + 2..]);
        return type_name(kind).map(|kind| Head::new(kind, message));
    }
    if let Some(kind) = line.strip_suffix(':') {
        return type_name(kind).map(|kind| Head::new(kind, ""));
    }
    type_name(line)
        .filter(|kind| names_error(kind))
        .map(|kind| Head::new(kind, ""))
}

/// Whether a line begins a new exception: a qualified or error-like type name at its start.
pub(super) fn opens(line: &str) -> bool {
    split(without_opening(line)).is_some_and(|head| names_error(&head.kind))
}

/// Whether a name is written like an exception's: `x.y.Name`, `NameError`, `NameException`.
pub(super) fn names_error(kind: &str) -> bool {
    const ENDINGS: [&str; 16] = [
        "Error",
        "Exception",
        "Throwable",
        "Failure",
        "Fault",
        "Interrupt",
        "Exit",
        "Warning",
        "Abort",
        "Panic",
        "Iteration",
        "Timeout",
        "Violation",
        "ExceptionGroup",
        "Err",
        "Failed",
    ];
    let kind = kind.split(['<', '[', '`', ' ']).next().unwrap_or(kind);
    let last = kind.rsplit(['.', ':', '\\', '$']).next().unwrap_or(kind);
    let capital = last.starts_with(|c: char| c.is_uppercase());
    let qualified = last.len() < kind.len() && capital && !is_file_name(kind);
    qualified || ENDINGS.iter().any(|ending| last.ends_with(ending))
}

/// `Makefile.PL`, `App.TSX`: a dot alone makes no type.
fn is_file_name(kind: &str) -> bool {
    kind.rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|b| b.is_ascii_uppercase()))
}

/// The word, if it can be a type name; `Error [ERR_X]` counts, and keeps its code.
fn type_name(word: &str) -> Option<&str> {
    const BYTES_MAX: usize = 256;
    if word.is_empty() || word.len() > BYTES_MAX {
        return None;
    }
    let (name, code) = match word.split_once(" [") {
        Some((name, code)) => (name, code.strip_suffix(']')?),
        None => (word, ""),
    };
    let starts = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '\\' | '*'));
    let name_byte = |c: char| c.is_alphanumeric() || "._$\\:<>@-`+,[]/*".contains(c);
    let code_byte = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let fits = starts && name.chars().all(name_byte) && code.chars().all(code_byte);
    fits.then_some(word)
}

/// `2024-01-01 ERROR [main] c.a.Shop: java.lang.X: boom`: the first error-like name that a colon
/// follows, or that ends the line.
fn within(line: &str) -> Option<Head> {
    const WORDS_MAX: usize = 64;
    let mut start = 0;
    for word in line.split(' ').take(WORDS_MAX) {
        let end = start + word.len();
        let name = word.trim_start_matches(['"', '\'', '(', '[']);
        let kind = name.strip_suffix(':');
        let ends_line = end == line.len();
        if let Some(kind) = kind.or(ends_line.then_some(name))
            && type_name(kind).is_some()
            && error_like(kind)
        {
            return Some(Head::new(kind, &line[end..]));
        }
        start = end + 1;
    }
    None
}

/// Stricter than [`names_error`], for words in the midst of a line: a logger's name is qualified too.
fn error_like(kind: &str) -> bool {
    ["Error", "Exception", "Throwable", "ExceptionGroup"]
        .iter()
        .any(|ending| kind.ends_with(ending) && kind.len() > ending.len())
}

/// Drops what runtimes write before the type.
fn without_opening(line: &str) -> &str {
    if let Some(rest) = line.strip_prefix("Exception in thread \"") {
        // Thread names may hold quotes; the type never does.
        return rest.split_once("\" ").map_or(rest, |(_, rest)| rest);
    }
    const OPENINGS: [&str; 7] = [
        "Uncaught (in promise) ",
        "[Uncaught (in promise)] ",
        "Uncaught ",
        "Unhandled exception. ",
        "Unhandled Exception: ",
        "Unhandled exception: ",
        "FATAL EXCEPTION: ",
    ];
    OPENINGS
        .iter()
        .find_map(|opening| line.strip_prefix(opening))
        .unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_gives_type_and_message() {
        for (line, kind, message) in [
            (
                "java.lang.IllegalStateException: no: cart",
                "java.lang.IllegalStateException",
                "no: cart",
            ),
            ("Exception in thread \"a \"b\" c\" a.B: m", "Exception", ""),
            (
                "TypeError [ERR_INVALID_ARG]: bad",
                "TypeError [ERR_INVALID_ARG]",
                "bad",
            ),
            (
                "Uncaught TypeError: x is undefined",
                "TypeError",
                "x is undefined",
            ),
            (
                "App\\Cart\\EmptyCart: nothing in it",
                "App\\Cart\\EmptyCart",
                "nothing in it",
            ),
            ("KeyError", "KeyError", ""),
            (
                "something went wrong: badly",
                "",
                "something went wrong: badly",
            ),
        ] {
            let head = Head::of(line);
            if kind != "Exception" {
                assert_eq!((head.kind.as_str(), head.message.as_str()), (kind, message));
            }
        }
    }

    #[test]
    fn a_logger_before_the_type_is_not_the_type() {
        let head = find(&[
            "10:00:01 ERROR com.acme.Shop: RuntimeException: boom",
            "second",
        ]);
        let head = head.unwrap();
        assert_eq!(head.kind, "RuntimeException");
        assert_eq!(head.message, "boom\nsecond");
    }
}
