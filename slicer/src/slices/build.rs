//! A skeleton to the SSA form of its slice.
//!
//! The slice has a block for each block of the skeleton. Each adds what its operators cost to the
//! accumulator of the loop that it lies in, and leaves as the path number says, or as the branch's
//! own condition says: then the condition is computed again where it is needed, from the recorded
//! values. What the original merges at a block, the slice keeps in a variable of its own.
//!
//! Where the original may trap within a nest, so may its slice: then what it leaves is what was spent
//! up to there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use formats::plan::{Edge, Recorded};
use wasmparser::{MemArg, Operator, ValType};

use super::flow::Flow;
use super::needs::Needs;
use super::skeleton::{Leave, Skeleton, Ways};
use super::{Amounts, PathEnd, RESULT_BYTES, recorded_type};
use crate::Error;
use crate::ir::effects;
use crate::ir::ssa::{Variable, Variables};
use crate::ir::{
    BlockId, Definition, Function, Instruction, Origin, Target, TerminatorKind, ValueId,
};

/// A slice in SSA form.
pub(crate) struct Built<'a> {
    pub(crate) function: Function<'a>,
    pub(super) contexts: Vec<Option<u32>>,
    pub(super) loops: Vec<u32>,
    pub(super) callees: Vec<u32>,
}

/// What the slice of a skeleton is built from.
pub(super) struct Parts<'p, 'a> {
    pub(super) skeleton: &'p Skeleton<'p>,
    /// The original's SSA form, where branches are computed.
    pub(super) flow: Option<&'p Flow<'a>>,
    /// What the bundle holds, each with the values of the SSA form that it is.
    pub(super) values: Vec<(Recorded, Vec<ValueId>)>,
    pub(super) amounts: Amounts<'p>,
}

/// No operator of the original.
const MADE: u32 = u32::MAX;

pub(super) fn build<'a>(parts: &Parts<'_, 'a>) -> Result<Built<'a>, Error> {
    let mut builder = Builder::new(parts)?;
    for &block in &parts.skeleton.blocks {
        builder.block(block)?;
    }
    builder.finish()
}

struct Builder<'p, 'a> {
    parts: &'p Parts<'p, 'a>,
    ways: Ways,
    function: Function<'a>,
    variables: Variables,
    path: Variable,
    /// Code of the path's end: see [`PathEnd`].
    end: Variable,
    /// The accounts: by loop, or by block in a nest.
    fuel: BTreeMap<Option<u32>, Variable>,
    /// The blocks that are counted in the memory, and which result each is. A region has many, each
    /// of which runs once at most; variables for them would have to be merged wherever ways meet.
    counted: BTreeMap<u32, u64>,
    iterations: BTreeMap<u32, Variable>,
    /// The callees of silent calls, which are counted in the memory as well, and which result each is.
    calls: BTreeMap<u32, u64>,
    /// The block of the slice for each block of the skeleton.
    blocks: HashMap<u32, BlockId>,
    /// Edges into each block of the slice that are still to come.
    awaited: HashMap<BlockId, usize>,
    finish: BlockId,
    /// The recorded values.
    given: HashMap<ValueId, ValueId>,
    /// The original's block parameters that the slice keeps in variables.
    merged: HashMap<ValueId, Variable>,
    /// What is passed along each edge of the skeleton, by where it starts and which it is.
    passed: HashMap<(u32, usize), Vec<(ValueId, ValueId)>>,
    /// The block whose instructions `computed` holds.
    computed_in: Option<BlockId>,
    computed: HashMap<ValueId, ValueId>,
}

