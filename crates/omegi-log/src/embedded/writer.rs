//! The one thread that writes a log: gathers what waits, writes it, syncs it, answers.
//!
//! Reads the inbox; writes segments, the ring and the tail that readers watch. Invariants: a batch
//! lies in one segment; data is readable only once it is synced; after a failed sync nothing is
//! written any more.

use std::io::{self, IoSlice};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tracing::{error, warn};

use super::frame::{ALIGN, frame_bytes};
use super::frame::{FIRST_OF_COMMIT, HEADER_BYTES, Header, LAST_OF_BATCH, body_checksum};
use super::inbox::{Pending, Work};
use super::index::Entry;
use super::preamble::{Footer, Preamble, RECORDS_AT};
use super::segment::{Segment, segment_name};
use super::shared::Shared;
use super::time::LogTime;
use crate::storage::{Storage, is_no_space, write_all};
use crate::{AppendError, AppendTime, Appended, Offset, Record, RecordKind};

/// Zeros behind a body.
const PADDING: [u8; ALIGN as usize] = [0; ALIGN as usize];

/// What is behind the tail of the current segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// Zeros, and room.
    Ready,
    /// A failed write, perhaps; it has to be cut off first.
    Soiled,
}

pub(crate) struct Writer {
    shared: Arc<Shared>,
    segment: Arc<Segment>,
    time: LogTime,
    next: Offset,
    position: u64,
    behind: Behind,
    /// Everything before `position` is durable.
    synced: bool,
    committed_at: Instant,
    appended_at: Instant,
}

