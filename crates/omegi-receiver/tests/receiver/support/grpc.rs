//! A gRPC client made of HTTP/2 and five bytes.

use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Bench;
use super::authority::TOKEN;

/// A receiver that listens, and a connection to it.
pub(crate) struct Channel {
    sender: SendRequest<Full<Bytes>>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) server: JoinHandle<()>,
}

/// What a call ended with.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) http_status: StatusCode,
    /// Headers and trailers together.
    pub(crate) metadata: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn code(&self) -> i32 {
        self.metadata
            .get("grpc-status")
            .map_or(-1, |code| code.to_str().unwrap().parse().unwrap())
    }

    pub(crate) fn message(&self) -> &str {
        self.metadata
            .get("grpc-message")
            .map_or("", |message| message.to_str().unwrap())
    }

    /// The `google.rpc.Status`, as text that can be searched.
    pub(crate) fn details(&self) -> String {
        let details = self.metadata.get("grpc-status-details-bin").unwrap();
        let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
        String::from_utf8_lossy(&engine.decode(details).unwrap()).into_owned()
    }
}

pub(crate) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
pub(crate) const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
pub(crate) const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// `message` behind its prefix.
pub(crate) fn frame(is_compressed: bool, message: &[u8]) -> Vec<u8> {
    let mut frame = vec![u8::from(is_compressed)];
    frame.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend_from_slice(message);
    frame
}

impl Channel {
    pub(crate) async fn open(bench: &Bench) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (receiver, shutdown) = (bench.receiver.clone(), CancellationToken::new());
        let stop = shutdown.clone();
        let server =
            tokio::spawn(async move { receiver.serve_grpc(listener, stop).await.unwrap() });
        let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (sender, connection) = http2::handshake(TokioExecutor::new(), stream)
            .await
            .unwrap();
        tokio::spawn(connection);
        Self {
            sender,
            shutdown,
            server,
        }
    }

    /// Sends `frames` to `path` with the test's token.
    pub(crate) async fn call(&self, path: &str, frames: Vec<u8>) -> Reply {
        self.call_with(path, frames, &[]).await
    }

    /// The same with further metadata; an empty value leaves a header out.
    pub(crate) async fn call_with(
        &self,
        path: &str,
        frames: Vec<u8>,
        metadata: &[(&str, &str)],
    ) -> Reply {
        let mut request = Request::post(format!("http://localhost{path}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Full::from(frames))
            .unwrap();
        for (name, value) in metadata {
            let name: axum::http::HeaderName = name.parse().unwrap();
            request.headers_mut().remove(&name);
            if !value.is_empty() {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        let response = self.sender.clone().send_request(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap();
        let mut metadata = head.headers;
        metadata.extend(body.trailers().cloned().unwrap_or_default());
        Reply {
            http_status: head.status,
            metadata,
            body: body.to_bytes(),
        }
    }
}
