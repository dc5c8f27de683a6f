//! What the receiver counts.

use omegi_metrics::{Collect, Counter, CounterBy, Gauge, Page, label_set, metric_names};
use omegi_model::wire::json::RequestKind;
use omegi_model::wire::{RefusalReason, Warning};

use crate::error::Outcome;

metric_names! {
    /// Names of the receiver's metrics.
    pub(crate) enum ReceiverMetric {
        /// Requests answered, by transport and outcome.
        Requests => "omegi_receiver_requests_total",
        /// Bytes of request bodies as they came over the wire.
        BodyBytes => "omegi_receiver_body_bytes_total",
        /// Spans in requests that could be read: appended and refused ones.
        SpansReceived => "omegi_receiver_spans_received_total",
        /// Spans whose request the log acknowledged.
        SpansAppended => "omegi_receiver_spans_appended_total",
        /// Spans that are not stored, by reason.
        SpansRefused => "omegi_receiver_spans_refused_total",
        /// Log records in requests that could be read: appended and refused ones.
        LogRecordsReceived => "omegi_receiver_log_records_received_total",
        /// Log records whose request the log acknowledged.
        LogRecordsAppended => "omegi_receiver_log_records_appended_total",
        /// Log records that are not stored, by reason.
        LogRecordsRefused => "omegi_receiver_log_records_refused_total",
        /// Data points that are not stored, all of them, by reason.
        DataPointsRefused => "omegi_receiver_data_points_refused_total",
        /// What senders should change, by kind.
        Warnings => "omegi_receiver_warnings_total",
        /// Requests in which a secret was found and removed.
        Scrubbed => "omegi_receiver_requests_scrubbed_total",
        /// Bytes of bodies held now.
        InFlightBytes => "omegi_receiver_in_flight_bytes",
        /// Connections open now.
        Connections => "omegi_receiver_connections",
    }
}

label_set! {
    /// How a request came.
    pub(crate) enum Transport: "transport" {
        /// OTLP/HTTP.
        Http => "http",
        /// OTLP/gRPC.
        Grpc => "grpc",
    }
}

label_set! {
    /// Why a record is not stored.
    pub(crate) enum Refusal: "reason" {
        /// Bad trace id.
        TraceId => "trace_id",
        /// Bad span id.
        SpanId => "span_id",
        /// Service unknown to the project.
        ServiceUnknown => "service_unknown",
        /// Service other than the token's.
        ServiceNotBound => "service_not_bound",
        /// Metrics are not kept.
        MetricsNotKept => "metrics_not_kept",
        /// The log was busy, full or stopped: nothing was stored.
        Unavailable => "unavailable",
        /// The log did not confirm in time: it may be stored all the same.
        Unconfirmed => "unconfirmed",
        /// Over the budget of bytes in flight.
        Overloaded => "overloaded",
    }
}

label_set! {
    /// What a sender should change.
    pub(crate) enum WarningKind: "kind" {
        /// Cut at a limit.
        Cut => "cut",
        /// Keys in snake_case.
        SnakeCaseKey => "snake_case_key",
        /// Enums by name.
        EnumName => "enum_name",
        /// Enums by an unknown name.
        EnumNameUnknown => "enum_name_unknown",
        /// Ids in base64.
        Base64Id => "base64_id",
        /// Ids that are no hex.
        NotHexId => "not_hex_id",
        /// String table references.
        StringReference => "string_reference",
        /// Groups of before OTLP 0.15.
        LegacyGroup => "legacy_group",
    }
}

/// The receiver's counters; rendered by the program's registry.
#[derive(Debug, Default)]
pub struct ReceiverMetrics {
    pub(crate) requests: CounterBy<(Transport, Outcome)>,
    pub(crate) body_bytes: Counter,
    pub(crate) spans: Records,
    pub(crate) log_records: Records,
    pub(crate) data_points_refused: CounterBy<Refusal>,
    pub(crate) warnings: CounterBy<WarningKind>,
    pub(crate) scrubbed: Counter,
    pub(crate) in_flight_bytes: Gauge,
    pub(crate) connections: Gauge,
}

/// Counters of one kind of record: received = appended + refused.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) received: Counter,
    pub(crate) appended: Counter,
    pub(crate) refused: CounterBy<Refusal>,
}

impl ReceiverMetrics {
    /// The counters of records in requests of `kind`; data points are only ever refused.
    pub(crate) fn records(&self, kind: RequestKind) -> Option<&Records> {
        match kind {
            RequestKind::Traces => Some(&self.spans),
            RequestKind::Logs => Some(&self.log_records),
            RequestKind::Metrics => None,
        }
    }
}

impl Collect for ReceiverMetrics {
    fn collect(&self, page: &mut Page) {
        page.counters(ReceiverMetric::Requests, &self.requests);
        page.counter(ReceiverMetric::BodyBytes, &self.body_bytes);
        page.counter(ReceiverMetric::SpansReceived, &self.spans.received);
        page.counter(ReceiverMetric::SpansAppended, &self.spans.appended);
        page.counters(ReceiverMetric::SpansRefused, &self.spans.refused);
        page.counter(
            ReceiverMetric::LogRecordsReceived,
            &self.log_records.received,
        );
        page.counter(
            ReceiverMetric::LogRecordsAppended,
            &self.log_records.appended,
        );
        page.counters(ReceiverMetric::LogRecordsRefused, &self.log_records.refused);
        page.counters(ReceiverMetric::DataPointsRefused, &self.data_points_refused);
        page.counters(ReceiverMetric::Warnings, &self.warnings);
        page.counter(ReceiverMetric::Scrubbed, &self.scrubbed);
        page.gauge(ReceiverMetric::InFlightBytes, &self.in_flight_bytes);
        page.gauge(ReceiverMetric::Connections, &self.connections);
    }
}

impl From<RefusalReason> for Refusal {
    fn from(reason: RefusalReason) -> Self {
        match reason {
            RefusalReason::TraceId => Self::TraceId,
            RefusalReason::SpanId => Self::SpanId,
            RefusalReason::ServiceUnknown => Self::ServiceUnknown,
            RefusalReason::ServiceNotBound => Self::ServiceNotBound,
            RefusalReason::MetricsNotKept => Self::MetricsNotKept,
        }
    }
}

impl From<Warning> for WarningKind {
    fn from(warning: Warning) -> Self {
        match warning {
            Warning::Cut => Self::Cut,
            Warning::SnakeCaseKey => Self::SnakeCaseKey,
            Warning::EnumName => Self::EnumName,
            Warning::EnumNameUnknown => Self::EnumNameUnknown,
            Warning::Base64Id => Self::Base64Id,
            Warning::NotHexId => Self::NotHexId,
            Warning::StringReference => Self::StringReference,
            Warning::LegacyGroup => Self::LegacyGroup,
        }
    }
}