/// A run of frames about to be written.
#[derive(Default)]
struct Frames {
    headers: Vec<(Header, [u8; HEADER_BYTES])>,
    bodies: Vec<Bytes>,
    decoded: Vec<Option<Bytes>>,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, segment: Arc<Segment>) -> Self {
        let extent = segment.extent();
        let clock = &shared.config.clock;
        let time = LogTime::after(extent.last_time, clock.wall(), clock.elapsed());
        let now = Instant::now();
        // Long enough ago that the first batch is not kept waiting.
        let before = now
            .checked_sub(shared.config.commit_interval)
            .unwrap_or(now);
        Self {
            shared,
            segment,
            time,
            next: extent.next,
            position: extent.end,
            behind: Behind::Ready,
            synced: true,
            committed_at: before,
            appended_at: now,
        }
    }

    /// Works until the inbox is closed and empty.
    pub(crate) fn run(mut self) {
        loop {
            let pace = self.shared.pace();
            match self
                .shared
                .inbox
                .next(pace, self.committed_at, self.appended_at)
            {
                Work::Commit(batches) => self.commit(batches),
                Work::Tick => self.tick(),
                Work::Roll(reply) => {
                    let rolled = self.shared.stopped().map_or_else(|| self.roll(0), Err);
                    // Whoever asked may have gone.
                    let _ = reply.send(rolled);
                }
                Work::Finish => return self.finish(),
            }
        }
    }

    fn commit(&mut self, batches: Vec<Pending>) {
        self.committed_at = Instant::now();
        let mut batches: Vec<_> = batches.into_iter().filter(|b| b.claim.take()).collect();
        while !batches.is_empty() {
            if let Err(refusal) = self.make_room(batches.first().map_or(0, |b| b.frame_bytes)) {
                return self.refuse(batches, &refusal);
            }
            let later = batches.split_off(self.how_many_fit(&batches));
            self.commit_here(batches);
            batches = later;
        }
        self.appended_at = Instant::now();
    }

    /// Refuses for want of space or trust; begins a new segment where this one is full or old.
    fn make_room(&mut self, first_bytes: u64) -> Result<(), AppendError> {
        if let Some(stopped) = self.shared.stopped() {
            return Err(stopped);
        }
        let config = &self.shared.config;
        let space = self
            .shared
            .storage
            .space()
            .map_err(|error| self.stop("statvfs", &error))?;
        let percent = space.total / 100 * u64::from(config.free_percent_min);
        if space.free < config.free_bytes_min.max(percent) {
            return Err(AppendError::NoSpace);
        }
        self.clean_tail()?;
        if !self.fits(first_bytes) || self.is_old() {
            self.roll(first_bytes)
        } else {
            Ok(())
        }
    }

    fn is_old(&mut self) -> bool {
        let age_max = crate::clock::nanos(self.shared.config.segment_age_max);
        let first = self.segment.with_extent(|extent| extent.first_time);
        self.position > RECORDS_AT && self.now().0.saturating_sub(first.0) > age_max
    }

    fn fits(&self, bytes: u64) -> bool {
        let entries = self
            .segment
            .with_extent(|extent| extent.index.entries().len());
        let footer = Footer::bytes_for(entries + 2) + bytes / 1024;
        let end = self.position + bytes + footer;
        end <= self.shared.config.segment_bytes || self.position == RECORDS_AT
    }

    /// How many of `batches`, at least the first, go into this segment.
    fn how_many_fit(&self, batches: &[Pending]) -> usize {
        let mut bytes = 0;
        let fitting = batches.iter().take_while(|batch| {
            bytes += batch.frame_bytes;
            self.fits(bytes)
        });
        fitting.count().max(1)
    }

    /// Writes and syncs `batches`, all into this segment, and answers them.
    fn commit_here(&mut self, batches: Vec<Pending>) {
        let started = Instant::now();
        let time = self.now();
        let mut frames = Frames::default();
        let mut replies = Vec::with_capacity(batches.len());
        for pending in batches {
            let first = Offset(self.next.0 + frames.headers.len() as u64);
            self.encode(&mut frames, &pending, time);
            let next = Offset(self.next.0 + frames.headers.len() as u64);
            replies.push((
                pending,
                Appended {
                    first,
                    next,
                    append_time: time,
                },
            ));
        }
        let (written, bytes) = (self.write(&frames), frames.bytes());
        let done = written.and_then(|()| self.sync());
        if let Err(refusal) = done {
            return self.refuse(
                replies.into_iter().map(|(pending, _)| pending).collect(),
                &refusal,
            );
        }
        let metrics = &self.shared.metrics;
        metrics.commits.inc();
        metrics.commit_bytes.observe(bytes as f64);
        metrics
            .commit_seconds
            .observe(started.elapsed().as_secs_f64());
        metrics.appended_records.add(frames.headers.len() as u64);
        metrics
            .appended_bytes
            .add(frames.bodies.iter().map(|body| body.len() as u64).sum());
        self.publish(frames);
        for (pending, appended) in replies {
            // The sender may have given up; then it was told that the outcome is unknown.
            let _ = pending.reply.send(Ok(appended));
        }
    }

    fn encode(&self, frames: &mut Frames, pending: &Pending, append_time: AppendTime) {
        let last = pending.batch.len().saturating_sub(1);
        for (at, (new, checksum)) in pending.batch.iter().zip(&pending.checksums).enumerate() {
            let mut flags = if at == last { LAST_OF_BATCH } else { 0 };
            if frames.headers.is_empty() && self.synced {
                flags |= FIRST_OF_COMMIT;
            }
            let header = Header {
                offset: Offset(self.next.0 + frames.headers.len() as u64),
                append_time,
                kind: RecordKind::Data,
                flags,
                length: u32::try_from(new.body.len()).unwrap_or(u32::MAX),
                body_checksum: *checksum,
            };
            frames.push(header, self.segment.preamble.salt, new.body.clone());
            frames.decoded.push(new.decoded.clone());
        }
    }

    /// Time goes on although nothing arrives.
    ///
    /// Not synced: the next commit does that. A tick lost in a power cut is harmless, since readers
    /// keep no position beyond the committed offset.
    fn tick(&mut self) {
        self.appended_at = Instant::now();
        if self.shared.stopped().is_some() {
            return;
        }
        let ready = self.clean_tail().and_then(|()| {
            if self.fits(frame_bytes(0)) && !self.is_old() {
                Ok(())
            } else {
                self.roll(0)
            }
        });
        if ready.is_err() {
            return;
        }
        let append_time = self.now();
        let flags = LAST_OF_BATCH | if self.synced { FIRST_OF_COMMIT } else { 0 };
        let body_checksum = body_checksum(&[]);
        let kind = RecordKind::Tick;
        let offset = self.next;
        let header = Header {
            offset,
            append_time,
            kind,
            flags,
            length: 0,
            body_checksum,
        };
        let mut frames = Frames::default();
        frames.push(header, self.segment.preamble.salt, Bytes::new());
        frames.decoded.push(None);
        if self.write(&frames).is_ok() {
            self.synced = false;
            self.shared.metrics.ticks.inc();
            self.publish(frames);
        }
    }

    fn write(&mut self, frames: &Frames) -> Result<(), AppendError> {
        let mut slices = frames.slices();
        match write_all(&*self.segment.file, &mut slices, self.position) {
            Ok(()) => Ok(()),
            Err(error) if is_no_space(&error) => {
                self.behind = Behind::Soiled;
                // Cut at once: what is refused must not come back after a crash.
                self.clean_tail().and(Err(AppendError::NoSpace))
            }
            Err(error) => {
                self.stop("write", &error);
                Err(AppendError::Unknown)
            }
        }
    }

    fn sync(&mut self) -> Result<(), AppendError> {
        if let Err(error) = self.segment.file.sync() {
            self.stop("fsync", &error);
            return Err(AppendError::Unknown);
        }
        self.synced = true;
        Ok(())
    }

    /// Makes sure that zeros and room follow the tail.
    fn clean_tail(&mut self) -> Result<(), AppendError> {
        if self.behind == Behind::Ready {
            return Ok(());
        }
        let file = &*self.segment.file;
        let cut = file.set_len(self.position).and_then(|()| file.sync());
        if let Err(error) = cut {
            self.stop("cut", &error);
            return Err(AppendError::Unknown);
        }
        self.synced = true;
        match file.allocate(self.shared.config.segment_bytes.max(self.position)) {
            Ok(()) => {
                self.behind = Behind::Ready;
                Ok(())
            }
            Err(error) if is_no_space(&error) => Err(AppendError::NoSpace),
            Err(error) => Err(self.stop("allocate", &error)),
        }
    }

    /// Shows what was written to readers, and grows the segment.
    fn publish(&mut self, frames: Frames) {
        let mut position = self.position;
        self.segment.update(|extent| {
            for (header, _) in &frames.headers {
                let (offset, append_time) = (header.offset, header.append_time);
                extent.grow(
                    Entry {
                        offset,
                        position,
                        append_time,
                    },
                    header.frame_bytes(),
                );
                position += header.frame_bytes();
            }
        });
        self.position = position;
        self.next.0 += frames.headers.len() as u64;
        {
            let mut ring = self.shared.ring.lock();
            let bodies = frames.bodies.into_iter().zip(frames.decoded);
            for ((header, _), (body, decoded)) in frames.headers.into_iter().zip(bodies) {
                let Header {
                    offset,
                    append_time,
                    kind,
                    ..
                } = header;
                ring.push(Record {
                    offset,
                    append_time,
                    kind,
                    body,
                    decoded,
                });
            }
        }
        let (next, synced) = (self.next, self.synced);
        self.shared.tail.send_modify(|tail| {
            tail.readable = next;
            if synced {
                tail.committed = next;
            }
        });
        self.shared
            .metrics
            .committed_offset
            .set(self.shared.tail.borrow().committed.0 as i64);
    }

    /// Begins a new segment with room for a batch of `first_bytes`, then closes this one: so a disk
    /// that is full leaves us where we were.
    fn roll(&mut self, first_bytes: u64) -> Result<(), AppendError> {
        if self.position == RECORDS_AT {
            return Ok(());
        }
        self.sync()?;
        let extent = self.segment.extent();
        let storage = Arc::clone(&self.shared.storage);
        let preamble = Preamble {
            base: extent.next,
            after: extent.last_time,
            salt: storage.salt(),
        };
        let name = segment_name(preamble.base);
        let capacity = self
            .shared
            .config
            .segment_bytes
            .max(RECORDS_AT + first_bytes);
        let made = Segment::create(&*storage, &name, preamble, capacity);
        let made = made.and_then(|segment| storage.sync_dir().map(|()| segment));
        let segment = match made {
            Ok(segment) => Arc::new(segment),
            Err(error) if is_no_space(&error) => {
                // Left behind it would pass for the current segment after a restart.
                return Err(match remove_unfinished(&*storage, &name) {
                    Ok(()) => AppendError::NoSpace,
                    Err(error) => self.stop("remove", &error),
                });
            }
            Err(error) => return Err(self.stop("create", &error)),
        };
        if let Err(error) = self.segment.close() {
            if !is_no_space(&error) {
                return Err(self.stop("close", &error));
            }
            warn!(
                topic = self.shared.config.topic,
                "segment left without its index: disk is full"
            );
        }
        self.shared
            .segments
            .write()
            .insert(segment.base(), Arc::clone(&segment));
        (self.segment, self.position, self.behind) = (segment, RECORDS_AT, Behind::Ready);
        self.shared
            .tail
            .send_modify(|tail| tail.committed = tail.readable);
        self.shared.measure();
        Ok(())
    }

    fn now(&mut self) -> AppendTime {
        let clock = &self.shared.config.clock;
        self.time.at(clock.wall(), clock.elapsed())
    }

    fn refuse(&mut self, batches: Vec<Pending>, refusal: &AppendError) {
        for pending in batches {
            let answer = match refusal {
                AppendError::NoSpace => AppendError::NoSpace,
                AppendError::Stopped(reason) => AppendError::Stopped(reason.clone()),
                _ => AppendError::Unknown,
            };
            // Whoever gave up waiting needs no answer.
            let _ = pending.reply.send(Err(answer));
        }
    }

    /// Gives up writing until restart: what the page cache holds cannot be trusted any more.
    fn stop(&self, what: &'static str, error: &io::Error) -> AppendError {
        let topic = self.shared.config.topic;
        error!(topic, what, %error, "log writer stops until restart");
        let reason = self
            .shared
            .stopped
            .get_or_init(|| format!("{what} failed: {error}"));
        self.shared.metrics.stopped.set(1);
        AppendError::Stopped(reason.clone())
    }

    /// Closes the segment, so that the next start finds it whole.
    fn finish(mut self) {
        if self.shared.stopped().is_some() || self.clean_tail().is_err() {
            return;
        }
        if let Err(error) = self.segment.close() {
            // Nothing acknowledged depends on it; the next start scans the tail instead.
            warn!(topic = self.shared.config.topic, %error, "last segment left unclosed");
        }
    }
}

fn remove_unfinished(storage: &dyn Storage, name: &str) -> io::Result<()> {
    match storage.remove(name) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => storage.sync_dir(),
    }
}

impl Frames {
    fn push(&mut self, header: Header, salt: u64, body: Bytes) {
        self.headers.push((header, header.encode(salt)));
        self.bodies.push(body);
    }

    fn bytes(&self) -> u64 {
        self.headers
            .iter()
            .map(|(header, _)| header.frame_bytes())
            .sum()
    }

    /// Everything in the order it stands on disk.
    fn slices(&self) -> Vec<IoSlice<'_>> {
        let mut slices = Vec::with_capacity(self.headers.len() * 3);
        for ((header, bytes), body) in self.headers.iter().zip(&self.bodies) {
            slices.push(IoSlice::new(bytes));
            slices.push(IoSlice::new(body));
            let padding = header.frame_bytes() as usize - HEADER_BYTES - body.len();
            slices.push(IoSlice::new(PADDING.get(..padding).unwrap_or_default()));
        }
        slices
    }
}
