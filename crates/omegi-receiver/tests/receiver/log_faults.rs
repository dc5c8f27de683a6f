//! What the log's failures become, and that success waits for it.

use std::time::Duration;

use axum::http::StatusCode;
use omegi_log::AppendError;
use omegi_testkit::otlp;

use crate::support::Bench;
use crate::support::grpc::{Channel, TRACES, frame};
use crate::support::http::{PROTOBUF, post};

fn body() -> Vec<u8> {
    otlp::request().resource("a").span("s").traces_protobuf()
}

#[tokio::test]
async fn edge_33_a_full_disk_turns_senders_away_until_there_is_space() {
    let bench = Bench::new();
    bench.log.fail_next(AppendError::NoSpace);
    let answer = post("/v1/traces", PROTOBUF, body()).send(&bench).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!answer.header("retry-after").is_empty());
    assert!(
        post("/v1/traces", PROTOBUF, body())
            .send(&bench)
            .await
            .is_plain_success()
    );
    assert_eq!(bench.span_names(), ["s"]);
    assert_eq!(bench.metric("omegi_receiver_spans_refused_total"), 1);
    bench.assert_counts_add_up();
}

#[tokio::test(start_paused = true)]
async fn a_log_that_never_confirms_is_given_up_within_its_time() {
    let bench = Bench::new();
    bench.log.hang_next();
    let answer = post("/v1/traces", PROTOBUF, body()).send(&bench).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(bench.metric("omegi_receiver_in_flight_bytes"), 0);
    bench.assert_counts_add_up();
}

#[tokio::test]
async fn edge_38_a_client_deadline_that_passes_is_told_as_one() {
    let bench = Bench::new();
    bench.log.hang_next();
    let channel = Channel::open(&bench).await;
    let timeout = [("grpc-timeout", "50m")];
    let reply = channel
        .call_with(TRACES, frame(false, &body()), &timeout)
        .await;
    assert_eq!(reply.code(), 4, "{reply:?}");
    assert!(bench.records().is_empty());
    let reply = channel
        .call_with(TRACES, frame(false, &body()), &[("grpc-timeout", "1H")])
        .await;
    assert_eq!(reply.code(), 0);
    assert_eq!(bench.records().len(), 1);
    bench.assert_counts_add_up();
}

#[tokio::test]
async fn edge_34_success_waits_for_the_log() {
    let bench = Bench::new();
    bench.log.hang_next();
    let send = post("/v1/traces", PROTOBUF, body()).send(&bench);
    let waited = tokio::time::timeout(Duration::from_millis(50), send).await;
    assert!(waited.is_err(), "answered before the log did");
}
