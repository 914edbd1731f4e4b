//! Linear combinations of values, modulo 2^64.
//!
//! The arithmetic of 32-bit values is the same, of which only the low 32 bits count.

use std::collections::BTreeMap;

use wasmparser::{Operator, ValType};

use crate::ir::{BlockId, Function, ValueId};

/// A constant, and values with their coefficients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Linear {
    pub(super) constant: u64,
    /// No coefficient is 0.
    pub(super) terms: BTreeMap<ValueId, u64>,
}

impl Linear {
    pub(super) fn constant(constant: u64) -> Linear {
        Linear { constant, terms: BTreeMap::new() }
    }

    pub(super) fn value(value: ValueId) -> Linear {
        Linear { constant: 0, terms: BTreeMap::from([(value, 1)]) }
    }

    /// `self + factor * other`.
    pub(super) fn plus(mut self, factor: u64, other: &Linear) -> Linear {
        self.constant = self.constant.wrapping_add(factor.wrapping_mul(other.constant));
        for (&value, &coefficient) in &other.terms {
            let sum = self.terms.entry(value).or_insert(0);
            *sum = sum.wrapping_add(factor.wrapping_mul(coefficient));
            if *sum == 0 {
                self.terms.remove(&value);
            }
        }
        self
    }

    pub(super) fn times(&self, factor: u64) -> Linear {
        Linear::default().plus(factor, self)
    }

    /// The constant, if there is nothing else.
    pub(super) fn as_constant(&self) -> Option<u64> {
        self.terms.is_empty().then_some(self.constant)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.as_constant() == Some(0)
    }
}

/// Appends instructions to a block. All integers of one width: 64 bits, or 32.
pub(super) struct Writer<'f, 'a> {
    pub(super) function: &'f mut Function<'a>,
    pub(super) block: BlockId,
    pub(super) wide: bool,
}

impl<'a> Writer<'_, 'a> {
    fn ty(&self) -> ValType {
        if self.wide { ValType::I64 } else { ValType::I32 }
    }

    pub(super) fn operator(
        &mut self,
        operator: Operator<'a>,
        arguments: &[ValueId],
        ty: ValType,
    ) -> ValueId {
        let arguments = arguments.iter().copied();
        let made = self.function.add_instruction(self.block, operator, arguments, [ty], u32::MAX);
        self.function.instruction(made).results[0]
    }

    fn binary(
        &mut self,
        wide: Operator<'a>,
        narrow: Operator<'a>,
        left: ValueId,
        right: ValueId,
    ) -> ValueId {
        let operator = if self.wide { wide } else { narrow };
        let ty = self.ty();
        self.operator(operator, &[left, right], ty)
    }

    pub(super) fn constant(&mut self, value: u64) -> ValueId {
        let ty = self.ty();
        let operator = match self.wide {
            true => Operator::I64Const { value: value as i64 },
            false => Operator::I32Const { value: value as i32 },
        };
        self.operator(operator, &[], ty)
    }

    pub(super) fn add(&mut self, left: ValueId, right: ValueId) -> ValueId {
        self.binary(Operator::I64Add, Operator::I32Add, left, right)
    }

    pub(super) fn multiply(&mut self, left: ValueId, right: ValueId) -> ValueId {
        self.binary(Operator::I64Mul, Operator::I32Mul, left, right)
    }

    pub(super) fn divide(&mut self, left: ValueId, right: u64) -> ValueId {
        let right = self.constant(right);
        self.binary(Operator::I64DivU, Operator::I32DivU, left, right)
    }

    pub(super) fn and(&mut self, left: ValueId, right: u64) -> ValueId {
        let right = self.constant(right);
        self.binary(Operator::I64And, Operator::I32And, left, right)
    }

    pub(super) fn shift_right(&mut self, left: ValueId, right: ValueId) -> ValueId {
        self.binary(Operator::I64ShrU, Operator::I32ShrU, left, right)
    }

    /// Whether `left` is below `right`, unsigned: an i32.
    pub(super) fn below(&mut self, left: ValueId, right: ValueId) -> ValueId {
        let operator = if self.wide { Operator::I64LtU } else { Operator::I32LtU };
        self.operator(operator, &[left, right], ValType::I32)
    }

    /// Whether `value` is 0: an i32.
    pub(super) fn is_zero(&mut self, value: ValueId) -> ValueId {
        let operator = if self.wide { Operator::I64Eqz } else { Operator::I32Eqz };
        self.operator(operator, &[value], ValType::I32)
    }

    /// An i32 that is 0 or 1 in this width.
    pub(super) fn flag(&mut self, flag: ValueId) -> ValueId {
        match self.wide {
            true => self.operator(Operator::I64ExtendI32U, &[flag], ValType::I64),
            false => flag,
        }
    }

    /// The value of a linear combination of values that are known in the block.
    pub(super) fn linear(&mut self, linear: &Linear) -> ValueId {
        let mut sum = None;
        for (&value, &coefficient) in &linear.terms {
            let term = match coefficient {
                1 => value,
                coefficient => {
                    let factor = self.constant(coefficient);
                    self.multiply(value, factor)
                }
            };
            sum = Some(sum.map_or(term, |sum| self.add(sum, term)));
        }
        match (sum, linear.constant) {
            (Some(sum), 0) => sum,
            (Some(sum), constant) => {
                let constant = self.constant(constant);
                self.add(sum, constant)
            }
            (None, constant) => self.constant(constant),
        }
    }
}
