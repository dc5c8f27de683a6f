//! Any sequence of calls and restarts, against a list in memory.

use omegi_eventstore::{Append, Expected, Position, Snapshot, StoredEvent, Version};
use proptest::prelude::*;

use crate::{event, open, stream};

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<(u8, Guess, u8)>),
    Reopen,
    Snapshot(u8),
}

#[derive(Debug, Clone, Copy)]
enum Guess {
    Any,
    New,
    Right,
    Wrong,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let guess = prop_oneof![
        4 => Just(Guess::Any),
        1 => Just(Guess::New),
        4 => Just(Guess::Right),
        1 => Just(Guess::Wrong),
    ];
    let appends = prop::collection::vec((0..4_u8, guess, 0..4_u8), 1..4);
    let step = prop_oneof![
        12 => appends.prop_map(Step::Append),
        1 => Just(Step::Reopen),
        2 => any::<u8>().prop_map(Step::Snapshot),
    ];
    prop::collection::vec(step, 1..40)
}

/// What the store should hold.
#[derive(Default)]
struct Model {
    events: Vec<StoredEvent>,
    snapshot: Option<Snapshot>,
}

impl Model {
    fn version(&self, name: &str) -> u64 {
        let of = |event: &&StoredEvent| event.stream.as_str() == name;
        self.events.iter().filter(of).count() as u64
    }

    /// The appends as a caller would make them, and whether they must be refused.
    fn plan(&mut self, wanted: &[(u8, Guess, u8)]) -> (Vec<Append>, bool) {
        let (mut appends, mut refused, before) = (Vec::new(), false, self.events.len());
        for (name, guess, count) in wanted {
            let name = format!("s{name}");
            let actual = self.version(&name);
            let expected = match guess {
                Guess::Any => Expected::Any,
                Guess::New => Expected::New,
                Guess::Right => Expected::Version(Version(actual)),
                Guess::Wrong => Expected::Version(Version(actual + 1)),
            };
            refused |= !expected.admits(Version(actual));
            let events: Vec<_> = (0..*count)
                .map(|index| event(&format!("{name}/{index}")))
                .collect();
            for (index, event) in (1..).zip(&events) {
                self.events.push(StoredEvent {
                    position: Position(self.events.len() as u64 + 1),
                    stream: stream(&name),
                    version: Version(actual + index),
                    kind: event.kind.clone(),
                    schema: event.schema,
                    actor: event.actor.clone(),
                    at: event.at,
                    payload: event.payload.clone(),
                });
            }
            appends.push(Append {
                stream: stream(&name),
                expected,
                events,
            });
        }
        if refused {
            self.events.truncate(before);
        }
        (appends, refused)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_store_holds_what_a_list_would(steps in steps()) {
        let folder = tempfile::tempdir()?;
        let mut store = open(folder.path());
        let mut model = Model::default();
        let view = stream("view");
        for step in steps {
            match step {
                Step::Append(wanted) => {
                    let (appends, refused) = model.plan(&wanted);
                    prop_assert_eq!(store.append_many(&appends).is_err(), refused);
                }
                Step::Reopen => {
                    drop(store);
                    store = open(folder.path());
                }
                Step::Snapshot(byte) => {
                    let snapshot = Snapshot { position: store.head(), schema: 1, state: vec![byte; 9] };
                    store.put_snapshot(&view, &snapshot)?;
                    model.snapshot = Some(snapshot);
                }
            }
            prop_assert_eq!(store.head().0, model.events.len() as u64);
        }
        prop_assert_eq!(store.read_all(Position(0), usize::MAX)?, model.events.clone());
        for name in 0..4 {
            let name = stream(&format!("s{name}"));
            let of: Vec<_> = model.events.iter().filter(|event| event.stream == name).cloned().collect();
            prop_assert_eq!(store.read(&name, Version(1))?, of);
        }
        prop_assert_eq!(store.snapshot(&view, 1)?, model.snapshot);
        prop_assert!(store.verify()?.is_sound());
    }
}
