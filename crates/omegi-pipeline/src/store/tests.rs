use super::*;

const HOUR: i64 = 3_600_000_000_000;

fn key(n: u8) -> WindowKey {
    WindowKey([n; WindowKey::BYTES])
}

fn at(hours: i64) -> UnixNanos {
    UnixNanos(1_700_000_000_000_000_000 + hours * HOUR)
}

fn position(hours: i64) -> Position {
    Position {
        input_next: 7,
        derived_next: 3,
        watermark: at(hours),
    }
}

#[test]
fn a_checkpoint_holds_everything_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    let (mut store, found) = StateStore::open(&path, StateLimits::default()).unwrap();
    assert!(found.is_none());
    store.freeze(key(1), Worth::Plain, at(0), b"one".to_vec());
    store.commit(position(0), &[b"open".to_vec()]).unwrap();
    store.freeze(key(2), Worth::Plain, at(0), b"two".to_vec());
    assert_eq!(
        store.thaw(&key(2), at(0)).unwrap(),
        Thawed::State(b"two".to_vec())
    );
    drop(store);

    let (mut store, found) = StateStore::open(&path, StateLimits::default()).unwrap();
    let found = found.unwrap();
    assert_eq!(found.position, position(0));
    assert_eq!(found.open, [b"open".to_vec()]);
    assert_eq!(
        store.thaw(&key(1), at(0)).unwrap(),
        Thawed::State(b"one".to_vec())
    );
    assert_eq!(store.thaw(&key(2), at(0)).unwrap(), Thawed::Unknown);
}

#[test]
fn states_expire_by_log_time_and_what_failed_lasts_longer() {
    let mut store = StateStore::in_memory().unwrap();
    store.freeze(key(1), Worth::Plain, at(0), b"plain".to_vec());
    store.freeze(key(2), Worth::Failed, at(0), b"failed".to_vec());
    for committed in [false, true] {
        let seen = |store: &mut StateStore, n, hours| store.thaw(&key(n), at(hours)).unwrap();
        let plain = Thawed::State(b"plain".to_vec());
        let failed = Thawed::State(b"failed".to_vec());
        assert_eq!(seen(&mut store, 1, 24), plain, "committed: {committed}");
        assert_eq!(
            seen(&mut store, 1, 25),
            Thawed::Forgotten,
            "committed: {committed}"
        );
        assert_eq!(
            seen(&mut store, 1, 169),
            Thawed::Unknown,
            "committed: {committed}"
        );
        assert_eq!(seen(&mut store, 2, 168), failed, "committed: {committed}");
        assert_eq!(
            seen(&mut store, 2, 169),
            Thawed::Forgotten,
            "committed: {committed}"
        );
        assert_eq!(
            seen(&mut store, 2, 721),
            Thawed::Unknown,
            "committed: {committed}"
        );
        store.commit(position(0), &[]).unwrap();
    }
}

#[test]
fn a_dropped_table_still_knows_its_traces_for_seven_days() {
    let mut store = StateStore::in_memory().unwrap();
    store.freeze(key(1), Worth::Plain, at(0), b"plain".to_vec());
    store.commit(position(0), &[]).unwrap();
    store.commit(position(26), &[]).unwrap();
    assert_eq!(store.frozen_traces(), 0);
    assert_eq!(store.thaw(&key(1), at(26)).unwrap(), Thawed::Forgotten);
    store.commit(position(8 * 24), &[]).unwrap();
    assert_eq!(store.thaw(&key(1), at(8 * 24)).unwrap(), Thawed::Unknown);
    assert!(store.known.is_empty());
}

#[test]
fn the_newest_state_of_a_trace_counts() {
    let mut store = StateStore::in_memory().unwrap();
    for (hours, worth, state) in [
        (0, Worth::Plain, "first"),
        (2, Worth::Plain, "second"),
        (2, Worth::Failed, "third"),
    ] {
        store.freeze(key(1), worth, at(hours), state.as_bytes().to_vec());
        store.commit(position(hours), &[]).unwrap();
        let newest = Thawed::State(state.as_bytes().to_vec());
        assert_eq!(store.thaw(&key(1), at(3)).unwrap(), newest);
    }
}

#[test]
fn too_many_bytes_give_way_oldest_first_and_are_counted() {
    let mut store = StateStore::in_memory().unwrap();
    store.bytes_max = 2_500;
    store.freeze(key(9), Worth::Failed, at(0), vec![9; 1_000]);
    for hours in 0..3 {
        store.freeze(key(hours as u8), Worth::Plain, at(hours), vec![1; 1_000]);
        store.commit(position(hours), &[]).unwrap();
    }
    store.commit(position(3), &[]).unwrap();
    assert_eq!(store.given_way(), 2);
    assert_eq!(store.thaw(&key(0), at(3)).unwrap(), Thawed::Forgotten);
    assert_eq!(
        store.thaw(&key(2), at(3)).unwrap(),
        Thawed::State(vec![1; 1_000])
    );
    assert_eq!(
        store.thaw(&key(9), at(3)).unwrap(),
        Thawed::State(vec![9; 1_000])
    );
}

#[test]
fn a_file_of_another_version_or_a_damaged_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    let (mut store, _) = StateStore::open(&path, StateLimits::default()).unwrap();
    store.commit(position(0), &[b"open".to_vec()]).unwrap();
    let txn = store.db.begin_write().unwrap();
    txn.open_table(META)
        .unwrap()
        .insert("version", &99_u64.to_le_bytes()[..])
        .unwrap();
    txn.commit().unwrap();
    drop(store);
    let refused = StateStore::open(&path, StateLimits::default()).err();
    assert!(
        matches!(refused, Some(StateError::Version { found: 99 })),
        "{refused:?}"
    );

    std::fs::write(&path, b"not a database").unwrap();
    assert!(StateStore::open(&path, StateLimits::default()).is_err());
}
