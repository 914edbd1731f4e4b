//! Prices every distinct bundle once, by running its slice.
//!
//! Takes the distinct events of a trace and how often each occurred; gives what each costs once,
//! and the fuel of each function by innermost loop, summed over all occurrences. The slices are
//! generated as WebAssembly in chunks of bounded size, compiled by wasmi and run there, one store
//! for each chunk, the chunks in parallel. Results are put together in the order of the events,
//! so that they don't depend on how the work was spread.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use formats::cost_model::CostModel;
use formats::plan::{EventKind, EventMap, Plan, Scalar};
use rayon::prelude::*;
use slicer::module::Module;
use slicer::slices::{
    FUEL_EXPORT, PathEnd, RESULT_BYTES, SliceInfo, SliceKey, SliceKind, SliceModule,
};
use wasmi::{
    CompilationMode, Config, Engine, F32, F64, Func, Instance, Memory, Store, TrapCode, Val,
};

use crate::Error;
use crate::analysis::Stats;
use crate::limits::{
    LEAST_STEPS, MAX_BLOCKS_PER_CHUNK, MAX_BUNDLES_PER_CHUNK, MOST_STEPS, STEPS_PER_NANOSECOND,
};
use crate::tally::Tally;

/// Fuel by defined function number and innermost loop.
pub(crate) type FuelByContext = BTreeMap<(u32, Option<u32>), u128>;

/// Iterations by defined function number and loop.
pub(crate) type IterationsByLoop = BTreeMap<(u32, u32), u128>;

/// What the distinct events of a trace cost.
#[derive(Default)]
pub(crate) struct Prices {
    /// One occurrence of each distinct event, in the order of the tally.
    pub(crate) events: Vec<Price>,
    /// Fuel of all occurrences.
    pub(crate) by_context: FuelByContext,
    /// Iterations of loops in nests, of all occurrences.
    pub(crate) iterations: IterationsByLoop,
}

/// What one occurrence of an event stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    /// Its fuel.
    pub(crate) fuel: u128,
    /// How its path ended, if it is one.
    pub(crate) end: Option<PathEnd>,
    /// Whether it is a nest that does not end, or not in the time that the program had: then something
    /// cut it short, and its fuel is more than can have run.
    pub(crate) is_cut: bool,
}

/// Replays the distinct events in `tally`.
///
/// # Errors
///
/// [`Error::Module`] when plan and module don't fit each other, [`Error::Replay`] when a slice
/// fails, [`Error::Overflow`].
pub(crate) fn price(
    module: &Module<'_>,
    plan: &Plan,
    model: &CostModel,
    tally: &[Tally],
    budget: &Budget,
) -> Result<(Prices, Stats), Error> {
    let runs = runs(plan, tally)?;
    let chunks = chunks(plan, &runs)?;
    let (distinct_events, slices, replay_chunks) = (tally.len(), runs.len(), chunks.len());
    let before = budget.left();
    let priced: Vec<Result<Prices, Error>> = chunks
        .into_par_iter()
        .map(|chunk| price_chunk(module, plan, model, tally, &runs[chunk], budget))
        .collect();
    let mut prices = Prices::default();
    prices.events.reserve(tally.len());
    for chunk in priced {
        let chunk = chunk?;
        prices.events.extend(chunk.events);
        for (context, fuel) in chunk.by_context {
            add(&mut prices.by_context, context, fuel)?;
        }
        for (found, iterations) in chunk.iterations {
            add(&mut prices.iterations, found, iterations)?;
        }
    }
    let steps = before - budget.left();
    Ok((prices, Stats { distinct_events, steps, slices, replay_chunks }))
}

/// A slice, and the stretch of the tally that it prices.
struct Run {
    key: SliceKey,
    /// The slice's first parameter for an event with this id is 0; for others their distance.
    first_event: u32,
    events: Range<usize>,
}

