//! The calls of whole streams, put together from those of their segments.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use formats::events::Event;

use super::partial::{Episode, Partial};
use super::{goes_on, threw_before};
use crate::error::Misfit;
use crate::limits::{MAX_ACTIVATIONS, MAX_CONTEXTS};
use crate::replay::SilentCalls;
use crate::steps::{Begin, Step, Steps};
use crate::tree::{CallNode, CallTree};

/// One activation.
#[derive(Clone, Copy, Debug)]
struct Activation {
    /// Its context, a node of the tree.
    node: u32,
    /// Defined function number.
    function: u32,
    /// The clock when it began, or up to which its fuel has been added to the totals.
    began: u128,
    /// Its last event: index into the steps.
    last: u32,
}

/// The calls of all streams, one after the other.
///
/// Inclusive fuel is measured by a clock that counts fuel. An activation notes it when it begins; when
/// it ends, the difference is its inclusive fuel, which counts for its function unless an older
/// activation of the same function is still open: recursion must not count twice. What began and
/// ended within a segment is added up by the contexts of the segment.
pub(crate) struct Calls<'a> {
    steps: &'a Steps,
    stack: Vec<Activation>,
    /// Number of open activations, by function.
    open: Vec<u32>,
    /// Inclusive fuel, by function.
    totals: Vec<u128>,
    /// Fuel of all events so far, but for what is pending.
    clock: u128,
    /// Fuel of the sites and nests since the last path event: they belong to the next one.
    pending: u128,
    /// The function of the last of those sites and nests.
    pending_in: Option<u32>,
    /// The last nest since the last path event: it may be running.
    nest: Option<Event>,
    /// The last path event: index into the steps.
    last: Option<u32>,
    tree: Tree,
}

/// What an invocation spent after its last path event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tail {
    /// The fuel, without that of site events, with that of silent calls.
    pub(crate) fuel: u128,
    /// Fuel of a nest that was entered, and may not have been run.
    pub(crate) undone: u128,
    /// The function, if it was in an activation that no event has shown yet.
    pub(crate) new_activation_of: Option<u32>,
    /// Its silent calls.
    pub(crate) silent: Vec<SilentCalls>,
}

/// Events that can't be in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Misplaced {
    /// Which event of the segment.
    pub(crate) event: u64,
    pub(crate) misfit: Misfit,
}

impl<'a> Calls<'a> {
    /// No calls yet, of a module with `functions` defined functions.
    pub(crate) fn new(steps: &'a Steps, functions: usize) -> Self {
        Calls {
            steps,
            stack: Vec::new(),
            open: vec![0; functions],
            totals: vec![0; functions],
            clock: 0,
            pending: 0,
            pending_in: None,
            nest: None,
            last: None,
            tree: Tree::default(),
        }
    }

    /// Adds the next segment of the stream.
    pub(crate) fn add(&mut self, partial: Partial) -> Result<(), Misplaced> {
        let everything = self.clock.checked_add(self.pending);
        if everything.and_then(|fuel| fuel.checked_add(partial.fuel)).is_none() {
            return Err(Misplaced { event: 0, misfit: Misfit::Overflow });
        }
        // From here on no sum of disjoint parts of it can overflow.
        for episode in &partial.episodes {
            self.add_episode(&partial, episode)
                .map_err(|misfit| Misplaced { event: episode.event, misfit })?;
        }
        self.pending += partial.pending;
        if !partial.episodes.is_empty() || partial.nest.is_some() {
            self.nest = partial.nest;
        }
        if !partial.episodes.is_empty() || partial.pending_in.is_some() {
            self.pending_in = partial.pending_in;
        }
        self.last = partial.last.or(self.last);
        Ok(())
    }

    fn add_episode(&mut self, partial: &Partial, episode: &Episode) -> Result<(), Misfit> {
        let step = self.steps.get(episode.first);
        let is_new = step.begin == Begin::Entry;
        self.unwind(step)?;
        let pending = std::mem::take(&mut self.pending);
        let contexts = &partial.contexts[episode.contexts.clone()];
        let start = episode.contexts.start;
        let mut fuel: Vec<u128> = contexts.iter().map(|context| context.fuel).collect();
        fuel[0] += pending;

        let caller = self.stack.last().map(|top| top.node);
        let mut nodes: Vec<u32> = Vec::with_capacity(contexts.len());
        for (context, &fuel) in contexts.iter().zip(&fuel) {
            let node = match nodes.get(context.parent as usize - start) {
                Some(&parent) => self.tree.callee(Some(parent), context.function),
                None if is_new => self.tree.callee(caller, context.function),
                None => caller.expect("found when unwound"),
            };
            self.tree.add(node, context.calls, fuel);
            nodes.push(node);
        }

        // To inclusive, callees before callers.
        for (index, context) in contexts.iter().enumerate().rev() {
            if !context.recurs && self.open[context.function as usize] == 0 {
                self.totals[context.function as usize] += fuel[index];
            }
            let parent = context.parent as usize - start;
            if parent < index {
                fuel[parent] += fuel[index];
            }
        }
        self.clock += fuel[0];

        let mut left = partial.open[episode.open.clone()].iter();
        if !is_new {
            match left.next() {
                Some(same) => self.stack.last_mut().expect("found when unwound").last = same.last,
                None => self.pop(),
            }
        }
        for activation in left {
            if self.stack.len() >= MAX_ACTIVATIONS {
                return Err(Misfit::TooDeep);
            }
            let index = activation.context as usize - start;
            let function = contexts[index].function;
            self.open[function as usize] += 1;
            let (node, last) = (nodes[index], activation.last);
            self.stack.push(Activation { node, function, began: self.clock, last });
        }
        Ok(())
    }

