//! Reads a whole trace to find out whether anything in it is wrong.

use super::error::TraceError;
use super::histogram::{EventCounter, Histogram};
use super::index::Index;
use super::reader::{SegmentData, Trace, corrupt, ending_to_result, read_header};
use super::scan::scan;
use crate::plan::EventLayout;

impl Trace {
    /// Reads everything: the checksum of every frame, the footer against the frames, and every
    /// event against the plan.
    ///
    /// # Errors
    ///
    /// At the first thing that is not as it should be.
    pub fn verify(&self) -> Result<(), TraceError> {
        let (_, mut position) = read_header(&self.source, self.bytes)?;
        let mut index = Index::default();
        let ending = scan(&self.source, &mut position, self.bytes, &mut index)?;
        ending_to_result(&ending, index.segments.len())?;
        let layout = self.header().plan.layout();
        let mut counter = EventCounter::new(layout);
        for (number, entry) in self.segments().iter().enumerate() {
            let tally = self.read_counts(number)?;
            let found = match self.read_segment(number)? {
                SegmentData::Events(words) => count_events(&mut counter, &words, tally.as_ref()),
                SegmentData::Counts(histogram) => count_histogram(&histogram, layout),
                SegmentData::Nothing => Ok(entry.info.events),
            };
            let expected = entry.info.events;
            let checked = found.and_then(|found| match found == expected {
                true => Ok(()),
                false => Err(format!("{found} events where the segment has {expected}")),
            });
            checked.map_err(|what| corrupt(entry.offset, what, number))?;
        }
        Ok(())
    }
}

fn count_events(
    counter: &mut EventCounter,
    words: &[u32],
    tally: Option<&Histogram>,
) -> Result<u64, String> {
    let found = counter.count(words).map_err(|error| error.to_string())?;
    let counted = counter.take();
    match tally {
        Some(tally) if *tally != counted => Err("its histogram counts other events".to_string()),
        _ => Ok(found),
    }
}

fn count_histogram(histogram: &Histogram, layout: EventLayout) -> Result<u64, String> {
    histogram.check(layout).map_err(|error| error.to_string())?;
    Ok(histogram.events())
}
