//! The SSA form of a function.
//!
//! A [`Function`] is a control-flow graph of [`Block`]s. Its operators are WebAssembly's own, one
//! to one, but they name the [`ValueId`]s that they take instead of an operand stack, and there are no
//! locals: where several definitions meet, the block that they meet in has a *parameter*, and each
//! [`Target`] that leads there passes an argument. Every value is defined once, knows its type, and
//! knows where it comes from in the original function.
//!
//! | file | what |
//! |---|---|
//! | [`build`] | a WebAssembly body to its SSA form, in one pass |
//! | [`ssa`] | variables to values while a graph is built (Braun et al., CC 2013): for `build` and for slices |
//! | [`graph`] | predecessors, orders, dominators, loops |
//! | [`verify`] | what every well-formed function satisfies |
//! | [`text`] | the printed form, and back |
//! | [`view`] | the printed form for reading: expressions rebuilt |
//! | [`effects`] | what operators do besides making results |
//! | [`simplify`] | less of the same |
//! | [`structure`] | the graph as nested constructs, to be emitted or viewed |
//! | [`emit`] | back to a WebAssembly body |
//! | [`round_trip`] | a module with all its bodies through the SSA form and back |
//!
//! What has no value that could be recorded (references, exceptions, vectors) is a value of its type
//! all the same: nothing that the validator accepts fails to convert.

use smallvec::SmallVec;
use wasmparser::{Operator, ValType};

pub mod build;
pub mod closed;
pub mod effects;
pub mod emit;
pub mod graph;
pub mod round_trip;
pub mod simplify;
pub mod ssa;
pub mod structure;
pub mod style;
pub mod text;
pub mod verify;
pub mod view;

/// A function in SSA form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function<'a> {
    /// Its index in the module's function index space.
    pub index: u32,
    /// Types of its results. The types of its parameters are those of the entry's parameters.
    pub results: Vec<ValType>,
    /// The blocks; [`ENTRY`] is the first. Every block can be reached from it.
    pub blocks: Vec<Block>,
    /// The instructions of all blocks, in no particular order.
    pub instructions: Vec<Instruction<'a>>,
    /// The values.
    pub values: Vec<Value>,
    /// What leaves each block, by block.
    pub terminators: Vec<Terminator<'a>>,
}

/// The block that a function starts with. Its parameters are the function's own.
pub const ENTRY: BlockId = BlockId(0);

/// Index into [`Function::blocks`] and [`Function::terminators`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub u32);

/// Index into [`Function::instructions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstructionId(pub u32);

/// Index into [`Function::values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub u32);

/// A straight stretch of instructions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Values that the block takes: first those that a predecessor's terminator makes itself (see
    /// [`Target::made`]), then one for each of [`Target::arguments`].
    pub parameters: Vec<ValueId>,
    /// The instructions, in order.
    pub instructions: Vec<InstructionId>,
    /// Index of the first original operator behind the block's start; `u32::MAX` when it has none.
    pub first_operator: u32,
}

/// An operator that neither branches nor ends the function.
///
/// Operators that only move values around (`local.*`, `drop`, `nop`, `block`, `loop`, `end`, `else`)
/// have no instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction<'a> {
    /// The operator, with its immediates.
    pub operator: Operator<'a>,
    /// What it takes, the deepest operand first.
    pub arguments: SmallVec<[ValueId; 3]>,
    /// What it makes, the deepest result first.
    pub results: SmallVec<[ValueId; 1]>,
    /// Index of the original operator; `u32::MAX` when it has none.
    pub origin: u32,
}

/// How a block is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminator<'a> {
    /// What kind of end it is, and where it leads.
    pub kind: TerminatorKind<'a>,
    /// Index of the original operator; `u32::MAX` when control simply went on.
    pub origin: u32,
}

/// How a block is left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TerminatorKind<'a> {
    /// To one block: `br`, or control went on.
    Jump(Target),
    /// On a condition: `br_if`, `if`.
    Branch {
        /// An i32.
        condition: ValueId,
        /// Where it leads when the condition is not 0.
        taken: Target,
        /// Where it leads otherwise.
        otherwise: Target,
    },
    /// On a property of a reference: `br_on_null`, `br_on_non_null`, `br_on_cast`,
    /// `br_on_cast_fail`. The reference that the operator leaves on a way, if any, is
    /// [made](Target::made) by the terminator.
    BranchOn {
        /// The operator; its label is of no meaning.
        operator: Operator<'a>,
        /// The reference.
        reference: ValueId,
        /// Where it leads when the branch is taken.
        taken: Target,
        /// Where it leads otherwise.
        otherwise: Target,
    },
    /// On an index: `br_table`.
    Switch {
        /// An i32.
        index: ValueId,
        /// Where each index leads.
        targets: Vec<Target>,
        /// Where all others lead.
        default: Target,
    },
    /// A call, `throw` or `throw_ref` whose exceptions this function catches. Other calls are
    /// instructions, and other throws are of the kind [`TerminatorKind::Throw`].
    Try {
        /// The operator.
        operator: Operator<'a>,
        /// What it takes.
        arguments: Vec<ValueId>,
        /// Where it leads when it returns: it makes the results. `None` for throws.
        normal: Option<Target>,
        /// The clauses that catch, innermost `try_table` first, in the order in which they are
        /// tried.
        handlers: Vec<Handler>,
    },
    /// Out of the function with these results: `return`, the final `end`, a branch to the
    /// function's label.
    Return(Vec<ValueId>),
    /// `return_call` and its kin.
    TailCall {
        /// The operator.
        operator: Operator<'a>,
        /// What it takes.
        arguments: Vec<ValueId>,
    },
    /// `throw` or `throw_ref` that this function doesn't catch.
    Throw {
        /// The operator.
        operator: Operator<'a>,
        /// What it takes.
        arguments: Vec<ValueId>,
    },
    /// `unreachable`.
    #[default]
    Unreachable,
}

