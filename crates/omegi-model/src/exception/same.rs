//! Whether two readings tell of one throw, or one of the consequence of the other.
//!
//! `a` is the inner one (nearer to where it began), `b` the outer one.

use super::reading::Reading;
use crate::stack::{Frame, ParsedException};

/// Shorter messages are quoted by chance.
const QUOTE_BYTES_MIN: usize = 12;

/// Why `b` follows from `a`, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    /// Equal type, message and stack.
    Equal,
    /// The stack grew outward: `a`'s frames begin `b`'s.
    Grown,
    /// `b`'s chain of causes holds `a`.
    Wrapped,
    /// `b`'s message holds `a`'s.
    Quoted,
}

/// The strongest likeness of the two, if there is any.
pub(crate) fn likeness(a: &Reading, b: &Reading) -> Option<Likeness> {
    if equal(a, b) {
        Some(Likeness::Equal)
    } else if grown(a, b) {
        Some(Likeness::Grown)
    } else if wrapped(a, b) {
        Some(Likeness::Wrapped)
    } else if quotes(a, b) {
        Some(Likeness::Quoted)
    } else {
        None
    }
}

/// Equal type and message, and equal stacks where both have one.
pub(crate) fn equal(a: &Reading, b: &Reading) -> bool {
    let stacks = a.text.is_empty() || b.text.is_empty() || a.text.trim_end() == b.text.trim_end();
    stacks && outermost(a, b).is_some_and(|(a, b)| same_words(a, b))
}

/// The same exception, seen again further out: its frames continue those of `a`.
pub(crate) fn grown(a: &Reading, b: &Reading) -> bool {
    outermost(a, b).is_some_and(|(a, b)| {
        same_words(a, b) && !a.frames.is_empty() && begins(&a.frames, &b.frames)
    })
}

/// `b` was thrown because of `a`: its causes hold `a`'s words, or `a`'s frames up to where they
/// are elided.
fn wrapped(a: &Reading, b: &Reading) -> bool {
    let Some(inner) = a.outermost() else {
        return false;
    };
    b.stack.exceptions.iter().skip(1).any(|cause| {
        if cause.relation.on().is_none() {
            return false;
        }
        let words = same_words(inner, cause);
        let frames = !cause.frames.is_empty()
            && cause.kind == inner.kind
            && begins(&cause.frames, &inner.frames);
        words || frames
    })
}

/// `b`'s message holds that of `a`, or that of what `a` began with.
pub(crate) fn quotes(a: &Reading, b: &Reading) -> bool {
    let Some(outer) = b.outermost() else {
        return false;
    };
    [a.outermost(), a.root()]
        .into_iter()
        .flatten()
        .any(|inner| {
            let message = inner.message.trim();
            message.len() >= QUOTE_BYTES_MIN && outer.message.contains(message)
        })
}

fn outermost<'r>(
    a: &'r Reading,
    b: &'r Reading,
) -> Option<(&'r ParsedException, &'r ParsedException)> {
    Some((a.outermost()?, b.outermost()?))
}

/// Equal type and message, of which at least one says something.
fn same_words(a: &ParsedException, b: &ParsedException) -> bool {
    a.kind == b.kind
        && a.message.trim() == b.message.trim()
        && !(a.kind.is_empty() && a.message.trim().is_empty())
}

/// The shorter list of calls is how the longer one begins, innermost first, once the frames of
/// the SDK and of reflection are out: those differ from recorder to recorder.
fn begins(short: &[Frame], long: &[Frame]) -> bool {
    let mut rest = long.iter().filter(|frame| !is_plumbing(frame));
    let mut matched = 0;
    for frame in short.iter().filter(|frame| !is_plumbing(frame)) {
        let Some(other) = rest.next() else {
            return false;
        };
        let same_call = frame.function == other.function && frame.module == other.module;
        // The outermost frame of the shorter list may stand at another line of the same call.
        if !same_call || (matched == 0 && frame.line != other.line) {
            return false;
        }
        matched += 1;
    }
    matched > 0
}

fn is_plumbing(frame: &Frame) -> bool {
    const MODULES: &[&str] = &[
        "io.opentelemetry.",
        "opentelemetry",
        "go.opentelemetry.io/",
        "OpenTelemetry.",
        "java.lang.reflect.",
        "jdk.internal.reflect.",
        "sun.reflect.",
    ];
    let file = frame.file.as_deref().unwrap_or("");
    MODULES
        .iter()
        .any(|module| frame.module.starts_with(module))
        || file.contains("/opentelemetry/")
}
