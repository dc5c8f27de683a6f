//! What is found when a log is opened, and what is done about it.
//!
//! Reads the footers of full segments and every frame of the last one. Cuts from the last one what a
//! crash left half written, which nobody was promised; keeps and reports what was durable once and is
//! damaged now. A tail counts as durable where a frame behind the damage says that everything before
//! it had been synced.

use std::io;
use std::sync::Arc;

use super::frame::{FIRST_OF_COMMIT, LAST_OF_BATCH};
use super::index::Entry;
use super::preamble::{Preamble, PreambleError, RECORDS_AT};
use super::scan::{Damage, Scan, Step};
use super::segment::{
    Extent, REWRITE_SUFFIX, Segment, read_footer, read_preamble, segment_base, segment_name,
};
use crate::storage::{Storage, StorageFile, read_full};
use crate::{Offset, OpenError};

/// What opening a log found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// Segments that can be read.
    pub segments: usize,
    /// First offset kept.
    pub start: Offset,
    /// Offset after the last record.
    pub next: Offset,
    /// What a crash had left half written, cut from the end.
    pub cut: Option<Cut>,
    /// Records that were durable once and cannot be read now. Full segments are not searched for
    /// them here: `verify` does that, and readers notice.
    pub damaged: Vec<DamagedRange>,
    /// Files of unfinished work, removed: nobody was promised anything that was in them.
    pub removed: Vec<String>,
}

/// The end of a log, cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// File.
    pub segment: String,
    /// Where it ends now.
    pub position: u64,
    /// Bytes up to the last one that was not zero.
    pub bytes: u64,
    /// Offset that the next record gets.
    pub next: Offset,
    /// What was found there.
    pub reason: &'static str,
}

/// Records that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedRange {
    /// File.
    pub segment: String,
    /// Where in it; 0 where the file as a whole cannot be read.
    pub position: u64,
    /// First offset concerned.
    pub offset: Offset,
    /// Offset of the next record that can be read.
    pub next: Offset,
    /// What was found there.
    pub reason: String,
}

/// Brings a folder into order: its segments, oldest first, the last one ready to be written to.
pub(crate) fn recover(
    storage: &dyn Storage,
    capacity: u64,
) -> Result<(Vec<Segment>, RecoveryReport), OpenError> {
    let mut report = RecoveryReport::default();
    let mut bases = Vec::new();
    for name in storage.list()? {
        if name.ends_with(REWRITE_SUFFIX) {
            storage.remove(&name)?;
            report.removed.push(name);
        } else {
            bases.extend(segment_base(&name));
        }
    }
    bases.sort_unstable();
    let last = open_last(storage, &mut bases, &mut report)?;
    let mut segments = open_full(storage, &bases, &mut report)?;
    segments.push(match last {
        Some(found) => repair_last(found, capacity, &mut report)?,
        None => first_segment(storage, capacity)?,
    });
    // Names as we see them have to be the names that are on the disk before anything is promised.
    storage.sync_dir()?;
    report_gaps(&segments, &mut report);
    report.segments = segments.len();
    report.start = segments.first().map(Segment::base).unwrap_or_default();
    report.next = segments
        .last()
        .map(|last| last.extent().next)
        .unwrap_or_default();
    Ok((segments, report))
}

struct Found {
    preamble: Preamble,
    file: Arc<dyn StorageFile>,
}

/// Opens the last segment; one that was being made when the power went is removed.
fn open_last(
    storage: &dyn Storage,
    bases: &mut Vec<Offset>,
    report: &mut RecoveryReport,
) -> Result<Option<Found>, OpenError> {
    while let Some(base) = bases.pop() {
        let name = segment_name(base);
        let file = storage.open(&name)?;
        match Preamble::decode(&read_preamble(&*file)?) {
            Ok(preamble) => return Ok(Some(Found { preamble, file })),
            Err(PreambleError::Damaged) if only_zeros_behind(&*file, RECORDS_AT)? => {
                storage.remove(&name)?;
                report.removed.push(name);
            }
            Err(error) => {
                return Err(OpenError::Segment {
                    name,
                    reason: error.to_string(),
                });
            }
        }
    }
    Ok(None)
}

