//! Who may send telemetry: the receiver's questions, answered from the workspace.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use omegi_api::Commands;
use omegi_model::id::ProjectId;
use omegi_model::time::UnixNanos;
use omegi_model::workspace::Actor;
use omegi_model::workspace::project::ProjectSettings;
use omegi_model::workspace::service::ServiceCommand;
use omegi_projection::workspace::{Refusal, WorkspaceView};
use omegi_receiver::{AuthError, Authenticate, Grant, RateLimits, ServiceRegistry};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Names waiting to be registered; more come again with the sender's next request.
const WAITING_MAX: usize = 1_024;

/// Answers from the workspace view.
pub struct Gate {
    view: WorkspaceView,
    /// Slug of the project that loopback reaches without a token.
    anonymous: Option<String>,
    newcomers: mpsc::Sender<(ProjectId, String)>,
}

impl Gate {
    /// The gate, and the task that registers new services until stopped.
    #[must_use]
    pub fn new(view: WorkspaceView, anonymous: Option<String>) -> (Arc<Self>, Registrar) {
        let (newcomers, arrivals) = mpsc::channel(WAITING_MAX);
        let registrar = Registrar {
            view: view.clone(),
            arrivals,
        };
        (
            Arc::new(Self {
                view,
                anonymous,
                newcomers,
            }),
            registrar,
        )
    }
}

impl Authenticate for Gate {
    fn grant(&self, token: &str) -> Result<Grant, AuthError> {
        let granted = self
            .view
            .ingest_grant(token, now())
            .map_err(|refusal| match refusal {
                Refusal::Unknown => AuthError::Unknown,
                Refusal::OtherKind => AuthError::Forbidden,
            })?;
        Ok(grant(
            granted.project,
            granted.service.clone(),
            &granted.settings,
        ))
    }

    fn anonymous(&self, peer: IpAddr) -> Option<Grant> {
        let slug = self.anonymous.as_deref().filter(|_| peer.is_loopback())?;
        self.view.read(|workspace| {
            let project = workspace.project_by_slug(slug)?;
            Some(grant(project.id, None, &project.settings))
        })
    }
}

fn grant(project: ProjectId, service: Option<String>, settings: &ProjectSettings) -> Grant {
    Grant {
        project,
        bound_service: service,
        auto_register_services: settings.auto_register_services,
        limits: RateLimits {
            records_per_second: settings.spans_per_second_max,
            bytes_per_second: settings.bytes_per_second_max,
            bytes_per_day: settings.bytes_per_day_max,
        },
    }
}

impl ServiceRegistry for Gate {
    fn is_known(&self, project: ProjectId, service: &str) -> bool {
        self.view.read(|workspace| {
            let project = workspace.projects.get(&project);
            project.is_some_and(|project| project.services.contains_key(service))
        })
    }

    fn register(&self, project: ProjectId, service: &str) {
        // Full: the service is registered by its next request.
        let _ = self.newcomers.try_send((project, service.to_owned()));
    }
}

/// Registers services that appeared in telemetry.
pub struct Registrar {
    view: WorkspaceView,
    arrivals: mpsc::Receiver<(ProjectId, String)>,
}

impl Registrar {
    /// Runs until stopped.
    pub async fn run(mut self, commands: Commands, stop: CancellationToken) {
        // Names the workspace refuses (too many, too long) would be tried for every request.
        let mut refused: HashSet<(ProjectId, String)> = HashSet::new();
        loop {
            let (project, name) = tokio::select! {
                () = stop.cancelled() => return,
                arrival = self.arrivals.recv() => match arrival {
                    Some(arrival) => arrival,
                    None => return,
                },
            };
            let known = self.view.read(|workspace| {
                let project = workspace.projects.get(&project);
                project.is_none_or(|project| project.services.contains_key(&name))
            });
            if known || refused.contains(&(project, name.clone())) {
                continue;
            }
            let command = ServiceCommand::RegisterService {
                project,
                name: name.clone(),
            };
            if let Err(error) = commands.execute(command, Actor::System).await {
                tracing::warn!(%error, "cannot register a service");
                if refused.len() < WAITING_MAX {
                    refused.insert((project, name));
                }
            }
        }
    }
}

fn now() -> UnixNanos {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixNanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
