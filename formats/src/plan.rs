//! The plan: what was instrumented, and what every event in the ring means.
//!
//! The slicer makes it from a module, the recorder rewrites the module by it, the trace carries
//! it, and the analyzer generates slices from it and the module. It holds no prices.
//!
//! A function is a control-flow graph of [`Block`]s: ranges of original operator indices that
//! execute as one. *Cut points* split the graph into acyclic [`Region`]s. Each way through a
//! region is a *path*; the path numbered `p` of a region is the event `region.first_event + p`.
//! Path numbers are dense (T. Ball, J. R. Larus, "Efficient path profiling", MICRO-29, 1996):
//! they are the sums of the [`Edge::value`]s along the path.
//!
//! Work that depends on a run-time value (bytes of `memory.copy`, pages of `memory.grow`, …) has
//! a [`Site`], whose event carries that value as payload.

use serde::{Deserialize, Serialize};

use crate::cost_model::Bulk;

/// What was instrumented in one module.
///
/// Event ids are dense over the module, in this order: the paths of all regions of all functions,
/// then the sites with a one-word payload, then the sites with a two-word payload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Number of imported functions: the first defined function has this index.
    pub imported_functions: u32,
    /// The defined functions, in the order of the code section.
    pub functions: Vec<FunctionPlan>,
    /// Number of path events: they have the ids `0..path_events`.
    pub path_events: u32,
    /// Number of sites whose payload is one word: ids from `path_events`.
    pub narrow_sites: u32,
    /// Number of sites whose payload is two words (low word first): ids after the narrow ones.
    pub wide_sites: u32,
    /// Name under which the instrumented module exports the ring memory.
    pub ring_export: String,
    /// Name under which the instrumented module exports the write position (bytes, mutable i32).
    pub position_export: String,
}

/// One defined function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionPlan {
    /// Number of operators in the body, the final `end` included.
    pub operators: u32,
    /// The reachable blocks, ordered by their operators. Block 0 is the entry.
    pub blocks: Vec<Block>,
    /// The `loop` constructs that can be reached, outer ones first.
    pub loops: Vec<Loop>,
    /// The regions, ordered by `first_event`. Region 0 starts at the entry.
    pub regions: Vec<Region>,
    /// The operators with run-time units, ordered by operator.
    pub sites: Vec<Site>,
}

/// A maximal run of operators that execute as one, with what follows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// First operator of the block.
    pub first_operator: u32,
    /// One past the last operator of the block. Equal to `first_operator` when the block is empty.
    pub end_operator: u32,
    /// Innermost `loop` around the block: index into [`FunctionPlan::loops`].
    pub innermost_loop: Option<u32>,
    /// Whether arriving here ends the running region and starts the block's own: loop headers,
    /// and joins that were cut so that path counts stay small.
    pub cut_on_arrival: bool,
    /// The region that starts here: index into [`FunctionPlan::regions`].
    pub region: Option<u32>,
    /// What happens at the block's end.
    pub exit: Exit,
}

/// How control leaves a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// Along one of these edges, in ascending order of value. Never empty.
    Branch(Vec<Edge>),
    /// The last operator calls: the region ends just before the call runs (the call's own cost
    /// included) and another one starts at the block `resume` when it has returned.
    Call {
        /// Block after the call.
        resume: u32,
    },
    /// The last operator is a tail call: the region and the activation end just before it runs.
    TailCall,
    /// Control leaves the function with its results: `return`, the final `end`, or a branch to
    /// the function's label.
    Return,
    /// The last operator throws: the region ends just before it runs.
    Throw,
    /// The last operator is `unreachable`: the region ends just before it traps.
    Unreachable,
}

/// A way from one block to another of the same function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// Block that is entered.
    pub target: u32,
    /// What the edge adds to the path number.
    pub value: u32,
}

/// A `loop` construct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loop {
    /// Index of the `loop` operator.
    pub operator: u32,
    /// Block that every iteration starts with.
    pub header: u32,
    /// The `loop` around this one.
    pub parent: Option<u32>,
}

/// A single-entry acyclic stretch between cut points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Block that every path of the region starts with.
    pub start: u32,
    /// Why a region starts there.
    pub kind: RegionKind,
    /// Event id of path 0.
    pub first_event: u32,
    /// Number of paths, at least 1.
    pub paths: u32,
}

