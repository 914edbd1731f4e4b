//! Events as they lie in the ring, which a segment takes over.
//!
//! An event is its id, followed by its payload words, all little-endian and with nothing between them. A word
//! has four bytes, and so has an id, but where the plan has at most 65,536 events: there it has two
//! ([`EventLayout::id_bytes`]). Most events are an id alone, so that they take half of the memory, of the copy
//! that hands them over, and of the writer's reading.

use std::iter::FusedIterator;

use crate::events::{EventError, Events};
use crate::plan::EventLayout;

/// Bytes of a payload word, and in a segment of an id.
pub const WORD_BYTES: usize = 4;

/// What a segment amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Number of events.
    pub events: u64,
    /// Bytes of their words, with a word for each id: what they take in a segment before it is packed.
    pub raw_bytes: u64,
}

/// Iterates over the events in the bytes of a ring: the id of each, and the bytes of its payload.
///
/// Ends after the first error.
///
/// # Examples
///
/// ```
/// use formats::plan::EventLayout;
/// use formats::ring::RingEvents;
///
/// // Two events without payload and one with a word of it: three, so that ids have two bytes.
/// let layout = EventLayout::of_widths(&[2, 1]);
/// let events: Result<Vec<_>, _> = RingEvents::new(&[1, 0, 2, 0, 7, 0, 0, 0], layout).collect();
/// assert_eq!(events.unwrap(), [(1, &[][..]), (2, &[7, 0, 0, 0])]);
/// ```
#[derive(Clone, Debug)]
pub struct RingEvents<'a> {
    bytes: &'a [u8],
    /// Number of events so far.
    events: u64,
    /// Number of words so far, an id counted as one.
    words: usize,
    layout: EventLayout,
}

impl<'a> RingEvents<'a> {
    /// The events in `bytes`.
    pub fn new(bytes: &'a [u8], layout: EventLayout) -> Self {
        RingEvents { bytes, events: 0, words: 0, layout }
    }

    /// What the events so far amount to: see [`extent`].
    pub fn extent(&self) -> Extent {
        Extent { events: self.events, raw_bytes: (self.words * WORD_BYTES) as u64 }
    }

    /// Goes to the end.
    fn walk(&mut self) -> Result<(), EventError> {
        loop {
            self.pass_bare();
            match self.next() {
                Some(event) => event.map(drop)?,
                None => return Ok(()),
            }
        }
    }

    /// Passes the events without payload that come next: nearly all there are.
    fn pass_bare(&mut self) {
        let bare = self.layout.bare();
        let id_bytes = self.layout.id_bytes();
        let passed = match id_bytes {
            2 => count_while(self.bytes, |&id| u32::from(u16::from_le_bytes(id)) < bare),
            _ => count_while(self.bytes, |&id| u32::from_le_bytes(id) < bare),
        };
        self.bytes = &self.bytes[passed * id_bytes..];
        self.events += passed as u64;
        self.words += passed;
    }

    fn event(&mut self) -> Result<(u32, &'a [u8]), EventError> {
        let word = self.words;
        let (id, rest) = split_id(self.bytes, self.layout).ok_or(EventError::Torn { word })?;
        let words = self.layout.payload_words(id).ok_or(EventError::UnknownId { word, id })?;
        let (payload, rest) =
            rest.split_at_checked(words * WORD_BYTES).ok_or(EventError::CutShort { word, id })?;
        self.bytes = rest;
        self.events += 1;
        self.words += 1 + words;
        Ok((id, payload))
    }
}

impl<'a> Iterator for RingEvents<'a> {
    type Item = Result<(u32, &'a [u8]), EventError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let event = self.event();
        if event.is_err() {
            self.words += self.bytes.len().div_ceil(self.layout.id_bytes());
            self.bytes = &[];
        }
        Some(event)
    }
}

impl FusedIterator for RingEvents<'_> {}

/// The id that `bytes` begin with, and what follows it.
pub(crate) fn split_id(bytes: &[u8], layout: EventLayout) -> Option<(u32, &[u8])> {
    if layout.id_bytes() == 2 {
        let (&id, rest) = bytes.split_first_chunk()?;
        Some((u16::from_le_bytes(id).into(), rest))
    } else {
        let (&id, rest) = bytes.split_first_chunk()?;
        Some((u32::from_le_bytes(id), rest))
    }
}

/// The payload words in `bytes`.
pub(crate) fn payload_words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks().0.iter().map(|&word| u32::from_le_bytes(word))
}

