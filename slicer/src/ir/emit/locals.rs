//! The locals that hold the values which are not left on the stack.
//!
//! Takes where values live, gives each of them a local. First a block's parameters are put into one
//! class with the values that are passed for them, where none lives while another does: then nothing
//! has to be moved. Then the classes get locals in the order in which their life begins: a local of
//! the same type whose values are all dead, or one of a few with a hole that is large enough, or a
//! new one (M. Poletto, V. Sarkar, "Linear Scan Register Allocation", 1999; O. Traub, G. Holloway,
//! M. D. Smith, "Quality and Speed in Linear-scan Register Allocation", 1998). The function's own
//! parameters are locals from the start.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use wasmparser::ValType;

use super::liveness::{Liveness, Ranges};
use super::schedule::{Schedule, Step, parameters};
use crate::ir::{BlockId, Function, TerminatorKind, ValueId};

/// How many locals with living values are tried for a hole before a new one is made.
const HOLES_TRIED: usize = 16;

/// The locals of an emitted function.
#[derive(Debug)]
pub(super) struct Locals {
    /// The local of each value that is kept.
    of_value: Vec<Option<u32>>,
    /// Types of all locals, parameters first.
    types: Vec<ValType>,
    /// Number of parameters.
    parameters: usize,
    /// When each local holds a value that is needed.
    occupied: Vec<Ranges>,
}

impl Locals {
    /// Assigns locals to the values of `function`.
    pub(super) fn new(
        function: &Function<'_>,
        schedule: &Schedule,
        liveness: &mut Liveness,
    ) -> Locals {
        let mut classes = Classes::new(function, liveness);
        classes.coalesce(function, schedule);
        let mut locals = Locals::of_parameters(function);
        let local_of_class = classes.assign(function, &mut locals);
        locals.of_value = (0..function.values.len() as u32)
            .map(|value| local_of_class[classes.find(value) as usize])
            .collect();
        locals.renumber(&liveness.accesses);
        locals
    }

    fn of_parameters(function: &Function<'_>) -> Locals {
        let types: Vec<_> =
            parameters(function).iter().map(|value| function.value(*value).ty).collect();
        Locals {
            of_value: Vec::new(),
            parameters: types.len(),
            occupied: vec![Ranges::default(); types.len()],
            types,
        }
    }

    fn add(&mut self, ty: ValType, ranges: Ranges) -> u32 {
        self.types.push(ty);
        self.occupied.push(ranges);
        self.types.len() as u32 - 1
    }

    /// The local of a value that is kept.
    pub(super) fn of(&self, value: ValueId) -> u32 {
        self.get(value).expect("a value that is kept has a local")
    }

    /// The local of a value; `None` when it is never kept.
    pub(super) fn get(&self, value: ValueId) -> Option<u32> {
        self.of_value[value.0 as usize]
    }

    /// The type of a local.
    pub(super) fn ty(&self, local: u32) -> ValType {
        self.types[local as usize]
    }

    /// Whether a local holds a needed value somewhere in a range of positions.
    pub(super) fn is_occupied(&self, local: u32, range: Range<u32>) -> bool {
        self.occupied[local as usize].meets_range(range)
    }

    /// Number of locals, with the parameters.
    pub(super) fn len(&self) -> usize {
        self.types.len()
    }

    /// The declarations of those that are not parameters: runs of one type.
    pub(super) fn declarations(&self) -> Vec<(u32, ValType)> {
        let mut declarations: Vec<(u32, ValType)> = Vec::new();
        for &ty in &self.types[self.parameters..] {
            match declarations.last_mut() {
                Some((count, last)) if *last == ty => *count += 1,
                _ => declarations.push((1, ty)),
            }
        }
        declarations
    }

    /// Puts locals of one type next to each other and gives those that are named most the smallest
    /// indices.
    fn renumber(&mut self, accesses: &[u32]) {
        let mut named = vec![0_u64; self.types.len()];
        for (local, &count) in self.of_value.iter().zip(accesses) {
            if let Some(local) = local {
                named[*local as usize] += u64::from(count);
            }
        }
        // Types in the order of their most named local.
        let mut most: HashMap<ValType, u64> = HashMap::new();
        for (ty, &count) in self.types.iter().zip(&named) {
            let most = most.entry(*ty).or_default();
            *most = (*most).max(count);
        }
        let mut first = HashMap::new();
        for (index, ty) in self.types.iter().enumerate() {
            first.entry(*ty).or_insert(index);
        }
        let mut order: Vec<usize> = (self.parameters..self.types.len()).collect();
        order.sort_by_key(|&local| {
            let ty = self.types[local];
            (Reverse(most[&ty]), first[&ty], Reverse(named[local]), local)
        });
        order.splice(0..0, 0..self.parameters);
        let mut new = vec![0; order.len()];
        for (index, &local) in (0..).zip(&order) {
            new[local] = index;
        }
        for local in self.of_value.iter_mut().flatten() {
            *local = new[*local as usize];
        }
        self.types = order.iter().map(|&local| self.types[local]).collect();
        self.occupied =
            order.iter().map(|&local| std::mem::take(&mut self.occupied[local])).collect();
    }
}

/// The type of a local for a value: one that needs no value of its own to start with.
fn local_type(ty: ValType) -> ValType {
    match ty {
        ValType::Ref(reference) => ValType::Ref(reference.nullable()),
        ty => ty,
    }
}

