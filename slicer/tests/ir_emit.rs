//! Functions in SSA form, made by hand, as WebAssembly.

use std::time::{Duration, Instant};

use slicer::ir::emit::{self, BlockTypes, Options};
use slicer::ir::structure::{Arrival, Edge, Item, Purpose, Structure};
use slicer::ir::{
    BlockId, ENTRY, Function, Origin, Target, TerminatorKind, ValueId, graph::Dominators,
    graph::Graph,
};
use slicer::module::{FEATURES, Module};
use wasm_encoder::{CodeSection, Module as Encoder, RawSection};
use wasmparser::{Operator, Parser, Payload, ValType, Validator};

const I32: ValType = ValType::I32;

/// A function under construction, in a module that it would fit into.
struct Draft {
    wasm: Vec<u8>,
    function: Function<'static>,
}

impl Draft {
    /// The function `f` of a module: what else `fields` has can be used by it.
    fn new(fields: &str, parameters: &[ValType], results: &[ValType]) -> Draft {
        let list = |word: &str, types: &[ValType]| match types {
            [] => String::new(),
            _ => {
                let types: Vec<_> = types.iter().map(ToString::to_string).collect();
                format!("({word} {})", types.join(" "))
            }
        };
        let signature = format!("{} {}", list("param", parameters), list("result", results));
        let text = format!("(module {fields} (func (export \"f\") {signature} unreachable))");
        let wasm = wat::parse_str(text).expect("the test's text form parses");
        let mut function = Function { results: results.to_vec(), ..Function::default() };
        let entry = function.add_block(0);
        for (index, &ty) in (0..).zip(parameters) {
            function.add_parameter(entry, ty, Origin::Parameter(index));
        }
        Draft { wasm, function }
    }

    fn block(&mut self, parameters: &[ValType]) -> BlockId {
        let block = self.function.add_block(0);
        for &ty in parameters {
            self.function.add_parameter(block, ty, Origin::Made);
        }
        block
    }

    fn parameter(&self, block: BlockId, index: usize) -> ValueId {
        self.function.block(block).parameters[index]
    }

    /// Adds an operator with one i32 result.
    fn op(&mut self, block: BlockId, op: Operator<'static>, arguments: &[ValueId]) -> ValueId {
        let arguments = arguments.iter().copied();
        let id = self.function.add_instruction(block, op, arguments, [I32], 0);
        self.function.instruction(id).results[0]
    }

    /// Adds an operator without results.
    fn effect(&mut self, block: BlockId, op: Operator<'static>, arguments: &[ValueId]) {
        self.function.add_instruction(block, op, arguments.iter().copied(), [], 0);
    }

    fn constant(&mut self, block: BlockId, value: i32) -> ValueId {
        self.op(block, Operator::I32Const { value }, &[])
    }

    fn end(&mut self, block: BlockId, kind: TerminatorKind<'static>) {
        self.function.set_terminator(block, kind, 0);
    }

    fn branch(&mut self, block: BlockId, condition: ValueId, taken: Target, otherwise: Target) {
        self.end(block, TerminatorKind::Branch { condition, taken, otherwise });
    }

    /// The module with the function.
    fn emit(&self, options: Options) -> Vec<u8> {
        let module = Module::parse(&self.wasm).expect("the module is valid");
        let mut types = BlockTypes::new(&module);
        types.add(&self.function).expect("all types can be encoded");
        let body = emit::emit(&self.function, &types, &options).expect("it can be encoded");
        let mut output = Encoder::new();
        for payload in Parser::new(0).parse_all(&self.wasm) {
            let payload = payload.expect("the module is valid");
            match (&payload, payload.as_section()) {
                (Payload::CodeSectionStart { .. }, _) => {
                    let mut code = CodeSection::new();
                    code.function(&body);
                    output.section(&code);
                }
                (_, Some((id, range))) => {
                    output.section(&RawSection { id, data: &self.wasm[range] });
                }
                _ => {}
            }
        }
        let wasm = output.finish();
        if let Err(error) = Validator::new_with_features(FEATURES).validate_all(&wasm) {
            panic!("{error}");
        }
        wasm
    }

