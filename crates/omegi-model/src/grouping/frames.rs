//! Frames made alike over deploys, hosts, browsers and compilers: `file or module|function`.
//!
//! No line, no column. Recursion is collapsed, so that five levels and six are one group.

mod function;
mod managed;
mod native;
mod path;

use crate::stack::{Frame, Language};

/// Longest cycle of frames that is taken for recursion.
const PERIOD_MAX: usize = 4;
/// What a function's name becomes when a minifier made it.
pub(super) const MINIFIED: &str = "<min>";

/// The first `most` frames in their normal form, recursion collapsed.
pub(super) fn normalised(
    language: Option<Language>,
    frames: &[&Frame],
    most: usize,
) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(most.min(frames.len()));
    // A cycle can only be seen once it came around, so some frames more are looked at.
    for frame in frames {
        if let Some(text) = one(language, frame) {
            out.push(text);
            collapse(&mut out);
        }
        if out.len() >= most + 2 * PERIOD_MAX {
            break;
        }
    }
    out.truncate(most);
    out
}

/// Drops a cycle that has just come around: `a b a b` becomes `a b`.
fn collapse(frames: &mut Vec<String>) {
    let length = frames.len();
    for period in 1..=PERIOD_MAX.min(length / 2) {
        let (before, last) = (
            &frames[length - 2 * period..length - period],
            &frames[length - period..],
        );
        if before == last {
            frames.truncate(length - period);
            return;
        }
    }
}

/// One frame; `None` for one that says nothing or comes and goes with the runtime's version.
fn one(language: Option<Language>, frame: &Frame) -> Option<String> {
    let file = frame.file.as_deref().unwrap_or_default();
    let name = function::name(language, frame)?;
    let place = match language {
        // Where the file is the module, or says more than it.
        None | Some(Language::Python | Language::JavaScript | Language::Ruby | Language::Dart) => {
            path::normal(file)
        }
        _ => function::module(language, &frame.module),
    };
    let place = if place.is_empty() {
        path::normal(file)
    } else {
        place
    };
    if place.is_empty() && name.is_empty() {
        return None;
    }
    let minified =
        language == Some(Language::JavaScript) && function::is_minified(&name, file, frame.column);
    let name = if minified { MINIFIED.to_owned() } else { name };
    Some(format!("{place}|{name}"))
}

/// An exception's type without what compilers and class loaders generate.
pub(super) fn kind(language: Option<Language>, kind: &str) -> String {
    function::kind(language, kind)
}

#[cfg(test)]
mod tests;
