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
//! What a branch does can also be *computed*, from values that the program had: then its edges add
//! nothing to the path number, and the region's event carries those values as payload
//! ([`Region::values`]). A loop nest all of whose branches can be computed from values known on entry
//! is a [`Nest`]: its event, recorded on entry, carries those values, and the paths around it step over
//! it as if it were one operator. Or the nest is *counted*: its event, opened on entry, carries how
//! often control passed some of its blocks and edges, from which follows how often it passed all others
//! ([`Nest::counters`]).
//!
//! A direct call of a function of which all operators run, whenever it is called, is an operator of its block:
//! a [`SilentCall`].
//!
//! Work that depends on a run-time value (bytes of `memory.copy`, pages of `memory.grow`, …) has
//! a [`Site`], whose event carries that value as payload.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::cost_model::Bulk;
pub use crate::limits::{MAX_COUNTERS, MAX_PAYLOAD_WORDS};

/// What was instrumented in one module.
///
/// Event ids are dense over the module. Those of counted nests come last, ordered by the number of their
/// counters; the others are ordered by the number of their payload words. Among those of one width
/// they are ordered by function, then regions before sites before nests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Number of imported functions: the first defined function has this index.
    pub imported_functions: u32,
    /// The defined functions, in the order of the code section.
    pub functions: Vec<FunctionPlan>,
    /// Number of event ids whose payload has as many words as the index says, without those of counted
    /// nests.
    pub widths: Vec<u32>,
    /// Number of nests with as many counters as the index says; those with none are not counted.
    pub counted: Vec<u32>,
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
    /// The `loop` constructs that can be reached, ordered by operator: outer ones come first.
    pub loops: Vec<Loop>,
    /// The regions, ordered by the block that they start with. Region 0 starts at the entry.
    pub regions: Vec<Region>,
    /// The operators with run-time units, ordered by operator.
    pub sites: Vec<Site>,
    /// The loop nests whose branches are computed or counted, ordered by operator.
    pub nests: Vec<Nest>,
    /// The calls that nothing is recorded of, ordered by operator.
    pub silent_calls: Vec<SilentCall>,
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
    /// Whether arriving here ends the running region and starts the block's own: loop headers, but for
    /// those of loops in which something else cuts each way around, and joins that were cut so that path
    /// counts stay small.
    pub cut_on_arrival: bool,
    /// The region that starts here: index into [`FunctionPlan::regions`].
    pub region: Option<u32>,
    /// The nest that the block belongs to: index into [`FunctionPlan::nests`].
    pub nest: Option<u32>,
    /// What happens at the block's end.
    pub exit: Exit,
}

/// How control leaves a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// Along one of these edges, in ascending order of value. Never empty. When all of several
    /// edges have the value 0, the branch is computed.
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
    /// Number of paths that are told apart by their numbers, at least 1.
    pub paths: u32,
    /// What the events carry: the values that the computed branches need. Recorded when the path
    /// ends; what was not defined on the way has an arbitrary value.
    pub values: Vec<Recorded>,
}

/// A loop nest whose branches are all computed, from values that are known on entry, or counted.
///
/// Inside it nothing is recorded but sites, of which a counted one has none. The edges that stay in it
/// and those that leave it have the value 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nest {
    /// The outermost loop: index into [`FunctionPlan::loops`].
    pub outermost: u32,
    /// The one block that control goes on with, whichever way it leaves. `None` when there are
    /// several: each of them is then cut on arrival.
    pub after: Option<u32>,
    /// Event id; recorded just before the `loop` operator's first iteration.
    pub event: u32,
    /// What the event carries, if the branches are computed.
    pub values: Vec<Recorded>,
    /// What the event counts, if they are not: for each of these 64 bits, low word first. Control
    /// comes to a block as often as it leaves it, so that each block's count follows from these and
    /// from how often the nest was entered.
    pub counters: Vec<Counter>,
}

/// What a counted nest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Counter {
    /// How often a block began.
    Block(u32),
    /// How often control left a block along one of its edges.
    Edge {
        /// The block.
        block: u32,
        /// Index of the edge, not the first.
        edge: u32,
    },
}

/// Payload words of a counter.
pub const COUNTER_WORDS: usize = 2;

/// A value of the original program that an event carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Recorded {
    /// Which value.
    pub value: Origin,
    /// Its type.
    pub ty: Scalar,
    /// Where it is found when the event is recorded.
    pub place: Place,
}

