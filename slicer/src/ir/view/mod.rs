//! A function for reading: control flow as nested constructs, operators as expressions.
//!
//! ```text
//! func sum(v0: i32, v1: i32) -> (i32) {
//!   var v2: i32, v3: i32 = v1, 0
//!   loop b1 {
//!     let v4: i32 = v3 + i32[v2 + 4]
//!     let v5: i32 = v2 - 1
//!     if !v5 {
//!       return v4
//!     }
//!     v2, v3 = v5, v4
//!   }
//! }
//! ```
//!
//! * A value that `let` names never changes. The parameters of a block where several ways meet are
//!   variables, declared by `var`, that each way there assigns: all at once, after everything on
//!   the right was computed.
//! * `loop b1 { … }` starts over at its end; `break b2` leaves the construct `block b2 { … }`, and
//!   `continue b1` starts the loop over. Jumps to where control arrives anyway are left out.
//! * `switch`, `try` and the branches on references list their ways out, none of which falls into
//!   another. In front of a way stand the values that it makes.
//! * Arithmetic has the signs of C, followed by `s` or `u` where operands are taken as signed or
//!   unsigned; `!x` is 1 if `x` is 0; shifts and bitwise operators never mix without
//!   parentheses. `i32.u8[v0 + 4] ` is the byte at v0 + 4, where the offset, 4, never wraps around,
//!   while `v0 + v1`, an operator, may: it stands in parentheses there.
//! * Literals of i64 and f32 tell their type; of the others, floats are those with a point.
//!
//! * A name means the same value wherever it stands, in or behind the braces that it is made in.
//!
//! What is written here is not read back: see [`text`](super::text) for that.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::graph::{Dominators, Graph};
use super::structure::{Arrival, Edge, Item, Purpose, Structure};
use super::style::{Sink, Style};
use super::{BlockId, Function, Target, TerminatorKind, ValueId};
use wasmparser::Operator;

mod body;
mod expression;
mod targets;

use crate::limits::MAX_INDENTATION;
use body::{Body, Uses, typed};
use expression::{Expression, Pieces, expression};
use targets::Targets;

/// Gives functions their names.
type Names<'n> = &'n dyn Fn(u32) -> String;

/// The readable text of `function`. Functions that have no `name` are called `f12`.
///
/// # Panics
///
/// When a block, an instruction or a value is named that the function doesn't have.
pub fn view(function: &Function<'_>, name: impl Fn(u32) -> Option<String>) -> String {
    let mut text = String::new();
    view_to(function, name, &mut text);
    text
}

/// Writes the readable text of `function` to `sink`.
///
/// # Panics
///
/// As [`view`].
pub fn view_to(
    function: &Function<'_>,
    name: impl Fn(u32) -> Option<String>,
    sink: &mut impl Sink,
) {
    let names = |index: u32| name(index).unwrap_or_else(|| format!("f{index}"));
    let graph = Graph::new(function);
    let structure = Structure::new(function, &graph, &Dominators::new(&graph), Purpose::View);
    let mut writer = Writer {
        function,
        names: &names,
        uses: Uses::new(function),
        targets: Targets::new(function, &structure),
        bodies: (0..function.blocks.len()).map(|_| None).collect(),
        indices: HashMap::new(),
        open: Vec::new(),
        indentation: 1,
        sink,
    };
    writer.head();
    let mut rest = &structure.items[..];
    while let [item, behind @ ..] = rest {
        rest = writer.item(*item, behind);
    }
    writer.indentation = 0;
    writer.line(Pieces::new(Style::Plain, "}"));
}

struct Writer<'w, 'a, S> {
    function: &'w Function<'a>,
    names: Names<'w>,
    uses: Uses,
    targets: Targets,
    /// Bodies of the blocks whose instructions are written.
    bodies: Vec<Option<Body>>,
    /// For each way out of a `br_table`, by the last of its places, the indices that lead there.
    indices: HashMap<(BlockId, usize), String>,
    /// Whether the constructs that are open are written.
    open: Vec<bool>,
    indentation: usize,
    sink: &'w mut S,
}

impl<S: Sink> Writer<'_, '_, S> {
    fn line(&mut self, line: Pieces) {
        let indentation = "  ".repeat(self.indentation.min(MAX_INDENTATION));
        if !indentation.is_empty() {
            self.sink.write(Style::Plain, &indentation);
        }
        line.write(self.sink);
        self.sink.write(Style::Plain, "\n");
    }

    /// Opens a construct with `line`.
    fn open(&mut self, mut line: Pieces) {
        line.plain(" {");
        self.line(line);
        self.open.push(true);
        self.indentation += 1;
    }

    fn close(&mut self) {
        if self.open.pop() == Some(true) {
            self.indentation -= 1;
            self.line(Pieces::new(Style::Plain, "}"));
        }
    }

