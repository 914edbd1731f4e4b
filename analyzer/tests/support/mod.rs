//! Programs that run at random: what a recorder would write, and the truth to compare with.
//!
//! A run walks the control-flow graphs of a plan, tossing a coin at every branch, and writes the
//! events that the instrumentation would. Beside that it adds up fuel operator by operator, in the
//! most naive way: every operator's price is added to every function that is active.

#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::collections::{BTreeMap, BTreeSet};

use formats::cost_model::CostModel;
use formats::plan::{Exit, FunctionPlan, Plan, RegionKind};
use formats::trace::{
    Detail, EventCounter, Header, Location, Outcome, OutcomeKind, SegmentInfo, Trace, TraceWriter,
};
use slicer::bundles::Slices;
use slicer::module::Module;
use wasmparser::Operator;

/// A program with every kind of control flow.
pub(crate) const PROGRAM: &str = r#"(module
  (import "host" "print" (func $print (param i32)))
  (import "host" "exit" (func $exit (param i32)))
  (type $unary (func (param i32) (result i32)))
  (tag $oops (param i32))
  (memory 1)
  (table 4 funcref)
  (elem declare func $leaf)
  (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func $loops (param $n i32) (result i32) (local $i i32) (local $j i32)
    (loop $outer
      (local.set $j (i32.const 0))
      (loop $inner
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (if (i32.and (local.get $j) (i32.const 1))
          (then (drop (i32.div_s (local.get $j) (local.get $n))))
          (else nop (drop (i32.load (local.get $j)))))
        (br_if $inner (i32.lt_u (local.get $j) (local.get $n))))
      (memory.fill (local.get $i) (i32.const 0) (local.get $j))
      (br_if $outer (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $i))
  (func $switch (param i32) (result i32)
    (block $c (block $b (block $a
      (br_table $a $b $c $a (local.get 0)))
      (return (i32.const 10)))
      (memory.copy (i32.const 0) (i32.const 8) (local.get 0))
      (if (local.get 0) (then (unreachable))))
    (call $print (i32.const 3))
    (i32.div_u (i32.const 7) (local.get 0)))
  (func $recurse (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (call $leaf (i32.const 4)))
      (else (i32.add (call $recurse (i32.sub (local.get 0) (i32.const 1)))
                     (i32.rem_u (call $loops (i32.const 2)) (local.get 0))))))
  (func $tail (param i32) (result i32)
    (if (local.get 0) (then (return_call $recurse (local.get 0))))
    (return_call_indirect (type $unary) (local.get 0) (i32.const 1)))
  (func $throws (param i32) (result i32)
    (if (local.get 0) (then (throw $oops (i32.const 5))))
    (block $caught (result i32)
      (try_table (catch $oops $caught)
        (if (local.get 0) (then (throw $oops (i32.const 6))))
        (drop (call $throws (i32.const 1))))
      (i32.const 0)))
  (func $catches (param i32) (result i32)
    (loop $again (result i32)
      (block $all
        (block $one (result i32)
          (try_table (catch $oops $one) (catch_all $all)
            (drop (call $throws (local.get 0)))
            (drop (call_indirect (type $unary) (local.get 0) (i32.const 2))))
          (i32.const 1))
        (drop)
        (br $again (i32.const 2)))
      (i32.const 7)))
  (func $main (export "_start")
    (drop (call $catches (i32.const 1)))
    (drop (call $switch (i32.const 1)))
    (drop (call $tail (i32.const 3)))
    (block (br_if 0 (i32.const 0)) (call $exit (i32.const 0)))
    (drop (call $loops (i32.const 5))))
)"#;

/// SplitMix64 (S. Vigna): small, and good enough to toss coins.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(crate) fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == 0
    }
}

/// A module, its plan and prices.
pub(crate) struct Program {
    pub(crate) wasm: Vec<u8>,
    pub(crate) plan: Plan,
    pub(crate) model: CostModel,
    /// Price of each operator of each defined function.
    prices: Vec<Vec<u64>>,
    /// Direct callees, by defined function and operator.
    callees: BTreeMap<(u32, u32), u32>,
    /// Operators from each `try_table` to its end, by defined function.
    tries: Vec<Vec<(u32, u32)>>,
}

