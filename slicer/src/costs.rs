//! What runs of operators cost under a cost model.

use std::collections::HashMap;

use formats::cost_model::CostModel;
use formats::plan::FunctionPlan;

use crate::Error;
use crate::module::Module;
use crate::{opcode, silent};

/// Prices of the operators of one function, summed up so that any range costs one subtraction.
pub struct Costs {
    /// `before[i]` is the cost of the operators `0..i`.
    before: Vec<u64>,
    /// By the operators of silent calls: what their callees cost, which is part of `before`.
    callees: HashMap<u32, u64>,
}

impl Costs {
    /// Prices the defined function number `function`.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] for an operator that no supported proposal has; a module that was
    /// parsed contains none.
    pub fn of(module: &Module<'_>, function: u32, model: &CostModel) -> Result<Costs, Error> {
        let mut before = vec![0];
        let mut sum = 0u64;
        module.for_each_operator(function, |_, _, operator| {
            let opcode = opcode::opcode(&operator)
                .ok_or_else(|| Error::PlanMismatch(format!("no price for {operator:?}")))?;
            sum += u64::from(model.operator(opcode));
            before.push(sum);
            Ok(())
        })?;
        Ok(Costs { before, callees: HashMap::new() })
    }

    /// The same, with what the callees of silent calls cost as part of the calls. `plan` is that of the function.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] as [`Costs::of`], and when the plan isn't one of this module.
    pub fn with_callees(
        module: &Module<'_>,
        plan: &FunctionPlan,
        function: u32,
        model: &CostModel,
    ) -> Result<Costs, Error> {
        let Costs { mut before, mut callees } = Costs::of(module, function, model)?;
        let mut prices: HashMap<u32, u64> = HashMap::new();
        for call in &plan.silent_calls {
            let price = match prices.get(&call.callee) {
                Some(&price) => price,
                None => {
                    let price = silent::price(module, model, call.callee)?;
                    *prices.entry(call.callee).or_insert(price)
                }
            };
            callees.insert(call.operator, price);
        }
        let mut sum = 0;
        for (operator, before) in (0..).zip(before.iter_mut().skip(1)) {
            sum += callees.get(&operator).copied().unwrap_or(0);
            *before += sum;
        }
        Ok(Costs { before, callees })
    }

    /// Prices so many operators at 1 each.
    pub(crate) fn even(operators: u32) -> Costs {
        Costs { before: (0..=u64::from(operators)).collect(), callees: HashMap::new() }
    }

    /// Cost of the operators `first..end`.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] when the function has no such operators.
    pub fn range(&self, first: u32, end: u32) -> Result<u64, Error> {
        let at = |index: u32| self.before.get(index as usize).copied();
        match (at(first), at(end)) {
            (Some(start), Some(stop)) if first <= end => Ok(stop - start),
            _ => Err(Error::PlanMismatch(format!(
                "operators {first}..{end} of a function that has {}",
                self.before.len() - 1
            ))),
        }
    }

    /// Cost of the operators from `first` up to `last`, which something cut short: if it is a silent call, its
    /// callee has not begun.
    ///
    /// # Errors
    ///
    /// As [`Costs::range`].
    pub(crate) fn up_to(&self, first: u32, last: u32) -> Result<u64, Error> {
        let not_begun = self.callees.get(&last).copied().unwrap_or(0);
        Ok(self.range(first, last + 1)? - not_begun)
    }
}
