//! The exact total, and the profile that adds up to it.

use std::time::Instant;

use formats::events::Event;
use formats::trace::HistogramEntry;

use crate::Error;
use crate::analysis::{Case, Findings, Stats, tail_notes, total_fuel};
use crate::completeness;
use crate::ledger::Ledger;
use crate::limits::{MAX_LISTED_DAMAGE, MAX_PRICED_EVENTS, MAX_WALKED_EVENTS};
use crate::operators::Blocks;
use crate::render::grouped;
use crate::replay::Price;
use crate::rows::{self, Figure};
use crate::steps::Steps;
use crate::tally::{self, Counts, Damage};
use crate::tree::CallTree;
use crate::walk::{Order, TrapTail, Walk, unordered_tails};

/// Prices all events of the trace.
///
/// # Errors
///
/// When the trace is damaged and the options don't allow that, or can't be priced.
pub(crate) fn price(case: &Case<'_>) -> Result<Findings, Error> {
    price_in_detail(case, false).map(|(findings, _)| findings)
}

/// What exact pricing knows beside its findings.
pub(crate) struct Detail {
    /// Every chain of calls; empty where the events were not walked.
    pub(crate) tree: CallTree,
    /// The distinct events, in ascending order.
    pub(crate) entries: Vec<HistogramEntry>,
    /// The price of each; `None` if they were too many to keep, or were not asked for.
    pub(crate) prices: Option<Vec<Price>>,
    /// What traps cut short.
    pub(crate) tails: Vec<TrapTail>,
}

impl Detail {
    /// How often each block of the program ran. The nests that a trap cut short, or may have, are left
    /// out: what they did is not known.
    ///
    /// # Errors
    ///
    /// Those of replaying.
    pub(crate) fn count_blocks(&self, case: &Case<'_>) -> Result<Blocks, Error> {
        let mut whole = self.entries.clone();
        for nest in self.tails.iter().filter_map(|tail| tail.unfinished.as_ref()) {
            for once in case.counted.once(nest, case.plan.layout())?.entries() {
                if let Ok(place) = whole.binary_search_by(|entry| entry.event.cmp(&once.event)) {
                    whole[place].count = whole[place].count.saturating_sub(once.count);
                }
            }
        }
        case.pricing.count_blocks(&whole)
    }
}

/// Prices all events of the trace, and keeps the price of each if `keeps_prices` or they are walked.
///
/// # Errors
///
/// As [`price`].
pub(crate) fn price_in_detail(
    case: &Case<'_>,
    keeps_prices: bool,
) -> Result<(Findings, Detail), Error> {
    let start = Instant::now();
    let hand_over = |whole: &mut AddedUp, entries: Vec<HistogramEntry>| {
        whole.merge(add_up(case, &entries, false)?)
    };
    let counts = tally::count(
        case.trace,
        &case.counted,
        case.options.allow_partial,
        case.options.meter,
        hand_over,
    )?;
    let count_time = start.elapsed();
    let may_walk = may_walk(case, &counts);
    let walks = may_walk && wants_walk(case)?;
    let Counts { entries, handed_over, damage } = counts;
    let asks_for_prices = keeps_prices;
    let keeps_prices = walks || keeps_prices && may_keep(&entries, &handed_over);
    let mut whole = add_up(case, &entries, keeps_prices)?;
    handed_over.into_iter().try_for_each(|part| whole.merge(part))?;
    let AddedUp { mut ledger, prices, mut stats } = whole;
    stats.count_time = count_time;
    let Walk { totals, tails, tree } = match walks {
        true => walk(case, &entries, &prices)?,
        false => Walk { tails: unordered(case, &ledger)?, ..Walk::default() },
    };
    check_cut(&ledger, &tails)?;
    let counted = ledger.fuel();
    for tail in &tails {
        if let Some(nest) = &tail.unfinished {
            let once = case.counted.once(nest, case.plan.layout())?;
            ledger.take_back(&add_up(case, once.entries(), false)?.ledger)?;
        }
        add_tail(case, &mut ledger, tail)?;
    }
    let fuel = total_fuel(counted, ledger.fuel(), &tails)?;
    let mut notes = damage_notes(&damage);
    notes.extend(tail_notes(&tails, case.plan));
    if completeness::is_ordered(case.trace) && damage.is_empty() && !may_walk {
        notes.push(
            "what callees spent is left out: too many of the events are distinct".to_string(),
        );
    } else if may_walk && !walks {
        notes.push(format!(
            "what callees spent is left out: {} events are many to walk in order, and --inclusive \
             does it",
            grouped(case.trace.events().into())
        ));
    } else if !may_walk && case.options.inclusive {
        notes.push("what callees spent is left out: the events are not there in order".to_string());
    }
    let rows = rows::rows(
        case,
        |part| Figure::exact(ledger.sum(part)),
        walks.then_some(totals.as_slice()),
    );
    if asks_for_prices && !keeps_prices {
        notes.push(
            "what operators cost is left out: too many of the events are distinct".to_string(),
        );
    }
    let prices = keeps_prices.then_some(prices);
    let is_whole = damage.is_empty();
    let findings = Findings { fuel, rows, notes, stats, sample: None, is_whole };
    Ok((findings, Detail { tree, entries, prices, tails }))
}

