//! What a pipeline file declares: sources, window, processor, limits, sink.
//!
//! Reads YAML as people write it. Writes a checked [`PipelineSpec`], or every mistake with its
//! line and column. A pipeline file names things and limits; it never holds code.

mod errors;
mod fields;
mod set;
mod tree;

use std::fs;
use std::path::Path;

pub use errors::{Mistake, Position, SpecErrors};
pub use set::PipelineSet;

use errors::Mistakes;
use fields::Fields;
use tree::{Node, Value};

/// A named stream of items between processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Spans: one of the two signals of the telemetry log.
    Spans,
    /// Log records: the other signal of the telemetry log.
    Logs,
    /// Judged traces, handed over in memory.
    Traces,
    /// The log of derived events.
    Derived,
}

const TOPICS: [(&str, Topic); 4] = [
    ("spans", Topic::Spans),
    ("logs", Topic::Logs),
    ("traces", Topic::Traces),
    ("derived", Topic::Derived),
];

/// What the items of a sink are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Project and trace.
    TraceId,
    /// Project.
    Project,
}

const KEYS: [(&str, Key); 2] = [("trace_id", Key::TraceId), ("project", Key::Project)];

/// How long a trace is waited for; all in log time, each no longer than the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From the first mark of an error to its announcement.
    pub settle_ns: i64,
    /// Quiet after which a whole trace is complete.
    pub quiet_ns: i64,
    /// Quiet after which a trace that is not whole is partial.
    pub idle_ns: i64,
    /// Age at which a trace is closed, whatever still comes.
    pub age_max_ns: i64,
}

/// What happens to a trace that is over a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnLimit {
    /// It is judged at once, with the verdict `truncated`.
    Truncate,
    /// Its state goes to disk until its next span or its next deadline.
    Spill,
}

/// What the open traces may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Traces open at once, over all projects.
    pub open_traces_max: usize,
    /// Memory of open traces, over all projects.
    pub open_bytes_max: usize,
    /// Spans joined of one trace; beyond it is `truncated`. The log keeps every span.
    pub spans_per_trace_max: usize,
    /// What gives way.
    pub on_limit: OnLimit,
}

/// Settings of `assemble-traces`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assembly {
    /// How long to wait.
    pub window: Window,
    /// What may be open.
    pub limits: Limits,
}

/// Settings of `link-services`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linking {
    /// Log time between two records of counts.
    pub every_ns: i64,
    /// Rows that are counted before a record is written early.
    pub rows_max: usize,
}

/// A processor and its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// Joins spans and logs by trace id, judges each trace.
    AssembleTraces(Assembly),
    /// Finds where errors began and tells it.
    DetectErrors,
    /// Counts calls between services.
    LinkServices(Linking),
}

const ASSEMBLE: &str = "assemble-traces";
const DETECT: &str = "detect-errors";
const LINK: &str = "link-services";

/// One checked pipeline file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineSpec {
    name: String,
    sources: Vec<Topic>,
    process: Process,
    sink: Topic,
    process_at: Position,
}

impl PipelineSpec {
    /// Reads a pipeline file's text.
    ///
    /// # Errors
    /// Every mistake in it, by line and column.
    pub fn parse(text: &str) -> Result<Self, SpecErrors> {
        let root = Node::parse(text)?;
        let mut mistakes = Mistakes::default();
        let spec = read_spec(&root, &mut mistakes);
        mistakes.settle(spec)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its items come from.
    #[must_use]
    pub fn sources(&self) -> &[Topic] {
        &self.sources
    }

    /// What it runs.
    #[must_use]
    pub fn process(&self) -> Process {
        self.process
    }

    /// Where its items go.
    #[must_use]
    pub fn sink(&self) -> Topic {
        self.sink
    }
}

/// Checks the pipeline file at `path` (`omegi pipeline check`).
///
/// # Errors
/// Every mistake in it; that it cannot be read is one.
pub fn check(path: &Path) -> Result<PipelineSpec, SpecErrors> {
    let file = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| {
        let at = Position::default();
        let text = format!("cannot be read: {error}");
        SpecErrors::one(Mistake { at, text }).in_file(&file)
    })?;
    PipelineSpec::parse(&text).map_err(|errors| errors.in_file(&file))
}

