//! Opens the parts of a server and joins them: logs, people, read models, pipelines, receiver.

use std::sync::Arc;

use anyhow::Context as _;
use omegi_api::Commands;
use omegi_eventstore::EventStore;
use omegi_log::{Disk, EmbeddedLog, LogConfig, RecoveryReport};
use omegi_metrics::Collect;
use omegi_pipeline::{HOLDER, PipelineConfig, PipelineSet, Pipelines};
use omegi_projection::Projection as _;
use omegi_projection::columns::{ColumnLimits, TelemetryColumns};
use omegi_projection::faults::{self, Faults, FaultsProjection};
use omegi_projection::runner::{self, Running};
use omegi_projection::traces::Traces;
use omegi_projection::workspace::{self, WorkspaceFollower, WorkspaceView};
use omegi_receiver::{RawReceiver, RawTls, ReceiverConfig};
use tokio::task::{JoinSet, spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::config::Settings;
use crate::data_dir::DataDir;
use crate::vitals::Pulse;

/// Bytes of derived events kept; their age is a setting.
const DERIVED_BYTES_MAX: u64 = 64 << 30;

/// The two logs: what senders sent, and what pipelines derived from it.
pub struct Logs {
    /// Spans and log records.
    pub telemetry: EmbeddedLog,
    /// Error events, trace summaries, service calls.
    pub derived: EmbeddedLog,
}

impl Logs {
    /// Opens both, repairing what a crash left behind.
    ///
    /// # Errors
    /// A folder that cannot be used.
    pub async fn open(settings: &Settings, data: &DataDir) -> anyhow::Result<Self> {
        let retention = &settings.retention;
        let mut telemetry = LogConfig::new("telemetry");
        telemetry.retention_age = retention.log_age;
        telemetry.retention_bytes = retention.log_bytes;
        telemetry.holders = vec![HOLDER.into(), TelemetryColumns::NAME.into()];
        let mut derived = LogConfig::new("derived");
        derived.retention_age = retention.errors_age;
        derived.retention_bytes = DERIVED_BYTES_MAX;
        derived.holders = vec![FaultsProjection::NAME.into()];
        for config in [&mut telemetry, &mut derived] {
            config.free_bytes_min = retention.free_bytes_min;
            config.free_percent_min = retention.free_percent_min;
        }
        Ok(Self {
            telemetry: open_log(data, telemetry).await?,
            derived: open_log(data, derived).await?,
        })
    }
}

async fn open_log(data: &DataDir, config: LogConfig) -> anyhow::Result<EmbeddedLog> {
    let topic = config.topic;
    let folder = data.folder("log").join(topic);
    let open = move || {
        let disk =
            Disk::open(&folder).with_context(|| format!("cannot open {}", folder.display()))?;
        EmbeddedLog::open(disk, config).with_context(|| format!("cannot open log {topic}"))
    };
    let (log, report) = spawn_blocking(open).await??;
    tell(topic, &report);
    Ok(log)
}

fn tell(topic: &str, report: &RecoveryReport) {
    if let Some(cut) = &report.cut {
        let (segment, bytes, reason) = (&cut.segment, cut.bytes, cut.reason);
        tracing::warn!(
            topic,
            segment,
            bytes,
            reason,
            "cut the unfinished end of a log"
        );
    }
    for damaged in &report.damaged {
        let (segment, reason) = (&damaged.segment, &damaged.reason);
        tracing::error!(
            topic,
            segment,
            offset = damaged.offset.0,
            reason,
            "log is damaged"
        );
    }
}

/// What people do: the store, its view, the way commands go.
pub struct People {
    /// Events.
    pub store: EventStore,
    /// Folded.
    pub view: WorkspaceView,
    /// Decided and appended.
    pub commands: Commands,
    follower: WorkspaceFollower,
}

impl People {
    /// Opens the event store and folds it.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub async fn open(data: &DataDir) -> anyhow::Result<Self> {
        let folder = data.folder("events");
        let open = move || -> anyhow::Result<_> {
            let store = EventStore::open(&folder).context("cannot open the event store")?;
            let (view, follower) = workspace::open(&store)?;
            Ok((store, view, follower))
        };
        let (store, view, follower) = spawn_blocking(open).await??;
        let commands = Commands::new(store.clone(), view.clone())?;
        Ok(Self {
            store,
            view,
            commands,
            follower,
        })
    }

    /// Keeps the view and the issues at the head of the store; their pulses tell when one stops.
    pub fn follow(
        self,
        faults: &Faults,
        tasks: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) -> Vec<Pulse> {
        let (view_pulse, issue_pulse) = (Pulse::new("workspace"), Pulse::new("issues"));
        let beats = (view_pulse.clone(), issue_pulse.clone());
        let (follower, stopped) = (self.follower, stop.clone());
        tasks.spawn(async move { beats.0.end(follower.run(stopped).await) });
        let (faults, store, view, stop) = (faults.clone(), self.store, self.view, stop.clone());
        tasks.spawn(async move { beats.1.end(faults.follow(&store, &view, stop).await) });
        vec![view_pulse, issue_pulse]
    }
}

