//! OTLP over HTTP.

use omegi_testkit::otlp;

use crate::support::Bench;
use crate::support::http::{JSON, PROTOBUF, post};

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
