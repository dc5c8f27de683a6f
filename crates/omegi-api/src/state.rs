//! What every handler reaches: read models, commands, and the rules they share.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, header};
use omegi_eventstore::{EventStore, StoredEvent, StreamId, Version};
use omegi_model::id::{Fingerprint, IssueId, ProjectId, TokenId};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::{Actor, Command, Workspace};
use omegi_projection::faults::Faults;
use omegi_projection::live::Live;
use omegi_projection::runner::Replayer;
use omegi_projection::traces::Traces;
use omegi_projection::workspace::WorkspaceView;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::access::Caller;
use crate::accounts::Accounts;
use crate::commands::{CommandError, Commands};
use crate::health::SharedVitals;
use crate::problem::ApiError;

/// Live streams open at once.
const LIVE_STREAMS_MAX: usize = 256;

/// What the API is built from.
pub struct Parts {
    /// Error events, issues, service flow.
    pub faults: Faults,
    /// Traces by id.
    pub traces: Traces,
    /// People, projects, tokens.
    pub workspace: WorkspaceView,
    /// What people did, for histories.
    pub store: EventStore,
    /// Where commands go.
    pub commands: Commands,
    /// Signing in and out.
    pub accounts: Accounts,
    /// What changes.
    pub live: Live,
    /// What the program knows about itself.
    pub vitals: SharedVitals,
    /// Address that links, cookies and redirects use, without a slash at its end.
    pub public_url: String,
    /// With it the operator's own commands come in; it lies in the data directory.
    pub operator_key: String,
    /// Projections that can be rebuilt.
    pub replayers: Vec<Replayer>,
    /// Cancelled when the server stops: live streams close at once.
    pub stop: CancellationToken,
}

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub struct Api {
    parts: Arc<Parts>,
    live_streams: Arc<Semaphore>,
}

/// A project as handlers need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VisibleProject {
    pub(crate) id: ProjectId,
}

impl Api {
    /// The API over `parts`.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            live_streams: Arc::new(Semaphore::new(LIVE_STREAMS_MAX)),
        }
    }

    /// Now, by the wall clock.
    #[must_use]
    pub fn now(&self) -> UnixNanos {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UnixNanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
    }

    /// Address of this installation, without a slash at its end.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.parts.public_url
    }

    /// Lets `read` see the workspace as it stands.
    pub fn read<T>(&self, read: impl FnOnce(&Workspace) -> T) -> T {
        self.parts.workspace.read(read)
    }

    /// Carries out a command; its effect shows in every list when this returns.
    ///
    /// # Errors
    /// [`ApiError::Rejected`] when it must not be; else ours.
    pub async fn execute(&self, actor: Actor, command: impl Into<Command>) -> Result<(), ApiError> {
        let position = self.parts.commands.execute(command, actor).await?;
        self.parts.faults.heard(position).await;
        Ok(())
    }

    pub(crate) fn workspace(&self) -> &WorkspaceView {
        &self.parts.workspace
    }

    pub(crate) fn replayers(&self) -> &[Replayer] {
        &self.parts.replayers
    }

    /// Whether a bearer is the operator's key; hashed first, so that time tells nothing of it.
    pub(crate) fn is_operator_key(&self, token: &str) -> bool {
        let hash = |text: &str| Fingerprint::of("omegi-operator", &[text.as_bytes()]);
        hash(token) == hash(&self.parts.operator_key)
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.parts.faults
    }

    pub(crate) fn traces(&self) -> &Traces {
        &self.parts.traces
    }

    pub(crate) fn live(&self) -> &Live {
        &self.parts.live
    }

    pub(crate) fn vitals(&self) -> &SharedVitals {
        &self.parts.vitals
    }

    pub(crate) fn accounts(&self) -> &Accounts {
        &self.parts.accounts
    }

    /// Returns when the server stops.
    pub(crate) async fn stopping(&self) {
        self.parts.stop.cancelled().await;
    }

    /// A place among the open live streams.
    pub(crate) fn live_permit(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let permit = Arc::clone(&self.live_streams).try_acquire_owned();
        permit.map_err(|_| ApiError::Unavailable("too many live streams are open".into()))
    }

    /// The project with that slug, if the caller may see it.
    pub(crate) fn visible_project(
        &self,
        caller: &Caller,
        slug: &str,
    ) -> Result<VisibleProject, ApiError> {
        let found = self.read(|workspace| workspace.project_by_slug(slug).map(|found| found.id));
        let id = found
            .filter(|id| caller.may_see(*id))
            .ok_or(ApiError::NotFound("project"))?;
        Ok(VisibleProject { id })
    }

    /// The slug of a living project.
    pub(crate) fn slug(&self, project: ProjectId) -> Option<String> {
        self.read(|workspace| Some(workspace.projects.get(&project)?.slug.clone()))
    }

    /// The issue that `issue` is part of, or itself.
    pub(crate) fn canonical(&self, project: ProjectId, issue: IssueId) -> IssueId {
        self.read(|workspace| workspace.triage.canonical(project, issue))
    }

    /// The issue that people see a variant in; empty in the moment before it is placed.
    pub(crate) fn visible_issue(&self, variant: Fingerprint) -> String {
        self.faults()
            .issue_of(variant)
            .map(|issue| issue.to_string())
            .unwrap_or_default()
    }

    /// Notes attached to an issue.
    pub(crate) fn note_count(&self, _project: ProjectId, _issue: IssueId) -> u64 {
        0
    }

    /// When a token last let somebody in.
    pub(crate) fn last_used(&self, token: TokenId) -> Option<UnixNanos> {
        self.parts.workspace.last_used(token)
    }

    /// All events of a stream, oldest first.
    pub(crate) async fn stream(&self, name: String) -> Result<Vec<StoredEvent>, ApiError> {
        let store = self.parts.store.clone();
        let stream = StreamId::new(name).map_err(ApiError::internal)?;
        let read = move || store.read(&stream, Version(0));
        crate::errors::blocking(read)
            .await?
            .map_err(ApiError::internal)
    }

    /// Name of a person or token, while it exists.
    pub(crate) fn actor_name(&self, actor: &str) -> Option<String> {
        let actor: Actor = actor.parse().ok()?;
        self.read(|workspace| match actor {
            Actor::User(id) => workspace.users.get(&id).map(|user| user.name.clone()),
            Actor::Token(id) => workspace
                .api_tokens
                .get(&id)
                .map(|token| token.name.clone()),
            Actor::Operator | Actor::System => None,
        })
    }

    /// Whether a browser sends this from one of our own pages.
    pub(crate) fn is_own_origin(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let Some(origin) = text(header::ORIGIN) else {
            return false;
        };
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        origin == self.public_url() || (authority.is_some() && authority == text(header::HOST))
    }

    /// Whether a browser says that this comes from somebody else's page.
    pub(crate) fn is_foreign_origin(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(header::ORIGIN) && !self.is_own_origin(headers)
    }
}

impl From<CommandError> for ApiError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Rejected(rejection) => rejection.into(),
            CommandError::Busy => Self::Unavailable("the workspace changes too fast".into()),
            CommandError::Stopping => Self::Unavailable("the server is stopping".into()),
            error => Self::internal(error),
        }
    }
}
