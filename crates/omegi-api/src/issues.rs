//! Issues: lists, one in full, and what can be done to them.

use axum::Json;
use axum::extract::{Path, Query, State};
use omegi_model::grouping;
use omegi_model::id::{Fingerprint, IssueId, ProjectId, UserId};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::Workspace;
use omegi_model::workspace::triage::{
    Resolution, Snooze, Status, Substatus, TriageCommand, issue_stream,
};
use omegi_projection::faults::{ErrorFilter, Issue};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::errors::{is_type, read_page, summaries, visible};
use crate::page::{self, Page, PageParams, Range, RangeParams};
use crate::problem::{ApiError, Problem};
use crate::query_text::QueryText;
use crate::state::Api;
use crate::view::ErrorSummary;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(events))
        .routes(routes!(resolve))
        .routes(routes!(reopen))
        .routes(routes!(ignore))
        .routes(routes!(snooze))
        .routes(routes!(assign))
        .routes(routes!(merge))
        .routes(routes!(split))
        .routes(routes!(bulk))
}

/// An issue in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct IssueView {
    /// Opaque.
    pub(crate) id: String,
    /// For people; derived from the id.
    pub(crate) short_id: String,
    /// Slug.
    pub(crate) project: String,
    /// Type and what does not vary of the message.
    pub(crate) title: String,
    /// Exception type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Message of the latest error event.
    pub(crate) message: String,
    /// Where in the code, or which operation.
    pub(crate) culprit: String,
    /// Service of the latest error event's origin.
    pub(crate) origin_service: String,
    /// Services it began in or passed through, most often first.
    pub(crate) services: Vec<String>,
    /// Environments, most often first.
    pub(crate) environments: Vec<String>,
    /// Release it was first seen in.
    pub(crate) first_release: Option<String>,
    /// Release it was last seen in.
    pub(crate) last_release: Option<String>,
    /// `unresolved`, `resolved`, `ignored` or `snoozed`.
    pub(crate) status: &'static str,
    /// `new`, `ongoing` or `regressed`; null unless unresolved.
    pub(crate) substatus: Option<&'static str>,
    /// Error events.
    pub(crate) count: u64,
    /// RFC 3339.
    pub(crate) first_seen: String,
    /// RFC 3339.
    pub(crate) last_seen: String,
    /// Whose it is.
    pub(crate) assignee: Option<PersonView>,
    /// Notes attached to it.
    pub(crate) note_count: u64,
}

/// A person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PersonView {
    /// Opaque.
    pub(crate) id: String,
    /// As shown.
    pub(crate) name: String,
}

/// An issue in full.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssueDetail {
    #[serde(flatten)]
    issue: IssueView,
    /// Why these error events are one issue.
    grouping: GroupingView,
    /// What people did to it, newest first.
    history: Vec<HistoryView>,
    /// The occurrence that brought it back after it was resolved.
    regression: Option<RegressionView>,
}

/// Why error events are one issue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupingView {
    /// Version of the algorithm.
    version: u32,
    /// `override`, `own_frames`, `system_frames`, `message` or `status`.
    method: String,
    /// In words, strongest first.
    evidence: Vec<String>,
    /// How many different sets of grouping parts it holds.
    variants: usize,
}

/// The occurrence that proved a resolution wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegressionView {
    time: String,
    release: Option<String>,
    environment: Option<String>,
}

/// One thing somebody did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryView {
    time: String,
    /// `user:…`, `token:…`, `operator` or `system`.
    actor: String,
    /// The person's or token's name, while it exists.
    actor_name: Option<String>,
    /// Such as `issue_resolved`.
    event: String,
    /// The event.
    #[schema(value_type = Object)]
    details: serde_json::Value,
}

/// Filters of the list of issues.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IssueParams {
    /// `unresolved`, `resolved`, `ignored` or `snoozed`; all without it.
    status: Option<String>,
    /// `new`, `ongoing` or `regressed`.
    substatus: Option<String>,
    /// Began in or passed through.
    service: Option<String>,
    /// Occurred in.
    environment: Option<String>,
    /// Occurred in.
    release: Option<String>,
    /// Exception type, in full or its last part.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Words, "phrases", `field:value`.
    q: Option<String>,
    /// `last_seen` (default), `first_seen` or `count`; the largest first.
    sort: Option<String>,
}

