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

use super::compression::MIN_COMPRESSED_BYTES;
use super::frame::u32_at;
use super::histogram::{Histogram, HistogramEntry};
use super::sums::{Sums, counters};
use super::varint;
use crate::events::{Event, EventError, Payload};
use crate::limits::MAX_TABLE_EVENTS;
use crate::plan::{COUNTER_WORDS, EventLayout, MAX_EVENT_WORDS};
use crate::ring::{self, Extent, WORD_BYTES};

/// Stands in the table for an id that has no code yet.
const NO_CODE: u32 = u32::MAX;

/// Bytes before the ids.
const HEAD_BYTES: usize = 8;

/// Counts that are kept apart, so that adding to one needn't wait for the addition before it.
const LANES: usize = 4;

/// Stands in a width whose other bits are the number of counters of a counted nest.
const COUNTED: u8 = 0x80;

/// The payload words of an id with this width.
fn payload_words(width: u8) -> usize {
    match width & COUNTED {
        0 => width.into(),
        _ => usize::from(width & !COUNTED) * COUNTER_WORDS,
    }
}

/// A word of a segment.
type Word = [u8; 4];

/// Counts and packs the events of segments, in one pass over them.
///
/// Keeps its tables between segments, so that packing allocates next to nothing in steady state.
#[derive(Clone, Debug)]
pub struct Packer {
    ids: Ids,
    codes: Codes,
    /// The payloads, one after the other.
    payloads: Vec<u8>,
    /// Number of words of all payloads, before they were packed.
    payload_words: usize,
    /// The distinct events with a payload, and how often each occurred; the sums of counted nests.
    counts: Vec<HistogramEntry>,
    packed: Vec<u8>,
}

/// A packed segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed<'a> {
    /// What it is packed to.
    pub bytes: &'a [u8],
    /// Bytes of its words.
    pub raw_bytes: usize,
}

impl Packed<'_> {
    /// The bytes of its words.
    pub(super) fn unpack(&self) -> Vec<u8> {
        unpack(self.bytes, self.raw_bytes).expect("what was packed can be unpacked")
    }
}

/// The ids of a segment, in the order of their codes.
#[derive(Clone, Debug)]
struct Ids {
    layout: EventLayout,
    /// The code of each id, or [`NO_CODE`].
    table: Vec<u32>,
    /// The codes of ids beyond the table.
    beyond: HashMap<u32, u32, RandomState>,
    ids: Vec<u32>,
    /// The number of payload words of each id, or, with [`COUNTED`], of counters.
    widths: Vec<u8>,
}

/// The codes of a segment's events. They begin as bytes and get wider when that is too narrow.
#[derive(Clone, Debug)]
enum Codes {
    Bytes(Vec<u8>),
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
}

impl Packer {
    /// A packer for the events of one plan.
    pub fn new(layout: EventLayout) -> Packer {
        Packer {
            ids: Ids {
                layout,
                table: vec![NO_CODE; layout.end().min(MAX_TABLE_EVENTS) as usize],
                beyond: HashMap::default(),
                ids: Vec::new(),
                widths: Vec::new(),
            },
            codes: Codes::Bytes(Vec::new()),
            payloads: Vec::new(),
            payload_words: 0,
            counts: Vec::new(),
            packed: Vec::new(),
        }
    }

    /// Takes in the events of a segment, in place of those of the last one. `bytes` are its events as
    /// they lie in the ring. Returns what they amount to.
    ///
    /// # Errors
    ///
    /// When something is no event of the plan.
    pub fn take_in(&mut self, bytes: &[u8]) -> Result<Extent, EventError> {
        self.clear();
        let mut walk = Walk {
            bytes,
            payloads: &mut self.payloads,
            payload_words: 0,
            counts: HashMap::default(),
            sums: Sums::default(),
        };
        let mut narrow = match &mut self.codes {
            Codes::Bytes(codes) => std::mem::take(codes),
            _ => Vec::new(),
        };
        walk.run(&mut self.ids, &mut narrow)?;
        self.codes = Codes::Bytes(narrow);
        while !walk.bytes.is_empty() {
            self.codes.widen();
            match &mut self.codes {
                Codes::Bytes(_) => unreachable!("they were widened"),
                Codes::Shorts(codes) => walk.run(&mut self.ids, codes)?,
                Codes::Longs(codes) => walk.run(&mut self.ids, codes)?,
            }
        }
        self.payload_words = walk.payload_words;
        self.counts.extend(walk.counts.into_iter().map(|(event, count)| entry(event, count)));
        self.counts.extend(walk.sums.drain());
        Ok(self.extent())
    }

