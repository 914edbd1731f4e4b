//! Loops to arithmetic, where there is a closed form.
//!
//! Takes a function whose loops only compute: a slice. A loop has a closed form when there is one way
//! through it, nothing in it has an effect, its values change by the same amount each time (or by an
//! amount that itself does), and the condition that leaves it compares such values: then the number
//! of trips follows, and with it what every value is in the end. From the inside outwards: where an
//! inner loop was closed its sums are amounts like any other, so that loops around each other with
//! fixed bounds become straight code.
//!
//! Where the number of trips is only right under a condition (that a counter doesn't wrap around),
//! the condition is checked first, and the loop stays for when it does not hold.

mod counted;
mod linear;
mod trips;

use std::collections::{BTreeMap, HashSet};

use wasmparser::{Operator, ValType};

use self::counted::{Counted, Form};
use self::linear::Writer;
use self::trips::{Guard, Trips};
use super::effects::is_pure_in;
use super::graph::{Dominators, Graph, Loops};
use super::simplify::simplify;
use super::{BlockId, Function, Origin, Target, TerminatorKind, ValueId};
use crate::limits::MAX_CLOSED_ROUNDS;

/// What became of a function's loops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// Loops that have a closed form.
    pub closed: u32,
    /// Loops that are still there: also those that stay beside their closed form.
    pub left: u32,
}

/// Replaces the loops of `function` by closed forms, where there are any. Blocks, instructions and
/// values get new ids.
pub fn close_loops(function: &mut Function<'_>) -> Closed {
    let mut found = Closed::default();
    // Loops that were kept beside their closed form: by the operator that they start with.
    let mut kept = HashSet::new();
    for _ in 0..MAX_CLOSED_ROUNDS {
        simplify(function);
        let graph = Graph::new(function);
        let loops = Loops::new(&graph, &Dominators::new(&graph));
        found.left = loops.loops.len() as u32;
        let has_inner: HashSet<u32> = loops.loops.iter().filter_map(|found| found.parent).collect();
        let innermost = (0..found.left).filter(|number| !has_inner.contains(number));
        innermost.for_each(|number| hoist(function, &graph, &loops, number));
        let forms = find(function, &graph, &loops, &kept);
        if forms.is_empty() {
            break;
        }
        let mut changed = Changed::default();
        for form in forms {
            if !changed.note(&form) {
                continue;
            }
            let header = function.block(form.header).first_operator;
            if matches!(apply(function, form), Applied::Beside) {
                kept.insert(header);
            }
            found.closed += 1;
        }
    }
    simplify(function);
    found
}

/// What is known of a loop that has a closed form.
struct ClosedForm {
    header: BlockId,
    entry: (BlockId, usize),
    exit: (BlockId, usize),
    trips: Trips,
    /// For each value of the loop that is used behind it what it is in iteration `k`.
    results: BTreeMap<ValueId, Form>,
    /// The values from which trips and results are computed.
    needed: Vec<ValueId>,
}

/// What the loops left different that were closed since the graph was made.
#[derive(Default)]
struct Changed {
    values: HashSet<ValueId>,
    ways: HashSet<(BlockId, usize)>,
}

impl Changed {
    /// Notes that a loop is closed; `false` if what is known of it doesn't hold any more.
    fn note(&mut self, form: &ClosedForm) -> bool {
        let ways = [form.entry, form.exit];
        let holds = !form.needed.iter().any(|value| self.values.contains(value))
            && !ways.iter().any(|way| self.ways.contains(way));
        if holds {
            self.values.extend(form.results.keys());
            self.ways.extend(ways);
        }
        holds
    }
}

fn find(
    function: &Function<'_>,
    graph: &Graph,
    loops: &Loops,
    kept: &HashSet<u32>,
) -> Vec<ClosedForm> {
    let has_inner: HashSet<u32> = loops.loops.iter().filter_map(|found| found.parent).collect();
    (0..loops.loops.len() as u32)
        .filter(|number| !has_inner.contains(number))
        .filter(|&number| {
            let header = loops.loops[number as usize].header;
            !kept.contains(&function.block(header).first_operator)
        })
        .filter_map(|number| {
            let counted = Counted::new(function, graph, loops, number)?;
            closed_form(&counted)
        })
        .collect()
}

