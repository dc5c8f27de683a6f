//! One suite that every log has to pass, whichever engine stands behind it.
//!
//! Panics where a log breaks the contract, as tests do. Waits only for what has to come.
#![allow(clippy::unwrap_used, reason = "a test suite fails by panicking")]

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::{
    AppendError, Appended, Batch, EventLog, NewRecord, Offset, Partition, ReadError, Record,
    RecordKind,
};

const FIRST: Partition = Partition(0);
/// Long enough never to decide a test.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the suite; `make` gives an empty log each time.
pub async fn contract_tests<L: EventLog>(make: impl AsyncFn() -> L) {
    an_empty_log_has_nothing_to_read(&make().await).await;
    what_is_appended_is_read_in_order(&make().await).await;
    offsets_are_dense_and_times_do_not_step_back(&make().await).await;
    a_read_takes_at_least_one_record_and_else_what_fits(&make().await).await;
    a_read_waits_for_the_next_record(&make().await).await;
    batches_of_many_writers_stay_whole(&make().await).await;
    a_batch_too_large_is_refused_whole(&make().await).await;
    an_empty_batch_changes_nothing(&make().await).await;
    a_repeated_batch_is_kept_as_the_engine_promises(&make().await).await;
    a_late_answer_leaves_no_half_batch(&make().await).await;
    trimming_keeps_at_least_what_it_is_asked_to(&make().await).await;
    a_position_beyond_the_end_is_told(&make().await).await;
    empty_bodies_are_records_too(&make().await).await;
}

async fn an_empty_log_has_nothing_to_read(log: &impl EventLog) {
    let bounds = log.bounds(FIRST).await.unwrap();
    assert_eq!(bounds.start, bounds.committed);
    let chunk = log
        .read(FIRST, bounds.start, 1 << 20, Duration::ZERO)
        .await
        .unwrap();
    assert!(chunk.records.is_empty());
    assert_eq!(chunk.next, bounds.start);
    assert!(log.partitions() > 0);
}

async fn what_is_appended_is_read_in_order(log: &impl EventLog) {
    let first = append(log, batch(["a", "b"])).await;
    let second = append(log, batch(["c"])).await;
    assert_eq!(second.first, first.next);
    assert_eq!(second.next, Offset(first.first.0 + 3));
    assert_eq!(bodies(&read_all(log).await), ["a", "b", "c"]);
    assert_eq!(log.bounds(FIRST).await.unwrap().committed, second.next);
    let tail = log
        .read(FIRST, second.first, 1 << 20, PATIENCE)
        .await
        .unwrap();
    assert_eq!(bodies(&tail.records), ["c"]);
    assert_eq!((tail.next, tail.committed), (second.next, second.next));
}

async fn offsets_are_dense_and_times_do_not_step_back(log: &impl EventLog) {
    for n in 0..20 {
        let appended = append(log, batch([n.to_string().as_str(), "x"])).await;
        assert_eq!(appended.next.0 - appended.first.0, 2);
    }
    let records = read_all(log).await;
    for pair in records.windows(2) {
        assert_eq!(pair[0].offset.0 + 1, pair[1].offset.0);
        assert!(pair[0].append_time <= pair[1].append_time);
    }
}

async fn a_read_takes_at_least_one_record_and_else_what_fits(log: &impl EventLog) {
    let appended = append(log, batch(["four", "five", "six!"])).await;
    for (bytes_max, expected) in [
        (0, 1),
        (4, 1),
        (7, 1),
        (8, 2),
        (11, 2),
        (12, 3),
        (1 << 20, 3),
    ] {
        let chunk = log
            .read(FIRST, appended.first, bytes_max, PATIENCE)
            .await
            .unwrap();
        assert_eq!(chunk.records.len(), expected, "{bytes_max} bytes");
        assert_eq!(chunk.next.0, appended.first.0 + expected as u64);
    }
}

async fn a_read_waits_for_the_next_record(log: &impl EventLog) {
    let end = append(log, batch(["before"])).await.next;
    let (chunk, _) = tokio::join!(
        log.read(FIRST, end, 1 << 20, PATIENCE),
        append(log, batch(["after"]))
    );
    assert_eq!(bodies(&chunk.unwrap().records), ["after"]);
    let nothing = log
        .read(FIRST, Offset(end.0 + 1), 1, Duration::from_millis(1))
        .await
        .unwrap();
    assert!(nothing.records.is_empty());
}

async fn batches_of_many_writers_stay_whole(log: &impl EventLog) {
    let one = |n: u64| async move {
        let name = n.to_string();
        append(log, batch([name.as_str(), name.as_str(), name.as_str()])).await
    };
    let writers = tokio::join!(one(0), one(1), one(2), one(3), one(4));
    let records = read_all(log).await;
    assert_eq!(records.len(), 15);
    let appended = [writers.0, writers.1, writers.2, writers.3, writers.4];
    for (n, appended) in appended.iter().enumerate() {
        let own = records
            .iter()
            .filter(|record| *record.body == *n.to_string().as_bytes());
        let offsets: Vec<_> = own.map(|record| record.offset.0).collect();
        assert_eq!(
            offsets,
            (appended.first.0..appended.next.0).collect::<Vec<_>>()
        );
    }
}