    /// How often each event of the segment occurred.
    pub fn histogram(&self) -> Histogram {
        let counts = match &self.codes {
            Codes::Bytes(codes) => count_bytes(codes),
            Codes::Shorts(codes) => count(codes, self.ids.ids.len()),
            Codes::Longs(codes) => count(codes, self.ids.ids.len()),
        };
        let bare = counts.into_iter().zip(&self.ids.ids).zip(&self.ids.widths);
        let bare = bare.filter(|(_, width)| **width == 0).map(|((count, &id), _)| HistogramEntry {
            event: Event { id, payload: Payload::new() },
            count,
        });
        let mut entries: Vec<_> = bare.chain(self.counts.iter().cloned()).collect();
        entries.sort_unstable();
        Histogram::from_entries(entries).expect("distinct events were counted, and sorted")
    }

    /// The segment, packed.
    pub fn packed(&mut self) -> Packed<'_> {
        let (packed, ids) = (&mut self.packed, &self.ids.ids);
        packed.clear();
        packed.extend_from_slice(&(self.codes.len() as u32).to_le_bytes());
        packed.extend_from_slice(&(ids.len() as u32).to_le_bytes());
        packed.extend(ids.iter().flat_map(|id| id.to_le_bytes()));
        packed.extend_from_slice(&self.ids.widths);
        match &self.codes {
            Codes::Bytes(codes) => packed.extend_from_slice(codes),
            Codes::Shorts(codes) => packed.extend(codes.iter().flat_map(|code| code.to_le_bytes())),
            Codes::Longs(codes) => packed.extend(codes.iter().flat_map(|code| code.to_le_bytes())),
        }
        packed.extend_from_slice(&self.payloads);
        let raw_bytes = self.extent().raw_bytes as usize;
        Packed { bytes: &self.packed, raw_bytes }
    }

    /// More bytes than the segment takes in a trace, without its frame's head.
    pub fn max_stored_bytes(&self) -> u64 {
        let (events, ids) = (self.codes.len(), self.ids.ids.len());
        let codes = events * code_bytes(ids);
        let packed = HEAD_BYTES + ids * (WORD_BYTES + 1) + codes + self.payloads.len();
        let compressed = zstd::zstd_safe::compress_bound(packed).max(MIN_COMPRESSED_BYTES);
        self.extent().raw_bytes.min(compressed as u64)
    }

    fn extent(&self) -> Extent {
        let words = self.codes.len() + self.payload_words;
        Extent { events: self.codes.len() as u64, raw_bytes: (words * WORD_BYTES) as u64 }
    }

    fn clear(&mut self) {
        self.ids.clear();
        match &mut self.codes {
            Codes::Bytes(codes) => codes.clear(),
            wide => *wide = Codes::Bytes(Vec::new()),
        }
        self.payloads.clear();
        self.payload_words = 0;
        self.counts.clear();
    }
}

/// An event with the payload that lies in these bytes.
fn entry((id, payload): (u32, &[u8]), count: u64) -> HistogramEntry {
    HistogramEntry { event: Event { id, payload: ring::payload_words(payload).collect() }, count }
}

