//! Where the frames of a trace are, told by a reader of its own: `FORMAT.md`, section by section.

use std::ops::Range;

/// Length of the file's head.
pub(crate) const FILE_HEAD_BYTES: usize = 16;
/// Length of a frame's head.
const FRAME_HEAD_BYTES: usize = 24;
/// Length of the trailer.
pub(crate) const TRAILER_BYTES: usize = 20;

/// The frames of a closed trace, footer included. A histogram and the segment behind it are two.
pub(crate) fn frames(trace: &[u8]) -> Vec<Range<usize>> {
    let (mut frames, mut start) = (Vec::new(), FILE_HEAD_BYTES);
    while start + TRAILER_BYTES < trace.len() {
        let stored = u32::from_le_bytes(trace[start + 8..start + 12].try_into().expect("4 bytes"));
        let end = start + FRAME_HEAD_BYTES + stored as usize;
        frames.push(start..end);
        start = end;
    }
    assert_eq!(start + TRAILER_BYTES, trace.len(), "a closed trace ends in its trailer");
    frames
}

/// The kind of the frame that starts at `start`.
pub(crate) fn kind(trace: &[u8], start: usize) -> u8 {
    trace[start]
}

/// How many of the frames that end at or before `length` are segments.
pub(crate) fn segments_before(trace: &[u8], length: usize) -> usize {
    let whole = frames(trace).into_iter().take_while(|frame| frame.end <= length);
    whole.filter(|frame| matches!(kind(trace, frame.start), b'S' | b'C' | b'U')).count()
}

/// Gives the head of `frame` the checksums that fit its contents.
pub(crate) fn seal(frame: &mut [u8]) {
    let payload = crc32c::crc32c(&frame[FRAME_HEAD_BYTES..]);
    frame[16..20].copy_from_slice(&payload.to_le_bytes());
    let head = crc32c::crc32c(&frame[..20]);
    frame[20..24].copy_from_slice(&head.to_le_bytes());
}
