//! What analysis takes: each program is run plainly, recorded into a file, and the trace priced by
//! processes of their own, so that bytes read and memory are those of one analysis.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use analyzer::estimate::Goal;
use analyzer::{AnalyzeOptions, analyze};
use clap::{Args, ValueEnum};
use formats::cost_model::CostModel;
use formats::trace::{Detail, EventCounter, SegmentData, Trace};
use wasmtime::ensure;
use wasmtime::error::Context;

use crate::process;
use crate::programs::{Program, Selection, builder};
use crate::statistics::median;
use crate::ways::{Compiled, Way};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// Measure also a run of some 10 seconds, of a program of our own.
    #[arg(long)]
    long_run: bool,
    /// The median of so many analyses counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    turns: u32,
    /// Where the traces go; they are removed again.
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    traces: PathBuf,
}

/// Events from which on walking them in order is left out: it takes minutes.
const MOST_WALKED: u64 = 2_000_000_000;

/// What a process does with a trace.
#[derive(Clone, Copy, ValueEnum)]
enum Work {
    /// Reads the header and the index, as all others do first.
    Open,
    /// Reads and counts all ordered events, on one thread.
    Decode,
    /// Prices it exactly.
    Exact,
    /// Prices it exactly, with what callees spent.
    Inclusive,
    /// Estimates it to ±1 %.
    Approx,
}

/// One analysis, in a process of its own.
#[derive(Args)]
pub(crate) struct OneOptions {
    #[arg(value_enum)]
    work: Work,
    trace: PathBuf,
    #[arg(long, default_value_t = 1)]
    jobs: usize,
}

/// What one analysis took.
#[derive(Clone, Copy, Default)]
struct Figures {
    seconds: f64,
    /// Of which for reading and counting.
    counting: f64,
    /// Of which for replaying.
    replaying: f64,
    bytes_read: u64,
    peak_bytes: u64,
    /// Distinct events.
    bundles: usize,
}

pub(crate) fn run(options: &Options) -> wasmtime::Result<()> {
    println!(
        "| program | plain s | events | raw MB | stored MB | decode | count | bundles | exact 1 | exact 2 | of plain | peak MB | inclusive 2 | counts ms | ±1 % ms | index kB | read kB | ±1 % reads |"
    );
    println!("|---|{}", "--:|".repeat(17));
    let mut programs = options.selection.programs()?;
    if options.long_run {
        programs.push(Program::long_run()?);
    }
    for program in &programs {
        println!("{}", row(program, options)?);
    }
    Ok(())
}

fn row(program: &Program, options: &Options) -> wasmtime::Result<String> {
    let plain = Compiled::new(program, Way::Plain)?;
    let times: wasmtime::Result<Vec<Duration>> =
        (0..options.turns).map(|_| Ok(plain.run()?.whole_time)).collect();
    let plain = median(times?).as_secs_f64();

    let path = options.traces.join(format!("wf-bench-{}.trace", std::process::id()));
    let file = File::create(&path).with_context(|| format!("can't write {}", path.display()))?;
    let receipt = builder(program).build()?.run(file)?;
    let report = receipt.report().clone();
    let repeat = |work: &str, jobs: usize| -> wasmtime::Result<Figures> {
        let figures: wasmtime::Result<Vec<Figures>> =
            (0..options.turns).map(|_| elsewhere(work, &path, jobs)).collect();
        let mut figures = figures?;
        figures.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        Ok(figures[figures.len() / 2])
    };
    let index = elsewhere("open", &path, 1)?.bytes_read;
    let decode = elsewhere("decode", &path, 1)?;
    // The first one reads from the disk.
    elsewhere("exact", &path, 1)?;
    let (one, two) = (repeat("exact", 1)?, repeat("exact", 2)?);
    let inclusive = match report.events <= MOST_WALKED {
        true => format!("{:.3}", elsewhere("inclusive", &path, 2)?.seconds),
        false => String::new(),
    };
    let approx = repeat("approx", 2)?;
    let file = File::create(&path)?;
    builder(program).detail(Detail::Counts).build()?.run(file)?;
    let counts = repeat("exact", 2)?;
    fs::remove_file(&path)?;

    let millions = |amount: f64, seconds: f64| amount / 1e6 / seconds.max(1e-9);
    let events = report.events as f64;
    Ok(format!(
        "| {} | {plain:.3} | {} | {:.1} | {:.1} | {:.0} M/s | {:.0} M/s | {:.2} M/s | {:.3} | {:.3} | {:.1} % | {:.0} | {inclusive} | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} % |",
        program.name,
        report.events,
        report.ring_bytes as f64 / 1e6,
        report.trace_bytes as f64 / 1e6,
        millions(events, decode.seconds),
        millions(events, one.counting),
        millions(one.bundles as f64, one.replaying),
        one.seconds,
        two.seconds,
        two.seconds / plain * 100.0,
        two.peak_bytes as f64 / 1e6,
        counts.seconds * 1e3,
        approx.seconds * 1e3,
        index as f64 / 1e3,
        (two.bytes_read - index) as f64 / 1e3,
        (approx.bytes_read - index) as f64 / (two.bytes_read - index) as f64 * 100.0,
    ))
}

/// Runs one analysis in a process of its own.
fn elsewhere(work: &str, trace: &Path, jobs: usize) -> wasmtime::Result<Figures> {
    let output = Command::new(std::env::current_exe()?)
        .args(["one-analysis", work, "--jobs", &jobs.to_string()])
        .arg(trace)
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line = String::from_utf8_lossy(&output.stdout);
    let mut words = line.split_whitespace();
    let mut word = || words.next().context("a process printed too little");
    Ok(Figures {
        seconds: word()?.parse()?,
        counting: word()?.parse()?,
        replaying: word()?.parse()?,
        bytes_read: word()?.parse()?,
        peak_bytes: word()?.parse()?,
        bundles: word()?.parse()?,
    })
}

/// The process behind [`elsewhere`].
pub(crate) fn run_one(options: &OneOptions) -> wasmtime::Result<()> {
    let before = process::bytes_read()?;
    let start = Instant::now();
    let trace = Trace::open(&options.trace)?;
    let stats = match options.work {
        Work::Open => analyzer::Stats::default(),
        Work::Decode => {
            decode(&trace)?;
            analyzer::Stats::default()
        }
        work => price(&trace, work, options.jobs)?,
    };
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{seconds} {} {} {} {} {}",
        stats.count_time.as_secs_f64(),
        stats.replay_time.as_secs_f64(),
        process::bytes_read()? - before,
        process::peak_bytes()?,
        stats.distinct_events,
    );
    Ok(())
}

fn decode(trace: &Trace) -> wasmtime::Result<()> {
    let mut counter = EventCounter::new(trace.header().plan.layout());
    for segment in 0..trace.segments().len() {
        if let SegmentData::Events(words) = trace.read_segment(segment)? {
            counter.count(&words)?;
        }
    }
    Ok(())
}

fn price(trace: &Trace, work: Work, jobs: usize) -> wasmtime::Result<analyzer::Stats> {
    let model = CostModel::builtin("wasmtime").context("there is no such model")?;
    let options = AnalyzeOptions {
        jobs: Some(jobs),
        inclusive: matches!(work, Work::Inclusive),
        goal: matches!(work, Work::Approx).then(Goal::default),
        ..AnalyzeOptions::default()
    };
    let analysis = analyze(trace, &model, &options)?;
    // Printing belongs to it, though it takes nothing.
    std::hint::black_box(analysis.report.to_json());
    Ok(analysis.stats)
}
