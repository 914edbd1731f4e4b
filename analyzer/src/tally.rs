//! Counts how often each distinct event of a trace occurred.
//!
//! Takes the segments; gives the distinct events in ascending order, with the blocks of counted nests in
//! place of those ([`crate::counted`]). The segments are split into
//! stretches of neighbours, which are counted in parallel, and the counts of the stretches are added
//! up. How many stretches there are follows from the trace alone, and so does everything else here.
//!
//! A trace may have more distinct events than memory should hold. A stretch that finds too many hands
//! over what it has counted and starts over: see [`Counts::handed_over`].

use std::ops::Range;

use formats::events::Events;
use formats::limits::MAX_EXPANSION;
use formats::plan::EventLayout;
use formats::trace::{
    EventCounter, Histogram, HistogramEntry, Kept, SegmentData, SegmentEntry, Trace,
};
use rayon::prelude::*;

use crate::Error;
use crate::counted::{CountedNests, Cut};
use crate::limits::{ENTRIES_AT_ONCE, MAX_STRETCH_EVENTS, STRETCHES};
use crate::meter::Meter;

/// The distinct events of a trace.
#[derive(Debug, Default)]
pub(crate) struct Counts<T> {
    /// How often each occurred, in ascending order of the events: all, or those that are left after
    /// the last that were handed over.
    pub(crate) entries: Vec<HistogramEntry>,
    /// What became of the counts that were handed over because they were too many to keep: one for
    /// each stretch, in the order of the file.
    pub(crate) handed_over: Vec<T>,
    /// What could not be read, in the order of the file.
    pub(crate) damage: Vec<Damage>,
}

/// A part of a segment that can't be read.
#[derive(Debug)]
pub(crate) struct Damage {
    pub(crate) error: Error,
    /// Whether the segment is not counted. Else its events are, though its histogram is damaged.
    pub(crate) is_left_out: bool,
}

/// Counts the events of `trace`, and gives too many of them to `hand_over`, to be added to what became
/// of others of the same stretch. With `allow_damage`, what can't be read is left out and listed.
///
/// # Errors
///
/// Those of `hand_over`, and without `allow_damage` that of the first segment that can't be read.
pub(crate) fn count<T: Default + Send>(
    trace: &Trace,
    nests: &CountedNests,
    allow_damage: bool,
    meter: Option<&Meter>,
    hand_over: impl Fn(&mut T, Vec<HistogramEntry>) -> Result<(), Error> + Sync,
) -> Result<Counts<T>, Error> {
    let segments = trace.segments().len();
    if let Some(meter) = meter {
        meter.expect(segments);
    }
    let length = segments.div_ceil(STRETCHES).max(1);
    let stretches: Vec<Result<Counts<T>, Error>> = (0..segments.div_ceil(length))
        .into_par_iter()
        .map_init(
            || SegmentReader::new(trace, nests),
            |reader, index| {
                let stretch = index * length..((index + 1) * length).min(segments);
                let length = stretch.len();
                let counted = count_stretch(reader, stretch, allow_damage, &hand_over);
                if let Some(meter) = meter {
                    meter.advance(length);
                }
                counted
            },
        )
        .collect();
    let mut whole = Counts { entries: Vec::new(), handed_over: Vec::new(), damage: Vec::new() };
    for counted in stretches {
        let counted = counted?;
        whole.entries.extend(counted.entries);
        whole.handed_over.extend(counted.handed_over);
        whole.damage.extend(counted.damage);
    }
    coalesce(&mut whole.entries);
    Ok(whole)
}

fn count_stretch<T: Default>(
    reader: &mut SegmentReader<'_>,
    stretch: Range<usize>,
    allow_damage: bool,
    hand_over: impl Fn(&mut T, Vec<HistogramEntry>) -> Result<(), Error>,
) -> Result<Counts<T>, Error> {
    let (mut handed_over, mut damage) = (None, Vec::new());
    for segment in stretch {
        if let Err(found) = reader.add(segment) {
            if !allow_damage {
                reader.clear();
                return Err(found.error);
            }
            damage.push(found);
        }
        if reader.counter.distinct() > MAX_STRETCH_EVENTS {
            let entries = reader.take()?.into_entries();
            hand_over(handed_over.get_or_insert_default(), entries)?;
        }
    }
    let handed_over = handed_over.into_iter().collect();
    Ok(Counts { entries: reader.take()?.into_entries(), handed_over, damage })
}

/// Reads how often each event of these segments occurs, and gives as many histograms to `take` at a time
/// as can be held.
///
/// # Errors
///
/// Those of `take`.
pub(crate) fn read_in_batches(
    trace: &Trace,
    nests: &CountedNests,
    segments: &[usize],
    mut take: impl FnMut(Vec<Result<Histogram, Error>>) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut held, mut entries) = (Vec::new(), 0);
    for group in groups(trace, segments) {
        let found = read(trace, nests, group);
        entries += found.iter().flatten().map(|found| found.entries().len() as u64).sum::<u64>();
        held.extend(found);
        if entries >= ENTRIES_AT_ONCE {
            take(std::mem::take(&mut held))?;
            entries = 0;
        }
    }
    if held.is_empty() { Ok(()) } else { take(held) }
}

