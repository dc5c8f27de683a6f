//! Whatever moment the power goes at: every acknowledged batch is there, whole and in order.

use proptest::prelude::*;

use super::*;
use crate::{AppendError, Offset, Record, RecordKind};

/// What a test appends: for each batch the lengths of its bodies.
fn batches() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let length = prop_oneof![0..40usize, 400..700usize, 9_000..20_000usize];
    prop::collection::vec(prop::collection::vec(length, 1..4), 1..12)
}

/// Body `index` of batch `number`, told from all others by its beginning.
fn body(number: usize, index: usize, length: usize) -> String {
    let mut body = format!("{number}/{index} ");
    body.extend(std::iter::repeat_n('x', length));
    body
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

/// Appends until the power goes; says which batches were acknowledged.
async fn append_until_power_loss(log: &EmbeddedLog, batches: &[Vec<String>]) -> Vec<usize> {
    let mut acknowledged = Vec::new();
    for (number, bodies) in batches.iter().enumerate() {
        let new = batch(bodies.iter().map(String::as_str));
        match log.append(FIRST, new, soon()).await {
            Ok(_) => acknowledged.push(number),
            Err(AppendError::Unknown | AppendError::Stopped(_)) => {}
            Err(other) => panic!("the power is off, not {other:?}"),
        }
    }
    acknowledged
}

fn data(records: &[Record]) -> Vec<&str> {
    let data = records
        .iter()
        .filter(|record| record.kind == RecordKind::Data);
    data.map(|record| std::str::from_utf8(&record.body).unwrap())
        .collect()
}

/// Reads all that is found, which must be dense, and gives the batches it consists of.
fn whole_batches(records: &[Record], batches: &[Vec<String>]) -> Vec<usize> {
    let found = data(records);
    let mut rest = found.as_slice();
    let mut numbers = Vec::new();
    while let Some(first) = rest.first() {
        let number: usize = first.split('/').next().unwrap().parse().unwrap();
        let bodies: Vec<&str> = batches[number].iter().map(String::as_str).collect();
        rest = rest
            .strip_prefix(bodies.as_slice())
            .expect("half a batch is visible");
        numbers.push(number);
    }
    numbers
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, max_shrink_iters: 500, ..ProptestConfig::default() })]

    #[test]
    fn edge_34_power_loss_keeps_every_acknowledged_batch_whole_and_in_order(
        lengths in batches(),
        seed in any::<u64>(),
        off_after in 0..60u64,
        off_in_recovery in prop::option::of(0..8u64),
        ticking in any::<bool>(),
        short in any::<bool>(),
    ) {
        let batches: Vec<Vec<String>> = lengths.iter().enumerate().map(|(number, lengths)| {
            lengths.iter().enumerate().map(|(i, length)| body(number, i, *length)).collect()
        }).collect();
        runtime().block_on(async {
            let sim = Sim::new(seed);
            let config = LogConfig { tick_interval: Duration::from_micros(50), ..config() };
            let (log, _) = open(&sim, config.clone());
            let mut ticks = log.ticks();
            ticks.set_open(ticking);
            let power_off_after = Some(off_after);
            sim.set_faults(SimFaults { power_off_after, short, ..SimFaults::default() });
            let acknowledged = append_until_power_loss(&log, &batches).await;
            let mut after = sim.reboot();
            drop((ticks, log));
            if off_in_recovery.is_some() {
                after.set_faults(SimFaults { power_off_after: off_in_recovery, ..SimFaults::default() });
                drop(EmbeddedLog::open(after.clone(), config.clone()));
                after = after.reboot();
            }

            let (log, report) = open(&after, config.clone());
            assert!(report.damaged.is_empty(), "{report:?}");
            let records = read_all(&log).await;
            let found = whole_batches(&records, &batches);
            assert!(found.is_sorted());
            let missing: Vec<_> = acknowledged.iter().filter(|n| !found.contains(n)).collect();
            assert!(missing.is_empty(), "lost {missing:?}, found {found:?}, {report:?}");

            let more = append(&log, &["after"]).await;
            log.shutdown().await;
            drop(log);
            let (log, report) = open(&after, config);
            assert_eq!((report.next, &report.cut), (more.next, &None));
            assert_eq!(read_all(&log).await.len(), records.len() + 1);
            assert!(verify(&after).unwrap().is_sound());
        });
    }

    #[test]
    fn what_was_cut_after_one_power_loss_does_not_come_back_after_the_next(
        seed in any::<u64>(),
        offs in prop::collection::vec(0..5u64, 4),
    ) {
        runtime().block_on(async {
            let mut sim = Sim::new(seed);
            let (mut known, mut number) = (Vec::new(), 0);
            let (mut log, _) = open(&sim, config());
            for off_after in offs {
                // A sector each: what is left of an earlier batch would fit in its place.
                sim.set_faults(SimFaults { power_off_after: Some(off_after), ..SimFaults::default() });
                let mut tried = Vec::new();
                for _ in 0..=off_after {
                    let (first, second) = (format!("{number:04}/0"), format!("{number:04}/1"));
                    let wide = |body: &str| format!("{body:.<472}");
                    let bodies = [wide(&first), wide(&second)];
                    drop(log.append(FIRST, batch(bodies.iter().map(String::as_str)), soon()).await);
                    tried.extend([first, second]);
                    number += 1;
                }
                // Never closed in order: that would overwrite what is left of a torn batch.
                sim = sim.reboot();
                log = open(&sim, config()).0;
                let records = read_all(&log).await;
                let found: Vec<String> = data(&records).iter().map(|b| b[..6].to_owned()).collect();
                let (old, new) = found.split_at_checked(known.len()).expect("nothing is lost");
                assert_eq!(old, known);
                assert!(tried.starts_with(new), "{new:?} of {tried:?}");
                known = found;
            }
        });
    }

    #[test]
    fn power_loss_while_rewriting_or_trimming_leaves_each_record_old_or_emptied(
        seed in any::<u64>(),
        off_after in 0..40u64,
        trim in any::<bool>(),
    ) {
        runtime().block_on(async {
            let sim = Sim::new(seed);
            let (log, _) = open(&sim, config());
            append_large(&log, 8).await;
            sim.set_faults(SimFaults { power_off_after: Some(off_after), ..SimFaults::default() });
            if trim {
                drop(log.trim(FIRST, Offset(5)).await);
            } else {
                drop(log.rewrite(|record| record.offset.0 % 3 == 1).await);
            }
            let after = sim.reboot();
            drop(log);
            let (log, report) = open(&after, config());
            assert!(report.damaged.is_empty(), "{report:?}");
            assert_eq!(report.next, Offset(8));
            assert!(report.start <= Offset(5));
            for record in read_all(&log).await {
                let number = record.offset.0.to_string();
                match record.kind {
                    RecordKind::Emptied => assert!(!trim && record.offset.0 % 3 == 1),
                    _ => assert!(record.body.starts_with(number.as_bytes())),
                }
            }
            assert!(verify(&after).unwrap().is_sound());
        });
    }
}
