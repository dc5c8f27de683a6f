//! Stack texts of C and C++: gdb, sanitizers, glibc's `backtrace_symbols`, Boost, `std::stacktrace`.
//!
//! Of several stacks in one text (a sanitizer tells where memory was freed, too) the first counts.

mod mangled;

use super::draft::{Draft, count};
use super::head::Head;
use super::{Frame, Relation, text};

pub(super) fn read(lines: &[&str]) -> Draft {
    let mut draft = Draft::default();
    let mut above: Vec<&str> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        match frame(body) {
            Some(frame) => {
                if draft.has_frames() && starts_over(body) {
                    let rest = lines.get(at..).unwrap_or_default();
                    let rest = rest.iter().filter(|line| !line.is_empty()).count();
                    draft.skipped = draft.skipped.saturating_add(count(rest));
                    break;
                }
                if draft.exceptions.is_empty() {
                    draft.begin(head(&above), Relation::Outermost);
                }
                draft.frame(frame);
            }
            None if draft.exceptions.is_empty() => above.push(line),
            None if !body.is_empty() => draft.skip(),
            None => {}
        }
    }
    if draft.exceptions.is_empty() {
        Draft::without_frames(&above)
    } else {
        draft
    }
}

/// A second `#0` or `0#`.
fn starts_over(body: &str) -> bool {
    body.starts_with("#0 ") || body.starts_with("0# ")
}

fn head(lines: &[&str]) -> Head {
    for (at, line) in lines.iter().enumerate() {
        if let Some((_, kind)) = line.split_once("after throwing an instance of '") {
            let what = lines
                .get(at + 1..)
                .unwrap_or_default()
                .iter()
                .find_map(|l| l.trim().strip_prefix("what():"));
            return Head::new(kind.trim_end_matches('\''), what.unwrap_or_default());
        }
        // `==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x.. at pc ..`
        if let Some((tool, rest)) = line.split_once("Sanitizer: ") {
            let tool = tool.rsplit(' ').next().unwrap_or(tool);
            let (kind, message) = rest.split_once(' ').unwrap_or((rest, ""));
            return Head::new(&format!("{tool}Sanitizer: {kind}"), message);
        }
        if let Some((_, signal)) = line.split_once("received signal ") {
            let (kind, message) = signal.split_once(", ").unwrap_or((signal, ""));
            return Head::new(kind, message.trim_end_matches('.'));
        }
    }
    super::head::find(lines).unwrap_or_default()
}

/// One frame in any of the forms.
pub(super) fn frame(body: &str) -> Option<Frame> {
    let rest = numbered(body);
    match rest {
        Some(rest) => called(rest),
        None => symbol_in_brackets(body),
    }
}

/// What follows `#3 0x00ff in `, `#3 `, `3# `.
fn numbered(body: &str) -> Option<&str> {
    let (number, rest) = match body.strip_prefix('#') {
        Some(rest) => rest.split_once(' ')?,
        None => body.split_once("# ")?,
    };
    if number.is_empty() || number.len() > 5 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let rest = rest.trim_start();
    match rest
        .strip_prefix("0x")
        .and_then(|address| address.split_once(" in "))
    {
        Some((address, rest)) if address.bytes().all(|b| b.is_ascii_hexdigit()) => Some(rest),
        _ => Some(rest),
    }
}

/// `ns::f(int) /path/file.cpp:12:3`, `f (x=1) at file.cpp:12`, `f in /lib/x.so`, `f from /lib/x.so`.
fn called(rest: &str) -> Option<Frame> {
    for word in [" at ", " in ", " from "] {
        if let Some((name, place)) = rest
            .rsplit_once(word)
            .filter(|(_, place)| !place.contains(' '))
        {
            return placed(name, place);
        }
    }
    match rest
        .rsplit_once(' ')
        .filter(|(_, place)| place.starts_with(['/', '(']) || text::location(place).1.is_some())
    {
        Some((name, place)) => placed(name, place),
        None => placed(rest, ""),
    }
}

/// `./app(_ZN4shop4Cart3addEv+0x1d) [0x4005]`, `/lib/libc.so.6(abort+0x1)[0x7f]`.
fn symbol_in_brackets(body: &str) -> Option<Frame> {
    let (binary, rest) = body.split_once('(')?;
    let (symbol, rest) = rest.split_once(')')?;
    let (name, offset) = symbol.split_once('+')?;
    let hex = offset.starts_with("0x") && rest.trim_start().starts_with("[0x");
    let fits = hex && !binary.contains(' ') && !binary.is_empty();
    fits.then(|| {
        built(
            if name.is_empty() { "??" } else { name },
            binary,
            None,
            None,
        )
    })
}

fn placed(name: &str, place: &str) -> Option<Frame> {
    let name = name.trim();
    // `(BuildId: ..)` and `(/bin/app+0x12)` tell of the binary.
    let place = place.trim_start_matches('(').trim_end_matches(')');
    let (file, line, column) = text::location(place);
    let file = file.split("+0x").next().unwrap_or(file);
    let code =
        name.contains("::") || name.contains('(') || !file.is_empty() || name.starts_with("_Z");
    let word = !name.is_empty()
        && !name.starts_with(['[', '{', '<', '"'])
        && !file.starts_with(['"', '\'']);
    (code && word && !name.contains("->")).then(|| built(name, file, line, column))
}

fn built(name: &str, file: &str, line: Option<u32>, column: Option<u32>) -> Frame {
    let name = mangled::names(name).unwrap_or_else(|| without_arguments(name).to_owned());
    let (module, function) = split_name(&name);
    Frame {
        function: function.to_owned(),
        module: module.to_owned(),
        file: (!file.is_empty()).then(|| file.to_owned()),
        line,
        column,
        ..Frame::default()
    }
}

/// Cuts at the bracket of the arguments: `operator()` and `(anonymous namespace)` are names.
fn without_arguments(name: &str) -> &str {
    let mut depth = 0_u32;
    let bytes = name.as_bytes();
    for (at, byte) in name.bytes().enumerate() {
        match byte {
            b'<' if !name[..at].ends_with("operator") => depth += 1,
            b'>' if !name[..at].ends_with(['-', '=']) => depth = depth.saturating_sub(1),
            b'(' if depth == 0 => {
                let named = name[..at].ends_with("operator") && bytes.get(at + 1) == Some(&b')');
                if !named && !name[at..].starts_with("(anonymous") {
                    return name[..at].trim_end();
                }
            }
            _ => {}
        }
    }
    name
}

/// Splits at the last `::` outside template arguments; a return type before the name goes.
fn split_name(name: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    let mut cut = None;
    let mut start = 0;
    for (at, byte) in name.bytes().enumerate().rev() {
        match byte {
            b'>' | b')' => depth += 1,
            b'<' | b'(' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && cut.is_none() && name[..at].ends_with(':') => cut = Some(at),
            b' ' if depth == 0 && !name[..at].ends_with("operator") => {
                start = at + 1;
                break;
            }
            _ => {}
        }
    }
    match cut {
        Some(at) if at > start => (&name[start..at - 1], &name[at + 1..]),
        _ => ("", &name[start..]),
    }
}
