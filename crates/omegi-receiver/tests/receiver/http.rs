//! OTLP over HTTP.

use axum::http::StatusCode;
use omegi_testkit::otlp::{self, Message};
use serde_json::json;

use crate::support::Bench;
use crate::support::http::{JSON, PROTOBUF, bare, post};

#[tokio::test]
async fn spans_and_log_records_are_stored_in_either_format() {
    let request = otlp::request()
        .resource("checkout")
        .span("GET /cart")
        .child("SELECT")
        .log("gone");
    let bench = Bench::new();
    for (path, content_type, body) in [
        ("/v1/traces", PROTOBUF, request.traces_protobuf()),
        (
            "/v1/traces/",
            JSON,
            request.traces_json().to_string().into_bytes(),
        ),
        ("/v1/logs", PROTOBUF, request.logs_protobuf()),
        (
            "/v1/logs",
            JSON,
            request.logs_json().to_string().into_bytes(),
        ),
    ] {
        let answer = post(path, content_type, body).send(&bench).await;
        assert!(
            answer.is_plain_success(),
            "{path} {content_type}: {answer:?}"
        );
        assert_eq!(answer.header("content-type"), content_type);
    }
    assert_eq!(bench.records().len(), 4);
    assert_eq!(bench.services.registered(), ["checkout"]);
    assert_eq!(bench.metric("omegi_receiver_spans_appended_total"), 4);
    assert_eq!(bench.metric("omegi_receiver_log_records_appended_total"), 2);
    bench.assert_counts_add_up();
}

#[tokio::test]
async fn edge_06_spans_with_bad_ids_are_refused_and_the_rest_is_stored() {
    let bench = Bench::new();
    let mut request = otlp::request().resource("a").span("good");
    for length in [0, 15, 17] {
        request = request
            .span("bad")
            .edit_span(|span| span.trace_id = vec![1; length]);
    }
    request = request
        .span("zero")
        .edit_span(|span| span.span_id = vec![0; 8])
        .span("good too");
    let body = request.traces_json().to_string();
    let answer = post("/v1/traces", JSON, body).send(&bench).await;
    assert_eq!(answer.status, StatusCode::OK);
    let partial = &answer.json()["partialSuccess"];
    assert_eq!(partial["rejectedSpans"], "4");
    let message = partial["errorMessage"].as_str().unwrap();
    assert!(
        message.contains("trace id is missing, zero or not 16 bytes (3)"),
        "{message}"
    );
    assert!(
        message.contains("span id is missing, zero or not 8 bytes (1)"),
        "{message}"
    );
    assert_eq!(bench.span_names(), ["good", "good too"]);
    assert_eq!(bench.metric("omegi_receiver_spans_refused_total"), 4);
    bench.assert_counts_add_up();
}

#[tokio::test]
async fn edge_07_a_log_record_with_bad_ids_is_stored() {
    let bench = Bench::new();
    let request = otlp::request()
        .resource("a")
        .log("m")
        .exception("E", "m", "at f");
    let request = request.edit_log(|log| (log.trace_id, log.span_id) = (vec![0; 16], vec![3; 7]));
    let answer = post("/v1/logs", PROTOBUF, request.logs_protobuf())
        .send(&bench)
        .await;
    assert!(answer.is_plain_success(), "{answer:?}");
    assert_eq!(bench.log_record_count(), 1);
}

