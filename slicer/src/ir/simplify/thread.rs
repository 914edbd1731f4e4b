//! Ways that lead through a branch whose outcome is known on them lead on at once.
//!
//! A block that does nothing but branch, on its parameters or what it computes from them, is passed
//! by on each way in that passes constants which decide the branch. Nothing but constants is computed
//! again, and every way in is looked at once, and followed over at most [`MAX_THREADED_BRANCHES`] blocks.
//!
//! The block's values must be of use in the block alone, for it no longer dominates what follows.
//! It must not be the header of a loop, for the loop could then be entered at several blocks: a way
//! around any other block is like a copy of that block, and leaves the graph reducible.

use smallvec::SmallVec;

use super::constants::{Constant, constant, evaluate};
use crate::ir::effects::Effects;
use crate::ir::graph::Graph;
use crate::ir::{BlockId, Definition, ENTRY, Function, Target, TerminatorKind, ValueId};
use crate::limits::{MAX_THREADED_BRANCHES, MAX_THREADED_INSTRUCTIONS};

/// Leads ways past branches that are decided on them. Gives how many.
pub(super) fn thread(function: &mut Function<'_>) -> usize {
    let passable = passable(function);
    let mut threaded = 0;
    for block in function.block_ids() {
        let mut changed: Vec<(usize, Target)> = Vec::new();
        let targets = function.terminator(block).targets();
        let ways: SmallVec<[(usize, Target); 2]> = (0..)
            .zip(targets)
            .filter(|(_, target)| passable[target.block.0 as usize] && target.made == 0)
            .map(|(place, target)| (place, target.clone()))
            .collect();
        for (place, way) in ways {
            let mut end = way.clone();
            for _ in 0..MAX_THREADED_BRANCHES {
                let Some(onward) = onward(function, &passable, block, &end) else { break };
                end = onward;
            }
            if end != way {
                changed.push((place, end));
            }
        }
        threaded += changed.len();
        let mut targets = function.terminators[block.0 as usize].targets_mut();
        for (place, way) in changed {
            *targets[place] = way;
        }
    }
    threaded
}

/// Which blocks a way can lead past.
fn passable(function: &Function<'_>) -> Vec<bool> {
    let graph = Graph::new(function);
    let mut passable: Vec<bool> = function
        .block_ids()
        .map(|block| block != ENTRY && only_branches(function, block) && !is_header(&graph, block))
        .collect();
    let mut block_of = vec![ENTRY; function.instructions.len()];
    for block in function.block_ids() {
        for instruction in &function.block(block).instructions {
            block_of[instruction.0 as usize] = block;
        }
    }
    let mut used_in = |value: ValueId, user: BlockId| {
        let maker = match function.value(value).definition {
            Definition::Parameter { block, .. } => block,
            Definition::Result { instruction, .. } => block_of[instruction.0 as usize],
        };
        passable[maker.0 as usize] &= maker == user;
    };
    for block in function.block_ids() {
        for &instruction in &function.block(block).instructions {
            let arguments = &function.instruction(instruction).arguments;
            arguments.iter().for_each(|&value| used_in(value, block));
        }
        let terminator = function.terminator(block);
        terminator.arguments().iter().for_each(|&value| used_in(value, block));
        for target in terminator.targets() {
            target.arguments.iter().for_each(|&value| used_in(value, block));
        }
    }
    passable
}

fn only_branches(function: &Function<'_>, block: BlockId) -> bool {
    let instructions = &function.block(block).instructions;
    let kind = &function.terminator(block).kind;
    matches!(kind, TerminatorKind::Branch { .. } | TerminatorKind::Switch { .. })
        && instructions.len() <= MAX_THREADED_INSTRUCTIONS
        && instructions
            .iter()
            .all(|&id| Effects::of(&function.instruction(id).operator).is_removable())
}

/// Whether a loop starts with `block`: a way leads back to it.
fn is_header(graph: &Graph, block: BlockId) -> bool {
    let order = |block: BlockId| graph.order[block.0 as usize];
    graph.predecessors[block.0 as usize].iter().any(|&source| order(source) >= order(block))
}

/// Where `way`, from the block `source`, leads behind the branch that it leads to. Constants that the
/// branch passes on are made at the end of `source`.
fn onward(
    function: &mut Function<'_>,
    passable: &[bool],
    source: BlockId,
    way: &Target,
) -> Option<Target> {
    if !passable[way.block.0 as usize] {
        return None;
    }
    let there = There::new(function, way);
    let target = match &function.terminator(way.block).kind {
        TerminatorKind::Branch { condition, taken, otherwise } => {
            match there.constant(function, *condition)? {
                Constant::I32(0) => otherwise,
                _ => taken,
            }
        }
        TerminatorKind::Switch { index, targets, default } => {
            let Constant::I32(index) = there.constant(function, *index)? else { return None };
            targets.get(index as u32 as usize).unwrap_or(default)
        }
        _ => return None,
    };
    let block = target.block;
    let passed: Vec<Passed> = target
        .arguments
        .iter()
        .map(|&value| there.passed(function, value))
        .collect::<Option<_>>()?;
    let arguments = passed
        .into_iter()
        .map(|passed| match passed {
            Passed::Value(value) => value,
            Passed::Constant(constant) => make(function, source, constant),
        })
        .collect();
    Some(Target::new(block, arguments))
}

/// Makes `constant` at the end of `block`.
fn make(function: &mut Function<'_>, block: BlockId, constant: Constant) -> ValueId {
    let made = function.add_instruction(block, constant.into(), [], [constant.ty()], u32::MAX);
    function.instruction(made).results[0]
}

/// What is known in a block that a certain way leads to.
struct There<'w> {
    way: &'w Target,
    /// Results of the block's instructions: the integers that they are on this way, if they are
    /// known.
    results: SmallVec<[(ValueId, Option<Constant>); MAX_THREADED_INSTRUCTIONS]>,
}

/// An argument of the way behind the branch.
enum Passed {
    Value(ValueId),
    Constant(Constant),
}

impl<'w> There<'w> {
    fn new(function: &Function<'_>, way: &'w Target) -> There<'w> {
        let mut there = There { way, results: SmallVec::new() };
        for &id in &function.block(way.block).instructions {
            let instruction = function.instruction(id);
            let operands = instruction.arguments.iter();
            let operands: Option<SmallVec<[Constant; 3]>> =
                operands.map(|&operand| there.constant(function, operand)).collect();
            let known = operands.and_then(|operands| evaluate(&instruction.operator, &operands));
            there.results.extend(instruction.results.iter().map(|&result| (result, known)));
        }
        there
    }

    /// What `value` is called on the way.
    fn passed(&self, function: &Function<'_>, value: ValueId) -> Option<Passed> {
        if let Some((_, constant)) = self.results.iter().find(|(result, _)| *result == value) {
            return constant.map(Passed::Constant);
        }
        Some(Passed::Value(match function.value(value).definition {
            Definition::Parameter { block, index } if block == self.way.block => {
                self.way.arguments[index as usize]
            }
            _ => value,
        }))
    }

    /// The integer that `value` is on the way.
    fn constant(&self, function: &Function<'_>, value: ValueId) -> Option<Constant> {
        match self.passed(function, value)? {
            Passed::Value(value) => constant(function, value),
            Passed::Constant(constant) => Some(constant),
        }
    }
}
