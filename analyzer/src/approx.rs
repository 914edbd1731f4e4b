//! An estimate of the total and of the profile, from a sample of the segments.
//!
//! The units of [`crate::estimate`] are the segments, and what was dropped between them. What the index
//! tells of a segment (events, times, bytes) is known without reading it; those that are drawn are
//! read by their histograms where they have one, and their events priced.
//!
//! The last segment before a trap is always read, drawn or not: the trap may have cut a loop nest short
//! that its last events tell of.

use std::collections::{BTreeMap, BTreeSet};

use formats::report::{Fuel, Range, SampleReport};
use formats::trace::{
    DropEntry, FRAME_HEAD_BYTES, Histogram, Kept, OutcomeKind, SegmentEntry, Trace,
};

use crate::analysis::{Case, Findings, Stats, tail_notes};
use crate::bounds::{self, Bounds};
use crate::error::Error;
use crate::estimate::{self, Access, Cost, Estimate, Goal, Interval, Part, Unit};
use crate::rows::{self, Figure};
use crate::streams::Item;
use crate::table::Table;
use crate::tally::Damage;
use crate::walk::{TrapTail, unordered_tails};
use crate::{completeness, exact, tally};

/// Estimates the total and the profile; where that takes reading too much, they are exact.
///
/// # Errors
///
/// When the goal is impossible or the trace can't be priced. What can't be read widens the interval.
pub(crate) fn price(case: &Case<'_>, goal: &Goal) -> Result<Findings, Error> {
    let is_all_there = completeness::gaps_of(case.trace, case.streams).is_empty()
        && completeness::sample_error(case.trace).is_none();
    if goal.precision == 0.0 && is_all_there {
        return exact::price(case);
    }
    let one = bounds::of_event(case.pricer.module, case.plan, case.pricer.model)
        .map_err(Error::Module)?;
    let units = units(case.trace, one);
    let mut reader = Reader::new(case);
    reader.learn_ends()?;
    let part = Goal { only_a_part: is_all_there, ..*goal };
    let mut found = estimate::estimate(&units, &part, |batch| reader.price(batch));
    let is_exact = matches!(&found, Ok(found) if found.exact && is_all_there);
    if is_exact || matches!(found, Err(estimate::Error::TooMuch)) {
        match exact::price(case) {
            Err(error) if error.is_damage() => {
                reader.damage.clear();
                found = estimate::estimate(&units, goal, |batch| reader.price(batch));
            }
            exact => return exact,
        }
    }
    let found = found.map_err(goal_error)?;
    let tails = reader.tails()?;
    Ok(report(case, goal, &found, &tails, &reader))
}

fn goal_error(error: estimate::Error<Error>) -> Error {
    match error {
        estimate::Error::Price(error) => error,
        estimate::Error::Overflow => Error::Overflow,
        other => Error::Goal(other.to_string()),
    }
}

/// What there is to be read, and what is missing.
fn units(trace: &Trace, one: Bounds) -> Vec<Unit> {
    let segments = trace.segments().iter().map(|entry| {
        let Bounds { least, most } = one.times(entry.info.events);
        let access = match entry.kept {
            Kept::Nothing => Access::Unkept,
            Kept::Events | Kept::Counts => Access::Readable,
        };
        Unit {
            stream: entry.info.stream,
            events: entry.info.events,
            nanoseconds: entry.info.end_ns - entry.info.start_ns,
            bytes: bytes_to_read(entry),
            access,
            least,
            most,
        }
    });
    let dropped = trace.drops().iter().map(|entry| {
        let events = dropped_events(trace, entry);
        // Where not even the number of events is certain, every word may be one, or none.
        let Bounds { most, .. } = one.times(entry.events.max(entry.bytes / WORD_BYTES));
        let Bounds { least, .. } = one.times(entry.events);
        let access = Access::Lost;
        Unit { stream: entry.stream, events, access, least, most, ..Unit::default() }
    });
    segments.chain(dropped).collect()
}

/// Bytes of a word in a segment.
const WORD_BYTES: u64 = formats::ring::WORD_BYTES as u64;

/// How many events were dropped; where only their bytes are known, as many as elsewhere in the trace
/// for so many bytes.
fn dropped_events(trace: &Trace, entry: &DropEntry) -> u64 {
    if entry.events > 0 {
        return entry.events;
    }
    let ordered = trace.segments().iter().filter(|segment| segment.kept == Kept::Events);
    let (events, bytes) = ordered.fold((0_u128, 0_u128), |(events, bytes), segment| {
        (events + u128::from(segment.info.events), bytes + u128::from(segment.raw_bytes))
    });
    match bytes {
        0 => entry.bytes / WORD_BYTES,
        _ => (u128::from(entry.bytes) * events / bytes).max(1) as u64,
    }
}

