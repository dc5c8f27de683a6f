//! How a reader tells the writer that time matters to it.

use std::sync::Arc;

use super::shared::Shared;

/// Held by a reader with windows. While any reader's are open and nothing arrives, the writer
/// appends tick records; while none are, an idle log leaves the disk alone.
pub struct Ticks {
    shared: Arc<Shared>,
    open: bool,
}

impl Ticks {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            open: false,
        }
    }

    /// Says whether windows are open. Cheap where nothing changes.
    pub fn set_open(&mut self, open: bool) {
        if self.open != open {
            self.open = open;
            self.shared.inbox.set_ticking(open);
        }
    }
}

impl Drop for Ticks {
    fn drop(&mut self) {
        self.set_open(false);
    }
}
