//! Writes a trace, frame by frame.

use std::fmt;
use std::io::{Cursor, Write};

use crc32c::crc32c;
use zstd::bulk::Compressor;

use super::compression::{
    Compression, HURRIED_LEVEL, MIN_COMPRESSED_BYTES, ONCE_LEVEL, SEGMENT_LEVEL,
};
use super::error::WriteError;
use super::frame::{FRAME_HEAD_BYTES, FrameHead, FrameKind, file_head, trailer};
use super::header::Header;
use super::histogram::Histogram;
use super::index::{Index, SegmentEntry};
use super::note::{DropNote, Outcome, OutcomeNote};
use super::packing::{Packed, Packer};
use super::segment::SegmentInfo;
use crate::codec;
use crate::limits::{CHAPTER_NOTE_BYTES, MAX_CHAPTER_FRAMES, MAX_MESSAGE_BYTES};
use crate::plan_check;

/// Writes a trace, frame by frame.
///
/// Every frame is handed to the output by a single call of `write_all`. Give it an unbuffered
/// output, so that others can read the trace while it grows and a crash loses nothing that was
/// written. A trace whose writer is dropped without [`TraceWriter::finish`] can be read, but
/// counts as truncated.
///
/// Once an output has refused a frame, every further call fails with
/// [`WriteError::Poisoned`].
pub struct TraceWriter<W: Write> {
    output: W,
    compressor: Compressor<'static>,
    /// The frames under construction; kept, so that writing allocates nothing in steady state.
    frame: Vec<u8>,
    /// Number of frames under construction.
    pending: u32,
    /// The frames of the open chapter, and where the closed ones are.
    index: Index,
    /// Bytes of the notes of the open chapter.
    note_bytes: usize,
    /// Where the next frame starts.
    offset: u64,
    /// Sequence number of the next frame.
    sequence: u32,
    poisoned: bool,
    /// Zstandard level of segments.
    segment_level: i32,
}

/// What stands in a frame behind the prefix.
enum Body<'a> {
    /// These bytes.
    Plain(&'a [u8]),
    /// A packed segment.
    Packed(Packed<'a>),
}

impl Body<'_> {
    /// Its bytes, before they are packed or compressed.
    fn raw_bytes(&self) -> usize {
        match self {
            Body::Plain(raw) => raw.len(),
            Body::Packed(packed) => packed.raw_bytes,
        }
    }
}

impl<'a, T: AsRef<[u8]> + ?Sized> From<&'a T> for Body<'a> {
    fn from(raw: &'a T) -> Self {
        Body::Plain(raw.as_ref())
    }
}

impl<W: Write> TraceWriter<W> {
    /// Starts a trace with its header.
    ///
    /// # Errors
    ///
    /// When the header is too large, its plan contradicts itself, or `output` refuses it.
    pub fn create(output: W, header: &Header) -> Result<Self, WriteError> {
        plan_check::check(&header.plan)?;
        let head = file_head();
        let mut writer = TraceWriter {
            output,
            compressor: Compressor::new(SEGMENT_LEVEL)?,
            frame: head.to_vec(),
            pending: 0,
            index: Index::default(),
            note_bytes: 0,
            offset: 0,
            sequence: 0,
            poisoned: false,
            segment_level: SEGMENT_LEVEL,
        };
        writer.append_frame(FrameKind::Header, &[], &codec::encode(header))?;
        writer.write_out()?;
        Ok(writer)
    }

    /// Writes one segment of ordered events; `words` are its words, little-endian (see
    /// [`ring::to_words`](crate::ring::to_words)). Returns the bytes that it takes in the trace.
    ///
    /// # Errors
    ///
    /// When the segment is too large, contradicts its `info`, or the output refuses it.
    pub fn write_segment(&mut self, info: &SegmentInfo, words: &[u8]) -> Result<u64, WriteError> {
        self.write_segment_frames(FrameKind::Segment, info, None, words)
    }

