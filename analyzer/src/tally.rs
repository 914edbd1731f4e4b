//! Counts how often each distinct event of a trace occurred.
//!
//! Takes the segments, decodes and counts them in parallel; gives the distinct events in
//! ascending order. A stretch of neighbouring segments shares one counter; the counts of the
//! stretches are added up, and sums don't depend on how the segments were spread.

use formats::events::{Event, EventError, EventRef};
use formats::plan::EventLayout;
use formats::trace::{EventCounter, HistogramEntry, SegmentData, Trace};
use rayon::prelude::*;

use crate::Error;
use crate::limits::{MAX_DISTINCT_EVENTS, MAX_LOOSE_ENTRIES, STRETCHES_PER_JOB, UNCOUNTED_BYTES};

/// A distinct event and how often it occurred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    /// The event.
    pub(crate) event: Event,
    /// How often it occurred.
    pub(crate) count: u128,
}

/// The distinct events of a trace.
#[derive(Debug, Default)]
pub(crate) struct Tallies {
    /// In ascending order of the events.
    pub(crate) entries: Vec<Tally>,
    /// What could not be read, in the order of the file.
    pub(crate) damage: Vec<Error>,
}

/// Counts the events of `trace`. With `allow_damage`, what can't be read is left out and listed.
///
/// # Errors
///
/// Without `allow_damage`: that of the first segment that can't be read.
pub(crate) fn count(trace: &Trace, allow_damage: bool) -> Result<Tallies, Error> {
    let segments = trace.segments().len();
    let stretch = segments.div_ceil(rayon::current_num_threads() * STRETCHES_PER_JOB).max(1);
    let stretches: Vec<Result<Tallies, Error>> = (0..segments.div_ceil(stretch))
        .into_par_iter()
        .map(|index| {
            let end = ((index + 1) * stretch).min(segments);
            count_stretch(trace, index * stretch..end, allow_damage)
        })
        .collect();
    let mut whole = Tallies::default();
    for counted in stretches {
        let counted = counted?;
        whole.entries.extend(counted.entries);
        whole.damage.extend(counted.damage);
    }
    coalesce(&mut whole.entries);
    check_distinct(&whole.entries)?;
    Ok(whole)
}

fn check_distinct(entries: &[Tally]) -> Result<(), Error> {
    match entries.len() {
        found if found > MAX_DISTINCT_EVENTS => Err(Error::TooManyDistinctEvents),
        _ => Ok(()),
    }
}

fn count_stretch(
    trace: &Trace,
    segments: std::ops::Range<usize>,
    allow_damage: bool,
) -> Result<Tallies, Error> {
    let mut counter = Counter::new(trace.header().plan.layout());
    let mut damage = Vec::new();
    for segment in segments {
        if let Err(error) = counter.segment(trace, segment) {
            if !allow_damage {
                return Err(error);
            }
            damage.push(error);
        }
        counter.tidy(u64::from(trace.segments()[segment].raw_bytes))?;
    }
    Ok(Tallies { entries: counter.finish(), damage })
}

/// Counts ordered events and adds up histograms.
struct Counter {
    layout: EventLayout,
    events: EventCounter,
    /// Bytes of the segments whose events are in `events`.
    uncounted_bytes: u64,
    entries: Vec<Tally>,
    /// Number of entries from which equal ones are added up.
    next_coalesce: usize,
}

impl Counter {
    fn new(layout: EventLayout) -> Self {
        Counter {
            layout,
            events: EventCounter::new(layout),
            uncounted_bytes: 0,
            entries: Vec::new(),
            next_coalesce: MAX_LOOSE_ENTRIES,
        }
    }

    fn segment(&mut self, trace: &Trace, segment: usize) -> Result<(), Error> {
        let entry = &trace.segments()[segment];
        let offset = entry.offset;
        match trace.read_segment(segment)? {
            SegmentData::Events(words) => {
                let found = self.events.count(&words).map_err(|source| Error::Events {
                    segment,
                    offset,
                    source,
                })?;
                if found != entry.info.events {
                    let what = format!("{found} events, not {}", entry.info.events);
                    return Err(Error::Segment { segment, offset, what });
                }
            }
            SegmentData::Counts(histogram) => {
                for (index, entry) in histogram.entries().iter().enumerate() {
                    check_entry(self.layout, entry, index).map_err(|what| Error::Segment {
                        segment,
                        offset,
                        what,
                    })?;
                    self.entries.push(tally(entry));
                }
            }
        }
        Ok(())
    }

    /// Keeps memory in proportion to the distinct events, after a segment of `raw_bytes`.
    fn tidy(&mut self, raw_bytes: u64) -> Result<(), Error> {
        self.uncounted_bytes += raw_bytes;
        if self.uncounted_bytes > UNCOUNTED_BYTES {
            self.take_counts();
        }
        if self.entries.len() > self.next_coalesce {
            coalesce(&mut self.entries);
            check_distinct(&self.entries)?;
            // Doubling keeps the sorting in proportion, however many are distinct.
            self.next_coalesce = MAX_LOOSE_ENTRIES.max(2 * self.entries.len());
        }
        Ok(())
    }

    fn take_counts(&mut self) {
        self.entries.extend(self.events.take().entries().iter().map(tally));
        self.uncounted_bytes = 0;
    }

    fn finish(mut self) -> Vec<Tally> {
        self.take_counts();
        coalesce(&mut self.entries);
        self.entries
    }
}

fn tally(entry: &HistogramEntry) -> Tally {
    Tally { event: entry.event.clone(), count: u128::from(entry.count) }
}

/// Checks that the plan has the event and that its payload is one that it can have.
fn check_entry(layout: EventLayout, entry: &HistogramEntry, index: usize) -> Result<(), String> {
    let EventRef { id, payload } = entry.event.as_ref();
    let Some(words) = layout.payload_words(id) else {
        return Err(EventError::UnknownId { word: index, id }.to_string());
    };
    match payload.len() {
        found if found == words => Ok(()),
        found => Err(format!("event {id} has {found} payload words, not {words}")),
    }
}

/// Sorts the entries and adds up those of the same event. The counts of a trace are 64-bit
/// numbers, fewer than 2^64 of them, so that their sums fit.
fn coalesce(entries: &mut Vec<Tally>) {
    entries.sort_unstable_by(|a, b| a.event.cmp(&b.event));
    entries.dedup_by(|next, first| {
        let same = next.event == first.event;
        if same {
            first.count += next.count;
        }
        same
    });
}
