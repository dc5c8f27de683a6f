//! What expires, and what never may.

use std::sync::Arc;

use super::*;
use crate::{AppendTime, ManualClock, Offset};

const DAY: Duration = Duration::from_secs(86_400);
const YEAR: i64 = 365 * 86_400 * 1_000_000_000;
const NOW: i64 = 1_790_000_000 * 1_000_000_000;

fn at(clock: &Arc<ManualClock>) -> LogConfig {
    LogConfig {
        clock: Arc::<ManualClock>::clone(clock),
        ..config()
    }
}

async fn start(log: &EmbeddedLog) -> u64 {
    log.bounds(FIRST).await.unwrap().start.0
}

#[tokio::test]
async fn what_is_too_old_goes_by_whole_segments_counted_from_arrival() {
    let clock = Arc::new(ManualClock::new(NOW));
    let (log, _) = open(&Sim::new(1), at(&clock));
    append_large(&log, 4).await;
    clock.pass(6 * DAY);
    assert_eq!(log.expire().await.unwrap(), 0);
    append_large(&log, 2).await;
    clock.pass(2 * DAY);
    assert_eq!(log.expire().await.unwrap(), 2);
    assert_eq!((start(&log).await, read_all(&log).await.len()), (4, 2));
}

#[tokio::test]
async fn what_is_too_much_goes_oldest_first() {
    let (log, _) = open(
        &Sim::new(1),
        LogConfig {
            retention_bytes: 130 << 10,
            ..config()
        },
    );
    append_large(&log, 10).await;
    assert_eq!(log.expire().await.unwrap(), 3);
    assert_eq!(start(&log).await, 6);
}

#[tokio::test]
async fn nothing_goes_that_a_reader_holds_or_before_each_reader_has_spoken() {
    let holders = vec!["columns".to_owned()];
    let (log, _) = open(
        &Sim::new(1),
        LogConfig {
            retention_bytes: 0,
            holders,
            ..config()
        },
    );
    append_large(&log, 8).await;
    assert_eq!(log.expire().await.unwrap(), 0, "columns has not spoken");
    log.hold("columns", Offset(5));
    log.hold("search", Offset(3));
    log.expire().await.unwrap();
    assert_eq!(start(&log).await, 2);
    assert_eq!(log.trim(FIRST, Offset(8)).await.unwrap(), Offset(2));
    log.release("search");
    log.expire().await.unwrap();
    assert_eq!(start(&log).await, 4);
}

#[tokio::test]
async fn a_clock_a_year_ahead_and_back_neither_expires_nor_reorders_anything() {
    let clock = Arc::new(ManualClock::new(NOW));
    let sim = Sim::new(1);
    let (log, _) = open(&sim, at(&clock));
    append_large(&log, 4).await;
    clock.jump(YEAR);
    clock.pass(Duration::from_secs(60));
    assert_eq!(log.expire().await.unwrap(), 0);
    let during = append(&log, &["during"]).await;
    assert_eq!(during.append_time, AppendTime(NOW + 60_000_000_000));
    log.shutdown().await;
    drop(log);

    // Opened while the clock is wrong: the time is believed, nothing expires for a day yet.
    let (log, _) = open(&sim, at(&clock));
    let wrong = append(&log, &["wrong"]).await;
    assert!(wrong.append_time.0 > NOW + YEAR);
    assert_eq!(log.expire().await.unwrap(), 0);
    clock.jump(-YEAR);
    clock.pass(2 * DAY);
    assert_eq!(log.expire().await.unwrap(), 0);
    clock.pass(DAY);
    assert_eq!(log.expire().await.unwrap(), 0);
    let back = append(&log, &["back"]).await;
    assert!(
        back.append_time > wrong.append_time,
        "time goes on, and not back"
    );
    assert_eq!(read_all(&log).await.len(), 7);
}

#[tokio::test]
async fn an_old_segment_is_closed_so_that_it_can_expire() {
    let clock = Arc::new(ManualClock::new(NOW));
    let (log, _) = open(&Sim::new(1), at(&clock));
    append(&log, &["old"]).await;
    clock.pass(2 * DAY);
    // The first commit after the pause sees a jump of the machine's clocks together: no jump at all.
    append(&log, &["new"]).await;
    clock.pass(6 * DAY);
    assert_eq!(log.expire().await.unwrap(), 1);
    assert_eq!(bodies(&read_all(&log).await), ["new"]);
}
