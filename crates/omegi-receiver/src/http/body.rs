//! Reads a body within its limits of size and time.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout_at};

use crate::admission::Permit;
use crate::config::RawReceiver;
use crate::error::Failure;

/// The whole of `body`, at most `bytes_max`. Room is taken from `permit` as the bytes come, where
/// the client did not announce how many.
pub(crate) async fn read(
    body: Body,
    bytes_max: usize,
    permit: &mut Permit,
    config: &RawReceiver,
) -> Result<Bytes, Failure> {
    let mut reader = BodyReader::new(body, config);
    let Some(first) = reader.next().await? else {
        return Ok(Bytes::new());
    };
    let mut length = check(0, &first, bytes_max, permit)?;
    let Some(second) = reader.next().await? else {
        return Ok(first);
    };
    length = check(length, &second, bytes_max, permit)?;
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second);
    while let Some(chunk) = reader.next().await? {
        length = check(length, &chunk, bytes_max, permit)?;
        all.extend_from_slice(&chunk);
    }
    Ok(all.freeze())
}

fn check(
    length: usize,
    chunk: &Bytes,
    bytes_max: usize,
    permit: &mut Permit,
) -> Result<usize, Failure> {
    let length = length + chunk.len();
    if length > bytes_max {
        return Err(Failure::TooLarge(bytes_max));
    }
    permit.grow_to(length as u64)?;
    Ok(length)
}

/// Chunks of a body, each within the idle timeout, all within the whole one.
#[derive(Debug)]
pub(crate) struct BodyReader {
    body: Body,
    idle_timeout: std::time::Duration,
    deadline: Instant,
}

impl BodyReader {
    pub(crate) fn new(body: Body, config: &RawReceiver) -> Self {
        let deadline = Instant::now() + config.body_timeout;
        Self {
            body,
            idle_timeout: config.body_idle_timeout,
            deadline,
        }
    }

    /// The next chunk, or `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let until = self.deadline.min(Instant::now() + self.idle_timeout);
            let frame = timeout_at(until, self.body.frame()).await;
            match frame.map_err(|_| Failure::TooSlow)? {
                None => return Ok(None),
                // The client went away, or broke the protocol: nothing of ours failed.
                Some(Err(_)) => return Err(Failure::Disconnected),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}
