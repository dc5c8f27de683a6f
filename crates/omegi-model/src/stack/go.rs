//! Stack texts of Go: goroutine dumps, panics, `debug.Stack`, and `%+v` of pkg/errors.
//!
//! A call takes two lines: `pkg/path.(*T).m(0x1, ..)`, then a tab and `file.go:12 +0x1f`. Of several
//! goroutines the first running one counts. pkg/errors tells the inner error first: it is turned.

use memchr::{memmem, memrchr};

use super::draft::{Draft, push_line};
use super::head::Head;
use super::{Frame, Relation, text};

pub(super) fn read(lines: &[&str]) -> Draft {
    let headers: Vec<usize> = (0..lines.len())
        .filter(|at| lines.get(*at).is_some_and(|line| goroutine(line).is_some()))
        .collect();
    let running = |at: &&usize| lines.get(**at).and_then(|line| goroutine(line)) == Some("running");
    match headers.iter().find(running).or(headers.first()) {
        Some(header) => dump(lines, &headers, *header),
        None => wrapped_errors(lines),
    }
}

/// `goroutine 12 [running]:` gives `running`; `[chan receive, 5 minutes, locked to thread]` too.
pub(super) fn goroutine(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("goroutine ")?.strip_suffix("]:")?;
    let (_, state) = rest.split_once('[')?;
    Some(state.split(',').next().unwrap_or(state))
}

fn dump(lines: &[&str], headers: &[usize], header: usize) -> Draft {
    let above = lines
        .get(..headers.first().copied().unwrap_or(0))
        .unwrap_or_default();
    let end = headers
        .iter()
        .find(|at| **at > header)
        .copied()
        .unwrap_or(lines.len());
    let mut draft = Draft::default();
    for head in panics(above) {
        draft.begin(head, Relation::Outermost);
    }
    // A later panic stands below the one it was raised during; the stack belongs to the first.
    draft.turn_chain();
    calls(
        lines.get(header + 1..end).unwrap_or_default(),
        &mut draft,
        |draft, line| {
            if !line.is_empty() {
                draft.skip();
            }
        },
    );
    draft
}

/// The panics announced above a dump, first raised first.
fn panics(lines: &[&str]) -> Vec<Head> {
    let mut heads: Vec<Head> = Vec::new();
    for line in lines {
        let body = line.trim_start();
        if let Some(message) = body.strip_prefix("panic: ") {
            let message = message.strip_suffix(" [recovered]").unwrap_or(message);
            let message = message
                .strip_suffix(" [recovered, repanicked]")
                .unwrap_or(message);
            heads.push(Head::new("panic", message));
        } else if let Some(message) = body.strip_prefix("fatal error: ") {
            heads.push(Head::new("fatal error", message));
        } else if let Some(at) = memmem::find(body.as_bytes(), b"panic serving ") {
            let rest = &body[at + "panic serving ".len()..];
            heads.push(Head::new(
                "panic",
                rest.split_once(": ").map_or(rest, |(_, m)| m),
            ));
        } else if !body.starts_with("[signal ")
            && !body.starts_with("goroutine ")
            && !body.is_empty()
            && let Some(head) = heads.last_mut()
        {
            push_line(&mut head.message, body);
        }
    }
    if heads.is_empty() {
        heads.extend(super::head::find(lines).filter(|head| !head.message.is_empty()));
    }
    heads
}

/// `%+v` of pkg/errors: message, calls, outer message, outer calls.
fn wrapped_errors(lines: &[&str]) -> Draft {
    let mut draft = Draft::default();
    calls(lines, &mut draft, |draft, line| {
        let line = line.trim();
        if draft.exceptions.is_empty() || draft.has_frames() {
            if !line.is_empty() {
                draft.begin(Head::new("", line), Relation::Outermost);
            }
        } else {
            draft.more_message(line);
        }
    });
    draft.turn_chain();
    draft
}

/// Walks the pairs of lines; what is no call goes to `other`.
fn calls(lines: &[&str], draft: &mut Draft, mut other: impl FnMut(&mut Draft, &str)) {
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let place = lines.get(at + 1).and_then(|next| place(next));
        match place.and_then(|(file, number)| call(line, file, number)) {
            Some(frame) => {
                if !is_recorder(&frame) || draft.has_frames() {
                    draft.frame(frame);
                }
                at += 2;
            }
            None => {
                other(draft, line);
                at += 1;
            }
        }
    }
}

/// The SDK's own calls on top of a recorded stack.
fn is_recorder(frame: &Frame) -> bool {
    frame.module.starts_with("go.opentelemetry.io/otel/sdk")
        || frame.module == "runtime/debug" && frame.function == "Stack"
}

/// `\t/path/file.go:12 +0x1f`
pub(super) fn place(line: &str) -> Option<(&str, u32)> {
    let body = line.trim_start_matches([' ', '\t', '|']);
    // What follows the line is ` +0x1f` or ` fp=0x..`; folders may hold blanks, offsets never do.
    let mut end = body.len();
    while let Some(at) = memrchr(b' ', &body.as_bytes()[..end]) {
        let word = &body[at + 1..];
        if !["+0x", "fp=", "sp=", "pc="]
            .iter()
            .any(|opening| word.starts_with(opening))
        {
            break;
        }
        end = at;
    }
    let (file, number, column) = text::location(&body[..end]);
    let source = [
        ".go",
        ".s",
        ".c",
        ".h",
        "_cgo_gotypes.go",
        "<autogenerated>",
    ]
    .iter()
    .any(|ending| file.ends_with(ending));
    number
        .filter(|_| source && column.is_none())
        .map(|number| (file, number))
}

fn call(line: &str, file: &str, number: u32) -> Option<Frame> {
    let body = line.trim_start_matches([' ', '\t', '|']);
    let body = match body.strip_prefix("created by ") {
        Some(made) => made.split(" in goroutine ").next().unwrap_or(made),
        None => body,
    };
    let name = match body.strip_suffix(')') {
        // The receiver `(*T)` stands in brackets too: arguments are what the last bracket opens.
        Some(inside) => &body[..memrchr(b'(', inside.as_bytes()).filter(|at| *at > 0)?],
        None => body,
    };
    if name.is_empty() || name.contains([' ', '\t', ':']) && !name.contains('[') {
        return None;
    }
    // Type arguments may hold slashes: `pkg.Map[go.shape.string,a/b.C]`.
    let bare = name.split('[').next().unwrap_or(name);
    let package = bare.rfind('/').map_or(0, |slash| slash + 1);
    let (module, function) = match name[package..].find('.') {
        Some(dot) => (&name[..package + dot], &name[package + dot + 1..]),
        None => ("", name),
    };
    Some(Frame {
        function: function.to_owned(),
        module: module.to_owned(),
        file: Some(file.to_owned()),
        line: Some(number),
        ..Frame::default()
    })
}
