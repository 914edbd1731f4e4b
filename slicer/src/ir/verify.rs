//! What every well-formed function satisfies.
//!
//! * Every block can be reached, no edge leads to the entry, and a block whose first parameters are
//!   [made](super::Target::made) by a terminator has one way in.
//! * Every instruction is in one block's list. Values are in the list that their definition names.
//! * Every value is defined on all ways to where it is used.
//! * Operators take and make what the validator says they do, and targets pass as
//!   many arguments as the block has parameters; each may be of a subtype of what is expected.
//!
//! Values and instructions that nothing names any longer are of no interest.

use std::fmt;

use thiserror::Error as ThisError;
use wasmparser::ValType;

use super::graph::{Dominators, Graph};
use super::{
    BlockId, Definition, ENTRY, Function, InstructionId, Target, Terminator, TerminatorKind,
    ValueId,
};
use crate::module::Module;

mod operators;

use operators::Checker;

/// What is wrong with a function, and where.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("{place}: {problem}")]
pub struct VerifyError {
    /// Where.
    pub place: Place,
    /// What.
    pub problem: Problem,
}

/// A place in a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the function.
    pub function: u32,
    /// The block, if it is about one.
    pub block: Option<BlockId>,
    /// The instruction; `None` in a block is its terminator or its parameters.
    pub instruction: Option<InstructionId>,
    /// The value, if it is about one.
    pub value: Option<ValueId>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function {}", self.function)?;
        if let Some(block) = self.block {
            write!(f, ", block {}", block.0)?;
        }
        if let Some(instruction) = self.instruction {
            write!(f, ", instruction {}", instruction.0)?;
        }
        if let Some(value) = self.value {
            write!(f, ", value {}", value.0)?;
        }
        Ok(())
    }
}

/// What can be wrong with a function.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum Problem {
    /// There is no entry.
    #[error("it has no blocks")]
    NoBlocks,
    /// Each block has one terminator.
    #[error("it has {blocks} blocks and {terminators} terminators")]
    Terminators {
        /// Number of blocks.
        blocks: usize,
        /// Number of terminators.
        terminators: usize,
    },
    /// A target names no block.
    #[error("there is no block {}", .0.0)]
    UnknownBlock(BlockId),
    /// An operator or a clause names no tag.
    #[error("there is no tag {0}")]
    UnknownTag(u32),
    /// A list names no instruction.
    #[error("there is no such instruction")]
    UnknownInstruction,
    /// A list names no value.
    #[error("there is no such value")]
    UnknownValue,
    /// An edge leads to the entry.
    #[error("it leads to the entry")]
    LeadsToEntry,
    /// No edges lead to the block.
    #[error("it can't be reached")]
    Unreachable,
    /// Several ways lead to a block with parameters that a terminator makes.
    #[error("{ways} ways lead to it, although a terminator makes parameters of it")]
    SeveralWays {
        /// Number of ways.
        ways: usize,
    },
    /// An instruction stands in two places.
    #[error("it is in a list already")]
    ListedTwice,
    /// A value is in a list that its definition doesn't name.
    #[error("it is listed here, but its definition is {0:?}")]
    WrongDefinition(Definition),
    /// A value is not in the list that its definition names.
    #[error("it is used, but nothing defines it: its definition is {0:?}")]
    Undefined(Definition),
    /// A value is not defined on some way to where it is used.
    #[error("it is not defined on all ways to where it is used")]
    NotDominated,
    /// A target passes too few or too many arguments.
    #[error("the way to block {} passes {found} arguments instead of {expected}", .block.0)]
    ArgumentCount {
        /// The target's block.
        block: BlockId,
        /// What it takes.
        expected: usize,
        /// What it gets.
        found: usize,
    },
    /// A terminator makes too few or too many values.
    #[error("the way to block {} makes {found} values instead of {expected}", .block.0)]
    MadeCount {
        /// The target's block.
        block: BlockId,
        /// What the operator makes.
        expected: usize,
        /// What is said.
        found: usize,
    },
    /// A number of values is not what it has to be.
    #[error("{what}: {found} instead of {expected}")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many there have to be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A value is not of the type that it has to be of.
    #[error("it is of type {found} instead of {expected}")]
    Type {
        /// What is expected: this type, or a subtype of it.
        expected: ValType,
        /// What it is.
        found: ValType,
    },
    /// An operator is none that an instruction or this kind of terminator can have.
    #[error("its operator can't stand here")]
    Misplaced,
    /// The validator refuses an operator.
    #[error("its operator is not valid: {0}")]
    Operator(String),
}

