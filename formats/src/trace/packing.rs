//! Segments, packed: each event as the number of its id among the ids of the segment.
//!
//! A program repeats few events, so that a segment has few distinct ids. Packed, an event takes one
//! byte instead of four in nearly all segments, and what Zstandard is given is that much shorter.
//! All integers are little-endian:
//!
//! ```text
//! events u32, distinct ids u32, ids u32 each, their payload words u8 each,
//! codes of 1, 2 or 4 bytes each, payload words u32 each
//! ```
//!
//! The code of an event is the number of its id, in the order of first appearance. Codes take one
//! byte when there are at most 256 ids, and two when there are at most 65,536.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::frame::u32_at;
use super::histogram::{Histogram, HistogramEntry};
use crate::events::{Event, EventError, EventRef, Events, Payload};
use crate::plan::{EventLayout, MAX_PAYLOAD_WORDS};

/// Ids below this have their code in a table, the others in a hash map: 4 MiB hold the events of all
/// but the largest programs.
const MAX_TABLE_EVENTS: u32 = 1 << 20;

/// Stands in the table for an id that has no code yet.
const NO_CODE: u32 = u32::MAX;

/// Bytes before the ids.
const HEAD_BYTES: usize = 8;

/// Counts that are kept apart, so that adding to one needn't wait for the addition before it.
const LANES: usize = 4;

/// Counts and packs the events of segments, in one pass over them.
///
/// Keeps its tables between segments, so that packing allocates nothing in steady state.
#[derive(Clone, Debug)]
pub struct Packer {
    layout: EventLayout,
    /// The code of each id, or [`NO_CODE`].
    table: Vec<u32>,
    /// The codes of ids beyond the table.
    beyond: HashMap<u32, u32, RandomState>,
    /// The id of each code.
    ids: Vec<u32>,
    /// The number of payload words of each code.
    widths: Vec<u8>,
    /// The code of each event.
    codes: Vec<u32>,
    /// The payloads, one after the other.
    payloads: Vec<u32>,
    /// How often each event with a payload occurred.
    counts: HashMap<Event, u64, RandomState>,
    packed: Vec<u8>,
}

impl Packer {
    /// A packer for the events of one plan.
    pub fn new(layout: EventLayout) -> Packer {
        Packer {
            layout,
            table: vec![NO_CODE; layout.end().min(MAX_TABLE_EVENTS) as usize],
            beyond: HashMap::default(),
            ids: Vec::new(),
            widths: Vec::new(),
            codes: Vec::new(),
            payloads: Vec::new(),
            counts: HashMap::default(),
            packed: Vec::new(),
        }
    }

    /// Takes in the events of a segment, in place of those of the last one. Returns how many there
    /// are.
    ///
    /// # Errors
    ///
    /// When a word is no event of the plan.
    pub fn take_in(&mut self, words: &[u32]) -> Result<u64, EventError> {
        self.clear();
        self.codes.reserve(words.len());
        for event in Events::new(words, self.layout) {
            let event = event?;
            let code = match self.table.get(event.id as usize) {
                Some(&code) if code != NO_CODE => code,
                _ => self.code(event),
            };
            self.codes.push(code);
            if !event.payload.is_empty() {
                self.payloads.extend_from_slice(event.payload);
                *self.counts.entry(event.to_event()).or_insert(0) += 1;
            }
        }
        Ok(self.codes.len() as u64)
    }

    /// How often each event of the segment occurred.
    pub fn histogram(&self) -> Histogram {
        let bare = self.count_codes().into_iter().zip(&self.ids).zip(&self.widths);
        let bare = bare.filter(|(_, width)| **width == 0).map(|((count, &id), _)| HistogramEntry {
            event: Event { id, payload: Payload::new() },
            count,
        });
        let with_payload = self
            .counts
            .iter()
            .map(|(event, &count)| HistogramEntry { event: event.clone(), count });
        let mut entries: Vec<_> = bare.chain(with_payload).collect();
        entries.sort_unstable();
        Histogram::from_entries(entries).expect("distinct events were counted, and sorted")
    }

