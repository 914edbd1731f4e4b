//! Constructs, steps and locals to the bytes of a body.

use std::collections::HashMap;

use wasm_encoder::reencode::Error;
use wasm_encoder::{BlockType, Catch, Function as Body, Instruction as Encoded};
use wasmparser::{Operator, ValType};

use super::liveness::Place;
use super::locals::Locals;
use super::schedule::{Move, Schedule, Step};
use super::target;
use super::types::{BlockTypes, encode_type, made};
use crate::ir::structure::{Arrival, Edge, Item, Structure};
use crate::ir::{BlockId, Function, Handler, Target, TerminatorKind, ValueId};

/// Writes one body.
pub(super) struct Encoder<'e, 'a> {
    function: &'e Function<'a>,
    schedule: &'e Schedule,
    locals: &'e Locals,
    places: &'e [Place],
    types: &'e BlockTypes,
    body: Body,
    /// Number of open constructs.
    height: u32,
    /// For each block the number of constructs around the one whose label it is.
    label_heights: Vec<u32>,
    /// For each local how many steps of the moves at hand still name it.
    touches: Vec<u32>,
    /// Whether code that follows is unreachable for the validator too.
    is_dead: bool,
}

impl<'e, 'a> Encoder<'e, 'a> {
    pub(super) fn new(
        function: &'e Function<'a>,
        schedule: &'e Schedule,
        locals: &'e Locals,
        places: &'e [Place],
        types: &'e BlockTypes,
    ) -> Self {
        Encoder {
            function,
            schedule,
            locals,
            places,
            types,
            body: Body::new([]),
            height: 0,
            label_heights: vec![0; function.blocks.len()],
            touches: vec![0; locals.len()],
            is_dead: false,
        }
    }

    pub(super) fn encode(mut self, structure: &Structure) -> Result<Body, Error> {
        let mut declarations = Vec::new();
        for (count, ty) in self.locals.declarations() {
            declarations.push((count, encode_type(ty)?));
        }
        self.body = Body::new(declarations);
        let mut rest = &structure.items[..];
        while let [item, behind @ ..] = rest {
            rest = self.item(item, behind)?;
        }
        if !self.is_dead && !self.function.results.is_empty() {
            // Control doesn't get here, but the validator can't know.
            self.write(&Encoded::Unreachable);
        }
        self.body.instruction(&Encoded::End);
        Ok(self.body)
    }

    /// Writes an instruction behind which code may be reachable.
    fn write(&mut self, instruction: &Encoded<'_>) {
        self.is_dead = false;
        self.body.instruction(instruction);
    }

    /// Writes an instruction behind which no code is reachable.
    fn leave(&mut self, instruction: &Encoded<'_>) {
        self.body.instruction(instruction);
        self.is_dead = true;
    }

    fn open(&mut self, instruction: &Encoded<'_>) {
        self.write(instruction);
        self.height += 1;
    }

    fn close(&mut self) {
        self.write(&Encoded::End);
        self.height -= 1;
    }

    fn set_label(&mut self, label: BlockId) {
        self.label_heights[label.0 as usize] = self.height;
    }

    /// How many constructs are open within the one with this label.
    fn depth(&self, label: BlockId) -> u32 {
        self.height - 1 - self.label_heights[label.0 as usize]
    }

