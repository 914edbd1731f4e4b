//! Which values stay on the operand stack.
//!
//! Takes a function and gives a [`Schedule`]: the [`Step`]s of a stack machine whose locals are still
//! the values themselves. A value is left on the stack for its first use when what computes it can
//! move there without passing an operator that it must not change places with; if it has more uses,
//! a `local.tee` keeps it. Constants are computed again at each use while that is shorter. Values
//! that nothing needs are not computed at all.
//!
//! Each block is walked backwards: the operators that are still to be placed are then exactly those
//! that a moved operator would pass. (LLVM's `WebAssemblyRegStackify` has the same aim.)

use std::ops::Range;

use wasmparser::{Operator, ValType};

use super::effects::Effects;
use super::{Options, target};
use crate::ir::graph::Graph;
use crate::ir::{BlockId, Definition, ENTRY, Function, InstructionId, TerminatorKind, ValueId};

/// A step of a stack machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Pushes a value that was kept.
    Get(ValueId),
    /// Pops a value and keeps it.
    Set(ValueId),
    /// Keeps the value on top of the stack.
    Tee(ValueId),
    /// Pops a value.
    Drop,
    /// Executes an instruction.
    Operator(InstructionId),
    /// Pops a condition and opens an `if` that gives a value of this type.
    If(ValType),
    /// Starts the other arm.
    Else,
    /// Closes the `if`.
    End,
}

/// A block parameter that gets its value on the way into the block.
#[derive(Clone, Debug)]
pub(super) struct Move {
    /// The parameter.
    pub(super) parameter: ValueId,
    /// What pushes the value: places in [`Schedule::steps`].
    pub(super) steps: Range<u32>,
    /// Whether the value is there only when the operands of the block's terminator are: one of them keeps it.
    pub(super) is_late: bool,
}

/// What a block does. Ranges are places in [`Schedule::steps`] and [`Schedule::moves`].
#[derive(Clone, Debug, Default)]
pub(super) struct BlockSteps {
    /// The instructions.
    pub(super) body: Range<u32>,
    /// What pushes the operands of the terminator.
    pub(super) operands: Range<u32>,
    /// The moves of all targets.
    pub(super) moves: Range<u32>,
    /// Where the moves of each target end.
    pub(super) targets: Vec<u32>,
}

/// The steps of a function.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    pub(super) steps: Vec<Step>,
    pub(super) moves: Vec<Move>,
    pub(super) blocks: Vec<BlockSteps>,
}

impl Schedule {
    /// The schedule of `function`. Constants that instructions from `kept_from` on make are kept in
    /// locals.
    pub(super) fn new(
        function: &Function<'_>,
        graph: &Graph,
        kept_from: InstructionId,
        options: &Options,
    ) -> Schedule {
        let needed = Needed::new(function, graph);
        let mut scheduler = Scheduler {
            function,
            options,
            constants: constants(function, kept_from, &needed),
            needed,
            home: vec![(u32::MAX, 0); function.instructions.len()],
            placed: vec![false; function.instructions.len()],
            uses_here: vec![0; function.values.len()],
            late_in: vec![None; function.values.len()],
            effects: Default::default(),
            reversed: Vec::new(),
            pending: Vec::new(),
            schedule: Schedule::default(),
        };
        for block in function.block_ids() {
            scheduler.block(block);
        }
        scheduler.schedule
    }

    /// The steps in `range`.
    pub(super) fn steps(&self, range: &Range<u32>) -> &[Step] {
        &self.steps[range.start as usize..range.end as usize]
    }

    /// The moves on the way from `block` to the target with the index `edge`.
    pub(super) fn moves(&self, block: BlockId, edge: usize) -> &[Move] {
        let steps = &self.blocks[block.0 as usize];
        let start = match edge {
            0 => steps.moves.start,
            _ => steps.targets[edge - 1],
        };
        &self.moves[start as usize..steps.targets[edge] as usize]
    }
}

/// How often each value is used, by what is needed for the function to do what it does.
struct Needed {
    uses: Vec<u32>,
}

