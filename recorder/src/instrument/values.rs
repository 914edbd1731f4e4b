//! Which values the events of one function carry, and where the instrumented code finds them.
//!
//! A value that no local holds when its event is pushed is *kept*: copied to a local of its own
//! where it is defined. Regions that push at the same place carry the same values, so that the
//! place alone tells what is pushed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use formats::plan::{FunctionPlan, Origin, Place, Recorded, Scalar};

use super::push::{Field, From};

/// Where a path is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum PushPoint {
    /// On arrival at a block.
    Arrival(u32),
    /// At the exit of a block.
    Exit(u32),
}

/// The values that one function records.
#[derive(Default)]
pub(super) struct Values {
    /// The kept values, each with the local that keeps it.
    kept: BTreeMap<Origin, (u32, Scalar)>,
    pushed: HashMap<PushPoint, Vec<Recorded>>,
}

impl Values {
    /// Lists the values of `function`; those that are kept get locals from `first_local` on.
    pub(super) fn new(function: &FunctionPlan, first_local: u32) -> Values {
        let mut values = Values::default();
        let recorded = function.regions.iter().flat_map(|region| &region.values);
        let recorded = recorded.chain(function.nests.iter().flat_map(|nest| &nest.values));
        for value in recorded.filter(|value| value.place == Place::Kept) {
            values.kept.insert(value.value, (0, value.ty));
        }
        for (local, (slot, _)) in (first_local..).zip(values.kept.values_mut()) {
            *slot = local;
        }
        for region in function.regions.iter().filter(|region| !region.values.is_empty()) {
            for point in push_points(function, region.start) {
                values.pushed.entry(point).or_insert_with(|| region.values.clone());
            }
        }
        values
    }

    /// Types of the locals that keep values, in their order.
    pub(super) fn locals(&self) -> impl Iterator<Item = Scalar> + '_ {
        self.kept.values().map(|(_, ty)| *ty)
    }

    /// A kept value whose local is not among `stored`.
    pub(super) fn unstored(&self, stored: &BTreeSet<u32>) -> Option<Origin> {
        let unstored = self.kept.iter().find(|(_, (keeper, _))| !stored.contains(keeper));
        unstored.map(|(value, _)| *value)
    }

    /// The local that keeps `value`, if it is kept.
    pub(super) fn keeper(&self, value: Origin) -> Option<u32> {
        self.kept.get(&value).map(|(local, _)| *local)
    }

    /// The kept values that come from function parameters, and the locals that keep them.
    pub(super) fn kept_parameters(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.kept.iter().filter_map(|(value, (keeper, _))| match *value {
            Origin::Parameter(parameter) => Some((parameter, *keeper)),
            _ => None,
        })
    }

    /// The locals whose contents are kept before the operator `operator`, and those that keep them.
    pub(super) fn kept_locals(&self, operator: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let first = Origin::Local { operator, local: 0 };
        let last = Origin::Local { operator, local: u32::MAX };
        self.kept.range(first..=last).filter_map(|(value, (keeper, _))| match *value {
            Origin::Local { local, .. } => Some((local, *keeper)),
            _ => None,
        })
    }

    /// What is pushed at `point` behind the path.
    pub(super) fn pushed_at(&self, point: PushPoint) -> Vec<Field> {
        self.pushed.get(&point).map_or(Vec::new(), |values| self.fields(values))
    }

    /// Where `values` lie in the instrumented function.
    pub(super) fn fields(&self, values: &[Recorded]) -> Vec<Field> {
        let from = |value: &Recorded| match value.place {
            Place::Local(local) => From::Local(local),
            Place::Global(global) => From::Global(global),
            Place::Kept => From::Local(self.kept[&value.value].0),
        };
        values.iter().map(|value| Field { from: from(value), ty: value.ty }).collect()
    }
}

/// Where the paths of the region that starts at `start` are pushed.
fn push_points(function: &FunctionPlan, start: u32) -> Vec<PushPoint> {
    let mut points = Vec::new();
    let mut seen = std::collections::HashSet::from([start]);
    let mut pending = vec![start];
    while let Some(block) = pending.pop() {
        for arrival in function.cut_targets(block) {
            points.push(PushPoint::Arrival(arrival));
        }
        if function.ends_path(block) {
            points.push(PushPoint::Exit(block));
        }
        pending.extend(function.inner_targets(block).filter(|&target| seen.insert(target)));
    }
    points
}