/// A way into a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The block.
    pub block: BlockId,
    /// How many of the block's first parameters the terminator itself makes: results of a call, a
    /// reference that was cast, what an exception carries. A block with such parameters has
    /// this one way in.
    pub made: u32,
    /// Values of the other parameters.
    pub arguments: Vec<ValueId>,
}

/// A catch clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The tag that it catches; `None` for all.
    pub tag: Option<u32>,
    /// Whether it makes the exception reference, behind what the tag carries.
    pub reference: bool,
    /// Index of the `try_table` operator.
    pub operator: u32,
    /// Index of the clause in it.
    pub clause: u32,
    /// Where it leads.
    pub target: Target,
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its type.
    pub ty: ValType,
    /// What defines it.
    pub definition: Definition,
    /// Where it comes from in the original function.
    pub origin: Origin,
}

/// What defines a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Definition {
    /// It is a parameter of a block.
    Parameter {
        /// The block.
        block: BlockId,
        /// Index into [`Block::parameters`].
        index: u32,
    },
    /// It is a result of an instruction.
    Result {
        /// The instruction.
        instruction: InstructionId,
        /// Index into [`Instruction::results`].
        index: u32,
    },
}

/// Where a value comes from in the original function: stable over versions of the IR, so that the
/// plan can name values by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The function's parameter with this index.
    Parameter(u32),
    /// A result of an operator.
    Operator {
        /// The operator.
        operator: u32,
        /// Index of the result, the deepest first. The values that a terminator makes are numbered
        /// through over its targets, in the order of [`Terminator::targets`].
        index: u32,
    },
    /// The initial value of a local.
    Zero(u32),
    /// What a local holds where several ways meet.
    Local {
        /// First operator behind the meeting point.
        operator: u32,
        /// The local.
        local: u32,
    },
    /// What lies on the operand stack where several ways meet.
    Stack {
        /// First operator behind the meeting point.
        operator: u32,
        /// Place on the stack, counted from the function's bottom.
        depth: u32,
    },
    /// Nothing original: made while slicing.
    Made,
}

impl Origin {
    /// The plan's name for the value; `None` for values that are never recorded.
    pub fn name(self) -> Option<formats::plan::Origin> {
        use formats::plan::Origin as Name;
        Some(match self {
            Origin::Parameter(index) => Name::Parameter(index),
            Origin::Operator { operator, index } => Name::Operator { operator, index },
            Origin::Local { operator, local } => Name::Local { operator, local },
            Origin::Stack { operator, depth } => Name::Stack { operator, depth },
            Origin::Zero(_) | Origin::Made => return None,
        })
    }
}

impl Target {
    /// The way to `block` with `arguments`.
    pub fn new(block: BlockId, arguments: Vec<ValueId>) -> Target {
        Target { block, made: 0, arguments }
    }
}

impl<'a> Function<'a> {
    /// The block with the id `block`.
    pub fn block(&self, block: BlockId) -> &Block {
        &self.blocks[block.0 as usize]
    }

