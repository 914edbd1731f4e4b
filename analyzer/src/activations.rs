//! Rebuilds the stack of activations of one stream from its events, in program order.
//!
//! Takes one event after the other, gives the inclusive fuel of each function and, when the
//! program ends, the stack as it stood. The idea: a clock that counts fuel. An activation notes
//! the clock when it begins; when it ends, the difference is its inclusive fuel, which counts for
//! its function unless an older activation of the same function is still open (recursion must not
//! count twice).
//!
//! Every call ends a path, so each event but the first of an activation must follow from the last
//! event of an open activation. The activations above that one are gone: an exception, caught
//! further down or by the host, ended them without events of their own.

use formats::events::{Event, EventRef};

use crate::error::Misfit;
use crate::limits::MAX_ACTIVATIONS;
use crate::steps::{Begin, End, Step, Steps};

/// One activation.
#[derive(Clone, Copy, Debug)]
struct Activation {
    /// The clock when it began.
    began: u128,
    /// Its last event: index into the steps.
    last: u32,
}

/// The stack of one stream.
pub(crate) struct Activations<'a> {
    steps: &'a Steps,
    stack: Vec<Activation>,
    /// Number of open activations, by function.
    open: Vec<u32>,
    /// Inclusive fuel of the activations that ended, by function.
    totals: Vec<u128>,
    /// Fuel of all events so far.
    clock: u128,
    /// Fuel of the sites and nests since the last path event: they belong to the next one.
    pending: u128,
    /// The last nest since the last path event: it may be running.
    nest: Option<Event>,
    /// The last path event: index into the steps.
    last: Option<u32>,
}

impl<'a> Activations<'a> {
    /// An empty stack for a module with `functions` defined functions.
    pub(crate) fn new(steps: &'a Steps, functions: usize) -> Self {
        Activations {
            steps,
            stack: Vec::new(),
            open: vec![0; functions],
            totals: vec![0; functions],
            clock: 0,
            pending: 0,
            nest: None,
            last: None,
        }
    }

    /// Takes a site event that costs `fuel`.
    pub(crate) fn site(&mut self, fuel: u128) -> Result<(), Misfit> {
        self.pending = self.pending.checked_add(fuel).ok_or(Misfit::Overflow)?;
        Ok(())
    }

    /// Takes the event of a nest, which costs `fuel` when it is run to its end.
    pub(crate) fn nest(&mut self, event: EventRef<'_>, fuel: u128) -> Result<(), Misfit> {
        self.nest = Some(event.to_event());
        self.site(fuel)
    }

    /// The nest that was entered last, when no path event shows that it was left.
    pub(crate) fn open_nest(&self) -> Option<&Event> {
        self.nest.as_ref()
    }

    /// Takes the path event whose step has the index `index`.
    pub(crate) fn path(&mut self, index: u32) -> Result<(), Misfit> {
        let steps = self.steps;
        let step = steps.get(index);
        self.settle_throw(step);
        match &step.begin {
            Begin::Entry => self.push(step.function, index)?,
            Begin::Onward => {
                if !self.continues(self.stack.last(), step) {
                    self.unwind(|steps, last| follows(steps, steps.get(last), step))?;
                }
            }
            Begin::Landing(body) => {
                self.unwind(|steps, last| may_catch(steps.get(last), step.function, body))?;
            }
        }
        let fuel = self.pending.checked_add(u128::from(step.fuel)).ok_or(Misfit::Overflow)?;
        self.clock = self.clock.checked_add(fuel).ok_or(Misfit::Overflow)?;
        self.pending = 0;
        self.nest = None;
        self.last = Some(index);
        let top = self.stack.last_mut().expect("pushed or found above");
        top.last = index;
        if matches!(step.end, End::Return | End::TailCall { .. }) {
            self.pop();
        }
        Ok(())
    }

    /// An activation that threw ends unless the next event shows that it caught: so says any
    /// event that isn't a landing.
    fn settle_throw(&mut self, next: &Step) {
        let threw = |last: &Activation| matches!(self.steps.get(last.last).end, End::Throw { .. });
        if !matches!(next.begin, Begin::Landing(_)) && self.stack.last().is_some_and(threw) {
            self.pop();
        }
    }

    fn continues(&self, top: Option<&Activation>, step: &Step) -> bool {
        top.is_some_and(|top| follows(self.steps, self.steps.get(top.last), step))
    }

