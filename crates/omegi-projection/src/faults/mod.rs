//! Error events, issues and the service flow: what the derived log says, ready to be shown.
//!
//! [`FaultsProjection`] writes, [`Faults`] reads. Reading never waits for writing.

mod apply;
mod events;
pub mod flow;
mod follow;
pub mod issues;
mod keys;
mod row;
mod store;
#[cfg(test)]
mod tests;
mod variant;

use std::path::Path;
use std::sync::Arc;

use omegi_eventstore::Position;
use omegi_log::Offset;
use redb::Database;
use tokio::sync::watch;

pub use apply::{FaultsProjection, issue_of, variant_of};
pub use events::{ErrorFilter, ErrorPage, Found, StoredError};
pub use follow::FollowError;
pub use issues::Issue;
pub use store::StoreError;
pub use variant::{Face, ReleaseUse, VariantRow, name};

use crate::workspace::WorkspaceView;
use issues::Book;

/// Memory redb may use for its pages.
const CACHE_BYTES: usize = 32 << 20;

/// What the writer and the readers of `faults.redb` share.
pub(crate) struct FaultsShared {
    db: Database,
    book: Book,
    published: watch::Sender<Offset>,
    /// Up to where issues know what people said.
    heard: watch::Sender<Position>,
}

impl FaultsShared {
    fn published(&self, next: Offset) {
        self.published.send_replace(next);
    }
}

/// Reads error events, issues and the service flow; cheap to clone.
#[derive(Clone)]
pub struct Faults {
    shared: Arc<FaultsShared>,
}

/// Opens the read model in `dir` and gives its two sides.
///
/// # Errors
/// [`StoreError`]: the file is damaged or in use.
pub fn open(
    dir: &Path,
    workspace: WorkspaceView,
) -> Result<(FaultsProjection, Faults), StoreError> {
    let db = store::open(&dir.join("faults.redb"), CACHE_BYTES)?;
    let position = store::position(&db)?;
    // Position first: what is said meanwhile is heard twice, which changes nothing.
    let heard = watch::Sender::new(workspace.position());
    let book = Book::load(&db, workspace)?;
    let shared = Arc::new(FaultsShared {
        db,
        book,
        published: watch::Sender::new(position),
        heard,
    });
    Ok((
        FaultsProjection::new(Arc::clone(&shared), position),
        Faults { shared },
    ))
}

impl Faults {
    /// Waits until everything before `offset` of the derived log can be read here.
    pub async fn caught_up(&self, offset: Offset) {
        // The sender lives in `shared`, so it cannot be gone.
        let _ = self
            .shared
            .published
            .subscribe()
            .wait_for(|next| *next >= offset)
            .await;
    }

    /// Position of the derived log that can be read here; changes are told by the receiver.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Offset> {
        self.shared.published.subscribe()
    }
}