/// Splits `segments` into groups of neighbours whose histograms can be held at once, whatever they turn
/// out to be.
pub(crate) fn groups<'s>(trace: &Trace, segments: &'s [usize]) -> Vec<&'s [usize]> {
    let (mut groups, mut rest) = (Vec::new(), segments);
    while !rest.is_empty() {
        let mut entries = 0;
        let fitting = rest.iter().take_while(|&&segment| {
            entries += most_entries(&trace.segments()[segment]);
            entries <= ENTRIES_AT_ONCE
        });
        let (group, behind) = rest.split_at(fitting.count().max(1));
        groups.push(group);
        rest = behind;
    }
    groups
}

/// The most distinct events that a segment can have: an entry of a histogram has three bytes at least.
fn most_entries(entry: &SegmentEntry) -> u64 {
    let stored = match entry.kept {
        Kept::Events => entry.tally_bytes,
        Kept::Counts => Some(entry.stored_bytes),
        Kept::Nothing => Some(0),
    };
    let by_bytes = stored.map(|bytes| u64::from(bytes) * MAX_EXPANSION as u64 / 3);
    by_bytes.unwrap_or(u64::MAX).min(entry.info.events)
}

/// How often each event of these segments occurs, read in parallel.
pub(crate) fn read(
    trace: &Trace,
    nests: &CountedNests,
    segments: &[usize],
) -> Vec<Result<Histogram, Error>> {
    let reader = || SegmentReader::new(trace, nests);
    segments.par_iter().map_init(reader, |reader, &segment| reader.read(segment)).collect()
}

/// Reads and counts segments.
struct SegmentReader<'a> {
    trace: &'a Trace,
    nests: &'a CountedNests,
    layout: EventLayout,
    counter: EventCounter,
    /// What traps cut short in the segments that were added.
    cuts: Vec<Cut>,
}

impl<'a> SegmentReader<'a> {
    /// A reader of the segments of `trace`, which has these counted nests.
    fn new(trace: &'a Trace, nests: &'a CountedNests) -> Self {
        let layout = trace.header().plan.layout();
        let (counter, cuts) = (EventCounter::new(layout), Vec::new());
        SegmentReader { trace, nests, layout, counter, cuts }
    }

    /// What was added; the reader starts over.
    fn take(&mut self) -> Result<Histogram, Error> {
        let cuts = std::mem::take(&mut self.cuts);
        self.nests.in_blocks(self.counter.take(), &cuts)
    }

    fn clear(&mut self) {
        self.counter.take();
        self.cuts.clear();
    }

    /// How often each event of a segment occurs.
    ///
    /// # Errors
    ///
    /// When the segment can't be read, or holds what is no event.
    fn read(&mut self, segment: usize) -> Result<Histogram, Error> {
        match self.add(segment) {
            Err(Damage { error, is_left_out: true }) => Err(error),
            _ => self.take(),
        }
    }

    /// Adds a segment, if it can be read.
    fn add(&mut self, segment: usize) -> Result<(), Damage> {
        let added = self.add_counts(segment);
        if !matches!(added, Err(Damage { is_left_out: true, .. })) {
            self.cuts.extend_from_slice(self.nests.cuts_in(segment));
        }
        added
    }

    /// Adds a segment to the counter: by its histogram if it has a good one, else by its events.
    fn add_counts(&mut self, segment: usize) -> Result<(), Damage> {
        match self.histogram(segment) {
            Ok(Some(histogram)) => {
                self.counter.add_histogram(&histogram).expect("it was checked");
                Ok(())
            }
            Ok(None) => self.add_events(segment).map_err(left_out),
            Err(error) if self.trace.segments()[segment].kept != Kept::Events => {
                Err(left_out(error))
            }
            Err(error) => {
                self.add_events(segment).map_err(left_out)?;
                Err(Damage { error, is_left_out: false })
            }
        }
    }

    /// The histogram of a segment, if it has one.
    fn histogram(&self, segment: usize) -> Result<Option<Histogram>, Error> {
        let found = self.trace.read_counts(segment)?;
        if let Some(Err(error)) = found.as_ref().map(|histogram| histogram.check(self.layout)) {
            return Err(self.corrupt(segment, error.to_string()));
        }
        Ok(found)
    }

    /// Adds all events of a segment, or none.
    fn add_events(&mut self, segment: usize) -> Result<(), Error> {
        let SegmentEntry { offset, info, .. } = self.trace.segments()[segment];
        let SegmentData::Events(words) = self.trace.read_segment(segment)? else { return Ok(()) };
        let corrupt = |source| Error::Events { segment, offset, source };
        let mut events = Events::new(&words, self.layout);
        let found = events.try_fold(0, |sum, event| event.map(|_| sum + 1)).map_err(corrupt)?;
        if found != info.events {
            return Err(self.corrupt(segment, format!("{found} events, not {}", info.events)));
        }
        self.counter.count(&words).map(drop).map_err(corrupt)
    }

    fn corrupt(&self, segment: usize, what: String) -> Error {
        Error::Segment { segment, offset: self.trace.segments()[segment].offset, what }
    }
}

fn left_out(error: Error) -> Damage {
    Damage { error, is_left_out: true }
}

/// Sorts the entries and adds up those of the same event. The events of a trace are fewer than 2^64,
/// so that the sums fit.
fn coalesce(entries: &mut Vec<HistogramEntry>) {
    entries.par_sort_unstable();
    entries.dedup_by(|next, first| {
        let same = next.event == first.event;
        if same {
            first.count += next.count;
        }
        same
    });
}
