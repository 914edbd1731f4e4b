//! Histograms: how often each distinct event occurred.
//!
//! Fuel is a sum over events, so a histogram is enough for exact totals and flat profiles, and
//! much smaller than the events in order. Stored sorted, as variable-length numbers: the
//! difference of the ids, the payload's length and words, and the count of each entry, which
//! Zstandard then shrinks. All events of a counted nest are one entry, with the sums of their counters.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::sums::{Sums, counters};
use super::varint;
use crate::events::{Event, EventError, EventRef, Events, Payload};
use crate::limits::MAX_TABLE_EVENTS;
use crate::plan::{EventLayout, MAX_EVENT_WORDS};

/// One distinct event and how often it occurred; or all events of one counted nest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HistogramEntry {
    /// The event. Of a counted nest the counters are the sums of those of all its events.
    pub event: Event,
    /// How often it occurred, at least once.
    pub count: u64,
}

/// How often each distinct event of a segment occurred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    entries: Vec<HistogramEntry>,
}

/// Bytes that are no histogram, or entries that make none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistogramError {
    /// The bytes end within an entry, or a number is out of range.
    #[error("entry {entry} of the histogram is cut short or out of range")]
    BadEntry {
        /// Number of entries before it.
        entry: usize,
    },
    /// An entry is not greater than the one before it.
    #[error("entry {entry} of the histogram is out of order")]
    OutOfOrder {
        /// Number of entries before it.
        entry: usize,
    },
    /// The events are more than 64 bits can count.
    #[error("the histogram counts more events than 64 bits can hold")]
    TooManyEvents,
    /// The entries do not add up to the number of events that the segment announces.
    #[error("the histogram counts {found} events where the segment has {expected}")]
    OtherTotal {
        /// Sum of the counts.
        found: u64,
        /// Number of events of the segment.
        expected: u64,
    },
    /// An entry is no event of the plan.
    #[error(
        "entry {entry} of the histogram: the plan has no event {id} with {words} payload words"
    )]
    UnknownEvent {
        /// Number of entries before it.
        entry: usize,
        /// The id found there.
        id: u32,
        /// Number of payload words found there.
        words: usize,
    },
}

impl HistogramEntry {
    /// The counters of a counted nest's events, added up.
    pub fn counters(&self) -> impl Iterator<Item = u64> + '_ {
        counters(self.event.payload.iter().copied())
    }
}

impl Histogram {
    /// A histogram of these entries, which must be in strictly ascending order of their events,
    /// with counts of at least 1.
    ///
    /// # Errors
    ///
    /// When they are not.
    pub fn from_entries(entries: Vec<HistogramEntry>) -> Result<Histogram, HistogramError> {
        let mut total = 0u64;
        for (index, entry) in entries.iter().enumerate() {
            if entry.count == 0 {
                return Err(HistogramError::BadEntry { entry: index });
            }
            if index > 0 && entries[index - 1].event >= entry.event {
                return Err(HistogramError::OutOfOrder { entry: index });
            }
            total = total.checked_add(entry.count).ok_or(HistogramError::TooManyEvents)?;
        }
        Ok(Histogram { entries })
    }

    /// The entries, in strictly ascending order of their events.
    pub fn entries(&self) -> &[HistogramEntry] {
        &self.entries
    }

    /// The entries, in strictly ascending order of their events.
    pub fn into_entries(self) -> Vec<HistogramEntry> {
        self.entries
    }

    /// Number of events that were counted.
    pub fn events(&self) -> u64 {
        self.entries.iter().map(|entry| entry.count).sum()
    }

    /// Checks that the plan with this `layout` has all its events.
    ///
    /// # Errors
    ///
    /// At the first one that it does not have.
    pub fn check(&self, layout: EventLayout) -> Result<(), HistogramError> {
        let is_unknown = |entry: &HistogramEntry| {
            layout.payload_words(entry.event.id) != Some(entry.event.payload.len())
        };
        match self.entries.iter().position(is_unknown) {
            None => Ok(()),
            Some(entry) => {
                let Event { id, ref payload } = self.entries[entry].event;
                Err(HistogramError::UnknownEvent { entry, id, words: payload.len() })
            }
        }
    }

    /// More bytes than [`Histogram::encode`] gives. Cheap.
    pub fn max_encoded_bytes(&self) -> u64 {
        let (id, length, word, count) = (5, 1, 5, 10);
        let payload = |entry: &HistogramEntry| entry.event.payload.len() as u64;
        self.entries.iter().map(|entry| id + length + word * payload(entry) + count).sum()
    }

