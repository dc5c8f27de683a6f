//! Read models filled with known records.

use std::sync::Arc;

use bytes::Bytes;
use omegi_log::{AppendTime, Offset, Record, RecordKind};
use omegi_model::envelope::{Encoding, Signal, TelemetryRecord};
use omegi_model::event::{self, Event};
use omegi_model::id::ProjectId;
use omegi_model::wire::{READER_VERSION, Refused};
use omegi_projection::Projection;
use omegi_projection::columns::{ColumnLimits, DerivedColumns, TelemetryColumns};
use omegi_projection::query::{Caller, JsonWriter, Limits, Projects, QueryError, QueryStats, Sql};
use omegi_testkit::otlp::Request;
use serde_json::Value as Json;

/// Read models in a folder of their own.
pub struct Given {
    pub telemetry: TelemetryColumns,
    pub derived: DerivedColumns,
    next: u64,
    next_derived: u64,
    /// Removed when dropped.
    _folder: tempfile::TempDir,
}

pub fn project(number: u8) -> ProjectId {
    ProjectId::new([number; 8]).unwrap()
}

struct Slugs;

impl Projects for Slugs {
    fn slug(&self, project: ProjectId) -> Option<String> {
        match project.as_bytes()[0] {
            1 => Some("shop".into()),
            2 => Some("bank".into()),
            _ => None,
        }
    }
}

impl Given {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let limits = ColumnLimits::default();
        Self {
            telemetry: TelemetryColumns::open(&folder.path().join("telemetry"), limits).unwrap(),
            derived: DerivedColumns::open(&folder.path().join("derived"), limits).unwrap(),
            next: 0,
            next_derived: 0,
            _folder: folder,
        }
    }

    pub fn spans(mut self, owner: u8, request: &Request) -> Self {
        self.telemetry(owner, Signal::Traces, request.traces_protobuf());
        self
    }

    pub fn logs(mut self, owner: u8, request: &Request) -> Self {
        self.telemetry(owner, Signal::Logs, request.logs_protobuf());
        self
    }

    pub fn event(mut self, event: &Event) -> Self {
        let record = data(self.next_derived, event::encode(event).into());
        self.next_derived += 1;
        self.derived.apply(&record).unwrap();
        self
    }

    pub fn committed(mut self) -> Self {
        self.telemetry.commit().unwrap();
        self.derived.commit().unwrap();
        self
    }

    pub fn sql(&self) -> Asked {
        let sql = Sql::new(&self.telemetry, &self.derived, Vec::new(), Arc::new(Slugs)).unwrap();
        Asked {
            sql,
            runtime: tokio::runtime::Runtime::new().unwrap(),
        }
    }

    pub fn telemetry(&mut self, owner: u8, signal: Signal, body: Vec<u8>) {
        let envelope = TelemetryRecord {
            signal,
            project: project(owner),
            bound_service: None,
            reader_version: READER_VERSION,
            encoding: Encoding::Identity,
            body_bytes_decoded: body.len() as u32,
            refused: Refused::default(),
            body: Bytes::from(body),
        };
        let record = data(self.next, envelope.encode());
        self.next += 1;
        self.telemetry.apply(&record).unwrap();
    }
}

fn data(offset: u64, body: Bytes) -> Record {
    Record {
        offset: Offset(offset),
        append_time: AppendTime(1_700_000_000_000_000_000 + offset as i64),
        kind: RecordKind::Data,
        body,
        decoded: None,
    }
}

/// Where queries go.
pub struct Asked {
    sql: Sql,
    runtime: tokio::runtime::Runtime,
}

impl Asked {
    /// The rows of `text`, as project 1 sees them.
    pub fn rows(&self, text: &str) -> Vec<Json> {
        self.try_rows(text, &[1])
            .unwrap_or_else(|error| panic!("{text}: {error:?}"))
            .0
    }

    pub fn try_rows(
        &self,
        text: &str,
        owners: &[u8],
    ) -> Result<(Vec<Json>, QueryStats), QueryError> {
        self.limited(text, owners, Limits::default())
    }

    pub fn limited(
        &self,
        text: &str,
        owners: &[u8],
        limits: Limits,
    ) -> Result<(Vec<Json>, QueryStats), QueryError> {
        let allowed = owners.iter().map(|owner| project(*owner)).collect();
        self.runtime.block_on(async {
            let mut stream = self.sql.query(text, Caller { allowed }, limits).await?;
            let mut writer = JsonWriter::new(Vec::new(), &stream.schema()).unwrap();
            while let Some(batch) = stream.next().await {
                writer.write(&batch?).unwrap();
            }
            let written = writer.finish(&stream.stats()).unwrap();
            let mut answer: Json = serde_json::from_slice(&written).unwrap();
            let rows = answer["rows"].as_array_mut().map(std::mem::take);
            Ok((rows.unwrap(), stream.stats()))
        })
    }

    pub fn stream(&self, text: &str) -> omegi_projection::query::QueryStream {
        let caller = Caller {
            allowed: vec![project(1)],
        };
        self.runtime
            .block_on(self.sql.query(text, caller, Limits::default()))
            .unwrap()
    }
}
