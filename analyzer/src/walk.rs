//! The one pass that sees the events in order: calls, inclusive fuel, and the tails of traps.
//!
//! Takes the trace and the costs of its distinct events. Streams are independent; they are joined
//! one after the other, while their segments are read and walked ahead, in parallel.

use formats::events::{Event, Events};
use formats::plan::FunctionPlan;
use formats::trace::{Outcome, OutcomeKind, SegmentData, Trace};
use rayon::prelude::*;

use crate::Error;
use crate::analysis::Case;
use crate::calls::{Calls, Partial, Tail, Walker};
use crate::counted::{CountedNests, Cut, cut_at};
use crate::limits::ORDERED_BATCH_BYTES;
use crate::meter::Meter;
use crate::steps::{Found, Steps};
use crate::streams::{Item, Streams};
use crate::tail::{Place, Situation, TailFuel, TailPricer};
use crate::tree::CallTree;

/// A trap that struck in the middle of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrapTail {
    /// Defined function number, if it is known.
    pub(crate) function: Option<u32>,
    /// Whether it is known which operator it was.
    pub(crate) is_placed: bool,
    /// What it spent since its last event.
    pub(crate) fuel: TailFuel,
    /// Whether it may have struck in a nest.
    pub(crate) may_be_in_nest: bool,
    /// The nest that it may have struck in, if its branches are computed or nobody knows where it is counted:
    /// its event was counted in full.
    pub(crate) unfinished: Option<Event>,
    /// What it cut short of a counted nest.
    pub(crate) cut: Option<Cut>,
    /// What the events may say too much, where nobody knows which counted nest was cut short.
    pub(crate) surplus: u64,
}

impl TrapTail {
    /// One of which no function is known.
    fn anywhere(fuel: TailFuel) -> TrapTail {
        TrapTail {
            function: None,
            is_placed: false,
            fuel,
            may_be_in_nest: true,
            unfinished: None,
            cut: None,
            surplus: 0,
        }
    }
}

/// What the ordered pass finds.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Inclusive fuel by defined function number.
    pub(crate) totals: Vec<u128>,
    /// The tails of all traps.
    pub(crate) tails: Vec<TrapTail>,
    /// Every chain of calls.
    pub(crate) tree: CallTree,
}

/// An item and, if it is a segment, the calls in it.
type Walked = (Item, Result<Partial, Error>);

/// What the pass works with.
pub(crate) struct Order<'a> {
    pub(crate) trace: &'a Trace,
    pub(crate) steps: &'a Steps,
    pub(crate) pricer: TailPricer<'a>,
    pub(crate) nests: &'a CountedNests,
    pub(crate) meter: Option<&'a Meter>,
}

