//! From a request body to the record that is appended: decompress, transcode, check, refuse.
//!
//! Pure but for the registry of services. What is stored is the body as the client compressed it;
//! only JSON and uncompressed bodies are written anew.

use bytes::Bytes;
use omegi_log::NewRecord;
use omegi_model::envelope::{self, DecodeError, Encoding, Signal, TelemetryRecord};
use omegi_model::wire::json::{self, RequestKind};
use omegi_model::wire::{self, Inspection, READER_VERSION, RefusalReason, Warnings};

use crate::auth::{Grant, ServiceRegistry};
use crate::error::Failure;
use crate::partial::Taken;
use crate::scrub;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Protobuf,
    Json,
}

/// A body as it came.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) kind: RequestKind,
    pub(crate) format: Format,
    pub(crate) encoding: Encoding,
    pub(crate) body: Bytes,
}

/// A body ready to be stored.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// What to answer once it is stored.
    pub(crate) taken: Taken,
    /// Records in the request, refused ones counted.
    pub(crate) received: u64,
    /// None where there is nothing to store.
    pub(crate) record: Option<NewRecord>,
    /// Bytes it takes in memory.
    pub(crate) bytes_held: u64,
    /// A secret was found and masked.
    pub(crate) is_scrubbed: bool,
}

/// What the steps need to know beside the body.
pub(crate) struct Rules<'a> {
    pub(crate) grant: &'a Grant,
    pub(crate) services: &'a dyn ServiceRegistry,
    pub(crate) body_bytes_max: usize,
    pub(crate) scrub_secrets: bool,
}

impl Rules<'_> {
    /// Checks `incoming` and makes the record of it.
    pub(crate) fn prepare(&self, incoming: Incoming) -> Result<Prepared, Failure> {
        let decoded = decompress(&incoming, self.body_bytes_max)?;
        let (decoded, warnings) = match incoming.format {
            Format::Protobuf => (decoded, Warnings::default()),
            Format::Json => {
                let transcoded = json::to_protobuf(&decoded, incoming.kind);
                let transcoded = transcoded.map_err(|e| Failure::Unreadable(e.to_string()))?;
                (Bytes::from(transcoded.body), transcoded.warnings)
            }
        };
        let signal = match incoming.kind {
            RequestKind::Traces => Signal::Traces,
            RequestKind::Logs => Signal::Logs,
            RequestKind::Metrics => return metrics(&decoded, warnings),
        };
        let scrubbed = self
            .scrub_secrets
            .then(|| scrub::scrub(&decoded, incoming.kind))
            .flatten();
        let is_scrubbed = scrubbed.is_some();
        let decoded = scrubbed.map_or(decoded, Bytes::from);
        let mut inspection = wire::inspect(&decoded, signal).map_err(unreadable)?;
        let mut refused = as_counts(&inspection);
        self.judge_services(&mut inspection, &mut refused);
        let received = u64::from(inspection.records);
        let taken = Taken {
            kind: incoming.kind,
            refused,
            warnings: warnings.and(&inspection.warnings),
        };
        let stored = received - taken.refused_count();
        let record = (stored > 0).then(|| {
            let (encoding, body) = stored_body(&incoming, &decoded, is_scrubbed);
            let record = TelemetryRecord {
                signal,
                project: self.grant.project,
                bound_service: self.grant.bound_service.clone(),
                reader_version: READER_VERSION,
                encoding,
                body_bytes_decoded: u32::try_from(decoded.len()).unwrap_or(u32::MAX),
                refused: std::mem::take(&mut inspection.refused),
                body,
            };
            NewRecord {
                body: record.encode(),
                decoded: Some(decoded.clone()),
            }
        });
        let stored_bytes = record.as_ref().map_or(0, |record| record.body.len());
        let bytes_held = (decoded.len() + stored_bytes) as u64;
        Ok(Prepared {
            taken,
            received,
            record,
            bytes_held,
            is_scrubbed,
        })
    }

    /// Refuses services that the token or the project does not allow, registers new ones.
    fn judge_services(
        &self,
        inspection: &mut Inspection<'_>,
        refused: &mut Vec<(RefusalReason, u64)>,
    ) {
        let mut by_service = wire::Refused::default();
        for stretch in &inspection.services {
            let Some(reason) = self.judge_service(&stretch.service) else {
                continue;
            };
            // Those refused for their ids already keep that reason.
            let already = inspection
                .refused
                .count_within(stretch.first, stretch.count);
            by_service.push_range(stretch.first, stretch.count);
            add(refused, reason, u64::from(stretch.count) - already);
        }
        if !by_service.is_empty() {
            inspection.refused = inspection.refused.union(&by_service);
        }
    }

    fn judge_service(&self, service: &str) -> Option<RefusalReason> {
        let grant = self.grant;
        if grant
            .bound_service
            .as_deref()
            .is_some_and(|bound| bound != service)
        {
            return Some(RefusalReason::ServiceNotBound);
        }
        if self.services.is_known(grant.project, service) {
            return None;
        }
        if !grant.auto_register_services {
            return Some(RefusalReason::ServiceUnknown);
        }
        self.services.register(grant.project, service);
        None
    }
}

fn decompress(incoming: &Incoming, bytes_max: usize) -> Result<Bytes, Failure> {
    if incoming.encoding == Encoding::Identity && incoming.body.len() <= bytes_max {
        return Ok(incoming.body.clone());
    }
    let decoded = envelope::decompress(incoming.encoding, &incoming.body, bytes_max);
    decoded.map(Bytes::from).map_err(|error| match error {
        DecodeError::TooLarge(bytes_max) => Failure::TooLarge(bytes_max),
        DecodeError::Damaged { .. } => Failure::Unreadable(error.to_string()),
    })
}

/// Metrics are read only as far as needed to say how many data points were refused.
fn metrics(decoded: &[u8], warnings: Warnings) -> Result<Prepared, Failure> {
    let received = wire::count_data_points(decoded).map_err(unreadable)?;
    let mut refused = Vec::new();
    add(&mut refused, RefusalReason::MetricsNotKept, received);
    let taken = Taken {
        kind: RequestKind::Metrics,
        refused,
        warnings,
    };
    Ok(Prepared {
        taken,
        received,
        record: None,
        bytes_held: 0,
        is_scrubbed: false,
    })
}

/// The body to keep and its encoding: the client's own where it is compressed protobuf.
fn stored_body(incoming: &Incoming, decoded: &Bytes, is_scrubbed: bool) -> (Encoding, Bytes) {
    if !is_scrubbed
        && incoming.format == Format::Protobuf
        && incoming.encoding != Encoding::Identity
    {
        return (incoming.encoding, incoming.body.clone());
    }
    match envelope::compress(decoded) {
        Some(compressed) => (Encoding::Zstd, compressed.into()),
        None => (Encoding::Identity, decoded.clone()),
    }
}

fn as_counts(inspection: &Inspection<'_>) -> Vec<(RefusalReason, u64)> {
    inspection
        .reasons
        .iter()
        .map(|(reason, count)| (*reason, u64::from(*count)))
        .collect()
}

fn add(refused: &mut Vec<(RefusalReason, u64)>, reason: RefusalReason, count: u64) {
    match refused.iter_mut().find(|(known, _)| *known == reason) {
        Some((_, sum)) => *sum += count,
        None if count > 0 => refused.push((reason, count)),
        None => {}
    }
}

fn unreadable(error: wire::WireError) -> Failure {
    Failure::Unreadable(format!("body is no OTLP request: {error}"))
}
