//! Comparison of everything with everything.
//!
//! [`check`] takes a program and runs it plainly, under each oracle, and recorded. What can be
//! seen from outside must be the same in every run. What it cost must be the same to the unit,
//! by each cost model: in total, for each function, and for each function's calls. After a trap
//! that leaves several paths open, the analyzer's interval must contain what was counted.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use formats::cost_model::CostModel;
use formats::report::Report;
use formats::trace::{Detail, Trace};
use recorder::Slices;
use wasmtime::Trap;

use crate::models::SplitMix;
use crate::observation::{Ending, Observation};
use crate::oracle::counter::{self, Count, CountedRun};
use crate::oracle::{fuel, wasmi_engine, wasmtime_engine};
use crate::program::Program;
use crate::recorded::Recordable;
use crate::{engine, models, recorded};

/// Threads of the analyzer, where the report is compared with that of one.
const SEVERAL_JOBS: usize = 3;

/// What to compare.
#[derive(Clone, Debug)]
pub struct Options {
    /// Cost models to price by.
    pub models: Vec<CostModel>,
    /// How many of the models, from the first one, Wasmtime's fuel is asked about: each takes a
    /// compilation and a run.
    pub fuel_models: usize,
    /// Which slices to record for.
    pub slices: Vec<Slices>,
    /// Whether to run under wasmi too: about 30 times slower than Wasmtime.
    pub wasmi: bool,
}

impl Default for Options {
    /// The built-in models and two random ones, all slices, all oracles.
    fn default() -> Self {
        let mut models = models::all(2);
        // The first models are the ones that fuel is asked about: the default and a random one.
        let last = models.len() - 1;
        models.swap(1, last);
        let slices = vec![Slices::Chosen, Slices::Min, Slices::Max];
        Options { models, fuel_models: 2, slices, wasmi: true }
    }
}

impl Options {
    /// One model, the default one or a random one, and one kind of slices, drawn by `random`: what there is time
    /// for where programs are many.
    pub fn drawn(random: u64) -> Options {
        let mut random = SplitMix(random);
        let model = match random.below(2) {
            0 => models::builtin().swap_remove(0),
            _ => models::random(random.bits()),
        };
        let slices = [Slices::Chosen, Slices::Min, Slices::Max][random.below(3) as usize];
        Options { models: vec![model], fuel_models: 1, slices: vec![slices], wasmi: true }
    }
}

/// What was compared, when everything was as it should be.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What the first recorded run did.
    pub recorded: Observation,
    /// The report for each cost model, from the first recorded run.
    pub reports: Vec<Report>,
    /// What the counter said, for each cost model.
    pub counts: Vec<Count>,
    /// Invocations whose fuel was compared, over all models asked.
    pub fuel_compared: usize,
    /// Why wasmi did not run the program, when it was asked to.
    pub wasmi_refused: Option<String>,
    /// Whether counts could be compared: not when a run overflowed its stack, because where it
    /// does so depends on the size of native frames.
    pub comparable: bool,
}

/// Checks `program` with the default options.
///
/// # Panics
///
/// When something differs; the message lists what.
#[track_caller]
pub fn assert_exact(program: &Program) -> Summary {
    assert_exact_with(program, &Options::default())
}

/// Checks `program`.
///
/// # Panics
///
/// When something differs; the message lists what.
#[track_caller]
pub fn assert_exact_with(program: &Program, options: &Options) -> Summary {
    match check(program, options) {
        Ok((summary, differences)) if differences.is_empty() => summary,
        Ok((_, differences)) => panic!("{}: not exact\n{differences}", program.name),
        Err(error) => panic!("{}: {error:#}", program.name),
    }
}