fn open_full(
    storage: &dyn Storage,
    bases: &[Offset],
    report: &mut RecoveryReport,
) -> Result<Vec<Segment>, OpenError> {
    let mut segments = Vec::new();
    for base in bases {
        let name = segment_name(*base);
        let file = storage.open(&name)?;
        match Preamble::decode(&read_preamble(&*file)?) {
            Ok(preamble) => segments.push(full_segment(Found { preamble, file }, name, report)?),
            Err(error @ PreambleError::Version(_)) => {
                return Err(OpenError::Segment {
                    name,
                    reason: error.to_string(),
                });
            }
            Err(error @ PreambleError::Damaged) => report.damaged.push(DamagedRange {
                segment: name,
                position: 0,
                offset: *base,
                // Set right by `report_gaps`, which knows what follows.
                next: *base,
                reason: error.to_string(),
            }),
        }
    }
    Ok(segments)
}

/// A segment with others behind it: all in it was durable before they were made.
fn full_segment(
    found: Found,
    name: String,
    report: &mut RecoveryReport,
) -> Result<Segment, OpenError> {
    let Found { preamble, file } = found;
    if let Some(footer) = read_footer(&*file)? {
        let extent = Extent {
            end: footer.end,
            next: footer.next,
            first_time: footer.first_time,
            last_time: footer.last_time,
            index: footer.index,
        };
        return Ok(Segment::new(preamble, file, extent));
    }
    let start = (preamble.base, RECORDS_AT);
    // The power went between making the next one and closing this one, or its footer is damaged.
    let scanned = scan(
        Scan::open_ended(&*file, preamble.salt, start, file.len()?),
        &preamble,
    )?;
    let extent = scanned.all;
    // Where nothing can be read behind, the next segment's first offset tells what is missing.
    let damaged = scanned.damaged.into_iter().chain(scanned.torn);
    for damage in damaged {
        if let Some((next, _)) = damage.resume {
            report.damaged.push(in_segment(&name, damage, next));
        }
    }
    let segment = Segment::new(preamble, file, extent);
    segment.close()?;
    Ok(segment)
}

/// Finds the end of the last segment and makes it fit for appending.
fn repair_last(
    found: Found,
    capacity: u64,
    report: &mut RecoveryReport,
) -> Result<Segment, OpenError> {
    let Found { preamble, file } = found;
    let name = segment_name(preamble.base);
    let start = (preamble.base, RECORDS_AT);
    let (extent, damaged) = match read_footer(&*file)? {
        // Closed in order, so nothing is torn; whatever cannot be read was durable.
        Some(footer) => {
            let scan_all = Scan::complete(&*file, preamble.salt, start, footer.end);
            let scanned = scan(scan_all, &preamble)?;
            let extent = Extent {
                end: footer.end,
                next: footer.next,
                ..scanned.all
            };
            (extent, [scanned.damaged, scanned.torn].concat())
        }
        None => {
            let scan_all = Scan::open_ended(&*file, preamble.salt, start, file.len()?);
            let scanned = scan(scan_all, &preamble)?;
            report.cut = cut(&*file, &name, &scanned)?;
            (scanned.whole, scanned.damaged)
        }
    };
    report.damaged.extend(damaged.into_iter().map(|damage| {
        let next = damage.resume.map_or(extent.next, |(next, _)| next);
        in_segment(&name, damage, next)
    }));
    // Room behind the end has to read as zeros: remains of a torn write could pass for records later.
    file.set_len(extent.end)?;
    match file.allocate(capacity) {
        Err(error) if !crate::storage::is_no_space(&error) => return Err(error.into()),
        _ => {}
    }
    file.sync()?;
    Ok(Segment::new(preamble, file, extent))
}

