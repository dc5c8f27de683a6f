//! What a language parser has found so far, before limits are laid on it.

use super::{Frame, ParsedException, Relation, head};

/// Most frames kept of one exception: the innermost and the outermost ones.
pub const FRAMES_MAX: usize = 256;
const INNER_FRAMES: usize = 192;
/// Most exceptions kept of one stack: the outermost and the innermost ones.
pub const EXCEPTIONS_MAX: usize = 64;
const OUTER_EXCEPTIONS: usize = 32;
/// Longest message kept.
pub(super) const MESSAGE_BYTES_MAX: usize = 8 * 1024;

/// Exceptions in the order a parser gives them, outermost first; the last one is being filled.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) exceptions: Vec<ParsedException>,
    pub(super) skipped: u32,
}

impl Draft {
    /// A text without a single frame: its first line may still name a type.
    pub(super) fn without_frames(lines: &[&str]) -> Self {
        let mut draft = Self::default();
        if let Some(head) = head::find(lines).filter(|head| !head.kind.is_empty()) {
            draft.begin(head, Relation::Outermost);
        } else {
            draft.skipped = count(lines.iter().filter(|line| !line.is_empty()).count());
        }
        draft
    }

    /// Opens an exception and gives its index.
    pub(super) fn begin(&mut self, head: head::Head, relation: Relation) -> usize {
        self.exceptions.push(ParsedException {
            kind: head.kind,
            message: head.message,
            relation,
            ..ParsedException::default()
        });
        self.exceptions.len() - 1
    }

    /// Adds a call to the exception being filled; opens a nameless one where there is none.
    pub(super) fn frame(&mut self, frame: Frame) {
        if self.exceptions.is_empty() {
            self.begin(head::Head::default(), Relation::Outermost);
        }
        if let Some(exception) = self.exceptions.last_mut() {
            exception.frames.push(frame);
        }
    }

    /// Whether the exception being filled has calls already, so that its message is over.
    pub(super) fn has_frames(&self) -> bool {
        self.exceptions.last().is_some_and(|e| !e.frames.is_empty())
    }

    pub(super) fn elided(&mut self, frames: u32) {
        if let Some(exception) = self.exceptions.last_mut() {
            exception.frames_elided = exception.frames_elided.saturating_add(frames);
        }
    }

    /// Adds a line to the message of the exception being filled.
    pub(super) fn more_message(&mut self, line: &str) {
        if let Some(exception) = self.exceptions.last_mut() {
            push_line(&mut exception.message, line);
        }
    }

    pub(super) fn skip(&mut self) {
        self.skipped = self.skipped.saturating_add(1);
    }

    pub(super) fn frame_count(&self) -> usize {
        self.exceptions.iter().map(|e| e.frames.len()).sum()
    }

    /// Turns a chain that the text tells from the inside out.
    pub(super) fn turn_chain(&mut self) {
        self.exceptions.reverse();
        for (index, exception) in self.exceptions.iter_mut().enumerate() {
            exception.relation = match index.checked_sub(1) {
                Some(outer) => Relation::CauseOf(outer),
                None => Relation::Outermost,
            };
        }
    }

    /// Lays the limits on it; indexes in relations follow.
    pub(super) fn bounded(mut self) -> (Vec<ParsedException>, u32) {
        for exception in &mut self.exceptions {
            let message_end = exception.message.trim_end().len();
            exception.message.truncate(message_end);
            let over = exception.frames.len().saturating_sub(FRAMES_MAX);
            if over > 0 {
                exception.frames.drain(INNER_FRAMES..INNER_FRAMES + over);
                exception.frames_elided = exception.frames_elided.saturating_add(count(over));
            }
        }
        let over = self.exceptions.len().saturating_sub(EXCEPTIONS_MAX);
        if over > 0 {
            self.exceptions
                .drain(OUTER_EXCEPTIONS..OUTER_EXCEPTIONS + over);
            // What hung on a dropped one hangs on the last one kept before the gap.
            let moved = |index: usize| match index {
                kept if kept < OUTER_EXCEPTIONS => kept,
                dropped if dropped < OUTER_EXCEPTIONS + over => OUTER_EXCEPTIONS - 1,
                later => later - over,
            };
            for exception in &mut self.exceptions {
                exception.relation = exception.relation.map(moved);
            }
        }
        (self.exceptions, self.skipped)
    }
}

/// Adds a line to a message as long as there is room.
pub(super) fn push_line(message: &mut String, line: &str) {
    let room = MESSAGE_BYTES_MAX.saturating_sub(message.len() + 1);
    if room == 0 {
        return;
    }
    if !message.is_empty() {
        message.push('\n');
    }
    message.push_str(&line[..line.floor_char_boundary(room)]);
}

pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