/// The types of values that can be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scalar {
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `f32`
    F32,
    /// `f64`
    F64,
}

impl Scalar {
    /// Words that a value takes in a payload, the low word first.
    pub fn words(self) -> usize {
        match self {
            Scalar::I32 | Scalar::F32 => 1,
            Scalar::I64 | Scalar::F64 => 2,
        }
    }
}

/// Names a value by where it comes from in the original function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// The function's parameter with this index, as the function was entered with.
    Parameter(u32),
    /// A result of an operator.
    Operator {
        /// The operator.
        operator: u32,
        /// Index of the result, the deepest first.
        index: u32,
    },
    /// What a local holds where several ways meet.
    Local {
        /// First operator behind the meeting point.
        operator: u32,
        /// The local.
        local: u32,
    },
    /// What lies on the operand stack where several ways meet.
    Stack {
        /// First operator behind the meeting point.
        operator: u32,
        /// Place on the stack, counted from the function's bottom.
        depth: u32,
    },
    /// What a global holds when a nest is entered.
    Global(u32),
}

/// Where a recorded value is found when its event is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Place {
    /// A local of the original function holds it.
    Local(u32),
    /// A global holds it.
    Global(u32),
    /// Nothing does: it has to be kept aside when it is defined.
    Kept,
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
    /// Whether the units are an i64: two words instead of one.
    pub wide: bool,
    /// Block that contains the operator.
    pub block: u32,
}

/// A direct call that nothing is recorded of: whenever control comes to it, the callee runs from its first
/// operator to its last.
///
/// Such a callee has all of its operators in its first block, one path, and neither sites, nests nor silent calls.
/// Its events are those of its other calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilentCall {
    /// The operator.
    pub operator: u32,
    /// Block that contains the operator.
    pub block: u32,
    /// Who is called: index into [`Plan::functions`].
    pub callee: u32,
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
    /// Nest `nest` of the defined function number `function`.
    Nest {
        /// Index into [`Plan::functions`].
        function: u32,
        /// Index into [`FunctionPlan::nests`].
        nest: u32,
    },
}

impl Plan {
    /// Number of event ids: every valid id is smaller.
    pub fn events(&self) -> u32 {
        self.widths.iter().chain(&self.counted).sum()
    }

    /// The payload words that follow each event id in the ring.
    ///
    /// # Panics
    ///
    /// When the plan has wider payloads than [`MAX_PAYLOAD_WORDS`], or more counters than
    /// [`MAX_COUNTERS`]: check it first.
    pub fn layout(&self) -> EventLayout {
        EventLayout::new(&self.widths, &self.counted)
    }

    /// A table that resolves event ids to regions, sites and nests.
    pub fn event_map(&self) -> EventMap {
        EventMap::new(self)
    }

    /// The functions that silent calls call, in ascending order.
    pub fn silent_callees(&self) -> BTreeSet<u32> {
        let calls = self.functions.iter().flat_map(|function| &function.silent_calls);
        calls.map(|call| call.callee).collect()
    }

    /// Index of the defined function number `function` in the module's function index space.
    pub fn function_index(&self, function: u32) -> u32 {
        self.imported_functions + function
    }
}

impl FunctionPlan {
    /// The block that the nest number `nest` starts with.
    pub fn nest_header(&self, nest: u32) -> u32 {
        self.loops[self.nests[nest as usize].outermost as usize].header
    }

    /// The silent calls in the block `block`.
    pub fn silent_calls_in(&self, block: u32) -> &[SilentCall] {
        let start = self.silent_calls.partition_point(|call| call.block < block);
        let end = self.silent_calls.partition_point(|call| call.block <= block);
        &self.silent_calls[start..end]
    }

    /// The block that `operator` executes in; `None` when it can't be reached.
    pub fn block_of(&self, operator: u32) -> Option<u32> {
        let up_to = self.blocks.partition_point(|block| block.first_operator <= operator);
        // Empty blocks may stand amid the operators of the block before them.
        let has_operators = |block: &Block| block.first_operator < block.end_operator;
        let last = self.blocks[..up_to].iter().rposition(has_operators)?;
        (operator < self.blocks[last].end_operator).then_some(last as u32)
    }

