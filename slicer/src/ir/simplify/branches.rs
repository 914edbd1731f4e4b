//! Branches whose way is known become jumps, those on `eqz` change their ways, and what can't be
//! reached any longer goes.

use wasmparser::Operator;

use super::constants::{Constant, constant};
use crate::ir::graph::Graph;
use crate::ir::{BlockId, Definition, Function, TerminatorKind, ValueId};

/// Lets branches on whether a value is 0 branch on the value. Gives how many.
pub(super) fn straighten(function: &mut Function<'_>) -> usize {
    let mut straightened = 0;
    for block in function.block_ids() {
        let TerminatorKind::Branch { condition, .. } = function.terminator(block).kind else {
            continue;
        };
        let Some((value, is_contrary)) = tested(function, condition) else { continue };
        let kind = &mut function.terminators[block.0 as usize].kind;
        if let TerminatorKind::Branch { condition, taken, otherwise } = kind {
            *condition = value;
            if is_contrary {
                std::mem::swap(taken, otherwise);
            }
            straightened += 1;
        }
    }
    straightened
}

/// The value that `condition` compares with 0, and whether it holds when the value is 0.
fn tested(function: &Function<'_>, condition: ValueId) -> Option<(ValueId, bool)> {
    let Definition::Result { instruction, .. } = function.value(condition).definition else {
        return None;
    };
    let instruction = function.instruction(instruction);
    match (&instruction.operator, &instruction.arguments[..]) {
        (Operator::I32Eqz, &[value]) => Some((value, true)),
        (Operator::I32Ne, &[value, zero]) if constant(function, zero) == Some(Constant::I32(0)) => {
            Some((value, false))
        }
        _ => None,
    }
}

/// Turns branches on constants into jumps. Gives how many.
pub(super) fn decide(function: &mut Function<'_>) -> usize {
    let mut decided = 0;
    for block in function.block_ids() {
        let kind = &function.terminator(block).kind;
        let target = match kind {
            TerminatorKind::Branch { condition, taken, otherwise } => {
                match constant(function, *condition) {
                    Some(Constant::I32(0)) => otherwise,
                    Some(_) => taken,
                    None if taken == otherwise => taken,
                    None => continue,
                }
            }
            TerminatorKind::Switch { index, targets, default } => {
                let Some(Constant::I32(index)) = constant(function, *index) else { continue };
                targets.get(index as u32 as usize).unwrap_or(default)
            }
            _ => continue,
        };
        function.terminators[block.0 as usize].kind = TerminatorKind::Jump(target.clone());
        decided += 1;
    }
    decided
}

/// Removes the blocks that can't be reached, and renumbers the others.
pub(super) fn remove_unreachable(function: &mut Function<'_>) {
    let graph = Graph::new(function);
    let mut new = Vec::with_capacity(function.blocks.len());
    let mut kept = 0;
    for block in function.block_ids() {
        new.push(BlockId(kept));
        kept += u32::from(graph.is_reachable(block));
    }
    let mut blocks = function.block_ids();
    function.blocks.retain(|_| blocks.next().is_some_and(|block| graph.is_reachable(block)));
    let mut blocks = (0..).map(BlockId);
    function.terminators.retain(|_| blocks.next().is_some_and(|block| graph.is_reachable(block)));
    for terminator in &mut function.terminators {
        for target in terminator.targets_mut() {
            target.block = new[target.block.0 as usize];
        }
    }
    for (id, block) in (0..).map(BlockId).zip(&function.blocks) {
        for (index, parameter) in (0..).zip(&block.parameters) {
            function.values[parameter.0 as usize].definition =
                Definition::Parameter { block: id, index };
        }
    }
}
