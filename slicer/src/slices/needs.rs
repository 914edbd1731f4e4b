//! Which of the original function's values a slice has to compute, and from which it starts.

use std::collections::{BTreeSet, HashSet};

use super::flow::Flow;
use super::skeleton::{Merge, Skeleton, Ways};
use crate::ir::effects::recomputable;
use crate::ir::{Definition, ValueId};

/// The values that the computed branches of a skeleton depend on.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Parameters of blocks of the skeleton, which get their arguments from edges.
    pub(crate) merged: BTreeSet<ValueId>,
    /// Values that can't be computed from others, or that are given: in the order of their ids.
    pub(crate) leaves: BTreeSet<ValueId>,
    /// Values that are computed from others.
    pub(crate) computed: HashSet<ValueId>,
}

impl Needs {
    /// What `skeleton` needs when the values for which `is_given` holds are given.
    pub(crate) fn new(
        skeleton: &Skeleton<'_>,
        flow: &Flow<'_>,
        is_given: impl Fn(ValueId) -> bool,
    ) -> Option<Needs> {
        let condition = |block| flow.condition(skeleton.block(block).end_operator - 1);
        let conditions = skeleton.computed().map(condition).collect::<Option<Vec<ValueId>>>()?;
        let mut needs = Needs::default();
        needs.close(skeleton, flow, is_given, conditions);
        Some(needs)
    }

    /// Adds what `pending` depend on.
    pub(crate) fn close(
        &mut self,
        skeleton: &Skeleton<'_>,
        flow: &Flow<'_>,
        is_given: impl Fn(ValueId) -> bool,
        mut pending: Vec<ValueId>,
    ) {
        let ways = Ways::new(skeleton);
        let mut seen = HashSet::new();
        while let Some(value) = pending.pop() {
            if !seen.insert(value) {
                continue;
            }
            if is_given(value) {
                self.leaves.insert(value);
                continue;
            }
            match operands(skeleton, flow, &ways, value) {
                Some(Operands::Instruction(arguments)) => {
                    self.computed.insert(value);
                    pending.extend(arguments);
                }
                Some(Operands::Merge(merge)) => {
                    self.merged.insert(value);
                    pending.extend(merge.entry);
                    pending.extend(merge.edges.iter().map(|(_, _, value)| *value));
                }
                None => {
                    self.leaves.insert(value);
                }
            }
        }
    }
}

/// What a value is computed from.
pub(crate) enum Operands {
    /// The operands of the instruction that makes it.
    Instruction(Vec<ValueId>),
    /// What the edges into its block pass.
    Merge(Merge),
}

/// What `value` is computed from; `None` when it can't be.
pub(crate) fn operands(
    skeleton: &Skeleton<'_>,
    flow: &Flow<'_>,
    ways: &Ways,
    value: ValueId,
) -> Option<Operands> {
    match flow.original.value(value).definition {
        Definition::Result { instruction, .. } => {
            let instruction = flow.original.instruction(instruction);
            let possible = recomputable(&instruction.operator) && instruction.results.len() == 1;
            possible.then(|| Operands::Instruction(instruction.arguments.to_vec()))
        }
        Definition::Parameter { block, index } => {
            ways.passed(skeleton, flow, block, index).map(Operands::Merge)
        }
    }
}
