//! Checks everything stored against its checksums and its indexes.

use crate::error::ReadError;
use crate::record;
use crate::store::{EventStore, event_key, parse_position, stream_key};
use crate::stream::{Position, StreamId, Version};

/// Faults that a report lists; all are counted.
const FAULTS_LISTED_MAX: usize = 100;

/// What was read, and what was wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerifyReport {
    /// Events read whole.
    pub events: u64,
    /// Streams found in the index.
    pub streams: u64,
    /// The newest event when the check began.
    pub head: Position,
    /// How many faults there are.
    pub faults_count: u64,
    /// The first of them.
    pub faults: Vec<Fault>,
}

impl VerifyReport {
    /// True when nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults_count == 0
    }

    fn add(&mut self, position: Position, what: &'static str) {
        self.faults_count += 1;
        if self.faults.len() < FAULTS_LISTED_MAX {
            self.faults.push(Fault { position, what });
        }
    }
}

/// One thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub position: Position,
    /// What.
    pub what: &'static str,
}

impl EventStore {
    /// Reads every event and every index entry up to the durable head; appends may go on.
    ///
    /// # Errors
    /// [`ReadError`]: the engine itself fails; damage is in the report instead.
    pub fn verify(&self) -> Result<VerifyReport, ReadError> {
        let mut report = VerifyReport {
            head: self.head(),
            ..VerifyReport::default()
        };
        self.verify_events(&mut report)?;
        self.verify_streams(&mut report)?;
        Ok(report)
    }

    fn verify_events(&self, report: &mut VerifyReport) -> Result<(), ReadError> {
        let backend = &self.inner.backend;
        let mut due = Position(1);
        let end = event_key(Position(report.head.0 + 1));
        for entry in backend.range(event_key(due), end) {
            let (key, bytes) = entry?;
            let Some(position) = key.get(1..).and_then(parse_position) else {
                report.add(due, "event key");
                continue;
            };
            for missing in due.0..position.0 {
                report.add(Position(missing), "missing");
            }
            due = Position(position.0 + 1);
            match record::decode(position, &bytes) {
                Err(ReadError::Damaged(position, what)) => report.add(position, what),
                Err(ReadError::Format(position, _)) => report.add(position, "unknown format"),
                Err(error) => return Err(error),
                Ok(event) => {
                    report.events += 1;
                    let index = backend.get(&stream_key(&event.stream, event.version))?;
                    if index.as_deref().and_then(parse_position) != Some(position) {
                        report.add(position, "not in its stream");
                    }
                }
            }
        }
        for missing in due.0..=report.head.0 {
            report.add(Position(missing), "missing");
        }
        Ok(())
    }

    /// Every index entry leads to an event of that stream and version, without a gap.
    fn verify_streams(&self, report: &mut VerifyReport) -> Result<(), ReadError> {
        let mut before: Option<(StreamId, Version)> = None;
        for entry in self.inner.backend.range(vec![b's'], vec![b's' + 1]) {
            let (key, value) = entry?;
            let (Some((stream, version)), Some(position)) =
                (parse_key(&key), parse_position(&value))
            else {
                report.add(Position(0), "stream index entry");
                continue;
            };
            if position > report.head {
                continue;
            }
            let due = match &before {
                Some((same, last)) if *same == stream => last.0 + 1,
                _ => {
                    report.streams += 1;
                    1
                }
            };
            if version.0 != due {
                report.add(position, "gap in its stream");
            }
            match self.inner.event(position) {
                Ok(event) if event.stream == stream && event.version == version => {}
                Ok(_) => report.add(position, "stream index leads elsewhere"),
                Err(ReadError::Backend(error)) => return Err(error.into()),
                // Told already when the events were read.
                Err(_) => {}
            }
            before = Some((stream, version));
        }
        Ok(())
    }
}

fn parse_key(key: &[u8]) -> Option<(StreamId, Version)> {
    let (name, version) = key.get(1..)?.split_last_chunk()?;
    let name = std::str::from_utf8(name.strip_suffix(&[0])?).ok()?;
    let stream = StreamId::new(name).ok()?;
    Some((stream, Version(u64::from_be_bytes(*version))))
}
