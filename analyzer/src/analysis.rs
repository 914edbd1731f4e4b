//! From a trace and a cost model to the report.

use std::collections::BTreeSet;

use formats::cost_model::CostModel;
use formats::events::Event;
use formats::plan::{EventKind, Plan};
use formats::report::{CostModelReport, Fuel, Mode, OutcomeReport, Report, SCHEMA, TraceReport};
use formats::trace::{OutcomeKind, Trace};
use slicer::module::Module;

use crate::Error;
use crate::bodies;
use crate::completeness;
use crate::fit;
use crate::limits::MAX_LISTED_DAMAGE;
use crate::profile::Profile;
use crate::replay::{self, Budget, Prices};
use crate::steps::Steps;
use crate::streams::{Item, streams};
use crate::tail::{Place, TailPricer};
use crate::tally::{self, Tallies, Tally};
use crate::walk::{TrapTail, Walk, Walker, place_of, unordered_tails};

/// How to analyze.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnalyzeOptions {
    /// Number of threads; `None` for one per processor.
    pub jobs: Option<usize>,
    /// Whether to price what is there of a trace that is truncated, damaged or lossy.
    pub allow_partial: bool,
}

/// What an analysis found.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The report, with all functions and loops that ran, those with most fuel first.
    pub report: Report,
    /// What a reader of the report has to know: why the trace is incomplete, why the fuel is an
    /// interval. Sentences without a full stop.
    pub notes: Vec<String>,
    /// How much work it was.
    pub stats: Stats,
}

/// How much work an analysis was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Distinct events: each was priced once.
    pub distinct_events: usize,
    /// Chunks in which they were priced.
    pub replay_chunks: usize,
    /// Steps that the interpreter took to replay them.
    pub steps: u64,
    /// Slices that ran, each counted once for every chunk that needed it.
    pub slices: usize,
}

/// Prices `trace` by `model`.
///
/// # Errors
///
/// When the trace is damaged, or incomplete and `options` don't allow that; when its plan doesn't
/// fit its module; when the threads can't be started.
pub fn analyze(
    trace: &Trace,
    model: &CostModel,
    options: &AnalyzeOptions,
) -> Result<Analysis, Error> {
    let jobs = options.jobs.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .build()
        .map_err(|error| Error::Threads { jobs, message: error.to_string() })?;
    pool.install(|| analyze_here(trace, model, options))
}

fn analyze_here(
    trace: &Trace,
    model: &CostModel,
    options: &AnalyzeOptions,
) -> Result<Analysis, Error> {
    let mut gaps = completeness::gaps(trace);
    if !gaps.is_empty() && !options.allow_partial {
        return Err(Error::Incomplete(gaps));
    }
    let plan = &trace.header().plan;
    let module = Module::parse(&trace.header().module).map_err(Error::Module)?;
    let bodies = bodies::read(&module).map_err(Error::Module)?;
    fit::check(plan, &module, &bodies)?;

    let Tallies { entries: tally, damage } = tally::count(trace, options.allow_partial)?;
    gaps.extend(damage_notes(&damage));
    let pricer = TailPricer { module: &module, plan, model, bodies: &bodies };
    let budget = budget(trace, &pricer);
    let (prices, stats) = replay::price(&module, plan, model, &tally, &budget)?;

    let priced = Priced { plan, tally: &tally, prices: &prices };
    let ordered = completeness::is_ordered(trace) && damage.is_empty();
    let (totals, tails) = if ordered {
        let walk = walk(trace, &priced, pricer)?;
        (Some(walk.totals), walk.tails)
    } else {
        (None, unordered_tails(trace, &pricer, |function| priced.dearest_nest(function))?)
    };
    priced.check_cut(&tails)?;
    let mut profile = Profile::new(plan, totals);
    profile.add_events(&tally, &prices)?;
    let counted = profile.fuel();
    for tail in &tails {
        if let Some(nest) = &tail.unfinished {
            let once = [Tally { event: nest.clone(), count: 1 }];
            profile.take_back(&replay::price(&module, plan, model, &once, &budget)?.0)?;
        }
        profile.add_tail(tail)?;
    }

    let fuel = total_fuel(counted, profile.fuel(), &tails)?;
    let mut notes = gaps.clone();
    notes.extend(tail_notes(&tails, pricer.plan));
    let report = assemble(trace, model, gaps.is_empty(), fuel, profile);
    Ok(Analysis { report, notes, stats })
}

/// The distinct events of a trace and what they cost.
struct Priced<'a> {
    plan: &'a Plan,
    tally: &'a [Tally],
    prices: &'a Prices,
}