async fn a_batch_too_large_is_refused_whole(log: &impl EventLog) {
    let body = Bytes::from(vec![7; log.caps().batch_bytes_max / 2 + 1]);
    let new = || NewRecord {
        body: body.clone(),
        decoded: None,
    };
    let refused = log.append(FIRST, vec![new(), new()], soon()).await;
    assert!(
        matches!(refused, Err(AppendError::TooLarge { .. })),
        "{refused:?}"
    );
    assert!(read_all(log).await.is_empty());
}

async fn an_empty_batch_changes_nothing(log: &impl EventLog) {
    let before = append(log, batch(["a"])).await;
    let nothing = append(log, Vec::new()).await;
    assert_eq!((nothing.first, nothing.next), (before.next, before.next));
    assert_eq!(read_all(log).await.len(), 1);
}

/// A log without idempotence stores what it is given: whoever retries tells repeats apart.
async fn a_repeated_batch_is_kept_as_the_engine_promises(log: &impl EventLog) {
    append(log, batch(["same"])).await;
    append(log, batch(["same"])).await;
    let expected = if log.caps().idempotent_append {
        1..=2
    } else {
        2..=2
    };
    assert!(expected.contains(&read_all(log).await.len()));
}

async fn a_late_answer_leaves_no_half_batch(log: &impl EventLog) {
    let over = Instant::now();
    let outcome = log.append(FIRST, batch(["x", "y"]), over).await;
    // Whatever comes later stands behind it, if it is there.
    let later = append(log, batch(["z"])).await;
    let records = read_all(log).await;
    let expected: &[&str] = match (&outcome, records.len()) {
        (Ok(_), _) | (Err(AppendError::Unknown), 3) => &["x", "y", "z"],
        (Err(AppendError::Unknown | AppendError::Busy { .. }), _) => &["z"],
        (Err(error), _) => panic!("{error}"),
    };
    assert_eq!(bodies(&records), expected, "after {outcome:?}");
    assert_eq!(records.last().unwrap().offset, later.first);
}

async fn trimming_keeps_at_least_what_it_is_asked_to(log: &impl EventLog) {
    for n in 0..10 {
        append(log, batch([n.to_string().as_str()])).await;
    }
    let start = log.trim(FIRST, Offset(5)).await.unwrap();
    assert!(start <= Offset(5));
    assert!(!log.caps().exact_trim || start == Offset(5));
    assert_eq!(log.bounds(FIRST).await.unwrap().start, start);
    let records = read_from(log, start).await;
    assert_eq!(records.len() as u64, 10 - start.0);
    if start > Offset(0) {
        let gone = log.read(FIRST, Offset(0), 1, Duration::ZERO).await;
        assert!(matches!(gone, Err(ReadError::Trimmed { start: told }) if told == start));
    }
}

async fn a_position_beyond_the_end_is_told(log: &impl EventLog) {
    let end = append(log, batch(["a"])).await.next;
    let beyond = log.read(FIRST, Offset(end.0 + 1), 1, Duration::ZERO).await;
    assert!(
        matches!(beyond, Err(ReadError::HistoryChanged)),
        "{beyond:?}"
    );
}

async fn empty_bodies_are_records_too(log: &impl EventLog) {
    append(log, batch(["", "", "a"])).await;
    assert_eq!(bodies(&read_all(log).await), ["", "", "a"]);
}

/// A batch of these bodies.
pub fn batch<'a>(bodies: impl IntoIterator<Item = &'a str>) -> Batch {
    let new = |body: &str| NewRecord {
        body: Bytes::from(body.to_owned()),
        decoded: None,
    };
    bodies.into_iter().map(new).collect()
}

/// Bodies as text, ticks left out.
pub fn bodies(records: &[Record]) -> Vec<&str> {
    let data = records
        .iter()
        .filter(|record| record.kind != RecordKind::Tick);
    data.map(|record| std::str::from_utf8(&record.body).unwrap())
        .collect()
}

/// Everything a log holds but ticks.
pub async fn read_all(log: &impl EventLog) -> Vec<Record> {
    read_from(log, log.bounds(FIRST).await.unwrap().start).await
}

async fn read_from(log: &impl EventLog, mut from: Offset) -> Vec<Record> {
    let end = log.bounds(FIRST).await.unwrap().committed;
    let mut records = Vec::new();
    while from < end {
        let chunk = log.read(FIRST, from, 1 << 20, PATIENCE).await.unwrap();
        from = chunk.next;
        records.extend(chunk.records);
    }
    records.retain(|record| record.kind != RecordKind::Tick);
    records
}

async fn append(log: &impl EventLog, batch: Batch) -> Appended {
    log.append(FIRST, batch, soon()).await.unwrap()
}

fn soon() -> Instant {
    Instant::now() + PATIENCE
}
