//! A control-flow graph to nested constructs, to be emitted or to be read.
//!
//! Takes a function and its [`Graph`] and [`Dominators`], gives a [`Structure`]: a flat list of
//! [`Item`]s in which blocks, loops and ifs are opened and closed like in a WebAssembly body.
//!
//! The idea is N. Ramsey's ("Beyond Relooper: recursive translation of unstructured control flow to
//! structured control flow", ICFP 2022): the constructs follow the dominator tree. A block's code is
//! followed by the code of the blocks that it dominates; those in which several ways meet come
//! behind a `block` construct that all their predecessors lie in, in reverse postorder, and a loop's
//! header opens a `loop` construct. WebAssembly's graphs are reducible, so nothing is ever copied.
//! Where Ramsey's translation recurses, this one keeps a stack of what is still to be written.
//!
//! What is good to run and what is good to read differ in these points, by [`Purpose`]:
//!
//! | | [`Emission`](Purpose::Emission) | [`View`](Purpose::View) |
//! |---|---|---|
//! | what a loop dominates but doesn't contain | stays in the construct, if need be | stands behind the loop, unless it ends the function at once |
//! | a loop's end | is left | starts the loop over |
//! | the function's end | returns, if there are no results | is never reached |
//! | terminators with other ways out than a jump's or a branch's | only branch | list the ways with what they lead to |
//! | a condition under which control goes on | may branch there, so that it needs no negation | is the negation of an `if` |
//! | what is superfluous | is dropped by a second pass | is left to the writer |

use std::collections::HashSet;

use super::graph::{Dominators, Graph};
use super::{BlockId, ENTRY, Function, TerminatorKind};

mod place;
mod tidy;

use place::Places;

/// What the constructs are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To become a WebAssembly body.
    Emission,
    /// To be read.
    View,
}

/// A function's blocks as nested constructs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    /// The items, in order. Constructs are well nested.
    pub items: Vec<Item>,
}

/// Part of a structured function.
///
/// A construct's *label* is the block that a branch to it leads to. At any place at most one open
/// construct has a given label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// Opens a block: the code of its label lies behind its end.
    Block(BlockId),
    /// Opens a loop: the code of its label is what it starts with.
    Loop(BlockId),
    /// Opens an `if` on the condition of the branch that `source` ends in.
    If {
        /// The block that ends in a [`TerminatorKind::Branch`].
        source: BlockId,
        /// Whether the first arm is for the condition 0.
        inverted: bool,
        /// Where a branch to the construct leads, if there is one: the code behind its end.
        label: Option<BlockId>,
    },
    /// Starts the other arm of the innermost `if`.
    Else,
    /// Opens the list of the ways out of a block: only [`Item::Way`]s are right inside.
    Ways(BlockId),
    /// Opens a way out.
    Way(Edge),
    /// Closes the innermost construct.
    End,
    /// The instructions of a block, without its terminator.
    Code(BlockId),
    /// Control takes a way out of a block.
    Jump(Edge, Arrival),
    /// The whole terminator of a block: one that leads nowhere, or one of whose targets each is the
    /// label of an open construct.
    Leave {
        /// The block that the terminator ends.
        source: BlockId,
        /// Whether control that goes on would reach the end of the function.
        last: bool,
    },
}

/// A way out of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The block.
    pub from: BlockId,
    /// Which of its terminator's targets it is, in the order of
    /// [`Terminator::targets`](super::Terminator::targets).
    pub place: usize,
    /// The block that it leads to.
    pub to: BlockId,
}

/// How control that takes a way arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// What is written next is the block; nobody else gets there.
    Inline,
    /// By going on.
    Fall,
    /// By branching to the end of the construct that the block follows.
    Break,
    /// By starting over the loop of the block.
    Continue,
}

/// What control reaches that goes on behind a stretch of items.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Nothing in particular.
    Nothing,
    /// The code of a block.
    Block(BlockId),
    /// The end of the function.
    Exit,
}

/// What is still to be written.
enum Task {
    /// A block and all that it dominates.
    Tree(BlockId, Next),
    /// A way out, and what it alone leads to.
    Way(Edge, Arrival, Next),
    /// An item.
    Item(Item),
}

