//! A function body to its SSA form, in one pass over the operators.
//!
//! Takes a [`Module`] and the number of a defined function, gives a [`Function`]. The operand stack
//! holds values while the body is read; locals are the [`Variables`] of the function, and what lies
//! on the stack where a label's ways meet is a parameter of the label's block. The types of all
//! values come from the validator, which reads along. Unreachable operators make nothing.
//!
//! A label's block is made by the first branch to it: a construct that nothing branches out of
//! makes no block. A way on which values are made (the reference of a `br_on_cast`, what an exception
//! carries) first leads to a block of its own, an *edge block*, which passes them on to the label;
//! so does a conditional way out of the function, to a block that returns.

use rayon::prelude::*;
use wasmparser::{
    BlockType, FuncValidator, Operator, OperatorsReader, ValType, ValidatorResources,
};

use super::ssa::{Moment, Variable, Variables};
use super::{BlockId, ENTRY, Function, Origin, TerminatorKind, ValueId};
use crate::Error;
use crate::limits::MAX_ARGUMENTS;
use crate::module::Module;

mod branches;
mod exceptions;

use exceptions::Clause;

/// Builds the SSA form of the defined function number `function`.
///
/// # Errors
///
/// [`Error::Limit`] when it has more arguments and results than [`MAX_ARGUMENTS`].
///
/// # Panics
///
/// When there is no such function.
pub fn build<'a>(module: &Module<'a>, function: u32) -> Result<Function<'a>, Error> {
    let mut reader = module.bodies[function as usize].get_binary_reader();
    let mut builder = Builder::new(module, function);
    builder.validator.read_locals(&mut reader)?;
    let operators = OperatorsReader::new(reader);
    for (index, operator) in (0..).zip(operators.into_iter_with_offsets()) {
        let (operator, offset) = operator?;
        builder.index = index;
        builder.operator(operator, offset)?;
    }
    Ok(builder.finish())
}

/// Builds the SSA form of all defined functions, in parallel.
///
/// # Errors
///
/// Those of [`build`], for the first function that has one.
pub fn build_all<'a>(module: &Module<'a>) -> Result<Vec<Function<'a>>, Error> {
    let functions: Vec<_> = (0..module.bodies.len() as u32)
        .into_par_iter()
        .map(|number| build(module, number))
        .collect();
    functions.into_iter().collect()
}

struct Builder<'m, 'a> {
    module: &'m Module<'a>,
    validator: FuncValidator<ValidatorResources>,
    function: Function<'a>,
    variables: Variables,
    /// The variable of each local that was read or written so far.
    locals: Vec<Option<Variable>>,
    /// The local of each variable.
    local_of: Vec<u32>,
    stack: Vec<ValueId>,
    frames: Vec<Frame>,
    /// The block that the next operator executes in; `None` in unreachable code.
    current: Option<BlockId>,
    /// Blocks on the ways of the terminator that is being made.
    edges: Vec<BlockId>,
    /// Index of the operator.
    index: u32,
    /// Arguments and results so far.
    size: u64,
}

/// A construct that is open.
struct Frame {
    kind: FrameKind,
    block_type: BlockType,
    /// Height of the operand stack below the construct's parameters.
    height: u32,
    /// The block that branches to the construct's label enter, once there are some.
    label: Option<BlockId>,
    /// Where control was when the construct was entered, and when that was; `None` when it can't be
    /// reached.
    entered: Option<(BlockId, Moment)>,
    /// The catch clauses around the operators in it: index of a `try_table`'s frame.
    catching: Option<u32>,
}

enum FrameKind {
    /// `block`, or the function itself.
    Block,
    /// `try_table`, with all clauses that can catch what is thrown in it.
    TryTable(Vec<Clause>),
    Loop,
    /// `if` until its `else`, with its parameters.
    If(Vec<ValueId>),
    /// `if` after its `else`.
    Else,
}

