//! Walks one numbered path through a region of the plan.
//!
//! Takes a function's plan, a region and a path number; gives the blocks on the path and how the
//! path ends. The number is the sum of the values of the edges on the path, and a block's edges
//! stand in ascending order of value, so at each block the last edge whose value still fits is
//! the one that was taken (T. Ball, J. R. Larus, "Efficient path profiling", MICRO-29, 1996).

use formats::plan::{Edge, Exit, FunctionPlan};

/// Where a path stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathEnd {
    /// Control arrived at this block, where a region of its own begins.
    Arrival(u32),
    /// The exit of this block ended the path: a call, a return, a throw or a trap.
    Exit(u32),
}

/// How the path numbered `path` that starts at `region` ends.
///
/// The plan must have passed [`formats::plan_check`]: its regions have no cycles.
pub(crate) fn path_end(function: &FunctionPlan, region: u32, path: u32) -> PathEnd {
    let mut block = function.regions[region as usize].start;
    let mut rest = path;
    loop {
        let Exit::Branch(edges) = &function.blocks[block as usize].exit else {
            return PathEnd::Exit(block);
        };
        let edge = edge_for(edges, rest);
        rest -= edge.value;
        block = edge.target;
        if function.blocks[block as usize].cut_on_arrival {
            return PathEnd::Arrival(block);
        }
    }
}

fn edge_for(edges: &[Edge], rest: u32) -> Edge {
    let fitting = edges.partition_point(|edge| edge.value <= rest);
    edges[fitting.saturating_sub(1)]
}

/// The successors of `block` that belong to the same region.
pub(crate) fn inner_targets(
    function: &FunctionPlan,
    block: u32,
) -> impl DoubleEndedIterator<Item = u32> + '_ {
    let edges = match &function.blocks[block as usize].exit {
        Exit::Branch(edges) => edges.as_slice(),
        _ => &[],
    };
    let targets = edges.iter().map(|edge| edge.target);
    targets.filter(|&target| !function.blocks[target as usize].cut_on_arrival)
}
