//! A function renumbered in the order in which it is printed.

use super::super::{
    Block, BlockId, Definition, Function, InstructionId, Terminator, TerminatorKind, Value, ValueId,
};
use super::printing_order;
use wasmparser::Operator;

/// `function` with its blocks, instructions and values numbered in printing order, and without the
/// instructions and values that stand in no block. Labels that have no meaning are 0.
///
/// # Panics
///
/// When a block, an instruction or a value is named that the function doesn't have.
pub fn canonical<'a>(function: &Function<'a>) -> Function<'a> {
    let order = printing_order(function);
    let mut copy = Renumbering {
        function,
        result: Function {
            index: function.index,
            results: function.results.clone(),
            ..Function::default()
        },
        values: vec![UNPLACED; function.values.len()],
    };
    for &block in &order {
        copy.block(block);
    }
    let Renumbering { mut result, values, .. } = copy;
    let mut blocks = vec![BlockId(u32::MAX); order.len()];
    for (new, old) in (0..).zip(&order) {
        blocks[old.0 as usize] = BlockId(new);
    }
    result.rename(|value| values[value.0 as usize], |block| blocks[block.0 as usize]);
    result
}

/// Number of a value that no block defines.
const UNPLACED: ValueId = ValueId(u32::MAX);

struct Renumbering<'f, 'a> {
    function: &'f Function<'a>,
    result: Function<'a>,
    /// The new number of each value.
    values: Vec<ValueId>,
}

impl<'a> Renumbering<'_, 'a> {
    /// Copies a block: its own values renumbered, but not yet the values and blocks that it names.
    fn block(&mut self, old: BlockId) {
        let function = self.function;
        let block = function.block(old);
        let id = BlockId(self.result.blocks.len() as u32);
        let mut copy = Block { first_operator: block.first_operator, ..Block::default() };
        for (index, &parameter) in (0..).zip(&block.parameters) {
            copy.parameters
                .push(self.define(parameter, Definition::Parameter { block: id, index }));
        }
        for &instruction in &block.instructions {
            let new = InstructionId(self.result.instructions.len() as u32);
            let mut instruction = function.instruction(instruction).clone();
            for (index, result) in (0..).zip(&mut instruction.results) {
                *result = self.define(*result, Definition::Result { instruction: new, index });
            }
            self.result.instructions.push(instruction);
            copy.instructions.push(new);
        }
        self.result.blocks.push(copy);
        let mut terminator = function.terminator(old).clone();
        drop_label(&mut terminator);
        self.result.terminators.push(terminator);
    }

    fn define(&mut self, old: ValueId, definition: Definition) -> ValueId {
        let new = ValueId(self.result.values.len() as u32);
        self.result.values.push(Value { definition, ..*self.function.value(old) });
        self.values[old.0 as usize] = new;
        new
    }
}

fn drop_label(terminator: &mut Terminator<'_>) {
    let TerminatorKind::BranchOn { operator, .. } = &mut terminator.kind else {
        return;
    };
    if let Operator::BrOnNull { relative_depth }
    | Operator::BrOnNonNull { relative_depth }
    | Operator::BrOnCast { relative_depth, .. }
    | Operator::BrOnCastFail { relative_depth, .. }
    | Operator::BrOnCastDescEq { relative_depth, .. }
    | Operator::BrOnCastDescEqFail { relative_depth, .. } = operator
    {
        *relative_depth = 0;
    }
}

impl Function<'_> {
    /// Replaces the values that are taken and the blocks that are led to.
    pub(super) fn rename(
        &mut self,
        value: impl Fn(ValueId) -> ValueId,
        block: impl Fn(BlockId) -> BlockId,
    ) {
        for instruction in &mut self.instructions {
            instruction.arguments.iter_mut().for_each(|argument| *argument = value(*argument));
        }
        for terminator in &mut self.terminators {
            terminator.arguments_mut().iter_mut().for_each(|taken| *taken = value(*taken));
            for target in terminator.targets_mut() {
                target.arguments.iter_mut().for_each(|argument| *argument = value(*argument));
                target.block = block(target.block);
            }
        }
    }
}
