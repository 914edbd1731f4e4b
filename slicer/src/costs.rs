//! What runs of operators cost under a cost model.

use formats::cost_model::CostModel;

use crate::Error;
use crate::module::Module;
use crate::opcode;

/// Prices of the operators of one function, summed up so that any range costs one subtraction.
pub struct Costs {
    /// `before[i]` is the cost of the operators `0..i`.
    before: Vec<u64>,
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
        Ok(Costs { before })
    }

    /// Prices so many operators at 1 each.
    pub(crate) fn even(operators: u32) -> Costs {
        Costs { before: (0..=u64::from(operators)).collect() }
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
}
