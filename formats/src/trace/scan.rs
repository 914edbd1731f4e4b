//! Walks the frames of a trace from the front: how a trace without a footer is read.

use crc32c::crc32c_append;

use super::compression::decompress;
use super::error::{Ending, TraceError};
use super::frame::{FRAME_HEAD_BYTES, FrameHead, FrameKind, TRAILER_BYTES, trailer};
use super::index::{Index, SegmentEntry};
use super::segment::{SEGMENT_PREFIX_BYTES, SegmentInfo};
use super::source::Source;
use crate::codec;

/// Payloads are checksummed in pieces of this length, so that walking takes little memory.
const PIECE_BYTES: usize = 64 << 10;

/// A place between two frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// Where the next frame starts.
    pub(super) offset: u64,
    /// Sequence number of the next frame.
    pub(super) sequence: u32,
}

impl Position {
    /// Passes a frame of which prefix and body take `stored_bytes`.
    pub(super) fn pass(&mut self, stored_bytes: u32) -> Result<(), &'static str> {
        let frame_bytes = FRAME_HEAD_BYTES as u64 + u64::from(stored_bytes);
        let offset = self.offset.checked_add(frame_bytes);
        self.offset = offset.ok_or("the offset of a frame overflows")?;
        self.sequence = self.sequence.checked_add(1).ok_or("the trace has too many frames")?;
        Ok(())
    }
}

/// Why walking stopped at a frame.
pub(super) enum Stop {
    /// The file ends within the frame, or just before it.
    Truncated,
    /// The frame is damaged.
    Corrupt(String),
    /// The file cannot be read.
    Io(TraceError),
}

impl From<&'static str> for Stop {
    fn from(what: &'static str) -> Self {
        Stop::Corrupt(what.to_owned())
    }
}

impl From<codec::DecodeError> for Stop {
    fn from(error: codec::DecodeError) -> Self {
        Stop::Corrupt(format!("the body of a frame cannot be decoded: {error}"))
    }
}

/// Fills `buffer` from the source.
pub(super) fn read_at(source: &Source, buffer: &mut [u8], offset: u64) -> Result<(), TraceError> {
    source.read_exact_at(buffer, offset).map_err(|source| TraceError::Io { offset, source })
}

/// Reads the head of the frame at `offset`, when the whole frame lies before `end`.
pub(super) fn read_any_head(source: &Source, offset: u64, end: u64) -> Result<FrameHead, Stop> {
    let available = end.saturating_sub(offset);
    if available < FRAME_HEAD_BYTES as u64 {
        return Err(Stop::Truncated);
    }
    let mut bytes = [0; FRAME_HEAD_BYTES];
    read_at(source, &mut bytes, offset).map_err(Stop::Io)?;
    let head = FrameHead::parse(&bytes).map_err(Stop::Corrupt)?;
    match available < head.frame_bytes() {
        true => Err(Stop::Truncated),
        false => Ok(head),
    }
}

/// The same of the frame at `position`, which has to be the next one in the sequence.
pub(super) fn read_head(source: &Source, position: Position, end: u64) -> Result<FrameHead, Stop> {
    let head = read_any_head(source, position.offset, end)?;
    check_sequence(&head, position)?;
    Ok(head)
}

fn check_sequence(head: &FrameHead, position: Position) -> Result<(), Stop> {
    if head.sequence != position.sequence {
        return Err(Stop::Corrupt(format!(
            "gap in the sequence of frames: number {} where {} should be",
            head.sequence, position.sequence
        )));
    }
    Ok(())
}

/// Reads the whole frame at `position`, of which the caller knows that prefix and body take
/// `stored_bytes` of the file: its head, and all of its bytes.
pub(super) fn read_frame(
    source: &Source,
    position: Position,
    stored_bytes: u32,
) -> Result<(FrameHead, Vec<u8>), Stop> {
    let mut frame = vec![0; FRAME_HEAD_BYTES + stored_bytes as usize];
    read_at(source, &mut frame, position.offset).map_err(Stop::Io)?;
    let (head, payload) = frame.split_first_chunk().expect("a frame is longer than its head");
    let head = FrameHead::parse(head).map_err(Stop::Corrupt)?;
    check_sequence(&head, position)?;
    if head.stored_bytes != stored_bytes {
        return Err("the frame does not have the length that the index announces".into());
    }
    check_payload(&head, crc32c::crc32c(payload))?;
    Ok((head, frame))
}

/// Reads prefix and body, as stored, of the frame at `offset`, and compares the checksum. The
/// caller knows that the whole frame is there.
pub(super) fn read_payload(
    source: &Source,
    offset: u64,
    head: &FrameHead,
) -> Result<Vec<u8>, Stop> {
    let mut payload = vec![0; head.stored_bytes as usize];
    read_at(source, &mut payload, offset + FRAME_HEAD_BYTES as u64).map_err(Stop::Io)?;
    check_payload(head, crc32c::crc32c(&payload))?;
    Ok(payload)
}

/// Reads the body of a frame that has no prefix.
pub(super) fn read_body(source: &Source, offset: u64, head: &FrameHead) -> Result<Vec<u8>, Stop> {
    let payload = read_payload(source, offset, head)?;
    Ok(decompress(head.compression, &payload, head.raw_bytes as usize)?)
}

