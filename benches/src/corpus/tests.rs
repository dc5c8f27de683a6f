//! Tests of what the corpora promise, at small size.

use std::collections::{BTreeMap, BTreeSet};

use omegi_model::error_event::StatusCode;
use omegi_model::wire;

use super::generator::generate;
use super::truth::Failure;
use super::{Corpus, Prepared, recorded};

const SEED: u64 = 7;
const SPANS: u64 = 20_000;

fn bodies(corpus: Corpus) -> Vec<Prepared> {
    corpus.requests.collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let bytes = |seed| -> Vec<_> { generate(seed, 2_000).requests.map(|r| r.body).collect() };
    assert_eq!(bytes(SEED), bytes(SEED));
    assert_ne!(bytes(SEED), bytes(SEED + 1));
}

#[test]
fn zstd_3_presses_the_generated_corpus_four_to_six_fold() {
    let all: Vec<u8> = generate(SEED, SPANS)
        .requests
        .flat_map(|r| r.body)
        .collect();
    let pressed = zstd::bulk::compress(&all, 3).unwrap();
    let ratio = all.len() as f64 / pressed.len() as f64;
    println!(
        "{} bytes per span, zstd-3 ratio {ratio:.2}",
        all.len() as u64 / SPANS
    );
    assert!((4.0..6.0).contains(&ratio), "ratio is {ratio:.2}");
}

#[test]
fn the_truth_is_what_the_requests_say() {
    let corpus = generate(SEED, SPANS);
    let truth = corpus.truth.clone();
    let failures = truth.failures.clone().unwrap();
    let requests = bodies(corpus);
    let (mut spans, mut traces, mut thrown) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    for request in &requests {
        for span in wire::spans(&request.body, wire::Refused::NONE) {
            let span = span.unwrap();
            spans.insert((span.trace_id(), span.span_id()));
            traces.insert(span.trace_id());
            if span.events().any(|event| event.is_exception()) {
                let service = span.resource().service_name().into_owned();
                thrown.insert(span.trace_id().to_string(), service);
            }
        }
    }
    assert_eq!(spans.len() as u64, truth.spans);
    assert_eq!(traces.len() as u64, truth.traces);
    assert_eq!(requests.len() as u64, truth.requests);
    let services: BTreeMap<String, String> = failures
        .by_trace
        .iter()
        .map(|(trace, f)| (trace.clone(), f.service.clone()))
        .collect();
    assert_eq!(thrown, services);
    assert!(failures.issues > 0 && failures.issues <= failures.by_trace.len() as u64);
}

#[test]
fn sizes_and_failures_are_spread_as_promised() {
    let corpus = generate(SEED, 100_000);
    let truth = corpus.truth.clone();
    let mut sizes: BTreeMap<_, u64> = BTreeMap::new();
    for request in corpus.requests {
        for span in wire::spans(&request.body, wire::Refused::NONE) {
            *sizes.entry(span.unwrap().trace_id()).or_default() += 1;
        }
    }
    let mut sizes: Vec<u64> = sizes.into_values().collect();
    sizes.sort_unstable();
    let quantile = |q: f64| sizes[(sizes.len() as f64 * q) as usize];
    assert!(
        (6..=10).contains(&quantile(0.5)),
        "median {}",
        quantile(0.5)
    );
    assert!(
        (200..=450).contains(&quantile(0.99)),
        "p99 {}",
        quantile(0.99)
    );
    let failing = truth.failures.unwrap().by_trace.len() as f64 / truth.traces as f64;
    assert!((0.01..0.03).contains(&failing), "failing {failing}");
}

#[test]
fn every_stack_is_two_to_four_kilobytes_and_tells_the_type_of_the_truth() {
    let mut random = crate::random::Random::new(SEED);
    for number in 0..super::faults::FAULTS {
        let thrown = super::faults::Fault::nth(number).throw(&mut random);
        let length = thrown.stack.len();
        assert!(
            (2_000..=4_300).contains(&length),
            "{length} bytes:\n{}",
            thrown.stack
        );
        let parsed = omegi_model::stack::parse(&thrown.stack, None);
        let innermost = omegi_model::stack::innermost(&parsed).map(|at| &parsed.exceptions[at]);
        let innermost = innermost.unwrap_or_else(|| panic!("nothing found in\n{}", thrown.stack));
        // Go's stacks name no type: the attribute does.
        if !thrown.kind.starts_with('*') {
            assert_eq!(innermost.kind, thrown.innermost, "in\n{}", thrown.stack);
        }
        let own = innermost.frames.iter().filter(|frame| frame.in_app).count();
        assert!(own >= 7, "{own} own frames in\n{}", thrown.stack);
    }
}

#[test]
fn a_failure_is_two_hops_deep_at_least() {
    let corpus = generate(SEED, SPANS);
    let failures = corpus.truth.failures.clone().unwrap();
    let mut failing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for request in corpus.requests {
        for span in wire::spans(&request.body, wire::Refused::NONE) {
            let span = span.unwrap();
            if span.status().0 == StatusCode::Error {
                let service = span.resource().service_name().into_owned();
                failing
                    .entry(span.trace_id().to_string())
                    .or_default()
                    .insert(service);
            }
        }
    }
    assert_eq!(failing.len(), failures.by_trace.len());
    for (trace, Failure { service, .. }) in &failures.by_trace {
        let services = &failing[trace];
        assert!(
            services.len() >= 3 && services.contains(service),
            "{trace}: {services:?}"
        );
    }
}

#[test]
fn a_recording_is_played_again_as_new_traces_of_the_same_shape() {
    let recording: Vec<Vec<u8>> = generate(SEED, 500)
        .requests
        .map(|r| r.body.to_vec())
        .collect();
    let once: u64 = generate(SEED, 500)
        .requests
        .map(|request| request.spans)
        .sum();
    let corpus = recorded::replay(recording.clone(), once * 3).unwrap();
    let (truth, played) = (corpus.truth.clone(), bodies(corpus));
    assert_eq!(played.len(), recording.len() * 3);
    assert_eq!(truth.spans, once * 3);
    let mut traces = BTreeSet::new();
    for (request, number) in played.iter().zip(0..) {
        let original = &recording[number % recording.len()];
        assert_eq!(
            request.body.len(),
            original.len(),
            "a field changed its length"
        );
        assert_eq!(number < recording.len(), request.body[..] == original[..]);
        let parents = |body: &[u8]| -> Vec<bool> {
            let spans = wire::spans(body, wire::Refused::NONE)
                .map(|span| span.unwrap().parent_span_id().is_some());
            spans.collect()
        };
        assert_eq!(
            parents(&request.body),
            parents(original),
            "a root got a parent"
        );
        for span in wire::spans(&request.body, wire::Refused::NONE) {
            traces.insert(span.unwrap().trace_id());
        }
    }
    assert_eq!(traces.len() as u64, truth.traces);
}

#[test]
fn the_shared_recording_is_counted_as_its_description_says() {
    let Some(requests) = omegi_testkit::corpora::otel_demo_requests() else {
        return;
    };
    let corpus = recorded::replay(requests, 1).unwrap();
    assert_eq!(
        (
            corpus.truth.requests,
            corpus.truth.spans,
            corpus.truth.traces
        ),
        (101, 4_743, 1_021)
    );
    let distinct: BTreeSet<_> = corpus
        .requests
        .flat_map(|request| {
            let spans = wire::spans(&request.body, wire::Refused::NONE);
            spans
                .map(|span| span.unwrap())
                .map(|span| (span.trace_id(), span.span_id()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(distinct.len(), 4_743);
}
