//! A graph to nested constructs, for reading.
//!
//! After N. Ramsey, "Beyond Relooper" (2022): the dominator tree gives the nesting, a block where
//! several ways meet becomes what follows a construct that can be broken out of, and edges to
//! loop headers continue the loop. Two things differ from what a back end wants:
//!
//! * what a loop dominates but doesn't contain stands behind the loop, not in it, unless it ends
//!   the function at once;
//! * a jump to where control arrives anyway isn't written, and an arm that never arrives there needs no
//!   `else` behind it.
//!
//! Gives a flat list of [`Step`]s, so that nothing here or behind it recurses.

use super::super::graph::{Dominators, Graph, Loops};
use super::super::{BlockId, ENTRY, Function, TerminatorKind};

/// A line, or a few, of the structured form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The instructions of a block.
    Body(BlockId),
    /// Opens a construct; breaking out of it leads to the block.
    Block(BlockId),
    /// Opens a loop that starts over with the block.
    Loop(BlockId),
    /// Opens what happens if the condition at the end of the block is not 0, or is if `inverted`.
    If { block: BlockId, inverted: bool },
    /// Ends what an `If` opened, and opens what happens else.
    Else,
    /// Opens the ways out of a block that has many.
    Ways(BlockId),
    /// Opens the way out that is described by the block's target at this place.
    Way(Edge),
    /// Ends the innermost thing that is open.
    Close,
    /// Takes a way.
    Jump(Edge, Arrival),
    /// The end of a block that leads nowhere.
    End(BlockId),
}

/// A way from a block: its terminator's target number `place`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: BlockId,
    pub(super) place: usize,
    pub(super) to: BlockId,
}

/// How a way arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// What is written next is the block; nobody else gets there.
    Inline,
    /// By going on.
    Fall,
    /// By breaking out of the construct that the block follows.
    Break,
    /// By starting over the loop of the block.
    Continue,
}

/// The structured form, and what it is about.
pub(super) struct Structure {
    pub(super) steps: Vec<Step>,
    /// For each block whether something breaks out to it.
    pub(super) broken_to: Vec<bool>,
    /// For each block whether it is the header of a loop.
    pub(super) is_header: Vec<bool>,
    /// For each block whether it follows a construct, rather than the one block that leads to it.
    pub(super) follows: Vec<bool>,
    /// For each block how many of its parameters the terminator before it makes.
    pub(super) made: Vec<u32>,
}

/// Structures the reachable blocks of `function`.
pub(super) fn structure(function: &Function<'_>) -> Structure {
    let graph = Graph::new(function);
    let dominators = Dominators::new(&graph);
    let loops = Loops::new(&graph, &dominators);
    let count = function.blocks.len();
    let mut is_header = vec![false; count];
    for found in &loops.loops {
        is_header[found.header.0 as usize] = true;
    }
    let mut made = vec![0; count];
    for target in function.terminators.iter().flat_map(|terminator| terminator.targets()) {
        made[target.block.0 as usize] = target.made;
    }
    let mut builder = Builder {
        function,
        behind_block: vec![Vec::new(); count],
        behind_loop: vec![Vec::new(); count],
        result: Structure {
            steps: Vec::new(),
            broken_to: vec![false; count],
            is_header,
            follows: vec![false; count],
            made,
        },
        order: &graph.order,
        pending: Vec::new(),
    };
    builder.place(&graph, &dominators, &loops);
    builder.run();
    builder.result
}

/// What remains to be done, last first.
enum Task {
    /// A block with all that it dominates.
    Tree(BlockId, Option<BlockId>),
    /// The same, inside its loop.
    Inside(BlockId, Option<BlockId>),
    /// A block alone, and its ways out.
    Leave(BlockId, Option<BlockId>),
    /// A way out.
    Edge(Edge, Option<BlockId>),
    Step(Step),
}

struct Builder<'f, 'a> {
    function: &'f Function<'a>,
    /// For each block the blocks that follow it and its arms, in reverse postorder.
    behind_block: Vec<Vec<BlockId>>,
    /// For each loop header the blocks that follow its loop, in reverse postorder.
    behind_loop: Vec<Vec<BlockId>>,
    result: Structure,
    order: &'f [u32],
    pending: Vec<Task>,
}

