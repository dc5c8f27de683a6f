//! A receiver on an in-memory log, and what tests ask of both.

pub(crate) mod authority;
pub(crate) mod grpc;
pub(crate) mod http;
pub(crate) mod memory_log;

use std::sync::Arc;

use omegi_metrics::Registry;
use omegi_model::envelope::{Signal, TelemetryRecord};
use omegi_model::wire::{self, SpanRef};
use omegi_receiver::{RawReceiver, Receiver, ReceiverConfig};

use authority::{Authority, Services};
use memory_log::MemoryLog;

/// Everything a test holds.
pub(crate) struct Bench {
    pub(crate) receiver: Receiver,
    pub(crate) log: Arc<MemoryLog>,
    pub(crate) services: Arc<Services>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(RawReceiver::default())
    }

    pub(crate) fn with(config: RawReceiver) -> Self {
        let log = Arc::new(MemoryLog::default());
        let services = Arc::new(Services::default());
        let config = ReceiverConfig::try_from(config).unwrap();
        let receiver = Receiver::new(log.clone(), Arc::new(Authority), services.clone(), config);
        Self {
            receiver,
            log,
            services,
        }
    }

    /// What is stored, as readers see it.
    pub(crate) fn records(&self) -> Vec<TelemetryRecord> {
        self.log
            .bodies()
            .iter()
            .map(|body| TelemetryRecord::decode(body).unwrap())
            .collect()
    }

    /// Names of the stored spans.
    pub(crate) fn span_names(&self) -> Vec<String> {
        self.stored(|span| span.name().into_owned())
    }

    /// Something of each stored span.
    pub(crate) fn stored<T>(&self, of: impl Fn(&SpanRef<'_>) -> T) -> Vec<T> {
        let mut found = Vec::new();
        for record in self
            .records()
            .iter()
            .filter(|record| record.signal == Signal::Traces)
        {
            let body = record.decoded_body(1 << 30).unwrap();
            assert_eq!(body.len(), record.body_bytes_decoded as usize);
            for span in wire::spans(&body, &record.refused) {
                found.push(of(&span.unwrap()));
            }
        }
        found
    }

    /// How many log records are stored.
    pub(crate) fn log_record_count(&self) -> usize {
        let count = |record: &TelemetryRecord| {
            let body = record.decoded_body(1 << 30).unwrap();
            wire::log_records(&body, &record.refused)
                .map(Result::unwrap)
                .count()
        };
        let records = self.records();
        records
            .iter()
            .filter(|record| record.signal == Signal::Logs)
            .map(count)
            .sum()
    }

    /// The sum of all samples of a metric whose line begins with `name`.
    pub(crate) fn metric(&self, name: &str) -> i64 {
        let mut page = String::new();
        Registry::default()
            .with(self.receiver.metrics())
            .render(&mut page);
        let lines = page.lines().filter(|line| line.starts_with(name));
        lines
            .map(|line| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap())
            .sum()
    }

    /// received = appended + refused.
    pub(crate) fn assert_counts_add_up(&self) {
        for what in ["spans", "log_records"] {
            let count = |end: &str| self.metric(&format!("omegi_receiver_{what}_{end}_total"));
            assert_eq!(
                count("received"),
                count("appended") + count("refused"),
                "{what}"
            );
        }
    }
}
