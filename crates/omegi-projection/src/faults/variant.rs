//! A variant: all error events with the same grouping parts, counted together.
//!
//! An issue is a set of variants; which ones is a function of their parts, the grouping rules
//! and what people merged and split. So a regrouping moves variants, never events.
//!
//! Invariant: the row depends on the set of its error events alone, not on their order.

use std::collections::BTreeMap;

use omegi_model::error_event::ErrorEvent;
use omegi_model::error_event::GroupingParts;
use omegi_model::grouping;
use omegi_model::id::{ErrorId, Fingerprint, ProjectId};
use omegi_model::time::UnixNanos;
use serde::{Deserialize, Serialize};

use super::row::Facets;

/// Distinct services, environments or releases a variant counts by name; more are counted
/// together under [`OTHERS`].
const NAMES_MAX: usize = 200;
const OTHERS: &str = "…";

/// Error events with the same grouping parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantRow {
    /// Hash of the parts.
    pub id: Fingerprint,
    /// Whose.
    pub project: ProjectId,
    /// What they have in common; history is regrouped from this alone.
    pub parts: GroupingParts,
    /// Error events.
    pub count: u64,
    /// Time of the earliest.
    pub first_seen: UnixNanos,
    /// Time of the latest.
    pub last_seen: UnixNanos,
    /// When the first one arrived.
    pub first_received: UnixNanos,
    /// Services it began in or passed through.
    pub services: BTreeMap<String, u64>,
    /// Environments it occurred in.
    pub environments: BTreeMap<String, u64>,
    /// Releases it occurred in.
    pub releases: BTreeMap<String, ReleaseUse>,
    /// What it is called after: its latest kept error event.
    pub face: Face,
}

/// How a release took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseUse {
    /// Error events.
    pub count: u64,
    /// Earliest of them.
    pub first_seen: UnixNanos,
    /// When the first one arrived.
    pub first_received: UnixNanos,
    /// Latest of them.
    pub last_seen: UnixNanos,
}

/// What people recognise an issue by, taken from one of its error events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// The event.
    pub error_id: ErrorId,
    /// Its time.
    pub time: UnixNanos,
    /// Exception type, or the error's name where nothing was thrown.
    #[serde(rename = "type")]
    pub kind: String,
    /// Message as it came.
    pub message: String,
    /// Type and what does not vary of the message.
    pub title: String,
    /// Where in the code, or which operation.
    pub culprit: String,
    /// Where it began.
    pub origin_service: String,
    /// Escaped the trace's entry.
    pub escaped: bool,
}

impl Face {
    /// What `event` lends.
    #[must_use]
    pub fn of(event: &ErrorEvent) -> Self {
        let (kind, message) = name(event);
        Self {
            error_id: event.id,
            time: event.time,
            kind,
            message,
            title: grouping::title(&event.grouping),
            culprit: culprit(event),
            origin_service: event.origin.service.clone(),
            escaped: event.escaped,
        }
    }
}

/// Type and message of an error event's origin; the operation and status where nothing was thrown.
#[must_use]
pub fn name(event: &ErrorEvent) -> (String, String) {
    let Some(exception) = event.exceptions.first() else {
        let kind = match event.grouping.error_type.as_str() {
            "" => event
                .origin
                .operation
                .clone()
                .unwrap_or_else(|| "error".into()),
            kind => kind.into(),
        };
        return (kind, event.grouping.status_template.clone());
    };
    (exception.kind.clone(), exception.message.clone())
}

fn culprit(event: &ErrorEvent) -> String {
    let frames = event
        .exceptions
        .iter()
        .flat_map(|exception| &exception.frames);
    match frames.into_iter().find(|frame| frame.in_app) {
        Some(frame) if frame.module.is_empty() => frame.function.clone(),
        Some(frame) => format!("{}.{}", frame.module, frame.function),
        None => event.origin.operation.clone().unwrap_or_default(),
    }
}

impl VariantRow {
    /// The variant that its first event opens, with nothing counted yet.
    #[must_use]
    pub fn open(id: Fingerprint, event: &ErrorEvent) -> Self {
        Self {
            id,
            project: event.project,
            parts: event.grouping.clone(),
            count: 0,
            first_seen: event.time,
            last_seen: event.time,
            first_received: event.received_at,
            services: BTreeMap::new(),
            environments: BTreeMap::new(),
            releases: BTreeMap::new(),
            face: Face::of(event),
        }
    }