impl Order<'_> {
    /// Walks all streams.
    ///
    /// # Errors
    ///
    /// At the first segment that can't be read or whose events can't be in this order.
    pub(crate) fn walk(&self, streams: &Streams) -> Result<Walk, Error> {
        let plan = self.pricer.plan;
        let mut tails = Vec::new();
        let mut calls = Calls::new(self.steps, plan.functions.len());
        if let Some(meter) = self.meter {
            meter.expect(self.trace.segments().len());
        }
        for items in streams.items() {
            self.walk_stream(items, &mut calls, &mut tails)?;
        }
        let (totals, tree) = calls.finish(plan.imported_functions);
        Ok(Walk { totals, tails, tree })
    }

    fn walk_stream(
        &self,
        items: &[Item],
        calls: &mut Calls<'_>,
        tails: &mut Vec<TrapTail>,
    ) -> Result<(), Error> {
        let (mut batch, mut rest) = self.walk_batch(items);
        while !batch.is_empty() {
            let (joined, walked) =
                rayon::join(|| self.join_batch(batch, calls, tails), || self.walk_batch(rest));
            joined?;
            (batch, rest) = walked;
        }
        self.end_stream(calls, tails)
    }

    fn join_batch(
        &self,
        batch: Vec<Walked>,
        calls: &mut Calls<'_>,
        tails: &mut Vec<TrapTail>,
    ) -> Result<(), Error> {
        for (item, partial) in batch {
            match item {
                Item::Segment(segment) => calls.add(partial?).map_err(|found| Error::Order {
                    segment,
                    offset: self.trace.segments()[segment].offset,
                    event: found.event,
                    misfit: found.misfit,
                })?,
                Item::Outcome(index) => {
                    let outcome = &self.trace.outcomes()[index].outcome;
                    self.end_invocation(outcome, calls, tails)?;
                }
            }
        }
        Ok(())
    }

    /// Walks the first of `items`; gives them and the other items.
    fn walk_batch<'i>(&self, items: &'i [Item]) -> (Vec<Walked>, &'i [Item]) {
        if items.is_empty() {
            return (Vec::new(), items);
        }
        let (batch, rest) = items.split_at(self.batch_length(items));
        let walker = || Walker::new(self.steps, self.pricer.plan.functions.len());
        let walk = |walker: &mut Walker<'_>, &item: &Item| match item {
            Item::Segment(segment) => (item, self.walk_segment(segment, walker)),
            Item::Outcome(_) => (item, Ok(Partial::default())),
        };
        (batch.par_iter().map_init(walker, walk).collect(), rest)
    }

    /// Number of items, at least one, whose segments are small enough to be walked together.
    fn batch_length(&self, items: &[Item]) -> usize {
        let mut bytes = 0;
        let more = items.iter().take_while(|&&item| {
            if let Item::Segment(index) = item {
                bytes += u64::from(self.trace.segments()[index].raw_bytes);
            }
            bytes <= ORDERED_BATCH_BYTES
        });
        more.count().max(1)
    }

    fn walk_segment(&self, segment: usize, walker: &mut Walker<'_>) -> Result<Partial, Error> {
        let SegmentData::Events(words) = self.trace.read_segment(segment)? else {
            return Ok(Partial::default());
        };
        let layout = self.pricer.plan.layout();
        let offset = self.trace.segments()[segment].offset;
        let mut walk = || {
            for (number, event) in Events::new(&words, layout).enumerate() {
                let event = event.map_err(|source| Error::Events { segment, offset, source })?;
                walker.take(event).map_err(|misfit| Error::Order {
                    segment,
                    offset,
                    event: number as u64,
                    misfit,
                })?;
            }
            Ok(())
        };
        let walked = walk();
        if let Some(meter) = self.meter {
            meter.advance(1);
        }
        let partial = walker.finish();
        walked.map(|()| partial)
    }

    fn end_invocation(
        &self,
        outcome: &Outcome,
        calls: &mut Calls<'_>,
        tails: &mut Vec<TrapTail>,
    ) -> Result<(), Error> {
        let situation =
            Situation { steps: self.steps, last: calls.last(), open: calls.open_steps().collect() };
        let found = trap_tail(outcome, &self.pricer, Some(&situation))?;
        drop(situation);
        let unfinished = match &found {
            Some(tail) if tail.may_be_in_nest && !tail.is_placed => calls.open_nest().cloned(),
            Some(tail) if tail.may_be_in_nest => self.open_nest(calls).cloned(),
            _ => None,
        };
        let (more, less) = self.cut_short(found.as_ref().and_then(|tail| tail.cut), calls);
        let tail = found.as_ref().map_or(Tail::default(), |tail| Tail {
            fuel: u128::from(tail.fuel.low) + more,
            undone: self.fuel_of_nest(unfinished.as_ref()) + less,
            new_activation_of: tail.function.filter(|_| tail.fuel.region == Some(0)),
            silent: tail.fuel.silent.clone(),
        });
        tails.extend(found.map(|tail| TrapTail { unfinished, ..tail }));
        calls.end_invocation(tail).map_err(|_| Error::Overflow)
    }

    /// The nest that was entered last and may not have been run to its end, if it isn't counted.
    fn open_nest<'c>(&self, calls: &'c Calls<'_>) -> Option<&'c Event> {
        calls.open_nest().filter(|nest| nest.id < self.pricer.plan.layout().first_counted())
    }

    /// How much more, or less, a counted nest cost that was cut short than what its event was taken for.
    fn cut_short(&self, cut: Option<Cut>, calls: &Calls<'_>) -> (u128, u128) {
        let open = calls.open_nest().filter(|nest| cut.is_some_and(|cut| cut.id == nest.id));
        let counted = open.and_then(|nest| self.steps.counted_fuel(nest.as_ref()));
        let (Some(cut), Some(counted)) = (cut, counted) else { return (0, 0) };
        let fuel = counted.saturating_add(self.steps.cut_fuel(self.nests, cut)).max(0);
        let taken_for = counted.max(0);
        ((fuel - taken_for).max(0).unsigned_abs(), (taken_for - fuel).max(0).unsigned_abs())
    }

    fn fuel_of_nest(&self, nest: Option<&Event>) -> u128 {
        match nest.and_then(|nest| self.steps.find(nest.as_ref())) {
            Some(Found::Nest { fuel, .. }) => fuel,
            _ => 0,
        }
    }

    /// Ends a stream whose last invocation has no outcome: the trace may end before the program
    /// did. A nest that was being run then counts for nothing.
    fn end_stream(&self, calls: &mut Calls<'_>, tails: &mut Vec<TrapTail>) -> Result<(), Error> {
        let unfinished = self.open_nest(calls).cloned();
        let undone = self.fuel_of_nest(unfinished.as_ref());
        if unfinished.is_some() {
            let fuel = TailFuel::default();
            tails.push(TrapTail { unfinished, ..TrapTail::anywhere(fuel) });
        }
        let tail = Tail { undone, ..Tail::default() };
        calls.end_invocation(tail).map_err(|_| Error::Overflow)
    }
}

