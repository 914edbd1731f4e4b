//! Sums of what counted nests count.
//!
//! What a counted nest costs is linear in its counters, so that those of all its events together are as
//! good as each event's own. Counters that are added up take no more room for more events, whatever
//! they are.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::histogram::HistogramEntry;
use crate::events::{Event, Payload};
use crate::plan::COUNTER_WORDS;

/// The counters of counted nests, added up by nest.
///
/// A sum that 64 bits can't hold stays the largest that they can: no program runs that long, and who
/// prices it has to refuse it.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    /// Where the sum of each nest stands among `sums`, by its id.
    places: HashMap<u32, usize, RandomState>,
    /// The nest that was added last, and where its sum stands: often it is the next one too.
    last: Option<(u32, usize)>,
    sums: Vec<Sum>,
}

#[derive(Clone, Debug, Default)]
struct Sum {
    id: u32,
    events: u64,
    counters: Vec<u64>,
}

impl Sums {
    /// Adds `events` events `id` whose counters together are `payload`.
    pub(super) fn add(&mut self, id: u32, events: u64, payload: impl Iterator<Item = u32>) {
        let place = self.place(id);
        let sum = &mut self.sums[place];
        sum.events += events;
        let mut counters = counters(payload);
        for known in &mut sum.counters {
            *known = known.saturating_add(counters.next().unwrap_or(0));
        }
        sum.counters.extend(counters);
    }

    fn place(&mut self, id: u32) -> usize {
        match self.last {
            Some((last, place)) if last == id => place,
            _ => {
                let Sums { places, sums, .. } = self;
                let place = *places.entry(id).or_insert_with(|| {
                    sums.push(Sum { id, ..Sum::default() });
                    sums.len() - 1
                });
                self.last = Some((id, place));
                place
            }
        }
    }

    /// Number of nests.
    pub(super) fn len(&self) -> usize {
        self.sums.len()
    }

    /// The sums, as entries of a histogram in no order; they start over.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = HistogramEntry> + '_ {
        self.places.clear();
        self.last = None;
        self.sums.drain(..).map(|Sum { id, events, counters }| HistogramEntry {
            event: Event { id, payload: payload(counters) },
            count: events,
        })
    }
}

/// The counters in the payload of a counted nest's event.
pub fn counters(mut payload: impl Iterator<Item = u32>) -> impl Iterator<Item = u64> {
    const { assert!(COUNTER_WORDS == 2) };
    std::iter::from_fn(move || {
        let low = u64::from(payload.next()?);
        Some(low | u64::from(payload.next().unwrap_or(0)) << u32::BITS)
    })
}

/// The words of counters.
fn payload(counters: impl IntoIterator<Item = u64>) -> Payload {
    counters
        .into_iter()
        .flat_map(|counter| [counter as u32, (counter >> u32::BITS) as u32])
        .collect()
}