/// Checks a function.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn verify(module: &Module<'_>, function: &Function<'_>) -> Result<(), VerifyError> {
    check_ids(function)?;
    let graph = Graph::new(function);
    check_graph(function, &graph)?;
    let positions = check_lists(function)?;
    let verifier = Verifier { function, dominators: Dominators::new(&graph), positions };
    let mut checker = Checker::new(module, function);
    for &block in &graph.reverse_postorder {
        verifier.block(block, &mut checker)?;
    }
    Ok(())
}

fn place(function: &Function<'_>) -> Place {
    Place { function: function.index, block: None, instruction: None, value: None }
}

impl Place {
    fn block(self, block: BlockId) -> Place {
        Place { block: Some(block), ..self }
    }

    fn instruction(self, instruction: InstructionId) -> Place {
        Place { instruction: Some(instruction), ..self }
    }

    fn value(self, value: ValueId) -> Place {
        Place { value: Some(value), ..self }
    }

    fn fails<T>(self, problem: Problem) -> Result<T, VerifyError> {
        Err(VerifyError { place: self, problem })
    }
}

/// All ids name something.
fn check_ids(function: &Function<'_>) -> Result<(), VerifyError> {
    let here = place(function);
    let (blocks, terminators) = (function.blocks.len(), function.terminators.len());
    if blocks == 0 {
        return here.fails(Problem::NoBlocks);
    }
    if blocks != terminators {
        return here.fails(Problem::Terminators { blocks, terminators });
    }
    let values = |here: Place, values: &[ValueId]| match values
        .iter()
        .find(|value| value.0 as usize >= function.values.len())
    {
        Some(&value) => here.value(value).fails(Problem::UnknownValue),
        None => Ok(()),
    };
    for id in function.block_ids() {
        let here = here.block(id);
        values(here, &function.block(id).parameters)?;
        for &instruction in &function.block(id).instructions {
            let here = here.instruction(instruction);
            let Some(known) = function.instructions.get(instruction.0 as usize) else {
                return here.fails(Problem::UnknownInstruction);
            };
            values(here, &known.arguments)?;
            values(here, &known.results)?;
        }
        values(here, function.terminator(id).arguments())?;
        for target in function.terminator(id).targets() {
            values(here, &target.arguments)?;
            if target.block.0 as usize >= blocks {
                return here.fails(Problem::UnknownBlock(target.block));
            }
        }
    }
    Ok(())
}

fn check_graph(function: &Function<'_>, graph: &Graph) -> Result<(), VerifyError> {
    let here = place(function);
    for block in function.block_ids() {
        if !graph.is_reachable(block) {
            return here.block(block).fails(Problem::Unreachable);
        }
        for target in function.terminator(block).targets() {
            if target.block == ENTRY {
                return here.block(block).fails(Problem::LeadsToEntry);
            }
            let ways = graph.predecessors[target.block.0 as usize].len();
            if target.made > 0 && ways > 1 {
                return here.block(target.block).fails(Problem::SeveralWays { ways });
            }
        }
    }
    Ok(())
}

/// Where an instruction stands; [`UNLISTED`] when it is in no block.
type Position = (BlockId, u32);

const UNLISTED: Position = (BlockId(u32::MAX), u32::MAX);

/// All lists agree with the definitions. Gives the positions of the instructions.
fn check_lists(function: &Function<'_>) -> Result<Vec<Position>, VerifyError> {
    let mut positions = vec![UNLISTED; function.instructions.len()];
    for block in function.block_ids() {
        let here = place(function).block(block);
        for (index, &value) in (0..).zip(&function.block(block).parameters) {
            check_definition(function, here, value, Definition::Parameter { block, index })?;
        }
        for (position, &instruction) in (0..).zip(&function.block(block).instructions) {
            let here = here.instruction(instruction);
            let listed = &mut positions[instruction.0 as usize];
            if std::mem::replace(listed, (block, position)) != UNLISTED {
                return here.fails(Problem::ListedTwice);
            }
            for (index, &value) in (0..).zip(&function.instruction(instruction).results) {
                check_definition(function, here, value, Definition::Result { instruction, index })?;
            }
        }
    }
    Ok(positions)
}

