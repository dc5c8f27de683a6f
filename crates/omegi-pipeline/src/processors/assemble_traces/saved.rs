//! How open windows are written with a checkpoint, and read again.

use std::collections::BTreeMap;

use omegi_model::time::UnixNanos;
use serde::{Deserialize, Serialize};

use super::AssembleTraces;
use crate::key::WindowKey;
use crate::store::StateError;
use crate::summaries::Summaries;
use crate::window::Window;

/// What is saved of it besides the windows.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedAssembly {
    spilled: BTreeMap<WindowKey, UnixNanos>,
    owing: BTreeMap<WindowKey, UnixNanos>,
    summaries: Summaries,
}

/// Windows saved in one piece.
const CHUNK_BYTES: usize = 1 << 20;

impl AssembleTraces {
    /// What a checkpoint needs besides the store: the head, and the windows in pieces.
    ///
    /// # Errors
    /// [`StateError`]: a window cannot be written.
    pub(crate) fn save(&self) -> Result<(SavedAssembly, Vec<Vec<u8>>), StateError> {
        let mut keys: Vec<&WindowKey> = self.windows.keys().collect();
        keys.sort_unstable();
        let mut chunks = Vec::new();
        let mut chunk = Vec::new();
        for key in keys {
            let Some(window) = self.windows.get(key) else {
                continue;
            };
            chunk = postcard::to_extend(&(key, window), chunk)
                .map_err(|_| StateError::Damaged("window"))?;
            if chunk.len() >= CHUNK_BYTES {
                chunks.push(std::mem::take(&mut chunk));
            }
        }
        chunks.push(chunk);
        let head = SavedAssembly {
            spilled: self.spilled.clone(),
            owing: self.owing.clone(),
            summaries: self.summaries.clone(),
        };
        Ok((head, chunks))
    }

    /// Takes back what was saved at log time `now`.
    ///
    /// # Errors
    /// [`StateError`]: it is damaged.
    pub(crate) fn restore(
        &mut self,
        head: SavedAssembly,
        chunks: &[Vec<u8>],
        now: UnixNanos,
    ) -> Result<(), StateError> {
        for chunk in chunks {
            let mut rest = chunk.as_slice();
            while !rest.is_empty() {
                let read = postcard::take_from_bytes::<(WindowKey, Window)>(rest);
                let ((key, mut window), left) = read.map_err(|_| StateError::Damaged("window"))?;
                rest = left;
                window.bytes = window.size();
                self.crowd.opened(&key, window.bytes);
                self.windows.insert(key, window);
                self.schedule(key, now);
            }
        }
        for (key, due) in head.spilled.iter().chain(&head.owing) {
            self.timers.set(*key, None, *due);
        }
        self.spilled = head.spilled;
        self.owing = head.owing;
        self.summaries = head.summaries;
        Ok(())
    }
}