    /// The ways from `block` to other blocks as a path sees them: along its edges; from the header
    /// of a nest to the block behind the nest; and from all other blocks of a nest nowhere.
    pub fn steps(&self, block: u32) -> Steps<'_> {
        let found = &self.blocks[block as usize];
        match (found.nest, &found.exit) {
            (Some(nest), _) if self.nest_header(nest) == block => {
                Steps::Over(self.nests[nest as usize].after)
            }
            (Some(_), _) => Steps::Over(None),
            (None, Exit::Branch(edges)) => Steps::Along(edges),
            (None, _) => Steps::Along(&[]),
        }
    }

    /// The blocks that [`FunctionPlan::steps`] leads to within the region: those that are not cut
    /// on arrival.
    pub fn inner_targets(&self, block: u32) -> impl DoubleEndedIterator<Item = u32> + '_ {
        let targets = self.targets(block);
        targets.filter(|&target| !self.blocks[target as usize].cut_on_arrival)
    }

    /// The blocks at which paths end that step out of `block`: those that are cut on arrival.
    pub fn cut_targets(&self, block: u32) -> Vec<u32> {
        let is_cut = |&target: &u32| self.blocks[target as usize].cut_on_arrival;
        match self.blocks[block as usize].nest {
            Some(nest) if self.nests[nest as usize].after.is_none() => {
                if self.nest_header(nest) == block { self.nest_exits(nest) } else { Vec::new() }
            }
            _ => self.targets(block).filter(is_cut).collect(),
        }
    }

    /// Whether a path that arrives at the end of `block` ends there: at a call, at a return, or at
    /// what else is no branch.
    pub fn ends_path(&self, block: u32) -> bool {
        let found = &self.blocks[block as usize];
        found.nest.is_none() && !matches!(found.exit, Exit::Branch(_))
    }

    fn targets(&self, block: u32) -> impl DoubleEndedIterator<Item = u32> + '_ {
        let (edges, over) = match self.steps(block) {
            Steps::Along(edges) => (edges, None),
            Steps::Over(after) => (&[][..], after),
        };
        edges.iter().map(|edge| edge.target).chain(over)
    }

    /// The blocks of the nest number `nest`, in ascending order.
    pub fn nest_blocks(&self, nest: u32) -> Vec<u32> {
        self.nest_reach(nest).0.into_iter().collect()
    }

    /// The blocks that control can go on with behind the nest number `nest`, in ascending order.
    pub fn nest_exits(&self, nest: u32) -> Vec<u32> {
        self.nest_reach(nest).1.into_iter().collect()
    }

    /// The blocks of a nest, and those behind it.
    fn nest_reach(&self, nest: u32) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let header = self.nest_header(nest);
        let (mut inside, mut behind) = (BTreeSet::from([header]), BTreeSet::new());
        let mut pending = vec![header];
        while let Some(block) = pending.pop() {
            let Exit::Branch(edges) = &self.blocks[block as usize].exit else { continue };
            for edge in edges {
                if self.blocks[edge.target as usize].nest != Some(nest) {
                    behind.insert(edge.target);
                } else if inside.insert(edge.target) {
                    pending.push(edge.target);
                }
            }
        }
        (inside, behind)
    }
}

/// How a path goes on behind a block: see [`FunctionPlan::steps`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps<'a> {
    /// Along one of the block's edges; the path ends when there are none.
    Along(&'a [Edge]),
    /// Over a nest to the block behind it; the path ends when that is `None`.
    Over(Option<u32>),
}

impl Nest {
    /// Whether its branches are counted.
    pub fn is_counted(&self) -> bool {
        !self.counters.is_empty()
    }
}

impl Exit {
    /// Whether a branch is computed rather than told by the path number.
    pub fn is_computed(&self) -> bool {
        matches!(self, Exit::Branch(edges) if edges.len() > 1 && edges[1].value == 0)
    }
}

/// Most event ids of a plan whose ids take two bytes in the ring.
pub const MAX_NARROW_EVENTS: u32 = 1 << 16;

/// Payload words of the largest event.
pub const MAX_EVENT_WORDS: usize = MAX_COUNTERS * COUNTER_WORDS;

/// How many payload words follow an event id. Cheap to copy, enough to walk a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLayout {
    /// For each number of payload words one past the last id with at most so many.
    ends: [u32; MAX_PAYLOAD_WORDS + 1],
    /// For each number of counters one past the last id with at most so many.
    counted_ends: [u32; MAX_COUNTERS + 1],
}

impl EventLayout {
    /// The layout of a plan without counted nests and with so many ids of each width: see
    /// [`Plan::widths`].
    ///
    /// # Panics
    ///
    /// As [`EventLayout::new`].
    pub fn of_widths(widths: &[u32]) -> EventLayout {
        EventLayout::new(widths, &[])
    }