impl Builder<'_, '_> {
    /// Decides what follows what.
    fn place(&mut self, graph: &Graph, dominators: &Dominators, loops: &Loops) {
        let jumps = jumps(loops);
        for &block in graph.reverse_postorder.iter().skip(1) {
            let dominator = dominators.immediate[block.0 as usize].expect("not the entry");
            let forward = graph.predecessors[block.0 as usize]
                .iter()
                .filter(|source| graph.is_reachable(**source))
                .filter(|source| !dominators.dominates(block, **source))
                .count();
            let left = self.outermost_left(loops, &jumps, dominator, block);
            let ends = graph.successors[block.0 as usize].is_empty();
            let behind = match left {
                Some(header) if forward > 1 || !ends => &mut self.behind_loop[header.0 as usize],
                _ if forward > 1 => &mut self.behind_block[dominator.0 as usize],
                _ => continue,
            };
            behind.push(block);
            self.result.follows[block.0 as usize] = true;
        }
    }

    /// The header of the outermost loop around `inside` that `outside` is not in.
    fn outermost_left(
        &self,
        loops: &Loops,
        jumps: &[Option<u32>],
        inside: BlockId,
        outside: BlockId,
    ) -> Option<BlockId> {
        let mut shared = loops.innermost[outside.0 as usize];
        // A header's own loop isn't around its dominator.
        if self.result.is_header[outside.0 as usize] {
            shared = shared.and_then(|own| loops.loops[own as usize].parent);
        }
        let depth = |at: Option<u32>| at.map_or(0, |at| loops.loops[at as usize].depth + 1);
        let left = depth(shared) + 1;
        let mut current = loops.innermost[inside.0 as usize]?;
        if depth(Some(current)) < left {
            return None;
        }
        while depth(Some(current)) > left {
            let jump = jumps[current as usize];
            current = match depth(jump) < left {
                true => loops.loops[current as usize].parent?,
                false => jump?,
            };
        }
        Some(loops.loops[current as usize].header)
    }

    fn run(&mut self) {
        self.pending.push(Task::Tree(ENTRY, None));
        while let Some(task) = self.pending.pop() {
            match task {
                Task::Step(step) => self.result.steps.push(step),
                Task::Tree(block, next) => self.tree(block, next),
                Task::Inside(block, next) => {
                    let behind = std::mem::take(&mut self.behind_block[block.0 as usize]);
                    let inner = |next| vec![Task::Leave(block, next)];
                    self.nest(&behind, next, inner);
                }
                Task::Leave(block, next) => {
                    self.result.steps.push(Step::Body(block));
                    self.leave(block, next);
                }
                Task::Edge(edge, next) => self.edge(edge, next),
            }
        }
    }

    /// Schedules tasks to be done in this order.
    fn schedule(&mut self, tasks: Vec<Task>) {
        self.pending.extend(tasks.into_iter().rev());
    }

    fn tree(&mut self, block: BlockId, next: Option<BlockId>) {
        if !self.result.is_header[block.0 as usize] {
            self.pending.push(Task::Inside(block, next));
            return;
        }
        let behind = std::mem::take(&mut self.behind_loop[block.0 as usize]);
        let inner = |_| {
            vec![
                Task::Step(Step::Loop(block)),
                Task::Inside(block, Some(block)),
                Task::Step(Step::Close),
            ]
        };
        self.nest(&behind, next, inner);
    }

    /// Schedules `inner`, followed by the blocks `behind` and then by `next`.
    fn nest(
        &mut self,
        behind: &[BlockId],
        next: Option<BlockId>,
        inner: impl FnOnce(Option<BlockId>) -> Vec<Task>,
    ) {
        let mut tasks: Vec<Task> =
            behind.iter().rev().map(|&block| Task::Step(Step::Block(block))).collect();
        tasks.extend(inner(behind.first().copied().or(next)));
        for (place, &block) in behind.iter().enumerate() {
            tasks.push(Task::Step(Step::Close));
            tasks.push(Task::Tree(block, behind.get(place + 1).copied().or(next)));
        }
        self.schedule(tasks);
    }

    /// Schedules the ways out of `block`, behind which `next` follows.
    fn leave(&mut self, block: BlockId, next: Option<BlockId>) {
        let terminator = self.function.terminator(block);
        let edges: Vec<Edge> = terminator
            .targets()
            .iter()
            .enumerate()
            .map(|(place, target)| Edge { from: block, place, to: target.block })
            .collect();
        match (&terminator.kind, &edges[..]) {
            (TerminatorKind::Jump(_), &[edge]) => self.pending.push(Task::Edge(edge, next)),
            (TerminatorKind::Branch { .. }, &[taken, otherwise]) => {
                self.branch(block, taken, otherwise, next);
            }
            (TerminatorKind::Try { .. }, _) | (_, [_, ..]) => {
                let mut tasks = vec![Task::Step(Step::Ways(block))];
                for edge in self.distinct(edges) {
                    tasks.push(Task::Step(Step::Way(edge)));
                    tasks.push(Task::Edge(edge, next));
                    tasks.push(Task::Step(Step::Close));
                }
                tasks.push(Task::Step(Step::Close));
                self.schedule(tasks);
            }
            (_, []) => self.pending.push(Task::Step(Step::End(block))),
        }
    }

