//! Projects: their names, members and settings.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::service::{NewService, Service, ServiceEvent};
use super::{Action, Actor, Context, Rejection, Role, Workspace, WorkspaceEvent, check, one};
use crate::id::{ProjectId, UserId};
use crate::time::UnixNanos;

const PREFIXES_MAX: usize = 100;
const PREFIX_BYTES_MAX: usize = 200;
const SILENCE_DAYS_MAX: u32 = 3_650;

/// A tenant: its services, its people, its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// For ever.
    pub id: ProjectId,
    /// In addresses; never changes.
    pub slug: String,
    /// As shown.
    pub name: String,
    /// Since when.
    pub created_at: UnixNanos,
    /// Services by name.
    pub services: BTreeMap<String, Service>,
    /// People who may see it, besides owners of the installation.
    pub members: BTreeMap<UserId, Role>,
    /// How its telemetry is treated.
    pub settings: ProjectSettings,
}

/// How the telemetry of a project is treated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectSettings {
    /// A service unknown to the project is registered when it first sends.
    pub auto_register_services: bool,
    /// An issue that was silent for so many days is resolved; none: never.
    pub auto_resolve_after_days: Option<u32>,
    /// Frames of modules that begin so are the project's own.
    pub in_app_prefixes: BTreeSet<String>,
    /// Most spans a second; none: no limit.
    pub spans_per_second_max: Option<u64>,
    /// Most bytes a second; none: no limit.
    pub bytes_per_second_max: Option<u64>,
    /// Most bytes a day; none: no limit.
    pub bytes_per_day_max: Option<u64>,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self {
            auto_register_services: true,
            auto_resolve_after_days: None,
            in_app_prefixes: BTreeSet::new(),
            spans_per_second_max: None,
            bytes_per_second_max: None,
            bytes_per_day_max: None,
        }
    }
}

/// One setting and its new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingChange {
    /// [`ProjectSettings::auto_register_services`].
    AutoRegisterServices(bool),
    /// [`ProjectSettings::auto_resolve_after_days`], at least 1.
    AutoResolveAfterDays(Option<u32>),
    /// [`ProjectSettings::in_app_prefixes`].
    InAppPrefixes(BTreeSet<String>),
    /// [`ProjectSettings::spans_per_second_max`], at least 1.
    SpansPerSecondMax(Option<u64>),
    /// [`ProjectSettings::bytes_per_second_max`], at least 1.
    BytesPerSecondMax(Option<u64>),
    /// [`ProjectSettings::bytes_per_day_max`], at least 1.
    BytesPerDayMax(Option<u64>),
}

/// What can be wanted of projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectCommand {
    /// Make a project with its services in one step.
    CreateProject {
        /// Fresh.
        project: ProjectId,
        /// Free among living projects.
        slug: String,
        /// As shown.
        name: String,
        /// To begin with.
        services: Vec<NewService>,
    },
    /// Change the name; the slug stays.
    RenameProject {
        /// Which.
        project: ProjectId,
        /// As shown.
        name: String,
    },
    /// Change settings; what is not named stays.
    ChangeSettings {
        /// Whose.
        project: ProjectId,
        /// In order.
        changes: Vec<SettingChange>,
    },
    /// Admit somebody, or change the role.
    SetMember {
        /// To which.
        project: ProjectId,
        /// Whom.
        user: UserId,
        /// As what.
        role: Role,
    },
    /// Shut somebody out; anybody may leave.
    RemoveMember {
        /// Of which.
        project: ProjectId,
        /// Whom.
        user: UserId,
    },
    /// Delete the project with all its data.
    DeleteProject {
        /// Which.
        project: ProjectId,
        /// Its slug, typed.
        confirm: String,
    },
}

/// What happened to projects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ProjectEvent {
    /// A project was made.
    ProjectCreated {
        /// Which.
        project: ProjectId,
        /// For ever.
        slug: String,
        /// As shown.
        name: String,
    },
    /// It has another name.
    ProjectRenamed {
        /// Which.
        project: ProjectId,
        /// As shown.
        name: String,
    },
    /// It has other settings; all of them are named.
    ProjectSettingsChanged {
        /// Whose.
        project: ProjectId,
        /// Now.
        settings: ProjectSettings,
    },
    /// Somebody may see it, or has another role there.
    MembershipGranted {
        /// Which.
        project: ProjectId,
        /// Who.
        user: UserId,
        /// As what.
        role: Role,
    },
    /// Somebody may not see it any more.
    MembershipRevoked {
        /// Which.
        project: ProjectId,
        /// Who.
        user: UserId,
    },
    /// It is gone with all its data; its slug is free.
    ProjectDeleted {
        /// Which.
        project: ProjectId,
        /// Its slug.
        slug: String,
    },
}

