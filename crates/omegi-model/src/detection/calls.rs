//! Calls between services, for the service flow: from parents and links, never from sorted clocks.

use crate::assembly::tree::{Item, Tree};
use crate::assembly::{Flags, Operation, Span, TraceState, id_bits, id_of};
use crate::error_event::SpanKind;
use crate::event::NodeKind;
use crate::id::{SpanId, TraceId};
use crate::time::UnixNanos;

/// One call, by the span of the callee (of the caller, where the callee sends nothing).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call<'s> {
    /// Caller; empty for an entry from outside.
    pub from: &'s str,
    /// Callee.
    pub to: &'s str,
    /// What the callee is.
    pub to_kind: NodeKind,
    /// By a span link, not by parent and child.
    pub by_link: bool,
    /// It failed on either side.
    pub failed: bool,
    /// When it began, as sent.
    pub start: UnixNanos,
    /// How long it took; never negative.
    pub duration_ns: i64,
    /// When it ended, as sent.
    pub end: UnixNanos,
    /// The span that tells of it.
    pub span_id: SpanId,
}

/// A call by a link to a span of another trace, whose service only that trace knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignCall<'s> {
    /// Trace of the caller.
    pub trace_id: TraceId,
    /// Span of the caller.
    pub span_id: SpanId,
    /// The call; `from` is empty.
    pub call: Call<'s>,
}

/// Calls of the trace that were not counted yet, in order of their fields.
///
/// Call [`TraceState::calls_counted`] when they are; a span that comes later then adds only its own.
#[must_use]
pub fn service_calls(state: &TraceState) -> Vec<Call<'_>> {
    let view = View::of(state);
    let mut calls: Vec<Call<'_>> = Vec::new();
    for at in 0..view.spans.len() as u32 {
        calls.extend(view.incoming(at));
        calls.extend(view.outgoing(at));
    }
    calls.extend(view.linked());
    calls.sort_unstable();
    calls
}

/// Calls by links to other traces that were not counted yet.
#[must_use]
pub fn foreign_calls(state: &TraceState) -> Vec<ForeignCall<'_>> {
    let own = state.key().trace_id();
    let foreign = state.links.iter().filter(|link| Some(link.trace) != own);
    let mut calls: Vec<ForeignCall<'_>> = foreign
        .filter_map(|link| {
            let span = state.spans.get(link.span as usize)?;
            let callee = state.operations.get(span.operation);
            let to = state.service_of(callee.source);
            let call = call(
                span,
                "",
                to,
                NodeKind::Service,
                true,
                span.flags.has(Flags::FAILING),
            )?;
            Some(ForeignCall {
                trace_id: link.trace,
                span_id: link.to,
                call,
            })
        })
        .collect();
    calls.sort_unstable();
    calls
}

impl TraceState {
    /// All calls so far were counted.
    pub fn calls_counted(&mut self) {
        for span in &mut self.spans {
            span.flags.set(Flags::COUNTED);
        }
    }
}

/// Spans in order of start with their tree.
struct View<'s> {
    state: &'s TraceState,
    spans: Vec<(&'s Span, Operation, u32)>,
    tree: Tree,
}

impl<'s> View<'s> {
    fn of(state: &'s TraceState) -> Self {
        let mut spans: Vec<(&Span, Operation, u32)> = state
            .spans
            .iter()
            .map(|span| {
                let operation = state.operations.get(span.operation);
                (span, operation, state.sources.get(operation.source).service)
            })
            .collect();
        spans.sort_by_key(|(span, operation, _)| (span.start, span.id, operation.kind));
        let items: Vec<Item> = spans
            .iter()
            .map(|&(span, operation, service)| Item {
                id: span.id,
                parent: span.parent,
                service,
                kind: operation.kind,
            })
            .collect();
        let tree = Tree::link(&items);
        Self { state, spans, tree }
    }

    fn get(&self, at: u32) -> Option<&(&'s Span, Operation, u32)> {
        self.spans.get(at as usize)
    }

    fn service(&self, operation: Operation) -> &'s str {
        self.state.service_of(operation.source)
    }

    /// The call that this span is the callee of: from its parent's service, or from outside.
    fn incoming(&self, at: u32) -> Option<Call<'s>> {
        let &(span, operation, service) = self.get(at)?;
        let failing = span.flags.has(Flags::FAILING);
        let to = self.service(operation);
        let Some(parent) = self.tree.parent(at) else {
            let entry = matches!(operation.kind, SpanKind::Server | SpanKind::Consumer);
            if span.parent != 0 && !entry {
                return None;
            }
            let queue = operation.kind == SpanKind::Consumer && operation.peer != 0;
            let from = if queue {
                self.state.texts.get(operation.peer)
            } else {
                ""
            };
            let by_link = queue && span.flags.has(Flags::LINKED);
            return call(span, from, to, NodeKind::Service, by_link, failing);
        };
        let &(caller, caller_operation, caller_service) = self.get(parent)?;
        if caller_service == service {
            return None;
        }
        let refused = caller_operation.kind == SpanKind::Client && caller.flags.has(Flags::FAILING);
        let from = self.service(caller_operation);
        call(span, from, to, NodeKind::Service, false, failing || refused)
    }

    /// The call of a span whose callee sends nothing.
    fn outgoing(&self, at: u32) -> Option<Call<'s>> {
        let &(span, operation, service) = self.get(at)?;
        let calls = matches!(operation.kind, SpanKind::Client | SpanKind::Producer);
        let answered = self.tree.children(at).iter().any(|&child| {
            self.get(child)
                .is_some_and(|&(_, _, other)| other != service)
        });
        if !calls || answered || operation.peer == 0 {
            return None;
        }
        let to = self.state.texts.get(operation.peer);
        let failing = span.flags.has(Flags::FAILING);
        call(
            span,
            self.service(operation),
            to,
            operation.peer_kind,
            false,
            failing,
        )
    }

    /// Calls by links within the trace, where parent and child do not tell of them.
    fn linked(&self) -> Vec<Call<'s>> {
        let own = self.state.key().trace_id();
        let within = self
            .state
            .links
            .iter()
            .filter(|link| Some(link.trace) == own);
        let calls = within.filter_map(|link| {
            let span = self.state.spans.get(link.span as usize)?;
            let bits = id_bits(link.to);
            let caller = self.state.spans.iter().find(|other| other.id == bits)?;
            let from = self.service(self.state.operations.get(caller.operation));
            let to = self.service(self.state.operations.get(span.operation));
            if from == to || span.parent == bits {
                return None;
            }
            call(
                span,
                from,
                to,
                NodeKind::Service,
                true,
                span.flags.has(Flags::FAILING),
            )
        });
        calls.collect()
    }
}

/// `None` where the span was counted before.
fn call<'s>(
    span: &Span,
    from: &'s str,
    to: &'s str,
    to_kind: NodeKind,
    by_link: bool,
    failed: bool,
) -> Option<Call<'s>> {
    if span.flags.has(Flags::COUNTED) {
        return None;
    }
    Some(Call {
        from,
        to,
        to_kind,
        by_link,
        failed,
        start: span.start,
        duration_ns: span.end.since(span.start),
        end: span.end,
        span_id: id_of(span.id)?,
    })
}
