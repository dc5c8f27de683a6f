//! What a log counts.

use omegi_metrics::{Collect, Counter, CounterBy, Gauge, Histogram, Page, label_set, metric_names};

metric_names! {
    /// Names of the metrics of this crate; all carry the label `topic`.
    pub enum LogMetric {
        /// Data records made durable.
        AppendedRecords => "omegi_log_appended_records_total",
        /// Bytes of the bodies of data records made durable.
        AppendedBytes => "omegi_log_appended_bytes_total",
        /// Tick records appended.
        Ticks => "omegi_log_ticks_total",
        /// Batches not acknowledged, by reason.
        RefusedBatches => "omegi_log_refused_batches_total",
        /// Commits: a write and an fsync of everything that waited.
        Commits => "omegi_log_commits_total",
        /// Bytes per commit.
        CommitBytes => "omegi_log_commit_bytes",
        /// Seconds per commit, its fsync included.
        CommitSeconds => "omegi_log_commit_seconds",
        /// Records handed to readers, by where they came from.
        ReadRecords => "omegi_log_read_records_total",
        /// Damaged records that readers came upon.
        Damaged => "omegi_log_damaged_reads_total",
        /// Segments removed because of their age or for want of room.
        ExpiredSegments => "omegi_log_expired_segments_total",
        /// Records emptied afterwards.
        EmptiedRecords => "omegi_log_emptied_records_total",
        /// Segments kept.
        Segments => "omegi_log_segments",
        /// Bytes on disk.
        DiskBytes => "omegi_log_disk_bytes",
        /// First offset kept.
        StartOffset => "omegi_log_start_offset",
        /// Offset after the last durable record.
        CommittedOffset => "omegi_log_committed_offset",
        /// Append time of the oldest record kept, Unix seconds.
        OldestTime => "omegi_log_oldest_append_time_seconds",
        /// 1 once a failed fsync has stopped the writer until restart.
        Stopped => "omegi_log_stopped",
    }
}

label_set! {
    /// Why a batch was not acknowledged.
    pub enum Refusal: "reason" {
        /// Too much was in flight until its deadline.
        Busy => "busy",
        /// The disk is full, or nearly.
        NoSpace => "no_space",
        /// Not confirmed before its deadline; it may have been written.
        Unknown => "unknown",
        /// Larger than a batch may be.
        TooLarge => "too_large",
        /// The writer has stopped.
        Stopped => "stopped",
    }
}

label_set! {
    /// Where a record was read from.
    pub enum Source: "source" {
        /// Still in memory.
        Memory => "memory",
        /// A segment.
        Disk => "disk",
    }
}

/// The counts of one log.
#[derive(Debug)]
pub struct LogMetrics {
    topic: &'static str,
    pub(crate) appended_records: Counter,
    pub(crate) appended_bytes: Counter,
    pub(crate) ticks: Counter,
    pub(crate) refused: CounterBy<Refusal>,
    pub(crate) commits: Counter,
    pub(crate) commit_bytes: Histogram,
    pub(crate) commit_seconds: Histogram,
    pub(crate) read: CounterBy<Source>,
    pub(crate) damaged: Counter,
    pub(crate) expired_segments: Counter,
    pub(crate) emptied_records: Counter,
    pub(crate) segments: Gauge,
    pub(crate) disk_bytes: Gauge,
    pub(crate) start_offset: Gauge,
    pub(crate) committed_offset: Gauge,
    pub(crate) oldest_time: Gauge,
    pub(crate) stopped: Gauge,
}

impl LogMetrics {
    pub(crate) fn new(topic: &'static str) -> Self {
        const BYTES: &[f64] = &[4e3, 16e3, 64e3, 256e3, 1e6, 4e6, 16e6, 64e6];
        const SECONDS: &[f64] = &[
            0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0,
        ];
        Self {
            topic,
            appended_records: Counter::default(),
            appended_bytes: Counter::default(),
            ticks: Counter::default(),
            refused: CounterBy::default(),
            commits: Counter::default(),
            commit_bytes: Histogram::new(BYTES),
            commit_seconds: Histogram::new(SECONDS),
            read: CounterBy::default(),
            damaged: Counter::default(),
            expired_segments: Counter::default(),
            emptied_records: Counter::default(),
            segments: Gauge::default(),
            disk_bytes: Gauge::default(),
            start_offset: Gauge::default(),
            committed_offset: Gauge::default(),
            oldest_time: Gauge::default(),
            stopped: Gauge::default(),
        }
    }

    /// Data records made durable since the start.
    pub fn appended_records(&self) -> u64 {
        self.appended_records.get()
    }

    /// Commits since the start.
    pub fn commits(&self) -> u64 {
        self.commits.get()
    }

    /// Records handed to readers from `source` since the start.
    pub fn read_records(&self, source: Source) -> u64 {
        self.read.of(source).get()
    }
}

impl Collect for LogMetrics {
    fn collect(&self, page: &mut Page) {
        page.labelled("topic", self.topic, |page| {
            page.counter(LogMetric::AppendedRecords, &self.appended_records);
            page.counter(LogMetric::AppendedBytes, &self.appended_bytes);
            page.counter(LogMetric::Ticks, &self.ticks);
            page.counters(LogMetric::RefusedBatches, &self.refused);
            page.counter(LogMetric::Commits, &self.commits);
            page.histogram(LogMetric::CommitBytes, &self.commit_bytes);
            page.histogram(LogMetric::CommitSeconds, &self.commit_seconds);
            page.counters(LogMetric::ReadRecords, &self.read);
            page.counter(LogMetric::Damaged, &self.damaged);
            page.counter(LogMetric::ExpiredSegments, &self.expired_segments);
            page.counter(LogMetric::EmptiedRecords, &self.emptied_records);
            page.gauge(LogMetric::Segments, &self.segments);
            page.gauge(LogMetric::DiskBytes, &self.disk_bytes);
            page.gauge(LogMetric::StartOffset, &self.start_offset);
            page.gauge(LogMetric::CommittedOffset, &self.committed_offset);
            page.gauge(LogMetric::OldestTime, &self.oldest_time);
            page.gauge(LogMetric::Stopped, &self.stopped);
        });
    }
}