/// How often each byte occurs.
fn count_bytes(codes: &[u8]) -> Vec<u64> {
    let mut lanes = [[0u32; 256]; LANES];
    let (groups, rest) = codes.as_chunks::<LANES>();
    for group in groups {
        for (lane, &code) in lanes.iter_mut().zip(group) {
            lane[usize::from(code)] += 1;
        }
    }
    rest.iter().for_each(|&code| lanes[0][usize::from(code)] += 1);
    (0..256).map(|code| lanes.iter().map(|lane| u64::from(lane[code])).sum()).collect()
}

/// How often each of `distinct` codes occurs.
fn count<C: Code>(codes: &[C], distinct: usize) -> Vec<u64> {
    let mut counts = vec![0; distinct];
    codes.iter().for_each(|code| counts[code.number()] += 1);
    counts
}

/// The walk over the events of a segment.
struct Walk<'w, 'p> {
    /// What was not walked yet.
    bytes: &'w [u8],
    payloads: &'p mut Vec<u8>,
    /// Number of words of the payloads so far.
    payload_words: usize,
    /// How often each event with a payload occurred, by its id and its payload.
    counts: HashMap<(u32, &'w [u8]), u64, RandomState>,
    sums: Sums,
}

impl Walk<'_, '_> {
    /// Goes on until the end, or until there is an id whose code is too wide for `C`.
    fn run<C: Code>(&mut self, ids: &mut Ids, codes: &mut Vec<C>) -> Result<(), EventError> {
        let mut events = codes.len();
        let id_bytes = ids.layout.id_bytes();
        codes.resize(events + self.bytes.len() / id_bytes, C::from_number(0));
        loop {
            let rest = &mut codes[events..];
            events += match id_bytes {
                2 => self.run_bare(ids, rest, |&id| u16::from_le_bytes(id).into()),
                _ => self.run_bare(ids, rest, |&id| u32::from_le_bytes(id) as usize),
            };
            if self.bytes.is_empty() {
                break;
            }
            match self.event::<C>(ids, events)? {
                Some(code) => codes[events] = code,
                None => break,
            }
            events += 1;
        }
        codes.truncate(events);
        Ok(())
    }

    /// Takes events without payload whose ids have codes: nearly all there are. Returns how many.
    fn run_bare<C: Code, const N: usize>(
        &mut self,
        ids: &Ids,
        codes: &mut [C],
        id: impl Fn(&[u8; N]) -> usize,
    ) -> usize {
        let bare = ids.layout.bare() as usize;
        let table = &ids.table[..ids.table.len().min(bare)];
        let mut events = 0;
        for (slot, bytes) in codes.iter_mut().zip(self.bytes.as_chunks().0) {
            match table.get(id(bytes)) {
                Some(&code) if code != NO_CODE => *slot = C::from_number(code),
                _ => break,
            }
            events += 1;
        }
        self.bytes = &self.bytes[N * events..];
        events
    }

    /// Takes any one event, which has the number `number`; `None` when its code is too wide.
    fn event<C: Code>(&mut self, ids: &mut Ids, number: usize) -> Result<Option<C>, EventError> {
        let word = number + self.payload_words;
        let (id, rest) = ring::split_id(self.bytes, ids.layout).ok_or(EventError::Torn { word })?;
        let code = match ids.code(id) {
            Some(code) => code,
            None => {
                let payload = ids.layout.payload_words(id);
                let width = payload.ok_or(EventError::UnknownId { word, id })?;
                if rest.len() < width * WORD_BYTES {
                    return Err(EventError::CutShort { word, id });
                }
                if ids.ids.len() >= C::COUNT {
                    return Ok(None);
                }
                ids.add(id, width)
            }
        };
        let width = ids.width(code);
        let (payload, rest) =
            rest.split_at_checked(width * WORD_BYTES).ok_or(EventError::CutShort { word, id })?;
        if width > 0 {
            if ids.widths[code as usize] & COUNTED != 0 {
                counters(ring::payload_words(payload))
                    .for_each(|counter| varint::write(self.payloads, counter));
                self.sums.add(id, 1, ring::payload_words(payload));
            } else {
                self.payloads.extend_from_slice(payload);
                *self.counts.entry((id, payload)).or_insert(0) += 1;
            }
        }
        self.payload_words += width;
        self.bytes = rest;
        Ok(Some(C::from_number(code)))
    }
}

impl Ids {
    fn code(&self, id: u32) -> Option<u32> {
        match self.table.get(id as usize) {
            Some(&code) => (code != NO_CODE).then_some(code),
            None => self.beyond.get(&id).copied(),
        }
    }

