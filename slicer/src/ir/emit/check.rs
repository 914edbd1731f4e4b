//! A second opinion on locals, for builds with debug assertions: every local that is read holds the
//! value that is meant, on every way there.
//!
//! The check follows the code and knows nothing of liveness (the idea is that of regalloc2's
//! checker): it finds for each block which value each local holds at its start, as the common part
//! of all ways in, until nothing changes.

use super::locals::Locals;
use super::schedule::{Move, Schedule, Step};
use super::target;
use crate::ir::graph::Graph;
use crate::ir::{BlockId, ENTRY, Function, ValueId};
use crate::limits::MAX_CHECKED_FACTS;

/// For each local the value that it holds, if that is known.
type Held = Vec<Option<ValueId>>;

/// Checks the locals of a function.
///
/// # Panics
///
/// When a local doesn't hold what is read from it.
pub(super) fn check(function: &Function<'_>, graph: &Graph, schedule: &Schedule, locals: &Locals) {
    if function.blocks.len() * (locals.len() + 1) > MAX_CHECKED_FACTS {
        return;
    }
    let checker = Checker { function, schedule, locals };
    let mut starts: Vec<Option<Held>> = vec![None; function.blocks.len()];
    let mut entry = vec![None; locals.len()];
    for &parameter in super::schedule::parameters(function) {
        if let Some(local) = locals.get(parameter) {
            entry[local as usize] = Some(parameter);
        }
    }
    starts[ENTRY.0 as usize] = Some(entry);
    let mut changed = true;
    while changed {
        changed = false;
        for &block in &graph.reverse_postorder {
            let mut held = starts[block.0 as usize].clone().expect("reached in this order");
            checker.body(block, &mut held, false);
            for edge in 0..graph.successors[block.0 as usize].len() {
                let (to, held) = checker.take(block, edge, held.clone(), false);
                changed |= meet(&mut starts[to.0 as usize], held);
            }
        }
    }
    for &block in &graph.reverse_postorder {
        let mut held = starts[block.0 as usize].clone().expect("was reached");
        checker.body(block, &mut held, true);
        for edge in 0..graph.successors[block.0 as usize].len() {
            checker.take(block, edge, held.clone(), true);
        }
    }
}

/// Forgets what the ways in don't have in common; says whether that was something.
fn meet(known: &mut Option<Held>, other: Held) -> bool {
    let Some(known) = known else {
        *known = Some(other);
        return true;
    };
    let mut changed = false;
    for (known, other) in known.iter_mut().zip(other) {
        if known.is_some() && *known != other {
            *known = None;
            changed = true;
        }
    }
    changed
}

struct Checker<'c, 'a> {
    function: &'c Function<'a>,
    schedule: &'c Schedule,
    locals: &'c Locals,
}

impl Checker<'_, '_> {
    fn body(&self, block: BlockId, held: &mut Held, is_final: bool) {
        let steps = &self.schedule.blocks[block.0 as usize];
        for range in [&steps.body, &steps.operands] {
            self.steps(block, self.schedule.steps(range), held, is_final);
        }
    }

    fn steps(&self, block: BlockId, steps: &[Step], held: &mut Held, is_final: bool) {
        for step in steps {
            match *step {
                Step::Set(value) | Step::Tee(value) => {
                    held[self.locals.of(value) as usize] = Some(value);
                }
                Step::Get(value) if is_final => {
                    let local = self.locals.of(value);
                    let found = held[local as usize];
                    assert_eq!(
                        found,
                        Some(value),
                        "local {local} of function {} is read in {block:?}",
                        self.function.index
                    );
                }
                _ => {}
            }
        }
    }

    /// What the locals hold once control has taken a way out of a block.
    fn take(&self, block: BlockId, edge: usize, mut held: Held, is_final: bool) -> (BlockId, Held) {
        let target = target(&self.function.terminator(block).kind, edge);
        let moves: &[Move] = self.schedule.moves(block, edge);
        for it in moves {
            self.steps(block, self.schedule.steps(&it.steps), &mut held, is_final);
        }
        for it in moves {
            // Nothing moves then, so it must be there still.
            if let [Step::Get(value)] = self.schedule.steps(&it.steps)
                && self.locals.of(*value) == self.locals.of(it.parameter)
            {
                self.steps(block, &[Step::Get(*value)], &mut held, is_final);
            }
        }
        let made = &self.function.block(target.block).parameters[..target.made as usize];
        for value in moves.iter().map(|it| it.parameter).chain(made.iter().copied()) {
            if let Some(local) = self.locals.get(value) {
                held[local as usize] = Some(value);
            }
        }
        (target.block, held)
    }
}
