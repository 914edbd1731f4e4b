//! A tiny trace with one frame of every kind, and the same file taken apart by hand, without the
//! code under test.

#![allow(dead_code, reason = "every test file uses its own part")]

use std::ops::Range;

use formats::codec;
use formats::cost_model::Bulk;
use formats::events::Event;
use formats::plan::{
    Block, Edge, Exit, FunctionPlan, Loop, Nest, Origin, Place, Plan, Recorded, Region, RegionKind,
    Scalar, Site,
};
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
        nest: None,
        exit,
    };
    let edge = |target, value| Edge { target, value };
    let region = |start, kind, first_event, paths| Region {
        start,
        kind,
        first_event,
        paths,
        values: vec![],
    };
    let function = FunctionPlan {
        operators: 8,
        blocks: vec![
            block(0, 1, None, Some(0), Exit::Branch(vec![edge(1, 0)])),
            block(1, 6, Some(0), Some(1), Exit::Branch(vec![edge(2, 0), edge(1, 1)])),
            block(6, 8, None, None, Exit::Return),
        ],
        loops: vec![Loop { operator: 0, header: 1, parent: None }],
        regions: vec![region(0, RegionKind::Entry, 0, 1), region(1, RegionKind::Header, 1, 2)],
        sites: vec![Site { operator: 4, bulk: Bulk::MemoryFill, event: 3, wide: false, block: 1 }],
        nests: vec![],
        silent_calls: vec![],
    };
    Plan {
        imported_functions: 1,
        functions: vec![function],
        widths: vec![3, 1],
        counted: vec![],
        ring_export: "wf.ring".to_owned(),
        position_export: "wf.position".to_owned(),
    }
}

/// A plan with all that a plan can have. Its first function, by the blocks of each path:
///
/// ```text
/// 0 told ──┬─ 1 computed ──┬─ 2 told ──┬───────────────────────────── 8 return
///          │               │           ├─ 7 told ──┬────────────────── 8
///          │               └─ 3 ───────┤           └─ 9 ── 10 (a loop)
///          └─ 4 ── nest 0 (5, 6) ──────┘
/// ```
///
/// The loop goes on with a call in block 11, which resumes in block 12. The second function is a
/// nest that is left to two blocks and carries the largest payload.
///
/// | words | events |
/// |---|---|
/// | 0 | 0 and 1: the loop; 2, 3 and 4: the second function's entry and joins |
/// | 1 | 5: behind the call; 6: the narrow site |
/// | 2 | 7: the wide site; 8: nest 0 |
/// | 3 | 9 to 13: the entry |
/// | 16 | 14: the second function's nest |
pub(crate) fn mixed_plan() -> Plan {
    Plan {
        imported_functions: 0,
        functions: vec![mixed_function(), nest_with_two_exits()],
        widths: [vec![5, 2, 2, 5], vec![0; 12], vec![1]].concat(),
        counted: vec![],
        ring_export: "wf.ring".to_owned(),
        position_export: "wf.position".to_owned(),
    }
}

/// A block that belongs to no loop, nest or region, which branches along these edges.
fn block(operators: Range<u32>, edges: &[(u32, u32)]) -> Block {
    Block {
        first_operator: operators.start,
        end_operator: operators.end,
        innermost_loop: None,
        cut_on_arrival: false,
        region: None,
        nest: None,
        exit: Exit::Branch(edges.iter().map(|&(target, value)| Edge { target, value }).collect()),
    }
}

fn in_nest(nest: u32, found: Block) -> Block {
    Block { innermost_loop: Some(0), nest: Some(nest), ..found }
}

/// A block that returns, cut on arrival if a region starts there.
fn returns(operators: Range<u32>, region: Option<u32>) -> Block {
    let cut_on_arrival = region.is_some();
    Block { exit: Exit::Return, region, cut_on_arrival, ..block(operators, &[]) }
}

pub(crate) fn recorded(parameter: u32, ty: Scalar) -> Recorded {
    Recorded { value: Origin::Parameter(parameter), ty, place: Place::Local(parameter) }
}