impl<'p, 'a> Builder<'p, 'a> {
    fn new(parts: &'p Parts<'p, 'a>) -> Result<Self, Error> {
        let mut function = Function::default();
        let mut variables = Variables::new(|_, _, _| Origin::Made);
        let entry = function.add_block(MADE);
        let path = variables.declare(ValType::I64);
        let end = variables.declare(ValType::I64);
        let path_value = function.add_parameter(entry, ValType::I64, Origin::Made);
        variables.write(entry, path, path_value);
        let mut given = HashMap::new();
        for (recorded, originals) in &parts.values {
            let value = function.add_parameter(entry, recorded_type(recorded.ty), Origin::Made);
            given.extend(originals.iter().map(|&original| (original, value)));
        }
        let mut builder = Builder {
            parts,
            ways: Ways::new(parts.skeleton),
            finish: entry,
            function,
            variables,
            path,
            end,
            fuel: BTreeMap::new(),
            counted: BTreeMap::new(),
            iterations: BTreeMap::new(),
            calls: BTreeMap::new(),
            blocks: HashMap::new(),
            awaited: HashMap::new(),
            given,
            merged: HashMap::new(),
            passed: HashMap::new(),
            computed_in: None,
            computed: HashMap::new(),
        };
        builder.variables.seal(&mut builder.function, entry);
        builder.open(entry)?;
        Ok(builder)
    }

    /// Makes the blocks, declares the variables, and leads from `entry` to the start.
    fn open(&mut self, entry: BlockId) -> Result<(), Error> {
        let skeleton = self.parts.skeleton;
        for &block in skeleton.blocks.iter().filter(|&&block| skeleton.runs(block)) {
            if self.counts_in_memory() {
                self.counted.insert(block, self.counted.len() as u64);
                continue;
            }
            let account = self.account(block);
            let variables = &mut self.variables;
            self.fuel.entry(account).or_insert_with(|| variables.declare(ValType::I64));
        }
        for this in skeleton.blocks.iter().filter_map(|&block| skeleton.begun_loop(block)) {
            self.iterations.insert(this, self.variables.declare(ValType::I64));
        }
        if let Amounts::Fuel { .. } = self.parts.amounts {
            let callees: BTreeSet<u32> = skeleton.silent_calls().map(|call| call.callee).collect();
            let first = (self.counted.len() + self.fuel.len() + self.iterations.len()) as u64;
            self.calls = callees.into_iter().zip(first..).collect();
        }
        for &block in &skeleton.blocks {
            let made = self.function.add_block(skeleton.block(block).first_operator);
            self.blocks.insert(block, made);
            let from_entry = usize::from(block == skeleton.start);
            self.awaited.insert(made, self.ways.count(block) + from_entry);
        }
        self.finish = self.function.add_block(MADE);
        self.merges(entry)?;
        let start = self.blocks[&skeleton.start];
        self.jump(entry, start);
        Ok(())
    }

    fn counts_in_memory(&self) -> bool {
        matches!(self.parts.amounts, Amounts::Blocks) && self.parts.skeleton.nest.is_none()
    }

    /// The account of the skeleton's block `index`.
    fn account(&self, index: u32) -> Option<u32> {
        match self.parts.amounts {
            Amounts::Fuel { .. } => self.parts.skeleton.block(index).innermost_loop,
            Amounts::Blocks => Some(index),
        }
    }

    /// Finds out what the original merges, and gives each of those values a variable.
    fn merges(&mut self, entry: BlockId) -> Result<(), Error> {
        let Some(flow) = self.parts.flow else { return Ok(()) };
        let skeleton = self.parts.skeleton;
        let needs = Needs::new(skeleton, flow, |value| self.given.contains_key(&value))
            .ok_or_else(|| mismatch("a branch that can't be computed"))?;
        if needs.leaves.iter().any(|value| !self.given.contains_key(value)) {
            return Err(mismatch("a branch that depends on a value that is not recorded"));
        }
        let mut entries = Vec::new();
        for &value in &needs.merged {
            let variable = self.variables.declare(flow.original.value(value).ty);
            self.merged.insert(value, variable);
            let Definition::Parameter { block, index } = flow.original.value(value).definition
            else {
                unreachable!("only parameters are merged");
            };
            let merge = self.ways.passed(skeleton, flow, block, index);
            let merge = merge.expect("it was found before");
            debug_assert!(skeleton.contains(merge.into));
            entries.extend(merge.entry.map(|passed| (variable, passed)));
            for (from, edge, passed) in merge.edges {
                self.passed.entry((from, edge)).or_default().push((value, passed));
            }
        }
        let mut values = Vec::new();
        for (variable, passed) in entries {
            values.push((variable, self.compute(entry, passed)));
        }
        for (variable, value) in values {
            self.variables.write(entry, variable, value);
        }
        Ok(())
    }

