//! Projects: their services, members, settings and ingest tokens.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use omegi_model::id::{ProjectId, TokenId, UserId};
use omegi_model::workspace::project::{Project, ProjectCommand, ProjectSettings, SettingChange};
use omegi_model::workspace::secret::{Secret, SecretKind};
use omegi_model::workspace::service::{NewService, ServiceCommand};
use omegi_model::workspace::token::{IngestToken, TokenCommand, TokenSecret};
use omegi_model::workspace::{Action, Role, Workspace};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::accounts::{fresh_id, fresh_secret};
use crate::page::Page;
use crate::problem::{ApiError, Problem};
use crate::state::Api;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, change, delete))
        .routes(routes!(list_services, add_service))
        .routes(routes!(remove_service))
        .routes(routes!(list_tokens, issue_token))
        .routes(routes!(rotate_token))
        .routes(routes!(revoke_token))
        .routes(routes!(list_members, set_member))
        .routes(routes!(remove_member))
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectView {
    /// In addresses; never changes.
    slug: String,
    /// As shown.
    name: String,
    /// The caller's role in it: `owner`, `member` or `viewer`.
    role: String,
    /// Since when.
    created_at: String,
    /// Its services.
    services: Vec<ServiceView>,
    /// How its telemetry is treated.
    settings: SettingsView,
}

/// A service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceView {
    /// Equals `service.name` of its telemetry.
    name: String,
    /// What it is made with, such as `spring`.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// It appeared in telemetry by itself.
    registered: bool,
    /// Since when.
    added_at: String,
}

/// Settings of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingsView {
    auto_register_services: bool,
    auto_resolve_after_days: Option<u32>,
    in_app_prefixes: BTreeSet<String>,
    spans_per_second_max: Option<u64>,
    bytes_per_second_max: Option<u64>,
    bytes_per_day_max: Option<u64>,
}

/// A service to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceBody {
    /// Equals `service.name` of its telemetry.
    name: String,
    /// What it is made with.
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// A project to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateBody {
    /// Free among projects.
    slug: String,
    /// As shown.
    name: String,
    /// Its first services.
    #[serde(default)]
    services: Vec<ServiceBody>,
}

/// What to change; what is not named stays, null takes a limit away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ChangeBody {
    name: Option<String>,
    auto_register_services: Option<bool>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<u32>)]
    auto_resolve_after_days: Option<Option<u32>>,
    in_app_prefixes: Option<BTreeSet<String>>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<u64>)]
    spans_per_second_max: Option<Option<u64>>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<u64>)]
    bytes_per_second_max: Option<Option<u64>>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<u64>)]
    bytes_per_day_max: Option<Option<u64>>,
}

/// Tells a field that is null from one that is not there.
fn named<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Deletion of a project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteBody {
    /// Its slug, typed.
    confirm: String,
}

/// An ingest token, as listed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    id: String,
    name: String,
    /// Last characters of the secret.
    hint: String,
    /// The one service it may send for.
    service: Option<String>,
    created_at: String,
    expires_at: Option<String>,
    /// Last time it let telemetry in, as far as this process knows.
    last_used: Option<String>,
}

/// A new ingest token, with its secret: shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewTokenView {
    #[serde(flatten)]
    token: TokenView,
    /// `omgs_…`
    secret: String,
}

/// An ingest token to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenBody {
    /// As shown.
    name: String,
    /// The one service it may send for.
    service: Option<String>,
}

/// How to rotate.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RotateBody {
    /// How long the old token still works; a day by default.
    overlap_seconds: Option<u32>,
}

/// A member of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberView {
    user_id: String,
    name: String,
    email: Option<String>,
    role: String,
}

/// Somebody to admit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberBody {
    /// Of an account.
    email: String,
    /// `owner`, `member` or `viewer`.
    #[schema(value_type = String)]
    role: Role,
}

/// Projects the caller may see, by name.
#[utoipa::path(
    get, path = "/api/v1/projects", tag = "projects",
    responses((status = 200, body = Page<ProjectView>), (status = "default", body = Problem)),
)]
async fn list(State(api): State<Api>, caller: Caller) -> Json<Page<ProjectView>> {
    let mut items: Vec<ProjectView> = api.read(|workspace| {
        workspace
            .visible_projects(caller.actor)
            .map(|(found, role)| view(found, role))
            .collect()
    });
    items.sort_by(|a, b| (&a.name, &a.slug).cmp(&(&b.name, &b.slug)));
    Json(Page {
        items,
        next_cursor: None,
    })
}