fn mixed_function() -> FunctionPlan {
    let header = Block { cut_on_arrival: true, ..block(18..20, &[(11, 0), (10, 1)]) };
    let blocks = vec![
        Block { region: Some(0), ..block(0..2, &[(1, 0), (4, 3)]) },
        block(2..4, &[(2, 0), (3, 0)]),
        block(4..6, &[(7, 0), (8, 2)]),
        block(6..7, &[(7, 0)]),
        block(7..9, &[(5, 0)]),
        in_nest(0, block(9..11, &[(6, 0)])),
        in_nest(0, block(11..13, &[(5, 0), (7, 0)])),
        block(13..15, &[(8, 0), (9, 1)]),
        returns(15..16, None),
        block(16..18, &[(10, 0)]),
        Block { innermost_loop: Some(1), region: Some(1), ..header },
        Block { exit: Exit::Call { resume: 12 }, ..block(20..22, &[]) },
        Block { cut_on_arrival: false, ..returns(22..24, Some(2)) },
    ];
    let entry = vec![recorded(0, Scalar::I32), recorded(1, Scalar::I64)];
    let region = |start, kind, first_event, paths, values| Region {
        start,
        kind,
        first_event,
        paths,
        values,
    };
    let site = |operator, bulk, event, wide, block| Site { operator, bulk, event, wide, block };
    FunctionPlan {
        operators: 24,
        blocks,
        loops: vec![
            Loop { operator: 8, header: 5, parent: None },
            Loop { operator: 17, header: 10, parent: None },
        ],
        regions: vec![
            region(0, RegionKind::Entry, 9, 5, entry),
            region(10, RegionKind::Header, 0, 2, vec![]),
            region(12, RegionKind::Resume, 5, 1, vec![recorded(2, Scalar::F32)]),
        ],
        sites: vec![
            site(11, Bulk::MemoryFill, 6, false, 6),
            site(18, Bulk::MemoryCopy, 7, true, 10),
        ],
        nests: vec![Nest {
            outermost: 0,
            after: Some(7),
            event: 8,
            values: vec![recorded(3, Scalar::F64)],
            counters: vec![],
        }],
        silent_calls: vec![],
    }
}

fn nest_with_two_exits() -> FunctionPlan {
    let region =
        |start, kind, first_event| Region { start, kind, first_event, paths: 1, values: vec![] };
    let values = (0..8).map(|parameter| recorded(parameter, Scalar::I64)).collect();
    FunctionPlan {
        operators: 8,
        blocks: vec![
            Block { region: Some(0), ..block(0..2, &[(1, 0)]) },
            in_nest(0, block(2..4, &[(3, 0), (2, 0)])),
            in_nest(0, block(4..6, &[(1, 0), (4, 0)])),
            returns(6..7, Some(1)),
            returns(7..8, Some(2)),
        ],
        loops: vec![Loop { operator: 1, header: 1, parent: None }],
        regions: vec![
            region(0, RegionKind::Entry, 2),
            region(3, RegionKind::Join, 3),
            region(4, RegionKind::Join, 4),
        ],
        sites: vec![],
        nests: vec![Nest { outermost: 0, after: None, event: 14, values, counters: vec![] }],
        silent_calls: vec![],
    }
}

/// An event of each kind in [`mixed_plan`], with the words of its payload.
pub(crate) fn mixed_events() -> Vec<Event> {
    let large: Vec<u32> = (0..16).map(|word| u32::MAX - word).collect();
    let events: [(u32, &[u32]); 8] = [
        (0, &[]),
        (4, &[]),
        (5, &[0x3f80_0000]),
        (6, &[64]),
        (7, &[7, 1]),
        (8, &[0, 0x3ff0_0000]),
        (13, &[1, 2, 3]),
        (14, &large),
    ];
    events.into_iter().map(|(id, payload)| Event { id, payload: payload.into() }).collect()
}

/// The words of `events` as they stand in a segment.
pub(crate) fn words_of(events: &[Event]) -> Vec<u32> {
    let words = |event: &Event| std::iter::once(event.id).chain(event.payload.to_vec());
    events.iter().flat_map(words).collect()
}