    fn block(&mut self, index: u32) -> Result<(), Error> {
        let skeleton = self.parts.skeleton;
        let block = self.blocks[&index];
        if skeleton.runs(index) {
            self.spend(index, block)?;
        }
        match skeleton.leave(index) {
            Leave::End => self.end(block, self.end_of(index)),
            Leave::To(target) => self.follow(block, index, 0, target),
            Leave::Told(edges) => self.told(index, block, edges),
            Leave::Computed(edges) => self.branch(index, block, edges),
        }
        Ok(())
    }

    /// Adds what the operators of the skeleton's block `index` cost.
    fn spend(&mut self, index: u32, block: BlockId) -> Result<(), Error> {
        let skeleton = self.parts.skeleton;
        let mut amount = self.parts.amounts.of(skeleton.block(index))?;
        if index == skeleton.start {
            amount += self.parts.amounts.entry();
        }
        if let Some(&result) = self.counted.get(&index) {
            self.add_in_memory(block, result, amount);
        } else if amount > 0 {
            self.add(block, self.fuel[&self.account(index)], amount);
        }
        if let Some(this) = skeleton.begun_loop(index)
            && let Some(&iterations) = self.iterations.get(&this)
        {
            self.add(block, iterations, 1);
        }
        for call in skeleton.function.silent_calls_in(index) {
            if let Some(&result) = self.calls.get(&call.callee) {
                self.add_in_memory(block, result, 1);
            }
        }
        Ok(())
    }

    fn add(&mut self, block: BlockId, variable: Variable, amount: u64) {
        let sum = self.variables.read(&mut self.function, block, variable);
        let amount = self.constant(block, amount);
        let sum = self.instruction(block, Operator::I64Add, &[sum, amount], ValType::I64);
        self.variables.write(block, variable, sum);
    }

    fn add_in_memory(&mut self, block: BlockId, result: u64, amount: u64) {
        let zero = self.instruction(block, Operator::I32Const { value: 0 }, &[], ValType::I32);
        let load = Operator::I64Load { memarg: memarg(result) };
        let sum = self.instruction(block, load, &[zero], ValType::I64);
        let amount = self.constant(block, amount);
        let sum = self.instruction(block, Operator::I64Add, &[sum, amount], ValType::I64);
        let store = Operator::I64Store { memarg: memarg(result) };
        self.function.add_instruction(block, store, [zero, sum], [], MADE);
    }

    fn constant(&mut self, block: BlockId, value: u64) -> ValueId {
        self.instruction(block, Operator::I64Const { value: value as i64 }, &[], ValType::I64)
    }

    fn instruction(
        &mut self,
        block: BlockId,
        operator: Operator<'a>,
        arguments: &[ValueId],
        ty: ValType,
    ) -> ValueId {
        let arguments = arguments.iter().copied();
        let made = self.function.add_instruction(block, operator, arguments, [ty], MADE);
        self.function.instruction(made).results[0]
    }

    fn end_of(&self, index: u32) -> PathEnd {
        match self.parts.skeleton.block(index).nest {
            Some(nest) => PathEnd::Nest(nest),
            None => PathEnd::Exit(index),
        }
    }

    /// Ends the slice after `block`.
    fn end(&mut self, block: BlockId, end: PathEnd) {
        if self.parts.skeleton.nest.is_none() {
            let code = self.constant(block, end.encode());
            self.variables.write(block, self.end, code);
        }
        self.jump(block, self.finish);
    }

    fn jump(&mut self, from: BlockId, to: BlockId) {
        self.function.set_terminator(from, TerminatorKind::Jump(Target::new(to, vec![])), MADE);
        self.edge(from, 0, to);
    }

