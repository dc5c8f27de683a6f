//! How many windows each project has open, and which give way when there are too many.
//!
//! Fair by project: the one with the most gives way first, so that no sender can push out another.
//! Within it: the least recent arrival first, traces with errors last. Ties go by key: the same
//! windows give way on every run.

use std::collections::BTreeMap;

use omegi_model::time::UnixNanos;

use crate::key::WindowKey;

/// Counts by project.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    projects: BTreeMap<[u8; 8], Usage>,
    total: Usage,
}

/// What a project, or all, have open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) windows: usize,
    pub(crate) bytes: usize,
}

/// How a window ranks when some must give way: the least goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) has_errors: bool,
    pub(crate) last_arrival: UnixNanos,
    pub(crate) key: WindowKey,
}

impl Crowd {
    pub(crate) fn total(&self) -> Usage {
        self.total
    }

    pub(crate) fn opened(&mut self, key: &WindowKey, bytes: usize) {
        let usage = self.projects.entry(key.project()).or_default();
        for usage in [usage, &mut self.total] {
            usage.windows += 1;
            usage.bytes += bytes;
        }
    }

    pub(crate) fn resized(&mut self, key: &WindowKey, before: usize, bytes: usize) {
        let usage = self.projects.entry(key.project()).or_default();
        for usage in [usage, &mut self.total] {
            usage.bytes = (usage.bytes + bytes).saturating_sub(before);
        }
    }

    pub(crate) fn closed(&mut self, key: &WindowKey, bytes: usize) {
        let Some(usage) = self.projects.get_mut(&key.project()) else {
            return;
        };
        usage.windows -= 1;
        usage.bytes = usage.bytes.saturating_sub(bytes);
        if usage.windows == 0 {
            self.projects.remove(&key.project());
        }
        self.total.windows -= 1;
        self.total.bytes = self.total.bytes.saturating_sub(bytes);
    }

    /// The project that gives way next, by `measure`.
    pub(crate) fn largest(&self, measure: impl Fn(&Usage) -> usize) -> Option<[u8; 8]> {
        let most = self
            .projects
            .iter()
            .max_by_key(|(id, usage)| (measure(usage), **id));
        most.map(|(id, _)| *id)
    }
}

/// The first `count` of `ranks` to give way, in that order.
pub(crate) fn first_to_go(mut ranks: Vec<Rank>, count: usize) -> Vec<WindowKey> {
    ranks.sort_unstable();
    ranks.truncate(count);
    ranks.into_iter().map(|rank| rank.key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(project: u8, n: u8) -> WindowKey {
        let mut bytes = [n; WindowKey::BYTES];
        bytes[..8].fill(project);
        WindowKey(bytes)
    }

    #[test]
    fn the_project_with_the_most_gives_way() {
        let mut crowd = Crowd::default();
        (0..3).for_each(|n| crowd.opened(&key(1, n), 10));
        crowd.opened(&key(2, 0), 500);
        assert_eq!(crowd.largest(|usage| usage.windows), Some([1; 8]));
        assert_eq!(crowd.largest(|usage| usage.bytes), Some([2; 8]));
        crowd.closed(&key(2, 0), 500);
        assert_eq!(crowd.largest(|usage| usage.bytes), Some([1; 8]));
        assert_eq!(
            crowd.total(),
            Usage {
                windows: 3,
                bytes: 30
            }
        );
    }

    #[test]
    fn errors_give_way_last_and_the_least_recent_first() {
        let rank = |n, has_errors, at| Rank {
            has_errors,
            last_arrival: UnixNanos(at),
            key: key(1, n),
        };
        let ranks = vec![rank(1, true, 1), rank(2, false, 9), rank(3, false, 5)];
        assert_eq!(first_to_go(ranks.clone(), 2), [key(1, 3), key(1, 2)]);
        assert_eq!(first_to_go(ranks, 9).len(), 3);
    }
}
