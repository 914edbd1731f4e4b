//! The body of an index frame: what the frames of a chapter are, in columns.
//!
//! A chapter is a run of frames that an index frame closes. The same number of all of its segments
//! stands together, and takes as few bytes as it is small: so the columns compress well, and each
//! is read by a loop of its own. Nothing is told that follows: where a frame starts, and its
//! sequence number, are known from the lengths of the frames before it.

use serde::{Deserialize, Serialize};

use super::frame::FrameKind;
use super::index::{DropEntry, Index, Kept, OutcomeEntry, SegmentEntry};
use super::note::{DropNote, OutcomeNote};
use super::scan::Position;
use super::segment::SegmentInfo;
use super::varint;
use crate::codec;
use crate::limits::MAX_CHAPTER_FRAMES;

/// What an index holds of one chapter; each list is in the order of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chapter<'a> {
    pub(super) segments: &'a [SegmentEntry],
    pub(super) outcomes: &'a [OutcomeEntry],
    pub(super) drops: &'a [DropEntry],
}

/// The numbers of a segment.
type Row = [u64; COLUMNS];

const COLUMNS: usize = 7;

/// What is told of the outcomes and drop notes of a chapter: the stored bytes and the body of each
/// frame.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Notes {
    outcomes: Vec<(u32, OutcomeNote)>,
    drops: Vec<(u32, DropNote)>,
}

impl Chapter<'_> {
    /// Number of frames, those of histograms beside segments left out.
    pub(super) fn frames(&self) -> usize {
        self.segments.len() + self.outcomes.len() + self.drops.len()
    }

    /// Whether this is what the body of its index frame tells.
    pub(super) fn is_told_by(&self, body: &[u8]) -> bool {
        is_possible(self.frames()) && self.encode() == body
    }

    /// The body of its index frame.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        varint::write(&mut body, self.frames() as u64);
        body.extend(self.kinds().map(|kind| kind as u8));
        let mut end_before = 0;
        let rows: Vec<Row> =
            self.segments.iter().map(|entry| to_row(entry, &mut end_before)).collect();
        for column in 0..COLUMNS {
            rows.iter().for_each(|row| varint::write(&mut body, row[column]));
        }
        body.extend(codec::encode(&self.notes()));
        body
    }

    /// The kinds of its frames, in the order of the file.
    fn kinds(&self) -> impl Iterator<Item = FrameKind> {
        let segments = self.segments.iter().map(|entry| (entry.offset, entry.kind()));
        let outcomes = self.outcomes.iter().map(|entry| (entry.offset, FrameKind::Outcome));
        let drops = self.drops.iter().map(|entry| (entry.offset, FrameKind::Drop));
        let mut frames: Vec<_> = segments.chain(outcomes).chain(drops).collect();
        frames.sort_unstable_by_key(|&(offset, _)| offset);
        frames.into_iter().map(|(_, kind)| kind)
    }

    fn notes(&self) -> Notes {
        let outcomes = self.outcomes.iter().map(|entry| (entry.stored_bytes, entry.to_note()));
        let drops = self.drops.iter().map(|entry| (entry.stored_bytes, entry.to_note()));
        Notes { outcomes: outcomes.collect(), drops: drops.collect() }
    }
}

/// Adds to `index` what the body of an index frame tells, of a chapter that starts at `start`, and
/// returns where the chapter ends. `None` if it is no such body: walking the frames will tell.
pub(super) fn decode(body: &[u8], start: Position, index: &mut Index) -> Option<Position> {
    let mut rest = body;
    let kinds = read_kinds(&mut rest)?;
    let segments = kinds.iter().filter(|&&kind| Kept::of(kind).is_some()).count();
    let mut rows = read_rows(&mut rest, segments)?.into_iter();
    let notes: Notes = codec::decode(rest).ok()?;
    let (mut outcomes, mut drops) = (notes.outcomes.into_iter(), notes.drops.into_iter());
    let (mut place, mut end_before) = (start, 0);
    for kind in kinds {
        match kind {
            FrameKind::Outcome => {
                let (stored_bytes, note) = outcomes.next()?;
                index.push_outcome(place.offset, stored_bytes, note);
                place.pass(stored_bytes).ok()?;
            }
            FrameKind::Drop => {
                let (stored_bytes, note) = drops.next()?;
                index.push_drop(place.offset, stored_bytes, note);
                place.pass(stored_bytes).ok()?;
            }
            kind => {
                let (kept, row) = (Kept::of(kind)?, rows.next()?);
                let entry = from_row(row, kept, &mut place, &mut end_before)?;
                index.push_segment(entry).ok()?;
            }
        }
    }
    (outcomes.next().is_none() && drops.next().is_none()).then_some(place)
}

