//! A text to its function.
//!
//! One pass reads the lines, with values and blocks named by their numbers in the text; then all
//! names are replaced by what they stand for. Nothing is sized by a number in the text, so that a
//! text takes memory in proportion to its length.

use std::collections::HashMap;

use smallvec::SmallVec;
use wasmparser::{Operator, ValType};

use super::super::{
    Block, BlockId, Definition, Function, Handler, Instruction, InstructionId, Origin, Target,
    Terminator, TerminatorKind, Value, ValueId,
};
use super::lexer::{Lexer, Token};
use super::{ParseError, operators, types, usual_parameter, usual_result};

/// Reads a function.
///
/// All names are resolved, but what the function means is not checked: see
/// [`verify`](super::super::verify).
///
/// # Errors
///
/// A [`ParseError`] for the first thing that is not as it should be.
pub fn parse(text: &str) -> Result<Function<'static>, ParseError> {
    let mut parser = Parser {
        lexer: Lexer::new(text),
        function: Function::default(),
        values: HashMap::new(),
        blocks: HashMap::new(),
        value_uses: Vec::new(),
        unplaced: Vec::new(),
        block_uses: Vec::new(),
    };
    parser.function()?;
    parser.resolve()
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    function: Function<'static>,
    /// What each number stands for.
    values: HashMap<u32, ValueId>,
    blocks: HashMap<u32, BlockId>,
    /// The numbers that are used, and where.
    value_uses: Vec<(u32, usize)>,
    /// The values whose origin names no operator.
    unplaced: Vec<ValueId>,
    block_uses: Vec<(u32, usize)>,
}

const OPERATOR_EXPECTED: &str = "the index of an operator";