impl<'m, 'a> Builder<'m, 'a> {
    fn new(module: &'m Module<'a>, function: u32) -> Self {
        let index = module.imported_functions + function;
        let signature = module.signature(index);
        let named = |types: &[ValType]| types.iter().map(|&ty| module.named_type(ty)).collect();
        let parameters: Vec<ValType> = named(signature.params());
        let mut builder = Builder {
            module,
            validator: module.function_validator(function),
            function: Function {
                index,
                results: named(signature.results()),
                ..Function::default()
            },
            variables: Variables::new(variable_origin).with_limit(MAX_ARGUMENTS),
            locals: Vec::new(),
            local_of: Vec::new(),
            stack: Vec::new(),
            frames: Vec::new(),
            current: None,
            edges: Vec::new(),
            index: 0,
            size: 0,
        };
        builder.enter(&parameters);
        builder.push_frame(
            FrameKind::Block,
            BlockType::FuncType(module.function_types[index as usize]),
        );
        // The function's parameters are locals, not operands.
        builder.frames[0].height = 0;
        builder
    }

    fn enter(&mut self, parameters: &[ValType]) {
        let entry = self.function.add_block(0);
        self.variables.seal(&mut self.function, entry);
        self.current = Some(entry);
        for (local, &ty) in (0..).zip(parameters) {
            let value = self.function.add_parameter(entry, ty, Origin::Parameter(local));
            let variable = self.variable(local);
            self.variables.write(entry, variable, value);
        }
    }

    /// The variable that stands for a local.
    fn variable(&mut self, local: u32) -> Variable {
        let place = local as usize;
        if place >= self.locals.len() {
            self.locals.resize(place + 1, None);
        }
        if let Some(variable) = self.locals[place] {
            return variable;
        }
        let ty = self.validator.get_local_type(local).expect("validated");
        let variable = self.variables.declare(self.module.named_type(ty));
        self.local_of.push(local);
        self.locals[place] = Some(variable);
        variable
    }

    /// Counts arguments or results.
    fn charge(&mut self, count: usize) -> Result<(), Error> {
        self.size += count as u64;
        if self.size > MAX_ARGUMENTS || self.variables.is_full() {
            return Err(Error::Limit {
                function: self.function.index,
                what: "arguments and results of its SSA form:",
                found: self.size.max(MAX_ARGUMENTS + 1),
                limit: MAX_ARGUMENTS,
            });
        }
        Ok(())
    }

    fn operator(&mut self, operator: Operator<'a>, offset: usize) -> Result<(), Error> {
        match &operator {
            Operator::Block { blockty } => self.push_frame(FrameKind::Block, *blockty),
            Operator::Loop { blockty } => self.open_loop(*blockty)?,
            Operator::If { blockty } => self.open_if(*blockty)?,
            Operator::TryTable { try_table } => self.open_try_table(try_table)?,
            Operator::Else => self.open_else()?,
            Operator::End => self.end()?,
            _ => {
                if let Some(block) = self.current {
                    return self.reachable(block, operator, offset);
                }
            }
        }
        Ok(self.validator.op(offset, &operator)?)
    }

