//! Counted nests: how often each block ran.
//!
//! Control comes to a block as often as it leaves it, and to the world around a nest as often as the
//! nest was entered. So not every block and edge needs a counter: of a spanning tree of the graph none
//! does (D. E. Knuth, F. R. Stevenson, "Optimal measurement points for program frequency counts", BIT
//! 13, 1973). What isn't in the tree closes one cycle with it, and adds its count to each part of that
//! cycle. Which tree it is follows from where the plan has counters;
//! [`crate::bundles`] chooses that.

use std::collections::HashMap;

use formats::plan::{Block, Counter, Exit, FunctionPlan};

use crate::Error;

/// The graph of a nest. Its nodes are the beginnings and the ends of its blocks, and the world around.
pub(crate) struct Network {
    pub(crate) arcs: Vec<Arc>,
    pub(crate) nodes: usize,
}

/// A way from one node to another: a block, or an edge between two.
#[derive(Clone, Copy)]
pub(crate) struct Arc {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) kind: Kind,
}

/// What an [`Arc`] is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Block(u32),
    Edge { block: u32, edge: u32 },
}

impl Kind {
    /// The counter that can stand there. No code can stand on the first edge of a block; such edges close no
    /// cycle without a block, and blocks can be counted.
    pub(crate) fn counter(self) -> Option<Counter> {
        match self {
            Kind::Block(block) => Some(Counter::Block(block)),
            Kind::Edge { edge: 0, .. } => None,
            Kind::Edge { block, edge } => Some(Counter::Edge { block, edge }),
        }
    }
}

/// The world around a nest.
const AROUND: usize = 0;

fn beginning(place: usize) -> usize {
    1 + 2 * place
}

fn end(place: usize) -> usize {
    2 + 2 * place
}

impl Network {
    /// The graph of these `blocks`, given in ascending order, of which `targets` tells where each leads.
    pub(crate) fn new(blocks: &[u32], targets: impl Fn(u32) -> Vec<u32>) -> Self {
        let mut arcs = Vec::new();
        for (place, &block) in blocks.iter().enumerate() {
            arcs.push(Arc { from: beginning(place), to: end(place), kind: Kind::Block(block) });
            for (edge, target) in (0..).zip(targets(block)) {
                let to = blocks.binary_search(&target).map_or(AROUND, beginning);
                arcs.push(Arc { from: end(place), to, kind: Kind::Edge { block, edge } });
            }
        }
        Network { arcs, nodes: 1 + 2 * blocks.len() }
    }
}

/// How often the blocks of a counted nest ran, as follows from its counters.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The blocks, in ascending order.
    blocks: Vec<u32>,
    /// For each block what each entry of the nest and each counter adds to its runs.
    shares: Vec<Vec<i64>>,
    /// For each node but [`AROUND`] the next one on the way there through the tree.
    upward: Vec<Up>,
    /// Where the counters of blocks stand among the counters.
    counted_blocks: HashMap<u32, usize>,
}

/// A step through the tree towards the world around a nest.
#[derive(Clone, Copy, Debug)]
struct Up {
    to: usize,
    /// Place of the block that is stepped through, if it is one.
    block: Option<usize>,
    /// 1 if the step goes as control does, else -1.
    sign: i64,
}

/// A number of runs that is added to each block's.
pub type Runs = Vec<(u32, i128)>;

impl Counted {
    /// That of the counted nest number `nest` of `function`.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] when there is no such nest, or its counters don't tell how often each block
    /// ran.
    pub fn of(function: &FunctionPlan, nest: u32) -> Result<Counted, Error> {
        let mismatch = |what: &str| Error::PlanMismatch(format!("nest {nest} {what}"));
        let found = function.nests.get(nest as usize);
        let found = found.filter(|found| found.is_counted());
        let counters = &found.ok_or_else(|| mismatch("is not counted"))?.counters;
        let blocks = function.nest_blocks(nest);
        let network = Network::new(&blocks, |block| targets(&function.blocks[block as usize]));
        let place = |counter: Counter| counters.binary_search(&counter).ok();
        let counter = |arc: &Arc| arc.kind.counter().and_then(place);
        let tree: Vec<&Arc> = network.arcs.iter().filter(|arc| counter(arc).is_none()).collect();
        let upward = upward(&tree, &blocks, network.nodes)
            .ok_or_else(|| mismatch("has counters that don't tell how often each block ran"))?;
        let mut counted = Counted {
            shares: vec![vec![0; 1 + counters.len()]; blocks.len()],
            blocks,
            upward,
            counted_blocks: HashMap::new(),
        };
        let header = counted.blocks.binary_search(&function.nest_header(nest));
        let header = header.map_err(|_| mismatch("has no header"))?;
        counted.add_cycle(0, AROUND, beginning(header));
        for arc in &network.arcs {
            let Some(place) = counter(arc) else { continue };
            counted.add_cycle(1 + place, arc.from, arc.to);
            if let Kind::Block(block) = arc.kind {
                let own = counted.blocks.binary_search(&block).expect("it is one of them");
                counted.shares[own][1 + place] += 1;
                counted.counted_blocks.insert(block, place);
            }
        }
        Ok(counted)
    }