/// Issues of a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/issues", tag = "issues",
    params(("project" = String, Path, description = "Slug"), IssueParams, RangeParams, PageParams),
    responses((status = 200, body = Page<IssueView>), (status = "default", body = Problem)),
)]
async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    Query(params): Query<IssueParams>,
    Query(range): Query<RangeParams>,
    Query(paging): Query<PageParams>,
) -> Result<Json<Page<IssueView>>, ApiError> {
    let project = api.visible_project(&caller, &slug)?;
    let filter = Filter::of(&params, range.or_last_day(api.now())?)?;
    let sort = Sort::of(params.sort.as_deref())?;
    let (limit, cursor) = (paging.limit()?, paging.cursor::<(i64, IssueId)>()?);
    let now = api.now();
    let mut found = api.faults().issues(|id| id == project.id);
    found.retain(|issue| filter.admits(issue, now));
    let mut ranked: Vec<(i64, IssueId, Issue)> = found
        .into_iter()
        .map(|issue| (sort.value(&issue), issue.id, issue))
        .collect();
    ranked.sort_unstable_by_key(|(value, id, _)| std::cmp::Reverse((*value, *id)));
    ranked.retain(|(value, id, _)| cursor.is_none_or(|cursor| (*value, *id) < cursor));
    let more = ranked.len() > limit;
    ranked.truncate(limit);
    let next = ranked
        .last()
        .filter(|_| more)
        .map(|(value, id, _)| (*value, *id));
    let next_cursor = next.map(|position| page::cursor(&position)).transpose()?;
    let items = ranked
        .iter()
        .map(|(_, _, issue)| view(&api, issue, &slug))
        .collect();
    Ok(Json(Page { items, next_cursor }))
}

/// One issue in full; an id that was merged answers with the issue it is part of.
#[utoipa::path(
    get, path = "/api/v1/issues/{id}", tag = "issues",
    params(("id" = String, Path, description = "Id of the issue")),
    responses((status = 200, body = IssueDetail), (status = "default", body = Problem)),
)]
async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<IssueDetail>, ApiError> {
    let (issue, slug) = find(&api, &caller, &id)?;
    let parts = &issue.row.parts;
    let grouping = GroupingView {
        version: api.read(|workspace| algorithm(workspace, issue.row.project)),
        method: method_name(parts),
        evidence: grouping::explain(parts, &issue.keys),
        variants: issue.variants.len(),
    };
    let regression = issue.state.regression().map(|regression| RegressionView {
        time: regression.at.to_string(),
        release: regression.release.clone(),
        environment: regression.environment.clone(),
    });
    let history = history(&api, &issue).await?;
    Ok(Json(IssueDetail {
        issue: view(&api, &issue, &slug),
        grouping,
        history,
        regression,
    }))
}

/// Error events of an issue, newest first.
#[utoipa::path(
    get, path = "/api/v1/issues/{id}/events", tag = "issues",
    params(("id" = String, Path, description = "Id of the issue"), RangeParams, PageParams),
    responses((status = 200, body = Page<ErrorSummary>), (status = "default", body = Problem)),
)]
async fn events(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    Query(range): Query<RangeParams>,
    Query(paging): Query<PageParams>,
) -> Result<Json<Page<ErrorSummary>>, ApiError> {
    let (issue, _) = find(&api, &caller, &id)?;
    let range = range.or_everything()?;
    let filter = ErrorFilter::Variants(issue.variants, range.from, range.to);
    let found = read_page(&api, filter, &paging, |_| true).await?;
    Ok(Json(summaries(&api, found)?))
}

/// For which occurrences an issue counts as solved; `{}`: from now on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ResolveBody {
    /// In this release and all newer ones.
    in_release: Option<String>,
    /// In releases newer than the newest one seen.
    next_release: bool,
    /// From this release on.
    from_release: Option<String>,
    /// Up to, and without, this release.
    to_release: Option<String>,
    /// In these environments only.
    environments: Vec<String>,
}

/// Until when an issue sleeps; exactly one field.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SnoozeBody {
    /// RFC 3339.
    until: Option<String>,
    /// Until so many more error events.
    count: Option<u64>,
    /// With `count`: within so many seconds.
    per_seconds: Option<u32>,
}

