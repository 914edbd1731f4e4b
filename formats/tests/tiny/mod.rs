//! A tiny trace with one frame of every kind, and the same file taken apart by hand, without the
//! code under test.

#![allow(dead_code, reason = "every test file uses its own part")]

use std::ops::Range;

use formats::cost_model::Bulk;
use formats::events::Event;
use formats::plan::{Block, Edge, Exit, FunctionPlan, Loop, Plan, Region, RegionKind, Site};
use formats::trace::{
    Detail, FILE_HEAD_BYTES, FRAME_HEAD_BYTES, Header, Histogram, HistogramEntry, Location,
    Outcome, OutcomeKind, SegmentInfo, TRAILER_BYTES, TraceWriter,
};

/// A module of nothing but its head: the container does not look inside.
pub(crate) const MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// The plan of a loop around one `memory.fill`: events 0 (the way to the loop), 1 and 2 (an
/// iteration that leaves or repeats), 3 (the site, one payload word).
pub(crate) fn plan() -> Plan {
    let block = |first_operator, end_operator, innermost_loop, region, exit| Block {
        first_operator,
        end_operator,
        innermost_loop,
        cut_on_arrival: innermost_loop.is_some(),
        region,
        exit,
    };
    let edge = |target, value| Edge { target, value };
    let region = |start, kind, first_event, paths| Region { start, kind, first_event, paths };
    let function = FunctionPlan {
        operators: 8,
        blocks: vec![
            block(0, 1, None, Some(0), Exit::Branch(vec![edge(1, 0)])),
            block(1, 6, Some(0), Some(1), Exit::Branch(vec![edge(2, 0), edge(1, 1)])),
            block(6, 8, None, None, Exit::Return),
        ],
        loops: vec![Loop { operator: 0, header: 1, parent: None }],
        regions: vec![region(0, RegionKind::Entry, 0, 1), region(1, RegionKind::Header, 1, 2)],
        sites: vec![Site { operator: 4, bulk: Bulk::MemoryFill, event: 3, block: 1 }],
    };
    Plan {
        imported_functions: 1,
        functions: vec![function],
        path_events: 3,
        narrow_sites: 1,
        wide_sites: 0,
        ring_export: "wf.ring".to_owned(),
        position_export: "wf.position".to_owned(),
    }
}

pub(crate) fn header() -> Header {
    Header {
        tool: "wf-record 0.1.0".to_owned(),
        engine: "wasmtime 48".to_owned(),
        detail: Detail::Full,
        program: "a.wasm".to_owned(),
        arguments: vec!["-n".to_owned(), "3".to_owned()],
        module: MODULE.to_vec(),
        plan: plan(),
    }
}

pub(crate) fn bytes_of(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// One fill of 64 bytes, then two iterations.
pub(crate) const WORDS: &[u32] = &[0, 3, 64, 2, 3, 64, 1];

pub(crate) const INFO: SegmentInfo =
    SegmentInfo { stream: 0, start_ns: 1000, end_ns: 5000, events: 5 };

pub(crate) fn histogram() -> Histogram {
    let entry = |id, payload, count| HistogramEntry { event: Event { id, payload }, count };
    Histogram::from_entries(vec![entry(1, 0, 2), entry(2, 0, 300), entry(3, 64, 302)]).unwrap()
}

pub(crate) const COUNTS_INFO: SegmentInfo =
    SegmentInfo { stream: 1, start_ns: 2000, end_ns: 9000, events: 604 };

pub(crate) fn outcome() -> Outcome {
    Outcome {
        kind: OutcomeKind::Trap,
        code: 134,
        message: Some("unreachable".to_owned()),
        location: Some(Location { function: 1, operator: 4 }),
        stack_overflow: false,
        out_of_bounds: true,
    }
}

/// The tiny trace: a segment, a drop note, a histogram, an outcome.
pub(crate) fn trace() -> Vec<u8> {
    let mut writer = TraceWriter::create(Vec::new(), &header()).unwrap();
    writer.write_segment(&INFO, &bytes_of(WORDS)).unwrap();
    writer.write_drop(0, 7, 28).unwrap();
    writer.write_histogram(&COUNTS_INFO, &histogram()).unwrap();
    writer.write_outcome(0, &outcome()).unwrap();
    writer.finish().unwrap()
}

/// A trace that was closed right after its header.
pub(crate) fn empty_trace() -> Vec<u8> {
    TraceWriter::create(Vec::new(), &header()).unwrap().finish().unwrap()
}

pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(bytes[offset..offset + 4].try_into().unwrap())
}

/// Where the frames of a closed trace lie.
pub(crate) fn frames(trace: &[u8]) -> Vec<Range<usize>> {
    let mut frames = Vec::new();
    let mut start = FILE_HEAD_BYTES;
    while start < trace.len() - TRAILER_BYTES {
        let end = start + FRAME_HEAD_BYTES + u32_at(trace, start + 8) as usize;
        frames.push(start..end);
        start = end;
    }
    frames
}

/// Makes the checksums of a frame right again after it was changed.
pub(crate) fn seal(frame: &mut [u8]) {
    let payload = crc32c::crc32c(&frame[FRAME_HEAD_BYTES..]);
    frame[16..20].copy_from_slice(&payload.to_le_bytes());
    seal_head(frame);
}

/// Makes the checksum of a frame's head right again.
pub(crate) fn seal_head(frame: &mut [u8]) {
    let head = crc32c::crc32c(&frame[..20]);
    frame[20..24].copy_from_slice(&head.to_le_bytes());
}
