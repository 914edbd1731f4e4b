//! Whole stacks, for the formats that repeat them for each context.
//!
//! A chain of `n` calls has `n` stacks of up to `n` frames: of very deep ones the outermost and the
//! innermost frames are kept, with one between them that stands for the rest. It has the same name
//! whatever is left out, so that deep recursion gives few different stacks, of which each is given
//! once as far as [`MAX_MERGED_STACKS`] are enough to tell.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::ExportError;
use super::contexts::Contexts;
use crate::limits::{MAX_MERGED_STACKS, MAX_REPEATED_NAME, MAX_STACK_FRAMES};
use crate::names::{printable, shortened};
use crate::tree::CallNode;

/// The frame that stands for those that are left out.
pub(super) const LEFT_OUT: &str = "[frames left out]";

/// Frames kept at the outer end of a stack that is too deep.
const OUTER: u32 = MAX_STACK_FRAMES / 2;

/// Frames kept at its inner end.
const INNER: u32 = MAX_STACK_FRAMES - OUTER - 1;

/// Calls and fuel of a stack.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    pub(super) calls: u64,
    pub(super) fuel: u128,
}

/// Stacks with frames left out, of which several contexts may have the same, with the place of the
/// first one.
type Merged = HashMap<Vec<StackFrame>, (usize, Spent), FixedState>;

/// Gives `take` each stack that has calls or fuel, the innermost frame first.
pub(super) fn each(
    contexts: &Contexts<'_>,
    mut take: impl FnMut(&[StackFrame], Spent) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let stacks = Stacks::of(contexts);
    let mut frames = Vec::new();
    let mut merged = Merged::default();
    for (index, node) in contexts.nodes.iter().enumerate() {
        let spent = Spent { calls: node.calls, fuel: node.fuel };
        if spent.calls == 0 && spent.fuel == 0 {
            continue;
        }
        stacks.innermost_first(index as u32, &mut frames);
        if stacks.depth[index] <= MAX_STACK_FRAMES {
            take(&frames, spent)?;
            continue;
        }
        if merged.len() == MAX_MERGED_STACKS && !merged.contains_key(&frames) {
            drain(&mut merged, &mut take)?;
        }
        let place = merged.len();
        // The sums of all nodes were found to fit.
        let sum = &mut merged.entry(frames.clone()).or_insert((place, Spent::default())).1;
        sum.calls += spent.calls;
        sum.fuel += spent.fuel;
    }
    drain(&mut merged, &mut take)
}

fn drain(
    merged: &mut Merged,
    take: &mut impl FnMut(&[StackFrame], Spent) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut stacks: Vec<_> = merged.drain().collect();
    stacks.sort_by_key(|&(_, (place, _))| place);
    stacks.into_iter().try_for_each(|(frames, (_, spent))| take(&frames, spent))
}

/// The stacks of contexts.
struct Stacks<'a> {
    contexts: &'a Contexts<'a>,
    /// For each node the number of its frames.
    depth: Vec<u32>,
    /// For each node that has so many frames the node of the innermost of its [`OUTER`] outermost
    /// ones.
    outer: Vec<u32>,
}

/// A frame of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum StackFrame {
    /// The one with this index in [`Contexts::frames`].
    Of(u32),
    /// What stands for those left out.
    LeftOut,
}

impl<'a> Stacks<'a> {
    fn of(contexts: &'a Contexts<'a>) -> Self {
        let mut depth = Vec::with_capacity(contexts.nodes.len());
        let mut outer = Vec::with_capacity(contexts.nodes.len());
        for (index, node) in contexts.nodes.iter().enumerate() {
            let caller = node.parent.map_or(0, |parent| depth[parent as usize]);
            depth.push(caller + 1);
            outer.push(match node.parent {
                Some(parent) if caller >= OUTER => outer[parent as usize],
                _ => index as u32,
            });
        }
        Stacks { contexts, depth, outer }
    }

    /// The frames of the node with the index `node`, the innermost first.
    fn innermost_first(&self, node: u32, frames: &mut Vec<StackFrame>) {
        frames.clear();
        let frame = |node: u32| StackFrame::Of(self.contexts.frame_of[node as usize]);
        if self.depth[node as usize] <= MAX_STACK_FRAMES {
            frames.extend(self.upwards(node).map(frame));
            return;
        }
        frames.extend(self.upwards(node).take(INNER as usize).map(frame));
        frames.push(StackFrame::LeftOut);
        frames.extend(self.upwards(self.outer[node as usize]).map(frame));
    }

    fn upwards(&self, node: u32) -> impl Iterator<Item = u32> {
        let nodes: &[CallNode] = &self.contexts.nodes;
        std::iter::successors(Some(node), |&node| nodes[node as usize].parent)
    }
}

/// The names of the frames as a folded line can hold them. Their readers split a line at
/// semicolons, take one number off its end and then, for a comparison, another one, and skip lines
/// that start with `# `.
pub(super) fn foldable_names(contexts: &Contexts<'_>) -> Vec<String> {
    contexts.frames.iter().map(|frame| foldable(&frame.name)).collect()
}

fn foldable(name: &str) -> String {
    let name = shortened(&printable(&shortened(name, MAX_REPEATED_NAME)), MAX_REPEATED_NAME);
    let mut name = name.trim().replace(';', ":");
    if let Some((at, space)) = name.char_indices().rfind(|(_, found)| found.is_whitespace()) {
        let end = at + space.len_utf8();
        if name[end..].chars().all(|found| found.is_ascii_digit() || found == '.') {
            name.replace_range(at..end, "_");
        }
    }
    if name.starts_with("# ") {
        name.replace_range(1..2, "_");
    }
    if name.is_empty() { "_".to_string() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_not_break_a_line() {
        assert_eq!(foldable("<a as b<[u8; 4]>>::c"), "<a as b<[u8: 4]>>::c");
        assert_eq!(foldable("a\nb\tc\u{2028}"), "a\\u{a}b\\u{9}c\\u{2028}");
        assert_eq!(foldable("f 12"), "f_12");
        assert_eq!(foldable("f 1 1.5"), "f 1_1.5");
        assert_eq!(foldable("f\u{a0}7"), "f_7");
        assert_eq!(foldable("# f"), "#_f");
        assert_eq!(foldable("  "), "_");
        assert_eq!(foldable(&"ö".repeat(1 << 20)).chars().count(), MAX_REPEATED_NAME);
    }
}
