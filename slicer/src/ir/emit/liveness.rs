//! Where the values live that are kept in locals.
//!
//! Takes a schedule and the order of the blocks' code, and gives for each value the [`Ranges`] of
//! positions in which a local must hold it. Positions number the steps in the order of the code; a
//! block has one more in front, where its parameters get their values, and one behind, where its
//! targets' moves happen.
//!
//! For each value the blocks are visited through which it lives, from its uses upwards (B. Boissinot,
//! F. Brandner, A. Darte, B. Dupont de Dinechin, F. Rastello, "A Non-iterative Data-Flow Algorithm
//! for Computing Liveness Sets in Strict SSA Programs", 2011). That is as much work as there is
//! liveness, which in contrived functions is the square of their size: so beyond
//! [`MAX_LIVENESS_VISITS`] a value is taken to live all the way from its definition to its last use and,
//! when loops are around that, to the end of the loops.

use std::collections::BTreeMap;
use std::ops::Range;

use super::schedule::{Schedule, Step};
use crate::ir::graph::Graph;
use crate::ir::{BlockId, Function};
use crate::limits::MAX_LIVENESS_VISITS;

/// A set of positions, as disjoint ranges that don't touch: their ends by their starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges(BTreeMap<u32, u32>);

impl Ranges {
    /// Adds positions.
    pub(super) fn add(&mut self, range: Range<u32>) {
        let Range { mut start, mut end } = range;
        while let Some((&other_start, &other_end)) = self.0.range(..=end).next_back() {
            if other_end < start {
                break;
            }
            self.0.remove(&other_start);
            start = start.min(other_start);
            end = end.max(other_end);
        }
        self.0.insert(start, end);
    }

    /// Adds all positions of another set.
    pub(super) fn add_all(&mut self, mut other: Ranges) {
        if self.0.len() < other.0.len() {
            std::mem::swap(self, &mut other);
        }
        for (start, end) in other.0 {
            self.add(start..end);
        }
    }

    /// Whether a position of the range is in the set.
    pub(super) fn meets_range(&self, range: Range<u32>) -> bool {
        self.0.range(..range.end).next_back().is_some_and(|(_, &end)| end > range.start)
    }

    /// Whether the sets have a position in common.
    pub(super) fn meets(&self, other: &Ranges) -> bool {
        let (small, large) =
            if self.0.len() < other.0.len() { (self, other) } else { (other, self) };
        small.0.iter().any(|(&start, &end)| large.meets_range(start..end))
    }

    /// The first position and the one behind the last.
    pub(super) fn hull(&self) -> Range<u32> {
        let start = self.0.first_key_value().map_or(0, |(&start, _)| start);
        start..self.0.last_key_value().map_or(0, |(_, &end)| end)
    }

    /// Whether there are no positions.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Positions of a block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// Where its parameters get their values.
    pub(super) start: u32,
    /// Where the operands of its terminator begin.
    pub(super) operands: u32,
    /// Where its targets' moves happen.
    pub(super) end: u32,
}

/// Where values live.
pub(super) struct Liveness {
    /// Positions of each block.
    pub(super) places: Vec<Place>,
    /// Positions in which a local must hold each value; none for those that are never kept.
    pub(super) ranges: Vec<Ranges>,
    /// How often each value is pushed, kept and passed.
    pub(super) accesses: Vec<u32>,
}

/// A position at which a value is pushed.
#[derive(Clone, Copy)]
struct Use {
    block: BlockId,
    position: u32,
}

impl Liveness {
    /// Where the values of `function` live.
    pub(super) fn new(
        function: &Function<'_>,
        graph: &Graph,
        schedule: &Schedule,
        layout: &[BlockId],
    ) -> Liveness {
        let visits = MAX_LIVENESS_VISITS * (function.blocks.len() + function.values.len());
        Liveness::within(visits, function, graph, schedule, layout)
    }

    /// Where the values live, exactly as long as no more than `visits` blocks are visited.
    fn within(
        visits: usize,
        function: &Function<'_>,
        graph: &Graph,
        schedule: &Schedule,
        layout: &[BlockId],
    ) -> Liveness {
        let mut scan = Scan::new(function);
        let places = scan.positions(function, schedule, layout);
        let mut tracer = Tracer {
            graph,
            places: &places,
            loop_ends: loop_ends(graph, &places, layout),
            visited: vec![u32::MAX; function.blocks.len()],
            visits,
            pending: Vec::new(),
        };
        let trace = |(value, definition): (u32, &Option<Use>)| {
            definition.map_or(Ranges::default(), |definition| {
                tracer.trace(value, definition, &scan.uses[value as usize])
            })
        };
        let ranges = (0..).zip(&scan.definitions).map(trace).collect();
        Liveness { places, ranges, accesses: scan.accesses }
    }
}

/// Definitions and uses by position.
struct Scan {
    definitions: Vec<Option<Use>>,
    uses: Vec<Vec<Use>>,
    accesses: Vec<u32>,
}