    /// The layout of a plan with so many ids of each width, and so many counted nests with each number
    /// of counters: see [`Plan::widths`] and [`Plan::counted`].
    ///
    /// # Panics
    ///
    /// When there are more than [`MAX_PAYLOAD_WORDS`] payload words, more than [`MAX_COUNTERS`]
    /// counters, or ids than 32 bits count.
    pub fn new(widths: &[u32], counted: &[u32]) -> EventLayout {
        let ends = ends(0, widths);
        EventLayout { ends, counted_ends: self::ends(ends[MAX_PAYLOAD_WORDS], counted) }
    }

    /// One past the last id without payload: those ids are the smallest.
    #[inline]
    pub fn bare(&self) -> u32 {
        self.ends[0]
    }

    /// One past the last valid id.
    pub fn end(&self) -> u32 {
        self.counted_ends[MAX_COUNTERS]
    }

    /// Bytes of an id in the ring: 2 where all ids fit, or else 4.
    pub fn id_bytes(&self) -> usize {
        if self.end() <= MAX_NARROW_EVENTS { 2 } else { 4 }
    }

    /// Payload words of the event `id`, or `None` when there is no such event.
    #[inline]
    pub fn payload_words(&self, id: u32) -> Option<usize> {
        if id < self.ends[0] {
            return Some(0);
        }
        match self.ends.partition_point(|&end| end <= id) {
            words @ ..=MAX_PAYLOAD_WORDS => Some(words),
            _ => self.counters(id).map(|counters| counters * COUNTER_WORDS),
        }
    }

    /// The smallest id of a counted nest; there may be none.
    #[inline]
    pub fn first_counted(&self) -> u32 {
        self.ends[MAX_PAYLOAD_WORDS]
    }

    /// Number of counters of the event `id`, if it is a counted nest's.
    pub fn counters(&self, id: u32) -> Option<usize> {
        if id < self.first_counted() {
            return None;
        }
        let counters = self.counted_ends.partition_point(|&end| end <= id);
        (counters <= MAX_COUNTERS).then_some(counters)
    }
}

/// For each index one past the last id of those up to it, when the first id is `end`.
fn ends<const N: usize>(mut end: u32, counts: &[u32]) -> [u32; N] {
    assert!(counts.len() <= N, "payloads are limited");
    let mut ends = [0; N];
    for (slot, index) in ends.iter_mut().zip(0..) {
        let count = counts.get::<usize>(index).copied().unwrap_or(0);
        end = u32::checked_add(end, count).expect("32 bits count the events");
        *slot = end;
    }
    ends
}

/// Resolves event ids. Takes 20 bytes for each region, site and nest of the plan.
pub struct EventMap {
    /// The first event of each region, site and nest, with its path number left out, in ascending
    /// order.
    owners: Vec<(u32, EventKind)>,
    first_counted: u32,
    end: u32,
}

impl EventMap {
    fn new(plan: &Plan) -> Self {
        let mut owners = Vec::new();
        for (function, body) in (0..).zip(&plan.functions) {
            for (region, found) in (0..).zip(&body.regions) {
                owners.push((found.first_event, EventKind::Path { function, region, path: 0 }));
            }
            for (site, found) in (0..).zip(&body.sites) {
                owners.push((found.event, EventKind::Site { function, site }));
            }
            for (nest, found) in (0..).zip(&body.nests) {
                owners.push((found.event, EventKind::Nest { function, nest }));
            }
        }
        owners.sort_unstable_by_key(|(first, _)| *first);
        let layout = plan.layout();
        EventMap { owners, first_counted: layout.first_counted(), end: layout.end() }
    }

    /// Whether `id` is a counted nest's, if it is an event at all.
    pub fn is_counted(&self, id: u32) -> bool {
        id >= self.first_counted
    }

    /// What `id` stands for, or `None` when the plan has no such event.
    pub fn resolve(&self, id: u32) -> Option<EventKind> {
        if id >= self.end {
            return None;
        }
        let owner = self.owners.partition_point(|(first, _)| *first <= id).checked_sub(1)?;
        let (first, kind) = self.owners[owner];
        Some(match kind {
            EventKind::Path { function, region, .. } => {
                EventKind::Path { function, region, path: id - first }
            }
            kind => kind,
        })
    }
}