/// Checks `program`, and gives what was found with a list of the differences, which is empty when
/// there are none.
///
/// # Errors
///
/// When the program cannot be run, recorded or analyzed at all.
pub fn check(program: &Program, options: &Options) -> Result<(Summary, String)> {
    let plain = engine::run_plain(program).context("running it plainly")?;
    let counted = counter::rewrite(&program.wasm, &options.models).context("rewriting it")?;
    let oracle = wasmtime_engine::run(program, &counted).context("counting under Wasmtime")?;
    let mut check = Check {
        options,
        plain: &plain,
        comparable: !plain.overflowed_the_stack(),
        text: String::new(),
    };
    check.observation("counter under Wasmtime", &oracle.observation);
    let fuel_compared = check.fuel(program, &oracle)?;
    let wasmi_refused = match options.wasmi {
        false => None,
        true => match wasmi_engine::run(program, &counted).context("counting under wasmi")? {
            wasmi_engine::Outcome::Refused(reason) => Some(reason),
            wasmi_engine::Outcome::Ran(second) => {
                check.second_engine(&oracle, &second);
                None
            }
        },
    };
    let mut runs = Vec::new();
    for &slices in &options.slices {
        runs.push(check.recorded(program, slices, &oracle)?);
    }
    let (recorded, reports) = runs.swap_remove(0);
    let comparable = check.comparable;
    let differences = check.text;
    let counts = oracle.counts;
    let summary = Summary { recorded, reports, counts, fuel_compared, wasmi_refused, comparable };
    Ok((summary, differences))
}

/// A comparison that goes on after a difference.
struct Check<'a> {
    options: &'a Options,
    plain: &'a Observation,
    comparable: bool,
    text: String,
}

impl Check<'_> {
    fn differ(&mut self, what: impl std::fmt::Display) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "  {what}");
    }

    /// The run did what the plain one did. Of overflows of the stack only the endings compare.
    fn observation(&mut self, run: &str, other: &Observation) {
        let differences = match self.comparable {
            true => self.plain.differences(other),
            false if self.plain.endings == other.endings => String::new(),
            false => format!("    endings: {:?} against {:?}\n", self.plain.endings, other.endings),
        };
        if !differences.is_empty() {
            self.differ(format_args!("plain run against {run}:\n{differences}"));
        }
    }

    /// Wasmtime's fuel is what the counter says, wherever Wasmtime does not lose work. Gives the
    /// number of invocations that were compared.
    fn fuel(&mut self, program: &Program, oracle: &CountedRun) -> Result<usize> {
        let mut compared = 0;
        for (number, model) in self.options.models.iter().enumerate() {
            if number >= self.options.fuel_models {
                break;
            }
            let Some(run) = fuel::run(program, model).context("consuming fuel")? else {
                continue;
            };
            if run.is_saturated() {
                continue;
            }
            self.observation(&format!("fuel by {}", model.name), &run.observation);
            let (mut total_before, mut calls_before) = (0, 0);
            for (index, ending) in run.observation.endings.iter().enumerate() {
                let (Some(totals), Some(&calls)) =
                    (oracle.totals.get(index), oracle.calls.get(index))
                else {
                    break;
                };
                let counted = totals[number].wrapping_sub(total_before);
                let called = calls - calls_before;
                (total_before, calls_before) = (totals[number], calls);
                if !self.comparable || !fuel::is_exact_after(ending) {
                    continue;
                }
                compared += 1;
                let fuel = fuel::with_entries(run.fuel[index], called, model);
                if fuel != counted {
                    self.differ(format_args!(
                        "{}, invocation {index} ({ending:?}): Wasmtime's fuel is {fuel}, the \
                         counter says {counted}",
                        model.name
                    ));
                }
            }
        }
        Ok(compared)
    }

    fn second_engine(&mut self, first: &CountedRun, second: &CountedRun) {
        self.observation("counter under wasmi", &second.observation);
        if !self.comparable {
            return;
        }
        for (index, model) in self.options.models.iter().enumerate() {
            let (first, second) = (&first.counts[index], &second.counts[index]);
            if first != second {
                self.differ(format_args!(
                    "{}: the counter says {} under Wasmtime and {} under wasmi",
                    model.name, first.total, second.total
                ));
            }
        }
    }

    fn recorded(
        &mut self,
        program: &Program,
        slices: Slices,
        oracle: &CountedRun,
    ) -> Result<(Observation, Vec<Report>)> {
        let recordable = Recordable::new(program, slices).context("instrumenting")?;
        let run = recordable.record(Detail::Full).context("recording")?;
        self.observation(&format!("recorded run for {slices:?} slices"), &run.observation);
        let trace = recorded::read(run.trace)?;
        let certain = run.observation.endings.iter().all(must_be_exact);
        let mut reports = Vec::new();
        for (model, count) in self.options.models.iter().zip(&oracle.counts) {
            let report = recorded::price(&trace, model, Some(SEVERAL_JOBS))?;
            if certain && report.fuel.low != report.fuel.high {
                self.differ(format_args!(
                    "{slices:?} slices, {}: [{}, {}] although the total must be exact",
                    model.name, report.fuel.low, report.fuel.high
                ));
            }
            if self.comparable {
                let imported = trace.header().plan.imported_functions;
                let differ = &mut |what| self.differ(format_args!("{slices:?} slices: {what}"));
                compare(&report, count, imported, differ);
            }
            reports.push(report);
        }
        if let (Some(model), Some(report)) = (self.options.models.first(), reports.first()) {
            self.same_in_one_thread(&trace, model, report)?;
        }
        self.same_from_counts(&recordable, slices, &reports, oracle)?;
        Ok((run.observation, reports))
    }

    /// One thread gives the report that several gave.
    fn same_in_one_thread(
        &mut self,
        trace: &Trace,
        model: &CostModel,
        report: &Report,
    ) -> Result<()> {
        if recorded::price(trace, model, Some(1))?.to_json() != report.to_json() {
            self.differ("the report depends on the number of threads");
        }
        Ok(())
    }

    /// A trace of counts prices as one of ordered events does. Where that leaves an interval, which
    /// may depend on how long the recording took, it holds what was counted.
    fn same_from_counts(
        &mut self,
        recordable: &Recordable<'_>,
        slices: Slices,
        full: &[Report],
        oracle: &CountedRun,
    ) -> Result<()> {
        if !self.comparable {
            return Ok(());
        }
        let run = recordable.record(Detail::Counts).context("recording counts")?;
        let trace = recorded::read(run.trace)?;
        for ((model, full), count) in self.options.models.iter().zip(full).zip(&oracle.counts) {
            let counts = recorded::price(&trace, model, Some(1))?;
            let width = counts.fuel.high - counts.fuel.low;
            let holds = contains(counts.fuel.low, width, count.total);
            let exact = full.fuel.low == full.fuel.high && width == 0;
            if !holds || counts.fuel.low > full.fuel.low || (exact && counts.fuel != full.fuel) {
                self.differ(format_args!(
                    "{slices:?} slices, {}: {:?} from counts, {:?} from ordered events",
                    model.name, counts.fuel, full.fuel
                ));
            }
        }
        Ok(())
    }
}