/// Whose the issue is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AssignBody {
    /// User id, or `me`; null: nobody's.
    assignee: Option<String>,
}

/// What becomes part of the issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeBody {
    /// Ids of issues of the same project.
    issues: Vec<String>,
}

/// What leaves the issue: merged issues, or group keys.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SplitBody {
    /// Issues that were merged into it and stand by themselves again.
    issues: Vec<String>,
    /// Group keys, coarse or fine, whose events become an issue of their own.
    keys: Vec<String>,
}

macro_rules! triage_route {
    ($name:ident, $path:literal, $doc:literal, $body:ty, $command:expr) => {
        #[doc = $doc]
        #[utoipa::path(
            post, path = $path, tag = "issues", request_body = $body,
            params(("id" = String, Path, description = "Id of the issue")),
            responses((status = 200, body = IssueView), (status = "default", body = Problem)),
        )]
        async fn $name(
            State(api): State<Api>,
            caller: Caller,
            Path(id): Path<String>,
            Json(body): Json<$body>,
        ) -> Result<Json<IssueView>, ApiError> {
            let (issue, slug) = find(&api, &caller, &id)?;
            let make: fn(&Api, &Caller, &Issue, $body) -> Result<Vec<TriageCommand>, ApiError> =
                $command;
            for command in make(&api, &caller, &issue, body)? {
                api.execute(caller.actor, command).await?;
            }
            let changed = api.faults().issue(api.canonical(issue.row.project, issue.id));
            Ok(Json(view(&api, &changed.unwrap_or(issue), &slug)))
        }
    };
}

/// An empty body.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NoBody {}

triage_route!(
    resolve,
    "/api/v1/issues/{id}/resolve",
    "Solves an issue: now, in a release, in the next one, in a range, in some environments.",
    ResolveBody,
    resolve_command
);
triage_route!(
    reopen,
    "/api/v1/issues/{id}/reopen",
    "Takes back that it is solved, ignored or asleep.",
    NoBody,
    |_, _, issue, _| Ok(vec![TriageCommand::Reopen {
        project: issue.row.project,
        issue: issue.id,
    }])
);
triage_route!(
    ignore,
    "/api/v1/issues/{id}/ignore",
    "Nobody wants to hear of it.",
    NoBody,
    |_, _, issue, _| Ok(vec![TriageCommand::Ignore {
        project: issue.row.project,
        issue: issue.id,
    }])
);
triage_route!(
    snooze,
    "/api/v1/issues/{id}/snooze",
    "Lets it sleep until a time, a count or a rate.",
    SnoozeBody,
    snooze_command
);
triage_route!(
    assign,
    "/api/v1/issues/{id}/assign",
    "Says whose it is.",
    AssignBody,
    assign_command
);
triage_route!(
    merge,
    "/api/v1/issues/{id}/merge",
    "Makes other issues part of this one.",
    MergeBody,
    |_, _, issue, body| Ok(vec![TriageCommand::Merge {
        project: issue.row.project,
        into: issue.id,
        issues: issue_ids(&body.issues)?,
    }])
);
triage_route!(
    split,
    "/api/v1/issues/{id}/split",
    "Takes merged issues out again, or splits keys off.",
    SplitBody,
    split_command
);

/// The same for many issues.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkBody {
    /// At most 500.
    issues: Vec<String>,
    /// `resolve`, `reopen`, `ignore` or `assign`.
    action: String,
    /// For `assign`.
    #[serde(default)]
    assignee: Option<String>,
}

const BULK_MAX: usize = 500;

