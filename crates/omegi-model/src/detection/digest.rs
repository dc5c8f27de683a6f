//! Digests of what a revision says, by aspect: equal digests, nothing to tell.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::error_event::{ErrorEvent, Role, VerdictState};
use crate::event::Aspect;

/// One digest per aspect, in this order.
const ASPECTS: [Aspect; 7] = [
    Aspect::Origin,
    Aspect::Path,
    Aspect::Completeness,
    Aspect::Exception,
    Aspect::ServiceFlow,
    Aspect::Escape,
    Aspect::Group,
];

/// What a revision said, by aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digests([u64; ASPECTS.len()]);

impl Digests {
    /// Of all that belongs to the last revision: its number, time of receipt and former ids do not.
    ///
    /// While the trace is open, counts and bystanders change with every healthy span; they are
    /// told when it closes.
    pub(super) fn of(event: &ErrorEvent) -> Self {
        let open = event.verdict.state == VerdictState::Waiting;
        let verdict = match open {
            true => digest(&event.verdict.state),
            false => digest(&event.verdict),
        };
        let services: Vec<_> = event
            .services
            .iter()
            .filter(|s| !open || s.role != Role::Bystander)
            .collect();
        Self([
            digest(&(
                &event.origin,
                &event.evidence,
                event.score,
                event.ambiguous,
                event.time,
            )),
            digest(&(&event.path, event.path_omitted)),
            verdict,
            digest(&(
                &event.exceptions,
                &event.attributes,
                &event.environment,
                &event.release,
            )),
            digest(&(services, &event.siblings)),
            digest(&(event.escaped, event.recovered)),
            digest(&(&event.grouping, &event.rules)),
        ])
    }

    /// What differs from `before`.
    pub(super) fn changed_since(&self, before: &Self) -> Vec<Aspect> {
        let pairs = self.0.iter().zip(&before.0).zip(ASPECTS);
        pairs
            .filter(|((now, then), _)| now != then)
            .map(|(_, aspect)| aspect)
            .collect()
    }
}

fn digest(value: &impl Serialize) -> u64 {
    let mut hasher = Hashing(Xxh3::new());
    match serde_json::to_writer(&mut hasher, value) {
        Ok(()) => hasher.0.digest(),
        // Unreachable for our types; a constant only costs a revision.
        Err(_) => 0,
    }
}

struct Hashing(Xxh3);

impl std::io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
