//! The cheapest values that decide a nest: a minimum cut.
//!
//! The values that a nest needs from outside form a graph: sources at one end, what the nest itself
//! uses at the other. Recording a value cuts it off from what it is computed from; a value that is
//! not recorded has to be recomputed offline. Each value is a pair of nodes with an edge between
//! them that is as strong as recording it is dear; the weakest set of edges that separates the
//! sources from the nest is what is recorded (L. R. Ford, D. R. Fulkerson, "Maximal flow through a
//! network", 1956). The maximum flow is found in phases of shortest ways (E. A. Dinic, 1970).

use std::collections::{BTreeSet, HashMap, VecDeque};

use formats::plan::Recorded;

use super::nests::defined_in;
use super::price;
use crate::ir::ValueId;
use crate::slices::flow::Flow;
use crate::slices::needs::{Needs, Operands, operands};
use crate::slices::skeleton::{Skeleton, Ways};

/// Strength of an edge that is never cut.
const UNCUT: u64 = 1 << 48;

/// The cheapest values to record for `skeleton`, of those for which `record` says how; `None` when
/// there are none that decide it.
pub(super) fn cheapest(
    skeleton: &Skeleton<'_>,
    flow: &Flow<'_>,
    needs: &Needs,
    record: impl Fn(ValueId) -> Option<Recorded>,
) -> Option<Vec<ValueId>> {
    let ways = Ways::new(skeleton);
    let all: BTreeSet<ValueId> =
        needs.computed.iter().chain(&needs.merged).chain(&needs.leaves).copied().collect();
    let outside: Vec<ValueId> =
        all.iter().copied().filter(|&value| !defined_in(skeleton, flow, value)).collect();
    let number: HashMap<ValueId, usize> =
        outside.iter().enumerate().map(|(index, &value)| (value, index)).collect();
    let (source, sink) = (2 * outside.len(), 2 * outside.len() + 1);
    let (before, behind) = (|value: usize| 2 * value, |value: usize| 2 * value + 1);
    let mut network = Network::new(sink + 1);
    for (index, &value) in outside.iter().enumerate() {
        let price = record(value).map_or(UNCUT, |recorded| price::of_values(&[recorded]));
        network.connect(before(index), behind(index), price);
        if needs.leaves.contains(&value) {
            network.connect(source, before(index), UNCUT);
        } else {
            network.connect(source, before(index), price::OPERATOR);
        }
    }
    for &value in &all {
        let from = operands_of(skeleton, flow, &ways, value, needs);
        for operand in from.iter().filter_map(|operand| number.get(operand)) {
            match number.get(&value) {
                Some(&user) => network.connect(behind(*operand), before(user), UNCUT),
                None => network.connect(behind(*operand), sink, UNCUT),
            }
        }
    }
    for block in skeleton.computed() {
        let condition = flow.condition(skeleton.block(block).end_operator - 1)?;
        if let Some(&index) = number.get(&condition) {
            network.connect(behind(index), sink, UNCUT);
        }
    }
    if network.saturate(source, sink) >= UNCUT {
        return None;
    }
    let reached = network.reached(source);
    let is_cut = |index: &usize| reached[before(*index)] && !reached[behind(*index)];
    Some((0..outside.len()).filter(is_cut).map(|index| outside[index]).collect())
}

fn operands_of(
    skeleton: &Skeleton<'_>,
    flow: &Flow<'_>,
    ways: &Ways,
    value: ValueId,
    needs: &Needs,
) -> Vec<ValueId> {
    if needs.leaves.contains(&value) {
        return Vec::new();
    }
    match operands(skeleton, flow, ways, value) {
        Some(Operands::Instruction(arguments)) => arguments,
        Some(Operands::Merge(merge)) => {
            merge.entry.into_iter().chain(merge.edges.iter().map(|edge| edge.2)).collect()
        }
        None => Vec::new(),
    }
}

/// A network with capacities. Each edge stands beside its reverse: `edge ^ 1`.
struct Network {
    /// The edges that leave each node.
    leaving: Vec<Vec<usize>>,
    target: Vec<usize>,
    left: Vec<u64>,
}

