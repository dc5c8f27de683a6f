//! What the columns cost: CPU per million spans from the wire to Parquet, bytes per span, and how
//! long a trace takes to be read by id.
//!
//! `OMEGI_CORPORA=… cargo run --release --example columns_cost [spans] [lookups]` replays the recorded
//! corpus with ids derived anew and times moved on at each round.

use std::time::Instant;

use bytes::Bytes;
use omegi_log::{AppendTime, Offset, Record, RecordKind};
use omegi_model::envelope::{Encoding, Signal, TelemetryRecord};
use omegi_model::id::{ProjectId, TraceId};
use omegi_model::wire::{READER_VERSION, Refused, spans};
use omegi_projection::Projection;
use omegi_projection::columns::{ColumnLimits, TelemetryColumns};
use omegi_projection::traces::{Fields, TracePage};

type AnyError = Box<dyn std::error::Error>;

/// A round of the corpus takes about this long.
const ROUND_NS: u64 = 20_000_000_000;

#[allow(clippy::print_stdout)]
fn main() -> Result<(), AnyError> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let wanted = arguments.next().transpose()?.unwrap_or(1_000_000);
    let lookups = arguments.next().transpose()?.unwrap_or(2_000);
    let Some(requests) = omegi_testkit::corpora::otel_demo_requests() else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let project = ProjectId::new([1; 8]).ok_or("project")?;
    let mut columns = TelemetryColumns::open(folder.path(), ColumnLimits::default())?;
    let (mut total, mut offset, mut sample) = (0, 0, Vec::new());
    let (mut apply, mut commit) = (0.0, 0.0);
    for round in 0.. {
        let mut records = Vec::new();
        for request in &requests {
            let mut body = request.clone();
            derive(&mut body, &[1, 2, 2], round);
            let none = Refused::default();
            let ids: Vec<TraceId> = spans(&body, &none)
                .flatten()
                .map(|s| s.trace_id())
                .collect();
            total += ids.len();
            sample.extend(ids.first().filter(|_| offset % 7 == 0));
            records.push(record(project, body, offset, round));
            offset += 1;
        }
        let before = cpu_seconds()?;
        for record in &records {
            columns.apply(record)?;
        }
        apply += cpu_seconds()? - before;
        let before = cpu_seconds()?;
        if columns.wants_commit() || total >= wanted {
            columns.commit()?;
        }
        commit += cpu_seconds()? - before;
        if total >= wanted {
            break;
        }
    }
    let millions = total as f64 / 1e6;
    println!("spans                {total}");
    println!("wire to memory       {:.2} CPU-s/M", apply / millions);
    println!("memory to Parquet    {:.2} CPU-s/M", commit / millions);
    println!(
        "on disk              {:.1} B/span",
        folder_bytes(folder.path())? as f64 / total as f64
    );
    println!("peak resident        {} MB", peak_resident_kb()? / 1024);
    if std::env::var_os("KEEP").is_some() {
        println!("kept                 {}", folder.keep().display());
    }
    look_up(&columns, project, &sample, lookups)
}

#[allow(clippy::print_stdout)]
fn look_up(
    columns: &TelemetryColumns,
    project: ProjectId,
    sample: &[TraceId],
    lookups: usize,
) -> Result<(), AnyError> {
    let runtime = tokio::runtime::Runtime::new()?;
    let traces = columns.traces();
    let page = TracePage {
        after: 0,
        limit: 10_000,
    };
    let mut times = Vec::new();
    let mut found = 0;
    for number in 0..lookups {
        let id = sample[number * 7919 % sample.len()];
        let started = Instant::now();
        let trace = runtime.block_on(traces.get(project, id, page, Fields::All))?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        found += trace.spans.len();
    }
    let warm = &mut times[lookups / 4..];
    warm.sort_by(f64::total_cmp);
    println!("spans per lookup     {:.1}", found as f64 / lookups as f64);
    println!(
        "trace by id          p50 {:.2} ms, p99 {:.2} ms",
        at(warm, 0.5),
        at(warm, 0.99)
    );
    Ok(())
}

fn at(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

fn record(project: ProjectId, body: Vec<u8>, offset: u64, round: u64) -> Record {
    let envelope = TelemetryRecord {
        signal: Signal::Traces,
        project,
        bound_service: None,
        reader_version: READER_VERSION,
        encoding: Encoding::Identity,
        body_bytes_decoded: body.len() as u32,
        refused: Refused::default(),
        body: Bytes::from(body),
    };
    Record {
        offset: Offset(offset),
        append_time: AppendTime((1_700_000_000_000_000_000 + round * ROUND_NS + offset) as i64),
        kind: RecordKind::Data,
        body: envelope.encode(),
        decoded: Some(envelope.body),
    }
}

/// Gives every id in the messages at `path` a new value and moves every time on by `round` rounds.
fn derive(message: &mut [u8], path: &[u64], round: u64) {
    let mut at = 0;
    while at < message.len() {
        let tag = number(message, &mut at);
        match tag & 7 {
            0 => drop(number(message, &mut at)),
            1 => {
                if path.is_empty() && matches!(tag >> 3, 1 | 7 | 8) {
                    let field = &mut message[at..at + 8];
                    let time = u64::from_le_bytes(field.try_into().unwrap_or_default());
                    field.copy_from_slice(&(time + round * ROUND_NS).to_le_bytes());
                }
                at += 8;
            }
            2 => {
                let length = number(message, &mut at) as usize;
                let field = &mut message[at..at + length];
                match (path.split_first(), tag >> 3) {
                    (Some((first, rest)), number) if *first == number => derive(field, rest, round),
                    (None, 1 | 2 | 4) if length == 8 || length == 16 => mix(field, round),
                    (None, 11) => derive_event(field, round),
                    _ => {}
                }
                at += length;
            }
            _ => at += 4,
        }
    }
}

fn derive_event(event: &mut [u8], round: u64) {
    if event.first() == Some(&0x09) {
        let field = &mut event[1..9];
        let time = u64::from_le_bytes(field.try_into().unwrap_or_default());
        field.copy_from_slice(&(time + round * ROUND_NS).to_le_bytes());
    }
}

/// Equal ids stay equal within a round and differ between rounds.
fn mix(id: &mut [u8], round: u64) {
    for word in id.chunks_exact_mut(8) {
        let mut value = u64::from_le_bytes((&*word).try_into().unwrap_or_default());
        value ^= round.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        value = (value ^ (value >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        value = (value ^ (value >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        word.copy_from_slice(&(value ^ (value >> 33)).to_le_bytes());
    }
}

fn number(bytes: &[u8], at: &mut usize) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return value;
        }
    }
}

fn folder_bytes(folder: &std::path::Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => folder_bytes(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(bytes)
}

fn cpu_seconds() -> Result<f64, AnyError> {
    let stat = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanos: f64 = stat.split(' ').next().ok_or("schedstat")?.parse()?;
    Ok(nanos / 1e9)
}

fn peak_resident_kb() -> Result<u64, AnyError> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
