//! Rewrites one function body.
//!
//! The operators are copied byte by byte. In between, code is inserted where the plan has cut
//! points and edges with a value. Three constructs change shape:
//!
//! * the body is wrapped in a block, so that `return` and branches to the function's label lead to
//!   one place behind it, where the last path is pushed;
//! * ([`branches`]) a `br_table` whose edges have values, or counters, goes through *pads*, one for each target, that
//!   add the value, or count, and branch on;
//! * ([`reentry`]) a `loop` that is cut and calls nothing is wrapped in labels, one to leave it by where the ring is full
//!   and one to enter it again;
//! * ([`catches`]) a `try_table` is wrapped in blocks, one for each catch clause, where the region of a caught
//!   exception starts before control goes on to the clause's label.
//!
//! Labels are therefore counted anew: each frame of the original control stack knows the position
//! of its label among the open labels of the output.

mod branches;
mod catches;
mod reentry;

use std::collections::{BTreeSet, HashMap};

use formats::plan::{Block, Counter, Exit, FunctionPlan, Origin, Plan, RegionKind, Scalar};
use slicer::module::Module;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{Encode, InstructionSink};
use wasmparser::{BlockType, Operator, ValType};

use super::push::{FlushCheck, Locals, Push};
use super::types::BlockTypes;
use super::values::{PushPoint, Values};
use super::{Additions, InstrumentError, ShiftFunctions};
use crate::limits::{MAX_LIVENESS_LOCALS, MAX_LOCALS};
use catches::Landing;
use reentry::Reentry;
pub(super) use reentry::{OutOfLine, Saved, slots};

/// An instrumented body.
pub(super) struct Rewritten {
    /// The body as it stands in the code section, without its size.
    pub(super) bytes: Vec<u8>,
    /// For each original operator where its code begins, with what was inserted for it, in bytes
    /// from the start of the body.
    pub(super) operator_offsets: Vec<u32>,
    /// Where the ring is checked, in ascending order.
    pub(super) flush_checks: Vec<FlushCheck>,
    /// Code that stands behind the loop that it belongs to, in ascending order.
    pub(super) out_of_line: Vec<OutOfLine>,
    /// How many globals save locals of loops.
    pub(super) saved: u32,
    /// Bytes of the largest event that is kept when the ring is flushed for a loop.
    pub(super) kept: u32,
    /// Function types that blocks need and the module lacks. The body is of no use if there are
    /// any.
    pub(super) missing_types: Vec<wasmparser::FuncType>,
}

impl Rewritten {
    /// The original operator that the byte at `offset` of the body belongs to.
    pub(super) fn operator_at(&self, offset: u32) -> Option<u32> {
        let moved = self.out_of_line.iter().find(|code| code.bytes.contains(&offset));
        if let Some(code) = moved {
            return Some(code.operator);
        }
        let behind = self.operator_offsets.partition_point(|&start| start <= offset);
        behind.checked_sub(1).map(|operator| operator as u32)
    }
}

/// A construct of the original body that is open.
struct Frame {
    /// Position of its label among the open labels of the output, counted from the outside.
    position: u32,
    /// Types that a branch to its label carries.
    label_types: Vec<ValType>,
    /// For a `try_table` that was wrapped: where its clauses go on to.
    landings: Vec<Landing>,
    /// For a loop that was wrapped.
    reentry: Option<Reentry>,
}

pub(super) struct Rewriter<'a> {
    module: &'a Module<'a>,
    function: u32,
    plan: &'a FunctionPlan,
    types: &'a BlockTypes,
    push: Push<'a>,
    shift: ShiftFunctions,
    /// The blocks that hold operators, in order; those before `next_block` have begun.
    blocks: Vec<u32>,
    next_block: usize,
    /// Index of the block that the operator at hand executes in.
    current: Option<u32>,
    next_site: usize,
    next_nest: usize,
    next_silent: usize,
    values: Values,
    /// The locals that keep values, so far as values were kept in them.
    stored: BTreeSet<u32>,
    landing_events: HashMap<(u32, u32), u32>,
    /// The numbers of the counters, among those of their nest.
    counters: HashMap<Counter, u32>,
    /// The loops that can be entered again, by their operators: the header, and what they need.
    reentries: HashMap<u32, (u32, Vec<Saved>)>,
    frames: Vec<Frame>,
    /// Number of open labels in the output.
    depth: u32,
    output: Rewritten,
}