    /// What leaves the block `block`.
    pub fn terminator(&self, block: BlockId) -> &Terminator<'a> {
        &self.terminators[block.0 as usize]
    }

    /// The instruction with the id `instruction`.
    pub fn instruction(&self, instruction: InstructionId) -> &Instruction<'a> {
        &self.instructions[instruction.0 as usize]
    }

    /// The value with the id `value`.
    pub fn value(&self, value: ValueId) -> &Value {
        &self.values[value.0 as usize]
    }

    /// All blocks, in index order.
    pub fn block_ids(
        &self,
    ) -> impl DoubleEndedIterator<Item = BlockId> + ExactSizeIterator + use<> {
        (0..self.blocks.len() as u32).map(BlockId)
    }

    /// Adds an empty block that ends in `unreachable` until it gets another terminator.
    pub fn add_block(&mut self, first_operator: u32) -> BlockId {
        let block = BlockId(self.blocks.len() as u32);
        self.blocks.push(Block { first_operator, ..Block::default() });
        self.terminators.push(Terminator { kind: TerminatorKind::Unreachable, origin: u32::MAX });
        block
    }

    /// Adds a parameter to the end of a block's parameters.
    pub fn add_parameter(&mut self, block: BlockId, ty: ValType, origin: Origin) -> ValueId {
        let parameters = &mut self.blocks[block.0 as usize].parameters;
        let definition = Definition::Parameter { block, index: parameters.len() as u32 };
        let value = ValueId(self.values.len() as u32);
        parameters.push(value);
        self.values.push(Value { ty, definition, origin });
        value
    }

    /// Adds an instruction to the end of a block, with a result of each of the types `results`.
    pub fn add_instruction(
        &mut self,
        block: BlockId,
        operator: Operator<'a>,
        arguments: impl IntoIterator<Item = ValueId>,
        results: impl IntoIterator<Item = ValType>,
        origin: u32,
    ) -> InstructionId {
        let instruction = InstructionId(self.instructions.len() as u32);
        let mut ids = SmallVec::new();
        for (index, ty) in (0..).zip(results) {
            ids.push(ValueId(self.values.len() as u32));
            let from = match origin {
                u32::MAX => Origin::Made,
                operator => Origin::Operator { operator, index },
            };
            let definition = Definition::Result { instruction, index };
            self.values.push(Value { ty, definition, origin: from });
        }
        self.instructions.push(Instruction {
            operator,
            arguments: arguments.into_iter().collect(),
            results: ids,
            origin,
        });
        self.blocks[block.0 as usize].instructions.push(instruction);
        instruction
    }

    /// Sets how a block is left.
    pub fn set_terminator(&mut self, block: BlockId, kind: TerminatorKind<'a>, origin: u32) {
        self.terminators[block.0 as usize] = Terminator { kind, origin };
    }
}

impl<'a> Terminator<'a> {
    /// The ways out, in a fixed order: `taken` before `otherwise`, the table before its default,
    /// `normal` before the handlers.
    pub fn targets(&self) -> SmallVec<[&Target; 2]> {
        match &self.kind {
            TerminatorKind::Jump(target) => SmallVec::from_slice(&[target]),
            TerminatorKind::Branch { taken, otherwise, .. }
            | TerminatorKind::BranchOn { taken, otherwise, .. } => {
                SmallVec::from_slice(&[taken, otherwise])
            }
            TerminatorKind::Switch { targets, default, .. } => {
                targets.iter().chain([default]).collect()
            }
            TerminatorKind::Try { normal, handlers, .. } => {
                normal.iter().chain(handlers.iter().map(|handler| &handler.target)).collect()
            }
            _ => SmallVec::new(),
        }
    }

    /// The way out number `place`, in the order of [`Terminator::targets`].
    pub fn target(&self, place: usize) -> Option<&Target> {
        match &self.kind {
            TerminatorKind::Switch { targets, default, .. } => match targets.len() {
                last if last == place => Some(default),
                _ => targets.get(place),
            },
            TerminatorKind::Try { normal, handlers, .. } => match (normal, place) {
                (Some(normal), 0) => Some(normal),
                (normal, _) => {
                    let handler = handlers.get(place - usize::from(normal.is_some()));
                    handler.map(|handler| &handler.target)
                }
            },
            _ => self.targets().get(place).copied(),
        }
    }

    /// The ways out, to be changed, in the order of [`Terminator::targets`].
    pub fn targets_mut(&mut self) -> SmallVec<[&mut Target; 2]> {
        match &mut self.kind {
            TerminatorKind::Jump(target) => [target].into_iter().collect(),
            TerminatorKind::Branch { taken, otherwise, .. }
            | TerminatorKind::BranchOn { taken, otherwise, .. } => {
                [taken, otherwise].into_iter().collect()
            }
            TerminatorKind::Switch { targets, default, .. } => {
                targets.iter_mut().chain([default]).collect()
            }
            TerminatorKind::Try { normal, handlers, .. } => normal
                .iter_mut()
                .chain(handlers.iter_mut().map(|handler| &mut handler.target))
                .collect(),
            _ => SmallVec::new(),
        }
    }

    /// The values that it takes itself, without the arguments of its targets.
    pub fn arguments(&self) -> &[ValueId] {
        match &self.kind {
            TerminatorKind::Branch { condition: value, .. }
            | TerminatorKind::BranchOn { reference: value, .. }
            | TerminatorKind::Switch { index: value, .. } => std::slice::from_ref(value),
            TerminatorKind::Try { arguments, .. }
            | TerminatorKind::Return(arguments)
            | TerminatorKind::TailCall { arguments, .. }
            | TerminatorKind::Throw { arguments, .. } => arguments,
            TerminatorKind::Jump(_) | TerminatorKind::Unreachable => &[],
        }
    }

    /// The values that it takes itself, to be changed.
    pub fn arguments_mut(&mut self) -> &mut [ValueId] {
        match &mut self.kind {
            TerminatorKind::Branch { condition: value, .. }
            | TerminatorKind::BranchOn { reference: value, .. }
            | TerminatorKind::Switch { index: value, .. } => std::slice::from_mut(value),
            TerminatorKind::Try { arguments, .. }
            | TerminatorKind::Return(arguments)
            | TerminatorKind::TailCall { arguments, .. }
            | TerminatorKind::Throw { arguments, .. } => arguments,
            TerminatorKind::Jump(_) | TerminatorKind::Unreachable => &mut [],
        }
    }
}
