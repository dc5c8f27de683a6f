//! Reads cases, makes records of them.

use std::fs;
use std::path::{Path, PathBuf};

use omegi_log::{AppendTime, Offset, Record, RecordKind};
use omegi_model::envelope::{Encoding, Signal, TelemetryRecord};
use omegi_model::id::ProjectId;
use omegi_model::time::UnixNanos;
use omegi_model::wire::json::{RequestKind, to_protobuf};
use omegi_model::wire::{READER_VERSION, Refused};
use serde_json::Value;

/// One folder.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) pipeline: String,
    pub(super) records: Vec<Record>,
    pub(super) expected: Vec<String>,
    folder: PathBuf,
}

impl Case {
    /// All of them, by name.
    pub(super) fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines/tests");
        let pipelines = folders(&root);
        let cases = pipelines.iter().flat_map(|pipeline| folders(pipeline));
        cases.map(|folder| Self::read(&folder)).collect()
    }

    pub(super) fn bless(&self, lines: &[String]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(self.folder.join("expected.jsonl"), text).unwrap();
    }

    fn read(folder: &Path) -> Self {
        let part = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let pipeline = part(folder.parent().unwrap());
        let name = format!("{pipeline}/{}", part(folder));
        assert!(folder.join("case.md").exists(), "{name} has a case.md");
        let input = fs::read_to_string(folder.join("input.jsonl")).unwrap();
        let lines = input.lines().enumerate();
        let records = lines.map(|(offset, line)| read_record(offset as u64, line, &name));
        let expected = fs::read_to_string(folder.join("expected.jsonl")).unwrap_or_default();
        Self {
            records: records.collect(),
            expected: expected.lines().map(str::to_owned).collect(),
            folder: folder.to_owned(),
            name,
            pipeline,
        }
    }
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// `{"at": time, "traces": request}`, `{"at": time, "logs": request}` or `{"at": time}`, a tick.
fn read_record(offset: u64, line: &str, case: &str) -> Record {
    let line: Value = serde_json::from_str(line)
        .unwrap_or_else(|error| panic!("{case}, line {}: {error}", offset + 1));
    let at: UnixNanos = line["at"].as_str().unwrap_or_default().parse().unwrap();
    let request = [("traces", RequestKind::Traces), ("logs", RequestKind::Logs)];
    let request = request
        .iter()
        .find_map(|(name, kind)| Some((line.get(*name)?, *kind)));
    let Some((request, kind)) = request else {
        return tick(offset, at);
    };
    let body = to_protobuf(request.to_string().as_bytes(), kind)
        .unwrap()
        .body;
    let signal = match kind {
        RequestKind::Traces => Signal::Traces,
        _ => Signal::Logs,
    };
    data(offset, at, signal, 1, body)
}

/// A tick.
pub(crate) fn tick(offset: u64, at: UnixNanos) -> Record {
    Record {
        offset: Offset(offset),
        append_time: AppendTime(at.0),
        kind: RecordKind::Tick,
        body: bytes::Bytes::new(),
        decoded: None,
    }
}

/// A request of project number `project`.
pub(crate) fn data(
    offset: u64,
    at: UnixNanos,
    signal: Signal,
    project: u8,
    body: Vec<u8>,
) -> Record {
    let envelope = TelemetryRecord {
        signal,
        project: ProjectId::new([project; 8]).unwrap(),
        bound_service: None,
        reader_version: READER_VERSION,
        encoding: Encoding::Identity,
        body_bytes_decoded: u32::try_from(body.len()).unwrap(),
        refused: Refused::default(),
        body: body.into(),
    };
    Record {
        kind: RecordKind::Data,
        body: envelope.encode(),
        ..tick(offset, at)
    }
}

/// Log time `ms` after the first moment of tests.
pub(crate) fn millis(ms: i64) -> UnixNanos {
    UnixNanos(1_767_571_200_000_000_000 + ms * 1_000_000)
}