    /// The histogram as bytes: see `FORMAT.md`.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 * self.entries.len());
        let mut previous_id = 0;
        for entry in &self.entries {
            varint::write(&mut bytes, u64::from(entry.event.id - previous_id));
            varint::write(&mut bytes, entry.event.payload.len() as u64);
            for &word in &entry.event.payload {
                varint::write(&mut bytes, u64::from(word));
            }
            varint::write(&mut bytes, entry.count);
            previous_id = entry.event.id;
        }
        bytes
    }

    /// Reads what [`Histogram::encode`] wrote. The entries take at most 14 bytes for each of
    /// `bytes`.
    ///
    /// # Errors
    ///
    /// When `bytes` is something else.
    pub fn decode(mut bytes: &[u8]) -> Result<Histogram, HistogramError> {
        let mut entries = Vec::new();
        let mut id = 0u32;
        while !bytes.is_empty() {
            let entry = decode_entry(&mut bytes, id)
                .ok_or(HistogramError::BadEntry { entry: entries.len() })?;
            id = entry.event.id;
            entries.push(entry);
        }
        Histogram::from_entries(entries)
    }
}

fn decode_entry(bytes: &mut &[u8], previous_id: u32) -> Option<HistogramEntry> {
    let difference = u32::try_from(varint::read(bytes)?).ok()?;
    let id = previous_id.checked_add(difference)?;
    let words = usize::try_from(varint::read(bytes)?).ok()?;
    if words > MAX_EVENT_WORDS {
        return None;
    }
    let word = |_| u32::try_from(varint::read(bytes)?).ok();
    let payload = (0..words).map(word).collect::<Option<Payload>>()?;
    let count = varint::read(bytes)?;
    Some(HistogramEntry { event: Event { id, payload }, count })
}

/// Counts the events of segments.
///
/// Keeps its tables between segments, so that counting allocates nothing in steady state.
#[derive(Clone, Debug)]
pub struct EventCounter {
    layout: EventLayout,
    /// Counts of events without payload, by id.
    table: Vec<u64>,
    /// The ids whose count in `table` is not 0.
    touched: Vec<u32>,
    /// Counters of counted nests.
    sums: Sums,
    /// Counts of all other events.
    map: HashMap<Event, u64, RandomState>,
}

impl EventCounter {
    /// A counter of the events of one plan.
    pub fn new(layout: EventLayout) -> EventCounter {
        EventCounter {
            layout,
            table: vec![0; layout.bare().min(MAX_TABLE_EVENTS) as usize],
            touched: Vec::new(),
            sums: Sums::default(),
            map: HashMap::default(),
        }
    }

    /// Adds the events in `words`; returns how many there were.
    ///
    /// # Errors
    ///
    /// When a word is no event of the plan. The events before it are counted.
    pub fn count(&mut self, words: &[u32]) -> Result<u64, EventError> {
        let mut events = 0;
        for event in Events::new(words, self.layout) {
            self.add(event?, 1);
            events += 1;
        }
        Ok(events)
    }

    /// Adds the events that `histogram` counted. All counts together must fit in 64 bits, as those
    /// of one trace do.
    ///
    /// # Errors
    ///
    /// When an entry is no event of the plan: then nothing is added.
    pub fn add_histogram(&mut self, histogram: &Histogram) -> Result<(), HistogramError> {
        histogram.check(self.layout)?;
        for entry in &histogram.entries {
            self.add(entry.event.as_ref(), entry.count);
        }
        Ok(())
    }

    /// Number of different events since the counts were last taken.
    pub fn distinct(&self) -> usize {
        self.touched.len() + self.sums.len() + self.map.len()
    }

    #[inline]
    fn add(&mut self, event: EventRef<'_>, times: u64) {
        match self.table.get_mut(event.id as usize) {
            Some(count) => {
                if *count == 0 {
                    self.touched.push(event.id);
                }
                *count += times;
            }
            None if event.id >= self.layout.first_counted() => {
                self.sums.add(event.id, times, event.payload.iter().copied());
            }
            None => *self.map.entry(event.to_event()).or_insert(0) += times,
        }
    }