fn check_payload(head: &FrameHead, checksum: u32) -> Result<(), Stop> {
    if checksum != head.payload_checksum {
        return Err("the checksum of a frame's payload does not match".into());
    }
    Ok(())
}

/// Walks all frames from `position` to `end` and adds them to `index`.
///
/// # Errors
///
/// Only when the file cannot be read; everything else is an ending.
pub(super) fn scan(
    source: &Source,
    position: &mut Position,
    end: u64,
    index: &mut Index,
) -> Result<Ending, TraceError> {
    loop {
        let offset = position.offset;
        match scan_frame(source, position, end, index) {
            Ok(false) => {}
            Ok(true) => return Ok(Ending::Complete),
            Err(Stop::Truncated) => return Ok(Ending::Truncated { offset }),
            Err(Stop::Corrupt(what)) => return Ok(Ending::Corrupt { offset, what }),
            Err(Stop::Io(error)) => return Err(error),
        }
    }
}

/// Walks one frame; returns whether it was the footer of a trace that was closed.
fn scan_frame(
    source: &Source,
    position: &mut Position,
    end: u64,
    index: &mut Index,
) -> Result<bool, Stop> {
    let offset = position.offset;
    let head = read_head(source, *position, end)?;
    match head.kind {
        FrameKind::Header => return Err("a second header".into()),
        FrameKind::Tally => return scan_counted(source, position, &head, end, index),
        FrameKind::Segment | FrameKind::Counts | FrameKind::Unkept => {
            let info = scan_segment(source, offset, &head)?;
            index.push_segment(SegmentEntry::new(&head, offset, info, None))?;
        }
        FrameKind::Outcome => {
            let note = codec::decode(&read_body(source, offset, &head)?)?;
            index.push_outcome(offset, head.stored_bytes, note);
        }
        FrameKind::Drop => {
            let note = codec::decode(&read_body(source, offset, &head)?)?;
            index.push_drop(offset, head.stored_bytes, note);
        }
        FrameKind::Index => {
            if !index.open_chapter().is_told_by(&read_body(source, offset, &head)?) {
                return Err("the index does not match the frames before it".into());
            }
            index.close_chapter(offset);
        }
        FrameKind::Footer => {
            let chapters: Vec<u64> = codec::decode(&read_body(source, offset, &head)?)?;
            if chapters != index.chapters || index.open_chapter().frames() > 0 {
                return Err("the footer does not match the frames before it".into());
            }
            check_trailer(source, offset, &head, end)?;
            return Ok(true);
        }
    }
    position.pass(head.stored_bytes)?;
    Ok(false)
}

/// Walks the frame of a histogram and the one of its segment behind it, as one: they were written
/// together.
fn scan_counted(
    source: &Source,
    position: &mut Position,
    tally: &FrameHead,
    end: u64,
    index: &mut Index,
) -> Result<bool, Stop> {
    let info = scan_segment(source, position.offset, tally)?;
    let mut next = *position;
    next.pass(tally.stored_bytes)?;
    let head = read_head(source, next, end)?;
    if head.kind != FrameKind::Segment || scan_segment(source, next.offset, &head)? != info {
        return Err("the histogram of a segment stands before something else".into());
    }
    let tally_bytes = Some(tally.stored_bytes);
    index.push_segment(SegmentEntry::new(&head, next.offset, info, tally_bytes))?;
    next.pass(head.stored_bytes)?;
    *position = next;
    Ok(false)
}

/// Reads the prefix of a segment and checksums the rest without keeping it.
fn scan_segment(source: &Source, offset: u64, head: &FrameHead) -> Result<SegmentInfo, Stop> {
    let payload_start = offset + FRAME_HEAD_BYTES as u64;
    let payload_end = offset + head.frame_bytes();
    let mut prefix = [0; SEGMENT_PREFIX_BYTES];
    read_at(source, &mut prefix, payload_start).map_err(Stop::Io)?;
    let mut checksum = crc32c::crc32c(&prefix);
    let mut piece = vec![0; PIECE_BYTES.min(head.stored_bytes as usize)];
    let mut next = payload_start + SEGMENT_PREFIX_BYTES as u64;
    while next < payload_end {
        let bytes = (payload_end - next).min(piece.len() as u64) as usize;
        read_at(source, &mut piece[..bytes], next).map_err(Stop::Io)?;
        checksum = crc32c_append(checksum, &piece[..bytes]);
        next += bytes as u64;
    }
    check_payload(head, checksum)?;
    Ok(SegmentInfo::from_bytes(&prefix))
}

/// Checks that the trailer, and nothing else, stands between the footer and `end`.
fn check_trailer(source: &Source, offset: u64, head: &FrameHead, end: u64) -> Result<(), Stop> {
    let footer_end = offset + head.frame_bytes();
    let expected = trailer(offset);
    let mut found = [0; TRAILER_BYTES];
    let bytes = (end - footer_end).min(TRAILER_BYTES as u64) as usize;
    read_at(source, &mut found[..bytes], footer_end).map_err(Stop::Io)?;
    if found[..bytes] != expected[..bytes] {
        return Err("the trailer after the footer is damaged".into());
    }
    if bytes < TRAILER_BYTES {
        return Err(Stop::Truncated);
    }
    if end > footer_end + TRAILER_BYTES as u64 {
        return Err("there is more after the trailer".into());
    }
    Ok(())
}
