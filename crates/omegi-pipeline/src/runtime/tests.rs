//! The pipelines on real logs, with simulated time: the clock moves when a test says so.

use std::path::Path;
use std::time::{Duration, Instant};

use omegi_log::{EmbeddedLog, LogConfig, ManualClock, NewRecord, RecordKind, Sim};
use omegi_model::envelope::Signal;
use omegi_model::event::{self, Event};
use omegi_testkit::otlp::{self, Request};

use super::*;
use crate::derived::DERIVED;
use crate::golden::{Outcome, data, millis};
use recovery::TELEMETRY;

/// Two logs and a folder: what outlives a process.
struct World {
    clock: Arc<ManualClock>,
    telemetry: EmbeddedLog,
    derived: EmbeddedLog,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new(millis(0).0));
        let open = |topic| {
            let mut config = LogConfig::new(topic);
            config.clock = Arc::clone(&clock) as _;
            // Real time must add nothing to what a test writes.
            config.tick_interval = Duration::from_secs(3_600);
            EmbeddedLog::open(Sim::new(1), config).unwrap().0
        };
        Self {
            telemetry: open("telemetry"),
            derived: open("derived"),
            clock,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn start(&self, cadence: Cadence) -> (Pipelines, CancellationToken) {
        let stop = CancellationToken::new();
        let mut config = PipelineConfig::new(self.folder.path().join("pipeline"));
        config.cadence = cadence;
        let derived = Arc::new(self.derived.clone());
        let telemetry = self.telemetry.clone();
        (
            Pipelines::spawn(telemetry, derived, config, stop.clone()),
            stop,
        )
    }

    fn state_file(&self) -> std::path::PathBuf {
        self.folder.path().join("pipeline/state.redb")
    }

    /// Appends a request `ms` after the one before; returns the offset after it.
    async fn send(&self, ms: u64, request: &Request) -> Offset {
        self.clock.pass(Duration::from_millis(ms));
        let record = data(0, millis(0), Signal::Traces, 1, request.traces_protobuf());
        let new = NewRecord {
            body: record.body,
            decoded: None,
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        let appended = self.telemetry.append(TELEMETRY, vec![new], deadline).await;
        appended.unwrap().next
    }

    /// Everything told, whole.
    async fn told(&self) -> Vec<Event> {
        let mut events = Vec::new();
        let mut next = Offset(0);
        loop {
            let chunk = self
                .derived
                .read(DERIVED, next, 1 << 20, Duration::ZERO)
                .await
                .unwrap();
            if chunk.records.is_empty() {
                return events;
            }
            let data = chunk
                .records
                .iter()
                .filter(|record| record.kind == RecordKind::Data);
            events.extend(data.map(|record| event::decode(&record.body).unwrap()));
            next = chunk.next;
        }
    }
}

/// A checkpoint after every chunk, or none but the last.
fn cadence(input_bytes: usize) -> Cadence {
    Cadence {
        input_bytes,
        log_time_ns: i64::MAX,
        pending_bytes: usize::MAX,
    }
}
const OFTEN: usize = 1;
const NEVER: usize = usize::MAX;

fn failing(trace: u64) -> Request {
    otlp::request()
        .trace(trace)
        .resource("front")
        .span("GET /")
        .kind(otlp::SERVER)
        .exception("Oops", "no luck", "")
        .error("")
}

fn healthy(trace: u64) -> Request {
    let request = otlp::request().trace(trace).resource("front");
    request
        .span("GET /")
        .kind(otlp::SERVER)
        .child_of(1, "step")
        .resource("back")
}

async fn feed(world: &World, traces: std::ops::Range<u64>) -> Offset {
    let mut next = Offset(0);
    for trace in traces {
        let request = if trace % 3 == 0 {
            failing(trace)
        } else {
            healthy(trace)
        };
        next = world.send(700, &request).await;
    }
    next
}

async fn run_to(world: &World, cadence: Cadence, offset: Offset) -> (Pipelines, CancellationToken) {
    let (pipelines, stop) = world.start(cadence);
    assert!(pipelines.caught_up(offset).await);
    (pipelines, stop)
}

/// As a kill would: no checkpoint, whatever was being done is dropped.
async fn kill(pipelines: Pipelines) {
    pipelines.task.abort();
    assert!(pipelines.join().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_reaches_the_derived_log_once_its_settle_time_has_passed() {
    let world = World::new();
    let (pipelines, stop) = world.start(cadence(NEVER));
    let first = world.send(0, &failing(3)).await;
    assert!(pipelines.caught_up(first).await);
    assert!(world.told().await.is_empty());
    let next = world.send(200, &healthy(1)).await;
    assert!(pipelines.caught_up(next).await);
    let told = world.told().await;
    assert!(
        matches!(&told[..], [Event::ErrorDetected { error }] if error.origin.service == "front"),
        "{told:?}"
    );
    stop.cancel();
    pipelines.join().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_49_pipelines_that_stood_still_tell_the_same() {
    let (through, stopped) = (World::new(), World::new());
    let (pipelines, _stop) = through.start(cadence(OFTEN));
    let end = feed(&through, 1..40).await;
    assert!(pipelines.caught_up(end).await);

    let (pipelines, stop) = stopped.start(cadence(NEVER));
    feed(&stopped, 1..10).await;
    stop.cancel();
    pipelines.join().await.unwrap();
    let end = feed(&stopped, 10..40).await;
    let (_pipelines, _stop) = run_to(&stopped, cadence(NEVER), end).await;
    assert!(stopped.told().await == through.told().await);
    assert!(through.told().await.len() > 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_point_tells_everything_once() {
    let straight = World::new();
    let end = feed(&straight, 1..40).await;
    drop(run_to(&straight, cadence(NEVER), end).await);
    for (often, pieces) in [(OFTEN, 7), (NEVER, 3), (2_000, 4)] {
        let world = World::new();
        for piece in 0..pieces {
            let (from, to) = (1 + 39 * piece / pieces, 1 + 39 * (piece + 1) / pieces);
            let end = feed(&world, from..to).await;
            let (pipelines, _stop) = run_to(&world, cadence(often), end).await;
            kill(pipelines).await;
        }
        let same = world.told().await == straight.told().await;
        assert!(same, "checkpoint every {often} bytes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_or_damaged_or_foreign_state_is_rebuilt_and_tells_nothing_twice() {
    let straight = World::new();
    let end = feed(&straight, 1..40).await;
    drop(run_to(&straight, cadence(NEVER), end).await);
    let expected = straight.told().await;
    let lose = |path: &Path| std::fs::remove_file(path).unwrap();
    let damage = |path: &Path| std::fs::write(path, b"not a database").unwrap();
    for (what, harm) in [("lost", &lose as &dyn Fn(&Path)), ("damaged", &damage)] {
        let world = World::new();
        let end = feed(&world, 1..20).await;
        let (pipelines, stop) = run_to(&world, cadence(OFTEN), end).await;
        stop.cancel();
        pipelines.join().await.unwrap();
        harm(&world.state_file());
        let end = feed(&world, 20..40).await;
        let (pipelines, _stop) = run_to(&world, cadence(NEVER), end).await;
        assert_eq!(pipelines.counts.rebuilds.get(), 1, "{what}");
        assert!(world.told().await == expected, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_rebuilt_from_a_log_without_its_start_tells_no_error_and_no_call_twice() {
    let straight = World::new();
    let end = feed(&straight, 1..40).await;
    drop(run_to(&straight, cadence(NEVER), end).await);
    let world = World::new();
    let middle = feed(&world, 1..10).await;
    world.telemetry.roll().await.unwrap();
    let end = feed(&world, 10..20).await;
    let (pipelines, stop) = run_to(&world, cadence(OFTEN), end).await;
    stop.cancel();
    pipelines.join().await.unwrap();
    let start = world.telemetry.trim(TELEMETRY, middle).await.unwrap();
    assert!(start.0 > 0, "the start of the log is gone");
    std::fs::remove_file(world.state_file()).unwrap();
    let end = feed(&world, 20..40).await;
    let (_pipelines, _stop) = run_to(&world, cadence(NEVER), end).await;
    // A later summary replaces an earlier one, so those may be told again.
    let without_summaries = |events: Vec<Event>| {
        let kept = |event: &Event| !matches!(event, Event::TracesAssembled { .. });
        Outcome::of(events.into_iter().filter(kept).collect())
    };
    let rebuilt = without_summaries(world.told().await);
    let expected = without_summaries(straight.told().await);
    assert_eq!(rebuilt.detections, expected.detections);
    for pipeline in ["error-detection", "service-flow"] {
        assert_eq!(rebuilt.lines(pipeline), expected.lines(pipeline));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_lets_the_log_go_up_to_itself() {
    let world = World::new();
    let end = feed(&world, 1..10).await;
    let (pipelines, stop) = run_to(&world, cadence(OFTEN), end).await;
    stop.cancel();
    pipelines.join().await.unwrap();
    let limits = StateLimits::default();
    let (_, found) = crate::store::StateStore::open(&world.state_file(), limits).unwrap();
    assert_eq!(found.unwrap().position.input_next, end.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_record_is_stepped_over_and_counted() {
    let world = World::new();
    let garbage = NewRecord {
        body: bytes::Bytes::from_static(b"no envelope"),
        decoded: None,
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    world
        .telemetry
        .append(TELEMETRY, vec![garbage], deadline)
        .await
        .unwrap();
    let end = feed(&world, 3..6).await;
    let (pipelines, _stop) = run_to(&world, cadence(NEVER), end).await;
    assert_eq!(pipelines.counts.unreadable.total(), 1);
    let told = world.told().await;
    assert!(
        told.iter()
            .any(|event| matches!(event, Event::ErrorDetected { .. }))
    );
}

#[test]
fn metrics_have_names_of_this_crate() {
    let registry = omegi_metrics::Registry::default().with(Arc::new(Counts::default()));
    let mut page = String::new();
    registry.render(&mut page);
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    assert!(samples.clone().count() > 20);
    assert!(
        samples
            .into_iter()
            .all(|line| line.starts_with("omegi_pipeline_")),
        "{page}"
    );
}