/// Bytes of the file that are read to count the events of a segment.
pub(crate) fn bytes_to_read(entry: &SegmentEntry) -> u64 {
    let stored = entry.tally_bytes.unwrap_or(entry.stored_bytes);
    FRAME_HEAD_BYTES as u64 + u64::from(stored)
}

/// Reads and prices segments.
struct Reader<'a> {
    case: &'a Case<'a>,
    table: Table<'a>,
    /// What could not be read.
    damage: Vec<Damage>,
}

impl<'a> Reader<'a> {
    fn new(case: &'a Case<'a>) -> Self {
        Reader { case, table: Table::new(&case.pricing), damage: Vec::new() }
    }

    /// What each of these segments costs; `None` for those that can't be read.
    fn price(&mut self, segments: &[usize]) -> Result<Vec<Option<Cost>>, Error> {
        let mut costs = Vec::with_capacity(segments.len());
        tally::read_in_batches(self.case.trace, &self.case.counted, segments, |batch| {
            let (mut histograms, mut is_read) = (Vec::new(), Vec::new());
            for found in batch {
                is_read.push(found.is_ok());
                match found {
                    Ok(histogram) => histograms.push(histogram),
                    Err(error) => self.damage.push(Damage { error, is_left_out: true }),
                }
            }
            let mut priced = self.table.costs(&histograms)?.into_iter();
            let cost = |is_read: bool| if is_read { priced.next() } else { None };
            costs.extend(is_read.into_iter().map(cost));
            Ok(())
        })?;
        Ok(costs)
    }

    /// Learns the events before traps, and before the end of a trace that tells no outcome.
    fn learn_ends(&mut self) -> Result<(), Error> {
        let mut last = BTreeSet::new();
        for items in self.case.streams.items() {
            let mut before = None;
            for &item in items {
                match item {
                    Item::Segment(segment) => before = Some(segment),
                    Item::Outcome(ended) => {
                        let outcome = &self.case.trace.outcomes()[ended].outcome;
                        let is_trap = outcome.kind == OutcomeKind::Trap && !outcome.stack_overflow;
                        last.extend(before.take().filter(|_| is_trap));
                    }
                }
            }
            last.extend(before);
        }
        let can_read = |&segment: &usize| self.case.trace.segments()[segment].kept != Kept::Nothing;
        let last: Vec<usize> = last.into_iter().filter(can_read).collect();
        tally::read_in_batches(self.case.trace, &self.case.counted, &last, |batch| {
            // What can't be read is found again by who draws it.
            let read: Vec<Histogram> = batch.into_iter().filter_map(Result::ok).collect();
            self.table.learn(&read)
        })
    }

    fn tails(&self) -> Result<Vec<TrapTail>, Error> {
        let dearest = |function| self.table.dearest_nest(function).map(|nest| nest.event.clone());
        unordered_tails(self.case, dearest)
    }
}

/// What the tails of traps may take from, and add to, a figure that counts their last events in full.
#[derive(Clone, Copy, Default)]
struct Correction {
    /// Of nests that were cut short.
    less: u128,
    /// The least and the most that ran after the last events.
    low: u128,
    high: u128,
}

impl Correction {
    fn add(&mut self, less: u128, low: u128, high: u128) {
        self.less = self.less.saturating_add(less);
        self.low = self.low.saturating_add(low);
        self.high = self.high.saturating_add(high);
    }

    fn low(&self, value: u128) -> u128 {
        value.saturating_sub(self.less).saturating_add(self.low)
    }

    fn high(&self, value: u128) -> u128 {
        value.saturating_add(self.high)
    }
}

/// The corrections of the total and of its parts.
struct Corrections {
    total: Correction,
    parts: BTreeMap<u32, Correction>,
}