    /// Ways of a `br_table` that go the same way stand for each other: the last of them is kept.
    fn distinct(&self, edges: Vec<Edge>) -> Vec<Edge> {
        let Some(first) = edges.first() else { return edges };
        let terminator = self.function.terminator(first.from);
        if !matches!(terminator.kind, TerminatorKind::Switch { .. }) {
            return edges;
        }
        let targets = terminator.targets();
        let mut last = std::collections::HashMap::new();
        for (place, target) in targets.iter().enumerate() {
            last.insert((target.block, &target.arguments), place);
        }
        edges
            .into_iter()
            .filter(|edge| {
                let target = targets[edge.place];
                last[&(target.block, &target.arguments)] == edge.place
            })
            .collect()
    }

    fn branch(&mut self, block: BlockId, taken: Edge, otherwise: Edge, next: Option<BlockId>) {
        let open = |inverted| Task::Step(Step::If { block, inverted });
        let close = || Task::Step(Step::Close);
        let tasks = if self.is_silent(taken, next) {
            vec![open(true), Task::Edge(otherwise, next), close()]
        } else if self.is_silent(otherwise, next) {
            vec![open(false), Task::Edge(taken, next), close()]
        } else if self.never_arrives(taken, next) {
            vec![open(false), Task::Edge(taken, None), close(), Task::Edge(otherwise, next)]
        } else if self.never_arrives(otherwise, next) {
            vec![open(true), Task::Edge(otherwise, None), close(), Task::Edge(taken, next)]
        } else {
            vec![
                open(false),
                Task::Edge(taken, next),
                Task::Step(Step::Else),
                Task::Edge(otherwise, next),
                close(),
            ]
        };
        self.schedule(tasks);
    }

    fn arrival(&self, edge: Edge, next: Option<BlockId>) -> Arrival {
        let order = |block: BlockId| self.order[block.0 as usize];
        if next == Some(edge.to) {
            Arrival::Fall
        } else if order(edge.to) <= order(edge.from) {
            Arrival::Continue
        } else if self.result.follows[edge.to.0 as usize] {
            Arrival::Break
        } else {
            Arrival::Inline
        }
    }

    /// Whether nothing is written for `edge`.
    fn is_silent(&self, edge: Edge, next: Option<BlockId>) -> bool {
        let parameters = &self.function.block(edge.to).parameters;
        let target = self.function.terminator(edge.from).target(edge.place);
        self.arrival(edge, next) == Arrival::Fall
            && target.is_some_and(|target| target.made == 0 && target.arguments == *parameters)
    }

    /// Whether `edge` certainly doesn't lead to `next` by going on.
    fn never_arrives(&self, edge: Edge, next: Option<BlockId>) -> bool {
        match self.arrival(edge, next) {
            Arrival::Fall => false,
            Arrival::Break | Arrival::Continue => true,
            Arrival::Inline => {
                next.is_none() || self.function.terminator(edge.to).targets().is_empty()
            }
        }
    }

    fn edge(&mut self, edge: Edge, next: Option<BlockId>) {
        let arrival = self.arrival(edge, next);
        self.result.steps.push(Step::Jump(edge, arrival));
        match arrival {
            Arrival::Inline => self.pending.push(Task::Tree(edge.to, next)),
            Arrival::Break => self.result.broken_to[edge.to.0 as usize] = true,
            Arrival::Fall | Arrival::Continue => {}
        }
    }
}

/// For each loop one far around it, so that any loop around it can be found in logarithmic time
/// (E. W. Myers, "An Applicative Random-Access Stack", 1983).
fn jumps(loops: &Loops) -> Vec<Option<u32>> {
    let mut jumps: Vec<Option<u32>> = Vec::with_capacity(loops.loops.len());
    let depth = |at: Option<u32>| at.map_or(0, |at| loops.loops[at as usize].depth + 1);
    for found in &loops.loops {
        let parent = found.parent;
        let near = parent.and_then(|parent| jumps[parent as usize]);
        let far = near.and_then(|near| jumps[near as usize]);
        let is_even = depth(parent) - depth(near) == depth(near) - depth(far);
        jumps.push(if is_even { far } else { parent });
    }
    jumps
}
