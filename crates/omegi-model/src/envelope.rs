//! One record of the telemetry stream: an OTLP body as the client compressed it, and what the
//! receiver knows about it.
//!
//! Written by the receiver alone; read by pipelines and projections. Layout: version (1 byte),
//! signal (1), encoding (1), flags (1), project (8), reader version (u16), decoded length (u32),
//! then as LEB128: the bound service's length (with its bytes) if flagged, the count of refused
//! ranges and for each the gap from the last one's end and its length; then the body. Numbers are
//! little-endian.

use std::cell::RefCell;
use std::io::Read;

use bytes::Bytes;

use crate::id::ProjectId;
use crate::wire::Refused;

/// What a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// An `ExportTraceServiceRequest`.
    Traces,
    /// An `ExportLogsServiceRequest`.
    Logs,
    /// Something a later version writes; to be skipped.
    Unknown(u8),
}

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// One or more gzip members.
    Gzip,
    /// One or more zstd frames.
    Zstd,
    /// A zlib stream, or a bare deflate stream.
    Deflate,
}

/// One appended request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelemetryRecord {
    /// What the body holds.
    pub signal: Signal,
    /// Whose it is; from credentials alone.
    pub project: ProjectId,
    /// The service the token was bound to.
    pub bound_service: Option<String>,
    /// Version of the reader's rules it was received under.
    pub reader_version: u16,
    /// How the body is compressed.
    pub encoding: Encoding,
    /// Length of the body once decompressed.
    pub body_bytes_decoded: u32,
    /// Records of the body that were refused: readers step over them.
    pub refused: Refused,
    /// The request, protobuf, compressed as `encoding` says.
    pub body: Bytes,
}

/// Why a record cannot be read: it was damaged or written by a later version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The envelope ends too early.
    #[error("envelope is cut short")]
    Truncated,
    /// Another version of the layout.
    #[error("unknown envelope version {0}")]
    Version(u8),
    /// A value that no version ever wrote there.
    #[error("invalid {0}")]
    Invalid(&'static str),
}

/// Why a body cannot be decompressed.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Larger than the limit; decompression stopped there.
    #[error("decompressed body exceeds {0} bytes")]
    TooLarge(usize),
    /// No stream of this encoding, or one that is cut off or damaged.
    #[error("body is not valid {encoding:?}")]
    Damaged {
        /// What it should have been.
        encoding: Encoding,
        /// What the decompressor says.
        source: std::io::Error,
    },
}

impl TelemetryRecord {
    /// The record as it is appended.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let ranges = self.refused.ranges();
        let mut out = Vec::with_capacity(64 + ranges.len() * 4 + self.body.len());
        let bound = self.bound_service.as_deref();
        out.extend_from_slice(&[
            VERSION,
            self.signal.code(),
            self.encoding.code(),
            u8::from(bound.is_some()),
        ]);
        out.extend_from_slice(self.project.as_bytes());
        out.extend_from_slice(&self.reader_version.to_le_bytes());
        out.extend_from_slice(&self.body_bytes_decoded.to_le_bytes());
        if let Some(service) = bound {
            put_number(&mut out, service.len() as u64);
            out.extend_from_slice(service.as_bytes());
        }
        put_number(&mut out, ranges.len() as u64);
        let mut end = 0;
        for (first, length) in ranges {
            put_number(&mut out, u64::from(first - end));
            put_number(&mut out, u64::from(*length));
            end = first + length;
        }
        out.extend_from_slice(&self.body);
        out.into()
    }

    /// Reads what [`TelemetryRecord::encode`] wrote; the body is shared, not copied.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn decode(record: &Bytes) -> Result<Self, EnvelopeError> {
        let mut reader = Reader {
            bytes: record,
            at: 0,
        };
        let [version, signal, encoding, flags] = reader.array()?;
        if version != VERSION {
            return Err(EnvelopeError::Version(version));
        }
        let project = ProjectId::new(reader.array()?).ok_or(EnvelopeError::Invalid("project"))?;
        let reader_version = u16::from_le_bytes(reader.array()?);
        let body_bytes_decoded = u32::from_le_bytes(reader.array()?);
        let bound_service = if flags & 1 == 1 {
            Some(reader.text()?)
        } else {
            None
        };
        let refused = reader.refused()?;
        Ok(Self {
            signal: Signal::from_code(signal),
            project,
            bound_service,
            reader_version,
            encoding: Encoding::from_code(encoding).ok_or(EnvelopeError::Invalid("encoding"))?,
            body_bytes_decoded,
            refused,
            body: record.slice(reader.at..),
        })
    }

    /// The request itself, decompressed if need be.
    ///
    /// # Errors
    /// [`DecodeError`], in particular where it is larger than `bytes_max`.
    pub fn decoded_body(&self, bytes_max: usize) -> Result<Bytes, DecodeError> {
        let bytes = self.body_bytes_decoded as usize;
        if bytes > bytes_max {
            return Err(DecodeError::TooLarge(bytes_max));
        }
        match self.encoding {
            Encoding::Identity => Ok(self.body.clone()),
            Encoding::Zstd => decompress_zstd(&self.body, bytes).map(Bytes::from),
            other => decompress(other, &self.body, bytes).map(Bytes::from),
        }
    }
}

