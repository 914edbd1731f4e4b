//! Integer operators on constants, computed. Those that would trap stay.

use smallvec::SmallVec;
use wasmparser::{Operator, ValType};

use super::rewrite::{Less, Subject};
use crate::ir::{Definition, Function, ValueId};

/// The integer that `value` always is.
pub(super) fn constant(function: &Function<'_>, value: ValueId) -> Option<Constant> {
    let Definition::Result { instruction, .. } = function.value(value).definition else {
        return None;
    };
    literal(&function.instruction(instruction).operator)
}

/// An integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Constant {
    I32(i32),
    I64(i64),
}

impl<'a> From<Constant> for Operator<'a> {
    fn from(constant: Constant) -> Operator<'a> {
        match constant {
            Constant::I32(value) => Operator::I32Const { value },
            Constant::I64(value) => Operator::I64Const { value },
        }
    }
}

impl Constant {
    /// Its type.
    pub(super) fn ty(self) -> ValType {
        match self {
            Constant::I32(_) => ValType::I32,
            Constant::I64(_) => ValType::I64,
        }
    }
}

/// The rule: an operator on constants is a constant.
pub(super) fn rule<'a>(subject: &Subject<'_, 'a>) -> Option<Less<'a>> {
    if subject.operands().is_empty() {
        return None;
    }
    let constants = subject.operands().iter().map(|&operand| subject.constant(operand));
    let constants: SmallVec<[Constant; 3]> = constants.collect::<Option<_>>()?;
    evaluate(subject.operator(), &constants).map(Less::Constant)
}

/// What `operator` makes of `operands`; `None` when it is no such operator, or would trap.
pub(super) fn evaluate(operator: &Operator<'_>, operands: &[Constant]) -> Option<Constant> {
    match *operands {
        [] => literal(operator),
        [a] => unary(operator, a),
        [a, b] => binary(operator, a, b),
        _ => None,
    }
}

fn literal(operator: &Operator<'_>) -> Option<Constant> {
    match *operator {
        Operator::I32Const { value } => Some(Constant::I32(value)),
        Operator::I64Const { value } => Some(Constant::I64(value)),
        _ => None,
    }
}

fn unary(operator: &Operator<'_>, operand: Constant) -> Option<Constant> {
    use Constant::{I32, I64};
    Some(match (operator, operand) {
        (Operator::I32Eqz, I32(a)) => I32((a == 0).into()),
        (Operator::I64Eqz, I64(a)) => I32((a == 0).into()),
        (Operator::I32WrapI64, I64(a)) => I32(a as i32),
        (Operator::I64ExtendI32S, I32(a)) => I64(a.into()),
        (Operator::I64ExtendI32U, I32(a)) => I64((a as u32).into()),
        (Operator::I32Extend8S, I32(a)) => I32((a as i8).into()),
        (Operator::I32Extend16S, I32(a)) => I32((a as i16).into()),
        (Operator::I64Extend8S, I64(a)) => I64((a as i8).into()),
        (Operator::I64Extend16S, I64(a)) => I64((a as i16).into()),
        (Operator::I64Extend32S, I64(a)) => I64((a as i32).into()),
        (Operator::I32Clz, I32(a)) => I32(a.leading_zeros() as i32),
        (Operator::I32Ctz, I32(a)) => I32(a.trailing_zeros() as i32),
        (Operator::I32Popcnt, I32(a)) => I32(a.count_ones() as i32),
        (Operator::I64Clz, I64(a)) => I64(a.leading_zeros().into()),
        (Operator::I64Ctz, I64(a)) => I64(a.trailing_zeros().into()),
        (Operator::I64Popcnt, I64(a)) => I64(a.count_ones().into()),
        _ => return None,
    })
}

fn binary(operator: &Operator<'_>, a: Constant, b: Constant) -> Option<Constant> {
    match (a, b) {
        (Constant::I32(a), Constant::I32(b)) => binary_i32(operator, a, b),
        (Constant::I64(a), Constant::I64(b)) => binary_i64(operator, a, b),
        _ => None,
    }
}

