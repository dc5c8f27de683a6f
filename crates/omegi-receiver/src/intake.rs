//! One request's way from its body to the log's acknowledgement, alike for HTTP and gRPC.

use std::sync::Arc;
use std::time::Duration;

use omegi_log::{AppendError, EventLog, NewRecord, Partition};
use omegi_model::wire::json::RequestKind;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tracing::{error, warn};

use crate::admission::{Admission, Permit};
use crate::auth::{Authenticate, Grant, ServiceRegistry};
use crate::config::ReceiverConfig;
use crate::error::Failure;
use crate::formats::otlp::{Incoming, Prepared, Rules};
use crate::metrics::{ReceiverMetrics, Refusal, Transport, WarningKind};
use crate::partial::Taken;

/// Larger bodies are decoded off the runtime's own threads, which must stay free to move data.
const INLINE_BYTES_MAX: usize = 64 << 10;

/// What every request needs.
pub(crate) struct Intake {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) authority: Arc<dyn Authenticate>,
    pub(crate) services: Arc<dyn ServiceRegistry>,
    pub(crate) config: ReceiverConfig,
    pub(crate) admission: Arc<Admission>,
    pub(crate) metrics: Arc<ReceiverMetrics>,
    /// Bounds how many bodies are decoded at one time, and so what decompression may take.
    decoders: Semaphore,
}

