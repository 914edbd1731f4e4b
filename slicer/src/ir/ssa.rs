//! Variables to values, while a graph is built: M. Braun, S. Buchwald, S. Hack, R. Leißa, C. Mallon,
//! A. Zwinkau, "Simple and Efficient Construction of Static Single Assignment Form" (CC 2013).
//!
//! Whoever builds a function says which block writes which [`Variable`], which edges there are, and
//! when all edges into a block are known (then the block is *sealed*). In return, reading a variable
//! gives the value that it has there; where several definitions meet, that is a new parameter of the
//! block. [`Variables::finish`] passes the arguments of those parameters and takes out the ones that
//! turn out to be always the same value, or of no use. As all loops of WebAssembly are entered at one
//! block, what is left is the minimal form.
//!
//! Two things differ from the paper, because functions can have a million blocks and fifty thousand
//! locals. A block with one way in starts with its predecessor's *version* of the variables (a
//! persistent map), so that no chain of blocks is ever walked. And whoever knows
//! where control came from before it split can say so when sealing
//! ([`Variables::seal_between`]): a variable that was not written in between is then read there.

use smallvec::SmallVec;
use wasmparser::{Ieee32, Ieee64, Operator, V128, ValType};

use super::{
    BlockId, Definition, ENTRY, Function, Instruction, InstructionId, Origin, Value, ValueId,
};

mod parameters;
mod versions;

pub use parameters::{Renaming, remove_redundant_parameters};
use versions::{Version, Versions};

/// Something that is written several times: a local.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variable(pub u32);

/// A moment while a function is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u32);

