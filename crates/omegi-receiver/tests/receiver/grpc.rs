//! OTLP over gRPC.

use axum::http::StatusCode;
use omegi_model::envelope::Encoding;
use omegi_testkit::otlp::{self, Message};

use crate::limits::gzip;
use crate::support::Bench;
use crate::support::grpc::{Channel, LOGS, METRICS, TRACES, frame};

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

#[tokio::test]
async fn a_compressed_message_is_stored_as_it_came() {
    let body = otlp::request().resource("a").span("s").traces_protobuf();
    let bench = Bench::new();
    let channel = Channel::open(&bench).await;
    let zstd = zstd::bulk::compress(&body, 3).unwrap();
    for (name, encoding, sent) in [
        ("gzip", Encoding::Gzip, gzip(&body)),
        ("zstd", Encoding::Zstd, zstd),
    ] {
        let metadata = [("grpc-encoding", name)];
        let reply = channel
            .call_with(TRACES, frame(true, &sent), &metadata)
            .await;
        assert_eq!(reply.code(), 0, "{name}: {reply:?}");
        let record = bench.records().pop().unwrap();
        assert_eq!((record.encoding, &record.body[..]), (encoding, &sent[..]));
        // A sender may leave single messages uncompressed.
        let reply = channel
            .call_with(TRACES, frame(false, &body), &metadata)
            .await;
        assert_eq!(reply.code(), 0);
    }
    let metadata = [("grpc-encoding", "snappy")];
    let reply = channel
        .call_with(TRACES, frame(true, b"?"), &metadata)
        .await;
    assert_eq!(reply.code(), 12, "UNIMPLEMENTED");
    assert_eq!(reply.metadata["grpc-accept-encoding"], "identity,gzip,zstd");
}

#[tokio::test]
async fn refusals_come_as_partial_success() {
    let bench = Bench::new();
    let channel = Channel::open(&bench).await;
    let request = otlp::request().resource("a").span("good").span("bad");
    let body = request
        .edit_span(|span| span.span_id.clear())
        .traces_protobuf();
    let reply = channel.call(TRACES, frame(false, &body)).await;
    assert_eq!(reply.code(), 0);
    assert!(String::from_utf8_lossy(&reply.body).contains("span id is missing"));
    let data = Message::new().bytes(1, b"");
    let metric = Message::new().bytes(5, &data.0);
    let scope = Message::new().bytes(2, &metric.0);
    let group = Message::new().bytes(2, &scope.0);
    let reply = channel
        .call(METRICS, frame(false, &Message::new().bytes(1, &group.0).0))
        .await;
    assert_eq!(reply.code(), 0);
    assert!(String::from_utf8_lossy(&reply.body).contains("metrics are not kept (1)"));
    assert_eq!(bench.span_names(), ["good"]);
}

#[tokio::test]
async fn calls_that_are_no_export_are_unimplemented_or_unreadable() {
    let bench = Bench::new();
    let channel = Channel::open(&bench).await;
    let profiles = "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export";
    for (what, path, frames, code) in [
        ("another service", profiles, frame(false, b""), 12),
        ("another method", "/x.Y/Z", frame(false, b""), 12),
        ("no message", TRACES, Vec::new(), 3),
        ("half a prefix", TRACES, vec![0, 0], 3),
        (
            "half a message",
            TRACES,
            frame(false, b"abcdef")[..8].to_vec(),
            3,
        ),
        (
            "two messages",
            TRACES,
            [frame(false, b""), frame(false, b"")].concat(),
            3,
        ),
        ("odd flag", TRACES, vec![7, 0, 0, 0, 0], 3),
        (
            "compressed without saying how",
            TRACES,
            frame(true, b"??"),
            3,
        ),
        ("no protobuf", TRACES, frame(false, b"nonsense"), 3),
    ] {
        let reply = channel.call(path, frames).await;
        assert_eq!(reply.code(), code, "{what}: {reply:?}");
    }
    let reply = channel
        .call_with(TRACES, Vec::new(), &[("content-type", "text/plain")])
        .await;
    assert_eq!(reply.http_status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(bench.records().is_empty());
}