fn closed_form(counted: &Counted<'_, '_>) -> Option<ClosedForm> {
    let trips = Trips::of(counted)?;
    let mut results = BTreeMap::new();
    for value in used_behind(counted) {
        results.insert(value, counted.form_of(value)?);
    }
    let named = |form: &Form| {
        [&form.start, &form.step, &form.rise]
            .into_iter()
            .flat_map(|linear| linear.terms.keys().copied())
            .collect::<Vec<_>>()
    };
    let mut needed: Vec<ValueId> = results.values().flat_map(named).collect();
    needed.extend(trips.values());
    if needed.iter().any(|&value| counted.is_inside(value)) {
        return None;
    }
    Some(ClosedForm {
        header: counted.header,
        entry: counted.entry,
        exit: counted.exit,
        trips,
        results,
        needed,
    })
}

/// The values of the loop that are used outside of it, or passed on along the way out.
fn used_behind(counted: &Counted<'_, '_>) -> Vec<ValueId> {
    let function = counted.function;
    let mut used = HashSet::new();
    for block in function.block_ids() {
        if counted.has_block(block) {
            continue;
        }
        for &instruction in &function.block(block).instructions {
            used.extend(function.instruction(instruction).arguments.iter().copied());
        }
        let terminator = function.terminator(block);
        used.extend(terminator.arguments());
        for target in terminator.targets() {
            used.extend(&target.arguments);
        }
    }
    let (block, leaves) = counted.exit;
    let way = function.terminator(block).target(leaves).expect("the way out of the loop");
    used.extend(&way.arguments);
    let mut inside: Vec<ValueId> =
        used.into_iter().filter(|&value| counted.is_inside(value)).collect();
    inside.sort_unstable();
    inside
}

/// Whether a loop went, or stays beside its closed form.
enum Applied {
    Instead,
    Beside,
}

fn apply(function: &mut Function<'_>, form: ClosedForm) -> Applied {
    let out = leave_through_one_block(function, &form);
    // The code that takes the loop's place stands between it and what led to it.
    let before = function.add_block(u32::MAX);
    let into = redirect(function, form.entry, Target::new(before, Vec::new()));
    let mut writer = Writer { function, block: before, wide: true };
    let guard = form.trips.guard(&mut writer);
    let (block, applied) = match guard {
        Guard::Never => {
            function.set_terminator(before, TerminatorKind::Jump(into), u32::MAX);
            return Applied::Beside;
        }
        Guard::Always => (before, Applied::Instead),
        Guard::When(condition) => {
            let block = function.add_block(u32::MAX);
            let taken = Target::new(block, Vec::new());
            let kind = TerminatorKind::Branch { condition, taken, otherwise: into };
            function.set_terminator(before, kind, u32::MAX);
            (block, Applied::Beside)
        }
    };
    let mut writer = Writer { function, block, wide: true };
    let trips = form.trips.count(&mut writer);
    let pairs = pairs(&mut writer, trips);
    let mut arguments = Vec::new();
    for (value, form) in &form.results {
        arguments.push(evaluate(&mut writer, *value, form, trips, pairs));
    }
    let kind = TerminatorKind::Jump(Target::new(out, arguments));
    function.set_terminator(block, kind, u32::MAX);
    applied
}

/// Makes one of the ways out of a block lead to `target`; gives where it led.
fn redirect(function: &mut Function<'_>, way: (BlockId, usize), target: Target) -> Target {
    let (block, place) = way;
    let mut targets = function.terminators[block.0 as usize].targets_mut();
    std::mem::replace(&mut *targets[place], target)
}

