//! Files of one read model: written whole, never changed, named by what the manifest lists.
//!
//! Data files go through `object_store`, so an S3-like store is a setting. Local files are fsynced
//! before anything names them, and read with `pread`.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures::StreamExt;
use futures::executor::block_on;
use object_store::path::Path as StorePath;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

/// Where the files of a read model lie.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    store: Arc<dyn ObjectStore>,
    /// The folder behind `store`, where it is a local one.
    folder: Option<PathBuf>,
    #[cfg(test)]
    steps_left: Arc<parking_lot::Mutex<Option<u64>>>,
}

/// Why a file could not be written, read or removed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {file}")]
pub(crate) struct FileError {
    action: &'static str,
    file: String,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl Files {
    /// Files in a local folder, made if missing.
    pub(crate) fn local(folder: &Path) -> Result<Self, FileError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| FileError {
            action: "open",
            file: folder.display().to_string(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(|error| failed(error.into()))?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| failed(error.into()))?;
        Ok(Self {
            store: Arc::new(store),
            folder: Some(folder.to_path_buf()),
            #[cfg(test)]
            steps_left: Arc::default(),
        })
    }

    /// The store, for readers that are asynchronous themselves.
    pub(crate) fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    /// Writes a file that nothing names yet; durable when this returns.
    pub(crate) fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), FileError> {
        let failed = fail("write", name);
        self.step().map_err(&failed)?;
        block_on(
            self.store
                .put(&StorePath::from(name), PutPayload::from(bytes)),
        )
        .map_err(|error| failed(io::Error::other(error)))?;
        if let Some(folder) = &self.folder {
            self.step().map_err(&failed)?;
            let path = folder.join(name);
            File::open(&path)
                .and_then(|file| file.sync_all())
                .map_err(&failed)?;
            sync_parents(folder, &path).map_err(&failed)?;
        }
        Ok(())
    }

    /// Puts `bytes` in the place of `name` in one step: a reader, or a restart, finds the old file
    /// or the new one, whole.
    pub(crate) fn swap(&self, name: &str, bytes: Vec<u8>) -> Result<(), FileError> {
        let failed = fail("replace", name);
        let Some(folder) = &self.folder else {
            return block_on(
                self.store
                    .put(&StorePath::from(name), PutPayload::from(bytes)),
            )
            .map(|_| ())
            .map_err(|error| failed(io::Error::other(error)));
        };
        let (fresh, path) = (folder.join(format!("{name}.new")), folder.join(name));
        self.step().map_err(&failed)?;
        std::fs::write(&fresh, bytes).map_err(&failed)?;
        self.step().map_err(&failed)?;
        File::open(&fresh)
            .and_then(|file| file.sync_all())
            .map_err(&failed)?;
        self.step().map_err(&failed)?;
        std::fs::rename(&fresh, &path).map_err(&failed)?;
        // The folder too: a crash could keep the file's bytes and yet bring back the old name.
        sync_parents(folder, &path).map_err(&failed)
    }

    /// The whole of `name`; `None` where there is no such file.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Bytes>, FileError> {
        let read = block_on(async {
            match self.store.get(&StorePath::from(name)).await {
                Ok(found) => found.bytes().await.map(Some),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        });
        read.map_err(|error| fail("read", name)(io::Error::other(error)))
    }

    /// A file for reading parts of.
    pub(crate) fn open(&self, name: &str, len: u64) -> Result<Blob, FileError> {
        let bytes = match &self.folder {
            Some(folder) => {
                let file = File::open(folder.join(name)).map_err(fail("open", name))?;
                BlobBytes::Local(file)
            }
            None => BlobBytes::Remote(Arc::clone(&self.store), StorePath::from(name)),
        };
        Ok(Blob {
            bytes: Arc::new(bytes),
            len,
        })
    }

