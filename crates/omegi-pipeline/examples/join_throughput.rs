//! What the pipelines cost, in CPU seconds per million spans: `cargo run --release -p omegi-pipeline --example join_throughput [SPANS]`.
//!
//! Fills a log on disk, then runs the pipelines over all of it, and once more what they cannot do
//! without: reading the log and walking its spans. The difference is join, detection, state and checkpoints.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use omegi_log::{
    Disk, EmbeddedLog, EventLog as _, LogConfig, ManualClock, NewRecord, Offset, Partition,
};
use omegi_model::envelope::{Encoding, Signal, TelemetryRecord};
use omegi_model::id::ProjectId;
use omegi_model::wire::{READER_VERSION, Refused, spans};
use omegi_pipeline::{PipelineConfig, Pipelines};
use omegi_testkit::otlp::{self, Request};
use tokio_util::sync::CancellationToken;

const SPANS_PER_REQUEST: usize = 512;
const ONE: Partition = Partition(0);

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let spans_wanted: usize = std::env::args()
        .nth(1)
        .map_or(Ok(1_000_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let clock = Arc::new(ManualClock::new(1_767_571_200_000_000_000));
    let telemetry = open(&folder.path().join("telemetry"), "telemetry", &clock)?;
    let derived = open(&folder.path().join("derived"), "derived", &clock)?;
    let (end, written) = fill(&telemetry, &clock, spans_wanted).await?;

    let before = cpu()?;
    let walked = walk(&telemetry, end).await?;
    let walk_cpu = cpu()? - before;
    assert_eq!(walked, written, "every span is read");

    let before = cpu()?;
    let begin = Instant::now();
    let stop = CancellationToken::new();
    let config = PipelineConfig::new(folder.path().join("pipeline"));
    let pipelines = Pipelines::spawn(telemetry, Arc::new(derived), config, stop.clone());
    assert!(
        pipelines.caught_up(end).await,
        "the pipelines run to the end"
    );
    stop.cancel();
    let told = pipelines.progress().borrow().derived;
    pipelines.join().await?;
    let (run_cpu, wall) = (cpu()? - before, begin.elapsed());

    let per_million = |seconds: f64| seconds * 1e6 / written as f64;
    let state = std::fs::metadata(folder.path().join("pipeline/state.redb"))?.len();
    println!(
        "spans {written}, derived records {told}, state file {} MiB",
        state >> 20
    );
    println!("read and walk      {:.2} CPU-s/M", per_million(walk_cpu));
    println!(
        "pipelines, in all  {:.2} CPU-s/M, {:.0} spans/s",
        per_million(run_cpu),
        written as f64 / wall.as_secs_f64()
    );
    println!(
        "join and state     {:.2} CPU-s/M",
        per_million(run_cpu - walk_cpu)
    );
    Ok(())
}

fn open(
    path: &Path,
    topic: &'static str,
    clock: &Arc<ManualClock>,
) -> Result<EmbeddedLog, Box<dyn std::error::Error>> {
    std::fs::create_dir_all(path)?;
    let mut config = LogConfig::new(topic);
    config.clock = Arc::clone(clock) as _;
    config.tick_interval = Duration::from_secs(3_600);
    Ok(EmbeddedLog::open(Disk::open(path)?, config)?.0)
}

/// Traces of 4 to 44 spans in three services, the parts of each arriving in different requests.
async fn fill(
    log: &EmbeddedLog,
    clock: &ManualClock,
    wanted: usize,
) -> Result<(Offset, usize), Box<dyn std::error::Error>> {
    let mut random = 7_u64;
    let (mut written, mut trace, mut end) = (0, 0_u64, Offset(0));
    while written < wanted {
        let mut parts: Vec<Request> = (0..3).map(|_| otlp::request()).collect();
        let mut spans = 0;
        while spans < SPANS_PER_REQUEST * 3 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            trace += 1;
            let count = 4 + (random >> 33) % 41;
            for (part, request) in (0_u64..).zip(&mut parts) {
                *request = add_part(std::mem::take(request), trace, part, count / 3 + 1);
            }
            spans += (count / 3 + 1) as usize * 3;
        }
        for part in parts {
            clock.pass(Duration::from_millis(20));
            let deadline = Instant::now() + Duration::from_secs(60);
            end = log
                .append(ONE, vec![record(part.traces_protobuf())], deadline)
                .await?
                .next;
        }
        written += spans;
    }
    Ok((end, written))
}

/// `count` spans of one service: an entry and what it calls; 2 % of the traces fail in the last.
fn add_part(request: Request, trace: u64, part: u64, count: u64) -> Request {
    let first = part * 1_000 + 1;
    let service = format!("service-{}", (trace * 3 + part) % 40);
    let mut request = request.trace(trace).span_ids_from(first).resource(&service);
    for n in 0..count {
        request = match (part, n) {
            (0, 0) => request.span("GET /order").kind(otlp::SERVER),
            (_, 0) => request
                .child_of(first - 1_000, "GET /part")
                .kind(otlp::SERVER),
            _ => request.child_of(first, "step").kind(otlp::INTERNAL),
        };
        request = request
            .attribute("http.request.method", "GET")
            .attribute("url.path", format!("/order/{trace}/{n}").as_str())
            .attribute("thread.name", "worker-7")
            .attribute("order.id", format!("o-{:08x}", trace * 31 + n).as_str());
        if part == 2 && n == count - 1 && trace.is_multiple_of(50) {
            request = request
                .exception("IllegalStateException", "no carrier", "")
                .error("no carrier");
        }
    }
    request
}

fn record(body: Vec<u8>) -> NewRecord {
    let envelope = TelemetryRecord {
        signal: Signal::Traces,
        project: ProjectId::new([1; 8]).expect("not zero"),
        bound_service: None,
        reader_version: READER_VERSION,
        encoding: Encoding::Identity,
        body_bytes_decoded: u32::try_from(body.len()).expect("a small body"),
        refused: Refused::default(),
        body: body.into(),
    };
    NewRecord {
        body: envelope.encode(),
        decoded: None,
    }
}

async fn walk(log: &EmbeddedLog, end: Offset) -> Result<usize, Box<dyn std::error::Error>> {
    let (mut next, mut count) = (Offset(0), 0);
    while next < end {
        let chunk = log.read(ONE, next, 1 << 20, Duration::ZERO).await?;
        for record in &chunk.records {
            let envelope = TelemetryRecord::decode(&record.body)?;
            count += spans(&envelope.body, &envelope.refused)
                .filter(Result::is_ok)
                .count();
        }
        next = chunk.next;
    }
    Ok(count)
}

/// User and system time of this process so far.
fn cpu() -> Result<f64, Box<dyn std::error::Error>> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields.get(at).map_or(Ok(0), |text| text.parse::<u64>());
    Ok((ticks(11)? + ticks(12)?) as f64 / TICKS_PER_SECOND)
}
