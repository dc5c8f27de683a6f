//! kill -9 at any moment: what was acknowledged is there, and nothing is there by half.
//!
//! The test runs itself as a child that appends and tells each acknowledgement on stdout; the
//! parent kills it after a number of lines, opens the store and counts.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use omegi_eventstore::{Append, Expected, Position};

use crate::{event, open, stream};

const KILLS: u64 = 20;
const FOLDER: &str = "OMEGI_TEST_STORE";
const ACK: &str = "acknowledged ";

#[test]
fn edge_34_a_kill_at_any_moment_loses_nothing_acknowledged_and_halves_nothing() {
    if let Ok(folder) = std::env::var(FOLDER) {
        append_until_killed(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut random = 0x5eed_u64;
    println!("seed {random:#x}");
    let mut before = 0;
    for kill in 0..KILLS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let acknowledged = run_and_kill(folder.path(), (random >> 33) % 60).max(before);
        let store = open(folder.path());
        let head = store.head().0;
        assert!(
            head >= acknowledged,
            "kill {kill}: acknowledged {acknowledged}, found {head}"
        );
        assert_eq!(head % 2, 0, "kill {kill}: half of a command");
        let report = store.verify().unwrap();
        assert!(report.is_sound(), "kill {kill}: {report:?}");
        for event in store.read_all(Position(0), usize::MAX).unwrap() {
            assert_eq!(event.payload, payload(event.position.0).into_bytes());
        }
        before = head;
    }
    assert!(before > 0, "nothing was ever acknowledged");
}

/// Runs the child until it has told `lines` acknowledgements, kills it, and returns the last told.
fn run_and_kill(folder: &Path, lines: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("crash::edge_34_a_kill_at_any_moment_loses_nothing_acknowledged_and_halves_nothing")
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged = 0;
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut left = lines;
    while left > 0 {
        let line = told.next().expect("the child ended by itself").unwrap();
        if let Some(position) = line.strip_prefix(ACK) {
            acknowledged = position.parse().unwrap();
            left -= 1;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What was told between the last line read and the kill counts too.
    for line in told.map_while(Result::ok) {
        let position = line
            .strip_prefix(ACK)
            .and_then(|position| position.parse().ok());
        acknowledged = position.unwrap_or(acknowledged);
    }
    acknowledged
}

/// The child: commands of two events over two streams; the payload tells the position.
fn append_until_killed(folder: &Path) -> ! {
    let store = open(folder);
    loop {
        let next = store.head().0 + 1;
        let to = |name, position| Append {
            stream: stream(name),
            expected: Expected::Any,
            events: vec![event(&payload(position))],
        };
        let reached = store
            .append_many(&[to("a", next), to("b", next + 1)])
            .unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{ACK}{reached}").unwrap();
        out.flush().unwrap();
    }
}

/// Most are small, some make sled write a file of their own.
fn payload(position: u64) -> String {
    let bytes = if position.is_multiple_of(37) {
        600_000
    } else {
        (position as usize % 9) * 40
    };
    format!("{position}:{}", "x".repeat(bytes))
}
