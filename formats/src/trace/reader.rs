//! Reads a trace.

use std::fmt;
use std::fs::File;
use std::path::Path;

use super::chapter;
use super::compression::decompress;
use super::error::{Ending, TraceError};
use super::frame::{
    FILE_HEAD_BYTES, FRAME_HEAD_BYTES, FrameHead, FrameKind, MAGIC, TRAILER_BYTES, VERSION,
    footer_offset, u32_at,
};
use super::header::Header;
use super::histogram::{Histogram, HistogramError};
pub use super::index::{DropEntry, Kept, OutcomeEntry, SegmentEntry};
use super::index::{Index, Totals};
use super::scan::{Position, Stop, read_any_head, read_at, read_body, read_frame, read_head, scan};
use super::segment::{SEGMENT_PREFIX_BYTES, SegmentInfo};
use super::source::Source;
use crate::codec;
use crate::plan_check;

/// A trace that is being read.
///
/// Holds the header and the index; segments are read when they are asked for, by any number of
/// threads at once.
pub struct Trace {
    pub(super) source: Source,
    header: Header,
    pub(super) index: Index,
    totals: Totals,
    ending: Ending,
    /// Where walking on starts, if the trace has no footer yet.
    position: Position,
    pub(super) bytes: u64,
}

/// What a segment holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentData {
    /// The words of its events, in the order in which they were recorded: see
    /// [`crate::events::Events`].
    Events(Vec<u32>),
    /// How often each event occurred.
    Counts(Histogram),
    /// Nothing: the recording keeps only a share of its segments.
    Nothing,
}

impl Trace {
    /// Opens the trace in the file `path`.
    ///
    /// A trace that is damaged or unfinished after its header opens as well: see
    /// [`Trace::ending`].
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is no trace, is of another version, or has no whole header.
    pub fn open(path: impl AsRef<Path>) -> Result<Trace, TraceError> {
        let file = File::open(path).map_err(|source| TraceError::Io { offset: 0, source })?;
        Trace::from_file(file)
    }

    /// Opens the trace in a file that is open for reading.
    ///
    /// # Errors
    ///
    /// As [`Trace::open`].
    pub fn from_file(file: File) -> Result<Trace, TraceError> {
        let source = Source::file(file).map_err(|source| TraceError::Io { offset: 0, source })?;
        Trace::from_source(source)
    }

    /// Opens the trace in `bytes`.
    ///
    /// # Errors
    ///
    /// As [`Trace::open`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Trace, TraceError> {
        Trace::from_source(Source::Bytes(bytes))
    }

    fn from_source(source: Source) -> Result<Trace, TraceError> {
        let bytes = source_bytes(&source)?;
        check_file_head(&source, bytes)?;
        let (header, mut position) = read_header(&source, bytes)?;
        let (index, ending) = match read_footer(&source, position, bytes) {
            Some(index) => (index, Ending::Complete),
            None => {
                let mut index = Index::default();
                let ending = scan(&source, &mut position, bytes, &mut index)?;
                (index, ending)
            }
        };
        let totals = totals(&index)?;
        Ok(Trace { source, header, index, totals, ending, position, bytes })
    }

    /// How the recording was made.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The segments, in the order in which they were written. Those of one stream are in the
    /// order of time.
    pub fn segments(&self) -> &[SegmentEntry] {
        &self.index.segments
    }

    /// How the invocations ended, in the order of the file.
    pub fn outcomes(&self) -> &[OutcomeEntry] {
        &self.index.outcomes
    }

    /// What was dropped, in the order of the file.
    pub fn drops(&self) -> &[DropEntry] {
        &self.index.drops
    }

    /// Length of the file when it was last looked at.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How the trace ends.
    pub fn ending(&self) -> &Ending {
        &self.ending
    }

    /// Whether the trace was closed: then the segments are all that were written.
    pub fn is_complete(&self) -> bool {
        self.ending == Ending::Complete
    }

    /// Succeeds when the trace was closed.
    ///
    /// # Errors
    ///
    /// Else says whether it is truncated or corrupt, and where.
    pub fn require_complete(&self) -> Result<(), TraceError> {
        ending_to_result(&self.ending, self.index.segments.len())
    }

    /// Number of events in all segments.
    pub fn events(&self) -> u64 {
        self.totals.events
    }

    /// Number of events that the recorder dropped.
    pub fn dropped_events(&self) -> u64 {
        self.totals.dropped_events
    }

    /// Reads segment number `index` of [`Trace::segments`].
    ///
    /// # Errors
    ///
    /// When the file cannot be read or the segment is damaged.
    ///
    /// # Panics
    ///
    /// When there is no such segment.
    pub fn read_segment(&self, index: usize) -> Result<SegmentData, TraceError> {
        let entry = &self.index.segments[index];
        read_segment_data(&self.source, entry)
            .map_err(|stop| stop_to_error(stop, entry.offset, index))
    }

    /// Reads how often each event of segment number `index` occurs, where that can be had without
    /// reading the events themselves.
    ///
    /// # Errors
    ///
    /// As [`Trace::read_segment`].
    ///
    /// # Panics
    ///
    /// When there is no such segment.
    pub fn read_counts(&self, index: usize) -> Result<Option<Histogram>, TraceError> {
        let entry = &self.index.segments[index];
        if entry.kept == Kept::Events {
            return read_tally(&self.source, entry).map_err(|stop| {
                stop_to_error(stop, entry.tally_offset().unwrap_or(entry.offset), index)
            });
        }
        match self.read_segment(index)? {
            SegmentData::Counts(histogram) => Ok(Some(histogram)),
            SegmentData::Events(_) | SegmentData::Nothing => Ok(None),
        }
    }

    /// Looks at the file again and adds what was written since; returns the number of new
    /// segments. Does nothing once the trace is complete or corrupt.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or counts more events than 64 bits can hold.
    pub fn refresh(&mut self) -> Result<usize, TraceError> {
        if !matches!(self.ending, Ending::Truncated { .. }) {
            return Ok(0);
        }
        let before = self.index.segments.len();
        self.bytes = source_bytes(&self.source)?;
        self.ending = scan(&self.source, &mut self.position, self.bytes, &mut self.index)?;
        self.totals = totals(&self.index)?;
        Ok(self.index.segments.len() - before)
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Trace")
            .field("program", &self.header.program)
            .field("segments", &self.index.segments.len())
            .field("ending", &self.ending)
            .finish_non_exhaustive()
    }
}

