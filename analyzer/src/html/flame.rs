//! The call tree, cut down to what a flame graph can show.
//!
//! Takes a [`CallTree`] of any size and depth, gives frames: at most [`MAX_FRAMES`] of contexts,
//! and for each of them at most one that stands for those of its children which are left out. The
//! fuel of the frames adds up to that of the tree.
//!
//! Three passes over vectors, none of them recursive: folding, adding up, choosing. Recursion is
//! folded into a frame of the same function above, so that what a deep recursion does can still be
//! seen: direct recursion early, all other where no more frames fit below.

use foldhash::{HashMap, HashMapExt};
use serde::Serialize;

use crate::limits::{LEAST_FRAME_PARTS, MAX_DIRECT_RECURSION, MAX_FRAME_DEPTH, MAX_FRAMES};
use crate::tree::{CallNode, CallTree};

/// The frames of a flame graph; parents stand before their children.
#[derive(Clone, Debug)]
pub(super) struct Flame {
    /// The first one is the whole.
    pub(super) frames: Vec<Frame>,
    pub(super) left_out: LeftOut,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Index of the frame above; its own for the whole.
    pub(super) parent: u32,
    pub(super) kind: Kind,
    /// Index in the module's function index space, where the kind is a function.
    pub(super) function: u32,
    pub(super) calls: u128,
    pub(super) self_fuel: u128,
    pub(super) total_fuel: u128,
    /// Contexts of the tree that count for it.
    pub(super) contexts: u64,
    /// Those of them that it called by recursion.
    pub(super) recursions: u64,
    depth: u32,
    /// How many frames of the same function stand directly above.
    streak: u32,
    /// The frame below it for all that is too deep.
    deeper: Option<u32>,
}

/// What a frame stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// All of the tree.
    Whole,
    /// A function in its context.
    Function,
    /// Contexts that the tree doesn't tell apart.
    Untold,
    /// Contexts below the deepest frame.
    Deeper,
    /// Children that are too small to be seen.
    Smaller,
}

/// What the frames don't show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// Contexts that are too small, and their fuel.
    pub(super) smaller: (u64, u128),
    /// Contexts that are too deep, and their fuel.
    pub(super) deeper: (u64, u128),
    /// Contexts that recursion folded into frames of other contexts.
    pub(super) folded: u64,
}

/// The frames of `tree`.
pub(super) fn flame(tree: &CallTree) -> Flame {
    let mut frames = folded(tree);
    add_up(&mut frames);
    let frames = chosen(frames);
    let left_out = left_out(&frames);
    Flame { frames, left_out }
}

impl Frame {
    fn new(parent: u32, kind: Kind, function: u32, above: Option<&Frame>) -> Frame {
        let repeats = |above: &&Frame| above.kind == kind && above.function == function;
        Frame {
            parent,
            kind,
            function,
            calls: 0,
            self_fuel: 0,
            total_fuel: 0,
            contexts: 0,
            recursions: 0,
            depth: above.map_or(0, |above| above.depth + 1),
            streak: above.filter(repeats).map_or(0, |above| above.streak + 1),
            deeper: None,
        }
    }

    fn absorb(&mut self, node: &CallNode) {
        self.calls += u128::from(node.calls);
        self.self_fuel = self.self_fuel.saturating_add(node.fuel);
        self.contexts += 1;
    }

    fn is_of(&self, function: u32) -> bool {
        self.kind == kind_of(function) && self.function == function
    }
}

fn kind_of(function: u32) -> Kind {
    if function == CallTree::FOLDED { Kind::Untold } else { Kind::Function }
}

/// One frame for each context, except for folded recursion and for what is too deep. Own fuel only.
fn folded(tree: &CallTree) -> Vec<Frame> {
    let mut frames = vec![Frame::new(0, Kind::Whole, 0, None)];
    let mut frame_of: Vec<u32> = Vec::with_capacity(tree.nodes.len());
    let mut callees: HashMap<(u32, u32), u32> = HashMap::with_capacity(tree.nodes.len());
    for node in &tree.nodes {
        let caller = node.parent.map_or(0, |parent| frame_of[parent as usize]);
        let callee = callees.entry((caller, node.function));
        let index = *callee.or_insert_with(|| callee_of(&mut frames, caller, node.function));
        let frame = &mut frames[index as usize];
        frame.absorb(node);
        frame.recursions += u64::from(index <= caller && frame.kind != Kind::Deeper);
        frame_of.push(index);
    }
    frames
}

