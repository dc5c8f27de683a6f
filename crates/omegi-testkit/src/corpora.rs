//! Third-party test data, found through `OMEGI_CORPORA`; never part of this repository.

use std::fs;
use std::path::PathBuf;

/// The folder of corpus `name`, or `None` with a printed message where `OMEGI_CORPORA` is unset:
/// the test then returns early.
///
/// # Panics
/// Where the variable is set but the corpus is missing: a test must not pass for lack of its data.
#[must_use]
pub fn folder(name: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("OMEGI_CORPORA") else {
        skip(name);
        return None;
    };
    let folder = PathBuf::from(root).join(name);
    assert!(
        folder.is_dir(),
        "OMEGI_CORPORA is set but {} is missing",
        folder.display()
    );
    Some(folder)
}

/// Every file below corpus `name` whose name ends in `suffix`: relative path and content, sorted.
///
/// # Panics
/// Where a file cannot be read.
#[must_use]
pub fn files(name: &str, suffix: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let root = folder(name)?;
    let mut found = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).expect("corpus folder is readable");
        for entry in entries {
            let path = entry.expect("corpus folder is readable").path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(suffix) {
                let name = path.strip_prefix(&root).expect("path is below the corpus");
                let content = fs::read(&path).expect("corpus file is readable");
                found.push((name.to_string_lossy().into_owned(), content));
            }
        }
    }
    found.sort();
    Some(found)
}

/// The requests of `otel-demo-recorded`: protobuf bodies of `ExportTraceServiceRequest`.
///
/// # Panics
/// Where the file cannot be read.
#[must_use]
pub fn otel_demo_requests() -> Option<Vec<Vec<u8>>> {
    let path = folder("otel-demo-recorded")?.join("requests.bin");
    let bytes = fs::read(path).expect("corpus file is readable");
    let (mut requests, mut rest) = (Vec::new(), &bytes[..]);
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let (request, tail) = tail.split_at(u32::from_le_bytes(*length) as usize);
        requests.push(request.to_vec());
        rest = tail;
    }
    Some(requests)
}

#[expect(clippy::print_stderr, reason = "a test that did not run has to say so")]
fn skip(name: &str) {
    eprintln!("skipped: OMEGI_CORPORA is not set, so corpus {name} cannot be found");
}
