//! The cost of a path that a trap cut short.
//!
//! After a trap that no cut point precedes, the innermost frame's path is not in the trace. What
//! is known is where it began and the operator that trapped. The paths between the two bound the
//! cost; where there is one such path, the bound is exact.
//!
//! Of an access outside of a memory, engines may name a later operator than the one that trapped:
//! [`suspects`] lists those that it can have been.

use std::collections::{BTreeMap, HashMap};

use formats::cost_model::CostModel;
use formats::plan::{Exit, FunctionPlan, Plan, RegionKind};
use wasmparser::Operator;

use crate::Error;
use crate::costs::Costs;
use crate::module::Module;
use crate::opcode;
use crate::order::successors_first;
use crate::slices::region_blocks;

/// Where paths of one function may have been cut short: at any of some operators.
pub struct Tails<'a> {
    plan: &'a FunctionPlan,
    costs: Costs,
    function_entry: u64,
    /// By the block that paths run through, or the header of the nest that they step over: operators, and
    /// what was spent up to them.
    cuts: HashMap<u32, Vec<(u32, Cut)>>,
}

/// The ways from a region's start to some operators.
struct Ways {
    tail: Tail,
    /// Where the cheapest ends, in which block and before which operator, if that isn't recorded.
    cheapest: Option<(u32, u32)>,
    /// For each block the one before it on the cheapest way to it.
    before: HashMap<u32, u32>,
}

/// What was spent when a path was cut short, beside what led to the block or nest where that was.
#[derive(Clone, Copy)]
enum Cut {
    /// Nothing that isn't recorded: the operator ends its region, whose event comes before it.
    Recorded,
    /// The least and the most since the start of the block or nest.
    Since(Tail),
}

impl<'a> Tails<'a> {
    /// Those that end with any of `operators`, of the defined function number `function`. Operators that
    /// can't be reached are none.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] when the plan has no such function, or isn't one of this module.
    pub fn new(
        module: &Module<'_>,
        plan: &'a Plan,
        model: &CostModel,
        function: u32,
        operators: &[u32],
    ) -> Result<Self, Error> {
        let missing = || Error::PlanMismatch(format!("no function {function}"));
        let plan = plan.functions.get(function as usize).ok_or_else(missing)?;
        if function as usize >= module.bodies.len() {
            return Err(missing());
        }
        let costs = Costs::with_callees(module, plan, function, model)?;
        let before = before_in_line(plan);
        let mut cuts: HashMap<u32, Vec<(u32, Cut)>> = HashMap::new();
        for &operator in operators {
            let Some(block) = plan.block_of(operator) else { continue };
            let nest = plan.blocks[block as usize].nest;
            let cut = match nest {
                None => Some(cut_in_block(plan, block, operator, &costs)?),
                Some(nest) => cut_in_nest(plan, nest, block, operator, &before, &costs)?,
            };
            let place = nest.map_or(block, |nest| plan.nest_header(nest));
            cuts.entry(place).or_default().extend(cut.map(|cut| (operator, cut)));
        }
        let function_entry = u64::from(model.function_entry);
        Ok(Tails { plan, costs, function_entry, cuts })
    }

    /// Cost of the ways from the start of the region number `region` to the operators, their own flat
    /// costs included; `None` when the region contains none of them.
    ///
    /// An operator that ends its region was recorded before it ran: nothing is missing then, and the
    /// bounds are 0.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] when the function has no such region, or the plan isn't one of its module.
    pub fn in_region(&self, region: u32) -> Result<Option<Tail>, Error> {
        Ok(self.ways(region)?.map(|ways| ways.tail))
    }

    /// The silent calls on the cheapest of those ways: how often each defined function is called.
    ///
    /// # Errors
    ///
    /// As [`Tails::in_region`].
    pub fn silent_calls(&self, region: u32) -> Result<BTreeMap<u32, u64>, Error> {
        let mut calls: BTreeMap<u32, u64> = BTreeMap::new();
        let Some(ways) = self.ways(region)? else { return Ok(calls) };
        let (mut next, mut end) = match ways.cheapest {
            Some((block, operator)) => (Some(block), operator),
            None => return Ok(calls),
        };
        while let Some(block) = next {
            for call in self.plan.silent_calls_in(block).iter().filter(|call| call.operator < end) {
                *calls.entry(call.callee).or_default() += 1;
            }
            (next, end) = (ways.before.get(&block).copied(), u32::MAX);
        }
        Ok(calls)
    }

