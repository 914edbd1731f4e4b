//! Prices every distinct bundle once, by running its slice.
//!
//! Takes the distinct events of a trace and how often each occurred; gives what each costs once,
//! and the fuel of each function by innermost loop, summed over all occurrences. The slices are
//! generated as WebAssembly in chunks of bounded size, compiled by wasmi and run there, one store
//! for each chunk, the chunks in parallel. Results are put together in the order of the events,
//! so that they don't depend on how the work was spread.

use std::collections::BTreeMap;
use std::ops::Range;

use formats::cost_model::CostModel;
use formats::events::Event;
use formats::plan::{EventKind, EventMap, Plan};
use rayon::prelude::*;
use slicer::module::Module;
use slicer::slices::{FUEL_EXPORT, RESULT_BYTES, SliceInfo, SliceKey, SliceKind, SliceModule};
use wasmi::{CompilationMode, Config, Engine, Instance, Memory, Store, TypedFunc};

use crate::Error;
use crate::analysis::Stats;
use crate::limits::{MAX_BLOCKS_PER_CHUNK, MAX_BUNDLES_PER_CHUNK};
use crate::tally::Tally;

/// Fuel by defined function number and innermost loop.
pub(crate) type FuelByContext = BTreeMap<(u32, Option<u32>), u128>;

/// What the distinct events of a trace cost.
pub(crate) struct Prices {
    /// Fuel of one occurrence of each distinct event, in the order of the tally.
    pub(crate) fuel: Vec<u128>,
    /// Fuel of all occurrences.
    pub(crate) by_context: FuelByContext,
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
) -> Result<(Prices, Stats), Error> {
    let runs = runs(plan, tally)?;
    let chunks = chunks(plan, &runs)?;
    let stats =
        Stats { distinct_events: tally.len(), slices: runs.len(), replay_chunks: chunks.len() };
    let priced: Vec<Result<Prices, Error>> = chunks
        .into_par_iter()
        .map(|chunk| price_chunk(module, plan, model, tally, &runs[chunk]))
        .collect();
    let mut prices = Prices { fuel: Vec::with_capacity(tally.len()), by_context: BTreeMap::new() };
    for chunk in priced {
        let chunk = chunk?;
        prices.fuel.extend(chunk.fuel);
        for (context, fuel) in chunk.by_context {
            add(&mut prices.by_context, context, fuel)?;
        }
    }
    Ok((prices, stats))
}

/// A slice, and the stretch of the tally that it prices.
struct Run {
    key: SliceKey,
    /// What the slice's parameter is for each event of the stretch.
    input: Input,
    events: Range<usize>,
}

/// Where a slice's parameter comes from.
#[derive(Clone, Copy)]
enum Input {
    /// The event's distance from this id: the path number.
    Path { first_event: u32 },
    /// The event's payload.
    Units,
}

impl Input {
    fn of(self, event: Event) -> u64 {
        match self {
            Input::Path { first_event } => u64::from(event.id - first_event),
            Input::Units => event.payload,
        }
    }
}

/// Splits the tally, which is sorted by event, into stretches with one slice each.
fn runs(plan: &Plan, tally: &[Tally]) -> Result<Vec<Run>, Error> {
    let events = plan.event_map();
    let mut runs: Vec<Run> = Vec::new();
    for (index, entry) in tally.iter().enumerate() {
        let (key, input) = slice_of(plan, &events, entry.event)?;
        match runs.last_mut() {
            Some(run) if run.key == key && run.events.len() < MAX_BUNDLES_PER_CHUNK => {
                run.events.end = index + 1;
            }
            _ => runs.push(Run { key, input, events: index..index + 1 }),
        }
    }
    Ok(runs)
}

