//! Constructs, their labels, and the branches to them.

use wasmparser::{BlockType, BrTable, Operator, RefType, ValType};

use super::{Builder, Frame, FrameKind};
use crate::Error;
use crate::ir::{BlockId, ENTRY, Origin, Target, TerminatorKind, ValueId};

impl<'a> Builder<'_, 'a> {
    pub(super) fn push_frame(&mut self, kind: FrameKind, block_type: BlockType) {
        let parameters = match self.current {
            Some(_) => self.arity(block_type).0,
            None => 0,
        };
        let height = self.stack.len().saturating_sub(parameters) as u32;
        let entered = self.current.map(|block| (block, self.variables.moment()));
        let catching = match kind {
            FrameKind::TryTable(_) => Some(self.frames.len() as u32),
            _ => self.catching(),
        };
        self.frames.push(Frame { kind, block_type, height, label: None, entered, catching });
    }

    /// Index of the innermost `try_table`'s frame.
    pub(super) fn catching(&self) -> Option<u32> {
        self.frames.last()?.catching
    }

    /// Numbers of values that a construct takes and gives.
    fn arity(&self, block_type: BlockType) -> (usize, usize) {
        match block_type {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => {
                let signature = self.module.function_type(index);
                (signature.params().len(), signature.results().len())
            }
        }
    }

    /// Number of values that a branch to the label of the frame passes.
    fn label_arity(&self, frame: usize) -> usize {
        let Frame { kind, block_type, .. } = &self.frames[frame];
        match kind {
            FrameKind::Loop => self.arity(*block_type).0,
            _ => self.arity(*block_type).1,
        }
    }

    /// Index of the frame that a label of the operator means.
    pub(super) fn frame(&self, depth: u32) -> usize {
        self.frames.len() - 1 - depth as usize
    }

    /// Adds parameters for values of these types, which lie on the stack from `height` up.
    fn add_stack_parameters(&mut self, block: BlockId, types: &[ValType], height: u32) {
        let operator = self.function.block(block).first_operator;
        for (depth, &ty) in (height..).zip(types) {
            let ty = self.module.named_type(ty);
            self.function.add_parameter(block, ty, Origin::Stack { operator, depth });
        }
    }

    /// The block that a branch to the label of the frame enters.
    fn label(&mut self, frame: usize) -> BlockId {
        if let Some(label) = self.frames[frame].label {
            return label;
        }
        // The operator behind the construct is known at its end.
        let label = self.function.add_block(u32::MAX);
        let (_, results) = self.module.block_signature(self.frames[frame].block_type);
        self.add_stack_parameters(label, &results, self.frames[frame].height);
        self.frames[frame].label = Some(label);
        label
    }

    /// How a block is left that goes to the label of the frame with these values.
    pub(super) fn jump_to(&mut self, frame: usize, arguments: Vec<ValueId>) -> TerminatorKind<'a> {
        if frame == 0 {
            return TerminatorKind::Return(arguments);
        }
        let label = self.label(frame);
        TerminatorKind::Jump(Target::new(label, arguments))
    }

    /// The way to the label of the frame with these values.
    pub(super) fn target(&mut self, frame: usize, arguments: Vec<ValueId>) -> Target {
        match self.jump_to(frame, arguments) {
            TerminatorKind::Jump(target) => target,
            kind => {
                let edge = self.edge_block();
                self.terminate(edge, kind, u32::MAX);
                Target::new(edge, Vec::new())
            }
        }
    }

    /// A block that only the terminator which is being made leads to.
    fn edge_block(&mut self) -> BlockId {
        let edge = self.function.add_block(u32::MAX);
        self.edges.push(edge);
        edge
    }

    /// The way to the label of the frame with the values `passed` and values of the types `made`,
    /// which the terminator makes. They are its results from `first` on.
    pub(super) fn making_target(
        &mut self,
        frame: usize,
        mut passed: Vec<ValueId>,
        made: &[ValType],
        first: u32,
    ) -> Target {
        let edge = self.edge_block();
        let target = self.make_values(edge, made, first);
        passed.extend(&self.function.block(edge).parameters);
        let kind = self.jump_to(frame, passed);
        self.terminate(edge, kind, u32::MAX);
        target
    }

    /// The way to the new block `block`, which takes values of the types `made`: results of the
    /// operator from `first` on.
    pub(super) fn make_values(&mut self, block: BlockId, made: &[ValType], first: u32) -> Target {
        for (index, &ty) in (first..).zip(made) {
            let origin = Origin::Operator { operator: self.index, index };
            self.function.add_parameter(block, self.module.named_type(ty), origin);
        }
        Target { block, made: made.len() as u32, arguments: Vec::new() }
    }

    /// The topmost values.
    fn top(&self, count: usize) -> Vec<ValueId> {
        self.stack[self.stack.len() - count..].to_vec()
    }

    pub(super) fn branch(&mut self, depth: u32) {
        let frame = self.frame(depth);
        let arguments = self.pop_many(self.label_arity(frame));
        let kind = self.jump_to(frame, arguments);
        self.leave(kind);
    }

    pub(super) fn branch_if(&mut self, depth: u32) {
        let condition = self.pop();
        let frame = self.frame(depth);
        let arguments = self.top(self.label_arity(frame));
        let taken = self.target(frame, arguments);
        let next = self.block_after();
        let otherwise = Target::new(next, Vec::new());
        self.leave(TerminatorKind::Branch { condition, taken, otherwise });
        self.go_on(next);
    }

    pub(super) fn branch_table(&mut self, table: &BrTable<'_>) -> Result<(), Error> {
        let index = self.pop();
        let arguments = self.pop_many(self.label_arity(self.frame(table.default())));
        let mut targets = Vec::with_capacity(table.len() as usize + 1);
        // All ways out of the function lead through one block.
        let mut out: Option<Target> = None;
        for depth in table.targets().chain([Ok(table.default())]) {
            self.charge(arguments.len() + 1)?;
            let frame = self.frame(depth?);
            targets.push(match &out {
                Some(target) if frame == 0 => target.clone(),
                _ => self.target(frame, arguments.clone()),
            });
            if frame == 0 && out.is_none() {
                out = targets.last().cloned();
            }
        }
        let default = targets.pop().expect("the default is among them");
        self.leave(TerminatorKind::Switch { index, targets, default });
        Ok(())
    }

    /// `br_on_*`, after the validator saw it.
    pub(super) fn branch_on(&mut self, operator: Operator<'a>, depth: u32) {
        let reference = self.pop();
        let frame = self.frame(depth);
        let left = match operator {
            Operator::BrOnNonNull { .. } => None,
            _ => self.top_types(1).pop(),
        };
        let sent = self.sent(&operator, reference);
        let passed = self.top(self.label_arity(frame) - usize::from(sent.is_some()));
        let taken = match sent {
            Some(sent) => self.making_target(frame, passed, &[sent], 0),
            None => self.target(frame, passed),
        };
        let next = self.block_after();
        let otherwise = self.make_values(next, left.as_slice(), u32::from(sent.is_some()));
        self.stack.extend(&self.function.block(next).parameters);
        self.leave(TerminatorKind::BranchOn { operator, reference, taken, otherwise });
        self.go_on(next);
    }

    /// Type of the reference that a `br_on_*` sends to its label.
    fn sent(&self, operator: &Operator<'_>, reference: ValueId) -> Option<ValType> {
        Some(ValType::Ref(match *operator {
            Operator::BrOnNonNull { .. } => {
                let ValType::Ref(ty) = self.function.value(reference).ty else { return None };
                ty.as_non_null()
            }
            Operator::BrOnCast { to_ref_type, .. } => to_ref_type,
            Operator::BrOnCastFail { from_ref_type, to_ref_type, .. } => {
                RefType::difference(from_ref_type, to_ref_type)
            }
            _ => return None,
        }))
    }

    pub(super) fn open_loop(&mut self, block_type: BlockType) -> Result<(), Error> {
        self.push_frame(FrameKind::Loop, block_type);
        if self.current.is_none() {
            return Ok(());
        }
        let (parameters, _) = self.module.block_signature(block_type);
        self.charge(parameters.len())?;
        let header = self.block_after();
        let frame = self.frames.last_mut().expect("just pushed");
        frame.label = Some(header);
        let height = frame.height;
        self.add_stack_parameters(header, &parameters, height);
        let arguments = self.pop_many(parameters.len());
        self.fall_into(header, arguments);
        self.stack.extend(&self.function.block(header).parameters);
        self.current = Some(header);
        Ok(())
    }

    /// Control goes on from the current block, if there is one, to the block `next`.
    fn fall_into(&mut self, next: BlockId, arguments: Vec<ValueId>) {
        if let Some(block) = self.current.take() {
            let kind = TerminatorKind::Jump(Target::new(next, arguments));
            self.terminate(block, kind, u32::MAX);
        }
    }

    pub(super) fn open_if(&mut self, block_type: BlockType) -> Result<(), Error> {
        if self.current.is_none() {
            self.push_frame(FrameKind::If(Vec::new()), block_type);
            return Ok(());
        }
        let condition = self.pop();
        let parameters = self.top(self.arity(block_type).0);
        self.charge(parameters.len())?;
        self.push_frame(FrameKind::If(parameters), block_type);
        let then = self.block_after();
        let taken = Target::new(then, Vec::new());
        // The other target is set at the `else`, or at the `end` when there is none.
        let otherwise = Target::new(ENTRY, Vec::new());
        let block = self.current.take().expect("was checked");
        let kind = TerminatorKind::Branch { condition, taken, otherwise };
        self.function.set_terminator(block, kind, self.index);
        self.variables.edge(block, 0, then);
        self.go_on(then);
        Ok(())
    }

    /// Sets where an `if` leads when its condition is 0.
    fn set_otherwise(&mut self, block: BlockId, target: Target) {
        self.variables.edge(block, 1, target.block);
        let kind = &mut self.function.terminators[block.0 as usize].kind;
        if let TerminatorKind::Branch { otherwise, .. } = kind {
            *otherwise = target;
        }
    }

    pub(super) fn open_else(&mut self) -> Result<(), Error> {
        let frame = self.frames.len() - 1;
        self.fall_to_label(frame)?;
        let kind = std::mem::replace(&mut self.frames[frame].kind, FrameKind::Else);
        let Frame { entered, height, .. } = self.frames[frame];
        self.stack.truncate(height as usize);
        if let (FrameKind::If(parameters), Some((block, _))) = (kind, entered) {
            self.stack.extend(parameters);
            let next = self.block_after();
            self.set_otherwise(block, Target::new(next, Vec::new()));
            self.go_on(next);
        }
        Ok(())
    }

    /// Control goes on from the current block, if there is one, to the label of the frame.
    fn fall_to_label(&mut self, frame: usize) -> Result<(), Error> {
        if self.current.is_some() {
            let arguments = self.pop_many(self.label_arity(frame));
            self.charge(arguments.len())?;
            let label = self.label(frame);
            self.fall_into(label, arguments);
        }
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<(), Error> {
        let frame = self.frames.len() - 1;
        if frame == 0 {
            if self.current.is_some() {
                let results = self.pop_many(self.label_arity(0));
                self.leave(TerminatorKind::Return(results));
            }
            return Ok(());
        }
        match &mut self.frames[frame].kind {
            FrameKind::Loop => self.end_loop(),
            FrameKind::If(parameters) => {
                let parameters = std::mem::take(parameters);
                if let Some((block, _)) = self.frames[frame].entered {
                    let label = self.label(frame);
                    self.set_otherwise(block, Target::new(label, parameters));
                }
                self.end_block()?;
            }
            _ => self.end_block()?,
        }
        self.frames.pop();
        Ok(())
    }

    /// All branches to the loop's header are known.
    fn end_loop(&mut self) {
        let frame = self.frames.last().expect("validated");
        if let (Some(header), Some((before, since))) = (frame.label, frame.entered) {
            if self.current.is_none() {
                self.stack.truncate(frame.height as usize);
            }
            self.variables.seal_between(&mut self.function, header, before, since);
        }
    }

    /// Control goes on behind the construct: at its label, if it was branched to.
    fn end_block(&mut self) -> Result<(), Error> {
        let frame = self.frames.len() - 1;
        let Frame { label, entered, height, .. } = self.frames[frame];
        let (Some(label), Some((before, since))) = (label, entered) else {
            if self.current.is_none() {
                self.stack.truncate(height as usize);
            }
            return Ok(());
        };
        self.fall_to_label(frame)?;
        self.stack.truncate(height as usize);
        self.place_label(label, height);
        self.stack.extend(&self.function.block(label).parameters);
        self.variables.seal_between(&mut self.function, label, before, since);
        self.current = Some(label);
        Ok(())
    }

    /// The block of a label starts behind the operator.
    fn place_label(&mut self, label: BlockId, height: u32) {
        let operator = self.index + 1;
        let block = &mut self.function.blocks[label.0 as usize];
        block.first_operator = operator;
        for (depth, value) in (height..).zip(&block.parameters) {
            self.function.values[value.0 as usize].origin = Origin::Stack { operator, depth };
        }
    }
}
