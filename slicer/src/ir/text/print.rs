//! A function to its text, in one pass.

use super::super::style::{Sink, Style};
use super::super::{
    BlockId, Function, Handler, Instruction, Origin, Target, Terminator, TerminatorKind, ValueId,
};
use super::{operators, printing_order, types, usual_parameter, usual_result};
use crate::opcode;

use wasmparser::Operator;

/// The column that origins stand in, unless the line is longer.
const ORIGIN_COLUMN: usize = 60;

/// The text of `function`.
///
/// # Panics
///
/// When a block, an instruction or a value is named that the function doesn't have.
pub fn print(function: &Function<'_>) -> String {
    let mut text = String::new();
    print_to(function, &mut text);
    text
}

/// Writes the text of `function` to `sink`.
///
/// # Panics
///
/// As [`print()`].
pub fn print_to(function: &Function<'_>, sink: &mut impl Sink) {
    let mut printer = Printer { function, sink, column: 0 };
    printer.head();
    for block in printing_order(function) {
        printer.block(block);
    }
    printer.plain("}");
    printer.end_line();
}

struct Printer<'p, 'a, S> {
    function: &'p Function<'a>,
    sink: &'p mut S,
    /// Characters on this line so far.
    column: usize,
}

impl<S: Sink> Printer<'_, '_, S> {
    fn put(&mut self, style: Style, text: &str) {
        if !text.is_empty() {
            self.column += text.len();
            self.sink.write(style, text);
        }
    }

    fn plain(&mut self, text: &str) {
        self.put(Style::Plain, text);
    }

    fn end_line(&mut self) {
        self.plain("\n");
        self.column = 0;
    }

    /// Ends the line with an origin in its column.
    fn end_line_with(&mut self, origin: Option<String>) {
        if let Some(origin) = origin {
            let gap = ORIGIN_COLUMN.saturating_sub(self.column).max(2);
            self.plain(&" ".repeat(gap));
            self.put(Style::Origin, &origin);
        }
        self.end_line();
    }

    fn head(&mut self) {
        let function = self.function;
        self.put(Style::Keyword, "func");
        self.put(Style::Name, &format!(" {}", function.index));
        if !function.results.is_empty() {
            self.plain(" -> (");
            for (place, ty) in function.results.iter().enumerate() {
                self.plain(if place > 0 { ", " } else { "" });
                self.put(Style::Type, &types::value_type(*ty));
            }
            self.plain(")");
        }
        self.plain(" {");
        self.end_line();
    }

    fn block(&mut self, id: BlockId) {
        let function = self.function;
        let block = function.block(id);
        self.put(Style::Block, &format!("b{}", id.0));
        if !block.parameters.is_empty() {
            self.plain("(");
            for (index, parameter) in (0..).zip(&block.parameters) {
                self.plain(if index > 0 { ", " } else { "" });
                self.definition(*parameter, usual_parameter(id, index), block.first_operator);
            }
            self.plain(")");
        }
        self.plain(":");
        self.end_line_with(operator_origin(block.first_operator));
        for instruction in &block.instructions {
            self.instruction(function.instruction(*instruction));
        }
        self.terminator(function.terminator(id));
    }

    /// A value with its type, and its origin unless it is the usual one.
    fn definition(&mut self, id: ValueId, usual: Option<Origin>, first_operator: u32) {
        let value = self.function.value(id);
        self.value(id);
        self.plain(": ");
        self.put(Style::Type, &types::value_type(value.ty));
        if usual != Some(value.origin) {
            let origin = value_origin(value.origin, first_operator);
            self.put(Style::Origin, &format!(" ({origin})"));
        }
    }

    fn value(&mut self, value: ValueId) {
        self.put(Style::Value, &format!("v{}", value.0));
    }

    /// Values with commas between them; `before` if there are any.
    fn values(&mut self, before: &str, values: &[ValueId]) {
        for (place, value) in values.iter().enumerate() {
            self.plain(if place > 0 { ", " } else { before });
            self.value(*value);
        }
    }

    fn instruction(&mut self, instruction: &Instruction<'_>) {
        self.plain("  ");
        for (index, result) in (0..).zip(&instruction.results) {
            self.plain(if index > 0 { ", " } else { "" });
            let usual = usual_result(instruction.origin, index);
            self.definition(*result, Some(usual), u32::MAX);
        }
        if !instruction.results.is_empty() {
            self.plain(" = ");
        }
        self.operator(&instruction.operator);
        self.values(" ", &instruction.arguments);
        self.end_line_with(operator_origin(instruction.origin));
    }