    /// The counts since the last call; the counter starts over.
    pub fn take(&mut self) -> Histogram {
        let mut entries = Vec::with_capacity(self.distinct());
        for id in self.touched.drain(..) {
            let count = std::mem::take(&mut self.table[id as usize]);
            entries.push(HistogramEntry { event: Event { id, payload: Payload::new() }, count });
        }
        entries.extend(self.map.drain().map(|(event, count)| HistogramEntry { event, count }));
        entries.extend(self.sums.drain());
        entries.sort_unstable();
        Histogram { entries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: u32, payload: &[u32], count: u64) -> HistogramEntry {
        HistogramEntry { event: EventRef { id, payload }.to_event(), count }
    }

    #[test]
    fn histograms_come_back() {
        let entries = [
            entry(0, &[], 1),
            entry(7, &[], u64::MAX >> 1),
            entry(u32::MAX, &[], 1),
            entry(u32::MAX, &[1], 300),
            entry(u32::MAX, &[1, u32::MAX, 7], 2),
        ];
        for length in 0..=entries.len() {
            let histogram = Histogram::from_entries(entries[..length].to_vec()).unwrap();
            assert_eq!(Histogram::decode(&histogram.encode()), Ok(histogram));
        }
    }

    #[test]
    fn entries_out_of_order_or_empty_are_refused() {
        let refused = |entries| Histogram::from_entries(entries).unwrap_err();
        let swapped = vec![entry(2, &[], 1), entry(1, &[], 1)];
        assert_eq!(refused(swapped), HistogramError::OutOfOrder { entry: 1 });
        let twice = vec![entry(2, &[5], 1), entry(2, &[5], 1)];
        assert_eq!(refused(twice), HistogramError::OutOfOrder { entry: 1 });
        assert_eq!(refused(vec![entry(2, &[], 0)]), HistogramError::BadEntry { entry: 0 });
        let many = vec![entry(1, &[], u64::MAX), entry(2, &[], 1)];
        assert_eq!(refused(many), HistogramError::TooManyEvents);
    }

    #[test]
    fn bytes_that_are_no_histogram_are_refused() {
        let bytes =
            Histogram { entries: vec![entry(3, &[], 9), entry(200, &[1000], 300)] }.encode();
        for length in 1..bytes.len() {
            let cut = Histogram::decode(&bytes[..length]);
            assert_eq!(cut.is_ok(), length == 3, "{length} bytes");
        }
        // The id would be 2^32.
        let bytes = [0xff, 0xff, 0xff, 0xff, 0x0f, 0, 1, 1, 0, 1];
        assert_eq!(Histogram::decode(&bytes), Err(HistogramError::BadEntry { entry: 1 }));
    }

    #[test]
    fn the_counter_counts_events_with_and_without_payload() {
        let layout = EventLayout::of_widths(&[10, 2, 1]);
        let mut counter = EventCounter::new(layout);
        assert_eq!(counter.count(&[9, 3, 9, 10, 64, 12, 1, 2]), Ok(5));
        assert_eq!(counter.count(&[3, 10, 65, 10, 64]), Ok(3));
        let expected = [
            entry(3, &[], 2),
            entry(9, &[], 2),
            entry(10, &[64], 2),
            entry(10, &[65], 1),
            entry(12, &[1, 2], 1),
        ];
        let histogram = counter.take();
        assert_eq!(histogram.entries(), expected);
        assert_eq!(histogram.events(), 8);
        assert_eq!(counter.take(), Histogram::default());
    }

    #[test]
    fn histograms_are_added_to_what_was_counted() {
        let layout = EventLayout::of_widths(&[10, 2]);
        let mut counter = EventCounter::new(layout);
        counter.count(&[3, 10, 64]).unwrap();
        let entries = vec![entry(3, &[], 5), entry(4, &[], 1), entry(10, &[64], 7)];
        counter.add_histogram(&Histogram::from_entries(entries).unwrap()).unwrap();
        assert_eq!(counter.distinct(), 3);
        let expected = [entry(3, &[], 6), entry(4, &[], 1), entry(10, &[64], 8)];
        assert_eq!(counter.take().entries(), expected);
        assert_eq!(counter.distinct(), 0);
        for (id, payload) in [(12, &[][..]), (9, &[1]), (10, &[]), (11, &[1, 2])] {
            let wrong = vec![entry(0, &[], 1), entry(id, payload, 1)];
            let wrong = Histogram::from_entries(wrong).unwrap();
            let error = HistogramError::UnknownEvent { entry: 1, id, words: payload.len() };
            assert_eq!(counter.add_histogram(&wrong), Err(error));
            assert_eq!(counter.distinct(), 0);
        }
    }

    #[test]
    fn counters_of_one_nest_are_added_up() {
        let layout = EventLayout::new(&[10, 2], &[0, 1, 1]);
        let mut counter = EventCounter::new(layout);
        let most = u32::MAX;
        assert_eq!(counter.count(&[12, most, 0, 3, 12, 1, 7, 13, 1, 2, 3, 4]), Ok(4));
        let more = Histogram::from_entries(vec![entry(12, &[5, 0], 3), entry(13, &[0; 4], 1)]);
        counter.add_histogram(&more.unwrap()).unwrap();
        let expected = [entry(3, &[], 1), entry(12, &[5, 8], 5), entry(13, &[1, 2, 3, 4], 2)];
        assert_eq!(counter.distinct(), 3);
        assert_eq!(counter.take().entries(), expected);
        assert_eq!(expected[2].counters().collect::<Vec<u64>>(), [1 | 2 << 32, 3 | 4 << 32]);
    }

    #[test]
    fn ids_beyond_the_table_are_counted_too() {
        let last = MAX_TABLE_EVENTS + 5;
        let layout = EventLayout::of_widths(&[last + 1]);
        let mut counter = EventCounter::new(layout);
        assert_eq!(counter.count(&[last, 0, last]), Ok(3));
        assert_eq!(counter.take().entries(), [entry(0, &[], 1), entry(last, &[], 2)]);
    }

    #[test]
    fn a_word_that_is_no_event_is_reported() {
        let layout = EventLayout::of_widths(&[1]);
        let mut counter = EventCounter::new(layout);
        assert_eq!(counter.count(&[0, 4]), Err(EventError::UnknownId { word: 1, id: 4 }));
    }
}
