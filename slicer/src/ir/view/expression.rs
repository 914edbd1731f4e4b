//! Operators to expressions.
//!
//! Integer and float arithmetic of single numbers has signs (with an `s` or a `u` where it matters
//! whether the operands are signed), memory accesses are `i32[address + offset]`, and everything
//! else keeps its name: `name<immediates>(operands)`.

use wasmparser::{MemArg, Operator};

use super::super::effects::Effects;
use super::super::style::{Sink, Style};
use super::super::text::operators;
use super::Names;
use crate::opcode;

/// Text in pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    text: String,
    /// What each piece is, and where it ends.
    ends: Vec<(Style, usize)>,
}

impl Pieces {
    pub(super) fn new(style: Style, text: &str) -> Pieces {
        let mut pieces = Pieces::default();
        pieces.put(style, text);
        pieces
    }

    pub(super) fn put(&mut self, style: Style, text: &str) {
        if !text.is_empty() {
            self.text.push_str(text);
            self.ends.push((style, self.text.len()));
        }
    }

    pub(super) fn plain(&mut self, text: &str) {
        self.put(Style::Plain, text);
    }

    pub(super) fn append(&mut self, other: &Pieces) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|(style, end)| (*style, start + end)));
    }

    pub(super) fn write(&self, sink: &mut impl Sink) {
        let mut start = 0;
        for &(style, end) in &self.ends {
            sink.write(style, &self.text[start..end]);
            start = end;
        }
    }
}

/// How tightly an expression holds together, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// `a ? b : c`.
    Choice,
    /// Comparisons.
    Comparison,
    /// Shifts and bitwise operators: what languages disagree about is always put in parentheses.
    Bits,
    /// `+` and `-`.
    Sum,
    /// `*`, `/` and `%`.
    Product,
    /// Names, literals, and what is closed by itself.
    Atom,
}

/// An expression.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub(super) pieces: Pieces,
    pub(super) level: Level,
    /// Number of operators on the longest way to a leaf.
    pub(super) depth: u32,
    /// Whether something happens in it that has its place in the order of things.
    pub(super) has_effect: bool,
}

impl Expression {
    pub(super) fn atom(pieces: Pieces) -> Expression {
        Expression { pieces, level: Level::Atom, depth: 0, has_effect: false }
    }
}

/// The literal that stands for what `operator` makes, if it is a constant.
pub(super) fn literal(operator: &Operator<'_>) -> Option<Expression> {
    let text = match operator {
        Operator::I32Const { value } => value.to_string(),
        Operator::I64Const { value } => format!("{value}i64"),
        Operator::F32Const { value } => format!("{}f32", operators::f32_text(value.bits())),
        Operator::F64Const { value } => operators::f64_text(value.bits()),
        Operator::RefNull { .. } => "null".to_string(),
        _ => return None,
    };
    Some(Expression::atom(Pieces::new(Style::Immediate, &text)))
}

const NUMBERS: &[&str] = &["i32", "i64", "f32", "f64"];

/// The operators on two numbers that have a sign.
const INFIX: &[(&str, &str, Level)] = &[
    ("add", "+", Level::Sum),
    ("sub", "-", Level::Sum),
    ("mul", "*", Level::Product),
    ("div", "/", Level::Product),
    ("div_s", "/s", Level::Product),
    ("div_u", "/u", Level::Product),
    ("rem_s", "%s", Level::Product),
    ("rem_u", "%u", Level::Product),
    ("and", "&", Level::Bits),
    ("or", "|", Level::Bits),
    ("xor", "^", Level::Bits),
    ("shl", "<<", Level::Bits),
    ("shr_s", ">>s", Level::Bits),
    ("shr_u", ">>u", Level::Bits),
    ("eq", "==", Level::Comparison),
    ("ne", "!=", Level::Comparison),
    ("lt", "<", Level::Comparison),
    ("lt_s", "<s", Level::Comparison),
    ("lt_u", "<u", Level::Comparison),
    ("gt", ">", Level::Comparison),
    ("gt_s", ">s", Level::Comparison),
    ("gt_u", ">u", Level::Comparison),
    ("le", "<=", Level::Comparison),
    ("le_s", "<=s", Level::Comparison),
    ("le_u", "<=u", Level::Comparison),
    ("ge", ">=", Level::Comparison),
    ("ge_s", ">=s", Level::Comparison),
    ("ge_u", ">=u", Level::Comparison),
];

