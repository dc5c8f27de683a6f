//! What is sent: pre-encoded OTLP requests, and what they must lead to.

mod attributes;
mod batches;
mod faults;
pub(crate) mod generator;
mod patch;
pub(crate) mod recorded;
mod services;
mod stacks;
mod tree;
pub(crate) mod truth;

#[cfg(test)]
mod tests;

use bytes::Bytes;

/// One request body.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// An `ExportTraceServiceRequest` in protobuf.
    pub(crate) body: Bytes,
    /// Spans in it.
    pub(crate) spans: u64,
}

/// Requests in the order in which they are sent.
#[derive(Debug)]
pub(crate) enum Requests {
    /// All in memory.
    Generated(std::vec::IntoIter<Prepared>),
    /// A recording, derived anew as it is read: 10 M spans would take gigabytes.
    Recorded(recorded::Replay),
}

impl Iterator for Requests {
    type Item = Prepared;

    fn next(&mut self) -> Option<Prepared> {
        match self {
            Self::Generated(requests) => requests.next(),
            Self::Recorded(replay) => replay.next(),
        }
    }
}

/// Requests with what they must lead to.
#[derive(Debug)]
pub(crate) struct Corpus {
    /// What is sent.
    pub(crate) requests: Requests,
    /// What must come of it.
    pub(crate) truth: truth::Truth,
}
