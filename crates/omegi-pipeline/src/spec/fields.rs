//! Reads a mapping field by field; what nobody asked for is a mistake.

use super::Position;
use super::errors::Mistakes;
use super::tree::{Node, Value};

/// The fields of one mapping while they are read.
pub(super) struct Fields<'a> {
    /// What the mapping is, for messages, such as `join.window`.
    what: &'static str,
    at: Position,
    entries: &'a [(super::tree::Key, Node)],
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The fields of `node`; none, told as a mistake, where it is no mapping.
    pub(super) fn of(node: &'a Node, what: &'static str, mistakes: &mut Mistakes) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            mistakes.add(
                node.at,
                format!("{what} must be a mapping, not {}", node.shape()),
            );
            return None;
        };
        Some(Self {
            what,
            at: node.at,
            entries,
            known: Vec::new(),
        })
    }

    /// A field that may be left out.
    pub(super) fn optional(&mut self, name: &'static str) -> Option<&'a Node> {
        self.known.push(name);
        let entry = self.entries.iter().find(|(key, _)| key.name == name);
        entry.map(|(_, node)| node)
    }

    /// A field that must be there.
    pub(super) fn required(
        &mut self,
        name: &'static str,
        mistakes: &mut Mistakes,
    ) -> Option<&'a Node> {
        let node = self.optional(name);
        if node.is_none() {
            mistakes.add(self.at, format!("{} needs `{name}`", self.what));
        }
        node
    }

    /// Tells every field that was not asked for.
    pub(super) fn finish(self, mistakes: &mut Mistakes) {
        for (key, _) in self.entries {
            if !self.known.contains(&key.name.as_str()) {
                let known = self.known.join("`, `");
                mistakes.add(
                    key.at,
                    format!("{} has no `{}`; it has `{known}`", self.what, key.name),
                );
            }
        }
    }
}

/// A scalar's text.
pub(super) fn text<'a>(node: &'a Node, what: &str, mistakes: &mut Mistakes) -> Option<&'a str> {
    match &node.value {
        Value::Scalar(text) if !text.is_empty() => Some(text),
        _ => {
            mistakes.add(node.at, format!("{what} must be a value"));
            None
        }
    }
}

/// One of a closed set of words.
pub(super) fn word<T: Copy>(
    node: &Node,
    what: &str,
    words: &[(&str, T)],
    mistakes: &mut Mistakes,
) -> Option<T> {
    let text = text(node, what, mistakes)?;
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let known = known.join("`, `");
        mistakes.add(
            node.at,
            format!("no {what} is named `{text}`; there is `{known}`"),
        );
    }
    found.map(|(_, value)| *value)
}

/// A length of time such as `200ms` or `15m`, in nanoseconds, more than zero.
pub(super) fn nanos(node: &Node, what: &str, mistakes: &mut Mistakes) -> Option<i64> {
    let text = text(node, what, mistakes)?;
    let nanos = humantime::parse_duration(text)
        .ok()
        .and_then(|duration| i64::try_from(duration.as_nanos()).ok())
        .filter(|nanos| *nanos > 0);
    if nanos.is_none() {
        mistakes.add(
            node.at,
            format!("{what} must be a length of time such as `200ms` or `15m`, not `{text}`"),
        );
    }
    nanos
}

/// A count such as `200_000`, more than zero.
pub(super) fn count(node: &Node, what: &str, mistakes: &mut Mistakes) -> Option<usize> {
    let text = text(node, what, mistakes)?;
    let count = text
        .replace('_', "")
        .parse()
        .ok()
        .filter(|count| *count > 0);
    if count.is_none() {
        mistakes.add(
            node.at,
            format!("{what} must be a count such as `200_000`, not `{text}`"),
        );
    }
    count
}

/// A size such as `256MiB`, more than zero.
pub(super) fn bytes(node: &Node, what: &str, mistakes: &mut Mistakes) -> Option<usize> {
    const UNITS: [(&str, usize); 4] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("B", 1),
    ];
    let text = text(node, what, mistakes)?;
    let bytes = UNITS.iter().find_map(|(unit, factor)| {
        let number = text.strip_suffix(unit)?.trim().replace('_', "");
        number.parse::<usize>().ok()?.checked_mul(*factor)
    });
    let bytes = bytes.filter(|bytes| *bytes > 0);
    if bytes.is_none() {
        mistakes.add(
            node.at,
            format!("{what} must be a size such as `256MiB`, not `{text}`"),
        );
    }
    bytes
}
