//! Constants that are passed on many conditional ways into a block are passed early.
//!
//! A constant is no value that lies in a local, so that each branch on a condition that passes one
//! would need an `if` around the move. Compilers instead set the local once, before all of the
//! branches. This pass does that: where two or more conditional ways into a block pass one constant
//! for a parameter, a copy of the constant is made at the end of the block that dominates it, and
//! kept in a local until then.

use std::collections::HashMap;

use crate::ir::graph::{Dominators, Graph};
use crate::ir::{BlockId, Definition, Function, InstructionId, TerminatorKind, ValueId};

/// How many conditional ways must pass a constant. One way is as short with the move on it.
const LEAST_WAYS: u32 = 2;

/// A function with the early constants, and the first of the instructions that make them. None when
/// there are none.
pub(super) fn early_constants<'a>(
    function: &Function<'a>,
    graph: &Graph,
    dominators: &Dominators,
) -> Option<(Function<'a>, InstructionId)> {
    let ways = conditional_ways(function, graph);
    let mut early: Vec<_> = ways.into_iter().filter(|&(_, count)| count >= LEAST_WAYS).collect();
    if early.is_empty() {
        return None;
    }
    early.sort_unstable_by_key(|&(passed, _)| passed);
    let mut function = function.clone();
    let first = InstructionId(function.instructions.len() as u32);
    let mut copies = HashMap::new();
    for (passed, _) in early {
        let above = dominators.immediate[passed.0.0 as usize];
        let Definition::Result { instruction, .. } = function.value(passed.2).definition else {
            continue;
        };
        let (operator, ty) =
            (function.instruction(instruction).operator.clone(), function.value(passed.2).ty);
        let Some(above) = above else { continue };
        let copy = function.add_instruction(above, operator, [], [ty], u32::MAX);
        copies.insert(passed, function.instruction(copy).results[0]);
    }
    for terminator in &mut function.terminators {
        for target in terminator.targets_mut() {
            for (index, value) in (target.made..).zip(&mut target.arguments) {
                if let Some(&copy) = copies.get(&(target.block, index, *value)) {
                    *value = copy;
                }
            }
        }
    }
    Some((function, first))
}

/// A constant that is passed for a parameter: the block, the parameter's index, the constant.
type Passed = (BlockId, u32, ValueId);

/// On how many conditional ways each constant is passed.
fn conditional_ways(function: &Function<'_>, graph: &Graph) -> HashMap<Passed, u32> {
    let mut ways = HashMap::new();
    for terminator in &function.terminators {
        if matches!(terminator.kind, TerminatorKind::Jump(_)) {
            continue;
        }
        for target in terminator.targets() {
            if graph.predecessors[target.block.0 as usize].len() < LEAST_WAYS as usize {
                continue;
            }
            for (index, &value) in (target.made..).zip(&target.arguments) {
                if is_constant(function, value) {
                    *ways.entry((target.block, index, value)).or_insert(0) += 1;
                }
            }
        }
    }
    ways
}

fn is_constant(function: &Function<'_>, value: ValueId) -> bool {
    match function.value(value).definition {
        Definition::Result { instruction, .. } => {
            super::schedule::constant_bytes(&function.instruction(instruction).operator).is_some()
        }
        Definition::Parameter { .. } => false,
    }
}
