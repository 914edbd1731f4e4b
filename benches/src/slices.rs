//! What each kind of slices records: events, bytes, and what replaying them takes.

use std::time::{Duration, Instant};

use analyzer::{AnalyzeOptions, analyze};
use clap::Args;
use formats::cost_model::CostModel;
use formats::trace::{Detail, Trace};
use recorder::{Recorder, SharedBytes, Slices};
use wasmtime::error::Context;

use crate::programs::{Program, Selection, builder};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// Leave out max slices: of long runs they record values without end.
    #[arg(long)]
    no_max: bool,
}

/// Figures of one program under one kind of slices.
struct Row {
    events: u64,
    /// Bytes of the events in the ring.
    raw: u64,
    /// Bytes of the trace.
    stored: u64,
    guest: Duration,
    /// Steps that replaying took, and how long the whole analysis did; `None` when it was refused.
    replay: Option<(u64, Duration)>,
}

pub(crate) fn run(options: &Options) -> wasmtime::Result<()> {
    let programs = options.selection.programs()?;
    println!(
        "| program | slices | events | raw bytes | stored bytes | guest s | replayed | analysis s |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    for program in &programs {
        let kinds = [("max", Slices::Max), ("min", Slices::Min), ("chosen", Slices::Chosen)];
        for (name, slices) in kinds.into_iter().skip(usize::from(options.no_max)) {
            let row = measure(program, slices)?;
            let (steps, seconds) = match row.replay {
                Some((steps, time)) => (steps.to_string(), format!("{:.3}", time.as_secs_f64())),
                None => ("refused".to_string(), String::new()),
            };
            println!(
                "| {} | {name} | {} | {} | {} | {:.3} | {steps} | {seconds} |",
                program.name,
                row.events,
                row.raw,
                row.stored,
                row.guest.as_secs_f64(),
            );
        }
    }
    Ok(())
}

fn recorder(program: &Program, slices: Slices, detail: Detail) -> wasmtime::Result<Recorder> {
    Ok(builder(program).slices(slices).detail(detail).build()?)
}

/// Records the program with its events in order, to measure the trace, and with their counts only,
/// to measure the replay.
fn measure(program: &Program, slices: Slices) -> wasmtime::Result<Row> {
    let receipt = recorder(program, slices, Detail::Full)?.run(std::io::sink())?;
    let report = receipt.report();
    let trace = SharedBytes::default();
    recorder(program, slices, Detail::Counts)?.run(trace.clone())?;
    let model = CostModel::builtin("wasmtime").context("there is no such model")?;
    let trace = Trace::from_bytes(trace.take())?;
    let start = Instant::now();
    let analysis = analyze(&trace, &model, &AnalyzeOptions::default());
    let replay = analysis.ok().map(|analysis| (analysis.stats.steps, start.elapsed()));
    Ok(Row {
        events: report.events,
        raw: report.ring_bytes,
        stored: report.trace_bytes,
        guest: receipt.guest_time,
        replay,
    })
}
