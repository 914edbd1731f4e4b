//! A function body to its control-flow graph, in one pass over the operators.
//!
//! Takes a [`Module`] and the number of a defined function, gives a [`Cfg`]: the reachable blocks
//! as ranges of operator indices, what follows each of them, and the `loop` constructs. An
//! operator belongs to the block in which it *executes*: `end` and `else` to the arm that falls
//! into them, `loop` to the code before the loop. Operators that can't be reached are in no block.
//!
//! Two kinds of block hold no operators: the *epilogue*, through which every ordinary exit of the
//! function goes, and the *landings*, one for each catch clause, where caught exceptions arrive.
//!
//! Calls end a block, but for those of [silent](crate::silent) functions, which are operators like others.

use formats::cost_model::Bulk;
use wasmparser::{Operator, TryTable};

use crate::Error;
use crate::limits::MAX_LOOP_DEPTH;
use crate::module::Module;
use crate::opcode;

/// The control-flow graph of one function. Blocks are in a topological order of the graph
/// without its back edges; block 0 is the entry.
#[derive(Debug, Default)]
pub struct Cfg {
    /// Number of operators in the body.
    pub operators: u32,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// The `loop` constructs, outer ones first.
    pub loops: Vec<Loop>,
    /// The operators with run-time units, in order.
    pub bulk: Vec<BulkOperator>,
    /// The calls of [silent](crate::silent) functions, in order.
    pub silent_calls: Vec<SilentCall>,
}

/// A maximal run of operators that execute as one.
#[derive(Debug)]
pub struct Block {
    /// First operator.
    pub first_operator: u32,
    /// One past the last operator.
    pub end_operator: u32,
    /// Innermost loop around the block.
    pub innermost_loop: Option<u32>,
    /// What the block is the start of.
    pub role: Role,
    /// What follows.
    pub exit: Exit,
}

/// What a block is the start of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The function.
    Entry,
    /// Nothing special: reached from other blocks.
    Inner,
    /// A loop's iterations.
    Header,
    /// What runs after a call returned.
    Resume,
    /// What runs after clause `clause` of the `try_table` at `operator` caught an exception.
    Landing {
        /// Index of the `try_table` operator.
        operator: u32,
        /// Index of the clause.
        clause: u32,
    },
}

/// What follows a block. Numbers are block indices.
#[derive(Debug, PartialEq, Eq)]
pub enum Exit {
    /// One of these blocks. The first is the one to which instrumentation can't attach code on
    /// the way: the target of a conditional branch, or the first target of a `br_table`.
    Branch(Vec<u32>),
    /// A call, then the block `0`.
    Call(u32),
    /// A tail call.
    TailCall,
    /// The end of the function.
    Return,
    /// A thrown exception.
    Throw,
    /// A trap by `unreachable`.
    Unreachable,
}

/// A `loop` construct.
#[derive(Debug)]
pub struct Loop {
    /// Index of the `loop` operator.
    pub operator: u32,
    /// Block that every iteration starts with.
    pub header: u32,
    /// The loop around it.
    pub parent: Option<u32>,
    /// Number of loops around it.
    pub depth: u32,
}

/// An operator with run-time units.
#[derive(Debug)]
pub struct BulkOperator {
    /// Its index.
    pub operator: u32,
    /// What it does.
    pub bulk: Bulk,
    /// Whether its units are an i64.
    pub wide: bool,
    /// Block that contains it.
    pub block: u32,
}

/// A direct call of a silent function.
#[derive(Debug)]
pub struct SilentCall {
    /// Its index.
    pub operator: u32,
    /// Block that contains it.
    pub block: u32,
    /// Number of the defined function that is called.
    pub callee: u32,
}

/// Builds the control-flow graph of the defined function number `function`.
///
/// # Errors
///
/// [`Error::Limit`] when loops nest too deep.
pub fn build(module: &Module<'_>, function: u32) -> Result<Cfg, Error> {
    let mut builder = Builder::new(module, function);
    module.for_each_operator(function, |index, _, operator| builder.operator(index, &operator))?;
    Ok(builder.finish())
}

/// What a frame of the control stack was opened by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    /// `block`, `try_table`, or the function itself.
    Block,
    /// `if`, until its `else`; holds the block that ends with the `if`.
    If { source: u32 },
    /// `if` after its `else`.
    Else,
    /// `loop`.
    Loop,
}

struct Frame {
    kind: FrameKind,
    /// Whether the construct is entered at all.
    reachable: bool,
    /// Block that a branch to the frame's label enters, once there is such a branch.
    label: Option<u32>,
    /// Innermost loop around the construct.
    outer_loop: Option<u32>,
}

struct Builder<'m, 'a> {
    module: &'m Module<'a>,
    function: u32,
    cfg: Cfg,
    frames: Vec<Frame>,
    /// Block that the next operator executes in; `None` in unreachable code.
    current: Option<u32>,
    current_loop: Option<u32>,
}

/// `first_operator` of a block whose place is not known yet.
const UNPLACED: u32 = u32::MAX;

