//! One record of the telemetry log, made readable: decompressed at most once.

use bytes::Bytes;
use omegi_log::Record;
use omegi_model::envelope::{DecodeError, EnvelopeError, TelemetryRecord};

/// A request and what the receiver noted of it.
pub(crate) struct Decoded {
    pub(crate) envelope: TelemetryRecord,
    pub(crate) body: Bytes,
}

/// Why a record cannot be read. It is stepped over, and counted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("cannot read the envelope")]
    Envelope(#[from] EnvelopeError),
    #[error("cannot decompress the body")]
    Body(#[from] DecodeError),
}

/// Reads a data record; the receiver's own copy of the body serves while the record is fresh.
pub(crate) fn decode(record: &Record) -> Result<Decoded, Unreadable> {
    let envelope = TelemetryRecord::decode(&record.body)?;
    let body = match &record.decoded {
        Some(body) => body.clone(),
        // The receiver wrote down how long it was: no bomb can grow beyond that.
        None => envelope.decoded_body(envelope.body_bytes_decoded as usize)?,
    };
    Ok(Decoded { envelope, body })
}