    fn add(&mut self, id: u32, width: usize) -> u32 {
        let code = self.ids.len() as u32;
        match self.table.get_mut(id as usize) {
            Some(slot) => *slot = code,
            None => {
                self.beyond.insert(id, code);
            }
        }
        self.ids.push(id);
        self.widths.push(match self.layout.counters(id) {
            Some(counters) => counters as u8 | COUNTED,
            None => width as u8,
        });
        code
    }

    /// Number of payload words of the id with this code.
    fn width(&self, code: u32) -> usize {
        payload_words(self.widths[code as usize])
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
    }
}

impl Codes {
    fn len(&self) -> usize {
        match self {
            Codes::Bytes(codes) => codes.len(),
            Codes::Shorts(codes) => codes.len(),
            Codes::Longs(codes) => codes.len(),
        }
    }

    fn widen(&mut self) {
        *self = match self {
            Codes::Bytes(codes) => Codes::Shorts(codes.iter().map(|&code| code.into()).collect()),
            Codes::Shorts(codes) => Codes::Longs(codes.iter().map(|&code| code.into()).collect()),
            Codes::Longs(codes) => Codes::Longs(std::mem::take(codes)),
        }
    }
}

/// A width of codes.
trait Code: Copy {
    /// Number of codes of this width.
    const COUNT: usize;

    /// The code numbered `number`, which is below [`Code::COUNT`].
    fn from_number(number: u32) -> Self;

    fn number(self) -> usize;
}

impl Code for u8 {
    const COUNT: usize = 1 << 8;

    fn from_number(number: u32) -> Self {
        number as u8
    }

    fn number(self) -> usize {
        self.into()
    }
}

impl Code for u16 {
    const COUNT: usize = 1 << 16;

    fn from_number(number: u32) -> Self {
        number as u16
    }

    fn number(self) -> usize {
        self.into()
    }
}

impl Code for u32 {
    const COUNT: usize = usize::MAX;

    fn from_number(number: u32) -> Self {
        number
    }