    /// The body's operators in the text format's words.
    fn text(&self) -> String {
        text(&self.emit(Options::default()))
    }
}

/// The operators of the only body, in the text format's words: what is in parentheses is left out.
fn text(wasm: &[u8]) -> String {
    let printed = wasmprinter::print_bytes(wasm).expect("a valid module can be printed");
    let mut lines = printed.lines().skip_while(|line| !line.trim_start().starts_with("(func"));
    lines.next().expect("there is a function");
    let lines = lines.map(str::trim).take_while(|line| *line != ")");
    // Without the comments.
    let lines: Vec<_> =
        lines.map(|line| line.split([';', '(']).next().unwrap_or(line).trim()).collect();
    lines.join(" | ")
}

fn to(block: BlockId, arguments: &[ValueId]) -> Target {
    Target::new(block, arguments.to_vec())
}

/// An input that is large must not take long: the limit is far above what a machine needs, and far
/// below what an algorithm takes that is not linear.
const LONG: Duration = Duration::from_secs(20);

#[track_caller]
fn quickly(draft: &Draft) -> Vec<u8> {
    let start = Instant::now();
    let wasm = draft.emit(Options::default());
    assert!(start.elapsed() < LONG, "took {:?}", start.elapsed());
    wasm
}

#[test]
fn a_counting_loop_needs_no_moves() {
    // i = n; do { i = i - 1 } while (i != 0)
    let mut draft = Draft::new("", &[I32], &[]);
    let header = draft.block(&[I32]);
    let exit = draft.block(&[]);
    let n = draft.parameter(ENTRY, 0);
    draft.end(ENTRY, TerminatorKind::Jump(to(header, &[n])));
    let i = draft.parameter(header, 0);
    let one = draft.constant(header, 1);
    let next = draft.op(header, Operator::I32Sub, &[i, one]);
    draft.branch(header, next, to(header, &[next]), to(exit, &[]));
    draft.end(exit, TerminatorKind::Return(Vec::new()));
    assert_eq!(
        draft.text(),
        "loop | local.get 0 | i32.const 1 | i32.sub | local.tee 0 | br_if 0 \
         | end"
    );
}

#[test]
fn two_values_change_places() {
    // do { (a, b) = (b, a) } while (c); return a
    let mut draft = Draft::new("", &[I32, I32, I32], &[I32]);
    let header = draft.block(&[I32, I32]);
    let exit = draft.block(&[]);
    let [a, b, c] = [0, 1, 2].map(|index| draft.parameter(ENTRY, index));
    draft.end(ENTRY, TerminatorKind::Jump(to(header, &[a, b])));
    let [x, y] = [0, 1].map(|index| draft.parameter(header, index));
    draft.branch(header, c, to(header, &[y, x]), to(exit, &[]));
    draft.end(exit, TerminatorKind::Return(vec![x]));
    assert_eq!(
        draft.text(),
        "loop | local.get 2 | if | local.get 1 | local.get 0 | \
         local.set 1 | local.set 0 | br 1 | end | end | local.get 0"
    );
}

#[test]
fn a_load_does_not_pass_a_store() {
    let mut draft = Draft::new("(memory 1)", &[I32, I32], &[I32]);
    let memarg = wasmparser::MemArg { align: 2, max_align: 2, offset: 0, memory: 0 };
    let [a, b] = [0, 1].map(|index| draft.parameter(ENTRY, index));
    let loaded = draft.op(ENTRY, Operator::I32Load { memarg }, &[a]);
    let sum = draft.op(ENTRY, Operator::I32Add, &[a, b]);
    draft.effect(ENTRY, Operator::I32Store { memarg }, &[a, b]);
    let result = draft.op(ENTRY, Operator::I32Mul, &[loaded, sum]);
    draft.end(ENTRY, TerminatorKind::Return(vec![result]));
    assert_eq!(
        draft.text(),
        " | local.get 0 | i32.load | local.set 2 | local.get 0 | local.get 1 | \
         i32.store | local.get 2 | local.get 0 | local.get 1 | i32.add | i32.mul"
    );
}

