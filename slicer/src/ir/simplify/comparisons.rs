//! Comparisons whose outcome is known, and comparisons of what a comparison made.

use wasmparser::Operator;
use wasmparser::Operator::*;

use super::rewrite::{Less, Subject};
use crate::ir::ValueId;

/// The rule.
pub(super) fn rule<'a>(subject: &Subject<'_, 'a>) -> Option<Less<'a>> {
    match *subject.operands() {
        [x] => is_zero(subject, x),
        [x, y] if x == y => {
            with_itself(subject.operator()).and_then(|holds| subject.integer(holds.into()))
        }
        [x, y] => with_number(subject, x, subject.number(y)?),
        _ => None,
    }
}

/// Whether an integer compares so with itself. A NaN doesn't equal itself: floats have no answer.
fn with_itself(operator: &Operator<'_>) -> Option<bool> {
    match operator {
        I32Eq | I64Eq | I32LeS | I64LeS | I32LeU | I64LeU | I32GeS | I64GeS | I32GeU | I64GeU => {
            Some(true)
        }
        I32Ne | I64Ne | I32LtS | I64LtS | I32LtU | I64LtU | I32GtS | I64GtS | I32GtU | I64GtU => {
            Some(false)
        }
        _ => None,
    }
}

fn with_number<'a>(subject: &Subject<'_, 'a>, x: ValueId, number: i64) -> Option<Less<'a>> {
    match (subject.operator(), number) {
        (I32Eq, 0) | (I32LtU, 1) => subject.other(I32Eqz, &[x]),
        (I64Eq, 0) | (I64LtU, 1) => subject.other(I64Eqz, &[x]),
        (I32LtU | I64LtU, 0) => subject.integer(0),
        (I32GeU | I64GeU, 0) => subject.integer(1),
        (I32Ne, 0) | (I32Eq | I32And, 1) if is_truth(subject, x) => Some(Less::Value(x)),
        (I32Ne, 1) if is_truth(subject, x) => subject.other(I32Eqz, &[x]),
        _ => None,
    }
}

/// `eqz` of what a comparison, or an extension, made.
fn is_zero<'a>(subject: &Subject<'_, 'a>, value: ValueId) -> Option<Less<'a>> {
    let (inner, operands) = subject.source(value)?;
    match (subject.operator(), inner) {
        (I32Eqz, I32Eqz) if is_truth(subject, operands[0]) => Some(Less::Value(operands[0])),
        (I32Eqz, _) => subject.other(contrary(inner)?, operands),
        (I64Eqz, I64ExtendI32S | I64ExtendI32U) => subject.other(I32Eqz, operands),
        _ => None,
    }
}

/// Whether `value` is always 0 or 1.
pub(super) fn is_truth(subject: &Subject<'_, '_>, value: ValueId) -> bool {
    let source = subject.source(value);
    source.is_some_and(|(operator, _)| match operator {
        I32Eqz | I64Eqz | RefIsNull | RefEq => true,
        F32Lt | F32Gt | F32Le | F32Ge | F64Lt | F64Gt | F64Le | F64Ge => true,
        comparison => contrary(comparison).is_some(),
    })
}

/// The comparison that holds exactly when `comparison` doesn't. Only (in)equality has one for
/// floats: neither of `lt` and `ge` holds for a NaN.
fn contrary(comparison: &Operator<'_>) -> Option<Operator<'static>> {
    Some(match comparison {
        I32Eq => I32Ne,
        I32Ne => I32Eq,
        I32LtS => I32GeS,
        I32GeS => I32LtS,
        I32LtU => I32GeU,
        I32GeU => I32LtU,
        I32GtS => I32LeS,
        I32LeS => I32GtS,
        I32GtU => I32LeU,
        I32LeU => I32GtU,
        I64Eq => I64Ne,
        I64Ne => I64Eq,
        I64LtS => I64GeS,
        I64GeS => I64LtS,
        I64LtU => I64GeU,
        I64GeU => I64LtU,
        I64GtS => I64LeS,
        I64LeS => I64GtS,
        I64GtU => I64LeU,
        I64LeU => I64GtU,
        F32Eq => F32Ne,
        F32Ne => F32Eq,
        F64Eq => F64Ne,
        F64Ne => F64Eq,
        _ => return None,
    })
}