impl<'a> Rewriter<'a> {
    pub(super) fn new(
        module: &'a Module<'a>,
        plan: &'a Plan,
        additions: &'a Additions,
        types: &'a BlockTypes,
        function: u32,
    ) -> Self {
        let function_plan = &plan.functions[function as usize];
        let mut landing_events = HashMap::new();
        let mut landing_blocks = std::collections::HashSet::new();
        for region in &function_plan.regions {
            if let RegionKind::Landing { operator, clause } = region.kind {
                landing_events.insert((operator, clause), region.first_event);
                landing_blocks.insert(region.start);
            }
        }
        let holds_operators =
            |index: &u32| !landing_blocks.contains(index) && !is_epilogue(function_plan, *index);
        let counters =
            function_plan.nests.iter().flat_map(|nest| nest.counters.iter().copied().zip(0..));
        Rewriter {
            module,
            function,
            plan: function_plan,
            types,
            // The locals are numbered once the body's own have been counted.
            push: Push { additions, locals: Locals::default() },
            shift: ShiftFunctions { imported: module.imported_functions },
            blocks: (0..function_plan.blocks.len() as u32).filter(holds_operators).collect(),
            next_block: 0,
            current: None,
            next_site: 0,
            next_nest: 0,
            next_silent: 0,
            values: Values::default(),
            stored: BTreeSet::new(),
            landing_events,
            counters: counters.collect(),
            reentries: HashMap::new(),
            frames: Vec::new(),
            depth: 0,
            output: Rewritten {
                bytes: Vec::new(),
                operator_offsets: Vec::with_capacity(function_plan.operators as usize),
                flush_checks: Vec::new(),
                out_of_line: Vec::new(),
                saved: 0,
                kept: 0,
                missing_types: Vec::new(),
            },
        }
    }

    pub(super) fn rewrite(mut self) -> Result<Rewritten, InstrumentError> {
        self.locals()?;
        for (parameter, keeper) in self.values.kept_parameters() {
            InstructionSink::new(&mut self.output.bytes).local_get(parameter).local_set(keeper);
            self.stored.insert(keeper);
        }
        self.push.load_position(&mut self.output.bytes);
        self.open_wrapper()?;
        let mut reader = self.module.operators(self.function)?;
        let mut index = 0;
        while !reader.eof() {
            let start = reader.original_position();
            let operator = reader.read()?;
            let original = &self.module.wasm[start..reader.original_position()];
            self.output.operator_offsets.push(self.output.bytes.len() as u32);
            self.enter_block(index);
            self.operator(index, &operator, original)?;
            index += 1;
        }
        let last = self.plan.blocks.len() as u32 - 1;
        if is_epilogue(self.plan, last) {
            self.push_path(PushPoint::Exit(last));
        }
        self.sink().end();
        self.check_placed()?;
        Ok(self.output)
    }

    /// Checks that everything that the plan records was found in the function.
    fn check_placed(&self) -> Result<(), InstrumentError> {
        let value = self.values.unstored(&self.stored).map(|value| format!("{value:?}"));
        let nest = self.plan.nests.get(self.next_nest);
        let nest = nest.map(|nest| format!("the nest around loop {}", nest.outermost));
        let call = self.plan.silent_calls.get(self.next_silent);
        let call = call.map(|call| format!("the silent call @{}", call.operator));
        let unplaced = value.or(nest).or(call);
        let function = self.module.imported_functions + self.function;
        unplaced.map_or(Ok(()), |what| Err(InstrumentError::Unplaced { function, what }))
    }

