//! The provisioning file: creates what is missing, sets what it names, deletes nothing.
//!
//! Reads the file as parsed and a workspace, writes commands to be decided in order. Applied again
//! to the workspace it led to, it gives no command.

mod file;

use std::collections::{BTreeMap, BTreeSet};

use super::project::ProjectCommand;
use super::secret::PasswordHash;
use super::service::{NewService, ServiceCommand};
use super::token::{TokenCommand, TokenSecret};
use super::user::UserCommand;
use super::{Command, Workspace};
use crate::id::{ProjectId, TokenId, UserId};

pub use file::{
    PASSWORD_CHARS_MIN, ProvisionErrors, ProvisionFile, RawApiToken, RawIngestToken, RawMember,
    RawProject, RawProvisionFile, RawService, RawUser,
};

use file::{ProvisionedApiToken, ProvisionedProject, ProvisionedToken, ProvisionedUser};

/// What provisioning needs and the model has not: chance and slow hashes.
pub trait Outside {
    /// Eight fresh random bytes, not all zero.
    fn fresh_id(&mut self) -> [u8; 8];
    /// A slow hash of a password.
    fn hash_password(&mut self, password: &str) -> PasswordHash;
    /// True when the hash was made of the password.
    fn password_matches(&mut self, password: &str, hash: &PasswordHash) -> bool;
}

/// The commands, for [`super::Actor::Operator`], that make `workspace` what `file` says.
///
/// # Errors
/// [`ProvisionErrors`]: it names a project or a member that neither it nor the workspace has.
pub fn provision(
    workspace: &Workspace,
    file: &ProvisionFile,
    outside: &mut impl Outside,
) -> Result<Vec<Command>, ProvisionErrors> {
    let mut plan = Plan {
        workspace,
        outside,
        commands: Vec::new(),
        users: BTreeMap::new(),
        projects: BTreeMap::new(),
        errors: Vec::new(),
    };
    for user in &file.users {
        plan.user(user);
    }
    for project in &file.projects {
        plan.project(project);
    }
    for token in &file.api_tokens {
        plan.api_token(token);
    }
    match plan.errors.is_empty() {
        true => Ok(plan.commands),
        false => Err(ProvisionErrors(plan.errors)),
    }
}

struct Plan<'a, O> {
    workspace: &'a Workspace,
    outside: &'a mut O,
    commands: Vec<Command>,
    /// What the plan itself makes, by e-mail address.
    users: BTreeMap<String, UserId>,
    /// And by slug.
    projects: BTreeMap<String, ProjectId>,
    errors: Vec<String>,
}

