//! From a trace and a cost model to the report.

use std::collections::BTreeSet;
use std::time::Duration;

use formats::cost_model::CostModel;
use formats::plan::Plan;
use formats::report::{
    CostModelReport, Fuel, Mode, OutcomeReport, Report, SCHEMA, SampleReport, TraceReport,
};
use formats::trace::{Outcome, OutcomeKind, Trace};
use slicer::module::Module;

use crate::bodies::{self, Body};
use crate::counted::CountedNests;
use crate::estimate::Goal;
use crate::fit;
use crate::meter::Meter;
use crate::parts::Parts;
use crate::profile::Profile;
use crate::replay::{Budget, Pricing};
use crate::rows::Rows;
use crate::streams::Streams;
use crate::symbols::Symbols;
use crate::tail::{Place, TailPricer};
use crate::timeline::timeline;
use crate::walk::{TrapTail, place_of};
use crate::{Error, approx, code, completeness, exact, operators};

/// How to analyze.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnalyzeOptions<'a> {
    /// Number of threads; `None` for one per processor.
    pub jobs: Option<usize>,
    /// Whether to price what is there of a trace that is truncated, damaged or lossy.
    pub allow_partial: bool,
    /// Whether to compute what callees spent also where the events are so many that it takes seconds.
    pub inclusive: bool,
    /// Whether to find out what the fuel was spent on. It takes replaying all distinct events again; an
    /// estimate does not tell.
    pub operators: bool,
    /// How good an estimate is wanted; `None` for the exact total.
    pub goal: Option<Goal>,
    /// A module with the same functions as that of the trace, to take names and source lines from:
    /// that of the trace may have been stripped of them.
    pub symbols: Option<&'a [u8]>,
    /// Told how far the analysis has come.
    pub meter: Option<&'a Meter>,
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
    /// How long reading and counting took.
    pub count_time: Duration,
    /// How long replaying took.
    pub replay_time: Duration,
}

impl Stats {
    pub(crate) fn add(&mut self, other: Stats) {
        self.distinct_events += other.distinct_events;
        self.replay_chunks += other.replay_chunks;
        self.steps += other.steps;
        self.slices += other.slices;
        self.count_time += other.count_time;
        self.replay_time += other.replay_time;
    }
}

/// Prices `trace` by `model`.
///
/// # Errors
///
/// When the trace is damaged, or incomplete and `options` don't allow that; when its plan doesn't
/// fit its module; when the threads can't be started. An estimate allows for what is missing.
pub fn analyze(
    trace: &Trace,
    model: &CostModel,
    options: &AnalyzeOptions<'_>,
) -> Result<Analysis, Error> {
    in_threads(options.jobs, || Job::new(trace, model)?.analyze(options))
}

/// Runs `work` with so many threads.
pub(crate) fn in_threads<T: Send>(
    jobs: Option<usize>,
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let jobs = jobs.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .build()
        .map_err(|error| Error::Threads { jobs, message: error.to_string() })?;
    pool.install(work)
}

/// A trace whose plan was found to fit its module.
pub(crate) struct Job<'a> {
    trace: &'a Trace,
    model: &'a CostModel,
    module: Module<'a>,
    bodies: Vec<Body>,
    streams: Streams,
}

/// Everything that a trace is priced with.
pub(crate) struct Case<'a> {
    pub(crate) trace: &'a Trace,
    pub(crate) streams: &'a Streams,
    pub(crate) plan: &'a Plan,
    pub(crate) parts: &'a Parts,
    /// The counted nests, with what traps cut short of them.
    pub(crate) counted: CountedNests,
    pub(crate) pricing: Pricing<'a>,
    pub(crate) pricer: TailPricer<'a>,
    pub(crate) options: &'a AnalyzeOptions<'a>,
    pub(crate) symbols: Symbols<'a>,
}

/// What pricing found.
pub(crate) struct Findings {
    pub(crate) fuel: Fuel,
    pub(crate) rows: Rows,
    pub(crate) notes: Vec<String>,
    pub(crate) stats: Stats,
    /// What was read, if it was not everything.
    pub(crate) sample: Option<SampleReport>,
    /// Whether nothing turned out to be damaged.
    pub(crate) is_whole: bool,
}

