//! One trace by id: its spans, logs, verdict and error events.

use axum::Json;
use axum::extract::{Path, Query, State};
use omegi_model::id::TraceId;
use omegi_model::time::UnixNanos;
use omegi_projection::faults::{ErrorFilter, StoredError};
use omegi_projection::traces::{Fields, StoredEvent, StoredLink, StoredLog, StoredSpan, TracePage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::errors::read_page;
use crate::page::{self, PageParams};
use crate::problem::{ApiError, Problem};
use crate::state::Api;
use crate::view::{VerdictView, text, verdict};

const SPANS_DEFAULT: usize = 10_000;
const SPANS_MAX: usize = 100_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get))
}

/// How much of a trace.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TraceParams {
    /// Spans a page, 1 to 100,000; 10,000 by default.
    limit: Option<usize>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
    /// `light` leaves attributes, events, links and resource out.
    fields: Option<String>,
}

/// A trace, or one page of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TraceView {
    trace_id: String,
    /// Of its newest error event; null for a trace without one.
    verdict: Option<VerdictView>,
    /// The error path first, then by start.
    spans: Vec<SpanView>,
    /// Log records of the trace, with the first page alone.
    logs: Vec<LogView>,
    /// Spans of the whole trace.
    spans_total: usize,
    /// Error events that began in it.
    error_ids: Vec<String>,
    next_cursor: Option<String>,
}

/// A span.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpanView {
    span_id: String,
    parent_span_id: Option<String>,
    service: String,
    operation: String,
    /// `internal`, `server`, `client`, `producer` or `consumer`.
    kind: String,
    /// RFC 3339.
    start: String,
    /// RFC 3339.
    end: String,
    /// Unix nanoseconds.
    start_ns: String,
    /// Unix nanoseconds.
    end_ns: String,
    /// `unset`, `ok` or `error`.
    status: String,
    status_message: Option<String>,
    /// What is odd about it, such as `end_before_start`.
    anomalies: Vec<String>,
    #[serde(flatten)]
    heavy: Option<HeavyView>,
}

/// What a light read leaves out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeavyView {
    #[schema(value_type = Object)]
    attributes: Value,
    events: Vec<EventView>,
    links: Vec<LinkView>,
    #[schema(value_type = Object)]
    resource: Value,
    scope: ScopeView,
}

/// An event of a span.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventView {
    time_ns: String,
    name: String,
    #[schema(value_type = Object)]
    attributes: Value,
}

/// A link to another span.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkView {
    trace_id: String,
    span_id: String,
    #[schema(value_type = Object)]
    attributes: Value,
}

/// The library that made a span.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScopeView {
    name: String,
    version: String,
}

/// A log record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogView {
    time_ns: String,
    /// RFC 3339.
    time: String,
    span_id: Option<String>,
    service: String,
    severity_number: u8,
    severity_text: Option<String>,
    #[schema(value_type = Object)]
    body: Value,
    #[schema(value_type = Object)]
    attributes: Value,
}

/// One trace.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/traces/{trace_id}", tag = "traces",
    params(
        ("project" = String, Path, description = "Slug"),
        ("trace_id" = String, Path, description = "32 hex digits"),
        TraceParams,
    ),
    responses((status = 200, body = TraceView), (status = "default", body = Problem)),
)]
async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path((slug, id)): Path<(String, String)>,
    Query(params): Query<TraceParams>,
) -> Result<Json<TraceView>, ApiError> {
    let project = api.visible_project(&caller, &slug)?.id;
    let trace_id: TraceId = id.parse().map_err(|_| ApiError::NotFound("trace"))?;
    let (page, fields) = (params.page()?, params.fields()?);
    let found = api.traces().get(project, trace_id, page, fields).await;
    let found = found.map_err(ApiError::internal)?;
    let filter = ErrorFilter::Trace(project, trace_id);
    let errors = read_page(&api, filter, &PageParams::default(), |_| true)
        .await?
        .items;
    if found.spans.is_empty() && found.logs.is_empty() && errors.is_empty() && page.after == 0 {
        return Err(ApiError::NotFound("trace"));
    }
    Ok(Json(TraceView {
        trace_id: trace_id.to_string(),
        verdict: newest(&errors).map(|error| verdict(&error.event.verdict)),
        spans: found
            .spans
            .into_iter()
            .map(|span| span_view(span, fields))
            .collect(),
        logs: found.logs.into_iter().map(log_view).collect(),
        spans_total: found.spans_total,
        error_ids: errors
            .iter()
            .map(|error| error.event.id.to_string())
            .collect(),
        next_cursor: found.next.map(|next| page::cursor(&next)).transpose()?,
    }))
}

impl TraceParams {
    fn page(&self) -> Result<TracePage, ApiError> {
        let limit = match self.limit {
            None => SPANS_DEFAULT,
            Some(limit @ 1..=SPANS_MAX) => limit,
            Some(_) => {
                return Err(ApiError::invalid(
                    "limit",
                    format!("must be 1 to {SPANS_MAX}"),
                ));
            }
        };
        let paging = PageParams {
            limit: None,
            cursor: self.cursor.clone(),
        };
        Ok(TracePage {
            after: paging.cursor::<usize>()?.unwrap_or_default(),
            limit,
        })
    }

    fn fields(&self) -> Result<Fields, ApiError> {
        match self.fields.as_deref() {
            None | Some("all") => Ok(Fields::All),
            Some("light") => Ok(Fields::Light),
            Some(_) => Err(ApiError::invalid("fields", "all or light")),
        }
    }
}

/// The error event whose verdict saw the most of the trace.
fn newest(errors: &[StoredError]) -> Option<&StoredError> {
    errors
        .iter()
        .max_by_key(|error| (error.event.verdict.spans, error.event.revision))
}

fn span_view(span: StoredSpan, fields: Fields) -> SpanView {
    let heavy = (fields == Fields::All).then(|| HeavyView {
        attributes: json(&span.attributes),
        events: span.events.iter().map(event_view).collect(),
        links: span.links.iter().map(link_view).collect(),
        resource: json(&*span.resource),
        scope: ScopeView {
            name: span.scope.name.clone(),
            version: span.scope.version.clone(),
        },
    });
    SpanView {
        span_id: span.span_id.to_string(),
        parent_span_id: span.parent_span_id.map(|id| id.to_string()),
        service: span.service,
        operation: span.operation,
        kind: text(&span.kind),
        start: UnixNanos(span.start_ns).to_string(),
        end: UnixNanos(span.end_ns).to_string(),
        start_ns: span.start_ns.to_string(),
        end_ns: span.end_ns.to_string(),
        status: text(&span.status),
        status_message: span.status_message,
        anomalies: span.anomalies,
        heavy,
    }
}

fn event_view(event: &StoredEvent) -> EventView {
    EventView {
        time_ns: event.time_ns.to_string(),
        name: event.name.clone(),
        attributes: json(&event.attributes),
    }
}

fn link_view(link: &StoredLink) -> LinkView {
    LinkView {
        trace_id: link.trace_id.to_string(),
        span_id: link.span_id.to_string(),
        attributes: json(&link.attributes),
    }
}

fn log_view(log: StoredLog) -> LogView {
    LogView {
        time_ns: log.time_ns.to_string(),
        time: UnixNanos(log.time_ns).to_string(),
        span_id: log.span_id.map(|id| id.to_string()),
        service: log.service,
        severity_number: log.severity_number,
        severity_text: log.severity_text,
        body: json(&log.body),
        attributes: json(&log.attributes),
    }
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
