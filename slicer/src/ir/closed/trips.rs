//! How often a loop goes around: from the condition that leaves it.

use wasmparser::Operator;

use super::counted::{Counted, Form};
use super::linear::{Linear, Writer};
use crate::ir::{Definition, TerminatorKind, ValueId};

/// The number of times that a loop goes back to its header.
pub(super) struct Trips {
    /// Whether the comparison is of 64-bit values.
    wide: bool,
    kind: Kind,
}

enum Kind {
    /// It goes around while `start + step * k` is not 0; the step is not 0.
    UntilZero { start: Linear, step: u64 },
    /// It goes around at most once: when `start` is 0.
    WhileZero { start: Linear },
    /// It goes around while `start + step * k` is below `bound`, unsigned; or, if `inclusive`, while
    /// it is not above.
    Below { start: Linear, step: u64, bound: Linear, inclusive: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less { signed: bool },
    LessOrEqual { signed: bool },
    Greater { signed: bool },
    GreaterOrEqual { signed: bool },
}

impl Comparison {
    fn negated(self) -> Comparison {
        use Comparison::*;
        match self {
            Equal => NotEqual,
            NotEqual => Equal,
            Less { signed } => GreaterOrEqual { signed },
            GreaterOrEqual { signed } => Less { signed },
            Greater { signed } => LessOrEqual { signed },
            LessOrEqual { signed } => Greater { signed },
        }
    }

    /// The comparison with its operands in the other order.
    fn swapped(self) -> Comparison {
        use Comparison::*;
        match self {
            Less { signed } => Greater { signed },
            Greater { signed } => Less { signed },
            LessOrEqual { signed } => GreaterOrEqual { signed },
            GreaterOrEqual { signed } => LessOrEqual { signed },
            other => other,
        }
    }
}

/// A comparison of two values of a width.
struct Test {
    comparison: Comparison,
    wide: bool,
    left: ValueId,
    /// `None` for 0.
    right: Option<ValueId>,
}

impl Trips {
    /// Finds the trips of `counted`; `None` when no rule here gives them.
    pub(super) fn of(counted: &Counted<'_, '_>) -> Option<Trips> {
        let (block, leaves) = counted.exit;
        let TerminatorKind::Branch { condition, .. } = counted.function.terminator(block).kind
        else {
            return None;
        };
        // The first target is the one that is taken.
        let test = test(counted, condition, leaves == 1)?;
        let left = straight(counted.form_of(test.left)?)?;
        let right = match test.right {
            Some(right) => straight(counted.form_of(right)?)?,
            None => Form::default(),
        };
        let mask = if test.wide { u64::MAX } else { u64::from(u32::MAX) };
        let left_step = left.step.as_constant()? & mask;
        let right_step = right.step.as_constant()? & mask;
        let kind = match test.comparison {
            Comparison::Equal | Comparison::NotEqual => {
                let start = left.start.plus(u64::MAX, &right.start);
                let step = left_step.wrapping_sub(right_step) & mask;
                if step == 0 {
                    return None;
                }
                match test.comparison {
                    Comparison::Equal => Kind::WhileZero { start },
                    _ => Kind::UntilZero { start, step },
                }
            }
            comparison if right_step == 0 => {
                below(comparison, left.start, left_step, right.start, mask)?
            }
            comparison if left_step == 0 => {
                below(comparison.swapped(), right.start, right_step, left.start, mask)?
            }
            _ => return None,
        };
        Some(Trips { wide: test.wide, kind })
    }

    /// The values from outside of the loop that the number depends on.
    pub(super) fn values(&self) -> Vec<ValueId> {
        let linears = match &self.kind {
            Kind::UntilZero { start, .. } | Kind::WhileZero { start } => vec![start],
            Kind::Below { start, bound, .. } => vec![start, bound],
        };
        linears.into_iter().flat_map(|linear| linear.terms.keys().copied()).collect()
    }

    fn bits(&self) -> u32 {
        if self.wide { 64 } else { 32 }
    }

