//! Version 1 of the reader's rules: what is cut, and where.
//!
//! A record names the version it was received under, so a later version reads it as it was meant.

/// The version of these rules.
pub const READER_VERSION: u16 = 1;

/// Bytes kept of an attribute's value; what is cut says how long it was.
pub const VALUE_BYTES_MAX: usize = 32 << 10;
/// Bytes kept of `exception.stacktrace` and of a log record's body, which may hold a stack.
pub const STACK_BYTES_MAX: usize = 256 << 10;
/// Bytes kept of names, keys and trace states.
pub const NAME_BYTES_MAX: usize = 4 << 10;
/// Attributes kept of a span, a log record, a resource, a scope, an event or a link: the first.
pub const ATTRIBUTES_MAX: u32 = 256;
/// Span events kept: the first, and always the first and the last exception.
pub const EVENTS_MAX: u32 = 128;
/// Links kept: the first.
pub const LINKS_MAX: u32 = 128;
/// Arrays and key-value lists kept inside each other; deeper ones read as empty.
pub const VALUE_DEPTH_MAX: u8 = 64;

/// Bytes kept of the value of attribute `key`.
pub(super) fn value_bytes_max(key: &[u8]) -> usize {
    if key == b"exception.stacktrace" {
        STACK_BYTES_MAX
    } else {
        VALUE_BYTES_MAX
    }
}
