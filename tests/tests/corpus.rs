//! Real programs that nobody here wrote: a checkout of the Sightglass benchmarks, or a part of
//! it, in the folder that the environment variable `WF_CORPUS` names.
//!
//! Every `.wasm` file below that folder runs as a WASI command with its own folder preopened as
//! `.`; its imports `bench.start` and `bench.end` do nothing. What it prints must be what
//! `*.stdout.expected` and `*.stderr.expected` beside it say, and its totals must be exact under
//! all oracles.
//!
//! This is a program of its own and no libtest test, so that what it could not check is seen.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use formats::cost_model::CostModel;
use formats::trace::{Detail, Trace};
use recorder::Slices;
use tests::exact::{self, Options};
use tests::observation::{Ending, Observation};
use tests::oracle::fuel::FuelRun;
use tests::oracle::{counter, fuel, wasmtime_engine};
use tests::program::Program;
use tests::{corpus, engine, models, recorded};

/// Names the folder of the corpus.
const VARIABLE: &str = "WF_CORPUS";

/// Programs that execute more operators than this run neither under wasmi nor with their events
/// in order, unless [`EVERYTHING`] is set. Measured on one of two cores: `shootout-matrix`, 2.8 G
/// operators, takes 40 seconds with both and 5 without; so `shootout-seqhash`, 67 G, would take 16
/// minutes.
const LARGE_OPERATORS: u64 = 3_000_000_000;

/// Environment variable that has programs above [`LARGE_OPERATORS`] recorded for max slices as well:
/// minutes for each, and more distinct values than can be kept for some.
const MAX_SLICES: &str = "WF_CORPUS_MAX";

/// Environment variable that lifts [`LARGE_OPERATORS`].
const EVERYTHING: &str = "WF_CORPUS_EVERYTHING";

fn main() -> ExitCode {
    let Some(corpus) = std::env::var_os(VARIABLE).map(PathBuf::from) else {
        println!("corpus: NOT CHECKED, because {VARIABLE} does not name a folder");
        return ExitCode::SUCCESS;
    };
    let programs = match corpus::find(&corpus) {
        Ok(programs) => programs,
        Err(error) => {
            println!("corpus: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let started = Instant::now();
    let exact = check_all(&corpus, &programs);
    let (tried, seconds) = (programs.len(), started.elapsed().as_secs());
    println!("corpus: {exact} exact / {tried} tried, in {seconds} s");
    if exact == tried { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Checks the programs on all cores and gives the number of exact ones.
fn check_all(corpus: &Path, programs: &[PathBuf]) -> usize {
    let (next, exact) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let output = Mutex::new(());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        while let Some(path) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let started = Instant::now();
            let name = path.strip_prefix(corpus).unwrap_or(path).display();
            let result = check(path);
            let seconds = started.elapsed().as_secs_f64();
            let _line = output.lock();
            match result {
                Ok(note) => {
                    exact.fetch_add(1, Ordering::Relaxed);
                    println!("corpus: {name}: exact; {note}; {seconds:.1} s");
                }
                Err(error) => println!("corpus: {name}: NOT EXACT; {seconds:.1} s\n{error:#}"),
            }
        }
    };
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    exact.into_inner()
}

/// Checks one program and says what was checked.
fn check(path: &Path) -> Result<String> {
    let program = corpus::program(path, Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    let unit = CostModel::builtin("unit").context("there is no model `unit`")?;
    let first = fuel::run(&program, &unit)?.context("the model `unit` fits Wasmtime's table")?;
    corpus::compare_output(path, &first.observation)?;
    let entered = matches!(first.observation.endings[..], [Ending::Return(_) | Ending::Exit(0)]);
    ensure!(entered, "it ends with {:?}", first.observation.endings);

    let operators: u64 = first.fuel.iter().sum();
    let models: Vec<CostModel> = models::builtin().into_iter().chain([models::random(1)]).collect();
    if operators > LARGE_OPERATORS && std::env::var_os(EVERYTHING).is_none() {
        let kinds = check_large(&program, &models, &first)?;
        let without = "too many for wasmi and ordered events";
        return Ok(format!("{operators} operators: {without}; slices {kinds}"));
    }
    let options = Options { fuel_models: models.len(), models, ..Options::default() };
    let (summary, differences) = exact::check(&program, &options)?;
    ensure!(differences.is_empty(), "{differences}");
    corpus::compare_output(path, &summary.recorded)?;
    ensure!(summary.wasmi_refused.is_none(), "wasmi refused it: {:?}", summary.wasmi_refused);
    ensure!(summary.fuel_compared == 4, "fuel was compared {} times", summary.fuel_compared);
    Ok(format!("{operators} operators"))
}

/// The check of a program that runs too long for wasmi, and whose ordered events would fill the
/// memory: Wasmtime's fuel and the counter under Wasmtime against traces of counts. `unit` is its
/// run that consumed fuel by the model of that name. Says for which slices it was recorded: where
/// max slices leave too much to keep, that has to be what the trace, or the analyzer, says.
fn check_large(program: &Program, models: &[CostModel], unit: &FuelRun) -> Result<String> {
    let plain = engine::run_plain(program)?;
    let counted = counter::rewrite(&program.wasm, models)?;
    let oracle = wasmtime_engine::run(program, &counted)?;
    ensure_same(&plain, &oracle.observation, "counter")?;
    let mut differences = Vec::new();
    let mut kinds = String::from("chosen, min");
    let max = std::env::var_os(MAX_SLICES).map(|_| Slices::Max);
    for slices in [Slices::Chosen, Slices::Min].into_iter().chain(max) {
        let run = recorded::record(program, slices, Detail::Counts)?;
        ensure_same(&plain, &run.observation, &format!("{slices:?} slices"))?;
        let trace = recorded::read(run.trace)?;
        if slices == Slices::Max {
            if let Some(why) = too_much(&trace) {
                kinds += &format!(" (max: {why})");
                continue;
            }
            kinds += ", max";
        }
        let imported = trace.header().plan.imported_functions;
        for (model, count) in models.iter().zip(&oracle.counts) {
            let report = recorded::price(&trace, model, None)?;
            exact::compare(&report, count, imported, &mut |what| {
                differences.push(format!("{slices:?} slices: {what}"));
            });
        }
    }
    for (model, count) in models.iter().zip(&oracle.counts) {
        let consumed = match model.name.as_str() {
            "unit" => unit.clone(),
            // The same run as by `wasmtime-48`, with other prices for bytes: one is enough.
            "wasmtime-45" => continue,
            _ => fuel::run(program, model)?.context("its prices fit Wasmtime's table")?,
        };
        ensure_same(&plain, &consumed.observation, "fuel")?;
        let total = consumed.fuel.iter().fold(0u64, |sum, fuel| sum.wrapping_add(*fuel));
        let total = fuel::with_entries(total, count.all_calls(), model);
        if total != count.total {
            let name = &model.name;
            differences.push(format!("{name}: fuel {total}, counted {}", count.total));
        }
    }
    ensure!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(kinds)
}

/// Why a trace can't be priced, if it is because of what max slices record.
fn too_much(trace: &Trace) -> Option<String> {
    let is_full = trace.dropped_events() > 0;
    is_full.then(|| format!("more than {} MiB", recorded::MAX_TRACE_BYTES >> 20))
}

fn ensure_same(plain: &Observation, other: &Observation, what: &str) -> Result<()> {
    let differences = plain.differences(other);
    ensure!(differences.is_empty(), "{what}: {differences}");
    Ok(())
}
