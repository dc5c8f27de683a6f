//! `latency`: how long after its acknowledgement an error is told, while others send too.
//!
//! Every tenth of a second one failing trace of three services goes out on a connection of its own;
//! the clock runs from its acknowledgement to the bytes of its event on the live stream, and to the
//! first answer that finds its trace by id.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use clap::Args;
use hdrhistogram::Histogram;
use omegi_testkit::otlp::{self, hex, trace_id};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::corpus::Prepared;
use crate::live::Live;
use crate::load::client::Connection;
use crate::load::replay::{self, Sent, Target};
use crate::report::LatencyReport;
use crate::run::{ServerFlags, SourceFlags};
use crate::server::api::Api;
use crate::server::{INGEST_TOKEN, Server};

/// Flags of `latency`.
#[derive(Debug, Clone, Args)]
pub(crate) struct LatencyFlags {
    /// What is sent meanwhile; its spans bound how long it lasts.
    #[command(flatten)]
    pub(crate) source: SourceFlags,
    /// The server.
    #[command(flatten)]
    pub(crate) server: ServerFlags,
    /// Spans per second sent meanwhile; take half of what `run` reached.
    #[arg(long, default_value_t = 10_000.0)]
    pub(crate) load: f64,
    /// Connections for the load.
    #[arg(long, default_value_t = 4)]
    pub(crate) connections: usize,
    /// Failing traces to send.
    #[arg(long, default_value_t = 300)]
    pub(crate) probes: u64,
}

const PROBE_EVERY: Duration = Duration::from_millis(100);
const EVENT_WAIT_MAX: Duration = Duration::from_secs(30);

/// Measures.
pub(crate) async fn latency(flags: &LatencyFlags) -> anyhow::Result<LatencyReport> {
    let corpus = flags.source.corpus()?;
    let server = Server::start(&flags.server.omegi, flags.server.scratch.as_deref()).await?;
    let events = Events::listen(Live::open(&server).await?);
    let target = Target {
        address: server.otlp_http,
        token: INGEST_TOKEN.to_owned(),
        connections: flags.connections,
        spans_per_second: Some(flags.load),
    };
    let load = tokio::spawn(async move { replay::replay(corpus.requests, &target).await });
    let probes = send_probes(&server, flags.probes, &load).await?;
    let seen = events.wait_for(&probes.acknowledged).await?;
    let sent = load.await??;
    let mut live = Histogram::<u64>::new(3)?;
    for (trace, acknowledged) in &probes.acknowledged {
        if let Some(arrived) = seen.get(trace) {
            // Zero where the event overtook the acknowledgement.
            live.record(arrived.saturating_duration_since(*acknowledged).as_micros() as u64)?;
        }
    }
    let status = server.stop().await?;
    anyhow::ensure!(status.success(), "the server ends with {status}");
    Ok(report(flags, &sent, &probes, &live))
}

fn report(
    flags: &LatencyFlags,
    sent: &Sent,
    probes: &Probes,
    live: &Histogram<u64>,
) -> LatencyReport {
    let ms =
        |histogram: &Histogram<u64>, quantile| histogram.value_at_quantile(quantile) as f64 / 1e3;
    LatencyReport {
        load_spans_per_second: flags.load,
        reached_spans_per_second: sent.spans as f64 / sent.wall.as_secs_f64(),
        probes: probes.acknowledged.len() as u64,
        lost: probes.acknowledged.len() as u64 - live.len(),
        live_p50_ms: ms(live, 0.5),
        live_p99_ms: ms(live, 0.99),
        live_max_ms: live.max() as f64 / 1e3,
        visible_p50_ms: ms(&probes.visible_micros, 0.5),
        visible_p99_ms: ms(&probes.visible_micros, 0.99),
    }
}

struct Probes {
    /// By trace id.
    acknowledged: BTreeMap<String, Instant>,
    visible_micros: Histogram<u64>,
}

