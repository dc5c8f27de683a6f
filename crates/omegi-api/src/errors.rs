//! Error events: a project's, an issue's, and one in full.

use axum::Json;
use axum::extract::{Path, Query, State};
use omegi_model::id::{ErrorId, ProjectId};
use omegi_model::time::UnixNanos;
use omegi_projection::faults::{ErrorFilter, ErrorPage, Found, StoredError};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::page::{self, Page, PageParams, RangeParams};
use crate::problem::{ApiError, Problem};
use crate::query_text::QueryText;
use crate::state::Api;
use crate::view::{self, ErrorDetail, ErrorSummary};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
}

/// Filters of the list of error events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ErrorParams {
    /// Origin's service.
    service: Option<String>,
    /// Exception type, in full or its last part.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Trace id, 32 hex digits.
    trace_id: Option<String>,
    /// Reached the trace's entry.
    escaped: Option<bool>,
    /// Words, "phrases", `field:value`.
    q: Option<String>,
}

/// Error events of a project, newest first.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/errors", tag = "errors",
    params(("project" = String, Path, description = "Slug"), ErrorParams, RangeParams, PageParams),
    responses((status = 200, body = Page<ErrorSummary>), (status = "default", body = Problem)),
)]
async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    Query(params): Query<ErrorParams>,
    Query(range): Query<RangeParams>,
    Query(paging): Query<PageParams>,
) -> Result<Json<Page<ErrorSummary>>, ApiError> {
    let project = api.visible_project(&caller, &slug)?;
    let filter = match &params.trace_id {
        Some(text) => {
            let trace = text
                .parse()
                .map_err(|_| ApiError::invalid("trace_id", "not 32 hex digits"))?;
            ErrorFilter::Trace(project.id, trace)
        }
        None => {
            let range = range.or_last_day(api.now())?;
            ErrorFilter::Project(project.id, range.from, range.to)
        }
    };
    let text = QueryText::parse(params.q.as_deref().unwrap_or_default())?;
    let found = read_page(&api, filter, &paging, move |stored| {
        admits(&params, &text, stored)
    })
    .await?;
    Ok(Json(summaries(&api, found)?))
}

/// One error event in full; a superseded id answers with the event that took its place.
#[utoipa::path(
    get, path = "/api/v1/errors/{id}", tag = "errors",
    params(("id" = String, Path, description = "Id of the error event")),
    responses((status = 200, body = ErrorDetail), (status = "default", body = Problem)),
)]
async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ErrorDetail>, ApiError> {
    let stored = find(&api, &caller, &id).await?;
    let slug = api
        .slug(stored.event.project)
        .ok_or(ApiError::NotFound("error event"))?;
    let issue = api.visible_issue(stored.variant);
    Ok(Json(view::detail(stored, issue, &slug)))
}

/// The error event behind `id`, if the caller may see it.
pub(crate) async fn find(api: &Api, caller: &Caller, id: &str) -> Result<StoredError, ApiError> {
    let nothing = || ApiError::NotFound("error event");
    let id: ErrorId = id.parse().map_err(|_| nothing())?;
    let faults = api.faults().clone();
    let found = blocking(move || faults.error(id))
        .await?
        .map_err(ApiError::internal)?;
    match found {
        Found::Event(stored) if caller.may_see(stored.event.project) => Ok(stored),
        Found::SampledOut { project, .. } if caller.may_see(project) => Err(ApiError::Gone(
            "this occurrence was counted, but its issue had told enough within that minute".into(),
        )),
        _ => Err(nothing()),
    }
}

/// A page of error events.
pub(crate) async fn read_page(
    api: &Api,
    filter: ErrorFilter,
    paging: &PageParams,
    admits: impl Fn(&StoredError) -> bool + Send + 'static,
) -> Result<ErrorPage, ApiError> {
    let (limit, cursor) = (paging.limit()?, paging.cursor::<(UnixNanos, ErrorId)>()?);
    let faults = api.faults().clone();
    blocking(move || faults.errors(&filter, admits, cursor, limit))
        .await?
        .map_err(ApiError::internal)
}

/// List forms of a page.
pub(crate) fn summaries(api: &Api, found: ErrorPage) -> Result<Page<ErrorSummary>, ApiError> {
    let next_cursor = found
        .next
        .map(|position| page::cursor(&position))
        .transpose()?;
    let items = found
        .items
        .iter()
        .filter_map(|stored| summary(api, stored))
        .collect();
    Ok(Page { items, next_cursor })
}

/// The list form; `None` when the project is gone.
pub(crate) fn summary(api: &Api, stored: &StoredError) -> Option<ErrorSummary> {
    let slug = api.slug(stored.event.project)?;
    Some(view::summary(
        stored,
        api.visible_issue(stored.variant),
        &slug,
    ))
}

fn admits(params: &ErrorParams, text: &QueryText, stored: &StoredError) -> bool {
    let event = &stored.event;
    let (kind, message) = omegi_projection::faults::name(event);
    let service = params
        .service
        .as_ref()
        .is_none_or(|service| event.origin.service == *service);
    let escaped = params
        .escaped
        .is_none_or(|escaped| event.escaped == escaped);
    let typed = params
        .kind
        .as_ref()
        .is_none_or(|wanted| is_type(&kind, wanted));
    service
        && escaped
        && typed
        && text.admits(|field| match field {
            "service" => vec![event.origin.service.clone()],
            "type" => vec![kind.clone()],
            "environment" => event.environment.iter().cloned().collect(),
            "release" => event.release.iter().cloned().collect(),
            "trace" => event.trace_id.iter().map(ToString::to_string).collect(),
            _ => vec![
                kind.clone(),
                message.clone(),
                event.origin.operation.clone().unwrap_or_default(),
            ],
        })
}

/// `java.lang.NullPointerException` is meant by itself and by `NullPointerException`.
pub(crate) fn is_type(kind: &str, wanted: &str) -> bool {
    let last = kind.rsplit(['.', ':', '\\', '$']).next().unwrap_or(kind);
    kind.eq_ignore_ascii_case(wanted) || last.eq_ignore_ascii_case(wanted)
}

/// Runs what waits for the disk off the runtime's own threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(ApiError::internal)
}

/// Projects that a list over everything shows.
pub(crate) fn visible(caller: &Caller) -> impl Fn(ProjectId) -> bool + '_ {
    move |project| caller.may_see(project)
}
