//! The builder: each call adds to what the last one began.

use super::{At, EPOCH, Link, Log, Request, Resource, Span, SpanEvent, Value, span_id, trace_id};

const MILLISECOND: u64 = 1_000_000;

/// An empty request; its first trace is `trace_id(1)`, its first span `span_id(1)`.
#[must_use]
pub fn request() -> Request {
    Request {
        next_span: 1,
        trace: 1,
        ..Request::default()
    }
}

impl Request {
    /// Begins the records of service `name`.
    #[must_use]
    pub fn resource(mut self, name: &str) -> Self {
        let attributes = vec![("service.name".into(), name.into())];
        self.resources.push(Resource {
            attributes,
            scope: "test".into(),
            ..Resource::default()
        });
        self.at = None;
        self
    }

    /// Further spans belong to `trace_id(number)`.
    #[must_use]
    pub fn trace(mut self, number: u64) -> Self {
        self.trace = number;
        self
    }

    /// Further spans count on from `span_id(number)`.
    #[must_use]
    pub fn span_ids_from(mut self, number: u64) -> Self {
        self.next_span = number;
        self
    }

    /// Adds a root span of 10 ms, one millisecond after the one before.
    #[must_use]
    pub fn span(self, name: &str) -> Self {
        self.push_span(name, Vec::new())
    }

    /// Adds a child of the span that was added last, in the present resource or an earlier one.
    ///
    /// # Panics
    /// Without a span.
    #[must_use]
    pub fn child(self, name: &str) -> Self {
        let spans = self
            .resources
            .iter()
            .rev()
            .flat_map(|resource| resource.spans.iter().rev());
        let parent = spans.map(|span| span.span_id.clone()).next();
        self.push_span(name, parent.expect("a child needs a span before it"))
    }

    /// Adds a child of `span_id(parent)`, which may be in another request or nowhere.
    #[must_use]
    pub fn child_of(self, parent: u64, name: &str) -> Self {
        self.push_span(name, span_id(parent).to_vec())
    }

    fn push_span(mut self, name: &str, parent_span_id: Vec<u8>) -> Self {
        let start = EPOCH + self.next_span * MILLISECOND;
        let span = Span {
            trace_id: trace_id(self.trace).to_vec(),
            span_id: span_id(self.next_span).to_vec(),
            parent_span_id,
            name: name.into(),
            kind: super::INTERNAL,
            start,
            end: start + 10 * MILLISECOND,
            ..Span::default()
        };
        self.next_span += 1;
        let resource = self.last_resource();
        resource.spans.push(span);
        self.at = Some(At::Span(resource.spans.len() - 1));
        self
    }

    /// Adds a log record in the trace and span of the span that was added last, if there is one.
    #[must_use]
    pub fn log(mut self, body: &str) -> Self {
        let time = EPOCH + self.next_span * MILLISECOND;
        let resource = self.last_resource();
        let ids = resource
            .spans
            .last()
            .map(|span| (span.trace_id.clone(), span.span_id.clone()));
        let (trace_id, span_id) = ids.unwrap_or_default();
        let body = Some(body.into());
        resource.logs.push(Log {
            time,
            body,
            trace_id,
            span_id,
            ..Log::default()
        });
        self.at = Some(At::Log(resource.logs.len() - 1));
        self
    }

    /// Adds an attribute to the span or log record, else to the resource.
    #[must_use]
    pub fn attribute(mut self, key: &str, value: impl Into<Value>) -> Self {
        let attribute = (key.into(), value.into());
        match self.at {
            Some(At::Span(at)) => self.last_resource().spans[at].attributes.push(attribute),
            Some(At::Log(at)) => self.last_resource().logs[at].attributes.push(attribute),
            None => self.last_resource().attributes.push(attribute),
        }
        self
    }

    /// Sets the kind of the span.
    #[must_use]
    pub fn kind(self, kind: u32) -> Self {
        self.edit_span(|span| span.kind = kind)
    }

    /// Sets start and end of the span.
    #[must_use]
    pub fn times(self, start: u64, end: u64) -> Self {
        self.edit_span(|span| (span.start, span.end) = (start, end))
    }

    /// Sets the span's status to error.
    #[must_use]
    pub fn error(self, message: &str) -> Self {
        self.edit_span(|span| (span.status_code, span.status_message) = (2, message.into()))
    }

    /// Adds a span event.
    #[must_use]
    pub fn event(self, name: &str, attributes: &[(&str, &str)]) -> Self {
        let attributes = attributes
            .iter()
            .map(|(key, value)| ((*key).into(), (*value).into()));
        let attributes: Vec<_> = attributes.collect();
        self.edit_span(|span| {
            let time = span.start + MILLISECOND;
            span.events.push(SpanEvent {
                time,
                name: name.into(),
                attributes,
            });
        })
    }

    /// Records an exception: as an event with the status set to error on a span, as attributes on
    /// a log record.
    #[must_use]
    pub fn exception(self, kind: &str, message: &str, stack: &str) -> Self {
        if let Some(At::Log(_)) = self.at {
            return self
                .attribute("exception.type", kind)
                .attribute("exception.message", message)
                .attribute("exception.stacktrace", stack);
        }
        let attributes = [
            ("exception.type", kind),
            ("exception.message", message),
            ("exception.stacktrace", stack),
        ];
        self.event("exception", &attributes).error(message)
    }

    /// Links the span to `span_id(span)` in `trace_id(trace)`.
    #[must_use]
    pub fn link(self, trace: u64, span: u64) -> Self {
        let (trace_id, span_id) = (trace_id(trace).to_vec(), span_id(span).to_vec());
        self.edit_span(|at| {
            at.links.push(Link {
                trace_id,
                span_id,
                attributes: Vec::new(),
            })
        })
    }

    /// Sets the severity of the log record.
    #[must_use]
    pub fn severity(self, number: u32) -> Self {
        self.edit_log(|log| log.severity_number = number)
    }

    /// Changes the span in any way.
    ///
    /// # Panics
    /// Where the last thing added was no span.
    #[must_use]
    pub fn edit_span(mut self, edit: impl FnOnce(&mut Span)) -> Self {
        let Some(At::Span(at)) = self.at else {
            panic!("no span to change: call span() or child() before");
        };
        edit(&mut self.last_resource().spans[at]);
        self
    }

    /// Changes the log record in any way.
    ///
    /// # Panics
    /// Where the last thing added was no log record.
    #[must_use]
    pub fn edit_log(mut self, edit: impl FnOnce(&mut Log)) -> Self {
        let Some(At::Log(at)) = self.at else {
            panic!("no log record to change: call log() before");
        };
        edit(&mut self.last_resource().logs[at]);
        self
    }

    fn last_resource(&mut self) -> &mut Resource {
        self.resources.last_mut().expect("call resource() first")
    }
}
