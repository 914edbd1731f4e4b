//! Counted nests: where the counters stand, and how often each block ran.
//!
//! Control comes to a block as often as it leaves it, and to the world around a nest as often as the
//! nest was entered. So not every block and edge needs a counter: of a spanning tree of the graph none
//! does (D. E. Knuth, F. R. Stevenson, "Optimal measurement points for program frequency counts", BIT
//! 13, 1973). What isn't in the tree closes one cycle with it, and adds its count to each part of that
//! cycle. The tree is one of those that run most often, as far as that can be guessed (T. Ball, J. R.
//! Larus, "Optimally profiling and tracing programs", TOPLAS 16, 1994).
//!
//! The first edge of a block can't have a counter, because no code can stand there. Those edges close no
//! cycle without a block, and blocks can.

use std::collections::HashMap;

use formats::plan::{Block, Counter, Exit, FunctionPlan};

use crate::Error;
use crate::cfg::{self, Cfg};

/// Times that a loop is guessed to run around whenever it is entered.
const TRIPS: f64 = 10.0;

/// Share of the runs of a block that leave a loop there, as a guess.
const LEAVES: f64 = 1.0 / TRIPS;

/// No block is guessed to run more often.
const MOST_RUNS: f64 = 1e12;

/// How much dearer than a block an edge is to count that needs a place of its own.
const DEAR_EDGE: f64 = 1.5;

/// The graph of a nest. Its nodes are the beginnings and the ends of its blocks, and the world around.
struct Network {
    arcs: Vec<Arc>,
    nodes: usize,
}

/// A way from one node to another: a block, or an edge between two.
#[derive(Clone, Copy)]
struct Arc {
    from: usize,
    to: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Block(u32),
    Edge { block: u32, edge: u32 },
}

impl Kind {
    /// The counter that can stand there.
    fn counter(self) -> Option<Counter> {
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
    fn new<'t>(
        blocks: &[u32],
        targets: impl Fn(u32) -> Box<dyn Iterator<Item = u32> + 't>,
    ) -> Self {
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

/// Where the nest of these `blocks`, given in ascending order, had best be counted.
pub(crate) fn place(cfg: &Cfg, blocks: &[u32]) -> Vec<Counter> {
    let targets = |block: u32| -> Box<dyn Iterator<Item = u32> + '_> {
        match &cfg.blocks[block as usize].exit {
            cfg::Exit::Branch(targets) => Box::new(targets.iter().copied()),
            _ => Box::new(std::iter::empty()),
        }
    };
    let network = Network::new(blocks, targets);
    let runs = guessed_runs(cfg, blocks);
    let weight = |arc: &Arc| match arc.kind {
        Kind::Edge { edge: 0, .. } => f64::INFINITY,
        kind => runs.get(&Key::of(kind)).copied().unwrap_or(0.0),
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

#[derive(PartialEq, Eq, Hash)]
struct Key(u32, Option<u32>);

impl Key {
    fn of(kind: Kind) -> Key {
        match kind {
            Kind::Block(block) => Key(block, None),
            Kind::Edge { block, edge } => Key(block, Some(edge)),
        }
    }
}

/// How often each block and edge is guessed to run.
fn guessed_runs(cfg: &Cfg, blocks: &[u32]) -> HashMap<Key, f64> {
    let depth = |block: u32| {
        let innermost = cfg.blocks[block as usize].innermost_loop;
        innermost.map_or(0, |this| cfg.loops[this as usize].depth)
    };
    let mut runs = HashMap::new();
    let mut arrivals: HashMap<u32, f64> = HashMap::from([(blocks[0], 1.0)]);
    for &block in blocks {
        let found = &cfg.blocks[block as usize];
        let mut times = arrivals.get(&block).copied().unwrap_or(0.0);
        if found.role == cfg::Role::Header {
            times = (times * TRIPS).min(MOST_RUNS);
        }
        runs.insert(Key(block, None), times);
        let cfg::Exit::Branch(targets) = &found.exit else { continue };
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
            runs.insert(Key(block, Some(edge)), taken * dearer);
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

fn targets(block: &Block) -> Box<dyn Iterator<Item = u32> + '_> {
    match &block.exit {
        Exit::Branch(edges) => Box::new(edges.iter().map(|edge| edge.target)),
        _ => Box::new(std::iter::empty()),
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
