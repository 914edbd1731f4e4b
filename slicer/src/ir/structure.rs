//! A control-flow graph to nested constructs.
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
//! A second pass drops the constructs that no branch needs, and closes loops right behind the last
//! branch that repeats them.

use std::collections::HashMap;

use super::graph::{Dominators, Graph};
use super::{BlockId, ENTRY, Function, TerminatorKind};

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
    /// Opens a block: the code of `label` lies behind its end.
    Block {
        /// Where a branch to the construct leads.
        label: BlockId,
    },
    /// Opens a loop: the code of `label` is what it starts with.
    Loop {
        /// Where a branch to the construct leads.
        label: BlockId,
    },
    /// Opens an `if` on the condition of the branch that `source` ends in.
    If {
        /// The block that ends in a [`TerminatorKind::Branch`].
        source: BlockId,
        /// Where a branch to the construct leads, if there is one: the code behind its end.
        label: Option<BlockId>,
    },
    /// Starts the other arm of the innermost `if`.
    Else,
    /// Closes the innermost construct.
    End,
    /// The instructions of a block, without its terminator.
    Code(BlockId),
    /// Branches on the condition of the branch that `source` ends in, and goes on otherwise.
    BranchIf {
        /// The block that ends in a [`TerminatorKind::Branch`].
        source: BlockId,
        /// Whether it branches when the condition is 0.
        negated: bool,
        /// Where it leads.
        label: BlockId,
    },
    /// Control takes a target of the terminator of `source`.
    Jump {
        /// The block that the terminator ends.
        source: BlockId,
        /// Index of the target, in the order of [`Terminator::targets`](super::Terminator::targets).
        edge: u32,
        /// The label to branch to; `None` when control gets there by going on.
        label: Option<BlockId>,
    },
    /// The whole terminator of a block, when it is neither a jump nor a branch. Each of its targets
    /// is the label of an open construct.
    Leave {
        /// The block that the terminator ends.
        source: BlockId,
        /// Whether control that goes on would reach the end of the function.
        last: bool,
    },
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
    /// A block's code, its terminator, and the blocks whose only predecessor it is.
    Node(BlockId, Next),
    /// An item.
    Item(Item),
}

impl Structure {
    /// The constructs of `function`, whose blocks are all reachable.
    pub fn new(function: &Function<'_>, graph: &Graph, dominators: &Dominators) -> Structure {
        let mut writer = Writer {
            function,
            graph,
            labelled: labelled(function, graph),
            children: dominators.children(graph),
            items: Vec::with_capacity(function.blocks.len() * 3),
            tasks: Vec::new(),
        };
        let exit = if function.results.is_empty() { Next::Exit } else { Next::Nothing };
        if !function.blocks.is_empty() {
            writer.tasks.push(Task::Tree(ENTRY, exit));
        }
        while let Some(task) = writer.tasks.pop() {
            match task {
                Task::Tree(block, next) => writer.tree(block, next),
                Task::Node(block, next) => writer.node(block, next),
                Task::Item(item) => writer.items.push(item),
            }
        }
        Structure { items: tidy(function, &writer.items) }
    }

    /// The blocks in the order of their code.
    pub fn layout(&self) -> impl Iterator<Item = BlockId> {
        self.items.iter().filter_map(|item| match item {
            Item::Code(block) => Some(*block),
            _ => None,
        })
    }
}

/// Whether the terminator can only lead to labels.
fn needs_labels(kind: &TerminatorKind<'_>) -> bool {
    !matches!(kind, TerminatorKind::Jump(_) | TerminatorKind::Branch { .. })
}

/// The blocks whose forward edges lead to a label: those in which several meet, and the targets of
/// terminators that can do nothing but branch.
fn labelled(function: &Function<'_>, graph: &Graph) -> Vec<bool> {
    let is_labelled = |block: BlockId| {
        let mut forward = graph.predecessors[block.0 as usize]
            .iter()
            .filter(|&&source| !is_back(graph, source, block));
        let Some(&first) = forward.next() else { return false };
        forward.next().is_some() || needs_labels(&function.terminator(first).kind)
    };
    function.block_ids().map(is_labelled).collect()
}

/// Whether the edge closes a loop.
fn is_back(graph: &Graph, source: BlockId, target: BlockId) -> bool {
    graph.order[target.0 as usize] <= graph.order[source.0 as usize]
}