/// Values that share a local, as a forest of disjoint sets.
struct Classes {
    parent: Vec<u32>,
    /// Where the values of a root's class live.
    ranges: Vec<Ranges>,
    /// The function's parameter in a root's class.
    parameter: Vec<Option<u32>>,
}

impl Classes {
    fn new(function: &Function<'_>, liveness: &mut Liveness) -> Classes {
        let mut parameter = vec![None; function.values.len()];
        for (index, value) in (0..).zip(parameters(function)) {
            parameter[value.0 as usize] = Some(index);
        }
        Classes {
            parent: (0..function.values.len() as u32).collect(),
            ranges: std::mem::take(&mut liveness.ranges),
            parameter,
        }
    }

    fn find(&mut self, value: u32) -> u32 {
        let mut value = value;
        while self.parent[value as usize] != value {
            let up = self.parent[self.parent[value as usize] as usize];
            self.parent[value as usize] = up;
            value = up;
        }
        value
    }

    /// Joins parameters with what is passed for them. Where a terminator branches goes first: there a
    /// move takes the most code.
    fn coalesce(&mut self, function: &Function<'_>, schedule: &Schedule) {
        for of_jumps in [false, true] {
            for block in function.block_ids() {
                let kind = &function.terminator(block).kind;
                if matches!(kind, TerminatorKind::Jump(_)) == of_jumps {
                    self.coalesce_moves(function, schedule, block);
                }
            }
        }
    }

    fn coalesce_moves(&mut self, function: &Function<'_>, schedule: &Schedule, block: BlockId) {
        let moves = schedule.blocks[block.0 as usize].moves.clone();
        for it in &schedule.moves[moves.start as usize..moves.end as usize] {
            if let [Step::Get(value)] = schedule.steps(&it.steps)
                && function.value(*value).ty == function.value(it.parameter).ty
            {
                self.join(value.0, it.parameter.0);
            }
        }
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        let (of_a, of_b) = (self.parameter[a as usize], self.parameter[b as usize]);
        if a == b
            || of_a.is_some() && of_b.is_some()
            || self.ranges[a as usize].meets(&self.ranges[b as usize])
        {
            return;
        }
        self.parent[b as usize] = a;
        self.parameter[a as usize] = of_a.or(of_b);
        let ranges = std::mem::take(&mut self.ranges[b as usize]);
        self.ranges[a as usize].add_all(ranges);
    }

    /// Gives each class a local.
    fn assign(&mut self, function: &Function<'_>, locals: &mut Locals) -> Vec<Option<u32>> {
        let mut of_class = vec![None; self.parent.len()];
        let mut order = Vec::new();
        let mut pools: HashMap<ValType, Pool> = HashMap::new();
        for class in 0..self.parent.len() as u32 {
            if self.parent[class as usize] != class {
                continue;
            }
            let ranges = &self.ranges[class as usize];
            if let Some(parameter) = self.parameter[class as usize] {
                of_class[class as usize] = Some(parameter);
                locals.occupied[parameter as usize] = ranges.clone();
                let pool = pools.entry(locals.types[parameter as usize]).or_default();
                pool.add(parameter, ranges.hull().end);
            } else if !ranges.is_empty() {
                order.push(class);
            }
        }
        order.sort_by_key(|&class| (self.ranges[class as usize].hull().start, class));
        for class in order {
            let ranges = std::mem::take(&mut self.ranges[class as usize]);
            let ty = local_type(function.values[class as usize].ty);
            let pool = pools.entry(ty).or_default();
            of_class[class as usize] = Some(pool.take(ty, ranges, locals));
        }
        of_class
    }
}

/// The locals of one type.
#[derive(Default)]
struct Pool {
    /// The locals in use, by where their last value dies. A local that has got another value since
    /// is in here again.
    active: BinaryHeap<Reverse<(u32, u32)>>,
    /// The locals whose values are all dead.
    free: BinaryHeap<Reverse<u32>>,
    /// All locals.
    all: Vec<u32>,
    /// The one to look at next for a hole.
    next: usize,
}

impl Pool {
    /// Adds a local.
    fn add(&mut self, local: u32, end: u32) {
        self.all.push(local);
        self.active.push(Reverse((end, local)));
    }

    /// A local that is free wherever `ranges` are, which begin behind those of earlier calls.
    fn take(&mut self, ty: ValType, ranges: Ranges, locals: &mut Locals) -> u32 {
        let Range { start, end } = ranges.hull();
        while let Some(&Reverse((ended, local))) = self.active.peek()
            && ended <= start
        {
            self.active.pop();
            if locals.occupied[local as usize].hull().end == ended {
                self.free.push(Reverse(local));
            }
        }
        let found = self.free.pop().map(|Reverse(local)| local);
        match found.or_else(|| self.hole(&ranges, locals)) {
            Some(local) => {
                let occupied = &mut locals.occupied[local as usize];
                if end > occupied.hull().end {
                    self.active.push(Reverse((end, local)));
                }
                occupied.add_all(ranges);
                local
            }
            None => {
                let local = locals.add(ty, ranges);
                self.add(local, end);
                local
            }
        }
    }

    /// One of a few locals that has a hole where `ranges` are.
    fn hole(&mut self, ranges: &Ranges, locals: &Locals) -> Option<u32> {
        for _ in 0..self.all.len().min(HOLES_TRIED) {
            let local = self.all[self.next % self.all.len()];
            if !locals.occupied[local as usize].meets(ranges) {
                return Some(local);
            }
            self.next = (self.next + 1) % self.all.len();
        }
        None
    }
}