/// Sends probes while the load lasts, `count` at most.
async fn send_probes(
    server: &Server,
    count: u64,
    load: &JoinHandle<anyhow::Result<Sent>>,
) -> anyhow::Result<Probes> {
    let mut connection = Connection::new(server.otlp_http, INGEST_TOKEN);
    let mut api = Api::new(server.api);
    let mut sent = replay::nothing_sent()?;
    let mut probes = Probes {
        acknowledged: BTreeMap::new(),
        visible_micros: Histogram::new(3)?,
    };
    let mut tick = tokio::time::interval(PROBE_EVERY);
    for number in 1..=count {
        tick.tick().await;
        if load.is_finished() {
            break;
        }
        let trace = hex(&trace_id(number));
        let acknowledged = replay::deliver(&mut connection, &probe(number), &mut sent).await?;
        while !api.has_trace(&trace).await? {
            anyhow::ensure!(
                acknowledged.elapsed() < EVENT_WAIT_MAX,
                "trace {trace} cannot be seen"
            );
        }
        probes
            .visible_micros
            .record(acknowledged.elapsed().as_micros() as u64)?;
        probes.acknowledged.insert(trace, acknowledged);
    }
    Ok(probes)
}

/// A failing trace of three services.
fn probe(number: u64) -> Prepared {
    let request = otlp::request()
        .trace(number)
        .span_ids_from(number * 8)
        .resource("probe-web")
        .span("GET /probe")
        .kind(otlp::SERVER)
        .error("")
        .child("GET")
        .kind(otlp::CLIENT)
        .error("")
        .resource("probe-shop")
        .child("GET /probe/shop")
        .kind(otlp::SERVER)
        .error("")
        .child("GET")
        .kind(otlp::CLIENT)
        .error("")
        .resource("probe-stock")
        .child("GET /probe/stock")
        .kind(otlp::SERVER)
        .exception(
            "StockError",
            "nothing left",
            "StockError: nothing left\n\tat Stock.take(Stock.java:7)\n",
        );
    Prepared {
        body: Bytes::from(request.traces_protobuf()),
        spans: 5,
    }
}

/// Collects the first event of every trace.
struct Events {
    seen: Arc<std::sync::Mutex<BTreeMap<String, Instant>>>,
    news: Arc<Notify>,
    reading: JoinHandle<anyhow::Result<()>>,
}

impl Events {
    fn listen(mut live: Live) -> Self {
        let seen = Arc::new(std::sync::Mutex::new(BTreeMap::new()));
        let news = Arc::new(Notify::new());
        let (all, bell) = (Arc::clone(&seen), Arc::clone(&news));
        let reading = tokio::spawn(async move {
            while let Some((event, arrived)) = live.next().await? {
                if event.name != "error_detected" {
                    continue;
                }
                let data: serde_json::Value =
                    serde_json::from_str(&event.data).context("an event's data")?;
                if let Some(trace) = data.get("trace_id").and_then(serde_json::Value::as_str) {
                    let mut all = all
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    all.entry(trace.to_owned()).or_insert(arrived);
                }
                bell.notify_one();
            }
            Ok(())
        });
        Self {
            seen,
            news,
            reading,
        }
    }

    /// Waits until every trace of `wanted` was told, or until nothing comes any more.
    async fn wait_for(
        self,
        wanted: &BTreeMap<String, Instant>,
    ) -> anyhow::Result<BTreeMap<String, Instant>> {
        let seen = || {
            self.seen
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .clone()
        };
        while !wanted.keys().all(|trace| seen().contains_key(trace)) {
            anyhow::ensure!(!self.reading.is_finished(), "the live stream has ended");
            if tokio::time::timeout(EVENT_WAIT_MAX, self.news.notified())
                .await
                .is_err()
            {
                break;
            }
        }
        self.reading.abort();
        Ok(seen())
    }
}
