//! The one module that knows sled: ordered bytes, an atomic batch, and a sync that is one.
//!
//! sled 0.34's `flush` ends in `sync_file_range` on Linux, which leaves file sizes, metadata and
//! the drive's cache alone, and it never syncs its blob files. So [`SledBackend::sync`] flushes
//! and then calls `fdatasync` itself on each file that may have changed.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use parking_lot::Mutex;

use crate::error::BackendError;

/// Memory sled may use for pages, in bytes: what people do is small.
const CACHE_BYTES_MAX: u64 = 64 << 20;
const LOCK_TRIES_MAX: u32 = 25;
const LOCK_PAUSE: Duration = Duration::from_millis(20);
const LOG_FILE: &str = "db";
const BLOB_FOLDER: &str = "blobs";

/// An ordered map of bytes on disk.
pub(crate) struct SledBackend {
    tree: sled::Tree,
    folder: PathBuf,
    log: File,
    blobs: Mutex<BlobFiles>,
    // Last, so that the lock on the directory outlives the tree.
    _db: sled::Db,
}

/// sled keeps a large page in a file of its own, written once; each must be synced once.
struct BlobFiles {
    folder: PathBuf,
    synced: HashSet<OsString>,
}

/// One change of a batch: a key and its new value, or none to remove it.
pub(crate) type Change = (Vec<u8>, Option<Vec<u8>>);

/// A key and its value.
pub(crate) type Entry = (Vec<u8>, Vec<u8>);

impl SledBackend {
    /// Opens or makes the store in `folder`; sled locks it against other processes.
    pub(crate) fn open(folder: &Path) -> Result<Self, BackendError> {
        let db = open_db(folder)?;
        let tree = db.open_tree("events").map_err(engine)?;
        let log_path = folder.join(LOG_FILE);
        let log = File::open(&log_path).map_err(|source| file(&log_path, source))?;
        let blobs = BlobFiles {
            folder: folder.join(BLOB_FOLDER),
            synced: HashSet::new(),
        };
        let backend = Self {
            tree,
            folder: folder.to_owned(),
            log,
            blobs: Mutex::new(blobs),
            _db: db,
        };
        backend.sync()?;
        sync_folder(folder)?;
        Ok(backend)
    }

    /// Makes all changes visible at once; a crash leaves all or none. Durable after [`Self::sync`].
    pub(crate) fn commit(&self, changes: Vec<Change>) -> Result<(), BackendError> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.tree.apply_batch(batch).map_err(engine)
    }

    /// Returns once everything committed before the call survives a power loss.
    pub(crate) fn sync(&self) -> Result<(), BackendError> {
        self.tree.flush().map_err(engine)?;
        self.blobs.lock().sync()?;
        self.log
            .sync_data()
            .map_err(|source| file(&self.folder.join(LOG_FILE), source))
    }

    /// The value under `key`.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, BackendError> {
        let value = self.tree.get(key).map_err(engine)?;
        Ok(value.map(|value| value.to_vec()))
    }

    /// Keys and values from `from` up to and not including `to`, in order of keys.
    pub(crate) fn range(
        &self,
        from: Vec<u8>,
        to: Vec<u8>,
    ) -> impl Iterator<Item = Result<Entry, BackendError>> + use<> {
        self.tree.range(from..to).map(|entry| {
            let (key, value) = entry.map_err(engine)?;
            Ok((key.to_vec(), value.to_vec()))
        })
    }

    /// The last entry from `from` up to and not including `to`.
    pub(crate) fn last(&self, from: Vec<u8>, to: Vec<u8>) -> Result<Option<Entry>, BackendError> {
        let last = self.tree.range(from..to).next_back().transpose();
        let last = last.map_err(engine)?;
        Ok(last.map(|(key, value)| (key.to_vec(), value.to_vec())))
    }
}

/// Opens sled, waiting a little for the lock: another thread's fork holds a copy of a closed store's
/// file until its exec, and sled itself closes its file a moment after the last handle is gone.
fn open_db(folder: &Path) -> Result<sled::Db, BackendError> {
    let config = sled::Config::new()
        .path(folder)
        .cache_capacity(CACHE_BYTES_MAX)
        .flush_every_ms(None);
    for _ in 0..LOCK_TRIES_MAX {
        match config.open() {
            Err(sled::Error::Io(error)) if error.to_string().contains("acquire lock") => {
                std::thread::sleep(LOCK_PAUSE);
            }
            opened => return opened.map_err(engine),
        }
    }
    Err(BackendError::Locked(folder.to_owned()))
}

impl BlobFiles {
    fn sync(&mut self) -> Result<(), BackendError> {
        let names = match list(&self.folder) {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(file(&self.folder, source)),
        };
        let mut fresh = false;
        for name in names.difference(&self.synced) {
            let path = self.folder.join(name);
            match File::open(&path).and_then(|blob| blob.sync_all()) {
                Ok(()) => fresh = true,
                // sled removed it meanwhile: nothing refers to it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(file(&path, source)),
            }
        }
        if fresh {
            sync_folder(&self.folder)?;
        }
        self.synced = names;
        Ok(())
    }
}

fn list(folder: &Path) -> io::Result<HashSet<OsString>> {
    fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect()
}

// The folder too: a crash can keep a file's bytes yet lose its name.
fn sync_folder(folder: &Path) -> Result<(), BackendError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| file(folder, source))
}

fn file(path: &Path, source: io::Error) -> BackendError {
    BackendError::File {
        path: path.to_owned(),
        source,
    }
}

fn engine(error: sled::Error) -> BackendError {
    BackendError::Engine(error.to_string())
}
