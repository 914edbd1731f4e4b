//! Which loop nests can be stepped over, and what they record then.
//!
//! A nest is the natural loop of a `loop` construct: the blocks from which control can get back to
//! its header. It must not contain anything that ends a path: no call, no throw, no `unreachable`.
//! Either each of its branches can be computed from values that are known on entry, or it is counted.

use std::collections::{BTreeSet, HashSet};

use formats::plan::{FunctionPlan, MAX_COUNTERS, MAX_PAYLOAD_WORDS, Origin, Place, Recorded};

use super::price::NestPrice;
use super::sources::{self, scalar};
use super::verdicts::Refusal;
use super::{NestChoice, Slices, counters, cut, price};
use crate::cfg::{Cfg, Exit, Role};
use crate::costs::Costs;
use crate::ir::{Definition, ValueId};
use crate::limits::{MAX_NEST_BLOCKS, MAX_NEST_VALUES};
use crate::slices;
use crate::slices::Amounts;
use crate::slices::flow::Flow;
use crate::slices::needs::Needs;
use crate::slices::skeleton::Skeleton;

/// The natural loop of a `loop` construct.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Index into [`Cfg::loops`].
    outermost: u32,
    header: u32,
    /// In ascending order.
    blocks: Vec<u32>,
    /// In ascending order.
    exits: Vec<u32>,
}

impl Candidate {
    /// The choice to step over it, without what is recorded then.
    fn choice(&self) -> NestChoice {
        NestChoice {
            outermost: self.outermost,
            header: self.header,
            blocks: self.blocks.clone(),
            exits: self.exits.clone(),
            after: <[u32; 1]>::try_from(self.exits.as_slice()).ok().map(|[after]| after),
            values: Vec::new(),
            counters: Vec::new(),
            price: NestPrice::default(),
        }
    }
}

/// The loops that contain nothing that ends a path and have a way out, outer ones first.
pub(super) fn candidates(cfg: &Cfg) -> Vec<Candidate> {
    let predecessors = predecessors(cfg);
    (0..cfg.loops.len() as u32)
        .filter_map(|index| candidate(cfg, &predecessors, index).ok())
        .collect()
}

pub(super) fn predecessors(cfg: &Cfg) -> Vec<Vec<u32>> {
    let mut predecessors = vec![Vec::new(); cfg.blocks.len()];
    for (from, block) in (0..).zip(&cfg.blocks) {
        match &block.exit {
            Exit::Branch(targets) => {
                targets.iter().for_each(|&target| predecessors[target as usize].push(from));
            }
            Exit::Call(resume) => predecessors[*resume as usize].push(from),
            _ => {}
        }
    }
    predecessors
}

/// The natural loop of the loop number `index`, or why it can't be stepped over.
pub(super) fn candidate(
    cfg: &Cfg,
    predecessors: &[Vec<u32>],
    index: u32,
) -> Result<Candidate, Refusal> {
    let header = cfg.loops[index as usize].header;
    let mut blocks = BTreeSet::from([header]);
    // Blocks are in a topological order but for edges back to headers.
    let back = predecessors[header as usize].iter().copied().filter(|&from| from >= header);
    let mut pending: Vec<u32> = back.collect();
    if pending.is_empty() {
        return Err(Refusal::NeverRepeats);
    }
    while let Some(block) = pending.pop() {
        if !blocks.insert(block) {
            continue;
        }
        let found = &cfg.blocks[block as usize];
        let is_plain = matches!(found.exit, Exit::Branch(_))
            && matches!(found.role, Role::Inner | Role::Header);
        if !is_plain || block < header {
            return Err(match (&found.exit, found.role) {
                (Exit::Branch(_), Role::Resume) => {
                    Refusal::EndsPath(found.first_operator.saturating_sub(1))
                }
                (Exit::Branch(_), _) => Refusal::EntersElsewhere(found.first_operator),
                _ => Refusal::EndsPath(found.end_operator.saturating_sub(1)),
            });
        }
        if blocks.len() > MAX_NEST_BLOCKS {
            return Err(Refusal::TooManyBlocks);
        }
        pending.extend(&predecessors[block as usize]);
    }
    let mut exits = BTreeSet::new();
    for &block in &blocks {
        let found = &cfg.blocks[block as usize];
        let Exit::Branch(targets) = &found.exit else {
            return Err(Refusal::EndsPath(found.end_operator.saturating_sub(1)));
        };
        exits.extend(targets.iter().copied().filter(|target| !blocks.contains(target)));
    }
    if exits.is_empty() {
        return Err(Refusal::NeverLeft);
    }
    if let Some(call) = cfg.silent_calls.iter().find(|call| blocks.contains(&call.block)) {
        return Err(Refusal::EndsPath(call.operator));
    }
    let found = |set: BTreeSet<u32>| set.into_iter().collect::<Vec<u32>>();
    Ok(Candidate { outermost: index, header, blocks: found(blocks), exits: found(exits) })
}

/// Decides for each nest of one function.
pub(super) struct Judge<'j, 'a> {
    cfg: &'j Cfg,
    flow: &'j Flow<'a>,
    slices: Slices,
    plan: FunctionPlan,
    /// Of even prices: how much a slice has to add up doesn't depend on them.
    costs: Costs,
}

impl<'j, 'a> Judge<'j, 'a> {
    pub(super) fn new(cfg: &'j Cfg, flow: &'j Flow<'a>, slices: Slices) -> Self {
        let plan = crate::plan::outline(cfg);
        let costs = Costs::even(plan.operators);
        Judge { cfg, flow, slices, plan, costs }
    }

