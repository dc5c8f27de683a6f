//! Encodings and sizes.

use std::io::Write as _;

use axum::http::StatusCode;
use omegi_model::envelope::Encoding;
use omegi_receiver::RawReceiver;
use omegi_testkit::otlp::{self, Message};

use crate::support::Bench;
use crate::support::grpc::{Channel, TRACES, frame};
use crate::support::http::{JSON, PROTOBUF, post};

pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zstd(body: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(body, 3).unwrap()
}

#[tokio::test]
async fn a_compressed_body_is_stored_as_the_client_compressed_it() {
    let body = otlp::request().resource("a").span("s").traces_protobuf();
    for (name, encoding, compressed) in [
        ("gzip", Encoding::Gzip, gzip(&body)),
        ("GZIP", Encoding::Gzip, [gzip(&body), gzip(b"")].concat()),
        ("zstd", Encoding::Zstd, zstd(&body)),
        ("deflate", Encoding::Deflate, zlib(&body)),
    ] {
        let bench = Bench::new();
        let request = post("/v1/traces", PROTOBUF, compressed.clone());
        let answer = request.header("content-encoding", name).send(&bench).await;
        assert!(answer.is_plain_success(), "{name}: {answer:?}");
        let records = bench.records();
        assert_eq!(
            (records[0].encoding, &records[0].body[..]),
            (encoding, &compressed[..])
        );
        assert_eq!(bench.span_names(), ["s"]);
    }
    let bench = Bench::new();
    let json = otlp::request()
        .resource("a")
        .span("s")
        .traces_json()
        .to_string();
    let request = post("/v1/traces", JSON, gzip(json.as_bytes()));
    assert!(
        request
            .header("content-encoding", "gzip")
            .send(&bench)
            .await
            .is_plain_success()
    );
    assert_eq!(bench.span_names(), ["s"]);
}

/// Bombs of 200 MiB instead of 10 GiB.
#[tokio::test]
async fn edge_29_bombs_are_too_large_and_damage_is_unreadable() {
    let zeros = vec![0; 200 << 20];
    let body = otlp::request().resource("a").span("s").traces_protobuf();
    let half = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    let bench = Bench::new();
    for (what, encoding, sent, status) in [
        ("gzip bomb", "gzip", gzip(&zeros), 413),
        ("zstd bomb", "zstd", zstd(&zeros), 413),
        ("nested gzip", "gzip", gzip(&gzip(&body)), 400),
        ("half of a gzip", "gzip", half(gzip(&body)), 400),
        (
            "a gzip header over a plain body",
            "gzip",
            [b"\x1f\x8b\x08", &body[..]].concat(),
            400,
        ),
        ("plain but named gzip", "gzip", body.clone(), 400),
    ] {
        let request = post("/v1/traces", PROTOBUF, sent).header("content-encoding", encoding);
        let answer = request.send(&bench).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {answer:?}");
    }
    assert!(bench.records().is_empty());
    assert_eq!(bench.metric("omegi_receiver_in_flight_bytes"), 0);
}

#[tokio::test]
async fn edge_30_a_body_at_the_limit_is_taken_and_one_byte_more_is_not() {
    let body = otlp::request().resource("a").span("s").traces_protobuf();
    let longer = Message(body.clone()).varint(99, 1).0;
    let limits = |bytes: usize| RawReceiver {
        wire_bytes_max: 1 << 20,
        body_bytes_max: bytes as u64,
        ..Default::default()
    };
    let bench = Bench::with(limits(body.len()));
    let channel = Channel::open(&bench).await;
    for (compress, name) in [(false, "identity"), (true, "gzip")] {
        let sent = |body: &[u8]| if compress { gzip(body) } else { body.to_vec() };
        let http = |body: &[u8]| {
            post("/v1/traces", PROTOBUF, sent(body))
                .header("content-encoding", name)
                .send(&bench)
        };
        assert_eq!(http(&body).await.status, StatusCode::OK);
        assert_eq!(http(&longer).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        let metadata = [("grpc-encoding", name)];
        let call = |body: &[u8]| channel.call_with(TRACES, frame(compress, &sent(body)), &metadata);
        assert_eq!(call(&body).await.code(), 0);
        let reply = call(&longer).await;
        assert_eq!(reply.code(), 8, "RESOURCE_EXHAUSTED, never OUT_OF_RANGE");
        assert!(!reply.details().contains("RetryInfo"));
    }
    let wire = RawReceiver {
        wire_bytes_max: body.len() as u64,
        ..Default::default()
    };
    let bench = Bench::with(wire);
    let channel = Channel::open(&bench).await;
    assert_eq!(channel.call(TRACES, frame(false, &body)).await.code(), 0);
    assert_eq!(channel.call(TRACES, frame(false, &longer)).await.code(), 8);
    let http = |body: Vec<u8>| post("/v1/traces", PROTOBUF, body).send(&bench);
    assert_eq!(http(body.clone()).await.status, StatusCode::OK);
    assert_eq!(http(longer).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn edge_16_oversize_values_are_stored_and_warned_of() {
    let bench = Bench::new();
    let request = otlp::request()
        .resource("a")
        .span("s")
        .attribute("k", "x".repeat(1 << 20));
    let answer = post("/v1/traces", JSON, request.traces_json().to_string())
        .send(&bench)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    let partial = &answer.json()["partialSuccess"];
    assert!(partial.get("rejectedSpans").is_none());
    assert!(
        partial["errorMessage"]
            .as_str()
            .unwrap()
            .contains("cut at the limits")
    );
    assert_eq!(bench.span_names(), ["s"]);
}

#[tokio::test]
async fn edge_18_deep_json_never_overflows_the_stack() {
    let bench = Bench::new();
    for body in [
        "[".repeat(100_000),
        format!("{{\"x\":{}", "[".repeat(100_000)),
    ] {
        let answer = post("/v1/traces", JSON, body).send(&bench).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
}