/// Does the same to many issues; answers with those that could be found.
#[utoipa::path(
    post, path = "/api/v1/projects/{project}/issues/bulk", tag = "issues", request_body = BulkBody,
    params(("project" = String, Path, description = "Slug")),
    responses((status = 200, body = Page<IssueView>), (status = "default", body = Problem)),
)]
async fn bulk(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    Json(body): Json<BulkBody>,
) -> Result<Json<Page<IssueView>>, ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    if body.issues.is_empty() || body.issues.len() > BULK_MAX {
        return Err(ApiError::invalid("issues", format!("name 1 to {BULK_MAX}")));
    }
    let mut items = Vec::new();
    for id in issue_ids(&body.issues)? {
        let found = api.faults().issue(api.canonical(project, id));
        let Some(issue) = found.filter(|issue| issue.row.project == project) else {
            continue;
        };
        let commands = match body.action.as_str() {
            "resolve" => resolve_command(&api, &caller, &issue, ResolveBody::default())?,
            "reopen" => vec![TriageCommand::Reopen {
                project,
                issue: issue.id,
            }],
            "ignore" => vec![TriageCommand::Ignore {
                project,
                issue: issue.id,
            }],
            "assign" => {
                let assignee = body.assignee.clone();
                assign_command(&api, &caller, &issue, AssignBody { assignee })?
            }
            _ => {
                return Err(ApiError::invalid(
                    "action",
                    "resolve, reopen, ignore or assign",
                ));
            }
        };
        for command in commands {
            api.execute(caller.actor, command).await?;
        }
        items.extend(
            api.faults()
                .issue(issue.id)
                .map(|issue| view(&api, &issue, &slug)),
        );
    }
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

fn resolve_command(
    api: &Api,
    _: &Caller,
    issue: &Issue,
    body: ResolveBody,
) -> Result<Vec<TriageCommand>, ApiError> {
    let range = body.from_release.is_some() || body.to_release.is_some();
    let ways = [body.in_release.is_some(), body.next_release, range];
    if ways.iter().filter(|way| **way).count() > 1 {
        let reason = "in_release, next_release and from_release/to_release exclude each other";
        return Err(ApiError::invalid("in_release", reason));
    }
    let resolution = match (body.in_release, body.next_release, range) {
        (Some(release), _, _) => Resolution::InRelease { release },
        (None, true, _) => match issue.row.last_release() {
            Some(after) => Resolution::NextRelease {
                after: after.to_owned(),
            },
            None => {
                return Err(ApiError::invalid(
                    "next_release",
                    "the issue names no release",
                ));
            }
        },
        (None, false, true) => Resolution::InRange {
            from: body.from_release,
            to: body.to_release,
        },
        (None, false, false) => Resolution::Now,
    };
    Ok(vec![TriageCommand::Resolve {
        project: issue.row.project,
        issue: issue.id,
        resolution,
        environments: body.environments,
        overtaken: issue.state.overtaken(api.now()),
    }])
}

fn snooze_command(
    api: &Api,
    _: &Caller,
    issue: &Issue,
    body: SnoozeBody,
) -> Result<Vec<TriageCommand>, ApiError> {
    let snooze = match (body.until, body.count, body.per_seconds) {
        (Some(until), None, None) => {
            let at = until
                .parse()
                .map_err(|_| ApiError::invalid("until", "not an RFC 3339 time"))?;
            Snooze::Time { at }
        }
        (None, Some(count), Some(per_seconds)) => Snooze::Rate { count, per_seconds },
        (None, Some(more), None) => Snooze::Count { more },
        _ => {
            return Err(ApiError::invalid(
                "until",
                "give until, count, or count and per_seconds",
            ));
        }
    };
    let overtaken = issue.state.overtaken(api.now());
    Ok(vec![TriageCommand::Snooze {
        project: issue.row.project,
        issue: issue.id,
        snooze,
        overtaken,
    }])
}

fn assign_command(
    _: &Api,
    caller: &Caller,
    issue: &Issue,
    body: AssignBody,
) -> Result<Vec<TriageCommand>, ApiError> {
    let assignee = match body.assignee.as_deref() {
        None => None,
        Some("me") => match caller.actor {
            omegi_model::workspace::Actor::User(user) => Some(user),
            _ => return Err(ApiError::invalid("assignee", "a token is nobody's `me`")),
        },
        Some(id) => {
            let id: UserId = id
                .parse()
                .map_err(|_| ApiError::invalid("assignee", "no such user"))?;
            Some(id)
        }
    };
    Ok(vec![TriageCommand::Assign {
        project: issue.row.project,
        issue: issue.id,
        assignee,
    }])
}