    /// The segment, packed.
    pub fn packed(&mut self) -> &[u8] {
        let packed = &mut self.packed;
        packed.clear();
        let length = packed_bytes(self.codes.len(), self.ids.len(), self.payloads.len());
        packed.reserve(length.expect("a segment in memory has a length"));
        packed.extend_from_slice(&(self.codes.len() as u32).to_le_bytes());
        packed.extend_from_slice(&(self.ids.len() as u32).to_le_bytes());
        packed.extend(self.ids.iter().flat_map(|id| id.to_le_bytes()));
        packed.extend_from_slice(&self.widths);
        match code_bytes(self.ids.len()) {
            1 => packed.extend(self.codes.iter().map(|&code| code as u8)),
            2 => packed.extend(self.codes.iter().flat_map(|&code| (code as u16).to_le_bytes())),
            _ => packed.extend(self.codes.iter().flat_map(|code| code.to_le_bytes())),
        }
        packed.extend(self.payloads.iter().flat_map(|word| word.to_le_bytes()));
        packed
    }

    fn count_codes(&self) -> Vec<u64> {
        let distinct = self.ids.len();
        let mut lanes = vec![0u32; LANES * distinct];
        let (groups, rest) = self.codes.as_chunks::<LANES>();
        for group in groups {
            for (lane, &code) in group.iter().enumerate() {
                lanes[lane * distinct + code as usize] += 1;
            }
        }
        rest.iter().for_each(|&code| lanes[code as usize] += 1);
        let count = |code| (0..LANES).map(|lane| u64::from(lanes[lane * distinct + code])).sum();
        (0..distinct).map(count).collect()
    }

    /// The code of an event that has none in the table.
    #[cold]
    fn code(&mut self, event: EventRef<'_>) -> u32 {
        let next = self.ids.len() as u32;
        let code = match self.table.get_mut(event.id as usize) {
            Some(slot) => {
                *slot = next;
                next
            }
            None => *self.beyond.entry(event.id).or_insert(next),
        };
        if code == next {
            self.ids.push(event.id);
            self.widths.push(event.payload.len() as u8);
        }
        code
    }

    fn clear(&mut self) {
        for &id in &self.ids {
            if let Some(code) = self.table.get_mut(id as usize) {
                *code = NO_CODE;
            }
        }
        self.beyond.clear();
        self.ids.clear();
        self.widths.clear();
        self.codes.clear();
        self.payloads.clear();
        self.counts.clear();
    }
}

/// Bytes of a code where there are `distinct` ids.
fn code_bytes(distinct: usize) -> usize {
    match distinct {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

/// Length of a packed segment; `None` when no memory holds it.
fn packed_bytes(events: usize, distinct: usize, payload_words: usize) -> Option<usize> {
    let ids = distinct.checked_mul(5)?;
    let codes = events.checked_mul(code_bytes(distinct))?;
    let payloads = payload_words.checked_mul(4)?;
    HEAD_BYTES.checked_add(ids)?.checked_add(codes)?.checked_add(payloads)
}

/// Restores the words of a packed segment, as bytes; there must be exactly `raw_bytes` of them.
pub(super) fn unpack(packed: &[u8], raw_bytes: usize) -> Result<Vec<u8>, &'static str> {
    let head = packed.get(..HEAD_BYTES).ok_or("the packed segment has no head")?;
    let (events, distinct) = (u32_at(head, 0) as usize, u32_at(head, 4) as usize);
    // An event takes at least one word.
    let payload_words = (raw_bytes / 4)
        .checked_sub(events)
        .filter(|_| distinct <= events)
        .ok_or("the packed segment has more events than words")?;
    if packed_bytes(events, distinct, payload_words) != Some(packed.len()) {
        return Err("the packed segment does not have the length that its head announces");
    }
    let (ids, rest) = packed[HEAD_BYTES..].split_at(4 * distinct);
    let (widths, rest) = rest.split_at(distinct);
    let (codes, payloads) = rest.split_at(events * code_bytes(distinct));
    if widths.iter().any(|&width| usize::from(width) > MAX_PAYLOAD_WORDS) {
        return Err("the packed segment has an event with too many payload words");
    }
    let ids = Ids { ids: ids.as_chunks().0, widths, payloads };
    let words = match code_bytes(distinct) {
        1 => ids.words(raw_bytes, codes.iter().map(|&code| usize::from(code))),
        2 => ids.words(
            raw_bytes,
            codes.as_chunks().0.iter().map(|&code| u16::from_le_bytes(code).into()),
        ),
        _ => ids.words(
            raw_bytes,
            codes.as_chunks().0.iter().map(|&code| u32::from_le_bytes(code) as usize),
        ),
    };
    words.filter(|words| words.len() == raw_bytes).ok_or("the packed segment contradicts itself")
}

/// What the codes of a packed segment stand for.
struct Ids<'a> {
    ids: &'a [[u8; 4]],
    widths: &'a [u8],
    payloads: &'a [u8],
}

