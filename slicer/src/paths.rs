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
//! Cut points are loop headers outside of nests, calls, and whatever leaves the function. Where that
//! leaves regions larger than a limit, joins are cut too, in one backward pass: a block whose regions
//! would be too large cuts those successors that exceed their share of the limit.

use crate::bundles::Choice;
use crate::cfg::{Cfg, Exit, Role};
use crate::limits::LOOPS_PER_BLOCK;

/// Path numbers of one function.
#[derive(Debug)]
pub struct Paths {
    /// For each block whether arriving there ends the running region.
    pub cut_on_arrival: Vec<bool>,
    /// For each block the number of paths from its start.
    pub paths: Vec<u32>,
    /// For each block what each of its edges adds; empty when it has none.
    pub values: Vec<Vec<u32>>,
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

/// Numbers the paths of `cfg`, with regions of at most `max_region_size` (see
/// [`MAX_REGION_SIZE`](crate::limits::MAX_REGION_SIZE)).
pub fn number(cfg: &Cfg, choice: &Choice, max_region_size: u64) -> Paths {
    let cut_on_arrival = cut_points(cfg, choice, max_region_size);
    let mut paths = vec![1u32; cfg.blocks.len()];
    let mut values: Vec<Vec<u32>> = vec![Vec::new(); cfg.blocks.len()];
    for (index, block) in cfg.blocks.iter().enumerate().rev() {
        let behind = |target: u32| match cut_on_arrival[target as usize] {
            true => 1,
            false => paths[target as usize],
        };
        if let Exit::Branch(targets) = &block.exit {
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
    Paths { cut_on_arrival, paths, values }
}

/// The blocks at which arriving is a cut point.
///
/// `size` is the sum of the lengths of all paths from a block to the next cut points; blocks deep in
/// loops are longer. Cutting a successor only makes sizes smaller, so one pass in reverse order
/// leaves no region too large.
fn cut_points(cfg: &Cfg, choice: &Choice, max_region_size: u64) -> Vec<bool> {
    let is_header = |(index, block): (usize, &crate::cfg::Block)| {
        block.role == Role::Header && choice.nest_of(index).is_none()
    };
    let mut cut: Vec<bool> = cfg.blocks.iter().enumerate().map(is_header).collect();
    for nest in choice.nests.iter().filter(|nest| nest.after.is_none()) {
        nest.exits.iter().for_each(|&exit| cut[exit as usize] = true);
    }
    let length = |block: &crate::cfg::Block| {
        let depth = block.innermost_loop.map_or(0, |this| cfg.loops[this as usize].depth);
        1 + u64::from(depth / LOOPS_PER_BLOCK)
    };
    let mut size: Vec<u64> = cfg.blocks.iter().map(length).collect();
    for index in (0..cfg.blocks.len()).rev() {
        let over;
        let targets = match onward(cfg, choice, index) {
            Onward::Told(targets) | Onward::Computed(targets) => targets,
            Onward::Over(after) => {
                over = [after];
                &over
            }
            Onward::End => continue,
        };
        let size_of = |target: u32, cut: &[bool]| match cut[target as usize] {
            true => 1,
            false => size[target as usize],
        };
        let total: u64 = targets.iter().map(|&target| size_of(target, &cut)).sum();
        if total > max_region_size {
            let share = (max_region_size / targets.len() as u64).max(1);
            for &target in targets {
                if size_of(target, &cut) > share {
                    cut[target as usize] = true;
                }
            }
        }
        size[index] += targets.iter().map(|&target| size_of(target, &cut)).sum::<u64>();
    }
    cut
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
