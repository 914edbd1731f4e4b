//! Estimates a total from a sample, with an interval that holds what it promises.
//!
//! Takes what is known of each unit of a population without reading it, and a way to price units;
//! gives an estimate of their total cost and of parts of it, each with an interval. The units are
//! the segments of a trace, but nothing here knows of traces, files or fuel.
//!
//! # Method
//!
//! 1. `strata`: units that may hold much of the whole are certain to be read; the others are split
//!    by nanoseconds per event, and then by time. The clock is a hint only: what it says decides
//!    where to look, never what is found.
//! 2. `draw`, `allocate`: a pilot of each stratum, then as many more as its variance asks for, with
//!    a margin; further rounds, each half as large again at least, until the interval is narrow
//!    enough. When most would be read, all is: then the figures are exact. Who can read everything
//!    faster than unit by unit is told so by a probe of a few strata, before the pilot.
//! 3. `interval`: ratio estimators over the exact numbers of events, and Student's intervals,
//!    widened where a single unit has too much to say.
//! 4. `certain`: no interval contradicts what was read, or the bounds of what was not.
//!
//! Units that can't be read widen the interval. Those left out at random ([`Access::Unkept`]) are
//! estimated by their strata, as units that were not drawn. Those that were lost
//! ([`Access::Lost`]) may all be of one kind, so that however many they are, their rate is as
//! uncertain as that of a single unit.
//!
//! # What can't be promised
//!
//! A few units that cost far more than others, while neither events nor time betray it, are found
//! only if they are drawn. [`Estimate::least_share`] says how likely that is; with hard bounds and
//! [`Goal::guard`] the interval allows for them, at the price of reading much more, or everything
//! if the bounds are far off. Lost units may differ from all others: only hard bounds hold then.
//! The intervals of parts are each for itself, and not simultaneous.
//!
//! The simulations in `tests/honesty.rs` are the proof of all that.
//!
//! # Examples
//!
//! ```
//! use analyzer::estimate::{Cost, Goal, Unit, estimate};
//!
//! // 1,000 units of 100 events, of which each costs 5 or 6.
//! let units = vec![Unit { events: 100, ..Unit::default() }; 1000];
//! let cost = |unit: usize| 500 + (unit as u128 * 37) % 101;
//! // Of twenty samples one may miss the truth; not this one.
//! let goal = Goal { seed: 1, ..Goal::default() };
//! let found = estimate(&units, &goal, |batch| {
//!     let price = |&unit: &usize| Some(Cost { total: cost(unit), parts: Vec::new() });
//!     Ok::<_, std::io::Error>(batch.iter().map(price).collect())
//! })?;
//! let truth = (0..1000).map(cost).sum();
//! assert!(found.total.low <= truth && truth <= found.total.high);
//! assert!(found.read_units < 300);
//! # Ok::<(), analyzer::estimate::Error<std::io::Error>>(())
//! ```

mod allocate;
mod certain;
mod draw;
mod interval;
mod moments;
mod strata;
mod students_t;

use std::collections::BTreeMap;

use certain::Certain;
use interval::{Blind, Extremes};
use moments::Moments;
use strata::Strata;
use thiserror::Error as ThisError;

/// Units that are priced in one call.
pub const BATCH_UNITS: usize = 256;

/// How many times the units read so far the next round has read at least: it bounds the rounds, and
/// with them the looks at the goal.
const GROWTH: f64 = 1.5;

/// The part of the allowed variance that a round aims for, so that it is the last one in most cases.
const AIM: f64 = 0.75;

/// The part of the variance that a round aims for at least when the interval has a guard, most of
/// which isn't variance.
const GUARDED_AIM: f64 = 0.5;

/// Whether a unit can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// It can.
    #[default]
    Readable,
    /// It was left out by a choice that had nothing to do with what it costs: others of its kind
    /// stand for it.
    Unkept,
    /// It was dropped, truncated or damaged, and may be of a kind of its own.
    Lost,
}