fn binary_i32(operator: &Operator<'_>, a: i32, b: i32) -> Option<Constant> {
    if let Some(holds) = compare_i32(operator, a, b) {
        return Some(Constant::I32(holds.into()));
    }
    let (x, y) = (a as u32, b as u32);
    Some(Constant::I32(match operator {
        Operator::I32Add => a.wrapping_add(b),
        Operator::I32Sub => a.wrapping_sub(b),
        Operator::I32Mul => a.wrapping_mul(b),
        Operator::I32And => a & b,
        Operator::I32Or => a | b,
        Operator::I32Xor => a ^ b,
        Operator::I32Shl => a.wrapping_shl(b as u32),
        Operator::I32ShrS => a.wrapping_shr(b as u32),
        Operator::I32ShrU => x.wrapping_shr(b as u32) as i32,
        Operator::I32Rotl => a.rotate_left(b as u32 % i32::BITS),
        Operator::I32Rotr => a.rotate_right(b as u32 % i32::BITS),
        Operator::I32DivS => a.checked_div(b)?,
        Operator::I32DivU => x.checked_div(y)? as i32,
        Operator::I32RemS => (b != 0).then(|| a.wrapping_rem(b))?,
        Operator::I32RemU => x.checked_rem(y)? as i32,
        _ => return None,
    }))
}

fn compare_i32(operator: &Operator<'_>, a: i32, b: i32) -> Option<bool> {
    let (x, y) = (a as u32, b as u32);
    Some(match operator {
        Operator::I32Eq => a == b,
        Operator::I32Ne => a != b,
        Operator::I32LtS => a < b,
        Operator::I32LtU => x < y,
        Operator::I32GtS => a > b,
        Operator::I32GtU => x > y,
        Operator::I32LeS => a <= b,
        Operator::I32LeU => x <= y,
        Operator::I32GeS => a >= b,
        Operator::I32GeU => x >= y,
        _ => return None,
    })
}

fn binary_i64(operator: &Operator<'_>, a: i64, b: i64) -> Option<Constant> {
    if let Some(holds) = compare_i64(operator, a, b) {
        return Some(Constant::I32(holds.into()));
    }
    let (x, y) = (a as u64, b as u64);
    Some(Constant::I64(match operator {
        Operator::I64Add => a.wrapping_add(b),
        Operator::I64Sub => a.wrapping_sub(b),
        Operator::I64Mul => a.wrapping_mul(b),
        Operator::I64And => a & b,
        Operator::I64Or => a | b,
        Operator::I64Xor => a ^ b,
        Operator::I64Shl => a.wrapping_shl(b as u32),
        Operator::I64ShrS => a.wrapping_shr(b as u32),
        Operator::I64ShrU => x.wrapping_shr(b as u32) as i64,
        Operator::I64Rotl => a.rotate_left(b as u32 % i64::BITS),
        Operator::I64Rotr => a.rotate_right(b as u32 % i64::BITS),
        Operator::I64DivS => a.checked_div(b)?,
        Operator::I64DivU => x.checked_div(y)? as i64,
        Operator::I64RemS => (b != 0).then(|| a.wrapping_rem(b))?,
        Operator::I64RemU => x.checked_rem(y)? as i64,
        _ => return None,
    }))
}

fn compare_i64(operator: &Operator<'_>, a: i64, b: i64) -> Option<bool> {
    let (x, y) = (a as u64, b as u64);
    Some(match operator {
        Operator::I64Eq => a == b,
        Operator::I64Ne => a != b,
        Operator::I64LtS => a < b,
        Operator::I64LtU => x < y,
        Operator::I64GtS => a > b,
        Operator::I64GtU => x > y,
        Operator::I64LeS => a <= b,
        Operator::I64LeU => x <= y,
        Operator::I64GeS => a >= b,
        Operator::I64GeU => x >= y,
        _ => return None,
    })
}
