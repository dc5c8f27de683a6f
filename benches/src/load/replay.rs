//! Sends a corpus over several connections, each with one request in flight.
//!
//! Invariant: a request counts as acknowledged once; it is sent again after 429, 502, 503, 504, or a
//! broken connection, as an SDK does. Any other answer ends the replay.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use hdrhistogram::Histogram;
use hyper::{StatusCode, header};
use tokio::task::JoinSet;

use super::client::{Answer, Connection};
use crate::corpus::{Prepared, Requests};

const TRIES_MAX: u32 = 100;
const PAUSE_WITHOUT_ADVICE: Duration = Duration::from_millis(100);

/// Where to send, how, and how fast.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// OTLP over HTTP.
    pub(crate) address: SocketAddr,
    /// Ingest token.
    pub(crate) token: String,
    /// Connections at once.
    pub(crate) connections: usize,
    /// Spans per second over all connections; `None` for as fast as they are taken.
    pub(crate) spans_per_second: Option<f64>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// Requests acknowledged.
    pub(crate) requests: u64,
    /// Spans in them.
    pub(crate) spans: u64,
    /// Answers of 429 and 503.
    pub(crate) throttled: u64,
    /// Exchanges that broke.
    pub(crate) broken: u64,
    /// Answers that were not empty: warnings and partial success.
    pub(crate) remarks: u64,
    /// The first of those.
    pub(crate) first_remark: Option<String>,
    /// From the first request to the last acknowledgement.
    pub(crate) wall: Duration,
    /// From sending to acknowledgement, waits for a retry left out, in microseconds.
    pub(crate) ack_micros: Histogram<u64>,
}

impl Sent {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            requests: 0,
            spans: 0,
            throttled: 0,
            broken: 0,
            remarks: 0,
            first_remark: None,
            wall: Duration::ZERO,
            ack_micros: Histogram::new(3)?,
        })
    }

    fn add(&mut self, other: Self) -> anyhow::Result<()> {
        self.requests += other.requests;
        self.spans += other.spans;
        self.throttled += other.throttled;
        self.broken += other.broken;
        self.remarks += other.remarks;
        self.first_remark = self.first_remark.take().or(other.first_remark);
        self.ack_micros.add(other.ack_micros)?;
        Ok(())
    }
}

/// Sends everything.
pub(crate) async fn replay(requests: Requests, target: &Target) -> anyhow::Result<Sent> {
    let queue = Arc::new(Queue {
        requests: Mutex::new((requests, 0)),
        began: Instant::now(),
    });
    let mut workers = JoinSet::new();
    for _ in 0..target.connections {
        workers.spawn(work(Arc::clone(&queue), target.clone()));
    }
    let mut sent = Sent::new()?;
    while let Some(worker) = workers.join_next().await {
        sent.add(worker??)?;
    }
    sent.wall = queue.began.elapsed();
    Ok(sent)
}

/// What is still to be sent, shared by the connections.
struct Queue {
    /// With the number of spans already handed out.
    requests: Mutex<(Requests, u64)>,
    began: Instant,
}

impl Queue {
    /// The next request and how long after the beginning it is due.
    fn next(&self, spans_per_second: Option<f64>) -> Option<(Prepared, Duration)> {
        let mut queue = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let request = queue.0.next()?;
        let due = spans_per_second.map_or(0.0, |rate| queue.1 as f64 / rate);
        queue.1 += request.spans;
        Some((request, Duration::from_secs_f64(due)))
    }
}

async fn work(queue: Arc<Queue>, target: Target) -> anyhow::Result<Sent> {
    let mut connection = Connection::new(target.address, &target.token);
    let mut sent = Sent::new()?;
    while let Some((request, due)) = queue.next(target.spans_per_second) {
        tokio::time::sleep_until((queue.began + due).into()).await;
        deliver(&mut connection, &request, &mut sent).await?;
    }
    Ok(sent)
}

/// Sends one request until it is acknowledged; returns when that was.
pub(crate) async fn deliver(
    connection: &mut Connection,
    request: &Prepared,
    sent: &mut Sent,
) -> anyhow::Result<Instant> {
    for _ in 0..TRIES_MAX {
        let began = Instant::now();
        let pause = match connection.export(request.body.clone()).await {
            Ok(answer) if answer.status == StatusCode::OK => {
                let now = Instant::now();
                acknowledged(request, &answer, now - began, sent)?;
                return Ok(now);
            }
            Ok(answer) => {
                sent.throttled += 1;
                pause(&answer)?
            }
            Err(_) => {
                sent.broken += 1;
                PAUSE_WITHOUT_ADVICE
            }
        };
        tokio::time::sleep(pause).await;
    }
    bail!("a request was not taken in {TRIES_MAX} tries")
}

fn acknowledged(
    request: &Prepared,
    answer: &Answer,
    took: Duration,
    sent: &mut Sent,
) -> anyhow::Result<()> {
    sent.requests += 1;
    sent.spans += request.spans;
    sent.ack_micros.record(took.as_micros() as u64)?;
    if !answer.body.is_empty() {
        sent.remarks += 1;
        let remark = || String::from_utf8_lossy(&answer.body).into_owned();
        sent.first_remark.get_or_insert_with(remark);
    }
    Ok(())
}

/// How long the server asks to wait; an error where it refuses for good.
fn pause(answer: &Answer) -> anyhow::Result<Duration> {
    if !matches!(answer.status.as_u16(), 429 | 502 | 503 | 504) {
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        bail!("the server refuses with {}: {body}", answer.status);
    }
    let Some(advice) = answer.headers.get(header::RETRY_AFTER) else {
        return Ok(PAUSE_WITHOUT_ADVICE);
    };
    let seconds = advice.to_str().ok().and_then(|text| text.parse().ok());
    seconds
        .map(Duration::from_secs)
        .with_context(|| format!("Retry-After {advice:?} is no number"))
}

/// A fresh count, for those who deliver requests one by one.
pub(crate) fn nothing_sent() -> anyhow::Result<Sent> {
    Sent::new()
}
