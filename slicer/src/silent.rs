//! Silent functions: those whose direct calls need no event.
//!
//! Such a function is a short straight line that can't trap, calls nothing and changes nothing but its
//! locals: whenever control comes to a call of it, each of its operators runs once. A call of it is
//! therefore an operator of its caller, with a price of its own.

use formats::cost_model::CostModel;
use rayon::prelude::*;
use wasmparser::Operator;

use crate::Error;
use crate::ir::effects::{Effects, State};
use crate::limits::MAX_SILENT_OPERATORS;
use crate::module::Module;
use crate::opcode;

/// For each defined function of `module` whether it is silent.
pub(crate) fn functions(module: &Module<'_>) -> Vec<bool> {
    (0..module.bodies.len() as u32)
        .into_par_iter()
        .map(|function| is_silent(module, function).unwrap_or(false))
        .collect()
}

fn is_silent(module: &Module<'_>, function: u32) -> Result<bool, Error> {
    let mut operators = 0;
    let mut has_ended = false;
    for operator in module.operators(function)? {
        let operator = operator?;
        operators += 1;
        // The first `end` is that of the function, because nothing opens a construct.
        has_ended = matches!(operator, Operator::End);
        if operators > MAX_SILENT_OPERATORS || !(has_ended || is_harmless(&operator)) {
            return Ok(false);
        }
    }
    Ok(has_ended)
}

/// Whether `operator` neither traps, nor decides how control goes on, nor changes what anybody else sees.
fn is_harmless(operator: &Operator<'_>) -> bool {
    if let Operator::LocalGet { .. } | Operator::LocalSet { .. } | Operator::LocalTee { .. } =
        operator
    {
        return true;
    }
    let effects = Effects::of(operator);
    let sees_globals = effects.reads.is_none() || effects.reads == State::GLOBAL;
    // References to functions are made by `ref.func`, whose index would have to be moved.
    let moves = matches!(operator, Operator::RefFunc { .. });
    !effects.traps && !effects.calls && effects.writes.is_none() && sees_globals && !moves
}

/// What a silent call of the defined function number `callee` costs under `model`, beside the `call`
/// operator: its entry and all of its operators.
///
/// # Errors
///
/// [`Error::PlanMismatch`] when there is no such function, or it isn't silent: then the plan isn't one of this
/// module.
pub fn price(module: &Module<'_>, model: &CostModel, callee: u32) -> Result<u64, Error> {
    if !module.is_silent(module.imported_functions.saturating_add(callee)) {
        return Err(Error::PlanMismatch(format!("function {callee} is not silent")));
    }
    let mut cost = u64::from(model.function_entry);
    module.for_each_operator(callee, |_, _, operator| {
        let opcode = opcode::opcode(&operator)
            .ok_or_else(|| Error::PlanMismatch(format!("no price for {operator:?}")))?;
        cost += u64::from(model.operator(opcode));
        Ok(())
    })?;
    Ok(cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent(text: &str) -> Vec<bool> {
        let wasm = wat::parse_str(text).expect("valid text");
        let module = Module::parse(&wasm).expect("valid module");
        functions(&module)
    }

    #[test]
    fn straight_lines_that_change_nothing_are_silent() {
        let found = silent(
            "(module (global $g (mut i32) (i32.const 1))
                (func (param i32) (result i32) (i32.add (local.get 0) (global.get $g)))
                (func (param f64 f64) (result i32) (f64.lt (local.get 0) (local.get 1)))
                (func (local i32) (local.set 0 (i32.const 1)))
                (func (param v128) (result v128) (i8x16.neg (local.get 0)))
                (func))",
        );
        assert_eq!(found, [true; 5]);
    }

    #[test]
    fn what_decides_traps_calls_or_changes_something_is_not() {
        let bodies = [
            "(if (local.get 0) (then nop))",
            "(block (br_if 0 (local.get 0)))",
            "(loop (br_if 0 (local.get 0)))",
            "(block nop)",
            "return",
            "unreachable",
            "(drop (i32.div_u (i32.const 1) (local.get 0)))",
            "(drop (i32.trunc_f64_s (f64.const 1)))",
            "(drop (i32.load (i32.const 0)))",
            "(i32.store (i32.const 0) (i32.const 0))",
            "(drop (memory.size))",
            "(drop (memory.grow (i32.const 0)))",
            "(memory.fill (i32.const 0) (i32.const 0) (i32.const 0))",
            "(global.set $g (i32.const 0))",
            "(call $f (i32.const 0))",
            "(return_call $f (i32.const 0))",
            "(call_indirect (i32.const 0))",
            "(drop (table.get (i32.const 0)))",
            "(drop (ref.func $f))",
            "(throw $e)",
            "atomic.fence",
            "(drop (struct.new $s))",
        ];
        for body in bodies {
            let text = format!(
                "(module (type $s (struct)) (memory 1) (table 1 funcref) (tag $e)
                    (global $g (mut i32) (i32.const 1)) (elem declare func $f)
                    (func $f (param i32) {body}))"
            );
            assert_eq!(silent(&text), [false], "{body}");
        }
    }

    #[test]
    fn long_lines_are_not_silent() {
        let of = |operators: u32| format!("(module (func {}))", "nop ".repeat(operators as usize));
        assert_eq!(silent(&of(MAX_SILENT_OPERATORS - 1)), [true]);
        assert_eq!(silent(&of(MAX_SILENT_OPERATORS)), [false]);
    }
}