fn split_command(
    _: &Api,
    _: &Caller,
    issue: &Issue,
    body: SplitBody,
) -> Result<Vec<TriageCommand>, ApiError> {
    let project = issue.row.project;
    let mut commands = Vec::new();
    if !body.issues.is_empty() {
        commands.push(TriageCommand::Unmerge {
            project,
            issues: issue_ids(&body.issues)?,
        });
    }
    if !body.keys.is_empty() {
        let keys: Result<Vec<Fingerprint>, _> = body.keys.iter().map(|key| key.parse()).collect();
        let keys = keys.map_err(|_| ApiError::invalid("keys", "not a group key"))?;
        commands.push(TriageCommand::Split {
            project,
            issue: issue.id,
            keys,
        });
    }
    if commands.is_empty() {
        commands.push(TriageCommand::UndoSplit {
            project,
            issue: issue.id,
        });
    }
    Ok(commands)
}

fn issue_ids(texts: &[String]) -> Result<Vec<IssueId>, ApiError> {
    let ids: Result<Vec<IssueId>, _> = texts.iter().map(|text| text.parse()).collect();
    ids.map_err(|_| ApiError::invalid("issues", "not the id of an issue"))
}

/// The issue behind `id` and its project's slug, if the caller may see it.
pub(crate) fn find(api: &Api, caller: &Caller, id: &str) -> Result<(Issue, String), ApiError> {
    let nothing = || ApiError::NotFound("issue");
    let id: IssueId = id.parse().map_err(|_| nothing())?;
    let seen = |issue: &Issue| caller.may_see(issue.row.project);
    let issue = api.faults().issue(id).filter(seen).or_else(|| {
        let merged = caller
            .projects
            .keys()
            .map(|project| api.canonical(*project, id));
        merged.filter_map(|id| api.faults().issue(id)).find(seen)
    });
    let issue = issue.ok_or_else(nothing)?;
    let slug = api.slug(issue.row.project).ok_or_else(nothing)?;
    Ok((issue, slug))
}

/// The list form.
pub(crate) fn view(api: &Api, issue: &Issue, slug: &str) -> IssueView {
    let (status, substatus) = names(issue.status(api.now()));
    let face = &issue.row.face;
    let assignee = issue.state.spoken().assignee;
    let assignee = assignee.and_then(|id| {
        let name = api.read(|workspace| Some(workspace.users.get(&id)?.name.clone()))?;
        Some(PersonView {
            id: id.to_string(),
            name,
        })
    });
    IssueView {
        id: issue.id.to_string(),
        short_id: issue.id.short(),
        project: slug.to_owned(),
        title: face.title.clone(),
        kind: face.kind.clone(),
        message: face.message.clone(),
        culprit: face.culprit.clone(),
        origin_service: face.origin_service.clone(),
        services: most_often(&issue.row.services),
        environments: most_often(&issue.row.environments),
        first_release: issue.row.first_release().map(str::to_owned),
        last_release: issue.row.last_release().map(str::to_owned),
        status,
        substatus,
        count: issue.row.count,
        first_seen: issue.row.first_seen.to_string(),
        last_seen: issue.row.last_seen.to_string(),
        assignee,
        note_count: api.note_count(issue.row.project, issue.id),
    }
}

/// Issues that count as unresolved now, of the projects the caller may see.
pub(crate) fn unresolved(api: &Api, caller: &Caller, project: ProjectId) -> Vec<Issue> {
    let now = api.now();
    let sees = visible(caller);
    let mut issues = api.faults().issues(|id| id == project && sees(id));
    issues.retain(|issue| matches!(issue.status(now), Status::Unresolved(_)));
    issues
}

fn names(status: Status) -> (&'static str, Option<&'static str>) {
    match status {
        Status::Unresolved(Substatus::New) => ("unresolved", Some("new")),
        Status::Unresolved(Substatus::Ongoing) => ("unresolved", Some("ongoing")),
        Status::Unresolved(Substatus::Regressed) => ("unresolved", Some("regressed")),
        Status::Resolved => ("resolved", None),
        Status::Ignored => ("ignored", None),
        Status::Snoozed => ("snoozed", None),
    }
}

fn most_often(counts: &std::collections::BTreeMap<String, u64>) -> Vec<String> {
    let mut names: Vec<(&String, &u64)> = counts.iter().collect();
    names.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    names.into_iter().map(|(name, _)| name.clone()).collect()
}

