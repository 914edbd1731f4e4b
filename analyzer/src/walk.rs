//! The one pass that sees the events in order: inclusive fuel, and the tails of traps.
//!
//! Takes the trace and the costs of its distinct events. Streams are independent; they are walked
//! one after the other, while their segments are read and decoded ahead, in parallel.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use formats::events::{Event, Events};
use formats::trace::{Outcome, OutcomeKind, SegmentData, Trace};
use rayon::prelude::*;

use crate::Error;
use crate::activations::{Activations, Tail};
use crate::error::Misfit;
use crate::limits::ORDERED_BATCH_BYTES;
use crate::steps::Steps;
use crate::streams::Item;
use crate::tail::{Place, Situation, TailFuel, TailPricer};

/// A trap that struck in the middle of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrapTail {
    /// Defined function number, if it is known.
    pub(crate) function: Option<u32>,
    /// What it spent since its last event.
    pub(crate) fuel: TailFuel,
}

/// What the ordered pass finds.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Inclusive fuel by defined function number.
    pub(crate) totals: Vec<u128>,
    /// The tails of all traps.
    pub(crate) tails: Vec<TrapTail>,
}

/// An item and, if it is a segment, what it holds.
type Decoded = (Item, Result<Option<SegmentData>, Error>);

/// What the pass works with.
pub(crate) struct Walker<'a> {
    pub(crate) trace: &'a Trace,
    pub(crate) steps: &'a Steps,
    /// Fuel of each distinct site event.
    pub(crate) sites: &'a HashMap<Event, u128, RandomState>,
    pub(crate) pricer: TailPricer<'a>,
}

impl Walker<'_> {
    /// Walks all streams.
    ///
    /// # Errors
    ///
    /// At the first segment that can't be read or whose events can't be in this order.
    pub(crate) fn walk(&self, streams: &BTreeMap<u32, Vec<Item>>) -> Result<Walk, Error> {
        let mut walk = Walk::default();
        let mut activations = Activations::new(self.steps, self.pricer.plan.functions.len());
        for items in streams.values() {
            self.walk_stream(items, &mut activations, &mut walk.tails)?;
        }
        walk.totals = activations.into_totals();
        Ok(walk)
    }

    fn walk_stream(
        &self,
        items: &[Item],
        activations: &mut Activations<'_>,
        tails: &mut Vec<TrapTail>,
    ) -> Result<(), Error> {
        let (mut batch, mut rest) = self.decode_batch(items);
        while !batch.is_empty() {
            let (walked, decoded) = rayon::join(
                || self.walk_batch(batch, activations, tails),
                || self.decode_batch(rest),
            );
            walked?;
            (batch, rest) = decoded;
        }
        // The trace may end before the program did.
        activations.end_invocation(None).map_err(|_| Error::Overflow)
    }

    fn walk_batch(
        &self,
        batch: Vec<Decoded>,
        activations: &mut Activations<'_>,
        tails: &mut Vec<TrapTail>,
    ) -> Result<(), Error> {
        for (item, data) in batch {
            match (item, data?) {
                (Item::Segment(segment), Some(SegmentData::Events(words))) => {
                    self.walk_segment(segment, &words, activations)?;
                }
                (Item::Segment(_), _) => {}
                (Item::Outcome(index), _) => {
                    let outcome = &self.trace.outcomes()[index].outcome;
                    self.end_invocation(outcome, activations, tails)?;
                }
            }
        }
        Ok(())
    }

    /// Decodes the first of `items`; gives them and the other items.
    fn decode_batch<'i>(&self, items: &'i [Item]) -> (Vec<Decoded>, &'i [Item]) {
        if items.is_empty() {
            return (Vec::new(), items);
        }
        let (batch, rest) = items.split_at(self.batch_length(items));
        (batch.par_iter().map(|&item| (item, self.decode(item))).collect(), rest)
    }

    /// Number of items, at least one, whose segments are small enough to be decoded together.
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

    fn decode(&self, item: Item) -> Result<Option<SegmentData>, Error> {
        match item {
            Item::Segment(index) => Ok(Some(self.trace.read_segment(index)?)),
            Item::Outcome(_) => Ok(None),
        }
    }

    fn walk_segment(
        &self,
        segment: usize,
        words: &[u32],
        activations: &mut Activations<'_>,
    ) -> Result<(), Error> {
        let layout = self.pricer.plan.layout();
        let offset = self.trace.segments()[segment].offset;
        for (number, event) in Events::new(words, layout).enumerate() {
            let event = event.map_err(|source| Error::Events { segment, offset, source })?;
            self.take(event, activations).map_err(|misfit| Error::Order {
                segment,
                offset,
                event: number as u64,
                misfit,
            })?;
        }
        Ok(())
    }

    #[inline]
    fn take(&self, event: Event, activations: &mut Activations<'_>) -> Result<(), Misfit> {
        if event.id < self.pricer.plan.path_events {
            let index = self.steps.index_of(event.id).ok_or(Misfit::NoActivation)?;
            activations.path(index)
        } else {
            activations.site(self.sites.get(&event).copied().unwrap_or(0))
        }
    }

    fn end_invocation(
        &self,
        outcome: &Outcome,
        activations: &mut Activations<'_>,
        tails: &mut Vec<TrapTail>,
    ) -> Result<(), Error> {
        let situation =
            Situation { last: activations.last(), open: activations.open_steps().collect() };
        let found = trap_tail(outcome, &self.pricer, Some(&situation))?;
        drop(situation);
        let tail = found.map(|tail| Tail {
            fuel: u128::from(tail.fuel.low),
            new_activation_of: tail.function.filter(|_| tail.fuel.region == Some(0)),
        });
        tails.extend(found);
        activations.end_invocation(tail).map_err(|_| Error::Overflow)
    }
}

/// The tails of all traps of a trace whose events are not in order.
///
/// # Errors
///
/// [`Error::Module`] when the plan doesn't fit the module.
pub(crate) fn unordered_tails(
    trace: &Trace,
    pricer: &TailPricer<'_>,
) -> Result<Vec<TrapTail>, Error> {
    let outcomes = trace.outcomes().iter();
    let tails = outcomes.map(|entry| trap_tail(&entry.outcome, pricer, None));
    tails.filter_map(Result::transpose).collect()
}

/// The tail of an invocation that ended with `outcome`; `None` when it has none.
fn trap_tail(
    outcome: &Outcome,
    pricer: &TailPricer<'_>,
    situation: Option<&Situation<'_>>,
) -> Result<Option<TrapTail>, Error> {
    if outcome.kind != OutcomeKind::Trap || outcome.stack_overflow {
        return Ok(None);
    }
    if let Some(place) = place_of(outcome, pricer)
        && let Some(fuel) = pricer.price(place, situation).map_err(Error::Module)?
    {
        return Ok(Some(TrapTail { function: Some(place.function), fuel }));
    }
    // The place is not known, or can't be reached: any path of the program may have been running.
    let high = pricer.dearest_path().map_err(Error::Module)?;
    Ok(Some(TrapTail { function: None, fuel: TailFuel { low: 0, high, region: None } }))
}

fn place_of(outcome: &Outcome, pricer: &TailPricer<'_>) -> Option<Place> {
    let location = outcome.location?;
    let function = location.function.checked_sub(pricer.plan.imported_functions)?;
    let body = pricer.plan.functions.get(function as usize)?;
    let in_body = location.operator < body.operators;
    in_body.then_some(Place {
        function,
        operator: location.operator,
        out_of_bounds: outcome.out_of_bounds,
    })
}
