//! The replayer against a small server that counts, throttles and breaks connections.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::replay::{Target, replay};
use crate::corpus::generator::generate;

#[derive(Default)]
struct Sink {
    seen: AtomicU64,
    taken: Mutex<Vec<Bytes>>,
}

impl Sink {
    /// Refuses every third request with 503 and a delay of none, takes the others.
    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let mut response = Response::new(Full::default());
        if self.seen.fetch_add(1, Ordering::SeqCst).is_multiple_of(3) {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, "0".parse().unwrap());
        } else {
            self.taken.lock().unwrap().push(body);
        }
        Ok(response)
    }
}

async fn start(sink: Arc<Sink>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let sink = Arc::clone(&sink);
            let service = service_fn(move |request| {
                let sink = Arc::clone(&sink);
                async move { sink.answer(request).await }
            });
            let connection = hyper::server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

fn target(address: SocketAddr) -> Target {
    Target {
        address,
        token: "omgs_test".into(),
        connections: 3,
        spans_per_second: None,
    }
}

#[tokio::test]
async fn what_was_refused_for_now_is_sent_again_until_all_is_taken_once() {
    let corpus = generate(1, 3_000);
    let mut wanted: Vec<Bytes> = generate(1, 3_000)
        .requests
        .map(|request| request.body)
        .collect();
    let sink = Arc::new(Sink::default());
    let sent = replay(corpus.requests, &target(start(Arc::clone(&sink)).await))
        .await
        .unwrap();
    let mut taken = sink.taken.lock().unwrap().clone();
    taken.sort();
    wanted.sort();
    assert_eq!(taken, wanted);
    assert_eq!(sent.requests, corpus.truth.requests);
    assert_eq!(sent.ack_micros.len(), sent.requests);
    assert_eq!(
        sent.throttled + sent.requests,
        sink.seen.load(Ordering::SeqCst)
    );
}

#[tokio::test]
async fn an_answer_that_is_final_ends_the_replay() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let refuse = service_fn(|_| async {
                let mut response = Response::new(Full::<Bytes>::default());
                *response.status_mut() = StatusCode::UNAUTHORIZED;
                Ok::<_, Infallible>(response)
            });
            let connection = hyper::server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), refuse));
        }
    });
    let failed = replay(generate(1, 100).requests, &target(address))
        .await
        .unwrap_err();
    assert!(failed.to_string().contains("401"), "{failed}");
}