    fn number(self) -> usize {
        self as usize
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

/// The parts of a packed segment behind its head: what the codes stand for, and the codes. `None` when it
/// is too short for them.
fn parts(body: &[u8], events: usize, distinct: usize) -> Option<(Dictionary<'_>, &[u8])> {
    let (ids, rest) = body.split_at_checked(distinct.checked_mul(4)?)?;
    let (widths, rest) = rest.split_at_checked(distinct)?;
    let (codes, payloads) = rest.split_at_checked(events.checked_mul(code_bytes(distinct))?)?;
    Some((Dictionary { ids: ids.as_chunks().0, widths, payloads }, codes))
}

/// Restores the words of a packed segment, as bytes; there must be exactly `raw_bytes` of them.
pub(super) fn unpack(packed: &[u8], raw_bytes: usize) -> Result<Vec<u8>, &'static str> {
    let head = packed.get(..HEAD_BYTES).ok_or("the packed segment has no head")?;
    let (events, distinct) = (u32_at(head, 0) as usize, u32_at(head, 4) as usize);
    // An event takes at least one word.
    if events > raw_bytes / 4 || distinct > events {
        return Err("the packed segment has more events than words");
    }
    let (dictionary, codes) = parts(&packed[HEAD_BYTES..], events, distinct)
        .ok_or("the packed segment does not have the length that its head announces")?;
    if dictionary.widths.iter().any(|&width| payload_words(width) > MAX_EVENT_WORDS) {
        return Err("the packed segment has an event with too many payload words");
    }
    let words = match code_bytes(distinct) {
        1 => dictionary.words(raw_bytes, codes.iter().map(|&code| usize::from(code))),
        2 => dictionary.words(
            raw_bytes,
            codes.as_chunks().0.iter().map(|&code| u16::from_le_bytes(code).into()),
        ),
        _ => dictionary.words(
            raw_bytes,
            codes.as_chunks().0.iter().map(|&code| u32::from_le_bytes(code) as usize),
        ),
    };
    words.filter(|words| words.len() == raw_bytes).ok_or("the packed segment contradicts itself")
}

/// What the codes of a packed segment stand for.
struct Dictionary<'a> {
    ids: &'a [Word],
    widths: &'a [u8],
    payloads: &'a [u8],
}

impl Dictionary<'_> {
    /// The words that `codes` stand for; `None` when there is no such code or payload, when payloads are
    /// left over, or when the words are more than `raw_bytes`.
    fn words(mut self, raw_bytes: usize, codes: impl Iterator<Item = usize>) -> Option<Vec<u8>> {
        let mut words = Vec::with_capacity(raw_bytes);
        if self.widths.iter().all(|&width| width == 0) {
            for code in codes {
                words.extend_from_slice(self.ids.get(code)?);
            }
            return self.payloads.is_empty().then_some(words);
        }
        for code in codes {
            words.extend_from_slice(self.ids.get(code)?);
            match self.widths[code] {
                0 => {}
                width if width & COUNTED != 0 => {
                    for _ in 0..width & !COUNTED {
                        let counter = varint::read(&mut self.payloads)?;
                        words.extend_from_slice(&counter.to_le_bytes());
                    }
                }
                width => {
                    let (payload, rest) = self.payloads.split_at_checked(4 * usize::from(width))?;
                    words.extend_from_slice(payload);
                    self.payloads = rest;
                }
            }
            if words.len() > raw_bytes {
                return None;
            }
        }
        self.payloads.is_empty().then_some(words)
    }
}

#[cfg(test)]
mod tests {
    use super::super::histogram::EventCounter;
    use super::*;
    use crate::plan::MAX_NARROW_EVENTS;
    use crate::random::SplitMix64;
    use crate::ring::RingEvents;