    /// Writes the segment of ordered events that `packer` took in last. With a `histogram` it stands before the
    /// events, so that readers that only add up need not read them. Returns the bytes that both take in the trace.
    ///
    /// # Errors
    ///
    /// As [`TraceWriter::write_segment`].
    pub fn write_packed_segment(
        &mut self,
        info: &SegmentInfo,
        histogram: Option<&Histogram>,
        packer: &mut Packer,
    ) -> Result<u64, WriteError> {
        if let Some(histogram) = histogram {
            check_events(info, histogram)?;
        }
        let packed = packer.packed();
        self.write_segment_frames(FrameKind::Segment, info, histogram, Body::Packed(packed))
    }

    /// Compresses the segments that follow less, and faster, or as usual again.
    pub fn hurry(&mut self, hurried: bool) {
        self.segment_level = if hurried { HURRIED_LEVEL } else { SEGMENT_LEVEL };
    }

    /// Writes one segment of ordered events, and before it how often each of them occurs: readers
    /// that only add up need not read the events. Returns the bytes that both take in the trace.
    ///
    /// # Errors
    ///
    /// As [`TraceWriter::write_segment`].
    pub fn write_counted_segment(
        &mut self,
        info: &SegmentInfo,
        histogram: &Histogram,
        words: &[u8],
    ) -> Result<u64, WriteError> {
        check_events(info, histogram)?;
        self.write_segment_frames(FrameKind::Segment, info, Some(histogram), words)
    }

    /// Writes one segment of which only the histogram is kept. Returns the bytes that it takes in
    /// the trace.
    ///
    /// # Errors
    ///
    /// As [`TraceWriter::write_segment`].
    pub fn write_histogram(
        &mut self,
        info: &SegmentInfo,
        histogram: &Histogram,
    ) -> Result<u64, WriteError> {
        check_events(info, histogram)?;
        self.write_segment_frames(FrameKind::Counts, info, None, &histogram.encode())
    }

    /// Notes a segment of which nothing is kept but its `info`. Returns the bytes that it takes in
    /// the trace.
    ///
    /// # Errors
    ///
    /// As [`TraceWriter::write_segment`].
    pub fn write_unkept(&mut self, info: &SegmentInfo) -> Result<u64, WriteError> {
        self.write_segment_frames(FrameKind::Unkept, info, None, &[])
    }

