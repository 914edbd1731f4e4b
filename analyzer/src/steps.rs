//! What each path event does: what it costs, and what it says about its activation.
//!
//! Takes the plan and the costs of the distinct events that occur, gives a table that the ordered
//! pass looks up once per event.

use std::collections::HashMap;
use std::ops::Range;

use formats::plan::{EventKind, Exit, FunctionPlan, Plan, RegionKind};

use crate::bodies::Body;
use crate::limits::MAX_DENSE_EVENTS;
use crate::paths::{PathEnd, path_end};

/// How the activation came to the start of an event's region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// It is a new one.
    Entry,
    /// It went on from the end of its last event.
    Onward,
    /// It caught an exception that was thrown or let through by one of these operators.
    Landing(Range<u32>),
}

/// What the activation does at the end of an event's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It goes on in this region.
    Arrival { region: u32 },
    /// It calls, and goes on in this region when the call returns.
    Call { operator: u32, region: u32 },
    /// It ends with a tail call.
    TailCall { operator: u32 },
    /// It ends.
    Return,
    /// It throws, and ends unless it catches itself.
    Throw { operator: u32 },
    /// It traps.
    Trap { operator: u32 },
}

/// One distinct path event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Defined function number.
    pub(crate) function: u32,
    /// Region of the function.
    pub(crate) region: u32,
    /// Fuel of the path.
    pub(crate) fuel: u64,
    /// How its region began.
    pub(crate) begin: Begin,
    /// How its path ends.
    pub(crate) end: End,
}

/// The steps of all path events that occur in a trace, by event id.
pub(crate) struct Steps {
    steps: Vec<Step>,
    /// Index into `steps` by event id, for ids below [`MAX_DENSE_EVENTS`].
    dense: Vec<u32>,
    /// The same for the other ids.
    sparse: HashMap<u32, u32>,
}

/// No step has this index.
const NO_STEP: u32 = u32::MAX;

impl Steps {
    /// The table for the path events `costs`, given as `(event id, fuel)`.
    pub(crate) fn new(
        plan: &Plan,
        bodies: &[Body],
        costs: impl IntoIterator<Item = (u32, u64)>,
    ) -> Self {
        let events = plan.event_map();
        let dense = vec![NO_STEP; plan.path_events.min(MAX_DENSE_EVENTS) as usize];
        let mut table = Steps { steps: Vec::new(), dense, sparse: HashMap::new() };
        for (id, fuel) in costs {
            if let Some(EventKind::Path { function, region, path }) = events.resolve(id) {
                let body = &bodies[function as usize];
                let function_plan = &plan.functions[function as usize];
                let end = end_of(function_plan, path_end(function_plan, region, path));
                let begin = begin_of(function_plan, body, region);
                table.insert(id, Step { function, region, fuel, begin, end });
            }
        }
        table
    }

    /// The table for these steps, with ids in their order.
    #[cfg(test)]
    pub(crate) fn of(steps: Vec<Step>) -> Self {
        let dense = (0..steps.len() as u32).collect();
        Steps { steps, dense, sparse: HashMap::new() }
    }

    fn insert(&mut self, id: u32, step: Step) {
        let index = self.steps.len() as u32;
        self.steps.push(step);
        match self.dense.get_mut(id as usize) {
            Some(slot) => *slot = index,
            None => {
                self.sparse.insert(id, index);
            }
        }
    }

    /// Index of the step of the event `id`, for [`Steps::get`].
    #[inline]
    pub(crate) fn index_of(&self, id: u32) -> Option<u32> {
        match self.dense.get(id as usize) {
            Some(&index) => (index != NO_STEP).then_some(index),
            None => self.sparse.get(&id).copied(),
        }
    }

    /// The step with the index `index`.
    #[inline]
    pub(crate) fn get(&self, index: u32) -> &Step {
        &self.steps[index as usize]
    }
}

fn begin_of(function: &FunctionPlan, body: &Body, region: u32) -> Begin {
    match function.regions[region as usize].kind {
        RegionKind::Entry => Begin::Entry,
        RegionKind::Header | RegionKind::Join | RegionKind::Resume => Begin::Onward,
        RegionKind::Landing { operator, .. } => {
            Begin::Landing(body.try_tables.get(&operator).cloned().unwrap_or(0..0))
        }
    }
}

fn end_of(function: &FunctionPlan, end: PathEnd) -> End {
    let region_at = |block: u32| {
        function.blocks[block as usize].region.expect("the plan was checked: a region starts here")
    };
    let block = match end {
        PathEnd::Arrival(block) => {
            return End::Arrival { region: region_at(block) };
        }
        PathEnd::Exit(block) => &function.blocks[block as usize],
    };
    let operator = block.end_operator.saturating_sub(1);
    match block.exit {
        Exit::Call { resume } => End::Call { operator, region: region_at(resume) },
        Exit::TailCall => End::TailCall { operator },
        Exit::Throw => End::Throw { operator },
        Exit::Unreachable => End::Trap { operator },
        Exit::Return | Exit::Branch(_) => End::Return,
    }
}
