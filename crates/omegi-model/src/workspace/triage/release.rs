//! Which of two releases is older.
//!
//! By version where both are versions, because a fix for an old branch is published after a newer
//! one; by first appearance otherwise, because a commit hash has no other order.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::time::UnixNanos;

/// When releases first appeared, by the log's append time: the log's order never changes, so this
/// order does not either.
pub trait Releases {
    /// When `release` was first received; none: not yet.
    fn first_seen(&self, release: &str) -> Option<UnixNanos>;
}

impl Releases for BTreeMap<String, UnixNanos> {
    fn first_seen(&self, release: &str) -> Option<UnixNanos> {
        self.get(release).copied()
    }
}

/// Orders two releases; none where nothing tells. A release that nobody has seen yet is newer than
/// those that were seen.
#[must_use]
pub fn compare(a: &str, b: &str, releases: &impl Releases) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    if let (Some(a), Some(b)) = (Version::parse(a), Version::parse(b))
        && a.package == b.package
    {
        return Some(a.order(&b));
    }
    match (releases.first_seen(a), releases.first_seen(b)) {
        (Some(a), Some(b)) if a == b => None,
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (None, None) => None,
    }
}

/// `[package@][v]1.2[.3…][-pre.release][+build]`. One number alone is no version: it may be a hash.
struct Version<'a> {
    package: &'a str,
    numbers: Vec<u64>,
    pre: Option<&'a str>,
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (package, version) = text.rsplit_once('@').unwrap_or(("", text));
        let version = version.strip_prefix('v').unwrap_or(version);
        let version = version
            .split_once('+')
            .map_or(version, |(version, _)| version);
        let (numbers, pre) = match version.split_once('-') {
            Some((numbers, pre)) => (numbers, Some(pre)),
            None => (version, None),
        };
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<_> = numbers.split('.').collect();
        if parts.len() < 2 || !parts.iter().all(|part| digits(part)) {
            return None;
        }
        let numbers: Result<Vec<u64>, _> = parts.iter().map(|part| part.parse()).collect();
        Some(Self {
            package,
            numbers: numbers.ok()?,
            pre,
        })
    }

    fn order(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let at = |numbers: &[u64], index| numbers.get(index).copied().unwrap_or(0);
        (0..length)
            .map(|index| at(&self.numbers, index).cmp(&at(&other.numbers, index)))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| match (self.pre, other.pre) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) => pre_order(a, b),
            })
    }
}

/// Semantic versioning, rule 11.4: numbers by value and below words, words by bytes, fewer below more.
fn pre_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_ordered_by_version_or_else_by_first_appearance() {
        let seen = [
            ("abc123", 1),
            ("9f0e21d", 2),
            ("2.0.0", 3),
            ("1.9.6", 4),
            ("1234567", 5),
        ];
        let seen: BTreeMap<_, _> = seen
            .map(|(release, at)| (release.to_owned(), UnixNanos(at)))
            .into();
        use Ordering::{Equal, Greater, Less};
        for (a, b, order) in [
            ("1.9.6", "2.0.0", Some(Less)),
            ("1.10.0", "1.9.0", Some(Greater)),
            ("v1.2", "1.2.0", Some(Equal)),
            ("1.2.3+5", "1.2.3+6", Some(Equal)),
            ("1.2.3-rc.1", "1.2.3", Some(Less)),
            ("1.2.3-rc.10", "1.2.3-rc.9", Some(Greater)),
            ("1.2.3-alpha", "1.2.3-alpha.1", Some(Less)),
            ("shop@1.2.3", "shop@1.3.0", Some(Less)),
            ("shop@1.2.3", "cart@1.3.0", None),
            ("2024.11.22", "2024.12.1", Some(Less)),
            ("abc123", "9f0e21d", Some(Less)),
            ("1234567", "abc123", Some(Greater)),
            ("abc123", "never-seen", Some(Less)),
            ("never-seen", "nor-this", None),
            ("99999999999999999999.1", "2.0.0", Some(Greater)),
            ("same", "same", Some(Equal)),
        ] {
            assert_eq!(compare(a, b, &seen), order, "{a} against {b}");
        }
    }
}
