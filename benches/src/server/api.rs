//! Asks the server's API.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use serde::de::DeserializeOwned;

use super::metrics::Metrics;
use super::{API_TOKEN, PROJECT};
use crate::load::client::Connection;

const PAGE: usize = 500;
/// Event times of every corpus lie between; without a range the lists show the last day.
const ALL_TIME: &str = "from=2000-01-01T00:00:00Z&to=2200-01-01T00:00:00Z";

/// A connection to the API.
#[derive(Debug)]
pub(crate) struct Api(Connection);

/// What a list item tells of an error event, as far as it is compared.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct ErrorItem {
    /// Its trace.
    pub(crate) trace_id: Option<String>,
    /// Type of the exception.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Where it began.
    pub(crate) origin: Origin,
}

/// Where an error began.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Origin {
    /// `service.name`.
    pub(crate) service: Option<String>,
}

#[derive(serde::Deserialize)]
struct List<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl Api {
    /// Of the server that listens on `address`.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self(Connection::new(address, API_TOKEN))
    }

    /// The server's own counts.
    pub(crate) async fn metrics(&mut self) -> anyhow::Result<Metrics> {
        let answer = self.0.get("/metrics").await?;
        Ok(Metrics::parse(&String::from_utf8_lossy(&answer.body)))
    }

    /// All error events.
    pub(crate) async fn errors(&mut self) -> anyhow::Result<Vec<ErrorItem>> {
        self.list(&format!("/api/v1/projects/{PROJECT}/errors"))
            .await
    }

    /// How many issues there are.
    pub(crate) async fn issues(&mut self) -> anyhow::Result<u64> {
        let items: Vec<serde::de::IgnoredAny> = self
            .list(&format!("/api/v1/projects/{PROJECT}/issues"))
            .await?;
        Ok(items.len() as u64)
    }

    /// Whether the trace can be seen.
    pub(crate) async fn has_trace(&mut self, trace_id: &str) -> anyhow::Result<bool> {
        let path = format!("/api/v1/projects/{PROJECT}/traces/{trace_id}?fields=light");
        let status = self.0.get(&path).await?.status.as_u16();
        match status {
            200 => Ok(true),
            404 => Ok(false),
            _ => bail!("GET {path} answers {status}"),
        }
    }

    async fn list<T: DeserializeOwned>(&mut self, path: &str) -> anyhow::Result<Vec<T>> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let answer = self
                .0
                .get(&format!("{path}?{ALL_TIME}&limit={PAGE}{cursor}"))
                .await?;
            if !answer.status.is_success() {
                bail!(
                    "GET {path} answers {}: {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                );
            }
            let page: List<T> = serde_json::from_slice(&answer.body)
                .with_context(|| format!("answer of {path}"))?;
            items.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }
}