impl Corrections {
    fn of(case: &Case<'_>, tails: &[TrapTail], table: &Table<'_>) -> Self {
        let mut found = Corrections { total: Correction::default(), parts: BTreeMap::new() };
        for tail in tails {
            let (low, high) = (u128::from(tail.fuel.low), u128::from(tail.fuel.high));
            let surplus = u128::from(tail.surplus);
            found.total.add(surplus, low, high);
            let in_callees = tail.fuel.silent.iter().map(|silent| u128::from(silent.fuel)).sum();
            found.open(case, tail.function, low.saturating_sub(in_callees), high);
            if let Some(function) = tail.function {
                found.part(case.parts.self_fuel(function)).add(surplus, 0, 0);
            }
            let nest = tail.unfinished.as_ref().and(table.dearest_nest(tail.function));
            let Some(nest) = nest else { continue };
            if nest.is_cut {
                // It was counted as nothing.
                found.total.add(0, 0, nest.fuel);
                found.open(case, tail.function, 0, nest.fuel);
                continue;
            }
            found.total.add(nest.fuel, 0, 0);
            for &(part, amount) in table.amounts(&nest.event) {
                found.part(part).add(amount, 0, 0);
            }
        }
        found
    }

    /// Something ran in `function`, or it isn't known where, that cost between `low` and `high`.
    fn open(&mut self, case: &Case<'_>, function: Option<u32>, low: u128, high: u128) {
        let all = 0..case.plan.functions.len() as u32;
        let possible = function.map_or(all, |function| function..function + 1);
        for number in possible {
            let known = if function.is_some() { low } else { 0 };
            self.part(case.parts.self_fuel(number)).add(0, known, high);
            self.part(case.parts.calls(number)).add(0, 0, u128::from(high > 0));
            for index in 0..case.plan.functions[number as usize].loops.len() as u32 {
                self.part(case.parts.loop_fuel(number, index)).add(0, 0, high);
                self.part(case.parts.iterations(number, index)).add(0, 0, high);
            }
            // Each of them once at most: a path has no cycle.
            for call in &case.plan.functions[number as usize].silent_calls {
                self.part(case.parts.self_fuel(call.callee)).add(0, 0, high);
                self.part(case.parts.calls(call.callee)).add(0, 0, u128::from(high > 0));
            }
        }
    }

    fn part(&mut self, part: u32) -> &mut Correction {
        self.parts.entry(part).or_default()
    }
}

fn report(
    case: &Case<'_>,
    goal: &Goal,
    found: &Estimate,
    tails: &[TrapTail],
    reader: &Reader<'_>,
) -> Findings {
    let corrections = Corrections::of(case, tails, &reader.table);
    let correction = corrections.total;
    let Interval { value, low, high } = found.total;
    let fuel = Fuel {
        total: correction.low(value),
        low: correction.low(low),
        high: correction.high(high),
        confidence: Some(goal.confidence),
    };
    // What the program did after the end of the trace has no bound.
    let ended = case.trace.is_complete() && !case.trace.outcomes().is_empty();
    let off = (fuel.total - fuel.low.min(fuel.total)).max(fuel.high - fuel.total) as f64;
    let met = off <= goal.precision * fuel.total as f64;
    let sample = SampleReport {
        target: goal.precision,
        met,
        seed: goal.seed,
        segments: found.read_units,
        bytes: found.read_bytes,
        least: correction.low(found.least),
        most: Some(correction.high(found.most)).filter(|&most| most < u128::MAX && ended),
    };
    let mut notes = exact::damage_notes(&reader.damage);
    if !met {
        notes.push(format!(
            "the estimate is not as good as ±{} %, though all segments that there are were read",
            (goal.precision * 1e8).round() / 1e6
        ));
    }
    if !ended {
        notes.push("what the program did after the end of the trace is not estimated".to_string());
    }
    notes.extend(tail_notes(tails, case.plan));
    // Calls that no drawn segment had: each event is one at most.
    let events = u128::from(case.trace.events()) + u128::from(case.trace.dropped_events());
    let unseen = Interval { value: 0, low: 0, high: events };
    let rows = rows::rows(case, |part| figure(found, &corrections, unseen, part), None);
    Findings {
        fuel,
        rows,
        notes,
        stats: Stats::default(),
        sample: Some(sample),
        is_whole: reader.damage.is_empty(),
    }
}

fn figure(found: &Estimate, corrections: &Corrections, unseen: Interval, part: u32) -> Figure {
    let seen = found.parts.get(&part).map(|found: &Part| found.cost);
    let Interval { value, low, high } = seen.unwrap_or(unseen);
    let correction = corrections.parts.get(&part).copied().unwrap_or_default();
    let range = Range { low: correction.low(low), high: correction.high(high) };
    Figure { value: correction.low(value), range: Some(range) }
}
