//! Splits a population into strata before anything is read.
//!
//! Takes what the index knows of each unit; gives
//!
//! * one stratum of *certain* units, each believed to hold a share of the whole that no sample
//!   should leave to chance: all of them are read;
//! * *classes* of units whose nanoseconds per event are alike, each cut into strata of neighbours
//!   in time, so that phases of the program are all sampled;
//! * the *blind* units, of which nothing can be learnt by drawing others of their kind.

use formats::random::SplitMix64;

use super::draw::Deck;
use super::moments::Moments;
use super::{Access, Unit};

/// A unit believed to hold more than one in so many parts of what is left is certain to be read.
const PILOT: usize = 64;

/// Classes for each doubling of the nanoseconds per event.
const CLASSES_PER_OCTAVE: f64 = 2.0;

/// Classes to each side of the median beyond which no further ones are made.
const MOST_CLASSES: f64 = 24.0;

/// Units for each stratum in time. Neighbours in time are alike: of a run of SQLite in 5,040 segments
/// ±1 % takes 2,070 with 12 strata, 820 with 50 and 570 with 100. Each costs a pilot.
const UNITS_PER_STRATUM: f64 = 50.0;

/// Fewest and most strata in time of the whole population; a class gets its share of them.
const TIME_STRATA: (f64, f64) = (12.0, 200.0);

/// Fewest units of a stratum that can be read. Classes with fewer are read in full if they can be,
/// and else added to the next one.
const LEAST_READABLE: usize = 8;

/// The class of the certain units.
const CERTAIN: usize = 0;

/// Units that are drawn independently of others.
#[derive(Clone, Debug, Default)]
pub(super) struct Stratum {
    /// The class that it belongs to: strata of one class have their ratio in common.
    pub(super) class: usize,
    /// Whether all of it is to be read.
    pub(super) certain: bool,
    /// Number of units, those that can't be read included.
    pub(super) units: f64,
    /// Their events.
    pub(super) events: f64,
    /// Those that can be read.
    pub(super) deck: Deck,
    /// What those that were read cost.
    pub(super) read: Moments,
}

impl Stratum {
    /// Whether all that is in it was read.
    pub(super) fn is_complete(&self) -> bool {
        self.read.count >= self.units
    }

    /// Takes out a unit that turned out to be unreadable.
    fn remove(&mut self, events: f64) {
        self.units -= 1.0;
        self.events -= events;
    }

    /// Whether it is one of which nothing can be said, and nothing more read.
    pub(super) fn is_hopeless(&self) -> bool {
        !self.is_complete() && self.read.count < 2.0 && self.deck.drawn() == self.deck.len()
    }
}

/// A population, split.
#[derive(Clone, Debug, Default)]
pub(super) struct Strata {
    /// Those of a class stand together, the certain units first.
    pub(super) strata: Vec<Stratum>,
    /// The stratum of each unit. Blind units and those without events have none.
    pub(super) stratum_of: Vec<Option<usize>>,
    /// Units that are estimated, but of which nothing can be learnt from others of their kind.
    pub(super) blind: Vec<usize>,
}

/// Splits `units`; `seed` decides the order in which they will be drawn.
pub(super) fn split(units: &[Unit], seed: u64) -> Strata {
    let mut split = Strata { stratum_of: vec![None; units.len()], ..Strata::default() };
    let (known, lost): (Vec<usize>, Vec<usize>) = (0..units.len())
        .filter(|&unit| units[unit].events > 0)
        .partition(|&unit| units[unit].access != Access::Lost);
    split.blind = lost;

    let (mut certain, rest) = certain(units, &known);
    let mut classes = classes(units, rest);
    classes.retain_mut(|class| {
        let small = class.len() < LEAST_READABLE && readable(units, class) == class.len();
        if small {
            certain.append(class);
        }
        !small
    });
    merge_unreadable(units, &mut classes, &mut split.blind);
    certain.sort_unstable();
    let (certain, blind): (Vec<usize>, Vec<usize>) =
        certain.into_iter().partition(|&unit| units[unit].access == Access::Readable);
    split.blind.extend(blind);
    split.blind.sort_unstable();

    let mut random = SplitMix64::new(seed);
    let everything: f64 = classes.iter().map(|class| class.len() as f64).sum();
    let time_strata = (everything / UNITS_PER_STRATUM).clamp(TIME_STRATA.0, TIME_STRATA.1);
    if !certain.is_empty() {
        split.push(units, CERTAIN, certain, &mut random);
    }
    for (index, mut class) in classes.into_iter().enumerate() {
        class.sort_unstable_by_key(|&unit| (units[unit].stream, unit));
        let wanted = (time_strata * class.len() as f64 / everything).round() as usize;
        let pieces = wanted.clamp(1, (readable(units, &class) / LEAST_READABLE).max(1));
        for piece in cut(units, class, pieces) {
            split.push(units, index + 1, piece, &mut random);
        }
    }
    split
}

impl Strata {
    /// Takes out a unit of which nothing can be learnt by drawing others of its stratum.
    pub(super) fn make_blind(&mut self, units: &[Unit], unit: usize) {
        if let Some(stratum) = self.stratum_of[unit].take() {
            self.strata[stratum].remove(units[unit].events as f64);
            self.blind.push(unit);
        }
    }

