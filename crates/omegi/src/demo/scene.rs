//! One customer's request while it is being told: spans and logs with a running clock.

use serde_json::Value;

use super::otlp::{Kind, Log, Span, attribute, exception, number};
use super::random::Random;
use super::services::Service;
use super::stacks::Thrown;

/// Index of a span within its scene.
pub(super) type SpanAt = usize;

/// Everything one request leaves behind.
pub(super) struct Scene<'a> {
    pub(super) random: &'a mut Random,
    pub(super) spans: Vec<Span>,
    pub(super) logs: Vec<Log>,
    trace: String,
    now_us: u64,
}

impl<'a> Scene<'a> {
    pub(super) fn new(random: &'a mut Random) -> Self {
        let trace = random.trace_id();
        Self {
            random,
            spans: Vec::new(),
            logs: Vec::new(),
            trace,
            now_us: 0,
        }
    }

    /// Later spans belong to a new trace, as behind a queue.
    pub(super) fn new_trace(&mut self) {
        self.trace = self.random.trace_id();
    }

    /// Time passes: work of `low` to `high` microseconds.
    pub(super) fn work(&mut self, low: u64, high: u64) {
        self.now_us += self.random.between(low, high);
    }

    /// Opens a span under `parent`.
    pub(super) fn open(
        &mut self,
        parent: Option<SpanAt>,
        service: Service,
        kind: Kind,
        name: &str,
    ) -> SpanAt {
        let parent = parent.map(|at| self.spans[at].id.clone());
        self.spans.push(Span {
            service,
            trace: self.trace.clone(),
            id: self.random.span_id(),
            parent,
            name: name.to_owned(),
            kind,
            start_us: self.now_us,
            end_us: self.now_us,
            attributes: Vec::new(),
            events: Vec::new(),
            links: Vec::new(),
            error: None,
        });
        self.work(80, 900);
        self.spans.len() - 1
    }

    /// Ends a span now.
    pub(super) fn close(&mut self, at: SpanAt) {
        self.work(50, 400);
        self.spans[at].end_us = self.now_us;
    }

    pub(super) fn tag(&mut self, at: SpanAt, key: &str, value: &str) {
        self.spans[at].attributes.push(attribute(key, value));
    }

    pub(super) fn count(&mut self, at: SpanAt, key: &str, value: u64) {
        self.spans[at].attributes.push(number(key, value));
    }

    /// Records `thrown` on a span and fails it.
    pub(super) fn throw(&mut self, at: SpanAt, thrown: &Thrown) {
        let event = exception(thrown.kind, &thrown.message, &thrown.stack);
        self.spans[at].events.push((self.now_us, event));
        self.fail(at, &thrown.message);
    }

    /// Records `thrown` on a span that copes with it.
    pub(super) fn cope(&mut self, at: SpanAt, thrown: &Thrown) {
        let event = exception(thrown.kind, &thrown.message, &thrown.stack);
        self.spans[at].events.push((self.now_us, event));
    }

    pub(super) fn fail(&mut self, at: SpanAt, message: &str) {
        self.spans[at].error = Some(message.to_owned());
    }

    /// A CLIENT span in `from` and the SERVER span it reaches in `to`; (client, server).
    pub(super) fn call(
        &mut self,
        parent: SpanAt,
        from: Service,
        to: Service,
        route: &str,
    ) -> (SpanAt, SpanAt) {
        let client = self.open(Some(parent), from, Kind::Client, route);
        self.tag(client, "server.address", to.name());
        self.tag(
            client,
            "url.full",
            &format!("http://{}:8080{}", to.name(), path(route)),
        );
        let server = self.open(Some(client), to, Kind::Server, route);
        self.tag(server, "http.request.method", method(route));
        self.tag(server, "http.route", path(route));
        (client, server)
    }

    /// Ends both sides of a call with an HTTP status.
    pub(super) fn answer(&mut self, (client, server): (SpanAt, SpanAt), status: u64) {
        for at in [server, client] {
            self.count(at, "http.response.status_code", status);
            if status >= 500 && self.spans[at].error.is_none() {
                self.fail(at, "");
            }
            self.close(at);
        }
    }

    /// A database or cache call that succeeds.
    pub(super) fn query(&mut self, parent: SpanAt, system: &str, statement: &str) {
        let service = self.spans[parent].service;
        let operation = statement.split(' ').next().unwrap_or(statement).to_owned();
        let at = self.open(Some(parent), service, Kind::Client, &operation);
        self.tag(at, "db.system.name", system);
        self.tag(at, "db.query.text", statement);
        self.tag(at, "server.address", &format!("{system}.shop.example"));
        self.work(300, 4_000);
        self.close(at);
    }

    /// A log record of the span, or of no trace at all.
    pub(super) fn log(
        &mut self,
        service: Service,
        span: Option<SpanAt>,
        severity: u8,
        body: &str,
        attributes: Vec<Value>,
    ) {
        let trace = span.map(|at| (self.spans[at].trace.clone(), self.spans[at].id.clone()));
        self.logs.push(Log {
            service,
            trace,
            at_us: self.now_us,
            severity,
            body: body.to_owned(),
            attributes,
        });
    }
}

fn method(route: &str) -> &str {
    route.split(' ').next().unwrap_or("GET")
}

fn path(route: &str) -> &str {
    route.split(' ').nth(1).unwrap_or("/")
}
