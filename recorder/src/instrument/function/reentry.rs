//! Innermost loops without calls are left where the ring is full, and entered again.
//!
//! A flush is a call, and engines keep what lives across one out of most registers: in a short loop the moves
//! that come of it take longer than the push. So where a loop has no call of its own, and pushes at its header alone,
//! none is put into it:
//!
//! ```text
//! block $done
//!   loop $again
//!     block $full
//!       loop
//!         push the path;  br_if $full where the ring is full
//!         …
//!       end
//!       br $done
//!     end
//!     what the loop needs -> globals;  flush all but the last event;  globals -> locals
//!     br $again
//!   end
//! end
//! ```
//!
//! The last event is that of the way to the header. It stays in the ring, as its first, and is pushed again on entry, to
//! the same place. That the loop's locals go through globals decides where engines keep them, and nothing else: a local
//! has its value anyway.

use std::ops::Range;

use formats::plan::{Block, Exit, FunctionPlan, Scalar};
use wasmparser::{BlockType, Operator, OperatorsReader, ValType};

use super::Rewriter;
use crate::instrument::InstrumentError;
use crate::instrument::values::PushPoint;
use crate::limits::{MAX_LIVENESS_LOCALS, MAX_LIVENESS_VISITS, MAX_SAVED_NARROW, MAX_SAVED_WIDE};

/// A local that a loop needs when it is entered again.
pub(in crate::instrument) type Saved = (u32, Scalar);

/// A loop that is open in the output, and can be entered again.
pub(super) struct Reentry {
    /// Position of the label behind which the ring is flushed.
    full: u32,
    /// Block that the loop starts with.
    header: u32,
    saved: Vec<Saved>,
    /// Bytes of the event that is pushed at the header, once it was.
    event_bytes: Option<u32>,
}

/// Where the ring is flushed for a loop that is entered again.
pub(in crate::instrument) struct OutOfLine {
    /// In bytes from the start of the body.
    pub(in crate::instrument) bytes: Range<u32>,
    /// The operator that control is at meanwhile: the first one of the loop's body.
    pub(in crate::instrument) operator: u32,
}

impl<'a> Rewriter<'a> {
    /// Finds the loops that can be entered again. `locals` are the types of the function's own.
    pub(super) fn find_reentries(
        &mut self,
        locals: &[Option<Scalar>],
    ) -> Result<(), InstrumentError> {
        let candidates = candidates(self.plan);
        if candidates.is_empty() || locals.len() > MAX_LIVENESS_LOCALS {
            return Ok(());
        }
        let reader = self.module.operators(self.function)?;
        let (reads, writes) = reads_and_writes(self.plan, &self.blocks, reader)?;
        let Some(live) = live_locals(self.plan, reads, &writes) else { return Ok(()) };
        for number in candidates {
            let found = &self.plan.loops[number];
            let needed = live[found.header as usize];
            let needed = (0..locals.len() as u32).filter(|local| needed >> local & 1 == 1);
            let saved = needed.map(|local| Some((local, locals[local as usize]?)));
            let Some(mut saved) = saved.collect::<Option<Vec<Saved>>>() else { continue };
            saved.push((self.push.locals.path, Scalar::I32));
            // Those of 32 bits come first.
            saved.sort_unstable_by_key(|&(local, ty)| (ty.words(), local));
            let narrow = saved.partition_point(|(_, ty)| ty.words() == 1);
            if narrow <= MAX_SAVED_NARROW && saved.len() - narrow <= MAX_SAVED_WIDE {
                self.reentries.insert(found.operator, (found.header, saved));
            }
        }
        Ok(())
    }

