//! Deadlines of windows, in log time.
//!
//! Invariant: a window has at most one deadline here, and deadlines come out in order of time, then
//! key, so that the same log always fires them in the same order.

use std::collections::BTreeSet;

use omegi_model::time::UnixNanos;

use crate::key::WindowKey;

/// What is due, and when.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: BTreeSet<(UnixNanos, WindowKey)>,
}

impl Timers {
    /// Sets the deadline of `key` to `at`, taking back the one it had.
    pub(crate) fn set(&mut self, key: WindowKey, before: Option<UnixNanos>, at: UnixNanos) {
        self.unset(key, before);
        self.due.insert((at, key));
    }

    /// Takes back the deadline of `key`.
    pub(crate) fn unset(&mut self, key: WindowKey, before: Option<UnixNanos>) {
        if let Some(before) = before {
            self.due.remove(&(before, key));
        }
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<UnixNanos> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes out the earliest deadline if it is not after `now`.
    pub(crate) fn pop(&mut self, now: UnixNanos) -> Option<(UnixNanos, WindowKey)> {
        match self.due.first() {
            Some((at, _)) if *at <= now => self.due.pop_first(),
            _ => None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.due.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> WindowKey {
        WindowKey([byte; WindowKey::BYTES])
    }

    #[test]
    fn deadlines_come_out_by_time_then_key() {
        let mut timers = Timers::default();
        timers.set(key(2), None, UnixNanos(10));
        timers.set(key(1), None, UnixNanos(10));
        timers.set(key(3), None, UnixNanos(30));
        timers.set(key(3), Some(UnixNanos(30)), UnixNanos(5));
        let mut fired = Vec::new();
        while let Some((at, key)) = timers.pop(UnixNanos(10)) {
            fired.push((at.0, key.0[0]));
        }
        assert_eq!(fired, [(5, 3), (10, 1), (10, 2)]);
        assert!(timers.is_empty());
    }

    #[test]
    fn what_is_not_due_stays() {
        let mut timers = Timers::default();
        timers.set(key(1), None, UnixNanos(10));
        assert_eq!(timers.pop(UnixNanos(9)), None);
        timers.unset(key(1), Some(UnixNanos(10)));
        assert_eq!(timers.next(), None);
    }
}
