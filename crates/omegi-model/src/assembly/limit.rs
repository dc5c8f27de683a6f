//! Over the span limit: which missing spans are still worth keeping when they come.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::mark::SpanMark;
use super::skeleton::Span;

/// Ids of the ancestors of marked spans that are not there yet. Linear: no span is climbed twice.
pub(super) fn missing_ancestors(spans: &[Span], marks: &[SpanMark]) -> BTreeSet<u64> {
    let by_id: HashMap<u64, &Span> = spans.iter().map(|span| (span.id, span)).collect();
    let mut climbed: HashSet<u64> = HashSet::new();
    let mut missing = BTreeSet::new();
    for mark in marks {
        let mut next = spans.get(mark.span as usize);
        while let Some(span) = next {
            if !climbed.insert(span.id) || span.parent == 0 {
                break;
            }
            next = by_id.get(&span.parent).copied();
            if next.is_none() {
                missing.insert(span.parent);
            }
        }
    }
    missing
}