    /// Writes an item, and what belongs to it of those behind it. Returns the others.
    fn item<'i>(&mut self, item: &Item, rest: &'i [Item]) -> Result<&'i [Item], Error> {
        match *item {
            Item::Block(label) => {
                self.set_label(label);
                self.open(&Encoded::Block(BlockType::Empty));
            }
            Item::Loop(label) => {
                self.set_label(label);
                self.open(&Encoded::Loop(BlockType::Empty));
            }
            Item::If { source, inverted, label } => {
                if let [
                    Item::Jump(edge, Arrival::Break | Arrival::Continue),
                    Item::End,
                    rest @ ..,
                ] = rest
                {
                    self.branch_if(*edge, inverted)?;
                    return Ok(rest);
                }
                self.condition(source, inverted)?;
                if let Some(label) = label {
                    self.set_label(label);
                }
                self.open(&Encoded::If(BlockType::Empty));
            }
            Item::Else if self.is_empty_arm(rest) => {}
            Item::Else => self.write(&Encoded::Else),
            Item::End => self.close(),
            Item::Code(block) => {
                let range = self.schedule.blocks[block.0 as usize].body.clone();
                self.steps(self.schedule.steps(&range))?;
            }
            Item::Jump(edge, arrival) => {
                self.moves(edge.from, edge.place)?;
                if let Arrival::Break | Arrival::Continue = arrival {
                    self.leave(&Encoded::Br(self.depth(edge.to)));
                }
            }
            Item::Leave { source, last } => self.terminator(source, last, rest.is_empty())?,
            Item::Ways(_) | Item::Way(_) => {
                unreachable!("what is to be emitted has no lists of ways")
            }
        }
        Ok(rest)
    }

    /// Whether the items are those of an arm in which nothing is to be done, and its end.
    fn is_empty_arm(&self, rest: &[Item]) -> bool {
        matches!(*rest, [Item::Jump(edge, Arrival::Fall), Item::End, ..]
            if self.moves_left(edge.from, edge.place).is_empty())
    }

    /// Pushes the condition of a branch, or its negation.
    fn condition(&mut self, source: BlockId, negated: bool) -> Result<(), Error> {
        self.early_moves(source)?;
        let steps = self.operands(source);
        if negated
            && let [before @ .., Step::Operator(last)] = steps
            && let Some(negation) = negation(&self.function.instruction(*last).operator)
        {
            self.steps(before)?;
            if let Negation::Operator(operator) = negation {
                self.write(&operator);
            }
            return Ok(());
        }
        self.steps(steps)?;
        if negated {
            self.write(&Encoded::I32Eqz);
        }
        Ok(())
    }

    /// Branches over `edge` on a condition, or its negation, and goes on otherwise.
    fn branch_if(&mut self, edge: Edge, negated: bool) -> Result<(), Error> {
        self.condition(edge.from, negated)?;
        if self.moves_left(edge.from, edge.place).is_empty() {
            self.write(&Encoded::BrIf(self.depth(edge.to)));
        } else {
            self.open(&Encoded::If(BlockType::Empty));
            self.moves(edge.from, edge.place)?;
            self.leave(&Encoded::Br(self.depth(edge.to)));
            self.close();
        }
        Ok(())
    }

    fn operands(&self, block: BlockId) -> &'e [Step] {
        self.schedule.steps(&self.schedule.blocks[block.0 as usize].operands)
    }

    fn steps(&mut self, steps: &[Step]) -> Result<(), Error> {
        for step in steps {
            self.step(*step)?;
        }
        Ok(())
    }

    fn step(&mut self, step: Step) -> Result<(), Error> {
        match step {
            Step::Get(value) => self.get(value),
            Step::Set(value) => self.write(&Encoded::LocalSet(self.locals.of(value))),
            Step::Tee(value) => {
                self.write(&Encoded::LocalTee(self.locals.of(value)));
                self.restore_type(value);
            }
            Step::Drop => self.write(&Encoded::Drop),
            Step::Operator(instruction) => {
                let operator = self.function.instruction(instruction).operator.clone();
                self.write(&operator.try_into()?);
            }
            Step::If(ty) => self.write(&Encoded::If(BlockType::Result(encode_type(ty)?))),
            Step::Else => self.write(&Encoded::Else),
            Step::End => self.write(&Encoded::End),
        }
        Ok(())
    }

    fn get(&mut self, value: ValueId) {
        self.write(&Encoded::LocalGet(self.locals.of(value)));
        self.restore_type(value);
    }

    /// Turns what a local gave into a reference that is not null, if the value is one and the local's
    /// type doesn't say so.
    fn restore_type(&mut self, value: ValueId) {
        let is_nullable =
            |ty: ValType| matches!(ty, ValType::Ref(reference) if reference.is_nullable());
        let local = self.locals.ty(self.locals.of(value));
        if is_nullable(local) && !is_nullable(self.function.value(value).ty) {
            self.write(&Encoded::RefAsNonNull);
        }
    }

    /// Whether a move can be made before the operands of the branch that it belongs to are computed:
    /// what is moved is there, and its local holds nothing then, and nothing that is needed on the other way.
    fn is_early(&self, source: BlockId, edge: usize, it: &Move) -> bool {
        let TerminatorKind::Branch { taken, otherwise, .. } =
            &self.function.terminator(source).kind
        else {
            return false;
        };
        if it.is_late {
            return false;
        }
        let other = if edge == 0 { otherwise } else { taken };
        let local = self.locals.of(it.parameter);
        let place = self.places[source.0 as usize];
        let there = self.places[other.block.0 as usize].start;
        !self.locals.is_occupied(local, place.operands..place.end + 1)
            && !self.locals.is_occupied(local, there..there + 1)
    }

    /// Whether a parameter's local already holds what is passed.
    fn is_made(&self, it: &Move) -> bool {
        matches!(self.schedule.steps(&it.steps), [Step::Get(value)]
            if self.locals.of(*value) == self.locals.of(it.parameter))
    }

    /// The moves of a branch that need no construct of their own.
    fn early_moves(&mut self, source: BlockId) -> Result<(), Error> {
        for edge in 0..2 {
            for it in self.schedule.moves(source, edge) {
                if !self.is_made(it) && self.is_early(source, edge, it) {
                    self.steps(self.schedule.steps(&it.steps))?;
                    self.write(&Encoded::LocalSet(self.locals.of(it.parameter)));
                }
            }
        }
        Ok(())
    }

    /// The moves that are to be made when control takes an edge.
    fn moves_left(&self, source: BlockId, edge: usize) -> Vec<&'e Move> {
        let moves = self.schedule.moves(source, edge).iter();
        moves.filter(|it| !self.is_made(it) && !self.is_early(source, edge, it)).collect()
    }

    /// Makes the moves of an edge, as if all at once: a local is set when no other value is still to
    /// be computed that needs what it held, and values wait on the stack until then.
    fn moves(&mut self, source: BlockId, edge: usize) -> Result<(), Error> {
        let moves = self.moves_left(source, edge);
        for it in &moves {
            self.count_touches(it, 1);
        }
        let mut waiting = Vec::new();
        for it in moves {
            self.count_touches(it, 1_u32.wrapping_neg());
            self.steps(self.schedule.steps(&it.steps))?;
            waiting.push(self.locals.of(it.parameter));
            while let Some(&local) = waiting.last()
                && self.touches[local as usize] == 0
            {
                self.write(&Encoded::LocalSet(local));
                waiting.pop();
            }
        }
        Ok(())
    }

    fn count_touches(&mut self, it: &Move, change: u32) {
        for step in self.schedule.steps(&it.steps) {
            if let Step::Get(value) | Step::Tee(value) | Step::Set(value) = step {
                let touches = &mut self.touches[self.locals.of(*value) as usize];
                *touches = touches.wrapping_add(change);
            }
        }
    }

    fn terminator(&mut self, source: BlockId, last: bool, is_end: bool) -> Result<(), Error> {
        match &self.function.terminator(source).kind {
            TerminatorKind::Jump(_) | TerminatorKind::Branch { .. } => {
                unreachable!("the structure has items of their own for jumps and branches")
            }
            TerminatorKind::BranchOn { operator, taken, .. } => {
                self.branch_on(source, operator, taken)?;
            }
            TerminatorKind::Switch { targets, default, .. } => {
                self.switch(source, targets, default)?;
            }
            TerminatorKind::Try { operator, arguments, normal, handlers } => {
                self.caught(source, operator, arguments, normal.as_ref(), handlers)?;
            }
            TerminatorKind::Return(_) => {
                self.steps(self.operands(source))?;
                let falls_out = match self.function.results[..] {
                    [] => last,
                    _ => self.height == 0 && is_end,
                };
                if falls_out {
                    self.is_dead = true;
                } else {
                    self.leave(&Encoded::Return);
                }
            }
            TerminatorKind::TailCall { operator, .. } | TerminatorKind::Throw { operator, .. } => {
                self.steps(self.operands(source))?;
                self.leave(&operator.clone().try_into()?);
            }
            TerminatorKind::Unreachable => self.leave(&Encoded::Unreachable),
        }
        Ok(())
    }

    /// Whether something is to be done on the way to a target.
    fn needs_landing(&self, source: BlockId, edge: usize) -> bool {
        target(&self.function.terminator(source).kind, edge).made > 0
            || !self.moves_left(source, edge).is_empty()
    }

    /// Goes on to a target: what the terminator made for it is on the stack.
    fn land(&mut self, source: BlockId, edge: usize) -> Result<(), Error> {
        let target = target(&self.function.terminator(source).kind, edge);
        // The moves may need what the locals of the new values held so far.
        self.moves(source, edge)?;
        let made = &self.function.block(target.block).parameters[..target.made as usize];
        for &value in made.iter().rev() {
            match self.locals.get(value) {
                Some(local) => self.write(&Encoded::LocalSet(local)),
                None => self.write(&Encoded::Drop),
            }
        }
        self.leave(&Encoded::Br(self.depth(target.block)));
        Ok(())
    }

    fn branch_on(
        &mut self,
        source: BlockId,
        operator: &Operator<'_>,
        taken: &Target,
    ) -> Result<(), Error> {
        let has_landing = self.needs_landing(source, 0);
        if has_landing {
            let results = made(self.function, taken);
            let ty = self.types.block_type(Vec::new(), results)?;
            self.open(&Encoded::Block(ty));
        }
        self.steps(self.operands(source))?;
        let depth = if has_landing { 0 } else { self.depth(taken.block) };
        let branch = match operator.clone() {
            Operator::BrOnNull { .. } => Encoded::BrOnNull(depth),
            Operator::BrOnNonNull { .. } => Encoded::BrOnNonNull(depth),
            Operator::BrOnCast { from_ref_type, to_ref_type, .. } => Encoded::BrOnCast {
                relative_depth: depth,
                from_ref_type: from_ref_type.try_into()?,
                to_ref_type: to_ref_type.try_into()?,
            },
            Operator::BrOnCastFail { from_ref_type, to_ref_type, .. } => Encoded::BrOnCastFail {
                relative_depth: depth,
                from_ref_type: from_ref_type.try_into()?,
                to_ref_type: to_ref_type.try_into()?,
            },
            // Any other operator is encoded as it is, and the validator says what is wrong.
            other => other.try_into()?,
        };
        self.write(&branch);
        self.land(source, 1)?;
        if has_landing {
            self.close();
            self.land(source, 0)?;
        }
        Ok(())
    }

    fn switch(
        &mut self,
        source: BlockId,
        targets: &[Target],
        default: &Target,
    ) -> Result<(), Error> {
        // Targets with moves lead behind constructs of their own, the innermost first.
        let mut landings: Vec<usize> = Vec::new();
        let mut landing_of: HashMap<(BlockId, &[ValueId]), u32> = HashMap::new();
        for (edge, target) in targets.iter().chain([default]).enumerate() {
            let way = (target.block, &target.arguments[..]);
            if !landing_of.contains_key(&way) && self.needs_landing(source, edge) {
                landing_of.insert(way, landings.len() as u32);
                landings.push(edge);
            }
        }
        for _ in &landings {
            self.open(&Encoded::Block(BlockType::Empty));
        }
        self.steps(self.operands(source))?;
        let depth = |target: &Target| {
            let landing = landing_of.get(&(target.block, &target.arguments[..]));
            landing.copied().unwrap_or_else(|| self.depth(target.block))
        };
        let table: Vec<u32> = targets.iter().map(depth).collect();
        let default = depth(default);
        self.leave(&Encoded::BrTable(table.into(), default));
        for edge in landings {
            self.close();
            self.land(source, edge)?;
        }
        Ok(())
    }

    fn caught(
        &mut self,
        source: BlockId,
        operator: &Operator<'_>,
        arguments: &[ValueId],
        normal: Option<&Target>,
        handlers: &[Handler],
    ) -> Result<(), Error> {
        let first = usize::from(normal.is_some());
        let is_landing = |edge: &usize| self.needs_landing(source, *edge);
        let landings: Vec<usize> = (first..first + handlers.len()).filter(is_landing).collect();
        for &edge in landings.iter().rev() {
            let results = made(self.function, &handlers[edge - first].target);
            let ty = self.types.block_type(Vec::new(), results)?;
            self.open(&Encoded::Block(ty));
        }
        self.steps(self.operands(source))?;
        let mut landing = 0;
        let mut catches = Vec::with_capacity(handlers.len());
        for (edge, handler) in (first..).zip(handlers) {
            let label = if landings.get(landing as usize) == Some(&edge) {
                landing += 1;
                landing - 1
            } else {
                self.depth(handler.target.block)
            };
            catches.push(match (handler.tag, handler.reference) {
                (Some(tag), false) => Catch::One { tag, label },
                (Some(tag), true) => Catch::OneRef { tag, label },
                (None, false) => Catch::All { label },
                (None, true) => Catch::AllRef { label },
            });
        }
        let parameters = arguments.iter().map(|value| self.function.value(*value).ty).collect();
        let results = normal.map_or(Vec::new(), |target| made(self.function, target));
        let ty = self.types.block_type(parameters, results)?;
        self.open(&Encoded::TryTable(ty, catches.into()));
        self.write(&operator.clone().try_into()?);
        self.close();
        match normal {
            Some(_) => self.land(source, 0)?,
            None => self.leave(&Encoded::Unreachable),
        }
        for edge in landings {
            self.close();
            self.land(source, edge)?;
        }
        Ok(())
    }
}