    /// Opens the `loop` that is the operator `index`.
    pub(super) fn open_loop(
        &mut self,
        index: u32,
        block_type: BlockType,
        original: &[u8],
    ) -> Result<(), InstrumentError> {
        let (params, results) = self.module.block_signature(block_type);
        let reentry = match self.reentries.remove(&index) {
            Some((header, saved)) if params.is_empty() && is_plain(&results) => {
                self.open_block(&[], &results)?;
                let block_type = self.types.block(&[], &results).expect("a plain result at most");
                self.sink().loop_(block_type);
                self.depth += 1;
                self.open_block(&[], &[])?;
                Some(Reentry { full: self.depth - 1, header, saved, event_bytes: None })
            }
            _ => None,
        };
        self.open(block_type, true, original);
        self.frames.last_mut().expect("it was opened").reentry = reentry;
        Ok(())
    }

    /// Pushes the path that arrives at `block`.
    pub(super) fn push_arrival(&mut self, block: u32) {
        let reentry = self.frames.last_mut().and_then(|frame| frame.reentry.as_mut());
        let Some(reentry) = reentry.filter(|reentry| reentry.header == block) else {
            self.push_path(PushPoint::Arrival(block));
            return;
        };
        let values = self.values.pushed_at(PushPoint::Arrival(block));
        let event_bytes = self.push.unchecked_path(&mut self.output.bytes, &values);
        reentry.event_bytes = Some(event_bytes);
        let full = self.depth - 1 - reentry.full;
        let check = self.push.leave_if_full(&mut self.output.bytes, full);
        self.output.flush_checks.push(check);
    }

    /// Behind a loop that can be entered again.
    pub(super) fn reenter(&mut self, reentry: &Reentry) {
        const OUT_OF_ALL: u32 = 2;
        self.sink().br(OUT_OF_ALL);
        self.close_block();
        let start = self.output.bytes.len() as u32;
        let event_bytes = reentry.event_bytes.expect("the loop starts with its header");
        self.push.flush_but_last(&mut self.output.bytes, event_bytes, &reentry.saved);
        self.sink().br(0);
        let bytes = start..self.output.bytes.len() as u32;
        let operator = self.plan.blocks[reentry.header as usize].first_operator;
        self.output.out_of_line.push(OutOfLine { bytes, operator });
        self.output.kept = self.output.kept.max(event_bytes);
        let slots = slots(&reentry.saved).last().map_or(0, |(slot, _)| slot + 1);
        self.output.saved = self.output.saved.max(slots);
        self.close_block();
        self.close_block();
    }
}

/// What is saved, each with the number of its global: first those of 32 bits, then those of 64.
pub(in crate::instrument) fn slots(saved: &[Saved]) -> impl Iterator<Item = (u32, Saved)> + '_ {
    let narrow = saved.partition_point(|(_, ty)| ty.words() == 1);
    let wide = (MAX_SAVED_NARROW as u32..).zip(&saved[narrow..]);
    (0..).zip(&saved[..narrow]).chain(wide).map(|(slot, &saved)| (slot, saved))
}

/// Whether blocks have one of these results, or none.
fn is_plain(results: &[ValType]) -> bool {
    results.len() <= 1 && results.iter().all(|&ty| scalar(ty).is_some())
}

/// The loops that push at their header and nowhere else, call nothing, and have no loop in them, by their numbers.
fn candidates(plan: &FunctionPlan) -> Vec<usize> {
    let calls = plan.silent_calls.iter().map(|call| call.block);
    let flushes = calls.chain(plan.sites.iter().map(|site| site.block));
    let mut excluded = vec![false; plan.loops.len()];
    let mut exclude = |block: &Block| {
        if let Some(innermost) = block.innermost_loop {
            excluded[innermost as usize] = true;
        }
    };
    flushes.for_each(|block| exclude(&plan.blocks[block as usize]));
    for (number, block) in (0..).zip(&plan.blocks) {
        let is_header = || {
            let innermost = block.innermost_loop.map(|found| &plan.loops[found as usize]);
            innermost.is_some_and(|found| found.header == number)
        };
        let calls = matches!(block.exit, Exit::Call { .. } | Exit::TailCall | Exit::Throw);
        if calls || block.cut_on_arrival && !is_header() {
            exclude(block);
        }
    }
    // Inner loops run most, and have most of what there is to gain.
    for parent in plan.loops.iter().filter_map(|found| found.parent) {
        excluded[parent as usize] = true;
    }
    let is_candidate = |&number: &usize| {
        let found = &plan.loops[number];
        let header = &plan.blocks[found.header as usize];
        !excluded[number] && header.cut_on_arrival && header.first_operator == found.operator + 1
    };
    (0..plan.loops.len()).filter(is_candidate).collect()
}

