//! Reading by offset: from memory while a record is fresh, else from its segment.

use std::sync::Arc;
use std::time::Duration;

use super::scan::{Step, record};
use super::shared::{Shared, Tail};
use crate::metrics::Source;
use crate::{Chunk, Offset, ReadError, Record};

/// Reads from `from` on; waits up to `wait` for the first record.
pub(crate) async fn read(
    shared: &Arc<Shared>,
    from: Offset,
    bytes_max: usize,
    wait: Duration,
) -> Result<Chunk, ReadError> {
    let tail = wait_for(shared, from, wait).await;
    if from > tail.readable {
        return Err(ReadError::HistoryChanged);
    }
    let start = shared.bounds().start;
    if from < start {
        return Err(ReadError::Trimmed { start });
    }
    let records = records(shared, from, bytes_max, tail.readable).await?;
    let next = records
        .last()
        .map_or(from, |last| Offset(last.offset.0 + 1));
    Ok(Chunk {
        records,
        next,
        committed: tail.committed,
    })
}

async fn records(
    shared: &Arc<Shared>,
    from: Offset,
    bytes_max: usize,
    readable: Offset,
) -> Result<Vec<Record>, ReadError> {
    if from >= readable {
        return Ok(Vec::new());
    }
    let fresh = shared.ring.lock().read(from, bytes_max);
    let (records, source) = match fresh {
        Some(records) => (records, Source::Memory),
        None => {
            let log = Arc::clone(shared);
            let read = move || from_disk(&log, from, bytes_max, readable);
            let read = tokio::task::spawn_blocking(read).await;
            (read.map_err(std::io::Error::other)??, Source::Disk)
        }
    };
    shared.metrics.read.of(source).add(records.len() as u64);
    Ok(records)
}

/// The tail, once it lies beyond `from` or the wait is over.
async fn wait_for(shared: &Shared, from: Offset, wait: Duration) -> Tail {
    let mut watch = shared.tail.subscribe();
    let beyond = |tail: &Tail| tail.readable > from;
    let now = *watch.borrow_and_update();
    if beyond(&now) || now.readable < from || wait.is_zero() {
        return now;
    }
    let arrived = tokio::time::timeout(wait, watch.wait_for(beyond)).await;
    // Over time, or the log is gone with its sender: the last state is what there is.
    arrived.ok().and_then(Result::ok).map_or(now, |tail| *tail)
}

/// Reads what one segment has from `from` on.
pub(crate) fn from_disk(
    shared: &Shared,
    from: Offset,
    bytes_max: usize,
    readable: Offset,
) -> Result<Vec<Record>, ReadError> {
    let Some((segment, next_base)) = shared.segment_of(from) else {
        return Err(ReadError::Trimmed {
            start: shared.bounds().start,
        });
    };
    let limit = next_base.map_or(readable, |base| base.min(readable));
    let damaged = |offset, next, reason: &str| {
        shared.metrics.damaged.inc();
        Err(ReadError::Damaged {
            offset,
            next,
            reason: reason.to_owned(),
        })
    };
    let mut scan = segment.scan_from(from).by(bytes_max);
    let (mut records, mut bytes) = (Vec::new(), 0);
    loop {
        match scan.step()? {
            Step::Frame { header, .. } if header.offset < from => {}
            Step::Frame { header, .. } if header.offset >= limit => return Ok(records),
            Step::Frame { header, body, .. } => {
                bytes += body.len();
                if bytes > bytes_max && !records.is_empty() {
                    return Ok(records);
                }
                records.push(record(&header, body));
            }
            Step::Damaged(damage) => {
                let next = damage.resume.map_or(limit, |(next, _)| next).min(limit);
                if next > from && records.is_empty() {
                    return damaged(damage.offset.max(from), next, damage.reason);
                }
                if !records.is_empty() {
                    return Ok(records);
                }
            }
            // The next segment begins later than this one ends: what lay between is lost.
            Step::End if records.is_empty() => return damaged(from, limit, "records are missing"),
            Step::End => return Ok(records),
        }
    }
}
