//! The least and the most that a single event can cost, whatever it is.
//!
//! What was dropped or left out can't be replayed; but each event is that of a path, a site or a nest
//! of the plan, and a path costs no less than the cheapest way through its region.

use formats::cost_model::CostModel;
use formats::plan::{FunctionPlan, Plan, RegionKind};
use rayon::prelude::*;
use slicer::costs::Costs;
use slicer::module::Module;
use slicer::order::successors_first;

/// The least and the most that something costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) least: u128,
    /// `u128::MAX` if there is no bound.
    pub(crate) most: u128,
}

impl Bounds {
    /// Bounds of so many events, each of which has these bounds.
    pub(crate) fn times(self, events: u64) -> Bounds {
        let events = u128::from(events);
        Bounds { least: self.least.saturating_mul(events), most: self.most.saturating_mul(events) }
    }

    /// Bounds of what has either these bounds or others.
    fn or(self, other: Bounds) -> Bounds {
        Bounds { least: self.least.min(other.least), most: self.most.max(other.most) }
    }
}

/// Bounds of one event of `plan`.
///
/// # Errors
///
/// [`slicer::Error::PlanMismatch`] when the plan isn't one of this module.
pub(crate) fn of_event(
    module: &Module<'_>,
    plan: &Plan,
    model: &CostModel,
) -> Result<Bounds, slicer::Error> {
    let functions = 0..plan.functions.len() as u32;
    let found: Result<Vec<Bounds>, slicer::Error> =
        functions.into_par_iter().map(|number| of_function(module, plan, model, number)).collect();
    Ok(found?.into_iter().reduce(Bounds::or).unwrap_or(Bounds { least: 0, most: 0 }))
}

/// Bounds of one event of the defined function number `number`.
fn of_function(
    module: &Module<'_>,
    plan: &Plan,
    model: &CostModel,
    number: u32,
) -> Result<Bounds, slicer::Error> {
    let function = &plan.functions[number as usize];
    if !function.nests.is_empty() {
        return Ok(Bounds { least: 0, most: u128::MAX });
    }
    let mut found = of_paths(module, plan, model, number)?;
    for site in &function.sites {
        let units = if site.wide { u64::MAX } else { u32::MAX.into() };
        let most = u128::from(model.per_unit(site.bulk)) * u128::from(units);
        found = found.or(Bounds { least: 0, most });
    }
    Ok(found)
}

/// Bounds of one path event of the defined function number `number`, at most with part of a nest.
///
/// # Errors
///
/// As [`of_event`].
pub(crate) fn of_paths(
    module: &Module<'_>,
    plan: &Plan,
    model: &CostModel,
    number: u32,
) -> Result<Bounds, slicer::Error> {
    let function = &plan.functions[number as usize];
    let costs = Costs::with_callees(module, function, number, model)?;
    let from = ways(function, &costs)?;
    let entry = u128::from(model.function_entry);
    let mut found: Option<Bounds> = None;
    for region in &function.regions {
        let Bounds { mut least, mut most } = from[region.start as usize];
        if region.kind == RegionKind::Entry {
            (least, most) = (least + entry, most + entry);
        }
        let bounds = Bounds { least, most };
        found = Some(found.map_or(bounds, |known| known.or(bounds)));
    }
    Ok(found.unwrap_or(Bounds { least: 0, most: 0 }))
}

/// For each block what the ways from its start to the ends of its region cost.
fn ways(function: &FunctionPlan, costs: &Costs) -> Result<Vec<Bounds>, slicer::Error> {
    let mut from = vec![Bounds { least: 0, most: 0 }; function.blocks.len()];
    let inner = |block: u32| function.inner_targets(block).collect();
    for index in successors_first(function.blocks.len(), inner) {
        let (index, block) = (index as usize, &function.blocks[index as usize]);
        let behind = |target: u32| from.get(target as usize).copied();
        let targets: Vec<Bounds> =
            function.inner_targets(index as u32).filter_map(behind).collect();
        let can_end = targets.is_empty()
            || function.ends_path(index as u32)
            || !function.cut_targets(index as u32).is_empty();
        let least = targets.iter().map(|way| way.least).min().filter(|_| !can_end).unwrap_or(0);
        let most = targets.iter().map(|way| way.most).max().unwrap_or(0);
        let own = u128::from(costs.range(block.first_operator, block.end_operator)?);
        // The fuel of a nest is that of its own event.
        let surely = if block.nest.is_some() { 0 } else { own };
        from[index] = Bounds { least: surely + least, most: own + most };
    }
    Ok(from)
}
