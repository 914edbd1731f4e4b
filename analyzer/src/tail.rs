//! The tail of a trap: what the innermost activation spent after its last event.
//!
//! A trap in the middle of a region leaves no event for it. The recorder notes the operator that
//! trapped; the events tell in which region the activation was. Every way from that region's start
//! to the operator is a possible tail, so the tail's fuel lies between the cheapest and the
//! dearest of them. Where the region isn't certain, all that are possible are taken together.
//!
//! Of an access outside of a memory the engine may name a later operator than the one that
//! trapped. All operators that it can have been are taken together; and where none of them lies in
//! the region, any part of the region may have run.
//!
//! Of a trap of which the engine names no operator, any part of the region may have run.
//!
//! A trap at an operator that ends a region (a call, `unreachable`, a throw) leaves no tail: the
//! event is recorded before the operator runs. Nor does a stack overflow, unless the call is silent: the
//! callee hasn't begun.

use formats::cost_model::CostModel;
use formats::plan::{Exit, FunctionPlan, Nest, Plan, RegionKind};
use slicer::module::Module;
use slicer::opcode::opcode;
use slicer::prefix::{Tail, Tails};

use crate::bodies::{Body, direct_callee, exports_function};
use crate::bounds;
use crate::calls::may_catch;
use crate::replay::SilentCalls;
use crate::steps::{End, Step, Steps};

/// The region that every activation starts in.
const ENTRY: u32 = 0;

/// Everything that prices a tail.
#[derive(Clone, Copy)]
pub(crate) struct TailPricer<'a> {
    pub(crate) module: &'a Module<'a>,
    pub(crate) plan: &'a Plan,
    pub(crate) model: &'a CostModel,
    pub(crate) bodies: &'a [Body],
}

/// What is known about the activations when the trap struck.
#[derive(Clone)]
pub(crate) struct Situation<'a> {
    /// All steps.
    pub(crate) steps: &'a Steps,
    /// The last path event of the invocation.
    pub(crate) last: Option<&'a Step>,
    /// The last events of the open activations, the innermost first.
    pub(crate) open: Vec<&'a Step>,
}

/// Where a trap struck: a defined function, and an operator of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Defined function number.
    pub(crate) function: u32,
    /// Operator index, if the engine said so.
    pub(crate) operator: Option<u32>,
    /// Whether it was an access outside of a memory.
    pub(crate) out_of_bounds: bool,
}

/// The fuel of a tail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TailFuel {
    /// Least fuel that it can have.
    pub(crate) low: u64,
    /// Most fuel that it can have.
    pub(crate) high: u64,
    /// Region that was running, where it is certain.
    pub(crate) region: Option<u32>,
    /// The silent calls that are part of the least.
    pub(crate) silent: Vec<SilentCalls>,
}