/// Accesses of one number in memory, by the operator's name behind its type: what stands behind
/// the type in the expression.
const ACCESSES: &[(&str, &str)] = &[
    ("load", ""),
    ("load8_s", ".s8"),
    ("load8_u", ".u8"),
    ("load16_s", ".s16"),
    ("load16_u", ".u16"),
    ("load32_s", ".s32"),
    ("load32_u", ".u32"),
    ("store", ""),
    ("store8", ".u8"),
    ("store16", ".u16"),
    ("store32", ".u32"),
];

fn found<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(entry, _)| *entry == name).map(|(_, value)| *value)
}

/// Whether the operands of `operator` are read in the order in which they are computed.
pub(super) fn keeps_order(operator: &Operator<'_>) -> bool {
    use Operator as O;
    // The callee and the condition are written first, but computed last.
    !matches!(
        operator,
        O::Select
            | O::TypedSelect { .. }
            | O::TypedSelectMulti { .. }
            | O::CallIndirect { .. }
            | O::ReturnCallIndirect { .. }
            | O::CallRef { .. }
            | O::ReturnCallRef { .. }
    )
}

/// What `operator` does to `operands`.
pub(super) fn expression(
    operator: &Operator<'_>,
    operands: Vec<Expression>,
    names: Names<'_>,
) -> Expression {
    let depth = operands.iter().map(|operand| operand.depth + 1).max().unwrap_or(0);
    let has_effect =
        !Effects::of(operator).is_pure() || operands.iter().any(|operand| operand.has_effect);
    let (pieces, level) = number(operator, &operands)
        .or_else(|| access(operator, &operands))
        .or_else(|| call(operator, &operands, names))
        .or_else(|| state(operator, &operands))
        .unwrap_or_else(|| (named(operator, &operands), Level::Atom));
    Expression { pieces, level, depth, has_effect }
}

/// `operand`, in parentheses if it is looser than `level`.
fn closed(operand: &Expression, level: Level, out: &mut Pieces) {
    let is_loose = operand.level < level;
    out.plain(if is_loose { "(" } else { "" });
    out.append(&operand.pieces);
    out.plain(if is_loose { ")" } else { "" });
}

fn number(operator: &Operator<'_>, operands: &[Expression]) -> Option<(Pieces, Level)> {
    let mut out = Pieces::default();
    if let (Operator::Select | Operator::TypedSelect { .. }, [yes, no, condition]) =
        (operator, operands)
    {
        closed(condition, Level::Comparison, &mut out);
        out.put(Style::Operator, " ? ");
        closed(yes, Level::Sum, &mut out);
        out.put(Style::Operator, " : ");
        closed(no, Level::Sum, &mut out);
        return Some((out, Level::Choice));
    }
    let (ty, operation) = opcode::name(operator).split_once('.')?;
    if !NUMBERS.contains(&ty) {
        return None;
    }
    match (operation, operands) {
        ("eqz", [operand]) => Some((inverted(operand), Level::Atom)),
        ("neg", [operand]) => {
            out.put(Style::Operator, "-");
            closed(operand, Level::Atom, &mut out);
            Some((out, Level::Product))
        }
        (_, [left, right]) => {
            let (_, sign, level) = INFIX.iter().find(|(name, ..)| *name == operation)?;
            let (tight_left, tight_right) = match level {
                Level::Sum => (Level::Sum, Level::Product),
                Level::Product => (Level::Product, Level::Atom),
                Level::Comparison => (Level::Sum, Level::Sum),
                _ => (Level::Atom, Level::Atom),
            };
            closed(left, tight_left, &mut out);
            out.put(Style::Operator, &format!(" {sign} "));
            closed(right, tight_right, &mut out);
            Some((out, *level))
        }
        _ => None,
    }
}

/// The memory immediate of a plain load or store.
fn memarg(operator: &Operator<'_>) -> Option<MemArg> {
    macro_rules! of {
        ($($op:ident)*) => {
            match operator {
                $(Operator::$op { memarg })|* => Some(*memarg),
                _ => None,
            }
        };
    }
    of!(I32Load I64Load F32Load F64Load V128Load
        I32Load8S I32Load8U I32Load16S I32Load16U
        I64Load8S I64Load8U I64Load16S I64Load16U I64Load32S I64Load32U
        I32Store I64Store F32Store F64Store V128Store
        I32Store8 I32Store16 I64Store8 I64Store16 I64Store32)
}

