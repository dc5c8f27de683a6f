//! Stack texts of JavaScript: V8 (Node, Chrome, Edge), SpiderMonkey, JavaScriptCore, Hermes.
//!
//! V8 writes `at f (file:l:c)` below a head; the others `f@file:l:c` without one. What Node's
//! `inspect` adds (`[cause]:`, `[errors]: [`) hangs on the exception it is indented under.

use memchr::{memchr, memmem, memrchr};

use super::draft::{Draft, count};
use super::head::{self, Head};
use super::{Frame, Relation, text};

pub(super) fn read(lines: &[&str]) -> Draft {
    let mut reader = Reader::default();
    for (at, line) in lines.iter().enumerate() {
        if !reader.line(line) {
            let rest = lines.get(at..).unwrap_or_default();
            let rest = rest.iter().filter(|line| !line.is_empty()).count();
            reader.draft.skipped = reader.draft.skipped.saturating_add(count(rest));
            break;
        }
    }
    if reader.draft.exceptions.is_empty() {
        return Draft::without_frames(&reader.above);
    }
    reader.draft
}

#[derive(Default)]
struct Reader<'a> {
    draft: Draft,
    above: Vec<&'a str>,
    /// The newest exception of each depth of indentation, shallow ones first.
    open: Vec<(usize, usize)>,
    /// Depth of the `[errors]: [` line we are below, and the exception it belongs to.
    members: Option<(usize, usize)>,
}

impl<'a> Reader<'a> {
    /// Takes a line; false when another stack begins and this one is over.
    fn line(&mut self, line: &'a str) -> bool {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        if let Some(frame) = frame(body).or_else(|| self.bare_call(body)) {
            self.begin_from_above();
            self.draft.frame(frame);
            return true;
        }
        if let Some(rest) = cause(body) {
            self.begin_from_above();
            self.nested(indent, rest, Relation::CauseOf);
        } else if body.starts_with("[errors]: [") {
            self.begin_from_above();
            self.members = Some((indent, self.owner(indent)));
        } else if self.draft.exceptions.is_empty() {
            self.above.push(line);
        } else if let Some((_, group)) = self.member_line(indent, body) {
            self.nested(indent, body, |_| Relation::MemberOf(group));
        } else if !self.draft.has_frames() {
            self.draft.more_message(line);
        } else if indent == 0 && head::opens(body) {
            return false;
        } else if !body.is_empty() {
            self.draft.skip();
        }
        true
    }

    /// `at name` without a place: only believed below other frames.
    fn bare_call(&self, body: &str) -> Option<Frame> {
        let name = body
            .strip_prefix("at ")
            .filter(|_| self.draft.has_frames())?;
        let is_name = !name.is_empty() && !name.contains([' ', '(', ')', ':']);
        is_name.then(|| Frame {
            function: name.to_owned(),
            ..Frame::default()
        })
    }

    fn begin_from_above(&mut self) {
        if self.draft.exceptions.is_empty() {
            let lines = std::mem::take(&mut self.above);
            let head = head::find(&lines).unwrap_or_default();
            let index = self.draft.begin(head, Relation::Outermost);
            self.open.push((0, index));
        }
    }

    fn member_line(&mut self, indent: usize, body: &str) -> Option<(usize, usize)> {
        let (depth, _) = self.members?;
        if body.starts_with(']') && indent <= depth {
            self.members = None;
        }
        self.members.filter(|_| indent > depth && head::opens(body))
    }

    /// The exception that something indented by `indent` belongs to.
    fn owner(&mut self, indent: usize) -> usize {
        while self.open.len() > 1 && self.open.last().is_some_and(|(depth, _)| *depth >= indent) {
            self.open.pop();
        }
        self.open.last().map_or(0, |(_, index)| *index)
    }

    fn nested(&mut self, indent: usize, head: &str, relation: impl Fn(usize) -> Relation) {
        let owner = self.owner(indent);
        let index = self.draft.begin(
            Head::of(head.trim_end_matches([',', '{', ' '])),
            relation(owner),
        );
        self.open.push((indent, index));
    }
}

/// `[cause]: Error: inner`, `caused by: Error: inner`.
fn cause(body: &str) -> Option<&str> {
    body.strip_prefix("[cause]: ")
        .or_else(|| body.strip_prefix("Caused by: "))
        .or_else(|| body.strip_prefix("caused by: "))
}

/// A frame of any engine; `None` for the `at` lines of Java and .NET.
pub(super) fn frame(body: &str) -> Option<Frame> {
    // `inspect` goes on with properties after the last frame: `at f (x:1:2) {`.
    let body = body
        .strip_suffix(" {")
        .unwrap_or(body)
        .trim_end_matches(',');
    match body.strip_prefix("at ") {
        Some(call) => v8(call),
        None => gecko(body),
    }
}

fn v8(call: &str) -> Option<Frame> {
    let call = call.strip_prefix("async ").unwrap_or(call);
    let Some(inside) = call.strip_suffix(')') else {
        let (file, line, column) = text::location(call);
        let plain = column.is_some() && !file.is_empty();
        return plain.then(|| placed("", file, line, column));
    };
    if let Some(open) = memmem::find(inside.as_bytes(), b" (") {
        let (function, place) = (&inside[..open], &inside[open + 2..]);
        // .NET has blanks in the brackets too, but `Type name` pairs, never a place.
        return place_frame(function, place);
    }
    // `at Type.main(sample.js:6:4)`: Java has no column.
    let open = memchr(b'(', inside.as_bytes())?;
    let (file, line, column) = text::location(&inside[open + 1..]);
    column.map(|_| placed(&inside[..open], file, line, column))
}

fn place_frame(function: &str, place: &str) -> Option<Frame> {
    if place.starts_with("eval at ") {
        // The real place is the innermost one: `eval at f (eval at g (file:1:2), <anonymous>:1:1)`.
        let start = memrchr(b'(', place.as_bytes()).map_or(0, |at| at + 1);
        let inner = &place[start..];
        let inner = &inner[..memchr(b')', inner.as_bytes()).unwrap_or(inner.len())];
        let (file, line, column) = text::location(inner);
        return Some(placed(function, file, line, column));
    }
    let place = place.strip_prefix("address at ").unwrap_or(place);
    let (file, line, column) = text::location(place);
    let word = matches!(
        file,
        "native" | "<anonymous>" | "unknown location" | "native code"
    ) || file.starts_with("index ");
    (line.is_some() || word).then(|| placed(function, file, line, column))
}

fn gecko(body: &str) -> Option<Frame> {
    let (function, place) = match memchr(b'@', body.as_bytes()) {
        Some(at) if !body[..at].contains("://") => (&body[..at], &body[at + 1..]),
        _ => ("", body),
    };
    if place == "[native code]" {
        return Some(placed(function, place, None, None));
    }
    // `f@http://x/a.js line 3 > eval:1:2`
    if let Some((file, rest)) = place
        .split_once(" line ")
        .filter(|(_, rest)| rest.contains(" > "))
    {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        return Some(placed(function, file, rest[..digits].parse().ok(), None));
    }
    let (file, line, column) = text::location(place);
    let url = file.contains("://") || (file.starts_with('/') && place.len() < body.len());
    let fits = line.is_some() && url && !file.contains([' ', '"', '(']);
    fits.then(|| placed(function, file, line, column))
}

fn placed(function: &str, file: &str, line: Option<u32>, column: Option<u32>) -> Frame {
    Frame {
        function: function.to_owned(),
        file: (!file.is_empty()).then(|| file.to_owned()),
        line,
        column,
        ..Frame::default()
    }
}