    fn bytes(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Packs, unpacks and counts `words`, and compares with what plain counting says.
    fn check(packer: &mut Packer, layout: EventLayout, words: &[u32]) -> usize {
        let mut counter = EventCounter::new(layout);
        let events = counter.count(words).expect("events of the layout");
        let raw_bytes = 4 * words.len();
        let ring = ring::from_words(words, layout).expect("events of the layout");
        assert_eq!(packer.take_in(&ring), Ok(Extent { events, raw_bytes: raw_bytes as u64 }));
        assert_eq!(packer.histogram(), counter.take());
        let packed = packer.packed();
        assert_eq!(packed.raw_bytes, raw_bytes);
        assert_eq!(unpack(packed.bytes, raw_bytes), Ok(bytes(words)));
        let length = packed.bytes.len();
        assert!(packer.max_stored_bytes() >= raw_bytes.min(length) as u64);
        length
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
    fn counters_come_back_whatever_their_size() {
        let layout = EventLayout::new(&[300, 1], &[0, 1, 2]);
        let mut packer = Packer::new(layout);
        let mut words = vec![302, 1, 0, 0, 1];
        words.extend([301, u32::MAX, u32::MAX, 7, 300, 9]);
        words.extend([303, 0, 1 << 31, 127, 0, 302, 128, 0, 0, 0]);
        check(&mut packer, layout, &words);
        // The codes are of two bytes from the middle on.
        let many: Vec<u32> = (0..300).chain([301, 5, 0]).chain(0..300).chain([301, 6, 0]).collect();
        check(&mut packer, layout, &many);
        let event = ring::from_words(&[301, 1, 1], layout).unwrap();
        let cut = &event[..6];
        assert_eq!(packer.take_in(cut), Err(EventError::CutShort { word: 0, id: 301 }));
        let twice = packer.take_in(&[&event, cut].concat());
        assert_eq!(twice, Err(EventError::CutShort { word: 3, id: 301 }));
    }

    #[test]
    fn bytes_that_are_no_event_are_reported() {
        let narrow = EventLayout::of_widths(&[1, 1]);
        let unknown = Err(EventError::UnknownId { word: 1, id: 4 });
        let cut_short = Err(EventError::CutShort { word: 1, id: 1 });
        let torn = Err(EventError::Torn { word: 2 });
        let mut packer = Packer::new(narrow);
        assert_eq!(packer.take_in(&[0, 0, 4, 0]), unknown);
        assert_eq!(packer.take_in(&[0, 0, 1, 0]), cut_short);
        assert_eq!(packer.take_in(&[0, 0, 1, 0, 7, 0, 0]), cut_short);
        assert_eq!(packer.take_in(&[0, 0, 0, 0, 0]), torn);
        let extent = Extent { events: 2, raw_bytes: 12 };
        assert_eq!(packer.take_in(&[0, 0, 1, 0, 7, 0, 0, 0]), Ok(extent));

        let wide = EventLayout::of_widths(&[1, MAX_NARROW_EVENTS]);
        let mut packer = Packer::new(wide);
        assert_eq!(packer.take_in(&[0, 0, 0, 0, 1, 0, 0, 0]), cut_short);
        assert_eq!(packer.take_in(&[0, 0, 0, 0, 0, 0, 0, 0, 1, 0]), torn);
        assert_eq!(packer.take_in(&[0, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0]), Ok(extent));
    }

    /// Whatever lies in the ring: the packer takes in what the iterator finds, and refuses what it refuses.
    #[test]
    fn any_bytes_are_taken_in_as_the_iterator_has_them() {
        let mut random = SplitMix64::new(7);
        let (mut whole, mut refused) = (0, 0);
        for bare in [6, MAX_NARROW_EVENTS] {
            let layout = EventLayout::new(&[bare, 2, 1], &[0, 1]);
            let mut packer = Packer::new(layout);
            for _ in 0..20_000 {
                // Small ids, and now and then one that there isn't.
                let length = random.next_u64() % 40;
                let mut ring: Vec<u8> =
                    (0..length).map(|_| (random.next_u64() % 11) as u8 % 10).collect();
                ring.iter_mut().skip(1).step_by(2).for_each(|byte| *byte %= 2);
                if bare == 6 {
                    ring.iter_mut().skip(1).step_by(2).for_each(|byte| *byte = 0);
                }
                let mut events = RingEvents::new(&ring, layout);
                let walked = events.by_ref().try_for_each(|event| event.map(drop));
                let taken = packer.take_in(&ring);
                assert_eq!(taken, ring::measure(&ring, layout));
                assert_eq!(taken, walked.map(|()| events.extent()), "{ring:?}");
                if taken.is_err() {
                    refused += 1;
                    continue;
                }
                whole += 1;
                let words = ring::to_words(&ring, layout).unwrap();
                assert_eq!(ring::from_words(&words, layout).as_ref(), Ok(&ring));
                check(&mut packer, layout, &words);
            }
        }
        assert!(whole > 1_000 && refused > 1_000, "{whole} whole, {refused} refused");
    }

    #[test]
    fn damaged_segments_are_refused_or_come_back_as_long_as_announced() {
        let layout = EventLayout::new(&[300, 2, 1], &[0, 1]);
        let mut random = SplitMix64::new(5);
        let mut packer = Packer::new(layout);
        let rare = [300, 7, 302, 8, 9, 303, 5000, 0, 303, 6, 0];
        let words: Vec<u32> = (0..400u32).map(|word| word % 290).chain(rare).collect();
        packer.take_in(&ring::from_words(&words, layout).unwrap()).unwrap();
        let whole = packer.packed().bytes.to_vec();
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