impl Parser<'_> {
    fn function(&mut self) -> Result<(), ParseError> {
        if self.lexer.peek() == Token::Line {
            self.lexer.take();
        }
        self.lexer.word("func")?;
        self.function.index = self.number("a function index")?;
        if self.lexer.take_sign("->") {
            self.results()?;
        }
        self.lexer.sign("{")?;
        self.lexer.line()?;
        while !self.lexer.take_sign("}") {
            self.block()?;
        }
        if self.function.blocks.is_empty() {
            return Err(self.lexer.expected("a function with a block"));
        }
        if self.lexer.peek() == Token::Line {
            self.lexer.take();
        }
        match self.lexer.peek() {
            Token::End => Ok(()),
            _ => Err(self.lexer.expected("the end of the text")),
        }
    }

    fn results(&mut self) -> Result<(), ParseError> {
        self.lexer.sign("(")?;
        loop {
            let ty = types::read_value_type(&mut self.lexer)?;
            self.function.results.push(ty);
            if !self.lexer.take_sign(",") {
                return self.lexer.sign(")");
            }
        }
    }

    fn number(&mut self, expected: &str) -> Result<u32, ParseError> {
        self.lexer.word_as(expected, |word| word.parse().ok())
    }

    /// `@17` at the end of a line, and the line's end.
    fn origin(&mut self) -> Result<u32, ParseError> {
        let mut origin = u32::MAX;
        if self.lexer.take_sign("@") {
            origin = self.number(OPERATOR_EXPECTED)?;
        }
        self.lexer.line()?;
        Ok(origin)
    }

    fn block(&mut self) -> Result<(), ParseError> {
        let at = self.lexer.offset();
        let number = self.lexer.word_as("a block or `}`", |word| named('b', word))?;
        let id = BlockId(self.function.blocks.len() as u32);
        if self.blocks.insert(number, id).is_some() {
            return Err(self.twice(at, &format!("b{number}")));
        }
        self.unplaced.clear();
        let parameters = self.parameters(id)?;
        self.lexer.sign(":")?;
        let first_operator = self.origin()?;
        self.place_origins(first_operator);
        self.function.blocks.push(Block { parameters, instructions: Vec::new(), first_operator });
        loop {
            if let Some((kind, origin)) = self.terminator()? {
                self.function.terminators.push(Terminator { kind, origin });
                return Ok(());
            }
            let instruction = self.instruction()?;
            self.function.blocks[id.0 as usize].instructions.push(instruction);
        }
    }

    /// Gives the origins that name no operator the block's first one.
    fn place_origins(&mut self, first_operator: u32) {
        for value in self.unplaced.drain(..) {
            if let Origin::Local { operator, .. } | Origin::Stack { operator, .. } =
                &mut self.function.values[value.0 as usize].origin
            {
                *operator = first_operator;
            }
        }
    }

    fn parameters(&mut self, block: BlockId) -> Result<Vec<ValueId>, ParseError> {
        let mut parameters = Vec::new();
        if !self.lexer.take_sign("(") {
            return Ok(parameters);
        }
        loop {
            let index = parameters.len() as u32;
            let definition = Definition::Parameter { block, index };
            let (value, origin) = self.definition(definition)?;
            let Some(origin) = origin.or(usual_parameter(block, index)) else {
                return Err(self.lexer.expected("`(` and the parameter's origin"));
            };
            self.function.values[value.0 as usize].origin = origin;
            parameters.push(value);
            if !self.lexer.take_sign(",") {
                self.lexer.sign(")")?;
                return Ok(parameters);
            }
        }
    }

    /// A value with its type, and its origin if it is told.
    fn definition(
        &mut self,
        definition: Definition,
    ) -> Result<(ValueId, Option<Origin>), ParseError> {
        let at = self.lexer.offset();
        let number = self.lexer.word_as("a value", |word| named('v', word))?;
        self.lexer.sign(":")?;
        let ty: ValType = types::read_value_type(&mut self.lexer)?;
        let mut origin = None;
        if self.lexer.take_sign("(") {
            origin = Some(self.value_origin()?);
            self.lexer.sign(")")?;
        }
        let id = ValueId(self.function.values.len() as u32);
        if self.values.insert(number, id).is_some() {
            return Err(self.twice(at, &format!("v{number}")));
        }
        self.function.values.push(Value { ty, definition, origin: Origin::Made });
        Ok((id, origin))
    }

    fn twice(&self, at: usize, name: &str) -> ParseError {
        self.lexer.error_at(at, "a new name", &format!("`{name}` for the second time"))
    }

    fn value_origin(&mut self) -> Result<Origin, ParseError> {
        if self.lexer.take_sign("@") {
            let (operator, index) = self.lexer.word_as(OPERATOR_EXPECTED, |word| match word {
                _ if word.contains('.') => pair(word),
                _ => Some((word.parse().ok()?, 0)),
            })?;
            return Ok(Origin::Operator { operator, index });
        }
        let kind = self.lexer.word_as("an origin", |word| {
            ["param", "zero", "local", "stack", "made"].into_iter().find(|kind| *kind == word)
        })?;
        if kind == "made" {
            return Ok(Origin::Made);
        }
        let index = self.number("an index")?;
        match kind {
            "param" => return Ok(Origin::Parameter(index)),
            "zero" => return Ok(Origin::Zero(index)),
            _ => {}
        }
        let mut operator = u32::MAX;
        if self.lexer.take_sign("@") {
            operator = self.number(OPERATOR_EXPECTED)?;
        } else {
            // The value itself follows.
            self.unplaced.push(ValueId(self.function.values.len() as u32));
        }
        Ok(match kind {
            "local" => Origin::Local { operator, local: index },
            _ => Origin::Stack { operator, depth: index },
        })
    }

    fn instruction(&mut self) -> Result<InstructionId, ParseError> {
        let instruction = InstructionId(self.function.instructions.len() as u32);
        let mut results: SmallVec<[ValueId; 1]> = SmallVec::new();
        let mut told = Vec::new();
        if self.next_is_value() {
            loop {
                let index = results.len() as u32;
                let definition = Definition::Result { instruction, index };
                let (value, origin) = self.definition(definition)?;
                results.push(value);
                told.push(origin);
                if !self.lexer.take_sign(",") {
                    break;
                }
            }
            self.lexer.sign("=")?;
        }
        let operator = operators::read(&mut self.lexer)?;
        let arguments = self.values()?.into();
        let origin = self.origin()?;
        for ((index, value), told) in (0..).zip(&results).zip(told) {
            self.function.values[value.0 as usize].origin =
                told.unwrap_or(usual_result(origin, index));
        }
        self.function.instructions.push(Instruction { operator, arguments, results, origin });
        Ok(instruction)
    }

    fn next_is_value(&self) -> bool {
        matches!(self.lexer.peek(), Token::Word(word) if named('v', word).is_some())
    }

    /// Values with commas between them, if there are any.
    fn values(&mut self) -> Result<Vec<ValueId>, ParseError> {
        let mut values = Vec::new();
        if self.next_is_value() {
            values.push(self.value()?);
            while self.lexer.take_sign(",") {
                values.push(self.value()?);
            }
        }
        Ok(values)
    }

    /// The use of a value, by its number in the text.
    fn value(&mut self) -> Result<ValueId, ParseError> {
        let at = self.lexer.offset();
        let number = self.lexer.word_as("a value", |word| named('v', word))?;
        self.value_uses.push((number, at));
        Ok(ValueId(number))
    }

    fn target(&mut self) -> Result<Target, ParseError> {
        let at = self.lexer.offset();
        let number = self.lexer.word_as("a block", |word| named('b', word))?;
        self.block_uses.push((number, at));
        let mut target = Target::new(BlockId(number), Vec::new());
        if !self.lexer.take_sign("(") {
            return Ok(target);
        }
        while self.lexer.take_word("_") {
            target.made += 1;
            if !self.lexer.take_sign(",") {
                self.lexer.sign(")")?;
                return Ok(target);
            }
        }
        target.arguments.push(self.value()?);
        while self.lexer.take_sign(",") {
            target.arguments.push(self.value()?);
        }
        self.lexer.sign(")")?;
        Ok(target)
    }

    /// What leaves the block, if the next line says it, and its origin.
    fn terminator(&mut self) -> Result<Option<(TerminatorKind<'static>, u32)>, ParseError> {
        let Token::Word(word) = self.lexer.peek() else {
            return Ok(None);
        };
        let kind = match word {
            "br" => {
                self.lexer.take();
                TerminatorKind::Jump(self.target()?)
            }
            "br_if" => {
                self.lexer.take();
                let (condition, taken, otherwise) = self.two_ways()?;
                TerminatorKind::Branch { condition, taken, otherwise }
            }
            "br_table" => self.switch()?,
            "return" => {
                self.lexer.take();
                TerminatorKind::Return(self.values()?)
            }
            "unreachable" => {
                self.lexer.take();
                TerminatorKind::Unreachable
            }
            "throw" | "throw_ref" => {
                let (operator, arguments) = self.operation()?;
                TerminatorKind::Throw { operator, arguments }
            }
            "try" => return self.caught().map(Some),
            _ if word.starts_with("br_on_") => {
                let operator = operators::read(&mut self.lexer)?;
                let (reference, taken, otherwise) = self.two_ways()?;
                TerminatorKind::BranchOn { operator, reference, taken, otherwise }
            }
            _ if word.starts_with("return_call") => {
                let (operator, arguments) = self.operation()?;
                TerminatorKind::TailCall { operator, arguments }
            }
            _ => return Ok(None),
        };
        Ok(Some((kind, self.origin()?)))
    }

    fn operation(&mut self) -> Result<(Operator<'static>, Vec<ValueId>), ParseError> {
        Ok((operators::read(&mut self.lexer)?, self.values()?))
    }

    fn two_ways(&mut self) -> Result<(ValueId, Target, Target), ParseError> {
        let value = self.value()?;
        self.lexer.sign(",")?;
        let taken = self.target()?;
        self.lexer.sign(",")?;
        Ok((value, taken, self.target()?))
    }

    fn switch(&mut self) -> Result<TerminatorKind<'static>, ParseError> {
        self.lexer.take();
        let index = self.value()?;
        self.lexer.sign(",")?;
        self.lexer.sign("[")?;
        let mut targets = Vec::new();
        if !self.lexer.take_sign("]") {
            targets.push(self.target()?);
            while self.lexer.take_sign(",") {
                targets.push(self.target()?);
            }
            self.lexer.sign("]")?;
        }
        self.lexer.sign(",")?;
        Ok(TerminatorKind::Switch { index, targets, default: self.target()? })
    }

    fn caught(&mut self) -> Result<(TerminatorKind<'static>, u32), ParseError> {
        self.lexer.take();
        match self.lexer.peek() {
            Token::Word("call" | "call_indirect" | "call_ref" | "throw" | "throw_ref") => {}
            _ => return Err(self.lexer.expected("a call or a throw")),
        }
        let (operator, arguments) = self.operation()?;
        let normal = match self.lexer.take_sign("->") {
            true => Some(self.target()?),
            false => None,
        };
        let origin = self.origin()?;
        let mut handlers = Vec::new();
        while let Some((tagged, reference)) = self.clause() {
            handlers.push(self.handler(tagged, reference)?);
        }
        Ok((TerminatorKind::Try { operator, arguments, normal, handlers }, origin))
    }

    /// Whether the catch clause that comes next has a tag, and whether it makes a reference.
    fn clause(&mut self) -> Option<(bool, bool)> {
        Some(match self.lexer.peek() {
            Token::Word("catch") => (true, false),
            Token::Word("catch_ref") => (true, true),
            Token::Word("catch_all") => (false, false),
            Token::Word("catch_all_ref") => (false, true),
            _ => return None,
        })
    }

    fn handler(&mut self, tagged: bool, reference: bool) -> Result<Handler, ParseError> {
        self.lexer.take();
        let tag = if tagged { Some(self.number("a tag index")?) } else { None };
        self.lexer.sign("->")?;
        let target = self.target()?;
        self.lexer.sign("@")?;
        let (operator, clause) = self.lexer.word_as("an operator and a clause like 12.0", pair)?;
        self.lexer.line()?;
        Ok(Handler { tag, reference, operator, clause, target })
    }

    /// Replaces the text's numbers by what they stand for.
    fn resolve(mut self) -> Result<Function<'static>, ParseError> {
        let values = self.value_uses.iter().map(|(number, at)| (*at, 'v', *number));
        let blocks = self.block_uses.iter().map(|(number, at)| (*at, 'b', *number));
        let missing = |(_, kind, number): &(usize, char, u32)| match kind {
            'v' => !self.values.contains_key(number),
            _ => !self.blocks.contains_key(number),
        };
        if let Some((at, kind, number)) = values.chain(blocks).filter(missing).min() {
            let expected = if kind == 'v' { "a value" } else { "a block" };
            let found = format!("`{kind}{number}`, which the text doesn't define");
            return Err(self.lexer.error_at(at, expected, &found));
        }
        let (values, blocks) = (self.values, self.blocks);
        self.function.rename(|value| values[&value.0], |block| blocks[&block.0]);
        Ok(self.function)
    }
}

/// The number of the value or block that `word` names.
fn named(kind: char, word: &str) -> Option<u32> {
    let digits = word.strip_prefix(kind)?;
    digits.starts_with(|c: char| c.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Two numbers with a dot between them.
fn pair(word: &str) -> Option<(u32, u32)> {
    let (first, second) = word.split_once('.')?;
    Some((first.parse().ok()?, second.parse().ok()?))
}
