//! Cut points and dense path numbers.
//!
//! Takes a [`Cfg`], gives for each block the number of paths from it to the next cut points, and
//! for each edge what it adds to the path number, so that the paths from any block `b` get the
//! numbers `0..paths[b]` (T. Ball, J. R. Larus, "Efficient path profiling", MICRO-29, 1996). The
//! first edge of a block always adds 0: the instrumentation has no place for code on it.
//!
//! A branch that is computed has edges of value 0, and the most paths behind any of them. A nest is
//! stepped over: its header has the paths of the block behind the nest.
//!
//! Cut points are calls, whatever leaves the function, and headers of loops outside of nests: but for
//! innermost loops of which each way around has another cut point (a loop whose every iteration calls
//! records nothing more than those calls do). Where that leaves regions larger than a limit, joins are
//! cut too, in one pass, successors first: a block whose regions would be too large cuts those
//! successors that exceed their share of the limit.

use std::collections::HashSet;

use crate::bundles::Choice;
use crate::cfg::{Cfg, Exit, Role};
use crate::limits::{LOOPS_PER_BLOCK, MAX_OPEN_LOOP_BLOCKS, MAX_OPEN_LOOP_SIZE, MIN_BRANCH_SIZE};
use crate::order::successors_first;

/// Path numbers of one function.
#[derive(Debug)]
pub struct Paths {
    /// For each block whether arriving there ends the running region.
    pub cut_on_arrival: Vec<bool>,
    /// For each block the number of paths from its start.
    pub paths: Vec<u32>,
    /// For each block what each of its edges adds; empty when it has none.
    pub values: Vec<Vec<u32>>,
    /// The largest size that something was cut for, or might have been: with any lower limit on regions that is
    /// not below this, the numbers are the same.
    pub largest: u64,
}

impl Paths {
    /// Whether a region starts at block `block` of `cfg`.
    pub fn starts_region(&self, cfg: &Cfg, block: usize) -> bool {
        self.cut_on_arrival[block]
            || matches!(cfg.blocks[block].role, Role::Entry | Role::Resume | Role::Landing { .. })
    }
}

/// How control goes on behind a block, as a path sees it.
enum Onward<'a> {
    /// Along one of several edges, which the path number tells apart.
    Told(&'a [u32]),
    /// Along one of several edges; which one is computed.
    Computed(&'a [u32]),
    /// Over a nest, to the block behind it.
    Over(u32),
    /// Nowhere: the path ends, or the block lies within a nest.
    End,
}

fn onward<'a>(cfg: &'a Cfg, choice: &Choice, block: usize) -> Onward<'a> {
    if let Some(nest) = choice.nest_of(block) {
        let nest = &choice.nests[nest as usize];
        return match nest.after {
            Some(after) if nest.header as usize == block => Onward::Over(after),
            _ => Onward::End,
        };
    }
    match &cfg.blocks[block].exit {
        Exit::Branch(targets) if choice.is_computed(block) => Onward::Computed(targets),
        Exit::Branch(targets) => Onward::Told(targets),
        _ => Onward::End,
    }
}

/// How [`Onward`] goes on from a block, wherever.
fn targets<'a>(onward: &'a Onward<'_>) -> &'a [u32] {
    match onward {
        Onward::Told(targets) | Onward::Computed(targets) => targets,
        Onward::Over(after) => std::slice::from_ref(after),
        Onward::End => &[],
    }
}