/// Locals as bits, at most [`MAX_LIVENESS_LOCALS`].
type LocalSet = u128;

/// For each block the locals that the program reads from there on before it writes them, unless an exception leads
/// there; `None` where it takes too long to find out. `reads` and `writes` are those of the blocks themselves.
fn live_locals(
    plan: &FunctionPlan,
    reads: Vec<LocalSet>,
    writes: &[LocalSet],
) -> Option<Vec<LocalSet>> {
    let mut edges: Vec<(u32, u32)> = (0..)
        .zip(&plan.blocks)
        .flat_map(|(source, block)| targets(&block.exit).map(move |target| (target, source)))
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let mut visits = MAX_LIVENESS_VISITS * edges.len();
    let mut live = reads;
    let mut pending: Vec<u32> = (0..live.len() as u32).collect();
    while let Some(target) = pending.pop() {
        let first = edges.partition_point(|&(to, _)| to < target);
        for &(_, source) in edges[first..].iter().take_while(|&&(to, _)| to == target) {
            visits = visits.checked_sub(1)?;
            let through = live[target as usize] & !writes[source as usize];
            let known = &mut live[source as usize];
            if through & !*known != 0 {
                *known |= through;
                pending.push(source);
            }
        }
    }
    Some(live)
}

/// For each block the locals that it reads before it writes them, and those that it writes.
fn reads_and_writes(
    plan: &FunctionPlan,
    blocks: &[u32],
    mut operators: OperatorsReader<'_>,
) -> Result<(Vec<LocalSet>, Vec<LocalSet>), InstrumentError> {
    let none = vec![0; plan.blocks.len()];
    let (mut reads, mut writes) = (none.clone(), none);
    let mut blocks = blocks.iter().map(|&number| (number as usize, &plan.blocks[number as usize]));
    let mut current = blocks.next();
    let mut index = 0;
    while !operators.eof() {
        let operator = operators.read()?;
        while current.is_some_and(|(_, block)| block.end_operator <= index) {
            current = blocks.next();
        }
        let Some((number, block)) = current else { break };
        if block.first_operator <= index {
            match operator {
                Operator::LocalGet { local_index } => {
                    reads[number] |= (1 << local_index) & !writes[number];
                }
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    writes[number] |= 1 << local_index;
                }
                _ => {}
            }
        }
        index += 1;
    }
    Ok((reads, writes))
}

/// The blocks that control goes on to.
fn targets(exit: &Exit) -> impl Iterator<Item = u32> + '_ {
    let (edges, resume) = match exit {
        Exit::Branch(edges) => (edges.as_slice(), None),
        Exit::Call { resume } => (&[][..], Some(*resume)),
        Exit::TailCall | Exit::Return | Exit::Throw | Exit::Unreachable => (&[][..], None),
    };
    edges.iter().map(|edge| edge.target).chain(resume)
}

/// How a value of the type `ty` is saved, if it can be.
pub(super) fn scalar(ty: ValType) -> Option<Scalar> {
    match ty {
        ValType::I32 => Some(Scalar::I32),
        ValType::I64 => Some(Scalar::I64),
        ValType::F32 => Some(Scalar::F32),
        ValType::F64 => Some(Scalar::F64),
        ValType::V128 | ValType::Ref(_) => None,
    }
}