impl<'m, 'a> Builder<'m, 'a> {
    fn new(module: &'m Module<'a>, function: u32) -> Self {
        let mut builder = Builder {
            module,
            function,
            cfg: Cfg::default(),
            frames: Vec::new(),
            current: None,
            current_loop: None,
        };
        builder.current = Some(builder.block(0, Role::Entry));
        builder.push_frame(FrameKind::Block);
        builder
    }

    fn block(&mut self, first_operator: u32, role: Role) -> u32 {
        self.cfg.blocks.push(Block {
            first_operator,
            end_operator: first_operator,
            innermost_loop: self.current_loop,
            role,
            exit: Exit::Return,
        });
        (self.cfg.blocks.len() - 1) as u32
    }

    fn push_frame(&mut self, kind: FrameKind) {
        self.frames.push(Frame {
            kind,
            reachable: self.current.is_some(),
            label: None,
            outer_loop: self.current_loop,
        });
    }

    /// Block that a branch with the relative depth `depth` enters.
    fn label(&mut self, depth: u32) -> u32 {
        let frame = self.frames.len() - 1 - depth as usize;
        if let Some(label) = self.frames[frame].label {
            return label;
        }
        let label = self.block(UNPLACED, Role::Inner);
        self.cfg.blocks[label as usize].innermost_loop = self.frames[frame].outer_loop;
        self.frames[frame].label = Some(label);
        label
    }

    /// Ends the current block after the operator `index`.
    fn terminate(&mut self, index: u32, exit: Exit) {
        if let Some(current) = self.current.take() {
            let block = &mut self.cfg.blocks[current as usize];
            block.end_operator = index + 1;
            block.exit = exit;
        }
    }

    /// Starts a block after the operator `index` and makes it the current one.
    fn start_after(&mut self, index: u32, role: Role) -> u32 {
        let block = self.block(index + 1, role);
        self.current = Some(block);
        block
    }

