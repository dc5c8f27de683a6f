//! One columnar read model: rows in memory, files behind, and how the first become the second.
//!
//! One thread applies and commits; any number of readers and one maintainer go beside it.
//! Always holds: a row is seen in memory or in a file, never in both and never in neither. The
//! manifest names the log position of exactly the rows in its files.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use omegi_model::id::ProjectId;
use parking_lot::{Mutex, RwLock};

use super::column::Rows;
use super::files::{FileError, Files};
use super::flush;
use super::reader::{OpenFiles, ReadError};
use super::table::{self, Layout, Table, TableRows};
use super::tail::{Block, Tail};
use crate::manifest::{DataFile, Manifest, ManifestError};

/// The rows in memory of one project, over all tables of a read model.
pub(crate) trait ProjectRows: Default + Send + Sync + 'static {
    /// Each table's rows.
    fn tables(&self) -> Vec<&dyn TableRows>;

    /// Rows in files, as (file, row), that these rows take the place of.
    fn buried(&self) -> Vec<(u64, u32)> {
        Vec::new()
    }
}

/// Rows of all projects; a project's tables in one place, so that all of it can be forgotten.
pub(crate) type Fresh<R> = BTreeMap<ProjectId, Tail<R>>;

/// A columnar read model.
pub(crate) struct Store<R> {
    pub(crate) files: Files,
    pub(crate) open: OpenFiles,
    state: RwLock<State<R>>,
    /// Held while the manifest is changed: flush, compaction and retention take turns.
    changing: Mutex<()>,
    /// Files that no manifest names any more and that readers may still hold.
    retired: Mutex<Vec<Arc<DataFile>>>,
}

struct State<R> {
    manifest: Arc<Manifest>,
    /// Grows with each record.
    fresh: Fresh<R>,
    /// On their way into files; readers find them only here. Nothing is applied meanwhile: one
    /// thread applies and commits.
    flushing: Option<Arc<Fresh<R>>>,
}

/// Why a read model could not be changed durably.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// A data file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Rows could not be encoded.
    #[error("cannot write rows")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Rows could not be read for writing them anew.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl<R> State<R> {
    /// All rows in memory, by project.
    fn tails(&self) -> impl Iterator<Item = (&ProjectId, &Tail<R>)> {
        self.flushing
            .iter()
            .flat_map(|fresh| fresh.iter())
            .chain(&self.fresh)
    }
}

/// A file of a [`Snapshot`]; held there, it is not removed.
#[derive(Debug, Clone)]
pub(crate) struct SnapshotFile {
    pub(crate) file: Arc<DataFile>,
    /// Rows not to be read, ascending.
    pub(crate) dead: Vec<u32>,
}

/// All rows of one table and some projects, at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    pub(crate) files: Vec<SnapshotFile>,
    /// Rows in memory.
    pub(crate) blocks: Vec<(ProjectId, Arc<Block>)>,
}

impl<R: ProjectRows> Store<R> {
    /// Opens what lies in `files`, removing files that no manifest names.
    pub(crate) fn open(files: Files) -> Result<Self, StoreError> {
        let manifest = Manifest::load(&files)?;
        let strays = manifest.remove_strays(&files)?;
        if strays > 0 {
            tracing::info!(strays, "removed files of an interrupted change");
        }
        Ok(Self {
            files,
            open: OpenFiles::default(),
            state: RwLock::new(State {
                manifest: Arc::new(manifest),
                fresh: BTreeMap::new(),
                flushing: None,
            }),
            changing: Mutex::new(()),
            retired: Mutex::default(),
        })
    }

    /// Log position that the files reach.
    pub(crate) fn position(&self) -> u64 {
        self.state.read().manifest.position
    }

    /// The files as they are now.
    pub(crate) fn manifest(&self) -> Arc<Manifest> {
        Arc::clone(&self.state.read().manifest)
    }

    /// Adds rows; `add` sees the rows in memory of all projects.
    pub(crate) fn apply<T>(&self, add: impl FnOnce(&mut Fresh<R>) -> T) -> T {
        add(&mut self.state.write().fresh)
    }

    /// Rows in memory and their bytes, roughly.
    pub(crate) fn fresh_size(&self) -> (usize, usize) {
        let state = self.state.read();
        let tables = state.tails().flat_map(|(_, tail)| tail.rows().tables());
        tables.fold((0, 0), |(rows, size), table| {
            (rows + table.len(), size + table::bytes(table))
        })
    }

