//! Operators give way to less: a walk that applies the rules of other files.
//!
//! Operands come before what uses them, so that one walk rewrites whole trees. A rule looks at one
//! instruction and at what made its operands, and no further.

use smallvec::SmallVec;
use wasmparser::{Operator, ValType};

use super::constants::{self, Constant};
use super::replaced::Replaced;
use super::{comparisons, identities, selects};
use crate::ir::graph::Graph;
use crate::ir::{BlockId, Definition, Function, Instruction, InstructionId, ValueId};
use crate::limits::MAX_REWRITE_STEPS;

/// An instruction that a rule looks at.
pub(super) struct Subject<'f, 'a> {
    function: &'f Function<'a>,
    instruction: &'f Instruction<'a>,
}

/// What the result of an instruction can be had for.
pub(super) enum Less<'a> {
    /// It is this value.
    Value(ValueId),
    /// It is an integer.
    Constant(Constant),
    /// This operator makes it from these operands.
    Operator(Operator<'a>, SmallVec<[ValueId; 3]>),
}

type Rule = for<'a> fn(&Subject<'_, 'a>) -> Option<Less<'a>>;

const RULES: [Rule; 4] = [constants::rule, identities::rule, comparisons::rule, selects::rule];

/// Rewrites what the rules apply to. Gives how often one did.
pub(super) fn rewrite(function: &mut Function<'_>) -> usize {
    let mut rewritten = 0;
    let mut replaced = Replaced::new(function);
    for block in Graph::new(function).reverse_postorder {
        rewritten += rewrite_block(function, block, &mut replaced);
    }
    replaced.apply(function);
    rewritten
}

fn rewrite_block(function: &mut Function<'_>, block: BlockId, replaced: &mut Replaced) -> usize {
    let mut rewritten = 0;
    let mut instructions = std::mem::take(&mut function.blocks[block.0 as usize].instructions);
    instructions.retain(|&id| {
        replaced.rename(&mut function.instructions[id.0 as usize].arguments);
        for _ in 0..MAX_REWRITE_STEPS {
            let Some(less) = less(function, id) else { break };
            rewritten += 1;
            let instruction = &mut function.instructions[id.0 as usize];
            (instruction.operator, instruction.arguments) = match less {
                Less::Operator(operator, arguments) => (operator, arguments),
                Less::Constant(constant) => (constant.into(), SmallVec::new()),
                Less::Value(value) => {
                    replaced.replace(instruction.results[0], value);
                    return false;
                }
            };
        }
        true
    });
    function.blocks[block.0 as usize].instructions = instructions;
    rewritten
}

/// What a rule makes of an instruction. A value only takes the place of one of its own type.
fn less<'a>(function: &Function<'a>, id: InstructionId) -> Option<Less<'a>> {
    let instruction = function.instruction(id);
    let &[result] = &instruction.results[..] else { return None };
    let subject = Subject { function, instruction };
    RULES.iter().find_map(|rule| rule(&subject)).filter(|less| match less {
        Less::Value(value) => function.value(*value).ty == function.value(result).ty,
        Less::Constant(_) | Less::Operator(..) => true,
    })
}

impl<'f, 'a> Subject<'f, 'a> {
    /// The operator.
    pub(super) fn operator(&self) -> &'f Operator<'a> {
        &self.instruction.operator
    }

    /// What it takes.
    pub(super) fn operands(&self) -> &'f [ValueId] {
        &self.instruction.arguments
    }

    /// The integer that `value` always is.
    pub(super) fn constant(&self, value: ValueId) -> Option<Constant> {
        constants::constant(self.function, value)
    }

    /// The integer that `value` always is, extended by its sign.
    pub(super) fn number(&self, value: ValueId) -> Option<i64> {
        self.constant(value).map(|constant| match constant {
            Constant::I32(value) => value.into(),
            Constant::I64(value) => value,
        })
    }

    /// The operator that makes `value`, and its operands.
    pub(super) fn source(&self, value: ValueId) -> Option<(&'f Operator<'a>, &'f [ValueId])> {
        match self.function.value(value).definition {
            Definition::Result { instruction, .. } => {
                let instruction = self.function.instruction(instruction);
                Some((&instruction.operator, &instruction.arguments))
            }
            Definition::Parameter { .. } => None,
        }
    }

    /// Whether the result is an i64.
    pub(super) fn is_wide(&self) -> bool {
        self.function.value(self.instruction.results[0]).ty == ValType::I64
    }

    /// An integer of the result's type.
    pub(super) fn integer(&self, value: i64) -> Option<Less<'a>> {
        Some(Less::Constant(match self.is_wide() {
            true => Constant::I64(value),
            false => Constant::I32(value as i32),
        }))
    }

    /// Another operator on other operands.
    pub(super) fn other(&self, operator: Operator<'a>, operands: &[ValueId]) -> Option<Less<'a>> {
        Some(Less::Operator(operator, SmallVec::from_slice(operands)))
    }
}