    fn push(&mut self, units: &[Unit], class: usize, members: Vec<usize>, random: &mut SplitMix64) {
        let events = members.iter().map(|&unit| units[unit].events as f64).sum();
        let count = members.len() as f64;
        for &unit in &members {
            self.stratum_of[unit] = Some(self.strata.len());
        }
        let readable = members.into_iter().filter(|&unit| units[unit].access == Access::Readable);
        let deck = Deck::shuffled(readable.collect(), random);
        let (certain, read) = (class == CERTAIN, Moments::default());
        self.strata.push(Stratum { class, certain, units: count, events, deck, read });
    }
}

fn readable(units: &[Unit], members: &[usize]) -> usize {
    members.iter().filter(|&&unit| units[unit].access == Access::Readable).count()
}

/// Parts `known` into the units that are certain to be read, and the others. The share that a unit
/// is believed to hold is the mean of its shares of the events and of the time; taking the largest
/// while they exceed one in [`PILOT`] of what is left is how samples with probabilities in
/// proportion to size treat the units whose probability would exceed 1 (C.-E. Särndal, B. Swensson,
/// J. Wretman, Model Assisted Survey Sampling, 1992, 3.6.2).
fn certain(units: &[Unit], known: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let events: f64 = known.iter().map(|&unit| units[unit].events as f64).sum();
    let time: f64 = known.iter().map(|&unit| units[unit].nanoseconds as f64).sum();
    let share = |unit: usize| {
        let by_events = units[unit].events as f64 / events;
        match time > 0.0 {
            true => f64::midpoint(by_events, units[unit].nanoseconds as f64 / time),
            false => by_events,
        }
    };
    let mut ranked: Vec<(f64, usize)> = known.iter().map(|&unit| (share(unit), unit)).collect();
    let largest_first =
        |a: &(f64, usize), b: &(f64, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if ranked.len() > PILOT {
        ranked.select_nth_unstable_by(PILOT, largest_first);
        ranked.truncate(PILOT);
    }
    ranked.sort_unstable_by(largest_first);
    let mut left = 1.0;
    let mut count = 0;
    while count < ranked.len() && ranked[count].0 * (PILOT - count) as f64 >= left {
        left -= ranked[count].0;
        count += 1;
    }
    let mut certain: Vec<usize> = ranked[..count].iter().map(|&(_, unit)| unit).collect();
    certain.sort_unstable();
    let is_other = |unit: &usize| certain.binary_search(unit).is_err();
    let others = known.iter().copied().filter(is_other).collect();
    (certain, others)
}

/// Groups units by their nanoseconds per event, in steps around the median; ascending. Those of a
/// class stay in the order of `members`.
fn classes(units: &[Unit], members: Vec<usize>) -> Vec<Vec<usize>> {
    let rate = |unit: usize| units[unit].nanoseconds as f64 / units[unit].events as f64;
    let mut rates: Vec<f64> =
        members.iter().map(|&unit| rate(unit)).filter(|&rate| rate > 0.0).collect();
    if rates.is_empty() {
        return if members.is_empty() { Vec::new() } else { vec![members] };
    }
    let middle = rates.len() / 2;
    let median = *rates.select_nth_unstable_by(middle, f64::total_cmp).1;
    let mut classes = vec![Vec::new(); 2 * MOST_CLASSES as usize + 1];
    for unit in members {
        // No time at all is minus infinity, which the clamp makes the lowest class.
        let step = (CLASSES_PER_OCTAVE * (rate(unit) / median).log2()).round();
        classes[(step.clamp(-MOST_CLASSES, MOST_CLASSES) + MOST_CLASSES) as usize].push(unit);
    }
    classes.retain(|class| !class.is_empty());
    classes
}

/// Adds classes of which too little can be read to a neighbour; if no class is left that can be
/// read, all their units are blind.
fn merge_unreadable(units: &[Unit], classes: &mut Vec<Vec<usize>>, blind: &mut Vec<usize>) {
    let mut merged: Vec<Vec<usize>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for class in classes.drain(..) {
        open.extend(class);
        if readable(units, &open) >= LEAST_READABLE {
            merged.push(std::mem::take(&mut open));
        }
    }
    match merged.last_mut() {
        Some(last) => last.append(&mut open),
        None if readable(units, &open) >= 2 => merged.push(open),
        None => blind.append(&mut open),
    }
    *classes = merged;
}

/// Cuts `members` into `pieces` stretches with as many readable units each, give or take one.
fn cut(units: &[Unit], members: Vec<usize>, pieces: usize) -> Vec<Vec<usize>> {
    let all = readable(units, &members);
    let mut cut: Vec<Vec<usize>> = vec![Vec::new(); pieces];
    let mut before = 0;
    for unit in members {
        let piece = (before * pieces).checked_div(all).unwrap_or(0).min(pieces - 1);
        cut[piece].push(unit);
        before += usize::from(units[unit].access == Access::Readable);
    }
    cut
}
