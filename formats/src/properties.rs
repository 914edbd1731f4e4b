//! What holds of any bytes whatever: properties for fuzzing, run for a moment by the tests as well.
//!
//! Each panics where it does not hold. Beyond that, none may take memory that the [`crate::limits`]
//! don't allow for, or much longer than its input is long.

use crc32c::crc32c;

use crate::codec;
use crate::cost_model::CostModel;
use crate::plan::Plan;
use crate::plan_check;
use crate::trace::{
    FILE_HEAD_BYTES, FRAME_HEAD_BYTES, SegmentData, TRAILER_BYTES, Trace, TraceError,
};

/// A property of any bytes.
pub type Property = fn(&[u8]);

/// All of them, by name.
pub const ALL: [(&str, Property); 4] = [
    ("trace_reader", trace_reader),
    ("sealed_trace_reader", sealed_trace_reader),
    ("cost_model", cost_model),
    ("plan", plan),
];

/// The reader of traces says what is wrong with `bytes`, or gives what agrees with itself.
pub fn trace_reader(bytes: &[u8]) {
    let Ok(trace) = Trace::from_bytes(bytes.to_vec()) else { return };
    let layout = trace.header().plan.layout();
    let mut is_sound = true;
    for (number, entry) in trace.segments().iter().enumerate() {
        match trace.read_segment(number) {
            Ok(SegmentData::Counts(counts)) if counts.check(layout).is_ok() => {
                is_sound &= counts.events() == entry.info.events;
            }
            Ok(_) => {}
            Err(TraceError::Io { .. }) => panic!("nothing reads a file"),
            Err(_) => is_sound = false,
        }
        is_sound &= trace.read_counts(number).is_ok();
    }
    let sum: u64 = trace.segments().iter().map(|entry| entry.info.events).sum();
    assert_eq!(sum, trace.events(), "the total is that of the segments");
    if trace.verify().is_ok() {
        assert!(trace.is_complete(), "what was not closed is not verified");
        assert!(is_sound, "what can't be read is not verified");
    }
}

/// The same of bytes whose checksums were made right first, so that what they protect is read.
pub fn sealed_trace_reader(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    seal(&mut bytes);
    trace_reader(&bytes);
}

/// A price list is refused, or comes back from its own text.
pub fn cost_model(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match CostModel::from_toml(text) {
        Ok(model) => {
            let again = CostModel::from_toml(&model.to_toml()).expect("we write what we read");
            assert_eq!(again, model);
            assert_eq!(again.hash(), model.hash());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A plan is refused, or comes back from its own bytes; and checking it ends.
pub fn plan(bytes: &[u8]) {
    let Ok(plan) = codec::decode::<Plan>(bytes) else { return };
    let again: Plan = codec::decode(&codec::encode(&plan)).expect("we write what we read");
    assert_eq!(again, plan);
    if plan_check::check(&plan).is_ok() {
        assert_eq!(plan.layout(), again.layout());
    }
}

/// Makes the checksums of the head, of each frame and of the trailer those of their contents, as far as
/// lengths allow.
pub fn seal(trace: &mut [u8]) {
    if trace.len() < FILE_HEAD_BYTES {
        return;
    }
    let head = crc32c(&trace[..12]);
    trace[12..FILE_HEAD_BYTES].copy_from_slice(&head.to_le_bytes());
    let mut start = FILE_HEAD_BYTES;
    while start + FRAME_HEAD_BYTES <= trace.len() {
        let frame = &mut trace[start..];
        let stored = u32::from_le_bytes([frame[8], frame[9], frame[10], frame[11]]) as usize;
        let end = FRAME_HEAD_BYTES.saturating_add(stored).min(frame.len());
        let payload = crc32c(&frame[FRAME_HEAD_BYTES..end]);
        frame[16..20].copy_from_slice(&payload.to_le_bytes());
        let head = crc32c(&frame[..20]);
        frame[20..FRAME_HEAD_BYTES].copy_from_slice(&head.to_le_bytes());
        let was_footer = frame[0] == b'F';
        start += end;
        if was_footer && trace.len() - start == TRAILER_BYTES {
            let trailer = &mut trace[start..];
            let offset = crc32c(&trailer[..8]);
            trailer[8..12].copy_from_slice(&offset.to_le_bytes());
            return;
        }
    }
}