/// What the events in `bytes` amount to. Bytes behind an error count as no events, but as words: as many as
/// there could be.
pub fn extent(bytes: &[u8], layout: EventLayout) -> Extent {
    let mut events = RingEvents::new(bytes, layout);
    // What is no event is in the sum.
    let _ = events.walk();
    events.extent()
}

/// What the events in `bytes` amount to.
///
/// # Errors
///
/// When the bytes are no events of the plan.
pub fn measure(bytes: &[u8], layout: EventLayout) -> Result<Extent, EventError> {
    let mut events = RingEvents::new(bytes, layout);
    events.walk()?;
    Ok(events.extent())
}

/// How many ids `bytes` begin with that are as `wanted`.
fn count_while<const N: usize>(bytes: &[u8], wanted: impl Fn(&[u8; N]) -> bool) -> usize {
    let (ids, _) = bytes.as_chunks();
    ids.iter().position(|id| !wanted(id)).unwrap_or(ids.len())
}

/// The words of a segment that has the events in the bytes of a ring.
///
/// # Errors
///
/// When the bytes are no events of the plan.
pub fn to_words(bytes: &[u8], layout: EventLayout) -> Result<Vec<u32>, EventError> {
    let mut words = Vec::with_capacity(bytes.len() / layout.id_bytes());
    for event in RingEvents::new(bytes, layout) {
        let (id, payload) = event?;
        words.push(id);
        words.extend(payload_words(payload));
    }
    Ok(words)
}

/// The events in the words of a segment, as they lie in the ring.
///
/// # Errors
///
/// When the words are no events of the plan.
pub fn from_words(words: &[u32], layout: EventLayout) -> Result<Vec<u8>, EventError> {
    let mut bytes = Vec::with_capacity(words.len() * WORD_BYTES);
    for event in Events::new(words, layout) {
        let event = event?;
        bytes.extend_from_slice(&event.id.to_le_bytes()[..layout.id_bytes()]);
        bytes.extend(event.payload.iter().flat_map(|word| word.to_le_bytes()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::MAX_NARROW_EVENTS;

    /// The layouts around the limit: each with an event with a payload of two words, its last one.
    fn layouts() -> [(EventLayout, usize); 2] {
        let layout = |events: u32| EventLayout::of_widths(&[events - 1, 0, 1]);
        [(layout(MAX_NARROW_EVENTS), 2), (layout(MAX_NARROW_EVENTS + 1), 4)]
    }

    #[test]
    fn ids_have_two_bytes_as_long_as_all_fit() {
        for (layout, id_bytes) in layouts() {
            assert_eq!(layout.id_bytes(), id_bytes);
            let last = layout.end() - 1;
            let words = [last, 7, u32::MAX, 0, last - 1];
            let bytes = from_words(&words, layout).unwrap();
            assert_eq!(to_words(&bytes, layout), Ok(words.to_vec()));
            assert_eq!(bytes.len(), 3 * id_bytes + 8);
            let mut events = RingEvents::new(&bytes, layout);
            let payload = [7, 0, 0, 0, 255, 255, 255, 255];
            assert_eq!(events.next(), Some(Ok((last, &payload[..]))));
            assert_eq!(events.next(), Some(Ok((0, &[][..]))));
            assert_eq!(events.next(), Some(Ok((last - 1, &[][..]))));
            assert_eq!(events.next(), None);
            assert_eq!(events.extent(), Extent { events: 3, raw_bytes: 20 });
            assert_eq!(measure(&bytes, layout), Ok(events.extent()));
        }
    }

    #[test]
    fn what_is_cut_off_anywhere_is_named_with_its_place() {
        for (layout, id_bytes) in layouts() {
            let last = layout.end() - 1;
            let bytes = from_words(&[0, last, 1, 2], layout).unwrap();
            for cut in 0..bytes.len() {
                let mut events = RingEvents::new(&bytes[..cut], layout);
                let error = events.find_map(Result::err);
                let expected = match cut {
                    0 => None,
                    _ if cut == id_bytes => None,
                    _ if cut < id_bytes => Some(EventError::Torn { word: 0 }),
                    _ if cut < 2 * id_bytes => Some(EventError::Torn { word: 1 }),
                    _ => Some(EventError::CutShort { word: 1, id: last }),
                };
                assert_eq!((error, events.next()), (expected, None), "cut at {cut}");
                // Nothing that was there is missing from the sum.
                let extent = extent(&bytes[..cut], layout);
                assert!(extent.raw_bytes >= cut as u64, "cut at {cut}");
                assert_eq!(extent, events.extent());
                let measured = measure(&bytes[..cut], layout);
                assert_eq!(measured, expected.map_or(Ok(extent), Err));
            }
        }
    }
}
