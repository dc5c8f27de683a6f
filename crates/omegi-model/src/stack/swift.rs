//! Stack texts of Swift and Objective-C: Apple's `n Module 0x.. symbol + 12`, and the backtraces
//! that Swift prints on Linux, `n 0x.. in f() at file.swift:12:3`.

use super::draft::Draft;
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
            // Other threads follow the one that crashed: each starts over.
            if draft.has_frames() && body.starts_with("0 ") {
                break;
            }
            draft.frame(frame);
        } else if draft.exceptions.is_empty() {
            above.push(line);
        } else if !body.is_empty() {
            draft.skip();
        }
    }
    if draft.exceptions.is_empty() {
        Draft::without_frames(&above)
    } else {
        draft
    }
}

/// One frame of either form.
pub(super) fn frame(body: &str) -> Option<Frame> {
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let rest = body
        .get(digits..)?
        .strip_prefix(' ')
        .filter(|_| (1..=4).contains(&digits))?
        .trim_start();
    linux(rest).or_else(|| apple(rest))
}

/// `Shop   0x0000000100003f5c $s4Shop4CartV3addyyF + 28`
fn apple(rest: &str) -> Option<Frame> {
    let at = rest.find(" 0x")?;
    let module = rest[..at].trim_end();
    let (address, symbol) = rest[at + 1..].split_once(' ')?;
    let hex = address.len() >= 10 && address[2..].bytes().all(|b| b.is_ascii_hexdigit());
    if !hex || module.is_empty() || symbol.is_empty() {
        return None;
    }
    // Symbolicated ones end in `(Cart.swift:12)`.
    let (symbol, place) = match symbol.strip_suffix(')').and_then(|s| s.rsplit_once(" (")) {
        Some((symbol, place)) if text::location(place).1.is_some() => (symbol, place),
        _ => (symbol, ""),
    };
    let (name, _) = symbol.rsplit_once(" + ").unwrap_or((symbol, ""));
    let (file, line, column) = text::location(place);
    Some(Frame {
        function: name.to_owned(),
        module: module.to_owned(),
        file: (!file.is_empty()).then(|| file.to_owned()),
        line,
        column,
        ..Frame::default()
    })
}

/// `[ra] 0x00005581 Cart.add() + 28 in shop at /src/Cart.swift:12:3`, `0x.. in Cart.add() at /src/x.swift:1`.
fn linux(rest: &str) -> Option<Frame> {
    let mut rest = rest;
    while let Some(more) = rest.strip_prefix('[') {
        rest = more.split_once("] ")?.1;
    }
    let rest = match rest.strip_prefix("0x") {
        Some(address) => address.split_once(' ')?.1,
        None => rest,
    };
    let rest = rest.strip_prefix("in ").unwrap_or(rest);
    let (call, place) = rest.rsplit_once(" at ")?;
    let (file, line, column) = text::location(place);
    line?;
    let (call, module) = call.rsplit_once(" in ").unwrap_or((call, ""));
    let name = call.rsplit_once(" + ").map_or(call, |(name, _)| name);
    Some(Frame {
        function: name.to_owned(),
        module: module.to_owned(),
        file: Some(file.to_owned()),
        line,
        column,
        ..Frame::default()
    })
}

fn head(lines: &[&str]) -> Head {
    for line in lines {
        // `Shop/Cart.swift:12: Fatal error: Index out of range`
        if let Some((_, message)) = line.split_once("Fatal error: ") {
            return Head::new("Fatal error", message);
        }
        if let Some((_, rest)) = line.split_once("uncaught exception '") {
            let (kind, message) = rest.split_once("', reason: ").unwrap_or((rest, ""));
            return Head::new(kind, message.trim_matches('\''));
        }
        if let Some(kind) = line.trim().strip_prefix("Exception Type:") {
            return Head::new(kind.trim(), "");
        }
    }
    head::find(lines).unwrap_or_default()
}
