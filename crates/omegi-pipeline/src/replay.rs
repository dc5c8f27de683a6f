//! The pipelines without a log: for golden tests, and to see what a log would give.

use std::sync::Arc;

use omegi_log::Record;
use omegi_model::event::Event;

use crate::engine::Engine;
use crate::metrics::Counts;
use crate::processors::Output;
use crate::share::Share;
use crate::spec::PipelineSet;
use crate::store::{StateError, StateStore};

/// What `records`, in order, make the pipelines tell. The same code as in a server, its state in
/// memory. Time ends with the last record: what is due later is not told.
///
/// # Errors
/// [`StateError`]: the state in memory failed, which only a damaged record can cause.
pub fn replay(
    set: &PipelineSet,
    records: impl IntoIterator<Item = Record>,
) -> Result<Vec<Event>, StateError> {
    let store = StateStore::in_memory()?;
    let counts = Arc::new(Counts::default());
    let mut engine = Engine::new(*set, store, Share::ALL, counts);
    let mut out = Output::default();
    for record in records {
        engine.step(&record, &mut out)?;
    }
    Ok(out.into_events())
}