impl Network {
    fn new(nodes: usize) -> Network {
        Network { leaving: vec![Vec::new(); nodes], target: Vec::new(), left: Vec::new() }
    }

    fn connect(&mut self, from: usize, to: usize, capacity: u64) {
        for (from, to, capacity) in [(from, to, capacity), (to, from, 0)] {
            self.leaving[from].push(self.target.len());
            self.target.push(to);
            self.left.push(capacity);
        }
    }

    /// Sends as much as possible from `source` to `sink`; gives how much that is.
    fn saturate(&mut self, source: usize, sink: usize) -> u64 {
        let mut total = 0_u64;
        while let Some(level) = self.levels(source, sink) {
            let mut next = vec![0; self.leaving.len()];
            while let Some(way) = self.way(source, sink, &level, &mut next) {
                let sent = way.iter().map(|&edge| self.left[edge]).min().unwrap_or(0);
                for edge in way {
                    self.left[edge] -= sent;
                    self.left[edge ^ 1] += sent;
                }
                total = total.saturating_add(sent);
                if total >= UNCUT {
                    return total;
                }
            }
        }
        total
    }

    /// How far each node is from `source`; `None` when `sink` can't be reached.
    fn levels(&self, source: usize, sink: usize) -> Option<Vec<usize>> {
        let mut level = vec![usize::MAX; self.leaving.len()];
        level[source] = 0;
        let mut pending = VecDeque::from([source]);
        while let Some(node) = pending.pop_front() {
            for &edge in &self.leaving[node] {
                let target = self.target[edge];
                if self.left[edge] > 0 && level[target] == usize::MAX {
                    level[target] = level[node] + 1;
                    pending.push_back(target);
                }
            }
        }
        (level[sink] != usize::MAX).then_some(level)
    }

    /// A way from `source` to `sink` whose every step leads one level further. `next` remembers
    /// for each node the edges that lead nowhere.
    fn way(
        &self,
        source: usize,
        sink: usize,
        level: &[usize],
        next: &mut [usize],
    ) -> Option<Vec<usize>> {
        let mut way: Vec<usize> = Vec::new();
        loop {
            let node = way.last().map_or(source, |&edge| self.target[edge]);
            if node == sink {
                return Some(way);
            }
            let Some(&edge) = self.leaving[node].get(next[node]) else {
                // A dead end: the edge that led here leads nowhere either.
                let edge = way.pop()?;
                next[self.target[edge ^ 1]] += 1;
                continue;
            };
            if self.left[edge] > 0 && level[self.target[edge]] == level[node] + 1 {
                way.push(edge);
            } else {
                next[node] += 1;
            }
        }
    }

    /// Whether each node can still be reached from `source`.
    fn reached(&self, source: usize) -> Vec<bool> {
        let mut reached = vec![false; self.leaving.len()];
        reached[source] = true;
        let mut pending = vec![source];
        while let Some(node) = pending.pop() {
            for &edge in &self.leaving[node] {
                let target = self.target[edge];
                if self.left[edge] > 0 && !std::mem::replace(&mut reached[target], true) {
                    pending.push(target);
                }
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn the_weakest_edges_are_saturated() {
        // Two ways of strength 3 and 5 that share their last edge of strength 6, and a detour.
        let mut network = Network::new(4);
        network.connect(0, 1, 3);
        network.connect(0, 2, 5);
        network.connect(1, 2, 10);
        network.connect(2, 3, 6);
        assert_eq!(network.saturate(0, 3), 6);
        assert_eq!(network.reached(0), [true, true, true, false]);
    }

    #[test]
    fn a_way_that_was_taken_can_be_taken_back() {
        let mut network = Network::new(4);
        network.connect(0, 1, 1);
        network.connect(0, 2, 1);
        network.connect(1, 2, 1);
        network.connect(1, 3, 1);
        network.connect(2, 3, 1);
        assert_eq!(network.saturate(0, 3), 2);
    }

    #[test]
    fn what_is_not_connected_takes_nothing() {
        let mut network = Network::new(3);
        network.connect(0, 1, 7);
        assert_eq!(network.saturate(0, 2), 0);
        assert_eq!(network.reached(0), [true, true, false]);
    }
}
