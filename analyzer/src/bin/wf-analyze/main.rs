//! `wf-analyze`: how much fuel a recorded program used, and where.
//!
//! The verbs are a file each; the work is done by the libraries.

mod args;
mod check;
mod cost_model;
mod diff;
mod dump;
mod export;
mod follow;
mod info;
mod manual;
mod output;
mod pricing;
mod progress;
mod report;
mod traces;
mod usage;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// Exit status for usage errors and for traces that can't be priced.
const FAILURE: u8 = 2;

/// Exit status when a gate failed.
const OVER: u8 = 1;

/// Whether a gate was passed.
enum Verdict {
    Passed,
    Failed,
}

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| usage::explain(error).exit());
    let color = cli.color;
    match run(cli) {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::from(OVER),
        // Whoever reads our output has seen enough of it: as for other tools, that is no failure.
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain("error", &format!("{error:#}"), color);
            ExitCode::from(FAILURE)
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Verdict> {
    let color = cli.color;
    match cli.command {
        None => match &cli.report.trace {
            Some(trace) => report::run(trace, &cli.report, color)?,
            None => anyhow::bail!("which trace? give its path, or see --help"),
        },
        Some(Command::Info(info)) => info::run(&info)?,
        Some(Command::Dump(dump)) => dump::run(&dump)?,
        Some(Command::Export(export)) => export::run(&export, color)?,
        Some(Command::Diff(diff)) => return diff::run(&diff, color),
        Some(Command::Check(check)) => return check::run(&check, color),
        Some(Command::CostModel(verb)) => cost_model::run(&verb)?,
        Some(Command::Completions { shell }) => manual::completions(shell)?,
        Some(Command::Man { verb }) => manual::page(&verb)?,
    }
    Ok(Verdict::Passed)
}
