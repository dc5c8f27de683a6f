//! OTLP over gRPC.

use omegi_testkit::otlp;

use crate::support::Bench;
use crate::support::grpc::{Channel, LOGS, TRACES, frame};

#[tokio::test]
async fn spans_and_log_records_are_stored() {
    let request = otlp::request()
        .resource("checkout")
        .span("GET /cart")
        .log("gone");
    let bench = Bench::new();
    let channel = Channel::open(&bench).await;
    for (path, body) in [
        (TRACES, request.traces_protobuf()),
        (LOGS, request.logs_protobuf()),
    ] {
        let reply = channel.call(path, frame(false, &body)).await;
        assert_eq!(reply.code(), 0, "{reply:?}");
        assert_eq!(reply.body, &[0; 5][..], "an empty message");
    }
    assert_eq!(bench.span_names(), ["GET /cart"]);
    assert_eq!(bench.log_record_count(), 1);
    channel.shutdown.cancel();
    channel.server.await.unwrap();
}
