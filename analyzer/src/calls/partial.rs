//! The calls of one segment, as far as it knows them.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;
use formats::events::{Event, EventRef};

use super::{ends, goes_on, threw_before};
use crate::error::Misfit;
use crate::limits::MAX_ACTIVATIONS;
use crate::steps::{Begin, Found, Step, Steps};

/// What one segment tells of the calls.
#[derive(Debug, Default)]
pub(crate) struct Partial {
    /// Stretches within one activation from before the segment, or within one that begins above it.
    pub(super) episodes: Vec<Episode>,
    /// The calling contexts of all episodes.
    pub(super) contexts: Vec<Context>,
    /// The activations that each episode leaves open, the outermost first.
    pub(super) open: Vec<Activation>,
    /// Fuel of all events.
    pub(crate) fuel: u128,
    /// Fuel of the sites and nests behind the last path event: they belong to the next one.
    pub(super) pending: u128,
    /// The function of the last of those sites and nests.
    pub(super) pending_in: Option<u32>,
    /// The last nest behind the last path event: it may be running.
    pub(super) nest: Option<Event>,
    /// The last path event: index into the steps.
    pub(super) last: Option<u32>,
}

/// A stretch of a segment in one activation and those above it.
#[derive(Debug)]
pub(super) struct Episode {
    /// Its first path event (index into the steps), by which its activation is found.
    pub(super) first: u32,
    /// Number of that event in the segment.
    pub(super) event: u64,
    /// Its contexts, that of its activation first: all fuel of the segment's events is in them.
    pub(super) contexts: Range<usize>,
    /// What it leaves open, its activation first; nothing if that ended too.
    pub(super) open: Range<usize>,
}

/// A calling context within an episode.
#[derive(Debug)]
pub(super) struct Context {
    /// The caller's, an index into all contexts; its own for the first of the episode.
    pub(super) parent: u32,
    /// Defined function number.
    pub(super) function: u32,
    /// Activations that began in it.
    pub(super) calls: u64,
    /// Fuel of their own.
    pub(super) fuel: u128,
    /// Whether the function is also one of the callers within the episode.
    pub(super) recurs: bool,
    /// The context of the last callee: most calls are of the same as before.
    last_callee: u32,
}

/// One activation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Activation {
    /// Its context.
    pub(super) context: u32,
    /// Its last event: index into the steps.
    pub(super) last: u32,
}

/// Walks segments, one at a time.
pub(crate) struct Walker<'a> {
    steps: &'a Steps,
    found: Partial,
    /// The activations of the episode, its own first.
    stack: Vec<Activation>,
    /// How many of them each function has.
    depth: Vec<u32>,
    /// The contexts of callees, by the caller's and function.
    callees: HashMap<(u32, u32), u32, RandomState>,
    /// Path events, sites and nests so far.
    events: u64,
}

impl<'a> Walker<'a> {
    /// A walker for a module with `functions` defined functions.
    pub(crate) fn new(steps: &'a Steps, functions: usize) -> Self {
        Walker {
            steps,
            found: Partial::default(),
            stack: Vec::new(),
            depth: vec![0; functions],
            callees: HashMap::default(),
            events: 0,
        }
    }

    /// Takes the next event of the segment.
    #[inline]
    pub(crate) fn take(&mut self, event: EventRef<'_>) -> Result<(), Misfit> {
        match self.steps.find(event).ok_or(Misfit::NoActivation)? {
            Found::Path(index) => self.path(index)?,
            Found::Site { function, fuel } => self.pend(function, fuel)?,
            Found::Nest { function, fuel } => {
                self.found.nest = Some(event.to_event());
                self.pend(function, fuel)?;
            }
        }
        self.events += 1;
        Ok(())
    }

    /// What the segment tells; the walker is ready for the next one.
    pub(crate) fn finish(&mut self) -> Partial {
        self.end_episode();
        self.events = 0;
        std::mem::take(&mut self.found)
    }

    fn pend(&mut self, function: u32, fuel: u128) -> Result<(), Misfit> {
        self.found.pending_in = Some(function);
        self.found.fuel = self.found.fuel.checked_add(fuel).ok_or(Misfit::Overflow)?;
        self.found.pending += fuel;
        Ok(())
    }