impl Structure {
    /// The constructs of `function`'s reachable blocks.
    pub fn new(
        function: &Function<'_>,
        graph: &Graph,
        dominators: &Dominators,
        purpose: Purpose,
    ) -> Structure {
        let mut writer = Writer {
            function,
            graph,
            purpose,
            places: Places::new(function, graph, dominators, purpose),
            items: Vec::with_capacity(function.blocks.len() * 3),
            tasks: Vec::new(),
        };
        let returns = purpose == Purpose::Emission && function.results.is_empty();
        if !function.blocks.is_empty() {
            let next = if returns { Next::Exit } else { Next::Nothing };
            writer.tasks.push(Task::Tree(ENTRY, next));
        }
        while let Some(task) = writer.tasks.pop() {
            match task {
                Task::Tree(block, next) => writer.tree(block, next),
                Task::Way(edge, arrival, next) => writer.way(edge, arrival, next),
                Task::Item(item) => writer.items.push(item),
            }
        }
        let items = match purpose {
            Purpose::Emission => tidy::tidy(function, &writer.items),
            Purpose::View => writer.items,
        };
        Structure { items }
    }

    /// The blocks in the order of their code.
    pub fn layout(&self) -> impl Iterator<Item = BlockId> {
        self.items.iter().filter_map(|item| match item {
            Item::Code(block) => Some(*block),
            _ => None,
        })
    }
}

/// Whether what is emitted for the terminator does nothing but branch.
fn only_branches(kind: &TerminatorKind<'_>) -> bool {
    !matches!(kind, TerminatorKind::Jump(_) | TerminatorKind::Branch { .. })
}

/// Whether the edge closes a loop.
fn is_back(graph: &Graph, source: BlockId, target: BlockId) -> bool {
    graph.order[target.0 as usize] <= graph.order[source.0 as usize]
}

struct Writer<'f, 'a> {
    function: &'f Function<'a>,
    graph: &'f Graph,
    purpose: Purpose,
    places: Places,
    items: Vec<Item>,
    tasks: Vec<Task>,
}

impl Writer<'_, '_> {
    /// A block's code in the constructs around it, and its terminator.
    fn tree(&mut self, block: BlockId, next: Next) {
        let behind_loop = std::mem::take(&mut self.places.behind_loop[block.0 as usize]);
        let mut next = self.open_blocks(&behind_loop, next);
        if self.places.is_header[block.0 as usize] {
            self.items.push(Item::Loop(block));
            self.tasks.push(Task::Item(Item::End));
            if self.purpose == Purpose::View {
                next = Next::Block(block);
            }
        }
        let behind_block = std::mem::take(&mut self.places.behind_block[block.0 as usize]);
        next = self.open_blocks(&behind_block, next);
        self.items.push(Item::Code(block));
        self.terminator(block, next);
    }

    /// Opens a construct for each of the blocks `behind`, which are to follow them, the first the
    /// innermost one. Returns what comes next inside.
    fn open_blocks(&mut self, behind: &[BlockId], mut next: Next) -> Next {
        for &block in behind.iter().rev() {
            self.items.push(Item::Block(block));
            self.tasks.push(Task::Tree(block, next));
            self.tasks.push(Task::Item(Item::End));
            next = Next::Block(block);
        }
        next
    }

    fn terminator(&mut self, source: BlockId, next: Next) {
        let edge = |place, to| Edge { from: source, place, to };
        match &self.function.terminator(source).kind {
            TerminatorKind::Jump(target) => {
                let edge = edge(0, target.block);
                self.way(edge, self.arrival(edge, next), next);
            }
            TerminatorKind::Branch { taken, otherwise, .. } => {
                self.branch(edge(0, taken.block), edge(1, otherwise.block), next);
            }
            _ if self.purpose == Purpose::View
                && !self.graph.successors[source.0 as usize].is_empty() =>
            {
                self.ways(source, next);
            }
            _ => self.items.push(Item::Leave { source, last: next == Next::Exit }),
        }
    }

    fn arrival(&self, edge: Edge, next: Next) -> Arrival {
        if next == Next::Block(edge.to) {
            Arrival::Fall
        } else if is_back(self.graph, edge.from, edge.to) {
            Arrival::Continue
        } else if self.places.follows[edge.to.0 as usize] {
            Arrival::Break
        } else {
            Arrival::Inline
        }
    }