fn source_bytes(source: &Source) -> Result<u64, TraceError> {
    source.bytes().map_err(|source| TraceError::Io { offset: 0, source })
}

pub(super) fn corrupt(offset: u64, what: impl Into<String>, segments: usize) -> TraceError {
    TraceError::Corrupt { offset, what: what.into(), segments }
}

fn stop_to_error(stop: Stop, offset: u64, segments: usize) -> TraceError {
    match stop {
        Stop::Truncated => TraceError::Truncated { offset, segments },
        Stop::Corrupt(what) => TraceError::Corrupt { offset, what, segments },
        Stop::Io(error) => error,
    }
}

pub(super) fn ending_to_result(ending: &Ending, segments: usize) -> Result<(), TraceError> {
    match ending {
        Ending::Complete => Ok(()),
        &Ending::Truncated { offset } => Err(TraceError::Truncated { offset, segments }),
        Ending::Corrupt { offset, what } => Err(corrupt(*offset, what.as_str(), segments)),
    }
}

fn totals(index: &Index) -> Result<Totals, TraceError> {
    index.totals().map_err(|what| corrupt(FILE_HEAD_BYTES as u64, what, 0))
}

fn check_file_head(source: &Source, bytes: u64) -> Result<(), TraceError> {
    let mut head = [0; FILE_HEAD_BYTES];
    let available = bytes.min(FILE_HEAD_BYTES as u64) as usize;
    read_at(source, &mut head[..available], 0)?;
    let magic = available.min(MAGIC.len());
    if head[..magic] != MAGIC[..magic] {
        return Err(TraceError::NotATrace);
    }
    if available < FILE_HEAD_BYTES {
        return Err(TraceError::Truncated { offset: 0, segments: 0 });
    }
    // The head has this form in every version, so that any reader can tell the version of a file.
    let (version, checksum) = (u32_at(&head, 8), u32_at(&head, 12));
    if checksum != crc32c::crc32c(&head[..12]) {
        return Err(corrupt(0, "the checksum of the file's head does not match", 0));
    }
    match version {
        VERSION => Ok(()),
        0 => Err(corrupt(8, "there is no trace version 0", 0)),
        1..VERSION => Err(TraceError::OlderVersion { found: version, supported: VERSION }),
        _ => Err(TraceError::NewerVersion { found: version, supported: VERSION }),
    }
}

/// Reads the header and returns where the frames after it start.
pub(super) fn read_header(source: &Source, bytes: u64) -> Result<(Header, Position), TraceError> {
    let start = Position { offset: FILE_HEAD_BYTES as u64, sequence: 0 };
    let read = || -> Result<(Header, Position), Stop> {
        let head = read_head(source, start, bytes)?;
        if head.kind != FrameKind::Header {
            return Err("the first frame is no header".into());
        }
        let header: Header = codec::decode(&read_body(source, start.offset, &head)?)?;
        plan_check::check(&header.plan).map_err(|error| Stop::Corrupt(error.to_string()))?;
        header.sample.map_or(Ok(()), |sample| sample.check())?;
        let next = Position { offset: start.offset + head.frame_bytes(), sequence: 1 };
        Ok((header, next))
    };
    read().map_err(|stop| stop_to_error(stop, start.offset, 0))
}

