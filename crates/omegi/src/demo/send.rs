//! Sends the demo's requests over OTLP/HTTP, as an SDK does: it retries what may pass.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, StatusCode, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::story::Delivery;

const ATTEMPTS_MAX: u32 = 5;
const DELAYED_MAX: usize = 256;

/// Where to send.
#[derive(Debug, Clone)]
pub struct Target {
    /// Base address, such as `http://127.0.0.1:4318`.
    pub url: String,
    /// Ingest token; `None` where the target admits loopback senders without one.
    pub token: Option<String>,
}

/// Why nothing more can be sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The address is none, or only `https`, which the demo does not speak.
    #[error("cannot send to {0:?}: give an http:// address")]
    Target(String),
    /// The target refuses for good: a wrong token, a wrong path.
    #[error("{url} answers {status}: {answer}")]
    Refused {
        /// Asked address.
        url: String,
        /// HTTP status.
        status: StatusCode,
        /// Start of the answer.
        answer: String,
    },
    /// Nobody answers.
    #[error("{url} does not answer: {reason}")]
    Unreachable {
        /// Asked address.
        url: String,
        /// What the connection says.
        reason: String,
    },
}

pub(super) struct Sender {
    shared: Arc<Shared>,
    delayed: tokio::sync::Mutex<JoinSet<Result<(), SendError>>>,
}

struct Shared {
    target: Target,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Sender {
    pub(super) fn new(target: Target) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let shared = Arc::new(Shared { target, client });
        Self {
            shared,
            delayed: tokio::sync::Mutex::default(),
        }
    }

    /// Sends now, or later where the story says so.
    pub(super) async fn deliver(
        &self,
        delivery: Delivery,
        stop: &CancellationToken,
    ) -> Result<(), SendError> {
        if delivery.after.is_zero() {
            return self.shared.post(delivery).await;
        }
        let mut delayed = self.delayed.lock().await;
        while delayed.len() >= DELAYED_MAX {
            delayed
                .join_next()
                .await
                .map_or(Ok(()), |joined| joined.unwrap_or(Ok(())))?;
        }
        let (shared, stop) = (Arc::clone(&self.shared), stop.clone());
        delayed.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => Ok(()),
                () = tokio::time::sleep(delivery.after) => shared.post(delivery).await,
            }
        });
        Ok(())
    }

    /// Waits for what is still to be sent.
    pub(super) async fn finish(&self) -> Result<(), SendError> {
        let mut delayed = self.delayed.lock().await;
        while let Some(joined) = delayed.join_next().await {
            joined.unwrap_or(Ok(()))?;
        }
        Ok(())
    }
}

impl Shared {
    async fn post(&self, delivery: Delivery) -> Result<(), SendError> {
        let url = format!("{}{}", self.target.url.trim_end_matches('/'), delivery.path);
        let body = Bytes::from(delivery.body.to_string());
        let mut last = None;
        for attempt in 0..ATTEMPTS_MAX {
            tokio::time::sleep(Duration::from_millis(200) * attempt).await;
            match self.attempt(&url, body.clone()).await? {
                None => return Ok(()),
                Some(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or(SendError::Target(url)))
    }

    /// One try: `None` when taken, an error that may pass, or one that will not.
    async fn attempt(&self, url: &str, body: Bytes) -> Result<Option<SendError>, SendError> {
        let mut request = Request::post(url).header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = &self.target.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request
            .body(Full::new(body))
            .map_err(|_| SendError::Target(url.to_owned()))?;
        let response = match self.client.request(request).await {
            Ok(response) => response,
            Err(error) => {
                let reason = error.to_string();
                return Ok(Some(SendError::Unreachable {
                    url: url.to_owned(),
                    reason,
                }));
            }
        };
        let status = response.status();
        if status.is_success() {
            return Ok(None);
        }
        let answer = response
            .into_body()
            .collect()
            .await
            .map(|body| body.to_bytes());
        let answer = String::from_utf8_lossy(&answer.unwrap_or_default())
            .chars()
            .take(200)
            .collect();
        let refused = SendError::Refused {
            url: url.to_owned(),
            status,
            answer,
        };
        match status.as_u16() {
            429 | 502 | 503 | 504 => Ok(Some(refused)),
            _ => Err(refused),
        }
    }
}
