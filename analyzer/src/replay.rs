//! Prices every distinct bundle once, by running its slice.
//!
//! Takes distinct events; gives what each costs once, and which figures of a profile it adds to. The
//! slices are generated as WebAssembly in chunks of bounded size, compiled by wasmi and run there, one store
//! for each chunk, the chunks in parallel. Results are put together in the order of the events,
//! so that they don't depend on how the work was spread.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use formats::cost_model::CostModel;
use formats::plan::{EventKind, EventMap, Plan, Scalar};
use formats::trace::HistogramEntry;
use rayon::prelude::*;
use slicer::costs::Costs;
use slicer::module::Module;
use slicer::slices::{
    Accounts, FUEL_EXPORT, PathEnd, RESULT_BYTES, SliceInfo, SliceKey, SliceKind, SliceModule,
};
use wasmi::{
    CompilationMode, Config, Engine, F32, F64, Func, Instance, Memory, Store, TrapCode, Val,
};

use crate::Error;
use crate::analysis::Stats;
use crate::limits::{
    BLOCKS_PER_CHUNK, LEAST_STEPS, MAX_BLOCKS_PER_CHUNK, MAX_BUNDLES_PER_CHUNK, MOST_STEPS,
    STEPS_PER_NANOSECOND,
};
use crate::operators::{Blocks, Place};
use crate::parts::Parts;

/// What distinct events stand for, in their order.
#[derive(Default)]
pub(crate) struct Prices {
    /// One occurrence of each.
    pub(crate) events: Vec<Price>,
    /// The figures of all events, one event after the other.
    amounts: Vec<(u32, u128)>,
    /// Where the figures of each event end.
    ends: Vec<usize>,
}

impl Prices {
    /// The figures that one occurrence of the event with this index adds to, by the numbers of
    /// [`Parts`]. None is 0; a number may stand there twice.
    pub(crate) fn amounts(&self, index: usize) -> &[(u32, u128)] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.amounts[start..self.ends[index]]
    }
}

/// What one occurrence of an event stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    /// Its fuel, with that of its silent calls.
    pub(crate) fuel: u128,
    /// Its silent calls.
    pub(crate) silent: Box<[SilentCalls]>,
    /// How its path ended, if it is one.
    pub(crate) end: Option<PathEnd>,
    /// Whether it is a nest that does not end, or not in the time that the program had: then something
    /// cut it short, and its fuel is more than can have run.
    pub(crate) is_cut: bool,
}

/// The silent calls of one callee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SilentCalls {
    /// Who is called: defined function number.
    pub(crate) callee: u32,
    /// How often.
    pub(crate) calls: u64,
    /// What all of them cost.
    pub(crate) fuel: u64,
}

/// What events are priced by.
pub(crate) struct Pricing<'a> {
    pub(crate) module: &'a Module<'a>,
    pub(crate) plan: &'a Plan,
    pub(crate) model: &'a CostModel,
    pub(crate) parts: &'a Parts,
    /// What the events of the plan are.
    pub(crate) events: EventMap,
    pub(crate) budget: Budget,
}