impl Program {
    pub(crate) fn new(text: &str, model: CostModel) -> Program {
        Program::sliced(text, model, Slices::Min)
    }

    pub(crate) fn sliced(text: &str, model: CostModel, slices: Slices) -> Program {
        let wasm = wat::parse_str(text).expect("valid text");
        let module = Module::parse(&wasm).expect("valid module");
        let plan = slicer::plan::plan(&module, slices).expect("a plan");
        let mut prices = Vec::new();
        let mut callees = BTreeMap::new();
        let mut tries = Vec::new();
        for number in 0..plan.functions.len() as u32 {
            let mut own = Vec::new();
            let mut open = Vec::new();
            let mut spans = Vec::new();
            module
                .for_each_operator(number, |index, _, operator| {
                    let opcode = slicer::opcode::opcode(&operator).expect("supported");
                    own.push(u64::from(model.operator(opcode)));
                    match operator {
                        Operator::Call { function_index }
                        | Operator::ReturnCall { function_index } => {
                            callees.insert((number, index), function_index);
                        }
                        Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                            open.push(None);
                        }
                        Operator::TryTable { .. } => open.push(Some(index)),
                        Operator::End => {
                            if let Some(start) = open.pop().flatten() {
                                spans.push((start, index));
                            }
                        }
                        _ => {}
                    }
                    Ok(())
                })
                .expect("readable");
            prices.push(own);
            tries.push(spans);
        }
        drop(module);
        Program { wasm, plan, model, prices, callees, tries }
    }

    /// The event of a path from region `region` of the defined function number `function` to the
    /// end of the region at operator `operator`.
    pub(crate) fn path_to(&self, function: u32, region: u32, operator: u32) -> u32 {
        let plan = &self.plan.functions[function as usize];
        let region = &plan.regions[region as usize];
        let ends_there = |path: &u32| {
            let (mut block, mut rest) = (&plan.blocks[region.start as usize], *path);
            while let Exit::Branch(edges) = &block.exit {
                let edge = edges.iter().rev().find(|edge| edge.value <= rest).expect("a path");
                rest -= edge.value;
                block = &plan.blocks[edge.target as usize];
                if block.cut_on_arrival {
                    return false;
                }
            }
            block.end_operator == operator + 1
        };
        region.first_event + (0..region.paths).find(ends_there).expect("such a path")
    }

    pub(crate) fn header(&self, detail: Detail) -> Header {
        Header {
            tool: "test".to_string(),
            engine: "coins".to_string(),
            detail,
            sample: None,
            program: "program.wasm".to_string(),
            arguments: Vec::new(),
            module: self.wasm.clone(),
            plan: self.plan.clone(),
        }
    }
}

/// What a run really used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) fuel: u128,
    /// By defined function: calls, own fuel, inclusive fuel.
    pub(crate) functions: BTreeMap<u32, (u128, u128, u128)>,
    /// By defined function and loop: iterations, own fuel.
    pub(crate) loops: BTreeMap<(u32, u32), (u128, u128)>,
    /// Whether a trap cut a path short: then the events alone don't tell everything.
    pub(crate) cut_short: bool,
}

struct Frame {
    function: u32,
    block: u32,
    region: u32,
    path: u32,
}

/// One invocation: its events as words, and its outcome.
pub(crate) struct Invocation {
    pub(crate) events: Vec<Vec<u32>>,
    pub(crate) outcome: Outcome,
}

/// Runs `program` at random.
pub(crate) struct Runner<'a> {
    program: &'a Program,
    random: &'a mut Random,
    pub(crate) truth: Truth,
    stack: Vec<Frame>,
    events: Vec<Vec<u32>>,
}

/// What is to be done after a block.
enum After {
    Continue,
    End(Outcome),
}

impl<'a> Runner<'a> {
    pub(crate) fn new(program: &'a Program, random: &'a mut Random) -> Self {
        Runner { program, random, truth: Truth::default(), stack: Vec::new(), events: Vec::new() }
    }