#[test]
fn a_trap_does_not_pass_a_store() {
    let mut draft = Draft::new("(memory 1)", &[I32, I32], &[I32]);
    let memarg = wasmparser::MemArg { align: 2, max_align: 2, offset: 0, memory: 0 };
    let [a, b] = [0, 1].map(|index| draft.parameter(ENTRY, index));
    let quotient = draft.op(ENTRY, Operator::I32DivS, &[a, b]);
    draft.effect(ENTRY, Operator::I32Store { memarg }, &[a, b]);
    draft.end(ENTRY, TerminatorKind::Return(vec![quotient]));
    assert_eq!(
        draft.text(),
        " | local.get 0 | local.get 1 | i32.div_s | local.set 2 | local.get 0 | \
         local.get 1 | i32.store | local.get 2"
    );
}

#[test]
fn what_is_unused_is_not_computed() {
    let mut draft = Draft::new("", &[I32], &[]);
    let header = draft.block(&[I32, I32]);
    let exit = draft.block(&[]);
    let n = draft.parameter(ENTRY, 0);
    draft.end(ENTRY, TerminatorKind::Jump(to(header, &[n, n])));
    // The second parameter only feeds itself.
    let [i, dead] = [0, 1].map(|index| draft.parameter(header, index));
    let dead = draft.op(header, Operator::I32Mul, &[dead, i]);
    let quotient = draft.op(header, Operator::I32DivS, &[i, i]);
    let _ = quotient;
    draft.branch(header, i, to(header, &[i, dead]), to(exit, &[]));
    draft.end(exit, TerminatorKind::Return(Vec::new()));
    assert_eq!(
        draft.text(),
        "loop | local.get 0 | local.get 0 | i32.div_s | drop | local.get 0 | \
         br_if 0 | end"
    );
}

#[test]
fn select_can_become_a_branch() {
    let mut draft = Draft::new("", &[I32, I32, I32], &[I32]);
    let [a, b, c] = [0, 1, 2].map(|index| draft.parameter(ENTRY, index));
    let sum = draft.op(ENTRY, Operator::I32Add, &[a, b]);
    let condition = draft.op(ENTRY, Operator::I32Eqz, &[c]);
    let chosen = draft.op(ENTRY, Operator::Select, &[sum, b, condition]);
    draft.end(ENTRY, TerminatorKind::Return(vec![chosen]));
    assert_eq!(
        draft.text(),
        "local.get 0 | local.get 1 | i32.add | local.get 1 | local.get 2 | i32.eqz | select"
    );
    assert_eq!(
        text(&draft.emit(Options { select_as_branch: true })),
        "local.get 0 | local.get 1 | i32.add | local.set 0 | local.get 2 | i32.eqz | \
         if | local.get 0 | else | local.get 1 | end"
    );
}

#[test]
fn loops_one_after_the_other_do_not_nest() {
    let mut draft = Draft::new("", &[I32], &[]);
    let n = draft.parameter(ENTRY, 0);
    let mut last = ENTRY;
    for _ in 0..3 {
        let header = draft.block(&[]);
        let behind = draft.block(&[]);
        draft.end(last, TerminatorKind::Jump(to(header, &[])));
        draft.branch(header, n, to(header, &[]), to(behind, &[]));
        last = behind;
    }
    draft.end(last, TerminatorKind::Return(Vec::new()));
    let one = "loop | local.get 0 | br_if 0 | end";
    assert_eq!(draft.text(), [one; 3].join(" | "));
}

