//! Whether the server can receive and process, and its own figures.

use std::sync::Arc;

use omegi_api::Vitals;
use omegi_metrics::Registry;
use omegi_pipeline::Progress;
use omegi_projection::runner::Liveness;
use parking_lot::Mutex;
use tokio::sync::watch;

/// Whether a task still runs, and why it ended if not.
#[derive(Clone)]
pub struct Pulse {
    name: &'static str,
    ended: Arc<Mutex<Option<String>>>,
}

impl Pulse {
    /// Of a task that runs.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            ended: Arc::default(),
        }
    }

    /// The task ended.
    pub fn end<E: std::error::Error>(&self, result: Result<(), E>) {
        let reason = match result {
            Ok(()) => "stopped".to_owned(),
            Err(error) => {
                tracing::error!(task = self.name, %error, "a task ended");
                error.to_string()
            }
        };
        *self.ended.lock() = Some(reason);
    }

    fn trouble(&self) -> Option<String> {
        self.ended
            .lock()
            .as_ref()
            .map(|reason| format!("{}: {reason}", self.name))
    }
}

/// What readiness looks at.
pub struct Watched {
    /// How far the pipelines are, and what troubles them.
    pub pipelines: watch::Receiver<Progress>,
    /// Whether each projection runs.
    pub projections: Vec<Liveness>,
    /// Followers of the event store.
    pub followers: Vec<Pulse>,
}

/// The vitals of this process.
pub struct ProcessVitals {
    registry: Registry,
    watched: Watched,
}

impl ProcessVitals {
    /// Vitals over these counters and tasks.
    #[must_use]
    pub fn new(registry: Registry, watched: Watched) -> Self {
        Self { registry, watched }
    }
}

impl Vitals for ProcessVitals {
    fn not_ready(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if let Some(trouble) = &self.watched.pipelines.borrow().trouble {
            reasons.push(format!("pipelines: {trouble}"));
        }
        for projection in &self.watched.projections {
            if !projection.is_alive() {
                reasons.push(format!("projection {} has stopped", projection.name()));
            }
        }
        reasons.extend(self.watched.followers.iter().filter_map(Pulse::trouble));
        reasons
    }

    fn metrics(&self) -> String {
        let mut page = String::new();
        self.registry.render(&mut page);
        page
    }
}
