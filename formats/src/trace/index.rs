//! The index of a trace: what all frames between header and footer hold, in short.
//!
//! The writer collects it and stores it in the footer; the reader takes it from there or, when
//! there is no footer, collects it again by walking the frames. Both ways give the same index.

use std::iter::Peekable;

use serde::{Deserialize, Serialize};

use super::frame::{FRAME_HEAD_BYTES, FrameHead, FrameKind};
use super::note::{DropNote, Outcome, OutcomeNote};
use super::segment::SegmentInfo;

/// One segment of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentEntry {
    /// Stream, times and number of events.
    pub info: SegmentInfo,
    /// What the trace keeps of it.
    pub kept: Kept,
    /// Bytes that the histogram beside its ordered events takes in the file, without the head of
    /// its frame, which stands before the segment's; `None` when there is none.
    pub tally_bytes: Option<u32>,
    /// Where its frame starts in the file.
    pub offset: u64,
    /// Number of frames before it.
    pub sequence: u32,
    /// Bytes that it takes in the file, without the head of its frame.
    pub stored_bytes: u32,
    /// Bytes of its words, or of its encoded histogram, before compression.
    pub raw_bytes: u32,
}

/// What a trace keeps of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// Every event, in program order.
    #[default]
    Events,
    /// How often each event occurred.
    Counts,
    /// How many events there were: see [`super::Sample`].
    Nothing,
}

/// How one invocation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeEntry {
    /// The stream on which it ran. Later segments of that stream belong to the next invocation.
    pub stream: u32,
    /// Number of segments, of all streams, that come before it.
    pub segments_before: u32,
    /// Where its frame starts in the file.
    pub offset: u64,
    /// Bytes that it takes in the file, without the head of its frame.
    pub stored_bytes: u32,
    /// The outcome.
    pub outcome: Outcome,
}

/// Events that the recorder dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropEntry {
    /// The stream whose events were dropped.
    pub stream: u32,
    /// Number of segments, of all streams, that come before the gap.
    pub segments_before: u32,
    /// Where its frame starts in the file.
    pub offset: u64,
    /// Bytes that it takes in the file, without the head of its frame.
    pub stored_bytes: u32,
    /// Number of events that were dropped; 0 when only the bytes are known.
    pub events: u64,
    /// Bytes of the ring that were dropped.
    pub bytes: u64,
}

/// What all frames between header and footer hold, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Index {
    pub(super) segments: Vec<SegmentEntry>,
    pub(super) outcomes: Vec<OutcomeEntry>,
    pub(super) drops: Vec<DropEntry>,
}

impl SegmentEntry {
    /// The kind of its frame.
    pub(super) fn kind(&self) -> FrameKind {
        match self.kept {
            Kept::Events => FrameKind::Segment,
            Kept::Counts => FrameKind::Counts,
            Kept::Nothing => FrameKind::Unkept,
        }
    }

    /// Where the frame of the histogram beside its events starts, if there is one.
    pub(super) fn tally_offset(&self) -> Option<u64> {
        let bytes = FRAME_HEAD_BYTES as u64 + u64::from(self.tally_bytes?);
        self.offset.checked_sub(bytes)
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.tally_bytes.is_some() && self.kept != Kept::Events {
            return Err("a histogram stands beside no events");
        }
        match self.kept {
            Kept::Events => self.info.check_words(self.raw_bytes as usize),
            Kept::Counts => self.info.check_times(),
            Kept::Nothing if self.raw_bytes > 0 => Err("an unkept segment holds something"),
            Kept::Nothing => self.info.check_times(),
        }
    }
}