    fn ways(&self, region: u32) -> Result<Option<Ways>, Error> {
        let missing = || Error::PlanMismatch(format!("no region {region}"));
        let region = self.plan.regions.get(region as usize).ok_or_else(missing)?;
        let blocks = region_blocks(self.plan, region.start)?;
        if !blocks.iter().any(|block| self.cuts.contains_key(block)) {
            return Ok(None);
        }
        let place = |target: u32| blocks.binary_search(&target).ok().map(|place| place as u32);
        let inner = |from: u32| {
            self.plan.inner_targets(blocks[from as usize]).filter_map(place).collect::<Vec<u32>>()
        };
        let entry = if region.kind == RegionKind::Entry { self.function_entry } else { 0 };
        let mut arrivals = HashMap::from([(region.start, Tail { low: entry, high: entry })]);
        let mut found: Option<Ways> = None;
        let mut before = HashMap::new();
        for from in successors_first(blocks.len(), inner).into_iter().rev() {
            let block = blocks[from as usize];
            let arrival = arrivals[&block];
            for (operator, cut) in self.cuts.get(&block).into_iter().flatten() {
                let (tail, end) = match cut {
                    Cut::Recorded => (Tail { low: 0, high: 0 }, None),
                    Cut::Since(tail) => (arrival.and(*tail), Some((block, *operator))),
                };
                let ways =
                    found.get_or_insert(Ways { tail, cheapest: end, before: HashMap::new() });
                if tail.low < ways.tail.low {
                    ways.cheapest = end;
                }
                ways.tail = ways.tail.or(tail);
            }
            let departure = arrival.and(self.cost_of(block)?);
            for target in self.plan.inner_targets(block) {
                let known = arrivals.get(&target).copied();
                if known.is_none_or(|known| departure.low < known.low) {
                    before.insert(target, block);
                }
                arrivals.insert(target, known.map_or(departure, |known| known.or(departure)));
            }
        }
        Ok(found.map(|found| Ways { before, ..found }))
    }

    /// What running through `block` costs; what a nest costs that is stepped over is its own event's.
    fn cost_of(&self, block: u32) -> Result<Tail, Error> {
        let found = &self.plan.blocks[block as usize];
        let cost = match found.nest {
            Some(_) => 0,
            None => self.costs.range(found.first_operator, found.end_operator)?,
        };
        Ok(Tail { low: cost, high: cost })
    }
}

/// The cut at `operator` in `block`, which paths run through.
fn cut_in_block(
    function: &FunctionPlan,
    block: u32,
    operator: u32,
    costs: &Costs,
) -> Result<Cut, Error> {
    let block = &function.blocks[block as usize];
    if operator + 1 == block.end_operator && !matches!(block.exit, Exit::Branch(_)) {
        return Ok(Cut::Recorded);
    }
    let cost = costs.up_to(block.first_operator, operator)?;
    Ok(Cut::Since(Tail { low: cost, high: cost }))
}

/// The cut at `operator` in `block` of the nest number `nest`; `None` when the nest's header doesn't lead
/// there.
fn cut_in_nest(
    function: &FunctionPlan,
    nest: u32,
    block: u32,
    operator: u32,
    before: &[Option<u32>],
    costs: &Costs,
) -> Result<Option<Cut>, Error> {
    if function.nests[nest as usize].is_counted() {
        let line = line_start(before, block);
        let cost = cost_of_line(function, nest, line, operator, costs)?;
        return Ok(cost.map(|cost| Cut::Since(Tail { low: cost, high: cost })));
    }
    let shortest = shortest_in_nest(function, nest, operator, costs)?;
    Ok(shortest.map(|low| Cut::Since(Tail { low, high: 0 })))
}

/// What a path that was cut short can have cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    /// The least.
    pub low: u64,
    /// The most. Of an operator in a nest whose branches are computed: the most up to the nest, because
    /// what the nest cost at most is known from its event. Of one in a counted nest both are what its
    /// last line of blocks cost (see [`counted_line`]), on top of the most and the least up to the
    /// nest.
    pub high: u64,
}

impl Tail {
    /// One after the other.
    fn and(self, other: Tail) -> Tail {
        Tail { low: self.low + other.low, high: self.high + other.high }
    }

