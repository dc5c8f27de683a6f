//! OTLP requests for tests: built by hand, written as protobuf and as JSON.
//!
//! ```
//! use omegi_testkit::otlp;
//!
//! let request = otlp::request()
//!     .resource("checkout")
//!     .span("GET /cart").kind(otlp::SERVER)
//!     .child("SELECT cart").exception("SqlError", "no such table", "at Cart.load(Cart.java:7)")
//!     .log("cart is gone").severity(17);
//! let body = request.traces_protobuf();
//! ```
//!
//! Ids and times count up from the request's first span, so equal calls give equal bytes.

mod build;
mod json;
mod proto;
pub mod strategy;

pub use build::request;
pub use json::hex;
pub use proto::Message;

/// `SPAN_KIND_INTERNAL`.
pub const INTERNAL: u32 = 1;
/// `SPAN_KIND_SERVER`.
pub const SERVER: u32 = 2;
/// `SPAN_KIND_CLIENT`.
pub const CLIENT: u32 = 3;
/// `SPAN_KIND_PRODUCER`.
pub const PRODUCER: u32 = 4;
/// `SPAN_KIND_CONSUMER`.
pub const CONSUMER: u32 = 5;

/// Start of the first span: 2023-11-14T22:13:20Z.
pub const EPOCH: u64 = 1_700_000_000_000_000_000;

/// An export request: traces and logs of the same senders, to be sent as either.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// In order.
    pub resources: Vec<Resource>,
    pub(crate) next_span: u64,
    pub(crate) trace: u64,
    /// The span that is being built: index path of the last `span` or `child`.
    pub(crate) at: Option<At>,
}

/// What the builder's next call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Span(usize),
    Log(usize),
}

/// One resource with one scope and its records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resource {
    /// Attributes of the resource.
    pub attributes: Vec<(String, Value)>,
    /// Name of its only scope.
    pub scope: String,
    /// Spans in order.
    pub spans: Vec<Span>,
    /// Log records in order.
    pub logs: Vec<Log>,
}

/// One span. Ids may have any length, so that wrong ones can be sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Span {
    /// 16 bytes where valid.
    pub trace_id: Vec<u8>,
    /// 8 bytes where valid.
    pub span_id: Vec<u8>,
    /// 8 bytes; empty for a root.
    pub parent_span_id: Vec<u8>,
    /// W3C trace state.
    pub trace_state: String,
    /// OTLP flags.
    pub flags: u32,
    /// Operation.
    pub name: String,
    /// OTLP kind.
    pub kind: u32,
    /// Unix nanoseconds.
    pub start: u64,
    /// Unix nanoseconds.
    pub end: u64,
    /// In order, repeats allowed.
    pub attributes: Vec<(String, Value)>,
    /// In order.
    pub events: Vec<SpanEvent>,
    /// In order.
    pub links: Vec<Link>,
    /// 0 unset, 1 ok, 2 error.
    pub status_code: u32,
    /// Message of the status.
    pub status_message: String,
}

/// One span event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpanEvent {
    /// Unix nanoseconds.
    pub time: u64,
    /// Name.
    pub name: String,
    /// In order.
    pub attributes: Vec<(String, Value)>,
}

/// One link.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Link {
    /// 16 bytes where valid.
    pub trace_id: Vec<u8>,
    /// 8 bytes where valid.
    pub span_id: Vec<u8>,
    /// In order.
    pub attributes: Vec<(String, Value)>,
}

/// One log record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    /// Unix nanoseconds; 0 for unset.
    pub time: u64,
    /// Unix nanoseconds; 0 for unset.
    pub observed_time: u64,
    /// OTLP severity.
    pub severity_number: u32,
    /// Severity in words.
    pub severity_text: String,
    /// What it says.
    pub body: Option<Value>,
    /// In order.
    pub attributes: Vec<(String, Value)>,
    /// OTLP flags.
    pub flags: u32,
    /// 16 bytes, or empty.
    pub trace_id: Vec<u8>,
    /// 8 bytes, or empty.
    pub span_id: Vec<u8>,
    /// Name of the event.
    pub event_name: String,
}

/// An attribute value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value set.
    Empty,
    /// Text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// 64-bit number.
    Int(i64),
    /// Floating-point number.
    Double(f64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Array.
    List(Vec<Value>),
    /// Key-value list.
    Map(Vec<(String, Value)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

/// The id of the `number`-th trace of a test.
#[must_use]
pub fn trace_id(number: u64) -> [u8; 16] {
    let mut id = [0xa0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    id
}

/// The id of the `number`-th span of a test.
#[must_use]
pub fn span_id(number: u64) -> [u8; 8] {
    (0xb000_0000_0000_0000 | number).to_be_bytes()
}