    /// Everything of `table` that belongs to `projects`.
    pub(crate) fn snapshot(&self, table: Table, projects: &[ProjectId]) -> Snapshot {
        let state = self.state.read();
        let mut buried: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        let mut blocks = Vec::new();
        for (project, tail) in state
            .tails()
            .filter(|(project, _)| projects.contains(project))
        {
            blocks.extend(
                tail.blocks(table)
                    .into_iter()
                    .map(|block| (*project, block)),
            );
            for (file, row) in tail.rows().buried() {
                buried.entry(file).or_default().push(row);
            }
        }
        let files = state.manifest.files.iter();
        let files = files.filter(|file| file.table == table && projects.contains(&file.project));
        let files = files.map(|file| {
            let mut dead = file.dead.clone();
            dead.extend(buried.remove(&file.id).unwrap_or_default());
            dead.sort_unstable();
            dead.dedup();
            SnapshotFile {
                file: Arc::clone(file),
                dead,
            }
        });
        Snapshot {
            files: files.collect(),
            blocks,
        }
    }

    /// Files of `table`, and the trace's rows in memory.
    pub(crate) fn of_trace(
        &self,
        table: Table,
        project: ProjectId,
        trace_id: &[u8; 16],
    ) -> (Vec<Arc<DataFile>>, Vec<RecordBatch>) {
        let state = self.state.read();
        let files = state.manifest.files.iter();
        let files = files
            .filter(|file| file.table == table && file.project == project)
            .cloned();
        let tails = state.tails().filter(|(owner, _)| **owner == project);
        let tables = tails.flat_map(|(_, tail)| tail.rows().tables());
        let batches = tables
            .filter(|rows| rows.table() == table)
            .filter_map(|rows| {
                let ids = (0_u32..).zip(rows.indexed_ids().unwrap_or_default());
                let of_trace = ids.filter(|(_, id)| *id == trace_id).map(|(row, _)| row);
                let picked: Vec<u32> = of_trace.collect();
                (!picked.is_empty()).then(|| Layout::all(rows).batch(&Rows::Picked(&picked)))
            });
        (files.collect(), batches.collect())
    }

    /// Writes all rows in memory into files and moves the position there, in one durable step.
    pub(crate) fn commit(&self, position: u64) -> Result<(), StoreError> {
        let _turn = self.changing.lock();
        let (manifest, flushing) = {
            let mut state = self.state.write();
            let flushing = Arc::new(std::mem::take(&mut state.fresh));
            state.flushing = Some(Arc::clone(&flushing));
            (Manifest::clone(&state.manifest), flushing)
        };
        let written = self.write(manifest, position, &flushing);
        drop(flushing);
        let mut state = self.state.write();
        let flushing = state.flushing.take();
        let result = match written {
            Ok(manifest) => {
                state.manifest = Arc::new(manifest);
                Ok(())
            }
            Err(error) => {
                // Nobody else holds them: readers take batches, and only within this lock.
                state.fresh = flushing.and_then(Arc::into_inner).unwrap_or_default();
                Err(error)
            }
        };
        drop(state);
        self.remove_retired();
        result
    }

    /// Writes the rows of `flushing` into files and the manifest that names them.
    fn write(
        &self,
        mut manifest: Manifest,
        position: u64,
        flushing: &Fresh<R>,
    ) -> Result<Manifest, StoreError> {
        manifest.position = position;
        for (project, tail) in flushing {
            for rows in tail.rows().tables() {
                if rows.len() > rows.dead().len() {
                    let file = flush::write(&self.files, rows, *project, manifest.next_file)?;
                    manifest.next_file += 1;
                    manifest.files.push(Arc::new(file));
                }
            }
        }
        flush::bury(&mut manifest, flushing.values());
        manifest.store(&self.files)?;
        Ok(manifest)
    }

    /// Changes the list of files, durably, unless `change` finds nothing to do.
    ///
    /// Files no longer listed are removed as soon as no reader holds them.
    pub(crate) fn change_files(
        &self,
        change: impl FnOnce(&mut Manifest) -> bool,
    ) -> Result<bool, StoreError> {
        let _turn = self.changing.lock();
        let before = self.manifest();
        let mut manifest = Manifest::clone(&before);
        if !change(&mut manifest) {
            return Ok(false);
        }
        manifest.store(&self.files)?;
        let kept: std::collections::HashSet<u64> = manifest.files.iter().map(|f| f.id).collect();
        let gone = before
            .files
            .iter()
            .filter(|file| !kept.contains(&file.id))
            .cloned();
        self.retired.lock().extend(gone);
        self.state.write().manifest = Arc::new(manifest);
        drop(before);
        self.remove_retired();
        Ok(true)
    }

    /// Forgets everything; the position goes back to the start.
    pub(crate) fn reset(&self) -> Result<(), StoreError> {
        self.change_files(|manifest| {
            manifest.files.clear();
            manifest.position = 0;
            true
        })?;
        let mut state = self.state.write();
        state.fresh.clear();
        Ok(())
    }

    /// Removes retired files that nobody reads any more; the others stay until the next time.
    pub(crate) fn remove_retired(&self) {
        let mut retired = self.retired.lock();
        retired.retain(|file| {
            if Arc::strong_count(file) > 1 {
                return true;
            }
            self.open.forget(file.id);
            if let Err(error) = self.files.remove(&file.name()) {
                tracing::warn!(%error, "a file that is no longer needed stays until the next start");
            }
            false
        });
    }
}
