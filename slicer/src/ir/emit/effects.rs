//! What an operator does besides making its results, as far as the order of operators depends on
//! it.

use std::sync::LazyLock;

use formats::operators::{OPERATOR_COUNT, Opcode};
use wasmparser::Operator;

use crate::opcode::opcode;

/// A set of effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effects(u16);

/// Effects, each a bit.
impl Effects {
    pub(super) const NONE: Effects = Effects(0);
    const READS_MEMORY: Effects = Effects(1);
    const WRITES_MEMORY: Effects = Effects(1 << 1);
    const READS_GLOBAL: Effects = Effects(1 << 2);
    const WRITES_GLOBAL: Effects = Effects(1 << 3);
    const READS_TABLE: Effects = Effects(1 << 4);
    const WRITES_TABLE: Effects = Effects(1 << 5);
    const READS_HEAP: Effects = Effects(1 << 6);
    const WRITES_HEAP: Effects = Effects(1 << 7);
    /// May trap, always in the same way: loads.
    const TRAPS_ON_LOAD: Effects = Effects(1 << 8);
    /// May trap in another way.
    const TRAPS: Effects = Effects(1 << 9);
    /// Number of effects.
    pub(super) const COUNT: usize = 10;
    /// All effects: what keeps its place.
    const ALL: Effects = Effects((1 << Effects::COUNT) - 1);
    const WRITES: Effects = Effects(
        Effects::WRITES_MEMORY.0
            | Effects::WRITES_GLOBAL.0
            | Effects::WRITES_TABLE.0
            | Effects::WRITES_HEAP.0,
    );

    const fn and(self, other: Effects) -> Effects {
        Effects(self.0 | other.0)
    }

    fn meets(self, other: Effects) -> bool {
        self.0 & other.0 != 0
    }

    /// The effects of `operator`.
    pub(super) fn of(operator: &Operator<'_>) -> Effects {
        opcode(operator).map_or(Effects::ALL, |opcode| TABLE[opcode.index()])
    }

    /// Whether an operator without a use can be left out.
    pub(super) fn is_removable(self) -> bool {
        !self.meets(Effects::WRITES.and(Effects::TRAPS).and(Effects::TRAPS_ON_LOAD))
    }

    /// The effects that an operator with these must not change places with.
    pub(super) fn conflicts(self) -> Effects {
        const STATES: [(Effects, Effects); 4] = [
            (Effects::READS_MEMORY, Effects::WRITES_MEMORY),
            (Effects::READS_GLOBAL, Effects::WRITES_GLOBAL),
            (Effects::READS_TABLE, Effects::WRITES_TABLE),
            (Effects::READS_HEAP, Effects::WRITES_HEAP),
        ];
        let mut conflicts = Effects::NONE;
        for (reads, writes) in STATES {
            if self.meets(reads) {
                conflicts = conflicts.and(writes);
            }
            if self.meets(writes) {
                conflicts = conflicts.and(reads).and(writes);
            }
        }
        // What a trap leaves behind can be seen, and so can which of two traps it was.
        let traps = Effects::TRAPS.and(Effects::TRAPS_ON_LOAD);
        if self.meets(Effects::WRITES) || self.meets(Effects::TRAPS) {
            conflicts = conflicts.and(traps);
        }
        if self.meets(traps) {
            conflicts = conflicts.and(Effects::WRITES).and(Effects::TRAPS);
        }
        conflicts
    }

    /// The numbers of the effects in the set, each below [`Effects::COUNT`].
    pub(super) fn numbers(self) -> impl Iterator<Item = usize> {
        (0..Effects::COUNT).filter(move |number| self.0 >> number & 1 != 0)
    }
}

/// The effects of each opcode.
static TABLE: LazyLock<[Effects; OPERATOR_COUNT]> = LazyLock::new(|| {
    let mut table = [Effects::ALL; OPERATOR_COUNT];
    for opcode in Opcode::all() {
        table[opcode.index()] = by_name(opcode.name());
    }
    table
});

/// The effects of the operator with this text name. All that is not known to have fewer has all.
fn by_name(name: &str) -> Effects {
    match name {
        "select" | "ref.null" | "ref.is_null" | "ref.func" | "ref.eq" | "ref.test" | "ref.i31"
        | "any.convert_extern" | "extern.convert_any" => return Effects::NONE,
        "ref.as_non_null" | "ref.cast" | "i31.get_s" | "i31.get_u" => return Effects::TRAPS,
        "global.get" => return Effects::READS_GLOBAL,
        "global.set" => return Effects::WRITES_GLOBAL,
        "memory.size" => return Effects::READS_MEMORY,
        "table.size" => return Effects::READS_TABLE,
        "table.get" => return Effects::READS_TABLE.and(Effects::TRAPS),
        "table.set" => return Effects::WRITES_TABLE.and(Effects::TRAPS),
        "struct.get" | "struct.get_s" | "struct.get_u" | "array.get" | "array.get_s"
        | "array.get_u" => return Effects::READS_HEAP.and(Effects::TRAPS),
        "array.len" => return Effects::TRAPS,
        "struct.set" | "array.set" => return Effects::WRITES_HEAP.and(Effects::TRAPS),
        _ => {}
    }
    const NUMERIC: [&str; 11] =
        ["i32", "i64", "f32", "f64", "v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2"];
    match name.split_once('.') {
        Some((prefix, operation)) if NUMERIC.contains(&prefix) => numeric(prefix, operation),
        _ => Effects::ALL,
    }
}

fn numeric(prefix: &str, operation: &str) -> Effects {
    let is_integer = prefix == "i32" || prefix == "i64";
    if operation.starts_with("atomic") {
        Effects::ALL
    } else if operation.starts_with("load") {
        Effects::READS_MEMORY.and(Effects::TRAPS_ON_LOAD)
    } else if operation.starts_with("store") {
        Effects::WRITES_MEMORY.and(Effects::TRAPS)
    } else if is_integer
        && (operation.starts_with("div")
            || operation.starts_with("rem")
            || operation.starts_with("trunc_f"))
    {
        Effects::TRAPS
    } else {
        Effects::NONE
    }
}