    /// Counts one more error event.
    pub(crate) fn add(&mut self, time: UnixNanos, received_at: UnixNanos, facets: &Facets) {
        self.count += 1;
        self.first_seen = self.first_seen.min(time);
        self.last_seen = self.last_seen.max(time);
        self.first_received = self.first_received.min(received_at);
        for service in &facets.services {
            *slot(&mut self.services, service) += 1;
        }
        if let Some(environment) = &facets.environment {
            *slot(&mut self.environments, environment) += 1;
        }
        if let Some(release) = &facets.release {
            let unseen = ReleaseUse {
                count: 0,
                first_seen: time,
                last_seen: time,
                first_received: received_at,
            };
            let full = self.releases.len() >= NAMES_MAX && !self.releases.contains_key(release);
            let name = if full { OTHERS } else { release.as_str() };
            let used = self.releases.entry(name.to_owned()).or_insert(unseen);
            used.count += 1;
            used.first_seen = used.first_seen.min(time);
            used.last_seen = used.last_seen.max(time);
            used.first_received = used.first_received.min(received_at);
        }
    }

    /// Takes one error event out of the counts. First and last seen are the caller's to mend,
    /// who has the index of occurrences.
    pub(crate) fn remove(&mut self, facets: &Facets) {
        self.count = self.count.saturating_sub(1);
        for service in &facets.services {
            release(&mut self.services, service);
        }
        if let Some(environment) = &facets.environment {
            release(&mut self.environments, environment);
        }
        if let Some(name) = &facets.release
            && let Some(used) = self.releases.get_mut(name)
        {
            used.count = used.count.saturating_sub(1);
            if used.count == 0 {
                self.releases.remove(name);
            }
        }
    }

    /// Lets `event` name the variant if it is the latest so far.
    pub(crate) fn consider_face(&mut self, event: &ErrorEvent) {
        let same = self.face.error_id == event.id;
        if same || (event.time, event.id) > (self.face.time, self.face.error_id) {
            self.face = Face::of(event);
        }
    }

    /// One row for this variant and `others`, as an issue shows them.
    #[must_use]
    pub fn merged_with<'a>(mut self, others: impl IntoIterator<Item = &'a VariantRow>) -> Self {
        for other in others {
            self.count += other.count;
            self.first_seen = self.first_seen.min(other.first_seen);
            self.last_seen = self.last_seen.max(other.last_seen);
            self.first_received = self.first_received.min(other.first_received);
            for (name, count) in &other.services {
                *slot(&mut self.services, name) += count;
            }
            for (name, count) in &other.environments {
                *slot(&mut self.environments, name) += count;
            }
            for (name, theirs) in &other.releases {
                let ours = self
                    .releases
                    .entry(name.clone())
                    .or_insert_with(|| ReleaseUse {
                        count: 0,
                        ..theirs.clone()
                    });
                ours.count += theirs.count;
                ours.first_seen = ours.first_seen.min(theirs.first_seen);
                ours.last_seen = ours.last_seen.max(theirs.last_seen);
                ours.first_received = ours.first_received.min(theirs.first_received);
            }
            if (other.face.time, other.face.error_id) > (self.face.time, self.face.error_id) {
                self.face = other.face.clone();
            }
        }
        self
    }

    /// The release it was first seen in.
    #[must_use]
    pub fn first_release(&self) -> Option<&str> {
        let by_first = |(name, used): &(&String, &ReleaseUse)| (used.first_seen, (*name).clone());
        self.releases
            .iter()
            .min_by_key(by_first)
            .map(|(name, _)| name.as_str())
    }

    /// The release it was last seen in.
    #[must_use]
    pub fn last_release(&self) -> Option<&str> {
        let by_last = |(name, used): &(&String, &ReleaseUse)| (used.last_seen, (*name).clone());
        self.releases
            .iter()
            .max_by_key(by_last)
            .map(|(name, _)| name.as_str())
    }
}

fn slot<'a>(counts: &'a mut BTreeMap<String, u64>, name: &str) -> &'a mut u64 {
    let full = counts.len() >= NAMES_MAX && !counts.contains_key(name);
    counts
        .entry(if full { OTHERS } else { name }.to_owned())
        .or_default()
}

fn release(counts: &mut BTreeMap<String, u64>, name: &str) {
    let name = if counts.contains_key(name) {
        name
    } else {
        OTHERS
    };
    if let Some(count) = counts.get_mut(name) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(name);
        }
    }
}