/// Endings after which the total is a number, never an interval.
pub fn must_be_exact(ending: &Ending) -> bool {
    match ending {
        Ending::Return(_) | Ending::Exit(_) | Ending::Exception => true,
        Ending::Trap(trap) => {
            matches!(trap, Trap::UnreachableCodeReached | Trap::StackOverflow)
        }
        Ending::Other(_) => false,
    }
}

/// Compares a report with what was counted: the total, and each function's calls and own fuel.
/// `imported` is the number of imported functions, which the report's function indices include.
pub fn compare(report: &Report, count: &Count, imported: u32, differ: &mut dyn FnMut(String)) {
    let model = &report.cost_model.name;
    let width = report.fuel.high - report.fuel.low;
    if !contains(report.fuel.low, width, count.total) {
        differ(format!(
            "{model}: the report says [{}, {}], the counter {}",
            report.fuel.low, report.fuel.high, count.total
        ));
    }
    let mut seen = vec![(0, 0); count.functions.len()];
    for function in &report.functions {
        match seen.get_mut(function.index.wrapping_sub(imported) as usize) {
            Some(entry) => *entry = (function.calls, function.self_fuel),
            None => differ(format!("{model}: no such function: {function:?}")),
        }
    }
    for (number, (calls, own)) in seen.into_iter().enumerate() {
        let index = number as u64 + u64::from(imported);
        if calls != u128::from(count.calls[number]) {
            differ(format!(
                "{model}: function {index} was called {calls} times by the report, {} times by \
                 the counter",
                count.calls[number]
            ));
        }
        if !contains(own, width, count.functions[number]) {
            differ(format!(
                "{model}: the own fuel of function {index} is {own} (and up to {width}) by the \
                 report, {} by the counter",
                count.functions[number]
            ));
        }
    }
}

/// Whether `low..=low + width` contains a number that is `counted` modulo 2^64, which is how the
/// counters wrap.
fn contains(low: u128, width: u128, counted: u64) -> bool {
    u128::from(counted.wrapping_sub(low as u64)) <= width
}
