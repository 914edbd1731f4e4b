//! A loop with one way through it, in symbols: what its values are in iteration `k`.

use std::collections::{HashMap, HashSet};

use wasmparser::Operator;

use super::linear::Linear;
use crate::ir::effects::is_pure_in;
use crate::ir::graph::{Graph, Loops};
use crate::ir::{BlockId, Definition, Function, InstructionId, TerminatorKind, ValueId};

/// A loop whose every iteration runs through the same blocks, without effects.
pub(super) struct Counted<'f, 'a> {
    pub(super) function: &'f Function<'a>,
    pub(super) header: BlockId,
    /// The block before the loop, and which of its targets leads into it.
    pub(super) entry: (BlockId, usize),
    /// The blocks, from the header on.
    blocks: Vec<BlockId>,
    /// The block whose branch leaves the loop, and which of its two targets does.
    pub(super) exit: (BlockId, usize),
    /// The values that are defined in the loop.
    defined: HashSet<ValueId>,
    /// What each value of the loop is in terms of the header's parameters and of values from
    /// outside. Values that are no such combination are missing.
    symbols: HashMap<ValueId, Linear>,
    /// For each of the header's parameters what it is in iteration `k`, if that is known.
    forms: Vec<Option<Form>>,
}

/// `start + step * k + rise * k * (k - 1) / 2`, of values that don't change in the loop.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    pub(super) start: Linear,
    pub(super) step: Linear,
    pub(super) rise: Linear,
}

impl Form {
    fn plus(self, factor: u64, other: &Form) -> Form {
        Form {
            start: self.start.plus(factor, &other.start),
            step: self.step.plus(factor, &other.step),
            rise: self.rise.plus(factor, &other.rise),
        }
    }
}

impl<'f, 'a> Counted<'f, 'a> {
    /// The innermost loop number `number`, if there is one way through it and it has no effects.
    pub(super) fn new(
        function: &'f Function<'a>,
        graph: &Graph,
        loops: &Loops,
        number: u32,
    ) -> Option<Self> {
        let header = loops.loops[number as usize].header;
        let inside = |block: BlockId| loops.innermost[block.0 as usize] == Some(number);
        let mut outside = graph.predecessors[header.0 as usize].iter().filter(|b| !inside(**b));
        let (Some(&before), None) = (outside.next(), outside.next()) else { return None };
        let into = |target: &crate::ir::Target| target.block == header;
        let entry = (before, function.terminator(before).targets().into_iter().position(into)?);
        let mut counted = Counted {
            function,
            header,
            entry,
            blocks: Vec::new(),
            exit: (header, usize::MAX),
            defined: HashSet::new(),
            symbols: HashMap::new(),
            forms: Vec::new(),
        };
        counted.walk(&inside)?;
        counted.classify();
        Some(counted)
    }

    /// Follows the one way through the loop.
    fn walk(&mut self, inside: &dyn Fn(BlockId) -> bool) -> Option<()> {
        for &parameter in &self.function.block(self.header).parameters {
            self.symbols.insert(parameter, Linear::value(parameter));
        }
        let mut block = self.header;
        loop {
            self.blocks.push(block);
            self.defined.extend(&self.function.block(block).parameters);
            for &instruction in &self.function.block(block).instructions {
                self.instruction(instruction)?;
            }
            let target = match &self.function.terminator(block).kind {
                TerminatorKind::Jump(target) => target,
                TerminatorKind::Branch { taken, otherwise, .. } => {
                    let (stays, leaves) = match (inside(taken.block), inside(otherwise.block)) {
                        (true, false) => (taken, 1),
                        (false, true) => (otherwise, 0),
                        _ => return None,
                    };
                    if self.exit.1 != usize::MAX {
                        return None;
                    }
                    self.exit = (block, leaves);
                    stays
                }
                _ => return None,
            };
            if target.block == self.header {
                return (self.exit.1 != usize::MAX).then_some(());
            }
            let parameters = &self.function.block(target.block).parameters;
            for (&parameter, &argument) in parameters.iter().zip(&target.arguments) {
                if let Some(symbol) = self.symbol(argument) {
                    self.symbols.insert(parameter, symbol);
                }
            }
            block = target.block;
        }
    }

