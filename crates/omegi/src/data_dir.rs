//! The data directory: one server at a time, a known layout, a door for the operator's commands.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use serde::{Deserialize, Serialize};

/// Version of the layout that this build writes.
const FORMAT: u32 = 1;

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// The disk's answer.
    #[error("cannot use data directory {path}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another server holds it.
    #[error("data directory {0} is in use by another server")]
    Locked(PathBuf),
    /// Written by a newer build.
    #[error(
        "data directory {path} has format {found}; this build knows up to {FORMAT}: use a newer one"
    )]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its format.
        found: String,
    },
}

/// A data directory that this process holds; others are kept out until it is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// Where the running server answers, and the key that opens its door.
#[derive(Serialize, Deserialize)]
pub struct Door {
    /// Base address of the API.
    pub api: String,
    /// Sent as a bearer; for the owner of the directory alone.
    pub key: String,
}

impl DataDir {
    /// Makes the directory where missing, locks it and checks its layout.
    ///
    /// # Errors
    /// [`DataDirError`].
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let io = |source| DataDirError::Io {
            path: path.to_owned(),
            source,
        };
        if !path.is_dir() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .map_err(io)?;
        }
        let lock = owner_only(&path.join("LOCK")).map_err(io)?;
        rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|error| {
            match error {
                rustix::io::Errno::WOULDBLOCK => DataDirError::Locked(path.to_owned()),
                other => io(other.into()),
            }
        })?;
        check_format(path)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// A folder in it.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Leaves word for the operator's commands.
    ///
    /// # Errors
    /// The disk's.
    pub fn open_door(&self, door: &Door) -> io::Result<()> {
        let mut file = owner_only(&self.path.join("server.json"))?;
        file.set_len(0)?;
        file.write_all(serde_json::to_string(door)?.as_bytes())
    }

    /// Takes that word away.
    pub fn close_door(&self) {
        // A stale one only leads to a server that does not answer.
        let _ = fs::remove_file(self.path.join("server.json"));
    }
}

/// The door of the server that runs on `path`, if one does.
#[must_use]
pub fn running_server(path: &Path) -> Option<Door> {
    let lock = File::open(path.join("LOCK")).ok()?;
    // Whoever can take the lock finds nobody at home.
    if rustix::fs::flock(&lock, FlockOperation::NonBlockingLockShared).is_ok() {
        return None;
    }
    let text = fs::read_to_string(path.join("server.json")).ok()?;
    serde_json::from_str(&text).ok()
}

fn check_format(path: &Path) -> Result<(), DataDirError> {
    let file = path.join("FORMAT");
    let io = |source| DataDirError::Io {
        path: path.to_owned(),
        source,
    };
    match fs::read_to_string(&file) {
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(found) if found <= FORMAT => Ok(()),
            _ => Err(DataDirError::Newer {
                path: path.to_owned(),
                found: text.trim().into(),
            }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::write(&file, format!("{FORMAT}\n")).map_err(io)
        }
        Err(error) => Err(io(error)),
    }
}

fn owner_only(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_is_kept_out() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let first = DataDir::open(&path).unwrap();
        assert!(matches!(DataDir::open(&path), Err(DataDirError::Locked(_))));
        drop(first);
        assert!(DataDir::open(&path).is_ok());
    }

    #[test]
    fn a_newer_layout_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("FORMAT"), "99\n").unwrap();
        assert!(matches!(
            DataDir::open(dir.path()),
            Err(DataDirError::Newer { .. })
        ));
        assert_eq!(
            fs::read_to_string(dir.path().join("FORMAT")).unwrap(),
            "99\n"
        );
    }

    #[test]
    fn the_door_stands_open_only_while_a_server_runs() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(dir.path()).unwrap();
        data.open_door(&Door {
            api: "http://127.0.0.1:1".into(),
            key: "k".into(),
        })
        .unwrap();
        assert_eq!(running_server(dir.path()).unwrap().key, "k");
        drop(data);
        assert!(running_server(dir.path()).is_none());
    }
}