    fn operator(&mut self, operator: &Operator<'_>) {
        self.put(Style::Operator, opcode::name(operator));
        self.put(Style::Immediate, &operators::immediates(operator));
    }

    fn terminator(&mut self, terminator: &Terminator<'_>) {
        self.plain("  ");
        let mut below: &[Handler] = &[];
        match &terminator.kind {
            TerminatorKind::Jump(target) => {
                self.put(Style::Operator, "br");
                self.plain(" ");
                self.target(target);
            }
            TerminatorKind::Branch { condition, taken, otherwise } => {
                self.put(Style::Operator, "br_if");
                self.two_ways(*condition, taken, otherwise);
            }
            TerminatorKind::BranchOn { operator, reference, taken, otherwise } => {
                self.operator(operator);
                self.two_ways(*reference, taken, otherwise);
            }
            TerminatorKind::Switch { index, targets, default } => {
                self.switch(*index, targets, default);
            }
            TerminatorKind::Try { operator, arguments, normal, handlers } => {
                self.put(Style::Keyword, "try");
                self.plain(" ");
                self.operator(operator);
                self.values(" ", arguments);
                if let Some(normal) = normal {
                    self.plain(" -> ");
                    self.target(normal);
                }
                below = handlers;
            }
            TerminatorKind::Return(values) => {
                self.put(Style::Operator, "return");
                self.values(" ", values);
            }
            TerminatorKind::TailCall { operator, arguments }
            | TerminatorKind::Throw { operator, arguments } => {
                self.operator(operator);
                self.values(" ", arguments);
            }
            TerminatorKind::Unreachable => self.put(Style::Operator, "unreachable"),
        }
        self.end_line_with(operator_origin(terminator.origin));
        for handler in below {
            self.handler(handler);
        }
    }

    fn two_ways(&mut self, value: ValueId, taken: &Target, otherwise: &Target) {
        self.plain(" ");
        self.value(value);
        for target in [taken, otherwise] {
            self.plain(", ");
            self.target(target);
        }
    }

    fn switch(&mut self, index: ValueId, targets: &[Target], default: &Target) {
        self.put(Style::Operator, "br_table");
        self.plain(" ");
        self.value(index);
        self.plain(", [");
        for (place, target) in targets.iter().enumerate() {
            self.plain(if place > 0 { ", " } else { "" });
            self.target(target);
        }
        self.plain("], ");
        self.target(default);
    }

    fn handler(&mut self, handler: &Handler) {
        self.plain("    ");
        let keyword = match (handler.tag, handler.reference) {
            (Some(_), false) => "catch",
            (Some(_), true) => "catch_ref",
            (None, false) => "catch_all",
            (None, true) => "catch_all_ref",
        };
        self.put(Style::Keyword, keyword);
        if let Some(tag) = handler.tag {
            self.put(Style::Immediate, &format!(" {tag}"));
        }
        self.plain(" -> ");
        self.target(&handler.target);
        self.end_line_with(Some(format!("@{}.{}", handler.operator, handler.clause)));
    }

    fn target(&mut self, target: &Target) {
        self.put(Style::Block, &format!("b{}", target.block.0));
        if target.made == 0 && target.arguments.is_empty() {
            return;
        }
        self.plain("(");
        for place in 0..target.made {
            self.plain(if place > 0 { ", _" } else { "_" });
        }
        self.values(if target.made > 0 { ", " } else { "" }, &target.arguments);
        self.plain(")");
    }
}

fn operator_origin(operator: u32) -> Option<String> {
    (operator != u32::MAX).then(|| format!("@{operator}"))
}

/// A value's origin; `first_operator` is the one that goes without saying.
fn value_origin(origin: Origin, first_operator: u32) -> String {
    let behind = |operator: u32| match operator {
        operator if operator == first_operator => String::new(),
        operator => format!(" @{operator}"),
    };
    match origin {
        Origin::Parameter(index) => format!("param {index}"),
        Origin::Operator { operator, index: 0 } => format!("@{operator}"),
        Origin::Operator { operator, index } => format!("@{operator}.{index}"),
        Origin::Zero(local) => format!("zero {local}"),
        Origin::Local { operator, local } => format!("local {local}{}", behind(operator)),
        Origin::Stack { operator, depth } => format!("stack {depth}{}", behind(operator)),
        Origin::Made => "made".to_string(),
    }
}