    /// Adds an edge whose terminator is set, and seals the block when it was the last one.
    fn edge(&mut self, from: BlockId, place: usize, to: BlockId) {
        self.variables.edge(from, place, to);
        if let Some(awaited) = self.awaited.get_mut(&to) {
            *awaited -= 1;
            if *awaited == 0 {
                self.variables.seal(&mut self.function, to);
            }
        }
    }

    /// Leaves `block`, which has this one way out, along the edge number `edge` from the skeleton's
    /// block `from` to `target`.
    fn follow(&mut self, block: BlockId, from: u32, edge: usize, target: u32) {
        let skeleton = self.parts.skeleton;
        if skeleton.stays(target) {
            self.pass(from, edge, block);
            self.jump(block, self.blocks[&target]);
        } else {
            self.end(block, PathEnd::Arrival(target));
        }
    }

    /// Writes what an edge passes, in `block`.
    fn pass(&mut self, from: u32, edge: usize, block: BlockId) {
        let Some(passed) = self.passed.get(&(from, edge)).cloned() else { return };
        let values: Vec<(Variable, ValueId)> = passed
            .into_iter()
            .map(|(merged, passed)| (self.merged[&merged], self.compute(block, passed)))
            .collect();
        for (variable, value) in values {
            self.variables.write(block, variable, value);
        }
    }

    /// Leaves the skeleton's block `index` as the path number says: along the edge with the largest
    /// value that is not above it, found by halving.
    fn told(&mut self, index: u32, block: BlockId, edges: &[Edge]) {
        let mut pending = vec![(block, 0, edges.len())];
        while let Some((block, first, end)) = pending.pop() {
            if end - first == 1 {
                let value = edges[first].value;
                if value > 0 {
                    let path = self.variables.read(&mut self.function, block, self.path);
                    let value = self.constant(block, u64::from(value));
                    let rest =
                        self.instruction(block, Operator::I64Sub, &[path, value], ValType::I64);
                    self.variables.write(block, self.path, rest);
                }
                self.follow(block, index, first, edges[first].target);
                continue;
            }
            let middle = first + (end - first) / 2;
            let path = self.variables.read(&mut self.function, block, self.path);
            let value = self.constant(block, u64::from(edges[middle].value));
            let condition = self.instruction(block, Operator::I64GeU, &[path, value], ValType::I32);
            let (above, below) = (self.function.add_block(MADE), self.function.add_block(MADE));
            self.awaited.extend([(above, 1), (below, 1)]);
            let kind = TerminatorKind::Branch {
                condition,
                taken: Target::new(above, vec![]),
                otherwise: Target::new(below, vec![]),
            };
            self.function.set_terminator(block, kind, MADE);
            self.edge(block, 0, above);
            self.edge(block, 1, below);
            pending.push((above, middle, end));
            pending.push((below, first, middle));
        }
    }

    /// Leaves the skeleton's block `index` as its own condition says.
    fn branch(&mut self, index: u32, block: BlockId, edges: &[Edge]) {
        let flow = self.parts.flow.expect("branches are computed from the original");
        let operator = self.parts.skeleton.block(index).end_operator - 1;
        let condition = flow.condition(operator).expect("found when the needs were");
        let condition = self.compute(block, condition);
        let ways: Vec<BlockId> = edges.iter().map(|_| self.function.add_block(MADE)).collect();
        let order = flow.edges(operator);
        for &edge in &order {
            *self.awaited.entry(ways[edge]).or_insert(0) += 1;
        }
        let mut targets: Vec<Target> =
            order.iter().map(|&edge| Target::new(ways[edge], vec![])).collect();
        let last = targets.pop().expect("a branch has two targets");
        let kind = match <[Target; 1]>::try_from(targets) {
            Ok([taken]) if !flow.is_table(operator) => {
                TerminatorKind::Branch { condition, taken, otherwise: last }
            }
            Ok(targets) => {
                TerminatorKind::Switch { index: condition, targets: targets.into(), default: last }
            }
            Err(targets) => TerminatorKind::Switch { index: condition, targets, default: last },
        };
        self.function.set_terminator(block, kind, MADE);
        for (place, &edge) in order.iter().enumerate() {
            self.edge(block, place, ways[edge]);
        }
        for (edge, &way) in ways.iter().enumerate() {
            self.follow(way, index, edge, edges[edge].target);
        }
    }

