//! A function's values and how they flow, found by what the plan knows: blocks, edges, operators.

use std::collections::HashMap;
use std::sync::OnceLock;

use formats::plan::{Block, Origin, Recorded};
use wasmparser::Operator;

use super::branches::Branches;
use super::skeleton::Skeleton;
use crate::Error;
use crate::ir::{self, BlockId, Function, Instruction, InstructionId, TerminatorKind, ValueId};
use crate::module::Module;

/// Finds a function's values in its SSA form by what the plan knows: blocks and edges.
#[derive(Debug)]
pub(crate) struct Flow<'a> {
    pub(crate) original: Function<'a>,
    branches: Branches,
    /// The blocks of the SSA form by their first operator, in ascending order.
    starts: Vec<(u32, BlockId)>,
    /// The blocks of the SSA form by the operator that ends them.
    ends: HashMap<u32, BlockId>,
    /// The instructions by their operators, in ascending order.
    instructions: Vec<(u32, InstructionId)>,
    /// The values that have a name, by it.
    names: OnceLock<HashMap<Origin, Vec<ValueId>>>,
}

impl<'a> Flow<'a> {
    /// That of the defined function number `function`.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] when a named limit is exceeded.
    pub(crate) fn of(module: &Module<'a>, function: u32) -> Result<Flow<'a>, Error> {
        let original = ir::build::build(module, function)?;
        let mut starts = Vec::new();
        let mut ends = HashMap::new();
        for block in original.block_ids() {
            let first = original.block(block).first_operator;
            if first != u32::MAX {
                starts.push((first, block));
            }
            let origin = original.terminator(block).origin;
            if origin != u32::MAX {
                ends.insert(origin, block);
            }
        }
        starts.sort_by_key(|(first, _)| *first);
        let numbered = (0..).zip(&original.instructions);
        let mut instructions: Vec<(u32, InstructionId)> = numbered
            .filter(|(_, instruction)| instruction.origin != u32::MAX)
            .map(|(number, instruction)| (instruction.origin, InstructionId(number)))
            .collect();
        instructions.sort_unstable();
        let branches = Branches::read(module, function)?;
        Ok(Flow { original, branches, starts, ends, instructions, names: OnceLock::new() })
    }

    /// The block of the SSA form whose first operator is `operator`.
    pub(crate) fn block_at(&self, operator: u32) -> Option<BlockId> {
        let found = self.starts.binary_search_by_key(&operator, |(first, _)| *first).ok()?;
        Some(self.starts[found].1)
    }

    /// Whether the function writes to its local `local`.
    pub(crate) fn is_assigned(&self, local: u32) -> bool {
        self.branches.assigns(local)
    }

    /// The instructions of the blocks of `skeleton`.
    pub(crate) fn instructions(
        &self,
        skeleton: &Skeleton<'_>,
    ) -> impl Iterator<Item = &Instruction<'a>> {
        let blocks = skeleton.blocks.iter().filter(|&&block| skeleton.runs(block));
        blocks.map(|&block| skeleton.block(block)).flat_map(|block| {
            let (first, end) = (block.first_operator, block.end_operator);
            let from = self.instructions.partition_point(|(origin, _)| *origin < first);
            let within = self.instructions[from..].iter().take_while(move |(at, _)| *at < end);
            within.map(|(_, id)| self.original.instruction(*id))
        })
    }

    /// For each of `recorded`, which `skeleton` records, the values of the SSA form that it is.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] when there is no such value.
    pub(super) fn recorded(
        &self,
        skeleton: &Skeleton<'_>,
        recorded: &[Recorded],
    ) -> Result<Vec<(Recorded, Vec<ValueId>)>, Error> {
        let value_of = |recorded: &Recorded| {
            let values = match recorded.value {
                Origin::Global(global) => Some(self.reads_of_global(skeleton, global)),
                name => self.names.get_or_init(|| self.named()).get(&name).cloned(),
            };
            let ty = super::recorded_type(recorded.ty);
            let fits = |values: &Vec<ValueId>| {
                values.iter().all(|&value| self.original.value(value).ty == ty)
            };
            let values = values.filter(fits).ok_or_else(|| {
                Error::PlanMismatch(format!("no value {:?} of this type", recorded.value))
            })?;
            Ok((*recorded, values))
        };
        recorded.iter().map(value_of).collect()
    }

