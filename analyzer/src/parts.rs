//! The figures of a profile, numbered.
//!
//! A total is made of parts: the fuel of each function and loop. Beside them, calls and iterations
//! are counted. All of them are numbered in one row, so that what an event stands for is a short
//! list of (number, amount), and sums, samples and estimates are kept the same way for each.

use formats::plan::{EventKind, Plan, RegionKind};

/// Numbers the figures of a plan's functions and loops.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    /// The first number of each function, and at the end how many there are.
    first: Vec<u32>,
}

/// Figures of a function, or of a loop: its own fuel, and how often it was entered.
const FIGURES: u32 = 2;

impl Parts {
    /// The figures of `plan`. A plan has far fewer functions and loops than 2^31: each of them takes
    /// bytes in a module.
    pub(crate) fn of(plan: &Plan) -> Parts {
        let mut first = vec![0];
        let mut next = 0;
        for function in &plan.functions {
            next += FIGURES * (1 + function.loops.len() as u32);
            first.push(next);
        }
        Parts { first }
    }

    /// How many figures there are.
    pub(crate) fn len(&self) -> usize {
        self.first.last().map_or(0, |&end| end as usize)
    }

    /// Own fuel of a function.
    pub(crate) fn self_fuel(&self, function: u32) -> u32 {
        self.first[function as usize]
    }

    /// Calls of a function.
    pub(crate) fn calls(&self, function: u32) -> u32 {
        self.self_fuel(function) + 1
    }

    /// Fuel of a loop, without that of inner loops.
    pub(crate) fn loop_fuel(&self, function: u32, index: u32) -> u32 {
        self.self_fuel(function) + FIGURES * (1 + index)
    }

    /// Iterations of a loop.
    pub(crate) fn iterations(&self, function: u32, index: u32) -> u32 {
        self.loop_fuel(function, index) + 1
    }

    /// Calls `count` with what an event counts beside its fuel: a call of its function, or an
    /// iteration of its loops.
    pub(crate) fn of_event(&self, plan: &Plan, kind: EventKind, mut count: impl FnMut(u32)) {
        if let EventKind::Path { function, region, .. } = kind {
            self.of_region(plan, function, region, &mut count);
        }
    }

    /// The same of an event of this region.
    pub(crate) fn of_region(
        &self,
        plan: &Plan,
        function: u32,
        region: u32,
        mut count: impl FnMut(u32),
    ) {
        let function_plan = &plan.functions[function as usize];
        let region = &function_plan.regions[region as usize];
        match region.kind {
            RegionKind::Entry => count(self.calls(function)),
            RegionKind::Header => {
                for (index, found) in (0..).zip(&function_plan.loops) {
                    if found.header == region.start {
                        count(self.iterations(function, index));
                    }
                }
            }
            RegionKind::Join | RegionKind::Resume | RegionKind::Landing { .. } => {}
        }
    }
}