/// What is known of a unit without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Which units it follows: those of a stream are in the order of time.
    pub stream: u32,
    /// Its events, exactly. A unit without events costs nothing and is not read: of lost units of
    /// which only the bytes are known, the events have to be estimated before.
    pub events: u64,
    /// How long it took, as a hint to what it costs; 0 if unknown.
    pub nanoseconds: u64,
    /// What it takes to read it.
    pub bytes: u64,
    /// Whether it can be read.
    pub access: Access,
    /// The least that it can cost.
    pub least: u128,
    /// The most that it can cost; `u128::MAX` if nothing is known.
    pub most: u128,
}

impl Default for Unit {
    fn default() -> Self {
        Unit {
            stream: 0,
            events: 0,
            nanoseconds: 0,
            bytes: 0,
            access: Access::Readable,
            least: 0,
            most: u128::MAX,
        }
    }
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// How far the ends of the interval may be from the estimate, in parts of it; 0 for exact.
    pub precision: f64,
    /// How often the interval has to hold the truth, between 0 and 1.
    pub confidence: f64,
    /// What the sample follows from.
    pub seed: u64,
    /// Whether the interval has to allow for units that cost as much as their bounds allow though
    /// neither events nor time betray it.
    pub guard: bool,
    /// Whether to give up with [`Error::TooMuch`] where more than a part would be read: for who can read
    /// everything faster than unit by unit.
    pub only_a_part: bool,
}

impl Default for Goal {
    fn default() -> Self {
        Goal { precision: 0.01, confidence: 0.95, seed: 0, guard: false, only_a_part: false }
    }
}

/// What a unit costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// All of it.
    pub total: u128,
    /// What is also to be estimated, by key: the parts that aren't 0, each key once.
    pub parts: Vec<(u32, u128)>,
}

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    /// The estimate. Where nothing at all could be read, the least that is possible.
    pub value: u128,
    /// The low end. Never less than what was read.
    pub low: u128,
    /// The high end; `u128::MAX` if nothing is known.
    pub high: u128,
}

/// A part of the cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// What it costs.
    pub cost: Interval,
    /// In how many of the units that were read it occurred. From fewer than five follows little.
    pub units: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The total cost.
    pub total: Interval,
    /// The least that the total can be, whatever was not read.
    pub least: u128,
    /// The most that it can be; `u128::MAX` if nothing is known.
    pub most: u128,
    /// The parts that were seen.
    pub parts: BTreeMap<u32, Part>,
    /// Whether everything was read, so that all figures are exact.
    pub exact: bool,
    /// Number of units that were read.
    pub read_units: u64,
    /// Bytes of the units that were read.
    pub read_bytes: u64,
    /// Rounds of reading, probe and pilot included.
    pub rounds: u32,
    /// Smallest share of any stratum that was read. Of k units with an unusual cost that neither
    /// events nor time betray, none was seen with a probability of up to (1 - share)^k.
    pub least_share: f64,
    /// Events of units that could not be read and for which no others of their kind stand.
    pub blind_events: u128,
}

/// Why there is no estimate.
#[derive(Debug, PartialEq, Eq, ThisError)]
pub enum Error<E> {
    /// The confidence is impossible.
    #[error("the confidence has to be between 0 and 1")]
    Confidence,
    /// The precision is impossible.
    #[error("the precision has to be a number, and not below 0")]
    Precision,
    /// A unit's bounds contradict each other.
    #[error("unit {0} can't cost more than its least and less than its most")]
    Bounds(usize),
    /// Not every unit was priced.
    #[error("{priced} units were priced, not {asked}")]
    Batch {
        /// How many should have been.
        asked: usize,
        /// How many were.
        priced: usize,
    },
    /// It takes reading more than a part, and [`Goal::only_a_part`] excludes that.
    #[error("more than a part has to be read")]
    TooMuch,
    /// The costs need more than 128 bits.
    #[error("the costs exceed 128 bits")]
    Overflow,
    /// Pricing failed.
    #[error(transparent)]
    Price(E),
}