/// Numbers the paths of `cfg`, with regions of at most `max_region_size` (see
/// [`MAX_REGION_SIZE`](crate::limits::MAX_REGION_SIZE)).
pub fn number(cfg: &Cfg, choice: &Choice, max_region_size: u64) -> Paths {
    let mut cut_on_arrival = loop_cuts(cfg, choice);
    let order = successors_first(cfg.blocks.len(), |block| {
        let onward = onward(cfg, choice, block as usize);
        let is_inner = |&target: &u32| !cut_on_arrival[target as usize];
        targets(&onward).iter().copied().filter(is_inner).collect()
    });
    let largest = cut_large(cfg, choice, max_region_size, &order, &mut cut_on_arrival);
    let mut paths = vec![1u32; cfg.blocks.len()];
    let mut values: Vec<Vec<u32>> = vec![Vec::new(); cfg.blocks.len()];
    for index in order.into_iter().map(|index| index as usize) {
        let behind = |target: u32| match cut_on_arrival[target as usize] {
            true => 1,
            false => paths[target as usize],
        };
        if let Exit::Branch(targets) = &cfg.blocks[index].exit {
            values[index] = vec![0; targets.len()];
        }
        let mut next = 0u32;
        match onward(cfg, choice, index) {
            Onward::Told(targets) => {
                for (value, &target) in values[index].iter_mut().zip(targets) {
                    *value = next;
                    next += behind(target);
                }
            }
            Onward::Computed(targets) => {
                next = targets.iter().map(|&target| behind(target)).max().unwrap_or(1);
            }
            Onward::Over(after) => next = behind(after),
            Onward::End => next = 1,
        }
        paths[index] = next;
    }
    Paths { cut_on_arrival, paths, values, largest }
}

/// Where arriving is a cut point because of a loop: at headers, if there are loops within or if some way
/// around leads back without any other cut point; and at the blocks behind a nest that has several.
fn loop_cuts(cfg: &Cfg, choice: &Choice) -> Vec<bool> {
    let is_header = |(index, block): (usize, &crate::cfg::Block)| {
        block.role == Role::Header && choice.nest_of(index).is_none()
    };
    let mut cut: Vec<bool> = cfg.blocks.iter().enumerate().map(is_header).collect();
    let left = choice.nests.iter().filter(|nest| nest.after.is_none());
    let behind_nests: HashSet<u32> = left.flat_map(|nest| nest.exits.iter().copied()).collect();
    behind_nests.iter().for_each(|&exit| cut[exit as usize] = true);
    // What a computed branch needs is looked for in blocks that come one after the other.
    if choice.computes_branches() {
        return cut;
    }
    let mut last_back = vec![0; cfg.blocks.len()];
    for (from, block) in cfg.blocks.iter().enumerate() {
        let Exit::Branch(targets) = &block.exit else { continue };
        for target in targets.iter().map(|&target| target as usize).filter(|&to| to <= from) {
            last_back[target] = from;
        }
    }
    let outer: HashSet<u32> = cfg.loops.iter().filter_map(|found| found.parent).collect();
    for (number, found) in (0..).zip(&cfg.loops) {
        let header = found.header as usize;
        let stays = outer.contains(&number) || behind_nests.contains(&found.header);
        if !stays && choice.nest_of(header).is_none() {
            cut[header] = repeats(cfg, choice, &cut, header, last_back[header]);
        }
    }
    cut
}

/// Whether control can get from `header` back to it without a cut point, through blocks up to `last`;
/// or whether it is too much work to find out.
fn repeats(cfg: &Cfg, choice: &Choice, cut: &[bool], header: usize, last: usize) -> bool {
    let mut seen = HashSet::from([header]);
    let mut pending = vec![header];
    while let Some(block) = pending.pop() {
        for &target in targets(&onward(cfg, choice, block)) {
            let target = target as usize;
            if target == header {
                return true;
            }
            if (header..=last).contains(&target) && !cut[target] && seen.insert(target) {
                pending.push(target);
            }
        }
        if seen.len() > MAX_OPEN_LOOP_BLOCKS {
            return true;
        }
    }
    false
}

