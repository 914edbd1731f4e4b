//! The events in the words of a segment.
//!
//! An event is its id word, followed by as many payload words (low word first) as the plan's
//! [`EventLayout`] says.

use std::iter::FusedIterator;

use smallvec::SmallVec;

use crate::plan::EventLayout;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event {
    /// Event id: see [`crate::plan::Plan::event_map`].
    pub id: u32,
    /// The words of the payload. Few events have one, and most of those are short.
    pub payload: Payload,
}

/// The words of an event's payload.
pub type Payload = SmallVec<[u32; 4]>;

/// One event, where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventRef<'a> {
    /// Event id: see [`crate::plan::Plan::event_map`].
    pub id: u32,
    /// The words of the payload.
    pub payload: &'a [u32],
}

impl EventRef<'_> {
    /// The event, copied.
    pub fn to_event(self) -> Event {
        Event { id: self.id, payload: Payload::from_slice(self.payload) }
    }
}

impl Event {
    /// The event, borrowed.
    pub fn as_ref(&self) -> EventRef<'_> {
        EventRef { id: self.id, payload: &self.payload }
    }
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
    /// The ring ends within an id.
    #[error("word {word}: the segment ends within an event's id")]
    Torn {
        /// Place of the id word in the segment.
        word: usize,
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
    fn next_with_payload(&mut self, id: u32) -> Result<EventRef<'a>, EventError> {
        let word = self.position;
        let Some(words) = self.layout.payload_words(id) else {
            return self.fail(EventError::UnknownId { word, id });
        };
        let Some(payload) = self.words[word + 1..].get(..words) else {
            return self.fail(EventError::CutShort { word, id });
        };
        self.position = word + 1 + words;
        Ok(EventRef { id, payload })
    }

    fn fail(&mut self, error: EventError) -> Result<EventRef<'a>, EventError> {
        self.position = self.words.len();
        Err(error)
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<EventRef<'a>, EventError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let id = *self.words.get(self.position)?;
        // Paths are by far the most frequent events, and the loop over them is what an analysis
        // spends its time on.
        if id < self.layout.bare() {
            self.position += 1;
            return Some(Ok(EventRef { id, payload: &[] }));
        }
        Some(self.next_with_payload(id))
    }
}

impl FusedIterator for Events<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(words: &[u32]) -> Result<Vec<(u32, &[u32])>, EventError> {
        Events::new(words, EventLayout::of_widths(&[10, 2, 1]))
            .map(|event| event.map(|event| (event.id, event.payload)))
            .collect()
    }

    #[test]
    fn payloads_of_every_width_are_read() {
        let words = [9, 10, 500, 0, 12, 7, 1, 11, u32::MAX];
        let expected: Vec<(u32, &[u32])> =
            vec![(9, &[]), (10, &[500]), (0, &[]), (12, &[7, 1]), (11, &[u32::MAX])];
        assert_eq!(collect(&words), Ok(expected));
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
        let mut events = Events::new(&[99, 1, 1], EventLayout::of_widths(&[10, 2, 1]));
        assert!(events.next().unwrap().is_err());
        assert!(events.next().is_none());
    }
}