impl TailPricer<'_> {
    /// Fuel of the tail of a trap at `place`, `None` when the place can't be reached. Without a
    /// `situation` (the order of the events is not known) every region is possible.
    pub(crate) fn price(
        &self,
        place: Place,
        situation: Option<&Situation<'_>>,
    ) -> Result<Option<TailFuel>, slicer::Error> {
        let function = &self.plan.functions[place.function as usize];
        let Some(operator) = place.operator else {
            let likely = situation.map(|situation| self.candidates(place.function, situation));
            return self.anywhere(place.function, &likely.unwrap_or_default()).map(Some);
        };
        if ends_region(function, operator) {
            return Ok(Some(TailFuel::default()));
        }
        let operators = match place.out_of_bounds {
            true => slicer::prefix::suspects(self.module, self.plan, place.function, operator)?,
            false => vec![operator],
        };
        let every_region: Vec<u32> = (0..function.regions.len() as u32).collect();
        let Some(situation) = situation else {
            return self.union(place.function, &operators, &every_region);
        };
        let likely = self.candidates(place.function, situation);
        if let Some(fuel) = self.union(place.function, &operators, &likely)? {
            return Ok(Some(fuel));
        }
        if place.out_of_bounds {
            return self.anywhere(place.function, &likely).map(Some);
        }
        self.union(place.function, &operators, &every_region)
    }

    /// Fuel of a tail that ended anywhere in one of the regions `likely` of `function`, as far as those
    /// are known.
    fn anywhere(&self, function: u32, likely: &[u32]) -> Result<TailFuel, slicer::Error> {
        let region = <[u32; 1]>::try_from(likely).ok().map(|[region]| region);
        let begins = region == Some(ENTRY);
        let low = if begins { u64::from(self.model.function_entry) } else { 0 };
        let high = self.dearest_path_of(function)?.saturating_add(self.miscounted(function)?);
        Ok(TailFuel { low, high, region, silent: Vec::new() })
    }

    /// The most that a counted nest of `function` can have cost more, or less, than its counters say, when
    /// nobody knows where it was cut short: they tell of each block within one or two runs.
    fn miscounted(&self, function: u32) -> Result<u64, slicer::Error> {
        let mut cost: u64 = 0;
        if self.plan.functions[function as usize].nests.iter().any(Nest::is_counted) {
            self.module.for_each_operator(function, |_, _, operator| {
                let price = opcode(&operator).map_or(0, |opcode| self.model.operator(opcode));
                cost = cost.saturating_add(2 * u64::from(price));
                Ok(())
            })?;
        }
        Ok(cost)
    }

    /// The most that [`Self::miscounted`] says of `function`, or of any.
    pub(crate) fn most_miscounted(&self, function: Option<u32>) -> Result<u64, slicer::Error> {
        let all = 0..self.plan.functions.len() as u32;
        let functions = function.map_or(all, |function| function..function + 1);
        functions
            .map(|number| self.miscounted(number))
            .try_fold(0, |most, cost| Ok(cost?.max(most)))
    }

    /// Whether `place` lies in a nest whose branches are computed, or, as far as is known, in any.
    pub(crate) fn is_in_nest(&self, place: Place) -> bool {
        let function = &self.plan.functions[place.function as usize];
        let Some(operator) = place.operator else { return !function.nests.is_empty() };
        let block = function.block_of(operator).map(|block| &function.blocks[block as usize]);
        let nest = block.and_then(|block| block.nest);
        nest.is_some_and(|nest| !function.nests[nest as usize].is_counted())
    }

    /// Whether there is a silent call at `place`.
    pub(crate) fn calls_silently(&self, place: Place) -> bool {
        let calls = &self.plan.functions[place.function as usize].silent_calls;
        let is_there =
            |operator| calls.binary_search_by_key(&operator, |call| call.operator).is_ok();
        place.operator.is_some_and(is_there)
    }

    /// The interval that holds the tails from all of `regions` to all of `operators`.
    fn union(
        &self,
        function: u32,
        operators: &[u32],
        regions: &[u32],
    ) -> Result<Option<TailFuel>, slicer::Error> {
        let tails = Tails::new(self.module, self.plan, self.model, function, operators)?;
        let mut found: Option<(Tail, Option<u32>)> = None;
        let mut cheapest = 0;
        for &region in regions {
            let Some(tail) = tails.in_region(region)? else { continue };
            if found.is_none_or(|(known, _)| tail.low < known.low) {
                cheapest = region;
            }
            found = Some(match found {
                None => (tail, Some(region)),
                Some((known, _)) => (known.or(tail), None),
            });
        }
        let Some((Tail { low, high }, region)) = found else { return Ok(None) };
        let calls = tails.silent_calls(cheapest)?.into_iter();
        let silent = calls.map(|(callee, calls)| {
            let fuel = calls * slicer::silent::price(self.module, self.model, callee)?;
            Ok(SilentCalls { callee, calls, fuel })
        });
        let silent = silent.collect::<Result<_, slicer::Error>>()?;
        Ok(Some(TailFuel { low, high, region, silent }))
    }

    /// The regions that the innermost activation, one of `function`, can have been in. Empty when
    /// the events don't lead to that function.
    fn candidates(&self, function: u32, situation: &Situation<'_>) -> Vec<u32> {
        let Some(&top) = situation.open.first() else { return vec![ENTRY] };
        let returned = situation.last.is_some_and(|last| last.end == End::Return);
        match top.end {
            End::Arrival { region } if top.function == function => vec![region],
            End::Left { nest } if top.function == function => {
                situation.steps.exits(function, nest).to_vec()
            }
            End::Call { region, .. } if returned && top.function == function => vec![region],
            End::Call { .. } if !returned => self.behind_call(function, top, situation),
            End::Throw { .. } => {
                let mut regions = self.resumes(function, &situation.open);
                regions.extend(self.landings(function, &situation.open));
                regions
            }
            _ => Vec::new(),
        }
    }

    /// The same after a call of `top` whose callee has left no event: either the callee is in its
    /// first region, or it was the host's, and has returned, thrown, or called an export.
    fn behind_call(&self, function: u32, top: &Step, situation: &Situation<'_>) -> Vec<u32> {
        let imported = self.plan.imported_functions;
        // After a tail call the last event is the caller's, which has ended.
        let callee = situation.last.map_or(Callee::Any, |last| self.callee(last));
        let mut regions = Vec::new();
        let reentered = callee.may_be_import(imported) && self.is_exported(function);
        if reentered || callee.may_be(function, imported) {
            regions.push(ENTRY);
        }
        if callee.may_be_import(imported) {
            if let End::Call { region, .. } = top.end
                && top.function == function
            {
                regions.push(region);
            }
            regions.extend(self.landings(function, &situation.open));
        }
        regions
    }

    /// Whom the last operator of the path `last` calls.
    fn callee(&self, last: &Step) -> Callee {
        let operator = match last.end {
            End::Call { operator, .. } | End::TailCall { operator } => operator,
            _ => return Callee::Any,
        };
        direct_callee(self.module, last.function, operator).map_or(Callee::Any, Callee::Index)
    }

    /// The landings of `function` that can catch what one of the open activations let through.
    fn landings(&self, function: u32, open: &[&Step]) -> Vec<u32> {
        let body = &self.bodies[function as usize];
        let regions = self.plan.functions[function as usize].regions.iter().enumerate();
        let catching = regions.filter(|(_, region)| {
            let RegionKind::Landing { operator, .. } = region.kind else {
                return false;
            };
            let Some(span) = body.try_tables.get(&operator) else {
                return false;
            };
            open.iter().any(|step| may_catch(step, function, span))
        });
        catching.map(|(index, _)| index as u32).collect()
    }

    /// The regions in which open activations of `function` go on when the host caught an exception
    /// on its way to them: they called an import, which called the export above them.
    fn resumes(&self, function: u32, open: &[&Step]) -> Vec<u32> {
        let resume = |pair: &[&Step]| match pair[1].end {
            End::Call { region, .. } if pair[1].function == function => {
                let by_host = self.callee(pair[1]).may_be_import(self.plan.imported_functions);
                (by_host && self.is_exported(pair[0].function)).then_some(region)
            }
            _ => None,
        };
        open.windows(2).filter_map(resume).collect()
    }

    /// Whether the host can call the defined function number `function` by an export.
    fn is_exported(&self, function: u32) -> bool {
        exports_function(self.module, self.plan.function_index(function))
    }

    /// Fuel of the dearest path of the whole module, and what its counted nests can have cost beyond what
    /// they say: the most that any tail can have.
    pub(crate) fn dearest_path(&self) -> Result<u64, slicer::Error> {
        let mut dearest = 0;
        for number in 0..self.plan.functions.len() as u32 {
            dearest = dearest.max(self.anywhere(number, &[])?.high);
        }
        Ok(dearest)
    }

    fn dearest_path_of(&self, number: u32) -> Result<u64, slicer::Error> {
        let bounds = bounds::of_paths(self.module, self.plan, self.model, number)?;
        Ok(u64::try_from(bounds.most).unwrap_or(u64::MAX))
    }
}

/// Who was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Callee {
    /// The function with this index.
    Index(u32),
    /// Not known before run time.
    Any,
}

impl Callee {
    fn may_be(self, number: u32, imported_functions: u32) -> bool {
        match self {
            Callee::Index(index) => index == imported_functions + number,
            Callee::Any => true,
        }
    }

    fn may_be_import(self, imported_functions: u32) -> bool {
        match self {
            Callee::Index(index) => index < imported_functions,
            Callee::Any => true,
        }
    }
}

/// Whether the event of the region that `operator` runs in is recorded before it runs.
fn ends_region(function: &FunctionPlan, operator: u32) -> bool {
    let block = function.block_of(operator).map(|block| &function.blocks[block as usize]);
    block.is_some_and(|block| {
        block.end_operator == operator + 1 && !matches!(block.exit, Exit::Branch(_) | Exit::Return)
    })
}
