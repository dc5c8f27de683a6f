//! When the writer writes: group commit, deadlines, ticks.

use super::*;
use crate::{AppendError, NewRecord, Offset, RecordKind, Source};

/// Gathers for ever, unless enough waits.
fn gathering() -> LogConfig {
    let hour = Duration::from_secs(3600);
    LogConfig {
        commit_interval: hour,
        commit_bytes: 10_000,
        ..config()
    }
}

#[tokio::test]
async fn a_lone_batch_is_committed_at_once_and_those_behind_it_together() {
    let (log, _) = open(&Sim::new(1), gathering());
    append(&log, &["alone"]).await;
    let large = "x".repeat(4_000);
    let one = || log.append(FIRST, batch([large.as_str()]), soon());
    let (a, b, c) = tokio::join!(one(), one(), one());
    assert_eq!(
        (a.unwrap().first, b.unwrap().first, c.unwrap().first),
        (Offset(1), Offset(2), Offset(3))
    );
    assert_eq!(
        (log.metrics().commits(), log.metrics().appended_records()),
        (2, 4)
    );
}

#[tokio::test]
async fn a_batch_whose_deadline_passes_before_its_turn_is_never_written() {
    let (log, _) = open(&Sim::new(1), gathering());
    append(&log, &["first"]).await;
    let late = log.append(FIRST, batch(["late"]), Instant::now()).await;
    assert!(matches!(late, Err(AppendError::Busy { .. })), "{late:?}");
    log.shutdown().await;
    assert_eq!(bodies(&read_all(&log).await), ["first"]);
}

#[tokio::test]
async fn what_waits_at_shutdown_is_written_before_the_end() {
    let (log, _) = open(&Sim::new(1), gathering());
    append(&log, &["first"]).await;
    let (waiting, ()) = tokio::join!(
        log.append(FIRST, batch(["waiting"]), soon()),
        log.shutdown()
    );
    assert_eq!(waiting.unwrap().first, Offset(1));
}

#[tokio::test]
async fn a_sender_that_finds_no_room_in_flight_is_told_to_come_back() {
    let config = LogConfig {
        in_flight_bytes_max: 1 << 20,
        ..gathering()
    };
    let (log, _) = open(
        &Sim::new(1),
        LogConfig {
            commit_bytes: 2 << 20,
            ..config
        },
    );
    append(&log, &["first"]).await;
    let large = "x".repeat(1_000_000);
    let waiting = log.append(FIRST, batch([large.as_str()]), soon());
    let refused = async {
        let refused = log
            .append(FIRST, batch([large.as_str()]), Instant::now())
            .await;
        log.shutdown().await;
        refused
    };
    let (waiting, refused) = tokio::join!(waiting, refused);
    assert!(waiting.is_ok());
    assert!(
        matches!(refused, Err(AppendError::Busy { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn time_passes_in_the_log_while_a_reader_has_windows_open_and_only_then() {
    let sim = Sim::new(1);
    let config = LogConfig {
        tick_interval: Duration::from_millis(1),
        ..config()
    };
    let (log, _) = open(&sim, config.clone());
    append(&log, &["a"]).await;
    let mut ticks = log.ticks();
    ticks.set_open(true);
    let mut last = log.read(FIRST, Offset(0), 1, Duration::ZERO).await.unwrap();
    for _ in 0..5 {
        let chunk = log
            .read(FIRST, last.next, 0, Duration::from_secs(60))
            .await
            .unwrap();
        assert_eq!(chunk.records[0].kind, RecordKind::Tick);
        assert!(chunk.records[0].append_time >= last.records[0].append_time);
        assert_eq!(
            chunk.storable(),
            Offset(1),
            "a tick is no position to store"
        );
        last = chunk;
    }
    drop(ticks);
    let b = append(&log, &["b"]).await;
    let read = log.read(FIRST, b.first, 1, Duration::ZERO).await.unwrap();
    assert_eq!(
        read.storable(),
        b.next,
        "the next commit takes the ticks along"
    );
    // The writer has dealt with the end of the ticking: b came after it.
    log.shutdown().await;
    assert_eq!(log.bounds(FIRST).await.unwrap().committed, b.next);
    drop(log);
    let (log, report) = open(&sim, config);
    assert_eq!((report.next, report.cut), (b.next, None));
    assert_eq!(bodies(&read_all(&log).await), ["a", "b"]);
}

#[tokio::test]
async fn edge_51_lost_ticks_leave_a_log_that_goes_on() {
    let sim = Sim::new(7);
    let config = LogConfig {
        tick_interval: Duration::from_millis(1),
        ..config()
    };
    let (log, _) = open(&sim, config.clone());
    let a = append(&log, &["a"]).await;
    let mut ticks = log.ticks();
    ticks.set_open(true);
    let chunk = log
        .read(FIRST, a.next, 0, Duration::from_secs(60))
        .await
        .unwrap();
    let stored = chunk.storable();
    let after = sim.reboot();
    drop((ticks, log));
    let (log, _) = open(&after, config);
    append(&log, &["b"]).await;
    let next = log
        .read(FIRST, stored, 1 << 20, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(
        bodies(&next.records),
        ["b"],
        "nothing is skipped from a stored position"
    );
}

#[tokio::test]
async fn fresh_records_come_from_memory_with_what_the_writer_had_decoded() {
    let (log, _) = open(
        &Sim::new(1),
        LogConfig {
            ring_bytes_max: 40 << 10,
            ..config()
        },
    );
    let new = |n: u8| NewRecord {
        body: vec![n; 10 << 10].into(),
        decoded: Some(vec![n; 10 << 10].into()),
    };
    for n in 0..4 {
        log.append(FIRST, vec![new(n)], soon()).await.unwrap();
    }
    let old = log.read(FIRST, Offset(0), 1, Duration::ZERO).await.unwrap();
    let fresh = log.read(FIRST, Offset(3), 1, Duration::ZERO).await.unwrap();
    assert_eq!(
        (&old.records[0].decoded, old.records[0].body[0]),
        (&None, 0)
    );
    assert_eq!(fresh.records[0].decoded.as_ref().unwrap()[0], 3);
    let read = |source| log.metrics().read_records(source);
    assert_eq!((read(Source::Disk), read(Source::Memory)), (1, 1));
}