fn slice_of(plan: &Plan, events: &EventMap<'_>, event: Event) -> Result<(SliceKey, Input), Error> {
    match events.resolve(event.id) {
        Some(EventKind::Path { function, region, .. }) => {
            let first_event =
                plan.functions[function as usize].regions[region as usize].first_event;
            let key = SliceKey { function, kind: SliceKind::Region(region) };
            Ok((key, Input::Path { first_event }))
        }
        Some(EventKind::Site { function, site }) => {
            Ok((SliceKey { function, kind: SliceKind::Site(site) }, Input::Units))
        }
        None => Err(Error::Replay(format!("the plan has no event {}", event.id))),
    }
}

/// Groups runs until a group reaches a limit of [`crate::limits`].
fn chunks(plan: &Plan, runs: &[Run]) -> Result<Vec<Range<usize>>, Error> {
    let mut chunks = Vec::new();
    let (mut start, mut blocks, mut bundles) = (0, 0, 0);
    for (index, run) in runs.iter().enumerate() {
        let run_blocks = match run.key.kind {
            SliceKind::Region(region) => {
                let function = &plan.functions[run.key.function as usize];
                let start = function.regions[region as usize].start;
                slicer::slices::region_blocks(function, start).map_err(Error::Module)?.len()
            }
            SliceKind::Site(_) => 1,
        };
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
) -> Result<Prices, Error> {
    let keys: Vec<SliceKey> = runs.iter().map(|run| run.key).collect();
    let generated = SliceModule::generate(module, plan, model, &keys).map_err(Error::Module)?;
    let mut machine = Machine::new(&generated)?;
    let mut prices = Prices { fuel: Vec::new(), by_context: BTreeMap::new() };
    for (run, slice) in runs.iter().zip(&generated.slices) {
        let slice_function = machine.slice(slice)?;
        let mut sums = vec![0_u128; slice.contexts.len()];
        for entry in &tally[run.events.clone()] {
            let results = machine.run(slice, &slice_function, run.input.of(entry.event))?;
            let fuel = weigh(&results, entry.count, &mut sums).ok_or(Error::Overflow)?;
            prices.fuel.push(fuel);
        }
        for (&innermost_loop, &sum) in slice.contexts.iter().zip(&sums) {
            add(&mut prices.by_context, (run.key.function, innermost_loop), sum)?;
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

fn add(sums: &mut FuelByContext, context: (u32, Option<u32>), fuel: u128) -> Result<(), Error> {
    let sum = sums.entry(context).or_insert(0);
    *sum = sum.checked_add(fuel).ok_or(Error::Overflow)?;
    Ok(())
}

/// An instance of a slice module.
struct Machine {
    store: Store<()>,
    instance: Instance,
    fuel: Memory,
}

impl Machine {
    fn new(generated: &SliceModule) -> Result<Self, Error> {
        let mut config = Config::default();
        // Every slice that is generated runs, so that nothing is gained by waiting. Slices count
        // themselves what they price: the engine's own fuel stays off.
        config.compilation_mode(CompilationMode::Eager).consume_fuel(false);
        let engine = Engine::new(&config);
        let module = wasmi::Module::new(&engine, &generated.wasm).map_err(replay_error)?;
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).map_err(replay_error)?;
        let fuel = instance
            .get_memory(&store, FUEL_EXPORT)
            .ok_or_else(|| Error::Replay("a slice module without results".to_string()))?;
        Ok(Machine { store, instance, fuel })
    }

    fn slice(&self, slice: &SliceInfo) -> Result<TypedFunc<i64, ()>, Error> {
        self.instance.get_typed_func(&self.store, &slice.export).map_err(replay_error)
    }

    /// Fuel in each of the slice's contexts for one bundle.
    fn run(
        &mut self,
        slice: &SliceInfo,
        function: &TypedFunc<i64, ()>,
        input: u64,
    ) -> Result<Vec<u128>, Error> {
        function.call(&mut self.store, input as i64).map_err(replay_error)?;
        let read = |index: usize| self.result(index);
        match slice.key.kind {
            SliceKind::Region(_) => (0..slice.contexts.len()).map(read).collect(),
            SliceKind::Site(_) => Ok(vec![read(0)? + (read(1)? << 32)]),
        }
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

fn replay_error(error: wasmi::Error) -> Error {
    Error::Replay(error.to_string())
}
