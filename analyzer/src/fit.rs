//! Checks that the plan of a trace belongs to the module of the trace.
//!
//! Opening a trace has checked the plan by itself ([`formats::plan_check`]). What is left is that
//! its functions are those of the module.

use formats::plan::{Plan, RegionKind};
use slicer::module::Module;

use crate::Error;
use crate::bodies::Body;

/// Checks `plan` against `module`, whose function bodies are `bodies`.
///
/// # Errors
///
/// [`Error::Module`] with [`slicer::Error::PlanMismatch`].
pub(crate) fn check(plan: &Plan, module: &Module<'_>, bodies: &[Body]) -> Result<(), Error> {
    if plan.imported_functions != module.imported_functions {
        return mismatch(format!(
            "it counts {} imported functions of {}",
            plan.imported_functions, module.imported_functions
        ));
    }
    if plan.functions.len() != bodies.len() {
        return mismatch(format!("it has {} functions of {}", plan.functions.len(), bodies.len()));
    }
    for (number, (function, body)) in plan.functions.iter().zip(bodies).enumerate() {
        let landings = function.regions.iter().filter_map(|region| match region.kind {
            RegionKind::Landing { operator, .. } => Some(operator),
            _ => None,
        });
        for operator in landings {
            if !body.try_tables.contains_key(&operator) {
                return mismatch(format!("function {number} has no try_table at {operator}"));
            }
        }
        if function.operators != body.operators {
            return mismatch(format!(
                "it has {} operators of the {} in function {number}",
                function.operators, body.operators
            ));
        }
    }
    Ok(())
}

fn mismatch(what: String) -> Result<(), Error> {
    Err(Error::Module(slicer::Error::PlanMismatch(what)))
}
