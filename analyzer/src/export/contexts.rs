//! The contexts of a profile as the formats need them: with names, and in the order of calls.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{ExportError, Format, fitting};
use crate::profile::{Profile, SourceLine};
use crate::tree::{self, CallNode, CallTree};

/// The contexts of a profile.
pub(super) struct Contexts<'a> {
    /// Parents before their children.
    pub(super) nodes: Cow<'a, [CallNode]>,
    /// What the nodes are contexts of, each once, in the order in which they first appear.
    pub(super) frames: Vec<Frame<'a>>,
    /// For each node the index of its frame.
    pub(super) frame_of: Vec<u32>,
    format: Format,
}

/// A function, or what stands for contexts that are not told apart.
pub(super) struct Frame<'a> {
    /// Index in the module's function index space; `None` for contexts that are not told apart.
    pub(super) function: Option<u32>,
    /// Its name, as the module has it: any characters, at any length.
    pub(super) name: String,
    /// Where its code starts in the source, as far as that is known.
    pub(super) start: Option<&'a SourceLine>,
}

/// A step of a walk over the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The node with this index is entered, after its caller.
    Enter(u32),
    /// It is left, after all that it called.
    Leave(u32),
}

/// Every node entered and left once, callees within their callers.
pub(super) struct Walk<'a> {
    nodes: &'a [CallNode],
    first_child: Vec<Option<u32>>,
    next_sibling: Vec<Option<u32>>,
    next: Option<Step>,
}

impl<'a> Contexts<'a> {
    pub(super) fn of(profile: &'a Profile, format: Format) -> Result<Self, ExportError> {
        let nodes = match profile.tree.nodes.is_empty() {
            false => Cow::Borrowed(profile.tree.nodes.as_slice()),
            true => Cow::Owned(flat(profile, format)?),
        };
        let mut frames: Vec<Frame<'a>> = Vec::new();
        let mut known: HashMap<u32, u32> = HashMap::new();
        let mut frame_of = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            assert!(
                node.parent.is_none_or(|parent| (parent as usize) < index),
                "parents come first"
            );
            frame_of.push(*known.entry(node.function).or_insert_with(|| {
                frames.push(Frame::of(node.function, profile));
                frames.len() as u32 - 1
            }));
        }
        Ok(Contexts { nodes, frames, frame_of, format })
    }

    /// The frame of the node with the index `node`.
    pub(super) fn frame(&self, node: u32) -> &Frame<'a> {
        &self.frames[self.frame_of[node as usize] as usize]
    }

    /// Fuel of all nodes, which has to be at most `limit`.
    pub(super) fn total(&self, limit: u64) -> Result<u64, ExportError> {
        self.fitting(self.exact_total(), limit, "the fuel")
    }

    /// Fuel of all nodes; the largest number if it is larger.
    pub(super) fn exact_total(&self) -> u128 {
        self.nodes.iter().fold(0, |sum: u128, node| sum.saturating_add(node.fuel))
    }

    /// Calls of all nodes, which have to be at most `limit`.
    pub(super) fn calls(&self, limit: u64) -> Result<u64, ExportError> {
        let calls = self.nodes.iter().map(|node| u128::from(node.calls)).sum();
        self.fitting(calls, limit, "the number of calls")
    }

    pub(super) fn fitting(
        &self,
        value: u128,
        limit: u64,
        what: &'static str,
    ) -> Result<u64, ExportError> {
        fitting(value, limit, what, self.format)
    }

    /// For each node its own fuel and that of all nodes below it.
    pub(super) fn inclusive(&self) -> Vec<u128> {
        tree::inclusive(&self.nodes)
    }

    pub(super) fn walk(&self) -> Walk<'_> {
        let mut first_child = vec![None; self.nodes.len()];
        let mut next_sibling = vec![None; self.nodes.len()];
        let mut first_root = None;
        for (index, node) in self.nodes.iter().enumerate().rev() {
            let first = match node.parent {
                Some(parent) => &mut first_child[parent as usize],
                None => &mut first_root,
            };
            next_sibling[index] = first.replace(index as u32);
        }
        let next = first_root.map(Step::Enter);
        Walk { nodes: &self.nodes, first_child, next_sibling, next }
    }
}

impl Iterator for Walk<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let step = self.next?;
        self.next = match step {
            Step::Enter(node) => Some(match self.first_child[node as usize] {
                Some(child) => Step::Enter(child),
                None => Step::Leave(node),
            }),
            Step::Leave(node) => match self.next_sibling[node as usize] {
                Some(sibling) => Some(Step::Enter(sibling)),
                None => self.nodes[node as usize].parent.map(Step::Leave),
            },
        };
        Some(step)
    }
}

impl<'a> Frame<'a> {
    fn of(function: u32, profile: &'a Profile) -> Self {
        if function == CallTree::FOLDED {
            return Frame { function: None, name: "[folded]".to_string(), start: None };
        }
        let code = profile.code.iter().find(|code| code.function == function);
        let start = code.and_then(|code| code.lines.iter().find_map(|line| line.source.as_ref()));
        Frame { function: Some(function), name: profile.names.get(function), start }
    }

    /// The source file that its code starts in, where that is known.
    pub(super) fn file(&self) -> Option<&'a str> {
        self.start.map(|start| start.file.as_str())
    }
}

/// The functions of the report, all of them called by the host.
fn flat(profile: &Profile, format: Format) -> Result<Vec<CallNode>, ExportError> {
    let functions = profile.analysis.report.functions.iter();
    let node = |found: &formats::report::FunctionReport| {
        let calls = fitting(found.calls, u64::MAX, "the number of calls", format)?;
        Ok(CallNode { parent: None, function: found.index, calls, fuel: found.self_fuel })
    };
    functions.map(node).collect()
}
