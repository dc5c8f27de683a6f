//! Batches as SDKs make them: one sender's spans, when 512 wait or five seconds have passed.
//!
//! Invariant: every span that goes in comes out in exactly one batch; batches come out in the order
//! of the corpus's own clock.

use std::collections::BTreeMap;

use omegi_testkit::otlp::{self, Resource, Span};

use super::services::{self, INSTANCES, SERVICES};

const SPANS_MAX: usize = 512;
const WAIT_MAX: u64 = 5_000_000_000;

/// Spans on their way into batches.
pub(super) struct Batches {
    /// Ended spans with their sender, by the time at which it exports them; the second number keeps
    /// equal times in order.
    ended: BTreeMap<(u64, u64), (usize, Span)>,
    spans: u64,
    waiting: Vec<Waiting>,
}

#[derive(Default)]
struct Waiting {
    since: u64,
    spans: Vec<Span>,
}

impl Batches {
    pub(super) fn new() -> Self {
        let waiting = (0..SERVICES * INSTANCES)
            .map(|_| Waiting::default())
            .collect();
        Self {
            ended: BTreeMap::new(),
            spans: 0,
            waiting,
        }
    }

    /// Takes a span that sender `sender` exports at `at`.
    pub(super) fn end(&mut self, at: u64, sender: usize, span: Span) {
        self.ended.insert((at, self.spans), (sender, span));
        self.spans += 1;
    }

    /// Hands over all batches that are due at `now`.
    pub(super) fn advance(&mut self, now: u64, mut send: impl FnMut(Vec<u8>, u64)) {
        while let Some(next) = self.ended.first_entry().filter(|next| next.key().0 <= now) {
            let ((at, _), (sender, span)) = next.remove_entry();
            let waiting = &mut self.waiting[sender];
            if waiting.spans.is_empty() {
                waiting.since = at;
            }
            waiting.spans.push(span);
            if waiting.spans.len() >= SPANS_MAX {
                flush(sender, waiting, &mut send);
            }
        }
        for (sender, waiting) in self.waiting.iter_mut().enumerate() {
            if !waiting.spans.is_empty() && now.saturating_sub(waiting.since) >= WAIT_MAX {
                flush(sender, waiting, &mut send);
            }
        }
    }
}

fn flush(sender: usize, waiting: &mut Waiting, send: &mut impl FnMut(Vec<u8>, u64)) {
    let spans = std::mem::take(&mut waiting.spans);
    let count = spans.len() as u64;
    let mut request = otlp::request();
    request.resources.push(Resource {
        attributes: services::resource(sender / INSTANCES, sender % INSTANCES),
        scope: "shop.instrumentation".into(),
        spans,
        logs: Vec::new(),
    });
    send(request.traces_protobuf(), count);
}
