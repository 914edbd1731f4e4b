//! What each operator does besides making its results, and how certain those results are.
//!
//! Takes an [`Operator`] and gives its [`Effects`], from a table by the operators' text names: what
//! the table doesn't name does everything. A slice may compute an operator again, under another
//! engine, when that surely gives the same integers: see [`recomputable`].

use std::sync::LazyLock;

use formats::operators::{OPERATOR_COUNT, Opcode};
use wasmparser::Operator;

use super::{Definition, Function, Instruction, ValueId};
use crate::opcode::opcode;

/// What an operator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects {
    /// It may trap.
    pub traps: bool,
    /// The state that its results depend on.
    pub reads: State,
    /// The state that it changes. Making an object with an identity counts.
    pub writes: State,
    /// It runs other functions, branches, or ends the function.
    pub calls: bool,
    /// How certain its results are, given its operands and the state that it reads.
    pub results: Results,
}

/// A set of kinds of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(u8);

impl State {
    /// No state.
    pub const NONE: State = State(0);
    /// Contents and sizes of memories.
    pub const MEMORY: State = State(1);
    /// Globals.
    pub const GLOBAL: State = State(1 << 1);
    /// Contents and sizes of tables.
    pub const TABLE: State = State(1 << 2);
    /// Objects.
    pub const HEAP: State = State(1 << 3);
    /// All state: also what has no kind here.
    pub const ALL: State = State(u8::MAX);

    /// Whether it is no state at all.
    pub fn is_none(self) -> bool {
        self == State::NONE
    }

    /// Whether the two have a kind in common.
    pub fn meets(self, other: State) -> bool {
        self.0 & other.0 != 0
    }
}

/// How certain an operator's results are, given its operands and the state that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Results {
    /// The same bits in every engine.
    Certain,
    /// The same in every engine, but for the bits of a NaN.
    CertainButNan,
    /// Not to be computed again: references, vectors, what calls return.
    Opaque,
}

const PURE: Effects = Effects {
    traps: false,
    reads: State::NONE,
    writes: State::NONE,
    calls: false,
    results: Results::Certain,
};
const FLOAT: Effects = Effects { results: Results::CertainButNan, ..PURE };
const OPAQUE: Effects = Effects { results: Results::Opaque, ..PURE };
const ALL: Effects = Effects {
    traps: true,
    reads: State::ALL,
    writes: State::ALL,
    calls: true,
    results: Results::Opaque,
};

impl Effects {
    /// The effects of `operator`.
    pub fn of(operator: &Operator<'_>) -> Effects {
        opcode(operator).map_or(ALL, |opcode| TABLE[opcode.index()])
    }

    /// Whether the results depend on the operands alone and nothing else happens.
    pub fn is_pure(self) -> bool {
        !self.traps && self.is_of_operands()
    }

    /// Whether the operator can be left out when nothing uses its results.
    pub fn is_removable(self) -> bool {
        !self.traps && self.writes.is_none() && !self.calls
    }

    /// Whether the operands alone decide on the results, or on a trap, and nothing else happens.
    pub fn is_of_operands(self) -> bool {
        self.reads.is_none() && self.writes.is_none() && !self.calls
    }
}

/// Whether an engine may compute `operator` again, from operands that are equal but for the bits of
/// NaNs, and surely gets results that are equal in the same sense: equal integers, then. It may trap.
pub fn recomputable(operator: &Operator<'_>) -> bool {
    let effects = Effects::of(operator);
    effects.is_of_operands() && effects.results != Results::Opaque && observed(operator).is_none()
}

/// Whether `instruction` may trap. Most divisions are by a constant that they can be divided by.
pub fn may_trap(function: &Function<'_>, instruction: &Instruction<'_>) -> bool {
    let is_division = matches!(
        instruction.operator,
        Operator::I32DivS
            | Operator::I32DivU
            | Operator::I32RemS
            | Operator::I32RemU
            | Operator::I64DivS
            | Operator::I64DivU
            | Operator::I64RemS
            | Operator::I64RemU
    );
    let divides = || is_safe_divisor(function, instruction.arguments[1]);
    Effects::of(&instruction.operator).traps && !(is_division && divides())
}