/// Moves what is computed in an innermost loop from values that don't change there to the block
/// before the loop. Nothing that is moved has an effect, or can trap.
fn hoist(function: &mut Function<'_>, graph: &Graph, loops: &Loops, number: u32) {
    let header = loops.loops[number as usize].header;
    let inside = |block: &BlockId| loops.innermost[block.0 as usize] == Some(number);
    let mut outside = graph.predecessors[header.0 as usize].iter().filter(|block| !inside(block));
    let (Some(&before), None) = (outside.next(), outside.next()) else { return };
    let blocks: Vec<BlockId> = graph.reverse_postorder.iter().copied().filter(inside).collect();
    let mut defined: HashSet<ValueId> = HashSet::new();
    for &block in &blocks {
        defined.extend(&function.block(block).parameters);
        for &id in &function.block(block).instructions {
            defined.extend(&function.instruction(id).results);
        }
    }
    for &block in &blocks {
        let instructions = std::mem::take(&mut function.blocks[block.0 as usize].instructions);
        for id in instructions {
            let instruction = function.instruction(id);
            let moves = is_pure_in(function, instruction)
                && instruction.arguments.iter().all(|argument| !defined.contains(argument));
            if moves {
                instruction.results.iter().for_each(|result| {
                    defined.remove(result);
                });
            }
            let to = if moves { before } else { block };
            function.blocks[to.0 as usize].instructions.push(id);
        }
    }
}

/// `trips * (trips - 1) / 2`, without losing its upper bits: the even factor is the one that is
/// halved.
fn pairs(writer: &mut Writer<'_, '_>, trips: ValueId) -> ValueId {
    writer.wide = true;
    let minus = writer.constant(u64::MAX);
    let before = writer.add(trips, minus);
    let odd = writer.and(trips, 1);
    let even = writer.and(before, 1);
    let left = writer.shift_right(trips, even);
    let right = writer.shift_right(before, odd);
    writer.multiply(left, right)
}

/// What `value` is in iteration `trips`.
fn evaluate(
    writer: &mut Writer<'_, '_>,
    value: ValueId,
    form: &Form,
    trips: ValueId,
    pairs: ValueId,
) -> ValueId {
    writer.wide = writer.function.value(value).ty == ValType::I64;
    let mut sum = writer.linear(&form.start);
    for (linear, times) in [(&form.step, trips), (&form.rise, pairs)] {
        if linear.is_zero() {
            continue;
        }
        let times = match writer.wide {
            true => times,
            false => writer.operator(Operator::I32WrapI64, &[times], ValType::I32),
        };
        let amount = writer.linear(linear);
        let amount = writer.multiply(amount, times);
        sum = writer.add(sum, amount);
    }
    sum
}

/// Makes the loop leave through a block of its own, which takes all values that are used behind the
/// loop as parameters.
fn leave_through_one_block(function: &mut Function<'_>, form: &ClosedForm) -> BlockId {
    let out = function.add_block(u32::MAX);
    let mut renamed = BTreeMap::new();
    for &value in form.results.keys() {
        let ty = function.value(value).ty;
        renamed.insert(value, function.add_parameter(out, ty, Origin::Made));
    }
    let arguments = form.results.keys().copied().collect();
    let mut on = redirect(function, form.exit, Target::new(out, arguments));
    let rename = |value: &mut ValueId| {
        if let Some(&new) = renamed.get(value) {
            *value = new;
        }
    };
    on.arguments.iter_mut().for_each(rename);
    function.set_terminator(out, TerminatorKind::Jump(on), u32::MAX);
    let graph = Graph::new(function);
    let dominators = Dominators::new(&graph);
    let behind: Vec<BlockId> = function
        .block_ids()
        .filter(|&block| graph.is_reachable(block) && dominators.dominates(out, block))
        .collect();
    for block in behind {
        for id in function.block(block).instructions.clone() {
            let instruction = &mut function.instructions[id.0 as usize];
            instruction.arguments.iter_mut().for_each(rename);
        }
        let terminator = &mut function.terminators[block.0 as usize];
        terminator.arguments_mut().iter_mut().for_each(rename);
        for target in terminator.targets_mut() {
            target.arguments.iter_mut().for_each(rename);
        }
    }
    out
}