/// The frame that the contexts of `function` count for which are called from those of `caller`. Not
/// behind `caller` if it is one that there is already.
fn callee_of(frames: &mut Vec<Frame>, caller: u32, function: u32) -> u32 {
    let above = frames[caller as usize];
    if above.kind == Kind::Deeper {
        return caller;
    }
    if above.is_of(function) && above.streak + 1 >= MAX_DIRECT_RECURSION {
        return caller;
    }
    let (kind, function) = match above.depth {
        MAX_FRAME_DEPTH.. => match nearest(frames, caller, function) {
            Some(same) => return same,
            None => (Kind::Deeper, 0),
        },
        _ => (kind_of(function), function),
    };
    // All that is too deep below a frame is one frame, whichever functions it is of.
    let deeper = frames[caller as usize].deeper.filter(|_| kind == Kind::Deeper);
    deeper.unwrap_or_else(|| {
        let index = frames.len() as u32;
        frames.push(Frame::new(caller, kind, function, Some(&above)));
        if kind == Kind::Deeper {
            frames[caller as usize].deeper = Some(index);
        }
        index
    })
}

/// The nearest frame of `function` from `frame` upwards: at most [`MAX_FRAME_DEPTH`] steps, taken
/// once for each frame and function.
fn nearest(frames: &[Frame], mut frame: u32, function: u32) -> Option<u32> {
    while !frames[frame as usize].is_of(function) {
        if frame == 0 {
            return None;
        }
        frame = frames[frame as usize].parent;
    }
    Some(frame)
}

fn add_up(frames: &mut [Frame]) {
    for index in (0..frames.len()).rev() {
        let frame = &mut frames[index];
        frame.total_fuel = frame.total_fuel.saturating_add(frame.self_fuel);
        let (parent, fuel) = (frame.parent as usize, frame.total_fuel);
        if index > 0 {
            frames[parent].total_fuel = frames[parent].total_fuel.saturating_add(fuel);
        }
    }
}

/// The frames with most fuel, and one for all that each of them lost.
fn chosen(mut frames: Vec<Frame>) -> Vec<Frame> {
    let least = frames[0].total_fuel.div_ceil(LEAST_FRAME_PARTS).max(1);
    let mut kept: Vec<usize> =
        (1..frames.len()).filter(|&index| frames[index].total_fuel >= least).collect();
    // A caller has no less fuel than its callees and stands before them, so it is kept if one of
    // them is.
    kept.sort_by_key(|&index| std::cmp::Reverse(frames[index].total_fuel));
    kept.truncate(MAX_FRAMES);
    kept.push(0);
    kept.sort_unstable();

    let mut place: Vec<Option<u32>> = vec![None; frames.len()];
    for (index, &frame) in kept.iter().enumerate() {
        place[frame] = Some(index as u32);
    }
    let mut smaller: Vec<Option<Frame>> = vec![None; kept.len()];
    for index in (1..frames.len()).rev().filter(|&index| place[index].is_none()) {
        let lost = frames[index];
        let parent = lost.parent as usize;
        match place[parent] {
            Some(parent) => {
                let sum = &mut smaller[parent as usize];
                let sum = sum.get_or_insert_with(|| Frame::new(parent, Kind::Smaller, 0, None));
                sum.total_fuel = sum.total_fuel.saturating_add(lost.total_fuel);
                sum.self_fuel = sum.total_fuel;
                sum.calls += lost.calls;
                sum.contexts += lost.contexts;
            }
            None => {
                frames[parent].calls += lost.calls;
                frames[parent].contexts += lost.contexts;
            }
        }
    }
    let position = |parent: u32| place[parent as usize].expect("callers of kept frames are kept");
    let kept = kept.iter().map(|&index| frames[index]);
    let kept = kept.map(|frame| Frame { parent: position(frame.parent), ..frame });
    kept.chain(smaller.into_iter().flatten()).collect()
}

