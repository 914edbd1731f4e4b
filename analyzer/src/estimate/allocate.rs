//! How many units of each stratum to read next.

use super::moments::Moments;
use super::strata::Stratum;
use super::{AIM, Goal, interval, students_t};

/// Strata of which a probe reads two units each. Of SQLite's 5,040 segments a pilot of 102 strata
/// meets 10,500 distinct events, a probe 4,900: replaying them is nearly all that either takes.
const PROBED_STRATA: usize = 16;

/// Units that the pilot reads of all strata together, if each gets as many as the others.
const PILOT_UNITS: usize = 72;

/// Units that the pilot reads of a stratum: at least two, for a variance, and not more than tell much.
const PILOT_UNITS_OF_STRATUM: (usize, usize) = (2, 6);

/// If more than this share of all units would be read, the rest is too: exact is worth it.
const NEARLY_ALL: f64 = 0.7;

/// The same for who can read everything faster than unit by unit.
const A_PART: f64 = 0.3;

/// Bisections of the sampling intensity.
const BISECTIONS: usize = 64;

/// For each stratum how many of its units to read first: all of the certain ones.
pub(super) fn pilot(strata: &[Stratum]) -> Vec<usize> {
    let (fewest, most) = PILOT_UNITS_OF_STRATUM;
    let units = (PILOT_UNITS / strata.len().max(1)).clamp(fewest, most);
    let pilot = strata.iter().map(|stratum| match stratum.certain {
        true => stratum.deck.len(),
        false => units,
    });
    pilot.collect()
}

/// For each stratum how many of its units to read before the pilot, to find out whether there will be
/// an estimate at all; none if the pilot is hardly more.
pub(super) fn probe(strata: &[Stratum]) -> Vec<usize> {
    let step = strata.len() / PROBED_STRATA;
    let units = |(index, stratum): (usize, &Stratum)| {
        let is_probed = step > 1 && index % step == step / 2 && !stratum.certain;
        if is_probed { PILOT_UNITS_OF_STRATUM.0 } else { 0 }
    };
    strata.iter().enumerate().map(units).collect()
}

/// Whether an estimate takes more than a part of what can be read, if all strata vary as much as those
/// of which something was: the sample size of W. Cochran, 4.4, for units that all vary by the same
/// share of what they cost.
pub(super) fn will_be_too_much(strata: &[Stratum], goal: &Goal) -> bool {
    let read: Vec<Moments> = strata.iter().map(|stratum| stratum.read).collect();
    let (variance, degrees) = interval::common_variance(strata, &read);
    if degrees < 1.0 || goal.precision <= 0.0 {
        return false;
    }
    let risk = (1.0 - goal.confidence) * interval::RISK_OF_A_LOOK;
    let deviations = students_t::quantile(degrees, 1.0 - risk);
    let units = variance * (deviations / goal.precision).powi(2) / AIM;
    let all: f64 = strata.iter().map(|stratum| stratum.units).sum();
    units / (units + all) > A_PART
}

/// Everything.
pub(super) fn all(strata: &[Stratum]) -> Vec<usize> {
    strata.iter().map(|stratum| stratum.deck.len()).collect()
}

