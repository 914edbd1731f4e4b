//! Checks that the plan of a trace belongs to the module of the trace.
//!
//! Opening a trace has checked the plan by itself ([`formats::plan_check`]). What is left is that
//! its functions are those of the module: the same blocks with the same ways between them, the same
//! loops, the same silent calls. What the plan adds to them (cut points, path numbers, nests, values) is
//! its own.

use formats::plan::{Block, Exit, FunctionPlan, Loop, Plan, RegionKind, SilentCall};
use rayon::prelude::*;
use slicer::cfg::{self, Cfg};
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
    let differs = (0..plan.functions.len() as u32).into_par_iter().find_map_first(|number| {
        let cfg = match slicer::cfg::build(module, number) {
            Ok(cfg) => cfg,
            Err(error) => return Some(Err(Error::Module(error))),
        };
        let same = has_graph(&plan.functions[number as usize], &cfg);
        (!same).then(|| mismatch(format!("function {number} has other blocks or loops")))
    });
    differs.unwrap_or(Ok(()))
}

/// Whether the blocks and loops of `function` are those of `cfg`.
fn has_graph(function: &FunctionPlan, cfg: &Cfg) -> bool {
    let same_exit = |exit: &Exit, found: &cfg::Exit| match (exit, found) {
        (Exit::Branch(edges), cfg::Exit::Branch(targets)) => {
            edges.iter().map(|edge| edge.target).eq(targets.iter().copied())
        }
        (Exit::Call { resume }, cfg::Exit::Call(found)) => resume == found,
        (Exit::TailCall, cfg::Exit::TailCall)
        | (Exit::Return, cfg::Exit::Return)
        | (Exit::Throw, cfg::Exit::Throw)
        | (Exit::Unreachable, cfg::Exit::Unreachable) => true,
        _ => false,
    };
    let same_block = |(block, found): (&Block, &cfg::Block)| {
        block.first_operator == found.first_operator
            && block.end_operator == found.end_operator
            && block.innermost_loop == found.innermost_loop
            && same_exit(&block.exit, &found.exit)
    };
    let same_loop = |(this, found): (&Loop, &cfg::Loop)| {
        this.operator == found.operator
            && this.header == found.header
            && this.parent == found.parent
    };
    let same_call = |(call, found): (&SilentCall, &cfg::SilentCall)| {
        call.operator == found.operator && call.callee == found.callee
    };
    function.blocks.len() == cfg.blocks.len()
        && function.silent_calls.len() == cfg.silent_calls.len()
        && function.silent_calls.iter().zip(&cfg.silent_calls).all(same_call)
        && function.loops.len() == cfg.loops.len()
        && function.blocks.iter().zip(&cfg.blocks).all(same_block)
        && function.loops.iter().zip(&cfg.loops).all(same_loop)
}

fn mismatch(what: String) -> Result<(), Error> {
    Err(Error::Module(slicer::Error::PlanMismatch(what)))
}