    fn mask(&self) -> u64 {
        u64::MAX >> (64 - self.bits())
    }

    /// Appends the condition under which [`Trips::count`] is right.
    pub(super) fn guard(&self, writer: &mut Writer<'_, '_>) -> Guard {
        writer.wide = self.wide;
        match &self.kind {
            Kind::WhileZero { .. } => Guard::Always,
            Kind::UntilZero { step, .. } if step % 2 == 1 => Guard::Always,
            Kind::UntilZero { start, step } => {
                let start = writer.linear(start);
                let rest = writer.and(start, (1 << step.trailing_zeros()) - 1);
                Guard::When(writer.is_zero(rest))
            }
            Kind::Below { bound, step, inclusive, .. } => {
                // The last value, below the bound plus the step, must not wrap around.
                let Some(most) = (self.mask() - (step - 1)).checked_sub(u64::from(*inclusive))
                else {
                    return Guard::Never;
                };
                match bound.as_constant().map(|bound| bound & self.mask()) {
                    _ if most == self.mask() => Guard::Always,
                    Some(bound) if bound <= most => Guard::Always,
                    Some(_) => Guard::Never,
                    None => {
                        let bound = writer.linear(bound);
                        let most = writer.constant(most);
                        let above = writer.below(most, bound);
                        writer.wide = false;
                        Guard::When(writer.is_zero(above))
                    }
                }
            }
        }
    }

    /// Appends the number of trips, an i64.
    pub(super) fn count(&self, writer: &mut Writer<'_, '_>) -> ValueId {
        writer.wide = self.wide;
        let count = match &self.kind {
            Kind::WhileZero { start } => {
                let start = writer.linear(start);
                let zero = writer.is_zero(start);
                writer.flag(zero)
            }
            Kind::UntilZero { start, step } => self.until_zero(writer, start, *step),
            Kind::Below { start, step, bound, inclusive } => {
                let start = writer.linear(start);
                let bound = writer.linear(&bound.clone().plus(1, &inclusion(*inclusive)));
                let runs = writer.below(start, bound);
                let runs = writer.flag(runs);
                let minus = writer.constant(u64::MAX);
                let negated = writer.multiply(start, minus);
                let mut distance = writer.add(bound, negated);
                if *step > 1 {
                    let up = writer.constant(step - 1);
                    distance = writer.add(distance, up);
                    distance = writer.divide(distance, *step);
                }
                writer.multiply(distance, runs)
            }
        };
        if self.wide {
            return count;
        }
        writer.operator(Operator::I64ExtendI32U, &[count], wasmparser::ValType::I64)
    }

    /// `start + step * k = 0`, modulo a power of two, solved for the smallest `k`.
    fn until_zero(&self, writer: &mut Writer<'_, '_>, start: &Linear, step: u64) -> ValueId {
        let shift = step.trailing_zeros();
        let mut distance = writer.linear(&start.times(u64::MAX));
        if shift > 0 {
            let by = writer.constant(shift.into());
            distance = writer.shift_right(distance, by);
        }
        let inverse = writer.constant(inverse(step >> shift));
        let count = writer.multiply(distance, inverse);
        writer.and(count, self.mask() >> shift)
    }
}

/// Under which condition a number of trips is right.
pub(super) enum Guard {
    Always,
    /// When this i32 is not 0.
    When(ValueId),
    Never,
}

fn inclusion(inclusive: bool) -> Linear {
    Linear::constant(u64::from(inclusive))
}

/// The number that gives 1 when it is multiplied with the odd number `odd`, modulo 2^64. Each step
/// doubles the number of bits that are right (Newton).
fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    for _ in 0..6 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse
}

/// A form that doesn't rise.
fn straight(form: Form) -> Option<Form> {
    form.rise.is_zero().then_some(form)
}