/// Estimates the total cost of `units`.
///
/// `price` is called with the ascending indices of at most [`BATCH_UNITS`] units, and returns what
/// each costs, or `None` for those that turn out to be unreadable: they count as lost. No unit is
/// asked for twice, and only readable ones are. The answer doesn't depend on how `price` spreads its
/// work. The memory taken grows with the number of units, and with the number of different parts
/// times that of strata (at most some 250).
///
/// An estimate of 0 is never precise enough, and nor is any when the precision is 0: then
/// everything is read that can be.
///
/// # Errors
///
/// Those of `price`, and when the goal is impossible.
pub fn estimate<E>(
    units: &[Unit],
    goal: &Goal,
    price: impl FnMut(&[usize]) -> Result<Vec<Option<Cost>>, E>,
) -> Result<Estimate, Error<E>> {
    if !(goal.confidence > 0.0 && goal.confidence < 1.0) {
        return Err(Error::Confidence);
    }
    if !(goal.precision >= 0.0 && goal.precision.is_finite()) {
        return Err(Error::Precision);
    }
    if let Some(unit) = units.iter().position(|unit| unit.least > unit.most) {
        return Err(Error::Bounds(unit));
    }
    let mut survey = Survey::new(units, goal, price);
    let pilot = allocate::pilot(&survey.split.strata);
    if goal.only_a_part {
        if allocate::is_too_much(&survey.split.strata, &pilot) {
            return Err(Error::TooMuch);
        }
        survey.read_up_to(&allocate::probe(&survey.split.strata))?;
        if allocate::will_be_too_much(&survey.split.strata, goal) {
            return Err(Error::TooMuch);
        }
    }
    survey.read_up_to(&pilot)?;
    while survey.can_go_on() {
        let off = survey.off();
        if off <= goal.precision && goal.precision > 0.0 {
            break;
        }
        let factor = if off.is_finite() { AIM * (goal.precision / off).powi(2) } else { 0.0 };
        let factor = if goal.guard { factor.max(GUARDED_AIM) } else { factor };
        let least = (survey.read_units as f64 * GROWTH).ceil() as usize;
        let wanted = allocate::next(&survey.split.strata, factor, least);
        if goal.only_a_part && allocate::is_too_much(&survey.split.strata, &wanted) {
            return Err(Error::TooMuch);
        }
        survey.read_up_to(&wanted)?;
    }
    Ok(survey.finish())
}

/// An estimate in the making.
struct Survey<'a, P> {
    units: &'a [Unit],
    goal: &'a Goal,
    price: P,
    split: Strata,
    /// Which units were read.
    read: Vec<bool>,
    read_units: u64,
    read_bytes: u64,
    rounds: u32,
    total: u128,
    parts: BTreeMap<u32, PartSums>,
}

/// What was read of a part.
#[derive(Default)]
struct PartSums {
    total: u128,
    units: u64,
    /// By stratum, of the units in which it occurs.
    read: BTreeMap<usize, Moments>,
}

impl<'a, P> Survey<'a, P> {
    fn new(units: &'a [Unit], goal: &'a Goal, price: P) -> Self {
        Survey {
            units,
            goal,
            price,
            split: strata::split(units, goal.seed),
            read: vec![false; units.len()],
            read_units: 0,
            read_bytes: 0,
            rounds: 0,
            total: 0,
            parts: BTreeMap::new(),
        }
    }

    fn can_go_on(&self) -> bool {
        self.split.strata.iter().any(|stratum| stratum.deck.drawn() < stratum.deck.len())
    }

    /// Reads until so many units of each stratum are drawn.
    fn read_up_to<E>(&mut self, wanted: &[usize]) -> Result<(), Error<E>>
    where
        P: FnMut(&[usize]) -> Result<Vec<Option<Cost>>, E>,
    {
        let mut drawn = Vec::new();
        for (stratum, &wanted) in self.split.strata.iter_mut().zip(wanted) {
            drawn.extend_from_slice(stratum.deck.draw_up_to(wanted));
        }
        drawn.sort_unstable();
        self.rounds += u32::from(!drawn.is_empty());
        for batch in drawn.chunks(BATCH_UNITS) {
            let costs = (self.price)(batch).map_err(Error::Price)?;
            if costs.len() != batch.len() {
                return Err(Error::Batch { asked: batch.len(), priced: costs.len() });
            }
            for (&unit, cost) in batch.iter().zip(&costs) {
                match cost {
                    Some(cost) => self.add(unit, cost).ok_or(Error::Overflow)?,
                    None => self.split.make_blind(self.units, unit),
                }
            }
        }
        self.give_up_hopeless();
        Ok(())
    }

