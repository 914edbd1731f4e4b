//! What is certain whatever the sample says: what was read, and the bounds of what was not.

use super::interval::{self, Spread};
use super::moments::Moments;
use super::strata::Strata;
use super::{Interval, Unit};

/// The least and the most that a cost can be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Certain {
    pub(super) least: u128,
    pub(super) most: u128,
    /// Whether the cost is known.
    pub(super) nothing_unread: bool,
}

impl Certain {
    /// Those of the whole cost, when the units that were `read` cost `total`.
    pub(super) fn new(units: &[Unit], read: &[bool], total: u128) -> Self {
        let unread = || units.iter().zip(read).filter(|(unit, read)| !**read && unit.events > 0);
        let sum = |bound: fn(&Unit) -> u128| {
            unread().fold(total, |sum, (unit, _)| sum.saturating_add(bound(unit)))
        };
        let nothing_unread = unread().next().is_none();
        Certain { least: sum(|unit| unit.least), most: sum(|unit| unit.most), nothing_unread }
    }

    /// Those of a part of which `total` was read, and whether there is no more of it.
    pub(super) fn of_part(total: u128, exact: bool) -> Self {
        let most = if exact { total } else { u128::MAX };
        Certain { least: total, most, nothing_unread: exact }
    }

    /// The interval of an estimate within them.
    pub(super) fn apply(&self, spread: Spread) -> Interval {
        let within = |fuel: f64| (fuel as u128).clamp(self.least, self.most);
        if self.nothing_unread {
            return Interval { value: self.least, low: self.least, high: self.least };
        }
        Interval {
            value: within(spread.value.round()),
            low: within((spread.value - spread.below).floor()),
            high: within((spread.value + spread.above).ceil()),
        }
    }
}

/// What unread units may cost beyond the estimate without anything having betrayed it: so many
/// units as would all have been missed with a probability of `risk` cost the most that they can, and
/// so do all blind ones.
pub(super) fn hidden(units: &[Unit], strata: &Strata, read: &[bool], risk: f64) -> f64 {
    let sample: Vec<Moments> = strata.strata.iter().map(|stratum| stratum.read).collect();
    let rates = interval::rates(&strata.strata, &sample);
    let open = strata.strata.iter().filter(|stratum| !stratum.is_complete());
    let unread = open.map(|stratum| 1.0 - stratum.read.count / stratum.units).fold(0.0, f64::max);
    let count = interval::missed(unread, risk) as usize;
    let mut excess: Vec<f64> = units
        .iter()
        .enumerate()
        .filter(|&(unit, _)| !read[unit])
        .filter_map(|(unit, known)| {
            let rate = rates[strata.stratum_of[unit]?];
            Some((known.most as f64 - rate * known.events as f64).max(0.0))
        })
        .collect();
    excess.sort_unstable_by(|a, b| b.total_cmp(a));
    let blind = strata.blind.iter().map(|&unit| units[unit].most as f64);
    excess.into_iter().take(count).chain(blind).sum()
}
