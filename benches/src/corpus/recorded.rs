//! The shared recording `otel-demo-recorded`, played as often as it takes, each time as new traces
//! at a later time.

use anyhow::{Context as _, bail};
use bytes::Bytes;
use omegi_testkit::corpora;

use super::patch::{self, Change, Places};
use super::truth::Truth;
use super::{Corpus, Prepared, Requests};
use crate::random::Random;

/// What one pass lasts: ten minutes, so that no two passes overlap.
const PASS_NANOS: u64 = 600_000_000_000;

/// Plays the recording until at least `spans` spans are sent; passes are whole.
pub(crate) fn otel_demo(spans: u64) -> anyhow::Result<Corpus> {
    let Some(bodies) = corpora::otel_demo_requests() else {
        bail!("set OMEGI_CORPORA to the folder of the shared corpora");
    };
    replay(bodies, spans)
}

/// Plays `bodies` until at least `spans` spans are sent.
pub(crate) fn replay(bodies: Vec<Vec<u8>>, spans: u64) -> anyhow::Result<Corpus> {
    let mut recorded = Vec::with_capacity(bodies.len());
    for (number, body) in bodies.into_iter().enumerate() {
        let places =
            patch::places(&body).with_context(|| format!("request {number} is malformed"))?;
        recorded.push((body, places));
    }
    let once = count(&recorded);
    if once.spans == 0 {
        bail!("the recording holds no span");
    }
    let passes = spans.div_ceil(once.spans);
    let truth = Truth {
        spans: once.spans * passes,
        traces: once.traces * passes,
        requests: once.requests * passes,
        body_bytes: once.body_bytes * passes,
        ..Truth::default()
    };
    Ok(Corpus {
        requests: Requests::Recorded(Replay {
            recorded,
            passes,
            pass: 0,
            next: 0,
        }),
        truth,
    })
}

/// A recording being played.
#[derive(Debug)]
pub(crate) struct Replay {
    recorded: Vec<(Vec<u8>, Places)>,
    passes: u64,
    pass: u64,
    next: usize,
}

impl Iterator for Replay {
    type Item = Prepared;

    fn next(&mut self) -> Option<Prepared> {
        if self.next == self.recorded.len() {
            (self.pass, self.next) = (self.pass + 1, 0);
        }
        if self.pass >= self.passes {
            return None;
        }
        let (body, places) = &self.recorded[self.next];
        self.next += 1;
        let mut body = body.clone();
        patch::apply(&mut body, &places.places, change(self.pass));
        Some(Prepared {
            body: Bytes::from(body),
            spans: places.spans,
        })
    }
}

/// Pass 0 sends the recording as it is.
fn change(pass: u64) -> Change {
    if pass == 0 {
        return Change {
            trace_mask: 0,
            span_mask: 0,
            later_by: 0,
        };
    }
    let mut random = Random::new(pass);
    Change {
        trace_mask: u128::from_be_bytes(random.trace_id()),
        span_mask: random.next(),
        later_by: pass * PASS_NANOS,
    }
}

/// What one pass has.
fn count(recorded: &[(Vec<u8>, Places)]) -> Truth {
    let (mut traces, mut spans) = (std::collections::BTreeSet::new(), 0);
    let mut truth = Truth {
        requests: recorded.len() as u64,
        ..Truth::default()
    };
    for (body, places) in recorded {
        spans += places.spans;
        truth.body_bytes += body.len() as u64;
        for place in places
            .places
            .iter()
            .filter(|place| place.what == patch::What::TraceId)
        {
            traces.insert(&body[place.at..place.at + 16]);
        }
    }
    (truth.spans, truth.traces) = (spans, traces.len() as u64);
    truth
}
