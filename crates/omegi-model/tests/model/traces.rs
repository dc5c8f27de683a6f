//! Whole recordings, joined and told: what the corpora say must come out comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use omegi_model::assembly::facts::LogFacts;
use omegi_model::assembly::{Arrival, AssemblyRules, TraceKey, TraceState};
use omegi_model::detection::{Announced, DetectionRules, detect, service_calls};
use omegi_model::error_event::{ErrorEvent, Verdict, VerdictState};
use omegi_model::event::Event;
use omegi_model::id::{ProjectId, TraceId};
use omegi_model::time::UnixNanos;
use omegi_model::wire::json::{RequestKind, to_protobuf};
use omegi_model::wire::{Refused, log_records, spans};
use omegi_testkit::corpora;
use serde_json::Value;

const BASE: i64 = 1_700_000_000_000_000_000;
const SECOND: i64 = 1_000_000_000;
const NONE: &Refused = Refused::NONE;

/// Every trace of a recording, fed a request a millisecond and left to close.
#[derive(Default)]
struct Recording {
    states: BTreeMap<TraceKey, TraceState>,
    offset: u64,
    spans: usize,
}

impl Recording {
    fn traces(&mut self, jsonl: &[u8]) {
        for body in requests(jsonl, RequestKind::Traces) {
            let arrival = self.arrival();
            for span in spans(&body, NONE) {
                let span = span.expect("body is readable");
                self.spans += 1;
                self.state(TraceKey::Trace(span.trace_id()))
                    .add_span(&span, arrival);
            }
        }
    }

    fn logs(&mut self, jsonl: &[u8]) {
        for body in requests(jsonl, RequestKind::Logs) {
            let arrival = self.arrival();
            for log in log_records(&body, NONE) {
                let log = log.expect("body is readable");
                let facts = LogFacts::from(&log);
                let key = log
                    .trace_id()
                    .map_or(TraceKey::Log(facts.hash), TraceKey::Trace);
                if facts.is_marked() {
                    self.state(key).add_log(&log, arrival);
                }
            }
        }
    }

    fn arrival(&mut self) -> Arrival {
        self.offset += 1;
        let append_time = UnixNanos(BASE + self.offset as i64 * 1_000_000);
        Arrival {
            offset: self.offset,
            append_time,
        }
    }

    fn state(&mut self, key: TraceKey) -> &mut TraceState {
        let project = ProjectId::new([1; 8]).expect("not zero");
        self.states
            .entry(key)
            .or_insert_with(|| TraceState::new(project, key))
    }

    fn verdict(&self, key: TraceKey) -> Verdict {
        self.states[&key].judge(UnixNanos(BASE + 1_000 * SECOND), &AssemblyRules::default())
    }

    /// Error events by trace, best first.
    fn events(&self) -> BTreeMap<TraceKey, Vec<ErrorEvent>> {
        let now = UnixNanos(BASE + 1_000 * SECOND);
        let mut events = BTreeMap::new();
        for (key, state) in &self.states {
            let verdict = self.verdict(*key);
            let told = detect(
                state,
                &mut Announced::default(),
                now,
                &verdict,
                &DetectionRules::default(),
            );
            let errors: Vec<ErrorEvent> = told
                .into_iter()
                .map(|event| match event {
                    Event::ErrorDetected { error } => *error,
                    other => panic!("first telling is a detection, not {other:?}"),
                })
                .collect();
            if !errors.is_empty() {
                events.insert(*key, errors);
            }
        }
        events
    }
}

fn requests(jsonl: &[u8], kind: RequestKind) -> Vec<Vec<u8>> {
    let lines = jsonl
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .map(|line| to_protobuf(line, kind).expect("line is a request").body)
        .collect()
}

fn record(corpus: &str) -> Option<BTreeMap<String, Recording>> {
    let files = corpora::files(corpus, ".otlp.jsonl")?;
    let recordings = files.into_iter().map(|(name, content)| {
        let mut recording = Recording::default();
        recording.traces(&content);
        (name, recording)
    });
    Some(recordings.collect())
}

fn json(corpus: &str, name: &str) -> Option<Value> {
    let bytes =
        std::fs::read(corpora::folder(corpus)?.join(name)).expect("corpus file is readable");
    Some(serde_json::from_slice(&bytes).expect("corpus file is JSON"))
}

fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut text)
        .expect("corpus file is gzip");
    text
}

