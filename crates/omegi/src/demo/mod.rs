//! A small shop that has good and bad days: it sends real OTLP, to Omegi itself or elsewhere.
//!
//! The same seed tells the same story: which customers come, what they do, what breaks and with
//! which ids. Only the times are the moment's.

mod otlp;
mod random;
mod scene;
mod send;
mod services;
mod stacks;
mod story;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use send::{SendError, Target};

/// Name and type of every service of the shop.
pub fn services() -> impl Iterator<Item = (&'static str, &'static str)> {
    services::types()
}

/// Customers' requests a second.
const REQUESTS_PER_SECOND: u32 = 4;

/// How the demo runs.
#[derive(Debug, Clone)]
pub struct DemoConfig {
    /// Where to send.
    pub target: Target,
    /// The same seed tells the same story.
    pub seed: u64,
    /// Stop after this many requests; `None`: go on until stopped.
    pub requests: Option<u64>,
}

/// Runs the shop until it is told to stop or has served its requests; returns how many.
///
/// # Errors
/// [`SendError`] when the target refuses for good (a wrong token, say); what may pass is retried.
pub async fn run(config: DemoConfig, stop: CancellationToken) -> Result<u64, SendError> {
    let sender = send::Sender::new(config.target);
    let mut story = story::Story::new(config.seed);
    let mut tick = tokio::time::interval(Duration::from_secs(1) / REQUESTS_PER_SECOND);
    let mut served = 0;
    while config.requests.is_none_or(|limit| served < limit) {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = tick.tick() => {}
        }
        for delivery in story.next_request() {
            sender.deliver(delivery, &stop).await?;
        }
        served += 1;
    }
    sender.finish().await?;
    Ok(served)
}
