//! Segments written anew with some records emptied: how a deleted project or a leaked secret goes.
//!
//! Reads full segments one by one and writes those concerned under another name, then puts them in
//! place by a rename. A crash leaves the old or the new one, whole. Readers in the middle of the old
//! one finish there; what is read later comes from the new one.

use std::io::{self, IoSlice};
use std::sync::Arc;

use bytes::Bytes;
use tracing::info;

use super::frame::{ALIGN, FIRST_OF_COMMIT, Header, LAST_OF_BATCH, LOST, body_checksum};
use super::index::Entry;
use super::preamble::Preamble;
use super::scan::{Step, record};
use super::segment::{Segment, rewrite_name, segment_name};
use super::shared::Shared;
use crate::storage::write_all;
use crate::{AppendError, AppendTime, Offset, Record, RecordKind};

/// What a rewrite did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RewriteReport {
    /// Segments looked through.
    pub segments: usize,
    /// Of these, written anew.
    pub rewritten: usize,
    /// Records emptied.
    pub emptied: u64,
    /// Records that could not be read and are gone for good now: they might have been meant.
    pub lost: u64,
}

/// Why a rewrite did not finish.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    /// The segment being written could not be closed.
    #[error("cannot close the current segment")]
    Roll(#[from] AppendError),
    /// The disk does not answer, or is full.
    #[error("cannot write a segment anew")]
    Io(#[from] io::Error),
}

/// Empties the chosen records in all full segments.
pub(crate) fn rewrite(
    shared: &Shared,
    chosen: &dyn Fn(&Record) -> bool,
) -> Result<RewriteReport, RewriteError> {
    let _upkeep = shared.upkeep.lock();
    let mut segments: Vec<_> = shared.segments.read().values().cloned().collect();
    // Still being written, and begun after we were asked.
    segments.pop();
    let mut report = RewriteReport::default();
    for segment in segments {
        report.segments += 1;
        if concerns(&segment, chosen)? {
            let anew = write_anew(shared, &segment, chosen, &mut report)?;
            shared.segments.write().insert(anew.base(), Arc::new(anew));
            report.rewritten += 1;
        }
    }
    if report.rewritten > 0 {
        // What was emptied may still be in memory.
        shared.ring.lock().clear();
        shared.metrics.emptied_records.add(report.emptied);
        shared.measure();
        let RewriteReport {
            rewritten,
            emptied,
            lost,
            ..
        } = report;
        info!(
            topic = shared.config.topic,
            rewritten, emptied, lost, "segments written anew"
        );
    }
    Ok(report)
}

fn concerns(segment: &Segment, chosen: &dyn Fn(&Record) -> bool) -> io::Result<bool> {
    let mut scan = segment.scan_from(segment.base());
    loop {
        match scan.step()? {
            Step::Frame { header, body, .. } => {
                if header.kind == RecordKind::Data && chosen(&record(&header, body)) {
                    return Ok(true);
                }
            }
            // Nobody can tell any more what was in it.
            Step::Damaged(_) => return Ok(true),
            Step::End => return Ok(false),
        }
    }
}

fn write_anew(
    shared: &Shared,
    old: &Segment,
    chosen: &dyn Fn(&Record) -> bool,
    report: &mut RewriteReport,
) -> io::Result<Segment> {
    let storage = &*shared.storage;
    let base = old.base();
    let preamble = Preamble {
        salt: storage.salt(),
        ..old.preamble
    };
    let end = old.with_extent(super::segment::Extent::closed_bytes);
    let new = Segment::create(storage, &rewrite_name(base), preamble, end)?;
    let mut copy = Copy {
        new: &new,
        time: preamble.after,
    };
    let mut scan = old.scan_from(base);
    let mut expected = base;
    loop {
        match scan.step()? {
            Step::Frame { header, body, .. } => {
                expected = Offset(header.offset.0 + 1);
                if header.kind == RecordKind::Data && chosen(&record(&header, body.clone())) {
                    report.emptied += 1;
                    copy.emptied(header.offset, header.append_time, header.flags)?;
                } else {
                    copy.as_is(header, &body)?;
                }
            }
            Step::Damaged(damage) => {
                let next = old.with_extent(|extent| extent.next);
                let next = damage.resume.map_or(next, |(next, _)| next);
                for offset in damage.offset.max(expected).0..next.0 {
                    report.lost += 1;
                    copy.emptied(Offset(offset), copy.time, LAST_OF_BATCH | LOST)?;
                }
                expected = next;
            }
            Step::End => break,
        }
    }
    new.close()?;
    storage.rename(&rewrite_name(base), &segment_name(base))?;
    storage.sync_dir()?;
    Ok(new)
}

/// Writes frames one behind the other.
struct Copy<'a> {
    new: &'a Segment,
    /// Of the last frame.
    time: AppendTime,
}

impl Copy<'_> {
    fn emptied(&mut self, offset: Offset, append_time: AppendTime, flags: u8) -> io::Result<()> {
        let (kind, body_checksum) = (RecordKind::Emptied, body_checksum(&[]));
        let header = Header {
            offset,
            append_time,
            kind,
            flags,
            length: 0,
            body_checksum,
        };
        self.as_is(header, &Bytes::new())
    }

    fn as_is(&mut self, header: Header, body: &Bytes) -> io::Result<()> {
        // Nothing here is acknowledged frame by frame.
        let header = Header {
            flags: header.flags & !FIRST_OF_COMMIT,
            ..header
        };
        let position = self.new.with_extent(|extent| extent.end);
        let padding = [0; ALIGN as usize];
        let padded = (header.frame_bytes() as usize).saturating_sub(super::frame::HEADER_BYTES);
        let padding = padding
            .get(..padded.saturating_sub(body.len()))
            .unwrap_or_default();
        let encoded = header.encode(self.new.preamble.salt);
        let mut slices = [
            IoSlice::new(&encoded),
            IoSlice::new(body),
            IoSlice::new(padding),
        ];
        write_all(&*self.new.file, &mut slices, position)?;
        let (offset, append_time) = (header.offset, header.append_time);
        let entry = Entry {
            offset,
            position,
            append_time,
        };
        self.new
            .update(|extent| extent.grow(entry, header.frame_bytes()));
        self.time = append_time;
        Ok(())
    }
}