/// Splits the tally, which is sorted by event, into stretches with one slice each.
fn runs(plan: &Plan, tally: &[Tally]) -> Result<Vec<Run>, Error> {
    let events = plan.event_map();
    let mut runs: Vec<Run> = Vec::new();
    for (index, entry) in tally.iter().enumerate() {
        let (key, first_event) = slice_of(&events, entry.event.id)?;
        match runs.last_mut() {
            Some(run) if run.key == key && run.events.len() < MAX_BUNDLES_PER_CHUNK => {
                run.events.end = index + 1;
            }
            _ => runs.push(Run { key, first_event, events: index..index + 1 }),
        }
    }
    Ok(runs)
}

fn slice_of(events: &EventMap, id: u32) -> Result<(SliceKey, u32), Error> {
    let (function, kind, path) = match events.resolve(id) {
        Some(EventKind::Path { function, region, path }) => {
            (function, SliceKind::Region(region), path)
        }
        Some(EventKind::Site { function, site }) => (function, SliceKind::Site(site), 0),
        Some(EventKind::Nest { function, nest }) => (function, SliceKind::Nest(nest), 0),
        None => return Err(Error::Replay(format!("the plan has no event {id}"))),
    };
    Ok((SliceKey { function, kind }, id - path))
}

/// Groups runs until a group reaches a limit of [`crate::limits`].
fn chunks(plan: &Plan, runs: &[Run]) -> Result<Vec<Range<usize>>, Error> {
    let mut chunks = Vec::new();
    let (mut start, mut blocks, mut bundles) = (0, 0, 0);
    for (index, run) in runs.iter().enumerate() {
        let run_blocks = slicer::slices::blocks(plan, run.key).map_err(Error::Module)?.len();
        let full = blocks + run_blocks > MAX_BLOCKS_PER_CHUNK
            || bundles + run.events.len() > MAX_BUNDLES_PER_CHUNK;
        if full && index > start {
            chunks.push(start..index);
            (start, blocks, bundles) = (index, 0, 0);
        }
        blocks += run_blocks;
        bundles += run.events.len();
    }
    if start < runs.len() {
        chunks.push(start..runs.len());
    }
    Ok(chunks)
}

fn price_chunk(
    module: &Module<'_>,
    plan: &Plan,
    model: &CostModel,
    tally: &[Tally],
    runs: &[Run],
    budget: &Budget,
) -> Result<Prices, Error> {
    let keys: Vec<SliceKey> = runs.iter().map(|run| run.key).collect();
    let generated = SliceModule::generate(module, plan, model, &keys).map_err(Error::Module)?;
    let mut machine = Machine::new(&generated, budget)?;
    let mut prices = Prices::default();
    for (run, slice) in runs.iter().zip(&generated.slices) {
        let slice_function = machine.slice(slice)?;
        let mut fuel_sums = vec![0_u128; slice.contexts.len()];
        let mut iteration_sums = vec![0_u128; slice.loops.len()];
        for entry in &tally[run.events.clone()] {
            let path = entry.event.id - run.first_event;
            let found = machine.run(slice, slice_function, path, &entry.event.payload);
            let found = match found.and_then(|found| check_sums(slice, found)) {
                Err(Error::ReplayTooLong | Error::Overflow) if budget.may_be_cut(slice.key) => {
                    Found::cut(slice, budget)
                }
                found => found?,
            };
            let fuel = weigh(&found.fuel, entry.count, &mut fuel_sums).ok_or(Error::Overflow)?;
            weigh(&found.iterations, entry.count, &mut iteration_sums).ok_or(Error::Overflow)?;
            prices.events.push(Price { fuel, end: found.end, is_cut: found.is_cut });
        }
        let function = run.key.function;
        for (&innermost_loop, &sum) in slice.contexts.iter().zip(&fuel_sums) {
            add(&mut prices.by_context, (function, innermost_loop), sum)?;
        }
        for (&found, &sum) in slice.loops.iter().zip(&iteration_sums) {
            add(&mut prices.iterations, (function, found), sum)?;
        }
    }
    Ok(prices)
}

