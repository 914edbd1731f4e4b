//! Values that others take the place of.

use crate::ir::{Function, ValueId};

/// What takes the place of each value: itself, if nothing does.
pub(super) struct Replaced(Vec<ValueId>);

impl Replaced {
    /// Nothing is replaced yet.
    pub(super) fn new(function: &Function<'_>) -> Replaced {
        Replaced((0..function.values.len() as u32).map(ValueId).collect())
    }

    /// Lets `by` take the place of `value`. Nothing takes the place of `by`, now or later.
    pub(super) fn replace(&mut self, value: ValueId, by: ValueId) {
        self.0[value.0 as usize] = by;
    }

    /// Names what takes the places of `values`.
    pub(super) fn rename(&self, values: &mut [ValueId]) {
        for value in values {
            *value = self.0[value.0 as usize];
        }
    }

    /// Lets the whole function name what takes the places of the values that it names.
    pub(super) fn apply(&self, function: &mut Function<'_>) {
        for instruction in &mut function.instructions {
            self.rename(&mut instruction.arguments);
        }
        for terminator in &mut function.terminators {
            self.rename(terminator.arguments_mut());
            for target in terminator.targets_mut() {
                self.rename(&mut target.arguments);
            }
        }
    }
}
