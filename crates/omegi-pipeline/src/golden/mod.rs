//! Golden cases under `pipelines/tests/`: the same final revisions however the records come.
//!
//! A case is a folder `<pipeline>/<case>` with `input.jsonl` (one record a line: its append time and
//! an OTLP/JSON request), `expected.jsonl` (the last revision of everything told, in a compact
//! form) and `case.md`. `OMEGI_BLESS=1` writes what came out as what is expected: look at it.

mod case;
mod edges;
mod outcome;
mod runs;

pub(crate) use case::{data, millis, tick};
pub(crate) use outcome::Outcome;
pub(crate) use runs::{run, run_shared, run_with};

use case::Case;
use runs::{Random, doubled, run_restarting, shuffled};

const SEEDS: std::ops::Range<u64> = 1..9;

#[test]
fn cases_give_what_is_expected() {
    let bless = std::env::var_os("OMEGI_BLESS").is_some();
    let mut wrong = Vec::new();
    for case in Case::all() {
        let lines = run(&case.records).lines(&case.pipeline);
        if bless {
            case.bless(&lines);
        } else if lines != case.expected {
            let (found, expected) = (lines.join("\n"), case.expected.join("\n"));
            wrong.push(format!(
                "{}:\nfound\n{found}\nexpected\n{expected}\n",
                case.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_cases_of_every_pipeline() {
    let cases = Case::all();
    for (pipeline, least) in [
        ("error-detection", 15),
        ("trace-assembly", 2),
        ("service-flow", 2),
    ] {
        let count = cases
            .iter()
            .filter(|case| case.pipeline == pipeline)
            .count();
        assert!(count >= least, "{count} cases of {pipeline}");
    }
}

#[test]
fn a_restart_after_each_record_changes_nothing_that_is_told() {
    for case in Case::all() {
        let straight = run(&case.records);
        let restarting = run_restarting(&case.records);
        assert_eq!(straight.events, restarting.events, "{}", case.name);
    }
}

#[test]
fn the_order_of_arrival_within_the_lateness_changes_no_final_revision() {
    for case in Case::all() {
        let straight = run(&case.records).lines(&case.pipeline);
        for seed in SEEDS {
            let records = shuffled(&case.records, &mut Random(seed));
            let lines = run(&records).lines(&case.pipeline);
            assert_eq!(lines, straight, "{}, seed {seed}", case.name);
        }
    }
}

#[test]
fn duplicates_change_no_final_revision() {
    for case in Case::all() {
        let straight = run(&case.records).lines(&case.pipeline);
        for seed in SEEDS {
            let records = doubled(&case.records, &mut Random(seed), 10);
            let lines = run(&records).lines(&case.pipeline);
            assert_eq!(lines, straight, "{}, seed {seed}", case.name);
        }
        let all = doubled(&case.records, &mut Random(0), 100);
        assert_eq!(
            run(&all).lines(&case.pipeline),
            straight,
            "{}, all twice",
            case.name
        );
    }
}
