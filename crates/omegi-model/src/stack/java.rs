//! Stack texts of the JVM: Java, Kotlin, Scala; and of PHP as OpenTelemetry writes it.
//!
//! `at [loader//][module/]pkg.Cls.m(File.java:12)`, innermost call first; `Caused by:` and the
//! indented `Suppressed:`; logback's root-cause-first form with `Wrapped by:`.

use memchr::{memchr, memrchr};

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
    reader.finish()
}

#[derive(Default)]
struct Reader<'a> {
    draft: Draft,
    /// Lines above the first frame.
    above: Vec<&'a str>,
    /// The newest exception of each depth of indentation, shallow ones first.
    open: Vec<(usize, usize)>,
    root_cause_first: bool,
}

impl<'a> Reader<'a> {
    /// Takes a line; false when another stack begins and this one is over.
    fn line(&mut self, line: &'a str) -> bool {
        let body = line.trim_start();
        if let Some(frame) = frame(body) {
            self.begin_from_above();
            self.draft.frame(frame);
            return true;
        }
        let indent = line.len() - body.len();
        if let Some(rest) = body.strip_prefix("Caused by: ") {
            self.begin_from_above();
            self.caused_by(indent, rest);
        } else if let Some(rest) = body.strip_prefix("Suppressed: ") {
            self.begin_from_above();
            self.suppressed(indent, rest);
        } else if let Some(rest) = body.strip_prefix("Wrapped by: ") {
            self.begin_from_above();
            self.root_cause_first = true;
            self.caused_by(indent, rest);
        } else if let Some(more) = elided(body) {
            self.draft.elided(more);
        } else if self.draft.exceptions.is_empty() {
            self.above.push(line);
        } else if !self.draft.has_frames() {
            self.draft.more_message(line);
        } else if indent == 0 && head::opens(body) {
            return false;
        } else if !body.is_empty() {
            self.draft.skip();
        }
        true
    }

    /// The lines so far were the head of the outermost exception.
    fn begin_from_above(&mut self) {
        if self.draft.exceptions.is_empty() {
            let lines = std::mem::take(&mut self.above);
            let head = head::find(&lines).unwrap_or_default();
            let index = self.draft.begin(head, Relation::Outermost);
            self.open.push((0, index));
        }
    }

    fn caused_by(&mut self, indent: usize, head: &str) {
        if head.starts_with("[CIRCULAR REFERENCE") {
            return; // the end of a chain, not an exception
        }
        while self.open.len() > 1 && self.open.last().is_some_and(|(depth, _)| *depth > indent) {
            self.open.pop();
        }
        let effect = self.open.pop().map_or(0, |(_, index)| index);
        let index = self.draft.begin(Head::of(head), Relation::CauseOf(effect));
        self.open.push((indent, index));
    }

    fn suppressed(&mut self, indent: usize, head: &str) {
        while self.open.len() > 1 && self.open.last().is_some_and(|(depth, _)| *depth >= indent) {
            self.open.pop();
        }
        let by = self.open.last().map_or(0, |(_, index)| *index);
        let index = self.draft.begin(Head::of(head), Relation::SuppressedBy(by));
        self.open.push((indent, index));
    }

    fn finish(mut self) -> Draft {
        if self.draft.exceptions.is_empty() {
            return Draft::without_frames(&self.above);
        }
        if self.root_cause_first {
            self.draft.turn_chain();
        }
        self.draft
    }
}

/// `... 12 more`, `... 12 common frames omitted`.
fn elided(body: &str) -> Option<u32> {
    let rest = body.strip_prefix("... ")?;
    let (number, words) = rest.split_once(' ')?;
    let known = words.starts_with("more") || words.contains("frames");
    known.then(|| number.parse().ok())?
}

/// One `at` line; `None` for the `at` lines of JavaScript and .NET.
pub(super) fn frame(body: &str) -> Option<Frame> {
    let call = body.strip_prefix("at ")?;
    let open = memchr(b'(', call.as_bytes())?;
    let close = open + memchr(b')', call.as_bytes().get(open..)?)?;
    let (name, place) = (&call[..open], &call[open + 1..close]);
    let (file, line) = place_of(place)?;
    // Only Kotlin lets blanks into a name, between backticks.
    if name.contains(' ') && !place.contains(".kt") {
        return None;
    }
    let name = without_module(name);
    let (module, function) = match memrchr(b'.', name.as_bytes()) {
        Some(dot) => (&name[..dot], &name[dot + 1..]),
        None => ("", name),
    };
    if function.is_empty() {
        return None;
    }
    Some(Frame {
        function: function.to_owned(),
        module: module.to_owned(),
        file: file.map(str::to_owned),
        line,
        ..Frame::default()
    })
}

/// What stands in the brackets: a file with or without a line, or a word of the JVM's.
fn place_of(place: &str) -> Option<(Option<&str>, Option<u32>)> {
    if place.starts_with("Native Method") || place.starts_with("Unknown Source") {
        return Some((None, None));
    }
    if place == "<generated>" {
        return Some((Some(place), None));
    }
    let (file, line, column) = text::location(place);
    let foreign = file.is_empty() || file.contains([' ', ',', '\t']) || column.is_some();
    let named = line.is_some() || file.contains('.');
    (named && !foreign).then_some((Some(file), line))
}

/// Drops `app//`, `java.base/`, `loader/module@1.2/`, but keeps `Cls$$Lambda/0x0001`.
fn without_module(name: &str) -> &str {
    let class_start = name.find("$$Lambda").unwrap_or(name.len());
    match name[..class_start].rfind('/') {
        Some(slash) => &name[slash + 1..],
        None => name,
    }
}