    /// Adds the way through the tree from `to` back to `from` to what the source number `source`, which
    /// leads from `from` to `to`, adds.
    fn add_cycle(&mut self, source: usize, from: usize, to: usize) {
        for (start, sign) in [(to, 1), (from, -1)] {
            for step in way_out(&self.upward, start) {
                if let Some(block) = step.block {
                    self.shares[block][source] += sign * step.sign;
                }
            }
        }
    }

    /// How often each block ran when the nest was entered so often and counted this. No run is
    /// negative if the counters are those of a program, and nothing cut the nest short.
    pub fn runs(&self, entries: u64, counters: impl Iterator<Item = u64>) -> Runs {
        let sources: Vec<i128> = [entries].into_iter().chain(counters).map(i128::from).collect();
        let runs = self.shares.iter().map(|shares| {
            shares.iter().zip(&sources).map(|(&share, &source)| i128::from(share) * source).sum()
        });
        self.blocks.iter().copied().zip(runs).collect()
    }

    /// What each entry of the nest, and then each counter, stands for when a run of a block stands for what
    /// `weight` says. May be negative: that of a counter tells in place of which blocks others ran.
    pub fn weights(&self, weight: impl Fn(u32) -> i128) -> Vec<i128> {
        let mut sums = vec![0; self.shares.first().map_or(0, Vec::len)];
        for (&block, shares) in self.blocks.iter().zip(&self.shares) {
            let weight = weight(block);
            for (sum, &share) in sums.iter_mut().zip(shares) {
                *sum += i128::from(share) * weight;
            }
        }
        sums
    }

    /// For each block its runs as a formula over the entries `e` and the counters `c0`, `c1`, …: for
    /// people.
    pub(crate) fn formulas(&self) -> impl Iterator<Item = (u32, String)> + '_ {
        self.blocks.iter().zip(&self.shares).map(|(&block, shares)| (block, formula(shares)))
    }

    /// What has to be added to [`Counted::runs`] when something cut the nest short once, before the end
    /// of a line of blocks that begins with `block`: then the blocks that were left are those that
    /// ran, and `block` and those behind it in the line count for nothing.
    pub fn cut_short(&self, block: u32) -> Runs {
        let Ok(place) = self.blocks.binary_search(&block) else { return Vec::new() };
        let mut runs = vec![0; self.blocks.len()];
        for step in way_out(&self.upward, beginning(place)) {
            if let Some(block) = step.block {
                runs[block] -= i128::from(step.sign);
            }
        }
        if let Some(counter) = self.counted_blocks.get(&block) {
            for (runs, shares) in runs.iter_mut().zip(&self.shares) {
                *runs -= i128::from(shares[1 + counter]);
            }
        }
        self.blocks.iter().copied().zip(runs).filter(|(_, runs)| *runs != 0).collect()
    }
}

fn formula(shares: &[i64]) -> String {
    let mut text = String::new();
    for (source, &share) in shares.iter().enumerate().filter(|(_, share)| **share != 0) {
        let sign = match (share < 0, text.is_empty()) {
            (true, true) => "-",
            (true, false) => " - ",
            (false, true) => "",
            (false, false) => " + ",
        };
        let times = match share.unsigned_abs() {
            1 => String::new(),
            times => format!("{times} "),
        };
        let name = match source {
            0 => "e".to_string(),
            counter => format!("c{}", counter - 1),
        };
        text.push_str(&format!("{sign}{times}{name}"));
    }
    if text.is_empty() { "0".to_string() } else { text }
}

fn targets(block: &Block) -> Vec<u32> {
    match &block.exit {
        Exit::Branch(edges) => edges.iter().map(|edge| edge.target).collect(),
        _ => Vec::new(),
    }
}

/// For each node the step to the next one on the way out; `None` when `tree` isn't one of all nodes.
fn upward(tree: &[&Arc], blocks: &[u32], nodes: usize) -> Option<Vec<Up>> {
    let mut around: Vec<Vec<(usize, &Arc)>> = vec![Vec::new(); nodes];
    for &arc in tree {
        around[arc.from].push((arc.to, arc));
        around[arc.to].push((arc.from, arc));
    }
    let mut upward: Vec<Option<Up>> = vec![None; nodes];
    upward[AROUND] = Some(Up { to: AROUND, block: None, sign: 0 });
    let mut pending = vec![AROUND];
    let mut reached = 1;
    while let Some(node) = pending.pop() {
        for &(next, arc) in &around[node] {
            if upward[next].is_some() {
                continue;
            }
            let block = match arc.kind {
                Kind::Block(block) => blocks.binary_search(&block).ok(),
                Kind::Edge { .. } => None,
            };
            upward[next] =
                Some(Up { to: node, block, sign: if arc.from == next { 1 } else { -1 } });
            pending.push(next);
            reached += 1;
        }
    }
    let is_tree = reached == nodes && tree.len() + 1 == nodes;
    upward.into_iter().collect::<Option<Vec<Up>>>().filter(|_| is_tree)
}

/// The steps from `node` to the world around.
fn way_out(upward: &[Up], mut node: usize) -> impl Iterator<Item = Up> + '_ {
    std::iter::from_fn(move || {
        let step = upward[node];
        (node != AROUND).then(|| {
            node = step.to;
            step
        })
    })
}