/// What distinct events add up to.
#[derive(Default)]
struct AddedUp {
    ledger: Ledger,
    /// The price of each event, if they were asked for.
    prices: Vec<Price>,
    stats: Stats,
}

impl AddedUp {
    fn merge(&mut self, other: AddedUp) -> Result<(), Error> {
        self.prices.extend(other.prices);
        self.stats.add(other.stats);
        self.ledger.merge(other.ledger)
    }
}

fn add_up(
    case: &Case<'_>,
    entries: &[HistogramEntry],
    keep_prices: bool,
) -> Result<AddedUp, Error> {
    let (chunks, stats) = case.pricing.price(entries, |entries, prices| {
        let ledger = Ledger::of(&case.pricing.events, entries, &prices)?;
        Ok((ledger, if keep_prices { prices.events } else { Vec::new() }))
    })?;
    let mut whole = AddedUp { ledger: Ledger::default(), prices: Vec::new(), stats };
    for (ledger, prices) in chunks {
        whole.ledger.merge(ledger)?;
        whole.prices.extend(prices);
    }
    Ok(whole)
}

/// Whether all events are there, in order, and few enough are distinct to keep their prices.
fn may_walk<T>(case: &Case<'_>, counts: &Counts<T>) -> bool {
    completeness::is_ordered(case.trace)
        && counts.damage.is_empty()
        && may_keep(&counts.entries, &counts.handed_over)
}

/// Whether the distinct events are few enough to keep the price of each.
fn may_keep<T>(entries: &[HistogramEntry], handed_over: &[T]) -> bool {
    handed_over.is_empty() && entries.len() <= MAX_PRICED_EVENTS
}

/// Whether the order of the events is worth the time.
fn wants_walk(case: &Case<'_>) -> Result<bool, Error> {
    Ok(case.options.inclusive
        || case.trace.events() <= MAX_WALKED_EVENTS
        || ends_within_a_path(case)?)
}

/// Whether the events just before the end of an invocation tell what it spent after them.
fn ends_within_a_path(case: &Case<'_>) -> Result<bool, Error> {
    let tails = unordered_tails(case, |_| None)?;
    Ok(tails.iter().any(|tail| tail.may_be_in_nest || tail.fuel.high > 0))
}

fn walk(case: &Case<'_>, entries: &[HistogramEntry], prices: &[Price]) -> Result<Walk, Error> {
    let steps = Steps::new(case.plan, case.pricer.bodies, &case.counted, entries, prices)?;
    let (pricer, nests, meter) = (case.pricer, &case.counted, case.options.meter);
    Order { trace: case.trace, steps: &steps, pricer, nests, meter }.walk(case.streams)
}

fn unordered(case: &Case<'_>, ledger: &Ledger) -> Result<Vec<TrapTail>, Error> {
    unordered_tails(case, |function| ledger.dearest_nest(function).cloned())
}

/// Checks that a trap, or the end of the trace, cut each nest short that does not end: each as often
/// as it was entered.
fn check_cut(ledger: &Ledger, tails: &[TrapTail]) -> Result<(), Error> {
    let times = |event: &Event| {
        tails.iter().filter(|tail| tail.unfinished.as_ref() == Some(event)).count() as u64
    };
    match ledger.cut().iter().all(|(event, &count)| times(event) == count) {
        true => Ok(()),
        false => Err(Error::ReplayTooLong),
    }
}

/// Adds the least that a trapped activation spent after its last event, less what the events may say too
/// much: to its function, but to none of its loops, because the way through them isn't known.
fn add_tail(case: &Case<'_>, ledger: &mut Ledger, tail: &TrapTail) -> Result<(), Error> {
    let low = u128::from(tail.fuel.low);
    let function = tail.function.map(|function| case.parts.self_fuel(function));
    ledger.take_at_most(function, tail.surplus.into());
    ledger.add_fuel(low)?;
    let Some(function) = tail.function else { return Ok(()) };
    let mut own = low;
    for silent in &tail.fuel.silent {
        let spent = u128::from(silent.fuel);
        own = own.checked_sub(spent).ok_or(Error::Overflow)?;
        ledger.add(case.parts.self_fuel(silent.callee), spent)?;
        ledger.add(case.parts.calls(silent.callee), silent.calls.into())?;
    }
    ledger.add(case.parts.self_fuel(function), own)?;
    let mut entered = Vec::new();
    if let Some(region) = tail.fuel.region {
        case.parts.of_region(case.plan, function, region, |part| entered.push(part));
    }
    entered.into_iter().try_for_each(|part| ledger.add(part, 1))
}

/// What could not be read, in words.
pub(crate) fn damage_notes(damage: &[Damage]) -> Vec<String> {
    let listed = damage.iter().take(MAX_LISTED_DAMAGE).map(|found| match found.is_left_out {
        true => format!("{}; it is left out", found.error),
        false => format!("{}; its events were counted instead", found.error),
    });
    let mut notes: Vec<String> = listed.collect();
    if damage.len() > MAX_LISTED_DAMAGE {
        notes.push(format!("{} segments are damaged in all", damage.len()));
    }
    notes
}
