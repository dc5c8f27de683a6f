//! The way of a failure through spans and services, as an error event shows it.

use std::collections::BTreeMap;

use crate::assembly::id_of;
use crate::error_event::{PathSpan, Role, ServiceRole};
use crate::origin::{Forest, Found, Node};

/// Spans of a path that are shown; a longer one is cut in the middle.
const PATH_MAX: usize = 200;
/// Services listed per event.
const SERVICES_MAX: usize = 200;

/// Spans from the root to the origin, and how many were left out of the middle.
pub(super) fn path(forest: &Forest<'_>, found: &Found) -> (Vec<PathSpan>, u32) {
    let mut nodes: Vec<u32> = forest
        .tree
        .ancestors(found.node)
        .filter(|&at| forest.node(at).is_some_and(|node| node.span.is_some()))
        .collect();
    nodes.reverse();
    let omitted = nodes.len().saturating_sub(PATH_MAX);
    if omitted > 0 {
        nodes.drain(PATH_MAX / 2..PATH_MAX / 2 + omitted);
    }
    let spans = nodes
        .into_iter()
        .filter_map(|at| span(forest, forest.node(at)?));
    (spans.collect(), omitted as u32)
}

fn span(forest: &Forest<'_>, node: &Node) -> Option<PathSpan> {
    let span = forest.state.spans.get(node.span? as usize)?;
    Some(PathSpan {
        span_id: id_of(span.id)?,
        parent_span_id: id_of(span.parent),
        service: forest.text(node.service).to_owned(),
        operation: forest.text(node.name).to_owned(),
        kind: node.kind,
        start: span.start,
        end: span.end,
        status: span.status(),
    })
}

/// Services of the trace: the origin's, those that the failure passed through, the others.
///
/// `faulty`: nodes with an error mark, ascending.
pub(super) fn services(forest: &Forest<'_>, found: &Found, faulty: &[u32]) -> Vec<ServiceRole> {
    let mut roles: BTreeMap<&str, Role> = BTreeMap::new();
    for node in &forest.nodes {
        roles
            .entry(forest.text(node.service))
            .or_insert(Role::Bystander);
    }
    for at in forest
        .tree
        .ancestors(found.node)
        .filter(|at| faulty.binary_search(at).is_ok())
    {
        if let Some(node) = forest.node(at) {
            roles.insert(forest.text(node.service), Role::Victim);
        }
    }
    let origin = origin_service(forest, found);
    roles.insert(&origin, Role::Origin);
    let mut services: Vec<ServiceRole> = roles
        .into_iter()
        .map(|(name, role)| ServiceRole {
            name: name.to_owned(),
            role,
        })
        .collect();
    services.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
    services.truncate(SERVICES_MAX);
    services
}

/// The service that it began in; `remote:<address>` for one that sends nothing.
pub(super) fn origin_service(forest: &Forest<'_>, found: &Found) -> String {
    match (&found.remote, forest.node(found.node)) {
        (Some(address), _) => format!("remote:{address}"),
        (None, Some(node)) => forest.text(node.service).to_owned(),
        (None, None) => String::new(),
    }
}