/// Creates a project with its services.
#[utoipa::path(
    post, path = "/api/v1/projects", tag = "projects", request_body = CreateBody,
    responses((status = 201, body = ProjectView), (status = "default", body = Problem)),
)]
async fn create(
    State(api): State<Api>,
    caller: Caller,
    Json(body): Json<CreateBody>,
) -> Result<(StatusCode, Json<ProjectView>), ApiError> {
    let project = fresh_id(ProjectId::new)?;
    let services = body.services.into_iter().map(Into::into).collect();
    let slug = body.slug.clone();
    let command = ProjectCommand::CreateProject {
        project,
        slug,
        name: body.name,
        services,
    };
    api.execute(caller.actor, command).await?;
    Ok((StatusCode::CREATED, Json(shown(&api, &caller, &body.slug)?)))
}

/// One project.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}", tag = "projects",
    params(("project" = String, Path, description = "Slug")),
    responses((status = 200, body = ProjectView), (status = "default", body = Problem)),
)]
async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
) -> Result<Json<ProjectView>, ApiError> {
    Ok(Json(shown(&api, &caller, &slug)?))
}

/// Renames a project or changes its settings.
#[utoipa::path(
    patch, path = "/api/v1/projects/{project}", tag = "projects", request_body = ChangeBody,
    params(("project" = String, Path, description = "Slug")),
    responses((status = 200, body = ProjectView), (status = "default", body = Problem)),
)]
async fn change(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    Json(body): Json<ChangeBody>,
) -> Result<Json<ProjectView>, ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    if let Some(name) = body.name.clone() {
        api.execute(
            caller.actor,
            ProjectCommand::RenameProject { project, name },
        )
        .await?;
    }
    let changes = body.changes();
    if !changes.is_empty() {
        api.execute(
            caller.actor,
            ProjectCommand::ChangeSettings { project, changes },
        )
        .await?;
    }
    Ok(Json(shown(&api, &caller, &slug)?))
}

/// Deletes a project with all its data.
#[utoipa::path(
    delete, path = "/api/v1/projects/{project}", tag = "projects", request_body = DeleteBody,
    params(("project" = String, Path, description = "Slug")),
    responses((status = 204), (status = "default", body = Problem)),
)]
async fn delete(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    Json(body): Json<DeleteBody>,
) -> Result<StatusCode, ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    let command = ProjectCommand::DeleteProject {
        project,
        confirm: body.confirm,
    };
    api.execute(caller.actor, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Services of a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/services", tag = "projects",
    params(("project" = String, Path, description = "Slug")),
    responses((status = 200, body = Page<ServiceView>), (status = "default", body = Problem)),
)]
async fn list_services(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
) -> Result<Json<Page<ServiceView>>, ApiError> {
    let items = shown(&api, &caller, &slug)?.services;
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

/// Adds a service, or says what a known one is made with.
#[utoipa::path(
    post, path = "/api/v1/projects/{project}/services", tag = "projects",
    request_body = ServiceBody, params(("project" = String, Path, description = "Slug")),
    responses((status = 201, body = Page<ServiceView>), (status = "default", body = Problem)),
)]
async fn add_service(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    Json(body): Json<ServiceBody>,
) -> Result<(StatusCode, Json<Page<ServiceView>>), ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    let command = ServiceCommand::AddService {
        project,
        service: body.into(),
    };
    api.execute(caller.actor, command).await?;
    let items = shown(&api, &caller, &slug)?.services;
    Ok((
        StatusCode::CREATED,
        Json(Page {
            items,
            next_cursor: None,
        }),
    ))
}