struct Writer<'f, 'a> {
    function: &'f Function<'a>,
    graph: &'f Graph,
    labelled: Vec<bool>,
    children: Vec<Vec<BlockId>>,
    items: Vec<Item>,
    tasks: Vec<Task>,
}

impl Writer<'_, '_> {
    /// The constructs around a block, and behind each of them the tree that its label leads to.
    fn tree(&mut self, block: BlockId, next: Next) {
        let is_loop = self.graph.predecessors[block.0 as usize]
            .iter()
            .any(|&source| is_back(self.graph, source, block));
        if is_loop {
            self.items.push(Item::Loop { label: block });
            self.tasks.push(Task::Item(Item::End));
        }
        let mut following = next;
        for &child in self.children[block.0 as usize].iter().rev() {
            if self.labelled[child.0 as usize] {
                self.items.push(Item::Block { label: child });
                self.tasks.push(Task::Tree(child, following));
                self.tasks.push(Task::Item(Item::End));
                following = Next::Block(child);
            }
        }
        self.tasks.push(Task::Node(block, following));
    }

    fn node(&mut self, block: BlockId, next: Next) {
        self.items.push(Item::Code(block));
        match &self.function.terminator(block).kind {
            TerminatorKind::Jump(target) => self.jump(block, 0, target.block, next),
            TerminatorKind::Branch { taken, otherwise, .. } => {
                self.branch(block, taken.block, otherwise.block, next);
            }
            _ => self.items.push(Item::Leave { source: block, last: next == Next::Exit }),
        }
    }

    fn leads_to_label(&self, source: BlockId, target: BlockId) -> bool {
        self.labelled[target.0 as usize] || is_back(self.graph, source, target)
    }

    /// Control takes an edge: right away, for what is still to be written comes behind it.
    fn jump(&mut self, source: BlockId, edge: u32, target: BlockId, next: Next) {
        for task in self.jump_tasks(source, edge, target, next).into_iter().flatten() {
            self.tasks.push(task);
        }
    }

    /// The tasks of a jump, the last first.
    fn jump_tasks(
        &self,
        source: BlockId,
        edge: u32,
        target: BlockId,
        next: Next,
    ) -> [Option<Task>; 2] {
        let jump = |label| Some(Task::Item(Item::Jump { source, edge, label }));
        if !self.leads_to_label(source, target) {
            [Some(Task::Tree(target, next)), jump(None)]
        } else if next == Next::Block(target) {
            [None, jump(None)]
        } else {
            [None, jump(Some(target))]
        }
    }

    fn branch(&mut self, source: BlockId, taken: BlockId, otherwise: BlockId, next: Next) {
        let to_label = (self.leads_to_label(source, taken), self.leads_to_label(source, otherwise));
        let branch_if = |negated, label| Item::BranchIf { source, negated, label };
        match to_label {
            (true, true) if next == Next::Block(taken) && taken != otherwise => {
                self.items.push(branch_if(true, otherwise));
                self.jump(source, 0, taken, next);
            }
            (true, _) => {
                self.items.push(branch_if(false, taken));
                self.jump(source, 1, otherwise, next);
            }
            (false, true) if next != Next::Block(otherwise) => {
                self.items.push(branch_if(true, otherwise));
                self.jump(source, 0, taken, next);
            }
            _ => self.two_arms(source, taken, otherwise, next),
        }
    }

    fn two_arms(&mut self, source: BlockId, taken: BlockId, otherwise: BlockId, next: Next) {
        self.items.push(Item::If { source, label: None });
        let is_flat = next == Next::Nothing || self.leaves(taken, next);
        if is_flat && !self.leads_to_label(source, otherwise) {
            // The first arm never reaches its end, so that the other needs no construct.
            self.jump(source, 1, otherwise, next);
            self.tasks.push(Task::Item(Item::End));
            self.jump(source, 0, taken, Next::Nothing);
        } else {
            self.tasks.push(Task::Item(Item::End));
            self.jump(source, 1, otherwise, next);
            self.tasks.push(Task::Item(Item::Else));
            self.jump(source, 0, taken, next);
        }
    }

