//! Who may send what.

use axum::body::Body;
use axum::http::StatusCode;
use omegi_testkit::otlp;

use crate::support::Bench;
use crate::support::authority::{BOUND, STRICT, TOKEN};
use crate::support::http::{JSON, PROTOBUF, bare, post};

fn two_services() -> otlp::Request {
    otlp::request()
        .resource("checkout")
        .span("ours")
        .resource("known")
        .span("theirs")
        .span("too")
}

#[tokio::test]
async fn edge_35_bad_tokens_store_nothing() {
    let bench = Bench::new();
    let body = two_services().traces_protobuf();
    let send = |token: &str| {
        post("/v1/traces", PROTOBUF, body.clone())
            .header("authorization", token)
            .send(&bench)
    };
    for (token, status) in [
        ("Bearer omgs_unknown", 401),
        ("Bearer omgs_revoked", 401),
        ("Bearer omgu_0123456789abcdef0123456789abcdef", 403),
        ("Basic abc", 401),
        ("", 401),
    ] {
        let answer = send(token).await;
        assert_eq!(answer.status.as_u16(), status, "{token}");
        if status == 401 {
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    let answer = post("/v1/traces", PROTOBUF, body.clone()).without("authorization");
    assert_eq!(answer.send(&bench).await.status, StatusCode::UNAUTHORIZED);
    assert!(bench.records().is_empty());
    let own_header = post("/v1/traces", PROTOBUF, body.clone()).without("authorization");
    let answer = own_header.header("Omegi-Token", TOKEN).send(&bench).await;
    assert!(answer.is_plain_success());
}

#[tokio::test]
async fn edge_35_a_bound_token_speaks_for_its_service_alone() {
    let bench = Bench::new();
    let answer = post("/v1/traces", JSON, two_services().traces_json().to_string())
        .header("authorization", &format!("Bearer {BOUND}"))
        .send(&bench)
        .await;
    let partial = &answer.json()["partialSuccess"];
    assert_eq!(partial["rejectedSpans"], "2");
    assert!(
        partial["errorMessage"]
            .as_str()
            .unwrap()
            .contains("bound to another service (2)")
    );
    assert_eq!(bench.span_names(), ["ours"]);
    assert_eq!(
        bench.records()[0].bound_service.as_deref(),
        Some("checkout")
    );
    bench.assert_counts_add_up();
}

#[tokio::test]
async fn a_project_that_registers_nothing_refuses_services_it_does_not_know() {
    let bench = Bench::new();
    let answer = post("/v1/traces", JSON, two_services().traces_json().to_string())
        .header("authorization", &format!("Bearer {STRICT}"))
        .send(&bench)
        .await;
    assert_eq!(answer.json()["partialSuccess"]["rejectedSpans"], "1");
    assert_eq!(bench.span_names(), ["theirs", "too"]);
    assert!(bench.services.registered().is_empty());
}

#[tokio::test]
async fn a_span_with_a_bad_id_and_a_foreign_service_is_refused_once() {
    let bench = Bench::new();
    let request = two_services()
        .span("bad")
        .edit_span(|span| span.trace_id.clear());
    let answer = post("/v1/traces", JSON, request.traces_json().to_string())
        .header("authorization", &format!("Bearer {BOUND}"))
        .send(&bench)
        .await;
    assert_eq!(answer.json()["partialSuccess"]["rejectedSpans"], "3");
    bench.assert_counts_add_up();
}

/// A body that fails the test when it is read.
fn untouchable() -> Body {
    Body::from_stream(futures::stream::once(async {
        panic!("the body was read");
        #[expect(unreachable_code, reason = "the stream needs a type")]
        Ok::<_, std::convert::Infallible>("")
    }))
}

#[tokio::test]
async fn edge_32_credentials_and_room_are_judged_before_the_body_is_read() {
    let bench = Bench::new();
    let request = post("/v1/traces", PROTOBUF, untouchable());
    let answer = request
        .header("authorization", "Bearer omgs_no")
        .send(&bench)
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let full = omegi_receiver::RawReceiver {
        wire_bytes_max: 1000,
        body_bytes_max: 1000,
        project_in_flight_bytes_max: 1000,
        in_flight_bytes_max: 1000,
        ..Default::default()
    };
    let bench = Bench::with(full);
    bench.log.hang_next();
    let body = otlp::request().resource("a").span("s").traces_protobuf();
    let stuck = post("/v1/traces", PROTOBUF, body).header("content-length", "900");
    let router = bench.receiver.http_router();
    let stuck = tokio::spawn(tower::ServiceExt::oneshot(router, stuck.into_request()));
    while bench.metric("omegi_receiver_in_flight_bytes") == 0 {
        tokio::task::yield_now().await;
    }
    let request = post("/v1/traces", PROTOBUF, untouchable()).header("content-length", "900");
    let answer = request.send(&bench).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!answer.header("retry-after").is_empty());
    stuck.abort();
    let request = post("/v1/traces", PROTOBUF, untouchable()).header("content-length", "1001");
    assert_eq!(
        request.send(&bench).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let answer = bare("POST", "/v1/traces").send(&bench).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "no token at all");
}
