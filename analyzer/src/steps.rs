//! What each event does: what it costs, and what a path says about its activation.
//!
//! Takes the plan, the distinct events that occur and what they cost, gives a table that the ordered
//! pass looks up once per event.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;
use formats::events::{Event, EventRef};
use formats::plan::{EventKind, Exit, FunctionPlan, Plan, RegionKind};
use formats::trace::{HistogramEntry, counters};
use slicer::slices::PathEnd;

use crate::Error;
use crate::bodies::Body;
use crate::counted::{CountedNests, Cut, block_event};
use crate::limits::MAX_DENSE_EVENTS;
use crate::replay::{Price, SilentCalls};

/// How the activation came to the start of an event's region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// It is a new one.
    Entry,
    /// It went on from the end of its last event.
    Onward,
    /// It caught an exception that was thrown or let through by one of these operators.
    Landing(Range<u32>),
}

/// What the activation does at the end of an event's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It goes on in this region.
    Arrival { region: u32 },
    /// It left a nest, and goes on in one of its [exits](Steps::exits).
    Left { nest: u32 },
    /// It calls, and goes on in this region when the call returns.
    Call { operator: u32, region: u32 },
    /// It ends with a tail call.
    TailCall { operator: u32 },
    /// It ends.
    Return,
    /// It throws, and ends unless it catches itself.
    Throw { operator: u32 },
    /// It traps.
    Trap { operator: u32 },
}

/// One distinct path event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Defined function number.
    pub(crate) function: u32,
    /// Region of the function.
    pub(crate) region: u32,
    /// Fuel of the path, with that of its silent calls.
    pub(crate) fuel: u64,
    /// Its silent calls.
    pub(crate) silent: Box<[SilentCalls]>,
    /// How its region began.
    pub(crate) begin: Begin,
    /// How its path ends.
    pub(crate) end: End,
}

/// What an event is to the ordered pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A path: index for [`Steps::get`].
    Path(u32),
    /// A site of this function, with this fuel.
    Site {
        /// Defined function number.
        function: u32,
        fuel: u128,
    },
    /// A nest of this function, with this fuel, if it was run to its end.
    Nest {
        /// Defined function number.
        function: u32,
        fuel: u128,
    },
}

/// All events that occur in a trace.
#[derive(Default)]
pub(crate) struct Steps {
    steps: Vec<Step>,
    /// Index into `steps` by event id, of paths without payload, for ids below
    /// [`MAX_DENSE_EVENTS`].
    dense: Vec<u32>,
    /// All other events.
    sparse: HashMap<Event, Found, RandomState>,
    /// The function of each counted nest, and what entering it, and then each of its counters, costs; by
    /// event id.
    counted: HashMap<u32, (u32, Vec<i128>), RandomState>,
    /// What the blocks of counted nests cost.
    blocks: HashMap<Event, i128, RandomState>,
    /// The regions behind each nest that has several, by function and nest.
    exits: HashMap<(u32, u32), Vec<u32>>,
}

/// No step has this index.
const NO_STEP: u32 = u32::MAX;

impl Steps {
    /// The table for the events in `entries`, which have these `prices`.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`] when a path costs more than 64 bits can count.
    pub(crate) fn new(
        plan: &Plan,
        bodies: &[Body],
        nests: &CountedNests,
        entries: &[HistogramEntry],
        prices: &[Price],
    ) -> Result<Self, Error> {
        let events = plan.event_map();
        let dense = vec![NO_STEP; plan.layout().bare().min(MAX_DENSE_EVENTS) as usize];
        let mut table = Steps { dense, ..Steps::default() };
        for (entry, price) in entries.iter().zip(prices) {
            match events.resolve(entry.event.id) {
                Some(EventKind::Path { function, region, .. }) => {
                    let body = &bodies[function as usize];
                    let function_plan = &plan.functions[function as usize];
                    let fuel = u64::try_from(price.fuel).map_err(|_| Error::Overflow)?;
                    let end = price.end.expect("the slice of a path says how it ended");
                    let end = end_of(function_plan, end);
                    let begin = begin_of(function_plan, body, region);
                    let silent = price.silent.clone();
                    let step = Step { function, region, fuel, silent, begin, end };
                    table.insert(&entry.event, step);
                }
                Some(EventKind::Site { function, .. }) => {
                    let found = Found::Site { function, fuel: price.fuel };
                    table.sparse.insert(entry.event.clone(), found);
                }
                Some(EventKind::Nest { function, .. }) if events.is_counted(entry.event.id) => {
                    let fuel = i128::try_from(price.fuel).map_err(|_| Error::Overflow)?;
                    table.blocks.insert(entry.event.clone(), fuel);
                    table.counted.entry(entry.event.id).or_insert((function, Vec::new()));
                }
                Some(EventKind::Nest { function, .. }) => {
                    let found = Found::Nest { function, fuel: price.fuel };
                    table.sparse.insert(entry.event.clone(), found);
                }
                None => {}
            }
        }
        let Steps { counted, blocks, .. } = &mut table;
        for (&id, (_, weights)) in counted {
            // A block that never ran counts for nothing, in whatever sum.
            *weights = nests.weights(id, |block| block_price(blocks, id, block));
        }
        for (number, function) in (0..).zip(&plan.functions) {
            table.note_exits(number, function);
        }
        Ok(table)
    }

