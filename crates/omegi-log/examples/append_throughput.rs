//! How fast the log takes records, and what that costs.
//!
//! `cargo run --release -p omegi-log --example append_throughput -- [FOLDER] [MIB] [TASKS] [BODY_BYTES] [INTERVAL_US]`
//! appends from TASKS concurrent tasks, one record a batch, each waiting for its acknowledgement.
#![allow(clippy::print_stdout, reason = "its figures are its result")]

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::Bytes;
use omegi_log::{Disk, EmbeddedLog, EventLog, LogConfig, NewRecord, Partition};
use tokio::task::JoinSet;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments
        .next()
        .unwrap_or_else(|| "target/append_throughput".to_owned());
    let mut number = |otherwise: usize| arguments.next().map_or(Ok(otherwise), |text| text.parse());
    let (mib, tasks, body_bytes) = (number(2048)?, number(8)?, number(40_000)?);
    let commit_interval = Duration::from_micros(number(0)? as u64);
    let per_task = (mib << 20) / body_bytes / tasks;
    let config = LogConfig {
        commit_interval,
        ..LogConfig::new("bench")
    };
    let (log, report) = EmbeddedLog::open(Disk::open(&folder)?, config)?;
    println!("opened at offset {}", report.next.0);

    let before = cpu_seconds()?;
    let started = Instant::now();
    let mut senders = JoinSet::new();
    for task in 0..tasks {
        let log = log.clone();
        senders.spawn(async move { send(&log, task, per_task, body_bytes).await });
    }
    let mut waits = Vec::new();
    while let Some(sent) = senders.join_next().await {
        waits.extend(sent??);
    }
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds()? - before);
    log.shutdown().await;

    waits.sort_unstable();
    let gigabytes = (per_task * tasks * body_bytes) as f64 / 1e9;
    let at = |part: f64| waits.get((waits.len() as f64 * part) as usize).copied();
    println!(
        "{gigabytes:.2} GB in {seconds:.2} s: {:.0} MB/s",
        gigabytes * 1000.0 / seconds
    );
    println!("{cpu:.2} CPU-s: {:.2} CPU-s per GB", cpu / gigabytes);
    println!("ack p50 {:?}, p99 {:?}", at(0.5), at(0.99));
    let metrics = log.metrics();
    let commits = metrics.commits();
    println!(
        "{commits} commits, {:.1} records each",
        (per_task * tasks) as f64 / commits as f64
    );
    Ok(())
}

async fn send(
    log: &EmbeddedLog,
    task: usize,
    count: usize,
    body_bytes: usize,
) -> Result<Vec<Duration>, omegi_log::AppendError> {
    let mut waits = Vec::with_capacity(count);
    // Incompressible enough that no disk cheats, and made once.
    let mut state = task as u64 + 1;
    let body: Bytes = (0..body_bytes)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        })
        .collect();
    for _ in 0..count {
        let started = Instant::now();
        let new = NewRecord {
            body: body.clone(),
            decoded: None,
        };
        let deadline = started + Duration::from_secs(60);
        log.append(Partition(0), vec![new], deadline).await?;
        waits.push(started.elapsed());
    }
    Ok(waits)
}

/// User and system time of this process, all threads.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // Fields 14 and 15, counted behind the name in parentheses; Linux counts 100 ticks a second.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .flat_map(str::parse::<u64>)
        .sum();
    Ok(ticks as f64 / 100.0)
}