/// Adds `count` times the `results` of a slice to `sums`; gives their sum. `None` on overflow.
fn weigh(results: &[u128], count: u128, sums: &mut [u128]) -> Option<u128> {
    let mut total = 0_u128;
    for (sum, &fuel) in sums.iter_mut().zip(results) {
        *sum = sum.checked_add(fuel.checked_mul(count)?)?;
        total = total.checked_add(fuel)?;
    }
    Some(total)
}

fn add<K: Ord>(sums: &mut BTreeMap<K, u128>, key: K, value: u128) -> Result<(), Error> {
    let sum = sums.entry(key).or_insert(0);
    *sum = sum.checked_add(value).ok_or(Error::Overflow)?;
    Ok(())
}

/// What one run of a slice found.
struct Found {
    /// Fuel in each of the slice's contexts.
    fuel: Vec<u128>,
    /// Iterations of each of the slice's loops.
    iterations: Vec<u128>,
    /// How the path ended, if it is one.
    end: Option<PathEnd>,
    /// See [`Price::is_cut`].
    is_cut: bool,
}

impl Found {
    /// What is known of a nest that was cut short: it did not run longer than the program.
    fn cut(slice: &SliceInfo, budget: &Budget) -> Found {
        let mut fuel = vec![0; slice.contexts.len()];
        if let Some(first) = fuel.first_mut() {
            *first = (u128::from(budget.whole) + 1) * u128::from(slice.bound);
        }
        Found { fuel, iterations: vec![0; slice.loops.len()], end: None, is_cut: true }
    }
}

/// Checks that the 64-bit sums of a slice that counted so many iterations can't have wrapped.
fn check_sums(slice: &SliceInfo, found: Found) -> Result<Found, Error> {
    let iterations: u128 = found.iterations.iter().sum();
    let most = (iterations + 1).checked_mul(u128::from(slice.bound));
    match most {
        Some(most) if most <= u128::from(u64::MAX) => Ok(found),
        _ => Err(Error::Overflow),
    }
}

/// How many steps all slices may take together.
///
/// What a program ran is bounded by the time that the program had: a trace that asks for more was not
/// recorded from a program. Only nests that a trap may have cut short can be longer.
#[derive(Debug)]
pub(crate) struct Budget {
    whole: u64,
    left: AtomicU64,
    /// The defined functions whose nests may have been cut short.
    cut_functions: BTreeSet<u32>,
}

impl Budget {
    /// The budget for a run of `nanoseconds`, which may have been cut short within nests of
    /// `cut_functions`.
    pub(crate) fn of_run(nanoseconds: u64, cut_functions: BTreeSet<u32>) -> Budget {
        let steps = nanoseconds.saturating_mul(STEPS_PER_NANOSECOND).max(LEAST_STEPS);
        let whole = steps.min(MOST_STEPS);
        Budget { whole, left: AtomicU64::new(whole), cut_functions }
    }

    fn may_be_cut(&self, key: SliceKey) -> bool {
        matches!(key.kind, SliceKind::Nest(_)) && self.cut_functions.contains(&key.function)
    }

    /// How many steps a slice may take that runs now. For those that may be cut that must not depend
    /// on what others took.
    fn allowance(&self, key: SliceKey) -> u64 {
        if self.may_be_cut(key) { LEAST_STEPS } else { self.left() }
    }

    fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    fn spend(&self, steps: u64) {
        // Several threads may overdraw it once each: the next run of any of them fails.
        let spent = |left: u64| Some(left.saturating_sub(steps));
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent);
    }
}

/// An instance of a slice module.
struct Machine<'b> {
    /// What its slices may take.
    budget: &'b Budget,
    store: Store<()>,
    instance: Instance,
    fuel: Memory,
}