/// Why a region starts where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegionKind {
    /// The function's entry: one path of this region is one call of the function.
    Entry,
    /// A loop header: one path of this region is one iteration of the loop.
    Header,
    /// A join that was cut so that path counts stay small.
    Join,
    /// The operator after a call.
    Resume,
    /// An exception was caught by the clause `clause` of the `try_table` at operator `operator`.
    Landing {
        /// Index of the `try_table` operator.
        operator: u32,
        /// Index of the catch clause.
        clause: u32,
    },
}

/// An operator whose work depends on a run-time value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The operator.
    pub operator: u32,
    /// What it does, and so what its units are.
    pub bulk: Bulk,
    /// Event id; the payload is the number of units, recorded just before the operator runs.
    pub event: u32,
    /// Block that contains the operator.
    pub block: u32,
}

/// What an event id stands for: see [`EventMap::resolve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Path `path` of region `region` of the defined function number `function`.
    Path {
        /// Index into [`Plan::functions`].
        function: u32,
        /// Index into [`FunctionPlan::regions`].
        region: u32,
        /// Path number within the region.
        path: u32,
    },
    /// Site `site` of the defined function number `function`.
    Site {
        /// Index into [`Plan::functions`].
        function: u32,
        /// Index into [`FunctionPlan::sites`].
        site: u32,
    },
}

impl Plan {
    /// Number of event ids: every valid id is smaller.
    pub fn events(&self) -> u32 {
        self.path_events + self.narrow_sites + self.wide_sites
    }

    /// The payload words that follow each event id in the ring.
    pub fn layout(&self) -> EventLayout {
        EventLayout {
            first_narrow: self.path_events,
            first_wide: self.path_events + self.narrow_sites,
            end: self.events(),
        }
    }

    /// A table that resolves event ids to regions and sites.
    pub fn event_map(&self) -> EventMap<'_> {
        EventMap::new(self)
    }

    /// Index of the defined function number `function` in the module's function index space.
    pub fn function_index(&self, function: u32) -> u32 {
        self.imported_functions + function
    }
}

/// How many payload words follow an event id. Cheap to copy, enough to walk a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLayout {
    /// First id with a one-word payload.
    pub first_narrow: u32,
    /// First id with a two-word payload.
    pub first_wide: u32,
    /// One past the last valid id.
    pub end: u32,
}

impl EventLayout {
    /// Payload words of the event `id`, or `None` when there is no such event.
    #[inline]
    pub fn payload_words(&self, id: u32) -> Option<usize> {
        if id < self.first_narrow {
            Some(0)
        } else if id < self.first_wide {
            Some(1)
        } else if id < self.end {
            Some(2)
        } else {
            None
        }
    }
}

/// Resolves event ids. Takes 8 bytes for each region and site of the plan.
pub struct EventMap<'a> {
    plan: &'a Plan,
    /// For each function, the first event id at or after its first region.
    first_events: Vec<u32>,
    /// `(function, site)` of each site event, by `id - path_events`.
    sites: Vec<(u32, u32)>,
}

impl<'a> EventMap<'a> {
    fn new(plan: &'a Plan) -> Self {
        let mut first_events = Vec::with_capacity(plan.functions.len());
        let mut sites = vec![(u32::MAX, u32::MAX); (plan.narrow_sites + plan.wide_sites) as usize];
        let mut next = 0;
        for (number, function) in plan.functions.iter().enumerate() {
            first_events.push(next);
            if let Some(last) = function.regions.last() {
                next = last.first_event + last.paths;
            }
            for (index, site) in function.sites.iter().enumerate() {
                sites[(site.event - plan.path_events) as usize] = (number as u32, index as u32);
            }
        }
        EventMap { plan, first_events, sites }
    }

    /// What `id` stands for, or `None` when the plan has no such event.
    pub fn resolve(&self, id: u32) -> Option<EventKind> {
        if id >= self.plan.path_events {
            let &(function, site) = self.sites.get((id - self.plan.path_events) as usize)?;
            return Some(EventKind::Site { function, site });
        }
        // The last function that starts at or before `id`: functions without regions share their
        // successor's first event, and the last of such a run is the one that has regions.
        let function = self.first_events.partition_point(|&first| first <= id) - 1;
        let regions = &self.plan.functions[function].regions;
        let region = regions.partition_point(|region| region.first_event <= id).checked_sub(1)?;
        let path = id - regions[region].first_event;
        (path < regions[region].paths).then_some(EventKind::Path {
            function: function as u32,
            region: region as u32,
            path,
        })
    }
}
