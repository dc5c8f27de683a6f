//! Records emptied afterwards.

use super::*;
use crate::embedded::segment::segment_name;
use crate::{Offset, ReadError, RecordKind};

#[tokio::test]
async fn edge_89_chosen_records_are_emptied_in_memory_and_on_disk_and_offsets_stay() {
    let sim = Sim::new(1);
    let (log, _) = open(&sim, config());
    let before = append(&log, &["keep 0", "secret 1", "keep 2"]).await;
    append(&log, &["secret 3", "keep 4"]).await;
    let report = log
        .rewrite(|record| record.body.starts_with(b"secret"))
        .await
        .unwrap();
    assert_eq!((report.emptied, report.rewritten, report.lost), (2, 1, 0));
    let last = append(&log, &["keep 5"]).await;
    assert_eq!(last.first, Offset(5));
    let check = async |log: &EmbeddedLog| {
        let records = read_all(log).await;
        assert_eq!(
            bodies(&records),
            ["keep 0", "", "keep 2", "", "keep 4", "keep 5"]
        );
        assert_eq!(records[1].kind, RecordKind::Emptied);
        assert_eq!(records[1].append_time, before.append_time);
    };
    check(&log).await;
    let content = sim.content(&segment_name(Offset(0)));
    assert!(!content.windows(6).any(|window| window == b"secret"));
    let again = log
        .rewrite(|record| record.body.starts_with(b"secret"))
        .await
        .unwrap();
    assert_eq!((again.emptied, again.rewritten), (0, 0));
    log.shutdown().await;
    drop(log);
    assert!(verify(&sim).unwrap().is_sound());
    assert_eq!(verify(&sim).unwrap().emptied, 2);
    check(&open(&sim, config()).0).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_gone_after_a_rewrite_and_still_told() {
    let sim = Sim::new(1);
    let (log, _) = open(&sim, config());
    append(&log, &["one", "two", "three"]).await;
    drop(log);
    // In the body of the second record.
    sim.flip_bit(&segment_name(Offset(0)), (4096 + 48 + 40) * 8);
    let (log, _) = open(&sim, config());
    let report = log.rewrite(|_| false).await.unwrap();
    assert_eq!((report.emptied, report.lost), (0, 1));
    let told = log.read(FIRST, Offset(1), 1, Duration::ZERO).await;
    assert!(matches!(
        told,
        Err(ReadError::Damaged {
            offset: Offset(1),
            next: Offset(2),
            ..
        })
    ));
    let rest = log.read(FIRST, Offset(2), 1, Duration::ZERO).await.unwrap();
    assert_eq!(bodies(&rest.records), ["three"]);
}