/// Spans that assembly has to judge are taken as they are, without a word.
#[tokio::test]
async fn edge_01_to_15_and_40_to_48_odd_traces_are_accepted_whole() {
    let base = || otlp::request().resource("a");
    let now = otlp::EPOCH;
    for (what, request) in [
        ("edge_01 a batch again", base().span("s")),
        (
            "edge_03 a span id again",
            base().span("s").span_ids_from(1).span("t"),
        ),
        (
            "edge_04 an id in two services",
            base().span("s").resource("b").span_ids_from(1).span("s"),
        ),
        (
            "edge_08 own parent",
            base().span_ids_from(5).child_of(5, "s"),
        ),
        (
            "edge_09 a ring",
            base().span_ids_from(1).child_of(2, "s").child_of(1, "t"),
        ),
        ("edge_10 no parent", base().child_of(99, "s")),
        ("edge_11 two roots", base().span("s").span("t")),
        (
            "edge_12 zero parent",
            base()
                .span("s")
                .edit_span(|s| s.parent_span_id = vec![0; 8]),
        ),
        ("edge_40 no time", base().span("s").times(0, 0)),
        (
            "edge_40 last time",
            base().span("s").times(u64::MAX, u64::MAX),
        ),
        (
            "edge_41 end before start",
            base().span("s").times(now, now - 1),
        ),
        (
            "edge_42 milliseconds",
            base().span("s").times(now / 1_000_000, now / 1_000_000),
        ),
    ] {
        let bench = Bench::new();
        let answer = post("/v1/traces", PROTOBUF, request.traces_protobuf())
            .send(&bench)
            .await;
        assert!(answer.is_plain_success(), "{what}: {answer:?}");
        let written: usize = request
            .resources
            .iter()
            .map(|resource| resource.spans.len())
            .sum();
        assert_eq!(bench.span_names().len(), written, "{what}");
    }
}