    fn instruction(&mut self, id: InstructionId) -> Option<()> {
        let instruction = self.function.instruction(id);
        if !is_pure_in(self.function, instruction) || instruction.results.len() != 1 {
            return None;
        }
        let result = instruction.results[0];
        self.defined.insert(result);
        let arguments: Vec<Option<Linear>> =
            instruction.arguments.iter().map(|&argument| self.symbol(argument)).collect();
        let combined = match (&instruction.operator, arguments.as_slice()) {
            (Operator::I32Const { value }, _) => Some(Linear::constant(*value as u64)),
            (Operator::I64Const { value }, _) => Some(Linear::constant(*value as u64)),
            (Operator::I32Add | Operator::I64Add, [Some(left), Some(right)]) => {
                Some(left.clone().plus(1, right))
            }
            (Operator::I32Sub | Operator::I64Sub, [Some(left), Some(right)]) => {
                Some(left.clone().plus(u64::MAX, right))
            }
            (Operator::I32Mul | Operator::I64Mul, [Some(left), Some(right)]) => {
                match (left.as_constant(), right.as_constant()) {
                    (Some(factor), _) => Some(right.times(factor)),
                    (_, Some(factor)) => Some(left.times(factor)),
                    _ => None,
                }
            }
            (Operator::I32Shl, [Some(left), Some(right)]) => {
                right.as_constant().map(|by| left.times(1 << (by & 31)))
            }
            (Operator::I64Shl, [Some(left), Some(right)]) => {
                right.as_constant().map(|by| left.times(1 << (by & 63)))
            }
            _ => None,
        };
        if let Some(symbol) = combined {
            self.symbols.insert(result, symbol);
        }
        Some(())
    }

    /// What `value` is in terms of the header's parameters and of values from outside.
    pub(super) fn symbol(&self, value: ValueId) -> Option<Linear> {
        if self.is_inside(value) {
            return self.symbols.get(&value).cloned();
        }
        Some(match self.constant(value) {
            Some(constant) => Linear::constant(constant),
            None => Linear::value(value),
        })
    }

    fn constant(&self, value: ValueId) -> Option<u64> {
        let Definition::Result { instruction, .. } = self.function.value(value).definition else {
            return None;
        };
        match self.function.instruction(instruction).operator {
            Operator::I32Const { value } => Some(value as u64),
            Operator::I64Const { value } => Some(value as u64),
            _ => None,
        }
    }

    /// Whether `block` is one of the loop's.
    pub(super) fn has_block(&self, block: BlockId) -> bool {
        self.blocks.contains(&block)
    }

    /// Whether `value` is defined in the loop.
    pub(super) fn is_inside(&self, value: ValueId) -> bool {
        self.defined.contains(&value)
    }

    /// Finds out what the header's parameters are in iteration `k`.
    fn classify(&mut self) {
        let parameters = self.function.block(self.header).parameters.clone();
        let starts = self.function.terminator(self.entry.0).target(self.entry.1);
        let starts = starts.expect("the way into the loop");
        let back = self.back_arguments();
        self.forms = vec![None; parameters.len()];
        // What rises with another parameter is known once that one is.
        for _ in 0..3 {
            for (index, &parameter) in parameters.iter().enumerate() {
                if self.forms[index].is_some() {
                    continue;
                }
                let Some(next) = self.symbol(back[index]) else { continue };
                if next.terms.get(&parameter) != Some(&1) {
                    continue;
                }
                let change = next.plus(u64::MAX, &Linear::value(parameter));
                let Some(change) = self.form(&change) else { continue };
                if !change.rise.is_zero() {
                    continue;
                }
                let start = self.symbol(starts.arguments[index]).expect("known from outside");
                self.forms[index] = Some(Form { start, step: change.start, rise: change.step });
            }
        }
    }

    fn back_arguments(&self) -> Vec<ValueId> {
        let last = *self.blocks.last().expect("a loop has a header");
        let targets = self.function.terminator(last).targets();
        let back = targets.into_iter().find(|target| target.block == self.header);
        back.expect("the walk ended there").arguments.clone()
    }

    /// What `linear` is in iteration `k`; `None` when it depends on a parameter that isn't known.
    pub(super) fn form(&self, linear: &Linear) -> Option<Form> {
        let parameters = &self.function.block(self.header).parameters;
        let mut form = Form { start: Linear::constant(linear.constant), ..Form::default() };
        for (&value, &coefficient) in &linear.terms {
            let term = match parameters.iter().position(|&parameter| parameter == value) {
                Some(index) => self.forms[index].clone()?,
                None => Form { start: Linear::value(value), ..Form::default() },
            };
            form = form.plus(coefficient, &term);
        }
        Some(form)
    }

    /// What `value` is in iteration `k`.
    pub(super) fn form_of(&self, value: ValueId) -> Option<Form> {
        self.form(&self.symbol(value)?)
    }

    /// The argument of a parameter of one of the blocks behind the header.
    pub(super) fn passed(&self, parameter: ValueId) -> Option<ValueId> {
        let Definition::Parameter { block, index } = self.function.value(parameter).definition
        else {
            return None;
        };
        let place = self.blocks.iter().position(|&found| found == block)?.checked_sub(1)?;
        let targets = self.function.terminator(self.blocks[place]).targets();
        let target = targets.into_iter().find(|target| target.block == block)?;
        target.arguments.get(index as usize).copied()
    }
}
