//! Where segments lie: a flat folder of files, on a [`Disk`] or in a simulation that breaks on demand.
//!
//! Everything here blocks; it is called by the log's own threads and `spawn_blocking` alone.

mod disk;
mod sim;

use std::io::{self, IoSlice};
use std::sync::Arc;

pub use disk::Disk;
pub use sim::{Sim, SimFaults};

/// A folder of files, flat.
pub trait Storage: Send + Sync + 'static {
    /// Names of all files, in any order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes an empty file, or empties the one that is there.
    ///
    /// # Errors
    /// When it cannot be made.
    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>>;

    /// Opens a file that is there.
    ///
    /// # Errors
    /// When it is not, or cannot be opened.
    fn open(&self, name: &str) -> io::Result<Arc<dyn StorageFile>>;

    /// Gives a file another name, in place of the file that had it.
    ///
    /// # Errors
    /// When nothing was renamed.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a name; whoever has the file open still reads it.
    ///
    /// # Errors
    /// When it is still there.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes names durable: files made, renamed and removed so far.
    ///
    /// # Errors
    /// When that is not certain.
    fn sync_dir(&self) -> io::Result<()>;

    /// What room there is.
    ///
    /// # Errors
    /// When the file system does not say.
    fn space(&self) -> io::Result<Space>;

    /// A number nobody outside can guess, for the checksums of a new segment.
    fn salt(&self) -> u64;
}

/// One file, read and written by position.
pub trait StorageFile: Send + Sync {
    /// Reads up to `buffer.len()` bytes; fewer are possible, none means the end.
    ///
    /// # Errors
    /// When the disk does not answer.
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize>;

    /// Writes some of `slices`, in order; says how many bytes.
    ///
    /// # Errors
    /// When not all of them were taken and no more will be.
    fn write_at(&self, slices: &[IoSlice<'_>], at: u64) -> io::Result<usize>;

    /// Makes content and length durable.
    ///
    /// # Errors
    /// Then nothing written since the last success can be trusted.
    fn sync(&self) -> io::Result<()>;

    /// Reserves room up to `length`, reading as zeros.
    ///
    /// # Errors
    /// When there is none.
    fn allocate(&self, length: u64) -> io::Result<()>;

    /// Cuts or extends (with zeros) to `length`.
    ///
    /// # Errors
    /// When the length is as before.
    fn set_len(&self, length: u64) -> io::Result<()>;

    /// How long it is, allocated room included.
    ///
    /// # Errors
    /// When the disk does not answer.
    fn len(&self) -> io::Result<u64>;

    /// Whether it has no bytes at all.
    ///
    /// # Errors
    /// When the disk does not answer.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

/// Room on a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Usable by us.
    pub free: u64,
    /// Of the whole file system.
    pub total: u64,
}

/// Fills as much of `buffer` as the file has from `at` on; says how much.
pub(crate) fn read_full(file: &dyn StorageFile, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Writes all of `slices`, however often the file takes only a part.
pub(crate) fn write_all(
    file: &dyn StorageFile,
    mut slices: &mut [IoSlice<'_>],
    mut at: u64,
) -> io::Result<()> {
    while slices.iter().any(|slice| !slice.is_empty()) {
        match file.write_at(slices, at) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                at += written as u64;
                IoSlice::advance_slices(&mut slices, written);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether a write failed because there is no room, so that it may work later.
pub(crate) fn is_no_space(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
