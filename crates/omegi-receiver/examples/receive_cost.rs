//! What it costs to receive a span over HTTP, without compression, up to the fsynced answer:
//! `OMEGI_CORPORA=... cargo run --release -p omegi-receiver --example receive_cost`.
//!
//! Replays the shared corpus `otel-demo-recorded` over four connections. Counts the processor time
//! of every thread but the client's.

#![allow(clippy::print_stdout, reason = "it is a program that prints figures")]
#![allow(
    clippy::unwrap_used,
    reason = "a failed measurement has no other answer"
)]

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper_util::rt::TokioIo;
use omegi_log::{Disk, EmbeddedLog, LogConfig};
use omegi_model::id::ProjectId;
use omegi_receiver::{
    AuthError, Authenticate, Grant, RateLimits, Receiver, ReceiverConfig, ServiceRegistry,
};
use omegi_testkit::corpora;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const ROUNDS: usize = 50;
const CONNECTIONS: usize = 4;
const SPANS: usize = 4_743 * ROUNDS * CONNECTIONS;

struct Anyone;

impl Authenticate for Anyone {
    fn grant(&self, _token: &str) -> Result<Grant, AuthError> {
        Err(AuthError::Unknown)
    }

    fn anonymous(&self, _peer: IpAddr) -> Option<Grant> {
        Some(Grant {
            project: ProjectId::new([1; 8])?,
            bound_service: None,
            auto_register_services: true,
            limits: RateLimits::default(),
        })
    }
}

impl ServiceRegistry for Anyone {
    fn is_known(&self, _project: ProjectId, _service: &str) -> bool {
        true
    }

    fn register(&self, _project: ProjectId, _service: &str) {}
}

fn main() {
    let Some(requests) = corpora::otel_demo_requests() else {
        return;
    };
    let requests: Arc<Vec<Bytes>> = Arc::new(requests.into_iter().map(Bytes::from).collect());
    let folder = tempfile::tempdir_in(".").unwrap();
    let (log, _) =
        EmbeddedLog::open(Disk::open(folder.path()).unwrap(), LogConfig::new("spans")).unwrap();
    let anyone = Arc::new(Anyone);
    let receiver = Receiver::new(
        Arc::new(log),
        anyone.clone(),
        anyone,
        ReceiverConfig::default(),
    );
    let server = tokio::runtime::Runtime::new().unwrap();
    let listener = server.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    server.spawn(async move {
        receiver
            .serve_http(listener, CancellationToken::new())
            .await
    });
    let client = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("client")
        .enable_all()
        .build()
        .unwrap();
    let (cpu, wall) = (server_cpu_nanos(), Instant::now());
    let senders: Vec<_> = (0..CONNECTIONS)
        .map(|_| client.spawn(replay(address, Arc::clone(&requests))))
        .collect();
    let mut waits: Vec<u128> = Vec::new();
    for sender in senders {
        waits.extend(client.block_on(sender).unwrap());
    }
    let seconds = (server_cpu_nanos() - cpu) as f64 / 1e9;
    let millions = SPANS as f64 / 1e6;
    waits.sort_unstable();
    println!(
        "server: {:.2} CPU seconds per million spans",
        seconds / millions
    );
    println!(
        "wall: {:.0} spans per second",
        SPANS as f64 / wall.elapsed().as_secs_f64()
    );
    println!(
        "ack: p50 {} us, p99 {} us",
        waits[waits.len() / 2],
        waits[waits.len() * 99 / 100]
    );
}

/// Sends every request `ROUNDS` times over one connection; microseconds each took.
async fn replay(address: SocketAddr, requests: Arc<Vec<Bytes>>) -> Vec<u128> {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let mut waits = Vec::new();
    for body in requests.iter().cycle().take(requests.len() * ROUNDS) {
        let request = Request::post("/v1/traces")
            .header("host", "localhost")
            .header("content-type", "application/x-protobuf")
            .body(Full::new(body.clone()))
            .unwrap();
        let start = Instant::now();
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.status(), 200);
        response.into_body().collect().await.unwrap();
        waits.push(start.elapsed().as_micros());
    }
    waits
}

/// Processor time of all threads but the client's.
fn server_cpu_nanos() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let of_task = |path: std::path::PathBuf| -> Option<u64> {
        if std::fs::read_to_string(path.join("comm"))
            .ok()?
            .starts_with("client")
        {
            return Some(0);
        }
        let stat = std::fs::read_to_string(path.join("schedstat")).ok()?;
        stat.split(' ').next()?.parse().ok()
    };
    tasks
        .flatten()
        .filter_map(|task| of_task(task.path()))
        .sum()
}
