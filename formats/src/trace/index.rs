//! The index of a trace: what all frames between header and footer hold, in short.
//!
//! The writer collects it chapter by chapter and stores each in an index frame; the reader takes it
//! from there or, when there is no footer, collects it again by walking the frames. Both ways give
//! the same index.

use super::chapter::Chapter;
use super::frame::{FRAME_HEAD_BYTES, FrameHead, FrameKind};
use super::note::{DropNote, Outcome, OutcomeNote};
use super::segment::SegmentInfo;

/// One segment of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Bytes of the words that were dropped.
    pub bytes: u64,
}

/// What all frames between header and footer hold, in the order of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) segments: Vec<SegmentEntry>,
    pub(super) outcomes: Vec<OutcomeEntry>,
    pub(super) drops: Vec<DropEntry>,
    /// Where the index frame of each closed chapter starts: what the footer holds.
    pub(super) chapters: Vec<u64>,
    /// How much of the lists is in closed chapters.
    closed: Closed,
}

#[derive(Clone, Copy, Debug, Default)]
struct Closed {
    segments: usize,
    outcomes: usize,
    drops: usize,
}

impl Kept {
    /// What a frame of this kind keeps of a segment; `None` if it is not one.
    pub(super) fn of(kind: FrameKind) -> Option<Kept> {
        match kind {
            FrameKind::Segment => Some(Kept::Events),
            FrameKind::Counts => Some(Kept::Counts),
            FrameKind::Unkept => Some(Kept::Nothing),
            _ => None,
        }
    }
}

impl SegmentEntry {
    /// The entry of the segment in the frame with this head.
    pub(super) fn new(
        head: &FrameHead,
        offset: u64,
        info: SegmentInfo,
        tally_bytes: Option<u32>,
    ) -> Self {
        let kept = Kept::of(head.kind).unwrap_or_default();
        let &FrameHead { sequence, stored_bytes, raw_bytes, .. } = head;
        SegmentEntry { info, kept, tally_bytes, offset, sequence, stored_bytes, raw_bytes }
    }

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

impl OutcomeEntry {
    /// The body of its frame.
    pub(super) fn to_note(&self) -> OutcomeNote {
        OutcomeNote { stream: self.stream, outcome: self.outcome.clone() }
    }
}

impl DropEntry {
    /// The body of its frame.
    pub(super) fn to_note(self) -> DropNote {
        DropNote { stream: self.stream, events: self.events, bytes: self.bytes }
    }
}

impl Index {
    pub(super) fn push_segment(&mut self, entry: SegmentEntry) -> Result<(), &'static str> {
        entry.check()?;
        self.segments.push(entry);
        Ok(())
    }

    pub(super) fn push_outcome(&mut self, offset: u64, stored_bytes: u32, note: OutcomeNote) {
        let OutcomeNote { stream, outcome } = note;
        let segments_before = self.segments_before();
        let entry = OutcomeEntry { stream, segments_before, offset, stored_bytes, outcome };
        self.outcomes.push(entry);
    }

    pub(super) fn push_drop(&mut self, offset: u64, stored_bytes: u32, note: DropNote) {
        let DropNote { stream, events, bytes } = note;
        let segments_before = self.segments_before();
        let entry = DropEntry { stream, segments_before, offset, stored_bytes, events, bytes };
        self.drops.push(entry);
    }

    fn segments_before(&self) -> u32 {
        u32::try_from(self.segments.len()).expect("frames have 32-bit sequence numbers")
    }

    /// What is in no closed chapter yet.
    pub(super) fn open_chapter(&self) -> Chapter<'_> {
        Chapter {
            segments: &self.segments[self.closed.segments..],
            outcomes: &self.outcomes[self.closed.outcomes..],
            drops: &self.drops[self.closed.drops..],
        }
    }

    /// Closes the chapter, whose index frame starts at `offset`.
    pub(super) fn close_chapter(&mut self, offset: u64) {
        self.chapters.push(offset);
        let (segments, outcomes) = (self.segments.len(), self.outcomes.len());
        self.closed = Closed { segments, outcomes, drops: self.drops.len() };
    }

    /// Lets go of what is in closed chapters. From then on notes count the segments before them from
    /// the start of their chapter: writers, which don't ask, save memory.
    pub(super) fn forget_closed(&mut self) {
        self.segments.drain(..self.closed.segments);
        self.outcomes.drain(..self.closed.outcomes);
        self.drops.drain(..self.closed.drops);
        self.closed = Closed::default();
    }

    /// The sums of what readers add up, which must fit their types, so that they need no checks.
    pub(super) fn totals(&self) -> Result<Totals, &'static str> {
        let events = sum(self.segments.iter().map(|entry| entry.info.events));
        let dropped_events = sum(self.drops.iter().map(|entry| entry.events));
        let dropped_bytes = sum(self.drops.iter().map(|entry| entry.bytes));
        match (events, dropped_events, dropped_bytes) {
            (Some(events), Some(dropped_events), Some(_)) => Ok(Totals { events, dropped_events }),
            _ => Err("more events than 64 bits can count"),
        }
    }
}

/// Sums over an index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Totals {
    pub(super) events: u64,
    pub(super) dropped_events: u64,
}

/// The sum, if 64 bits can hold it.
fn sum(mut numbers: impl Iterator<Item = u64>) -> Option<u64> {
    numbers.try_fold(0, u64::checked_add)
}