/// For each stratum how many of its units to have read, so that the variance falls to `factor` of
/// what it is now, and at least `least` units are read in all. J. Neyman's allocation, in proportion
/// to size and standard deviation (W. Cochran, Sampling Techniques, 3rd edition 1977, 5.5).
pub(super) fn next(strata: &[Stratum], factor: f64, least: usize) -> Vec<usize> {
    let needs = needs(strata);
    let at = |intensity: f64| -> Vec<usize> {
        let wanted = strata.iter().zip(&needs).map(|(stratum, need)| {
            let units = (intensity * stratum.units * need).ceil() as usize;
            units.clamp(stratum.deck.drawn(), stratum.deck.len())
        });
        wanted.collect()
    };
    let goal = factor * variance(strata, &needs, &at(0.0));
    let suffices = |wanted: &[usize]| {
        wanted.iter().sum::<usize>() >= least && variance(strata, &needs, wanted) <= goal
    };
    let smallest = needs.iter().copied().filter(|&need| need > 0.0).fold(f64::MAX, f64::min);
    // At the high end every stratum with a need is read in full.
    let (mut low, mut high) = (0.0, 2.0 / smallest);
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        match suffices(&at(middle)) {
            true => high = middle,
            false => low = middle,
        }
    }
    let wanted = at(high);
    let drawn: usize = strata.iter().map(|stratum| stratum.deck.drawn()).sum();
    match wanted.iter().sum::<usize>() == drawn || share(strata, &wanted) > NEARLY_ALL {
        true => all(strata),
        false => wanted,
    }
}

/// Whether so many units of each stratum are more than a part of what can be read.
pub(super) fn is_too_much(strata: &[Stratum], wanted: &[usize]) -> bool {
    share(strata, wanted) > A_PART
}

/// Which share of what can be read so many units of each stratum are.
fn share(strata: &[Stratum], wanted: &[usize]) -> f64 {
    let lengths = strata.iter().map(|stratum| stratum.deck.len());
    let units: usize = lengths.clone().zip(wanted).map(|(length, &units)| units.min(length)).sum();
    units as f64 / lengths.sum::<usize>().max(1) as f64
}

/// The standard deviation that is believed of each stratum; all 1 when nothing varied so far.
fn needs(strata: &[Stratum]) -> Vec<f64> {
    let read: Vec<Moments> = strata.iter().map(|stratum| stratum.read).collect();
    let variances = interval::variances(strata, &read, &interval::rates(strata, &read));
    let needs: Vec<f64> = variances.into_iter().map(f64::sqrt).collect();
    match needs.iter().any(|&need| need > 0.0) {
        true => needs,
        false => vec![1.0; strata.len()],
    }
}

/// The variance of the estimate if `drawn` units of each stratum are.
fn variance(strata: &[Stratum], needs: &[f64], drawn: &[usize]) -> f64 {
    let terms = strata.iter().zip(needs).zip(drawn).map(|((stratum, need), &drawn)| {
        let unread = 1.0 / drawn.max(1) as f64 - 1.0 / stratum.units;
        (stratum.units * need).powi(2) * unread.max(0.0)
    });
    terms.sum()
}

#[cfg(test)]
mod tests {
    use formats::random::SplitMix64;

    use super::super::draw::Deck;
    use super::*;

    /// A stratum of `units` of which two were read, that cost `mean` ± `off`.
    fn stratum(class: usize, units: usize, mean: f64, off: f64) -> Stratum {
        let mut deck = Deck::shuffled((0..units).collect(), &mut SplitMix64::new(0));
        deck.draw_up_to(2);
        let mut read = Moments::of(1.0, mean - off);
        read.merge(&Moments::of(1.0, mean + off));
        Stratum { class, certain: false, units: units as f64, events: units as f64, deck, read }
    }

    #[test]
    fn strata_that_vary_more_are_read_more() {
        let strata = [stratum(1, 1000, 100.0, 1.0), stratum(2, 1000, 100.0, 30.0)];
        let wanted = next(&strata, 0.1, 0);
        assert!(wanted[1] > wanted[0] && wanted[0] > 2, "{wanted:?}");
        assert!(wanted.iter().sum::<usize>() < 100, "{wanted:?}");
        assert_eq!(next(&strata, 0.0, 0), [1000, 1000]);
    }

    #[test]
    fn there_is_always_progress() {
        let uniform = [stratum(1, 1000, 100.0, 0.0), stratum(2, 1000, 0.0, 0.0)];
        let wanted = next(&uniform, 0.5, 10);
        assert!(wanted.iter().sum::<usize>() >= 10, "{wanted:?}");
        assert_eq!(next(&uniform, 0.0, 0), [1000, 1000]);
    }
}