impl<'b> Machine<'b> {
    fn new(generated: &SliceModule, budget: &'b Budget) -> Result<Self, Error> {
        let mut config = Config::default();
        // Every slice that is generated runs, so that nothing is gained by waiting. Slices count
        // themselves what they price: the engine's own fuel bounds their loops.
        config.compilation_mode(CompilationMode::Eager).consume_fuel(true);
        let engine = Engine::new(&config);
        let module = wasmi::Module::new(&engine, &generated.wasm).map_err(replay_error)?;
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).map_err(replay_error)?;
        let fuel = instance
            .get_memory(&store, FUEL_EXPORT)
            .ok_or_else(|| Error::Replay("a slice module without results".to_string()))?;
        Ok(Machine { budget, store, instance, fuel })
    }

    fn slice(&self, slice: &SliceInfo) -> Result<Func, Error> {
        let found = self.instance.get_func(&self.store, &slice.export);
        found.ok_or_else(|| Error::Replay("a slice module without its slices".to_string()))
    }

    /// Runs `function` for one bundle.
    fn run(
        &mut self,
        slice: &SliceInfo,
        function: Func,
        path: u32,
        payload: &[u32],
    ) -> Result<Found, Error> {
        let arguments = arguments(&slice.parameters, path, payload);
        let steps = self.budget.allowance(slice.key);
        self.store.set_fuel(steps).map_err(replay_error)?;
        match function.call(&mut self.store, &arguments, &mut []) {
            Err(error) if !traps_as_original(slice.key.kind, &error) => {
                return Err(replay_error(error));
            }
            _ => {}
        }
        self.budget.spend(steps - self.store.get_fuel().map_err(replay_error)?);
        let contexts = slice.contexts.len();
        if let SliceKind::Site(_) = slice.key.kind {
            let fuel = vec![self.result(0)? + (self.result(1)? << 32)];
            return Ok(Found { fuel, iterations: Vec::new(), end: None, is_cut: false });
        }
        let fuel = (0..contexts).map(|index| self.result(index)).collect::<Result<_, _>>()?;
        let behind = contexts + slice.loops.len();
        let iterations =
            (contexts..behind).map(|index| self.result(index)).collect::<Result<_, _>>()?;
        let end = match slice.key.kind {
            SliceKind::Region(_) => Some(PathEnd::decode(self.result(behind)? as u64)),
            _ => None,
        };
        Ok(Found { fuel, iterations, end, is_cut: false })
    }

    fn result(&self, index: usize) -> Result<u128, Error> {
        let mut bytes = [0; RESULT_BYTES as usize];
        let offset = index * bytes.len();
        self.fuel
            .read(&self.store, offset, &mut bytes)
            .map_err(|error| Error::Replay(error.to_string()))?;
        Ok(u128::from(u64::from_le_bytes(bytes)))
    }
}

/// The arguments of a slice: the path number, then the values in the payload.
fn arguments(parameters: &[Scalar], path: u32, payload: &[u32]) -> Vec<Val> {
    let mut arguments = Vec::with_capacity(1 + parameters.len());
    arguments.push(Val::I64(path.into()));
    let mut words = payload.iter().map(|&word| u64::from(word));
    let mut next = || words.next().unwrap_or(0);
    for ty in parameters {
        let low = next();
        let bits = if ty.words() == 2 { low | next() << 32 } else { low };
        arguments.push(match ty {
            Scalar::I32 => Val::I32(bits as i32),
            Scalar::I64 => Val::I64(bits as i64),
            Scalar::F32 => Val::F32(F32::from_bits(bits as u32)),
            Scalar::F64 => Val::F64(F64::from_bits(bits)),
        });
    }
    arguments
}

/// Whether the slice ends where the program did: a nest is recorded before it runs, and may compute
/// what traps. What it cost up to there stands in the memory by then.
fn traps_as_original(kind: SliceKind, error: &wasmi::Error) -> bool {
    let traps = [
        TrapCode::IntegerDivisionByZero,
        TrapCode::IntegerOverflow,
        TrapCode::BadConversionToInteger,
    ];
    matches!(kind, SliceKind::Nest(_))
        && error.as_trap_code().is_some_and(|code| traps.contains(&code))
}

fn replay_error(error: wasmi::Error) -> Error {
    match error.as_trap_code() {
        Some(TrapCode::OutOfFuel) => Error::ReplayTooLong,
        _ => Error::Replay(error.to_string()),
    }
}