/// Decompresses `body`, stopping as soon as it exceeds `bytes_max`.
///
/// # Errors
/// [`DecodeError`].
pub fn decompress(
    encoding: Encoding,
    body: &[u8],
    bytes_max: usize,
) -> Result<Vec<u8>, DecodeError> {
    let mut out = Vec::with_capacity(body.len().saturating_mul(4).min(bytes_max));
    // One byte more than allowed tells a body at the limit from one beyond it.
    let limit = bytes_max as u64 + 1;
    let read = match encoding {
        Encoding::Identity => body.take(limit).read_to_end(&mut out),
        Encoding::Gzip => flate2::bufread::MultiGzDecoder::new(body)
            .take(limit)
            .read_to_end(&mut out),
        Encoding::Deflate if is_zlib(body) => flate2::bufread::ZlibDecoder::new(body)
            .take(limit)
            .read_to_end(&mut out),
        Encoding::Deflate => flate2::bufread::DeflateDecoder::new(body)
            .take(limit)
            .read_to_end(&mut out),
        Encoding::Zstd => zstd::stream::read::Decoder::with_buffer(body).and_then(|mut decoder| {
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
            decoder.take(limit).read_to_end(&mut out)
        }),
    };
    read.map_err(|source| DecodeError::Damaged { encoding, source })?;
    if out.len() > bytes_max {
        return Err(DecodeError::TooLarge(bytes_max));
    }
    Ok(out)
}

/// Compresses a body that came uncompressed, or was written anew: zstd at its fastest level.
/// `None` where that would not make it smaller.
#[must_use]
pub fn compress(body: &[u8]) -> Option<Vec<u8>> {
    thread_local! {
        // A fresh context for each body would cost as much as compressing a small one.
        static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> =
            RefCell::new(zstd::bulk::Compressor::new(1).ok());
    }
    let compressed =
        COMPRESSOR.with_borrow_mut(|compressor| compressor.as_mut()?.compress(body).ok());
    compressed.filter(|compressed| compressed.len() < body.len())
}

/// Decompresses a body whose length is known, at once: a quarter cheaper than as a stream.
fn decompress_zstd(body: &[u8], bytes: usize) -> Result<Vec<u8>, DecodeError> {
    thread_local! {
        static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> =
            RefCell::new(zstd::bulk::Decompressor::new().ok());
    }
    DECOMPRESSOR.with_borrow_mut(|decompressor| match decompressor {
        Some(decompressor) => {
            decompressor
                .decompress(body, bytes)
                .map_err(|source| DecodeError::Damaged {
                    encoding: Encoding::Zstd,
                    source,
                })
        }
        None => decompress(Encoding::Zstd, body, bytes),
    })
}

impl Signal {
    fn code(self) -> u8 {
        match self {
            Self::Traces => 1,
            Self::Logs => 2,
            Self::Unknown(code) => code,
        }
    }

    fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Traces,
            2 => Self::Logs,
            other => Self::Unknown(other),
        }
    }
}

impl Encoding {
    fn code(self) -> u8 {
        match self {
            Self::Identity => 0,
            Self::Gzip => 1,
            Self::Zstd => 2,
            Self::Deflate => 3,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        [Self::Identity, Self::Gzip, Self::Zstd, Self::Deflate]
            .into_iter()
            .find(|e| e.code() == code)
    }
}

/// RFC 1950's header: the method is deflate and the check bits fit.
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..]
        if method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0)
}

fn put_number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], EnvelopeError> {
        let end = self
            .at
            .checked_add(length)
            .ok_or(EnvelopeError::Truncated)?;
        let taken = self
            .bytes
            .get(self.at..end)
            .ok_or(EnvelopeError::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], EnvelopeError> {
        self.take(N)?
            .try_into()
            .map_err(|_| EnvelopeError::Truncated)
    }

    fn number(&mut self) -> Result<u32, EnvelopeError> {
        let mut value = 0_u64;
        for shift in (0..35).step_by(7) {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(value).map_err(|_| EnvelopeError::Invalid("number"));
            }
        }
        Err(EnvelopeError::Invalid("number"))
    }

    fn text(&mut self) -> Result<String, EnvelopeError> {
        let length = self.number()? as usize;
        let bytes = self.take(length)?.to_vec();
        String::from_utf8(bytes).map_err(|_| EnvelopeError::Invalid("service"))
    }

    fn refused(&mut self) -> Result<Refused, EnvelopeError> {
        let count = self.number()?;
        let mut refused = Refused::default();
        let mut end = 0_u32;
        for _ in 0..count {
            let overflow = || EnvelopeError::Invalid("refused");
            let first = end.checked_add(self.number()?).ok_or_else(overflow)?;
            let length = self.number()?;
            end = first.checked_add(length).ok_or_else(overflow)?;
            refused.push_range(first, length);
        }
        Ok(refused)
    }
}

const VERSION: u8 = 1;
/// 64 MiB: a frame that asks for a larger window could hold no body within our default limit.
const ZSTD_WINDOW_LOG_MAX: u32 = 26;