    /// An operator other than those that structure the body.
    fn reachable(
        &mut self,
        block: BlockId,
        operator: Operator<'a>,
        offset: usize,
    ) -> Result<(), Error> {
        let arity = operator.operator_arity(&self.validator).expect("validated");
        let (takes, gives) = (arity.0 as usize, arity.1 as usize);
        self.charge(takes + gives)?;
        self.validator.op(offset, &operator)?;
        match operator {
            Operator::Nop => {}
            Operator::Drop => {
                self.stack.pop();
            }
            Operator::LocalGet { local_index } => {
                let variable = self.variable(local_index);
                let value = self.variables.read(&mut self.function, block, variable);
                self.stack.push(value);
            }
            Operator::LocalSet { local_index } => {
                let value = self.pop();
                let variable = self.variable(local_index);
                self.variables.write(block, variable, value);
            }
            Operator::LocalTee { local_index } => {
                let value = *self.stack.last().expect("validated");
                let variable = self.variable(local_index);
                self.variables.write(block, variable, value);
            }
            Operator::Br { relative_depth } => self.branch(relative_depth),
            Operator::BrIf { relative_depth } => self.branch_if(relative_depth),
            Operator::BrTable { targets } => self.branch_table(&targets)?,
            Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth }
            | Operator::BrOnCast { relative_depth, .. }
            | Operator::BrOnCastFail { relative_depth, .. } => {
                self.branch_on(operator, relative_depth);
            }
            Operator::Return => {
                let results = self.pop_many(takes);
                self.leave(TerminatorKind::Return(results));
            }
            Operator::Unreachable => self.leave(TerminatorKind::Unreachable),
            Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => {
                let arguments = self.pop_many(takes);
                self.leave(TerminatorKind::TailCall { operator, arguments });
            }
            Operator::Throw { .. } | Operator::ThrowRef => self.throw(operator, takes)?,
            Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::CallRef { .. } => {
                self.call(block, operator, takes, gives)?;
            }
            operator => self.instruction(block, operator, takes, gives),
        }
        Ok(())
    }

    fn instruction(&mut self, block: BlockId, operator: Operator<'a>, takes: usize, gives: usize) {
        let results = self.top_types(gives);
        let arguments = self.stack.drain(self.stack.len() - takes..);
        let id = self.function.add_instruction(block, operator, arguments, results, self.index);
        self.stack.extend(&self.function.instruction(id).results);
    }

    fn pop(&mut self) -> ValueId {
        self.stack.pop().expect("validated")
    }

    fn pop_many(&mut self, count: usize) -> Vec<ValueId> {
        self.stack.split_off(self.stack.len() - count)
    }

    /// Types of the topmost values after the operator, the deepest first.
    fn top_types(&self, count: usize) -> smallvec::SmallVec<[ValType; 2]> {
        let ty = |depth| self.validator.get_operand_type(depth).flatten();
        (0..count)
            .rev()
            .map(|depth| self.module.named_type(ty(depth).expect("reachable values have a type")))
            .collect()
    }

    /// Ends the current block.
    fn leave(&mut self, kind: TerminatorKind<'a>) {
        if let Some(block) = self.current.take() {
            self.terminate(block, kind, self.index);
        }
        for edge in std::mem::take(&mut self.edges) {
            self.variables.seal(&mut self.function, edge);
        }
    }

    /// Ends a block, and adds the edges that leave it.
    fn terminate(&mut self, block: BlockId, kind: TerminatorKind<'a>, origin: u32) {
        self.function.set_terminator(block, kind, origin);
        for (place, target) in self.function.terminator(block).targets().into_iter().enumerate() {
            self.variables.edge(block, place, target.block);
        }
    }

    /// A block that is entered behind the operator.
    fn block_after(&mut self) -> BlockId {
        self.function.add_block(self.index + 1)
    }

    /// Goes on in a block that has all its edges.
    fn go_on(&mut self, block: BlockId) {
        self.variables.seal(&mut self.function, block);
        self.current = Some(block);
    }

    fn finish(mut self) -> Function<'a> {
        self.variables.finish(&mut self.function);
        // Origins were made with the variables for locals.
        for value in &mut self.function.values {
            match &mut value.origin {
                Origin::Local { local, .. } | Origin::Zero(local) => {
                    *local = self.local_of[*local as usize];
                }
                _ => {}
            }
        }
        self.function
    }
}

/// Where a variable comes from at the start of a block; the variable stands for its local.
fn variable_origin(function: &Function<'_>, block: BlockId, variable: Variable) -> Origin {
    match block {
        ENTRY => Origin::Zero(variable.0),
        block => {
            Origin::Local { operator: function.block(block).first_operator, local: variable.0 }
        }
    }
}