impl ProjectEvent {
    /// Which project changed.
    #[must_use]
    pub fn project(&self) -> ProjectId {
        match self {
            Self::ProjectCreated { project, .. }
            | Self::ProjectRenamed { project, .. }
            | Self::ProjectSettingsChanged { project, .. }
            | Self::MembershipGranted { project, .. }
            | Self::MembershipRevoked { project, .. }
            | Self::ProjectDeleted { project, .. } => *project,
        }
    }
}

pub(super) fn decide(
    workspace: &Workspace,
    command: &ProjectCommand,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let actor = context.actor;
    match command {
        ProjectCommand::CreateProject {
            project,
            slug,
            name,
            services,
        } => {
            workspace.admit_to_installation(actor, Role::Member)?;
            create(workspace, *project, (slug, name), services, actor)
        }
        ProjectCommand::RenameProject { project, name } => {
            let found = workspace.admit(actor, *project, Action::ManageSettings)?;
            let name = check::name(name)?;
            if found.name == name {
                return Ok(Vec::new());
            }
            Ok(one(ProjectEvent::ProjectRenamed {
                project: *project,
                name,
            }))
        }
        ProjectCommand::ChangeSettings { project, changes } => {
            let found = workspace.admit(actor, *project, Action::ManageSettings)?;
            change_settings(found, changes)
        }
        ProjectCommand::SetMember {
            project,
            user,
            role,
        } => {
            let found = workspace.admit(actor, *project, Action::ManageMembers)?;
            if !workspace.users.contains_key(user) {
                return Err(Rejection::NotFound("user"));
            }
            if found.members.get(user) == Some(role) {
                return Ok(Vec::new());
            }
            let (project, user, role) = (*project, *user, *role);
            Ok(one(ProjectEvent::MembershipGranted {
                project,
                user,
                role,
            }))
        }
        ProjectCommand::RemoveMember { project, user } => {
            let leaves = actor == Actor::User(*user);
            let action = if leaves {
                Action::Read
            } else {
                Action::ManageMembers
            };
            let found = workspace.admit(actor, *project, action)?;
            if !found.members.contains_key(user) {
                return Ok(Vec::new());
            }
            let (project, user) = (*project, *user);
            Ok(one(ProjectEvent::MembershipRevoked { project, user }))
        }
        ProjectCommand::DeleteProject { project, confirm } => {
            let found = workspace.admit(actor, *project, Action::Delete)?;
            if *confirm != found.slug {
                let detail = "to delete a project, give its slug";
                return Err(Rejection::invalid("confirmation_differs", detail));
            }
            let slug = found.slug.clone();
            Ok(one(ProjectEvent::ProjectDeleted {
                project: *project,
                slug,
            }))
        }
    }
}

fn create(
    workspace: &Workspace,
    project: ProjectId,
    (slug, name): (&str, &str),
    services: &[NewService],
    actor: Actor,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let slug = check::slug(slug)?;
    if workspace.project_by_slug(&slug).is_some() {
        let detail = format!("a project with the slug {slug:?} exists");
        return Err(Rejection::conflict("slug_taken", detail));
    }
    if workspace.projects.contains_key(&project) || workspace.deleted_projects.contains(&project) {
        return Err(Rejection::conflict(
            "id_taken",
            "a project with this id exists",
        ));
    }
    let name = check::name(name)?;
    let mut events = one(ProjectEvent::ProjectCreated {
        project,
        slug,
        name,
    });
    if let Some(user) = maker(workspace, actor) {
        let role = Role::Owner;
        events.push(
            ProjectEvent::MembershipGranted {
                project,
                user,
                role,
            }
            .into(),
        );
    }
    let mut names = BTreeSet::new();
    for service in services {
        let service = service.checked()?;
        if names.insert(service.name.clone()) {
            let NewService { name, service_type } = service;
            events.push(
                ServiceEvent::ServiceAdded {
                    project,
                    name,
                    service_type,
                }
                .into(),
            );
        }
    }
    Ok(events)
}

