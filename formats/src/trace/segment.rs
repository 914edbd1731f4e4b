//! What stands before the events of a segment.

use serde::{Deserialize, Serialize};

use super::frame::{u32_at, u64_at};

/// Length of [`SegmentInfo`] in a frame.
pub(super) const SEGMENT_PREFIX_BYTES: usize = 28;

/// What is known about a segment without decompressing it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentInfo {
    /// Which instance recorded it.
    pub stream: u32,
    /// When its first event may have been recorded: nanoseconds since the recording started, on
    /// a monotonic clock.
    pub start_ns: u64,
    /// When it was handed over. Not before `start_ns`.
    pub end_ns: u64,
    /// Number of events in it.
    pub events: u64,
}

impl SegmentInfo {
    pub(super) fn to_bytes(self) -> [u8; SEGMENT_PREFIX_BYTES] {
        let mut bytes = [0; SEGMENT_PREFIX_BYTES];
        bytes[..4].copy_from_slice(&self.stream.to_le_bytes());
        bytes[4..12].copy_from_slice(&self.start_ns.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.end_ns.to_le_bytes());
        bytes[20..].copy_from_slice(&self.events.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; SEGMENT_PREFIX_BYTES]) -> SegmentInfo {
        SegmentInfo {
            stream: u32_at(bytes, 0),
            start_ns: u64_at(bytes, 4),
            end_ns: u64_at(bytes, 12),
            events: u64_at(bytes, 20),
        }
    }

    /// Checks what holds for every segment of ordered events whose words take `raw_bytes`.
    pub(super) fn check_words(&self, raw_bytes: usize) -> Result<(), &'static str> {
        self.check_times()?;
        if !raw_bytes.is_multiple_of(4) {
            return Err("its length is no whole number of words");
        }
        if self.events > (raw_bytes / 4) as u64 {
            return Err("it has more events than words");
        }
        Ok(())
    }

    /// Checks what holds for every segment.
    pub(super) fn check_times(&self) -> Result<(), &'static str> {
        if self.start_ns > self.end_ns {
            return Err("it ends before it starts");
        }
        Ok(())
    }
}