    /// One invocation of the last function, of at most `budget` blocks.
    pub(crate) fn invoke(&mut self, budget: usize) -> Invocation {
        let main = self.program.plan.functions.len() as u32 - 1;
        self.enter(main);
        let mut left = self.random.below(budget);
        let outcome = loop {
            if self.stack.is_empty() {
                break Outcome { kind: OutcomeKind::Return, ..Outcome::default() };
            }
            let must_end = left == 0;
            left = left.saturating_sub(1);
            if let After::End(outcome) = self.block(must_end) {
                break outcome;
            }
        };
        self.stack.clear();
        Invocation { events: std::mem::take(&mut self.events), outcome }
    }

    fn plan_of(&self, function: u32) -> &'a FunctionPlan {
        &self.program.plan.functions[function as usize]
    }

    fn enter(&mut self, function: u32) {
        self.stack.push(Frame { function, block: 0, region: 0, path: 0 });
        self.truth.functions.entry(function).or_default().0 += 1;
        self.spend(u64::from(self.program.model.function_entry).into());
    }

    /// Fuel of the innermost function, in the loop of its current block.
    fn spend(&mut self, fuel: u128) {
        let top = self.stack.last().expect("running");
        let block = &self.plan_of(top.function).blocks[top.block as usize];
        self.truth.fuel += fuel;
        self.truth.functions.entry(top.function).or_default().1 += fuel;
        if let Some(index) = block.innermost_loop {
            self.truth.loops.entry((top.function, index)).or_default().1 += fuel;
        }
        let active: BTreeSet<u32> = self.stack.iter().map(|frame| frame.function).collect();
        for function in active {
            self.truth.functions.entry(function).or_default().2 += fuel;
        }
    }

    fn block(&mut self, must_end: bool) -> After {
        let top = self.stack.last().expect("running");
        let (function, plan) = (top.function, self.plan_of(top.function));
        let block = &plan.blocks[top.block as usize];
        for (index, found) in plan.loops.iter().enumerate() {
            if found.header == top.block {
                self.truth.loops.entry((function, index as u32)).or_default().0 += 1;
            }
        }
        let whole = block.end_operator - block.first_operator;
        let safe = whole - u32::from(whole > 0 && !matches!(block.exit, Exit::Branch(_)));
        let trap = must_end && safe > 0;
        let end = match trap {
            true => block.first_operator + 1 + self.random.below(safe as usize) as u32,
            false => block.end_operator,
        };
        for operator in block.first_operator..end {
            self.operator(function, operator);
            // Only a stack that is full ends the program at a silent call: before the callee begins.
            if !(trap && operator + 1 == end) {
                self.silent_call(function, operator);
            }
        }
        if trap {
            self.truth.cut_short = true;
            return After::End(self.trap(function, end - 1));
        }
        self.leave(function, &block.exit, block.end_operator.saturating_sub(1))
    }

    fn operator(&mut self, function: u32, operator: u32) {
        if let Some(site) =
            self.plan_of(function).sites.iter().find(|site| site.operator == operator)
        {
            let units = self.random.below(5) as u64 * 1000;
            self.events.push(match site.wide {
                true => vec![site.event, units as u32, (units >> 32) as u32],
                false => vec![site.event, units as u32],
            });
            let price = u64::from(self.program.model.per_unit(site.bulk));
            self.spend(u128::from(units * price));
        }
        self.spend(self.program.prices[function as usize][operator as usize].into());
    }

    /// Runs the callee of `operator`, if that is a silent call.
    fn silent_call(&mut self, function: u32, operator: u32) {
        let calls = &self.plan_of(function).silent_calls;
        let Some(call) = calls.iter().find(|call| call.operator == operator) else { return };
        self.enter(call.callee);
        for operator in 0..self.plan_of(call.callee).operators {
            self.operator(call.callee, operator);
        }
        self.stack.pop();
    }

    fn trap(&self, function: u32, operator: u32) -> Outcome {
        let function = self.program.plan.function_index(function);
        Outcome {
            kind: OutcomeKind::Trap,
            code: 134,
            message: Some("a trap".to_string()),
            location: Some(Location { function, operator }),
            ..Outcome::default()
        }
    }

    fn emit(&mut self) {
        let top = self.stack.last().expect("running");
        let region = &self.plan_of(top.function).regions[top.region as usize];
        self.events.push(vec![region.first_event + top.path]);
    }

    fn go(&mut self, block: u32) {
        let top = self.stack.last().expect("running");
        let region = self.plan_of(top.function).blocks[block as usize].region.expect("a cut");
        let top = self.stack.last_mut().expect("running");
        (top.block, top.region, top.path) = (block, region, 0);
    }

    fn leave(&mut self, function: u32, exit: &Exit, operator: u32) -> After {
        if let Exit::Branch(edges) = exit {
            let edge = edges[self.random.below(edges.len())];
            self.stack.last_mut().expect("running").path += edge.value;
            if self.plan_of(function).blocks[edge.target as usize].cut_on_arrival {
                self.emit();
                self.go(edge.target);
            } else {
                self.stack.last_mut().expect("running").block = edge.target;
            }
            return After::Continue;
        }
        self.emit();
        match exit {
            Exit::Call { resume } => {
                self.go(*resume);
                self.call(function, operator)
            }
            Exit::TailCall => {
                self.stack.pop();
                self.call(function, operator)
            }
            Exit::Return => {
                self.stack.pop();
                After::Continue
            }
            Exit::Throw => self.throw(operator),
            Exit::Unreachable | Exit::Branch(_) => After::End(self.trap(function, operator)),
        }
    }

    fn call(&mut self, function: u32, operator: u32) -> After {
        let plan = &self.program.plan;
        let all = plan.imported_functions as usize + plan.functions.len();
        let callee = match self.program.callees.get(&(function, operator)) {
            Some(&callee) => callee,
            None if self.random.one_in(20) => return After::End(self.trap(function, operator)),
            None => self.random.below(all) as u32,
        };
        match callee.checked_sub(plan.imported_functions) {
            // $exit
            None if callee == 1 => {
                After::End(Outcome { kind: OutcomeKind::Exit, code: 3, ..Outcome::default() })
            }
            // An import that throws an exception of its own.
            None if self.random.one_in(8) => self.throw(operator),
            None => After::Continue,
            Some(_) if self.stack.len() > 60 => {
                After::End(Outcome { stack_overflow: true, ..self.trap(function, operator) })
            }
            Some(number) => {
                self.enter(number);
                After::Continue
            }
        }
    }

    /// Unwinds from `operator` of the innermost function to a landing that a coin chooses.
    fn throw(&mut self, operator: u32) -> After {
        let mut at = operator;
        while let Some(top) = self.stack.last() {
            let plan = self.plan_of(top.function);
            let landings: Vec<u32> = plan
                .regions
                .iter()
                .filter(|region| {
                    let RegionKind::Landing { operator, .. } = region.kind else {
                        return false;
                    };
                    let spans = &self.program.tries[top.function as usize];
                    spans.iter().any(|&(start, end)| start == operator && start <= at && at < end)
                })
                .map(|region| region.start)
                .collect();
            if !landings.is_empty() {
                let landing = landings[self.random.below(landings.len())];
                self.go(landing);
                return After::Continue;
            }
            self.stack.pop();
            if let Some(caller) = self.stack.last() {
                let blocks = &self.plan_of(caller.function).blocks;
                let resume = caller.block;
                let call = blocks
                    .iter()
                    .find(|block| matches!(block.exit, Exit::Call { resume: to } if to == resume));
                at = call.expect("it called").end_operator - 1;
            }
        }
        After::End(Outcome { kind: OutcomeKind::Exception, ..Outcome::default() })
    }
}