/// Takes a service off the list.
#[utoipa::path(
    delete, path = "/api/v1/projects/{project}/services/{service}", tag = "projects",
    params(("project" = String, Path, description = "Slug"), ("service" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)),
)]
async fn remove_service(
    State(api): State<Api>,
    caller: Caller,
    Path((slug, name)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    api.execute(
        caller.actor,
        ServiceCommand::RemoveService { project, name },
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ingest tokens of a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/tokens", tag = "projects",
    params(("project" = String, Path, description = "Slug")),
    responses((status = 200, body = Page<TokenView>), (status = "default", body = Problem)),
)]
async fn list_tokens(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
) -> Result<Json<Page<TokenView>>, ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    caller.must(project, Action::ManageTokens)?;
    let mut items: Vec<TokenView> = api.read(|workspace| {
        let own = workspace
            .ingest_tokens
            .values()
            .filter(|token| token.project == project);
        own.map(|token| token_view(&api, token)).collect()
    });
    items.sort_by(|a, b| b.created_at.cmp(&a.created_at));
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

/// Issues an ingest token; its secret is shown this once.
#[utoipa::path(
    post, path = "/api/v1/projects/{project}/tokens", tag = "projects", request_body = TokenBody,
    params(("project" = String, Path, description = "Slug")),
    responses((status = 201, body = NewTokenView), (status = "default", body = Problem)),
)]
async fn issue_token(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    Json(body): Json<TokenBody>,
) -> Result<(StatusCode, Json<NewTokenView>), ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    let token = fresh_id(TokenId::new)?;
    let secret = fresh_secret(SecretKind::Ingest)?;
    let command = TokenCommand::IssueIngestToken {
        token,
        project,
        name: body.name,
        secret: TokenSecret::of(&secret),
        service: body.service,
    };
    api.execute(caller.actor, command).await?;
    Ok((StatusCode::CREATED, Json(new_token(&api, token, &secret)?)))
}

/// Issues a token that takes the place of another, which works a little longer.
#[utoipa::path(
    post, path = "/api/v1/projects/{project}/tokens/{id}/rotate", tag = "projects",
    request_body = RotateBody,
    params(("project" = String, Path, description = "Slug"), ("id" = String, Path)),
    responses((status = 201, body = NewTokenView), (status = "default", body = Problem)),
)]
async fn rotate_token(
    State(api): State<Api>,
    caller: Caller,
    Path((slug, id)): Path<(String, String)>,
    Json(body): Json<RotateBody>,
) -> Result<(StatusCode, Json<NewTokenView>), ApiError> {
    let old = own_token(&api, &caller, &slug, &id)?;
    let new_token_id = fresh_id(TokenId::new)?;
    let secret = fresh_secret(SecretKind::Ingest)?;
    let overlap = i64::from(body.overlap_seconds.unwrap_or(24 * 3_600));
    let command = TokenCommand::RotateIngestToken {
        token: old,
        new_token: new_token_id,
        secret: TokenSecret::of(&secret),
        overlap_nanos: overlap.saturating_mul(1_000_000_000),
    };
    api.execute(caller.actor, command).await?;
    Ok((
        StatusCode::CREATED,
        Json(new_token(&api, new_token_id, &secret)?),
    ))
}

/// Ends a token at once.
#[utoipa::path(
    delete, path = "/api/v1/projects/{project}/tokens/{id}", tag = "projects",
    params(("project" = String, Path, description = "Slug"), ("id" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)),
)]
async fn revoke_token(
    State(api): State<Api>,
    caller: Caller,
    Path((slug, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let token = own_token(&api, &caller, &slug, &id)?;
    api.execute(caller.actor, TokenCommand::RevokeToken { token })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Members of a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/members", tag = "projects",
    params(("project" = String, Path, description = "Slug")),
    responses((status = 200, body = Page<MemberView>), (status = "default", body = Problem)),
)]
async fn list_members(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
) -> Result<Json<Page<MemberView>>, ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    let items = api.read(|workspace| members(workspace, project));
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

/// Admits somebody with an account, or changes a role.
#[utoipa::path(
    post, path = "/api/v1/projects/{project}/members", tag = "projects",
    request_body = MemberBody, params(("project" = String, Path, description = "Slug")),
    responses((status = 201, body = Page<MemberView>), (status = "default", body = Problem)),
)]
async fn set_member(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    Json(body): Json<MemberBody>,
) -> Result<(StatusCode, Json<Page<MemberView>>), ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    caller.must(project, Action::ManageMembers)?;
    let user = api
        .read(|workspace| workspace.user_by_email(&body.email).map(|user| user.id))
        .ok_or_else(|| ApiError::invalid("email", "nobody with this address has an account"))?;
    let command = ProjectCommand::SetMember {
        project,
        user,
        role: body.role,
    };
    api.execute(caller.actor, command).await?;
    let items = api.read(|workspace| members(workspace, project));
    Ok((
        StatusCode::CREATED,
        Json(Page {
            items,
            next_cursor: None,
        }),
    ))
}

