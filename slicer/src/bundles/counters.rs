//! Where a nest is counted.
//!
//! Of a spanning tree of its graph nothing needs a counter ([`crate::counted`]). The tree is one of those
//! that run most often, as far as that can be guessed (T. Ball, J. R. Larus, "Optimally profiling and
//! tracing programs", TOPLAS 16, 1994).

use std::collections::HashMap;

use formats::plan::Counter;

use super::price::TRIPS;
use crate::cfg::{Cfg, Exit, Role};
use crate::counted::{Arc, Kind, Network};

/// Share of the runs of a block that leave a loop there, as a guess.
const LEAVES: f64 = 1.0 / TRIPS as f64;

/// No block is guessed to run more often.
const MOST_RUNS: f64 = 1e12;

/// How much dearer than a block an edge is to count that needs a place of its own.
const DEAR_EDGE: f64 = 1.5;

/// Where the nest of these `blocks`, given in ascending order, had best be counted.
pub(super) fn place(cfg: &Cfg, blocks: &[u32]) -> Vec<Counter> {
    let targets = |block: u32| match &cfg.blocks[block as usize].exit {
        Exit::Branch(targets) => targets.clone(),
        _ => Vec::new(),
    };
    let network = Network::new(blocks, targets);
    let runs = guessed_runs(cfg, blocks);
    let weight = |arc: &Arc| match arc.kind {
        Kind::Edge { edge: 0, .. } => f64::INFINITY,
        kind => runs.get(&kind).copied().unwrap_or(0.0),
    };
    // Of blocks in one line the first is counted: it has run when something cuts the line short.
    let arcs = network.arcs.iter().rev();
    let mut arcs: Vec<(f64, &Arc)> = arcs.map(|arc| (weight(arc), arc)).collect();
    arcs.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut trees = Trees::new(network.nodes);
    let counted = arcs.iter().filter(|(_, arc)| !trees.join(arc.from, arc.to));
    let mut counters: Vec<Counter> = counted.filter_map(|(_, arc)| arc.kind.counter()).collect();
    counters.sort_unstable();
    counters
}

/// How often each block and edge is guessed to run.
fn guessed_runs(cfg: &Cfg, blocks: &[u32]) -> HashMap<Kind, f64> {
    let depth = |block: u32| {
        let innermost = cfg.blocks[block as usize].innermost_loop;
        innermost.map_or(0, |this| cfg.loops[this as usize].depth)
    };
    let mut runs = HashMap::new();
    let mut arrivals: HashMap<u32, f64> = HashMap::from([(blocks[0], 1.0)]);
    for &block in blocks {
        let found = &cfg.blocks[block as usize];
        let mut times = arrivals.get(&block).copied().unwrap_or(0.0);
        if found.role == Role::Header {
            times = (times * TRIPS as f64).min(MOST_RUNS);
        }
        runs.insert(Kind::Block(block), times);
        let Exit::Branch(targets) = &found.exit else { continue };
        let leaves =
            |target: u32| blocks.binary_search(&target).is_err() || depth(target) < depth(block);
        let leaving = targets.iter().filter(|&&target| leaves(target)).count();
        let staying = targets.len() - leaving;
        let share = |target: u32| match (leaves(target), staying) {
            (true, 0) => 1.0 / leaving as f64,
            (true, _) => LEAVES / leaving as f64,
            (false, _) if leaving == 0 => 1.0 / staying as f64,
            (false, _) => (1.0 - LEAVES) / staying as f64,
        };
        for (edge, &target) in (0..).zip(targets) {
            let taken = times * share(target);
            // To count an edge of a table takes a place that has to be made for it.
            let dearer = if targets.len() > 2 { DEAR_EDGE } else { 1.0 };
            runs.insert(Kind::Edge { block, edge }, taken * dearer);
            if target > block {
                *arrivals.entry(target).or_insert(0.0) += taken;
            }
        }
    }
    runs
}

/// Trees of nodes, joined one arc at a time (R. E. Tarjan, "Efficiency of a good but not linear set union
/// algorithm", JACM 22, 1975).
struct Trees {
    parents: Vec<usize>,
}

impl Trees {
    fn new(nodes: usize) -> Self {
        Trees { parents: (0..nodes).collect() }
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.parents[node] != node {
            self.parents[node] = self.parents[self.parents[node]];
            node = self.parents[node];
        }
        node
    }

    /// Joins the trees of two nodes: whether they were two.
    fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one] = other;
        one != other
    }
}