    /// The nests to step over: of those that lie within each other the outermost that can be.
    pub(super) fn choose(&self, candidates: &[Candidate]) -> Vec<NestChoice> {
        let mut taken = HashSet::new();
        let mut chosen = Vec::new();
        for candidate in candidates {
            if taken.contains(&candidate.header) {
                continue;
            }
            if let Ok(nest) =
                self.judge(candidate).or_else(|refusal| self.count(candidate, refusal))
            {
                taken.extend(candidate.blocks.iter().copied());
                chosen.push(nest);
            }
        }
        chosen
    }

    /// The nest to step over, or why it can't be, or had better not.
    pub(super) fn judge(&self, candidate: &Candidate) -> Result<NestChoice, Refusal> {
        let skeleton = Skeleton::of_nest(&self.plan, candidate.outermost, candidate.blocks.clone());
        let values = self.bundle(&skeleton, candidate)?;
        let words = sources::words(&values);
        if words > MAX_PAYLOAD_WORDS {
            return Err(Refusal::TooManyWords(words));
        }
        let amounts = Amounts::Fuel { costs: &self.costs, entry: 0 };
        let slice = slices::of_skeleton(&skeleton, Some(self.flow), &values, amounts)
            .map_err(|_| Refusal::Hidden(None))?;
        let price = price::of_nest(self.cfg, &candidate.blocks, &values, &slice.function);
        if self.slices == Slices::Chosen && price.stepped_over >= price.told {
            return Err(Refusal::TooDear(price));
        }
        Ok(NestChoice { values, price, ..candidate.choice() })
    }

    /// The nest to count, which can't be computed because of `refusal`; or why it can't be counted
    /// either.
    pub(super) fn count(
        &self,
        candidate: &Candidate,
        refusal: Refusal,
    ) -> Result<NestChoice, Refusal> {
        if self.slices != Slices::Chosen {
            return Err(refusal);
        }
        let is_inside = |block: u32| candidate.blocks.binary_search(&block).is_ok();
        if let Some(bulk) = self.cfg.bulk.iter().find(|bulk| is_inside(bulk.block)) {
            return Err(Refusal::RecordsWithin(bulk.operator));
        }
        let counters = counters::place(self.cfg, &candidate.blocks);
        if counters.len() > MAX_COUNTERS {
            return Err(Refusal::TooManyCounters(counters.len()));
        }
        let price = price::of_counted_nest(self.cfg, &candidate.blocks, counters.len());
        match price.stepped_over < price.told {
            true => Ok(NestChoice { counters, price, ..candidate.choice() }),
            false => Err(Refusal::TooDearToCount(Box::new(refusal), price)),
        }
    }

    /// What the nest records when it is stepped over, or why it can't be.
    fn bundle(
        &self,
        skeleton: &Skeleton<'_>,
        candidate: &Candidate,
    ) -> Result<Vec<Recorded>, Refusal> {
        let flow = self.flow;
        let globals = sources::constant_globals(skeleton, flow);
        let needs = Needs::new(skeleton, flow, |value| globals.contains_key(&value))
            .ok_or(Refusal::TestsReference)?;
        let needed = needs.merged.len() + needs.computed.len();
        if needed > MAX_NEST_VALUES {
            return Err(Refusal::TooManyValues(needed));
        }
        let places = places(skeleton, flow, candidate);
        let record = |value: ValueId| sources::recorded(flow, value, places.get(&value).copied());
        let (given, mut leaves): (Vec<ValueId>, Vec<ValueId>) =
            needs.leaves.iter().copied().partition(|value| globals.contains_key(value));
        let origin = |value: ValueId| flow.original.value(value).origin;
        if let Some(&inside) = leaves.iter().find(|&&leaf| defined_in(skeleton, flow, leaf)) {
            return Err(Refusal::DependsOn(origin(inside)));
        }
        if self.slices == Slices::Chosen {
            leaves = cut::cheapest(skeleton, flow, &needs, record).ok_or_else(|| {
                let hidden = leaves.iter().find(|&&leaf| record(leaf).is_none());
                Refusal::Hidden(hidden.map(|&leaf| origin(leaf)))
            })?;
        }
        let mut values = BTreeSet::new();
        for leaf in leaves {
            values.insert(record(leaf).ok_or(Refusal::Hidden(Some(origin(leaf))))?);
        }
        for value in given {
            let global = globals[&value];
            let ty = scalar(flow.original.value(value).ty)
                .ok_or_else(|| Refusal::Hidden(Some(origin(value))))?;
            let place = Place::Global(global);
            values.insert(Recorded { value: Origin::Global(global), ty, place });
        }
        Ok(values.into_iter().collect())
    }
}

/// Whether `value` is defined within the nest: then it isn't known on entry.
pub(super) fn defined_in(skeleton: &Skeleton<'_>, flow: &Flow<'_>, value: ValueId) -> bool {
    let operator = match flow.original.value(value).definition {
        Definition::Result { instruction, .. } => flow.original.instruction(instruction).origin,
        Definition::Parameter { block, .. } => flow.meeting_point(block),
    };
    skeleton.holds(operator)
}

/// The values that locals hold when the nest is entered: those with which the parameters of its
/// header start.
fn places(
    skeleton: &Skeleton<'_>,
    flow: &Flow<'_>,
    candidate: &Candidate,
) -> std::collections::HashMap<ValueId, Place> {
    let first = skeleton.block(candidate.header).first_operator;
    let mut places = std::collections::HashMap::new();
    let Some(header) = flow.block_at(first) else { return places };
    for (index, &parameter) in flow.original.block(header).parameters.iter().enumerate() {
        let crate::ir::Origin::Local { local, .. } = flow.original.value(parameter).origin else {
            continue;
        };
        if let Some(value) = flow.entry_argument(skeleton, header, index) {
            places.insert(value, Place::Local(local));
        }
    }
    places
}