impl Needed {
    fn new(function: &Function<'_>, graph: &Graph) -> Needed {
        let mut needed = Needed { uses: vec![0; function.values.len()] };
        let mut pending = Vec::new();
        // Instructions whose arguments are counted.
        let mut counted = vec![false; function.instructions.len()];
        for block in function.block_ids() {
            for &id in &function.block(block).instructions {
                let instruction = function.instruction(id);
                if !Effects::of(&instruction.operator).is_removable() {
                    counted[id.0 as usize] = true;
                    needed.add(&instruction.arguments, &mut pending);
                }
            }
            needed.add(function.terminator(block).arguments(), &mut pending);
        }
        let ways_in = ways_in(function, graph);
        while let Some(value) = pending.pop() {
            match function.value(value).definition {
                Definition::Result { instruction, .. } => {
                    let counted = &mut counted[instruction.0 as usize];
                    if !std::mem::replace(counted, true) {
                        let arguments = &function.instruction(instruction).arguments;
                        needed.add(arguments, &mut pending);
                    }
                }
                Definition::Parameter { block, index } => {
                    for &(source, edge) in &ways_in[block.0 as usize] {
                        let target = target(&function.terminator(source).kind, edge as usize);
                        if let Some(place) = index.checked_sub(target.made) {
                            needed.add(&target.arguments[place as usize..][..1], &mut pending);
                        }
                    }
                }
            }
        }
        needed
    }

    fn of(&self, value: ValueId) -> u32 {
        self.uses[value.0 as usize]
    }

    /// Counts uses; values of which it is the first use are added to `pending`.
    fn add(&mut self, values: &[ValueId], pending: &mut Vec<ValueId>) {
        for &value in values {
            let uses = &mut self.uses[value.0 as usize];
            *uses += 1;
            if *uses == 1 {
                pending.push(value);
            }
        }
    }
}

/// For each block the targets that lead there: the block that they leave and their index.
fn ways_in(function: &Function<'_>, graph: &Graph) -> Vec<Vec<(BlockId, u32)>> {
    let mut ways_in = vec![Vec::new(); function.blocks.len()];
    for block in function.block_ids() {
        for (edge, to) in (0..).zip(&graph.successors[block.0 as usize]) {
            ways_in[to.0 as usize].push((block, edge));
        }
    }
    ways_in
}

/// For each instruction whether it is a constant that is computed at each use.
fn constants(function: &Function<'_>, kept_from: InstructionId, needed: &Needed) -> Vec<bool> {
    let is_constant = |instruction: &crate::ir::Instruction<'_>| {
        let Some(bytes) = constant_bytes(&instruction.operator) else { return false };
        let uses = instruction.results.first().map_or(0, |&result| needed.of(result));
        // Otherwise `local.tee` keeps it, and each further use is a `local.get`.
        const LOCAL_BYTES: u32 = 2;
        uses <= 1
            || u64::from(bytes) * u64::from(uses)
                <= u64::from(bytes) + u64::from(LOCAL_BYTES) * u64::from(uses)
    };
    let mut constants: Vec<bool> = function.instructions.iter().map(is_constant).collect();
    constants.iter_mut().skip(kept_from.0 as usize).for_each(|constant| *constant = false);
    constants
}

/// Length of the operator's encoding, if it is a constant.
pub(super) fn constant_bytes(operator: &Operator<'_>) -> Option<u32> {
    Some(match *operator {
        Operator::I32Const { value } => 1 + signed_bytes(value.into()),
        Operator::I64Const { value } => 1 + signed_bytes(value),
        Operator::F32Const { .. } => 5,
        Operator::F64Const { .. } => 9,
        Operator::V128Const { .. } => 18,
        Operator::RefNull { .. } => 2,
        Operator::RefFunc { function_index } => 1 + signed_bytes(function_index.into()),
        _ => return None,
    })
}

/// Length of a number in signed LEB128.
fn signed_bytes(value: i64) -> u32 {
    let magnitude = if value < 0 { !value } else { value };
    (64 - magnitude.leading_zeros()) / 7 + 1
}

struct Scheduler<'f, 'a> {
    function: &'f Function<'a>,
    options: &'f Options,
    /// Instructions that are computed at each use.
    constants: Vec<bool>,
    needed: Needed,
    /// For each instruction of the current block the block and the place in it.
    home: Vec<(u32, u32)>,
    /// Instructions that have their place.
    placed: Vec<bool>,
    /// Uses of each value in the current block that are not placed yet.
    uses_here: Vec<u32>,
    /// The block in which each value is kept while the operands of the terminator are computed.
    late_in: Vec<Option<BlockId>>,
    /// For each effect the places of the current block's instructions that have it and may not be
    /// placed yet.
    effects: [Vec<u32>; Effects::COUNT],
    /// Steps of the current block, last first.
    reversed: Vec<Step>,
    /// What is still to be written, in front of the steps so far.
    pending: Vec<Pending>,
    schedule: Schedule,
}