fn first_segment(storage: &dyn Storage, capacity: u64) -> Result<Segment, OpenError> {
    let preamble = Preamble {
        salt: storage.salt(),
        ..Preamble::default()
    };
    Ok(Segment::create(
        storage,
        &segment_name(preamble.base),
        preamble,
        capacity,
    )?)
}

/// What the frames of a segment amount to.
struct Scanned {
    /// Up to the last frame that can be read.
    all: Extent,
    /// Up to the end of the last batch before anything torn.
    whole: Extent,
    /// Damage with durable records behind it.
    damaged: Vec<Damage>,
    /// Damage with none behind it.
    torn: Vec<Damage>,
}

fn scan(mut scan: Scan<'_>, preamble: &Preamble) -> io::Result<Scanned> {
    let empty = Extent::empty(preamble);
    let mut scanned = Scanned {
        whole: empty.clone(),
        all: empty,
        damaged: Vec::new(),
        torn: Vec::new(),
    };
    loop {
        match scan.step()? {
            Step::End => return Ok(scanned),
            Step::Damaged(damage) => scanned.torn.push(damage),
            Step::Frame {
                header, position, ..
            } => {
                if header.has(FIRST_OF_COMMIT) {
                    scanned.damaged.append(&mut scanned.torn);
                }
                let (offset, append_time) = (header.offset, header.append_time);
                let entry = Entry {
                    offset,
                    position,
                    append_time,
                };
                scanned.all.grow(entry, header.frame_bytes());
                if header.has(LAST_OF_BATCH) && scanned.torn.is_empty() {
                    scanned.whole.clone_from(&scanned.all);
                }
            }
        }
    }
}

/// What stands behind the last whole batch.
fn cut(file: &dyn StorageFile, name: &str, scanned: &Scanned) -> io::Result<Option<Cut>> {
    let position = scanned.whole.end;
    let reason = match scanned.torn.first() {
        Some(damage) => damage.reason,
        None if scanned.all.end > position => "batch without its end",
        None => return Ok(None),
    };
    let bytes = last_byte(file, position)?.map_or(0, |last| last + 1 - position);
    Ok(Some(Cut {
        segment: name.to_owned(),
        position,
        bytes,
        next: scanned.whole.next,
        reason,
    }))
}

fn report_gaps(segments: &[Segment], report: &mut RecoveryReport) {
    for pair in segments.windows(2) {
        let [before, after] = pair else { continue };
        let (offset, next) = (before.extent().next, after.base());
        if offset >= next {
            continue;
        }
        let within = |damage: &&mut DamagedRange| damage.offset >= offset && damage.offset < next;
        match report.damaged.iter_mut().find(within) {
            Some(known) => known.next = next,
            None => report.damaged.push(DamagedRange {
                segment: segment_name(before.base()),
                position: before.extent().end,
                offset,
                next,
                reason: "records are missing between two segments".to_owned(),
            }),
        }
    }
}

fn in_segment(name: &str, damage: Damage, next: Offset) -> DamagedRange {
    DamagedRange {
        segment: name.to_owned(),
        position: damage.position,
        offset: damage.offset,
        next,
        reason: damage.reason.to_owned(),
    }
}

fn only_zeros_behind(file: &dyn StorageFile, position: u64) -> io::Result<bool> {
    Ok(last_byte(file, position)?.is_none())
}

/// Position of the last byte at or behind `from` that is not zero.
fn last_byte(file: &dyn StorageFile, from: u64) -> io::Result<Option<u64>> {
    let mut buffer = vec![0; 256 * 1024];
    let (mut position, mut last) = (from, None);
    loop {
        let read = read_full(file, &mut buffer, position)?;
        if read == 0 {
            return Ok(last);
        }
        let found = buffer.iter().take(read).rposition(|byte| *byte != 0);
        last = found.map(|at| position + at as u64).or(last);
        position += read as u64;
    }
}