#[tokio::test]
async fn edge_25_what_a_sender_does_wrong_is_told_without_refusing_anything() {
    let bench = Bench::new();
    let mut body = otlp::request().resource("a").span("s").traces_json();
    body["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["kind"] = json!("SPAN_KIND_SERVER");
    body["resource_spans"] = json!([]);
    let answer = post("/v1/traces", JSON, body.to_string())
        .send(&bench)
        .await;
    let partial = &answer.json()["partialSuccess"];
    assert!(partial.get("rejectedSpans").is_none());
    let message = partial["errorMessage"].as_str().unwrap();
    assert!(
        message.contains("snake_case") && message.contains("enums sent by name"),
        "{message}"
    );
    assert_eq!(bench.span_names(), ["s"]);
}

#[tokio::test]
async fn edge_27_empty_requests_succeed_and_store_nothing() {
    let bench = Bench::new();
    let no_scopes = Message::new().bytes(1, b"").0;
    for (content_type, body) in [
        (PROTOBUF, Vec::new()),
        (PROTOBUF, no_scopes),
        (JSON, b"{}".to_vec()),
        (JSON, br#"{"resourceSpans":[]}"#.to_vec()),
        (JSON, br#"{"resourceSpans":[{"resource":{}}]}"#.to_vec()),
    ] {
        let answer = post("/v1/traces", content_type, body).send(&bench).await;
        assert!(answer.is_plain_success(), "{answer:?}");
    }
    for blank in ["", " \n"] {
        let answer = post("/v1/traces", JSON, blank).send(&bench).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert!(bench.records().is_empty());
}

#[tokio::test]
async fn edge_28_types_and_methods_that_are_not_served() {
    let bench = Bench::new();
    let body = || {
        otlp::request()
            .resource("a")
            .span("s")
            .traces_json()
            .to_string()
    };
    let with_type = |content_type: &str| post("/v1/traces", content_type, body());
    for (what, request, status) in [
        ("text", with_type("text/plain"), 415),
        ("charset", with_type("application/json; charset=utf-8"), 200),
        ("upper case", with_type("Application/JSON"), 200),
        ("no type", with_type(JSON).without("content-type"), 415),
        ("form", with_type("application/x-www-form-urlencoded"), 415),
        (
            "brotli",
            with_type(JSON).header("content-encoding", "br"),
            415,
        ),
        (
            "two encodings",
            with_type(JSON).header("content-encoding", "gzip, zstd"),
            415,
        ),
        ("GET", bare("GET", "/v1/traces"), 405),
        ("PUT", bare("PUT", "/v1/traces"), 405),
        (
            "OPTIONS without origins",
            bare("OPTIONS", "/v1/traces"),
            405,
        ),
        ("another path", bare("POST", "/v1/other"), 404),
    ] {
        let answer = request.send(&bench).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {answer:?}");
        match status {
            405 => assert_eq!(answer.header("allow"), "POST", "{what}"),
            415 if what.contains("encod") || what == "brotli" => {
                assert_eq!(
                    answer.header("accept-encoding"),
                    "gzip, zstd, deflate, identity"
                );
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn edge_28_origins_that_are_configured_may_send() {
    let config = omegi_receiver::RawReceiver {
        cors_origins: vec!["https://shop.example".into()],
        ..Default::default()
    };
    let bench = Bench::with(config);
    let preflight = |origin: &str| bare("OPTIONS", "/v1/traces").header("origin", origin);
    let answer = preflight("https://shop.example").send(&bench).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://shop.example"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert_eq!(answer.header("access-control-allow-methods"), "POST");
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("omegi-token")
    );
    let answer = preflight("https://evil.example").send(&bench).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let answer = post("/v1/traces", JSON, "{").header("origin", "https://shop.example");
    let answer = answer.send(&bench).await;
    assert_eq!(
        answer.header("access-control-expose-headers"),
        "Retry-After",
        "on errors too"
    );
}

#[tokio::test]
async fn edge_36_metrics_of_all_kinds_are_refused_point_by_point() {
    let bench = Bench::new();
    let points = json!({ "dataPoints": [{ "asInt": "1" }, { "asDouble": 2.5 }] });
    let metrics: Vec<_> = [
        "gauge",
        "sum",
        "histogram",
        "exponentialHistogram",
        "summary",
    ]
    .iter()
    .map(|kind| json!({ "name": kind, (*kind): points }))
    .collect();
    let body = json!({ "resourceMetrics": [{ "scopeMetrics": [{ "metrics": metrics }] }] });
    let answer = post("/v1/metrics", JSON, body.to_string())
        .send(&bench)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["partialSuccess"]["rejectedDataPoints"], "10");
    let data = Message::new().bytes(1, b"").bytes(1, b"").bytes(1, b"");
    let metric = Message::new().bytes(1, b"m").bytes(9, &data.0);
    let scope = Message::new().bytes(2, &metric.0);
    let group = Message::new().bytes(2, &scope.0);
    let body = Message::new().bytes(1, &group.0).0;
    let answer = post("/v1/metrics", PROTOBUF, body).send(&bench).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(String::from_utf8_lossy(&answer.body).contains("metrics are not kept (3)"));
    let answer = post("/v1/metrics", JSON, "{}").send(&bench).await;
    assert!(answer.is_plain_success());
    assert!(bench.records().is_empty());
}

#[tokio::test]
async fn edge_37_a_batch_of_500_resources_and_8192_spans_is_one_record() {
    let bench = Bench::new();
    let mut request = otlp::request();
    for resource in 0..500 {
        request = request.resource(&format!("service-{resource}"));
        for _ in 0..(if resource < 192 { 17 } else { 16 }) {
            request = request.span("s");
        }
    }
    let answer = post("/v1/traces", PROTOBUF, request.traces_protobuf())
        .send(&bench)
        .await;
    assert!(answer.is_plain_success(), "{answer:?}");
    assert_eq!(bench.records().len(), 1);
    assert_eq!(bench.span_names().len(), 8_192);
    assert_eq!(bench.services.registered().len(), 500);
}

#[tokio::test]
async fn edge_39_a_message_on_100000_refusals_stays_short() {
    let bench = Bench::new();
    let scope = Message(b"\x12\x00".repeat(100_000));
    let group = Message::new().bytes(2, &scope.0);
    let body = Message::new().bytes(1, &group.0).0;
    let answer = post("/v1/traces", PROTOBUF, body).send(&bench).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!((1..4096).contains(&answer.body.len()));
    assert!(String::from_utf8_lossy(&answer.body).contains("(100000)"));
    assert!(bench.records().is_empty());
}

#[tokio::test]
async fn a_path_prefix_stands_before_all_paths() {
    let config = omegi_receiver::RawReceiver {
        http_prefix: "/otlp/".into(),
        ..Default::default()
    };
    let bench = Bench::with(config);
    assert!(
        post("/otlp/v1/traces", JSON, "{}")
            .send(&bench)
            .await
            .is_plain_success()
    );
    assert_eq!(
        post("/v1/traces", JSON, "{}").send(&bench).await.status,
        StatusCode::NOT_FOUND
    );
}
