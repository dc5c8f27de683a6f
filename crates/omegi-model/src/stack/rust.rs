//! Stack texts of Rust: panics, `std::backtrace`, anyhow and eyre in their `{:?}` form.
//!
//! `n: crate::f::{{closure}}`, then `at src/x.rs:l:c`; the backtrace of a chain of errors was taken
//! where the innermost one arose, so it belongs to that.

use super::draft::Draft;
use super::head::Head;
use super::{Frame, Relation, text};

pub(super) fn read(lines: &[&str]) -> Draft {
    let opening = lines
        .iter()
        .position(|line| line.trim().eq_ignore_ascii_case("stack backtrace:"));
    let first = |line: &&str| call(line.trim_start()).is_some_and(|name| name.contains("::"));
    let from = match opening {
        Some(at) => at,
        None => lines.iter().position(first).unwrap_or(lines.len()),
    };
    let mut draft = Draft::default();
    for head in heads(lines.get(..from).unwrap_or_default()) {
        let relation = match draft.exceptions.len().checked_sub(1) {
            Some(outer) => Relation::CauseOf(outer),
            None => Relation::Outermost,
        };
        draft.begin(head, relation);
    }
    calls(lines.get(from..).unwrap_or_default(), &mut draft);
    draft
}

fn calls(lines: &[&str], draft: &mut Draft) {
    for line in lines {
        let body = line.trim_start();
        if let Some(name) = call(body) {
            let (module, function) = split_name(&name);
            draft.frame(Frame {
                function: function.to_owned(),
                module: module.to_owned(),
                ..Frame::default()
            });
        } else if let Some(place) = body.strip_prefix("at ") {
            let (file, line, column) = text::location(place);
            let last = draft
                .exceptions
                .last_mut()
                .and_then(|e| e.frames.last_mut());
            if let Some(frame) = last.filter(|frame| frame.file.is_none()) {
                frame.file = Some(file.to_owned());
                frame.line = line;
                frame.column = column;
            }
        } else if !body.is_empty()
            && !body.starts_with("note: ")
            && !body.eq_ignore_ascii_case("stack backtrace:")
        {
            draft.skip();
        }
    }
}

/// `12: name`, `12: 0x55d0 - name`: the name without its hash, demangled.
pub(super) fn call(body: &str) -> Option<String> {
    let (number, name) = body.split_once(':')?;
    if number.is_empty() || number.len() > 5 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let name = name.strip_prefix(' ')?.trim_start();
    let name = match name
        .strip_prefix("0x")
        .and_then(|rest| rest.split_once(" - "))
    {
        Some((address, name)) if address.bytes().all(|b| b.is_ascii_hexdigit()) => name,
        _ => name,
    };
    if name.is_empty() {
        return None;
    }
    if name.starts_with("_ZN") || name.starts_with("_R") {
        return Some(format!("{:#}", rustc_demangle::demangle(name)));
    }
    let hash = name.rfind("::h").filter(|at| {
        name.len() - at == 19 && name[at + 3..].bytes().all(|b| b.is_ascii_hexdigit())
    });
    Some(name[..hash.unwrap_or(name.len())].to_owned())
}

/// Splits before the function; closures stay with it: `a::f::{{closure}}` gives `a`.
fn split_name(name: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    let mut end = name.len();
    for (at, byte) in name.bytes().enumerate().rev() {
        match byte {
            b'>' | b'}' if !name[..at].ends_with('-') => depth += 1,
            b'<' | b'{' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && name[..at].ends_with(':') => {
                if name[at + 1..end].starts_with('{') {
                    end = at - 1;
                    continue;
                }
                return (&name[..at - 1], &name[at + 1..]);
            }
            _ => {}
        }
    }
    ("", name)
}

/// A panic's or an error's words, outermost first.
fn heads(lines: &[&str]) -> Vec<Head> {
    if let Some(at) = lines.iter().position(|line| line.contains("panicked at ")) {
        return panic(lines.get(at..).unwrap_or_default())
            .into_iter()
            .collect();
    }
    let mut heads: Vec<Head> = Vec::new();
    let mut below = false;
    for line in lines {
        let body = line.trim();
        if body == "Caused by:" {
            below = true;
        } else if body.is_empty() || body == "Location:" {
            // Parts of the report.
        } else if heads.is_empty() {
            heads.push(outermost(body));
        } else if below {
            let numbered = body
                .split_once(": ")
                .filter(|(n, _)| n.bytes().all(|b| b.is_ascii_digit()));
            match numbered {
                Some((_, message)) => heads.push(Head::new("", message)),
                None if heads.len() == 1 => heads.push(Head::new("", body)),
                None => {
                    if let Some(head) = heads.last_mut() {
                        super::draft::push_line(&mut head.message, body);
                    }
                }
            }
        } else if let Some(head) = heads.last_mut() {
            super::draft::push_line(&mut head.message, body);
        }
    }
    heads
}

/// `Error: message` is what `main` prints; eyre counts from `0: `.
fn outermost(body: &str) -> Head {
    let body = body.strip_prefix("0: ").unwrap_or(body);
    let head = Head::of(body);
    let names = head.kind.contains("::") || head.kind.is_empty();
    if names {
        head
    } else {
        Head::new("", body.strip_prefix("Error: ").unwrap_or(body))
    }
}

/// `thread 'main' panicked at src/x.rs:4:5:` with the message below; older ones have it inside.
fn panic(lines: &[&str]) -> Option<Head> {
    let (_, place) = lines.first()?.split_once("panicked at ")?;
    if let Some(old) = place.strip_prefix('\'') {
        let message = old.rfind("', ").map_or(old, |at| &old[..at]);
        return Some(Head::new("panic", message));
    }
    let mut head = Head::new("panic", "");
    for line in lines
        .iter()
        .skip(1)
        .filter(|line| !line.starts_with("note: "))
    {
        super::draft::push_line(&mut head.message, line);
    }
    Some(head)
}