/// The tails of all traps where the events are not in order, or not walked. `dearest_nest` gives the
/// dearest event of a nest, of the given function if any.
///
/// # Errors
///
/// [`Error::Module`] when the plan doesn't fit the module.
pub(crate) fn unordered_tails(
    case: &Case<'_>,
    dearest_nest: impl Fn(Option<u32>) -> Option<Event>,
) -> Result<Vec<TrapTail>, Error> {
    let outcomes = case.trace.outcomes().iter();
    let tails = outcomes.map(|entry| {
        let Some(tail) = trap_tail(&entry.outcome, &case.pricer, None)? else { return Ok(None) };
        let surplus = match tail.is_placed {
            true => 0,
            false => case.pricer.most_miscounted(tail.function).map_err(Error::Module)?,
        };
        Ok(Some(match tail.may_be_in_nest {
            true => TrapTail { unfinished: dearest_nest(tail.function), surplus, ..tail },
            false => tail,
        }))
    });
    let tails: Result<Vec<TrapTail>, Error> = tails.filter_map(Result::transpose).collect();
    let mut tails = tails?;
    // The trace may end before the program did, in the middle of a nest.
    let computed = |function: &FunctionPlan| function.nests.iter().any(|nest| !nest.is_counted());
    if case.plan.functions.iter().any(computed) {
        let open = case.streams.open().count();
        let fuel = TailFuel::default();
        let unfinished = dearest_nest(None);
        let tail = TrapTail { unfinished, ..TrapTail::anywhere(fuel) };
        tails.extend(std::iter::repeat_n(tail, open));
    }
    Ok(tails)
}

/// The tail of an invocation that ended with `outcome`; `None` when it has none.
fn trap_tail(
    outcome: &Outcome,
    pricer: &TailPricer<'_>,
    situation: Option<&Situation<'_>>,
) -> Result<Option<TrapTail>, Error> {
    let place = place_of(outcome, pricer);
    // The callee hasn't begun; and there is an event before every call that is not silent.
    let is_told =
        outcome.stack_overflow && !place.is_some_and(|place| pricer.calls_silently(place));
    if outcome.kind != OutcomeKind::Trap || is_told {
        return Ok(None);
    }
    if let Some(place) = place
        && let Some(fuel) = pricer.price(place, situation).map_err(Error::Module)?
    {
        return Ok(Some(TrapTail {
            function: Some(place.function),
            is_placed: place.operator.is_some(),
            fuel,
            may_be_in_nest: pricer.is_in_nest(place),
            unfinished: None,
            cut: cut_at(pricer.plan, place),
            surplus: 0,
        }));
    }
    // The place is not known, or can't be reached: any path of the program may have been running.
    let high = pricer.dearest_path().map_err(Error::Module)?;
    let fuel = TailFuel { high, ..TailFuel::default() };
    Ok(Some(TrapTail::anywhere(fuel)))
}

/// Where an invocation trapped that ended with `outcome`; `None` when that is not known.
pub(crate) fn place_of(outcome: &Outcome, pricer: &TailPricer<'_>) -> Option<Place> {
    let operator = outcome.location.map(|location| location.operator);
    let function = outcome.location.map_or(outcome.function, |location| Some(location.function))?;
    let function = function.checked_sub(pricer.plan.imported_functions)?;
    let body = pricer.plan.functions.get(function as usize)?;
    let in_body = operator.is_none_or(|operator| operator < body.operators);
    in_body.then_some(Place { function, operator, out_of_bounds: outcome.out_of_bounds })
}
