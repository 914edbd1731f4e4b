//! Algebraic identities of integers, conversions that undo or repeat one another, and what holds for
//! all bits of floats: signs and reinterpretations, but no arithmetic.

use wasmparser::Operator;
use wasmparser::Operator::*;

use super::rewrite::{Less, Subject};
use crate::ir::ValueId;

/// The rule.
pub(super) fn rule<'a>(subject: &Subject<'_, 'a>) -> Option<Less<'a>> {
    match *subject.operands() {
        [x] => converted(subject, x),
        [x, y] => same(subject, x, y).or_else(|| with_number(subject, x, y)),
        _ => None,
    }
}

/// An operator on the same operand twice.
fn same<'a>(subject: &Subject<'_, 'a>, x: ValueId, y: ValueId) -> Option<Less<'a>> {
    match subject.operator() {
        _ if x != y => None,
        I32Sub | I64Sub | I32Xor | I64Xor => subject.integer(0),
        I32And | I64And | I32Or | I64Or => Some(Less::Value(x)),
        _ => None,
    }
}

/// An operator whose right operand is a constant. Where operands may change places, a constant goes
/// to the right.
fn with_number<'a>(subject: &Subject<'_, 'a>, x: ValueId, y: ValueId) -> Option<Less<'a>> {
    let operator = subject.operator();
    let Some(number) = subject.number(y) else {
        let swaps = is_commutative(operator) && subject.number(x).is_some();
        return swaps.then(|| Less::Operator(operator.clone(), [y, x].into_iter().collect()));
    };
    let bits = if subject.is_wide() { i64::BITS } else { i32::BITS };
    match (operator, number) {
        (I32Add | I64Add | I32Sub | I64Sub | I32Or | I64Or | I32Xor | I64Xor, 0)
        | (I32Mul | I64Mul | I32DivS | I64DivS | I32DivU | I64DivU, 1)
        | (I32And | I64And, -1) => Some(Less::Value(x)),
        (I32Mul | I64Mul | I32And | I64And, 0) | (I32RemS | I64RemS | I32RemU | I64RemU, 1) => {
            subject.integer(0)
        }
        (I32Or | I64Or, -1) => subject.integer(-1),
        (
            I32Shl | I64Shl | I32ShrS | I64ShrS | I32ShrU | I64ShrU | I32Rotl | I64Rotl | I32Rotr
            | I64Rotr,
            _,
        ) if (number as u32).is_multiple_of(bits) => Some(Less::Value(x)),
        _ => None,
    }
}

/// A conversion of what a conversion made.
fn converted<'a>(subject: &Subject<'_, 'a>, value: ValueId) -> Option<Less<'a>> {
    let (inner, operands) = subject.source(value)?;
    let &[x] = operands else { return None };
    let outer = subject.operator();
    match (outer, inner) {
        (I32WrapI64, I64ExtendI32S | I64ExtendI32U)
        | (F32Neg, F32Neg)
        | (F64Neg, F64Neg)
        | (I32ReinterpretF32, F32ReinterpretI32)
        | (F32ReinterpretI32, I32ReinterpretF32)
        | (I64ReinterpretF64, F64ReinterpretI64)
        | (F64ReinterpretI64, I64ReinterpretF64) => Some(Less::Value(x)),
        (F32Abs, F32Abs) | (F64Abs, F64Abs) | (I64Extend32S, I64ExtendI32S) => {
            Some(Less::Value(value))
        }
        (F32Abs, F32Neg) | (F64Abs, F64Neg) | (I32WrapI64, I64Extend32S) => {
            subject.other(outer.clone(), &[x])
        }
        (I64ExtendI32S, I32WrapI64) => subject.other(I64Extend32S, &[x]),
        (I64Extend32S, I64ExtendI32U) => subject.other(I64ExtendI32S, &[x]),
        _ => match (extended_bits(outer)?, extended_bits(inner)?) {
            (outer, inner) if inner <= outer => Some(Less::Value(value)),
            _ => subject.other(outer.clone(), &[x]),
        },
    }
}

/// How many bits stay when a number is extended by the sign of its lower part.
fn extended_bits(operator: &Operator<'_>) -> Option<u32> {
    match operator {
        I32Extend8S | I64Extend8S => Some(8),
        I32Extend16S | I64Extend16S => Some(16),
        I64Extend32S => Some(32),
        _ => None,
    }
}

/// Whether the two operands may change places. Those of a float's sum or product may not: which NaN
/// they give can depend on it.
pub(super) fn is_commutative(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        I32Add
            | I32Mul
            | I32And
            | I32Or
            | I32Xor
            | I32Eq
            | I32Ne
            | I64Add
            | I64Mul
            | I64And
            | I64Or
            | I64Xor
            | I64Eq
            | I64Ne
            | F32Eq
            | F32Ne
            | F64Eq
            | F64Ne
    )
}
