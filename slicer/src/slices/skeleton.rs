//! Which blocks a slice runs through, and how the original function's values flow between them.

use std::collections::{BTreeSet, HashMap};

use formats::plan::{Block, Edge, Exit, FunctionPlan, SilentCall, Steps};

use super::SliceKind;
use super::flow::Flow;
use crate::Error;
use crate::ir::{BlockId, ValueId};

/// The blocks of a region or of a nest.
pub(crate) struct Skeleton<'a> {
    pub(super) function: &'a FunctionPlan,
    /// The block that it starts with.
    pub(super) start: u32,
    /// Its blocks in ascending order.
    pub(crate) blocks: Vec<u32>,
    /// The outermost loop, if it is a nest.
    pub(super) nest: Option<u32>,
}

/// How a block of a skeleton is left.
pub(super) enum Leave<'a> {
    /// Along one of these edges, which the path number tells apart.
    Told(&'a [Edge]),
    /// Along one of these edges: which one has to be computed.
    Computed(&'a [Edge]),
    /// To this block.
    To(u32),
    /// Nowhere: the path ends.
    End,
}

impl<'a> Skeleton<'a> {
    /// The skeleton of a region or nest; `None` for sites, and when there is no such part.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] when an edge leads nowhere.
    pub(super) fn new(
        function: &'a FunctionPlan,
        kind: SliceKind,
    ) -> Result<Option<Skeleton<'a>>, Error> {
        match kind {
            SliceKind::Region(region) => {
                let region = function.regions.get(region as usize);
                region.map(|region| Skeleton::of_region(function, region.start)).transpose()
            }
            SliceKind::Nest(nest) => Ok(function.nests.get(nest as usize).map(|found| {
                let blocks = function.nest_blocks(nest);
                Skeleton::of_nest(function, found.outermost, blocks)
            })),
            SliceKind::Site(_) => Ok(None),
        }
    }

    /// The skeleton of the region that starts at `start`.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] when an edge leads nowhere.
    pub(crate) fn of_region(function: &'a FunctionPlan, start: u32) -> Result<Self, Error> {
        let blocks = region_blocks(function, start)?;
        Ok(Skeleton { function, start, blocks, nest: None })
    }

    /// The skeleton of the nest around the loop `outermost`, which has these `blocks`.
    pub(crate) fn of_nest(function: &'a FunctionPlan, outermost: u32, blocks: Vec<u32>) -> Self {
        let start = function.loops[outermost as usize].header;
        Skeleton { function, start, blocks, nest: Some(outermost) }
    }

    pub(crate) fn block(&self, block: u32) -> &'a Block {
        &self.function.blocks[block as usize]
    }

    /// The silent calls in the blocks that run.
    pub(super) fn silent_calls(&self) -> impl Iterator<Item = &'a SilentCall> + '_ {
        let run = self.blocks.iter().filter(|&&block| self.runs(block));
        run.flat_map(|&block| self.function.silent_calls_in(block))
    }

    pub(super) fn contains(&self, block: u32) -> bool {
        self.blocks.binary_search(&block).is_ok()
    }

    /// The loop whose header `block` is.
    pub(super) fn loop_at(&self, block: u32) -> Option<u32> {
        let is_header = |&this: &u32| self.function.loops[this as usize].header == block;
        self.block(block).innermost_loop.filter(is_header)
    }

    /// The loop of which an iteration is counted when `block` runs: not where a region starts with it,
    /// because its events are the iterations, and not in a nest that is stepped over.
    pub(super) fn begun_loop(&self, block: u32) -> Option<u32> {
        let is_counted = self.nest.is_some()
            || (self.block(block).nest.is_none() && self.block(block).region.is_none());
        self.loop_at(block).filter(|_| is_counted)
    }

    /// Whether `operator` stands in one of the blocks that run. Also of a block whose operators have
    /// all been taken out: its first operator does.
    pub(crate) fn holds(&self, operator: u32) -> bool {
        let behind =
            self.blocks.partition_point(|&block| self.block(block).first_operator <= operator);
        behind.checked_sub(1).is_some_and(|place| {
            let block = self.block(self.blocks[place]);
            operator < block.end_operator || operator == block.first_operator
        })
    }

    /// Whether the operators of `block` are part of the slice: not those of a nest that is stepped
    /// over.
    pub(super) fn runs(&self, block: u32) -> bool {
        self.nest.is_some() || self.block(block).nest.is_none()
    }

    /// How `block` is left.
    pub(super) fn leave(&self, block: u32) -> Leave<'a> {
        let found = self.block(block);
        if !self.runs(block) {
            return match self.function.steps(block) {
                Steps::Over(Some(after)) => Leave::To(after),
                _ => Leave::End,
            };
        }
        match &found.exit {
            Exit::Branch(edges) if edges.len() == 1 => Leave::To(edges[0].target),
            Exit::Branch(edges) if self.nest.is_some() || found.exit.is_computed() => {
                Leave::Computed(edges)
            }
            Exit::Branch(edges) => Leave::Told(edges),
            _ => Leave::End,
        }
    }

    /// Whether going on with `target` stays in the skeleton.
    pub(super) fn stays(&self, target: u32) -> bool {
        self.contains(target) && !(self.nest.is_none() && self.block(target).cut_on_arrival)
    }

    /// The blocks whose branches are computed.
    pub(crate) fn computed(&self) -> impl Iterator<Item = u32> + '_ {
        let is_computed = |block: &u32| matches!(self.leave(*block), Leave::Computed(_));
        self.blocks.iter().copied().filter(is_computed)
    }
}