/// How an operator's result is negated.
enum Negation {
    /// By leaving out the operator.
    Nothing,
    /// By another operator.
    Operator(Encoded<'static>),
}

/// What is zero exactly where the operator's result is not, at no more cost.
fn negation(operator: &Operator<'_>) -> Option<Negation> {
    Some(Negation::Operator(match operator {
        Operator::I32Eqz => return Some(Negation::Nothing),
        Operator::I32Eq => Encoded::I32Ne,
        Operator::I32Ne => Encoded::I32Eq,
        Operator::I32LtS => Encoded::I32GeS,
        Operator::I32LtU => Encoded::I32GeU,
        Operator::I32GtS => Encoded::I32LeS,
        Operator::I32GtU => Encoded::I32LeU,
        Operator::I32LeS => Encoded::I32GtS,
        Operator::I32LeU => Encoded::I32GtU,
        Operator::I32GeS => Encoded::I32LtS,
        Operator::I32GeU => Encoded::I32LtU,
        Operator::I64Eq => Encoded::I64Ne,
        Operator::I64Ne => Encoded::I64Eq,
        Operator::I64LtS => Encoded::I64GeS,
        Operator::I64LtU => Encoded::I64GeU,
        Operator::I64GtS => Encoded::I64LeS,
        Operator::I64GtU => Encoded::I64LeU,
        Operator::I64LeS => Encoded::I64GtS,
        Operator::I64LeU => Encoded::I64GtU,
        Operator::I64GeS => Encoded::I64LtS,
        Operator::I64GeU => Encoded::I64LtU,
        _ => return None,
    }))
}