/// The read models, opened and not yet running.
pub struct ReadModels {
    /// Error events, issues, service flow.
    pub faults: Faults,
    /// Traces by id.
    pub traces: Traces,
    /// What the columns count.
    pub column_metrics: Arc<dyn Collect>,
    faults_projection: FaultsProjection,
    columns: TelemetryColumns,
}

impl ReadModels {
    /// Opens them.
    ///
    /// # Errors
    /// A folder that cannot be used: delete it, and it is rebuilt.
    pub async fn open(data: &DataDir, view: &WorkspaceView) -> anyhow::Result<Self> {
        let (folder, columns) = (data.folder("read"), data.folder("columns"));
        let view = view.clone();
        let open = move || -> anyhow::Result<Self> {
            std::fs::create_dir_all(&folder).context("cannot make the folder of read models")?;
            let (faults_projection, faults) = faults::open(&folder, view)?;
            let columns = TelemetryColumns::open(&columns, ColumnLimits::default())?;
            Ok(Self {
                faults,
                traces: columns.traces(),
                column_metrics: columns.metrics(),
                faults_projection,
                columns,
            })
        };
        spawn_blocking(open).await?
    }

    /// Starts them; each keeps its log from giving up what it has not committed.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(self, logs: &Logs, stop: &CancellationToken) -> anyhow::Result<Vec<Running>> {
        let hold = |log: &EmbeddedLog, name: &'static str| {
            let log = log.clone();
            move |position| log.hold(name, position)
        };
        let (telemetry, derived) = (&logs.telemetry, &logs.derived);
        telemetry.hold(TelemetryColumns::NAME, self.columns.position());
        derived.hold(FaultsProjection::NAME, self.faults_projection.position());
        Ok(vec![
            runner::spawn(
                self.columns,
                Arc::new(telemetry.clone()),
                hold(telemetry, TelemetryColumns::NAME),
                stop.clone(),
            )?,
            runner::spawn(
                self.faults_projection,
                Arc::new(derived.clone()),
                hold(derived, FaultsProjection::NAME),
                stop.clone(),
            )?,
        ])
    }
}

/// Starts the pipelines that the settings name, or the built-in ones.
///
/// # Errors
/// A pipeline file with mistakes: all of them.
pub fn start_pipelines(
    settings: &Settings,
    data: &DataDir,
    logs: &Logs,
    stop: &CancellationToken,
) -> anyhow::Result<Pipelines> {
    let mut config = PipelineConfig::new(data.folder("pipeline"));
    if let Some(folder) = &settings.pipelines {
        config.set = PipelineSet::load(folder).map_err(|mistakes| {
            let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}", mistakes.join("\n"))
        })?;
    }
    let derived = Arc::new(logs.derived.clone());
    Ok(Pipelines::spawn(
        logs.telemetry.clone(),
        derived,
        config,
        stop.clone(),
    ))
}

/// The receiver's part of the settings.
///
/// # Errors
/// Limits that contradict each other.
pub fn receiver_config(settings: &Settings) -> anyhow::Result<ReceiverConfig> {
    let ingest = &settings.ingest;
    let tls = settings.tls.as_ref().map(|tls| RawTls {
        certificate: tls.certificate.clone(),
        key: tls.key.clone(),
        client_ca: tls.client_authority.clone(),
    });
    let project_bytes = ingest.in_flight_bytes_max as u64;
    let raw = RawReceiver {
        wire_bytes_max: ingest.body_bytes_max as u64,
        body_bytes_max: ingest.body_bytes_max as u64,
        project_in_flight_bytes_max: project_bytes,
        in_flight_bytes_max: project_bytes.saturating_mul(2),
        drain_max: settings.drain,
        cors_origins: ingest.cors_origins.clone(),
        scrub_secrets: ingest.scrub_secrets,
        tls,
        ..RawReceiver::default()
    };
    ReceiverConfig::try_from(raw).context("settings of ingest")
}