    /// Computes the original's `value` at the end of `block`.
    fn compute(&mut self, block: BlockId, value: ValueId) -> ValueId {
        if self.computed_in != Some(block) {
            self.computed_in = Some(block);
            self.computed.clear();
        }
        let flow = self.parts.flow.expect("values are computed from the original");
        let mut pending = vec![value];
        while let Some(&next) = pending.last() {
            if self.known(block, next).is_some() {
                pending.pop();
                continue;
            }
            let Definition::Result { instruction, .. } = flow.original.value(next).definition
            else {
                unreachable!("parameters are given or merged");
            };
            let instruction = flow.original.instruction(instruction);
            let missing: Vec<ValueId> = instruction
                .arguments
                .iter()
                .copied()
                .filter(|&argument| self.known(block, argument).is_none())
                .collect();
            if !missing.is_empty() {
                pending.extend(missing);
                continue;
            }
            let arguments: Vec<ValueId> = instruction
                .arguments
                .iter()
                .map(|&argument| self.known(block, argument).expect("computed before"))
                .collect();
            if self.may_trap(&flow.original, instruction) {
                self.store_results(block);
            }
            let ty = flow.original.value(next).ty;
            let made = self.instruction(block, instruction.operator.clone(), &arguments, ty);
            self.computed.insert(next, made);
            pending.pop();
        }
        self.known(block, value).expect("just computed")
    }

    /// Whether the slice may end with `instruction`, as the original did: a nest is recorded when it
    /// is entered, before the original computes what lies in it.
    fn may_trap(&self, original: &Function<'a>, instruction: &Instruction<'a>) -> bool {
        let skeleton = self.parts.skeleton;
        skeleton.nest.is_some()
            && skeleton.holds(instruction.origin)
            && effects::may_trap(original, instruction)
    }

    /// The slice's value for the original's `value`, where it is known in `block`.
    fn known(&mut self, block: BlockId, value: ValueId) -> Option<ValueId> {
        if let Some(&given) = self.given.get(&value) {
            return Some(given);
        }
        if let Some(&variable) = self.merged.get(&value) {
            return Some(self.variables.read(&mut self.function, block, variable));
        }
        self.computed.get(&value).copied()
    }

    /// Stores the results, as far as `block` knows them.
    fn store_results(&mut self, block: BlockId) {
        let sums = self.fuel.values().chain(self.iterations.values()).copied();
        let mut results: Vec<(u64, Variable)> = (self.counted.len() as u64..).zip(sums).collect();
        if self.parts.skeleton.nest.is_none() {
            let behind = self.counted.len() + results.len() + self.calls.len();
            results.push((behind as u64, self.end));
        }
        let zero = self.instruction(block, Operator::I32Const { value: 0 }, &[], ValType::I32);
        for (index, variable) in results {
            let value = self.variables.read(&mut self.function, block, variable);
            let store = Operator::I64Store { memarg: memarg(index) };
            self.function.add_instruction(block, store, [zero, value], [], MADE);
        }
    }

    fn finish(mut self) -> Result<Built<'a>, Error> {
        let block = self.finish;
        self.variables.seal(&mut self.function, block);
        self.store_results(block);
        self.function.set_terminator(block, TerminatorKind::Return(vec![]), MADE);
        self.variables.finish(&mut self.function);
        Ok(Built {
            function: self.function,
            contexts: self.counted.into_keys().map(Some).chain(self.fuel.into_keys()).collect(),
            loops: self.iterations.into_keys().collect(),
            callees: self.calls.into_keys().collect(),
        })
    }
}

/// Where the result number `index` lies.
fn memarg(index: u64) -> MemArg {
    MemArg { align: 3, max_align: 3, offset: index * u64::from(RESULT_BYTES), memory: 0 }
}

fn mismatch(what: &str) -> Error {
    Error::PlanMismatch(what.to_string())
}
