//! The table of refusals (otlp.md R6), row by row over both transports.

use std::time::Duration;

use axum::http::StatusCode;
use omegi_log::AppendError;
use omegi_testkit::otlp;

use crate::support::Bench;
use crate::support::authority::LIMITED;
use crate::support::grpc::{Channel, TRACES, frame};
use crate::support::http::{JSON, PROTOBUF, post};

/// One row: what is sent, and what both transports answer.
struct Row {
    what: &'static str,
    bench: Bench,
    body: Vec<u8>,
    token: Option<&'static str>,
    http: u16,
    grpc: i32,
    delayed: bool,
}

impl Row {
    fn new(what: &'static str, http: u16, grpc: i32) -> Self {
        let body = otlp::request()
            .resource("checkout")
            .span("s")
            .traces_protobuf();
        Self {
            what,
            bench: Bench::new(),
            body,
            token: None,
            http,
            grpc,
            delayed: false,
        }
    }

    fn failing(what: &'static str, http: u16, grpc: i32, error: fn() -> AppendError) -> Self {
        let row = Self {
            delayed: true,
            ..Self::new(what, http, grpc)
        };
        // One for each transport.
        row.bench.log.fail_next(error());
        row.bench.log.fail_next(error());
        row
    }

    async fn check(self) {
        let token = format!(
            "Bearer {}",
            self.token.unwrap_or(crate::support::authority::TOKEN)
        );
        let before = self.bench.records().len();
        let answer = post("/v1/traces", PROTOBUF, self.body.clone())
            .header("authorization", &token)
            .send(&self.bench)
            .await;
        assert_eq!(
            answer.status.as_u16(),
            self.http,
            "{}: {answer:?}",
            self.what
        );
        assert_eq!(answer.header("content-type"), PROTOBUF, "{}", self.what);
        let delay = answer.header("retry-after");
        assert_eq!(!delay.is_empty(), self.delayed, "{}: {delay}", self.what);
        if self.delayed {
            assert!(
                (1..=60).contains(&delay.parse::<u32>().unwrap()),
                "{}: {delay}",
                self.what
            );
        }
        let channel = Channel::open(&self.bench).await;
        let metadata = [("authorization", token.as_str())];
        let reply = channel
            .call_with(TRACES, frame(false, &self.body), &metadata)
            .await;
        assert_eq!(reply.http_status, StatusCode::OK, "{}", self.what);
        assert_eq!(reply.code(), self.grpc, "{}: {reply:?}", self.what);
        if self.grpc != 0 {
            assert_eq!(
                self.bench.records().len(),
                before,
                "{}: nothing is stored",
                self.what
            );
            let details = reply.details();
            assert_eq!(
                details.contains("RetryInfo"),
                self.delayed,
                "{}: {details}",
                self.what
            );
            assert!(!reply.message().is_empty());
        }
        self.bench.assert_counts_add_up();
    }
}

#[tokio::test]
async fn every_row_of_the_table_is_answered_as_it_says() {
    let later = || AppendError::Busy {
        retry_after: Duration::from_secs(2),
    };
    let mut rows = vec![
        Row::new("all is well", 200, 0),
        Row {
            body: b"no protobuf".to_vec(),
            ..Row::new("undecodable", 400, 3)
        },
        Row {
            token: Some("omgs_none"),
            ..Row::new("unknown token", 401, 16)
        },
        Row {
            token: Some("omgs_revoked"),
            ..Row::new("revoked token", 401, 16)
        },
        Row {
            token: Some("omgu_1"),
            ..Row::new("token of the API", 403, 7)
        },
        Row::failing("log is busy", 503, 14, later),
        Row::failing("disk is full", 503, 14, || AppendError::NoSpace),
        Row::failing("not confirmed", 503, 14, || AppendError::Unknown),
        Row::failing("log has stopped", 503, 14, || {
            AppendError::Stopped("fsync".into())
        }),
    ];
    let too_large = omegi_receiver::RawReceiver {
        wire_bytes_max: 64,
        ..Default::default()
    };
    rows.push(Row {
        bench: Bench::with(too_large),
        ..Row::new("too large on the wire", 413, 8)
    });
    let too_large = omegi_receiver::RawReceiver {
        body_bytes_max: 64,
        ..Default::default()
    };
    rows.push(Row {
        bench: Bench::with(too_large),
        ..Row::new("too large decoded", 413, 8)
    });
    let overloaded = omegi_receiver::RawReceiver {
        wire_bytes_max: 64,
        body_bytes_max: 64,
        project_in_flight_bytes_max: 64,
        in_flight_bytes_max: 64,
        ..Default::default()
    };
    let bench = Bench::with(overloaded);
    let small = otlp::request().resource("a").span("s").traces_protobuf();
    let body = small.get(..60).unwrap().to_vec();
    rows.push(Row {
        bench,
        body,
        ..Row::new("fits on the wire but is cut off", 400, 3)
    });
    for row in rows {
        row.check().await;
    }
}

#[tokio::test]
async fn a_project_over_its_rate_is_asked_to_wait() {
    let bench = Bench::new();
    let request = (0..20).fold(otlp::request().resource("a"), |request, _| {
        request.span("s")
    });
    let token = format!("Bearer {LIMITED}");
    let send =
        || post("/v1/traces", PROTOBUF, request.traces_protobuf()).header("authorization", &token);
    assert!(
        send().send(&bench).await.is_plain_success(),
        "the first batch goes into debt"
    );
    let answer = send().send(&bench).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
    assert_eq!(bench.span_names().len(), 20);
}

#[tokio::test]
async fn a_failure_comes_as_a_status_in_the_format_of_the_request() {
    let bench = Bench::new();
    let answer = post("/v1/traces", JSON, "{").send(&bench).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.header("content-type"), JSON);
    assert_eq!(answer.json()["code"], 3);
    assert!(
        answer.json()["message"]
            .as_str()
            .unwrap()
            .contains("at byte 1")
    );
    bench.log.fail_next(AppendError::NoSpace);
    let body = otlp::request()
        .resource("a")
        .span("s")
        .traces_json()
        .to_string();
    let answer = post("/v1/traces", "application/json; charset=utf-8", body)
        .send(&bench)
        .await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("content-type"), JSON);
    let delay = format!("{}s", answer.header("retry-after"));
    assert_eq!(answer.json()["details"][0]["retryDelay"], delay);
}
