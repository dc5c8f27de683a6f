//! Stack texts of .NET and Mono: C#, F#, Visual Basic, in the words of many languages.
//!
//! `at Ns.T.M(args) in path:line 12`. The inner exception's calls stand first, then the line
//! `--- End of inner exception stack trace ---`, then the outer's; heads are joined by ` ---> `.
//! Words are translated by the runtime, so position decides, not the word.

use memchr::memmem;

use super::draft::Draft;
use super::head::{self, Head};
use super::{Frame, Relation};

/// What a frame begins with, over the languages .NET speaks.
const AT: [&str; 20] = [
    "at ",
    "bei ",
    "à ",
    "в ",
    "en ",
    "in ",
    "em ",
    "w ",
    "v ",
    "ved ",
    "vid ",
    "bij ",
    "konum: ",
    "위치: ",
    "場所 ",
    "在 ",
    "於 ",
    "kohteessa ",
    "σε ",
    "a(z) ",
];

pub(super) fn read(lines: &[&str]) -> Draft {
    let mut reader = Reader::default();
    for line in lines {
        reader.line(line);
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
    /// Exceptions whose calls are still to come, outermost first.
    open: Vec<usize>,
    /// A member told a second time: its lines are passed over.
    repeated: bool,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str) {
        let body = line.trim_start();
        let (body, closes) = match body.strip_suffix("<---") {
            Some(rest) => (rest, true),
            None => (body, false),
        };
        if let Some(rest) = body.strip_prefix("---> ") {
            self.begin_from_above();
            self.inner(rest);
        } else if body.starts_with("---") && body.ends_with("---") {
            self.end_of(line, body);
        } else if let Some(frame) = frame(body) {
            self.begin_from_above();
            self.frame(frame);
        } else if self.draft.exceptions.is_empty() {
            self.above.push(line);
        } else if !self.draft.has_frames() {
            self.draft.more_message(body);
        } else if !body.is_empty() {
            self.draft.skip();
        }
        if closes {
            self.open.truncate(1);
            self.repeated = false;
        }
    }

    fn begin_from_above(&mut self) {
        if !self.draft.exceptions.is_empty() {
            return;
        }
        let lines = std::mem::take(&mut self.above);
        let mut head = head::find(&lines).unwrap_or_default();
        // `Outer: message ---> Inner: message` on one line.
        let whole = std::mem::take(&mut head.message);
        let mut parts = whole.split(" ---> ");
        let outermost = Head::new(&head.kind, parts.next().unwrap_or_default());
        self.open
            .push(self.draft.begin(outermost, Relation::Outermost));
        for inner in parts {
            self.inner(inner);
        }
    }

    fn inner(&mut self, text: &str) {
        if let Some((number, rest)) = member(text) {
            let head = Head::of(rest);
            let told =
                |e: &super::ParsedException| e.kind == head.kind && e.message == head.message;
            self.repeated = number == 0 && self.draft.exceptions.iter().any(told);
            if !self.repeated {
                self.open.truncate(1);
                let group = self.open.first().copied().unwrap_or(0);
                self.open
                    .push(self.draft.begin(head, Relation::MemberOf(group)));
            }
            return;
        }
        for text in text.split(" ---> ") {
            let outer = self.open.last().copied().unwrap_or(0);
            self.open
                .push(self.draft.begin(Head::of(text), Relation::CauseOf(outer)));
        }
    }

    /// The indented line ends an inner exception; the other only says that a task was awaited.
    fn end_of(&mut self, line: &str, body: &str) {
        let inner = memmem::find(body.as_bytes(), b"inner exception").is_some();
        let awaited = memmem::find(body.as_bytes(), b"previous location").is_some();
        if (inner || (!awaited && line.starts_with(' '))) && self.open.len() > 1 {
            self.open.pop();
        }
    }

    fn frame(&mut self, frame: Frame) {
        if self.repeated {
            return;
        }
        let at = self.open.last().copied().unwrap_or(0);
        if let Some(exception) = self.draft.exceptions.get_mut(at) {
            exception.frames.push(frame);
        }
    }
}

/// `(Inner Exception #1) T: m` gives 1 and the rest.
fn member(text: &str) -> Option<(u32, &str)> {
    let (title, rest) = text.strip_prefix('(')?.split_once(") ")?;
    let (_, number) = title.split_once('#')?;
    Some((number.parse().ok()?, rest))
}

/// One frame in any language; `None` for the `at` lines of Java and JavaScript.
pub(super) fn frame(body: &str) -> Option<Frame> {
    let call = AT
        .iter()
        .find_map(|word| body.strip_prefix(word))?
        .trim_start();
    let open = call.find('(')?;
    let close = open + closing(&call[open..])?;
    let name = call[..open].trim_end();
    let (arguments, rest) = (&call[open + 1..close], &call[close + 1..]);
    if !is_name(name) || !are_arguments(arguments) {
        return None;
    }
    let (module, function) = split_name(name);
    let (file, line) = place(rest);
    Some(Frame {
        function: function.to_owned(),
        module: module.to_owned(),
        file,
        line,
        ..Frame::default()
    })
}

fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// A method has a type before it, unless the runtime made it; only generic arguments hold blanks.
fn is_name(name: &str) -> bool {
    let bare = name.split(['[', '<']).next().unwrap_or(name);
    let made = name.starts_with("lambda_method")
        || name.starts_with('<')
        || name.starts_with("dynamicClass");
    (name.contains('.') || made) && !bare.contains([' ', '/', ':', '"'])
}

/// `Type name` pairs; a Java file, a JavaScript place and a bare word are none.
fn are_arguments(arguments: &str) -> bool {
    arguments.is_empty()
        || arguments.split(',').all(|argument| {
            let argument = argument.trim();
            argument.is_empty()
                || argument.contains(' ')
                || argument.contains(['`', '[', ']', '<', '>', '&'])
        })
        || arguments.ends_with(' ')
}

/// Splits at the last dot outside brackets; `..ctor` keeps its dot.
fn split_name(name: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    for (at, byte) in name.bytes().enumerate().rev() {
        match byte {
            b']' | b'>' => depth += 1,
            b'[' | b'<' => depth = depth.saturating_sub(1),
            b'.' if depth == 0 => {
                let module = name[..at].strip_suffix('.').unwrap_or(&name[..at]);
                return (module, &name[module.len() + 1..]);
            }
            _ => {}
        }
    }
    ("", name)
}

/// ` in path:line 12`, ` [0x00007] in path:9`, ` in <hash>:0`.
fn place(rest: &str) -> (Option<String>, Option<u32>) {
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix("[0x") {
        Some(offset) => offset
            .split_once(']')
            .map_or("", |(_, rest)| rest)
            .trim_start(),
        None => rest,
    };
    let Some((_, place)) = rest.split_once(' ') else {
        return (None, None);
    };
    let Some((file, line)) = place.rsplit_once(':') else {
        return (None, None);
    };
    let digits = line
        .trim_end_matches('.')
        .rsplit(' ')
        .next()
        .unwrap_or_default();
    if file.starts_with('<') {
        return (None, None);
    }
    (
        Some(file.to_owned()),
        digits.parse().ok().filter(|line| *line > 0),
    )
}
