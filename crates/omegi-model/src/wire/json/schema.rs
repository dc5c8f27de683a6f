//! The messages of OTLP as JSON names them: key, field number, kind of value.

/// A message: its fields.
#[derive(Debug)]
pub(in crate::wire) struct Schema(pub(in crate::wire) &'static [FieldSchema]);

/// Key, field number, kind.
pub(in crate::wire) type FieldSchema = (&'static str, u32, Kind);

/// How a field is written in JSON and in protobuf.
#[derive(Debug, Clone, Copy)]
pub(in crate::wire) enum Kind {
    Text,
    /// Base64 in JSON.
    Bytes,
    /// Hex in JSON, of that many bytes.
    Id(usize),
    Bool,
    /// Zigzag-free signed 64 bits.
    Int64,
    Uint32,
    Fixed32,
    Fixed64,
    Double,
    /// By number; names are borne.
    Enum(&'static [(&'static str, u64)]),
    One(&'static Schema),
    Many(&'static Schema),
    /// An array or key-value list inside an `AnyValue`: counts towards the depth.
    Deeper(&'static Schema),
    /// A string table reference: read, warned of, left out.
    StringReference,
}

use Kind::{
    Bool, Bytes, Deeper, Double, Enum, Fixed32, Fixed64, Id, Int64, Many, One, StringReference,
    Text, Uint32,
};

pub(in crate::wire) static TRACES: Schema = Schema(&[("resourceSpans", 1, Many(&RESOURCE_SPANS))]);
pub(in crate::wire) static LOGS: Schema = Schema(&[("resourceLogs", 1, Many(&RESOURCE_LOGS))]);
pub(in crate::wire) static METRICS: Schema =
    Schema(&[("resourceMetrics", 1, Many(&RESOURCE_METRICS))]);

static RESOURCE_SPANS: Schema = Schema(&[
    ("resource", 1, One(&RESOURCE)),
    ("scopeSpans", 2, Many(&SCOPE_SPANS)),
    ("schemaUrl", 3, Text),
    ("instrumentationLibrarySpans", 1000, Many(&NOTHING)),
]);
static SCOPE_SPANS: Schema = Schema(&[
    ("scope", 1, One(&SCOPE)),
    ("spans", 2, Many(&SPAN)),
    ("schemaUrl", 3, Text),
]);
static RESOURCE_LOGS: Schema = Schema(&[
    ("resource", 1, One(&RESOURCE)),
    ("scopeLogs", 2, Many(&SCOPE_LOGS)),
    ("schemaUrl", 3, Text),
    ("instrumentationLibraryLogs", 1000, Many(&NOTHING)),
]);
static SCOPE_LOGS: Schema = Schema(&[
    ("scope", 1, One(&SCOPE)),
    ("logRecords", 2, Many(&LOG)),
    ("schemaUrl", 3, Text),
]);
static RESOURCE: Schema = Schema(&[
    ("attributes", 1, Many(&KEY_VALUE)),
    ("droppedAttributesCount", 2, Uint32),
]);
static SCOPE: Schema = Schema(&[
    ("name", 1, Text),
    ("version", 2, Text),
    ("attributes", 3, Many(&KEY_VALUE)),
    ("droppedAttributesCount", 4, Uint32),
]);
static SPAN: Schema = Schema(&[
    ("traceId", 1, Id(16)),
    ("spanId", 2, Id(8)),
    ("traceState", 3, Text),
    ("parentSpanId", 4, Id(8)),
    ("name", 5, Text),
    ("kind", 6, Enum(SPAN_KINDS)),
    ("startTimeUnixNano", 7, Fixed64),
    ("endTimeUnixNano", 8, Fixed64),
    ("attributes", 9, Many(&KEY_VALUE)),
    ("droppedAttributesCount", 10, Uint32),
    ("events", 11, Many(&EVENT)),
    ("droppedEventsCount", 12, Uint32),
    ("links", 13, Many(&LINK)),
    ("droppedLinksCount", 14, Uint32),
    ("status", 15, One(&STATUS)),
    ("flags", 16, Fixed32),
]);
static EVENT: Schema = Schema(&[
    ("timeUnixNano", 1, Fixed64),
    ("name", 2, Text),
    ("attributes", 3, Many(&KEY_VALUE)),
    ("droppedAttributesCount", 4, Uint32),
]);
static LINK: Schema = Schema(&[
    ("traceId", 1, Id(16)),
    ("spanId", 2, Id(8)),
    ("traceState", 3, Text),
    ("attributes", 4, Many(&KEY_VALUE)),
    ("droppedAttributesCount", 5, Uint32),
    ("flags", 6, Fixed32),
]);
static STATUS: Schema = Schema(&[("message", 2, Text), ("code", 3, Enum(STATUS_CODES))]);
static LOG: Schema = Schema(&[
    ("timeUnixNano", 1, Fixed64),
    ("severityNumber", 2, Enum(SEVERITIES)),
    ("severityText", 3, Text),
    ("body", 5, One(&ANY_VALUE)),
    ("attributes", 6, Many(&KEY_VALUE)),
    ("droppedAttributesCount", 7, Uint32),
    ("flags", 8, Fixed32),
    ("traceId", 9, Id(16)),
    ("spanId", 10, Id(8)),
    ("observedTimeUnixNano", 11, Fixed64),
    ("eventName", 12, Text),
]);
pub(in crate::wire) static KEY_VALUE: Schema = Schema(&[
    ("key", 1, Text),
    ("value", 2, One(&ANY_VALUE)),
    ("keyStrindex", 3, StringReference),
]);
static ANY_VALUE: Schema = Schema(&[
    ("stringValue", 1, Text),
    ("boolValue", 2, Bool),
    ("intValue", 3, Int64),
    ("doubleValue", 4, Double),
    ("arrayValue", 5, Deeper(&ARRAY_VALUE)),
    ("kvlistValue", 6, Deeper(&KEY_VALUE_LIST)),
    ("bytesValue", 7, Bytes),
    ("stringValueStrindex", 8, StringReference),
]);
static ARRAY_VALUE: Schema = Schema(&[("values", 1, Many(&ANY_VALUE))]);
static KEY_VALUE_LIST: Schema = Schema(&[("values", 1, Many(&KEY_VALUE))]);

static RESOURCE_METRICS: Schema = Schema(&[("scopeMetrics", 2, Many(&SCOPE_METRICS))]);
static SCOPE_METRICS: Schema = Schema(&[("metrics", 2, Many(&METRIC))]);
static METRIC: Schema = Schema(&[
    ("gauge", 5, One(&DATA_POINTS)),
    ("sum", 7, One(&DATA_POINTS)),
    ("histogram", 9, One(&DATA_POINTS)),
    ("exponentialHistogram", 10, One(&DATA_POINTS)),
    ("summary", 11, One(&DATA_POINTS)),
]);
static DATA_POINTS: Schema = Schema(&[("dataPoints", 1, Many(&NOTHING))]);
static NOTHING: Schema = Schema(&[]);

const SPAN_KINDS: &[(&str, u64)] = &[
    ("SPAN_KIND_UNSPECIFIED", 0),
    ("SPAN_KIND_INTERNAL", 1),
    ("SPAN_KIND_SERVER", 2),
    ("SPAN_KIND_CLIENT", 3),
    ("SPAN_KIND_PRODUCER", 4),
    ("SPAN_KIND_CONSUMER", 5),
];
const STATUS_CODES: &[(&str, u64)] = &[
    ("STATUS_CODE_UNSET", 0),
    ("STATUS_CODE_OK", 1),
    ("STATUS_CODE_ERROR", 2),
];
const SEVERITIES: &[(&str, u64)] = &[
    ("SEVERITY_NUMBER_UNSPECIFIED", 0),
    ("SEVERITY_NUMBER_TRACE", 1),
    ("SEVERITY_NUMBER_TRACE2", 2),
    ("SEVERITY_NUMBER_TRACE3", 3),
    ("SEVERITY_NUMBER_TRACE4", 4),
    ("SEVERITY_NUMBER_DEBUG", 5),
    ("SEVERITY_NUMBER_DEBUG2", 6),
    ("SEVERITY_NUMBER_DEBUG3", 7),
    ("SEVERITY_NUMBER_DEBUG4", 8),
    ("SEVERITY_NUMBER_INFO", 9),
    ("SEVERITY_NUMBER_INFO2", 10),
    ("SEVERITY_NUMBER_INFO3", 11),
    ("SEVERITY_NUMBER_INFO4", 12),
    ("SEVERITY_NUMBER_WARN", 13),
    ("SEVERITY_NUMBER_WARN2", 14),
    ("SEVERITY_NUMBER_WARN3", 15),
    ("SEVERITY_NUMBER_WARN4", 16),
    ("SEVERITY_NUMBER_ERROR", 17),
    ("SEVERITY_NUMBER_ERROR2", 18),
    ("SEVERITY_NUMBER_ERROR3", 19),
    ("SEVERITY_NUMBER_ERROR4", 20),
    ("SEVERITY_NUMBER_FATAL", 21),
    ("SEVERITY_NUMBER_FATAL2", 22),
    ("SEVERITY_NUMBER_FATAL3", 23),
    ("SEVERITY_NUMBER_FATAL4", 24),
];
