//! Stack texts of PHP: native, Monolog's (Laravel, Symfony), and OpenTelemetry's Java-like form.
//!
//! `#0 file(12): Cls->m(args)` names the function that was called and where the call stands; here a
//! frame says where the function itself was: places move up by one, the first comes from the head.

use super::draft::{Draft, push_line};
use super::head::{self, Head};
use super::{Frame, Relation, java, text};

pub(super) fn read(lines: &[&str]) -> Draft {
    if lines
        .iter()
        .any(|line| line.trim_start().starts_with("at "))
    {
        return java::read(lines);
    }
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
    /// Where the next function was when it made its call, or threw.
    place: Option<(String, u32)>,
    inner_first: bool,
    /// Lines of a head that goes on.
    head: Option<String>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str) {
        let body = line.trim_start();
        if let Some(call) = call(body) {
            self.begin();
            self.frame(call);
        } else if let Some(rest) = body.strip_prefix("Next ") {
            self.inner_first = true;
            self.head = Some(rest.to_owned());
        } else if let Some(rest) = body.strip_prefix("[previous exception] ") {
            self.head = Some(rest.to_owned());
        } else if body == "Stack trace:" || body == "[stacktrace]" || body.starts_with("thrown in ")
        {
            // Only says what the lines around it say.
        } else if let Some(head) = &mut self.head {
            push_line(head, line);
        } else if self.draft.exceptions.is_empty() {
            self.above.push(line);
        } else if !body.is_empty() && body != "\"}" {
            self.draft.skip();
        }
    }

    /// Opens the exception that the lines above the first call speak of.
    fn begin(&mut self) {
        let (text, relation) = match self.head.take() {
            Some(text) => (
                text,
                Relation::CauseOf(self.draft.exceptions.len().saturating_sub(1)),
            ),
            None if self.draft.exceptions.is_empty() => (
                std::mem::take(&mut self.above).join("\n"),
                Relation::Outermost,
            ),
            None => return,
        };
        let (head, place) = head_of(&text);
        self.place = place;
        self.draft.begin(head, relation);
    }

    fn frame(&mut self, call: Call<'_>) {
        let place = std::mem::replace(&mut self.place, call.place);
        let (module, function) = split_name(call.function);
        let (file, line) = place.map_or((None, None), |(file, line)| (Some(file), Some(line)));
        self.draft.frame(Frame {
            function: function.to_owned(),
            // Monolog puts the stack into JSON, where a backslash is two.
            module: module.replace("\\\\", "\\"),
            file,
            line,
            ..Frame::default()
        });
    }

    fn finish(mut self) -> Draft {
        if self.draft.exceptions.is_empty() {
            return Draft::without_frames(&self.above);
        }
        if self.inner_first {
            self.draft.turn_chain();
        }
        self.draft
    }
}

/// One numbered line: the function called, and the place of the call.
pub(super) struct Call<'a> {
    function: &'a str,
    place: Option<(String, u32)>,
}

/// `#0 /a.php(12): Cls->m()`, `#1 [internal function]: f()`, `#2 {main}`.
pub(super) fn call(body: &str) -> Option<Call<'_>> {
    let rest = body.strip_prefix('#')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let rest = rest[digits..].strip_prefix(' ').filter(|_| digits > 0)?;
    if rest.starts_with("{main}") {
        return Some(Call {
            function: "{main}",
            place: None,
        });
    }
    if let Some(function) = rest.strip_prefix("[internal function]: ") {
        return Some(Call {
            function,
            place: None,
        });
    }
    let at = memchr::memmem::find(rest.as_bytes(), b"): ")?;
    let (file, line) = rest[..at].rsplit_once('(')?;
    // `eval()'d code` puts its own place into the file.
    let line = line.parse().ok()?;
    Some(Call {
        function: &rest[at + 3..],
        place: Some((file.to_owned(), line)),
    })
}

/// `App\Cart->add(5)` gives `App\Cart` and `add`.
fn split_name(call: &str) -> (&str, &str) {
    let name = without_arguments(call);
    for mark in ["->", "::"] {
        if let Some(at) = name.find(mark).filter(|at| !name[..*at].contains('{')) {
            return (&name[..at], &name[at + 2..]);
        }
    }
    match name.rfind('\\').filter(|at| !name[..*at].contains('{')) {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => ("", name),
    }
}

/// Up to the bracket of the arguments; `{closure:App\Cart::add():5}` has brackets of its own.
fn without_arguments(call: &str) -> &str {
    let mut depth = 0_u32;
    for (at, byte) in call.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'(' if depth == 0 => return &call[..at],
            _ => {}
        }
    }
    call
}

type Place = Option<(String, u32)>;

/// Type, message and place of what was thrown.
fn head_of(text: &str) -> (Head, Place) {
    let text = text.trim();
    if let Some(at) = text.rfind("[object] (").map(|at| at + "[object] (".len()) {
        return monolog(&text[at..]);
    }
    if text.starts_with('(') && text.contains("(code: ") {
        return monolog(&text[1..]);
    }
    let (body, place) = without_place(text, " in ");
    let body = body.split_once("Uncaught ").map_or(body, |(_, rest)| rest);
    if let Some((kind, message)) = body
        .split_once("xception '")
        .and_then(|(_, rest)| rest.split_once("' with message '"))
    {
        return (
            Head::new(kind, message.strip_suffix('\'').unwrap_or(message)),
            place,
        );
    }
    let lines: Vec<&str> = body.lines().collect();
    (head::find(&lines).unwrap_or_default(), place)
}

/// `App\CartException(code: 0): message at /app/Cart.php:12)`
fn monolog(text: &str) -> (Head, Place) {
    let text = text.trim_end().strip_suffix(')').unwrap_or(text);
    let (body, place) = without_place(text, " at ");
    let kind = body.split("(code: ").next().unwrap_or(body);
    let message = body.split_once("): ").map_or("", |(_, message)| message);
    (Head::new(&kind.replace("\\\\", "\\"), message), place)
}

fn without_place<'a>(text: &'a str, word: &str) -> (&'a str, Place) {
    if let Some((body, place)) = text.rsplit_once(word) {
        let (file, line, _) = text::location(place);
        if let Some(line) = line {
            return (body, Some((file.to_owned(), line)));
        }
    }
    (text, None)
}
