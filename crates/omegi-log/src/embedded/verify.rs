//! Checks a log without changing it: every record against its checksums, offsets dense, times rising.
//!
//! Runs beside a server that writes: what lies behind the last whole record of the last segment is
//! told apart, as it may be on its way.

use std::io;

use super::preamble::{Preamble, RECORDS_AT};
use super::scan::{Scan, Step};
use super::segment::{read_footer, read_preamble, segment_base, segment_name};
use crate::storage::Storage;
use crate::{AppendTime, Offset, RecordKind};

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Segments there are.
    pub segments: usize,
    /// Data records that are whole.
    pub data: u64,
    /// Ticks that are whole.
    pub ticks: u64,
    /// Records emptied.
    pub emptied: u64,
    /// Bytes of bodies.
    pub bytes: u64,
    /// First offset.
    pub start: Offset,
    /// Offset after the last record.
    pub next: Offset,
    /// The last segment ends with something that is no whole record: being written at the moment, or
    /// left by a crash and cut at the next start.
    pub unfinished_tail: bool,
    /// Everything that is wrong.
    pub problems: Vec<Problem>,
}

/// Something wrong in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// File.
    pub segment: String,
    /// Where in it.
    pub position: u64,
    /// First offset concerned.
    pub offset: Offset,
    /// What was found.
    pub what: String,
}

impl VerifyReport {
    /// Whether every record is as it was written.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Checks every record in `storage`, which is only read.
///
/// # Errors
/// When the disk does not answer.
pub fn verify(storage: &dyn Storage) -> io::Result<VerifyReport> {
    let mut bases: Vec<Offset> = storage
        .list()?
        .iter()
        .filter_map(|name| segment_base(name))
        .collect();
    bases.sort_unstable();
    let mut check = Check::default();
    check.report.segments = bases.len();
    check.report.start = bases.first().copied().unwrap_or_default();
    check.report.next = check.report.start;
    let last = bases.last().copied();
    for base in bases {
        check.segment(storage, base, Some(base) == last)?;
    }
    Ok(check.report)
}

#[derive(Default)]
struct Check {
    report: VerifyReport,
    time: AppendTime,
}

impl Check {
    fn segment(&mut self, storage: &dyn Storage, base: Offset, is_last: bool) -> io::Result<()> {
        let name = segment_name(base);
        let file = match storage.open(&name) {
            // Retention was faster than we.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        if base != self.report.next && self.report.next != self.report.start {
            let what = format!("records up to offset {} are missing", base.0);
            self.problem(&name, 0, self.report.next, &what);
        }
        self.report.next = base;
        let preamble = match Preamble::decode(&read_preamble(&*file)?) {
            Ok(preamble) => preamble,
            Err(_) if is_last => {
                self.report.unfinished_tail = true;
                return Ok(());
            }
            Err(error) => {
                self.problem(&name, 0, base, &error.to_string());
                return Ok(());
            }
        };
        let footer = read_footer(&*file)?;
        let start = (base, RECORDS_AT);
        let open_end = footer.is_none() && is_last;
        let mut scan = match &footer {
            Some(footer) => Scan::complete(&*file, preamble.salt, start, footer.end),
            None => Scan::open_ended(&*file, preamble.salt, start, file.len()?),
        };
        let expected = footer.map(|footer| footer.next);
        self.records(&mut scan, &name, open_end)?;
        match expected {
            Some(next) if next != self.report.next => {
                self.problem(
                    &name,
                    scan.position(),
                    self.report.next,
                    "records are missing",
                );
                self.report.next = next;
            }
            _ => {}
        }
        Ok(())
    }

    fn records(&mut self, scan: &mut Scan<'_>, name: &str, open_end: bool) -> io::Result<()> {
        loop {
            match scan.step()? {
                Step::End => return Ok(()),
                Step::Damaged(damage) => match damage.resume {
                    None if open_end => self.report.unfinished_tail = true,
                    resume => {
                        self.problem(name, damage.position, damage.offset, damage.reason);
                        self.report.next = resume.map_or(damage.offset, |(next, _)| next);
                    }
                },
                Step::Frame {
                    header,
                    position,
                    body,
                } => {
                    if header.append_time < self.time {
                        self.problem(name, position, header.offset, "time steps back");
                    }
                    self.time = header.append_time;
                    self.report.next = Offset(header.offset.0 + 1);
                    self.report.bytes += body.len() as u64;
                    *match header.kind {
                        RecordKind::Data => &mut self.report.data,
                        RecordKind::Tick => &mut self.report.ticks,
                        RecordKind::Emptied => &mut self.report.emptied,
                    } += 1;
                }
            }
        }
    }

    fn problem(&mut self, segment: &str, position: u64, offset: Offset, what: &str) {
        let (segment, what) = (segment.to_owned(), what.to_owned());
        self.report.problems.push(Problem {
            segment,
            position,
            offset,
            what,
        });
    }
}
