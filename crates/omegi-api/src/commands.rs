//! Carries commands out: decide on the newest state, append, confirm, wait until it can be read.
//!
//! One command is decided at a time, on a workspace that holds every event written so far; the
//! append is refused if another writer was faster. While one caller waits for the disk the next is
//! decided, so that one sync covers many. Invariant: what is answered is durable and in the view.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use omegi_eventstore::{Append, AppendError, EventStore, Expected, Position, ReadError};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::{
    Actor, Command, Context, Recorded, Rejection, Workspace, WorkspaceEvent, decide, evolve,
};
use omegi_projection::workspace::{UnreadableEvent, WorkspaceView, recorded, to_store};
use parking_lot::Mutex;

/// Other writers are rare: the operator's commands go through this server too.
const TRIES_MAX: u32 = 8;
const READ_EVENTS_MAX: usize = 1_024;

/// Where all commands go; clones share it.
#[derive(Clone)]
pub struct Commands {
    shared: Arc<Shared>,
}

struct Shared {
    store: EventStore,
    view: WorkspaceView,
    model: Mutex<WriteModel>,
}

/// The workspace with every event written so far, durable or about to be.
struct WriteModel {
    workspace: Workspace,
    position: Position,
    /// Time of the newest event: time does not step back, whatever the clock does.
    at: UnixNanos,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It must not be, as things are.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// Others changed the same all the time; try again.
    #[error("the workspace changes too fast")]
    Busy,
    /// It may or may not have been carried out; no more until restart.
    #[error("cannot write the event store")]
    Append(#[source] AppendError),
    /// The event store cannot be read.
    #[error("cannot read the event store")]
    Read(#[from] ReadError),
    /// Not this build's event.
    #[error(transparent)]
    Event(#[from] UnreadableEvent),
    /// The server is stopping.
    #[error("server is stopping")]
    Stopping,
}

impl Commands {
    /// Takes over writing to `store`; `view` follows the same store. Blocks on the disk.
    ///
    /// # Errors
    /// [`ReadError`]: the newest event cannot be read.
    pub fn new(store: EventStore, view: WorkspaceView) -> Result<Self, ReadError> {
        let before_newest = Position(store.head().0.saturating_sub(1));
        let newest = store.read_all(before_newest, 1)?;
        let (workspace, position) = view.copy();
        let model = WriteModel {
            workspace,
            position,
            at: UnixNanos(newest.first().map_or(0, |newest| newest.at)),
        };
        let shared = Shared {
            store,
            view,
            model: Mutex::new(model),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Carries out one command; returns the position from which on its effect can be read.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn execute(
        &self,
        command: impl Into<Command>,
        actor: Actor,
    ) -> Result<Position, CommandError> {
        self.execute_all(vec![command.into()], actor).await
    }

    /// Carries out all commands or none, each decided on what those before it lead to.
    ///
    /// # Errors
    /// [`CommandError`]: of the first that cannot be.
    pub async fn execute_all(
        &self,
        commands: Vec<Command>,
        actor: Actor,
    ) -> Result<Position, CommandError> {
        let shared = Arc::clone(&self.shared);
        let done = tokio::task::spawn_blocking(move || shared.execute(&commands, actor));
        let position = done.await.map_err(|_| CommandError::Stopping)??;
        self.shared.view.caught_up(position).await;
        Ok(position)
    }

    /// The view that this one waits for.
    #[must_use]
    pub fn view(&self) -> &WorkspaceView {
        &self.shared.view
    }
}

impl Shared {
    fn execute(&self, commands: &[Command], actor: Actor) -> Result<Position, CommandError> {
        for _ in 0..TRIES_MAX {
            match self.try_once(commands, actor) {
                Err(CommandError::Append(AppendError::Moved { actual })) => {
                    self.catch_up(actual)?
                }
                Err(error) => return Err(error),
                Ok(position) => return self.store.confirm(position).map_err(CommandError::Append),
            }
        }
        Err(CommandError::Busy)
    }

    /// Decides and submits. What is submitted is folded at once: the next decision rests on it.
    fn try_once(&self, commands: &[Command], actor: Actor) -> Result<Position, CommandError> {
        let mut model = self.model.lock();
        let now = now().max(model.at);
        let context = Context { actor, now };
        let record = |event| Recorded {
            event,
            by: actor,
            at: now,
        };
        let decided: Vec<Recorded> = match commands {
            [one] => decide(&model.workspace, one, &context)?
                .into_iter()
                .map(record)
                .collect(),
            many => decide_all(&model.workspace, many, &context)?
                .into_iter()
                .map(record)
                .collect(),
        };
        let appends: Vec<Append> = decided.iter().map(append).collect();
        let submitted = self.store.submit(&appends, Some(model.position));
        let position = submitted.map_err(CommandError::Append)?;
        for recorded in &decided {
            evolve(&mut model.workspace, recorded);
        }
        model.position = position;
        model.at = now;
        Ok(position)
    }

    /// Takes in what another writer wrote.
    fn catch_up(&self, actual: Position) -> Result<(), CommandError> {
        self.store.confirm(actual).map_err(CommandError::Append)?;
        let mut model = self.model.lock();
        while model.position < actual {
            let events = self.store.read_all(model.position, READ_EVENTS_MAX)?;
            for stored in &events {
                let recorded = recorded(stored)?;
                evolve(&mut model.workspace, &recorded);
                model.position = stored.position;
                model.at = model.at.max(recorded.at);
            }
        }
        Ok(())
    }
}

/// Several commands, on a copy: if the last is rejected the first has not happened.
fn decide_all(
    workspace: &Workspace,
    commands: &[Command],
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let mut scratch = workspace.clone();
    let mut events = Vec::new();
    for command in commands {
        for event in decide(&scratch, command, context)? {
            let recorded = Recorded {
                event,
                by: context.actor,
                at: context.now,
            };
            evolve(&mut scratch, &recorded);
            events.push(recorded.event);
        }
    }
    Ok(events)
}

fn append(recorded: &Recorded) -> Append {
    let (stream, event) = to_store(&recorded.event, recorded.by, recorded.at);
    Append {
        stream,
        expected: Expected::Any,
        events: vec![event],
    }
}

/// The time by the system's clock.
pub(crate) fn now() -> UnixNanos {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    UnixNanos::from_unsigned(u64::try_from(nanos).unwrap_or(u64::MAX))
}
