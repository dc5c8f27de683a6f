//! The commands beside `serve`: results on stdout, talk on stderr; exit 0 done, 1 found something
//! wrong, 2 could not run.

mod ask;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use omegi_log::Disk;
use tokio_util::sync::CancellationToken;

use crate::cli::{
    Command, ConfigCommand, DataFlags, DemoFlags, LogCommand, PipelineCommand, ServeFlags,
};
use crate::{config, demo};

const WRONG: u8 = 1;
const COULD_NOT_RUN: u8 = 2;

/// What a command came to.
enum Outcome {
    Done,
    Wrong,
}

/// Carries out `command`.
#[allow(clippy::print_stderr)]
pub fn run(command: Command) -> ExitCode {
    let outcome = match command {
        Command::Serve(_) => return ExitCode::from(COULD_NOT_RUN),
        Command::Version => version(),
        Command::Demo(flags) => send_demo(flags),
        Command::Pipeline(PipelineCommand::Check { file }) => check_pipeline(&file),
        Command::Config(ConfigCommand::Check { file }) => check_config(file),
        Command::Log(LogCommand::Verify { data }) => verify(&folder(&data)),
        Command::Replay { projection, data } => ask::replay(&folder(&data), &projection),
        Command::Token(command) => ask::token(command),
        Command::User(command) => ask::user(command),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Wrong) => ExitCode::from(WRONG),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

/// The data directory that `flags` name.
fn folder(flags: &DataFlags) -> PathBuf {
    flags
        .data_dir
        .clone()
        .unwrap_or_else(|| PathBuf::from("./omegi-data"))
}

#[allow(clippy::print_stdout)]
fn version() -> anyhow::Result<Outcome> {
    println!("omegi {}", env!("CARGO_PKG_VERSION"));
    Ok(Outcome::Done)
}

#[allow(clippy::print_stdout)]
fn send_demo(flags: DemoFlags) -> anyhow::Result<Outcome> {
    let target = demo::Target {
        url: flags.target,
        token: flags.token,
    };
    let config = demo::DemoConfig {
        target,
        seed: flags.seed,
        requests: flags.requests,
    };
    let stop = CancellationToken::new();
    let served = tokio::runtime::Runtime::new()?.block_on(async {
        let asked = stop.clone();
        tokio::spawn(async move {
            // Without a signal handler the process ends at once, which is as well.
            let _ = crate::shutdown::asked().await;
            asked.cancel();
        });
        demo::run(config, stop.clone()).await
    })?;
    println!("{served} requests sent");
    Ok(Outcome::Done)
}

#[allow(clippy::print_stdout)]
fn check_pipeline(file: &Path) -> anyhow::Result<Outcome> {
    match omegi_pipeline::check(file) {
        Ok(spec) => {
            println!("{}: ok", spec.name());
            Ok(Outcome::Done)
        }
        Err(mistakes) => {
            println!("{mistakes}");
            Ok(Outcome::Wrong)
        }
    }
}

#[allow(clippy::print_stdout)]
fn check_config(file: PathBuf) -> anyhow::Result<Outcome> {
    let flags = ServeFlags {
        config: Some(file),
        ..ServeFlags::default()
    };
    match config::load(&flags) {
        Ok(_) => {
            println!("ok");
            Ok(Outcome::Done)
        }
        Err(mistakes) => {
            println!("{mistakes}");
            Ok(Outcome::Wrong)
        }
    }
}

#[allow(clippy::print_stdout)]
fn verify(data: &Path) -> anyhow::Result<Outcome> {
    let mut sound = true;
    for topic in ["telemetry", "derived"] {
        let folder = data.join("log").join(topic);
        let report = omegi_log::verify(&Disk::read_only(&folder)?)?;
        println!(
            "{topic}: {} segments, offsets {} to {}, {} records, {} ticks, {} emptied, {} bytes",
            report.segments,
            report.start.0,
            report.next.0,
            report.data,
            report.ticks,
            report.emptied,
            report.bytes
        );
        if report.unfinished_tail {
            println!("{topic}: an unfinished end, which the next start cuts off");
        }
        for problem in &report.problems {
            let (segment, at) = (&problem.segment, problem.position);
            println!(
                "{topic}: {segment} at {at}, offset {}: {}",
                problem.offset.0, problem.what
            );
        }
        sound &= report.is_sound();
    }
    sound &= verify_events(data)?;
    Ok(if sound { Outcome::Done } else { Outcome::Wrong })
}

/// The event store can be read by one process: beside a running server it is left alone.
#[allow(clippy::print_stdout)]
fn verify_events(data: &Path) -> anyhow::Result<bool> {
    if crate::data_dir::running_server(data).is_some() {
        println!("events: held by the running server; stop it to check them");
        return Ok(true);
    }
    let report = omegi_eventstore::EventStore::open(&data.join("events"))?.verify()?;
    println!(
        "events: {}",
        if report.is_sound() {
            "sound"
        } else {
            "damaged"
        }
    );
    Ok(report.is_sound())
}