/// What pushes an operand.
#[derive(Clone, Copy)]
enum Pending {
    Use(ValueId),
    /// The value is not left on the stack.
    UseKept(ValueId),
    Step(Step),
}

impl Scheduler<'_, '_> {
    fn block(&mut self, block: BlockId) {
        self.enter(block);
        let terminator = self.function.terminator(block);
        let is_jump = matches!(terminator.kind, TerminatorKind::Jump(_));
        // Ranges of `reversed`, which become ranges of `steps` once it is turned around.
        let moves = if is_jump { self.moves_of_jump(block) } else { Vec::new() };
        let operands_end = self.reversed.len();
        self.operands(terminator.arguments());
        let body_end = self.reversed.len();
        let instructions = &self.function.block(block).instructions;
        for &instruction in instructions.iter().rev() {
            if !self.placed[instruction.0 as usize] {
                self.root(instruction);
            }
        }
        let end = (self.schedule.steps.len() + self.reversed.len()) as u32;
        let at = |place: usize| end - place as u32;
        let start = self.schedule.steps.len() as u32;
        let first_move = self.schedule.moves.len() as u32;
        self.schedule.steps.extend(self.reversed.drain(..).rev());
        let moves = moves.into_iter().rev().map(|(parameter, steps)| {
            let steps = at(steps.end)..at(steps.start);
            Move { parameter, steps, is_late: false }
        });
        self.schedule.moves.extend(moves);
        let operands = at(body_end)..at(operands_end);
        let mut targets = Vec::new();
        if is_jump {
            targets.push(self.schedule.moves.len() as u32);
        } else {
            for step in self.schedule.steps(&operands) {
                if let Step::Tee(value) | Step::Set(value) = step {
                    self.late_in[value.0 as usize] = Some(block);
                }
            }
            self.moves_of_targets(block, &mut targets);
        }
        self.schedule.blocks.push(BlockSteps {
            body: start..at(body_end),
            operands,
            moves: first_move..self.schedule.moves.len() as u32,
            targets,
        });
        self.effects.iter_mut().for_each(Vec::clear);
    }

    /// Counts the uses within the block and collects its effects. What is not needed, and what is
    /// computed at each use, counts as placed.
    fn enter(&mut self, block: BlockId) {
        for (place, &id) in (0..).zip(&self.function.block(block).instructions) {
            let instruction = self.function.instruction(id);
            self.home[id.0 as usize] = (block.0, place);
            let effects = Effects::of(&instruction.operator);
            let is_unused = instruction.results.iter().all(|&it| self.needed.of(it) == 0);
            if self.constants[id.0 as usize] || is_unused && effects.is_removable() {
                self.placed[id.0 as usize] = true;
                continue;
            }
            for number in effects.numbers() {
                self.effects[number].push(place);
            }
            for value in &instruction.arguments {
                self.uses_here[value.0 as usize] += 1;
            }
        }
        let terminator = self.function.terminator(block);
        for value in terminator.arguments() {
            self.uses_here[value.0 as usize] += 1;
        }
        if let TerminatorKind::Jump(target) = &terminator.kind {
            let parameters = &self.function.block(target.block).parameters;
            for (&parameter, value) in parameters.iter().zip(&target.arguments) {
                if self.needed.of(parameter) > 0 {
                    self.uses_here[value.0 as usize] += 1;
                }
            }
        }
    }

    /// The moves of a jump, the last first, with ranges of `reversed`. Their values can be computed
    /// right there.
    fn moves_of_jump(&mut self, block: BlockId) -> Vec<(ValueId, Range<usize>)> {
        let target = target(&self.function.terminator(block).kind, 0);
        let parameters = &self.function.block(target.block).parameters;
        let mut moves = Vec::new();
        for (&parameter, &value) in parameters.iter().zip(&target.arguments).rev() {
            if self.needed.of(parameter) > 0 {
                let start = self.reversed.len();
                self.operands(&[value]);
                moves.push((parameter, start..self.reversed.len()));
            }
        }
        moves
    }

    /// The moves of a terminator that branches: each pushes a constant or a value that was kept.
    fn moves_of_targets(&mut self, block: BlockId, ends: &mut Vec<u32>) {
        for target in self.function.terminator(block).targets() {
            let parameters = &self.function.block(target.block).parameters;
            let passed = parameters[target.made as usize..].iter().zip(&target.arguments);
            for (&parameter, &value) in passed {
                if self.needed.of(parameter) > 0 {
                    let start = self.schedule.steps.len() as u32;
                    let step = self.kept(value);
                    self.schedule.steps.push(step);
                    let is_late = self.late_in[value.0 as usize] == Some(block);
                    self.schedule.moves.push(Move { parameter, steps: start..start + 1, is_late });
                }
            }
            ends.push(self.schedule.moves.len() as u32);
        }
    }

