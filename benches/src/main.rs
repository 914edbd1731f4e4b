//! Measures wf: `cargo run --release -p benches -- overhead --corpus DIR`.

mod overhead;
mod programs;
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
    /// What each kind of slices records, and what replaying it takes.
    Slices(slices::Options),
}

fn main() -> wasmtime::Result<()> {
    match Arguments::parse().bench {
        Bench::Overhead(options) => overhead::run(&options),
        Bench::Slices(options) => slices::run(&options),
    }
}
