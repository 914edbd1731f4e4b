//! Blocks that always follow one another become one.
//!
//! A block with a single way in, a jump, is appended to the block that jumps. Its parameters are
//! redundant, and taken out before this pass runs; a block that still has some stays.

use crate::ir::graph::Graph;
use crate::ir::{BlockId, ENTRY, Function, TerminatorKind};

/// Appends blocks to the only block that jumps to them. Gives how many; those blocks can't be
/// reached any longer.
pub(super) fn merge(function: &mut Function<'_>) -> usize {
    let graph = Graph::new(function);
    let mut merged = 0;
    // A block comes behind its only predecessor in this order, so that the first block of a chain
    // takes in all others.
    for &block in &graph.reverse_postorder {
        while let Some(next) = follower(function, &graph, block) {
            let instructions = std::mem::take(&mut function.blocks[next.0 as usize].instructions);
            function.blocks[block.0 as usize].instructions.extend(instructions);
            let terminator = std::mem::take(&mut function.terminators[next.0 as usize].kind);
            let origin = function.terminators[next.0 as usize].origin;
            function.set_terminator(block, terminator, origin);
            merged += 1;
        }
    }
    merged
}

/// The block that can be appended to `block`.
fn follower(function: &Function<'_>, graph: &Graph, block: BlockId) -> Option<BlockId> {
    let TerminatorKind::Jump(target) = &function.terminator(block).kind else { return None };
    let next = target.block;
    let single = graph.predecessors[next.0 as usize].len() == 1;
    let plain = function.block(next).parameters.is_empty();
    (single && plain && next != ENTRY && next != block).then_some(next)
}