fn access(operator: &Operator<'_>, operands: &[Expression]) -> Option<(Pieces, Level)> {
    let memarg = memarg(operator)?;
    let (ty, operation) = opcode::name(operator).split_once('.')?;
    let width = found(ACCESSES, operation)?;
    let (address, value) = match operands {
        [address] => (address, None),
        [address, value] => (address, Some(value)),
        _ => return None,
    };
    let mut out = Pieces::new(Style::Type, &format!("{ty}{width}"));
    out.plain("[");
    if memarg.memory != 0 {
        out.put(Style::Name, &format!("memory{}", memarg.memory));
        out.plain(": ");
    }
    // The offset is added without wrapping around: an addition that may wrap is in parentheses.
    closed(address, Level::Atom, &mut out);
    if memarg.offset != 0 {
        out.put(Style::Operator, " + ");
        out.put(Style::Immediate, &memarg.offset.to_string());
    }
    out.plain("]");
    assigned(value, &mut out);
    Some((out, Level::Atom))
}

fn assigned(value: Option<&Expression>, out: &mut Pieces) {
    if let Some(value) = value {
        out.plain(" = ");
        out.append(&value.pieces);
    }
}

fn arguments(operands: &[Expression], out: &mut Pieces) {
    out.plain("(");
    for (place, operand) in operands.iter().enumerate() {
        out.plain(if place > 0 { ", " } else { "" });
        out.append(&operand.pieces);
    }
    out.plain(")");
}

fn call(
    operator: &Operator<'_>,
    operands: &[Expression],
    names: Names<'_>,
) -> Option<(Pieces, Level)> {
    use Operator as O;
    let keyword = match operator {
        O::Call { .. } | O::CallIndirect { .. } | O::CallRef { .. } => "call",
        O::ReturnCall { .. } | O::ReturnCallIndirect { .. } | O::ReturnCallRef { .. } => {
            "return_call"
        }
        _ => return None,
    };
    let mut out = Pieces::new(Style::Keyword, keyword);
    out.plain(" ");
    let mut passed = operands;
    let callee = match operator {
        O::Call { .. } | O::ReturnCall { .. } => None,
        _ => {
            let (callee, others) = operands.split_last()?;
            passed = others;
            Some(callee)
        }
    };
    match (operator, callee) {
        (O::Call { function_index } | O::ReturnCall { function_index }, _) => {
            out.put(Style::Name, &names(*function_index));
        }
        (
            O::CallIndirect { type_index, table_index }
            | O::ReturnCallIndirect { type_index, table_index },
            Some(callee),
        ) => {
            out.put(Style::Name, &format!("table{table_index}"));
            out.plain("[");
            out.append(&callee.pieces);
            out.plain("]");
            out.put(Style::Type, &format!(" as type{type_index}"));
        }
        (O::CallRef { type_index } | O::ReturnCallRef { type_index }, Some(callee)) => {
            closed(callee, Level::Atom, &mut out);
            out.put(Style::Type, &format!(" as type{type_index}"));
        }
        _ => return None,
    }
    arguments(passed, &mut out);
    Some((out, Level::Atom))
}

/// Globals, tables, and what operators test references for.
fn state(operator: &Operator<'_>, operands: &[Expression]) -> Option<(Pieces, Level)> {
    let named = |name: &str, index: &u32| Pieces::new(Style::Name, &format!("{name}{index}"));
    let mut out;
    match (operator, operands) {
        (Operator::GlobalGet { global_index }, []) => out = named("global", global_index),
        (Operator::GlobalSet { global_index }, [value]) => {
            out = named("global", global_index);
            assigned(Some(value), &mut out);
        }
        (Operator::TableGet { table }, [index]) => {
            out = named("table", table);
            out.plain("[");
            out.append(&index.pieces);
            out.plain("]");
        }
        (Operator::TableSet { table }, [index, value]) => {
            out = named("table", table);
            out.plain("[");
            out.append(&index.pieces);
            out.plain("]");
            assigned(Some(value), &mut out);
        }
        _ => return None,
    }
    Some((out, Level::Atom))
}

/// `name<immediates>(operands)`; of what is constant `name<immediates>`.
fn named(operator: &Operator<'_>, operands: &[Expression]) -> Pieces {
    let mut out = Pieces::new(Style::Operator, opcode::name(operator));
    let immediates = operators::immediates(operator);
    if let Some(immediates) = immediates.strip_prefix(' ') {
        out.plain("<");
        out.put(Style::Immediate, immediates);
        out.plain(">");
    }
    if !operands.is_empty() || !Effects::of(operator).is_pure() {
        arguments(operands, &mut out);
    }
    out
}

/// What is 1 if `condition` is 0.
pub(super) fn inverted(condition: &Expression) -> Pieces {
    let mut out = Pieces::new(Style::Operator, "!");
    closed(condition, Level::Atom, &mut out);
    out
}