    /// Ends the activations that are over when `next` comes.
    fn unwind(&mut self, next: &Step) -> Result<(), Misfit> {
        let last = |top: &Activation| self.steps.get(top.last);
        if self.stack.last().is_some_and(|top| threw_before(last(top), next)) {
            self.pop();
        }
        if next.begin == Begin::Entry {
            return Ok(());
        }
        while let Some(top) = self.stack.last() {
            if goes_on(self.steps, self.steps.get(top.last), next) {
                return Ok(());
            }
            self.pop();
        }
        Err(Misfit::NoActivation)
    }

    fn pop(&mut self) {
        let Some(ended) = self.stack.pop() else { return };
        let function = ended.function as usize;
        self.open[function] -= 1;
        if self.open[function] == 0 {
            self.totals[function] += self.clock - ended.began;
        }
    }

    /// The nest that was entered last, when no path event shows that it was left.
    pub(crate) fn open_nest(&self) -> Option<&Event> {
        self.nest.as_ref()
    }

    /// The last path event of the invocation.
    pub(crate) fn last(&self) -> Option<&'a Step> {
        self.last.map(|index| self.steps.get(index))
    }

    /// The last events of the open activations, the innermost first.
    pub(crate) fn open_steps(&self) -> impl Iterator<Item = &'a Step> + '_ {
        self.stack.iter().rev().map(|activation| self.steps.get(activation.last))
    }

    /// Ends the invocation: all activations end. `tail` is what the innermost one spent after the
    /// last path event without an event to show for it.
    pub(crate) fn end_invocation(&mut self, tail: Tail) -> Result<(), Misfit> {
        let pending = self.pending.checked_sub(tail.undone).ok_or(Misfit::Overflow)?;
        let fuel = pending.checked_add(tail.fuel).ok_or(Misfit::Overflow)?;
        self.clock = self.clock.checked_add(fuel).ok_or(Misfit::Overflow)?;
        let top = self.stack.last().map(|top| (top.node, top.function));
        // An activation may have sites and nests, and end before its first path event.
        let begun = self.pending_in.filter(|&function| top.is_none_or(|top| top.1 != function));
        let begun = begun.filter(|_| fuel > 0);
        let known = tail.new_activation_of.map(|function| (function, 1));
        let in_callees = tail.silent.iter().map(|silent| u128::from(silent.fuel)).sum();
        let own = fuel.saturating_sub(in_callees);
        let mut node = top.map(|top| top.0);
        match known.or(begun.map(|function| (function, 0))) {
            Some((function, calls)) => {
                let begun = self.tree.callee(node, function);
                self.tree.add(begun, calls, own);
                if self.open[function as usize] == 0 {
                    self.totals[function as usize] += fuel;
                }
                node = Some(begun);
            }
            None if fuel > 0 => {
                let spender = node.unwrap_or_else(|| self.tree.callee(None, CallTree::FOLDED));
                self.tree.add(spender, 0, own);
                node = Some(spender);
            }
            None => {}
        }
        for silent in &tail.silent {
            let callee = self.tree.callee(node, silent.callee);
            self.tree.add(callee, silent.calls, silent.fuel.into());
            self.totals[silent.callee as usize] += u128::from(silent.fuel);
        }
        while !self.stack.is_empty() {
            self.pop();
        }
        self.pending = 0;
        self.pending_in = None;
        self.nest = None;
        self.last = None;
        Ok(())
    }

    /// Inclusive fuel by defined function number, and the tree, in which functions have their index in
    /// the module when `imported` functions are imported.
    pub(crate) fn finish(self, imported: u32) -> (Vec<u128>, CallTree) {
        let mut nodes = self.tree.nodes;
        for node in nodes.iter_mut().filter(|node| node.function != CallTree::FOLDED) {
            node.function += imported;
        }
        (self.totals, CallTree { nodes })
    }
}

/// The calling context tree in the making.
#[derive(Default)]
struct Tree {
    nodes: Vec<CallNode>,
    callees: HashMap<(u32, u32), u32, RandomState>,
}

/// The caller of what the host calls.
const HOST: u32 = u32::MAX;

impl Tree {
    /// The node of `function` when it is called in the context `caller`.
    fn callee(&mut self, caller: Option<u32>, function: u32) -> u32 {
        let is_folded = |caller: u32| self.nodes[caller as usize].function == CallTree::FOLDED;
        if let Some(caller) = caller
            && is_folded(caller)
        {
            return caller;
        }
        let key = caller.unwrap_or(HOST);
        if let Some(&node) = self.callees.get(&(key, function)) {
            return node;
        }
        let function = if self.nodes.len() < MAX_CONTEXTS { function } else { CallTree::FOLDED };
        let Tree { nodes, callees } = self;
        *callees.entry((key, function)).or_insert_with(|| {
            nodes.push(CallNode { parent: caller, function, calls: 0, fuel: 0 });
            nodes.len() as u32 - 1
        })
    }

    fn add(&mut self, node: u32, calls: u64, fuel: u128) {
        let node = &mut self.nodes[node as usize];
        node.calls += calls;
        node.fuel += fuel;
    }
}