impl Pricing<'_> {
    /// Replays distinct events, given in ascending order, chunk by chunk and in parallel. `take` gets
    /// the entries of each chunk and what they stand for; what it returns comes in the order of
    /// the chunks.
    ///
    /// # Errors
    ///
    /// [`Error::Module`] when plan and module don't fit each other, [`Error::Replay`] when a slice
    /// fails, [`Error::Overflow`], and those of `take`.
    pub(crate) fn price<T: Send>(
        &self,
        entries: &[HistogramEntry],
        take: impl Fn(&[HistogramEntry], Prices) -> Result<T, Error> + Sync,
    ) -> Result<(Vec<T>, Stats), Error> {
        let runs = runs(&self.events, entries)?;
        let chunks = chunks(self.plan, &runs)?;
        let (distinct_events, slices, replay_chunks) = (entries.len(), runs.len(), chunks.len());
        let (before, start) = (self.budget.left(), Instant::now());
        let taken: Vec<Result<T, Error>> = chunks
            .into_par_iter()
            .map(|chunk| {
                let runs = &runs[chunk];
                let (first, last) = (runs.first(), runs.last());
                let start = first.map_or(0, |run| run.events.start);
                let end = last.map_or(0, |run| run.events.end);
                let mut prices = Prices::default();
                let fuel = Accounts::Fuel(self.model);
                self.replay(entries, runs, fuel, |slice, path, _, found| {
                    self.note(slice, path, found, &mut prices)
                })?;
                take(&entries[start..end], prices)
            })
            .collect();
        let steps = before - self.budget.left();
        let replay_time = start.elapsed();
        let stats = Stats {
            distinct_events,
            steps,
            slices,
            replay_chunks,
            replay_time,
            ..Stats::default()
        };
        // The first error in order, not in time.
        let taken: Result<Vec<T>, Error> = taken.into_iter().collect();
        Ok((taken?, stats))
    }

    /// Replays distinct events, given in ascending order, and gives the blocks that each ran, with how
    /// often, to `take`; none for nests that were cut short. What was taken comes in the order
    /// of the events, in parts.
    ///
    /// # Errors
    ///
    /// Those of [`Pricing::price`] and of `take`.
    pub(crate) fn blocks<T: Default + Send>(
        &self,
        entries: &[HistogramEntry],
        take: impl Fn(&mut T, &HistogramEntry, &[(Place, u128)]) -> Result<(), Error> + Sync,
    ) -> Result<Vec<T>, Error> {
        let runs = runs(&self.events, entries)?;
        let taken: Vec<Result<T, Error>> = chunks(self.plan, &runs)?
            .into_par_iter()
            .map(|chunk| {
                let mut taken = T::default();
                self.replay(entries, &runs[chunk], Accounts::Blocks, |slice, _, entry, found| {
                    let function = slice.key.function;
                    let body = &self.plan.functions[function as usize];
                    let ran = slice.contexts.iter().zip(&found.fuel).filter(|_| !found.is_cut);
                    let ran = ran.filter_map(|(block, &times)| Some(((*block)?, times)));
                    // A silent call runs the one block of its callee.
                    let with_callees = ran.flat_map(|(block, times)| {
                        let calls = body.silent_calls_in(block).iter();
                        let callees = calls.map(move |call| ((call.callee, ENTRY), times));
                        std::iter::once(((function, block), times)).chain(callees)
                    });
                    take(&mut taken, entry, &with_callees.collect::<Vec<(Place, u128)>>())
                })?;
                Ok(taken)
            })
            .collect();
        taken.into_iter().collect()
    }

    /// How often each block ran over all of `entries`: distinct events, in ascending order. Nests that
    /// were cut short are left out.
    ///
    /// # Errors
    ///
    /// Those of [`Pricing::price`].
    pub(crate) fn count_blocks(&self, entries: &[HistogramEntry]) -> Result<Blocks, Error> {
        let add = |sums: &mut Blocks, place, times: Option<u128>| {
            let sum = sums.entry(place).or_default();
            let more = times.and_then(|times| sum.checked_add(times));
            *sum = more.ok_or(Error::Overflow)?;
            Ok(())
        };
        let parts = self.blocks(entries, |sums, entry, ran| {
            ran.iter().try_for_each(|&(place, times)| {
                add(sums, place, times.checked_mul(entry.count.into()))
            })
        })?;
        let mut whole = Blocks::new();
        for (place, times) in parts.into_iter().flatten() {
            add(&mut whole, place, Some(times))?;
        }
        Ok(whole)
    }

    /// Replays the events of `runs`, and gives what each slice and path found to `note`.
    fn replay(
        &self,
        entries: &[HistogramEntry],
        runs: &[Run],
        accounts: Accounts<'_>,
        mut note: impl FnMut(&SliceInfo, u32, &HistogramEntry, Found) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let is_counted = |run: &&Run| self.events.is_counted(run.first_event);
        let replayed = runs.iter().filter(|run| !is_counted(run));
        let keys: Vec<SliceKey> = replayed.map(|run| run.key).collect();
        let generated = SliceModule::generate(self.module, self.plan, accounts, &keys)
            .map_err(Error::Module)?;
        let mut machine = Machine::new(&generated, &self.budget)?;
        let mut slices = generated.slices.iter();
        for run in runs {
            if is_counted(&run) {
                self.price_blocks(run, &entries[run.events.clone()], accounts, &mut note)?;
                continue;
            }
            let slice = slices.next().expect("there is one for each other run");
            let function = machine.slice(slice)?;
            for entry in &entries[run.events.clone()] {
                let path = entry.event.id - run.first_event;
                let found = machine.run(slice, function, path, &entry.event.payload);
                let found = match found.and_then(|found| check_sums(slice, found)) {
                    Err(Error::ReplayTooLong | Error::Overflow)
                        if self.budget.may_be_cut(slice.key) =>
                    {
                        self.budget.note_cut()?;
                        Found::cut(slice, &self.budget)
                    }
                    found => found?,
                };
                note(slice, path, entry, found)?;
            }
        }
        Ok(())
    }

    /// Gives what each block of a counted nest stands for to `note`.
    fn price_blocks(
        &self,
        run: &Run,
        entries: &[HistogramEntry],
        accounts: Accounts<'_>,
        mut note: impl FnMut(&SliceInfo, u32, &HistogramEntry, Found) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let key = run.key;
        let body = &self.plan.functions[key.function as usize];
        let costs = match accounts {
            Accounts::Fuel(model) => {
                Some(Costs::of(self.module, key.function, model).map_err(Error::Module)?)
            }
            Accounts::Blocks => None,
        };
        for entry in entries {
            let (mut contexts, mut fuel, mut loops) = (Vec::new(), Vec::new(), Vec::new());
            if let Some(&index) = entry.event.payload.first() {
                let block = &body.blocks[index as usize];
                let innermost = block.innermost_loop;
                let (context, amount) = match &costs {
                    Some(costs) => {
                        let cost = costs.range(block.first_operator, block.end_operator);
                        (innermost, cost.map_err(Error::Module)?)
                    }
                    None => (Some(index), 1),
                };
                contexts.push(context);
                fuel.push(amount.into());
                loops.extend(innermost.filter(|&this| body.loops[this as usize].header == index));
            }
            let iterations = vec![1; loops.len()];
            let (export, parameters) = (String::new(), Vec::new());
            let callees = Vec::new();
            let slice = SliceInfo { key, export, parameters, contexts, loops, callees, bound: 0 };
            note(&slice, 0, entry, Found { fuel, iterations, ..Found::default() })?;
        }
        Ok(())
    }

    /// Notes what an event stands for.
    fn note(
        &self,
        slice: &SliceInfo,
        path: u32,
        found: Found,
        prices: &mut Prices,
    ) -> Result<(), Error> {
        let SliceKey { function, kind } = slice.key;
        let mut fuel = 0_u128;
        for (innermost_loop, &amount) in slice.contexts.iter().zip(&found.fuel) {
            fuel = fuel.checked_add(amount).ok_or(Error::Overflow)?;
            if let Some(index) = *innermost_loop
                && amount > 0
            {
                prices.amounts.push((self.parts.loop_fuel(function, index), amount));
            }
        }
        if fuel > 0 {
            prices.amounts.push((self.parts.self_fuel(function), fuel));
        }
        let mut silent = Vec::new();
        for (&callee, &calls) in
            slice.callees.iter().zip(&found.calls).filter(|(_, calls)| **calls > 0)
        {
            let price = slicer::silent::price(self.module, self.model, callee);
            let price = price.map_err(Error::Module)?;
            let spent = calls.checked_mul(price).ok_or(Error::Overflow)?;
            fuel = fuel.checked_add(spent.into()).ok_or(Error::Overflow)?;
            if spent > 0 {
                prices.amounts.push((self.parts.self_fuel(callee), spent.into()));
            }
            prices.amounts.push((self.parts.calls(callee), calls.into()));
            silent.push(SilentCalls { callee, calls, fuel: spent });
        }
        for (&index, &amount) in slice.loops.iter().zip(&found.iterations) {
            if amount > 0 {
                prices.amounts.push((self.parts.iterations(function, index), amount));
            }
        }
        if let SliceKind::Region(region) = kind {
            let kind = EventKind::Path { function, region, path };
            self.parts.of_event(self.plan, kind, |part| prices.amounts.push((part, 1)));
        }
        prices.ends.push(prices.amounts.len());
        let silent = silent.into_boxed_slice();
        prices.events.push(Price { fuel, silent, end: found.end, is_cut: found.is_cut });
        Ok(())
    }
}