impl Index {
    pub(super) fn push_segment(
        &mut self,
        head: &FrameHead,
        offset: u64,
        info: SegmentInfo,
        tally_bytes: Option<u32>,
    ) -> Result<(), &'static str> {
        let kept = match head.kind {
            FrameKind::Counts => Kept::Counts,
            FrameKind::Unkept => Kept::Nothing,
            _ => Kept::Events,
        };
        let entry = SegmentEntry {
            info,
            kept,
            tally_bytes,
            offset,
            sequence: head.sequence,
            stored_bytes: head.stored_bytes,
            raw_bytes: head.raw_bytes,
        };
        entry.check()?;
        self.segments.push(entry);
        Ok(())
    }

    pub(super) fn push_outcome(&mut self, head: &FrameHead, offset: u64, note: OutcomeNote) {
        let OutcomeNote { stream, outcome } = note;
        let (segments_before, stored_bytes) = (self.segments_before(), head.stored_bytes);
        let entry = OutcomeEntry { stream, segments_before, offset, stored_bytes, outcome };
        self.outcomes.push(entry);
    }

    pub(super) fn push_drop(&mut self, head: &FrameHead, offset: u64, note: DropNote) {
        let DropNote { stream, events, bytes } = note;
        let (segments_before, stored_bytes) = (self.segments_before(), head.stored_bytes);
        let entry = DropEntry { stream, segments_before, offset, stored_bytes, events, bytes };
        self.drops.push(entry);
    }

    fn segments_before(&self) -> u32 {
        u32::try_from(self.segments.len()).expect("frames have 32-bit sequence numbers")
    }

    /// Number of frames that it describes.
    pub(super) fn frames(&self) -> usize {
        let tallies = self.segments.iter().filter(|entry| entry.tally_bytes.is_some()).count();
        tallies + self.segments.len() + self.outcomes.len() + self.drops.len()
    }

    /// Checks an index that came from a footer: its frames fill the file from `first`, where the
    /// header ends, to `end`, where the footer starts, and their numbers are possible.
    pub(super) fn check(&self, first: u64, end: u64) -> Result<(), &'static str> {
        let mut walk = IndexWalk { next_offset: first, next_sequence: 1, segments: 0 };
        let mut outcomes = self.outcomes.iter().peekable();
        let mut drops = self.drops.iter().peekable();
        for entry in &self.segments {
            walk.pass_notes(&mut outcomes, &mut drops)?;
            walk.pass_segment(entry)?;
        }
        walk.pass_notes(&mut outcomes, &mut drops)?;
        if outcomes.next().is_some() || drops.next().is_some() || walk.next_offset != end {
            return Err("the index does not list every frame");
        }
        self.check_totals()
    }

    /// The sums of what readers add up must fit their types, so that they need no checks.
    pub(super) fn check_totals(&self) -> Result<(), &'static str> {
        let events = sum(self.segments.iter().map(|entry| entry.info.events));
        let dropped_events = sum(self.drops.iter().map(|entry| entry.events));
        let dropped_bytes = sum(self.drops.iter().map(|entry| entry.bytes));
        match (events, dropped_events, dropped_bytes) {
            (Some(_), Some(_), Some(_)) => Ok(()),
            _ => Err("more events than 64 bits can count"),
        }
    }
}

/// The sum, if 64 bits can hold it.
fn sum(mut numbers: impl Iterator<Item = u64>) -> Option<u64> {
    numbers.try_fold(0, u64::checked_add)
}

/// A walk through the frames that an index lists.
struct IndexWalk {
    next_offset: u64,
    next_sequence: u32,
    segments: u32,
}

impl IndexWalk {
    fn pass(&mut self, stored_bytes: u32) -> Result<(), &'static str> {
        let frame_bytes = FRAME_HEAD_BYTES as u64 + u64::from(stored_bytes);
        self.next_offset =
            self.next_offset.checked_add(frame_bytes).ok_or("an offset of the index overflows")?;
        self.next_sequence =
            self.next_sequence.checked_add(1).ok_or("the index lists too many frames")?;
        Ok(())
    }

    fn pass_segment(&mut self, entry: &SegmentEntry) -> Result<(), &'static str> {
        entry.check()?;
        if let Some(bytes) = entry.tally_bytes {
            self.pass(bytes)?;
        }
        if (entry.offset, entry.sequence) != (self.next_offset, self.next_sequence) {
            return Err("a segment of the index is out of place");
        }
        self.segments += 1;
        self.pass(entry.stored_bytes)
    }

    /// Passes all outcomes and drop notes that come next.
    fn pass_notes<'a>(
        &mut self,
        outcomes: &mut Peekable<impl Iterator<Item = &'a OutcomeEntry>>,
        drops: &mut Peekable<impl Iterator<Item = &'a DropEntry>>,
    ) -> Result<(), &'static str> {
        loop {
            let offset = self.next_offset;
            let (segments_before, stored_bytes) =
                if let Some(entry) = outcomes.next_if(|entry| entry.offset == offset) {
                    (entry.segments_before, entry.stored_bytes)
                } else if let Some(entry) = drops.next_if(|entry| entry.offset == offset) {
                    (entry.segments_before, entry.stored_bytes)
                } else {
                    return Ok(());
                };
            if segments_before != self.segments {
                return Err("an outcome or drop note of the index is out of place");
            }
            self.pass(stored_bytes)?;
        }
    }
}
