//! Bits that turn, files that are no segments.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::embedded::segment::segment_name;
use crate::{Offset, ReadError, Record, RecordKind, Storage};

/// Reads everything, stepping over what is damaged; says what that was.
async fn read_around_damage(log: &EmbeddedLog) -> (Vec<Record>, Vec<(Offset, Offset)>) {
    let bounds = log.bounds(FIRST).await.unwrap();
    let (mut from, mut records, mut skipped) = (bounds.start, Vec::new(), Vec::new());
    while from < bounds.committed {
        match log.read(FIRST, from, 1 << 20, Duration::ZERO).await {
            Ok(chunk) => {
                assert!(chunk.next > from, "no progress at {from:?}");
                from = chunk.next;
                records.extend(chunk.records);
            }
            Err(ReadError::Damaged { offset, next, .. }) => {
                assert!(offset >= from && next > offset, "damage leads on");
                skipped.push((offset, next));
                from = next;
            }
            Err(other) => panic!("{other}"),
        }
    }
    (records, skipped)
}

fn position_of(sim: &Sim, segment: &str, text: &str) -> u64 {
    let content = sim.content(segment);
    let at = content
        .windows(text.len())
        .position(|window| window == text.as_bytes());
    at.unwrap() as u64
}

#[tokio::test]
async fn a_turned_bit_in_the_middle_is_reported_and_can_be_stepped_over() {
    let sim = Sim::new(1);
    let (log, _) = open(&sim, config());
    for body in ["one", "two", "three"] {
        append(&log, &[body]).await;
    }
    drop(log);
    let name = segment_name(Offset(0));
    sim.flip_bit(&name, position_of(&sim, &name, "two") * 8);
    let (log, report) = open(&sim, config());
    assert_eq!(report.cut, None);
    let damage = &report.damaged[0];
    assert_eq!(
        (damage.offset, damage.next, &damage.segment),
        (Offset(1), Offset(2), &name)
    );
    assert_eq!(damage.reason, "checksum mismatch");
    let (records, skipped) = read_around_damage(&log).await;
    assert_eq!(bodies(&records), ["one", "three"]);
    assert_eq!(skipped, [(Offset(1), Offset(2))]);
    let problems = verify(&sim).unwrap().problems;
    assert_eq!((problems[0].offset, problems.len()), (Offset(1), 1));
}

#[tokio::test]
async fn damage_before_a_later_commit_is_no_torn_tail_even_after_a_crash() {
    let sim = Sim::new(1);
    let (log, _) = open(&sim, config());
    for body in ["one", "two", "three"] {
        append(&log, &[body]).await;
    }
    let name = segment_name(Offset(0));
    // In the header of the second record, which makes its length unknown.
    sim.flip_bit(&name, (position_of(&sim, &name, "two") - 36) * 8);
    let after = sim.reboot();
    drop(log);
    let (log, report) = open(&after, config());
    assert_eq!((report.cut, report.next), (None, Offset(3)));
    assert_eq!(
        (report.damaged[0].offset, report.damaged[0].next),
        (Offset(1), Offset(2))
    );
    assert_eq!(bodies(&read_around_damage(&log).await.0), ["one", "three"]);
}

#[tokio::test]
async fn a_torn_tail_is_cut_and_the_report_says_what_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let (log, _) = EmbeddedLog::open(Disk::open(folder.path()).unwrap(), config()).unwrap();
    append(&log, &["whole"]).await;
    let name = segment_name(Offset(0));
    // As after a crash: the file as it is now, without its footer, and half a frame behind.
    let mut content = std::fs::read(folder.path().join(&name)).unwrap();
    drop(log);
    let end = 4096 + 48;
    content[end..end + 10].copy_from_slice(b"half frame");
    std::fs::write(folder.path().join(&name), content).unwrap();
    assert!(
        verify(&Disk::read_only(folder.path()).unwrap())
            .unwrap()
            .unfinished_tail
    );
    let (log, report) = EmbeddedLog::open(Disk::open(folder.path()).unwrap(), config()).unwrap();
    let reason = "unreadable header";
    let (position, next) = (end as u64, Offset(1));
    assert_eq!(
        report.cut,
        Some(Cut {
            segment: name,
            position,
            bytes: 10,
            next,
            reason
        })
    );
    append(&log, &["next"]).await;
    assert_eq!(bodies(&read_all(&log).await), ["whole", "next"]);
}