    /// Whether control certainly doesn't go from a block's own terminator to what comes next.
    fn leaves(&self, block: BlockId, next: Next) -> bool {
        match &self.function.terminator(block).kind {
            TerminatorKind::Jump(target) => {
                self.leads_to_label(block, target.block) && next != Next::Block(target.block)
            }
            TerminatorKind::Return(_) => next != Next::Exit,
            TerminatorKind::TailCall { .. }
            | TerminatorKind::Throw { .. }
            | TerminatorKind::Unreachable => true,
            _ => false,
        }
    }
}

/// How a construct is used. Constructs are named by the index of the item that opens them.
#[derive(Clone, Copy)]
struct Use {
    /// The first item that branches to it; `usize::MAX` when none does.
    first: usize,
    /// The last item that branches to it.
    last: usize,
    /// The item that closes it.
    end: usize,
}

/// Drops the constructs that no branch leads to, gives the label of a block to the `if` that ends
/// with it when only the `if` branches there, and closes loops early.
fn tidy(function: &Function<'_>, items: &[Item]) -> Vec<Item> {
    let uses = uses(function, items);
    let if_labels = if_labels(items, &uses);
    let mut is_dropped = vec![false; items.len()];
    let mut tidied = Vec::with_capacity(items.len());
    let mut open: Vec<usize> = Vec::new();
    for (index, &item) in items.iter().enumerate() {
        let used = &uses[index];
        match item {
            Item::Block { label } => {
                let is_if = if_labels.get(&used.end).is_some_and(|&(_, of_if)| of_if == label);
                is_dropped[used.end] = is_if || used.first == usize::MAX;
                is_dropped[index] = is_dropped[used.end];
            }
            Item::Loop { .. } => is_dropped[used.end] = true,
            _ => {}
        }
        if !is_dropped[index] {
            tidied.push(match item {
                Item::If { source, .. } => {
                    let label = if_labels.get(&(used.end + 1)).filter(|(of, _)| *of == index);
                    Item::If { source, label: label.map(|&(_, label)| label) }
                }
                item => item,
            });
            match item {
                Item::Block { .. } | Item::Loop { .. } | Item::If { .. } => open.push(index),
                Item::End => drop(open.pop()),
                _ => {}
            }
        }
        while let Some(&innermost) = open.last()
            && matches!(items[innermost], Item::Loop { .. })
            && uses[innermost].last <= index
        {
            tidied.push(Item::End);
            open.pop();
        }
    }
    tidied
}

/// The ifs that get the label of a block, by the item that closes the block: right behind that which
/// closes the `if`.
fn if_labels(items: &[Item], uses: &[Use]) -> HashMap<usize, (usize, BlockId)> {
    let mut labels = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        if let Item::If { .. } = item {
            labels.insert(uses[index].end + 1, index);
        }
    }
    let blocks = items.iter().zip(uses);
    let label = |(item, used): (&Item, &Use)| match *item {
        Item::Block { label } if used.first != usize::MAX => {
            let inner = *labels.get(&used.end)?;
            (used.first > inner).then_some((used.end, (inner, label)))
        }
        _ => None,
    };
    blocks.filter_map(label).collect()
}

/// How each construct is used.
fn uses(function: &Function<'_>, items: &[Item]) -> Vec<Use> {
    let mut uses = vec![Use { first: usize::MAX, last: 0, end: 0 }; items.len()];
    let mut open: Vec<usize> = Vec::new();
    // The open construct with each label.
    let mut construct = vec![usize::MAX; function.blocks.len()];
    for (index, item) in items.iter().enumerate() {
        let mut branch = |label: BlockId| {
            let used = &mut uses[construct[label.0 as usize]];
            used.first = used.first.min(index);
            used.last = index;
        };
        match *item {
            Item::Block { label } | Item::Loop { label } => {
                construct[label.0 as usize] = index;
                open.push(index);
            }
            Item::If { .. } => open.push(index),
            Item::End => {
                let closed = open.pop().expect("constructs are well nested");
                uses[closed].end = index;
            }
            Item::BranchIf { label, .. } | Item::Jump { label: Some(label), .. } => branch(label),
            Item::Leave { source, .. } => {
                function.terminator(source).targets().iter().for_each(|to| branch(to.block));
            }
            Item::Else | Item::Code(_) | Item::Jump { label: None, .. } => {}
        }
    }
    uses
}
