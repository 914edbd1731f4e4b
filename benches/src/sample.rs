//! What recording a sample saves: each program is recorded in full and with a share of its segments,
//! in turns, and the estimate from the sample is set beside the exact total.

use std::time::Duration;

use analyzer::estimate::Goal;
use analyzer::{Analysis, AnalyzeOptions, analyze};
use clap::Args;
use formats::cost_model::CostModel;
use formats::trace::{Sample, Trace};
use recorder::SharedBytes;
use wasmtime::ensure;
use wasmtime::error::Context;

use crate::programs::{Program, Selection, builder};
use crate::statistics::median;
use crate::ways::{Compiled, Way};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// The share of the segments that the sample keeps.
    #[arg(long, default_value_t = 0.05)]
    rate: f64,
    /// The median of so many turns counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    turns: u32,
}

pub(crate) fn run(options: &Options) -> wasmtime::Result<()> {
    println!(
        "| program | plain s | full s | sample s | full MB | sample MB | exact fuel | estimate | ± | off |"
    );
    println!("|---|{}", "--:|".repeat(9));
    for program in &options.selection.programs()? {
        println!("{}", row(program, options)?);
    }
    Ok(())
}

/// A recording and how long the program took.
struct Recorded {
    trace: Vec<u8>,
    time: Duration,
}

fn row(program: &Program, options: &Options) -> wasmtime::Result<String> {
    let compiled = Compiled::new(program, Way::Plain)?;
    let (mut plain, mut full, mut sample) = (Vec::new(), Vec::new(), Vec::new());
    let (mut whole, mut part) = (Vec::new(), Vec::new());
    for turn in 0..options.turns {
        plain.push(compiled.run()?.whole_time);
        let recorded = record(program, None)?;
        full.push(recorded.time);
        whole = recorded.trace;
        let choice = Sample::of_rate(options.rate, turn.into()).context("no such rate")?;
        let recorded = record(program, Some(choice))?;
        sample.push(recorded.time);
        part = recorded.trace;
    }
    let megabytes = |trace: &[u8]| trace.len() as f64 / 1e6;
    let (full_size, sample_size) = (megabytes(&whole), megabytes(&part));
    let exact = price(whole, None)?.report.fuel.total;
    let fuel = price(part, Some(Goal::default()))?.report.fuel;
    let (exact, estimate) = (exact as f64, fuel.total as f64);
    let half_width = (fuel.high as f64 - estimate).max(estimate - fuel.low as f64);
    let percent = |part: f64| match part.is_finite() {
        true => format!("{:+.2} %", part * 100.0),
        false => "unknown".to_string(),
    };
    let seconds = |times: Vec<Duration>| median(times).as_secs_f64();
    Ok(format!(
        "| {} | {:.3} | {:.3} | {:.3} | {full_size:.2} | {sample_size:.2} | {exact:.4e} | {estimate:.4e} | {} | {} |",
        program.name,
        seconds(plain),
        seconds(full),
        seconds(sample),
        percent(half_width / estimate),
        percent(estimate / exact - 1.0),
    ))
}

fn record(program: &Program, sample: Option<Sample>) -> wasmtime::Result<Recorded> {
    let bytes = SharedBytes::default();
    let mut recorder = builder(program);
    if let Some(sample) = sample {
        recorder = recorder.sample(sample);
    }
    let receipt = recorder.build()?.run(bytes.clone())?;
    ensure!(receipt.drain.is_ok(), "{}: the trace could not be written", program.name);
    Ok(Recorded { trace: bytes.take(), time: receipt.guest_time })
}

fn price(trace: Vec<u8>, goal: Option<Goal>) -> wasmtime::Result<Analysis> {
    let model = CostModel::builtin("wasmtime").context("there is no such model")?;
    let options = AnalyzeOptions { goal, ..AnalyzeOptions::default() };
    let trace = Trace::from_bytes(trace)?;
    Ok(analyze(&trace, &model, &options)?)
}