    /// Control takes a way: right away, for what is still to be written comes behind it.
    fn way(&mut self, edge: Edge, arrival: Arrival, next: Next) {
        self.items.push(Item::Jump(edge, arrival));
        if arrival == Arrival::Inline {
            self.tasks.push(Task::Tree(edge.to, next));
        }
    }

    fn branch(&mut self, taken: Edge, otherwise: Edge, next: Next) {
        use Arrival::{Break, Continue, Fall, Inline};

        let is_silent = |(edge, arrival)| arrival == Fall && self.changes_nothing(edge);
        let mut taken = (taken, self.arrival(taken, next));
        let otherwise = (otherwise, self.arrival(otherwise, next));
        // A conditional branch needs no negation, even to where going on would lead.
        if self.purpose == Purpose::Emission
            && taken.1 == Fall
            && !matches!(otherwise.1, Break | Continue)
            && !is_silent(otherwise)
        {
            taken.1 = Break;
        }
        // Whether one of the ways is the only arm, followed by the other way, and if so, whether it
        // is the other one.
        let guard = match (taken.1, otherwise.1) {
            (Break | Continue, _) => Some(false),
            (_, Break | Continue) => Some(true),
            _ if is_silent(otherwise) => Some(false),
            _ if is_silent(taken) => Some(true),
            (Inline, _) if self.leaves(taken.0.to, next) => Some(false),
            (_, Inline) if self.leaves(otherwise.0.to, next) => Some(true),
            _ => None,
        };
        let inverted = guard == Some(true);
        let (arm, other) = if inverted { (otherwise, taken) } else { (taken, otherwise) };
        let is_left_out = is_silent(other);
        let [arm, other] = [arm, other].map(|(edge, arrival)| Task::Way(edge, arrival, next));
        let source = taken.0.from;
        self.items.push(Item::If { source, inverted, label: None });
        match guard {
            None => self.tasks.extend([Task::Item(Item::End), other, Task::Item(Item::Else), arm]),
            Some(_) if is_left_out => self.tasks.extend([Task::Item(Item::End), arm]),
            Some(_) => self.tasks.extend([other, Task::Item(Item::End), arm]),
        }
    }

    /// Whether the parameters of the block that the way leads to keep their values.
    fn changes_nothing(&self, edge: Edge) -> bool {
        let target = self.function.terminator(edge.from).target(edge.place);
        let parameters = &self.function.block(edge.to).parameters;
        target.is_some_and(|target| target.made == 0 && target.arguments == *parameters)
    }

    /// Whether control certainly doesn't go from a block's own terminator to what comes next.
    fn leaves(&self, block: BlockId, next: Next) -> bool {
        match &self.function.terminator(block).kind {
            _ if next == Next::Nothing => true,
            TerminatorKind::Jump(target) => {
                let edge = Edge { from: block, place: 0, to: target.block };
                matches!(self.arrival(edge, next), Arrival::Break | Arrival::Continue)
            }
            TerminatorKind::Return(_) => next != Next::Exit,
            TerminatorKind::TailCall { .. }
            | TerminatorKind::Throw { .. }
            | TerminatorKind::Unreachable => true,
            _ => false,
        }
    }

    /// The ways out of a block that is neither left by a jump nor by a branch. Those of a `br_table`
    /// that do the same stand for each other: the last of them is listed.
    fn ways(&mut self, source: BlockId, next: Next) {
        let terminator = self.function.terminator(source);
        let is_table = matches!(terminator.kind, TerminatorKind::Switch { .. });
        let mut listed = HashSet::new();
        self.items.push(Item::Ways(source));
        self.tasks.push(Task::Item(Item::End));
        for (place, target) in terminator.targets().into_iter().enumerate().rev() {
            if !is_table || listed.insert((target.block, &target.arguments)) {
                let edge = Edge { from: source, place, to: target.block };
                let way = Task::Way(edge, self.arrival(edge, next), next);
                let end = Task::Item(Item::End);
                self.tasks.extend([end, way, Task::Item(Item::Way(edge))]);
            }
        }
    }
}
