//! Stack traces as text, parsed into frames: linear time, never failing.
//!
//! Reads the text of `exception.stacktrace` (or a log record's body), in whatever language it is,
//! and gives exceptions with their frames and how they hang together. The hint (the SDK's language)
//! is tried first, then the shape of the lines decides: a JVM may carry a Python traceback.
//! What always holds: text beyond [`TEXT_BYTES_MAX`] is cut first; a line nobody understands is
//! skipped and counted; at most [`EXCEPTIONS_MAX`] exceptions of [`FRAMES_MAX`] frames come out.

mod cpp;
mod dart;
mod detect;
mod dotnet;
mod draft;
mod erlang;
mod go;
mod head;
pub mod in_app;
mod java;
mod javascript;
mod language;
mod php;
mod python;
mod ruby;
mod rust;
mod swift;
mod text;

use serde::{Deserialize, Serialize};

use draft::Draft;
pub use draft::{EXCEPTIONS_MAX, FRAMES_MAX};
pub use language::Language;
pub use text::TEXT_BYTES_MAX;
use text::Text;

/// One call in a stack, as far as its text tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Function or method, without module.
    pub function: String,
    /// Class, package or module; empty when the language has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub module: String,
    /// File as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The project's own code, by language rules and the project's prefixes.
    pub in_app: bool,
    /// The source line, where the text has it (Python).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What a text says about a stack. Without any frame or exception: the text was no stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedStack {
    /// None where no line had the shape of a frame.
    pub language: Option<Language>,
    /// Outermost first as the program sees it, whatever the order in the text.
    pub exceptions: Vec<ParsedException>,
    /// Lines that are neither frame nor head nor message.
    pub skipped_lines: u32,
    /// The text was over the limit and lost its middle.
    pub truncated: bool,
}

/// One exception of a stack text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedException {
    /// Type as written; empty where the text names none.
    pub kind: String,
    /// Message, at most [`MESSAGE_BYTES_MAX`](draft::MESSAGE_BYTES_MAX); may have several lines.
    pub message: String,
    /// Innermost call first.
    pub frames: Vec<Frame>,
    /// How it hangs on an exception before it.
    pub relation: Relation,
    /// Frames that the text or our limit left out: `... 12 more`, repeated lines, the deep middle.
    pub frames_elided: u32,
}

/// How an exception hangs on another of the same stack; indexes into [`ParsedStack::exceptions`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Relation {
    /// The one the program saw.
    #[default]
    Outermost,
    /// It caused that one.
    CauseOf(usize),
    /// Thrown while that one was on its way, and only noted.
    SuppressedBy(usize),
    /// One of the members of that exception group.
    MemberOf(usize),
}

impl Relation {
    /// The exception this one hangs on.
    #[must_use]
    pub fn on(self) -> Option<usize> {
        match self {
            Self::Outermost => None,
            Self::CauseOf(index) | Self::SuppressedBy(index) | Self::MemberOf(index) => Some(index),
        }
    }

    fn map(self, f: impl Fn(usize) -> usize) -> Self {
        match self {
            Self::Outermost => Self::Outermost,
            Self::CauseOf(index) => Self::CauseOf(f(index)),
            Self::SuppressedBy(index) => Self::SuppressedBy(f(index)),
            Self::MemberOf(index) => Self::MemberOf(f(index)),
        }
    }
}

/// Parses a stack text. Never fails: what cannot be read gives no frames.
///
/// `hint`: the language the SDK claims; believed as long as its parser finds frames. O(text).
#[must_use]
pub fn parse(text: &str, hint: Option<Language>) -> ParsedStack {
    let text = Text::prepare(text);
    let lines = text.lines();
    let (language, draft) = read(&lines, hint);
    finish(language, draft, text.truncated)
}

/// Finds a stack inside the text of a log message; `None` for any other text.
///
/// Asks for more evidence than [`parse`]: two frames, or one under a head that names a type.
#[must_use]
pub fn find_in_text(body: &str) -> Option<ParsedStack> {
    if !text::may_hold_lines(body) {
        return None;
    }
    let text = Text::prepare(body);
    let lines = text.lines();
    let language = detect::language(&lines)?;
    let draft = detect::read_as(language, &lines);
    let stack = finish(Some(language), draft, text.truncated);
    let frames: usize = stack.exceptions.iter().map(|e| e.frames.len()).sum();
    let named = stack.exceptions.iter().any(|e| !e.kind.is_empty());
    (frames >= 2 || (frames == 1 && named)).then_some(stack)
}

/// Index of the innermost exception that is no mere carrier: follows causes and, in a group, the
/// first member; suppressed ones are not on the way. `None` for a stack without exceptions.
#[must_use]
pub fn innermost(stack: &ParsedStack) -> Option<usize> {
    let mut chain = vec![0];
    stack.exceptions.first()?;
    for (index, exception) in stack.exceptions.iter().enumerate().skip(1) {
        let last = chain.last().copied();
        let follows = match exception.relation {
            Relation::CauseOf(on) | Relation::MemberOf(on) => Some(on) == last,
            Relation::Outermost | Relation::SuppressedBy(_) => false,
        };
        if follows {
            chain.push(index);
        }
    }
    let says_something = |index: &&usize| {
        stack.exceptions.get(**index).is_some_and(|e| {
            let says = !e.kind.is_empty() || !e.frames.is_empty();
            says && !crate::grouping::carrier::is_carrier(&e.kind)
        })
    };
    chain
        .iter()
        .rev()
        .find(says_something)
        .or_else(|| chain.last())
        .copied()
}

fn read(lines: &[&str], hint: Option<Language>) -> (Option<Language>, Draft) {
    if let Some(hint) = hint {
        let draft = detect::read_as(hint, lines);
        if draft.frame_count() > 0 {
            return (Some(hint), draft);
        }
    }
    match detect::language(lines) {
        Some(language) => (Some(language), detect::read_as(language, lines)),
        None => (hint, Draft::without_frames(lines)),
    }
}

fn finish(language: Option<Language>, draft: Draft, truncated: bool) -> ParsedStack {
    let (mut exceptions, skipped_lines) = draft.bounded();
    if let Some(language) = language {
        for exception in &mut exceptions {
            in_app::mark(language, &mut exception.frames);
        }
    }
    ParsedStack {
        language,
        exceptions,
        skipped_lines,
        truncated,
    }
}

#[cfg(test)]
mod tests;