type OriginOf = dyn Fn(&Function<'_>, BlockId, Variable) -> Origin;

/// The variables of a function that is being built.
pub struct Variables {
    origin: Box<OriginOf>,
    types: Vec<ValType>,
    /// The moments at which each variable was written, in order.
    writes: Vec<Vec<Moment>>,
    now: Moment,
    blocks: Vec<State>,
    versions: Versions,
    parameters: Vec<Parameter>,
    /// Arguments of the parameters: those of one stand together, in the order of the edges.
    arguments: Vec<ValueId>,
    /// Parameters of sealed blocks whose arguments are not known yet: indices.
    pending: Vec<u32>,
    /// Parameters that are known to be another value.
    aliases: Vec<(ValueId, ValueId)>,
    /// Values of variables that are read before they are written.
    zeros: Vec<ValueId>,
    limit: u64,
    full: bool,
}

/// What is known about a block.
struct State {
    edges: SmallVec<[Edge; 2]>,
    sealed: bool,
    /// The block itself, or for one with a single way in the root of its predecessor.
    root: BlockId,
    /// Variables that were written between the root's start and the end of this block.
    written: Version,
    /// For a root: values of variables at its start.
    incoming: Version,
    /// For a root: where control was before it split, and the time since then.
    split: Option<Split>,
    /// A split further back, and how many there are: see [`Variables::far_split`].
    far: Option<Split>,
    splits: u32,
    /// For a root: its parameters that stand for variables.
    parameters: Vec<u32>,
}

/// A place in the terminator of a block.
#[derive(Clone, Copy)]
struct Edge {
    from: BlockId,
    place: u32,
}

#[derive(Clone, Copy)]
struct Split {
    block: BlockId,
    since: Moment,
    until: Moment,
}

struct Parameter {
    block: BlockId,
    variable: Variable,
    value: ValueId,
    /// Where its arguments start; [`UNKNOWN`] when it has none.
    arguments: u32,
}

const UNKNOWN: u32 = u32::MAX;

impl Variables {
    /// No variables yet. `origin` says where a value comes from that stands for a variable at the
    /// start of a block: a parameter, or at the function's entry the variable's zero.
    pub fn new(origin: impl Fn(&Function<'_>, BlockId, Variable) -> Origin + 'static) -> Variables {
        Variables {
            origin: Box::new(origin),
            types: Vec::new(),
            writes: Vec::new(),
            now: Moment(0),
            blocks: Vec::new(),
            versions: Versions::default(),
            parameters: Vec::new(),
            arguments: Vec::new(),
            pending: Vec::new(),
            aliases: Vec::new(),
            zeros: Vec::new(),
            limit: u64::from(UNKNOWN - 1),
            full: false,
        }
    }

    /// Stops making arguments when there are more than `limit`: then the variables are
    /// [full](Variables::is_full).
    pub fn with_limit(mut self, limit: u64) -> Variables {
        self.limit = self.limit.min(limit);
        self
    }

    /// Whether the limit was exceeded: what was read is of no meaning.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// A new variable.
    pub fn declare(&mut self, ty: ValType) -> Variable {
        self.types.push(ty);
        self.writes.push(Vec::new());
        Variable(self.types.len() as u32 - 1)
    }

    /// The variable has a new value from here on in `block`. Blocks are written before the edges
    /// that leave them are added.
    pub fn write(&mut self, block: BlockId, variable: Variable, value: ValueId) {
        self.writes[variable.0 as usize].push(self.now);
        self.now.0 += 1;
        let mut written = self.state(block).written;
        self.versions.set(&mut written, block, variable, value);
        self.state(block).written = written;
    }

    /// The value of the variable at this point of `block`: the last one written; the type's zero when
    /// the variable was never written on the way from the entry. It may turn out to be another
    /// one: what [`Variables::finish`] returns knows.
    ///
    /// # Panics
    ///
    /// When a variable without a zero (of a type of non-nullable references) was not written.
    pub fn read(
        &mut self,
        function: &mut Function<'_>,
        block: BlockId,
        variable: Variable,
    ) -> ValueId {
        let value = self.look_up(function, block, variable);
        self.fill_pending(function);
        value
    }

    /// There is an edge to `to`: the target number `place` of the terminator of `from`.
    pub fn edge(&mut self, from: BlockId, place: usize, to: BlockId) {
        debug_assert!(!self.state(to).sealed, "edges come before sealing");
        self.state(to).edges.push(Edge { from, place: place as u32 });
    }

    /// All edges into `block` are known.
    pub fn seal(&mut self, function: &mut Function<'_>, block: BlockId) {
        self.seal_with(function, block, None);
    }

    /// The present moment, for [`Variables::seal_between`].
    pub fn moment(&self) -> Moment {
        self.now
    }

    /// All edges into `block` are known. And every way to it ran through the end of `split`, or
    /// through the point of `split` where the moment was `since`; and what was written on the way
    /// was written since then.
    pub fn seal_between(
        &mut self,
        function: &mut Function<'_>,
        block: BlockId,
        split: BlockId,
        since: Moment,
    ) {
        let until = self.now;
        self.seal_with(function, block, Some(Split { block: split, since, until }));
    }

    fn seal_with(&mut self, function: &mut Function<'_>, block: BlockId, split: Option<Split>) {
        let state = self.state(block);
        debug_assert!(!state.sealed, "sealed once");
        state.sealed = true;
        state.split = split;
        if let [edge] = state.edges[..]
            && state.written.is_empty()
            && state.incoming.is_empty()
        {
            let from = self.state(edge.from);
            let (root, written) = (from.root, from.written);
            let state = self.state(block);
            (state.root, state.written) = (root, written);
            return;
        }
        if let Some(split) = split {
            let far = self.far_split(split);
            let before = self.root(split.block);
            let splits = self.state(before).splits + 1;
            let state = self.state(block);
            (state.far, state.splits) = (Some(far), splits);
        }
        for parameter in self.blocks[block.0 as usize].parameters.clone() {
            self.complete(function, parameter, split);
        }
        self.fill_pending(function);
    }

    /// Takes up a parameter that was made before its block was sealed.
    fn complete(&mut self, function: &mut Function<'_>, parameter: u32, split: Option<Split>) {
        let Parameter { variable, value, .. } = self.parameters[parameter as usize];
        match split {
            Some(split) if self.is_unwritten(variable, split) => {
                let before = self.look_up(function, split.block, variable);
                self.aliases.push((value, before));
            }
            _ => self.pending.push(parameter),
        }
    }

    fn root(&mut self, block: BlockId) -> BlockId {
        self.state(block).root
    }

    /// For a block with the split `split`, a split further back that holds for it too. With these a
    /// way back over any number of splits takes logarithmically many steps: E. W. Myers, "An
    /// Applicative Random-Access Stack" (1983).
    fn far_split(&mut self, split: Split) -> Split {
        let near = self.root(split.block);
        let jump = |this: &mut Self, from: BlockId| {
            let state = this.state(from);
            let (far, splits) = (state.far?, state.splits);
            let to = this.root(far.block);
            // A loop's header is counted when it is sealed: after the splits inside of the loop,
            // which don't count it.
            Some((far, to, splits.checked_sub(this.state(to).splits)?))
        };
        let Some((_, middle, first)) = jump(self, near) else { return split };
        match jump(self, middle) {
            Some((far, _, second)) if first == second => Split { until: split.until, ..far },
            _ => split,
        }
    }

    fn is_unwritten(&self, variable: Variable, split: Split) -> bool {
        let writes = &self.writes[variable.0 as usize];
        let first = writes.partition_point(|&write| write < split.since);
        writes.get(first).is_none_or(|&write| write >= split.until)
    }

    fn look_up(
        &mut self,
        function: &mut Function<'_>,
        mut block: BlockId,
        variable: Variable,
    ) -> ValueId {
        loop {
            let state = self.state(block);
            let (root, written) = (state.root, state.written);
            if let Some(value) = self.versions.get(written, variable) {
                return value;
            }
            let state = self.state(root);
            let (incoming, split, far) = (state.incoming, state.split, state.far);
            if let Some(value) = self.versions.get(incoming, variable) {
                return value;
            }
            let unwritten = |split: &Split| self.is_unwritten(variable, *split);
            match far.filter(unwritten).or(split.filter(unwritten)) {
                Some(split) => block = split.block,
                None => return self.arrive(function, root, variable),
            }
        }
    }

    /// The variable's value at the start of the root `block`, which is read for the first time.
    fn arrive(
        &mut self,
        function: &mut Function<'_>,
        block: BlockId,
        variable: Variable,
    ) -> ValueId {
        let ty = self.types[variable.0 as usize];
        let origin = (self.origin)(function, block, variable);
        let state = self.state(block);
        let value = if state.sealed && state.edges.is_empty() {
            debug_assert_eq!(block, ENTRY, "only the entry has no way in");
            self.zero(function, ty, origin)
        } else {
            let value = function.add_parameter(block, ty, origin);
            let index = self.parameters.len() as u32;
            let state = self.state(block);
            state.parameters.push(index);
            if state.sealed {
                self.pending.push(index);
            }
            self.parameters.push(Parameter { block, variable, value, arguments: UNKNOWN });
            value
        };
        let mut incoming = self.state(block).incoming;
        self.versions.set(&mut incoming, block, variable, value);
        self.state(block).incoming = incoming;
        value
    }

    /// A value whose instruction is made at the end, if it is needed then.
    fn zero(&mut self, function: &mut Function<'_>, ty: ValType, origin: Origin) -> ValueId {
        let value = ValueId(function.values.len() as u32);
        let definition = Definition::Result { instruction: InstructionId(UNKNOWN), index: 0 };
        function.values.push(Value { ty, definition, origin });
        self.zeros.push(value);
        value
    }

    fn fill_pending(&mut self, function: &mut Function<'_>) {
        while let Some(parameter) = self.pending.pop() {
            let start = self.arguments.len();
            let Parameter { block, variable, .. } = self.parameters[parameter as usize];
            let edges = self.state(block).edges.len();
            if (start + edges) as u64 > self.limit {
                self.full = true;
                self.pending.clear();
                return;
            }
            for edge in 0..edges {
                let from = self.blocks[block.0 as usize].edges[edge].from;
                let argument = self.look_up(function, from, variable);
                self.arguments.push(argument);
            }
            self.parameters[parameter as usize].arguments = start as u32;
        }
    }

    fn state(&mut self, block: BlockId) -> &mut State {
        for index in self.blocks.len() as u32..=block.0 {
            self.blocks.push(State::new(BlockId(index)));
        }
        &mut self.blocks[block.0 as usize]
    }

    /// Passes the arguments, takes out the parameters that are not needed (also those that the
    /// builder itself made), and renumbers the values.
    ///
    /// # Panics
    ///
    /// When the variables are [full](Variables::is_full), or a block that was read from isn't sealed.
    pub fn finish(mut self, function: &mut Function<'_>) -> Renaming {
        assert!(!self.full, "what was read is of no meaning");
        self.forget_aliases(function);
        self.pass_arguments(function);
        let redundant = parameters::Redundant::find(function, &self.aliases);
        self.make_zeros(function, |value| redundant.is_used(value));
        redundant.remove(function)
    }

    /// Takes the parameters that have no arguments out of the blocks' lists.
    fn forget_aliases(&mut self, function: &mut Function<'_>) {
        let mut gone: Vec<ValueId> = self.aliases.iter().map(|&(value, _)| value).collect();
        gone.sort_unstable();
        let mut blocks: Vec<BlockId> = self
            .parameters
            .iter()
            .filter(|parameter| parameter.arguments == UNKNOWN)
            .map(|parameter| parameter.block)
            .collect();
        blocks.sort_unstable();
        blocks.dedup();
        for block in blocks {
            let list = &mut function.blocks[block.0 as usize].parameters;
            list.retain(|value| gone.binary_search(value).is_err());
            for (index, value) in (0..).zip(&*list) {
                function.values[value.0 as usize].definition =
                    Definition::Parameter { block, index };
            }
        }
    }

    fn pass_arguments(&mut self, function: &mut Function<'_>) {
        // By source: which of its targets is which edge of which block.
        let mut ways: Vec<(Edge, BlockId, usize)> = Vec::new();
        for (block, state) in (0..).map(BlockId).zip(&self.blocks) {
            if state.parameters.is_empty() {
                continue;
            }
            assert!(state.sealed, "a block that was read from is sealed");
            ways.extend(state.edges.iter().enumerate().map(|(index, &edge)| (edge, block, index)));
        }
        ways.sort_unstable_by_key(|(edge, ..)| edge.from);
        for ways in ways.chunk_by(|a, b| a.0.from == b.0.from) {
            let mut targets = function.terminators[ways[0].0.from.0 as usize].targets_mut();
            for &(edge, block, index) in ways {
                let target = &mut targets[edge.place as usize];
                debug_assert_eq!(target.block, block, "edges are as they were added");
                for &parameter in &self.blocks[block.0 as usize].parameters {
                    let start = self.parameters[parameter as usize].arguments;
                    if start != UNKNOWN {
                        target.arguments.push(self.arguments[start as usize + index]);
                    }
                }
            }
        }
    }

    /// Makes the instructions of the variables' zeros, at the start of the entry.
    fn make_zeros(&self, function: &mut Function<'_>, is_used: impl Fn(ValueId) -> bool) {
        let mut made = Vec::new();
        for &value in self.zeros.iter().filter(|&&value| is_used(value)) {
            let instruction = InstructionId(function.instructions.len() as u32);
            let Value { ty, definition, .. } = &mut function.values[value.0 as usize];
            *definition = Definition::Result { instruction, index: 0 };
            function.instructions.push(Instruction {
                operator: zero(*ty),
                arguments: SmallVec::new(),
                results: SmallVec::from_slice(&[value]),
                origin: u32::MAX,
            });
            made.push(instruction);
        }
        function.blocks[ENTRY.0 as usize].instructions.splice(0..0, made);
    }
}

impl State {
    fn new(block: BlockId) -> State {
        State {
            edges: SmallVec::new(),
            sealed: false,
            root: block,
            written: Version::default(),
            incoming: Version::default(),
            split: None,
            far: None,
            splits: 0,
            parameters: Vec::new(),
        }
    }
}

/// The operator that makes the value that locals of the type `ty` start with.
///
/// # Panics
///
/// When there is none: for non-nullable references.
pub fn zero<'a>(ty: ValType) -> Operator<'a> {
    match ty {
        ValType::I32 => Operator::I32Const { value: 0 },
        ValType::I64 => Operator::I64Const { value: 0 },
        ValType::F32 => Operator::F32Const { value: Ieee32::from(0.0) },
        ValType::F64 => Operator::F64Const { value: Ieee64::from(0.0) },
        ValType::V128 => Operator::V128Const { value: V128::from(0_u128) },
        ValType::Ref(reference) => {
            assert!(reference.is_nullable(), "such locals are written before they are read");
            Operator::RefNull { hty: reference.heap_type() }
        }
    }
}
