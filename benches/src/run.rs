//! `run`: a corpus through a fresh server, and what it cost.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use crate::corpus::{Corpus, generator, recorded};
use crate::load::replay::{self, Sent, Target};
use crate::report::RunReport;
use crate::server::api::Api;
use crate::server::process::{self, Used};
use crate::server::{self, Server, disk, quiet};
use crate::verdict::Verdict;

/// Flags of `run`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunFlags {
    /// What to send.
    #[command(flatten)]
    pub(crate) source: SourceFlags,
    /// The server.
    #[command(flatten)]
    pub(crate) server: ServerFlags,
    /// Connections at once, each with one request in flight.
    #[arg(long, default_value_t = 8)]
    pub(crate) connections: usize,
    /// The server is done once it was idle for so many seconds. The generated corpus needs 5; traces
    /// whose parent never comes, as in the recording, are judged after 30.
    #[arg(long, default_value_t = 5)]
    pub(crate) quiet: u64,
    /// Give up when the server is not done after so many seconds.
    #[arg(long, default_value_t = 1800)]
    pub(crate) wait_max: u64,
}

/// What is sent.
#[derive(Debug, Clone, Args)]
pub(crate) struct SourceFlags {
    /// Which corpus.
    #[arg(long, value_enum, default_value_t = Kind::Generated)]
    pub(crate) corpus: Kind,
    /// Spans at least; the last trace, or pass of the recording, is whole.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) spans: u64,
    /// Of the generated corpus.
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
}

/// The server under test.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServerFlags {
    /// The server's binary.
    #[arg(long, value_name = "PATH")]
    pub(crate) omegi: PathBuf,
    /// Where its data directory is made [default: the system's temporary folder].
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
}

/// A corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Forty services, hard to compress, with ground truth.
    Generated,
    /// The shared recording, found through `OMEGI_CORPORA`.
    OtelDemo,
}

impl SourceFlags {
    /// Makes the corpus.
    pub(crate) fn corpus(&self) -> anyhow::Result<Corpus> {
        match self.corpus {
            Kind::Generated => Ok(generator::generate(self.seed, self.spans)),
            Kind::OtelDemo => recorded::otel_demo(self.spans),
        }
    }

    fn name(&self) -> String {
        match self.corpus {
            Kind::Generated => format!("generated, seed {}", self.seed),
            Kind::OtelDemo => "otel-demo-recorded".to_owned(),
        }
    }
}

/// Runs.
pub(crate) async fn run(flags: &RunFlags) -> anyhow::Result<RunReport> {
    let corpus = flags.source.corpus()?;
    let truth = corpus.truth;
    let server = Server::start(&flags.server.omegi, flags.server.scratch.as_deref()).await?;
    let pid = server.pid()?;
    let before = process::used(pid)?;
    let target = Target {
        address: server.otlp_http,
        token: server::INGEST_TOKEN.to_owned(),
        connections: flags.connections,
        spans_per_second: None,
    };
    let sent = replay::replay(corpus.requests, &target).await?;
    let acknowledged = Costs {
        cpu: process::used(pid)?.cpu_seconds - before.cpu_seconds,
        at: Instant::now(),
    };
    let mut api = Api::new(server.api);
    let quiet = Duration::from_secs(flags.quiet);
    quiet::until_quiet(
        &server,
        &mut api,
        quiet,
        Duration::from_secs(flags.wait_max),
    )
    .await?;
    let used = process::used(pid)?;
    let done = Costs {
        cpu: used.cpu_seconds - before.cpu_seconds,
        at: Instant::now() - quiet,
    };
    let report = Outcome {
        truth,
        sent,
        acknowledged,
        done,
        used,
    };
    let report = report.report(flags, &server, &mut api).await?;
    let status = server.stop().await?;
    anyhow::ensure!(status.success(), "the server ends with {status}");
    Ok(report)
}

struct Costs {
    cpu: f64,
    at: Instant,
}

struct Outcome {
    truth: crate::corpus::truth::Truth,
    sent: Sent,
    acknowledged: Costs,
    done: Costs,
    used: Used,
}

impl Outcome {
    async fn report(
        self,
        flags: &RunFlags,
        server: &Server,
        api: &mut Api,
    ) -> anyhow::Result<RunReport> {
        let Self {
            truth,
            sent,
            acknowledged,
            done,
            used,
        } = self;
        let metrics = api.metrics().await?;
        let errors = api.errors().await?;
        let millions = truth.spans as f64 / 1e6;
        let ack = |quantile| sent.ack_micros.value_at_quantile(quantile) as f64 / 1e3;
        Ok(RunReport {
            corpus: flags.source.name(),
            spans: truth.spans,
            traces: truth.traces,
            body_bytes: truth.body_bytes,
            connections: flags.connections,
            wall_seconds: sent.wall.as_secs_f64(),
            spans_per_second: sent.spans as f64 / sent.wall.as_secs_f64(),
            cpu_per_million_at_last_ack: acknowledged.cpu / millions,
            cpu_per_million_until_quiet: done.cpu / millions,
            catch_up_seconds: done
                .at
                .saturating_duration_since(acknowledged.at)
                .as_secs_f64(),
            ack_p50_ms: ack(0.5),
            ack_p99_ms: ack(0.99),
            throttled: sent.throttled,
            broken: sent.broken,
            remarks: sent.remarks,
            first_remark: sent.first_remark,
            used,
            disk_bytes: disk::bytes_by_folder(&server.data_dir())
                .context("cannot measure the data directory")?,
            spans_appended: metrics.sum("omegi_receiver_spans_appended_total", &[]) as u64,
            errors: errors.len() as u64,
            issues: api.issues().await?,
            issues_expected: truth.failures.as_ref().map(|failures| failures.issues),
            verdict: truth
                .failures
                .as_ref()
                .map(|failures| Verdict::of(failures, &errors)),
        })
    }
}
