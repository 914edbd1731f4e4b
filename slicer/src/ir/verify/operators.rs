//! The types that operators take and make, in the words of the validator.
//!
//! A validator that is outside of any function's body reads, for each instruction, operators that
//! leave values of the arguments' types (`block (result t) unreachable end` does, for any type `t`),
//! then the operator itself: what lies on its stack then are the results.

use wasmparser::{
    BlockType, FuncValidator, Operator, RefType, ValType, ValidatorResources, WasmModuleResources,
};

use super::{Place, Problem, VerifyError};
use crate::ir::{Function, Handler, Instruction, Target, TerminatorKind, ValueId};
use crate::module::Module;

/// Checks operators of one function.
pub(super) struct Checker<'f> {
    module: &'f Module<'f>,
    function: &'f Function<'f>,
    /// `None` when the module has no function bodies: then there is nothing to ask.
    validator: Option<FuncValidator<ValidatorResources>>,
}

impl<'f> Checker<'f> {
    pub(super) fn new(module: &'f Module<'_>, function: &'f Function<'_>) -> Checker<'f> {
        let validator = module.resources().map(|_| module.function_validator(0));
        Checker { module, function, validator }
    }

    /// The value is of the type `expected`, or of a subtype of it.
    pub(super) fn check_type(
        &self,
        here: Place,
        value: ValueId,
        expected: ValType,
    ) -> Result<(), VerifyError> {
        let found = self.function.value(value).ty;
        if self.is_subtype(found, expected) {
            return Ok(());
        }
        here.value(value).fails(Problem::Type { expected, found })
    }

    fn is_subtype(&self, a: ValType, b: ValType) -> bool {
        if a == b {
            return true;
        }
        let types = self.module.validator_type(a).zip(self.module.validator_type(b));
        let resources = self.module.resources();
        types.zip(resources).is_some_and(|((a, b), resources)| resources.is_subtype(a, b))
    }

    pub(super) fn instruction(
        &mut self,
        here: Place,
        instruction: &Instruction<'_>,
    ) -> Result<(), VerifyError> {
        if !is_instruction(&instruction.operator) {
            return here.fails(Problem::Misplaced);
        }
        let results = self.results(here, &instruction.operator, &instruction.arguments)?;
        self.check_made(here, "results", &instruction.results, &results)
    }

    /// Types of what the operator makes of these arguments.
    fn results(
        &mut self,
        here: Place,
        operator: &Operator<'_>,
        arguments: &[ValueId],
    ) -> Result<Vec<ValType>, VerifyError> {
        let types: Vec<ValType> =
            arguments.iter().map(|&value| self.function.value(value).ty).collect();
        let results = self.ask(operator, &types);
        results.or_else(|problem| here.fails(problem))
    }

    fn ask(
        &mut self,
        operator: &Operator<'_>,
        arguments: &[ValType],
    ) -> Result<Vec<ValType>, Problem> {
        let Some(validator) = &mut self.validator else { return Ok(Vec::new()) };
        let mut read = |operator: &Operator<'_>| {
            validator.op(0, operator).map_err(|error| Problem::Operator(error.message().into()))
        };
        for &ty in arguments {
            read(&Operator::Block { blockty: BlockType::Type(ty) })?;
            read(&Operator::Unreachable)?;
            read(&Operator::End)?;
        }
        read(operator)?;
        let count = validator.operand_stack_height() as usize;
        let ty = |depth| validator.get_operand_type(depth).flatten();
        let results: Option<Vec<ValType>> = (0..count).rev().map(ty).collect();
        for _ in 0..count {
            let dropped = validator.op(0, &Operator::Drop);
            dropped.map_err(|error| Problem::Operator(error.message().into()))?;
        }
        results.ok_or(Problem::Misplaced)
    }

    /// The values are as many as `types`, and each is of a supertype.
    fn check_made(
        &self,
        here: Place,
        what: &'static str,
        values: &[ValueId],
        types: &[ValType],
    ) -> Result<(), VerifyError> {
        if self.validator.is_none() {
            return Ok(());
        }
        if values.len() != types.len() {
            let (expected, found) = (types.len(), values.len());
            return here.fails(Problem::Count { what, expected, found });
        }
        for (&value, &expected) in values.iter().zip(types) {
            let found = self.function.value(value).ty;
            if !self.is_subtype(expected, found) {
                let expected = self.module.named_type(expected);
                return here.value(value).fails(Problem::Type { expected, found });
            }
        }
        Ok(())
    }

    /// The target's block takes what the terminator makes.
    fn check_way(
        &self,
        here: Place,
        target: &Target,
        types: &[ValType],
    ) -> Result<(), VerifyError> {
        let (block, found) = (target.block, target.made as usize);
        if self.validator.is_some() && found != types.len() {
            return here.fails(Problem::MadeCount { block, expected: types.len(), found });
        }
        let parameters = &self.function.block(block).parameters[..found];
        self.check_made(here, "made parameters", parameters, types)
    }

    pub(super) fn terminator(
        &mut self,
        here: Place,
        kind: &TerminatorKind<'_>,
    ) -> Result<(), VerifyError> {
        match kind {
            TerminatorKind::Jump(_) | TerminatorKind::Unreachable => Ok(()),
            TerminatorKind::Branch { condition: value, .. }
            | TerminatorKind::Switch { index: value, .. } => {
                self.check_type(here, *value, ValType::I32)
            }
            TerminatorKind::BranchOn { operator, reference, taken, otherwise } => {
                let [sent, left] = self.references(here, operator, *reference)?;
                self.check_way(here, taken, sent.as_slice())?;
                self.check_way(here, otherwise, left.as_slice())
            }
            TerminatorKind::Try { operator, arguments, normal, handlers } => {
                self.check_try(here, operator, arguments, normal.as_ref())?;
                handlers.iter().try_for_each(|handler| {
                    self.check_way(here, &handler.target, &self.caught(here, handler)?)
                })
            }
            TerminatorKind::Return(values) => {
                let expected = self.function.results.len();
                self.check_count(here, "returned values", expected, values.len())?;
                values
                    .iter()
                    .zip(&self.function.results)
                    .try_for_each(|(&value, &ty)| self.check_type(here, value, ty))
            }
            TerminatorKind::TailCall { operator, arguments } => {
                self.check_tail_call(here, operator, arguments)
            }
            TerminatorKind::Throw { operator, arguments } => {
                self.check_throw(here, operator, arguments)
            }
        }
    }

    fn check_count(
        &self,
        here: Place,
        what: &'static str,
        expected: usize,
        found: usize,
    ) -> Result<(), VerifyError> {
        match expected == found {
            true => Ok(()),
            false => here.fails(Problem::Count { what, expected, found }),
        }
    }

    fn check_try(
        &mut self,
        here: Place,
        operator: &Operator<'_>,
        arguments: &[ValueId],
        normal: Option<&Target>,
    ) -> Result<(), VerifyError> {
        let is_call = matches!(
            operator,
            Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::CallRef { .. }
        );
        match normal {
            Some(normal) if is_call => {
                let results = self.results(here, operator, arguments)?;
                self.check_way(here, normal, &results)
            }
            None if !is_call => self.check_throw(here, operator, arguments),
            _ => here.fails(Problem::Misplaced),
        }
    }

    fn check_throw(
        &mut self,
        here: Place,
        operator: &Operator<'_>,
        arguments: &[ValueId],
    ) -> Result<(), VerifyError> {
        let expected: Vec<ValType> = match *operator {
            Operator::Throw { tag_index } => self.carried(here, tag_index)?,
            Operator::ThrowRef => vec![ValType::EXNREF],
            _ => return here.fails(Problem::Misplaced),
        };
        self.check_count(here, "thrown values", expected.len(), arguments.len())?;
        let mut pairs = arguments.iter().zip(expected);
        pairs.try_for_each(|(&value, ty)| self.check_type(here, value, ty))
    }

    fn check_tail_call(
        &mut self,
        here: Place,
        operator: &Operator<'_>,
        arguments: &[ValueId],
    ) -> Result<(), VerifyError> {
        let call = match *operator {
            Operator::ReturnCall { function_index } => Operator::Call { function_index },
            Operator::ReturnCallIndirect { type_index, table_index } => {
                Operator::CallIndirect { type_index, table_index }
            }
            Operator::ReturnCallRef { type_index } => Operator::CallRef { type_index },
            _ => return here.fails(Problem::Misplaced),
        };
        let results = self.results(here, &call, arguments)?;
        if self.validator.is_none() {
            return Ok(());
        }
        let expected = &self.function.results;
        self.check_count(here, "results of the callee", expected.len(), results.len())?;
        for (&found, &expected) in results.iter().zip(expected) {
            if !self.is_subtype(found, expected) {
                let found = self.module.named_type(found);
                return here.fails(Problem::Type { expected, found });
            }
        }
        Ok(())
    }

    /// Types of the references that a `br_on_*` sends to its label and leaves behind itself.
    fn references(
        &self,
        here: Place,
        operator: &Operator<'_>,
        reference: ValueId,
    ) -> Result<[Option<ValType>; 2], VerifyError> {
        let found = self.function.value(reference).ty;
        let ValType::Ref(ty) = found else {
            let expected = ValType::Ref(RefType::ANYREF);
            return here.value(reference).fails(Problem::Type { expected, found });
        };
        let some = |ty| Some(ValType::Ref(ty));
        Ok(match *operator {
            Operator::BrOnNull { .. } => [None, some(ty.as_non_null())],
            Operator::BrOnNonNull { .. } => [some(ty.as_non_null()), None],
            Operator::BrOnCast { from_ref_type, to_ref_type, .. } => {
                self.check_type(here, reference, from_ref_type.into())?;
                [some(to_ref_type), some(RefType::difference(from_ref_type, to_ref_type))]
            }
            Operator::BrOnCastFail { from_ref_type, to_ref_type, .. } => {
                self.check_type(here, reference, from_ref_type.into())?;
                [some(RefType::difference(from_ref_type, to_ref_type)), some(to_ref_type)]
            }
            _ => return here.fails(Problem::Misplaced),
        })
    }

    /// Types of the values that exceptions with the tag carry.
    fn carried(&self, here: Place, tag: u32) -> Result<Vec<ValType>, VerifyError> {
        match self.module.tag_parameters(tag) {
            Some(types) => Ok(types.to_vec()),
            None => here.fails(Problem::UnknownTag(tag)),
        }
    }

    /// Types of what a clause makes of an exception.
    fn caught(&self, here: Place, handler: &Handler) -> Result<Vec<ValType>, VerifyError> {
        let mut types = match handler.tag {
            Some(tag) => self.carried(here, tag)?,
            None => Vec::new(),
        };
        if handler.reference {
            types.push(ValType::Ref(RefType::EXN));
        }
        Ok(types)
    }
}

/// Whether an instruction can have the operator: it doesn't branch, end the function, or only move
/// values around.
fn is_instruction(operator: &Operator<'_>) -> bool {
    use Operator::{
        Block, Br, BrIf, BrOnCast, BrOnCastFail, BrOnNonNull, BrOnNull, BrTable, Drop, Else, End,
        If, LocalGet, LocalSet, LocalTee, Loop, Nop, Return, ReturnCall, ReturnCallIndirect,
        ReturnCallRef, Throw, ThrowRef, TryTable, Unreachable,
    };
    !matches!(
        operator,
        Block { .. }
            | Loop { .. }
            | If { .. }
            | TryTable { .. }
            | Else
            | End
            | Nop
            | Drop
            | LocalGet { .. }
            | LocalSet { .. }
            | LocalTee { .. }
            | Br { .. }
            | BrIf { .. }
            | BrTable { .. }
            | BrOnNull { .. }
            | BrOnNonNull { .. }
            | BrOnCast { .. }
            | BrOnCastFail { .. }
            | Return
            | ReturnCall { .. }
            | ReturnCallIndirect { .. }
            | ReturnCallRef { .. }
            | Throw { .. }
            | ThrowRef
            | Unreachable
    )
}
