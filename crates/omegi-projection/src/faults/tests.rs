//! What must hold of error events and issues, whatever order their revisions come in.

use omegi_log::{AppendTime, Offset, Record, RecordKind};
use omegi_model::error_event::{
    ErrorEvent, GroupingException, GroupingParts, Origin, Verdict, VerdictState,
};
use omegi_model::event::{Event, encode};
use omegi_model::id::{ErrorId, Fingerprint, ProjectId, TraceId};
use omegi_model::time::UnixNanos;
use omegi_model::value::Attributes;

use super::{ErrorFilter, Faults, FaultsProjection, Found, open};
use crate::projection::Projection as _;

fn project() -> ProjectId {
    ProjectId::new([1; 8]).unwrap()
}

fn event(number: u8, group: &str, minute: i64) -> ErrorEvent {
    let trace = TraceId::new([number.max(1); 16]);
    ErrorEvent {
        id: ErrorId::derive(project(), trace, &[number]),
        revision: 1,
        supersedes: Vec::new(),
        project: project(),
        trace_id: trace,
        environment: Some("production".into()),
        release: Some(format!("1.{minute}")),
        time: UnixNanos(minute * 60_000_000_000 + i64::from(number)),
        received_at: UnixNanos(minute * 60_000_000_000),
        verdict: Verdict {
            state: VerdictState::Complete,
            reason: None,
            missing_parents: Vec::new(),
            spans: 3,
            dropped: 0,
        },
        origin: Origin {
            service: "cart".into(),
            span_id: None,
            operation: Some("add".into()),
        },
        escaped: true,
        recovered: false,
        score: 1000,
        ambiguous: false,
        siblings: Vec::new(),
        exceptions: Vec::new(),
        path: Vec::new(),
        path_omitted: 0,
        services: Vec::new(),
        attributes: Attributes::new(),
        evidence: Vec::new(),
        grouping: GroupingParts {
            service: "cart".into(),
            exceptions: vec![GroupingException {
                kind: group.into(),
                ..Default::default()
            }],
            key: Some(Fingerprint::of("test", &[group.as_bytes()])),
            ..Default::default()
        },
        rules: "test/1".into(),
    }
}

fn detected(error: ErrorEvent) -> Event {
    Event::ErrorDetected {
        error: Box::new(error),
    }
}

fn revised(mut error: ErrorEvent, revision: u32, supersedes: Vec<ErrorId>) -> Event {
    error.revision = revision;
    error.supersedes = supersedes;
    Event::ErrorRevised {
        error: Box::new(error),
        changed: Vec::new(),
    }
}

/// The read model over a workspace in which nobody did anything yet.
fn opened(folder: &std::path::Path) -> (FaultsProjection, Faults) {
    let store = omegi_eventstore::EventStore::open(&folder.join("events")).unwrap();
    let (view, _follower) = crate::workspace::open(&store).unwrap();
    open(folder, view).unwrap()
}

struct Model {
    projection: FaultsProjection,
    faults: Faults,
    next: u64,
    _dir: tempfile::TempDir,
}

impl Model {
    fn of(events: &[Event]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (projection, faults) = opened(dir.path());
        let mut model = Self {
            projection,
            faults,
            next: 0,
            _dir: dir,
        };
        events.iter().for_each(|event| model.take(event));
        model
    }

    fn take(&mut self, event: &Event) {
        let record = Record {
            offset: Offset(self.next),
            append_time: AppendTime(0),
            kind: RecordKind::Data,
            body: encode(event).into(),
            decoded: None,
        };
        self.next += 1;
        self.projection.apply(&record).unwrap();
        self.projection.publish().unwrap();
    }

    fn issues(&self) -> Vec<(String, u64, i64, i64)> {
        let mut rows: Vec<_> = self
            .faults
            .issues(|_| true)
            .iter()
            .map(|issue| &issue.row)
            .map(|row| {
                (
                    row.face.title.clone(),
                    row.count,
                    row.first_seen.0,
                    row.last_seen.0,
                )
            })
            .collect();
        rows.sort();
        rows
    }

    fn listed(&self) -> Vec<ErrorId> {
        let all = ErrorFilter::Project(project(), UnixNanos(i64::MIN), UnixNanos(i64::MAX));
        let page = self.faults.errors(&all, |_| true, None, 1_000).unwrap();
        page.items.iter().map(|stored| stored.event.id).collect()
    }
}