fn algorithm(workspace: &Workspace, project: ProjectId) -> u32 {
    let chosen = workspace
        .triage
        .project(project)
        .and_then(|triage| triage.algorithm());
    chosen.unwrap_or_else(|| u32::from(grouping::AlgorithmVersion::CURRENT.number()))
}

fn method_name(parts: &omegi_model::error_event::GroupingParts) -> String {
    match serde_json::to_value(grouping::method(parts)) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

async fn history(api: &Api, issue: &Issue) -> Result<Vec<HistoryView>, ApiError> {
    let events = api.stream(issue_stream(issue.id)).await?;
    let line = |event: &omegi_eventstore::StoredEvent| HistoryView {
        time: UnixNanos(event.at).to_string(),
        actor: event.actor.clone(),
        actor_name: api.actor_name(&event.actor),
        event: event.kind.clone(),
        details: serde_json::from_slice(&event.payload).unwrap_or_default(),
    };
    Ok(events.iter().rev().map(line).collect())
}

/// What a list asks of an issue.
struct Filter<'a> {
    params: &'a IssueParams,
    range: Range,
    text: QueryText,
}

impl<'a> Filter<'a> {
    fn of(params: &'a IssueParams, range: Range) -> Result<Self, ApiError> {
        const STATUSES: [&str; 4] = ["unresolved", "resolved", "ignored", "snoozed"];
        const SUBSTATUSES: [&str; 3] = ["new", "ongoing", "regressed"];
        let known = |field: &str, value: &Option<String>, names: &[&str]| match value {
            Some(value) if !names.contains(&value.as_str()) => Err(ApiError::invalid(
                field,
                format!("one of {}", names.join(", ")),
            )),
            _ => Ok(()),
        };
        known("status", &params.status, &STATUSES)?;
        known("substatus", &params.substatus, &SUBSTATUSES)?;
        let text = QueryText::parse(params.q.as_deref().unwrap_or_default())?;
        Ok(Self {
            params,
            range,
            text,
        })
    }

    fn admits(&self, issue: &Issue, now: UnixNanos) -> bool {
        let row = &issue.row;
        let (status, substatus) = names(issue.status(now));
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let has = |wanted: &Option<String>, names: &[String]| {
            wanted.as_ref().is_none_or(|wanted| names.contains(wanted))
        };
        let services: Vec<String> = row.services.keys().cloned().collect();
        let environments: Vec<String> = row.environments.keys().cloned().collect();
        let releases: Vec<String> = row.releases.keys().cloned().collect();
        is(&self.params.status, Some(status))
            && is(&self.params.substatus, substatus)
            && has(&self.params.service, &services)
            && has(&self.params.environment, &environments)
            && has(&self.params.release, &releases)
            && self
                .params
                .kind
                .as_ref()
                .is_none_or(|kind| is_type(&row.face.kind, kind))
            && row.first_seen < self.range.to
            && row.last_seen >= self.range.from
            && self.text.admits(|field| match field {
                "status" => vec![status.to_owned()],
                "substatus" => substatus.iter().map(|name| (*name).to_owned()).collect(),
                "service" => services.clone(),
                "environment" => environments.clone(),
                "release" => releases.clone(),
                "type" => vec![row.face.kind.clone()],
                _ => vec![
                    row.face.title.clone(),
                    row.face.message.clone(),
                    row.face.culprit.clone(),
                    issue.id.short(),
                ],
            })
    }
}

/// By what a list is ordered.
enum Sort {
    LastSeen,
    FirstSeen,
    Count,
}

impl Sort {
    fn of(name: Option<&str>) -> Result<Self, ApiError> {
        match name {
            None | Some("last_seen") => Ok(Self::LastSeen),
            Some("first_seen") => Ok(Self::FirstSeen),
            Some("count") => Ok(Self::Count),
            Some(_) => Err(ApiError::invalid("sort", "last_seen, first_seen or count")),
        }
    }

    fn value(&self, issue: &Issue) -> i64 {
        match self {
            Self::LastSeen => issue.row.last_seen.0,
            Self::FirstSeen => issue.row.first_seen.0,
            Self::Count => i64::try_from(issue.row.count).unwrap_or(i64::MAX),
        }
    }
}
