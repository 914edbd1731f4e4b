//! Measures wf: `cargo run --release -p benches -- overhead --corpus DIR`.

mod analyze;
mod convert;
mod overhead;
mod prices;
mod process;
mod programs;
mod sample;
mod slices;
mod statistics;
mod table;
mod ways;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Benchmarks of wf.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    Overhead(overhead::Options),
    #[command(hide = true)]
    OneRun(overhead::OneRunOptions),
    /// What exact and approximate analysis take, in time, memory and bytes read.
    Analyze(analyze::Options),
    #[command(hide = true)]
    OneAnalysis(analyze::OneOptions),
    /// How fast modules become SSA forms, plans and instrumented modules.
    Convert(convert::Options),
    /// What a recorded word costs, and an operator that is replayed.
    Prices(prices::Options),
    /// What recording a share of the segments saves.
    Sample(sample::Options),
    /// What each kind of slices records, and what replaying it takes.
    Slices(slices::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().bench) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(bench: Bench) -> wasmtime::Result<()> {
    match bench {
        Bench::Overhead(options) => overhead::run(&options),
        Bench::OneRun(options) => overhead::run_one(&options),
        Bench::Analyze(options) => analyze::run(&options),
        Bench::OneAnalysis(options) => analyze::run_one(&options),
        Bench::Convert(options) => convert::run(&options),
        Bench::Prices(options) => prices::run(&options),
        Bench::Sample(options) => sample::run(&options),
        Bench::Slices(options) => slices::run(&options),
    }
}