impl Scan {
    fn new(function: &Function<'_>) -> Scan {
        let values = function.values.len();
        Scan {
            definitions: vec![None; values],
            uses: vec![Vec::new(); values],
            accesses: vec![0; values],
        }
    }

    /// Numbers all positions.
    fn positions(
        &mut self,
        function: &Function<'_>,
        schedule: &Schedule,
        layout: &[BlockId],
    ) -> Vec<Place> {
        let mut places = vec![Place::default(); function.blocks.len()];
        let mut position = 0;
        for &block in layout {
            let start = position;
            for &parameter in &function.block(block).parameters {
                self.definitions[parameter.0 as usize] = Some(Use { block, position });
            }
            position += 1;
            let steps = &schedule.blocks[block.0 as usize];
            self.steps(schedule.steps(&steps.body), block, &mut position);
            let operands = position;
            self.steps(schedule.steps(&steps.operands), block, &mut position);
            let moves = &schedule.moves[steps.moves.start as usize..steps.moves.end as usize];
            for it in moves {
                self.steps(schedule.steps(&it.steps), block, &mut position);
                self.accesses[it.parameter.0 as usize] += 1;
            }
            for it in moves {
                // If the parameter gets the value's local, nothing moves, and what other moves compute
                // must leave the local alone.
                if let [Step::Get(value)] = schedule.steps(&it.steps) {
                    self.uses[value.0 as usize].push(Use { block, position });
                }
            }
            places[block.0 as usize] = Place { start, operands, end: position };
            position += 1;
        }
        places
    }

    fn steps(&mut self, steps: &[Step], block: BlockId, position: &mut u32) {
        for step in steps {
            let at = Use { block, position: *position };
            match step {
                Step::Get(value) => self.uses[value.0 as usize].push(at),
                Step::Set(value) | Step::Tee(value) => {
                    self.definitions[value.0 as usize] = Some(at);
                }
                _ => {}
            }
            if let Step::Get(value) | Step::Set(value) | Step::Tee(value) = step {
                self.accesses[value.0 as usize] += 1;
            }
            *position += 1;
        }
    }
}

/// The loops of the graph. A loop reaches up to its last back edge, and around the loops that begin
/// before that: their code can end behind it.
fn loop_ends(graph: &Graph, places: &[Place], layout: &[BlockId]) -> LoopEnds {
    let mut found = Vec::new();
    for &block in layout {
        let start = places[block.0 as usize].start;
        let sources = &graph.predecessors[block.0 as usize];
        let end = sources.iter().map(|source| places[source.0 as usize].end + 1).max();
        if let Some(end) = end.filter(|&end| end > start) {
            found.push((start, end));
        }
    }
    // The outermost loops behind the current one, the next one last.
    let mut behind: Vec<(u32, u32)> = Vec::new();
    for (start, end) in found.iter_mut().rev() {
        while let Some((_, inner)) = behind.pop_if(|next| next.0 < *end) {
            *end = inner.max(*end);
        }
        behind.push((*start, *end));
    }
    let mut loops = LoopEnds::default();
    found.into_iter().for_each(|(start, end)| loops.add(start, end));
    loops
}

/// The loops as ranges of positions, which are nested or disjoint.
#[derive(Default)]
struct LoopEnds {
    loops: Vec<LoopRange>,
}

struct LoopRange {
    start: u32,
    end: u32,
    /// The innermost loop around it.
    parent: Option<u32>,
    /// A loop further out, so that any loop around is found in few steps: E. W. Myers, "An
    /// applicative random-access stack", 1983.
    jump: Option<u32>,
    depth: u32,
}

impl LoopEnds {
    /// Adds a loop; they come in the order of their starts.
    fn add(&mut self, start: u32, end: u32) {
        let mut parent = self.loops.len().checked_sub(1).map(|last| last as u32);
        while let Some(candidate) = parent.map(|parent| &self.loops[parent as usize])
            && candidate.end <= start
        {
            parent = candidate.parent;
        }
        let (jump, depth) = match parent.map(|parent| &self.loops[parent as usize]) {
            None => (None, 0),
            Some(around) => {
                let depth = |index: Option<u32>| {
                    index.map_or(-1, |index| i64::from(self.loops[index as usize].depth))
                };
                let further = around.jump.and_then(|jump| self.loops[jump as usize].jump);
                let is_even = i64::from(around.depth) - depth(around.jump)
                    == depth(around.jump) - depth(further);
                (if is_even && around.jump.is_some() { further } else { parent }, around.depth + 1)
            }
        };
        self.loops.push(LoopRange { start, end, parent, jump, depth });
    }

