//! Which blocks follow a construct, and which one.

use super::super::graph::{Dominators, Graph, Loops};
use super::super::{BlockId, Function};
use super::{Purpose, is_back, only_branches};

/// Where the code of blocks stands.
pub(super) struct Places {
    /// For each block the blocks that follow it and its arms, in reverse postorder.
    pub(super) behind_block: Vec<Vec<BlockId>>,
    /// For each loop header the blocks that follow its loop, in reverse postorder.
    pub(super) behind_loop: Vec<Vec<BlockId>>,
    /// For each block whether it follows a construct, rather than the one block that leads to it.
    pub(super) follows: Vec<bool>,
    /// For each block whether it is the header of a loop.
    pub(super) is_header: Vec<bool>,
}

impl Places {
    pub(super) fn new(
        function: &Function<'_>,
        graph: &Graph,
        dominators: &Dominators,
        purpose: Purpose,
    ) -> Places {
        let count = function.blocks.len();
        let mut places = Places {
            behind_block: vec![Vec::new(); count],
            behind_loop: vec![Vec::new(); count],
            follows: vec![false; count],
            is_header: vec![false; count],
        };
        let exits = (purpose == Purpose::View).then(|| Exits::new(graph, dominators));
        for &block in &graph.reverse_postorder {
            let index = block.0 as usize;
            let sources = graph.predecessors[index].iter().copied();
            let (back, forward): (Vec<BlockId>, Vec<BlockId>) = sources
                .filter(|&source| graph.is_reachable(source))
                .partition(|&source| is_back(graph, source, block));
            places.is_header[index] = !back.is_empty();
            let Some(dominator) = dominators.immediate[index] else { continue };
            let needs_label = forward.len() > 1
                || purpose == Purpose::Emission
                    && only_branches(&function.terminator(forward[0]).kind);
            let is_end = graph.successors[index].is_empty();
            let left = exits.as_ref().and_then(|exits| exits.outermost_left(dominator, block));
            let behind = match left {
                Some(header) if needs_label || !is_end => {
                    &mut places.behind_loop[header.0 as usize]
                }
                _ if needs_label => &mut places.behind_block[dominator.0 as usize],
                _ => continue,
            };
            behind.push(block);
            places.follows[index] = true;
        }
        places
    }
}

/// The loops that ways leave.
struct Exits {
    loops: Loops,
    /// For each loop one far around it, so that any loop around it can be found in logarithmic time
    /// (E. W. Myers, "An Applicative Random-Access Stack", 1983).
    far: Vec<Option<u32>>,
}

impl Exits {
    fn new(graph: &Graph, dominators: &Dominators) -> Exits {
        let loops = Loops::new(graph, dominators);
        let mut exits = Exits { far: Vec::with_capacity(loops.loops.len()), loops };
        for found in &exits.loops.loops {
            let parent = found.parent;
            let near = parent.and_then(|parent| exits.far[parent as usize]);
            let far = near.and_then(|near| exits.far[near as usize]);
            let [first, second, third] = [parent, near, far].map(|at| exits.depth(at));
            exits.far.push(if first - second == second - third { far } else { parent });
        }
        exits
    }

    /// Number of loops around what is right in a loop.
    fn depth(&self, at: Option<u32>) -> u32 {
        at.map_or(0, |at| self.loops.loops[at as usize].depth + 1)
    }

    /// The header of the outermost loop around `inside` that `outside` is not in.
    fn outermost_left(&self, inside: BlockId, outside: BlockId) -> Option<BlockId> {
        let found = |at: u32| &self.loops.loops[at as usize];
        let mut shared = self.loops.innermost[outside.0 as usize];
        // A header's own loop isn't around its dominator.
        if let Some(own) = shared
            && found(own).header == outside
        {
            shared = found(own).parent;
        }
        let left = self.depth(shared) + 1;
        let mut current = self.loops.innermost[inside.0 as usize]?;
        if self.depth(Some(current)) < left {
            return None;
        }
        while self.depth(Some(current)) > left {
            let far = self.far[current as usize];
            current = if self.depth(far) < left { found(current).parent? } else { far? };
        }
        Some(found(current).header)
    }
}
