//! One stored error event.

use omegi_model::error_event::ErrorEvent;
use omegi_model::id::{Fingerprint, ProjectId};
use omegi_model::time::UnixNanos;
use serde::{Deserialize, Serialize};

/// What is kept of an error event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub(crate) enum ErrorRow {
    /// In full.
    Kept {
        /// Of which variant.
        variant: Fingerprint,
        /// Newest revision.
        event: Box<ErrorEvent>,
    },
    /// Counted only: its issue had told enough within that minute.
    Counted {
        /// Of which variant.
        variant: Fingerprint,
        /// Whose.
        project: ProjectId,
        /// Newest revision.
        revision: u32,
        /// When it happened.
        time: UnixNanos,
        /// When it was received.
        received_at: UnixNanos,
        /// What its variant counts by.
        facets: Facets,
    },
}

/// The parts of an error event by which its variant is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facets {
    /// Origin first.
    pub(crate) services: Vec<String>,
    pub(crate) environment: Option<String>,
    pub(crate) release: Option<String>,
}

impl Facets {
    pub(crate) fn of(event: &ErrorEvent) -> Self {
        use omegi_model::error_event::Role;
        let mut services = vec![event.origin.service.clone()];
        let involved = event
            .services
            .iter()
            .filter(|service| service.role != Role::Bystander);
        services.extend(involved.map(|service| service.name.clone()));
        let mut seen = std::collections::BTreeSet::new();
        services.retain(|service| seen.insert(service.clone()));
        Self {
            services,
            environment: event.environment.clone(),
            release: event.release.clone(),
        }
    }
}

impl ErrorRow {
    pub(crate) fn variant(&self) -> Fingerprint {
        match self {
            Self::Kept { variant, .. } | Self::Counted { variant, .. } => *variant,
        }
    }

    pub(crate) fn revision(&self) -> u32 {
        match self {
            Self::Kept { event, .. } => event.revision,
            Self::Counted { revision, .. } => *revision,
        }
    }

    pub(crate) fn project(&self) -> ProjectId {
        match self {
            Self::Kept { event, .. } => event.project,
            Self::Counted { project, .. } => *project,
        }
    }

    pub(crate) fn time(&self) -> UnixNanos {
        match self {
            Self::Kept { event, .. } => event.time,
            Self::Counted { time, .. } => *time,
        }
    }

    pub(crate) fn received_at(&self) -> UnixNanos {
        match self {
            Self::Kept { event, .. } => event.received_at,
            Self::Counted { received_at, .. } => *received_at,
        }
    }

    pub(crate) fn facets(&self) -> Facets {
        match self {
            Self::Kept { event, .. } => Facets::of(event),
            Self::Counted { facets, .. } => facets.clone(),
        }
    }
}
