//! OTLP as it lies on the wire: a zero-copy reader of export requests.
//!
//! Reads the bytes of an `ExportTraceServiceRequest` or `ExportLogsServiceRequest`. The receiver,
//! the pipelines and the projections all read through it, so they agree on what is valid, what is
//! cut and what is repaired. Damage anywhere makes the whole request unreadable; a record with bad
//! ids is refused alone; all else is kept and flagged.

mod anomaly;
mod attributes;
mod event;
mod fields;
mod flaws;
mod groups;
mod inspect;
pub mod json;
pub mod limits;
mod log;
mod refused;
mod resource;
mod span;
mod text;
mod texts;
mod value;
mod warning;

pub use anomaly::{Anomalies, Anomaly};
pub use event::{EventRef, LinkRef};
pub use fields::WireError;
pub use inspect::{Inspection, ServiceStretch, count_data_points, inspect};
pub use limits::READER_VERSION;
pub use log::LogRef;
pub use refused::{RefusalReason, Refused};
pub use resource::{ResourceRef, ScopeRef, UNKNOWN_SERVICE};
pub use span::SpanRef;
pub use texts::{TextAt, texts};
pub use value::{ListRef, MapRef, ValueRef};
pub use warning::{Warning, Warnings};

use groups::Records;

/// The spans of `body` that are not refused, in order.
///
/// `body`: a decompressed `ExportTraceServiceRequest`. Spans with bad ids are left out even where
/// `refused` does not name them. After an error the iterator ends.
pub fn spans<'a>(
    body: &'a [u8],
    refused: &'a Refused,
) -> impl Iterator<Item = Result<SpanRef<'a>, WireError>> {
    let mut records = Records::new(body);
    let mut warnings = Warnings::default();
    until_error(move || {
        while let Some(record) = records.next()? {
            if refused.contains(record.index) {
                continue;
            }
            if let Ok(span) = SpanRef::parse::<false>(record, &mut warnings)? {
                return Ok(Some(span));
            }
        }
        Ok(None)
    })
}

/// The log records of `body` that are not refused, in order.
///
/// `body`: a decompressed `ExportLogsServiceRequest`. After an error the iterator ends.
pub fn log_records<'a>(
    body: &'a [u8],
    refused: &'a Refused,
) -> impl Iterator<Item = Result<LogRef<'a>, WireError>> {
    let mut records = Records::new(body);
    let mut warnings = Warnings::default();
    until_error(move || {
        while let Some(record) = records.next()? {
            if !refused.contains(record.index) {
                return LogRef::parse::<false>(record, &mut warnings).map(Some);
            }
        }
        Ok(None)
    })
}

/// An iterator over what `next` gives, ended by its first error.
fn until_error<T>(
    mut next: impl FnMut() -> Result<Option<T>, WireError>,
) -> impl Iterator<Item = Result<T, WireError>> {
    let mut failed = false;
    std::iter::from_fn(move || {
        if failed {
            return None;
        }
        let item = next().transpose();
        failed = matches!(item, Some(Err(_)));
        item
    })
}