fn read_kinds(rest: &mut &[u8]) -> Option<Vec<FrameKind>> {
    let frames = usize::try_from(varint::read(rest)?).ok()?;
    if !is_possible(frames) {
        return None;
    }
    let codes = rest.split_off(..frames)?;
    codes.iter().map(|&code| FrameKind::from_code(code)).collect()
}

fn read_rows(rest: &mut &[u8], segments: usize) -> Option<Vec<Row>> {
    let mut rows = vec![[0; COLUMNS]; segments];
    for column in 0..COLUMNS {
        for row in &mut rows {
            row[column] = varint::read(rest)?;
        }
    }
    Some(rows)
}

/// Whether a chapter can have so many frames: the index of none, or of more than are read at once,
/// is not written.
fn is_possible(frames: usize) -> bool {
    (1..=MAX_CHAPTER_FRAMES).contains(&frames)
}

/// The numbers of a segment; the one before it of the chapter ended at `end_before`.
fn to_row(entry: &SegmentEntry, end_before: &mut u64) -> Row {
    let SegmentInfo { stream, start_ns, end_ns, events } = entry.info;
    let gap = start_ns.wrapping_sub(*end_before).cast_signed();
    *end_before = end_ns;
    [
        entry.tally_bytes.map_or(0, |bytes| u64::from(bytes) + 1),
        entry.stored_bytes.into(),
        entry.raw_bytes.into(),
        stream.into(),
        events,
        end_ns - start_ns,
        varint::fold(gap),
    ]
}

/// The segment of a row, whose first frame starts at `place`.
fn from_row(
    row: Row,
    kept: Kept,
    place: &mut Position,
    end_before: &mut u64,
) -> Option<SegmentEntry> {
    let [tally, stored, raw, stream, events, duration, gap] = row;
    let narrow = |number: u64| u32::try_from(number).ok();
    let mut tally_bytes = None;
    if let Some(bytes) = tally.checked_sub(1) {
        tally_bytes = Some(narrow(bytes)?);
        place.pass(narrow(bytes)?).ok()?;
    }
    let start_ns = end_before.wrapping_add_signed(varint::unfold(gap));
    let end_ns = start_ns.checked_add(duration)?;
    *end_before = end_ns;
    let entry = SegmentEntry {
        info: SegmentInfo { stream: narrow(stream)?, start_ns, end_ns, events },
        kept,
        tally_bytes,
        offset: place.offset,
        sequence: place.sequence,
        stored_bytes: narrow(stored)?,
        raw_bytes: narrow(raw)?,
    };
    place.pass(entry.stored_bytes).ok()?;
    Some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is known of so many drop notes.
    fn drops(number: usize) -> Index {
        let mut index = Index::default();
        for number in 0..number as u64 {
            index.push_drop(100 * number, 3, DropNote { stream: 0, events: number, bytes: 0 });
        }
        index
    }

    #[test]
    fn a_chapter_has_a_frame_and_no_more_than_are_read_at_once() {
        for (frames, is_believed) in
            [(0, false), (1, true), (MAX_CHAPTER_FRAMES, true), (MAX_CHAPTER_FRAMES + 1, false)]
        {
            let index = drops(frames);
            let body = index.open_chapter().encode();
            let start = Position { offset: 0, sequence: 1 };
            let decoded = decode(&body, start, &mut Index::default());
            assert_eq!(decoded.is_some(), is_believed, "{frames} frames by the index");
            let is_told = index.open_chapter().is_told_by(&body);
            assert_eq!(is_told, is_believed, "{frames} frames that were walked");
        }
    }
}
