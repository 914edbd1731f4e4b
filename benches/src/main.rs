//! Measures wf: `cargo run --release -p benches -- overhead --corpus DIR`.

mod analyze;
mod convert;
mod overhead;
mod prices;
mod programs;
mod sample;
mod slices;

use clap::{Parser, Subcommand};

/// Benchmarks of wf.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// Wall time of each program plain, with the engine's own fuel counter, and recorded.
    Overhead(overhead::Options),
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

fn main() -> wasmtime::Result<()> {
    match Arguments::parse().bench {
        Bench::Overhead(options) => overhead::run(&options),
        Bench::Analyze(options) => analyze::run(&options),
        Bench::OneAnalysis(options) => analyze::run_one(&options),
        Bench::Convert(options) => convert::run(&options),
        Bench::Prices(options) => prices::run(&options),
        Bench::Sample(options) => sample::run(&options),
        Bench::Slices(options) => slices::run(&options),
    }
}