/// The edges of a skeleton, by where they lead.
pub(crate) struct Ways {
    /// For each block that edges of the skeleton lead to: where each edge starts, and which it is
    /// of the edges there.
    into: HashMap<u32, Vec<(u32, usize)>>,
    /// The blocks of `into` that run, by their first operator.
    at: HashMap<u32, u32>,
}

impl Ways {
    pub(crate) fn new(skeleton: &Skeleton<'_>) -> Ways {
        let mut into: HashMap<u32, Vec<(u32, usize)>> = HashMap::new();
        for &from in &skeleton.blocks {
            let mut add = |target: u32, index: usize| {
                if skeleton.stays(target) {
                    into.entry(target).or_default().push((from, index));
                }
            };
            match skeleton.leave(from) {
                Leave::Told(targets) | Leave::Computed(targets) => {
                    targets.iter().enumerate().for_each(|(index, edge)| add(edge.target, index));
                }
                Leave::To(target) => add(target, 0),
                Leave::End => {}
            }
        }
        let run = into.keys().filter(|&&block| skeleton.runs(block));
        let at = run.map(|&block| (skeleton.block(block).first_operator, block)).collect();
        Ways { into, at }
    }

    /// Number of edges to `block`.
    pub(super) fn count(&self, block: u32) -> usize {
        self.into.get(&block).map_or(0, Vec::len)
    }

    /// What the parameter number `index` of the block `block` of the SSA form can be: what is
    /// passed along each edge of the skeleton, and on entry if the skeleton starts there. `None`
    /// when that isn't known.
    pub(crate) fn passed(
        &self,
        skeleton: &Skeleton<'_>,
        flow: &Flow<'_>,
        block: BlockId,
        index: u32,
    ) -> Option<Merge> {
        let into = *self.at.get(&flow.meeting_point(block))?;
        let at_start = into == skeleton.start;
        if at_start && skeleton.nest.is_none() {
            return None;
        }
        let mut merge = Merge { into, entry: None, edges: Vec::new() };
        if at_start {
            merge.entry = Some(flow.entry_argument(skeleton, block, index as usize)?);
        }
        for &(from, edge) in &self.into[&into] {
            // What a nest passes depends on where it was left, which is not known behind it.
            if !skeleton.runs(from) {
                return None;
            }
            let value = flow.argument(skeleton.block(from), edge, block, index as usize)?;
            merge.edges.push((from, edge, value));
        }
        Some(merge)
    }
}

/// What a parameter of a block can be.
pub(crate) struct Merge {
    /// The plan's block that it is a parameter of.
    pub(crate) into: u32,
    /// What it is when the slice starts there.
    pub(crate) entry: Option<ValueId>,
    /// For each edge where it starts, which it is of the edges there, and what it passes.
    pub(crate) edges: Vec<(u32, usize, ValueId)>,
}

/// The blocks that paths from `start` run through, in ascending order. Of a nest that they step over it
/// is the header.
///
/// # Errors
///
/// [`Error::PlanMismatch`] when an edge leads nowhere.
pub fn region_blocks(function: &FunctionPlan, start: u32) -> Result<Vec<u32>, Error> {
    let mut found = BTreeSet::from([start]);
    let mut pending = vec![start];
    while let Some(index) = pending.pop() {
        if index as usize >= function.blocks.len() {
            return Err(Error::PlanMismatch(format!("no block {index}")));
        }
        let targets = function.inner_targets(index);
        pending.extend(targets.filter(|&target| found.insert(target)));
    }
    Ok(found.into_iter().collect())
}