/// Whether the results of `instruction` depend on its operands alone and nothing else happens, given
/// what it divides by.
pub fn is_pure_in(function: &Function<'_>, instruction: &Instruction<'_>) -> bool {
    let traps = may_trap(function, instruction);
    Effects { traps, ..Effects::of(&instruction.operator) }.is_pure()
}

/// Whether `value` is a constant, not 0, and not -1, by which the smallest number can't be divided.
fn is_safe_divisor(function: &Function<'_>, value: ValueId) -> bool {
    let Definition::Result { instruction, .. } = function.value(value).definition else {
        return false;
    };
    match function.instruction(instruction).operator {
        Operator::I32Const { value } => !matches!(value, -1 | 0),
        Operator::I64Const { value } => !matches!(value, -1 | 0),
        _ => false,
    }
}

/// Index of the operand whose bits show in what the result is equal to: the sign and the payload of
/// a NaN become visible.
pub fn observed(operator: &Operator<'_>) -> Option<usize> {
    match operator {
        Operator::I32ReinterpretF32 | Operator::I64ReinterpretF64 => Some(0),
        Operator::F32Copysign | Operator::F64Copysign => Some(1),
        _ => None,
    }
}

static TABLE: LazyLock<[Effects; OPERATOR_COUNT]> = LazyLock::new(|| {
    let mut table = [ALL; OPERATOR_COUNT];
    for opcode in Opcode::all() {
        table[opcode.index()] = by_name(opcode.name()).unwrap_or(ALL);
    }
    table
});

/// Prefixes of operators on vectors.
const VECTORS: [&str; 7] = ["v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2"];

/// The effects of the operator with this text name; `None` when the name is unknown.
fn by_name(name: &str) -> Option<Effects> {
    let Some((prefix, operation)) = name.split_once('.') else {
        return without_prefix(name);
    };
    match prefix {
        "i32" | "i64" => Some(integer(operation)),
        "f32" | "f64" => Some(float(operation)),
        "memory" | "table" | "global" | "data" | "elem" | "atomic" => state(name),
        "ref" | "struct" | "array" | "any" | "extern" | "i31" => reference(name),
        _ if VECTORS.contains(&prefix) => Some(access(operation).unwrap_or(OPAQUE)),
        _ => None,
    }
}

fn without_prefix(name: &str) -> Option<Effects> {
    match name {
        "select" | "nop" | "drop" => Some(PURE),
        "unreachable"
        | "block"
        | "loop"
        | "if"
        | "else"
        | "end"
        | "br"
        | "br_if"
        | "br_table"
        | "return"
        | "call"
        | "call_indirect"
        | "call_ref"
        | "return_call"
        | "return_call_indirect"
        | "return_call_ref"
        | "try_table"
        | "throw"
        | "throw_ref"
        | "br_on_null"
        | "br_on_non_null"
        | "br_on_cast"
        | "br_on_cast_fail" => Some(ALL),
        _ => None,
    }
}

/// The effects of an access to a memory.
fn access(operation: &str) -> Option<Effects> {
    let access = Effects { traps: true, reads: State::MEMORY, ..OPAQUE };
    if operation.starts_with("atomic") {
        Some(Effects { reads: State::ALL, writes: State::ALL, ..access })
    } else if operation.starts_with("store") {
        Some(Effects { reads: State::NONE, writes: State::MEMORY, ..access })
    } else if operation.starts_with("load") {
        Some(access)
    } else {
        None
    }
}

fn integer(operation: &str) -> Effects {
    const TRAPS: [&str; 3] = ["div_", "rem_", "trunc_f"];
    let traps = TRAPS.iter().any(|start| operation.starts_with(start));
    access(operation).unwrap_or(Effects { traps, ..PURE })
}