impl Priced<'_> {
    /// Checks that a trap, or the end of the trace, cut each nest short that does not end: each as
    /// often as it was entered.
    fn check_cut(&self, tails: &[TrapTail]) -> Result<(), Error> {
        let priced = self.tally.iter().zip(&self.prices.events);
        for (entry, _) in priced.filter(|(_, price)| price.is_cut) {
            let cut = tails.iter().filter(|tail| tail.unfinished.as_ref() == Some(&entry.event));
            if cut.count() as u128 != entry.count {
                return Err(Error::ReplayTooLong);
            }
        }
        Ok(())
    }

    /// The dearest event of a nest, of the given function if any.
    fn dearest_nest(&self, function: Option<u32>) -> Option<Event> {
        let events = self.plan.event_map();
        let is_nest = |event: &Event| match events.resolve(event.id) {
            Some(EventKind::Nest { function: found, .. }) => {
                function.is_none_or(|function| function == found)
            }
            _ => false,
        };
        let priced = self.tally.iter().zip(&self.prices.events);
        let nests = priced.filter(|(entry, _)| is_nest(&entry.event));
        nests.max_by_key(|(_, price)| price.fuel).map(|(entry, _)| entry.event.clone())
    }
}

fn walk(trace: &Trace, priced: &Priced<'_>, pricer: TailPricer<'_>) -> Result<Walk, Error> {
    let steps = Steps::new(priced.plan, pricer.bodies, priced.tally, &priced.prices.events)?;
    Walker { trace, steps: &steps, pricer }.walk(&streams(trace))
}

/// What replaying the nests of `trace` may take.
fn budget(trace: &Trace, pricer: &TailPricer<'_>) -> Budget {
    let times = trace.segments().iter().map(|segment| segment.info.end_ns);
    Budget::of_run(times.max().unwrap_or(0), cut_functions(trace, pricer))
}

/// The defined functions that may have been cut short within a nest: those that trapped, or all
/// where that is not known.
fn cut_functions(trace: &Trace, pricer: &TailPricer<'_>) -> BTreeSet<u32> {
    let all = || (0..pricer.plan.functions.len() as u32).collect();
    let is_open = |items: Vec<Item>| matches!(items.last(), Some(Item::Segment(_)));
    if streams(trace).into_values().any(is_open) {
        return all();
    }
    let traps = trace.outcomes().iter().filter(|entry| entry.outcome.kind == OutcomeKind::Trap);
    let places: Option<Vec<Place>> = traps.map(|entry| place_of(&entry.outcome, pricer)).collect();
    places.map_or_else(all, |places| places.iter().map(|place| place.function).collect())
}

/// The interval of the total: `counted` is what the events cost, nests in full; `low` is the least
/// that can have run.
fn total_fuel(counted: u128, low: u128, tails: &[TrapTail]) -> Result<Fuel, Error> {
    let high = tails
        .iter()
        .try_fold(counted, |sum, tail| sum.checked_add(u128::from(tail.fuel.high)))
        .ok_or(Error::Overflow)?;
    Ok(Fuel { total: low, low, high, confidence: None })
}

fn damage_notes(damage: &[Error]) -> Vec<String> {
    let listed = damage.iter().take(MAX_LISTED_DAMAGE);
    let mut notes: Vec<String> = listed.map(|error| format!("{error}; it is left out")).collect();
    if damage.len() > MAX_LISTED_DAMAGE {
        notes.push(format!("{} damaged segments are left out in all", damage.len()));
    }
    notes
}

fn tail_notes(tails: &[TrapTail], plan: &Plan) -> Vec<String> {
    let is_open = |tail: &&TrapTail| tail.unfinished.is_some() || tail.fuel.low != tail.fuel.high;
    let open = tails.iter().filter(is_open);
    open.map(|tail| match tail.function {
        Some(function) if tail.unfinished.is_some() => format!(
            "the trap struck in a loop nest of func[{}] of which only the values are recorded that \
             decide its branches, not in which iteration: `wf-record --slices min` tells that too",
            plan.function_index(function)
        ),
        Some(function) => format!(
            "the trap cut a path of func[{}] short that has several ways to the trapping \
             operator: between {} and {} fuel of it ran",
            plan.function_index(function),
            tail.fuel.low,
            tail.fuel.high
        ),
        None => format!(
            "the recorder could not tell where the program trapped: up to {} fuel, the dearest \
             path of the program, ran after the last event",
            tail.fuel.high
        ),
    })
    .collect()
}

fn assemble(
    trace: &Trace,
    model: &CostModel,
    complete: bool,
    fuel: Fuel,
    profile: Profile<'_>,
) -> Report {
    let header = trace.header();
    let (functions, loops) = profile.into_rows(&header.module);
    Report {
        schema: SCHEMA.to_string(),
        mode: Mode::Exact,
        cost_model: CostModelReport { name: model.name.clone(), hash: model.hash() },
        program: header.program.clone(),
        complete,
        fuel,
        outcome: last_outcome(trace),
        trace: TraceReport {
            events: trace.events(),
            segments: trace.segments().len() as u64,
            streams: streams(trace).len() as u64,
            bytes: trace.bytes(),
            dropped_events: trace.dropped_events(),
            detail: header.detail,
        },
        functions,
        loops,
    }
}

fn last_outcome(trace: &Trace) -> OutcomeReport {
    let outcome = trace.outcomes().last().map(|entry| entry.outcome.clone()).unwrap_or_default();
    OutcomeReport {
        kind: outcome.kind,
        code: outcome.code,
        message: outcome.message,
        location: outcome.location,
    }
}
