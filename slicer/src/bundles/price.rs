//! What it costs to record a nest: bits written while the program runs, against work done offline.
//!
//! How often code runs is not known when a program is sliced. A loop is taken to run [`TRIPS`] times
//! whenever it is entered, as compilers assume that know nothing better.

use formats::plan::{COUNTER_WORDS, Recorded};

use super::sources::words;
use crate::cfg::Cfg;
use crate::ir::graph::{Dominators, Graph, Loops};
use crate::ir::{BlockId, Function};

/// Expected iterations of a loop each time it is entered. Not tuned: it is what compilers assume.
pub(super) const TRIPS: u64 = 10;

/// Loops further inside than this are not taken to run more often still.
const MAX_DEPTH: u32 = 6;

/// Price of recomputing one value offline: the unit of all prices.
pub(super) const OPERATOR: u64 = 1;

/// Price of one recorded word. `benches prices` measures 35 operators: 11 ns while the program runs and
/// 5 ns to read and count it, against 0.45 ns for an operator that is replayed. Less than that, because
/// [`TRIPS`] is a guess: where a loop runs less often, the values of its nest are more words than its
/// iterations.
const WORD: u64 = 16;

/// Price of a word of a counted nest's event. A loop that runs around a few times only is cheaper told: in
/// `minicsv`, whose `strlen` does 4 and 2 iterations on average, counting each of its loops cost three
/// times as much (`benches overhead`). At this price a loop has to have another one within it.
const COUNTED_WORD: u64 = 4 * WORD;

/// What a nest costs each time that it is entered, in operators replayed offline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NestPrice {
    /// When the values that decide its branches are recorded, or how often they went each way.
    pub stepped_over: u64,
    /// When the outcomes of its branches are.
    pub told: u64,
}

/// Price of recording `values` once.
pub(super) fn of_values(values: &[Recorded]) -> u64 {
    words(values) as u64 * WORD
}

/// Prices the nest with these blocks, which would record `values` and be replayed by `slice`.
pub(super) fn of_nest(
    cfg: &Cfg,
    blocks: &[u32],
    values: &[Recorded],
    slice: &Function<'_>,
) -> NestPrice {
    NestPrice {
        stepped_over: (WORD + of_values(values)).saturating_add(of_replaying(slice)),
        told: of_telling(cfg, blocks),
    }
}

/// Prices the nest with these blocks, which would count by so many counters.
pub(super) fn of_counted_nest(cfg: &Cfg, blocks: &[u32], counters: usize) -> NestPrice {
    let words = 1 + COUNTER_WORDS * counters;
    NestPrice { stepped_over: words as u64 * COUNTED_WORD, told: of_telling(cfg, blocks) }
}

/// Price of recording each iteration of each loop among `blocks`, the blocks of a nest.
fn of_telling(cfg: &Cfg, blocks: &[u32]) -> u64 {
    let innermost = |block: u32| cfg.blocks[block as usize].innermost_loop;
    let outer_depth = innermost(blocks[0]).map_or(0, |this| cfg.loops[this as usize].depth);
    let headers = blocks.iter().filter_map(|&block| {
        innermost(block).filter(|&this| cfg.loops[this as usize].header == block)
    });
    let depths = headers.map(|this| cfg.loops[this as usize].depth - outer_depth + 1);
    // Each iteration of each loop is an event, which is one word.
    let iterations = depths.map(runs_at).fold(0, u64::saturating_add);
    iterations.saturating_mul(WORD)
}

/// How often code runs that lies in so many loops.
fn runs_at(depth: u32) -> u64 {
    TRIPS.pow(depth.min(MAX_DEPTH))
}

/// Price of running `slice` once.
fn of_replaying(slice: &Function<'_>) -> u64 {
    let graph = Graph::new(slice);
    let loops = Loops::new(&graph, &Dominators::new(&graph));
    let reachable = slice.block_ids().filter(|&block| graph.is_reachable(block));
    let price = |block: BlockId| {
        let operators = slice.block(block).instructions.len() as u64 + 1;
        (operators * OPERATOR).saturating_mul(runs_at(loops.depth(block)))
    };
    reachable.map(price).fold(0, u64::saturating_add)
}
