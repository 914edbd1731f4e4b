//! Counted nests: from what their events count to how often each block ran.
//!
//! The counters of such a nest, added up over any number of its events, tell how often each of its blocks
//! ran ([`slicer::counted`]). From here on a block is an event of its own: the nest's id with the number
//! of the block as payload. So everything behind has distinct events with counts, whatever recorded
//! them; entering the nest, which costs nothing, is the event without payload.
//!
//! A trap within a counted nest leaves the counters as they were when it struck. Where it struck tells
//! which blocks are to be taken back: see [`Cut`].

use std::collections::HashMap;

use formats::events::{Event, Payload};
use formats::plan::{EventLayout, Plan};
use formats::trace::{EventCounter, Histogram, HistogramEntry, OutcomeKind, Trace};
use slicer::counted::{Counted, Runs};

use crate::Error;
use crate::streams::{Item, Streams};
use crate::tail::{Place, TailPricer};
use crate::walk::place_of;

/// A trap within a counted nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The nest's event.
    pub(crate) id: u32,
    /// First block of the line of blocks that was cut short: see [`slicer::prefix::counted_line`].
    block: u32,
}

/// The cut that a trap at `place` makes, if it lies in a counted nest.
pub(crate) fn cut_at(plan: &Plan, place: Place) -> Option<Cut> {
    let function = &plan.functions[place.function as usize];
    let (nest, block) = slicer::prefix::counted_line(function, place.operator?)?;
    Some(Cut { id: function.nests[nest as usize].event, block })
}

/// The counted nests of a plan, and the traps within them.
pub(crate) struct CountedNests {
    first_id: u32,
    /// In the order of their ids.
    nests: Vec<Counted>,
    /// By the segment that holds the event of the nest that was cut short.
    cuts: HashMap<usize, Vec<Cut>>,
}

impl CountedNests {
    /// Those of `plan`.
    ///
    /// # Errors
    ///
    /// [`Error::Module`] when counters don't tell how often each block ran.
    pub(crate) fn of(plan: &Plan) -> Result<CountedNests, Error> {
        let mut nests = Vec::new();
        for function in &plan.functions {
            for (nest, found) in (0..).zip(&function.nests).filter(|(_, nest)| nest.is_counted()) {
                let counted = Counted::of(function, nest).map_err(Error::Module)?;
                nests.push((found.event, counted));
            }
        }
        nests.sort_unstable_by_key(|(event, _)| *event);
        let nests = nests.into_iter().map(|(_, counted)| counted).collect();
        Ok(CountedNests { first_id: plan.layout().first_counted(), nests, cuts: HashMap::new() })
    }

    /// Those of the trace that `streams` are of, with what its traps cut short.
    ///
    /// # Errors
    ///
    /// As [`CountedNests::of`].
    pub(crate) fn of_trace(
        trace: &Trace,
        streams: &Streams,
        pricer: &TailPricer<'_>,
    ) -> Result<CountedNests, Error> {
        let mut nests = CountedNests::of(pricer.plan)?;
        for items in streams.items() {
            let mut last = None;
            for &item in items {
                match item {
                    Item::Segment(segment) => last = Some(segment),
                    Item::Outcome(ended) => {
                        let entry = &trace.outcomes()[ended];
                        let segment = last.take().filter(|&segment| {
                            !lost_behind(trace, entry.stream, segment, entry.segments_before)
                        });
                        let trapped = entry.outcome.kind == OutcomeKind::Trap;
                        let place = place_of(&entry.outcome, pricer).filter(|_| trapped);
                        let cut = place.and_then(|place| cut_at(pricer.plan, place));
                        if let (Some(segment), Some(cut)) = (segment, cut) {
                            nests.cuts.entry(segment).or_default().push(cut);
                        }
                    }
                }
            }
        }
        Ok(nests)
    }

    /// What traps cut short whose nest's event lies in the segment with this index.
    pub(crate) fn cuts_in(&self, segment: usize) -> &[Cut] {
        self.cuts.get(&segment).map_or(&[], Vec::as_slice)
    }

    /// `histogram` with the blocks of counted nests for what those counted, less what `cuts` cut short.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`] when a block ran more often than 64 bits can count: no program did that.
    pub(crate) fn in_blocks(&self, histogram: Histogram, cuts: &[Cut]) -> Result<Histogram, Error> {
        let is_bare = |entry: &HistogramEntry| entry.event.id < self.first_id;
        if histogram.entries().last().is_none_or(is_bare) {
            return Ok(histogram);
        }
        let mut entries = Vec::new();
        for entry in histogram.into_entries() {
            let Some(nest) = self.nest(entry.event.id) else {
                entries.push(entry);
                continue;
            };
            let mut runs = nest.runs(entry.count, entry.counters());
            for cut in cuts.iter().filter(|cut| cut.id == entry.event.id) {
                add(&mut runs, &nest.cut_short(cut.block));
            }
            let id = entry.event.id;
            let entered = Event { id, payload: Payload::new() };
            entries.push(HistogramEntry { event: entered, count: entry.count });
            // Less than nothing is only what the events of a nest say that was cut short where
            // nobody knows.
            for (block, times) in runs.into_iter().filter(|(_, times)| *times > 0) {
                let count = u64::try_from(times).map_err(|_| Error::Overflow)?;
                entries.push(HistogramEntry { event: block_event(id, block), count });
            }
        }
        Histogram::from_entries(entries).map_err(|_| Error::Overflow)
    }

    /// `event` alone, a counted nest with its blocks.
    ///
    /// # Errors
    ///
    /// As [`CountedNests::in_blocks`], and when the event isn't one of the plan with this `layout`.
    pub(crate) fn once(&self, event: &Event, layout: EventLayout) -> Result<Histogram, Error> {
        let words: Vec<u32> = [event.id].into_iter().chain(event.payload.iter().copied()).collect();
        let mut counter = EventCounter::new(layout);
        counter.count(&words).map_err(|_| Error::Overflow)?;
        self.in_blocks(counter.take(), &[])
    }

    /// What entering the nest with the event `id`, and then each of its counters, costs, when its blocks
    /// cost what `price` says.
    pub(crate) fn weights(&self, id: u32, price: impl Fn(u32) -> i128) -> Vec<i128> {
        self.nest(id).map_or(Vec::new(), |nest| nest.weights(price))
    }

    /// The blocks' runs that have to be added to those of a nest that `cut` cut short.
    pub(crate) fn cut_short(&self, cut: Cut) -> Runs {
        self.nest(cut.id).map_or(Runs::new(), |nest| nest.cut_short(cut.block))
    }

    fn nest(&self, id: u32) -> Option<&Counted> {
        self.nests.get(id.checked_sub(self.first_id)? as usize)
    }
}

/// The event of one run of a block of the counted nest with the event `id`.
pub(crate) fn block_event(id: u32, block: u32) -> Event {
    Event { id, payload: Payload::from_slice(&[block]) }
}

/// Whether events of `stream` are missing between a segment and what comes before the segment `end`.
fn lost_behind(trace: &Trace, stream: u32, segment: usize, end: u32) -> bool {
    let behind = segment as u32 + 1..=end;
    trace.drops().iter().any(|drop| drop.stream == stream && behind.contains(&drop.segments_before))
}

/// Adds to the runs of some blocks, given in ascending order, as all runs are.
fn add(runs: &mut Runs, more: &Runs) {
    for &(block, times) in more {
        if let Ok(place) = runs.binary_search_by_key(&block, |(block, _)| *block) {
            runs[place].1 += times;
        }
    }
}
