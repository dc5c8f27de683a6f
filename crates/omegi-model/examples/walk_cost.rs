//! What reading OTLP costs per span, in this thread's time on the shared corpus `otel-demo-recorded`:
//! `OMEGI_CORPORA=... cargo run --release -p omegi-model --example walk_cost`.

#![allow(clippy::print_stdout, reason = "it is a program that prints figures")]

use std::hint::black_box;

use omegi_model::envelope::{self, Encoding, Signal, TelemetryRecord};
use omegi_model::id::ProjectId;
use omegi_model::wire::json::{RequestKind, to_protobuf};
use omegi_model::wire::{self, Refused};
use omegi_testkit::corpora;

const ROUNDS: u32 = 100;
const SPANS: u32 = 4_743;

fn main() {
    let Some(requests) = corpora::otel_demo_requests() else {
        return;
    };
    let compressed: Vec<_> = requests.iter().filter_map(|body| record(body)).collect();
    let json = corpora::files("otlp-json-examples", "trace.json").unwrap_or_default();
    cost("validating walk", SPANS, || {
        for body in &requests {
            black_box(
                wire::inspect(black_box(body), Signal::Traces)
                    .map(|i| i.records)
                    .ok(),
            );
        }
    });
    cost("reading walk, headers alone", SPANS, || {
        for body in &requests {
            for span in wire::spans(black_box(body), Refused::NONE).flatten() {
                black_box(span.span_id());
            }
        }
    });
    cost("reading walk, every attribute and event", SPANS, || {
        for body in &requests {
            for span in wire::spans(black_box(body), Refused::NONE).flatten() {
                black_box(span.attributes().count());
                black_box(
                    span.events()
                        .map(|event| event.attributes().count())
                        .sum::<usize>(),
                );
            }
        }
    });
    cost("zstd-1", SPANS, || {
        for body in &requests {
            black_box(envelope::compress(black_box(body)));
        }
    });
    cost("decompress zstd-1", SPANS, || {
        for record in &compressed {
            black_box(record.decoded_body(1 << 26).ok());
        }
    });
    let bytes: usize = json.iter().map(|(_, body)| body.len()).sum();
    cost(
        "JSON to protobuf, per KiB",
        (bytes / 1024).max(1) as u32,
        || {
            for (_, body) in &json {
                black_box(to_protobuf(black_box(body), RequestKind::Traces).ok());
            }
        },
    );
}

fn record(body: &[u8]) -> Option<TelemetryRecord> {
    Some(TelemetryRecord {
        signal: Signal::Traces,
        project: ProjectId::new([1; 8])?,
        bound_service: None,
        reader_version: wire::READER_VERSION,
        encoding: Encoding::Zstd,
        body_bytes_decoded: u32::try_from(body.len()).ok()?,
        refused: Refused::default(),
        body: envelope::compress(body)?.into(),
    })
}

fn cost(what: &str, units: u32, mut work: impl FnMut()) {
    work();
    let start = cpu_nanos();
    for _ in 0..ROUNDS {
        work();
    }
    let nanos = (cpu_nanos() - start) as f64 / f64::from(ROUNDS * units);
    println!("{what}: {nanos:.0} ns");
}

/// Time this thread has spent on a processor: other work on the machine does not count.
fn cpu_nanos() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ')
        .next()
        .and_then(|nanos| nanos.parse().ok())
        .unwrap_or_default()
}
