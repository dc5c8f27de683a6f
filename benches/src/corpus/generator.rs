//! The generated corpus: forty services, traces of very different size, faults several hops deep,
//! late spans, repeated requests; hard to compress, and the same for the same seed.
//!
//! It has a clock of its own: about a hundred traces a second, whatever the speed at which the
//! requests are sent later.

use bytes::Bytes;
use omegi_testkit::otlp::{CLIENT, EPOCH, INTERNAL, Span, SpanEvent, Value, hex};

use super::batches::Batches;
use super::faults::{Fault, Thrown};
use super::services::{self, INSTANCES};
use super::tree::{self, Node};
use super::truth::{Failure, Failures, Truth};
use super::{Corpus, Prepared, Requests, attributes};
use crate::random::Random;

const TRACE_GAP_MAX: u64 = 20_000_000;
const FAILING_PER_MILLE: u64 = 20;
const LATE_PER_MILLE: u64 = 50;
const REPEATED_PER_MILLE: u64 = 1;
/// How late: far enough that most late spans miss their trace's window even when the corpus is sent
/// thirty times faster than its own clock runs.
const LATE_BY: (u64, u64) = (30_000_000_000, 300_000_000_000);

/// Generates at least `spans` spans; the last trace is not cut.
pub(crate) fn generate(seed: u64, spans: u64) -> Corpus {
    let mut generator = Generator {
        random: Random::new(seed),
        now: EPOCH,
        batches: Batches::new(),
        requests: Vec::new(),
        truth: Truth::default(),
        failures: Failures::default(),
        faults_seen: Default::default(),
    };
    while generator.truth.spans < spans {
        generator.trace();
        generator.send_due(generator.now);
    }
    generator.send_due(u64::MAX);
    generator.finish()
}

struct Generator {
    random: Random,
    now: u64,
    batches: Batches,
    requests: Vec<Prepared>,
    truth: Truth,
    failures: Failures,
    faults_seen: std::collections::BTreeSet<usize>,
}

impl Generator {
    fn trace(&mut self) {
        self.now += self.random.below(TRACE_GAP_MAX);
        let fault = self
            .random
            .chance(FAILING_PER_MILLE)
            .then(|| Fault::pick(&mut self.random));
        let size = tree::size(&mut self.random, fault.is_some());
        let origin = fault.as_ref().map(|fault| fault.service);
        let (nodes, failing) = tree::grow(&mut self.random, size, origin);
        let trace_id = self.random.trace_id();
        let mut spans = self.spans(&nodes, trace_id);
        if let Some(fault) = fault {
            let thrown = fault.throw(&mut self.random);
            self.failures.by_trace.insert(
                hex(&trace_id),
                Failure {
                    service: services::name(fault.service).to_owned(),
                    exception_type: thrown.innermost.clone(),
                },
            );
            self.faults_seen.insert(fault.number);
            record(&mut spans[failing], thrown);
        }
        self.truth.traces += 1;
        self.truth.spans += spans.len() as u64;
        for (span, node) in spans.into_iter().zip(&nodes) {
            self.export(span, node);
        }
    }

    fn spans(&mut self, nodes: &[Node], trace_id: [u8; 16]) -> Vec<Span> {
        let ids: Vec<[u8; 8]> = nodes.iter().map(|_| self.random.span_id()).collect();
        let mut spans = Vec::with_capacity(nodes.len());
        for (node, id) in nodes.iter().zip(&ids) {
            let start = self.now + node.start;
            spans.push(Span {
                trace_id: trace_id.to_vec(),
                span_id: id.to_vec(),
                parent_span_id: node
                    .parent
                    .map(|parent| ids[parent].to_vec())
                    .unwrap_or_default(),
                flags: 0x101,
                name: attributes::span_name(node),
                kind: node.kind,
                start,
                end: start + node.duration,
                attributes: attributes::attributes(node, &mut self.random),
                status_code: if node.failing { 2 } else { 0 },
                status_message: status_message(node).to_owned(),
                ..Span::default()
            });
        }
        spans
    }

    fn export(&mut self, span: Span, node: &Node) {
        let late = match self.random.chance(LATE_PER_MILLE) {
            true => self.random.between(LATE_BY.0, LATE_BY.1),
            false => 0,
        };
        let sender = node.service * INSTANCES + span.trace_id[15] as usize % INSTANCES;
        self.batches.end(span.end + late, sender, span);
    }

    fn send_due(&mut self, now: u64) {
        let Self {
            batches,
            requests,
            random,
            truth,
            ..
        } = self;
        batches.advance(now, |body, spans| {
            let request = Prepared {
                body: Bytes::from(body),
                spans,
            };
            if random.chance(REPEATED_PER_MILLE) {
                truth.repeated_requests += 1;
                requests.push(request.clone());
            }
            requests.push(request);
        });
    }

    fn finish(mut self) -> Corpus {
        self.failures.issues = self.faults_seen.len() as u64;
        self.truth.requests = self.requests.len() as u64;
        self.truth.body_bytes = self
            .requests
            .iter()
            .map(|request| request.body.len() as u64)
            .sum();
        self.truth.failures = Some(self.failures);
        Corpus {
            requests: Requests::Generated(self.requests.into_iter()),
            truth: self.truth,
        }
    }
}

fn status_message(node: &Node) -> &'static str {
    match (node.failing, node.kind) {
        (true, CLIENT) => "HTTP 500",
        _ => "",
    }
}

/// Records what was thrown on the span where it was thrown.
fn record(span: &mut Span, thrown: Thrown) {
    assert!(span.kind == INTERNAL, "a fault sits in a method");
    span.status_message.clone_from(&thrown.message);
    let text = |key: &str, value: String| (key.to_owned(), Value::Text(value));
    span.events.push(SpanEvent {
        time: span.end,
        name: "exception".into(),
        attributes: vec![
            text("exception.type", thrown.kind),
            text("exception.message", thrown.message),
            text("exception.stacktrace", thrown.stack),
        ],
    });
}
