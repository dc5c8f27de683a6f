//! What a caller may rely on.

use std::time::Duration;

use omegi_eventstore::{
    Append, AppendError, BackendError, Expected, OpenError, PAYLOAD_BYTES_MAX, Position, Snapshot,
    Version,
};

use crate::{event, open, stream};

#[test]
fn a_wrong_expectation_writes_nothing_and_tells_the_version() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let project = stream("project-1");
    store
        .append(&project, Expected::New, &[event("a")])
        .unwrap();
    for wrong in [
        Expected::New,
        Expected::Version(Version(0)),
        Expected::Version(Version(2)),
    ] {
        let error = store.append(&project, wrong, &[event("b")]).unwrap_err();
        let AppendError::Conflict { stream, actual } = error else {
            panic!("{error}")
        };
        assert_eq!((stream, actual), (project.clone(), Version(1)));
    }
    assert_eq!(store.head(), Position(1));
    store
        .append(&project, Expected::Version(Version(1)), &[event("b")])
        .unwrap();
    store
        .append(&project, Expected::Any, &[event("c")])
        .unwrap();
    assert_eq!(store.read(&project, Version(2)).unwrap().len(), 2);
}

#[test]
fn an_append_to_several_streams_is_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store
        .append(&stream("b"), Expected::New, &[event("old")])
        .unwrap();
    let to = |name, expected| Append {
        stream: stream(name),
        expected,
        events: vec![event("1"), event("2")],
    };
    assert!(
        store
            .append_many(&[to("a", Expected::New), to("b", Expected::New)])
            .is_err()
    );
    assert_eq!(store.version(&stream("a")).unwrap(), Version(0));
    let twice = [
        to("a", Expected::New),
        to("a", Expected::Version(Version(2))),
    ];
    assert_eq!(store.append_many(&twice).unwrap(), Position(5));
    let versions: Vec<_> = store
        .read(&stream("a"), Version(1))
        .unwrap()
        .iter()
        .map(|event| event.version.0)
        .collect();
    assert_eq!(versions, [1, 2, 3, 4]);
}

#[test]
fn a_decision_made_on_an_older_position_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let append = [Append {
        stream: stream("a"),
        expected: Expected::Any,
        events: vec![event("1")],
    }];
    let first = store.submit(&append, Some(Position(0))).unwrap();
    let error = store.submit(&append, Some(Position(0))).unwrap_err();
    assert!(matches!(error, AppendError::Moved { actual } if actual == first));
    assert_eq!(store.head(), Position(0), "told before it was durable");
    store.confirm(first).unwrap();
    assert_eq!(store.head(), first);
}

#[test]
fn a_stream_is_not_mixed_with_one_whose_name_it_begins() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for name in ["a", "a-1", "a1", "aa"] {
        store
            .append(&stream(name), Expected::New, &[event(name)])
            .unwrap();
    }
    for name in ["a", "a-1", "a1", "aa"] {
        let events = store.read(&stream(name), Version(1)).unwrap();
        assert_eq!(events.len(), 1, "{name}");
        assert_eq!(events[0].payload, name.as_bytes());
    }
}

#[test]
fn a_payload_at_the_limit_is_kept_over_a_restart_and_one_above_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let large = "x".repeat(PAYLOAD_BYTES_MAX);
    let store = open(folder.path());
    let error = store.append(&stream("a"), Expected::Any, &[event(&format!("{large}x"))]);
    assert!(matches!(
        error,
        Err(AppendError::TooLarge {
            field: "payload",
            ..
        })
    ));
    for _ in 0..3 {
        store
            .append(&stream("a"), Expected::Any, &[event(&large)])
            .unwrap();
    }
    drop(store);
    let store = open(folder.path());
    assert!(store.verify().unwrap().is_sound());
    let sizes: Vec<_> = store
        .read_all(Position(0), 9)
        .unwrap()
        .iter()
        .map(|event| event.payload.len())
        .collect();
    assert_eq!(sizes, [PAYLOAD_BYTES_MAX; 3]);
}

#[test]
fn a_second_opening_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _store = open(folder.path());
    let second = omegi_eventstore::EventStore::open(folder.path());
    assert!(matches!(
        second,
        Err(OpenError::Backend(BackendError::Locked(_)))
    ));
}

#[test]
fn a_backup_has_the_same_events_at_the_same_positions() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    for index in 0..1_500 {
        let events = [event(&format!("{index}"))];
        let to = [Append {
            stream: stream(&format!("s{}", index % 7)),
            expected: Expected::Any,
            events: events.to_vec(),
        }];
        store.submit(&to, None).unwrap();
    }
    store.confirm(Position(1_500)).unwrap();
    let target = folder.path().join("copy");
    assert_eq!(store.backup(&target).unwrap(), Position(1_500));
    assert!(store.backup(&target).is_err(), "a backup overwrote another");
    let copy = open(&target);
    assert!(copy.verify().unwrap().is_sound());
    let all = |store: &omegi_eventstore::EventStore| store.read_all(Position(0), 9_999).unwrap();
    assert_eq!(all(&copy), all(&store));
}

#[test]
fn a_snapshot_of_another_schema_is_not_given() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store
        .append(&stream("a"), Expected::Any, &[event("1")])
        .unwrap();
    let name = stream("workspace");
    let snapshot = |position, text: &str| Snapshot {
        position: Position(position),
        schema: 3,
        state: text.as_bytes().to_vec(),
    };
    store.put_snapshot(&name, &snapshot(1, "one")).unwrap();
    assert_eq!(store.snapshot(&name, 3).unwrap(), Some(snapshot(1, "one")));
    assert_eq!(store.snapshot(&name, 4).unwrap(), None);
    store
        .put_snapshot(&name, &snapshot(2, "ahead of the store"))
        .unwrap();
    assert_eq!(store.snapshot(&name, 3).unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_yields_each_event_once_old_and_new() {
    const EVENTS: u64 = 200;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store
        .append(&stream("a"), Expected::Any, &[event("old")])
        .unwrap();
    let mut subscription = store.subscribe(Position(0));
    let writer = std::thread::spawn(move || {
        for _ in 1..EVENTS {
            store
                .append(&stream("a"), Expected::Any, &[event("new")])
                .unwrap();
        }
    });
    let mut seen = Vec::new();
    while seen.len() < EVENTS as usize {
        let next = tokio::time::timeout(Duration::from_secs(60), subscription.next(16));
        let events = next.await.unwrap().unwrap();
        assert!((1..=16).contains(&events.len()));
        seen.extend(events.into_iter().map(|event| event.position.0));
    }
    assert_eq!(seen, (1..=EVENTS).collect::<Vec<_>>());
    writer.join().unwrap();
}

#[test]
fn writers_at_once_get_dense_positions_and_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let threads: Vec<_> = (0..8)
        .map(|writer| {
            let store = store.clone();
            std::thread::spawn(move || {
                let name = stream(&format!("s{writer}"));
                for version in 0..25 {
                    let expected = Expected::Version(Version(version));
                    store.append(&name, expected, &[event("x")]).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let report = store.verify().unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(
        (report.events, report.streams, report.head),
        (200, 8, Position(200))
    );
}
