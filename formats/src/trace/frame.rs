//! The bytes around the contents: file head, frame heads and trailer.
//!
//! All integers are little-endian. A frame is its head, then a prefix whose length depends on the
//! kind, then a body that may be compressed. The head has a checksum of its own, so that a length
//! can be believed before the payload is there: a frame that is cut short is told apart from one
//! whose length was damaged.

use crc32c::crc32c;

use super::compression::Compression;
use super::segment::SEGMENT_PREFIX_BYTES;
use crate::limits::{
    MAX_EXPANSION, MAX_FOOTER_BYTES, MAX_HEADER_BYTES, MAX_INDEX_BYTES, MAX_NOTE_BYTES,
    MAX_SEGMENT_BYTES,
};

/// The first bytes of every trace. As in PNG, a byte that is no ASCII and both line endings show
/// at once when a file was sent as text.
pub const MAGIC: [u8; 8] = *b"\x89WFT\r\n\x1a\n";

/// The last bytes of a trace that was closed.
pub(super) const END_MAGIC: [u8; 8] = *b"WFT-END\n";

/// Version of the format: one number for the container, the plan and all else inside.
pub const VERSION: u32 = 4;

/// Length of the file head.
pub const FILE_HEAD_BYTES: usize = 16;

/// Length of a frame head.
pub const FRAME_HEAD_BYTES: usize = 24;

/// Length of the trailer.
pub const TRAILER_BYTES: usize = 20;

/// What a frame holds. The codes are letters, so that a hex dump can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FrameKind {
    /// The header: always the first frame, and the only one of its kind.
    Header = b'H',
    /// The histogram of the segment in the frame behind it.
    Tally = b'T',
    /// A segment of ordered events.
    Segment = b'S',
    /// A segment of which only the histogram is kept.
    Counts = b'C',
    /// A segment of which nothing is kept but how many events it had.
    Unkept = b'U',
    /// How an invocation ended.
    Outcome = b'O',
    /// What was dropped.
    Drop = b'D',
    /// What the frames of a chapter are: those behind the one of this kind before it, or behind the
    /// header.
    Index = b'I',
    /// Where the index frames are.
    Footer = b'F',
}

impl FrameKind {
    /// All of them.
    pub const ALL: [FrameKind; 9] = [
        FrameKind::Header,
        FrameKind::Tally,
        FrameKind::Segment,
        FrameKind::Counts,
        FrameKind::Unkept,
        FrameKind::Outcome,
        FrameKind::Drop,
        FrameKind::Index,
        FrameKind::Footer,
    ];

    pub(super) fn from_code(code: u8) -> Option<FrameKind> {
        FrameKind::ALL.into_iter().find(|&kind| kind as u8 == code)
    }

    /// What a frame of this kind is called in errors.
    pub(super) fn name(self) -> &'static str {
        match self {
            FrameKind::Header => "header (module and plan)",
            FrameKind::Tally => "histogram of a segment",
            FrameKind::Segment => "segment",
            FrameKind::Counts => "histogram",
            FrameKind::Unkept => "unkept segment",
            FrameKind::Outcome => "outcome",
            FrameKind::Drop => "drop note",
            FrameKind::Index => "index",
            FrameKind::Footer => "footer",
        }
    }

    /// Length of what stands uncompressed before the body.
    pub fn prefix_bytes(self) -> usize {
        match self {
            FrameKind::Tally | FrameKind::Segment | FrameKind::Counts | FrameKind::Unkept => {
                SEGMENT_PREFIX_BYTES
            }
            _ => 0,
        }
    }

    /// Whether a body of `raw` bytes may be stored in `stored` bytes.
    pub(super) fn may_shrink(self, raw: usize, stored: usize) -> bool {
        self == FrameKind::Segment || raw / MAX_EXPANSION <= stored
    }

    /// The largest body, uncompressed.
    pub fn max_raw_bytes(self) -> usize {
        match self {
            FrameKind::Header => MAX_HEADER_BYTES,
            FrameKind::Tally | FrameKind::Segment | FrameKind::Counts | FrameKind::Unkept => {
                MAX_SEGMENT_BYTES
            }
            FrameKind::Outcome | FrameKind::Drop => MAX_NOTE_BYTES,
            FrameKind::Index => MAX_INDEX_BYTES,
            FrameKind::Footer => MAX_FOOTER_BYTES,
        }
    }
}

/// The file head.
pub(super) fn file_head() -> [u8; FILE_HEAD_BYTES] {
    let mut head = [0; FILE_HEAD_BYTES];
    head[..8].copy_from_slice(&MAGIC);
    head[8..12].copy_from_slice(&VERSION.to_le_bytes());
    let checksum = crc32c(&head[..12]);
    head[12..].copy_from_slice(&checksum.to_le_bytes());
    head
}

/// The trailer of a trace whose footer frame starts at `footer_offset`.
pub(super) fn trailer(footer_offset: u64) -> [u8; TRAILER_BYTES] {
    let mut trailer = [0; TRAILER_BYTES];
    trailer[..8].copy_from_slice(&footer_offset.to_le_bytes());
    let checksum = crc32c(&trailer[..8]);
    trailer[8..12].copy_from_slice(&checksum.to_le_bytes());
    trailer[12..].copy_from_slice(&END_MAGIC);
    trailer
}