/// Cuts arrivals where regions would be too large.
///
/// `size` is the sum of the lengths of all paths from a block to the next cut points; blocks deep in
/// loops are longer. Cutting a successor only makes sizes smaller, so one pass, successors first,
/// leaves no region too large. Returns the largest size before a cut.
fn cut_large(
    cfg: &Cfg,
    choice: &Choice,
    max_region_size: u64,
    order: &[u32],
    cut: &mut [bool],
) -> u64 {
    let mut largest = 0;
    let length = |block: &crate::cfg::Block| {
        let depth = block.innermost_loop.map_or(0, |this| cfg.loops[this as usize].depth);
        1 + u64::from(depth / LOOPS_PER_BLOCK)
    };
    let mut size: Vec<u64> = cfg.blocks.iter().map(length).collect();
    for index in order.iter().map(|&index| index as usize) {
        let onward = onward(cfg, choice, index);
        let targets = targets(&onward);
        let size_of = |target: u32, cut: &[bool]| match cut[target as usize] {
            true => 1,
            false => size[target as usize],
        };
        let total: u64 = targets.iter().map(|&target| size_of(target, cut)).sum();
        largest = largest.max(total);
        if total > max_region_size {
            let share = max_region_size / targets.len() as u64;
            let share = share.max(MIN_BRANCH_SIZE.min(max_region_size));
            for &target in targets {
                if size_of(target, cut) > share {
                    cut[target as usize] = true;
                }
            }
        }
        size[index] += targets.iter().map(|&target| size_of(target, cut)).sum::<u64>();
        // What goes on behind each of the calls in a loop would be told anew for each of them.
        let is_header = cfg.blocks[index].role == Role::Header && choice.nest_of(index).is_none();
        if is_header {
            largest = largest.max(size[index]);
            cut[index] |= size[index] > MAX_OPEN_LOOP_SIZE.min(max_region_size);
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cfg;
    use crate::module::Module;

    fn numbered(text: &str, limit: u64) -> (Cfg, Paths) {
        let wasm = wat::parse_str(text).unwrap();
        let module = Module::parse(&wasm).unwrap();
        let cfg = cfg::build(&module, 0).unwrap();
        let paths = number(&cfg, &Choice::outcomes(&cfg), limit);
        (cfg, paths)
    }

    /// All paths from `block`, as sums of edge values, by walking the graph.
    fn path_numbers(cfg: &Cfg, paths: &Paths, block: usize) -> Vec<u32> {
        let mut found = Vec::new();
        let mut pending = vec![(block, 0)];
        while let Some((block, number)) = pending.pop() {
            match &cfg.blocks[block].exit {
                Exit::Branch(targets) => {
                    for (&target, &value) in targets.iter().zip(&paths.values[block]) {
                        if paths.cut_on_arrival[target as usize] {
                            found.push(number + value);
                        } else {
                            pending.push((target as usize, number + value));
                        }
                    }
                }
                _ => found.push(number),
            }
        }
        found.sort_unstable();
        found
    }

    /// `depth` two-way choices one after the other.
    fn diamonds(depth: usize) -> String {
        let choice = "(if (local.get 0) (then nop) (else nop))";
        format!("(module (func (param i32) {}))", choice.repeat(depth))
    }

    #[test]
    fn numbers_change_when_the_limit_is_below_the_largest_size() {
        let calls =
            "(module (func $f (param i32) (loop (if (local.get 0) (then (call $f (i32.const 0)))
            (else (call $f (i32.const 1)))) (call $f (i32.const 2)) (br 0))))";
        for text in [diamonds(6).as_str(), calls] {
            let (_, free) = numbered(text, 1 << 14);
            let (_, same) = numbered(text, free.largest.min(1 << 14));
            let (_, smaller) = numbered(text, free.largest.min(1 << 14) - 1);
            let of = |paths: &Paths| (paths.cut_on_arrival.clone(), paths.paths.clone());
            assert_eq!(of(&free), of(&same), "{text}");
            assert_ne!(of(&free), of(&smaller), "{text}");
        }
    }

    #[test]
    fn path_numbers_are_dense() {
        let (cfg, paths) = numbered(
            "(module (func (param i32)
                (block (block (block (br_table 0 1 0 2 (local.get 0))) (br_if 1 (local.get 0))))
                (if (local.get 0) (then (loop (br_if 0 (local.get 0)))) (else (return)))
                (if (local.get 0) (then unreachable))))",
            1 << 14,
        );
        for block in 0..cfg.blocks.len() {
            let expected: Vec<u32> = (0..paths.paths[block]).collect();
            assert_eq!(path_numbers(&cfg, &paths, block), expected, "block {block}");
        }
    }

    /// The headers at which arriving is a cut point, by their operators.
    fn cut_headers(text: &str) -> Vec<u32> {
        let (cfg, paths) = numbered(text, 1 << 14);
        let cut = |found: &&cfg::Loop| paths.cut_on_arrival[found.header as usize];
        cfg.loops.iter().filter(cut).map(|found| found.operator).collect()
    }

    #[test]
    fn loops_are_cut_where_nothing_else_cuts_them() {
        // 0 loop, 1 local.get, 2 if, 3 call, 4 end, 5 local.get, 6 br_if
        let sometimes = "(module (func (param i32)
            (loop (if (local.get 0) (then (call 0 (local.get 0)))) (br_if 0 (local.get 0)))))";
        assert_eq!(cut_headers(sometimes), [0]);
        let always = "(module (func (param i32)
            (loop (if (local.get 0) (then (call 0 (local.get 0))) (else (call 0 (local.get 0))))
                (br_if 0 (local.get 0)))))";
        assert!(cut_headers(always).is_empty());
        // Each way around the outer one calls, but there is one within; 0 loop, 1 loop.
        let inner = "(module (func (param i32)
            (loop (loop (br_if 0 (local.get 0))) (call 0 (local.get 0)) (br_if 0 (local.get 0)))))";
        assert_eq!(cut_headers(inner), [0, 1]);
    }

    /// Else each of a hundred calls would have each of a hundred ways behind it.
    #[test]
    fn a_loop_with_many_ways_to_its_calls_is_cut() {
        let arm = "(block (br_if 0 (local.get 0)) (call 0 (local.get 0)) (br 1))";
        let text = |arms: usize| {
            let arms = arm.repeat(arms);
            format!("(module (func (param i32) (loop {arms} (call 0 (local.get 0)) (br 0))))")
        };
        assert!(cut_headers(&text(3)).is_empty());
        assert_eq!(cut_headers(&text(100)), [0]);
    }

    #[test]
    fn a_chain_of_choices_has_two_to_the_n_paths() {
        let (_, paths) = numbered(&diamonds(5), 1 << 14);
        assert_eq!(paths.paths[0], 32);
    }

    #[test]
    fn many_choices_are_cut() {
        let limit = 100;
        let (cfg, paths) = numbered(&diamonds(2000), limit);
        for block in 0..cfg.blocks.len() {
            assert!(u64::from(paths.paths[block]) <= limit + 1, "{} paths", paths.paths[block]);
        }
        let cuts = paths.cut_on_arrival.iter().filter(|&&cut| cut).count();
        assert!((400..2000).contains(&cuts), "{cuts} cuts");
    }

    #[test]
    fn a_switch_with_more_targets_than_the_limit_keeps_them_all() {
        let targets = 300;
        let blocks = "(block ".repeat(targets);
        let labels: String = (0..targets).map(|label| format!("{label} ")).collect();
        let ends = ")".repeat(targets);
        let text = format!(
            "(module (func (param i32) {blocks} (br_table {labels} (local.get 0)) {ends}))"
        );
        let (_, paths) = numbered(&text, 16);
        assert_eq!(paths.paths[0], targets as u32);
    }

    #[test]
    fn the_first_edge_adds_nothing() {
        let (cfg, paths) = numbered(&diamonds(8), 1 << 14);
        for values in paths.values.iter().filter(|values| !values.is_empty()) {
            assert_eq!(values[0], 0);
        }
        assert!(cfg.blocks.len() > 8);
    }
}
