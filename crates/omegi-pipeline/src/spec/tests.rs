use super::*;

const GOOD: &str = "\
name: trace-assembly
sources: [{ topic: spans }, { topic: logs }]
join:    { key: trace_id, window: { settle: 200ms, quiet: 2s, idle: 30s, age_max: 15m }, on_late: revise }
process: assemble-traces
limits:  { open_traces_max: 200_000, open_bytes_max: 256MiB, spans_per_trace_max: 200_000, on_limit: truncate }
sink:    { topic: traces, key: trace_id }
";

fn mistakes(text: &str) -> Vec<String> {
    let errors = PipelineSpec::parse(text).expect_err("has mistakes");
    let told = errors.mistakes.iter();
    told.map(|mistake| format!("{} {}", mistake.at, mistake.text))
        .collect()
}

#[test]
fn a_pipeline_file_says_what_it_means() {
    let spec = PipelineSpec::parse(GOOD).unwrap();
    assert_eq!(spec.name(), "trace-assembly");
    assert_eq!(spec.sources(), [Topic::Spans, Topic::Logs]);
    assert_eq!(spec.sink(), Topic::Traces);
    let Process::AssembleTraces(assembly) = spec.process() else {
        panic!("another processor: {spec:?}");
    };
    assert_eq!(assembly.window.settle_ns, 200_000_000);
    assert_eq!(assembly.window.age_max_ns, 900_000_000_000);
    assert_eq!(assembly.limits.open_traces_max, 200_000);
    assert_eq!(assembly.limits.open_bytes_max, 256 << 20);
    assert_eq!(assembly.limits.on_limit, OnLimit::Truncate);
}

#[test]
fn every_mistake_is_told_at_once_with_its_line_and_column() {
    let text = GOOD
        .replace("settle: 200ms", "settle: soon")
        .replace("idle: 30s", "idle: 1s")
        .replace("on_limit: truncate", "on_limit: panic")
        .replace("name: trace-assembly", "name: trace-assembly\ncolour: red");
    assert_eq!(
        mistakes(&text),
        [
            "2:1 a pipeline has no `colour`; it has `name`, `sources`, `process`, `join`, `limits`, `sink`",
            "4:45 settle must be a length of time such as `200ms` or `15m`, not `soon`",
            "4:68 idle must not be shorter than quiet",
            "6:102 no rule for limits is named `panic`; there is `truncate`, `spill`",
        ]
    );
}

#[test]
fn what_is_missing_is_told_where_it_belongs() {
    assert_eq!(
        mistakes("name: x\nprocess: assemble-traces\njoin: { key: trace_id }\n"),
        [
            "1:1 a pipeline needs `limits`",
            "1:1 a pipeline needs `sink`",
            "1:1 a pipeline needs `sources`",
            "3:7 join needs `on_late`",
            "3:7 join needs `window`",
        ]
    );
}

#[test]
fn a_processor_reads_and_writes_only_what_it_can() {
    let text = "name: x\nsources: [{ topic: spans }]\nprocess: detect-errors\nsink: { topic: traces, key: trace_id }\n";
    assert_eq!(
        mistakes(text),
        [
            "3:10 `detect-errors` cannot read topic `spans`",
            "3:10 `detect-errors` writes to topic `derived`",
        ]
    );
}

#[test]
fn broken_yaml_is_told_with_its_place() {
    for text in [
        "name: [",
        "name: x\nname: y\n",
        "- a\n- b\n",
        "",
        "a: &x [*x]",
    ] {
        let errors = PipelineSpec::parse(text).expect_err(text);
        assert!(!errors.mistakes.is_empty(), "{text}");
    }
    let twice = PipelineSpec::parse("name: x\nname: y\n").unwrap_err();
    assert_eq!(twice.mistakes[0].at.line, 2, "{twice}");
}

#[test]
fn the_files_of_this_build_fit_together() {
    let set = PipelineSet::defaults();
    assert!(set.reads_spans && set.reads_logs && set.detects_errors);
    assert_eq!(set.linking.unwrap().rows_max, 1_000);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pipelines");
    assert_eq!(PipelineSet::load(Path::new(folder)), Ok(set));
}

#[test]
fn a_topic_that_nobody_writes_is_a_mistake() {
    let detect = "name: x\nsources: [{ topic: traces }]\nprocess: detect-errors\nsink: { topic: derived, key: trace_id }\n";
    let detect = PipelineSpec::parse(detect).unwrap();
    let assemble = PipelineSpec::parse(GOOD).unwrap();
    assert!(PipelineSet::of(std::slice::from_ref(&detect)).is_err());
    assert!(PipelineSet::of(&[assemble.clone(), detect.clone(), detect]).is_err());
    assert!(PipelineSet::of(&[assemble]).is_ok());
}

#[test]
fn the_schema_for_editors_knows_the_same_words() {
    let schema = include_str!("../../../../schemas/pipeline.v1.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let words = |pointer: &str| -> Vec<String> {
        let list = schema.pointer(pointer).and_then(|value| value.as_array());
        let list = list.unwrap_or_else(|| panic!("{pointer} is a list"));
        list.iter()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect()
    };
    assert_eq!(words("/properties/process/enum"), [ASSEMBLE, DETECT, LINK]);
    assert_eq!(words("/$defs/topic/enum"), TOPICS.map(|(name, _)| name));
    assert_eq!(words("/$defs/key/enum"), KEYS.map(|(name, _)| name));
    let keys = |pointer: &str| -> Vec<String> {
        let map = schema.pointer(pointer).and_then(|value| value.as_object());
        map.unwrap_or_else(|| panic!("{pointer} is an object"))
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(
        keys("/properties"),
        [
            "name", "sources", "join", "process", "limits", "emit", "sink"
        ]
    );
    assert_eq!(
        keys("/properties/limits/properties"),
        [
            "open_traces_max",
            "open_bytes_max",
            "spans_per_trace_max",
            "on_limit"
        ]
    );
    assert_eq!(
        keys("/properties/join/properties/window/properties"),
        ["settle", "quiet", "idle", "age_max"]
    );
}