    /// Ends the activations above the topmost one whose last event satisfies `matches`.
    fn unwind(&mut self, matches: impl Fn(&Steps, u32) -> bool) -> Result<(), Misfit> {
        while let Some(top) = self.stack.last() {
            if matches(self.steps, top.last) {
                return Ok(());
            }
            self.pop();
        }
        Err(Misfit::NoActivation)
    }

    fn push(&mut self, function: u32, index: u32) -> Result<(), Misfit> {
        if self.stack.len() >= MAX_ACTIVATIONS {
            return Err(Misfit::TooDeep);
        }
        self.open[function as usize] += 1;
        self.stack.push(Activation { began: self.clock, last: index });
        Ok(())
    }

    fn pop(&mut self) {
        let Some(ended) = self.stack.pop() else {
            return;
        };
        let function = self.steps.get(ended.last).function as usize;
        self.open[function] -= 1;
        if self.open[function] == 0 {
            // Can't overflow: the terms are disjoint stretches of the clock.
            self.totals[function] += self.clock - ended.began;
        }
    }

    /// The last path event of the invocation.
    pub(crate) fn last(&self) -> Option<&'a Step> {
        self.last.map(|index| self.steps.get(index))
    }

    /// The last events of the open activations, the innermost first.
    pub(crate) fn open_steps(&self) -> impl Iterator<Item = &'a Step> + '_ {
        self.stack.iter().rev().map(|activation| self.steps.get(activation.last))
    }

    /// Ends the invocation: all activations end. `tail` is the fuel that the innermost one, of
    /// the given function, spent after the last path event without an event to show for it.
    pub(crate) fn end_invocation(&mut self, tail: Option<Tail>) -> Result<(), Misfit> {
        let (spent, undone) = tail.map_or((0, 0), |tail| (tail.fuel, tail.undone));
        let pending = self.pending.checked_sub(undone).ok_or(Misfit::Overflow)?;
        let fuel = pending.checked_add(spent).ok_or(Misfit::Overflow)?;
        let began = self.clock;
        self.clock = self.clock.checked_add(fuel).ok_or(Misfit::Overflow)?;
        if let Some(function) = tail.and_then(|tail| tail.new_activation_of)
            && self.open[function as usize] == 0
        {
            self.totals[function as usize] += self.clock - began;
        }
        while !self.stack.is_empty() {
            self.pop();
        }
        self.pending = 0;
        self.nest = None;
        self.last = None;
        Ok(())
    }

    /// Inclusive fuel by defined function number.
    pub(crate) fn into_totals(self) -> Vec<u128> {
        self.totals
    }
}

/// What an invocation spent after its last path event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tail {
    /// The fuel, without that of site events.
    pub(crate) fuel: u128,
    /// Fuel of a nest that was entered, and may not have been run.
    pub(crate) undone: u128,
    /// The function, if it was in an activation that no event has shown yet.
    pub(crate) new_activation_of: Option<u32>,
}

/// Whether `next` is where the activation with the last event `last` goes on.
fn follows(steps: &Steps, last: &Step, next: &Step) -> bool {
    last.function == next.function
        && match last.end {
            End::Arrival { region } | End::Call { region, .. } => region == next.region,
            End::Left { nest } => steps.exits(last.function, nest).contains(&next.region),
            End::TailCall { .. } | End::Return | End::Throw { .. } | End::Trap { .. } => false,
        }
}

/// Whether an exception that reached the end of `last` comes to the `try_table` of `function` that
/// spans `body`.
pub(crate) fn may_catch(last: &Step, function: u32, body: &std::ops::Range<u32>) -> bool {
    let thrower = match last.end {
        End::Call { operator, .. } | End::Throw { operator } => Some(operator),
        End::Arrival { .. }
        | End::Left { .. }
        | End::TailCall { .. }
        | End::Return
        | End::Trap { .. } => None,
    };
    last.function == function && thrower.is_some_and(|operator| body.contains(&operator))
}

#[cfg(test)]
mod tests {
    use super::*;

    const F: u32 = 0;
    const G: u32 = 1;

    fn step(function: u32, region: u32, fuel: u64, begin: Begin, end: End) -> Step {
        Step { function, region, fuel, begin, end }
    }

