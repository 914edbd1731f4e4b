//! The [effects](effects::Effects) of an operator as far as the order of operators depends on them.

use wasmparser::Operator;

use crate::ir::effects::{self, State};

/// A set of effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effects(u16);

/// Reading and changing each kind of state.
const STATES: [(State, Effects, Effects); 4] = [
    (State::MEMORY, Effects::READS_MEMORY, Effects::WRITES_MEMORY),
    (State::GLOBAL, Effects::READS_GLOBAL, Effects::WRITES_GLOBAL),
    (State::TABLE, Effects::READS_TABLE, Effects::WRITES_TABLE),
    (State::HEAP, Effects::READS_HEAP, Effects::WRITES_HEAP),
];

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
        let of = effects::Effects::of(operator);
        let is_load = of.reads == State::MEMORY && of.writes.is_none();
        let trap = if is_load { Effects::TRAPS_ON_LOAD } else { Effects::TRAPS };
        let mut found = if of.traps { trap } else { Effects::NONE };
        for (state, reads, writes) in STATES {
            for (does, effect) in [(of.reads, reads), (of.writes, writes)] {
                found = if does.meets(state) { found.and(effect) } else { found };
            }
        }
        found
    }

    /// Whether an operator without a use can be left out.
    pub(super) fn is_removable(self) -> bool {
        !self.meets(Effects::WRITES.and(Effects::TRAPS).and(Effects::TRAPS_ON_LOAD))
    }

    /// The effects that an operator with these must not change places with.
    pub(super) fn conflicts(self) -> Effects {
        let mut conflicts = Effects::NONE;
        for (_, reads, writes) in STATES {
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

#[cfg(test)]
mod tests {
    use wasmparser::MemArg;

    use super::*;

    #[test]
    fn what_keeps_its_place_conflicts_with_all_that_has_an_effect() {
        let keeps = Effects::of(&Operator::Call { function_index: 0 });
        let memarg = MemArg { align: 0, max_align: 0, offset: 0, memory: 0 };
        for operator in [
            Operator::MemoryGrow { mem: 0 },
            Operator::DataDrop { data_index: 0 },
            Operator::I32AtomicLoad { memarg },
            Operator::I32Load { memarg },
            Operator::I32Store { memarg },
            Operator::GlobalGet { global_index: 0 },
            Operator::TableGet { table: 0 },
            Operator::I32DivS,
        ] {
            let effects = Effects::of(&operator);
            assert!(keeps.conflicts().meets(effects), "{operator:?}");
            assert!(effects.conflicts().meets(keeps), "{operator:?}");
        }
        for (reads, writes) in [
            (Operator::I32Load { memarg }, Operator::I32Store { memarg }),
            (Operator::MemorySize { mem: 0 }, Operator::I32Store { memarg }),
            (Operator::GlobalGet { global_index: 0 }, Operator::GlobalSet { global_index: 0 }),
            (Operator::TableGet { table: 0 }, Operator::TableSet { table: 0 }),
            (Operator::TableSize { table: 0 }, Operator::TableSet { table: 0 }),
        ] {
            let (reads, writes) = (Effects::of(&reads), Effects::of(&writes));
            assert!(reads.conflicts().meets(writes) && writes.conflicts().meets(reads));
            assert!(writes.conflicts().meets(writes));
        }
        let load = Effects::of(&Operator::I32Load { memarg });
        assert!(!load.conflicts().meets(load), "loads change places");
        assert!(!load.conflicts().meets(Effects::of(&Operator::GlobalGet { global_index: 0 })));
        assert_eq!(Effects::of(&Operator::F64Add), Effects::NONE);
    }
}
