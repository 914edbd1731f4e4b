//! What the analyzer needs to know of each function body beyond the plan: how many operators it
//! has, and which operators the body of each `try_table` spans.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;
use slicer::module::Module;
use wasmparser::{Export, ExternalKind, Operator, Parser, Payload};

/// Facts of one defined function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    /// Number of operators, the final `end` included.
    pub(crate) operators: u32,
    /// For the operator index of each `try_table`: the operators from itself to its `end`.
    pub(crate) try_tables: HashMap<u32, Range<u32>>,
}

/// Reads all bodies of `module`, in parallel.
///
/// # Errors
///
/// Never for a module that was validated: the result is the reader's own.
pub(crate) fn read(module: &Module<'_>) -> Result<Vec<Body>, slicer::Error> {
    (0..module.bodies.len() as u32)
        .into_par_iter()
        .map(|number| read_body(module, number))
        .collect()
}

fn read_body(module: &Module<'_>, number: u32) -> Result<Body, slicer::Error> {
    let mut body = Body::default();
    // The `try_table` that each open construct is, if it is one.
    let mut open: Vec<Option<u32>> = Vec::new();
    module.for_each_operator(number, |index, _, operator| {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => open.push(None),
            Operator::TryTable { .. } => open.push(Some(index)),
            Operator::End => {
                if let Some(start) = open.pop().flatten() {
                    body.try_tables.insert(start, start..index);
                }
            }
            _ => {}
        }
        body.operators = index + 1;
        Ok(())
    })?;
    Ok(body)
}

/// Function index of the callee, when the operator `operator` of the defined function number
/// `number` is a direct call.
pub(crate) fn direct_callee(module: &Module<'_>, number: u32, operator: u32) -> Option<u32> {
    let mut operators = module.operators(number).ok()?.into_iter();
    match operators.nth(operator as usize)?.ok()? {
        Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
            Some(function_index)
        }
        _ => None,
    }
}

/// Whether an export names the function with the index `index`.
pub(crate) fn exports_function(module: &Module<'_>, index: u32) -> bool {
    let exports = Parser::new(0).parse_all(module.wasm).find_map(|payload| match payload {
        Ok(Payload::ExportSection(exports)) => Some(exports),
        _ => None,
    });
    let names = |export: Export<'_>| {
        matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) && export.index == index
    };
    exports.is_some_and(|exports| exports.into_iter().flatten().any(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn try_tables_span_to_their_own_end() {
        let wasm = wat::parse_str(
            "(module (func $f (block (try_table (catch_all 0) (loop) (call $f))) (call $f)))",
        )
        .expect("valid text");
        let module = Module::parse(&wasm).expect("valid module");
        let body = &read(&module).expect("readable")[0];
        // block, try_table, loop, end, call, end, end, call, end.
        assert_eq!(body.operators, 9);
        assert_eq!(body.try_tables, HashMap::from([(1, 1..5)]));
        assert_eq!(direct_callee(&module, 0, 4), Some(0));
        assert_eq!(direct_callee(&module, 0, 5), None);
    }
}
