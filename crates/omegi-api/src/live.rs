//! The live stream: server-sent events, resumable by `Last-Event-ID`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::stream::{self, Stream};
use http::HeaderMap;
use omegi_model::event::ServiceCalls;
use omegi_model::id::ProjectId;
use omegi_projection::live::{Change, Feed, LiveError, LiveEvent};
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::errors::summary;
use crate::issues::view;
use crate::problem::{ApiError, Problem};
use crate::state::Api;

const HEARTBEAT: Duration = Duration::from_secs(15);

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(live))
}

/// Which changes to stream.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LiveParams {
    /// Slug; without it, all that the caller may see.
    project: Option<String>,
    /// As the header `Last-Event-ID`, for clients that cannot set it.
    last_event_id: Option<String>,
}

/// Data of `flow_changed`: what is new, not totals.
#[derive(Debug, Serialize, ToSchema)]
struct FlowChange {
    project: String,
    /// Names of nodes with new calls.
    nodes: Vec<String>,
    edges: Vec<EdgeChange>,
}

/// New calls along one edge.
#[derive(Debug, Serialize, ToSchema)]
struct EdgeChange {
    from: String,
    to: String,
    requests: u64,
    errors: u64,
    last_seen: String,
}

/// Streams `error_detected`, `error_revised`, `issue_changed`, `flow_changed`, `project_changed`,
/// or `replay_gap` when the position is too old (fetch anew).
#[utoipa::path(
    get, path = "/api/v1/live", tag = "live",
    params(LiveParams, ("Last-Event-ID" = Option<String>, Header, description = "Resume after it")),
    responses(
        (status = 200, description = "Server-sent events", content_type = "text/event-stream"),
        (status = "default", body = Problem),
    ),
)]
async fn live(
    State(api): State<Api>,
    caller: Caller,
    Query(params): Query<LiveParams>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let only = match &params.project {
        None => None,
        Some(slug) => Some(api.visible_project(&caller, slug)?.id),
    };
    let permit = api.live_permit()?;
    let header = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok());
    let position = header
        .or(params.last_event_id.as_deref())
        .map(str::parse)
        .transpose();
    let (feed, gap) = match api.live().feed(position.ok().flatten()).await {
        Ok(feed) => (feed, false),
        Err(LiveError::Gap) => (
            api.live().feed(None).await.map_err(ApiError::internal)?,
            true,
        ),
        Err(error) => return Err(ApiError::internal(error)),
    };
    let teller = Teller {
        api,
        caller,
        only,
        feed,
        gap,
        started: false,
        _permit: Arc::new(permit),
    };
    let stream = stream::unfold(teller, Teller::tell);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("heartbeat")))
}

/// One open stream.
struct Teller {
    api: Api,
    caller: Caller,
    only: Option<ProjectId>,
    feed: Feed,
    gap: bool,
    started: bool,
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Teller {
    async fn tell(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if !self.started {
            self.started = true;
            // Says at once where the stream stands, so that a client can resume even when nothing
            // has happened yet.
            let name = if std::mem::take(&mut self.gap) {
                "replay_gap"
            } else {
                "open"
            };
            let event = Event::default()
                .event(name)
                .id(self.feed.position().to_string())
                .data("{}");
            return Some((Ok(event), self));
        }
        loop {
            let event = tokio::select! {
                () = self.api.stopping() => return None,
                event = self.feed.next() => event,
            };
            match event {
                Ok(None) => {}
                Ok(Some(event)) => {
                    if let Some(told) = self.render(&event) {
                        return Some((Ok(told), self));
                    }
                }
                Err(LiveError::Gap) => {
                    self.feed = self.api.live().feed(None).await.ok()?;
                    (self.gap, self.started) = (true, false);
                    return Box::pin(self.tell()).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "live stream ended");
                    return None;
                }
            }
        }
    }

    /// The event as sent; `None` for what this caller may not see or did not ask for.
    fn render(&self, event: &LiveEvent) -> Option<Event> {
        if self.only.is_some_and(|only| only != event.project) {
            return None;
        }
        let (name, data) = match self.api.slug(event.project) {
            Some(slug) if self.sees(event.project) => self.data(&event.change, &slug)?,
            _ => return None,
        };
        let id = event.position.to_string();
        Some(Event::default().event(name).id(id).data(data.to_string()))
    }

    /// Membership may have changed since the stream was opened.
    fn sees(&self, project: ProjectId) -> bool {
        self.api
            .read(|workspace| workspace.role_in(self.caller.actor, project).is_some())
    }

    fn data(&self, change: &Change, slug: &str) -> Option<(&'static str, serde_json::Value)> {
        let api = &self.api;
        let json = match change {
            Change::ErrorDetected(stored) => ("error_detected", to_json(&summary(api, stored)?)),
            Change::ErrorRevised(stored) => ("error_revised", to_json(&summary(api, stored)?)),
            Change::Issue(id) => (
                "issue_changed",
                to_json(&view(api, &api.faults().issue(*id)?, slug)),
            ),
            Change::Flow(calls) => ("flow_changed", to_json(&flow_change(calls, slug))),
            Change::Project => ("project_changed", serde_json::json!({ "project": slug })),
        };
        Some(json)
    }
}

fn flow_change(calls: &[ServiceCalls], slug: &str) -> FlowChange {
    let edges = calls
        .iter()
        .filter(|call| !call.from.is_empty())
        .map(|call| EdgeChange {
            from: call.from.clone(),
            to: call.to.clone(),
            requests: call.requests,
            errors: call.errors,
            last_seen: call.last_seen.to_string(),
        });
    let names: std::collections::BTreeSet<&String> = calls
        .iter()
        .flat_map(|call| [&call.from, &call.to])
        .filter(|n| !n.is_empty())
        .collect();
    FlowChange {
        project: slug.to_owned(),
        nodes: names.into_iter().cloned().collect(),
        edges: edges.collect(),
    }
}

fn to_json(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}
