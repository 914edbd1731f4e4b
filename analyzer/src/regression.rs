//! What operators cost in time: a price list in nanoseconds that explains recorded runs best.
//!
//! Takes traces; gives for each class of operators the nanoseconds of one, by non-negative least
//! squares: the time of each segment against how many operators of each class ran in it. Beside the
//! classes there are function entries, the units of bulk operators, and recorded events: what a
//! recording costs is not to be put down to the operators.
//!
//! Classes that always occur together can't be told apart by any such fit, and a class that is rare
//! has a price that means little: the residual tells how much of the time is explained at all, and the
//! share of each class how much hangs on its price.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use formats::cost_model::{Bulk, CostModel};
use formats::events::Event;
use formats::operators::{CLASSES, Opcode};
use formats::plan::{EventKind, RegionKind};
use formats::trace::{Histogram, HistogramEntry, Kept, Trace};
use rayon::prelude::*;

use crate::Error;
use crate::analysis::{AnalyzeOptions, Case, Job, in_threads};
use crate::limits::{MAX_FIT_SWEEPS, MAX_PRICED_EVENTS, MAX_STRETCH_EVENTS};
use crate::operators::Place;
use crate::tally;

/// What is counted beside the classes of operators.
const OTHERS: [&str; 3] = ["function entry", "bytes and elements", "recorded event"];

const ENTRY: usize = CLASSES.len();
const UNITS: usize = CLASSES.len() + 1;
const RECORDED: usize = CLASSES.len() + 2;
const TERMS: usize = CLASSES.len() + OTHERS.len();

/// How often something of each kind happened.
type Terms = [f64; TERMS];

/// What explains the time of recorded runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The kinds of work that occurred, in the order of the classes.
    pub terms: Vec<Term>,
    /// Segments whose time was explained.
    pub segments: usize,
    /// Seconds that they took together.
    pub seconds: f64,
    /// The part of the variance of their times that is explained, at most 1.
    pub explained: f64,
    /// Root of the mean square of what is not explained, in parts of the mean time of a segment.
    pub residual: f64,
}

/// One kind of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// A class of operators, or a few words.
    pub class: &'static str,
    /// How often it was done.
    pub count: f64,
    /// What one takes, in nanoseconds.
    pub nanoseconds: f64,
    /// The part of the time that it explains.
    pub share: f64,
}

/// Fits the time of all segments of `traces`. What can't be read is left out.
///
/// # Errors
///
/// When a trace can't be priced, or has more distinct events than [`MAX_PRICED_EVENTS`], or than
/// [`MAX_STRETCH_EVENTS`] in one of the stretches that are counted in parallel.
pub fn fit(traces: &[Trace], jobs: Option<usize>) -> Result<Fit, Error> {
    in_threads(jobs, || {
        let model = CostModel::flat("unit", 1);
        let mut sums = Sums::default();
        for trace in traces {
            let options = AnalyzeOptions { allow_partial: true, ..AnalyzeOptions::default() };
            let job = Job::new(trace, &model)?;
            job.with_case(&options, |case| add_trace(case, &mut sums))?;
        }
        Ok(sums.solve())
    })
}

fn add_trace(case: &Case<'_>, sums: &mut Sums) -> Result<(), Error> {
    let too_many = |_: &mut (), _| Err(Error::TooManyEvents(MAX_STRETCH_EVENTS));
    let counts = tally::count(case.trace, &case.counted, true, case.options.meter, too_many)?;
    if counts.entries.len() > MAX_PRICED_EVENTS {
        return Err(Error::TooManyEvents(MAX_PRICED_EVENTS));
    }
    let terms = terms_of_events(case, &counts.entries)?;
    let numbered = case.trace.segments().iter().enumerate();
    let kept = numbered.filter(|(_, entry)| entry.kept != Kept::Nothing);
    let kept: Vec<usize> = kept.map(|(segment, _)| segment).collect();
    for group in tally::groups(case.trace, &kept) {
        let read = tally::read(case.trace, &case.counted, group);
        let points: Vec<Option<(Terms, f64)>> = group
            .par_iter()
            .zip(read)
            .map(|(&segment, histogram)| {
                let info = &case.trace.segments()[segment].info;
                let time = info.end_ns - info.start_ns;
                (time > 0).then_some((add_up(case, &histogram.ok()?, &terms), time as f64))
            })
            .collect();
        // In their order: sums of floats depend on it.
        points.into_iter().flatten().for_each(|(terms, time)| sums.add(&terms, time));
    }
    Ok(())
}

