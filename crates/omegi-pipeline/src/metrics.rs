//! What the pipelines count.

use omegi_metrics::{Collect, Counter, CounterBy, Gauge, Page, label_set, metric_names};

metric_names! {
    /// Names and meanings.
    enum PipelineMetric {
        /// Records of the telemetry log processed, by kind.
        Records => "omegi_pipeline_records_total",
        /// Records that could not be read and were stepped over, by reason.
        Unreadable => "omegi_pipeline_records_unreadable_total",
        /// Spans and log records taken, by signal.
        Items => "omegi_pipeline_items_total",
        /// Spans and log records that were known already.
        Duplicates => "omegi_pipeline_duplicates_total",
        /// Traces opened for the first time.
        Opened => "omegi_pipeline_traces_opened_total",
        /// Traces closed and put on disk for late spans.
        Frozen => "omegi_pipeline_traces_frozen_total",
        /// Traces put on disk while open because memory was short.
        Spilled => "omegi_pipeline_traces_spilled_total",
        /// Traces fetched back from disk.
        Thawed => "omegi_pipeline_traces_thawed_total",
        /// Records that came after their trace had closed, by what became of them.
        Late => "omegi_pipeline_late_total",
        /// Traces cut by a limit, by limit.
        Truncated => "omegi_pipeline_traces_truncated_total",
        /// Frozen traces whose state gave way to the limit on disk before its time.
        GivenWay => "omegi_pipeline_frozen_given_way_total",
        /// Traces open now.
        OpenTraces => "omegi_pipeline_open_traces",
        /// Memory of open traces.
        OpenBytes => "omegi_pipeline_open_bytes",
        /// Closed traces kept on disk for late spans.
        FrozenTraces => "omegi_pipeline_frozen_traces",
        /// Records of the telemetry log that are durable and not yet processed.
        LagRecords => "omegi_pipeline_lag_records",
        /// Log time reached, in seconds since 1970.
        Watermark => "omegi_pipeline_watermark_seconds",
        /// Events told, by kind.
        Told => "omegi_pipeline_events_told_total",
        /// Events made again after a restart and not told twice.
        ToldAlready => "omegi_pipeline_events_told_already_total",
        /// Checkpoints written.
        Checkpoints => "omegi_pipeline_checkpoints_total",
        /// Times the state was rebuilt from the start of the log.
        Rebuilds => "omegi_pipeline_rebuilds_total",
    }
}

label_set! {
    /// What a record was.
    pub(crate) enum Kind: "kind" {
        /// Telemetry.
        Data => "data",
        /// Time alone.
        Tick => "tick",
        /// Removed afterwards.
        Emptied => "emptied",
    }
}

label_set! {
    /// Why a record could not be read.
    pub(crate) enum Unreadable: "reason" {
        /// Its envelope is damaged or from a newer build.
        Envelope => "envelope",
        /// Its body cannot be decompressed.
        Body => "body",
        /// Its body is no OTLP request.
        Wire => "wire",
        /// Its bytes on disk are damaged.
        Disk => "disk",
    }
}

label_set! {
    /// What was taken.
    pub(crate) enum Item: "signal" {
        /// A span.
        Span => "span",
        /// A log record.
        Log => "log",
    }
}

label_set! {
    /// What became of a late record.
    pub(crate) enum Lateness: "outcome" {
        /// Its trace was fetched back.
        Revised => "revised",
        /// Its trace was known but its state gone: a new state, marked.
        Continued => "continued",
    }
}

label_set! {
    /// Which limit cut a trace.
    pub(crate) enum Cut: "limit" {
        /// Too many traces open.
        OpenTraces => "open_traces",
        /// Too many spans, bytes, or too old; the verdict says so.
        Trace => "trace",
    }
}

label_set! {
    /// What was told.
    pub(crate) enum TellKind: "event" {
        /// A first announcement.
        Detected => "error_detected",
        /// A revision.
        Revised => "error_revised",
        /// A withdrawal.
        Withdrawn => "error_withdrawn",
        /// Summaries of traces.
        Traces => "traces_assembled",
        /// Counts of calls.
        Calls => "service_calls_observed",
    }
}

/// Counters of one server's pipelines.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) records: CounterBy<Kind>,
    pub(crate) unreadable: CounterBy<Unreadable>,
    pub(crate) items: CounterBy<Item>,
    pub(crate) duplicates: Counter,
    pub(crate) opened: Counter,
    pub(crate) frozen: Counter,
    pub(crate) spilled: Counter,
    pub(crate) thawed: Counter,
    pub(crate) late: CounterBy<Lateness>,
    pub(crate) truncated: CounterBy<Cut>,
    pub(crate) given_way: Gauge,
    pub(crate) open_traces: Gauge,
    pub(crate) open_bytes: Gauge,
    pub(crate) frozen_traces: Gauge,
    pub(crate) lag_records: Gauge,
    pub(crate) watermark: Gauge,
    pub(crate) told: CounterBy<TellKind>,
    pub(crate) told_already: Counter,
    pub(crate) checkpoints: Counter,
    pub(crate) rebuilds: Counter,
}

impl Collect for Counts {
    fn collect(&self, page: &mut Page) {
        page.counters(PipelineMetric::Records, &self.records);
        page.counters(PipelineMetric::Unreadable, &self.unreadable);
        page.counters(PipelineMetric::Items, &self.items);
        page.counter(PipelineMetric::Duplicates, &self.duplicates);
        page.counter(PipelineMetric::Opened, &self.opened);
        page.counter(PipelineMetric::Frozen, &self.frozen);
        page.counter(PipelineMetric::Spilled, &self.spilled);
        page.counter(PipelineMetric::Thawed, &self.thawed);
        page.counters(PipelineMetric::Late, &self.late);
        page.counters(PipelineMetric::Truncated, &self.truncated);
        page.gauge(PipelineMetric::GivenWay, &self.given_way);
        page.gauge(PipelineMetric::OpenTraces, &self.open_traces);
        page.gauge(PipelineMetric::OpenBytes, &self.open_bytes);
        page.gauge(PipelineMetric::FrozenTraces, &self.frozen_traces);
        page.gauge(PipelineMetric::LagRecords, &self.lag_records);
        page.gauge(PipelineMetric::Watermark, &self.watermark);
        page.counters(PipelineMetric::Told, &self.told);
        page.counter(PipelineMetric::ToldAlready, &self.told_already);
        page.counter(PipelineMetric::Checkpoints, &self.checkpoints);
        page.counter(PipelineMetric::Rebuilds, &self.rebuilds);
    }
}
