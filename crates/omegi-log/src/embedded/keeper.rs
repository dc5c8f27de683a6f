//! The thread that applies retention, now and then, apart from the writer: removing files takes time.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;
use tracing::warn;

use super::retention::{Credit, expire};
use super::shared::Shared;
use crate::clock::nanos;

const INTERVAL: Duration = Duration::from_secs(20);

/// Tells the keeper to end.
#[derive(Default)]
pub(crate) struct KeeperStop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl KeeperStop {
    pub(crate) fn stop(&self) {
        *self.stopped.lock() = true;
        self.changed.notify_all();
    }

    /// Waits for the next round; false when there is none.
    fn wait(&self) -> bool {
        let mut stopped = self.stopped.lock();
        if !*stopped {
            self.changed.wait_for(&mut stopped, INTERVAL);
        }
        !*stopped
    }
}

/// Works until it is told to end.
pub(crate) fn run(shared: &Arc<Shared>, credit: &Mutex<Credit>, stop: &KeeperStop) {
    while stop.wait() {
        close_old_segment(shared);
        if let Err(error) = expire(shared, &mut credit.lock()) {
            warn!(topic = shared.config.topic, %error, "retention failed, will be tried again");
        }
    }
}

/// Nothing may have arrived for longer than records are kept: then no commit closes the segment.
fn close_old_segment(shared: &Shared) {
    let segments = shared.segments.read();
    let Some((_, last)) = segments.last_key_value() else {
        return;
    };
    let (last_time, base, next) = last.with_extent(|e| (e.last_time, last.base(), e.next));
    let age = shared.config.clock.wall().saturating_sub(last_time.0);
    if next > base && age > nanos(shared.config.retention_age) {
        // Nobody waits for it: the next round finds it closed.
        shared.inbox.roll(oneshot::channel().0);
    }
}
