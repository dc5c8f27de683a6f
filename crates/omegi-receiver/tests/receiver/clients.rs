//! Real OpenTelemetry SDKs against the receiver, where `scripts/setup-otlp-clients.sh` has installed
//! them and `OMEGI_CLIENTS_VENV` and `OMEGI_CLIENTS_NODE` say where.

use std::path::{Path, PathBuf};

use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::support::Bench;
use crate::support::authority::TOKEN;

/// The folder `variable` names; a printed message where it is unset.
fn installed(variable: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: {variable} is not set; scripts/setup-otlp-clients.sh prints it");
    }
    folder
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(name)
}

/// Runs `client` against a receiver; it gets the endpoints of HTTP and gRPC.
async fn run(client: impl FnOnce(&str, &str) -> Command) -> Bench {
    let bench = Bench::new();
    let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let grpc = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
    let mut client = client(&endpoint(&http), &endpoint(&grpc));
    let (receiver, shutdown) = (bench.receiver.clone(), CancellationToken::new());
    let other = (receiver.clone(), shutdown.clone());
    tokio::spawn(async move { receiver.serve_http(http, shutdown).await });
    tokio::spawn(async move { other.0.serve_grpc(grpc, other.1).await });
    let output = client.output().await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    bench
}

/// A parent and a child that recorded an exception.
fn assert_story(bench: &Bench, service: &str) {
    let mut spans = bench.stored(|span| {
        let exception = span.events().find(wire_exception);
        let message = exception.and_then(|event| event.attribute("exception.message"));
        let message = message.and_then(|value| value.as_str().map(ToOwned::to_owned));
        let has_parent = span.parent_span_id().is_some();
        let service = span.resource().service_name().into_owned();
        (span.name().into_owned(), has_parent, message, service)
    });
    spans.sort();
    let no_cart = Some("no such cart".to_owned());
    assert_eq!(
        spans,
        [
            ("child".to_owned(), true, no_cart, service.to_owned()),
            ("parent".to_owned(), false, None, service.to_owned()),
        ]
    );
    bench.assert_counts_add_up();
}

fn wire_exception(event: &omegi_model::wire::EventRef<'_>) -> bool {
    event.is_exception()
}

#[tokio::test]
async fn opentelemetry_python_sends_over_http_and_grpc() {
    let Some(venv) = installed("OMEGI_CLIENTS_VENV") else {
        return;
    };
    for transport in ["http", "grpc"] {
        let bench = run(|http, grpc| {
            let endpoint = if transport == "http" { http } else { grpc };
            let mut command = Command::new(venv.join("bin/python"));
            command
                .arg(script("send.py"))
                .args([transport, endpoint, TOKEN]);
            command
        });
        assert_story(&bench.await, &format!("python-{transport}"));
    }
}

#[tokio::test]
async fn opentelemetry_js_sends_json_over_http() {
    let Some(node) = installed("OMEGI_CLIENTS_NODE") else {
        return;
    };
    let bench = run(|http, _| {
        let mut command = Command::new("node");
        command.arg(script("send.js")).args([http, TOKEN]);
        command.env("NODE_PATH", node.join("node_modules"));
        command
    });
    assert_story(&bench.await, "js-http");
}