/// The person who makes a project, and is its owner from then on.
fn maker(workspace: &Workspace, actor: Actor) -> Option<UserId> {
    match actor {
        Actor::User(user) => Some(user),
        Actor::Token(token) => workspace.api_tokens.get(&token)?.user,
        Actor::System | Actor::Operator => None,
    }
}

fn change_settings(
    project: &Project,
    changes: &[SettingChange],
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let mut settings = project.settings.clone();
    for change in changes {
        apply(&mut settings, change)?;
    }
    if settings == project.settings {
        return Ok(Vec::new());
    }
    let project = project.id;
    Ok(one(ProjectEvent::ProjectSettingsChanged {
        project,
        settings,
    }))
}

fn apply(settings: &mut ProjectSettings, change: &SettingChange) -> Result<(), Rejection> {
    let invalid = |detail: String| Err(Rejection::invalid("setting_invalid", detail));
    match change {
        SettingChange::AutoRegisterServices(value) => settings.auto_register_services = *value,
        SettingChange::AutoResolveAfterDays(Some(days))
            if !(1..=SILENCE_DAYS_MAX).contains(days) =>
        {
            return invalid(format!(
                "auto_resolve_after_days is 1 to {SILENCE_DAYS_MAX}"
            ));
        }
        SettingChange::AutoResolveAfterDays(value) => settings.auto_resolve_after_days = *value,
        SettingChange::InAppPrefixes(prefixes) => {
            let odd = |prefix: &String| prefix.is_empty() || prefix.len() > PREFIX_BYTES_MAX;
            if prefixes.len() > PREFIXES_MAX || prefixes.iter().any(odd) {
                return invalid(format!(
                    "in_app_prefixes are at most {PREFIXES_MAX} of 1 to {PREFIX_BYTES_MAX} bytes"
                ));
            }
            settings.in_app_prefixes.clone_from(prefixes);
        }
        SettingChange::SpansPerSecondMax(Some(0))
        | SettingChange::BytesPerSecondMax(Some(0))
        | SettingChange::BytesPerDayMax(Some(0)) => {
            return invalid("a rate is at least 1; revoke the tokens to stop a project".to_owned());
        }
        SettingChange::SpansPerSecondMax(value) => settings.spans_per_second_max = *value,
        SettingChange::BytesPerSecondMax(value) => settings.bytes_per_second_max = *value,
        SettingChange::BytesPerDayMax(value) => settings.bytes_per_day_max = *value,
    }
    Ok(())
}

pub(super) fn evolve(workspace: &mut Workspace, event: &ProjectEvent, at: UnixNanos) {
    match event {
        ProjectEvent::ProjectCreated {
            project,
            slug,
            name,
        } => {
            workspace
                .projects
                .entry(*project)
                .or_insert_with(|| Project {
                    id: *project,
                    slug: slug.clone(),
                    name: name.clone(),
                    created_at: at,
                    services: BTreeMap::new(),
                    members: BTreeMap::new(),
                    settings: ProjectSettings::default(),
                });
            return;
        }
        ProjectEvent::ProjectDeleted { project, .. } => return forget(workspace, *project),
        _ => {}
    }
    let Some(found) = workspace.projects.get_mut(&event.project()) else {
        return;
    };
    match event {
        ProjectEvent::ProjectRenamed { name, .. } => found.name.clone_from(name),
        ProjectEvent::ProjectSettingsChanged { settings, .. } => {
            found.settings.clone_from(settings);
        }
        ProjectEvent::MembershipGranted { user, role, .. } => {
            found.members.insert(*user, *role);
        }
        ProjectEvent::MembershipRevoked { user, .. } => {
            found.members.remove(user);
        }
        ProjectEvent::ProjectCreated { .. } | ProjectEvent::ProjectDeleted { .. } => {}
    }
}

/// Nothing of a deleted project opens anything or is shown any more.
fn forget(workspace: &mut Workspace, project: ProjectId) {
    workspace.projects.remove(&project);
    workspace.deleted_projects.insert(project);
    workspace
        .ingest_tokens
        .retain(|_, token| token.project != project);
    // A token of this project alone is left without any: it must not turn into one of all.
    for token in workspace.api_tokens.values_mut() {
        if let Some(projects) = &mut token.projects {
            projects.remove(&project);
        }
    }
    for invitation in workspace.invitations.values_mut() {
        invitation.projects.remove(&project);
    }
    workspace.triage.forget(project);
    super::note::forget_project(workspace, project);
}
