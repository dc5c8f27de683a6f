//! `soak`: `run` at the sizes that the figures are promised for, each several times.

use clap::Args;

use crate::report::RunReport;
use crate::run::{Kind, RunFlags, ServerFlags, SourceFlags, run};

/// Flags of `soak`.
#[derive(Debug, Clone, Args)]
pub(crate) struct SoakFlags {
    /// The server.
    #[command(flatten)]
    pub(crate) server: ServerFlags,
    /// Runs of each size; the median is told.
    #[arg(long, default_value_t = 3)]
    pub(crate) runs: usize,
}

/// Corpus, spans, and quiet seconds: the recording has traces that are judged only after 30.
const SIZES: [(Kind, u64, u64); 4] = [
    (Kind::OtelDemo, 1_000_000, 35),
    (Kind::OtelDemo, 10_000_000, 35),
    (Kind::Generated, 1_000_000, 5),
    (Kind::Generated, 5_000_000, 5),
];

/// Runs all sizes; `tell` gets the median of each as soon as it is known.
pub(crate) async fn soak(
    flags: &SoakFlags,
    mut tell: impl FnMut(&RunReport) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for (corpus, spans, quiet) in SIZES {
        let run_flags = RunFlags {
            source: SourceFlags {
                corpus,
                spans,
                seed: 7,
            },
            server: flags.server.clone(),
            connections: 8,
            quiet,
            wait_max: 7200,
        };
        let mut reports = Vec::new();
        for _ in 0..flags.runs.max(1) {
            reports.push(run(&run_flags).await?);
        }
        tell(&median(reports))?;
    }
    Ok(())
}

/// The run in the middle, by CPU until quiet.
fn median(mut reports: Vec<RunReport>) -> RunReport {
    reports.sort_by(|a, b| {
        a.cpu_per_million_until_quiet
            .total_cmp(&b.cpu_per_million_until_quiet)
    });
    let middle = reports.len() / 2;
    reports.swap_remove(middle)
}