    fn write_segment_frames<'b>(
        &mut self,
        kind: FrameKind,
        info: &SegmentInfo,
        tally: Option<&Histogram>,
        body: impl Into<Body<'b>>,
    ) -> Result<u64, WriteError> {
        self.close_full_chapter()?;
        let before = self.offset;
        if let Err(error) = self.append_segment(kind, info, tally, body.into()) {
            self.discard();
            return Err(error);
        }
        self.write_out()?;
        Ok(self.offset - before)
    }

    fn append_segment(
        &mut self,
        kind: FrameKind,
        info: &SegmentInfo,
        tally: Option<&Histogram>,
        body: Body<'_>,
    ) -> Result<(), WriteError> {
        let prefix = info.to_bytes();
        let mut tally_bytes = None;
        if let Some(histogram) = tally {
            let head = self.append_frame(FrameKind::Tally, &prefix, &histogram.encode())?;
            tally_bytes = Some(head.stored_bytes);
        }
        let offset = self.offset + self.frame.len() as u64;
        let head = self.append_frame(kind, &prefix, body)?;
        let entry = SegmentEntry::new(&head, offset, *info, tally_bytes);
        self.index.push_segment(entry).map_err(WriteError::InvalidSegment)
    }

    /// Notes how an invocation on `stream` ended. Shortens a very long message.
    ///
    /// # Errors
    ///
    /// When the output refuses it.
    pub fn write_outcome(&mut self, stream: u32, outcome: &Outcome) -> Result<(), WriteError> {
        self.close_full_chapter()?;
        let offset = self.offset;
        let mut note = OutcomeNote { stream, outcome: outcome.clone() };
        if let Some(message) = &mut note.outcome.message {
            message.truncate(message.floor_char_boundary(MAX_MESSAGE_BYTES));
        }
        let head = self.append_frame(FrameKind::Outcome, &[], &codec::encode(&note))?;
        self.write_out()?;
        self.note_bytes += head.raw_bytes as usize;
        self.index.push_outcome(offset, head.stored_bytes, note);
        Ok(())
    }

    /// Notes that events of `stream` were dropped at this point.
    ///
    /// # Errors
    ///
    /// When the output refuses it.
    pub fn write_drop(&mut self, stream: u32, events: u64, bytes: u64) -> Result<(), WriteError> {
        self.close_full_chapter()?;
        let offset = self.offset;
        let note = DropNote { stream, events, bytes };
        let head = self.append_frame(FrameKind::Drop, &[], &codec::encode(&note))?;
        self.write_out()?;
        self.note_bytes += head.raw_bytes as usize;
        self.index.push_drop(offset, head.stored_bytes, note);
        Ok(())
    }

    /// Closes the trace: writes the last index, the footer and the trailer, flushes, and gives the
    /// output back.
    ///
    /// # Errors
    ///
    /// When the index is too large or the output refuses it: the trace is readable then, but
    /// counts as truncated.
    pub fn finish(mut self) -> Result<W, WriteError> {
        if self.index.open_chapter().frames() > 0 {
            self.close_chapter()?;
        }
        let footer_offset = self.offset;
        let footer = codec::encode(&self.index.chapters);
        self.append_frame(FrameKind::Footer, &[], &footer)?;
        self.frame.extend_from_slice(&trailer(footer_offset));
        self.write_out()?;
        self.output.flush()?;
        Ok(self.output)
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.offset
    }

    /// The output.
    pub fn output(&self) -> &W {
        &self.output
    }

    /// Closes the open chapter if nothing more goes into it.
    fn close_full_chapter(&mut self) -> Result<(), WriteError> {
        let is_full = self.index.open_chapter().frames() >= MAX_CHAPTER_FRAMES
            || self.note_bytes >= CHAPTER_NOTE_BYTES;
        if is_full { self.close_chapter() } else { Ok(()) }
    }

    /// Writes the index of the open chapter, and lets go of it.
    fn close_chapter(&mut self) -> Result<(), WriteError> {
        let offset = self.offset;
        let body = self.index.open_chapter().encode();
        self.append_frame(FrameKind::Index, &[], &body)?;
        self.write_out()?;
        self.index.close_chapter(offset);
        self.index.forget_closed();
        self.note_bytes = 0;
        Ok(())
    }

    /// Builds a frame at the end of `self.frame`.
    fn append_frame<'b>(
        &mut self,
        kind: FrameKind,
        prefix: &[u8],
        body: impl Into<Body<'b>>,
    ) -> Result<FrameHead, WriteError> {
        let body = body.into();
        let raw_bytes = body.raw_bytes();
        if self.poisoned {
            return Err(WriteError::Poisoned);
        }
        check_raw_bytes(kind, raw_bytes)?;
        let sequence = match self.sequence.checked_add(self.pending) {
            None | Some(u32::MAX) => return Err(WriteError::TooManyFrames),
            Some(sequence) => sequence,
        };
        let frame_start = self.frame.len();
        let payload_start = frame_start + FRAME_HEAD_BYTES;
        self.frame.resize(payload_start, 0);
        self.frame.extend_from_slice(prefix);
        let compression = self.append_body(kind, body);
        let payload = &self.frame[payload_start..];
        let head = FrameHead {
            kind,
            compression,
            sequence,
            stored_bytes: u32::try_from(payload.len()).expect("every limit is below 4 GiB"),
            raw_bytes: u32::try_from(raw_bytes).expect("every limit is below 4 GiB"),
            payload_checksum: crc32c(payload),
        };
        self.frame[frame_start..payload_start].copy_from_slice(&head.to_bytes());
        self.pending += 1;
        Ok(head)
    }

    /// Appends `body` to the frame, compressed if that makes it shorter and readers allow it.
    fn append_body(&mut self, kind: FrameKind, body: Body<'_>) -> Compression {
        match body {
            // Counters that take all of their 64 bits take more when they are packed.
            Body::Packed(packed) if packed.bytes.len() > packed.raw_bytes => {
                self.append_body(kind, Body::Plain(&packed.unpack()))
            }
            Body::Packed(packed) => {
                if self.append_compressed(kind, packed.bytes, packed.raw_bytes) {
                    return Compression::Packed;
                }
                self.frame.extend_from_slice(&packed.unpack());
                Compression::None
            }
            Body::Plain(raw) => {
                if self.append_compressed(kind, raw, raw.len()) {
                    return Compression::Zstd;
                }
                self.frame.extend_from_slice(raw);
                Compression::None
            }
        }
    }

    /// Appends `body` compressed, if that is worth it and allowed for a frame of so many raw bytes. Returns
    /// whether it did.
    fn append_compressed(&mut self, kind: FrameKind, body: &[u8], raw_bytes: usize) -> bool {
        let start = self.frame.len();
        let level = match kind {
            FrameKind::Header | FrameKind::Index | FrameKind::Footer => ONCE_LEVEL,
            _ => self.segment_level,
        };
        let shrunk = raw_bytes >= MIN_COMPRESSED_BYTES
            && self.compress(level, body).is_ok()
            && self.frame.len() - start < raw_bytes
            && kind.may_shrink(raw_bytes, self.frame.len() - start);
        if !shrunk {
            self.frame.truncate(start);
        }
        shrunk
    }

    fn compress(&mut self, level: i32, raw: &[u8]) -> std::io::Result<()> {
        self.compressor.set_compression_level(level)?;
        self.frame.reserve(zstd::zstd_safe::compress_bound(raw.len()));
        let start = self.frame.len() as u64;
        let mut end_of_frame = Cursor::new(&mut self.frame);
        end_of_frame.set_position(start);
        self.compressor.compress_to_buffer(raw, &mut end_of_frame)?;
        Ok(())
    }

    /// Hands the frames to the output.
    fn write_out(&mut self) -> Result<(), WriteError> {
        self.poisoned = true;
        self.output.write_all(&self.frame)?;
        self.poisoned = false;
        self.sequence += self.pending;
        self.offset += self.frame.len() as u64;
        self.discard();
        Ok(())
    }

    fn discard(&mut self) {
        self.frame.clear();
        self.pending = 0;
    }
}

fn check_events(info: &SegmentInfo, histogram: &Histogram) -> Result<(), WriteError> {
    if info.events != histogram.events() {
        return Err(WriteError::InvalidSegment("its histogram counts other events"));
    }
    Ok(())
}

impl<W: Write> fmt::Debug for TraceWriter<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TraceWriter")
            .field("bytes", &self.offset)
            .field("frames", &self.sequence)
            .finish_non_exhaustive()
    }
}

/// Refuses what readers would refuse: a body of so many bytes, uncompressed.
fn check_raw_bytes(kind: FrameKind, bytes: usize) -> Result<(), WriteError> {
    let limit = kind.max_raw_bytes();
    if bytes > limit {
        return Err(WriteError::TooLarge { what: kind.name(), bytes, limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_beyond_the_limit_of_their_kind_are_refused_by_number() {
        for kind in FrameKind::ALL {
            let limit = kind.max_raw_bytes();
            assert!(check_raw_bytes(kind, limit).is_ok());
            let error = check_raw_bytes(kind, limit + 1).unwrap_err().to_string();
            assert!(error.contains(kind.name()) && error.contains(&limit.to_string()), "{error}");
        }
    }
}
