//! Prices of events that are asked for again and again.
//!
//! A sample, or a trace that grows, is priced segment by segment, and most events of a segment are
//! known from the ones before. What an event stands for is kept here; only new ones are replayed.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use formats::events::Event;
use formats::plan::EventKind;
use formats::trace::{Histogram, HistogramEntry};
use rayon::prelude::*;

use crate::Error;
use crate::estimate::Cost;
use crate::limits::{MAX_DENSE_EVENTS, MAX_PRICED_EVENTS};
use crate::replay::{Price, Prices, Pricing};

/// What the events stand for that were seen so far.
pub(crate) struct Table<'a> {
    pricing: &'a Pricing<'a>,
    /// Index into `known` by event id, of events without payload, for ids below
    /// [`MAX_DENSE_EVENTS`].
    dense: Vec<u32>,
    /// The same of all other events.
    sparse: HashMap<Event, u32, RandomState>,
    known: Vec<Known>,
    /// The figures of all known events, one after the other.
    amounts: Vec<(u32, u128)>,
    /// The dearest nest of each function.
    dearest_nests: BTreeMap<u32, Nest>,
}

/// The event of a nest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Nest {
    /// What it costs when it is run to its end.
    pub(crate) fuel: u128,
    pub(crate) event: Event,
    /// Whether something cut it short.
    pub(crate) is_cut: bool,
}

/// No event has this index.
const UNKNOWN: u32 = u32::MAX;

/// What an event stands for.
#[derive(Clone, Copy)]
struct Known {
    /// Its fuel; of a nest that something cut short 0.
    fuel: u128,
    /// Where its figures end.
    end: usize,
}

impl<'a> Table<'a> {
    /// A table that knows nothing yet.
    pub(crate) fn new(pricing: &'a Pricing<'a>) -> Self {
        let bare = pricing.plan.layout().bare().min(MAX_DENSE_EVENTS);
        Table {
            pricing,
            dense: vec![UNKNOWN; bare as usize],
            sparse: HashMap::default(),
            known: Vec::new(),
            amounts: Vec::new(),
            dearest_nests: BTreeMap::new(),
        }
    }