fn left_out(frames: &[Frame]) -> LeftOut {
    let mut left_out = LeftOut::default();
    for frame in frames {
        let sum = match frame.kind {
            Kind::Smaller => &mut left_out.smaller,
            Kind::Deeper => &mut left_out.deeper,
            _ => {
                left_out.folded += frame.contexts.saturating_sub(1);
                continue;
            }
        };
        *sum = (sum.0 + frame.contexts, sum.1.saturating_add(frame.self_fuel));
    }
    left_out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(parent: Option<u32>, function: u32, fuel: u128) -> CallNode {
        CallNode { parent, function, calls: 1, fuel }
    }

    fn tree(nodes: Vec<CallNode>) -> CallTree {
        CallTree { nodes }
    }

    fn own_fuel(flame: &Flame) -> u128 {
        flame.frames.iter().map(|frame| frame.self_fuel).sum()
    }

    #[test]
    fn no_context_gives_the_whole_alone() {
        let flame = flame(&CallTree::default());
        assert_eq!(flame.frames.len(), 1);
        assert_eq!(flame.frames[0].total_fuel, 0);
        assert_eq!(flame.left_out, LeftOut::default());
    }

    #[test]
    fn what_can_not_be_seen_is_one_frame_of_its_caller() {
        let mut nodes = vec![node(None, 0, 1_000_000)];
        nodes.extend((1..=500).map(|function| node(Some(0), function, 3)));
        nodes.push(node(Some(500), 501, 4));
        let flame = flame(&tree(nodes));
        assert_eq!(flame.frames.len(), 3);
        let smaller = flame.frames[2];
        assert_eq!((smaller.kind, smaller.parent), (Kind::Smaller, 1));
        assert_eq!((smaller.contexts, smaller.calls), (501, 501));
        assert_eq!(smaller.total_fuel, 1504);
        assert_eq!(flame.left_out.smaller, (501, 1504));
        assert_eq!(own_fuel(&flame), flame.frames[0].total_fuel);
    }

    #[test]
    fn direct_recursion_counts_for_its_last_frame() {
        let chain = (0..30_000_u32).map(|level| node(level.checked_sub(1), 7, 10));
        let flame = flame(&tree(chain.collect()));
        assert_eq!(flame.frames.len(), 1 + MAX_DIRECT_RECURSION as usize);
        let last = flame.frames[MAX_DIRECT_RECURSION as usize];
        assert_eq!(last.recursions, 30_000 - u64::from(MAX_DIRECT_RECURSION));
        assert_eq!(last.calls, 30_000 - u128::from(MAX_DIRECT_RECURSION) + 1);
        assert_eq!(own_fuel(&flame), 300_000);
    }

    #[test]
    fn callees_of_folded_recursion_are_put_together() {
        let mut nodes = vec![node(None, 1, 5)];
        for level in 1..100 {
            nodes.push(node(Some(nodes.len() as u32 - 1 - u32::from(level > 1)), 1, 5));
            nodes.push(node(Some(nodes.len() as u32 - 1), 2, 5));
        }
        let flame = flame(&tree(nodes));
        let callees = flame.frames.iter().filter(|frame| frame.function == 2);
        assert_eq!(callees.clone().count(), MAX_DIRECT_RECURSION as usize - 1);
        assert_eq!(callees.map(|frame| frame.calls).sum::<u128>(), 99);
        assert_eq!(own_fuel(&flame), flame.frames[0].total_fuel);
    }

    #[test]
    fn recursion_by_a_detour_counts_for_the_deepest_frames_of_its_functions() {
        let chain = (0..30_000_u32).map(|level| node(level.checked_sub(1), level % 3, 10));
        let flame = flame(&tree(chain.collect()));
        assert_eq!(flame.frames.len(), MAX_FRAME_DEPTH as usize + 1);
        assert_eq!(flame.left_out.folded, 30_000 - u64::from(MAX_FRAME_DEPTH));
        let contexts = flame.frames.iter().rev().take(3).map(|frame| frame.contexts);
        assert!(contexts.min() > Some(9_900));
        assert_eq!(own_fuel(&flame), 300_000);
    }

    #[test]
    fn what_is_too_deep_is_one_frame() {
        let chain = (0..30_000_u32).map(|level| node(level.checked_sub(1), level, 10));
        let flame = flame(&tree(chain.collect()));
        let deepest = flame.frames.last().expect("frames");
        assert_eq!(deepest.kind, Kind::Deeper);
        assert_eq!(deepest.contexts, 30_000 - u64::from(MAX_FRAME_DEPTH));
        assert_eq!(flame.left_out.deeper, (deepest.contexts, u128::from(deepest.contexts) * 10));
        assert_eq!(flame.frames.len(), MAX_FRAME_DEPTH as usize + 2);
        assert_eq!(own_fuel(&flame), 300_000);
    }

    #[test]
    fn a_million_contexts_give_no_more_frames_than_allowed() {
        let parent = |index: u32| index.checked_sub(1).map(|index| index / 3);
        let nodes = (0..1_000_000_u32).map(|index| node(parent(index), index % 97, 1 << 90));
        let flame = flame(&tree(nodes.collect()));
        assert!(flame.frames.len() <= 2 * (MAX_FRAMES + 1), "{}", flame.frames.len());
        assert_eq!(own_fuel(&flame), 1_000_000 << 90);
        for (index, frame) in flame.frames.iter().enumerate().skip(1) {
            assert!((frame.parent as usize) < index);
        }
    }

    #[test]
    fn contexts_that_are_not_told_apart_are_marked() {
        let flame = flame(&tree(vec![node(None, 1, 5), node(Some(0), CallTree::FOLDED, 5)]));
        assert_eq!(flame.frames[2].kind, Kind::Untold);
    }
}