    fn add(&mut self, unit: usize, cost: &Cost) -> Option<()> {
        let Some(stratum) = self.split.stratum_of[unit] else {
            return Some(());
        };
        let events = self.units[unit].events as f64;
        self.total = self.total.checked_add(cost.total)?;
        self.read[unit] = true;
        self.read_units += 1;
        self.read_bytes = self.read_bytes.saturating_add(self.units[unit].bytes);
        self.split.strata[stratum].read.merge(&Moments::of(events, cost.total as f64));
        for &(key, part) in &cost.parts {
            let sums = self.parts.entry(key).or_default();
            sums.total = sums.total.checked_add(part)?;
            sums.units += 1;
            let read = sums.read.entry(stratum).or_default();
            read.merge(&Moments::of(events, part as f64));
        }
        Some(())
    }

    /// Units of strata of which too few could be read are blind.
    fn give_up_hopeless(&mut self) {
        let strata = &self.split.strata;
        if !strata.iter().any(strata::Stratum::is_hopeless) {
            return;
        }
        let hopeless: Vec<bool> = strata.iter().map(strata::Stratum::is_hopeless).collect();
        for unit in 0..self.units.len() {
            let is_in = self.split.stratum_of[unit].is_some_and(|stratum| hopeless[stratum]);
            if is_in && !self.read[unit] {
                self.split.make_blind(self.units, unit);
            }
        }
    }

    fn blind(&self) -> Blind {
        Blind::new(self.units, &self.split)
    }

    fn total(&self, certain: &Certain, blind: &Blind) -> Interval {
        let strata = &self.split.strata;
        let read: Vec<Moments> = strata.iter().map(|stratum| stratum.read).collect();
        let risk = 1.0 - self.goal.confidence;
        if !self.goal.guard {
            return certain.apply(interval::spread(strata, &read, blind, risk, Extremes::Shared));
        }
        let mut spread = interval::spread(strata, &read, blind, risk / 2.0, Extremes::Shared);
        spread.above += certain::hidden(self.units, &self.split, &self.read, risk / 2.0);
        certain.apply(spread)
    }

    /// How far the ends of the interval are from the estimate, in parts of it.
    fn off(&self) -> f64 {
        let certain = Certain::new(self.units, &self.read, self.total);
        let Interval { value, low, high } = self.total(&certain, &self.blind());
        match value {
            0 => f64::INFINITY,
            _ => (value - low).max(high - value) as f64 / value as f64,
        }
    }

    fn finish(self) -> Estimate {
        let certain = Certain::new(self.units, &self.read, self.total);
        let blind = self.blind();
        let total = self.total(&certain, &blind);
        let exact = certain.nothing_unread;
        let risk = 1.0 - self.goal.confidence;
        let strata = &self.split.strata;
        let part = |sums: &PartSums| {
            let read: Vec<Moments> = strata
                .iter()
                .enumerate()
                .map(|(index, stratum)| {
                    let found = sums.read.get(&index).copied().unwrap_or_default();
                    found.with_free_units_of(&stratum.read)
                })
                .collect();
            let certain = Certain::of_part(sums.total, exact);
            let cost = certain.apply(interval::spread(strata, &read, &blind, risk, Extremes::Own));
            Part { cost, units: sums.units }
        };
        let shares = strata.iter().map(|stratum| match stratum.is_complete() {
            true => 1.0,
            false => stratum.read.count / stratum.units,
        });
        let blind_events = self.split.blind.iter().map(|&unit| u128::from(self.units[unit].events));
        Estimate {
            total,
            least: certain.least,
            most: certain.most,
            parts: self.parts.iter().map(|(&key, sums)| (key, part(sums))).collect(),
            exact,
            read_units: self.read_units,
            read_bytes: self.read_bytes,
            rounds: self.rounds,
            least_share: shares.fold(1.0, f64::min),
            blind_events: blind_events.sum(),
        }
    }
}