/// `if (a) { if (b) { x } ; y }`, all ways out meeting: constructs are opened for what needs them.
#[test]
fn ifs_need_no_blocks() {
    let mut draft = Draft::new("(global (mut i32) (i32.const 0))", &[I32, I32], &[]);
    let [a, b] = [0, 1].map(|index| draft.parameter(ENTRY, index));
    let blocks: Vec<_> = (0..4).map(|_| draft.block(&[])).collect();
    let set = Operator::GlobalSet { global_index: 0 };
    draft.branch(ENTRY, a, to(blocks[0], &[]), to(blocks[3], &[]));
    draft.branch(blocks[0], b, to(blocks[1], &[]), to(blocks[2], &[]));
    draft.effect(blocks[1], set.clone(), &[a]);
    draft.end(blocks[1], TerminatorKind::Jump(to(blocks[2], &[])));
    draft.effect(blocks[2], set, &[b]);
    draft.end(blocks[2], TerminatorKind::Jump(to(blocks[3], &[])));
    draft.end(blocks[3], TerminatorKind::Return(Vec::new()));
    assert_eq!(
        draft.text(),
        "local.get 0 | if | local.get 1 | if | local.get 0 | \
         global.set 0 | end | local.get 1 | global.set 0 | end"
    );
}

#[test]
fn a_hundred_thousand_nested_branches() {
    let mut draft = Draft::new("", &[I32], &[]);
    let n = draft.parameter(ENTRY, 0);
    let exit = draft.block(&[]);
    let mut last = ENTRY;
    for _ in 0..100_000 {
        let within = draft.block(&[]);
        let behind = draft.block(&[]);
        draft.branch(last, n, to(within, &[]), to(behind, &[]));
        draft.end(behind, TerminatorKind::Jump(to(exit, &[])));
        last = within;
    }
    draft.end(last, TerminatorKind::Jump(to(exit, &[])));
    draft.end(exit, TerminatorKind::Return(Vec::new()));
    quickly(&draft);
}

#[test]
fn fifty_thousand_targets() {
    const TARGETS: usize = 50_000;
    let mut draft = Draft::new("", &[I32], &[I32]);
    let n = draft.parameter(ENTRY, 0);
    let exit = draft.block(&[I32]);
    let mut targets = Vec::new();
    for value in 0..TARGETS {
        let block = draft.block(&[I32]);
        let passed = draft.constant(ENTRY, value as i32);
        targets.push(to(block, &[passed]));
        let parameter = draft.parameter(block, 0);
        draft.end(block, TerminatorKind::Jump(to(exit, &[parameter])));
    }
    let default = targets[0].clone();
    draft.end(ENTRY, TerminatorKind::Switch { index: n, targets, default });
    let result = draft.parameter(exit, 0);
    draft.end(exit, TerminatorKind::Return(vec![result]));
    let wasm = quickly(&draft);
    // A constant, a `local.set`, a `br` and the ends of two blocks for each target.
    assert!(wasm.len() < TARGETS * 24, "{} bytes", wasm.len());
}

#[test]
fn a_hundred_thousand_ways_meet() {
    let mut draft = Draft::new("", &[I32], &[]);
    let n = draft.parameter(ENTRY, 0);
    let blocks: Vec<_> = (0..100_000).map(|_| draft.block(&[])).collect();
    // Each block is also reached from the entry's chain of branches, so that all are its children.
    let mut last = ENTRY;
    for pair in blocks.windows(2) {
        let chain = draft.block(&[]);
        draft.branch(last, n, to(pair[0], &[]), to(chain, &[]));
        draft.end(pair[0], TerminatorKind::Jump(to(pair[1], &[])));
        last = chain;
    }
    let end = blocks[blocks.len() - 1];
    draft.end(last, TerminatorKind::Jump(to(end, &[])));
    draft.end(end, TerminatorKind::Return(Vec::new()));
    quickly(&draft);
}

#[test]
fn a_hundred_thousand_nested_loops() {
    let mut draft = Draft::new("", &[I32], &[]);
    let n = draft.parameter(ENTRY, 0);
    let mut headers = Vec::new();
    let mut last = ENTRY;
    for _ in 0..100_000 {
        let header = draft.block(&[]);
        draft.end(last, TerminatorKind::Jump(to(header, &[])));
        headers.push(header);
        last = header;
    }
    for &header in headers.iter().rev() {
        let latch = draft.block(&[]);
        draft.end(last, TerminatorKind::Jump(to(latch, &[])));
        let behind = draft.block(&[]);
        draft.branch(latch, n, to(header, &[]), to(behind, &[]));
        last = behind;
    }
    draft.end(last, TerminatorKind::Return(Vec::new()));
    quickly(&draft);
}