/// `comparison` of a moving value with a fixed bound, as one that moves upward, unsigned.
fn below(
    comparison: Comparison,
    start: Linear,
    step: u64,
    bound: Linear,
    mask: u64,
) -> Option<Kind> {
    let (signed, inclusive, mirrored) = match comparison {
        Comparison::Less { signed } => (signed, false, false),
        Comparison::LessOrEqual { signed } => (signed, true, false),
        Comparison::Greater { signed } => (signed, false, true),
        Comparison::GreaterOrEqual { signed } => (signed, true, true),
        Comparison::Equal | Comparison::NotEqual => return None,
    };
    // The complement of a number is above that of another when the number is below it.
    let complement = |value: Linear| Linear::constant(u64::MAX).plus(u64::MAX, &value);
    let (mut start, mut bound, step) = match mirrored {
        true => (complement(start), complement(bound), step.wrapping_neg() & mask),
        false => (start, bound, step),
    };
    if signed {
        let bias = Linear::constant(mask / 2 + 1);
        start = start.plus(1, &bias);
        bound = bound.plus(1, &bias);
    }
    (step != 0 && step <= mask / 2).then_some(Kind::Below { start, step, bound, inclusive })
}

/// The comparison that keeps the loop going: `condition`, or its contrary when `stays` is false.
fn test(counted: &Counted<'_, '_>, condition: ValueId, stays: bool) -> Option<Test> {
    let (mut value, mut holds) = (condition, stays);
    while let Some((operator, arguments)) = instruction(counted, value) {
        match operator {
            Operator::I32Eqz => {
                value = arguments[0];
                holds = !holds;
            }
            Operator::I64Eqz => {
                let comparison = if holds { Comparison::Equal } else { Comparison::NotEqual };
                return Some(Test { comparison, wide: true, left: arguments[0], right: None });
            }
            operator => {
                let Some((comparison, wide)) = comparison(operator) else { break };
                let comparison = if holds { comparison } else { comparison.negated() };
                let (left, right) = (arguments[0], Some(arguments[1]));
                return Some(Test { comparison, wide, left, right });
            }
        }
    }
    let comparison = if holds { Comparison::NotEqual } else { Comparison::Equal };
    Some(Test { comparison, wide: false, left: value, right: None })
}

/// The operator that makes `value`, followed through the loop's blocks.
fn instruction<'c>(
    counted: &'c Counted<'_, '_>,
    mut value: ValueId,
) -> Option<(&'c Operator<'c>, &'c [ValueId])> {
    while let Some(passed) = counted.passed(value) {
        value = passed;
    }
    match counted.function.value(value).definition {
        Definition::Result { instruction, .. } => {
            let found = counted.function.instruction(instruction);
            Some((&found.operator, &found.arguments))
        }
        Definition::Parameter { .. } => None,
    }
}

fn comparison(operator: &Operator<'_>) -> Option<(Comparison, bool)> {
    use Comparison::*;
    Some(match operator {
        Operator::I32Eq => (Equal, false),
        Operator::I32Ne => (NotEqual, false),
        Operator::I32LtS => (Less { signed: true }, false),
        Operator::I32LtU => (Less { signed: false }, false),
        Operator::I32LeS => (LessOrEqual { signed: true }, false),
        Operator::I32LeU => (LessOrEqual { signed: false }, false),
        Operator::I32GtS => (Greater { signed: true }, false),
        Operator::I32GtU => (Greater { signed: false }, false),
        Operator::I32GeS => (GreaterOrEqual { signed: true }, false),
        Operator::I32GeU => (GreaterOrEqual { signed: false }, false),
        Operator::I64Eq => (Equal, true),
        Operator::I64Ne => (NotEqual, true),
        Operator::I64LtS => (Less { signed: true }, true),
        Operator::I64LtU => (Less { signed: false }, true),
        Operator::I64LeS => (LessOrEqual { signed: true }, true),
        Operator::I64LeU => (LessOrEqual { signed: false }, true),
        Operator::I64GtS => (Greater { signed: true }, true),
        Operator::I64GtU => (Greater { signed: false }, true),
        Operator::I64GeS => (GreaterOrEqual { signed: true }, true),
        Operator::I64GeU => (GreaterOrEqual { signed: false }, true),
        _ => return None,
    })
}