impl<O: Outside> Plan<'_, O> {
    fn add(&mut self, command: impl Into<Command>) {
        self.commands.push(command.into());
    }

    fn user(&mut self, wanted: &ProvisionedUser) {
        let Some(found) = self.workspace.user_by_email(&wanted.email) else {
            return self.new_user(wanted);
        };
        let user = found.id;
        if found.role != wanted.role {
            self.add(UserCommand::SetUserRole {
                user,
                role: wanted.role,
            });
        }
        let Some(password) = &wanted.password else {
            return;
        };
        let current = found.password.as_ref();
        if !current.is_some_and(|hash| self.outside.password_matches(password, hash)) {
            let password = self.outside.hash_password(password);
            self.add(UserCommand::SetPassword {
                user,
                password,
                keep: None,
            });
        }
    }

    fn new_user(&mut self, wanted: &ProvisionedUser) {
        let Some(user) = UserId::new(self.outside.fresh_id()) else {
            return;
        };
        let password = wanted.password.as_ref();
        let password = password.map(|password| self.outside.hash_password(password));
        self.users.insert(wanted.email.clone(), user);
        self.add(UserCommand::CreateUser {
            user,
            email: Some(wanted.email.clone()),
            name: wanted.name.clone(),
            role: wanted.role,
            password,
        });
    }

    fn project(&mut self, wanted: &ProvisionedProject) {
        let found = self.workspace.project_by_slug(&wanted.slug);
        let project = match found {
            Some(found) => found.id,
            None => {
                let Some(project) = ProjectId::new(self.outside.fresh_id()) else {
                    return;
                };
                self.projects.insert(wanted.slug.clone(), project);
                self.add(ProjectCommand::CreateProject {
                    project,
                    slug: wanted.slug.clone(),
                    name: wanted.name.clone().unwrap_or_else(|| wanted.slug.clone()),
                    services: Vec::new(),
                });
                project
            }
        };
        if let (Some(found), Some(name)) = (found, &wanted.name)
            && found.name != *name
        {
            self.add(ProjectCommand::RenameProject {
                project,
                name: name.clone(),
            });
        }
        for service in &wanted.services {
            let known = found.and_then(|found| found.services.get(&service.name));
            if known.is_none_or(|known| {
                service.service_type.is_some() && known.service_type != service.service_type
            }) {
                let service = NewService {
                    name: service.name.clone(),
                    service_type: service.service_type.clone(),
                };
                self.add(ServiceCommand::AddService { project, service });
            }
        }
        for token in &wanted.tokens {
            self.ingest_token(project, token);
        }
        for (email, role) in &wanted.members {
            let Some(user) = self.user_id(email) else {
                self.errors.push(format!(
                    "project {:?} names member {email:?}, whom nobody has",
                    wanted.slug
                ));
                continue;
            };
            if found.and_then(|found| found.members.get(&user)) != Some(role) {
                self.add(ProjectCommand::SetMember {
                    project,
                    user,
                    role: *role,
                });
            }
        }
    }

    fn ingest_token(&mut self, project: ProjectId, wanted: &ProvisionedToken) {
        let secret = TokenSecret::of(&wanted.secret);
        let mut tokens = self.workspace.ingest_tokens.values();
        if let Some(found) = tokens.find(|token| token.hash == secret.hash) {
            let same = found.project == project
                && found.name == wanted.name
                && found.service == wanted.service;
            if same {
                return;
            }
            // A token is its secret: under another name or service it is issued anew.
            self.add(TokenCommand::RevokeToken { token: found.id });
        }
        let Some(token) = TokenId::new(self.outside.fresh_id()) else {
            return;
        };
        self.add(TokenCommand::IssueIngestToken {
            token,
            project,
            name: wanted.name.clone(),
            secret,
            service: wanted.service.clone(),
        });
    }

    fn api_token(&mut self, wanted: &ProvisionedApiToken) {
        let Some(projects) = self.scope(wanted) else {
            return;
        };
        let secret = TokenSecret::of(&wanted.secret);
        let mut tokens = self.workspace.api_tokens.values();
        if let Some(found) = tokens.find(|token| token.hash == secret.hash) {
            if found.role != wanted.role || found.projects != projects {
                let token = found.id;
                self.add(TokenCommand::SetApiTokenScope {
                    token,
                    role: wanted.role,
                    projects,
                });
            }
            return;
        }
        let Some(token) = TokenId::new(self.outside.fresh_id()) else {
            return;
        };
        self.add(TokenCommand::IssueApiToken {
            token,
            user: None,
            name: wanted.name.clone(),
            secret,
            role: wanted.role,
            projects,
            expires_at: None,
        });
    }

    /// The projects that the token names, or none for all; none at all after an error.
    fn scope(&mut self, wanted: &ProvisionedApiToken) -> Option<Option<BTreeSet<ProjectId>>> {
        let Some(slugs) = &wanted.projects else {
            return Some(None);
        };
        let mut projects = BTreeSet::new();
        for slug in slugs {
            let known = self
                .workspace
                .project_by_slug(slug)
                .map(|project| project.id);
            match known.or_else(|| self.projects.get(slug).copied()) {
                Some(project) => {
                    projects.insert(project);
                }
                None => self.errors.push(format!(
                    "api token {:?} names project {slug:?}, which nobody has",
                    wanted.name
                )),
            }
        }
        (projects.len() == slugs.len()).then_some(Some(projects))
    }

    fn user_id(&self, email: &str) -> Option<UserId> {
        let known = self.workspace.user_by_email(email).map(|user| user.id);
        known.or_else(|| self.users.get(email).copied())
    }
}
