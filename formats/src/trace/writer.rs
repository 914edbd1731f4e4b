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
use super::index::Index;
use super::note::{DropNote, Outcome, OutcomeNote};
use super::packing::Packer;
use super::segment::SegmentInfo;
use crate::codec;
use crate::limits::MAX_MESSAGE_BYTES;
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
    index: Index,
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
    /// The words of a segment, and the same packed.
    Packed { words: &'a [u8], packed: &'a [u8] },
}

impl<'a> Body<'a> {
    fn raw(&self) -> &'a [u8] {
        match *self {
            Body::Plain(raw) | Body::Packed { words: raw, .. } => raw,
        }
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
            offset: 0,
            sequence: 0,
            poisoned: false,
            segment_level: SEGMENT_LEVEL,
        };
        let header = codec::encode(header);
        writer.append_frame(FrameKind::Header, &[], Body::Plain(&header))?;
        writer.write_out()?;
        Ok(writer)
    }

    /// Writes one segment of ordered events; `words` are the bytes of the ring. Returns the bytes
    /// that it takes in the trace.
    ///
    /// # Errors
    ///
    /// When the segment is too large, contradicts its `info`, or the output refuses it.
    pub fn write_segment(&mut self, info: &SegmentInfo, words: &[u8]) -> Result<u64, WriteError> {
        self.write_segment_frame(FrameKind::Segment, info, Body::Plain(words), None)
    }

    /// Writes the segment of ordered events that `packer` took in last; `words` are the bytes of the
    /// ring. With a `histogram` it stands before the events, so that readers that only add up need
    /// not read them. Returns the bytes that both take in the trace.
    ///
    /// # Errors
    ///
    /// As [`TraceWriter::write_segment`].
    pub fn write_packed_segment(
        &mut self,
        info: &SegmentInfo,
        histogram: Option<&Histogram>,
        words: &[u8],
        packer: &mut Packer,
    ) -> Result<u64, WriteError> {
        let body = Body::Packed { words, packed: packer.packed() };
        self.write_ordered(info, histogram, body)
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
        self.write_ordered(info, Some(histogram), Body::Plain(words))
    }

    fn write_ordered(
        &mut self,
        info: &SegmentInfo,
        histogram: Option<&Histogram>,
        body: Body<'_>,
    ) -> Result<u64, WriteError> {
        let mut tally_bytes = None;
        if let Some(histogram) = histogram {
            check_events(info, histogram)?;
            let counts = histogram.encode();
            let tally =
                self.append_frame(FrameKind::Tally, &info.to_bytes(), Body::Plain(&counts))?;
            tally_bytes = Some(tally.stored_bytes);
        }
        self.write_segment_frame(FrameKind::Segment, info, body, tally_bytes)
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
        self.write_segment_frame(FrameKind::Counts, info, Body::Plain(&histogram.encode()), None)
    }

    /// Notes a segment of which nothing is kept but its `info`. Returns the bytes that it takes in
    /// the trace.
    ///
    /// # Errors
    ///
    /// As [`TraceWriter::write_segment`].
    pub fn write_unkept(&mut self, info: &SegmentInfo) -> Result<u64, WriteError> {
        self.write_segment_frame(FrameKind::Unkept, info, Body::Plain(&[]), None)
    }

    fn write_segment_frame(
        &mut self,
        kind: FrameKind,
        info: &SegmentInfo,
        body: Body<'_>,
        tally_bytes: Option<u32>,
    ) -> Result<u64, WriteError> {
        let before = self.offset;
        let offset = before + self.frame.len() as u64;
        let head = match self.append_frame(kind, &info.to_bytes(), body) {
            Ok(head) => head,
            Err(error) => {
                self.discard();
                return Err(error);
            }
        };
        if let Err(reason) = self.index.push_segment(&head, offset, *info, tally_bytes) {
            self.discard();
            return Err(WriteError::InvalidSegment(reason));
        }
        self.write_out()?;
        Ok(self.offset - before)
    }

    /// Notes how an invocation on `stream` ended. Shortens a very long message.
    ///
    /// # Errors
    ///
    /// When the output refuses it.
    pub fn write_outcome(&mut self, stream: u32, outcome: &Outcome) -> Result<(), WriteError> {
        let offset = self.offset;
        let mut note = OutcomeNote { stream, outcome: outcome.clone() };
        if let Some(message) = &mut note.outcome.message {
            message.truncate(message.floor_char_boundary(MAX_MESSAGE_BYTES));
        }
        let head =
            self.append_frame(FrameKind::Outcome, &[], Body::Plain(&codec::encode(&note)))?;
        self.write_out()?;
        self.index.push_outcome(&head, offset, note);
        Ok(())
    }

    /// Notes that events of `stream` were dropped at this point.
    ///
    /// # Errors
    ///
    /// When the output refuses it.
    pub fn write_drop(&mut self, stream: u32, events: u64, bytes: u64) -> Result<(), WriteError> {
        let offset = self.offset;
        let note = DropNote { stream, events, bytes };
        let head = self.append_frame(FrameKind::Drop, &[], Body::Plain(&codec::encode(&note)))?;
        self.write_out()?;
        self.index.push_drop(&head, offset, note);
        Ok(())
    }

    /// Closes the trace: writes the footer and the trailer, flushes, and gives the output back.
    ///
    /// # Errors
    ///
    /// When the index is too large or the output refuses it: the trace is readable then, but
    /// counts as truncated.
    pub fn finish(mut self) -> Result<W, WriteError> {
        let footer_offset = self.offset;
        let footer = codec::encode(&self.index);
        self.append_frame(FrameKind::Footer, &[], Body::Plain(&footer))?;
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

    /// Builds a frame at the end of `self.frame`.
    fn append_frame(
        &mut self,
        kind: FrameKind,
        prefix: &[u8],
        body: Body<'_>,
    ) -> Result<FrameHead, WriteError> {
        let raw = body.raw();
        if self.poisoned {
            return Err(WriteError::Poisoned);
        }
        let limit = kind.max_raw_bytes();
        if raw.len() > limit {
            return Err(WriteError::TooLarge { what: kind.name(), bytes: raw.len(), limit });
        }
        let sequence = match self.sequence.checked_add(self.pending) {
            None | Some(u32::MAX) => return Err(WriteError::TooManyFrames),
            Some(sequence) => sequence,
        };
        let frame_start = self.frame.len();
        let payload_start = frame_start + FRAME_HEAD_BYTES;
        self.frame.resize(payload_start, 0);
        self.frame.extend_from_slice(prefix);
        let compression = self.append_body(kind, &body);
        let payload = &self.frame[payload_start..];
        let head = FrameHead {
            kind,
            compression,
            sequence,
            stored_bytes: u32::try_from(payload.len()).expect("every limit is below 4 GiB"),
            raw_bytes: u32::try_from(raw.len()).expect("every limit is below 4 GiB"),
            payload_checksum: crc32c(payload),
        };
        self.frame[frame_start..payload_start].copy_from_slice(&head.to_bytes());
        self.pending += 1;
        Ok(head)
    }

    /// Appends `body` to the frame, compressed if that makes it shorter and readers allow it.
    fn append_body(&mut self, kind: FrameKind, body: &Body<'_>) -> Compression {
        let (raw, start) = (body.raw(), self.frame.len());
        let (compressed, compression) = match *body {
            Body::Packed { words, packed } if packed.len() <= words.len() => {
                (packed, Compression::Packed)
            }
            _ => (raw, Compression::Zstd),
        };
        let level = match kind {
            FrameKind::Header | FrameKind::Footer => ONCE_LEVEL,
            _ => self.segment_level,
        };
        if raw.len() >= MIN_COMPRESSED_BYTES
            && self.append_compressed(level, compressed).is_ok()
            && self.frame.len() - start < raw.len()
            && kind.may_shrink(raw.len(), self.frame.len() - start)
        {
            return compression;
        }
        self.frame.truncate(start);
        self.frame.extend_from_slice(raw);
        Compression::None
    }

    fn append_compressed(&mut self, level: i32, raw: &[u8]) -> std::io::Result<()> {
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