impl Ids<'_> {
    /// The words that `codes` stand for; `None` when there is no such code or payload.
    fn words(mut self, raw_bytes: usize, codes: impl Iterator<Item = usize>) -> Option<Vec<u8>> {
        let mut words = Vec::with_capacity(raw_bytes);
        if self.widths.iter().all(|&width| width == 0) {
            for code in codes {
                words.extend_from_slice(self.ids.get(code)?);
            }
            return Some(words);
        }
        for code in codes {
            words.extend_from_slice(self.ids.get(code)?);
            let (payload, rest) =
                self.payloads.split_at_checked(4 * usize::from(self.widths[code]))?;
            words.extend_from_slice(payload);
            self.payloads = rest;
        }
        Some(words)
    }
}

#[cfg(test)]
mod tests {
    use super::super::histogram::EventCounter;
    use super::*;
    use crate::random::SplitMix64;

    fn bytes(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Packs, unpacks and counts `words`, and compares with what plain counting says.
    fn check(packer: &mut Packer, layout: EventLayout, words: &[u32]) -> usize {
        let mut counter = EventCounter::new(layout);
        assert_eq!(packer.take_in(words), counter.count(words));
        assert_eq!(packer.histogram(), counter.take());
        let packed = packer.packed().to_vec();
        assert_eq!(unpack(&packed, 4 * words.len()), Ok(bytes(words)));
        packed.len()
    }

    #[test]
    fn segments_come_back() {
        let layout = EventLayout::of_widths(&[10, 2, 1]);
        let mut packer = Packer::new(layout);
        for words in [
            &[][..],
            &[3],
            &[10, 0],
            &[9, 3, 9, 10, 64, 12, 1, 2],
            &[3, 10, 65, 10, 64, 3, 3, 3, 3, 3],
            &[12, 1, 2, 12, 1, 2, 11, 7],
        ] {
            check(&mut packer, layout, words);
        }
    }

    #[test]
    fn codes_take_as_many_bytes_as_there_are_ids_for() {
        for (distinct, width) in [(256, 1), (257, 2), (0x1_0000, 2), (0x1_0001, 4)] {
            let layout = EventLayout::of_widths(&[distinct]);
            let words: Vec<u32> = (0..distinct).collect();
            let length = check(&mut Packer::new(layout), layout, &words);
            assert_eq!(length, 8 + (5 + width) * distinct as usize);
        }
    }

    #[test]
    fn ids_beyond_the_table_are_packed_too() {
        let last = MAX_TABLE_EVENTS + 5;
        let layout = EventLayout::of_widths(&[last + 1, 3]);
        check(&mut Packer::new(layout), layout, &[last, 0, last, last + 2, 9, last + 2, 9, last]);
    }

    #[test]
    fn a_word_that_is_no_event_is_reported() {
        let mut packer = Packer::new(EventLayout::of_widths(&[1, 1]));
        assert_eq!(packer.take_in(&[0, 4]), Err(EventError::UnknownId { word: 1, id: 4 }));
        assert_eq!(packer.take_in(&[0, 1]), Err(EventError::CutShort { word: 1, id: 1 }));
        assert_eq!(packer.take_in(&[0, 1, 7]), Ok(2));
    }

    #[test]
    fn damaged_segments_are_refused_or_come_back_as_long_as_announced() {
        let layout = EventLayout::of_widths(&[300, 2, 1]);
        let mut random = SplitMix64::new(5);
        let mut packer = Packer::new(layout);
        let words: Vec<u32> =
            (0..400u32).map(|word| word % 290).chain([300, 7, 302, 8, 9]).collect();
        packer.take_in(&words).unwrap();
        let whole = packer.packed().to_vec();
        for cut in 0..whole.len() {
            assert!(unpack(&whole[..cut], 4 * words.len()).is_err());
        }
        for _ in 0..20_000 {
            let mut damaged = whole.clone();
            let place = (random.next_u64() % damaged.len() as u64) as usize;
            damaged[place] ^= 1 << (random.next_u64() % 8);
            if let Ok(back) = unpack(&damaged, 4 * words.len()) {
                assert_eq!(back.len(), 4 * words.len());
            }
        }
    }
}