/// Shuts somebody out; anybody may leave.
#[utoipa::path(
    delete, path = "/api/v1/projects/{project}/members/{user}", tag = "projects",
    params(("project" = String, Path, description = "Slug"), ("user" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)),
)]
async fn remove_member(
    State(api): State<Api>,
    caller: Caller,
    Path((slug, user)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    let user: UserId = user.parse().map_err(|_| ApiError::NotFound("member"))?;
    api.execute(caller.actor, ProjectCommand::RemoveMember { project, user })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

impl ChangeBody {
    fn changes(self) -> Vec<SettingChange> {
        let mut changes = Vec::new();
        changes.extend(
            self.auto_register_services
                .map(SettingChange::AutoRegisterServices),
        );
        changes.extend(
            self.auto_resolve_after_days
                .map(SettingChange::AutoResolveAfterDays),
        );
        changes.extend(self.in_app_prefixes.map(SettingChange::InAppPrefixes));
        changes.extend(
            self.spans_per_second_max
                .map(SettingChange::SpansPerSecondMax),
        );
        changes.extend(
            self.bytes_per_second_max
                .map(SettingChange::BytesPerSecondMax),
        );
        changes.extend(self.bytes_per_day_max.map(SettingChange::BytesPerDayMax));
        changes
    }
}

impl From<ServiceBody> for NewService {
    fn from(body: ServiceBody) -> Self {
        Self {
            name: body.name,
            service_type: body.kind,
        }
    }
}

fn shown(api: &Api, caller: &Caller, slug: &str) -> Result<ProjectView, ApiError> {
    api.read(|workspace| {
        let found = workspace.project_by_slug(slug)?;
        Some(view(found, workspace.role_in(caller.actor, found.id)?))
    })
    .ok_or(ApiError::NotFound("project"))
}

fn view(project: &Project, role: Role) -> ProjectView {
    let services = project.services.iter().map(|(name, service)| ServiceView {
        name: name.clone(),
        kind: service.service_type.clone(),
        registered: service.registered,
        added_at: service.added_at.to_string(),
    });
    ProjectView {
        slug: project.slug.clone(),
        name: project.name.clone(),
        role: role.to_string(),
        created_at: project.created_at.to_string(),
        services: services.collect(),
        settings: settings(&project.settings),
    }
}

fn settings(settings: &ProjectSettings) -> SettingsView {
    SettingsView {
        auto_register_services: settings.auto_register_services,
        auto_resolve_after_days: settings.auto_resolve_after_days,
        in_app_prefixes: settings.in_app_prefixes.clone(),
        spans_per_second_max: settings.spans_per_second_max,
        bytes_per_second_max: settings.bytes_per_second_max,
        bytes_per_day_max: settings.bytes_per_day_max,
    }
}

fn members(workspace: &Workspace, project: ProjectId) -> Vec<MemberView> {
    let Some(project) = workspace.projects.get(&project) else {
        return Vec::new();
    };
    let member = |(id, role): (&UserId, &Role)| {
        let user = workspace.users.get(id)?;
        Some(MemberView {
            user_id: id.to_string(),
            name: user.name.clone(),
            email: user.email.clone(),
            role: role.to_string(),
        })
    };
    project.members.iter().filter_map(member).collect()
}

/// A token of this project that the caller may manage.
fn own_token(api: &Api, caller: &Caller, slug: &str, id: &str) -> Result<TokenId, ApiError> {
    let project = api.visible_project(caller, slug)?.id;
    caller.must(project, Action::ManageTokens)?;
    let id: TokenId = id.parse().map_err(|_| ApiError::NotFound("token"))?;
    let own = |workspace: &Workspace| {
        workspace
            .ingest_tokens
            .get(&id)
            .is_some_and(|token| token.project == project)
    };
    if api.read(own) {
        Ok(id)
    } else {
        Err(ApiError::NotFound("token"))
    }
}

fn new_token(api: &Api, id: TokenId, secret: &Secret) -> Result<NewTokenView, ApiError> {
    let token = api
        .read(|workspace| {
            workspace
                .ingest_tokens
                .get(&id)
                .map(|token| token_view(api, token))
        })
        .ok_or(ApiError::NotFound("token"))?;
    Ok(NewTokenView {
        token,
        secret: secret.reveal().to_owned(),
    })
}

fn token_view(api: &Api, token: &IngestToken) -> TokenView {
    TokenView {
        id: token.id.to_string(),
        name: token.name.clone(),
        hint: token.hint.clone(),
        service: token.service.clone(),
        created_at: token.issued_at.to_string(),
        expires_at: token.expires_at.map(|at| at.to_string()),
        last_used: api.last_used(token.id).map(|at| at.to_string()),
    }
}
