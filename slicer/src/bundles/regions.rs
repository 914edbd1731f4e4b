//! What the regions of a function record whose branches are computed.
//!
//! Where a path is pushed the code can't tell which region it belongs to. So regions that push at a
//! common place carry the same values: those that any of them needs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use formats::plan::{FunctionPlan, MAX_PAYLOAD_WORDS, Recorded};

use super::sources;
use crate::Error;
use crate::slices::flow::Flow;
use crate::slices::needs::Needs;
use crate::slices::skeleton::Skeleton;

/// What the events of each region carry.
#[derive(Clone, Debug, Default)]
pub struct RegionValues {
    /// By the block that the region starts with.
    by_start: HashMap<u32, Vec<Recorded>>,
}

impl RegionValues {
    /// What the events of the region carry that starts at `block`.
    pub fn of(&self, block: u32) -> Vec<Recorded> {
        self.by_start.get(&block).cloned().unwrap_or_default()
    }
}

/// The values of all regions of `plan`, or the blocks whose branches have to be told: because they
/// depend on what can't be recorded, or because the events would be too large.
///
/// # Errors
///
/// [`Error::PlanMismatch`], never for a plan of the function that `flow` describes.
pub(super) fn values(
    plan: &FunctionPlan,
    flow: &Flow<'_>,
) -> Result<Result<RegionValues, BTreeSet<u32>>, Error> {
    let mut told = BTreeSet::new();
    let mut needed: Vec<BTreeMap<u32, BTreeSet<Recorded>>> = Vec::new();
    for region in &plan.regions {
        let skeleton = Skeleton::of_region(plan, region.start)?;
        let mut of_region = BTreeMap::new();
        for block in skeleton.computed() {
            match branch(&skeleton, flow, block) {
                Some(values) => {
                    of_region.insert(block, values);
                }
                None => {
                    told.insert(block);
                }
            }
        }
        needed.push(of_region);
    }
    if !told.is_empty() {
        return Ok(Err(told));
    }
    let groups = groups(plan)?;
    let mut sums: HashMap<usize, BTreeSet<Recorded>> = HashMap::new();
    for (of_region, &group) in needed.iter().zip(&groups) {
        let sum = sums.entry(group).or_default();
        for (block, values) in of_region {
            let with: BTreeSet<Recorded> = sum.union(values).copied().collect();
            let with_all: Vec<Recorded> = with.iter().copied().collect();
            if sources::words(&with_all) > MAX_PAYLOAD_WORDS {
                told.insert(*block);
            } else {
                *sum = with;
            }
        }
    }
    if !told.is_empty() {
        return Ok(Err(told));
    }
    let mut values = RegionValues::default();
    for (region, group) in plan.regions.iter().zip(&groups) {
        values.by_start.insert(region.start, sums[group].iter().copied().collect());
    }
    Ok(Ok(values))
}

/// What the branch at the end of `block` depends on; `None` when it can't be recorded.
fn branch(skeleton: &Skeleton<'_>, flow: &Flow<'_>, block: u32) -> Option<BTreeSet<Recorded>> {
    let condition = flow.condition(skeleton.block(block).end_operator - 1)?;
    let mut needs = Needs::default();
    needs.close(skeleton, flow, |_| false, vec![condition]);
    needs.leaves.iter().map(|&leaf| sources::recorded(flow, leaf, None)).collect()
}

/// For each region the number of its group: regions that push at a common place share one.
fn groups(plan: &FunctionPlan) -> Result<Vec<usize>, Error> {
    let mut parent: Vec<usize> = (0..plan.regions.len()).collect();
    let mut first_at: HashMap<(bool, u32), usize> = HashMap::new();
    for (number, region) in plan.regions.iter().enumerate() {
        let mut points = HashSet::new();
        for block in crate::slices::region_blocks(plan, region.start)? {
            points.extend(plan.cut_targets(block).into_iter().map(|target| (true, target)));
            if plan.ends_path(block) {
                points.insert((false, block));
            }
        }
        for point in points {
            let other = *first_at.entry(point).or_insert(number);
            let (a, b) = (root(&mut parent, number), root(&mut parent, other));
            parent[a.max(b)] = a.min(b);
        }
    }
    Ok((0..parent.len()).map(|number| root(&mut parent, number)).collect())
}

fn root(parent: &mut [usize], mut number: usize) -> usize {
    while parent[number] != number {
        parent[number] = parent[parent[number]];
        number = parent[number];
    }
    number
}
