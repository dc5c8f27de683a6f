//! The server under test: started on a fresh data directory, asked, watched, stopped.

pub(crate) mod api;
pub(crate) mod disk;
pub(crate) mod metrics;
pub(crate) mod process;
pub(crate) mod quiet;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Slug of the project that everything is sent into.
pub(crate) const PROJECT: &str = "bench";
/// Its ingest token.
pub(crate) const INGEST_TOKEN: &str = "omgs_benchbenchbenchbenchbenchbench01";
/// A token that may read everything.
pub(crate) const API_TOKEN: &str = "omgu_benchbenchbenchbenchbenchbench01";

const START_WAIT_MAX: Duration = Duration::from_secs(60);
const STOP_WAIT_MAX: Duration = Duration::from_secs(60);

const PROVISION: &str = r#"
[[api_tokens]]
name = "bench"
token = "omgu_benchbenchbenchbenchbenchbench01"
role = "owner"

[[projects]]
slug = "bench"
name = "Bench"

[[projects.tokens]]
name = "bench"
token = "omgs_benchbenchbenchbenchbenchbench01"
"#;

/// A running server; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Goes when the server goes.
    folder: TempDir,
    /// UI and API.
    pub(crate) api: SocketAddr,
    /// OTLP over HTTP.
    pub(crate) otlp_http: SocketAddr,
}

impl Server {
    /// Starts `omegi serve` and waits until it is ready. Its data lie in a new folder below
    /// `scratch`, or below the system's temporary folder; its log goes to our stderr.
    pub(crate) async fn start(omegi: &Path, scratch: Option<&Path>) -> anyhow::Result<Self> {
        let folder = match scratch {
            Some(scratch) => TempDir::new_in(scratch)?,
            None => TempDir::new()?,
        };
        let provision = folder.path().join("provision.toml");
        std::fs::write(&provision, PROVISION)?;
        let mut child = Command::new(omegi)
            .arg("serve")
            .arg("--data-dir")
            .arg(folder.path().join("data"))
            .arg("--provision")
            .arg(&provision)
            .args([
                "--listen",
                "127.0.0.1:0",
                "--otlp-grpc",
                "127.0.0.1:0",
                "--otlp-http",
                "127.0.0.1:0",
            ])
            .args(["--log-level", "warn"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", omegi.display()))?;
        let (api, otlp_http) = timeout(START_WAIT_MAX, addresses(&mut child))
            .await
            .context("the server was not ready in time")??;
        Ok(Self {
            child,
            folder,
            api,
            otlp_http,
        })
    }

    /// Process id.
    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// Where its data lie.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn stop(mut self) -> anyhow::Result<ExitStatus> {
        let pid = i32::try_from(self.pid()?)?;
        let pid = rustix::process::Pid::from_raw(pid).context("no valid process id")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        Ok(timeout(STOP_WAIT_MAX, self.child.wait())
            .await
            .context("the server does not end")??)
    }
}

/// Reads what the server prints until it is ready; what it prints later is read and dropped.
async fn addresses(child: &mut Child) -> anyhow::Result<(SocketAddr, SocketAddr)> {
    let stdout = child.stdout.take().context("the server has no stdout")?;
    let mut lines = BufReader::new(stdout).lines();
    let (mut api, mut otlp_http) = (None, None);
    while let Some(line) = lines.next_line().await? {
        if let Some(address) = line.strip_prefix("listening api=") {
            api = Some(address.parse()?);
        } else if let Some(address) = line.strip_prefix("listening otlp_http=") {
            otlp_http = Some(address.parse()?);
        } else if line == "ready" {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return api
                .zip(otlp_http)
                .context("the server does not say where it listens");
        }
    }
    bail!("the server ended before it was ready")
}
