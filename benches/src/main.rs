//! The benchmark harness: corpora with a known truth, sent to a server of its own, and what it cost.
//!
//! It measures from outside: HTTP, `/proc`, the server's own `/metrics`. Results go to stdout, talk
//! to stderr; exit 1 where the server's answers are wrong.

mod corpus;
mod generate;
mod latency;
mod live;
mod load;
mod random;
mod report;
mod run;
mod server;
mod soak;
mod verdict;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde::Serialize;

use report::RunReport;

/// Measures Omegi: generates or replays telemetry, and tells what it cost the server.
#[derive(Debug, Parser)]
#[command(name = "omegi-benches", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the generated corpus and its truth to files.
    Generate(generate::GenerateFlags),
    /// Send a corpus to a fresh server as fast as it is taken; compare what it found with the truth.
    Run(run::RunFlags),
    /// Measure from acknowledgement to the live event, under load.
    Latency(latency::LatencyFlags),
    /// Run at full sizes, several times each; rows for RESULTS.md.
    Soak(soak::SoakFlags),
}

// One thread is enough to send, and leaves the machine to the server.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let perfect = match Cli::parse().command {
        Command::Generate(flags) => {
            generate::generate(&flags)?;
            true
        }
        Command::Run(flags) => {
            let report = run::run(&flags).await?;
            show(report::RUN_HEADING, &report.row(), &report)?;
            is_perfect(&report)
        }
        Command::Latency(flags) => {
            let report = latency::latency(&flags).await?;
            show(report::LATENCY_HEADING, &report.row(), &report)?;
            report.lost == 0
        }
        Command::Soak(flags) => {
            let mut perfect = true;
            let tell = |report: &RunReport| {
                perfect &= is_perfect(report);
                show(report::RUN_HEADING, &report.row(), report)
            };
            soak::soak(&flags, tell).await?;
            perfect
        }
    };
    Ok(ExitCode::from(u8::from(!perfect)))
}

/// A table of one row, then the same and more as JSON.
fn show(heading: &str, row: &str, report: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{heading}\n{row}\n\n{}\n",
        serde_json::to_string_pretty(report)?
    )?;
    Ok(out.flush()?)
}

fn is_perfect(report: &RunReport) -> bool {
    report
        .verdict
        .as_ref()
        .is_none_or(verdict::Verdict::is_perfect)
        && report
            .issues_expected
            .is_none_or(|expected| expected == report.issues)
}