    fn named(&self) -> HashMap<Origin, Vec<ValueId>> {
        let mut names: HashMap<Origin, Vec<ValueId>> = HashMap::new();
        for (number, value) in (0..).zip(&self.original.values) {
            if let Some(name) = value.origin.name() {
                names.entry(name).or_default().push(ValueId(number));
            }
        }
        names
    }

    /// The results of the reads of `global` within `skeleton`.
    pub(crate) fn reads_of_global(&self, skeleton: &Skeleton<'_>, global: u32) -> Vec<ValueId> {
        let reads = self.instructions(skeleton).filter(|instruction| {
            matches!(instruction.operator, Operator::GlobalGet { global_index }
                if global_index == global)
        });
        reads.map(|instruction| instruction.results[0]).collect()
    }

    /// The operand that decides the branch at `operator`, if it is a number.
    pub(crate) fn condition(&self, operator: u32) -> Option<ValueId> {
        match &self.original.terminator(*self.ends.get(&operator)?).kind {
            TerminatorKind::Branch { condition, .. } => Some(*condition),
            TerminatorKind::Switch { index, .. } => Some(*index),
            _ => None,
        }
    }

    /// For each target of the branch at `operator`, in the order of the SSA form, the edge that it
    /// takes.
    pub(crate) fn edges(&self, operator: u32) -> Vec<usize> {
        self.branches.edges(operator)
    }

    /// Whether the branch at `operator` is a `br_table`.
    pub(super) fn is_table(&self, operator: u32) -> bool {
        self.branches.is_table(operator)
    }

    /// What the one edge from outside into the header of a nest passes for the parameter number
    /// `index` of `header`.
    pub(crate) fn entry_argument(
        &self,
        skeleton: &Skeleton<'_>,
        header: BlockId,
        index: usize,
    ) -> Option<ValueId> {
        let operator = skeleton.function.loops[skeleton.nest? as usize].operator;
        let blocks = &skeleton.function.blocks;
        let behind = blocks.partition_point(|block| block.first_operator <= operator);
        self.argument(&blocks[behind.checked_sub(1)?], 0, header, index)
    }

    /// First operator of the block `block` of the SSA form.
    pub(crate) fn meeting_point(&self, block: BlockId) -> u32 {
        self.original.block(block).first_operator
    }

    /// What the edge number `edge` of the plan's block `from` passes for the parameter number
    /// `index` of `into`; `None` when the edge doesn't lead there.
    pub(crate) fn argument(
        &self,
        from: &Block,
        edge: usize,
        into: BlockId,
        index: usize,
    ) -> Option<ValueId> {
        if from.first_operator == from.end_operator {
            return None;
        }
        let last = from.end_operator - 1;
        let source = match self.ends.get(&last) {
            Some(&source) => source,
            None => {
                let behind = self.starts.partition_point(|(first, _)| *first <= last);
                self.starts[behind.checked_sub(1)?].1
            }
        };
        let terminator = self.original.terminator(source);
        let targets = terminator.targets();
        let place = match targets.len() {
            1 => 0,
            _ => self.edges(last).iter().position(|&found| found == edge)?,
        };
        let target = targets.get(place)?;
        let mut block = target.block;
        let mut arguments = target.arguments.clone();
        let mut made = target.made as usize;
        // Blocks that only pass values on stand between where an operator makes some of them.
        // A loop without anything in it would go on for ever.
        let mut passed_on = 0;
        while block != into {
            passed_on += 1;
            if passed_on > self.original.blocks.len() {
                return None;
            }
            let TerminatorKind::Jump(next) = &self.original.terminator(block).kind else {
                return None;
            };
            let passing = self.original.block(block);
            if !passing.instructions.is_empty() {
                return None;
            }
            let passed = |value: &ValueId| {
                let place = passing.parameters.iter().position(|found| found == value);
                match place {
                    Some(place) if place >= made => arguments[place - made],
                    _ => *value,
                }
            };
            arguments = next.arguments.iter().map(passed).collect();
            made = next.made as usize;
            block = next.block;
        }
        arguments.get(index.checked_sub(made)?).copied()
    }
}