    fn operator(&mut self, index: u32, operator: &Operator<'_>) -> Result<(), Error> {
        self.cfg.operators = index + 1;
        match operator {
            Operator::Block { .. } => self.push_frame(FrameKind::Block),
            Operator::TryTable { try_table } => self.try_table(index, try_table),
            Operator::Loop { .. } => self.open_loop(index)?,
            Operator::If { .. } => self.open_if(index),
            Operator::Else => self.open_else(index),
            Operator::End => self.end(index),
            _ if self.current.is_none() => {}
            Operator::Br { relative_depth } => {
                let target = self.label(*relative_depth);
                self.terminate(index, Exit::Branch(vec![target]));
            }
            Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth }
            | Operator::BrOnCast { relative_depth, .. }
            | Operator::BrOnCastFail { relative_depth, .. } => {
                self.conditional(index, *relative_depth);
            }
            Operator::BrTable { targets } => self.br_table(index, targets)?,
            Operator::Return => {
                let epilogue = self.label(self.frames.len() as u32 - 1);
                self.terminate(index, Exit::Branch(vec![epilogue]));
            }
            Operator::Call { function_index } if self.module.is_silent(*function_index) => {
                let callee = function_index - self.module.imported_functions;
                let block = self.current.expect("code that can't be reached was left out");
                self.cfg.silent_calls.push(SilentCall { operator: index, block, callee });
            }
            Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::CallRef { .. } => {
                let resume = self.block(index + 1, Role::Resume);
                self.terminate(index, Exit::Call(resume));
                self.current = Some(resume);
            }
            Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => self.terminate(index, Exit::TailCall),
            Operator::Throw { .. } | Operator::ThrowRef => self.terminate(index, Exit::Throw),
            Operator::Unreachable => self.terminate(index, Exit::Unreachable),
            operator => self.bulk(index, operator),
        }
        Ok(())
    }

    fn bulk(&mut self, index: u32, operator: &Operator<'_>) {
        let Some(block) = self.current else { return };
        if let Some((bulk, wide)) = opcode::bulk(self.module, operator) {
            self.cfg.bulk.push(BulkOperator { operator: index, bulk, wide, block });
        }
    }

    fn conditional(&mut self, index: u32, depth: u32) {
        let taken = self.label(depth);
        let fallthrough = self.block(index + 1, Role::Inner);
        self.terminate(index, Exit::Branch(vec![taken, fallthrough]));
        self.current = Some(fallthrough);
    }

    fn br_table(&mut self, index: u32, targets: &wasmparser::BrTable<'_>) -> Result<(), Error> {
        let mut distinct = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for depth in targets.targets().chain([Ok(targets.default())]) {
            let depth = depth?;
            if seen.insert(depth) {
                distinct.push(self.label(depth));
            }
        }
        self.terminate(index, Exit::Branch(distinct));
        Ok(())
    }

    fn try_table(&mut self, index: u32, try_table: &TryTable) {
        if self.current.is_some() {
            for (clause, catch) in try_table.catches.iter().enumerate() {
                let target = self.label(catch_label(catch));
                let role = Role::Landing { operator: index, clause: clause as u32 };
                let landing = self.block(index + 1, role);
                self.cfg.blocks[landing as usize].exit = Exit::Branch(vec![target]);
            }
        }
        self.push_frame(FrameKind::Block);
    }

    fn open_loop(&mut self, index: u32) -> Result<(), Error> {
        self.push_frame(FrameKind::Loop);
        if self.current.is_none() {
            return Ok(());
        }
        let depth = self.current_loop.map_or(0, |outer| self.cfg.loops[outer as usize].depth + 1);
        if depth >= MAX_LOOP_DEPTH {
            return Err(Error::Limit {
                function: self.module.imported_functions + self.function,
                what: "loops nested to depth",
                found: u64::from(depth) + 1,
                limit: u64::from(MAX_LOOP_DEPTH),
            });
        }
        let this_loop = self.cfg.loops.len() as u32;
        let header = self.cfg.blocks.len() as u32;
        self.terminate(index, Exit::Branch(vec![header]));
        let parent = self.current_loop.replace(this_loop);
        self.cfg.loops.push(Loop { operator: index, header, parent, depth });
        self.start_after(index, Role::Header);
        self.frames.last_mut().expect("just pushed").label = Some(header);
        Ok(())
    }

    fn open_if(&mut self, index: u32) {
        let Some(source) = self.current else {
            self.push_frame(FrameKind::Block);
            return;
        };
        self.push_frame(FrameKind::If { source });
        let then = self.block(index + 1, Role::Inner);
        // The other target is patched at the `else`, or at the `end` when there is none.
        self.terminate(index, Exit::Branch(vec![UNPLACED, then]));
        self.current = Some(then);
    }

    fn open_else(&mut self, index: u32) {
        let frame = self.frames.last_mut().expect("validated");
        let FrameKind::If { source } = frame.kind else {
            return;
        };
        frame.kind = FrameKind::Else;
        if self.current.is_some() {
            let join = self.label(0);
            self.terminate(index, Exit::Branch(vec![join]));
        }
        let otherwise = self.start_after(index, Role::Inner);
        self.patch_else(source, otherwise);
    }

    fn patch_else(&mut self, source: u32, target: u32) {
        if let Exit::Branch(targets) = &mut self.cfg.blocks[source as usize].exit {
            targets[0] = target;
        }
    }

    fn end(&mut self, index: u32) {
        if let FrameKind::If { source } = self.frames.last().expect("validated").kind {
            let join = self.label(0);
            self.patch_else(source, join);
        }
        if self.frames.len() == 1 && self.current.is_some() {
            // Falling off the end is a way to the epilogue, like a branch to the function's label.
            self.label(0);
        }
        let frame = self.frames.pop().expect("validated");
        if frame.kind == FrameKind::Loop {
            if frame.reachable {
                self.end_loop(index, frame.outer_loop);
            }
            return;
        }
        let Some(join) = frame.label else { return };
        self.terminate(index, Exit::Branch(vec![join]));
        self.cfg.blocks[join as usize].first_operator = index + 1;
        self.cfg.blocks[join as usize].end_operator = index + 1;
        self.current = Some(join);
    }

    /// The code after a loop is a block of its own, because it belongs to another loop.
    fn end_loop(&mut self, index: u32, outer_loop: Option<u32>) {
        self.current_loop = outer_loop;
        if self.current.is_some() {
            let after = self.block(index + 1, Role::Inner);
            self.terminate(index, Exit::Branch(vec![after]));
            self.current = Some(after);
        }
    }

    /// Puts the blocks in the order of their operators. Every edge but those to loop headers then
    /// leads to a later block.
    fn finish(self) -> Cfg {
        let mut cfg = self.cfg;
        let mut order: Vec<u32> = (0..cfg.blocks.len() as u32).collect();
        // Landings stand before the block that starts at the same operator, and block 0 first.
        order.sort_by_key(|&index| {
            let block = &cfg.blocks[index as usize];
            (block.first_operator, !matches!(block.role, Role::Landing { .. }), index)
        });
        let mut renamed = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            renamed[old as usize] = new as u32;
        }
        let mut blocks: Vec<Option<Block>> = cfg.blocks.into_iter().map(Some).collect();
        cfg.blocks = order
            .iter()
            .map(|&old| blocks[old as usize].take().expect("each block is placed once"))
            .collect();
        for block in &mut cfg.blocks {
            match &mut block.exit {
                Exit::Branch(targets) => {
                    targets.iter_mut().for_each(|target| *target = renamed[*target as usize]);
                }
                Exit::Call(resume) => *resume = renamed[*resume as usize],
                _ => {}
            }
        }
        for this_loop in &mut cfg.loops {
            this_loop.header = renamed[this_loop.header as usize];
        }
        for bulk in &mut cfg.bulk {
            bulk.block = renamed[bulk.block as usize];
        }
        for call in &mut cfg.silent_calls {
            call.block = renamed[call.block as usize];
        }
        cfg
    }
}

/// Label that a catch clause branches to, relative to the code around the `try_table`.
pub fn catch_label(catch: &wasmparser::Catch) -> u32 {
    use wasmparser::Catch;
    match *catch {
        Catch::One { label, .. }
        | Catch::OneRef { label, .. }
        | Catch::All { label }
        | Catch::AllRef { label } => label,
    }
}