fn read_spec(root: &Node, mistakes: &mut Mistakes) -> Option<PipelineSpec> {
    let mut fields = Fields::of(root, "a pipeline", mistakes)?;
    let name = fields.required("name", mistakes);
    let name = name.and_then(|node| read_name(node, mistakes));
    let sources = fields.required("sources", mistakes);
    let sources = sources.and_then(|node| read_sources(node, mistakes));
    let process_node = fields.required("process", mistakes);
    let process = process_node.and_then(|node| read_process(node, &mut fields, mistakes));
    let sink = fields.required("sink", mistakes);
    let sink = sink.and_then(|node| read_sink(node, mistakes));
    fields.finish(mistakes);
    let spec = PipelineSpec {
        name: name?,
        sources: sources?,
        process: process?,
        sink: sink?.1,
        process_at: process_node?.at,
    };
    check_topics(&spec, mistakes);
    Some(spec)
}

fn read_name(node: &Node, mistakes: &mut Mistakes) -> Option<String> {
    let name = fields::text(node, "name", mistakes)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.chars().all(plain) || name.len() > 64 {
        mistakes.add(node.at, "name takes at most 64 of a-z, 0-9 and `-`");
        return None;
    }
    Some(name.to_owned())
}

fn read_sources(node: &Node, mistakes: &mut Mistakes) -> Option<Vec<Topic>> {
    let Value::List(items) = &node.value else {
        mistakes.add(node.at, "sources must be a list of topics");
        return None;
    };
    let mut topics: Vec<Topic> = Vec::new();
    for item in items {
        let Some(mut fields) = Fields::of(item, "a source", mistakes) else {
            continue;
        };
        let topic = fields.required("topic", mistakes);
        let topic = topic.and_then(|node| fields::word(node, "topic", &TOPICS, mistakes));
        fields.finish(mistakes);
        match topic {
            Some(topic) if topics.contains(&topic) => {
                mistakes.add(item.at, "this topic is named twice")
            }
            Some(topic) => topics.push(topic),
            None => {}
        }
    }
    if items.is_empty() {
        mistakes.add(node.at, "sources must name at least one topic");
    }
    Some(topics)
}

fn read_sink(node: &Node, mistakes: &mut Mistakes) -> Option<(Key, Topic)> {
    let mut fields = Fields::of(node, "sink", mistakes)?;
    let topic = fields.required("topic", mistakes);
    let topic = topic.and_then(|node| fields::word(node, "topic", &TOPICS, mistakes));
    let key = fields.required("key", mistakes);
    let key = key.and_then(|node| fields::word(node, "key", &KEYS, mistakes));
    fields.finish(mistakes);
    Some((key?, topic?))
}