/// The block that every function begins with.
const ENTRY: u32 = 0;

/// A slice, and the stretch of the entries that it prices.
struct Run {
    key: SliceKey,
    /// The slice's first parameter for an event with this id is 0; for others their distance.
    first_event: u32,
    events: Range<usize>,
}

/// Splits entries, which are sorted by event, into stretches with one slice each.
fn runs(events: &EventMap, entries: &[HistogramEntry]) -> Result<Vec<Run>, Error> {
    let mut runs: Vec<Run> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let (key, first_event) = slice_of(events, entry.event.id)?;
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

/// Groups runs until a group is large enough, at the end of a function if that is not far away: what
/// the slices of a function have in common is made for each group.
fn chunks(plan: &Plan, runs: &[Run]) -> Result<Vec<Range<usize>>, Error> {
    let mut chunks = Vec::new();
    let (mut start, mut blocks, mut bundles) = (0, 0, 0);
    for (index, run) in runs.iter().enumerate() {
        let run_blocks = slicer::slices::blocks(plan, run.key).map_err(Error::Module)?.len();
        let is_full = blocks + run_blocks > MAX_BLOCKS_PER_CHUNK
            || bundles + run.events.len() > MAX_BUNDLES_PER_CHUNK;
        let begins = index > 0 && runs[index - 1].key.function != run.key.function;
        if index > start && (is_full || begins && blocks >= BLOCKS_PER_CHUNK) {
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

/// What one run of a slice found.
#[derive(Default)]
struct Found {
    /// Fuel in each of the slice's contexts.
    fuel: Vec<u128>,
    /// Iterations of each of the slice's loops.
    iterations: Vec<u128>,
    /// Silent calls of each of the slice's callees.
    calls: Vec<u64>,
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
        Found { fuel, is_cut: true, ..Found::default() }
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

/// How often a nest that was cut short may be priced.
const PRICED_AGAIN: u64 = 4;

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
    /// How many more nests may turn out to have been.
    cuts_left: AtomicU64,
}

impl Budget {
    /// The budget for a run of `nanoseconds`, which may have been cut short within nests of
    /// `cut_functions`, `cuts` times.
    pub(crate) fn of_run(nanoseconds: u64, cut_functions: BTreeSet<u32>, cuts: u64) -> Budget {
        let steps = nanoseconds.saturating_mul(STEPS_PER_NANOSECOND).max(LEAST_STEPS);
        let whole = steps.min(MOST_STEPS);
        // Each is priced when it is counted, and again when it is taken back.
        let cuts_left = AtomicU64::new(PRICED_AGAIN * cuts);
        Budget { whole, left: AtomicU64::new(whole), cut_functions, cuts_left }
    }

    /// Takes note that a nest was cut short.
    ///
    /// # Errors
    ///
    /// [`Error::ReplayTooLong`] when that can't have happened so often: each takes its time.
    fn note_cut(&self) -> Result<(), Error> {
        let one_less = |left: u64| left.checked_sub(1);
        let taken = self.cuts_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        taken.map(drop).map_err(|_| Error::ReplayTooLong)
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
            return Ok(Found { fuel, ..Found::default() });
        }
        let calls_from = contexts + slice.loops.len();
        let behind = calls_from + slice.callees.len();
        let fuel = (0..contexts).map(|index| self.result(index)).collect::<Result<_, _>>()?;
        let iterations =
            (contexts..calls_from).map(|index| self.result(index)).collect::<Result<_, _>>()?;
        let calls = (calls_from..behind).map(|index| Ok(self.result(index)? as u64));
        let calls = calls.collect::<Result<_, Error>>()?;
        let end = match slice.key.kind {
            SliceKind::Region(_) => Some(PathEnd::decode(self.result(behind)? as u64)),
            _ => None,
        };
        // The next slice may be one that adds to what it finds there.
        let bytes = slice.results() * RESULT_BYTES as usize;
        self.fuel.data_mut(&mut self.store)[..bytes].fill(0);
        Ok(Found { fuel, iterations, calls, end, is_cut: false })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_the_time_of_the_run_within_their_limits() {
        let steps = |nanoseconds| Budget::of_run(nanoseconds, BTreeSet::new(), 0).left();
        assert_eq!(steps(0), LEAST_STEPS);
        let least = LEAST_STEPS / STEPS_PER_NANOSECOND;
        assert_eq!(steps(least + 1), LEAST_STEPS + STEPS_PER_NANOSECOND);
        let most = MOST_STEPS / STEPS_PER_NANOSECOND;
        assert_eq!(steps(most - 1), MOST_STEPS - STEPS_PER_NANOSECOND);
        for nanoseconds in [most, most + 1, u64::MAX] {
            assert_eq!(steps(nanoseconds), MOST_STEPS);
        }
    }

    #[test]
    fn what_was_spent_is_not_there_any_more() {
        let budget = Budget::of_run(0, BTreeSet::new(), 0);
        budget.spend(5);
        assert_eq!(budget.left(), LEAST_STEPS - 5);
        budget.spend(u64::MAX);
        assert_eq!(budget.left(), 0);
    }
}
