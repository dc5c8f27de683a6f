//! The service flow: who calls whom, and where it burns.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Path, Query, State};
use omegi_model::event::NodeKind;
use omegi_projection::faults::Issue;
use omegi_projection::faults::flow::{Edge, quantile_ms};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::errors::blocking;
use crate::issues::unresolved;
use crate::page::RangeParams;
use crate::problem::{ApiError, Problem};
use crate::state::Api;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get))
}

/// Nodes and edges.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowView {
    nodes: Vec<NodeView>,
    edges: Vec<EdgeView>,
}

/// A service, or what one calls.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct NodeView {
    service: String,
    /// What it is made with.
    #[serde(rename = "type")]
    kind_of_service: Option<String>,
    /// `service`, `database`, `queue` or `external`.
    kind: &'static str,
    /// Now: `origin` of an unresolved issue, `victim` that one passes through, or `healthy`.
    state: &'static str,
    /// Now: unresolved issues that began here.
    unresolved: u64,
    /// Of the range.
    requests: u64,
    /// Of the range.
    errors: u64,
    /// Of the range.
    p99_ms: Option<f64>,
}

/// Calls from one node to another.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EdgeView {
    from: String,
    to: String,
    /// Of the range.
    requests: u64,
    /// Of the range.
    errors: u64,
    /// Of the range.
    p99_ms: Option<f64>,
    /// Latest end of a call.
    last_seen: String,
    /// Now: an unresolved issue travels along it.
    failing: bool,
}

/// The service flow of a project; without a range, of the last 24 hours.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/flow", tag = "flow",
    params(("project" = String, Path, description = "Slug"), RangeParams),
    responses((status = 200, body = FlowView), (status = "default", body = Problem)),
)]
async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    Query(range): Query<RangeParams>,
) -> Result<Json<FlowView>, ApiError> {
    let project = api.visible_project(&caller, &slug)?;
    let range = range.or_last_day(api.now())?;
    let faults = api.faults().clone();
    let edges = blocking(move || faults.edges(project.id, range.from, range.to))
        .await?
        .map_err(ApiError::internal)?;
    let burning = unresolved(&api, &caller, project.id);
    let services: BTreeMap<String, Option<String>> = api.read(|workspace| {
        let services = workspace
            .projects
            .get(&project.id)
            .map(|project| &project.services);
        let typed = services.into_iter().flatten();
        typed
            .map(|(name, service)| (name.clone(), service.service_type.clone()))
            .collect()
    });
    Ok(Json(flow(&edges, &burning, &services)))
}

/// What the calls of a range and the issues of now look like together.
fn flow(
    edges: &[Edge],
    burning: &[Issue],
    services: &BTreeMap<String, Option<String>>,
) -> FlowView {
    let mut nodes: BTreeMap<&str, NodeView> = BTreeMap::new();
    for (name, kind) in services {
        nodes.insert(name, node(name, "service", kind.clone()));
    }
    let mut durations: BTreeMap<&str, BTreeMap<u16, u64>> = BTreeMap::new();
    for edge in edges {
        let entry = nodes
            .entry(&edge.to)
            .or_insert_with(|| node(&edge.to, kind_name(edge.to_kind), None));
        entry.requests += edge.requests;
        entry.errors += edge.errors;
        let all = durations.entry(&edge.to).or_default();
        for (bucket, count) in &edge.durations {
            *all.entry(*bucket).or_default() += count;
        }
        if !edge.from.is_empty() {
            nodes
                .entry(&edge.from)
                .or_insert_with(|| node(&edge.from, "service", None));
        }
    }
    for (name, durations) in durations {
        if let Some(node) = nodes.get_mut(name) {
            node.p99_ms = quantile_ms(&durations, 0.99);
        }
    }
    let fire = Fire::of(burning);
    for (name, node) in &mut nodes {
        node.unresolved = fire.origins.get(*name).copied().unwrap_or_default();
        node.state = match node.unresolved {
            1.. => "origin",
            0 if fire.victims.contains(*name) => "victim",
            0 => "healthy",
        };
    }
    let visible = edges.iter().filter(|edge| !edge.from.is_empty());
    let edges = merged_edges(visible)
        .into_iter()
        .map(|edge| edge_view(&edge, &fire))
        .collect();
    FlowView {
        nodes: nodes.into_values().collect(),
        edges,
    }
}

/// Where unresolved issues burn.
struct Fire {
    origins: BTreeMap<String, u64>,
    victims: BTreeSet<String>,
    /// Services of one issue, which its errors travel between.
    together: Vec<(String, BTreeSet<String>)>,
}

impl Fire {
    fn of(issues: &[Issue]) -> Self {
        let mut fire = Self {
            origins: BTreeMap::new(),
            victims: BTreeSet::new(),
            together: Vec::new(),
        };
        for issue in issues {
            let origin = issue.row.face.origin_service.clone();
            *fire.origins.entry(origin.clone()).or_default() += 1;
            let all: BTreeSet<String> = issue.row.services.keys().cloned().collect();
            fire.victims
                .extend(all.iter().filter(|name| **name != origin).cloned());
            fire.together.push((origin, all));
        }
        fire
    }

    fn failing(&self, from: &str, to: &str) -> bool {
        self.together.iter().any(|(origin, all)| {
            all.contains(from) && (all.contains(to) || origin == to) && from != origin
        })
    }
}

fn node(name: &str, kind: &'static str, kind_of_service: Option<String>) -> NodeView {
    NodeView {
        service: name.to_owned(),
        kind_of_service,
        kind,
        state: "healthy",
        unresolved: 0,
        requests: 0,
        errors: 0,
        p99_ms: None,
    }
}

/// One edge per pair of nodes, however it was known.
fn merged_edges<'a>(edges: impl Iterator<Item = &'a Edge>) -> Vec<Edge> {
    let mut merged: BTreeMap<(&str, &str), Edge> = BTreeMap::new();
    for edge in edges {
        match merged.get_mut(&(edge.from.as_str(), edge.to.as_str())) {
            None => {
                merged.insert((&edge.from, &edge.to), edge.clone());
            }
            Some(known) => {
                known.requests += edge.requests;
                known.errors += edge.errors;
                known.last_seen = known.last_seen.max(edge.last_seen);
                for (bucket, count) in &edge.durations {
                    *known.durations.entry(*bucket).or_default() += count;
                }
            }
        }
    }
    merged.into_values().collect()
}

fn edge_view(edge: &Edge, fire: &Fire) -> EdgeView {
    EdgeView {
        from: edge.from.clone(),
        to: edge.to.clone(),
        requests: edge.requests,
        errors: edge.errors,
        p99_ms: edge.quantile_ms(0.99),
        last_seen: edge.last_seen.to_string(),
        failing: edge.errors > 0 && fire.failing(&edge.from, &edge.to),
    }
}

fn kind_name(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Service => "service",
        NodeKind::Database => "database",
        NodeKind::Queue => "queue",
        NodeKind::External => "external",
    }
}
