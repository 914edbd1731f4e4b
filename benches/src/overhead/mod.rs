//! What recording costs: each program plain, with what Wasmtime counts inline, and recorded, in
//! turns in one process.
//!
//! A recorded run's time has the drain and its compression in it as far as they keep the guest
//! waiting or take its processor; the trace goes to nowhere. What is left to be done when the guest
//! has ended is a figure of its own. Compilation is in no run's time.

mod figures;
mod measure;
mod memory;
mod report;

use clap::{Args, ValueEnum};

use crate::programs::Selection;
use figures::Overhead;
pub(crate) use memory::{OneRunOptions, run_one};

/// What recording costs beside plain runs, fuel and epochs.
///
/// Each program runs plain, with Wasmtime's own fuel counter, with its epoch interruption, and
/// recorded, in turns in one process, after a turn to warm up. Where the program calls
/// `bench.start` and `bench.end`, the time between them counts, else that of the whole run. All
/// ways have to give the same output and the same exit.
///
/// Ratios are medians of each turn's ratio to its plain run; in parentheses is the ratio of the
/// shortest runs. B/Mop are the trace's bytes for a million executed operators, in parentheses
/// those without its header (module and plan). `instrument` is the rewriting, planning included, and
/// `compile` Wasmtime's work on the original module. `memory` is how much more a process has at its
/// peak that instruments, compiles and records the program than one that compiles and runs it.
/// `stalled` is how long the guest waited for the writer, and `close` the time from the guest's end
/// until the trace is closed.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// How often at least each program runs in each way; short ones run more often.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Throws away what is in a full ring instead of writing it: what recording costs then are the program's own
    /// instructions. Events and bytes are those that are left at the end.
    #[arg(long)]
    discard: bool,
    /// How the figures are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How figures are printed.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

pub(crate) fn run(options: &Options) -> wasmtime::Result<()> {
    let programs = options.selection.programs()?;
    let mut figures = Vec::new();
    for (index, program) in programs.iter().enumerate() {
        // Rows are aligned, so they come all at once; this says meanwhile that something happens.
        eprintln!("{}/{} {}", index + 1, programs.len(), program.name);
        figures.push(measure::measure(program, options.runs, options.discard)?);
    }
    let overhead = Overhead::new(figures);
    match options.format {
        Format::Text => print!("{}", report::table(&overhead).text()),
        Format::Json => println!("{}", serde_json::to_string_pretty(&overhead)?),
        Format::Markdown => print!("{}", report::table(&overhead).markdown()),
    }
    Ok(())
}
