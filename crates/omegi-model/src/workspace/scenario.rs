//! For tests: `given(events).when(command).then(events)`, with ids by number.

use super::{
    Actor, Command, Context, Recorded, Rejection, Workspace, WorkspaceEvent, decide, evolve,
};
use crate::id::{IssueId, ProjectId, SecretHash, TokenId, UserId};
use crate::time::UnixNanos;
use crate::workspace::Role;
use crate::workspace::project::ProjectEvent;
use crate::workspace::user::UserEvent;

/// The time at which commands are decided in tests.
pub(crate) const NOW: UnixNanos = UnixNanos(1_000_000_000_000_000_000);
pub(crate) const HOUR: i64 = 3_600_000_000_000;

/// A workspace with history.
pub(crate) struct Given(pub(crate) Workspace);

/// What a command led to.
pub(crate) struct When {
    workspace: Workspace,
    decided: Result<Vec<WorkspaceEvent>, Rejection>,
}

/// A workspace in which `events` happened.
pub(crate) fn given(events: impl IntoIterator<Item = WorkspaceEvent>) -> Given {
    Given(Workspace::default()).and(events)
}

/// A company: an owner (1), a member (2) and a viewer (3) of the installation, all members of
/// project 1 in these roles; a stranger (4) who is a member of project 2.
pub(crate) fn company() -> Given {
    let roles = [
        (1, Role::Owner),
        (2, Role::Member),
        (3, Role::Viewer),
        (4, Role::Member),
    ];
    let mut events: Vec<WorkspaceEvent> = Vec::new();
    for (number, role) in roles {
        events.push(user_created(number, role));
    }
    for (number, slug) in [(1, "shop"), (2, "bank")] {
        let name = slug.to_uppercase();
        let slug = slug.to_owned();
        events.push(
            ProjectEvent::ProjectCreated {
                project: project(number),
                slug,
                name,
            }
            .into(),
        );
    }
    for (number, role) in [(1, Role::Owner), (2, Role::Member), (3, Role::Viewer)] {
        events.push(member(1, number, role));
    }
    events.push(member(2, 4, Role::Owner));
    given(events)
}

pub(crate) fn user_created(number: u8, role: Role) -> WorkspaceEvent {
    let event = UserEvent::UserCreated {
        user: user(number),
        email: Some(format!("u{number}@example.com")),
        name: format!("User {number}"),
        role,
        password: None,
    };
    event.into()
}

pub(crate) fn member(in_project: u8, of_user: u8, role: Role) -> WorkspaceEvent {
    let (project, user) = (project(in_project), user(of_user));
    ProjectEvent::MembershipGranted {
        project,
        user,
        role,
    }
    .into()
}

impl Given {
    pub(crate) fn and(mut self, events: impl IntoIterator<Item = WorkspaceEvent>) -> Self {
        for event in events {
            let at = NOW.plus(-HOUR);
            evolve(
                &mut self.0,
                &Recorded {
                    event,
                    by: Actor::Operator,
                    at,
                },
            );
        }
        self
    }

    pub(crate) fn when(self, actor: Actor, command: impl Into<Command>) -> When {
        let decided = decide(&self.0, &command.into(), &Context { actor, now: NOW });
        When {
            workspace: self.0,
            decided,
        }
    }
}

impl When {
    /// Exactly these events, and the workspace after them.
    #[track_caller]
    pub(crate) fn then<E: Into<WorkspaceEvent>>(
        self,
        events: impl IntoIterator<Item = E>,
    ) -> Given {
        let events: Vec<WorkspaceEvent> = events.into_iter().map(Into::into).collect();
        assert_eq!(self.decided.as_ref(), Ok(&events));
        self.accepted()
    }

    /// Any events, and the workspace after them.
    #[track_caller]
    pub(crate) fn accepted(self) -> Given {
        let events = self.decided.expect("rejected");
        let mut workspace = self.workspace;
        for event in events {
            evolve(
                &mut workspace,
                &Recorded {
                    event,
                    by: Actor::Operator,
                    at: NOW,
                },
            );
        }
        Given(workspace)
    }

    #[track_caller]
    pub(crate) fn then_nothing(self) -> Given {
        self.then(Vec::<WorkspaceEvent>::new())
    }

    #[track_caller]
    pub(crate) fn rejected(self, code: &str) {
        match self.decided {
            Err(rejection) => assert_eq!(rejection.code(), code, "{rejection}"),
            Ok(events) => panic!("accepted: {events:?}"),
        }
    }
}

fn eight(number: u8) -> [u8; 8] {
    [0, 0, 0, 0, 0, 0, 0, number]
}

pub(crate) fn user(number: u8) -> UserId {
    UserId::new(eight(number)).unwrap()
}

pub(crate) fn project(number: u8) -> ProjectId {
    ProjectId::new(eight(number)).unwrap()
}

pub(crate) fn token(number: u8) -> TokenId {
    TokenId::new(eight(number)).unwrap()
}

pub(crate) fn secret(number: u8) -> SecretHash {
    SecretHash::new([number; 32]).unwrap()
}

pub(crate) fn issue(number: u8) -> IssueId {
    IssueId::new([number; 16]).unwrap()
}

/// The person with that number.
pub(crate) fn by(number: u8) -> Actor {
    Actor::User(user(number))
}
