//! `wf-analyze`: how much fuel a recorded program used, and where.
//!
//! The verbs are a file each; the work is done by the libraries.

mod args;
mod cost_model;
mod dump;
mod export;
mod follow;
mod info;
mod output;
mod report;
mod traces;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// Exit status for usage errors and for traces that can't be priced.
const FAILURE: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let color = cli.color;
    let done = match cli.command {
        None => match &cli.report.trace {
            Some(trace) => report::run(trace, &cli.report, color),
            None => Err(anyhow::anyhow!("which trace? give its path, or see --help")),
        },
        Some(Command::Info(info)) => info::run(&info),
        Some(Command::Dump(dump)) => dump::run(&dump),
        Some(Command::Export(export)) => export::run(&export, color),
        Some(Command::CostModel(verb)) => cost_model::run(&verb),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has seen enough of it: as for other tools, that is no failure.
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain("error", &format!("{error:#}"), color);
            ExitCode::from(FAILURE)
        }
    }
}
