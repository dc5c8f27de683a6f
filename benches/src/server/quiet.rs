//! Waits until the server has nothing left to do.

use std::time::{Duration, Instant};

use anyhow::bail;

use super::Server;
use super::api::Api;
use super::process;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A core's share below which the server counts as idle: ticks and heartbeats.
const IDLE_SHARE_MAX: f64 = 0.05;

/// Waits until, for `quiet`, the logs took no new record and the server used next to no CPU.
///
/// Records are data records: ticks go on while windows are open. Choose `quiet` longer than the
/// longest timer that still has work to do, else that work is not waited for.
pub(crate) async fn until_quiet(
    server: &Server,
    api: &mut Api,
    quiet: Duration,
    wait_max: Duration,
) -> anyhow::Result<()> {
    let pid = server.pid()?;
    let began = Instant::now();
    let mut since = began;
    let mut last = (0.0, process::used(pid)?.cpu_seconds, began);
    while since.elapsed() < quiet {
        if began.elapsed() > wait_max {
            bail!("the server is still busy after {wait_max:?}");
        }
        tokio::time::sleep(LOOK_EVERY).await;
        let records = api
            .metrics()
            .await?
            .sum("omegi_log_appended_records_total", &[]);
        let (cpu, now) = (process::used(pid)?.cpu_seconds, Instant::now());
        let share = (cpu - last.1) / (now - last.2).as_secs_f64();
        if records > last.0 || share > IDLE_SHARE_MAX {
            since = now;
        }
        last = (records, cpu, now);
    }
    Ok(())
}