impl<'a> Job<'a> {
    pub(crate) fn new(trace: &'a Trace, model: &'a CostModel) -> Result<Self, Error> {
        let module = Module::parse(&trace.header().module).map_err(Error::Module)?;
        let bodies = bodies::read(&module).map_err(Error::Module)?;
        fit::check(&trace.header().plan, &module, &bodies)?;
        Ok(Job { trace, model, module, bodies, streams: Streams::of(trace) })
    }

    fn analyze(&self, options: &AnalyzeOptions<'_>) -> Result<Analysis, Error> {
        let gaps = self.gaps(options)?;
        self.with_case(options, |case| match &options.goal {
            Some(goal) => Ok(self.assemble(gaps, approx::price(case, goal)?)),
            None => {
                let (found, detail) = exact::price_in_detail(case, options.operators)?;
                let mut analysis = self.assemble(gaps, found);
                if options.operators
                    && let Some(prices) = &detail.prices
                {
                    let blocks = detail.count_blocks(case)?;
                    let operators = operators::operators(case, &detail, prices, &blocks)?;
                    analysis.report.operators = operators;
                }
                Ok(analysis)
            }
        })
    }

    pub(crate) fn profile(&self, options: &AnalyzeOptions<'_>) -> Result<Profile, Error> {
        let names = Symbols::of(&self.module, options.symbols)?.names();
        if options.goal.is_some() {
            return Ok(Profile::of(self.analyze(options)?, names));
        }
        let gaps = self.gaps(options)?;
        self.with_case(options, |case| {
            let (found, detail) = exact::price_in_detail(case, true)?;
            let mut profile = Profile::of(self.assemble(gaps, found), names);
            if let Some(prices) = &detail.prices {
                let blocks = detail.count_blocks(case)?;
                let report = &mut profile.analysis.report;
                report.operators = operators::operators(case, &detail, prices, &blocks)?;
                let hot = report.functions.iter().map(|function| function.index);
                profile.code = code::code(case, &blocks, hot)?;
                profile.timeline = timeline(case, &detail.entries, prices)?;
            }
            profile.tree = detail.tree;
            Ok(profile)
        })
    }

    /// What is missing of the trace, in words.
    ///
    /// # Errors
    ///
    /// When something is and `options` don't allow that. An estimate allows for it.
    fn gaps(&self, options: &AnalyzeOptions<'_>) -> Result<Vec<String>, Error> {
        let mut gaps = completeness::gaps_of(self.trace, &self.streams);
        if options.goal.is_some() {
            return Ok(gaps);
        }
        if let Some(sample) = completeness::sample_error(self.trace) {
            if !options.allow_partial {
                return Err(sample);
            }
            gaps.push(sample.to_string());
        }
        match gaps.is_empty() || options.allow_partial {
            true => Ok(gaps),
            false => Err(Error::Incomplete(gaps)),
        }
    }