    /// `f` enters and calls, `f` goes on after it and returns; `g` enters and returns, `g` enters
    /// and throws; `f` catches what its call lets through, and returns; `g` enters and calls, `g`
    /// goes on after that and returns, `g` enters and tail-calls.
    fn steps() -> Steps {
        let call = |region| End::Call { operator: 5, region };
        Steps::of(vec![
            step(F, 0, 1, Begin::Entry, call(1)),
            step(F, 1, 10, Begin::Onward, End::Return),
            step(G, 0, 100, Begin::Entry, End::Return),
            step(G, 0, 200, Begin::Entry, End::Throw { operator: 3 }),
            step(F, 2, 20, Begin::Landing(4..6), End::Return),
            step(G, 0, 300, Begin::Entry, call(1)),
            step(G, 1, 30, Begin::Onward, End::Return),
            step(G, 0, 400, Begin::Entry, End::TailCall { operator: 9 }),
        ])
    }

    const F_CALLS: u32 = 0;
    const F_RETURNS: u32 = 1;
    const G_RETURNS: u32 = 2;
    const G_THROWS: u32 = 3;
    const F_CATCHES: u32 = 4;
    const G_CALLS: u32 = 5;
    const G_RESUMES: u32 = 6;
    const G_TAIL_CALLS: u32 = 7;

    fn totals(events: &[u32]) -> Result<Vec<u128>, Misfit> {
        let steps = steps();
        let mut activations = Activations::new(&steps, 2);
        for &event in events {
            activations.path(event)?;
        }
        activations.end_invocation(None)?;
        Ok(activations.into_totals())
    }

    #[test]
    fn callees_count_for_their_callers() {
        assert_eq!(totals(&[F_CALLS, G_RETURNS, F_RETURNS]), Ok(vec![111, 100]));
    }

    #[test]
    fn recursion_counts_once() {
        let events = [F_CALLS, F_CALLS, G_RETURNS, F_RETURNS, F_RETURNS];
        assert_eq!(totals(&events), Ok(vec![122, 100]));
    }

    #[test]
    fn activations_that_are_open_at_the_end_count() {
        assert_eq!(totals(&[F_CALLS, G_CALLS, F_CALLS]), Ok(vec![302, 301]));
    }

    #[test]
    fn a_caught_exception_ends_the_activations_above() {
        let events = [F_CALLS, G_CALLS, G_THROWS, F_CATCHES];
        assert_eq!(totals(&events), Ok(vec![521, 500]));
    }

    #[test]
    fn an_exception_that_the_host_catches_ends_the_activations_above() {
        let events = [F_CALLS, G_CALLS, G_THROWS, F_RETURNS];
        assert_eq!(totals(&events), Ok(vec![511, 500]));
        // The host calls on before it returns to the first activation.
        let events = [F_CALLS, G_THROWS, F_CALLS, F_RETURNS, F_RETURNS];
        assert_eq!(totals(&events), Ok(vec![222, 200]));
    }

    #[test]
    fn a_tail_call_ends_the_caller() {
        let events = [F_CALLS, G_TAIL_CALLS, F_CALLS, F_RETURNS, F_RETURNS];
        assert_eq!(totals(&events), Ok(vec![422, 400]));
    }

    #[test]
    fn sites_belong_to_the_activation_of_the_next_path() {
        let steps = steps();
        let mut activations = Activations::new(&steps, 2);
        activations.path(F_CALLS).expect("fits");
        activations.site(1000).expect("fits");
        activations.path(G_RETURNS).expect("fits");
        activations.site(5000).expect("fits");
        activations.path(F_RETURNS).expect("fits");
        activations.end_invocation(None).expect("fits");
        assert_eq!(activations.into_totals(), [6111, 1100]);
    }

    #[test]
    fn the_tail_of_a_trap_counts_for_all_open_activations() {
        let steps = steps();
        let mut activations = Activations::new(&steps, 2);
        activations.path(F_CALLS).expect("fits");
        let tail = Tail { fuel: 7, undone: 0, new_activation_of: Some(G) };
        activations.end_invocation(Some(tail)).expect("fits");
        assert_eq!(activations.into_totals(), [8, 7]);
    }

    #[test]
    fn what_follows_from_no_activation_is_refused() {
        for events in [
            &[F_RETURNS][..],
            &[F_CALLS, F_RETURNS, F_RETURNS],
            &[F_CALLS, G_RESUMES],
            &[F_CATCHES],
            &[G_THROWS, F_CATCHES],
            &[G_TAIL_CALLS, G_RESUMES],
        ] {
            assert_eq!(totals(events), Err(Misfit::NoActivation), "{events:?}");
        }
    }
}