/// A trace of `invocations` on each of `streams` streams, cut into segments at random.
pub(crate) fn record(
    program: &Program,
    random: &mut Random,
    detail: Detail,
    streams: u32,
    budget: usize,
) -> (Vec<u8>, Truth, Vec<Outcome>) {
    let mut writer = TraceWriter::create(Vec::new(), &program.header(detail)).expect("a writer");
    let mut outcomes = Vec::new();
    let mut seed = Random(random.next());
    let mut runner = Runner::new(program, random);
    // The pieces of each stream, to be interleaved.
    let mut pieces: Vec<Vec<Piece>> = Vec::new();
    for _ in 0..streams {
        let mut stream = Vec::new();
        for _ in 0..2 {
            let invocation = runner.invoke(budget);
            let mut rest = invocation.events.as_slice();
            while !rest.is_empty() {
                let (segment, behind) = rest.split_at((seed.below(40) + 1).min(rest.len()));
                stream.push(Piece::Segment(segment.to_vec()));
                rest = behind;
            }
            stream.push(Piece::Outcome(invocation.outcome));
        }
        pieces.push(stream);
    }
    let truth = runner.truth;
    let mut next = vec![0; pieces.len()];
    while let Some(stream) = choose(&mut seed, &pieces, &next) {
        match &pieces[stream][next[stream]] {
            Piece::Segment(events) => write_segment(&mut writer, program, detail, stream, events),
            Piece::Outcome(outcome) => {
                writer.write_outcome(stream as u32, outcome).expect("written");
                outcomes.push(outcome.clone());
            }
        }
        next[stream] += 1;
    }
    (writer.finish().expect("closed"), truth, outcomes)
}