    pub(crate) fn with_case<T>(
        &self,
        options: &AnalyzeOptions<'_>,
        work: impl FnOnce(&Case<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Job { trace, model, module, bodies, streams } = self;
        let plan = &trace.header().plan;
        let parts = Parts::of(plan);
        let pricer = TailPricer { module, plan, model, bodies };
        let budget = budget(trace, streams, &pricer);
        let events = plan.event_map();
        let pricing = Pricing { module, plan, model, parts: &parts, events, budget };
        let symbols = Symbols::of(module, options.symbols)?;
        let counted = CountedNests::of_trace(trace, streams, &pricer)?;
        let parts = &parts;
        work(&Case { trace, streams, plan, parts, counted, pricing, pricer, options, symbols })
    }

    fn assemble(&self, gaps: Vec<String>, found: Findings) -> Analysis {
        let complete = gaps.is_empty() && found.is_whole;
        let notes = gaps.into_iter().chain(found.notes).collect();
        let Findings { fuel, rows, sample, stats, .. } = found;
        let report = self.report(complete, fuel, rows, sample);
        Analysis { report, notes, stats }
    }

    fn report(
        &self,
        complete: bool,
        fuel: Fuel,
        rows: Rows,
        sample: Option<SampleReport>,
    ) -> Report {
        let (trace, header) = (self.trace, self.trace.header());
        Report {
            schema: SCHEMA.to_string(),
            mode: if sample.is_some() { Mode::Approx } else { Mode::Exact },
            cost_model: CostModelReport { name: self.model.name.clone(), hash: self.model.hash() },
            program: header.program.clone(),
            complete,
            fuel,
            outcome: last_outcome(trace),
            trace: TraceReport {
                events: trace.events(),
                segments: trace.segments().len() as u64,
                streams: self.streams.len() as u64,
                bytes: trace.bytes(),
                nanoseconds: duration(trace),
                dropped_events: trace.dropped_events(),
                detail: header.detail,
            },
            sample,
            functions: rows.functions,
            loops: rows.loops,
            operators: Vec::new(),
        }
    }
}

/// What replaying the nests of `trace` may take.
fn budget(trace: &Trace, streams: &Streams, pricer: &TailPricer<'_>) -> Budget {
    let cuts = (traps(trace).count() + streams.open().count()) as u64;
    Budget::of_run(duration(trace), cut_functions(trace, streams, pricer), cuts)
}

/// Nanoseconds from the start of the recording to the end of its last segment.
fn duration(trace: &Trace) -> u64 {
    trace.segments().iter().map(|segment| segment.info.end_ns).max().unwrap_or(0)
}

/// The defined functions that may have been cut short within a nest: those that trapped, or all
/// where that is not known.
fn cut_functions(trace: &Trace, streams: &Streams, pricer: &TailPricer<'_>) -> BTreeSet<u32> {
    let all = || (0..pricer.plan.functions.len() as u32).collect();
    if streams.open().next().is_some() {
        return all();
    }
    let places: Option<Vec<Place>> =
        traps(trace).map(|outcome| place_of(outcome, pricer)).collect();
    places.map_or_else(all, |places| places.iter().map(|place| place.function).collect())
}

fn traps(trace: &Trace) -> impl Iterator<Item = &Outcome> {
    let outcomes = trace.outcomes().iter().map(|entry| &entry.outcome);
    outcomes.filter(|outcome| outcome.kind == OutcomeKind::Trap)
}

/// The interval of the total: `counted` is what the events cost, nests in full; `low` is the least
/// that can have run.
pub(crate) fn total_fuel(counted: u128, low: u128, tails: &[TrapTail]) -> Result<Fuel, Error> {
    let high = tails
        .iter()
        .try_fold(counted, |sum, tail| sum.checked_add(u128::from(tail.fuel.high)))
        .ok_or(Error::Overflow)?;
    Ok(Fuel { total: low, low, high, confidence: None })
}

/// What the tails leave open, in words.
pub(crate) fn tail_notes(tails: &[TrapTail], plan: &Plan) -> Vec<String> {
    let is_open = |tail: &&TrapTail| tail.unfinished.is_some() || tail.fuel.low != tail.fuel.high;
    let open = tails.iter().filter(is_open);
    open.map(|tail| match tail.function {
        Some(function) if !tail.is_placed => format!(
            "the engine does not tell where in func[{}] the trap struck: up to {} fuel ran after the \
             last event, and that is not certain either if it is a loop nest",
            plan.function_index(function),
            tail.fuel.high
        ),
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
        None if tail.fuel.high == 0 => {
            "the trace may end in the middle of a loop nest, of which only \
             is known what it was entered with"
                .to_string()
        }
        None => format!(
            "the recorder could not tell where the program trapped: up to {} fuel, the dearest \
             path of the program, ran after the last event",
            tail.fuel.high
        ),
    })
    .collect()
}

fn last_outcome(trace: &Trace) -> OutcomeReport {
    let last = trace.outcomes().last().map(|entry| OutcomeReport::from(&entry.outcome));
    last.unwrap_or_else(|| OutcomeReport::from(&Outcome::default()))
}