/// Reads the processor and those fields of the pipeline that are settings of it.
fn read_process(node: &Node, fields: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Process> {
    let processors = [(ASSEMBLE, ASSEMBLE), (DETECT, DETECT), (LINK, LINK)];
    match fields::word(node, "processor", &processors, mistakes)? {
        ASSEMBLE => {
            let join = fields.required("join", mistakes);
            let window = join.and_then(|node| read_join(node, mistakes));
            let limits = fields.required("limits", mistakes);
            let limits = limits.and_then(|node| read_limits(node, mistakes));
            let (window, limits) = (window?, limits?);
            Some(Process::AssembleTraces(Assembly { window, limits }))
        }
        DETECT => Some(Process::DetectErrors),
        _ => {
            let emit = fields.required("emit", mistakes)?;
            read_emit(emit, mistakes).map(Process::LinkServices)
        }
    }
}

fn read_join(node: &Node, mistakes: &mut Mistakes) -> Option<Window> {
    let mut fields = Fields::of(node, "join", mistakes)?;
    if let Some(key) = fields.required("key", mistakes) {
        fields::word(key, "key", &KEYS[..1], mistakes);
    }
    let window = fields.required("window", mistakes);
    let window = window.and_then(|node| read_window(node, mistakes));
    if let Some(on_late) = fields.required("on_late", mistakes) {
        fields::word(on_late, "rule for late spans", &[("revise", ())], mistakes);
    }
    fields.finish(mistakes);
    window
}

fn read_window(node: &Node, mistakes: &mut Mistakes) -> Option<Window> {
    let mut fields = Fields::of(node, "join.window", mistakes)?;
    let mut times = [None; 4];
    let names = ["settle", "quiet", "idle", "age_max"];
    let mut before: Option<(&str, i64)> = None;
    for (time, name) in times.iter_mut().zip(names) {
        let Some(node) = fields.required(name, mistakes) else {
            continue;
        };
        *time = fields::nanos(node, name, mistakes);
        if let (Some((shorter, least)), Some(nanos)) = (before, *time)
            && nanos < least
        {
            mistakes.add(
                node.at,
                format!("{name} must not be shorter than {shorter}"),
            );
        }
        before = time.map(|nanos| (name, nanos)).or(before);
    }
    fields.finish(mistakes);
    let [settle_ns, quiet_ns, idle_ns, age_max_ns] = times;
    Some(Window {
        settle_ns: settle_ns?,
        quiet_ns: quiet_ns?,
        idle_ns: idle_ns?,
        age_max_ns: age_max_ns?,
    })
}

fn read_limits(node: &Node, mistakes: &mut Mistakes) -> Option<Limits> {
    const RULES: [(&str, OnLimit); 2] =
        [("truncate", OnLimit::Truncate), ("spill", OnLimit::Spill)];
    let mut fields = Fields::of(node, "limits", mistakes)?;
    let traces = fields.required("open_traces_max", mistakes);
    let traces = traces.and_then(|node| fields::count(node, "open_traces_max", mistakes));
    let bytes = fields.required("open_bytes_max", mistakes);
    let bytes = bytes.and_then(|node| fields::bytes(node, "open_bytes_max", mistakes));
    let spans = fields.required("spans_per_trace_max", mistakes);
    let spans = spans.and_then(|node| fields::count(node, "spans_per_trace_max", mistakes));
    let rule = fields.required("on_limit", mistakes);
    let rule = rule.and_then(|node| fields::word(node, "rule for limits", &RULES, mistakes));
    fields.finish(mistakes);
    Some(Limits {
        open_traces_max: traces?,
        open_bytes_max: bytes?,
        spans_per_trace_max: spans?,
        on_limit: rule?,
    })
}

fn read_emit(node: &Node, mistakes: &mut Mistakes) -> Option<Linking> {
    let mut fields = Fields::of(node, "emit", mistakes)?;
    let every = fields.required("every", mistakes);
    let every = every.and_then(|node| fields::nanos(node, "every", mistakes));
    let rows = fields.required("rows_max", mistakes);
    let rows = rows.and_then(|node| fields::count(node, "rows_max", mistakes));
    fields.finish(mistakes);
    Some(Linking {
        every_ns: every?,
        rows_max: rows?,
    })
}

/// What a processor can read and write is fixed; a file that says otherwise would do nothing.
fn check_topics(spec: &PipelineSpec, mistakes: &mut Mistakes) {
    let (name, reads, sink) = match spec.process {
        Process::AssembleTraces(_) => (ASSEMBLE, &[Topic::Spans, Topic::Logs][..], Topic::Traces),
        Process::DetectErrors => (DETECT, &[Topic::Traces][..], Topic::Derived),
        Process::LinkServices(_) => (LINK, &[Topic::Traces][..], Topic::Derived),
    };
    for source in &spec.sources {
        if !reads.contains(source) {
            let source = topic_name(*source);
            mistakes.add(
                spec.process_at,
                format!("`{name}` cannot read topic `{source}`"),
            );
        }
    }
    if spec.sink != sink {
        let sink = topic_name(sink);
        mistakes.add(
            spec.process_at,
            format!("`{name}` writes to topic `{sink}`"),
        );
    }
}

fn topic_name(topic: Topic) -> &'static str {
    let found = TOPICS.iter().find(|(_, known)| *known == topic);
    found.map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests;
