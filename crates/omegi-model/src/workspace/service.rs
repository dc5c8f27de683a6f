//! Services of a project: known by the name that their telemetry bears.

use serde::{Deserialize, Serialize};

use super::{Action, Actor, Context, Rejection, Workspace, WorkspaceEvent, check, one};
use crate::id::ProjectId;
use crate::time::UnixNanos;

/// Services of a project; more than that is a name with something random in it.
pub const SERVICES_MAX: usize = 2_000;

/// One service of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// What it is made with, such as `spring`; decides its icon.
    #[serde(rename = "type")]
    pub service_type: Option<String>,
    /// Since when.
    pub added_at: UnixNanos,
    /// It appeared in telemetry by itself.
    pub registered: bool,
}

/// A service to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewService {
    /// Equals `service.name` of its telemetry.
    pub name: String,
    /// What it is made with.
    pub service_type: Option<String>,
}

impl NewService {
    pub(super) fn checked(&self) -> Result<Self, Rejection> {
        let kind = self.service_type.as_deref();
        Ok(Self {
            name: check::service(&self.name)?,
            service_type: kind.map(check::service_type).transpose()?,
        })
    }
}

/// What can be wanted of services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceCommand {
    /// Add one, or say what it is made with.
    AddService {
        /// To which project.
        project: ProjectId,
        /// What; without a type, that of a known service stays.
        service: NewService,
    },
    /// It sent telemetry and nobody had added it; by the system alone.
    RegisterService {
        /// In which project.
        project: ProjectId,
        /// As its telemetry says.
        name: String,
    },
    /// Take one off the list; if it sends again, it registers again.
    RemoveService {
        /// Of which project.
        project: ProjectId,
        /// Which.
        name: String,
    },
}

/// What happened to services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ServiceEvent {
    /// Somebody added it.
    ServiceAdded {
        /// To which project.
        project: ProjectId,
        /// Which.
        name: String,
        /// What it is made with.
        #[serde(rename = "type")]
        service_type: Option<String>,
    },
    /// It appeared in telemetry.
    ServiceRegistered {
        /// In which project.
        project: ProjectId,
        /// Which.
        name: String,
    },
    /// Somebody said what it is made with.
    ServiceTypeSet {
        /// Of which project.
        project: ProjectId,
        /// Which.
        name: String,
        /// What it is made with.
        #[serde(rename = "type")]
        service_type: String,
    },
    /// It is off the list.
    ServiceRemoved {
        /// Of which project.
        project: ProjectId,
        /// Which.
        name: String,
    },
}

impl ServiceEvent {
    /// Whose service changed.
    #[must_use]
    pub fn project(&self) -> ProjectId {
        match self {
            Self::ServiceAdded { project, .. }
            | Self::ServiceRegistered { project, .. }
            | Self::ServiceTypeSet { project, .. }
            | Self::ServiceRemoved { project, .. } => *project,
        }
    }
}

pub(super) fn decide(
    workspace: &Workspace,
    command: &ServiceCommand,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    match command {
        ServiceCommand::AddService { project, service } => {
            let found = workspace.admit(context.actor, *project, Action::ManageServices)?;
            let NewService { name, service_type } = service.checked()?;
            let project = *project;
            match (found.services.get(&name), service_type) {
                (None, service_type) => {
                    room(found.services.len())?;
                    Ok(one(ServiceEvent::ServiceAdded {
                        project,
                        name,
                        service_type,
                    }))
                }
                (Some(known), Some(kind)) if known.service_type.as_ref() != Some(&kind) => {
                    Ok(one(ServiceEvent::ServiceTypeSet {
                        project,
                        name,
                        service_type: kind,
                    }))
                }
                (Some(_), _) => Ok(Vec::new()),
            }
        }
        ServiceCommand::RegisterService { project, name } => {
            if context.actor != Actor::System {
                return Err(Rejection::NotFound("project"));
            }
            let found = workspace.admit(context.actor, *project, Action::ManageServices)?;
            let name = check::service(name)?;
            if found.services.contains_key(&name) {
                return Ok(Vec::new());
            }
            if !found.settings.auto_register_services {
                let detail = "the project does not register services by itself";
                return Err(Rejection::conflict("registration_off", detail));
            }
            room(found.services.len())?;
            Ok(one(ServiceEvent::ServiceRegistered {
                project: *project,
                name,
            }))
        }
        ServiceCommand::RemoveService { project, name } => {
            let found = workspace.admit(context.actor, *project, Action::ManageServices)?;
            if !found.services.contains_key(name) {
                return Ok(Vec::new());
            }
            let (project, name) = (*project, name.clone());
            Ok(one(ServiceEvent::ServiceRemoved { project, name }))
        }
    }
}

fn room(services: usize) -> Result<(), Rejection> {
    if services < SERVICES_MAX {
        return Ok(());
    }
    let detail = format!("a project has at most {SERVICES_MAX} services");
    Err(Rejection::conflict("services_full", detail))
}

pub(super) fn evolve(workspace: &mut Workspace, event: &ServiceEvent, at: UnixNanos) {
    let Some(project) = workspace.projects.get_mut(&event.project()) else {
        return;
    };
    match event {
        ServiceEvent::ServiceAdded {
            name, service_type, ..
        } => {
            project
                .services
                .entry(name.clone())
                .or_insert_with(|| Service {
                    service_type: service_type.clone(),
                    added_at: at,
                    registered: false,
                });
        }
        ServiceEvent::ServiceRegistered { name, .. } => {
            project.services.entry(name.clone()).or_insert(Service {
                service_type: None,
                added_at: at,
                registered: true,
            });
        }
        ServiceEvent::ServiceTypeSet {
            name, service_type, ..
        } => {
            if let Some(service) = project.services.get_mut(name) {
                service.service_type = Some(service_type.clone());
            }
        }
        ServiceEvent::ServiceRemoved { name, .. } => {
            project.services.remove(name);
        }
    }
}