#[tokio::test]
async fn a_missing_segment_is_reported_and_can_be_stepped_over() {
    let sim = Sim::new(1);
    let (log, _) = open(&sim, config());
    append_large(&log, 6).await;
    drop(log);
    sim.remove(&segment_name(Offset(2))).unwrap();
    let (log, report) = open(&sim, config());
    assert_eq!(
        (report.damaged[0].offset, report.damaged[0].next),
        (Offset(2), Offset(4))
    );
    let (records, skipped) = read_around_damage(&log).await;
    assert_eq!(skipped, [(Offset(2), Offset(4))]);
    assert_eq!(records.len(), 4);
    assert!(!verify(&sim).unwrap().is_sound());
}

#[tokio::test]
async fn a_body_that_looks_like_a_frame_is_never_taken_for_one() {
    let sim = Sim::new(1);
    let (log, _) = open(&sim, config());
    append(&log, &["a", "b"]).await;
    let copy = Bytes::from(sim.content(&segment_name(Offset(0)))[4096..4200].to_vec());
    let new = || crate::NewRecord {
        body: copy.clone(),
        decoded: None,
    };
    // The same salt even: the offsets inside are too low to be believed.
    log.append(FIRST, vec![new(), new()], soon()).await.unwrap();
    append(&log, &["end"]).await;
    drop(log);
    sim.flip_bit(&segment_name(Offset(0)), (4096 + 2 * 48 + 5) * 8);
    let (log, _) = open(&sim, config());
    let (records, skipped) = read_around_damage(&log).await;
    assert_eq!(skipped, [(Offset(2), Offset(3))]);
    assert_eq!(
        records.iter().map(|r| r.offset.0).collect::<Vec<_>>(),
        [0, 1, 3, 4]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_turned_bit_costs_no_more_than_its_neighbourhood_and_nothing_false_is_read(
        segment in 0..3u64,
        place in any::<prop::sample::Index>(),
        in_order in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let sim = Sim::new(seed);
            let (log, _) = open(&sim, config());
            append_large(&log, 6).await;
            let sim = if in_order { log.shutdown().await; sim } else { sim.reboot() };
            drop(log);
            let name = segment_name(Offset(segment * 2));
            let bits = sim.content(&name).len() * 8;
            sim.flip_bit(&name, place.index(bits) as u64);
            let Ok((log, report)) = EmbeddedLog::open(sim.clone(), config()) else { return };
            let (records, skipped) = read_around_damage(&log).await;
            for record in &records {
                assert!(record.body.starts_with(record.offset.0.to_string().as_bytes()));
                assert_eq!((record.body.len(), record.kind), ((25 << 10) + 1, RecordKind::Data));
            }
            let lost = 6 - records.len();
            let told: u64 = skipped.iter().map(|(from, to)| to.0 - from.0).sum();
            let cut = 6 - report.next.0;
            assert_eq!(lost as u64, told + cut, "{report:?}");
            assert!(lost <= 1, "one bit, {report:?}");
            assert!(cut == 0 || report.cut.is_some());
        });
    }

    #[test]
    fn a_file_of_any_bytes_is_opened_or_refused_without_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..20_000),
        begin in prop::bool::weighted(0.7),
    ) {
        let sim = Sim::new(1);
        let name = segment_name(Offset(0));
        let mut content = if begin {
            drop(open(&sim, config()));
            sim.content(&name)
        } else {
            Vec::new()
        };
        content.truncate(4096);
        content.extend(bytes);
        let file = sim.create(&name).unwrap();
        crate::storage::write_all(&*file, &mut [std::io::IoSlice::new(&content)], 0).unwrap_or(());
        drop(verify(&sim));
        drop(EmbeddedLog::open(sim, config()));
    }
}
