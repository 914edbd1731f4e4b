//! What classes of operators cost, from how often each block of the program ran.

use std::collections::BTreeMap;

use formats::cost_model::CostModel;
use formats::operators::CLASSES;
use formats::plan::{EventKind, Plan, RegionKind};
use formats::report::OperatorReport;
use slicer::module::Module;

use crate::Error;
use crate::analysis::Case;
use crate::exact::Detail;
use crate::replay::Price;

/// What the fuel of all events was spent on, when they have these `prices` and the blocks ran so often.
/// It adds up to the total.
///
/// # Errors
///
/// [`Error::Module`] for an operator that no supported proposal has, [`Error::Overflow`].
pub(crate) fn operators(
    case: &Case<'_>,
    detail: &Detail,
    prices: &[Price],
    blocks: &Blocks,
) -> Result<Vec<OperatorReport>, Error> {
    let (module, plan, model) = (case.pricer.module, case.plan, case.pricer.model);
    let mut found = classes(module, plan, model, blocks)?;
    found.extend(rest(plan, model, detail, prices, blocks)?);
    Ok(found)
}

/// A block: defined function number and index.
pub(crate) type Place = (u32, u32);

/// How often each block ran.
pub(crate) type Blocks = BTreeMap<Place, u128>;

/// How often each operator of the defined function number `function` ran.
pub(crate) fn counts(plan: &Plan, blocks: &Blocks, function: u32) -> Vec<u128> {
    let found = &plan.functions[function as usize];
    let mut counts = vec![0; found.operators as usize];
    for (&(_, block), &times) in blocks.range((function, 0)..=(function, u32::MAX)) {
        let block = &found.blocks[block as usize];
        for count in &mut counts[block.first_operator as usize..block.end_operator as usize] {
            *count = times;
        }
    }
    counts
}

/// How often the operators of each class ran, and what they cost; the classes that did.
///
/// # Errors
///
/// [`Error::Module`] for an operator that no supported proposal has, [`Error::Overflow`].
fn classes(
    module: &Module<'_>,
    plan: &Plan,
    model: &CostModel,
    blocks: &Blocks,
) -> Result<Vec<OperatorReport>, Error> {
    let mut classes: Vec<OperatorReport> = CLASSES.iter().copied().map(named).collect();
    let mut before = None;
    for &(function, _) in blocks.keys() {
        if before.replace(function) == Some(function) {
            continue;
        }
        let counts = counts(plan, blocks, function);
        let mut has_overflown = false;
        module
            .for_each_operator(function, |index, _, operator| {
                let times = counts[index as usize];
                if times == 0 {
                    return Ok(());
                }
                let opcode = slicer::opcode::opcode(&operator);
                let opcode = opcode.ok_or_else(|| {
                    slicer::Error::PlanMismatch(format!("no price for {operator:?}"))
                })?;
                let class = &mut classes[opcode.class()];
                let fuel = times.checked_mul(model.operator(opcode).into());
                let fuel = fuel.and_then(|fuel| class.fuel.checked_add(fuel));
                let count = class.count.checked_add(times);
                match (count, fuel) {
                    (Some(count), Some(fuel)) => (class.count, class.fuel) = (count, fuel),
                    _ => has_overflown = true,
                }
                Ok(())
            })
            .map_err(Error::Module)?;
        if has_overflown {
            return Err(Error::Overflow);
        }
    }
    classes.retain(|class| class.count > 0);
    Ok(classes)
}

/// What no operator accounts for: entering functions, what bulk operators do by the unit, and what ran
/// between the last event and a trap.
///
/// # Errors
///
/// [`Error::Overflow`].
fn rest(
    plan: &Plan,
    model: &CostModel,
    detail: &Detail,
    prices: &[Price],
    blocks: &Blocks,
) -> Result<Vec<OperatorReport>, Error> {
    let mut entry = named("function entry");
    let mut units = named("bytes and elements");
    let mut tail = named("before a trap");
    let events = plan.event_map();
    for (found, price) in detail.entries.iter().zip(prices) {
        match events.resolve(found.event.id) {
            Some(EventKind::Path { function, region, .. }) => {
                let region = &plan.functions[function as usize].regions[region as usize];
                if region.kind == RegionKind::Entry {
                    add(&mut entry, found.count.into(), model.function_entry.into())?;
                }
            }
            Some(EventKind::Site { .. }) => add(&mut units, found.count.into(), price.fuel)?,
            Some(EventKind::Nest { .. }) | None => {}
        }
    }
    for (&(function, block), &times) in blocks {
        for _ in plan.functions[function as usize].silent_calls_in(block) {
            add(&mut entry, times, model.function_entry.into())?;
        }
    }
    for found in &detail.tails {
        add(&mut tail, 1, found.fuel.low.into())?;
    }
    Ok([entry, units, tail].into_iter().filter(|class| class.fuel > 0).collect())
}

fn named(name: &str) -> OperatorReport {
    OperatorReport { class: name.to_string(), ..OperatorReport::default() }
}

fn add(sum: &mut OperatorReport, times: u128, each: u128) -> Result<(), Error> {
    let fuel = times.checked_mul(each).and_then(|fuel| sum.fuel.checked_add(fuel));
    sum.fuel = fuel.ok_or(Error::Overflow)?;
    sum.count = sum.count.checked_add(times).ok_or(Error::Overflow)?;
    Ok(())
}