    fn head(&mut self) {
        let mut head = keyword("func");
        head.put(Style::Name, &(self.names)(self.function.index));
        head.plain("(");
        typed(self.function, &self.function.block(super::ENTRY).parameters, &mut head);
        head.plain(")");
        if !self.function.results.is_empty() {
            head.plain(" -> (");
            for (place, ty) in self.function.results.iter().enumerate() {
                head.plain(if place > 0 { ", " } else { "" });
                head.put(Style::Type, &super::text::types::value_type(*ty));
            }
            head.plain(")");
        }
        head.plain(" {");
        self.indentation = 0;
        self.line(head);
        self.indentation = 1;
    }

    /// Writes an item, and what belongs to it of those behind it. Returns the others.
    fn item<'i>(&mut self, item: Item, rest: &'i [Item]) -> &'i [Item] {
        match item {
            Item::Code(block) => self.body(block),
            Item::Block(block) => self.block(block),
            Item::Else => {
                self.indentation -= 1;
                let mut line = Pieces::new(Style::Plain, "} ");
                line.put(Style::Keyword, "else");
                line.plain(" {");
                self.line(line);
                self.indentation += 1;
            }
            Item::End => self.close(),
            Item::Jump(edge, arrival) => self.jump(edge, arrival),
            Item::Leave { source, .. } => {
                let line = self.end(source);
                self.line(line);
            }
            Item::Loop(block) => self.open(labelled("loop", block)),
            Item::If { source, inverted, .. } => {
                let line = self.condition(source, inverted);
                return self.open_short(line, rest);
            }
            Item::Ways(block) => {
                self.indices.extend(self.table_indices(block));
                self.open(self.ways(block));
            }
            Item::Way(edge) => return self.open_short(self.way(edge), rest),
        }
        rest
    }

    /// Opens a construct with `line`, which has all of it if nothing but a jump is inside. Returns
    /// what is left of the items behind it.
    fn open_short<'i>(&mut self, mut line: Pieces, rest: &'i [Item]) -> &'i [Item] {
        if let [Item::Jump(edge, arrival), Item::End, behind @ ..] = rest
            && let Some(jump) = self.mere_jump(*edge, *arrival)
        {
            line.plain(" { ");
            line.append(&jump);
            line.plain("}");
            self.line(line);
            return behind;
        }
        self.open(line);
        rest
    }

    fn condition(&self, source: BlockId, inverted: bool) -> Pieces {
        let mut line = keyword("if");
        let condition = &self.body_of(source).operands[0];
        if inverted {
            line.append(&expression::inverted(condition));
        } else {
            line.append(&condition.pieces);
        }
        line
    }

    /// The jump over `edge`, if it is all that is to be written.
    fn mere_jump(&self, edge: Edge, arrival: Arrival) -> Option<Pieces> {
        let mut jump = match arrival {
            Arrival::Inline => return None,
            Arrival::Fall => Pieces::default(),
            Arrival::Break => labelled("break", edge.to),
            Arrival::Continue => labelled("continue", edge.to),
        };
        jump.plain(if arrival == Arrival::Fall { "" } else { " " });
        self.changed(edge, arrival).is_empty().then_some(jump)
    }

    fn body_of(&self, block: BlockId) -> &Body {
        self.bodies[block.0 as usize].as_ref().expect("a block's body comes before its ways out")
    }

    fn body(&mut self, block: BlockId) {
        let mut body = body::body(self.function, block, &self.uses, self.names);
        for line in std::mem::take(&mut body.lines) {
            self.line(line);
        }
        self.bodies[block.0 as usize] = Some(body);
    }

    /// Opens what `block` follows, and declares its variables.
    fn block(&mut self, block: BlockId) {
        let made = self.targets.made[block.0 as usize] as usize;
        let variables = &self.function.block(block).parameters[made..];
        if !variables.is_empty() {
            let mut line = keyword("var");
            typed(self.function, variables, &mut line);
            self.line(line);
        }
        if self.targets.broken_to[block.0 as usize] {
            self.open(labelled("block", block));
        } else {
            self.open.push(false);
        }
    }

    fn target(&self, edge: Edge) -> &Target {
        let target = self.function.terminator(edge.from).target(edge.place);
        target.expect("an edge is one of its terminator's")
    }

    fn jump(&mut self, edge: Edge, arrival: Arrival) {
        let changed = self.changed(edge, arrival);
        if !changed.is_empty() {
            self.assign(edge, arrival, &changed);
        }
        match arrival {
            Arrival::Inline | Arrival::Fall => {}
            Arrival::Break => self.line(labelled("break", edge.to)),
            Arrival::Continue => self.line(labelled("continue", edge.to)),
        }
    }

    /// Which of the parameters that `edge` leads to get a new value: indices behind those that are
    /// made.
    fn changed(&self, edge: Edge, arrival: Arrival) -> Vec<usize> {
        let target = self.target(edge);
        let parameters = &self.function.block(edge.to).parameters[target.made as usize..];
        (0..parameters.len())
            .filter(|&place| {
                arrival == Arrival::Inline || parameters[place] != target.arguments[place]
            })
            .collect()
    }

    /// Gives the parameters that `edge` leads to their values.
    fn assign(&mut self, edge: Edge, arrival: Arrival, places: &[usize]) {
        let made = self.target(edge).made as usize;
        let parameters = &self.function.block(edge.to).parameters[made..];
        let is_new = arrival == Arrival::Inline;
        let assigned: Vec<ValueId> = places.iter().map(|&place| parameters[place]).collect();
        let mut line = Pieces::default();
        if is_new {
            let varies = self.targets.is_header[edge.to.0 as usize];
            line.append(&keyword(if varies { "var" } else { "let" }));
            typed(self.function, &assigned, &mut line);
        } else {
            for (place, value) in assigned.iter().enumerate() {
                line.plain(if place > 0 { ", " } else { "" });
                line.put(Style::Value, &format!("v{}", value.0));
            }
        }
        line.plain(" = ");
        let arguments = &self.body_of(edge.from).targets[edge.place];
        for (index, &place) in places.iter().enumerate() {
            line.plain(if index > 0 { ", " } else { "" });
            line.append(&arguments[place].pieces);
        }
        self.line(line);
    }

    /// What stands in front of the ways out of `block`.
    fn ways(&self, block: BlockId) -> Pieces {
        let operands = &self.body_of(block).operands;
        match &self.function.terminator(block).kind {
            TerminatorKind::Switch { .. } => {
                let mut line = keyword("switch");
                line.append(&operands[0].pieces);
                line
            }
            TerminatorKind::Try { operator, .. } => {
                let mut line = keyword("try");
                line.append(&self.operation(operator, operands));
                line
            }
            TerminatorKind::BranchOn { operator, .. } => self.operation(operator, operands),
            _ => Pieces::default(),
        }
    }

    /// For each way out of a `br_table` its indices, in ranges.
    fn table_indices(&self, block: BlockId) -> HashMap<(BlockId, usize), String> {
        let terminator = self.function.terminator(block);
        if !matches!(terminator.kind, TerminatorKind::Switch { .. }) {
            return HashMap::new();
        }
        let mut ways: HashMap<_, Vec<RangeInclusive<usize>>> = HashMap::new();
        for (place, target) in terminator.targets().into_iter().enumerate() {
            let ranges = ways.entry((target.block, &target.arguments)).or_default();
            match ranges.last_mut() {
                Some(last) if *last.end() + 1 == place => *last = *last.start()..=place,
                _ => ranges.push(place..=place),
            }
        }
        let text = |range: &RangeInclusive<usize>| match range.start() == range.end() {
            true => range.start().to_string(),
            false => format!("{}..={}", range.start(), range.end()),
        };
        ways.values()
            .map(|ranges| {
                let last = *ranges.last().expect("made with a range").end();
                let texts: Vec<String> = ranges.iter().map(text).collect();
                ((block, last), texts.join(", "))
            })
            .collect()
    }

    fn operation(&self, operator: &Operator<'_>, operands: &[Expression]) -> Pieces {
        expression(operator, operands.to_vec(), self.names).pieces
    }

    /// What stands in front of a way: when it is taken, and what it makes.
    fn way(&self, edge: Edge) -> Pieces {
        let mut line = Pieces::default();
        match &self.function.terminator(edge.from).kind {
            TerminatorKind::Switch { targets, .. } if edge.place == targets.len() => {
                line.put(Style::Keyword, "else");
            }
            TerminatorKind::Switch { .. } => {
                line.put(Style::Immediate, &self.indices[&(edge.from, edge.place)]);
            }
            TerminatorKind::Try { normal, handlers, .. } => {
                let first = usize::from(normal.is_some());
                match edge.place.checked_sub(first) {
                    None => line.put(Style::Keyword, "returned"),
                    Some(place) => match handlers[place].tag {
                        None => line.put(Style::Keyword, "catch_all"),
                        Some(tag) => {
                            line.put(Style::Keyword, "catch");
                            line.put(Style::Name, &format!(" tag{tag}"));
                        }
                    },
                }
            }
            _ => line.put(Style::Keyword, if edge.place == 0 { "taken" } else { "otherwise" }),
        }
        let made = self.target(edge).made as usize;
        if made > 0 {
            line.plain(" (");
            typed(self.function, &self.function.block(edge.to).parameters[..made], &mut line);
            line.plain(")");
        }
        line
    }

    fn end(&self, block: BlockId) -> Pieces {
        let operands = &self.body_of(block).operands;
        match &self.function.terminator(block).kind {
            TerminatorKind::Return(_) => {
                let mut line = Pieces::new(Style::Keyword, "return");
                for (place, operand) in operands.iter().enumerate() {
                    line.plain(if place > 0 { ", " } else { " " });
                    line.append(&operand.pieces);
                }
                line
            }
            TerminatorKind::TailCall { operator, .. } | TerminatorKind::Throw { operator, .. } => {
                self.operation(operator, operands)
            }
            _ => Pieces::new(Style::Keyword, "unreachable"),
        }
    }
}

fn keyword(word: &str) -> Pieces {
    let mut line = Pieces::new(Style::Keyword, word);
    line.plain(" ");
    line
}

fn labelled(word: &str, block: BlockId) -> Pieces {
    let mut line = keyword(word);
    line.put(Style::Block, &format!("b{}", block.0));
    line
}
