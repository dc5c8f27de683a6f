//! Stack texts of Dart and Flutter: `#0 C.m (package:shop/cart.dart:12:3)`, and the terse form of
//! package:stack_trace, `package:shop/cart.dart 12:3  C.m`.

use super::draft::{Draft, push_line};
use super::head::{self, Head};
use super::{Frame, Relation, text};

pub(super) fn read(lines: &[&str]) -> Draft {
    let mut draft = Draft::default();
    let mut above: Vec<&str> = Vec::new();
    for line in lines {
        let body = line.trim_start();
        if let Some(frame) = frame(body) {
            if draft.exceptions.is_empty() {
                draft.begin(head(&above), Relation::Outermost);
            }
            draft.frame(frame);
        } else if draft.exceptions.is_empty() {
            above.push(line);
        } else if let Some(more) = body.strip_prefix("(elided ") {
            draft.elided(
                more.split(' ')
                    .next()
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(0),
            );
        } else if body != "<asynchronous suspension>"
            && !body.starts_with("====")
            && !body.is_empty()
        {
            draft.skip();
        }
    }
    if draft.exceptions.is_empty() {
        Draft::without_frames(&above)
    } else {
        draft
    }
}

/// One frame, numbered or terse.
pub(super) fn frame(body: &str) -> Option<Frame> {
    let (function, place) = match body.strip_prefix('#') {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let rest = rest[digits..].trim_start();
            let (function, place) = rest.strip_suffix(')')?.rsplit_once(" (")?;
            (function, place.to_owned())
        }
        None => terse(body)?,
    };
    let (file, line, column) = text::location(&place);
    let known = [
        "package:",
        "dart:",
        "file:///",
        "http://",
        "https://",
        "org-dartlang",
    ]
    .iter()
    .any(|p| file.starts_with(p));
    (known && (line.is_some() || file.starts_with("dart:"))).then(|| Frame {
        function: function.trim().to_owned(),
        file: Some(file.to_owned()),
        line,
        column,
        ..Frame::default()
    })
}

/// `package:shop/cart.dart 12:3  Cart.add`
fn terse(body: &str) -> Option<(&str, String)> {
    if !body.starts_with("package:") && !body.starts_with("dart:") {
        return None;
    }
    let (place, function) = body.split_once("  ")?;
    Some((function, place.trim_end().replacen(' ', ":", 1)))
}

fn head(lines: &[&str]) -> Head {
    let thrown = lines
        .iter()
        .position(|line| line.contains("The following ") && line.contains(" was thrown"));
    if let Some(at) = thrown {
        return flutter(lines.get(at..).unwrap_or_default());
    }
    let at = lines
        .iter()
        .position(|line| line.trim_start().starts_with("Unhandled "))
        .map_or(0, |at| at + 1);
    let lines = lines.get(at..).unwrap_or_default();
    let first = lines
        .iter()
        .map(|line| line.trim())
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let Some(kind) = unnamed(first) else {
        return named(lines, first);
    };
    let message = first
        .split_once(": ")
        .filter(|(before, _)| unnamed_prefix(before))
        .map_or(first, |(_, m)| m);
    let mut head = Head::new(kind, message);
    for more in lines
        .iter()
        .skip_while(|line| line.trim() != first)
        .skip(1)
        .filter(|line| !line.trim().is_empty())
    {
        push_line(&mut head.message, more);
    }
    head
}

fn named(lines: &[&str], first: &str) -> Head {
    if let Some(kind) = first.strip_prefix("Instance of '") {
        return Head::new(kind.trim_end_matches('\''), "");
    }
    // `RangeError (index): Invalid value: ..`
    if let Some((kind, rest)) = first
        .split_once(" (")
        .filter(|(kind, _)| head::names_error(kind))
        && let Some((detail, message)) = rest.split_once("): ")
    {
        return Head::new(kind, &format!("({detail}): {message}"));
    }
    head::find(lines).unwrap_or_default()
}

/// The type of errors whose text does not name it.
fn unnamed(first: &str) -> Option<&'static str> {
    const OPENINGS: [(&str, &str); 14] = [
        ("Bad state: ", "StateError"),
        ("Invalid argument", "ArgumentError"),
        ("Unsupported operation", "UnsupportedError"),
        ("Concurrent modification", "ConcurrentModificationError"),
        ("Out of Memory", "OutOfMemoryError"),
        ("Stack Overflow", "StackOverflowError"),
        ("Assertion failed", "AssertionError"),
        ("Reading static variable", "CyclicInitializationError"),
        (
            "Cannot instantiate abstract class",
            "AbstractClassInstantiationError",
        ),
        ("Null check operator", "TypeError"),
        ("type '", "TypeError"),
        ("LateInitializationError", "LateInitializationError"),
        ("Failed assertion", "AssertionError"),
        (
            "IntegerDivisionByZeroException",
            "IntegerDivisionByZeroException",
        ),
    ];
    const INSIDE: [(&str, &str); 3] = [
        ("Switch case fall-through", "FallThroughError"),
        ("malformed type", "TypeError"),
        ("Failed assertion", "AssertionError"),
    ];
    let opening = OPENINGS.iter().find(|(words, _)| first.starts_with(words));
    let inside = || {
        INSIDE
            .iter()
            .find(|(words, _)| first.starts_with('\'') && first.contains(words))
    };
    opening.or_else(inside).map(|(_, kind)| *kind)
}

fn unnamed_prefix(before: &str) -> bool {
    matches!(
        before,
        "Bad state"
            | "Invalid argument(s)"
            | "Invalid argument"
            | "Unsupported operation"
            | "LateInitializationError"
    )
}

/// `The following CartError was thrown building Shop:`, the message below.
fn flutter(lines: &[&str]) -> Head {
    let opening = lines.first().copied().unwrap_or_default();
    let kind = opening
        .split_once("The following ")
        .map_or("", |(_, rest)| rest);
    let kind = kind.split(" was thrown").next().unwrap_or(kind).trim();
    let kind = if kind == "assertion" {
        "AssertionError"
    } else {
        kind
    };
    let message = lines
        .iter()
        .skip(1)
        .map(|line| line.trim())
        .find(|line| !line.is_empty());
    let message = message.unwrap_or_default();
    let message = message
        .strip_prefix(kind)
        .and_then(|rest| rest.strip_prefix(": "))
        .unwrap_or(message);
    Head::new(kind, message)
}
