//! The events in the words of a segment.
//!
//! An event is its id word, followed by as many payload words (low word first) as the plan's
//! [`EventLayout`] says.

use std::iter::FusedIterator;

use crate::plan::EventLayout;

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event {
    /// Event id: see [`crate::plan::Plan::event_map`].
    pub id: u32,
    /// The payload; 0 for events that have none.
    pub payload: u64,
}

/// Words that are no events of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The plan has no event with this id.
    #[error("word {word}: the plan has no event {id}")]
    UnknownId {
        /// Place of the id word in the segment.
        word: usize,
        /// The id found there.
        id: u32,
    },
    /// The segment ends within an event.
    #[error("word {word}: the segment ends before the payload of event {id}")]
    CutShort {
        /// Place of the id word in the segment.
        word: usize,
        /// The id found there.
        id: u32,
    },
}

/// Iterates over the events of a segment, in the order in which the program recorded them.
///
/// Ends after the first error.
#[derive(Clone, Debug)]
pub struct Events<'a> {
    words: &'a [u32],
    position: usize,
    layout: EventLayout,
}

impl<'a> Events<'a> {
    /// The events in `words`.
    pub fn new(words: &'a [u32], layout: EventLayout) -> Self {
        Events { words, position: 0, layout }
    }

    /// Place of the next event's id word.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Reads the event `id`, which has a payload if the plan knows it.
    fn next_site(&mut self, id: u32) -> Result<Event, EventError> {
        let word = self.position;
        let (payload, words) = match (self.layout.payload_words(id), &self.words[word + 1..]) {
            (Some(1), &[low, ..]) => (u64::from(low), 1),
            (Some(2), &[low, high, ..]) => (u64::from(low) | u64::from(high) << 32, 2),
            (Some(_), _) => return self.fail(EventError::CutShort { word, id }),
            (None, _) => return self.fail(EventError::UnknownId { word, id }),
        };
        self.position = word + 1 + words;
        Ok(Event { id, payload })
    }

    fn fail(&mut self, error: EventError) -> Result<Event, EventError> {
        self.position = self.words.len();
        Err(error)
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event, EventError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let id = *self.words.get(self.position)?;
        // Paths are by far the most frequent events, and the loop over them is what an analysis
        // spends its time on.
        if id < self.layout.first_narrow {
            self.position += 1;
            return Some(Ok(Event { id, payload: 0 }));
        }
        Some(self.next_site(id))
    }
}

impl FusedIterator for Events<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: EventLayout = EventLayout { first_narrow: 10, first_wide: 12, end: 13 };

    fn collect(words: &[u32]) -> Result<Vec<(u32, u64)>, EventError> {
        Events::new(words, LAYOUT)
            .map(|event| event.map(|event| (event.id, event.payload)))
            .collect()
    }

    #[test]
    fn payloads_of_every_width_are_read() {
        let events = collect(&[9, 10, 500, 0, 12, 7, 1, 11, u32::MAX]);
        let expected = vec![(9, 0), (10, 500), (0, 0), (12, 1 << 32 | 7), (11, 0xffff_ffff)];
        assert_eq!(events, Ok(expected));
        assert_eq!(collect(&[]), Ok(vec![]));
    }

    #[test]
    fn an_unknown_id_is_named_with_its_place() {
        assert_eq!(collect(&[1, 2, 13]), Err(EventError::UnknownId { word: 2, id: 13 }));
    }

    #[test]
    fn a_payload_that_is_cut_short_is_named_with_its_place() {
        assert_eq!(collect(&[1, 10]), Err(EventError::CutShort { word: 1, id: 10 }));
        assert_eq!(collect(&[12, 4]), Err(EventError::CutShort { word: 0, id: 12 }));
    }

    #[test]
    fn the_iterator_ends_after_an_error() {
        let mut events = Events::new(&[99, 1, 1], LAYOUT);
        assert!(events.next().unwrap().is_err());
        assert!(events.next().is_none());
    }
}