fn add_up(
    case: &Case<'_>,
    histogram: &Histogram,
    terms: &HashMap<&Event, Terms, RandomState>,
) -> Terms {
    let mut sum = [0.0; TERMS];
    for entry in histogram.entries() {
        let times = entry.count as f64;
        if let Some(terms) = terms.get(&entry.event) {
            sum.iter_mut().zip(terms).for_each(|(sum, term)| *sum += times * term);
        }
        // The blocks of a counted nest were not recorded one by one.
        let is_block = case.pricing.events.is_counted(entry.event.id);
        if !is_block || entry.event.payload.is_empty() {
            sum[RECORDED] += times;
        }
    }
    sum
}

/// What one occurrence of each event stands for.
fn terms_of_events<'e>(
    case: &Case<'_>,
    entries: &'e [HistogramEntry],
) -> Result<HashMap<&'e Event, Terms, RandomState>, Error> {
    let classes = classes_of_blocks(case)?;
    let mut found: HashMap<&Event, Terms, RandomState> = HashMap::default();
    let replayed = case.pricing.blocks(entries, |taken: &mut Vec<Terms>, _, ran| {
        let mut terms = [0.0; TERMS];
        for (place, times) in ran {
            let (function, block) = *place;
            let entered = case.plan.functions[function as usize].silent_calls_in(block).len();
            terms[ENTRY] += entered as f64 * *times as f64;
            if let Some(classes) = classes.get(place) {
                let weighted = classes.iter().map(|&count| f64::from(count) * *times as f64);
                terms.iter_mut().zip(weighted).for_each(|(sum, term)| *sum += term);
            }
        }
        taken.push(terms);
        Ok(())
    })?;
    for (entry, mut terms) in entries.iter().zip(replayed.into_iter().flatten()) {
        match case.pricing.events.resolve(entry.event.id) {
            Some(EventKind::Path { function, region, .. }) => {
                let regions = &case.plan.functions[function as usize].regions;
                let enters = regions[region as usize].kind == RegionKind::Entry;
                terms[ENTRY] += f64::from(u8::from(enters));
            }
            Some(EventKind::Site { .. }) => {
                let units = entry.event.payload.iter().rev();
                terms[UNITS] =
                    units.fold(0.0, |sum, &word| sum * 4_294_967_296.0 + f64::from(word));
            }
            Some(EventKind::Nest { .. }) | None => {}
        }
        found.insert(&entry.event, terms);
    }
    Ok(found)
}

/// How many operators of each class each block has.
type Classes = HashMap<Place, [u32; CLASSES.len()], RandomState>;

fn classes_of_blocks(case: &Case<'_>) -> Result<Classes, Error> {
    let mut found = Classes::default();
    for (number, function) in (0..).zip(&case.plan.functions) {
        let mut classes: Vec<Option<usize>> = Vec::with_capacity(function.operators as usize);
        let module = case.pricer.module;
        module
            .for_each_operator(number, |_, _, operator| {
                classes.push(slicer::opcode::opcode(&operator).map(Opcode::class));
                Ok(())
            })
            .map_err(Error::Module)?;
        for (index, block) in (0..).zip(&function.blocks) {
            let mut counts = [0; CLASSES.len()];
            let range = block.first_operator as usize..block.end_operator as usize;
            for &class in classes[range].iter().flatten() {
                counts[class] += 1;
            }
            found.insert((number, index), counts);
        }
    }
    Ok(found)
}

/// The normal equations.
struct Sums {
    products: [[f64; TERMS]; TERMS],
    times: Terms,
    counts: Terms,
    time: f64,
    squares: f64,
    points: usize,
}

impl Default for Sums {
    fn default() -> Self {
        let none = [0.0; TERMS];
        let products = [none; TERMS];
        Sums { products, times: none, counts: none, time: 0.0, squares: 0.0, points: 0 }
    }
}

