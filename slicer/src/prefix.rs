//! The cost of a path that a trap cut short.
//!
//! After a trap that no cut point precedes, the innermost frame's path is not in the trace. What
//! is known is where it began and the operator that trapped. The paths between the two bound the
//! cost; where there is one such path, the bound is exact.

use std::ops::RangeInclusive;

use formats::cost_model::CostModel;
use formats::plan::{Exit, Plan, RegionKind};

use crate::Error;
use crate::costs::Costs;
use crate::module::Module;
use crate::slices::region_blocks;

/// Lowest and highest cost of the ways from the start of region `region` of the defined function
/// number `function` to the operator `operator`, its own flat cost included; `None` when the
/// region doesn't contain the operator.
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
) -> Result<Option<RangeInclusive<u64>>, Error> {
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
    for index in blocks {
        let block = &function_plan.blocks[index as usize];
        let arrival = arrivals[&index].clone();
        let after = |cost: u64| arrival.start() + cost..=arrival.end() + cost;
        if (block.first_operator..block.end_operator).contains(&operator) {
            let ends_region =
                operator + 1 == block.end_operator && !matches!(block.exit, Exit::Branch(_));
            return Ok(Some(match ends_region {
                true => 0..=0,
                false => after(costs.range(block.first_operator, operator + 1)?),
            }));
        }
        let Exit::Branch(edges) = &block.exit else {
            continue;
        };
        let departure = after(costs.range(block.first_operator, block.end_operator)?);
        for edge in edges {
            let known = arrivals.entry(edge.target).or_insert_with(|| departure.clone());
            *known = *known.start().min(departure.start())..=*known.end().max(departure.end());
        }
    }
    Ok(None)
}
