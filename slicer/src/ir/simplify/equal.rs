//! What was computed before is not computed again: value numbering over the dominator tree.
//!
//! Two instructions compute the same when they have the same operator, immediates and operands, and
//! no state is involved. Where the first has run, the second gives what it gave; if it may trap, it
//! does not, for the first did not.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::mem::discriminant;

use smallvec::SmallVec;
use wasmparser::Operator;

use super::identities::is_commutative;
use super::replaced::Replaced;
use crate::ir::effects::Effects;
use crate::ir::graph::{Dominators, Graph};
use crate::ir::{BlockId, ENTRY, Function, Instruction, InstructionId, ValueId};

/// Takes out instructions that compute what another did on every way to them. Gives how many.
pub(super) fn unite(function: &mut Function<'_>) -> usize {
    let graph = Graph::new(function);
    let children = Dominators::new(&graph).children(&graph);
    let mut replaced = Replaced::new(function);
    let mut known = HashMap::new();
    let mut united = 0;
    let mut pending = vec![Step::Enter(ENTRY)];
    while let Some(step) = pending.pop() {
        let block = match step {
            Step::Enter(block) => block,
            Step::Leave(keys) => {
                for key in keys {
                    known.remove(&key);
                }
                continue;
            }
        };
        let mut added = Vec::new();
        let mut instructions = std::mem::take(&mut function.blocks[block.0 as usize].instructions);
        instructions.retain(|&id| {
            replaced.rename(&mut function.instructions[id.0 as usize].arguments);
            let Some(key) = Key::of(function.instruction(id)) else { return true };
            if let Some(&earlier) = known.get(&key) {
                united += 1;
                replace(function, id, earlier, &mut replaced);
                return false;
            }
            known.insert(key.clone(), id);
            added.push(key);
            true
        });
        function.blocks[block.0 as usize].instructions = instructions;
        pending.push(Step::Leave(added));
        pending.extend(children[block.0 as usize].iter().map(|&child| Step::Enter(child)));
    }
    replaced.apply(function);
    united
}

/// A step of the walk over the dominator tree.
enum Step<'a> {
    Enter(BlockId),
    /// What a block added is known in the blocks that it dominates, and no further.
    Leave(Vec<Key<'a>>),
}

fn replace(
    function: &Function<'_>,
    instruction: InstructionId,
    earlier: InstructionId,
    replaced: &mut Replaced,
) {
    let results = |id| function.instruction(id).results.iter();
    for (&value, &by) in results(instruction).zip(results(earlier)) {
        replaced.replace(value, by);
    }
}

/// What an instruction computes.
#[derive(Clone, PartialEq, Eq)]
struct Key<'a> {
    operator: Operator<'a>,
    operands: SmallVec<[ValueId; 3]>,
}

impl<'a> Key<'a> {
    /// `None` when the results depend on more than the operands, or more happens.
    fn of(instruction: &Instruction<'a>) -> Option<Key<'a>> {
        if !Effects::of(&instruction.operator).is_of_operands() {
            return None;
        }
        let mut operands = instruction.arguments.clone();
        if is_commutative(&instruction.operator) {
            operands.sort_unstable();
        }
        Some(Key { operator: instruction.operator.clone(), operands })
    }
}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        discriminant(&self.operator).hash(state);
        self.operands.hash(state);
        // The immediates that can be many for one operator.
        match &self.operator {
            Operator::I32Const { value } => value.hash(state),
            Operator::I64Const { value } => value.hash(state),
            Operator::F32Const { value } => value.bits().hash(state),
            Operator::F64Const { value } => value.bits().hash(state),
            Operator::V128Const { value } => value.bytes().hash(state),
            Operator::I8x16Shuffle { lanes } => lanes.hash(state),
            Operator::RefFunc { function_index } => function_index.hash(state),
            Operator::RefNull { hty }
            | Operator::RefTestNonNull { hty }
            | Operator::RefTestNullable { hty }
            | Operator::RefCastNonNull { hty }
            | Operator::RefCastNullable { hty } => hty.hash(state),
            _ => {}
        }
    }
}
