//! Reads a whole trace to find out whether anything in it is wrong.

use super::error::TraceError;
use super::histogram::Histogram;
use super::index::Index;
use super::reader::{SegmentData, Trace, corrupt, ending_to_result, read_header};
use super::scan::scan;
use crate::events::Events;
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
        for (number, entry) in self.segments().iter().enumerate() {
            let found = match self.read_segment(number)? {
                SegmentData::Events(words) => count_events(&words, layout),
                SegmentData::Counts(histogram) => count_histogram(&histogram, layout),
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

fn count_events(words: &[u32], layout: EventLayout) -> Result<u64, String> {
    let mut count = 0;
    for event in Events::new(words, layout) {
        event.map_err(|error| error.to_string())?;
        count += 1;
    }
    Ok(count)
}

fn count_histogram(histogram: &Histogram, layout: EventLayout) -> Result<u64, String> {
    for entry in histogram.entries() {
        let id = entry.event.id;
        let words = layout.payload_words(id);
        let words = words.ok_or_else(|| format!("the plan has no event {id}"))?;
        let found = entry.event.payload.len();
        if found != words {
            return Err(format!("the payload of event {id} has {found} words, not {words}"));
        }
    }
    Ok(histogram.events())
}
