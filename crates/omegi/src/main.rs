//! The program: command line, configuration, wiring, shutdown.

// A program has no outside that `pub` could reach; inside, it marks a module's face.
#![allow(unreachable_pub)]

mod cli;
mod command;
mod config;
mod data_dir;
mod demo;
mod gate;
mod serve;
mod setup;
mod shutdown;
mod vitals;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use cli::{Cli, Command, ServeFlags};

/// Could not run: bad configuration, a locked directory.
const COULD_NOT_RUN: u8 = 2;

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(flags) => serve(&flags),
        other => {
            start_logging("warn");
            command::run(other)
        }
    }
}

fn serve(flags: &ServeFlags) -> ExitCode {
    let settings = match config::load(flags) {
        Ok(settings) => settings,
        Err(mistakes) => return fail(&mistakes.to_string()),
    };
    start_logging(&settings.log_level);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start: {error}")),
    };
    match runtime.block_on(serve::run(settings)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error:#}")),
    }
}

fn start_logging(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

#[allow(clippy::print_stderr)] // talk goes to stderr
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(COULD_NOT_RUN)
}