impl Intake {
    pub(crate) fn new(
        log: Arc<dyn EventLog>,
        authority: Arc<dyn Authenticate>,
        services: Arc<dyn ServiceRegistry>,
        config: ReceiverConfig,
    ) -> Self {
        let metrics = Arc::new(ReceiverMetrics::default());
        let admission = Admission::new(&config, Arc::clone(&metrics));
        let decoders = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            log,
            authority,
            services,
            admission: Arc::new(admission),
            metrics,
            decoders: Semaphore::new(decoders),
            config,
        }
    }

    /// Stores `incoming`; returns once it is durable.
    pub(crate) async fn take(
        self: &Arc<Self>,
        grant: Grant,
        mut permit: Permit,
        incoming: Incoming,
        deadline: Option<Instant>,
    ) -> Result<Taken, Failure> {
        let wire_bytes = incoming.body.len() as u64;
        self.metrics.body_bytes.add(wire_bytes);
        let project = grant.project;
        let prepared = self.prepare(grant, incoming).await?;
        self.admission
            .charge(project, wire_bytes, prepared.received);
        let kind = prepared.taken.kind;
        self.count_received(&prepared);
        let stored = prepared.received - prepared.taken.refused_count();
        if let Some(record) = prepared.record {
            if let Err(failure) = permit.grow_to(prepared.bytes_held) {
                self.count_failed(kind, stored, Refusal::Overloaded);
                return Err(failure);
            }
            let partition = self.partition(project.as_bytes());
            self.append(partition, record, deadline)
                .await
                .map_err(|(failure, refusal)| {
                    self.count_failed(kind, stored, refusal);
                    failure
                })?;
            if let Some(records) = self.metrics.records(kind) {
                records.appended.add(stored);
            }
        }
        Ok(prepared.taken)
    }

    async fn prepare(
        self: &Arc<Self>,
        grant: Grant,
        incoming: Incoming,
    ) -> Result<Prepared, Failure> {
        if incoming.body.len() <= INLINE_BYTES_MAX {
            return self.rules(&grant).prepare(incoming);
        }
        let Ok(_decoder) = self.decoders.acquire().await else {
            return Err(Failure::Internal);
        };
        let intake = Arc::clone(self);
        let work = tokio::task::spawn_blocking(move || intake.rules(&grant).prepare(incoming));
        work.await.unwrap_or_else(|error| {
            error!(%error, "decoding a request failed");
            Err(Failure::Internal)
        })
    }

    fn rules<'a>(&'a self, grant: &'a Grant) -> Rules<'a> {
        let body_bytes_max = usize::try_from(self.config.body_bytes_max).unwrap_or(usize::MAX);
        Rules {
            grant,
            services: &*self.services,
            body_bytes_max,
            scrub_secrets: self.config.scrub_secrets,
        }
    }

    async fn append(
        &self,
        partition: Partition,
        record: NewRecord,
        client_deadline: Option<Instant>,
    ) -> Result<(), (Failure, Refusal)> {
        let ours = Instant::now() + self.config.append_timeout;
        let deadline = client_deadline.map_or(ours, |theirs| theirs.min(ours));
        let append = self
            .log
            .append(partition, vec![record], deadline.into_std());
        let result = tokio::time::timeout_at(deadline, append).await;
        match result.unwrap_or(Err(AppendError::Unknown)) {
            Ok(_) => Ok(()),
            Err(AppendError::Unknown) if client_deadline == Some(deadline) => {
                Err((Failure::Deadline, Refusal::Unconfirmed))
            }
            Err(error) => Err(self.append_failure(&error)),
        }
    }

    fn append_failure(&self, error: &AppendError) -> (Failure, Refusal) {
        let unavailable = |reason, delay| {
            let retry_after = self.admission.spread(delay);
            Failure::Unavailable {
                reason,
                retry_after,
            }
        };
        match error {
            AppendError::Busy { retry_after } => (
                unavailable("log is busy", *retry_after),
                Refusal::Unavailable,
            ),
            AppendError::NoSpace => {
                warn!("log has no space left; telemetry is turned away");
                (
                    unavailable("no space left", Duration::from_secs(20)),
                    Refusal::Unavailable,
                )
            }
            AppendError::Unknown => (
                unavailable("log did not confirm in time", Duration::from_secs(5)),
                Refusal::Unconfirmed,
            ),
            AppendError::TooLarge { bytes_max, .. } => {
                (Failure::TooLarge(*bytes_max), Refusal::Unavailable)
            }
            AppendError::Stopped(reason) => {
                error!(reason, "log has stopped; telemetry is turned away");
                (
                    unavailable("log has stopped", Duration::from_secs(20)),
                    Refusal::Unavailable,
                )
            }
        }
    }

    /// A body is appended whole, so any partition will do; a project keeps to one.
    fn partition(&self, project: &[u8; 8]) -> Partition {
        let hash = u64::from_le_bytes(*project).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        Partition((hash % u64::from(self.log.partitions().max(1))) as u32)
    }

    fn count_received(&self, prepared: &Prepared) {
        let taken = &prepared.taken;
        if let Some(records) = self.metrics.records(taken.kind) {
            records.received.add(prepared.received);
        }
        let refused = match taken.kind {
            RequestKind::Metrics => &self.metrics.data_points_refused,
            RequestKind::Traces => &self.metrics.spans.refused,
            RequestKind::Logs => &self.metrics.log_records.refused,
        };
        self.metrics.scrubbed.add(prepared.is_scrubbed.into());
        for (reason, count) in &taken.refused {
            refused.of(Refusal::from(*reason)).add(*count);
        }
        for (warning, count) in taken.warnings.iter() {
            self.metrics
                .warnings
                .of(WarningKind::from(warning))
                .add(count.into());
        }
    }

    fn count_failed(&self, kind: RequestKind, stored: u64, refusal: Refusal) {
        if let Some(records) = self.metrics.records(kind) {
            records.refused.of(refusal).add(stored);
        }
    }

    /// Counts a request that was answered.
    pub(crate) fn count_request(&self, transport: Transport, result: &Result<Taken, Failure>) {
        use crate::error::Outcome;
        let outcome = match result {
            Ok(taken) if taken.refused_count() > 0 => Outcome::Partial,
            Ok(_) => Outcome::Ok,
            Err(failure) => failure.outcome(),
        };
        self.metrics.requests.of((transport, outcome)).inc();
    }
}
