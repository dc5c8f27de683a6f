//! The receiver's one walk over a request: checks all of it and says what is to be refused.

use std::borrow::Cow;

use super::fields::WireError;
use super::groups::{RawRecord, Records, count_at};
use super::log::LogRef;
use super::refused::{RefusalReason, Refused};
use super::span::SpanRef;
use super::warning::Warnings;
use crate::envelope::Signal;

/// What a request holds.
#[derive(Debug, Clone, Default)]
pub struct Inspection<'a> {
    /// Spans or log records, refused ones counted.
    pub records: u32,
    /// Those whose ids make them unreadable.
    pub refused: Refused,
    /// How many for each reason, in order of first appearance.
    pub reasons: Vec<(RefusalReason, u32)>,
    /// Services in order of appearance, each with the stretch of records it sent.
    pub services: Vec<ServiceStretch<'a>>,
    /// What the sender should change.
    pub warnings: Warnings,
}

/// Records of one service that stand together, readable ones and refused ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceStretch<'a> {
    /// Its name.
    pub service: Cow<'a, str>,
    /// Position of the first.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// Checks all of `body` in one walk.
///
/// `body`: a decompressed export request of `signal`. Memory is bounded by a fixed multiple of it.
///
/// # Errors
/// [`WireError`]: the request is unreadable as a whole.
pub fn inspect(body: &[u8], signal: Signal) -> Result<Inspection<'_>, WireError> {
    let mut inspection = Inspection::default();
    let mut records = Records::new(body);
    while let Some(record) = records.next()? {
        inspection.note_service(&record);
        let index = record.index;
        inspection.records = index.saturating_add(1);
        match signal {
            Signal::Traces => {
                if let Err(reason) = SpanRef::parse::<true>(record, &mut inspection.warnings)? {
                    inspection.refuse(index, reason);
                }
            }
            Signal::Logs => drop(LogRef::parse::<true>(record, &mut inspection.warnings)?),
            Signal::Unknown(_) => {}
        }
    }
    inspection.warnings = inspection.warnings.and(records.warnings());
    Ok(inspection)
}

/// How many data points an `ExportMetricsServiceRequest` holds.
///
/// # Errors
/// [`WireError`]: the request is unreadable as a whole.
pub fn count_data_points(body: &[u8]) -> Result<u64, WireError> {
    // resource_metrics, scope_metrics, metrics, any of the five kinds, data_points.
    count_at(body, &[&[1], &[2], &[2], &[5, 7, 9, 10, 11], &[1]])
}

impl<'a> Inspection<'a> {
    #[inline]
    fn note_service(&mut self, record: &RawRecord<'a>) {
        let same_resource = self.records > 0 && !record.begins_resource;
        if let Some(last) = self.services.last_mut()
            && (same_resource || last.service == record.resource.service_name())
        {
            last.count += 1;
            return;
        }
        let service = record.resource.service_name();
        self.services.push(ServiceStretch {
            service,
            first: record.index,
            count: 1,
        });
    }

    fn refuse(&mut self, index: u32, reason: RefusalReason) {
        self.refused.push(index);
        match self.reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => self.reasons.push((reason, 1)),
        }
    }
}