    #[inline]
    fn path(&mut self, index: u32) -> Result<(), Misfit> {
        let steps = self.steps;
        let step = steps.get(index);
        self.find(step, index)?;
        let fuel = u128::from(step.fuel);
        self.found.fuel = self.found.fuel.checked_add(fuel).ok_or(Misfit::Overflow)?;
        // Part of the sum above, which fits.
        let fuel = fuel + self.found.pending;
        self.found.pending = 0;
        self.found.pending_in = None;
        self.found.nest = None;
        self.found.last = Some(index);
        let top = self.stack.last_mut().expect("found or begun");
        top.last = index;
        let context = top.context;
        self.found.contexts[context as usize].fuel += fuel;
        for silent in &step.silent {
            let callee = self.callee(context, silent.callee);
            let spent = u128::from(silent.fuel);
            self.found.contexts[context as usize].fuel -= spent;
            let callee = &mut self.found.contexts[callee as usize];
            callee.fuel += spent;
            callee.calls += silent.calls;
        }
        if ends(step) {
            self.pop();
        }
        Ok(())
    }

    /// Makes the activation of `step`, a path event, the top of the stack.
    #[inline]
    fn find(&mut self, step: &Step, index: u32) -> Result<(), Misfit> {
        let steps = self.steps;
        if self.stack.last().is_some_and(|top| threw_before(steps.get(top.last), step)) {
            self.pop();
        }
        let is_new = step.begin == Begin::Entry;
        if is_new && !self.stack.is_empty() {
            return self.push(step.function, index);
        }
        while self.stack.len() > 1 {
            let top = self.stack.last().expect("more than one");
            if goes_on(steps, steps.get(top.last), step) {
                return Ok(());
            }
            self.pop();
        }
        match self.stack.last() {
            Some(only) if !is_new && goes_on(steps, steps.get(only.last), step) => Ok(()),
            _ => {
                self.begin_episode(step, index, is_new);
                Ok(())
            }
        }
    }

    fn begin_episode(&mut self, step: &Step, first: u32, is_new: bool) {
        self.end_episode();
        let start = self.found.contexts.len();
        self.found.episodes.push(Episode {
            first,
            event: self.events,
            contexts: start..start,
            open: 0..0,
        });
        self.found.contexts.push(Context {
            parent: start as u32,
            function: step.function,
            calls: u64::from(is_new),
            fuel: 0,
            recurs: false,
            last_callee: start as u32,
        });
        self.depth[step.function as usize] += 1;
        self.stack.push(Activation { context: start as u32, last: first });
    }

    /// Ends the episode, if there is one. What is left of its stack stays open.
    fn end_episode(&mut self) {
        let Some(episode) = self.found.episodes.last_mut() else { return };
        episode.contexts.end = self.found.contexts.len();
        let start = self.found.open.len();
        for activation in &self.stack {
            let function = self.found.contexts[activation.context as usize].function;
            self.depth[function as usize] -= 1;
        }
        self.found.open.append(&mut self.stack);
        episode.open = start..self.found.open.len();
        self.callees.clear();
    }

    fn push(&mut self, function: u32, last: u32) -> Result<(), Misfit> {
        if self.stack.len() >= MAX_ACTIVATIONS {
            return Err(Misfit::TooDeep);
        }
        let caller = self.stack.last().expect("someone calls").context;
        let context = self.callee(caller, function);
        self.found.contexts[context as usize].calls += 1;
        self.depth[function as usize] += 1;
        self.stack.push(Activation { context, last });
        Ok(())
    }

    /// The context of `function` when it is called in the context `caller`.
    fn callee(&mut self, caller: u32, function: u32) -> u32 {
        let contexts = &mut self.found.contexts;
        let last = contexts[caller as usize].last_callee;
        if last != caller && contexts[last as usize].function == function {
            return last;
        }
        let recurs = self.depth[function as usize] > 0;
        let context = *self.callees.entry((caller, function)).or_insert_with(|| {
            let context = contexts.len() as u32;
            contexts.push(Context {
                parent: caller,
                function,
                calls: 0,
                fuel: 0,
                recurs,
                last_callee: context,
            });
            context
        });
        contexts[caller as usize].last_callee = context;
        context
    }

    fn pop(&mut self) {
        if let Some(ended) = self.stack.pop() {
            let function = self.found.contexts[ended.context as usize].function;
            self.depth[function as usize] -= 1;
        }
    }
}
