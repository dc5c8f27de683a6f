//! How much may be in flight: bytes of bodies, per project and in all, and rates per project.
//!
//! Judged before a body is read. A permit gives its bytes back when dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use omegi_model::id::ProjectId;
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio::time::Instant;

use crate::auth::Grant;
use crate::config::RawReceiver;
use crate::error::Failure;
use crate::metrics::ReceiverMetrics;
use crate::rate::Rates;

/// Projects whose buckets are remembered; beyond it, idle ones are forgotten.
const PROJECTS_MAX: usize = 10_000;

/// Admits bodies while there is room.
#[derive(Debug)]
pub(crate) struct Admission {
    in_flight_bytes_max: u64,
    project_in_flight_bytes_max: u64,
    state: Mutex<State>,
    jitter: AtomicU64,
    metrics: Arc<ReceiverMetrics>,
}

#[derive(Debug, Default)]
struct State {
    in_flight_bytes: u64,
    projects: HashMap<ProjectId, Project>,
}

#[derive(Debug)]
struct Project {
    in_flight_bytes: u64,
    rates: Rates,
    used: Instant,
}

/// Room for one body.
#[derive(Debug)]
pub(crate) struct Permit {
    admission: Arc<Admission>,
    project: ProjectId,
    bytes: u64,
}

impl Admission {
    pub(crate) fn new(config: &RawReceiver, metrics: Arc<ReceiverMetrics>) -> Self {
        Self {
            in_flight_bytes_max: config.in_flight_bytes_max,
            project_in_flight_bytes_max: config.project_in_flight_bytes_max,
            metrics,
            state: Mutex::default(),
            jitter: AtomicU64::new(0),
        }
    }

    /// Room for a body of at least `bytes`, if the project's rates allow for another one.
    pub(crate) fn admit(self: &Arc<Self>, grant: &Grant, bytes: u64) -> Result<Permit, Failure> {
        let now = Instant::now();
        let mut state = self.state.lock();
        let project = state.project(grant.project, now);
        if let Some(wait) = project.rates.wait(grant.limits, now) {
            return Err(Failure::Throttled {
                retry_after: self.spread(wait),
            });
        }
        drop(state);
        let mut permit = Permit {
            admission: Arc::clone(self),
            project: grant.project,
            bytes: 0,
        };
        permit.grow(bytes)?;
        Ok(permit)
    }

    /// Charges a request against the rates of its project.
    pub(crate) fn charge(&self, project: ProjectId, bytes: u64, records: u64) {
        let mut state = self.state.lock();
        let project = state.project(project, Instant::now());
        project.rates.take_bytes(bytes);
        project.rates.take_records(records);
    }

    /// `delay` in whole seconds from 1 to 60, spread so that clients do not come back all at once.
    pub(crate) fn spread(&self, delay: Duration) -> Duration {
        let turn = self.jitter.fetch_add(1, Ordering::Relaxed);
        // Fibonacci hashing: neighbours in time get far apart parts of the range.
        let part = turn.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let delay = delay.as_secs_f64().clamp(1.0, 40.0);
        let spread = delay * (part as f64 / f64::from(u32::MAX)) / 2.0;
        Duration::from_secs((delay + spread).ceil().clamp(1.0, 60.0) as u64)
    }

    fn reserve(&self, project: ProjectId, bytes: u64) -> Result<(), Failure> {
        let mut state = self.state.lock();
        let in_flight = state.in_flight_bytes + bytes;
        let entry = state.project(project, Instant::now());
        let of_project = entry.in_flight_bytes + bytes;
        if of_project > self.project_in_flight_bytes_max || in_flight > self.in_flight_bytes_max {
            drop(state);
            return Err(Failure::Overloaded {
                retry_after: self.spread(OVERLOAD_DELAY),
            });
        }
        entry.in_flight_bytes = of_project;
        state.in_flight_bytes = in_flight;
        self.metrics.in_flight_bytes.set(in_flight.cast_signed());
        Ok(())
    }

    fn release(&self, project: ProjectId, bytes: u64) {
        let mut state = self.state.lock();
        state.in_flight_bytes -= bytes;
        self.metrics
            .in_flight_bytes
            .set(state.in_flight_bytes.cast_signed());
        if let Some(entry) = state.projects.get_mut(&project) {
            entry.in_flight_bytes -= bytes;
        }
    }
}

impl State {
    fn project(&mut self, project: ProjectId, now: Instant) -> &mut Project {
        if self.projects.len() >= PROJECTS_MAX && !self.projects.contains_key(&project) {
            let idle = |used: Instant| now - used > Duration::from_secs(60);
            self.projects
                .retain(|_, entry| entry.in_flight_bytes > 0 || !idle(entry.used));
        }
        let entry = self.projects.entry(project).or_insert_with(|| Project {
            in_flight_bytes: 0,
            rates: Rates::new(now),
            used: now,
        });
        entry.used = now;
        entry
    }
}

impl Permit {
    /// Room for `more` bytes of the same body.
    pub(crate) fn grow(&mut self, more: u64) -> Result<(), Failure> {
        self.admission.reserve(self.project, more)?;
        self.bytes += more;
        Ok(())
    }

    /// Room for `bytes` in all.
    pub(crate) fn grow_to(&mut self, bytes: u64) -> Result<(), Failure> {
        self.grow(bytes.saturating_sub(self.bytes))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.admission.release(self.project, self.bytes);
    }
}

/// How long a full receiver asks clients to wait: about what it takes to drain.
const OVERLOAD_DELAY: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::RateLimits;

    fn grant(project: u8) -> Grant {
        Grant {
            project: ProjectId::new([project; 8]).unwrap(),
            bound_service: None,
            auto_register_services: true,
            limits: RateLimits::default(),
        }
    }

    fn admission(in_flight_bytes_max: u64, project_in_flight_bytes_max: u64) -> Arc<Admission> {
        let config = RawReceiver {
            in_flight_bytes_max,
            project_in_flight_bytes_max,
            ..Default::default()
        };
        Arc::new(Admission::new(&config, Arc::default()))
    }

    #[tokio::test]
    async fn bytes_in_flight_are_bounded_per_project_and_in_all_and_given_back() {
        let admission = admission(100, 60);
        let first = admission.admit(&grant(1), 60).unwrap();
        assert!(
            admission.admit(&grant(1), 1).is_err(),
            "the project is full"
        );
        let mut second = admission.admit(&grant(2), 30).unwrap();
        assert!(second.grow(20).is_err(), "all together is full");
        drop(first);
        second.grow(20).unwrap();
        assert_eq!(admission.metrics.in_flight_bytes.get(), 50);
        drop(second);
        assert_eq!(admission.metrics.in_flight_bytes.get(), 0);
    }

    #[test]
    fn retry_delays_are_whole_seconds_from_1_to_60_and_differ() {
        let admission = admission(1, 1);
        for wanted in [0, 1, 20, 100_000] {
            let delay = admission.spread(Duration::from_secs(wanted)).as_secs();
            assert!((1..=60).contains(&delay), "{wanted} became {delay}");
        }
        let delays: Vec<_> = (0..8)
            .map(|_| admission.spread(Duration::from_secs(20)))
            .collect();
        assert!(delays.iter().any(|delay| *delay != delays[0]));
    }
}