/// TrainTicket with an injected fault: the service with the fault is the origin.
#[test]
fn the_injected_service_is_the_origin_in_train_ticket() {
    let corpus = "nezha-trainticket-sample";
    let (Some(expected), Some(counts)) = (
        json(corpus, "expected_traces.json"),
        json(corpus, "expected.json"),
    ) else {
        return;
    };
    let (mut judged, mut right, mut told) = (0, 0, 0);
    for count in counts.as_array().expect("a list of windows") {
        let name = count["file"].as_str().expect("a file name");
        let mut recording = Recording::default();
        for (file, content) in corpora::files(corpus, ".gz").expect("corpora are there") {
            if file.starts_with(name) && file.contains(".traces.") {
                recording.traces(&inflate(&content));
            } else if file.starts_with(name) {
                recording.logs(&inflate(&content));
            }
        }
        assert_eq!(
            recording.spans as u64,
            count["spans"].as_u64().unwrap_or(0),
            "{name}"
        );
        let events = recording.events();
        told += events.len();
        for trace in expected[name]["traces"]
            .as_array()
            .expect("a list of traces")
        {
            let id: TraceId = trace["traceId"]
                .as_str()
                .unwrap_or("")
                .parse()
                .expect("a trace id");
            let acceptable: Vec<&str> = trace["acceptable_root_spanIds"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            judged += 1;
            let Some(best) = events
                .get(&TraceKey::Trace(id))
                .and_then(|events| events.first())
            else {
                continue;
            };
            let span = best
                .origin
                .span_id
                .map(|id| id.to_string())
                .unwrap_or_default();
            let service = trace["expected_root_service"].as_str().unwrap_or("");
            right +=
                usize::from(best.origin.service == service && acceptable.contains(&span.as_str()));
        }
    }
    println!("train ticket: {right} of {judged} origins right, {told} failing traces told");
    assert!(
        judged > 0 && right * 100 >= judged * 95,
        "{right} of {judged}"
    );
}

#[test]
fn a_healthy_system_gives_its_service_graph_and_no_error() {
    let Some(expected) = json("deathstarbench-socialnetwork", "expected.json") else {
        return;
    };
    let recordings = record("deathstarbench-socialnetwork").expect("corpora are there");
    let recording = &recordings["traces.otlp.jsonl"];
    assert!(recording.events().is_empty());
    assert_eq!(
        recording.states.len() as u64,
        expected["traces"].as_u64().unwrap_or(0)
    );
    let mut edges: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (key, state) in &recording.states {
        assert_eq!(recording.verdict(*key).state, VerdictState::Complete);
        for call in service_calls(state)
            .iter()
            .filter(|call| !call.from.is_empty())
        {
            *edges
                .entry((call.from.to_owned(), call.to.to_owned()))
                .or_default() += 1;
        }
    }
    let wanted: BTreeMap<(String, String), u64> = expected["service_edges"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|edge| {
            let name = |key: &str| edge[key].as_str().unwrap_or("").to_owned();
            (
                (name("caller"), name("callee")),
                edge["count"].as_u64().unwrap_or(0),
            )
        })
        .collect();
    assert_eq!(edges, wanted);
}

#[test]
fn five_of_the_crisp_traces_carry_one_error_each() {
    let Some(recordings) = record("crisp-jaeger") else {
        return;
    };
    let failing: BTreeMap<&str, usize> = recordings
        .iter()
        .map(|(name, recording)| {
            (
                name.as_str(),
                recording.events().values().map(Vec::len).sum(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    let expected = ["11", "15", "16", "17", "18"].map(|n| format!("otlp/{n}.otlp.jsonl"));
    assert_eq!(
        failing,
        expected.iter().map(|name| (name.as_str(), 1)).collect()
    );
}

#[test]
fn no_zipkin_span_is_lost_and_missing_parents_are_named() {
    let Some(recordings) = record("zipkin-lens") else {
        return;
    };
    for (name, recording) in &recordings {
        let kept: usize = recording.states.values().map(TraceState::span_count).sum();
        assert_eq!(kept, recording.spans, "{name}");
    }
    let messaging = &recordings["otlp/messaging2.otlp.jsonl"];
    let key = *messaging.states.keys().next().expect("one trace");
    let verdict = messaging.verdict(key);
    assert_eq!(
        (verdict.state, verdict.reason.as_deref()),
        (VerdictState::Partial, Some("parent_missing"))
    );
    let children: usize = verdict
        .missing_parents
        .iter()
        .map(|missing| missing.children.len())
        .sum();
    assert_eq!(children, 6);
}

#[test]
fn a_capture_without_service_names_is_grouped_by_what_failed() {
    let Some(recordings) = record("highlight-go-otel") else {
        return;
    };
    let recording = &recordings["traces.otlp.jsonl"];
    assert_eq!((recording.spans, recording.states.len()), (512, 28));
    let events: Vec<ErrorEvent> = recording.events().into_values().flatten().collect();
    assert!(
        events
            .iter()
            .all(|event| event.origin.service == "unknown_service")
    );
    let mut sends: BTreeMap<&str, BTreeSet<_>> = BTreeMap::new();
    for parts in events.iter().map(|event| &event.grouping) {
        let template = parts.exceptions.first().map_or("", |e| e.template.as_str());
        if template.starts_with("failed to send message") {
            sends.entry(template).or_default().insert(parts.key);
        }
    }
    assert!(!sends.is_empty(), "four sends failed");
    assert!(
        sends.values().all(|keys| keys.len() == 1),
        "by what was said, not by who logged it"
    );
}