    fn sink(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.output.bytes)
    }

    /// Declares the body's own locals and those of the instrumentation.
    fn locals(&mut self) -> Result<(), InstrumentError> {
        let index = self.module.imported_functions + self.function;
        let params = self.module.signature(index).params();
        let mut count = params.len() as u64;
        let mut declared = Vec::new();
        let mut types: Vec<_> = params.iter().map(|&ty| reentry::scalar(ty)).collect();
        for group in self.module.bodies[self.function as usize].get_locals_reader()? {
            let (size, ty) = group?;
            count += u64::from(size);
            declared.push((size, self.shift.val_type(ty)?));
            let room = (MAX_LIVENESS_LOCALS + 1).saturating_sub(types.len());
            types.extend(std::iter::repeat_n(reentry::scalar(ty), room.min(size as usize)));
        }
        let wide = self.plan.sites.iter().any(|site| site.wide);
        let narrow = self.plan.sites.iter().any(|site| !site.wide);
        let counters = self.plan.nests.iter().map(|nest| nest.counters.len() as u32);
        let counters = counters.max().unwrap_or(0);
        let counted = u32::from(counters > 0);
        let words = 3 + u32::from(narrow) + counted;
        let doubles = u32::from(wide) + counters;
        let own = count + u64::from(words + doubles);
        self.values = Values::new(self.plan, own as u32);
        let total = own + self.values.locals().count() as u64;
        if total > MAX_LOCALS {
            return Err(InstrumentError::Limit {
                what: format!("the number of locals of function {index}"),
                found: total,
                limit: MAX_LOCALS,
            });
        }
        let first = count as u32;
        self.push.locals = Locals {
            path: first,
            position: first + 1,
            scratch: first + 2,
            open_event: first + 3,
            narrow_units: first + 3 + counted,
            counters: first + words,
            wide_units: first + words + counters,
        };
        declared.push((words, wasm_encoder::ValType::I32));
        if doubles > 0 {
            declared.push((doubles, wasm_encoder::ValType::I64));
        }
        declared.extend(self.values.locals().map(|ty| (1, val_type(ty))));
        self.find_reentries(&types)?;
        declared.len().encode(&mut self.output.bytes);
        for (size, ty) in declared {
            size.encode(&mut self.output.bytes);
            ty.encode(&mut self.output.bytes);
        }
        Ok(())
    }

    /// Opens the block that takes the place of the function's own label.
    fn open_wrapper(&mut self) -> Result<(), InstrumentError> {
        let signature = self.module.signature(self.module.imported_functions + self.function);
        let results = signature.results().to_vec();
        self.open_block(&[], &results)?;
        self.frames.push(Frame {
            position: 0,
            label_types: results,
            landings: Vec::new(),
            reentry: None,
        });
        Ok(())
    }

    fn open_block(
        &mut self,
        params: &[ValType],
        results: &[ValType],
    ) -> Result<(), InstrumentError> {
        let block_type = self.types.block(params, results).unwrap_or_else(|missing| {
            self.output.missing_types.push(missing);
            wasm_encoder::BlockType::Empty
        });
        self.sink().block(block_type);
        self.depth += 1;
        Ok(())
    }

    fn close_block(&mut self) {
        self.sink().end();
        self.depth -= 1;
    }

    /// Starts the block whose first operator is `index`, if there is one.
    fn enter_block(&mut self, index: u32) {
        if self.current_block().is_some_and(|block| block.end_operator <= index) {
            self.current = None;
        }
        let Some(&next) = self.blocks.get(self.next_block) else { return };
        let block = &self.plan.blocks[next as usize];
        if block.first_operator != index {
            return;
        }
        self.next_block += 1;
        self.current = Some(next);
        if block.cut_on_arrival {
            self.push_arrival(next);
        }
        for (local, keeper) in self.values.kept_locals(index) {
            InstructionSink::new(&mut self.output.bytes).local_get(local).local_set(keeper);
            self.stored.insert(keeper);
        }
        if let Some(region) = block.region {
            let first_event = self.plan.regions[region as usize].first_event;
            self.push.set_path(&mut self.output.bytes, first_event);
        }
        self.count(Counter::Block(next));
    }

    /// Counts `counter`, if it is one.
    fn count(&mut self, counter: Counter) {
        if let Some(&number) = self.counters.get(&counter) {
            self.push.count(&mut self.output.bytes, number);
        }
    }

    fn operator(
        &mut self,
        index: u32,
        operator: &Operator<'a>,
        original: &[u8],
    ) -> Result<(), InstrumentError> {
        match operator {
            Operator::Block { blockty } => self.open(*blockty, false, original),
            Operator::Loop { blockty } => {
                self.push_nest(index);
                self.open_loop(index, *blockty, original)?;
            }
            Operator::If { blockty } => {
                self.open(*blockty, false, original);
                self.add_fallthrough();
            }
            Operator::TryTable { try_table } => self.try_table(index, try_table)?,
            Operator::End => self.end(),
            Operator::Br { .. } => self.branch(operator, original)?,
            Operator::BrIf { .. }
            | Operator::BrOnNull { .. }
            | Operator::BrOnNonNull { .. }
            | Operator::BrOnCast { .. }
            | Operator::BrOnCastFail { .. } => {
                self.branch(operator, original)?;
                self.add_fallthrough();
            }
            Operator::BrTable { targets } => self.br_table(targets)?,
            Operator::Return if self.current.is_some() => {
                let depth = self.relative(0);
                self.sink().br(depth);
            }
            Operator::Call { .. } if let Some(copy) = self.silent_callee(index) => {
                self.next_silent += 1;
                self.sink().call(copy);
                self.keep_result(index);
            }
            Operator::Call { .. } | Operator::ReturnCall { .. } | Operator::RefFunc { .. } => {
                self.push_before_exit(index);
                let moved = self.shift.instruction(operator.clone())?;
                moved.encode(&mut self.output.bytes);
                self.keep_result(index);
                if matches!(operator, Operator::Call { .. }) {
                    self.push.load_position(&mut self.output.bytes);
                }
            }
            _ => {
                self.push_before_exit(index);
                self.push_site(index);
                self.copy(original);
                self.keep_result(index);
                if matches!(operator, Operator::CallIndirect { .. } | Operator::CallRef { .. }) {
                    self.push.load_position(&mut self.output.bytes);
                }
            }
        }
        Ok(())
    }

    /// Index of the copy that the operator `index` calls, if it is a silent call.
    fn silent_callee(&self, index: u32) -> Option<u32> {
        let call = self.plan.silent_calls.get(self.next_silent)?;
        if call.operator != index {
            return None;
        }
        self.push.additions.copy_of(call.callee)
    }

    fn copy(&mut self, original: &[u8]) {
        self.output.bytes.extend_from_slice(original);
    }

    fn current_block(&self) -> Option<&'a Block> {
        self.current.map(|block| &self.plan.blocks[block as usize])
    }

    fn push_path(&mut self, point: PushPoint) {
        let values = self.values.pushed_at(point);
        let check = self.push.path(&mut self.output.bytes, &values);
        self.output.flush_checks.push(check);
    }

    /// Pushes the event of the nest whose first loop is the operator `index`, if there is one.
    fn push_nest(&mut self, index: u32) {
        let Some(nest) = self.plan.nests.get(self.next_nest) else { return };
        if self.plan.loops[nest.outermost as usize].operator != index {
            return;
        }
        self.next_nest += 1;
        let bytes = &mut self.output.bytes;
        let check = if nest.is_counted() {
            self.push.counted_nest(bytes, nest.event, nest.counters.len() as u32)
        } else {
            let values = self.values.fields(&nest.values);
            self.push.nest(bytes, nest.event, &values)
        };
        self.output.flush_checks.push(check);
    }

    /// Keeps the result of the operator `index` aside, if it is needed later.
    fn keep_result(&mut self, index: u32) {
        let result = Origin::Operator { operator: index, index: 0 };
        if let Some(keeper) = self.values.keeper(result) {
            self.sink().local_tee(keeper);
            self.stored.insert(keeper);
        }
    }

    /// Pushes the path when the operator `index` ends its region.
    fn push_before_exit(&mut self, index: u32) {
        let (Some(number), Some(block)) = (self.current, self.current_block()) else { return };
        let ends_region = matches!(
            block.exit,
            Exit::Call { .. } | Exit::TailCall | Exit::Throw | Exit::Unreachable
        );
        if index + 1 == block.end_operator && ends_region {
            self.push_path(PushPoint::Exit(number));
        }
    }

    /// Pushes the units of the operator `index` if it is a site.
    fn push_site(&mut self, index: u32) {
        let Some(site) = self.plan.sites.get(self.next_site) else { return };
        if site.operator != index {
            return;
        }
        self.next_site += 1;
        let check = match site.wide {
            true => self.push.wide_site(&mut self.output.bytes, site.event),
            false => self.push.narrow_site(&mut self.output.bytes, site.event),
        };
        self.output.flush_checks.push(check);
    }

    fn open(&mut self, block_type: BlockType, is_loop: bool, original: &[u8]) {
        let (params, results) = self.module.block_signature(block_type);
        let label_types = if is_loop { params } else { results };
        self.copy(original);
        self.frames.push(Frame {
            position: self.depth,
            label_types,
            landings: Vec::new(),
            reentry: None,
        });
        self.depth += 1;
    }

    fn end(&mut self) {
        let frame = self.frames.pop().expect("validated");
        self.close_block();
        if let Some(reentry) = frame.reentry {
            self.reenter(&reentry);
        }
        if !frame.landings.is_empty() {
            self.land(frame.landings);
        }
    }

    /// Position of the label with the relative depth `depth` in the original.
    fn position(&self, depth: u32) -> u32 {
        self.frames[self.frames.len() - 1 - depth as usize].position
    }

    /// Relative depth, in the output, of the label at `position`.
    fn relative(&self, position: u32) -> u32 {
        self.depth - 1 - position
    }
}

fn val_type(ty: Scalar) -> wasm_encoder::ValType {
    match ty {
        Scalar::I32 => wasm_encoder::ValType::I32,
        Scalar::I64 => wasm_encoder::ValType::I64,
        Scalar::F32 => wasm_encoder::ValType::F32,
        Scalar::F64 => wasm_encoder::ValType::F64,
    }
}

/// Whether block `index` is the one through which every ordinary exit goes.
fn is_epilogue(plan: &FunctionPlan, index: u32) -> bool {
    plan.blocks[index as usize].exit == Exit::Return
}
