//! The few protobuf messages we answer with: `Export*ServiceResponse` and `google.rpc.Status`.

use std::time::Duration;

use serde_json::json;

use crate::error::Failure;

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// `partial_success` of any of the three responses.
pub(crate) fn partial_success(rejected: u64, message: &str) -> Vec<u8> {
    let mut partial = Vec::new();
    if rejected > 0 {
        put_varint_field(&mut partial, 1, rejected);
    }
    put_bytes(&mut partial, 2, message.as_bytes());
    let mut response = Vec::new();
    put_bytes(&mut response, 1, &partial);
    response
}

/// `google.rpc.Status` in protobuf.
pub(crate) fn status(failure: &Failure) -> Vec<u8> {
    let mut status = Vec::new();
    put_varint_field(&mut status, 1, failure.code() as u64);
    put_bytes(&mut status, 2, failure.to_string().as_bytes());
    if let Some(delay) = failure.retry_after() {
        let mut detail = Vec::new();
        put_bytes(&mut detail, 1, RETRY_INFO.as_bytes());
        put_bytes(&mut detail, 2, &retry_info(delay));
        put_bytes(&mut status, 3, &detail);
    }
    status
}

/// `google.rpc.Status` in JSON.
pub(crate) fn status_json(failure: &Failure) -> Vec<u8> {
    let mut status = json!({ "code": failure.code() as u8, "message": failure.to_string() });
    if let Some(delay) = failure.retry_after() {
        let delay = format!("{}s", delay.as_secs());
        status["details"] = json!([{ "@type": RETRY_INFO, "retryDelay": delay }]);
    }
    status.to_string().into_bytes()
}

fn retry_info(delay: Duration) -> Vec<u8> {
    let mut duration = Vec::new();
    put_varint_field(&mut duration, 1, delay.as_secs());
    let mut info = Vec::new();
    put_bytes(&mut info, 1, &duration);
    info
}

fn put_varint_field(out: &mut Vec<u8>, number: u8, value: u64) {
    out.push(number << 3);
    put_varint(out, value);
}

fn put_bytes(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(number << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