fn check_definition(
    function: &Function<'_>,
    here: Place,
    value: ValueId,
    expected: Definition,
) -> Result<(), VerifyError> {
    match function.value(value).definition {
        definition if definition == expected => Ok(()),
        definition => here.value(value).fails(Problem::WrongDefinition(definition)),
    }
}

struct Verifier<'f, 'a> {
    function: &'f Function<'a>,
    dominators: Dominators,
    positions: Vec<Position>,
}

impl Verifier<'_, '_> {
    fn block(&self, block: BlockId, checker: &mut Checker<'_>) -> Result<(), VerifyError> {
        let function = self.function;
        let here = place(function).block(block);
        for (position, &id) in (0..).zip(&function.block(block).instructions) {
            let here = here.instruction(id);
            let instruction = function.instruction(id);
            self.check_uses(here, &instruction.arguments, (block, position))?;
            checker.instruction(here, instruction)?;
        }
        let terminator = function.terminator(block);
        let end = (block, u32::MAX);
        self.check_uses(here, terminator.arguments(), end)?;
        for target in terminator.targets() {
            self.check_uses(here, &target.arguments, end)?;
            self.check_target(here, target, checker)?;
        }
        self.check_makes(here, terminator)?;
        checker.terminator(here, &terminator.kind)
    }

    fn check_uses(
        &self,
        here: Place,
        values: &[ValueId],
        position: Position,
    ) -> Result<(), VerifyError> {
        values.iter().try_for_each(|&value| self.check_use(here.value(value), value, position))
    }

    /// The value is defined on all ways to the position.
    fn check_use(
        &self,
        here: Place,
        value: ValueId,
        (block, position): Position,
    ) -> Result<(), VerifyError> {
        let definition = self.function.value(value).definition;
        let Some((above, defined)) = self.defined(value, definition) else {
            return here.fails(Problem::Undefined(definition));
        };
        let is_above = match above == block {
            // Parameters are there before the first instruction.
            true => defined.is_none_or(|defined| defined < position),
            false => self.dominators.dominates(above, block),
        };
        if is_above { Ok(()) } else { here.fails(Problem::NotDominated) }
    }

    /// The block that defines the value, and the position of the instruction that does.
    fn defined(&self, value: ValueId, definition: Definition) -> Option<(BlockId, Option<u32>)> {
        match definition {
            Definition::Parameter { block, index } => {
                let parameters = &self.function.blocks.get(block.0 as usize)?.parameters;
                (parameters.get(index as usize) == Some(&value)).then_some((block, None))
            }
            Definition::Result { instruction, index } => {
                let &(block, position) = self.positions.get(instruction.0 as usize)?;
                let results = &self.function.instruction(instruction).results;
                let is_listed = results.get(index as usize) == Some(&value);
                (is_listed && block != UNLISTED.0).then_some((block, Some(position)))
            }
        }
    }

    /// Numbers and types of the arguments.
    fn check_target(
        &self,
        here: Place,
        target: &Target,
        checker: &Checker<'_>,
    ) -> Result<(), VerifyError> {
        let parameters = &self.function.block(target.block).parameters;
        let block = target.block;
        let made = target.made as usize;
        let Some(passed) = parameters.get(made..) else {
            let expected = parameters.len();
            return here.fails(Problem::MadeCount { block, expected, found: made });
        };
        let (expected, found) = (passed.len(), target.arguments.len());
        if expected != found {
            return here.fails(Problem::ArgumentCount { block, expected, found });
        }
        for (&parameter, &argument) in passed.iter().zip(&target.arguments) {
            checker.check_type(here, argument, self.function.value(parameter).ty)?;
        }
        Ok(())
    }

    /// Only terminators that can make values do.
    fn check_makes(&self, here: Place, terminator: &Terminator<'_>) -> Result<(), VerifyError> {
        if matches!(terminator.kind, TerminatorKind::BranchOn { .. } | TerminatorKind::Try { .. }) {
            return Ok(());
        }
        match terminator.targets().into_iter().find(|target| target.made > 0) {
            Some(&Target { block, made, .. }) => {
                here.fails(Problem::MadeCount { block, expected: 0, found: made as usize })
            }
            None => Ok(()),
        }
    }
}
