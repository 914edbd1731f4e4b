//! From what was read to an estimate and how far it may be off.
//!
//! Takes the strata and what was read of each; gives the estimate of a cost and the distance of
//! both ends of its interval.

use super::Unit;
use super::moments::Moments;
use super::strata::{Strata, Stratum};
use super::students_t;

/// How much of the risk of a wrong interval is left for a single look at it. The sample grows until
/// its interval is narrow enough, and of several looks at a variance one that is too small by
/// chance is the most likely to be the last.
pub(super) const RISK_OF_A_LOOK: f64 = 0.8;

/// Weight, in units, of what all strata have in common in what is believed of the variance of one:
/// few units that happen to be alike don't make a stratum uniform.
const COMMON_WEIGHT: f64 = 8.0;

/// What summing up in 64-bit floating point may be off, in parts of the sum.
const ROUNDING: f64 = 1e-10;

/// Which units are the most extreme that may be unread in a stratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extremes {
    /// Such as were read of it.
    Own,
    /// Also such as are as many times dearer than expected as any that was read: where the clock
    /// misled about a unit of one class, it may do so in another. For the total, which is what the
    /// clock tells of.
    Shared,
}

/// An estimate, and how far below and above it the truth may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) value: f64,
    pub(super) below: f64,
    pub(super) above: f64,
}

/// What is known of the blind units.
#[derive(Clone, Debug, Default)]
pub(super) struct Blind {
    events: f64,
    /// Events and nanoseconds of those whose time is known.
    timed: Vec<(f64, f64)>,
    /// Nanoseconds of all units that are not blind.
    seen_nanoseconds: f64,
}

impl Blind {
    pub(super) fn new(units: &[Unit], strata: &Strata) -> Self {
        let figures = |unit: &Unit| (unit.events as f64, unit.nanoseconds as f64);
        let blind: Vec<(f64, f64)> =
            strata.blind.iter().map(|&unit| figures(&units[unit])).collect();
        let seen = units.iter().zip(&strata.stratum_of).filter(|(_, stratum)| stratum.is_some());
        Blind {
            events: blind.iter().map(|(events, _)| events).sum(),
            seen_nanoseconds: seen.map(|(unit, _)| unit.nanoseconds as f64).sum(),
            timed: blind.into_iter().filter(|&(_, nanoseconds)| nanoseconds > 0.0).collect(),
        }
    }
}

/// A variance that is itself estimated.
#[derive(Clone, Copy, Debug, Default)]
struct Variance {
    value: f64,
    /// Sum of value² / degrees of freedom over what it is made of.
    uncertainty: f64,
}

impl Variance {
    fn add(&mut self, value: f64, degrees: f64) {
        self.value += value;
        self.uncertainty += value * value / degrees;
    }

    fn scale(&mut self, factor: f64) {
        self.value *= factor;
        self.uncertainty *= factor * factor;
    }

    /// Half the width of an interval that misses with a probability of `risk`, with degrees of
    /// freedom after F. Satterthwaite, Biometrics Bulletin 2 (1946).
    fn half_width(&self, risk: f64) -> f64 {
        if self.value <= 0.0 {
            return 0.0;
        }
        let degrees = self.value * self.value / self.uncertainty;
        students_t::quantile(degrees, 1.0 - risk) * self.value.sqrt()
    }
}

/// Estimates a cost of which `read` holds what was read of each stratum.
///
/// Each class has a combined ratio estimator, and the classes are added up (W. Cochran, Sampling
/// Techniques, 3rd edition 1977, 6.11): combined within, because strata in time have few units and
/// the bias of a ratio falls with the units behind it; separate between, because classes differ in
/// cost per event.
///
/// The interval is Student's, and is widened by what no variance tells: of units as extreme as the
/// most extreme one of a stratum, so many may be unread as would, with the given risk, all be
/// missed. Where the sample is much like a normal distribution, that adds little.
pub(super) fn spread(
    strata: &[Stratum],
    read: &[Moments],
    blind: &Blind,
    risk: f64,
    extremes: Extremes,
) -> Spread {
    let risk = risk * RISK_OF_A_LOOK;
    let rates = rates(strata, read);
    let value: f64 = strata.iter().zip(&rates).map(|(stratum, rate)| rate * stratum.events).sum();
    let sampled: f64 = strata.iter().map(|stratum| stratum.events).sum();
    let anything = Spread { value, below: f64::INFINITY, above: f64::INFINITY };

    let dearest = match extremes {
        Extremes::Own => 1.0,
        Extremes::Shared => dearest_ratio(strata, read, &rates),
    };

    let mut variance = Variance::default();
    let (mut lowest, mut highest): (f64, f64) = (0.0, 0.0);
    for (((stratum, read), rate), believed) in
        strata.iter().zip(read).zip(&rates).zip(variances(strata, read, &rates))
    {
        if stratum.is_complete() {
            continue;
        }
        if read.count < 2.0 {
            return anything;
        }
        let unread = 1.0 - read.count / stratum.units;
        variance.add(stratum.units.powi(2) * unread * believed / read.count, read.count - 1.0);
        let missed = missed(unread, risk / 2.0).min(stratum.units - read.count);
        let (below, above) = read.extremes(*rate);
        lowest = lowest.max(missed * below);
        highest = highest.max(missed * above.max((dearest - 1.0) * rate * read.mean_events));
    }

    let (mut blind_value, mut blind_below, mut blind_above) = (0.0, 0.0, 0.0);
    if blind.events > 0.0 {
        let count: f64 = read.iter().map(|read| read.count).sum();
        if sampled <= 0.0 || count < 2.0 {
            return anything;
        }
        let rate = value / sampled;
        blind_value = rate * blind.events;
        variance.scale((1.0 + blind.events / sampled).powi(2));
        let between = rate_variance(strata, read, rate) * count / (count - 1.0);
        variance.add(blind.events.powi(2) * between, count - 1.0);
        (blind_below, blind_above) = off_by_time(blind, value, rate);
    }
    let half_width = variance.half_width(risk);
    let rounding = ROUNDING * (value + blind_value);
    Spread {
        value: value + blind_value,
        below: half_width.hypot(lowest) + blind_below + rounding,
        above: half_width.hypot(highest) + blind_above + rounding,
    }
}