    /// One or the other.
    pub fn or(self, other: Tail) -> Tail {
        Tail { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// Cost of the cheapest way from the header of the nest number `nest` to `operator`, its own cost
/// included; `None` when the nest doesn't contain it.
fn shortest_in_nest(
    function: &FunctionPlan,
    nest: u32,
    operator: u32,
    costs: &Costs,
) -> Result<Option<u64>, Error> {
    let mut arrivals = HashMap::from([(function.nest_header(nest), 0)]);
    // Going around a loop is never cheaper, so that edges backward can be left out.
    for (index, block) in (0..).zip(&function.blocks) {
        let (Some(&arrival), true) = (arrivals.get(&index), block.nest == Some(nest)) else {
            continue;
        };
        if (block.first_operator..block.end_operator).contains(&operator) {
            return Ok(Some(arrival + costs.up_to(block.first_operator, operator)?));
        }
        let departure = arrival + costs.range(block.first_operator, block.end_operator)?;
        if let Exit::Branch(edges) = &block.exit {
            for edge in edges.iter().filter(|edge| edge.target > index) {
                let known = arrivals.entry(edge.target).or_insert(departure);
                *known = departure.min(*known);
            }
        }
    }
    Ok(None)
}

/// Where a trap at `operator` cut a counted nest short: the number of the nest, and the first block of
/// the line of blocks, each of which leads to the next one alone and is reached from nowhere else, in
/// which `operator` stands. `None` when it doesn't stand in a counted nest.
pub fn counted_line(function: &FunctionPlan, operator: u32) -> Option<(u32, u32)> {
    let block = function.block_of(operator)?;
    let nest = function.blocks[block as usize].nest?;
    let is_counted = function.nests[nest as usize].is_counted();
    is_counted.then(|| (nest, line_start(&before_in_line(function), block)))
}

/// The first block of the line that `block` stands in.
fn line_start(before: &[Option<u32>], mut block: u32) -> u32 {
    while let Some(source) = before[block as usize] {
        block = source;
    }
    block
}

/// For each block the one that leads to it alone, if it is reached from nowhere else.
fn before_in_line(function: &FunctionPlan) -> Vec<Option<u32>> {
    let mut ways = vec![0_usize; function.blocks.len()];
    let mut before = vec![None; function.blocks.len()];
    for (source, block) in (0..).zip(&function.blocks) {
        let Exit::Branch(edges) = &block.exit else { continue };
        for edge in edges {
            let target = edge.target as usize;
            ways[target] += 1;
            // Within a nest every block can be reached from its header, which ends the line.
            let goes_on = edges.len() == 1 && source < edge.target;
            let stays = block.nest == function.blocks[target].nest;
            before[target] = (goes_on && stays).then_some(source);
        }
    }
    for (block, ways) in (0..).zip(ways) {
        let nest = function.blocks[block as usize].nest;
        if ways != 1 || nest.is_some_and(|nest| function.nest_header(nest) == block) {
            before[block as usize] = None;
        }
    }
    before
}

/// Cost of the line of blocks from `block` to `operator`, its own flat cost included; `None` when
/// the line doesn't lead there.
fn cost_of_line(
    function: &FunctionPlan,
    nest: u32,
    block: u32,
    operator: u32,
    costs: &Costs,
) -> Result<Option<u64>, Error> {
    let (mut number, mut cost) = (block, 0);
    loop {
        let block = &function.blocks[number as usize];
        if block.nest != Some(nest) {
            return Ok(None);
        }
        if (block.first_operator..block.end_operator).contains(&operator) {
            return Ok(Some(cost + costs.up_to(block.first_operator, operator)?));
        }
        cost += costs.range(block.first_operator, block.end_operator)?;
        match &block.exit {
            Exit::Branch(edges) if edges.len() == 1 && edges[0].target > number => {
                number = edges[0].target;
            }
            _ => return Ok(None),
        }
    }
}

/// The operators that can have accessed a memory out of bounds when an engine says that it was
/// `operator` of the defined function number `function`, in ascending order.
///
/// Compilers merge a read into an instruction of a later operator that uses what was read, and
/// then name that operator. They do so only where nothing between the two has an effect. So it
/// was the named operator, if that accesses a memory, or one of the reads before it in the same
/// straight stretch of code, back to the last write or call. The result is empty when there is none:
/// then the compiler has moved the named operator to another place.
///
/// # Errors
///
/// [`Error::PlanMismatch`] when the plan has no such function, or isn't one of this module.
pub fn suspects(
    module: &Module<'_>,
    plan: &Plan,
    function: u32,
    operator: u32,
) -> Result<Vec<u32>, Error> {
    let missing = || Error::PlanMismatch(format!("no function {function}"));
    let function_plan = plan.functions.get(function as usize).ok_or_else(missing)?;
    if function as usize >= module.bodies.len() {
        return Err(missing());
    }
    let Some(first) = stretch_start(function_plan, operator) else { return Ok(Vec::new()) };
    let mut suspects = Vec::new();
    module.for_each_operator(function, |index, _, decoded| {
        if !(first..=operator).contains(&index) {
            return Ok(());
        }
        if matches!(decoded, Operator::Call { .. }) {
            suspects.clear();
        }
        match access(module, &decoded) {
            Some(Access::Read) => suspects.push(index),
            Some(Access::Write) if index == operator => suspects.push(index),
            Some(Access::Write) => suspects.clear(),
            None => {}
        }
        Ok(())
    })?;
    Ok(suspects)
}

/// How an operator uses a memory.
enum Access {
    Read,
    Write,
}

fn access(module: &Module<'_>, operator: &Operator<'_>) -> Option<Access> {
    if opcode::bulk(module, operator).is_some() {
        return Some(Access::Write);
    }
    let name = opcode::opcode(operator)?.name();
    if name.contains(".store") || name.contains(".atomic.") {
        Some(Access::Write)
    } else if name.contains(".load") {
        Some(Access::Read)
    } else {
        None
    }
}

/// First operator of the code that runs up to `operator` without a choice: its block, and those
/// before it that lead nowhere else.
fn stretch_start(function: &FunctionPlan, operator: u32) -> Option<u32> {
    let mut current = function.block_of(operator)?;
    let before = before_in_line(function);
    while !function.blocks[current as usize].cut_on_arrival
        && let Some(source) = before[current as usize]
    {
        current = source;
    }
    Some(function.blocks[current as usize].first_operator)
}
