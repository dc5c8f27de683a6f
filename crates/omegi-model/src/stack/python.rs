//! Python tracebacks: outermost call first, the exception's line below its calls.
//!
//! Chains stand inside out, parted by one of two sentences; exception groups draw their members as
//! a tree of `|` and `+`. All is turned: outermost exception first, innermost call first.

mod tree;

use super::draft::{Draft, MESSAGE_BYTES_MAX, push_line};
use super::head::{self, Head};
use super::{Frame, text};
use tree::{Block, Tree};

pub(super) fn read(lines: &[&str]) -> Draft {
    let mut reader = Reader::default();
    for line in lines {
        reader.line(line);
    }
    reader.end_block();
    reader.tree.into_draft(reader.skipped)
}

/// Where in a block we are.
#[derive(Default, PartialEq, Clone, Copy)]
enum At {
    /// Between blocks.
    #[default]
    Outside,
    /// Among the calls.
    Calls,
    /// Below the exception's line: what follows belongs to its message.
    Message,
}

#[derive(Default)]
struct Reader {
    tree: Tree,
    at: At,
    block: Block,
    /// The file line stands; a source line may follow it.
    source_due: bool,
    /// Indentation of the block's `File` lines.
    depth: usize,
    /// A blank line stands between the message so far and what may follow it.
    gap: bool,
    /// `most recent call first`: calls need no turning.
    recent_first: bool,
    skipped: u32,
}

impl Reader {
    fn line(&mut self, raw: &str) {
        let Some(line) = self.through_margin(raw) else {
            return;
        };
        let body = line.trim_start();
        if let Some(order) = traceback_opening(body) {
            self.end_block();
            self.at = At::Calls;
            self.recent_first = order == Order::RecentFirst;
        } else if let Some(frame) = frame(body) {
            self.call(frame, text::indent(line));
        } else if body.is_empty() {
            self.gap = self.at == At::Message;
        } else if is_separator(body) {
            self.end_block();
            self.at = At::Outside;
        } else {
            self.other(line, body);
        }
    }

    /// Takes the tree drawing of exception groups off; `None` for a line that is drawing only.
    fn through_margin<'a>(&mut self, raw: &'a str) -> Option<&'a str> {
        let body = raw.trim_start();
        let margin = raw.len() - body.len();
        if body.starts_with("+ Exception Group Traceback") {
            self.end_block();
            self.tree.at_margin(margin);
            self.at = At::Calls;
            return None;
        }
        if body.starts_with("+-") && body.ends_with('-') {
            self.end_block();
            // A member that was never raised has no calls: its line comes at once.
            let opens = self.tree.rule(margin, body);
            self.at = if opens { At::Calls } else { At::Outside };
            return None;
        }
        match body.strip_prefix('|') {
            Some(rest) if self.tree.has_margin() => Some(rest.strip_prefix(' ').unwrap_or(rest)),
            _ => Some(raw),
        }
    }

    fn call(&mut self, frame: Frame, depth: usize) {
        if self.at == At::Message {
            self.end_block();
        }
        self.at = At::Calls;
        self.depth = depth;
        self.source_due = true;
        self.block.exception.frames.push(frame);
    }

    fn other(&mut self, line: &str, body: &str) {
        match self.at {
            At::Outside => self.skipped = self.skipped.saturating_add(1),
            At::Message => self.more_message(line),
            At::Calls => self.among_calls(line, body),
        }
    }

    fn among_calls(&mut self, line: &str, body: &str) {
        let deeper = text::indent(line) > self.depth;
        if let Some(times) = repeated(body) {
            let elided = &mut self.block.exception.frames_elided;
            *elided = elided.saturating_add(times);
        } else if is_marker(body) {
            self.source_due = false;
        } else if self.source_due && (deeper || !can_be_exception(body)) {
            self.source_due = false;
            if let Some(frame) = self.block.exception.frames.last_mut() {
                frame.source = Some(body[..body.floor_char_boundary(512)].to_owned());
            }
        } else if deeper {
            // The second line of a statement (3.13 shows them all).
        } else {
            let head = exception_line(body);
            self.block.exception.kind = head.kind;
            self.block.exception.message = head.message;
            self.block.named = true;
            self.at = At::Message;
            self.gap = false;
        }
    }

    fn more_message(&mut self, line: &str) {
        let message = &mut self.block.exception.message;
        if self.gap && message.len() < MESSAGE_BYTES_MAX {
            message.push('\n');
        }
        self.gap = false;
        push_line(message, line);
    }

    fn end_block(&mut self) {
        let mut block = std::mem::take(&mut self.block);
        self.source_due = false;
        self.gap = false;
        self.depth = 0;
        if block.exception.frames.is_empty() && !block.named {
            return;
        }
        if !self.recent_first {
            block.exception.frames.reverse();
        }
        self.tree.push(block);
    }
}

#[derive(PartialEq)]
enum Order {
    RecentLast,
    RecentFirst,
}

fn traceback_opening(body: &str) -> Option<Order> {
    if body.ends_with("(most recent call first):") {
        return Some(Order::RecentFirst);
    }
    // `Traceback (most recent call last):`, maybe after a logger's prefix.
    let opens = body.ends_with("Traceback (most recent call last):") || body == "Traceback:";
    opens.then_some(Order::RecentLast)
}

fn is_separator(body: &str) -> bool {
    body.starts_with("The above exception was the direct cause of the following exception")
        || body.starts_with("During handling of the above exception, another exception occurred")
}

/// `^^^^`, `~~~^^^`: where in the line above it happened.
fn is_marker(body: &str) -> bool {
    body.bytes().all(|b| matches!(b, b'^' | b'~' | b' '))
}

fn repeated(body: &str) -> Option<u32> {
    let rest = body.strip_prefix("[Previous line repeated ")?;
    rest.split(' ').next()?.parse().ok()
}

/// `File "p", line 3, in f`; a SyntaxError's has no `in`, faulthandler's no comma before it.
pub(super) fn frame(body: &str) -> Option<Frame> {
    let rest = body.strip_prefix("File \"")?;
    let end = rest.find("\", line ")?;
    let file = &rest[..end];
    let rest = &rest[end + "\", line ".len()..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let line = rest[..digits].parse().ok()?;
    let function = match rest[digits..].strip_prefix(',').unwrap_or(&rest[digits..]) {
        "" => "",
        more => more.strip_prefix(" in ")?,
    };
    Some(Frame {
        function: function.to_owned(),
        file: Some(file.to_owned()),
        line: Some(line),
        ..Frame::default()
    })
}

/// Whether an unindented line can end the calls: with tabs lost, source lines stand there too.
fn can_be_exception(body: &str) -> bool {
    head::split(body).is_some_and(|head| is_dotted_name(&head.kind))
        || (is_dotted_name(body) && head::names_error(body))
}

fn exception_line(body: &str) -> Head {
    if is_dotted_name(body) {
        return Head::new(body, "");
    }
    match head::split(body).filter(|head| is_dotted_name(&head.kind)) {
        Some(head) => head,
        None => Head::new("", body),
    }
}

/// `ValueError`, `app.errors.CartError`, `make.<locals>.Local`.
fn is_dotted_name(name: &str) -> bool {
    name.split('.').all(|part| {
        let starts = part.starts_with(|c: char| c.is_alphabetic() || c == '_');
        part == "<locals>" || starts && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}