impl Sums {
    fn add(&mut self, terms: &Terms, time: f64) {
        for (row, &left) in self.products.iter_mut().zip(terms) {
            row.iter_mut().zip(terms).for_each(|(sum, right)| *sum += left * right);
        }
        self.times.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term * time);
        self.counts.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
        self.time += time;
        self.squares += time * time;
        self.points += 1;
    }

    /// The prices, none below 0, with the least squares of what they leave: each in turn is set to the
    /// best one beside the others, until none changes any more.
    fn prices(&self) -> Terms {
        let mut prices = [0.0; TERMS];
        for _ in 0..MAX_FIT_SWEEPS {
            let mut change = 0.0_f64;
            for term in 0..TERMS {
                let own = self.products[term][term];
                if own <= 0.0 {
                    continue;
                }
                let told: f64 = self.products[term].iter().zip(&prices).map(|(a, b)| a * b).sum();
                let better = (prices[term] + (self.times[term] - told) / own).max(0.0);
                change = change.max((better - prices[term]).abs() * self.counts[term]);
                prices[term] = better;
            }
            if change <= self.time * 1e-9 {
                break;
            }
        }
        prices
    }

    fn solve(&self) -> Fit {
        let prices = self.prices();
        let dot = |left: &Terms, right: &Terms| -> f64 {
            left.iter().zip(right).map(|(left, right)| left * right).sum()
        };
        let both: f64 =
            self.products.iter().zip(&prices).map(|(row, price)| price * dot(row, &prices)).sum();
        let left = (self.squares - 2.0 * dot(&prices, &self.times) + both).max(0.0);
        let points = self.points as f64;
        let mean = self.time / points;
        let variance = self.squares - points * mean * mean;
        let named = CLASSES.iter().chain(&OTHERS).zip(prices).zip(self.counts);
        let term = |((&class, nanoseconds), count): ((&&'static str, f64), f64)| Term {
            class,
            count,
            nanoseconds,
            share: nanoseconds * count / self.time,
        };
        Fit {
            terms: named.map(term).filter(|term| term.count > 0.0).collect(),
            segments: self.points,
            seconds: self.time / 1e9,
            explained: if variance > 0.0 { 1.0 - left / variance } else { 0.0 },
            residual: if self.points > 0 { (left / points).sqrt() / mean } else { 0.0 },
        }
    }
}

impl Fit {
    /// A cost model with these prices, in picoseconds: each operator costs what its class does. Prices
    /// that are not known are 0.
    pub fn to_cost_model(&self, name: &str) -> CostModel {
        let price = |class: &str| {
            let found = self.terms.iter().find(|term| term.class == class);
            found.map_or(0, |term| (term.nanoseconds * 1000.0).round() as u32)
        };
        let mut model = CostModel::flat(name, 0);
        for operator in Opcode::all() {
            model.set_operator(operator, price(CLASSES[operator.class()]));
        }
        model.function_entry = price(OTHERS[0]);
        for bulk in Bulk::ALL {
            model.set_per_unit(bulk, price(OTHERS[1]));
        }
        model
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Segments with pseudo-random counts of some classes, whose time is made of these prices.
    fn sums(prices: &[(usize, f64)], noise: f64) -> Sums {
        let (mut sums, mut state) = (Sums::default(), 7_u64);
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
            (state >> 40) as f64 / (1_u64 << 24) as f64
        };
        for _ in 0..500 {
            let mut terms = [0.0; TERMS];
            prices.iter().for_each(|&(term, _)| terms[term] = (random() * 1000.0).round());
            let time: f64 = prices.iter().map(|&(term, price)| price * terms[term]).sum();
            sums.add(&terms, time * (1.0 + noise * (random() - 0.5)));
        }
        sums
    }

    #[test]
    fn prices_that_made_the_times_are_found() {
        let given = [(0, 0.5), (3, 2.0), (9, 0.0), (ENTRY, 7.25), (RECORDED, 11.0)];
        let fit = sums(&given, 0.0).solve();
        assert_eq!(fit.terms.len(), given.len());
        for (term, (_, price)) in fit.terms.iter().zip(given) {
            assert!((term.nanoseconds - price).abs() < 1e-4, "{term:?} is not {price}");
        }
        assert!(fit.explained > 0.999_999 && fit.residual < 1e-4, "{fit:?}");
        let shares: f64 = fit.terms.iter().map(|term| term.share).sum();
        assert!((shares - 1.0).abs() < 1e-6, "{shares}");
        let model = fit.to_cost_model("fitted");
        assert_eq!((model.function_entry, model.per_unit(Bulk::MemoryCopy)), (7250, 0));
        let local = Opcode::from_name("local.get").expect("an operator");
        assert_eq!(model.operator(local), 0);
        let constant = Opcode::from_name("global.get").expect("an operator");
        assert_eq!(model.operator(constant), 2000);
    }

    #[test]
    fn no_price_is_negative_and_noise_shows_in_the_residual() {
        // What falls as its count rises would have a negative price.
        let mut sums = Sums::default();
        for count in 1..100 {
            let mut terms = [0.0; TERMS];
            (terms[0], terms[1]) = (f64::from(count), 100.0);
            sums.add(&terms, 1000.0 - f64::from(count));
        }
        let fit = sums.solve();
        assert_eq!(fit.terms[0].nanoseconds, 0.0, "{fit:?}");
        assert!(fit.terms[1].nanoseconds > 9.0);
        let noisy = self::sums(&[(0, 1.0), (1, 2.0)], 0.5).solve();
        assert!(noisy.residual > 0.05 && noisy.explained < 0.99, "{noisy:?}");
    }

    #[test]
    fn nothing_explains_nothing() {
        let fit = Sums::default().solve();
        assert!(fit.terms.is_empty() && fit.segments == 0);
    }
}