fn float(operation: &str) -> Effects {
    const CERTAIN: [&str; 12] = [
        "const",
        "eq",
        "ne",
        "lt",
        "gt",
        "le",
        "ge",
        "abs",
        "neg",
        "copysign",
        "convert",
        "reinterpret",
    ];
    let stem = operation.split('_').next().unwrap_or(operation);
    let otherwise = if CERTAIN.contains(&stem) { PURE } else { FLOAT };
    access(operation).unwrap_or(otherwise)
}

fn state(name: &str) -> Option<Effects> {
    let reads = |state| Effects { reads: state, ..OPAQUE };
    let writes = |state| Effects { writes: state, ..OPAQUE };
    let keeps_its_place = Effects { calls: false, ..ALL };
    match name {
        "global.get" => Some(reads(State::GLOBAL)),
        "memory.size" => Some(reads(State::MEMORY)),
        "table.size" => Some(reads(State::TABLE)),
        "table.get" => Some(Effects { traps: true, ..reads(State::TABLE) }),
        "global.set" => Some(writes(State::GLOBAL)),
        "table.set" => Some(Effects { traps: true, ..writes(State::TABLE) }),
        "data.drop" | "elem.drop" | "atomic.fence" => {
            Some(Effects { traps: false, ..keeps_its_place })
        }
        "local.get" | "local.set" | "local.tee" => Some(ALL),
        "memory.grow"
        | "memory.init"
        | "memory.copy"
        | "memory.fill"
        | "memory.atomic.notify"
        | "memory.atomic.wait32"
        | "memory.atomic.wait64"
        | "table.init"
        | "table.copy"
        | "table.fill"
        | "table.grow" => Some(keeps_its_place),
        _ => None,
    }
}

fn reference(name: &str) -> Option<Effects> {
    let traps = Effects { traps: true, ..OPAQUE };
    match name {
        "ref.null" | "ref.is_null" | "ref.func" | "ref.eq" | "ref.test" | "ref.i31"
        | "any.convert_extern" | "extern.convert_any" => Some(OPAQUE),
        "ref.as_non_null" | "ref.cast" | "i31.get_s" | "i31.get_u" | "array.len" => Some(traps),
        "struct.get" | "struct.get_s" | "struct.get_u" | "array.get" | "array.get_s"
        | "array.get_u" => Some(Effects { reads: State::HEAP, ..traps }),
        "struct.set" | "array.set" => Some(Effects { writes: State::HEAP, ..traps }),
        _ if name.starts_with("struct.") || name.starts_with("array.") => {
            Some(Effects { reads: State::ALL, writes: State::ALL, ..traps })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_classified() {
        let unknown: Vec<&str> = Opcode::all()
            .map(Opcode::name)
            .filter(|name| by_name(name).is_none() && !name.starts_with("local."))
            .collect();
        assert_eq!(unknown, Vec::<&str>::new());
    }

    #[test]
    fn classes_are_those_of_the_specification() {
        assert!(Effects::of(&Operator::I32Add).is_pure());
        assert!(Effects::of(&Operator::I64Add128).is_pure());
        assert!(Effects::of(&Operator::I32DivU).traps);
        assert!(Effects::of(&Operator::I32TruncF32S).traps);
        assert!(!Effects::of(&Operator::I32TruncSatF32S).traps);
        assert!(Effects::of(&Operator::I8x16Add).is_pure());
        assert!(!Effects::of(&Operator::GlobalGet { global_index: 0 }).is_pure());
        assert!(!Effects::of(&Operator::Call { function_index: 0 }).is_removable());
    }

    #[test]
    fn what_shows_the_bits_of_a_nan_is_not_recomputable() {
        for operator in [Operator::F32Add, Operator::F64Lt, Operator::F32Abs, Operator::I32DivS] {
            assert!(recomputable(&operator), "{operator:?}");
        }
        for operator in [
            Operator::I32ReinterpretF32,
            Operator::F64Copysign,
            Operator::I8x16Add,
            Operator::I32x4AllTrue,
            Operator::RefIsNull,
            Operator::MemorySize { mem: 0 },
        ] {
            assert!(!recomputable(&operator), "{operator:?}");
        }
    }
}
