//! The embedded log as a whole: on a real folder and on a disk that breaks.

mod damage;
mod faults;
mod pace;
mod power_loss;
mod retention;
mod rewrite;

use std::time::{Duration, Instant};

use super::*;
use crate::contract_tests::{batch, bodies, contract_tests, read_all};
use crate::{Disk, EventLog, Partition, Sim, SimFaults};

const FIRST: Partition = Partition(0);

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// Small segments, no waiting, no watermark.
fn config() -> LogConfig {
    LogConfig {
        segment_bytes: 64 << 10,
        commit_interval: Duration::ZERO,
        batch_bytes_max: 1 << 20,
        in_flight_bytes_max: 4 << 20,
        free_bytes_min: 0,
        free_percent_min: 0,
        ..LogConfig::new("test")
    }
}

fn open(sim: &Sim, config: LogConfig) -> (EmbeddedLog, RecoveryReport) {
    EmbeddedLog::open(sim.clone(), config).unwrap()
}

async fn append(log: &EmbeddedLog, bodies: &[&str]) -> crate::Appended {
    log.append(FIRST, batch(bodies.iter().copied()), soon())
        .await
        .unwrap()
}

/// Two records to a segment, so that there is something to remove.
async fn append_large(log: &EmbeddedLog, records: usize) {
    for n in 0..records {
        let mut body = n.to_string();
        body.extend(std::iter::repeat_n('.', 25 << 10));
        append(log, &[&body]).await;
    }
}

#[tokio::test]
async fn the_contract_holds_on_a_disk() {
    contract_tests(async || {
        let folder = tempfile::tempdir().unwrap().keep();
        EmbeddedLog::open(Disk::open(folder).unwrap(), config())
            .unwrap()
            .0
    })
    .await;
}

#[tokio::test]
async fn the_contract_holds_in_a_simulation() {
    contract_tests(async || EmbeddedLog::open(Sim::new(1), config()).unwrap().0).await;
}

#[tokio::test]
async fn the_contract_holds_where_reads_and_writes_are_short_and_nothing_stays_in_memory() {
    contract_tests(async || {
        let sim = Sim::new(2);
        sim.set_faults(SimFaults {
            short: true,
            ..SimFaults::default()
        });
        let config = LogConfig {
            ring_bytes_max: 0,
            ..config()
        };
        EmbeddedLog::open(sim, config).unwrap().0
    })
    .await;
}

#[tokio::test]
async fn a_log_is_found_again_as_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let (log, report) =
            EmbeddedLog::open(Disk::open(folder.path()).unwrap(), config()).unwrap();
        assert_eq!((report.next.0, report.cut), (round * 2, None));
        log.append(FIRST, batch(["a", "b"]), soon()).await.unwrap();
        assert_eq!(bodies(&read_all(&log).await).len() as u64, round * 2 + 2);
        log.shutdown().await;
        drop(log);
    }
}
