//! The cost of a path that a trap cut short.
//!
//! After a trap that no cut point precedes, the innermost frame's path is not in the trace. What
//! is known is where it began and the operator that trapped. The paths between the two bound the
//! cost; where there is one such path, the bound is exact.
//!
//! Of an access outside of a memory, engines may name a later operator than the one that trapped:
//! [`suspects`] lists those that it can have been.

use std::ops::RangeInclusive;

use formats::cost_model::CostModel;
use formats::plan::{Block, Exit, FunctionPlan, Plan, RegionKind};
use wasmparser::Operator;

use crate::Error;
use crate::costs::Costs;
use crate::module::Module;
use crate::opcode;
use crate::order::successors_first;
use crate::slices::region_blocks;

/// Cost of the ways from the start of region `region` of the defined function number `function` to
/// the operator `operator`, its own flat cost included; `None` when the region doesn't contain the
/// operator.
///
/// An operator that ends its region was recorded before it ran: nothing is missing then, and the
/// bounds are 0.
///
/// # Errors
///
/// [`Error::PlanMismatch`] when the plan has no such function or region, or isn't one of this
/// module.
pub fn tail_bounds(
    module: &Module<'_>,
    plan: &Plan,
    model: &CostModel,
    function: u32,
    region: u32,
    operator: u32,
) -> Result<Option<Tail>, Error> {
    let mismatch = |what: &str| Error::PlanMismatch(format!("no {what} of function {function}"));
    if function as usize >= module.bodies.len() {
        return Err(mismatch("body"));
    }
    let function_plan = plan.functions.get(function as usize).ok_or_else(|| mismatch("plan"))?;
    let region = function_plan.regions.get(region as usize).ok_or_else(|| mismatch("region"))?;
    let blocks = region_blocks(function_plan, region.start)?;
    let costs = Costs::of(module, function, model)?;

    let entry = match region.kind {
        RegionKind::Entry => u64::from(model.function_entry),
        _ => 0,
    };
    let mut arrivals = std::collections::HashMap::from([(region.start, entry..=entry)]);
    let inner = |block: u32| function_plan.inner_targets(block).collect();
    let order = successors_first(function_plan.blocks.len(), inner);
    for index in order.into_iter().rev().filter(|index| blocks.binary_search(index).is_ok()) {
        let block = &function_plan.blocks[index as usize];
        let arrival = arrivals[&index].clone();
        let after = |cost: u64| arrival.start() + cost..=arrival.end() + cost;
        if let Some(nest) = block.nest {
            if function_plan.nests[nest as usize].is_counted() {
                if let Some((_, line)) = counted_line(function_plan, operator)
                    && let Some(cost) = cost_of_line(function_plan, nest, line, operator, &costs)?
                {
                    return Ok(Some(Tail {
                        low: arrival.start() + cost,
                        high: arrival.end() + cost,
                    }));
                }
            } else if let Some(shortest) = shortest_in_nest(function_plan, nest, operator, &costs)?
            {
                return Ok(Some(Tail { low: arrival.start() + shortest, high: *arrival.end() }));
            }
            for target in function_plan.inner_targets(index) {
                widen(&mut arrivals, target, arrival.clone());
            }
            continue;
        }
        if (block.first_operator..block.end_operator).contains(&operator) {
            let ends_region =
                operator + 1 == block.end_operator && !matches!(block.exit, Exit::Branch(_));
            let bounds = match ends_region {
                true => 0..=0,
                false => after(costs.range(block.first_operator, operator + 1)?),
            };
            return Ok(Some(Tail { low: *bounds.start(), high: *bounds.end() }));
        }
        let Exit::Branch(edges) = &block.exit else {
            continue;
        };
        let departure = after(costs.range(block.first_operator, block.end_operator)?);
        for edge in edges {
            widen(&mut arrivals, edge.target, departure.clone());
        }
    }
    Ok(None)
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

/// Cost of the cheapest way from the header of the nest number `nest` to `operator`, its own cost
/// included; `None` when the nest doesn't contain it.
fn shortest_in_nest(
    function: &FunctionPlan,
    nest: u32,
    operator: u32,
    costs: &Costs,
) -> Result<Option<u64>, Error> {
    let mut arrivals = std::collections::HashMap::from([(function.nest_header(nest), 0)]);
    // Going around a loop is never cheaper, so that edges backward can be left out.
    for (index, block) in (0..).zip(&function.blocks) {
        let (Some(&arrival), true) = (arrivals.get(&index), block.nest == Some(nest)) else {
            continue;
        };
        if (block.first_operator..block.end_operator).contains(&operator) {
            return Ok(Some(arrival + costs.range(block.first_operator, operator + 1)?));
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
    let contains = |block: &Block| (block.first_operator..block.end_operator).contains(&operator);
    let mut block = function.blocks.iter().position(contains)?;
    let nest = function.blocks[block].nest?;
    function.nests[nest as usize].is_counted().then_some(())?;
    let before = before_in_line(function);
    while let Some(source) = before[block] {
        block = source;
    }
    Some((nest, block as u32))
}

/// For each block the one that leads to it alone, if it is reached from nowhere else.
fn before_in_line(function: &FunctionPlan) -> Vec<Option<usize>> {
    let mut ways = vec![0_usize; function.blocks.len()];
    let mut before = vec![None; function.blocks.len()];
    for (source, block) in function.blocks.iter().enumerate() {
        let Exit::Branch(edges) = &block.exit else { continue };
        for edge in edges {
            let target = edge.target as usize;
            ways[target] += 1;
            // Within a nest every block can be reached from its header, which ends the line.
            let goes_on = edges.len() == 1 && source < target;
            let stays = block.nest == function.blocks[target].nest;
            before[target] = (goes_on && stays).then_some(source);
        }
    }
    for (block, ways) in ways.into_iter().enumerate() {
        let nest = function.blocks[block].nest;
        let is_header = nest.is_some_and(|nest| function.nest_header(nest) as usize == block);
        if ways != 1 || is_header {
            before[block] = None;
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
            return Ok(Some(cost + costs.range(block.first_operator, operator + 1)?));
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

/// Lowest and highest cost of arriving at blocks.
type Arrivals = std::collections::HashMap<u32, RangeInclusive<u64>>;

fn widen(arrivals: &mut Arrivals, block: u32, by: RangeInclusive<u64>) {
    let known = arrivals.entry(block).or_insert_with(|| by.clone());
    *known = *known.start().min(by.start())..=*known.end().max(by.end());
}

/// The operators that can have accessed a memory out of bounds when an engine says that it was
/// `operator` of the defined function number `function`, in ascending order.
///
/// Compilers merge a read into an instruction of a later operator that uses what was read, and
/// then name that operator. They do so only where nothing between the two has an effect. So it
/// was the named operator, if that accesses a memory, or one of the reads before it in the same
/// straight stretch of code, back to the last write. The result is empty when there is none: then
/// the compiler has moved the named operator to another place.
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
    let contains = |block: &Block| (block.first_operator..block.end_operator).contains(&operator);
    let mut current = function.blocks.iter().position(contains)?;
    let before = before_in_line(function);
    while !function.blocks[current].cut_on_arrival
        && let Some(source) = before[current]
    {
        current = source;
    }
    Some(function.blocks[current].first_operator)
}