    /// The table for these steps, with ids in their order, and for sites with this fuel.
    #[cfg(test)]
    pub(crate) fn of(steps: Vec<Step>, sites: impl Iterator<Item = u64>) -> Self {
        let dense = (0..steps.len() as u32).collect();
        let event = |fuel| Event { id: Self::site_id(fuel), payload: Default::default() };
        let site = |fuel: u64| Found::Site { function: 0, fuel: fuel.into() };
        let sparse = sites.map(|fuel| (event(fuel), site(fuel))).collect();
        Steps { steps, dense, sparse, ..Steps::default() }
    }

    /// The id that [`Steps::of`] gives to a site.
    #[cfg(test)]
    pub(crate) fn site_id(fuel: u64) -> u32 {
        1000 + fuel as u32
    }

    fn note_exits(&mut self, number: u32, function: &FunctionPlan) {
        for (nest, found) in (0..).zip(&function.nests) {
            if found.after.is_none() {
                let exits = function.nest_exits(nest);
                let regions = exits.iter().map(|&block| region_at(function, block)).collect();
                self.exits.insert((number, nest), regions);
            }
        }
    }

    fn insert(&mut self, event: &Event, step: Step) {
        let index = self.steps.len() as u32;
        self.steps.push(step);
        match self.dense.get_mut(event.id as usize) {
            Some(slot) if event.payload.is_empty() => *slot = index,
            _ => {
                self.sparse.insert(event.clone(), Found::Path(index));
            }
        }
    }

    /// What `event` is; `None` when it does not occur in the trace.
    #[inline]
    pub(crate) fn find(&self, event: EventRef<'_>) -> Option<Found> {
        match self.dense.get(event.id as usize) {
            Some(&index) if index != NO_STEP => Some(Found::Path(index)),
            _ => self.sparse.get(&event.to_event()).copied().or_else(|| {
                let (function, fuel) = self.counted_nest(event)?;
                Some(Found::Nest { function, fuel: u128::try_from(fuel).unwrap_or(0) })
            }),
        }
    }

    /// What the event of a counted nest costs by its counters; less than nothing at the least if it was
    /// cut short.
    pub(crate) fn counted_fuel(&self, event: EventRef<'_>) -> Option<i128> {
        self.counted_nest(event).map(|(_, fuel)| fuel)
    }

    /// The function of a counted nest, and what its event costs.
    fn counted_nest(&self, event: EventRef<'_>) -> Option<(u32, i128)> {
        let (function, weights) = self.counted.get(&event.id)?;
        let (entered, weights) = weights.split_first()?;
        let counters = counters(event.payload.iter().copied());
        let fuel = weights.iter().zip(counters).fold(*entered, |sum, (&weight, counter)| {
            sum.saturating_add(weight.saturating_mul(counter.into()))
        });
        Some((*function, fuel))
    }

    /// What has to be added to that when `cut` cut the nest short.
    pub(crate) fn cut_fuel(&self, nests: &CountedNests, cut: Cut) -> i128 {
        let runs = nests.cut_short(cut).into_iter();
        runs.map(|(block, times)| times * block_price(&self.blocks, cut.id, block)).sum()
    }

    /// The regions that can follow the nest number `nest` of `function`, when they are several.
    pub(crate) fn exits(&self, function: u32, nest: u32) -> &[u32] {
        self.exits.get(&(function, nest)).map_or(&[], Vec::as_slice)
    }

    /// The step with the index `index`.
    #[inline]
    pub(crate) fn get(&self, index: u32) -> &Step {
        &self.steps[index as usize]
    }
}

fn block_price(blocks: &HashMap<Event, i128, RandomState>, id: u32, block: u32) -> i128 {
    blocks.get(&block_event(id, block)).copied().unwrap_or(0)
}

fn begin_of(function: &FunctionPlan, body: &Body, region: u32) -> Begin {
    match function.regions[region as usize].kind {
        RegionKind::Entry => Begin::Entry,
        RegionKind::Header | RegionKind::Join | RegionKind::Resume => Begin::Onward,
        RegionKind::Landing { operator, .. } => {
            Begin::Landing(body.try_tables.get(&operator).cloned().unwrap_or(0..0))
        }
    }
}

fn end_of(function: &FunctionPlan, end: PathEnd) -> End {
    let block = match end {
        PathEnd::Arrival(block) => {
            return End::Arrival { region: region_at(function, block) };
        }
        PathEnd::Nest(nest) => return End::Left { nest },
        PathEnd::Exit(block) => &function.blocks[block as usize],
    };
    let operator = block.end_operator.saturating_sub(1);
    match block.exit {
        Exit::Call { resume } => End::Call { operator, region: region_at(function, resume) },
        Exit::TailCall => End::TailCall { operator },
        Exit::Throw => End::Throw { operator },
        Exit::Unreachable => End::Trap { operator },
        Exit::Return | Exit::Branch(_) => End::Return,
    }
}

fn region_at(function: &FunctionPlan, block: u32) -> u32 {
    function.blocks[block as usize].region.expect("the plan was checked: a region starts here")
}