enum Piece {
    Segment(Vec<Vec<u32>>),
    Outcome(Outcome),
}

fn choose(random: &mut Random, pieces: &[Vec<Piece>], next: &[usize]) -> Option<usize> {
    let open: Vec<usize> =
        (0..pieces.len()).filter(|&stream| next[stream] < pieces[stream].len()).collect();
    (!open.is_empty()).then(|| open[random.below(open.len())])
}

fn write_segment(
    writer: &mut TraceWriter<Vec<u8>>,
    program: &Program,
    detail: Detail,
    stream: usize,
    events: &[Vec<u32>],
) {
    let words: Vec<u32> = events.concat();
    // As if every word took some nanoseconds.
    let (end_ns, events) = (10 * words.len() as u64, events.len() as u64);
    let info = SegmentInfo { stream: stream as u32, start_ns: 0, end_ns, events };
    match detail {
        Detail::Full => writer.write_segment(&info, &to_bytes(&words)),
        Detail::Counts => {
            let mut counter = EventCounter::new(program.plan.layout());
            counter.count(&words).expect("valid events");
            writer.write_histogram(&info, &counter.take())
        }
    }
    .expect("written");
}

pub(crate) fn to_bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A trace of one stream with the given segments and outcome.
pub(crate) fn trace_of(program: &Program, segments: &[&[u32]], outcome: Option<&Outcome>) -> Trace {
    trace_with(program, Detail::Full, segments, outcome)
}

/// The same with as much `detail`.
pub(crate) fn trace_with(
    program: &Program,
    detail: Detail,
    segments: &[&[u32]],
    outcome: Option<&Outcome>,
) -> Trace {
    let mut writer = TraceWriter::create(Vec::new(), &program.header(detail)).expect("a writer");
    for words in segments {
        let layout = program.plan.layout();
        let events = formats::events::Events::new(words, layout).count() as u64;
        let info = SegmentInfo { events, ..SegmentInfo::default() };
        match detail {
            Detail::Full => writer.write_segment(&info, &to_bytes(words)),
            Detail::Counts => {
                let mut counter = EventCounter::new(layout);
                counter.count(words).expect("events of the plan");
                writer.write_histogram(&info, &counter.take())
            }
        }
        .expect("written");
    }
    if let Some(outcome) = outcome {
        writer.write_outcome(0, outcome).expect("written");
    }
    Trace::from_bytes(writer.finish().expect("closed")).expect("a trace")
}

/// The outcome of a program that returned.
pub(crate) fn returned() -> Outcome {
    Outcome { kind: OutcomeKind::Return, ..Outcome::default() }
}

/// Prices that are all different, so that no mistake cancels out.
pub(crate) fn odd_prices() -> CostModel {
    let mut model = CostModel::flat("odd", 0);
    model.function_entry = 1_000_003;
    for (index, operator) in formats::operators::Opcode::all().enumerate() {
        model.set_operator(operator, 7 + 13 * index as u32);
    }
    for (index, bulk) in formats::cost_model::Bulk::ALL.into_iter().enumerate() {
        model.set_per_unit(bulk, 3 + index as u32);
    }
    model
}
