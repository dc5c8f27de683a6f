//! Stack texts of Ruby: `full_message` in both orders, Rails' log form, bare backtraces.
//!
//! `file:12:in 'Cls#m'` (3.4) or `` file:12:in `m' ``; the first line holds message and class, later
//! ones say `from`; a cause's first line looks like the first again.

use memchr::memmem;

use super::draft::{Draft, push_line};
use super::head::{self, Head};
use super::{Frame, Relation, text};

pub(super) fn read(lines: &[&str]) -> Draft {
    let mut reader = Reader::default();
    for line in lines {
        reader.line(line);
    }
    reader.finish()
}

#[derive(Default)]
struct Reader<'a> {
    draft: Draft,
    above: Vec<&'a str>,
    /// `Traceback (most recent call last)`: numbered callers stand above the head.
    callers_first: bool,
    callers: Vec<Frame>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str) {
        let body = line.trim_start();
        if body.starts_with("Traceback (most recent call last)") {
            self.callers_first = true;
        } else if let Some((frame, rest)) = placed(body) {
            self.frame(body, frame, rest);
        } else if self.draft.exceptions.is_empty() {
            self.above.push(line);
        } else if let Some(current) = self
            .draft
            .exceptions
            .last_mut()
            .filter(|e| e.frames.len() <= 1)
        {
            push_line(&mut current.message, line);
        } else if !body.is_empty() {
            self.draft.skip();
        }
    }

    fn frame(&mut self, body: &str, frame: Frame, rest: &str) {
        if let Some(message) = rest.strip_prefix(": ") {
            let relation = match self.draft.exceptions.len().checked_sub(1) {
                Some(outer) => Relation::CauseOf(outer),
                None => Relation::Outermost,
            };
            self.draft.begin(first_line(message), relation);
            self.draft.frame(frame);
            self.callers.reverse();
            for caller in std::mem::take(&mut self.callers) {
                self.draft.frame(caller);
            }
        } else if self.callers_first && is_numbered(body) {
            self.callers.push(frame);
        } else {
            if self.draft.exceptions.is_empty() {
                let lines = std::mem::take(&mut self.above);
                let head = rails_head(&lines)
                    .or_else(|| head::find(&lines))
                    .unwrap_or_default();
                self.draft.begin(head, Relation::Outermost);
            }
            self.draft.frame(frame);
        }
    }

    fn finish(mut self) -> Draft {
        if self.draft.exceptions.is_empty() && !self.callers.is_empty() {
            self.callers.reverse();
            for caller in std::mem::take(&mut self.callers) {
                self.draft.frame(caller);
            }
        }
        if self.draft.exceptions.is_empty() {
            return Draft::without_frames(&self.above);
        }
        // In a message over several lines the class may stand at the end of a later one.
        for exception in &mut self.draft.exceptions {
            if exception.kind.is_empty() {
                let head = first_line(&exception.message);
                (exception.kind, exception.message) = (head.kind, head.message);
            }
        }
        self.draft
    }
}

/// `message (Class)`: class in brackets at the end of the line.
fn first_line(text: &str) -> Head {
    let (first, more) = text.split_once('\n').unwrap_or((text, ""));
    if let Some((message, kind)) = first.strip_suffix(')').and_then(|t| t.rsplit_once(" ("))
        && is_class(kind)
    {
        let mut head = Head::new(kind, message);
        if !more.is_empty() {
            push_line(&mut head.message, more);
        }
        return head;
    }
    match first.strip_prefix("unhandled exception") {
        Some(_) => Head::new("RuntimeError", ""),
        None => Head::new("", text),
    }
}

/// Rails' log: `NoMethodError (undefined method ...):`.
fn rails_head(lines: &[&str]) -> Option<Head> {
    lines.iter().find_map(|line| {
        let line = line.trim();
        let (kind, rest) = line.split_once(" (")?;
        let message = rest.strip_suffix("):").or_else(|| rest.strip_suffix(')'))?;
        is_class(kind).then(|| Head::new(kind, message))
    })
}

fn is_class(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    name.starts_with(|c: char| c.is_uppercase()) && name.chars().all(plain)
}

fn is_numbered(body: &str) -> bool {
    body.split_once(": from ")
        .is_some_and(|(number, _)| number.trim().bytes().all(|b| b.is_ascii_digit()))
}

/// One frame and what follows it on its line.
pub(super) fn placed(body: &str) -> Option<(Frame, &str)> {
    let body = match body.split_once("from ") {
        Some((before, rest))
            if before
                .bytes()
                .all(|b| b.is_ascii_digit() || b == b':' || b == b' ') =>
        {
            rest
        }
        _ => body,
    };
    let at = memmem::find(body.as_bytes(), b":in ")?;
    let (file, line, column) = text::location(&body[..at]);
    let name = body[at + 4..].strip_prefix(['\'', '`'])?;
    // A name ends at the last quote before `: message`, or at the line's end.
    let end = memmem::find(name.as_bytes(), b"': ").or_else(|| name.rfind('\''))?;
    if file.is_empty() || line.is_none() || column.is_some() {
        return None;
    }
    let (module, function) = split_name(&name[..end]);
    let frame = Frame {
        function,
        module,
        file: Some(file.to_owned()),
        line,
        ..Frame::default()
    };
    Some((frame, &name[end + 1..]))
}

/// `block in Shop::Cart#add` gives `Shop::Cart` and `block in add`.
fn split_name(name: &str) -> (String, String) {
    let (opening, last) = name.rsplit_once(" in ").map_or(("", name), |(_, last)| {
        (&name[..name.len() - last.len()], last)
    });
    let cut = last
        .find('#')
        .or_else(|| last.rfind('.'))
        .filter(|_| is_class(last.split(['#', '.']).next().unwrap_or("")));
    match cut {
        Some(at) => (
            last[..at].to_owned(),
            format!("{opening}{}", &last[at + 1..]),
        ),
        None => (String::new(), name.to_owned()),
    }
}
