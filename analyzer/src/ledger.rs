//! What priced events add up to.
//!
//! Sums don't depend on the order or the grouping of what is added, so that events can be priced a
//! part at a time: what is kept of them here takes memory for each function and loop, not for each
//! event.

use std::collections::BTreeMap;

use formats::events::Event;
use formats::plan::{EventKind, EventMap};
use formats::trace::HistogramEntry;

use crate::Error;
use crate::replay::{Price, Prices};

/// Sums over events, each as often as it occurred.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    /// By the numbers of [`crate::parts::Parts`].
    sums: BTreeMap<u32, u128>,
    /// The fuel of all events.
    fuel: u128,
    /// The nests that something cut short, and how often they were entered.
    cut: BTreeMap<Event, u64>,
    /// The dearest event of a nest of each function.
    dearest_nests: BTreeMap<u32, (u128, Event)>,
}

impl Ledger {
    /// The sums over `entries`, which have these `prices`.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`].
    pub(crate) fn of(
        events: &EventMap,
        entries: &[HistogramEntry],
        prices: &Prices,
    ) -> Result<Ledger, Error> {
        let mut ledger = Ledger::default();
        for (index, (entry, price)) in entries.iter().zip(&prices.events).enumerate() {
            let times = u128::from(entry.count);
            for &(part, amount) in prices.amounts(index) {
                let amount = amount.checked_mul(times).ok_or(Error::Overflow)?;
                add(ledger.sums.entry(part).or_default(), amount)?;
            }
            add(&mut ledger.fuel, price.fuel.checked_mul(times).ok_or(Error::Overflow)?)?;
            if let Some(EventKind::Nest { function, .. }) = events.resolve(entry.event.id)
                && !events.is_counted(entry.event.id)
            {
                ledger.note_nest(function, entry, price);
            }
        }
        Ok(ledger)
    }

    fn note_nest(&mut self, function: u32, entry: &HistogramEntry, price: &Price) {
        if price.is_cut {
            *self.cut.entry(entry.event.clone()).or_default() += entry.count;
        }
        let known = self.dearest_nests.get(&function);
        if known.is_none_or(|(fuel, event)| (*fuel, event) < (price.fuel, &entry.event)) {
            self.dearest_nests.insert(function, (price.fuel, entry.event.clone()));
        }
    }

    /// Adds what `other` holds.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`].
    pub(crate) fn merge(&mut self, other: Ledger) -> Result<(), Error> {
        for (part, amount) in other.sums {
            add(self.sums.entry(part).or_default(), amount)?;
        }
        add(&mut self.fuel, other.fuel)?;
        for (event, count) in other.cut {
            *self.cut.entry(event).or_default() += count;
        }
        for (function, nest) in other.dearest_nests {
            let known = self.dearest_nests.get(&function);
            if known.is_none_or(|known| *known < nest) {
                self.dearest_nests.insert(function, nest);
            }
        }
        Ok(())
    }

    /// Takes back what `other` holds, of which the sums are part of these.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`], when they are not.
    pub(crate) fn take_back(&mut self, other: &Ledger) -> Result<(), Error> {
        for (part, amount) in &other.sums {
            subtract(self.sums.entry(*part).or_default(), *amount)?;
        }
        subtract(&mut self.fuel, other.fuel)
    }

    /// Adds to one of the sums.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`].
    pub(crate) fn add(&mut self, part: u32, amount: u128) -> Result<(), Error> {
        add(self.sums.entry(part).or_default(), amount)
    }

    /// Adds fuel that is no function's.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`].
    pub(crate) fn add_fuel(&mut self, amount: u128) -> Result<(), Error> {
        add(&mut self.fuel, amount)
    }

    /// Takes away what may have been added too much: of the sum of `part` as well, but no more than that.
    pub(crate) fn take_at_most(&mut self, part: Option<u32>, amount: u128) {
        let known = part.map_or(self.fuel, |part| self.sum(part));
        let amount = amount.min(known).min(self.fuel);
        self.fuel -= amount;
        if let Some(sum) = part.and_then(|part| self.sums.get_mut(&part)) {
            *sum -= amount;
        }
    }

    /// One of the sums.
    pub(crate) fn sum(&self, part: u32) -> u128 {
        self.sums.get(&part).copied().unwrap_or(0)
    }

    /// The fuel of all events.
    pub(crate) fn fuel(&self) -> u128 {
        self.fuel
    }

    /// The nests that something cut short, and how often they were entered.
    pub(crate) fn cut(&self) -> &BTreeMap<Event, u64> {
        &self.cut
    }

    /// The dearest event of a nest, of the given function if any.
    pub(crate) fn dearest_nest(&self, function: Option<u32>) -> Option<&Event> {
        let nest = match function {
            Some(function) => self.dearest_nests.get(&function),
            None => self.dearest_nests.values().max(),
        };
        nest.map(|(_, event)| event)
    }
}

fn add(sum: &mut u128, amount: u128) -> Result<(), Error> {
    *sum = sum.checked_add(amount).ok_or(Error::Overflow)?;
    Ok(())
}

fn subtract(sum: &mut u128, amount: u128) -> Result<(), Error> {
    *sum = sum.checked_sub(amount).ok_or(Error::Overflow)?;
    Ok(())
}