    /// Removes a file that nothing names any more; one that is gone already is no error.
    pub(crate) fn remove(&self, name: &str) -> Result<(), FileError> {
        self.step().map_err(fail("remove", name))?;
        match block_on(self.store.delete(&StorePath::from(name))) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fail("remove", name)(io::Error::other(error))),
        }
    }

    /// Removes a file that no manifest ever named, whatever its name looks like.
    pub(crate) fn remove_any(&self, name: &str) -> Result<(), FileError> {
        match &self.folder {
            // Names of half-written files are none that an object store would take.
            Some(folder) => std::fs::remove_file(folder.join(name)).map_err(fail("remove", name)),
            None => self.remove(name),
        }
    }

    /// Names of all data files, however they came here; half-written ones too.
    pub(crate) fn list(&self) -> Result<Vec<String>, FileError> {
        if let Some(folder) = &self.folder {
            let mut names = Vec::new();
            list_folder(folder, "", &mut names).map_err(fail("list", "data files"))?;
            names.sort();
            return Ok(names);
        }
        let listed = block_on(self.store.list(None).collect::<Vec<_>>());
        let names: Result<Vec<String>, _> = listed
            .into_iter()
            .map(|found| found.map(|found| found.location.to_string()))
            .collect();
        names.map_err(|error| fail("list", "data files")(io::Error::other(error)))
    }

    /// Lets the first `steps` changes of files happen and fails all later ones, as a kill would.
    #[cfg(test)]
    pub(crate) fn fail_after(&self, steps: Option<u64>) {
        *self.steps_left.lock() = steps;
    }

    #[cfg(test)]
    fn step(&self) -> io::Result<()> {
        match &mut *self.steps_left.lock() {
            Some(0) => Err(io::Error::other("killed here by the test")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)]
    fn step(&self) -> io::Result<()> {
        Ok(())
    }
}

fn fail(action: &'static str, file: &str) -> impl Fn(io::Error) -> FileError {
    let file = file.to_owned();
    move |source| FileError {
        action,
        file: file.clone(),
        source: source.into(),
    }
}

/// Fsyncs the folders of `path` up to `root`: their entries may be new, too.
fn sync_parents(root: &Path, path: &Path) -> io::Result<()> {
    for folder in path.ancestors().skip(1) {
        File::open(folder)?.sync_all()?;
        if folder == root {
            break;
        }
    }
    Ok(())
}

fn list_folder(folder: &Path, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type()?.is_dir() {
            true => list_folder(&entry.path(), &format!("{name}/"), names)?,
            false => names.push(name),
        }
    }
    Ok(())
}

/// An immutable file, readable from many threads at once.
#[derive(Debug, Clone)]
pub(crate) struct Blob {
    bytes: Arc<BlobBytes>,
    len: u64,
}

#[derive(Debug)]
enum BlobBytes {
    Local(File),
    Remote(Arc<dyn ObjectStore>, StorePath),
}

impl Blob {
    /// The bytes of `range`.
    pub(crate) fn range(&self, range: Range<u64>) -> io::Result<Bytes> {
        match &*self.bytes {
            BlobBytes::Local(file) => {
                let mut buffer = vec![0; (range.end - range.start) as usize];
                file.read_exact_at(&mut buffer, range.start)?;
                Ok(buffer.into())
            }
            BlobBytes::Remote(store, name) => {
                block_on(store.get_range(name, range)).map_err(io::Error::other)
            }
        }
    }
}

impl Length for Blob {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Blob {
    type T = BlobReader;

    fn get_read(&self, start: u64) -> Result<BlobReader, ParquetError> {
        Ok(BlobReader {
            blob: self.clone(),
            at: start,
            ahead: Bytes::new(),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        Ok(self.range(start..start + length as u64)?)
    }
}

/// Reads a [`Blob`] from a place on, a block at a time.
#[derive(Debug)]
pub(crate) struct BlobReader {
    blob: Blob,
    at: u64,
    ahead: Bytes,
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const BLOCK_BYTES: u64 = 8 << 10;
        if self.ahead.is_empty() {
            let end = (self.at + BLOCK_BYTES).min(self.blob.len);
            if end <= self.at {
                return Ok(0);
            }
            self.ahead = self.blob.range(self.at..end)?;
            self.at = end;
        }
        let len = buffer.len().min(self.ahead.len());
        self.ahead.copy_to_slice(&mut buffer[..len]);
        Ok(len)
    }
}
