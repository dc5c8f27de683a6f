//! Connections over real sockets: slow ones, those that go away, and the end of the server.

use std::time::Duration;

use omegi_receiver::RawReceiver;
use omegi_testkit::otlp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::Bench;
use crate::support::authority::TOKEN;

struct Served {
    address: std::net::SocketAddr,
    shutdown: CancellationToken,
    server: JoinHandle<()>,
}

async fn serve(bench: &Bench) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (receiver, shutdown) = (bench.receiver.clone(), CancellationToken::new());
    let stop = shutdown.clone();
    let server = tokio::spawn(async move { receiver.serve_http(listener, stop).await.unwrap() });
    Served {
        address,
        shutdown,
        server,
    }
}

fn head(length: usize) -> String {
    format!(
        "POST /v1/traces HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/x-protobuf\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// Reads until the server closes, or the answer's head has come.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).await.unwrap_or(0);
        text.extend_from_slice(&chunk[..read]);
        if read == 0 || text.windows(4).any(|end| end == b"\r\n\r\n") {
            return String::from_utf8_lossy(&text).into_owned();
        }
    }
}

fn quick() -> RawReceiver {
    RawReceiver {
        header_timeout: Duration::from_millis(80),
        body_idle_timeout: Duration::from_millis(80),
        body_timeout: Duration::from_millis(400),
        drain_max: Duration::from_secs(5),
        ..RawReceiver::default()
    }
}

#[tokio::test]
async fn a_client_that_sends_no_whole_head_is_closed() {
    let bench = Bench::with(quick());
    let served = serve(&bench).await;
    for sent in ["", "P", "POST /v1/traces HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let answer = answer(&mut stream).await;
        assert!(
            answer.is_empty() || answer.contains(" 408 "),
            "{sent:?}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let bench = Bench::with(quick());
    let served = serve(&bench).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(head(1000).as_bytes()).await.unwrap();
    stream.write_all(b"half").await.unwrap();
    let answer = answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(bench.records().is_empty());
    assert_eq!(bench.metric("omegi_receiver_in_flight_bytes"), 0);
}

/// 100 of 10,000.
#[tokio::test]
async fn edge_31_clients_that_close_in_mid_body_leave_nothing_behind() {
    let bench = Bench::new();
    let served = serve(&bench).await;
    for _ in 0..100 {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        stream.write_all(head(1000).as_bytes()).await.unwrap();
        stream.write_all(b"half").await.unwrap();
    }
    served.shutdown.cancel();
    served.server.await.unwrap();
    assert!(bench.records().is_empty());
    assert_eq!(bench.metric("omegi_receiver_in_flight_bytes"), 0);
    assert_eq!(bench.metric("omegi_receiver_connections"), 0);
}

#[tokio::test]
async fn a_request_in_flight_at_shutdown_ends_with_its_true_status() {
    let bench = Bench::new();
    let served = serve(&bench).await;
    let body = otlp::request().resource("a").span("s").traces_protobuf();
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(head(body.len()).as_bytes()).await.unwrap();
    stream.write_all(&body[..10]).await.unwrap();
    while bench.metric("omegi_receiver_in_flight_bytes") == 0 {
        tokio::task::yield_now().await;
    }
    served.shutdown.cancel();
    stream.write_all(&body[10..]).await.unwrap();
    let answer = answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    served.server.await.unwrap();
    assert_eq!(bench.span_names(), ["s"]);
}

#[tokio::test]
async fn an_old_connection_is_asked_to_end() {
    let config = RawReceiver {
        connection_age_max: Duration::from_millis(50),
        ..RawReceiver::default()
    };
    let bench = Bench::with(config);
    let served = serve(&bench).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let body = otlp::request().resource("a").span("s").traces_protobuf();
    stream.write_all(head(body.len()).as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(answer(&mut stream).await, "", "closed by the server");
}

#[tokio::test]
async fn a_sender_that_waits_for_100_continue_is_refused_before_it_sends() {
    let bench = Bench::new();
    let served = serve(&bench).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let refused = head(1000)
        .replace("omgs_", "omgx_")
        .replace("content-length", "expect: 100-continue\r\ncontent-length");
    stream.write_all(refused.as_bytes()).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 401 "));
    let body = otlp::request().resource("a").span("s").traces_protobuf();
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let welcome =
        head(body.len()).replace("content-length", "expect: 100-continue\r\ncontent-length");
    stream.write_all(welcome.as_bytes()).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 100 "));
    stream.write_all(&body).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
}