#[test]
fn edge_82_the_order_of_arrival_changes_no_count() {
    let events: Vec<Event> = (0..6)
        .map(|n| detected(event(n, ["a", "b"][n as usize % 2], i64::from(n))))
        .collect();
    let forward = Model::of(&events);
    let backward = Model::of(&events.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(forward.issues(), backward.issues());
    assert_eq!(forward.listed(), backward.listed());
    assert_eq!(forward.issues()[0].1, 3);
}

#[test]
fn a_revision_counts_nothing_twice_and_an_old_one_changes_nothing() {
    let error = event(1, "a", 0);
    let mut model = Model::of(&[detected(error.clone()), revised(error.clone(), 3, vec![])]);
    model.take(&revised(error.clone(), 2, vec![]));
    model.take(&detected(error));
    assert_eq!(model.issues(), [("a".to_owned(), 1, 1, 1)]);
}

#[test]
fn a_revision_that_moves_group_moves_the_count() {
    let (mut error, other) = (event(1, "a", 0), event(2, "a", 1));
    let mut model = Model::of(&[detected(error.clone()), detected(other)]);
    error.grouping = event(1, "b", 0).grouping;
    model.take(&revised(error, 2, vec![]));
    let minute = 60_000_000_000;
    assert_eq!(
        model.issues(),
        [
            ("a".to_owned(), 1, minute + 2, minute + 2),
            ("b".to_owned(), 1, 1, 1)
        ]
    );
}

#[test]
fn edge_52_an_old_id_leads_to_the_new_one_and_an_empty_issue_is_gone() {
    let (old, new) = (event(1, "a", 0), event(2, "b", 0));
    let model = Model::of(&[detected(old.clone()), revised(new.clone(), 2, vec![old.id])]);
    assert_eq!(model.issues().len(), 1);
    assert_eq!(model.issues()[0].0, "b");
    let Found::Event(found) = model.faults.error(old.id).unwrap() else {
        panic!("lost")
    };
    assert_eq!(found.event.id, new.id);
}

#[test]
fn a_withdrawn_event_is_counted_no_longer() {
    let error = event(1, "a", 0);
    let withdrawn = Event::ErrorWithdrawn {
        project: project(),
        id: error.id,
        revision: 2,
        into: None,
        at: UnixNanos(0),
    };
    let model = Model::of(&[detected(error.clone()), withdrawn]);
    assert!(model.issues().is_empty());
    assert!(matches!(
        model.faults.error(error.id).unwrap(),
        Found::Nothing
    ));
}

#[test]
fn a_storm_is_counted_exactly_and_kept_in_part() {
    let storm: Vec<Event> = (0..500_u32)
        .map(|n| {
            let mut error = event(1, "a", 0);
            error.id = ErrorId::derive(project(), None, &n.to_be_bytes());
            detected(error)
        })
        .collect();
    let model = Model::of(&storm);
    assert_eq!(model.issues()[0].1, 500);
    let kept = model.listed().len();
    assert!((100..200).contains(&kept), "kept {kept}");
}

#[test]
fn pages_follow_each_other_without_gap_or_repeat() {
    let events: Vec<Event> = (1..=9)
        .map(|n| detected(event(n, "a", i64::from(n))))
        .collect();
    let model = Model::of(&events);
    let all = ErrorFilter::Project(project(), UnixNanos(i64::MIN), UnixNanos(i64::MAX));
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = model.faults.errors(&all, |_| true, cursor, 4).unwrap();
        seen.extend(page.items.iter().map(|stored| stored.event.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, model.listed());
}

#[test]
fn a_restart_reads_on_from_what_was_committed() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut projection, _faults) = opened(dir.path());
        let record = Record {
            offset: Offset(0),
            append_time: AppendTime(0),
            kind: RecordKind::Data,
            body: encode(&detected(event(1, "a", 0))).into(),
            decoded: None,
        };
        projection.apply(&record).unwrap();
        projection.commit().unwrap();
    }
    let (projection, faults) = opened(dir.path());
    assert_eq!(projection.position(), Offset(1));
    assert_eq!(faults.issues(|_| true)[0].row.count, 1);
}

#[test]
fn a_rebuild_gives_the_same_as_the_first_reading() {
    let events: Vec<Event> = (1..=5)
        .map(|n| detected(event(n, "a", i64::from(n))))
        .collect();
    let mut model = Model::of(&events);
    let before = (model.issues(), model.listed());
    model.projection.reset().unwrap();
    assert!(model.issues().is_empty());
    model.next = 0;
    events.iter().for_each(|event| model.take(event));
    assert_eq!((model.issues(), model.listed()), before);
}