#[test]
fn a_chain_of_a_million_values() {
    let mut draft = Draft::new("", &[I32], &[I32]);
    let n = draft.parameter(ENTRY, 0);
    let mut value = n;
    for _ in 0..1_000_000 {
        value = draft.op(ENTRY, Operator::I32Add, &[n, value]);
    }
    draft.end(ENTRY, TerminatorKind::Return(vec![value]));
    let wasm = quickly(&draft);
    assert!(wasm.len() < 3_000_100, "{} bytes", wasm.len());
}

/// Many values that live through many blocks: exact liveness would be the product of both.
#[test]
fn ten_thousand_values_live_through_fifty_thousand_blocks() {
    const VALUES: usize = 10_000;
    let mut draft = Draft::new("", &[I32], &[I32]);
    let n = draft.parameter(ENTRY, 0);
    let values: Vec<_> = (0..VALUES).map(|_| draft.op(ENTRY, Operator::I32Clz, &[n])).collect();
    let mut last = ENTRY;
    for _ in 0..25_000 {
        let header = draft.block(&[]);
        let behind = draft.block(&[]);
        draft.end(last, TerminatorKind::Jump(to(header, &[])));
        draft.branch(header, n, to(header, &[]), to(behind, &[]));
        last = behind;
    }
    let mut sum = n;
    for &value in values.iter().rev() {
        sum = draft.op(last, Operator::I32Add, &[sum, value]);
    }
    draft.end(last, TerminatorKind::Return(vec![sum]));
    quickly(&draft);
}

/// Two loops, one in the other, and a value from outside that the inner one needs: it may not lose
/// its local to one that is only needed later in the outer loop.
#[test]
fn the_structure_is_well_nested() {
    let mut draft = Draft::new("", &[I32, I32], &[]);
    let [a, b] = [0, 1].map(|index| draft.parameter(ENTRY, index));
    let [outer, inner, latch, exit] = [(); 4].map(|()| draft.block(&[]));
    draft.end(ENTRY, TerminatorKind::Jump(to(outer, &[])));
    draft.end(outer, TerminatorKind::Jump(to(inner, &[])));
    draft.branch(inner, a, to(inner, &[]), to(latch, &[]));
    draft.branch(latch, b, to(outer, &[]), to(exit, &[]));
    draft.end(exit, TerminatorKind::Return(Vec::new()));
    let graph = Graph::new(&draft.function);
    let dominators = Dominators::new(&graph);
    let guard = |source| Item::If { source, inverted: false, label: None };
    let inline = |from, place, to| Item::Jump(Edge { from, place, to }, Arrival::Inline);
    let again = |from, to| Item::Jump(Edge { from, place: 0, to }, Arrival::Continue);
    let structure = Structure::new(&draft.function, &graph, &dominators, Purpose::Emission);
    let expected = [
        Item::Code(ENTRY),
        inline(ENTRY, 0, outer),
        Item::Loop(outer),
        Item::Code(outer),
        inline(outer, 0, inner),
        Item::Loop(inner),
        Item::Code(inner),
        guard(inner),
        again(inner, inner),
        Item::End,
        Item::End,
        inline(inner, 1, latch),
        Item::Code(latch),
        guard(latch),
        again(latch, outer),
        Item::End,
        Item::End,
        inline(latch, 1, exit),
        Item::Code(exit),
        Item::Leave { source: exit, last: true },
    ];
    assert_eq!(structure.items, expected);
}

