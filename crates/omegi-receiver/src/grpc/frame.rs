//! The one length-prefixed message of a unary call.

use axum::body::Body;
use bytes::{Bytes, BytesMut};

use crate::admission::Permit;
use crate::config::RawReceiver;
use crate::error::Failure;
use crate::http::body::BodyReader;

const PREFIX_BYTES: usize = 5;

/// A message as it came.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) is_compressed: bool,
    pub(super) bytes: Bytes,
}

/// Reads the message; room for it is taken from `permit` before it is read.
pub(super) async fn read(
    body: Body,
    permit: &mut Permit,
    config: &RawReceiver,
) -> Result<Message, Failure> {
    let mut reader = BodyReader::new(body, config);
    let mut read = BytesMut::new();
    while read.len() < PREFIX_BYTES {
        let Some(chunk) = reader.next().await? else {
            return Err(Failure::Unreadable("call has no message".into()));
        };
        extend(&mut read, chunk);
    }
    let (is_compressed, length) = prefix(&read)?;
    let bytes_max = usize::try_from(config.wire_bytes_max).unwrap_or(usize::MAX);
    if length > bytes_max {
        return Err(Failure::TooLarge(bytes_max));
    }
    permit.grow_to(length as u64)?;
    let whole = PREFIX_BYTES + length;
    while let Some(chunk) = reader.next().await? {
        if read.len() + chunk.len() > whole {
            return Err(Failure::Unreadable("call has more than one message".into()));
        }
        extend(&mut read, chunk);
    }
    if read.len() < whole {
        return Err(Failure::Disconnected);
    }
    if read.len() > whole {
        return Err(Failure::Unreadable("call has more than one message".into()));
    }
    let bytes = read.freeze().slice(PREFIX_BYTES..);
    Ok(Message {
        is_compressed,
        bytes,
    })
}

/// Most messages come in one chunk, which is taken over as it is.
fn extend(read: &mut BytesMut, chunk: Bytes) {
    if read.is_empty() {
        *read = BytesMut::from(chunk);
    } else {
        read.extend_from_slice(&chunk);
    }
}

fn prefix(read: &[u8]) -> Result<(bool, usize), Failure> {
    let Some(&[flag, a, b, c, d]) = read.first_chunk::<PREFIX_BYTES>() else {
        return Err(Failure::Disconnected);
    };
    if flag > 1 {
        return Err(Failure::Unreadable(
            "message has an invalid compression flag".into(),
        ));
    }
    Ok((flag == 1, u32::from_be_bytes([a, b, c, d]) as usize))
}