    /// The step that pushes a value that is not left on the stack.
    fn kept(&self, value: ValueId) -> Step {
        match self.function.value(value).definition {
            Definition::Result { instruction, .. } if self.constants[instruction.0 as usize] => {
                Step::Operator(instruction)
            }
            _ => Step::Get(value),
        }
    }

    /// Places an instruction where it is.
    fn root(&mut self, id: InstructionId) {
        self.placed[id.0 as usize] = true;
        for &result in &self.function.instruction(id).results {
            let is_needed = self.needed.of(result) > 0;
            self.reversed.push(if is_needed { Step::Set(result) } else { Step::Drop });
        }
        self.push_instruction(id);
        self.flush();
    }

    fn operands(&mut self, values: &[ValueId]) {
        self.pending.extend(values.iter().map(|&value| Pending::Use(value)));
        self.flush();
    }

    /// Writes an instruction and leaves its operands pending.
    fn push_instruction(&mut self, id: InstructionId) {
        let instruction = self.function.instruction(id);
        let is_select =
            matches!(instruction.operator, Operator::Select | Operator::TypedSelect { .. });
        if let ([first, second, condition], true) =
            (&instruction.arguments[..], is_select && self.options.select_as_branch)
        {
            let ty = self.function.value(instruction.results[0]).ty;
            self.pending.extend([
                Pending::Use(*condition),
                Pending::Step(Step::If(ty)),
                Pending::UseKept(*first),
                Pending::Step(Step::Else),
                Pending::UseKept(*second),
                Pending::Step(Step::End),
            ]);
        } else {
            self.reversed.push(Step::Operator(id));
            self.pending.extend(instruction.arguments.iter().map(|&value| Pending::Use(value)));
        }
    }

    fn flush(&mut self) {
        while let Some(pending) = self.pending.pop() {
            match pending {
                Pending::Step(step) => self.reversed.push(step),
                Pending::UseKept(value) => {
                    self.uses_here[value.0 as usize] -= 1;
                    let step = self.kept(value);
                    self.reversed.push(step);
                }
                Pending::Use(value) => {
                    self.uses_here[value.0 as usize] -= 1;
                    match self.movable(value) {
                        Some(instruction) => self.move_here(value, instruction),
                        None => {
                            let step = self.kept(value);
                            self.reversed.push(step);
                        }
                    }
                }
            }
        }
    }

    fn move_here(&mut self, value: ValueId, instruction: InstructionId) {
        self.placed[instruction.0 as usize] = true;
        if self.needed.of(value) > 1 {
            self.reversed.push(Step::Tee(value));
        }
        self.push_instruction(instruction);
    }

    /// The instruction that computes `value`, if it can be placed in front of the steps so far: it
    /// is its only result, this is its first use, and what it would pass doesn't mind.
    fn movable(&mut self, value: ValueId) -> Option<InstructionId> {
        let Definition::Result { instruction: id, .. } = self.function.value(value).definition
        else {
            return None;
        };
        let instruction = self.function.instruction(id);
        let (block, place) = self.home[id.0 as usize];
        let is_candidate = block == self.schedule.blocks.len() as u32
            && !self.placed[id.0 as usize]
            && instruction.results.len() == 1
            && self.uses_here[value.0 as usize] == 0;
        if !is_candidate {
            return None;
        }
        let conflicts = Effects::of(&instruction.operator).conflicts();
        let passes = conflicts.numbers().any(|number| self.last_with(number, block) > Some(place));
        (!passes).then_some(id)
    }

    /// The last instruction with an effect that is not placed yet.
    fn last_with(&mut self, effect: usize, block: u32) -> Option<u32> {
        let instructions = &self.function.block(BlockId(block)).instructions;
        let places = &mut self.effects[effect];
        while let Some(&place) = places.last() {
            if !self.placed[instructions[place as usize].0 as usize] {
                return Some(place);
            }
            places.pop();
        }
        None
    }
}

/// The parameters of the entry.
pub(super) fn parameters<'f>(function: &'f Function<'_>) -> &'f [ValueId] {
    function.blocks.get(ENTRY.0 as usize).map_or(&[], |entry| &entry.parameters)
}
