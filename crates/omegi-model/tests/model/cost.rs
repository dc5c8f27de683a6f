//! Figures of the join, printed on request: `cargo test --release -p omegi-model --test model cost -- --ignored --nocapture`.

use std::collections::HashMap;
use std::time::Instant;

use omegi_model::assembly::facts::SpanFacts;
use omegi_model::assembly::{Arrival, AssemblyRules, TraceKey, TraceState};
use omegi_model::detection::{Announced, DetectionRules, detect, service_calls, summarise};
use omegi_model::id::{ProjectId, TraceId};
use omegi_model::time::UnixNanos;
use omegi_model::wire::{Refused, SpanRef, spans};
use omegi_testkit::corpora;

const BASE: i64 = 1_700_000_000_000_000_000;

#[test]
#[ignore = "prints figures, checks nothing"]
fn cost_of_joining_the_recorded_demo() {
    let Some(requests) = corpora::otel_demo_requests() else {
        return;
    };
    const NONE: &Refused = Refused::NONE;
    let read: Vec<SpanRef<'_>> = requests
        .iter()
        .flat_map(|body| spans(body, NONE).map(|span| span.expect("body is readable")))
        .collect();
    let rounds = 20;
    let (mut facts_ns, mut join_ns, mut judge_ns, mut calls_ns, mut detect_ns) = (0, 0, 0, 0, 0);
    let (mut bytes, mut frozen, mut healthy, mut traces, mut told) = (0, 0, 0, 0, 0);
    for _ in 0..rounds {
        let start = Instant::now();
        let facts: Vec<SpanFacts<'_>> = read.iter().map(SpanFacts::from).collect();
        facts_ns += start.elapsed().as_nanos();
        let project = ProjectId::new([1; 8]).expect("not zero");
        let mut states: HashMap<TraceId, TraceState> = HashMap::new();
        let start = Instant::now();
        for ((span, facts), offset) in read.iter().zip(&facts).zip(0..) {
            let key = TraceKey::Trace(span.trace_id());
            let arrival = Arrival {
                offset,
                append_time: UnixNanos(BASE),
            };
            let state = states
                .entry(span.trace_id())
                .or_insert_with(|| TraceState::new(project, key));
            state.add_span_facts(facts, arrival);
        }
        join_ns += start.elapsed().as_nanos();
        let (now, rules) = (UnixNanos(BASE + 100_000_000_000), AssemblyRules::default());
        let start = Instant::now();
        let verdicts: Vec<_> = states
            .values()
            .map(|state| state.judge(now, &rules))
            .collect();
        judge_ns += start.elapsed().as_nanos();
        let start = Instant::now();
        let calls: usize = states
            .values()
            .map(|state| service_calls(state).len())
            .sum();
        calls_ns += start.elapsed().as_nanos();
        assert!(calls > 0);
        let start = Instant::now();
        told = 0;
        for (state, verdict) in states.values().zip(&verdicts) {
            let mut announced = Announced::default();
            told += detect(
                state,
                &mut announced,
                now,
                verdict,
                &DetectionRules::default(),
            )
            .len();
            let _ = summarise(state, &announced, verdict, 1);
        }
        detect_ns += start.elapsed().as_nanos();
        traces = states.len();
        let quiet = || states.values().filter(|state| !state.has_marks());
        bytes = quiet().map(TraceState::bytes).sum();
        healthy = quiet().map(TraceState::span_count).sum();
        frozen = quiet()
            .map(|state| postcard::to_stdvec(state).expect("writes").len())
            .sum();
    }
    let per_span = |total: u128| total / (rounds * read.len() as u128);
    println!("{} spans, {traces} traces, {told} error events", read.len());
    println!(
        "facts {} ns/span, join {} ns/span, judge {} ns/span, calls {} ns/span, detect + summarise {} ns/span",
        per_span(facts_ns),
        per_span(join_ns),
        per_span(judge_ns),
        per_span(calls_ns),
        per_span(detect_ns)
    );
    println!(
        "healthy: {} spans, {} B/span open with skeleton (state itself {} B/trace), {} B/span frozen",
        healthy,
        bytes / healthy,
        size_of::<TraceState>(),
        frozen / healthy
    );
}