    /// The end of the outermost loop around `position` that starts behind `definition`.
    fn end_around(&self, definition: u32, position: u32) -> Option<u32> {
        let last = self.loops.partition_point(|it| it.start <= position).checked_sub(1)?;
        let mut current = Some(last as u32);
        let get = |index: u32| &self.loops[index as usize];
        while let Some(it) = current.map(get)
            && it.end <= position
        {
            current = match it.jump.map(get) {
                Some(further) if further.end <= position => it.jump,
                _ => it.parent,
            };
        }
        let mut outermost = None;
        while let Some(it) = current.map(get)
            && it.start > definition
        {
            outermost = current;
            current = match it.jump.map(get) {
                Some(further) if further.start > definition => it.jump,
                _ => it.parent,
            };
        }
        outermost.map(|index| get(index).end)
    }
}

/// Finds the positions of one value after the other.
struct Tracer<'a> {
    graph: &'a Graph,
    places: &'a [Place],
    loop_ends: LoopEnds,
    /// The last value for which each block was visited.
    visited: Vec<u32>,
    /// How many more blocks may be visited.
    visits: usize,
    pending: Vec<BlockId>,
}

impl Tracer<'_> {
    fn trace(&mut self, value: u32, definition: Use, uses: &[Use]) -> Ranges {
        let mut ranges = Ranges::default();
        if uses.is_empty() {
            // Setting it must not disturb others; an unused parameter is never set.
            if definition.position != self.places[definition.block.0 as usize].start {
                ranges.add(definition.position..definition.position + 1);
            }
            return ranges;
        }
        for it in uses {
            if it.block == definition.block {
                ranges.add(definition.position..it.position + 1);
            } else {
                ranges.add(self.places[it.block.0 as usize].start..it.position + 1);
                self.pending.push(it.block);
            }
        }
        while let Some(block) = self.pending.pop() {
            if self.visits == 0 {
                self.pending.clear();
                return self.trace_coarsely(definition, uses);
            }
            if self.visited[block.0 as usize] == value {
                continue;
            }
            self.visited[block.0 as usize] = value;
            for &source in &self.graph.predecessors[block.0 as usize] {
                self.visits = self.visits.saturating_sub(1);
                let place = self.places[source.0 as usize];
                if source == definition.block {
                    ranges.add(definition.position..place.end + 1);
                } else {
                    ranges.add(place.start..place.end + 1);
                    self.pending.push(source);
                }
            }
        }
        ranges
    }

    fn trace_coarsely(&self, definition: Use, uses: &[Use]) -> Ranges {
        let end = |it: &Use| {
            let around = self.loop_ends.end_around(definition.position, it.position);
            around.unwrap_or(0).max(it.position + 1)
        };
        let end = uses.iter().map(end).max().unwrap_or(definition.position + 1);
        let mut ranges = Ranges::default();
        ranges.add(definition.position..end);
        ranges
    }
}

#[cfg(test)]
mod tests {
    use wasmparser::{Operator, ValType};

    use super::*;
    use crate::ir::emit::Options;
    use crate::ir::graph::Dominators;
    use crate::ir::structure::{Purpose, Structure};
    use crate::ir::{ENTRY, InstructionId, Origin, Target, TerminatorKind};

    /// A loop in a loop: the code of the inner one ends behind the outer one's back edge.
    fn nested_loops() -> Function<'static> {
        let mut function = Function::default();
        let [entry, outer, inner, latch, body, exit] = [(); 6].map(|()| function.add_block(0));
        assert_eq!(entry, ENTRY);
        let [n, m] = [0, 1]
            .map(|index| function.add_parameter(ENTRY, ValType::I32, Origin::Parameter(index)));
        let to = |block| Target::new(block, Vec::new());
        let mut end = |block, kind| function.set_terminator(block, kind, 0);
        let branch = |condition, taken, otherwise| TerminatorKind::Branch {
            condition,
            taken: to(taken),
            otherwise: to(otherwise),
        };
        end(entry, TerminatorKind::Jump(to(outer)));
        end(outer, TerminatorKind::Jump(to(inner)));
        end(inner, branch(m, latch, body));
        end(latch, branch(n, outer, exit));
        end(body, TerminatorKind::Jump(to(inner)));
        end(exit, TerminatorKind::Return(Vec::new()));
        function.add_instruction(body, Operator::GlobalSet { global_index: 0 }, [n], [], 0);
        function
    }

    #[test]
    fn coarse_ranges_contain_the_exact_ones() {
        let function = nested_loops();
        let graph = Graph::new(&function);
        let dominators = Dominators::new(&graph);
        let structure = Structure::new(&function, &graph, &dominators, Purpose::Emission);
        let layout: Vec<BlockId> = structure.layout().collect();
        let kept_from = InstructionId(u32::MAX);
        let schedule = Schedule::new(&function, &graph, kept_from, &Options::default());
        let ranges =
            |visits| Liveness::within(visits, &function, &graph, &schedule, &layout).ranges;
        let last_latch = Liveness::within(0, &function, &graph, &schedule, &layout).places[4].end;
        for (exact, coarse) in ranges(usize::MAX).into_iter().zip(ranges(0)) {
            let mut both = coarse.clone();
            both.add_all(exact);
            assert_eq!(both, coarse);
            assert!(coarse.meets_range(last_latch..last_latch + 1), "{coarse:?}");
        }
    }
}