#[test]
fn a_constant_for_several_branches_is_set_once() {
    // x = 5; if (a) goto end; if (b) goto end; x = a + b; end: return x
    let mut draft = Draft::new("", &[I32, I32], &[I32]);
    let [a, b] = [0, 1].map(|index| draft.parameter(ENTRY, index));
    let [second, third] = [(); 2].map(|()| draft.block(&[]));
    let end = draft.block(&[I32]);
    let five = draft.constant(ENTRY, 5);
    draft.branch(ENTRY, a, to(end, &[five]), to(second, &[]));
    draft.branch(second, b, to(end, &[five]), to(third, &[]));
    let sum = draft.op(third, Operator::I32Add, &[a, b]);
    draft.end(third, TerminatorKind::Jump(to(end, &[sum])));
    let x = draft.parameter(end, 0);
    draft.end(end, TerminatorKind::Return(vec![x]));
    assert_eq!(
        draft.text(),
        " | block | i32.const 5 | local.set 2 | local.get 0 | br_if 0 | local.get 1 | br_if 0 | \
         local.get 0 | local.get 1 | i32.add | local.set 2 | end | local.get 2"
    );
}

/// The first parameter's new value is in place before the second one's is computed, which needs a
/// local on the way: that must be another one.
#[test]
fn what_a_move_computes_leaves_the_others_alone() {
    let mut draft = Draft::new("(memory 1)", &[I32], &[I32]);
    let memarg = wasmparser::MemArg { align: 2, max_align: 2, offset: 0, memory: 0 };
    let n = draft.parameter(ENTRY, 0);
    let behind = draft.block(&[I32, I32]);
    let loaded = draft.op(ENTRY, Operator::I32Load { memarg }, &[n]);
    draft.effect(ENTRY, Operator::I32Store { memarg }, &[n, n]);
    let twice = draft.op(ENTRY, Operator::I32Clz, &[n]);
    let square = draft.op(ENTRY, Operator::I32Mul, &[twice, twice]);
    draft.end(ENTRY, TerminatorKind::Jump(to(behind, &[loaded, square])));
    let [a, b] = [0, 1].map(|index| draft.parameter(behind, index));
    let product = draft.op(behind, Operator::I32Mul, &[a, b]);
    let sum = draft.op(behind, Operator::I32Add, &[product, a]);
    let sum = draft.op(behind, Operator::I32Add, &[sum, n]);
    draft.end(behind, TerminatorKind::Return(vec![sum]));
    assert_eq!(
        draft.text(),
        " | local.get 0 | i32.load | local.set 1 | local.get 0 | local.get 0 | i32.store | \
         local.get 0 | i32.clz | local.tee 2 | local.get 2 | i32.mul | local.set 2 | \
         local.get 1 | local.get 2 | i32.mul | local.get 1 | i32.add | local.get 0 | i32.add"
    );
}

/// Where the condition keeps a value only while it is computed, what is passed on one of the ways can't be
/// moved before the condition.
#[test]
fn a_move_waits_for_what_the_condition_computes() {
    // x = n + 1; y = x; if (x > 10) y = 0; return x * y
    let mut draft = Draft::new("", &[I32], &[I32]);
    let n = draft.parameter(ENTRY, 0);
    let clamp = draft.block(&[]);
    let join = draft.block(&[I32]);
    let one = draft.constant(ENTRY, 1);
    let x = draft.op(ENTRY, Operator::I32Add, &[n, one]);
    let ten = draft.constant(ENTRY, 10);
    let is_large = draft.op(ENTRY, Operator::I32GtS, &[x, ten]);
    draft.branch(ENTRY, is_large, to(clamp, &[]), to(join, &[x]));
    let zero = draft.constant(clamp, 0);
    draft.end(clamp, TerminatorKind::Jump(to(join, &[zero])));
    let y = draft.parameter(join, 0);
    let product = draft.op(join, Operator::I32Mul, &[x, y]);
    draft.end(join, TerminatorKind::Return(vec![product]));
    assert_eq!(
        draft.text(),
        " | local.get 0 | i32.const 1 | i32.add | local.tee 0 | i32.const 10 | i32.gt_s | if | \
         i32.const 0 | local.set 1 | else | local.get 0 | local.set 1 | end | \
         local.get 0 | local.get 1 | i32.mul"
    );
}