/// A closed trace of [`mixed_plan`] with its events once in order and once counted.
pub(crate) fn mixed_trace() -> Vec<u8> {
    let header = Header { plan: mixed_plan(), ..header() };
    let events = mixed_events();
    let info = SegmentInfo { events: events.len() as u64, ..INFO };
    let entries = events.iter().map(|event| HistogramEntry { event: event.clone(), count: 1 });
    let histogram = Histogram::from_entries(entries.collect()).unwrap();
    let mut writer = TraceWriter::create(Vec::new(), &header).unwrap();
    writer.write_segment(&info, &bytes_of(&words_of(&events))).unwrap();
    writer.write_histogram(&info, &histogram).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn header() -> Header {
    Header {
        tool: "wf-record".to_owned(),
        engine: "wasmtime".to_owned(),
        detail: Detail::Full,
        sample: None,
        program: "a.wasm".to_owned(),
        arguments: vec!["-n".to_owned()],
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

/// How often each event of [`WORDS`] occurs.
pub(crate) fn tally() -> Histogram {
    histogram_of(&[(0, &[], 1), (1, &[], 1), (2, &[], 1), (3, &[64], 2)])
}

pub(crate) fn histogram() -> Histogram {
    histogram_of(&[(1, &[], 2), (2, &[], 300), (3, &[64], 302)])
}

fn histogram_of(entries: &[(u32, &[u32], u64)]) -> Histogram {
    let entries = entries.iter().map(|&(id, payload, count)| {
        let event = Event { id, payload: payload.into() };
        HistogramEntry { event, count }
    });
    Histogram::from_entries(entries.collect()).unwrap()
}

pub(crate) const COUNTS_INFO: SegmentInfo =
    SegmentInfo { stream: 1, start_ns: 2000, end_ns: 9000, events: 604 };

pub(crate) const COUNTED_INFO: SegmentInfo =
    SegmentInfo { stream: 2, start_ns: 2000, end_ns: 9000, events: 5 };

pub(crate) const UNKEPT_INFO: SegmentInfo =
    SegmentInfo { stream: 2, start_ns: 9000, end_ns: 9500, events: 17 };

pub(crate) fn outcome() -> Outcome {
    Outcome {
        kind: OutcomeKind::Trap,
        code: 134,
        message: Some("unreachable".to_owned()),
        location: Some(Location { function: 1, operator: 4 }),
        stack_overflow: false,
        out_of_bounds: true,
        function: None,
    }
}

/// The tiny trace: a segment, a drop note, a segment of which only the histogram is kept, an outcome,
/// a segment with its histogram, a segment of which nothing is kept.
pub(crate) fn trace() -> Vec<u8> {
    let mut writer = TraceWriter::create(Vec::new(), &header()).unwrap();
    writer.write_segment(&INFO, &bytes_of(WORDS)).unwrap();
    writer.write_drop(0, 7, 28).unwrap();
    writer.write_histogram(&COUNTS_INFO, &histogram()).unwrap();
    writer.write_outcome(0, &outcome()).unwrap();
    writer.write_counted_segment(&COUNTED_INFO, &tally(), &bytes_of(WORDS)).unwrap();
    writer.write_unkept(&UNKEPT_INFO).unwrap();
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

/// The body of an index frame.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IndexBody {
    pub(crate) kinds: Vec<u8>,
    /// For each column the number of each segment.
    pub(crate) columns: [Vec<u64>; 7],
    /// Stored bytes and bodies of outcomes, and of drop notes.
    pub(crate) notes: (Vec<ToldOutcome>, Vec<ToldDrop>),
}

/// Stored bytes, stream, and how an invocation ended.
type ToldOutcome = (u32, (u32, Outcome));

/// Stored bytes, stream, events and bytes that were dropped.
type ToldDrop = (u32, (u32, u64, u64));

fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 128 {
        bytes.push(number as u8 | 128);
        number /= 128;
    }
    bytes.push(number as u8);
    bytes
}

fn read_leb128(bytes: &mut &[u8]) -> u64 {
    let length = 1 + bytes.iter().position(|&byte| byte < 128).unwrap();
    let (number, rest) = bytes.split_at(length);
    *bytes = rest;
    number.iter().rev().fold(0, |sum, &byte| sum * 128 + u64::from(byte % 128))
}

impl IndexBody {
    pub(crate) fn read(mut bytes: &[u8]) -> IndexBody {
        let frames = read_leb128(&mut bytes) as usize;
        let kinds = bytes[..frames].to_vec();
        bytes = &bytes[frames..];
        let segments = kinds.iter().filter(|&kind| b"SCU".contains(kind)).count();
        let columns = std::array::from_fn(|_| {
            (0..segments).map(|_| read_leb128(&mut bytes)).collect::<Vec<u64>>()
        });
        IndexBody { kinds, columns, notes: codec::decode(bytes).unwrap() }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = leb128(self.kinds.len() as u64);
        bytes.extend_from_slice(&self.kinds);
        bytes.extend(self.columns.iter().flatten().flat_map(|&number| leb128(number)));
        bytes.extend(codec::encode(&self.notes));
        bytes
    }
}

/// The tiny trace with another body in its index frame, and everything behind as it has to be then.
pub(crate) fn with_index(body: &[u8]) -> Vec<u8> {
    let mut bytes = trace();
    let frames = frames(&bytes);
    let [.., index, footer] = &frames[..] else { panic!("an index and a footer") };
    let trailer = bytes[footer.end..].to_vec();
    let mut footer = bytes[footer.clone()].to_vec();
    bytes.truncate(index.start + FRAME_HEAD_BYTES);
    bytes.extend_from_slice(body);
    let length = (body.len() as u32).to_le_bytes();
    bytes[index.start + 8..][..4].copy_from_slice(&length);
    bytes[index.start + 12..][..4].copy_from_slice(&length);
    seal(&mut bytes[index.start..]);
    let footer_offset = bytes.len() as u64;
    seal(&mut footer);
    bytes.extend_from_slice(&footer);
    bytes.extend_from_slice(&footer_offset.to_le_bytes());
    bytes.extend_from_slice(&crc32c::crc32c(&footer_offset.to_le_bytes()).to_le_bytes());
    bytes.extend_from_slice(&trailer[12..]);
    bytes
}