/// Reads the index that the footer points to. `None` when there is no footer, or something is not
/// good: then walking the frames finds out what is wrong.
fn read_footer(source: &Source, first: Position, bytes: u64) -> Option<Index> {
    let footer_end = bytes.checked_sub(TRAILER_BYTES as u64)?;
    let mut trailer = [0; TRAILER_BYTES];
    source.read_exact_at(&mut trailer, footer_end).ok()?;
    let offset = footer_offset(&trailer)?;
    let (footer, body) = read_listed(source, offset, FrameKind::Footer, footer_end)?;
    let chapters: Vec<u64> = codec::decode(&body).ok()?;
    let (mut index, mut next) = (Index::default(), first);
    for chapter in chapters {
        let (head, body) = read_listed(source, chapter, FrameKind::Index, offset)?;
        next = chapter::decode(&body, next, &mut index)?;
        if next != (Position { offset: chapter, sequence: head.sequence }) {
            return None;
        }
        next.pass(head.stored_bytes).ok()?;
        index.close_chapter(chapter);
    }
    // Between the last chapter and the footer there is nothing, nor between footer and trailer.
    let follows = next == Position { offset, sequence: footer.sequence };
    (follows && offset + footer.frame_bytes() == footer_end).then_some(index)
}

/// Reads head and body of a frame of which another one tells where it is, and that it ends before
/// `end`.
fn read_listed(
    source: &Source,
    offset: u64,
    kind: FrameKind,
    end: u64,
) -> Option<(FrameHead, Vec<u8>)> {
    let head = read_any_head(source, offset, end).ok().filter(|head| head.kind == kind)?;
    let body = read_body(source, offset, &head).ok()?;
    Some((head, body))
}

/// Reads one of the frames of a segment, of which the index tells where it is and how long.
fn read_segment_body(
    source: &Source,
    position: Position,
    kind: FrameKind,
    stored_bytes: u32,
    info: &SegmentInfo,
) -> Result<Vec<u8>, Stop> {
    let (head, frame) = read_frame(source, position, stored_bytes)?;
    let (prefix, body) = frame[FRAME_HEAD_BYTES..]
        .split_first_chunk::<SEGMENT_PREFIX_BYTES>()
        .ok_or("the segment is shorter than its prefix")?;
    if head.kind != kind || SegmentInfo::from_bytes(prefix) != *info {
        return Err("the segment is not the one that the index announces".into());
    }
    Ok(decompress(head.compression, body, head.raw_bytes as usize)?)
}

fn read_segment_data(source: &Source, entry: &SegmentEntry) -> Result<SegmentData, Stop> {
    let position = Position { offset: entry.offset, sequence: entry.sequence };
    let raw = read_segment_body(source, position, entry.kind(), entry.stored_bytes, &entry.info)?;
    if raw.len() != entry.raw_bytes as usize {
        return Err("the segment is not the one that the index announces".into());
    }
    match entry.kept {
        Kept::Events => Ok(SegmentData::Events(words(&raw))),
        Kept::Counts => read_histogram(&raw, entry.info.events).map(SegmentData::Counts),
        Kept::Nothing => Ok(SegmentData::Nothing),
    }
}

fn read_tally(source: &Source, entry: &SegmentEntry) -> Result<Option<Histogram>, Stop> {
    let (Some(stored_bytes), Some(offset)) = (entry.tally_bytes, entry.tally_offset()) else {
        return Ok(None);
    };
    let position = Position { offset, sequence: entry.sequence.wrapping_sub(1) };
    let raw = read_segment_body(source, position, FrameKind::Tally, stored_bytes, &entry.info)?;
    read_histogram(&raw, entry.info.events).map(Some)
}

fn words(raw: &[u8]) -> Vec<u32> {
    let (words, _) = raw.as_chunks::<4>();
    words.iter().map(|&word| u32::from_le_bytes(word)).collect()
}

fn read_histogram(raw: &[u8], expected: u64) -> Result<Histogram, Stop> {
    let check = || {
        let histogram = Histogram::decode(raw)?;
        match histogram.events() {
            found if found == expected => Ok(histogram),
            found => Err(HistogramError::OtherTotal { found, expected }),
        }
    };
    check().map_err(|error: HistogramError| Stop::Corrupt(error.to_string()))
}