/// How many times what its events let expect the dearest unit costs, at least 1. The certain units
/// don't count: they are known for being unlike others.
fn dearest_ratio(strata: &[Stratum], read: &[Moments], rates: &[f64]) -> f64 {
    let drawn = strata.iter().zip(read).zip(rates).filter(|((stratum, _), _)| !stratum.certain);
    drawn.map(|((_, read), rate)| read.dearest_ratio(*rate)).fold(1.0, f64::max)
}

/// How many units may have been missed, if each is missed with a probability of `unread` and all
/// of them with `risk`.
pub(super) fn missed(unread: f64, risk: f64) -> f64 {
    if unread <= 0.0 { 0.0 } else { risk.ln() / unread.ln() }
}

/// Cost by event of each stratum: that of its class.
pub(super) fn rates(strata: &[Stratum], read: &[Moments]) -> Vec<f64> {
    let mut rates = Vec::with_capacity(strata.len());
    for class in strata.chunk_by(|a, b| a.class == b.class) {
        let start = rates.len();
        let expanded = class.iter().zip(&read[start..]).filter(|(_, read)| read.count > 0.0);
        let (cost, events) = expanded.fold((0.0, 0.0), |(cost, events), (stratum, read)| {
            (cost + stratum.units * read.mean_cost, events + stratum.units * read.mean_events)
        });
        let rate = if events > 0.0 { cost / events } else { 0.0 };
        rates.resize(start + class.len(), rate);
    }
    rates
}

/// The variance of a unit's residual that is believed of each stratum: its own, mixed with one in
/// proportion to its mean cost that all strata have in common. Own variances alone would let those
/// strata stop first in which the pilot met nothing unusual.
pub(super) fn variances(strata: &[Stratum], read: &[Moments], rates: &[f64]) -> Vec<f64> {
    let figures = figures(strata, read, rates);
    let (common, _) = common(&figures);
    let believed = figures.iter().map(|(degrees, variance, square)| {
        (degrees * variance + COMMON_WEIGHT * common * square) / (degrees + COMMON_WEIGHT)
    });
    believed.collect()
}

/// The variance that all strata have in common, in parts of the squared mean cost of a unit, and the
/// degrees of freedom that it has.
pub(super) fn common_variance(strata: &[Stratum], read: &[Moments]) -> (f64, f64) {
    common(&figures(strata, read, &rates(strata, read)))
}

/// Of each stratum the degrees of freedom, the variance of a unit's residual, and the squared mean
/// cost.
fn figures(strata: &[Stratum], read: &[Moments], rates: &[f64]) -> Vec<(f64, f64, f64)> {
    let figures = strata.iter().zip(read).zip(rates).map(|((stratum, read), rate)| {
        let degrees = if stratum.certain { 0.0 } else { (read.count - 1.0).max(0.0) };
        (degrees, read.residual_variance(*rate), (rate * read.mean_events).powi(2))
    });
    figures.collect()
}

fn common(figures: &[(f64, f64, f64)]) -> (f64, f64) {
    let relative = figures.iter().filter(|(_, _, square)| *square > 0.0);
    let (squares, degrees) =
        relative.fold((0.0, 0.0), |(squares, all), (degrees, variance, square)| {
            (squares + degrees * variance / square, all + degrees)
        });
    (if degrees > 0.0 { squares / degrees } else { 0.0 }, degrees)
}

/// The variance of the cost per event between units, each in proportion to its events. The blind
/// units may all be of one kind (a phase of the program that was lost): then their common rate is
/// as uncertain as that of a single unit drawn from the others, however many they are.
fn rate_variance(strata: &[Stratum], read: &[Moments], rate: f64) -> f64 {
    let read = strata.iter().zip(read).filter(|(_, read)| read.count > 0.0);
    let (spread, events) = read.fold((0.0, 0.0), |(spread, events), (stratum, read)| {
        let weight = stratum.units / read.count;
        (spread + weight * read.rate_spread(rate), events + weight * read.count * read.mean_events)
    });
    if events > 0.0 { spread / events } else { 0.0 }
}

/// Where the time of a blind unit says something else than its events, both are in the interval,
/// and as much again, because the clock may be off by as much as it is worth. How far that is below
/// and above `rate`, when the units that are not blind cost `value`.
fn off_by_time(blind: &Blind, value: f64, rate: f64) -> (f64, f64) {
    if blind.seen_nanoseconds <= 0.0 {
        return (0.0, 0.0);
    }
    let by_time = value / blind.seen_nanoseconds;
    blind.timed.iter().fold((0.0, 0.0), |(below, above), (events, nanoseconds)| {
        let by_events = rate * events;
        let off = 2.0 * (by_time * nanoseconds - by_events);
        (below + (-off).clamp(0.0, by_events), above + off.max(0.0))
    })
}
