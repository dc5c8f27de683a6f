//! Reads the frames of a segment one after the other, and gets past damaged ones.
//!
//! Reads a segment's file between two positions; writes nothing. Every record handed out has passed
//! its checksums and has the offset that its place demands.

use std::io;

use bytes::{Bytes, BytesMut};

use super::frame::{ALIGN, HEADER_BYTES, Header, LOST, body_checksum};
use crate::storage::{StorageFile, read_full};
use crate::{Offset, Record};

/// How much is read at once.
const WINDOW_BYTES: usize = 512 * 1024;

/// A record that cannot be read, or several in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage {
    /// First offset concerned.
    pub(crate) offset: Offset,
    /// Where its frame begins, or should.
    pub(crate) position: u64,
    /// The next record that can be read, and where; nothing where none follows.
    pub(crate) resume: Option<(Offset, u64)>,
    pub(crate) reason: &'static str,
}

/// What stands at a place.
#[derive(Debug)]
pub(crate) enum Step {
    Frame {
        header: Header,
        position: u64,
        body: Bytes,
    },
    Damaged(Damage),
    /// Only zeros follow, or nothing.
    End,
}

/// A frame as readers see it.
pub(crate) fn record(header: &Header, body: Bytes) -> Record {
    Record {
        offset: header.offset,
        append_time: header.append_time,
        kind: header.kind,
        body,
        decoded: None,
    }
}

/// Walks over frames.
pub(crate) struct Scan<'a> {
    file: &'a dyn StorageFile,
    salt: u64,
    /// Where the next frame begins.
    position: u64,
    /// Its offset.
    expected: Offset,
    /// Where frames end; what lies there is not read.
    end: u64,
    /// Bytes before it are known to be durable, so zeros are damage and not the end.
    complete: bool,
    window: Bytes,
    window_at: u64,
    window_bytes: usize,
}

impl<'a> Scan<'a> {
    /// Over frames known to reach from `position` to `end`.
    pub(crate) fn complete(
        file: &'a dyn StorageFile,
        salt: u64,
        (expected, position): (Offset, u64),
        end: u64,
    ) -> Self {
        let window = (Bytes::new(), position);
        Self {
            file,
            salt,
            position,
            expected,
            end,
            complete: true,
            window: window.0,
            window_at: window.1,
            window_bytes: WINDOW_BYTES,
        }
    }

    /// Reads about `bytes` at once: bodies handed out keep all of that in memory.
    pub(crate) fn by(self, bytes: usize) -> Self {
        Self {
            window_bytes: bytes.clamp(4096, WINDOW_BYTES),
            ..self
        }
    }

    /// Over frames that end somewhere before `end`, the length of the file.
    pub(crate) fn open_ended(
        file: &'a dyn StorageFile,
        salt: u64,
        start: (Offset, u64),
        end: u64,
    ) -> Self {
        Self {
            complete: false,
            ..Self::complete(file, salt, start, end)
        }
    }

    /// Where the walk stands.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Goes on to the next frame.
    ///
    /// # Errors
    /// When the disk does not answer; damage is a [`Step`].
    pub(crate) fn step(&mut self) -> io::Result<Step> {
        if self.position >= self.end {
            return Ok(Step::End);
        }
        let header = self.bytes(self.position, HEADER_BYTES)?;
        if !self.complete && header.iter().all(|byte| *byte == 0) && self.only_zeros()? {
            return Ok(Step::End);
        }
        let Some(header) = Header::decode(&header, self.salt) else {
            return self.damaged("unreadable header");
        };
        if header.offset != self.expected {
            return self.damaged("wrong offset");
        }
        if self.position + header.frame_bytes() > self.end {
            return self.damaged("cut short");
        }
        let position = self.position;
        let body = self.body(position, &header)?;
        self.position += header.frame_bytes();
        self.expected.0 += 1;
        let reason = match body {
            None => "checksum mismatch",
            Some(_) if header.has(LOST) => "lost before its segment was written anew",
            Some(body) => {
                return Ok(Step::Frame {
                    header,
                    position,
                    body,
                });
            }
        };
        let resume = Some((self.expected, self.position));
        Ok(Step::Damaged(Damage {
            offset: header.offset,
            position,
            resume,
            reason,
        }))
    }

    /// Looks for the next frame that is whole, and goes on there.
    fn damaged(&mut self, reason: &'static str) -> io::Result<Step> {
        let (offset, position) = (self.expected, self.position);
        let resume = self.find_frame(position + ALIGN)?;
        (self.expected, self.position) = resume.unwrap_or((offset, self.end));
        Ok(Step::Damaged(Damage {
            offset,
            position,
            resume,
            reason,
        }))
    }

    fn find_frame(&mut self, from: u64) -> io::Result<Option<(Offset, u64)>> {
        let mut position = from;
        while position + HEADER_BYTES as u64 <= self.end {
            let bytes = self.bytes(position, HEADER_BYTES)?;
            if let Some(header) = Header::decode(&bytes, self.salt)
                && header.offset > self.expected
                && position + header.frame_bytes() <= self.end
                && self.body(position, &header)?.is_some()
            {
                return Ok(Some((header.offset, position)));
            }
            position += ALIGN;
        }
        Ok(None)
    }

    /// The body of the frame at `position`, if it is whole.
    fn body(&mut self, position: u64, header: &Header) -> io::Result<Option<Bytes>> {
        let length = header.length as usize;
        let body = self.bytes(position + HEADER_BYTES as u64, length)?;
        Ok((body.len() == length && body_checksum(&body) == header.body_checksum).then_some(body))
    }

    fn only_zeros(&mut self) -> io::Result<bool> {
        let mut position = self.position;
        while position < self.end {
            let bytes = self.bytes(position, WINDOW_BYTES)?;
            if bytes.is_empty() {
                break;
            }
            if bytes.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            position += bytes.len() as u64;
        }
        Ok(true)
    }

    /// `length` bytes at `at`, fewer at the end.
    fn bytes(&mut self, at: u64, length: usize) -> io::Result<Bytes> {
        let length = length.min(usize::try_from(self.end.saturating_sub(at)).unwrap_or(usize::MAX));
        let inside = at.checked_sub(self.window_at).map(|start| start as usize);
        let held = inside.and_then(|start| {
            self.window
                .get(start..start + length)
                .is_some()
                .then_some(start)
        });
        if let Some(start) = held {
            return Ok(self.window.slice(start..start + length));
        }
        let left = usize::try_from(self.end.saturating_sub(at)).unwrap_or(usize::MAX);
        let mut window = BytesMut::zeroed(length.max(self.window_bytes).min(left));
        let read = read_full(self.file, &mut window, at)?;
        window.truncate(read);
        (self.window, self.window_at) = (window.freeze(), at);
        Ok(self.window.slice(..length.min(read)))
    }
}
