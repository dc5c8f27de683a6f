//! How many bytes a folder holds, split by the folders in it.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Bytes on disk by first folder; files of `root` itself stand under `.`.
///
/// A file counts with the smaller of its length and what is allocated: segments are allocated ahead,
/// and may have holes.
pub(crate) fn bytes_by_folder(root: &Path) -> io::Result<BTreeMap<String, u64>> {
    let mut folders = BTreeMap::new();
    for entry in entries(root)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        match bytes(&entry)? {
            Size::File(bytes) => *folders.entry(".".to_owned()).or_default() += bytes,
            Size::Folder => {
                folders.insert(name, bytes_below(&entry.path())?);
            }
        }
    }
    Ok(folders)
}

enum Size {
    File(u64),
    Folder,
}

fn bytes_below(root: &Path) -> io::Result<u64> {
    let (mut open, mut total) = (vec![root.to_owned()], 0);
    while let Some(folder) = open.pop() {
        for entry in entries(&folder)? {
            match bytes(&entry)? {
                Size::File(bytes) => total += bytes,
                Size::Folder => open.push(entry.path()),
            }
        }
    }
    Ok(total)
}

/// What lies in `folder`; nothing where it has just been removed.
fn entries(folder: &Path) -> io::Result<Vec<std::fs::DirEntry>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn bytes(entry: &std::fs::DirEntry) -> io::Result<Size> {
    match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => Ok(Size::Folder),
        Ok(metadata) => Ok(Size::File(metadata.len().min(metadata.blocks() * 512))),
        // The server compacts while we look.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Size::File(0)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_do_not_count_and_folders_stand_apart() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("log/spans")).unwrap();
        let sparse = std::fs::File::create(root.path().join("log/spans/1")).unwrap();
        sparse.set_len(1 << 20).unwrap();
        std::fs::write(root.path().join("FORMAT"), "1").unwrap();
        let folders = bytes_by_folder(root.path()).unwrap();
        assert_eq!(folders.keys().collect::<Vec<_>>(), [".", "log"]);
        assert_eq!(folders["log"], 0);
        assert_eq!(folders["."], 1);
    }
}
