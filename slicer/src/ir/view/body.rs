//! The instructions of a block to lines, with expressions rebuilt.
//!
//! A value becomes part of the expression that uses it if it is used once, in the same block, and
//! nothing that has an effect is moved over another such thing: what traps, or reads or writes
//! state, happens in the order in which it is read. All other values get a name. Constants are written
//! wherever they are used.

use std::collections::{HashMap, VecDeque};

use super::super::{BlockId, Definition, Function, Instruction, TerminatorKind, ValueId};
use super::Names;
use super::expression::{Expression, Pieces, expression, keeps_order, literal};
use crate::ir::style::Style;
use crate::ir::text::types;
use crate::limits::MAX_EXPRESSION_DEPTH;

/// How often, and where, each value is used.
pub(super) struct Uses {
    /// For each value the number of uses, and the block of the last one that was counted.
    uses: Vec<(u32, BlockId)>,
}

impl Uses {
    pub(super) fn new(function: &Function<'_>) -> Uses {
        let mut uses = vec![(0, BlockId(0)); function.values.len()];
        let mut count = |value: ValueId, block| {
            let (number, place) = &mut uses[value.0 as usize];
            *number += 1;
            *place = block;
        };
        for block in function.block_ids() {
            for &instruction in &function.block(block).instructions {
                let arguments = &function.instruction(instruction).arguments;
                arguments.iter().for_each(|&value| count(value, block));
            }
            let terminator = function.terminator(block);
            terminator.arguments().iter().for_each(|&value| count(value, block));
            for target in terminator.targets() {
                target.arguments.iter().for_each(|&value| count(value, block));
            }
        }
        Uses { uses }
    }

    /// Whether the only use of `value` is in `block`.
    fn once_in(&self, value: ValueId, block: BlockId) -> bool {
        self.uses[value.0 as usize] == (1, block)
    }
}

/// A block in lines.
pub(super) struct Body {
    pub(super) lines: Vec<Pieces>,
    /// What the terminator takes.
    pub(super) operands: Vec<Expression>,
    /// For each of the terminator's targets the arguments.
    pub(super) targets: Vec<Vec<Expression>>,
}

/// The lines of `block`.
pub(super) fn body(function: &Function<'_>, block: BlockId, uses: &Uses, names: Names<'_>) -> Body {
    let mut writer = Writer {
        function,
        block,
        uses,
        names,
        held: HashMap::new(),
        waiting: VecDeque::new(),
        places: HashMap::new(),
        written: 0,
        lines: Vec::new(),
    };
    for &instruction in &function.block(block).instructions {
        writer.instruction(function.instruction(instruction));
    }
    writer.finish()
}

struct Writer<'w, 'a> {
    function: &'w Function<'a>,
    block: BlockId,
    uses: &'w Uses,
    names: Names<'w>,
    /// Values that are not written yet, because what uses them will be.
    held: HashMap<ValueId, Expression>,
    /// Those of them that have an effect, in order.
    waiting: VecDeque<ValueId>,
    /// Place of each of them, counted from the first value that ever waited.
    places: HashMap<ValueId, usize>,
    /// Number of values that no longer wait because they were named.
    written: usize,
    lines: Vec<Pieces>,
}

impl Writer<'_, '_> {
    fn instruction(&mut self, instruction: &Instruction<'_>) {
        if literal(&instruction.operator).is_some() {
            return;
        }
        let operator = &instruction.operator;
        let operands = self.take_all(&instruction.arguments, keeps_order(operator));
        let made = expression(operator, operands, self.names);
        if let [result] = instruction.results[..]
            && self.uses.once_in(result, self.block)
            && made.depth < MAX_EXPRESSION_DEPTH
        {
            if made.has_effect {
                self.places.insert(result, self.written + self.waiting.len());
                self.waiting.push_back(result);
            }
            self.held.insert(result, made);
            return;
        }
        if made.has_effect {
            self.write_first(self.waiting.len());
        }
        self.lines.push(definition(self.function, &instruction.results, made.pieces));
    }

    /// The expressions for `values`, each of which is used here. What has an effect is only taken
    /// if `with_effects`, and if nothing else that has one waits behind it.
    fn take_all(&mut self, values: &[ValueId], with_effects: bool) -> Vec<Expression> {
        let has_effect =
            |value: &&ValueId| self.held.get(value).is_some_and(|held| held.has_effect);
        let mut left = self.waiting.len();
        let mut passed_over = 0;
        for value in values.iter().rev().filter(has_effect) {
            let place = self.places[value] - self.written;
            if with_effects && place + 1 == left {
                left = place;
            } else {
                passed_over = passed_over.max(place + 1);
            }
        }
        self.waiting.truncate(left);
        self.write_first(passed_over);
        values.iter().map(|&value| self.take(value)).collect()
    }

    fn take(&mut self, value: ValueId) -> Expression {
        if let Some(held) = self.held.remove(&value) {
            return held;
        }
        if let Definition::Result { instruction, .. } = self.function.value(value).definition
            && let Some(literal) = literal(&self.function.instruction(instruction).operator)
        {
            return literal;
        }
        Expression::atom(Pieces::new(Style::Value, &format!("v{}", value.0)))
    }

    /// Names the first `count` of the values that wait.
    fn write_first(&mut self, count: usize) {
        self.written += count;
        for value in self.waiting.drain(..count) {
            let held = self.held.remove(&value).expect("what waits is held");
            self.lines.push(definition(self.function, &[value], held.pieces));
        }
    }

    fn finish(mut self) -> Body {
        let terminator = self.function.terminator(self.block);
        let is_jump = matches!(terminator.kind, TerminatorKind::Jump(_));
        let in_order = match &terminator.kind {
            TerminatorKind::Try { operator, .. } | TerminatorKind::TailCall { operator, .. } => {
                keeps_order(operator)
            }
            _ => true,
        };
        let targets = terminator.targets();
        // Only a jump computes its arguments for certain.
        let mut passed: Vec<Vec<Expression>> = Vec::new();
        if !is_jump {
            for target in &targets {
                passed.push(self.take_all(&target.arguments, false));
            }
        }
        let operands = self.take_all(terminator.arguments(), in_order);
        if is_jump {
            for target in &targets {
                passed.push(self.take_all(&target.arguments, true));
            }
        }
        self.write_first(self.waiting.len());
        Body { lines: self.lines, operands, targets: passed }
    }
}

/// `let results = value`, or the value alone.
fn definition(function: &Function<'_>, results: &[ValueId], value: Pieces) -> Pieces {
    let mut out = Pieces::default();
    if !results.is_empty() {
        out.put(Style::Keyword, "let");
        out.plain(" ");
        typed(function, results, &mut out);
        out.plain(" = ");
    }
    out.append(&value);
    out
}

/// The values with their types.
pub(super) fn typed(function: &Function<'_>, values: &[ValueId], out: &mut Pieces) {
    for (place, value) in values.iter().enumerate() {
        out.plain(if place > 0 { ", " } else { "" });
        out.put(Style::Value, &format!("v{}", value.0));
        out.plain(": ");
        out.put(Style::Type, &types::value_type(function.value(*value).ty));
    }
}