    /// Prices the events of `histograms` that are new.
    ///
    /// # Errors
    ///
    /// Those of [`Pricing::price`].
    pub(crate) fn learn(&mut self, histograms: &[Histogram]) -> Result<(), Error> {
        if self.known.len() > MAX_PRICED_EVENTS {
            // That costs time, not exactness.
            self.forget();
        }
        let entries = histograms.iter().flat_map(Histogram::entries);
        let mut unknown: Vec<&HistogramEntry> =
            entries.filter(|entry| self.index(&entry.event).is_none()).collect();
        unknown.sort_unstable();
        unknown.dedup_by(|next, first| next.event == first.event);
        let new: Vec<HistogramEntry> = unknown.into_iter().cloned().collect();
        let take = |entries: &[HistogramEntry], prices: Prices| Ok((entries.to_vec(), prices));
        for (entries, prices) in self.pricing.price(&new, take)?.0 {
            self.add(&entries, &prices);
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.dense.fill(UNKNOWN);
        self.sparse.clear();
        self.known.clear();
        self.amounts.clear();
    }

    fn add(&mut self, entries: &[HistogramEntry], prices: &Prices) {
        for (index, (entry, price)) in entries.iter().zip(&prices.events).enumerate() {
            let kind = self.pricing.events.resolve(entry.event.id);
            if let Some(EventKind::Nest { function, .. }) = kind
                && !self.pricing.events.is_counted(entry.event.id)
            {
                self.note_nest(function, &entry.event, price);
            }
            let fuel = if price.is_cut { 0 } else { price.fuel };
            if !price.is_cut {
                self.amounts.extend_from_slice(prices.amounts(index));
            }
            let known = self.known.len() as u32;
            self.known.push(Known { fuel, end: self.amounts.len() });
            match self.dense.get_mut(entry.event.id as usize) {
                Some(place) => *place = known,
                None => drop(self.sparse.insert(entry.event.clone(), known)),
            }
        }
    }

    fn note_nest(&mut self, function: u32, event: &Event, price: &Price) {
        let known = self.dearest_nests.get(&function);
        if known.is_none_or(|nest| (nest.fuel, &nest.event) < (price.fuel, event)) {
            let nest = Nest { fuel: price.fuel, event: event.clone(), is_cut: price.is_cut };
            self.dearest_nests.insert(function, nest);
        }
    }

    fn index(&self, event: &Event) -> Option<u32> {
        match self.dense.get(event.id as usize) {
            Some(&known) => (known != UNKNOWN).then_some(known),
            None => self.sparse.get(event).copied(),
        }
    }

    /// What the events of each histogram cost, in parts by the numbers of [`crate::parts::Parts`]. A
    /// nest that something cut short costs nothing.
    ///
    /// # Errors
    ///
    /// Those of [`Pricing::price`].
    pub(crate) fn costs(&mut self, histograms: &[Histogram]) -> Result<Vec<Cost>, Error> {
        self.learn(histograms)?;
        let (table, parts) = (&*self, self.pricing.parts.len());
        let costs = histograms
            .par_iter()
            .map_init(|| Sums::new(parts), |sums, histogram| table.cost(histogram, sums));
        costs.collect::<Vec<Result<Cost, Error>>>().into_iter().collect()
    }

    fn cost(&self, histogram: &Histogram, sums: &mut Sums) -> Result<Cost, Error> {
        let mut total = 0_u128;
        for entry in histogram.entries() {
            let index = self.index(&entry.event).expect("all were learnt") as usize;
            let times = u128::from(entry.count);
            let Known { fuel, end } = self.known[index];
            let start = index.checked_sub(1).map_or(0, |before| self.known[before].end);
            let fuel = fuel.checked_mul(times).ok_or(Error::Overflow)?;
            total = total.checked_add(fuel).ok_or(Error::Overflow)?;
            for &(part, amount) in &self.amounts[start..end] {
                let amount = amount.checked_mul(times).ok_or(Error::Overflow)?;
                sums.add(part, amount).ok_or(Error::Overflow)?;
            }
        }
        Ok(Cost { total, parts: sums.take() })
    }

    /// What an event that was seen adds to the figures, if it wasn't forgotten.
    pub(crate) fn amounts(&self, event: &Event) -> &[(u32, u128)] {
        let Some(index) = self.index(event) else { return &[] };
        let start = index.checked_sub(1).map_or(0, |before| self.known[before as usize].end);
        &self.amounts[start..self.known[index as usize].end]
    }

    /// The dearest nest that was seen, of the given function if any.
    pub(crate) fn dearest_nest(&self, function: Option<u32>) -> Option<&Nest> {
        match function {
            Some(function) => self.dearest_nests.get(&function),
            None => self.dearest_nests.values().max(),
        }
    }
}

/// Sums by part; kept between segments, so that adding up allocates little.
struct Sums {
    sums: Vec<u128>,
    /// The parts whose sum is not 0.
    touched: Vec<u32>,
}

impl Sums {
    /// Sums of so many parts.
    fn new(parts: usize) -> Self {
        Sums { sums: vec![0; parts], touched: Vec::new() }
    }

    /// Adds `amount`, which is not 0. `None` on overflow.
    fn add(&mut self, part: u32, amount: u128) -> Option<()> {
        let sum = &mut self.sums[part as usize];
        if *sum == 0 {
            self.touched.push(part);
        }
        *sum = sum.checked_add(amount)?;
        Some(())
    }

    /// The sums that are not 0, in ascending order; the next ones start over.
    fn take(&mut self) -> Vec<(u32, u128)> {
        self.touched.sort_unstable();
        let sums = &mut self.sums;
        self.touched
            .drain(..)
            .map(|part| (part, std::mem::take(&mut sums[part as usize])))
            .collect()
    }
}
