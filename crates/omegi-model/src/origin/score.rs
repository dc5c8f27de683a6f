//! How sure an origin is the cause of what the entry saw: 0 to 1000, integers alone.

use super::edges::{Why, distance};
use super::forest::Forest;
use super::found::Found;
use crate::exception::same::Likeness;

/// Sets the score of every origin, and which of them are ambiguous.
///
/// One origin is named as the cause only when it scores at least twice the next.
pub(crate) fn rank(forest: &Forest<'_>, found: &mut [Found]) {
    for origin in found.iter_mut() {
        origin.score = score(forest, origin);
    }
    let best = found.iter().map(|origin| origin.score).max().unwrap_or(0);
    let close = |origin: &Found| origin.score.saturating_mul(2) > best;
    let several = found.iter().filter(|origin| close(origin)).count() > 1;
    for origin in found.iter_mut() {
        origin.ambiguous = several && close(origin);
    }
}

fn score(forest: &Forest<'_>, found: &Found) -> u32 {
    let Some(node) = forest.node(found.node) else {
        return 1;
    };
    let mut points = 500;
    points += if found.thrown { 150 } else { 0 };
    points += if found.failing { 50 } else { 0 };
    points += forest.tree.depth(found.node).min(10) * 10;
    points += nearness(forest, found);
    let trust = found.whys.iter().map(|why| match why {
        Why::Alike(Likeness::Equal | Likeness::Grown | Likeness::Wrapped) => 100,
        Why::Alike(Likeness::Quoted) | Why::Called => 80,
        Why::EndedLast => 50,
        Why::OnlyReason | Why::Beside => 20,
    });
    points += trust.min().unwrap_or(50);
    let entry = forest.entry().and_then(|entry| forest.node(entry));
    points += if entry.is_some_and(|entry| entry.service != node.service) {
        50
    } else {
        0
    };
    let mut percent = if found.escaped { 100 } else { 40 };
    if found.recovered {
        percent = 10;
    } else if !found.failing {
        percent = 15;
    }
    // Sure that it began beyond, not sure where.
    percent = if found.remote.is_some() {
        percent * 3 / 5
    } else {
        percent
    };
    percent = if found.decoy { percent / 2 } else { percent };
    (points * percent / 100).clamp(1, 1_000)
}

/// Up to 50: the cause tends to end when the entry does.
fn nearness(forest: &Forest<'_>, found: &Found) -> u32 {
    let entry = forest.entry().and_then(|entry| forest.node(entry));
    let (Some(entry), Some(node)) = (entry, forest.node(found.node)) else {
        return 0;
    };
    let length = entry.end.since(entry.start).max(1);
    let away = distance(node, entry.end).min(length);
    let near = (i128::from(length) - i128::from(away)) * 50 / i128::from(length);
    u32::try_from(near).unwrap_or(0)
}