/// Where the footer frame starts, if `bytes` is a trailer.
pub(super) fn footer_offset(bytes: &[u8; TRAILER_BYTES]) -> Option<u64> {
    let offset = u64_at(bytes, 0);
    (*bytes == trailer(offset)).then_some(offset)
}

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    pub(super) kind: FrameKind,
    pub(super) compression: Compression,
    /// Number of frames before this one.
    pub(super) sequence: u32,
    /// Length of prefix and body as they are stored.
    pub(super) stored_bytes: u32,
    /// Length of the body, uncompressed.
    pub(super) raw_bytes: u32,
    /// CRC32C of prefix and body as they are stored.
    pub(super) payload_checksum: u32,
}

impl FrameHead {
    pub(super) fn to_bytes(self) -> [u8; FRAME_HEAD_BYTES] {
        let mut bytes = [0; FRAME_HEAD_BYTES];
        bytes[0] = self.kind as u8;
        bytes[1] = self.compression.code();
        bytes[4..8].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.stored_bytes.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.raw_bytes.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.payload_checksum.to_le_bytes());
        let checksum = crc32c(&bytes[..20]);
        bytes[20..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads a head and checks everything that can be known from it alone.
    pub(super) fn parse(bytes: &[u8; FRAME_HEAD_BYTES]) -> Result<FrameHead, String> {
        if u32_at(bytes, 20) != crc32c(&bytes[..20]) {
            return Err("the checksum of a frame's head does not match".to_owned());
        }
        let kind = FrameKind::from_code(bytes[0])
            .ok_or_else(|| format!("unknown kind of frame {:#04x}", bytes[0]))?;
        let compression = Compression::from_code(bytes[1])
            .ok_or_else(|| format!("unknown compression {}", bytes[1]))?;
        if compression == Compression::Packed && kind != FrameKind::Segment {
            return Err(format!("a {} is not packed", kind.name()));
        }
        if bytes[2..4] != [0, 0] {
            return Err("reserved bytes of a frame's head are not zero".to_owned());
        }
        let head = FrameHead {
            kind,
            compression,
            sequence: u32_at(bytes, 4),
            stored_bytes: u32_at(bytes, 8),
            raw_bytes: u32_at(bytes, 12),
            payload_checksum: u32_at(bytes, 16),
        };
        head.check_lengths()?;
        Ok(head)
    }

    fn check_lengths(&self) -> Result<(), String> {
        let (stored, raw) = (self.stored_bytes as usize, self.raw_bytes as usize);
        let (prefix, limit) = (self.kind.prefix_bytes(), self.kind.max_raw_bytes());
        if raw > limit {
            return Err(format!("a frame of {raw} bytes is longer than the limit of {limit}"));
        }
        // A body that does not shrink is stored as it is, so that it is never longer than raw.
        if stored < prefix || stored - prefix > raw || !self.kind.may_shrink(raw, stored - prefix) {
            return Err(format!("impossible length: {stored} bytes stored for {raw} bytes"));
        }
        Ok(())
    }

    /// Length of the whole frame.
    pub(super) fn frame_bytes(&self) -> u64 {
        FRAME_HEAD_BYTES as u64 + u64::from(self.stored_bytes)
    }
}

pub(super) fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[offset..offset + 4]);
    u32::from_le_bytes(word)
}

pub(super) fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from(u32_at(bytes, offset)) | u64::from(u32_at(bytes, offset + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with the lengths of a frame whose body takes `stored` bytes, and `raw` ones
    /// uncompressed.
    fn fault(kind: FrameKind, stored: usize, raw: usize) -> Option<String> {
        let head = FrameHead {
            kind,
            compression: Compression::Zstd,
            sequence: 0,
            stored_bytes: (kind.prefix_bytes() + stored) as u32,
            raw_bytes: raw as u32,
            payload_checksum: 0,
        };
        FrameHead::parse(&head.to_bytes()).err()
    }

    #[test]
    fn a_body_is_as_long_as_the_limit_of_its_kind_and_no_longer() {
        let limits = [
            (FrameKind::Header, MAX_HEADER_BYTES),
            (FrameKind::Tally, MAX_SEGMENT_BYTES),
            (FrameKind::Segment, MAX_SEGMENT_BYTES),
            (FrameKind::Counts, MAX_SEGMENT_BYTES),
            (FrameKind::Unkept, MAX_SEGMENT_BYTES),
            (FrameKind::Outcome, MAX_NOTE_BYTES),
            (FrameKind::Drop, MAX_NOTE_BYTES),
            (FrameKind::Index, MAX_INDEX_BYTES),
            (FrameKind::Footer, MAX_FOOTER_BYTES),
        ];
        assert_eq!(limits.len(), FrameKind::ALL.len());
        for (kind, limit) in limits {
            assert_eq!(fault(kind, limit, limit), None, "{kind:?}");
            let beyond = fault(kind, limit, limit + 1).expect("one byte too many");
            assert!(beyond.contains(&format!("limit of {limit}")), "{kind:?}: {beyond}");
        }
    }

    #[test]
    fn only_events_shrink_by_more_than_is_believed() {
        let (stored, most) = (7, 8 * MAX_EXPANSION - 1);
        for kind in FrameKind::ALL {
            assert_eq!(fault(kind, stored, most), None, "{kind:?}");
            let shrinks = fault(kind, stored, most + 1).is_none();
            assert_eq!(shrinks, kind == FrameKind::Segment, "{kind:?}");
        }
    }
}
