//! Third-party requests are taken as their READMEs say.

use axum::http::StatusCode;
use omegi_testkit::corpora;

use crate::support::Bench;
use crate::support::http::{JSON, PROTOBUF, post};

/// The path a JSON request belongs to, by its only key.
fn path_of(json: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(json);
    if text.contains("\"resourceLogs\"") {
        "/v1/logs"
    } else if text.contains("\"resourceMetrics\"") {
        "/v1/metrics"
    } else {
        "/v1/traces"
    }
}

/// One request per line where the file has lines that are objects of their own, else the file.
fn requests(content: &[u8]) -> Vec<Vec<u8>> {
    let is_json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).is_ok();
    if is_json(content) {
        return vec![content.to_vec()];
    }
    let lines = content
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .map(<[u8]>::to_vec)
        .filter(|line| is_json(line))
        .collect()
}

#[tokio::test]
async fn otlp_json_examples_are_taken_whole_and_metrics_are_refused() {
    let Some(files) = corpora::files("otlp-json-examples", "") else {
        return;
    };
    let mut taken = 0;
    for (name, content) in files {
        if name.ends_with(".md") || name.contains("out") {
            continue;
        }
        for request in requests(&content) {
            let bench = Bench::new();
            let path = path_of(&request);
            // Three of the examples use such keys; their sender is told so, nothing is refused.
            let is_snake_case = String::from_utf8_lossy(&request).contains("severity_text");
            let answer = post(path, JSON, request).send(&bench).await;
            assert_eq!(answer.status, StatusCode::OK, "{name}: {answer:?}");
            if path == "/v1/metrics" {
                let refused = &answer.json()["partialSuccess"]["rejectedDataPoints"];
                assert!(
                    refused.as_str().unwrap().parse::<u32>().unwrap() > 0,
                    "{name}"
                );
            } else if is_snake_case {
                let partial = &answer.json()["partialSuccess"];
                assert!(partial.get("rejectedLogRecords").is_none(), "{name}");
                assert!(
                    partial["errorMessage"]
                        .as_str()
                        .unwrap()
                        .contains("snake_case"),
                    "{name}"
                );
            } else {
                assert!(answer.is_plain_success(), "{name}: {answer:?}");
            }
            bench.assert_counts_add_up();
            taken += 1;
        }
    }
    assert!(taken > 30, "only {taken} requests were found");
}

#[tokio::test]
async fn jaeger_integration_traces_are_taken_whole() {
    let Some(files) = corpora::files("jaeger-integration-traces", ".json") else {
        return;
    };
    for (name, content) in files {
        let bench = Bench::new();
        let answer = post("/v1/traces", JSON, content).send(&bench).await;
        assert!(answer.is_plain_success(), "{name}: {answer:?}");
        assert!(!bench.span_names().is_empty(), "{name}");
        bench.assert_counts_add_up();
    }
}

#[tokio::test]
async fn no_span_of_the_recorded_corpora_is_lost() {
    for corpus in [
        "zipkin-lens",
        "highlight-go-otel",
        "deathstarbench-socialnetwork",
    ] {
        let Some(files) = corpora::files(corpus, ".otlp.jsonl") else {
            return;
        };
        for (name, content) in files {
            let bench = Bench::new();
            for request in requests(&content) {
                let answer = post("/v1/traces", JSON, request).send(&bench).await;
                assert!(answer.is_plain_success(), "{name}: {answer:?}");
            }
            let sent = String::from_utf8_lossy(&content)
                .matches("\"startTimeUnixNano\"")
                .count();
            assert_eq!(bench.span_names().len(), sent, "{corpus}/{name}");
            if corpus == "highlight-go-otel" {
                let services = bench.stored(|span| span.resource().service_name().into_owned());
                assert!(services.iter().all(|service| service == "unknown_service"));
            }
        }
    }
}

#[tokio::test]
async fn the_recorded_demo_is_taken_whole() {
    let Some(requests) = corpora::otel_demo_requests() else {
        return;
    };
    let bench = Bench::new();
    for request in requests {
        let answer = post("/v1/traces", PROTOBUF, request).send(&bench).await;
        assert!(answer.is_plain_success(), "{answer:?}");
    }
    assert_eq!(bench.span_names().len(), 4_743);
    assert_eq!(bench.metric("omegi_receiver_spans_appended_total"), 4_743);
}
