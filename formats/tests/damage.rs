//! Damaged, hostile and foreign files: always reported, never wrong data, never a panic.

mod tiny;

use std::fmt::Debug;

use formats::codec;
use formats::events::Event;
use formats::limits::MAX_SEGMENT_BYTES;
use formats::plan::Plan;
use formats::plan_check;
use formats::trace::{
    Ending, FILE_HEAD_BYTES, FRAME_HEAD_BYTES, Header, Histogram, HistogramEntry, Sample,
    SegmentData, SegmentInfo, TRAILER_BYTES, Trace, TraceError, TraceWriter, VERSION,
};

fn open_error(bytes: &[u8]) -> TraceError {
    match Trace::from_bytes(bytes.to_vec()) {
        Err(error) => error,
        Ok(trace) => panic!("opened, ending {:?}", trace.ending()),
    }
}

/// How the damaged trace ends, and how many segments are left.
fn ending(bytes: &[u8]) -> (Ending, usize) {
    let trace = Trace::from_bytes(bytes.to_vec()).unwrap();
    (trace.ending().clone(), trace.segments().len())
}

fn corrupt(offset: usize, what: &str) -> Ending {
    Ending::Corrupt { offset: offset as u64, what: what.to_owned() }
}

/// Whatever can be read of `damaged` is what `original` holds.
fn assert_no_wrong_data(damaged: &Trace, original: &Trace) {
    assert_eq!(damaged.header(), original.header());
    assert!(original.segments().starts_with(damaged.segments()));
    assert!(original.outcomes().starts_with(damaged.outcomes()));
    assert!(original.drops().starts_with(damaged.drops()));
    for number in 0..damaged.segments().len() {
        if let Ok(data) = damaged.read_segment(number) {
            assert_eq!(data, original.read_segment(number).unwrap());
        }
    }
}

#[test]
fn a_trace_cut_at_any_byte_is_truncated_and_keeps_what_is_whole() {
    let bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    let original = Trace::from_bytes(bytes.clone()).unwrap();
    for length in 0..bytes.len() {
        let whole = frames.iter().take_while(|frame| frame.end <= length).count();
        match Trace::from_bytes(bytes[..length].to_vec()) {
            Ok(trace) => {
                assert!(whole >= 1, "{length} bytes");
                // Frame 1 is a segment, 2 a drop note, 3 a segment, 5 and 6 are one together, 7 is a
                // segment, 8 the index.
                let segments = [0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 4][whole];
                // A footer without its trailer counts as not written.
                let whole = if whole == 6 { 5 } else { whole.min(frames.len() - 1) };
                let Err(TraceError::Truncated { offset, segments: found }) =
                    trace.require_complete()
                else {
                    panic!("{length} bytes: {:?}", trace.ending());
                };
                assert_eq!((found, trace.segments().len()), (segments, segments));
                assert_eq!(offset, frames[whole].start as u64);
                assert_no_wrong_data(&trace, &original);
                for number in 0..segments {
                    trace.read_segment(number).unwrap();
                }
            }
            Err(error) => {
                assert_eq!(whole, 0, "{length} bytes: {error}");
                assert!(matches!(error, TraceError::Truncated { segments: 0, .. }), "{error}");
            }
        }
    }
}

#[test]
fn a_change_of_any_byte_is_reported() {
    let bytes = tiny::trace();
    let original = Trace::from_bytes(bytes.clone()).unwrap();
    for position in 0..bytes.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[position] ^= change;
            // No header, no trace: any error will do.
            let Ok(trace) = Trace::from_bytes(damaged) else {
                continue;
            };
            assert_no_wrong_data(&trace, &original);
            assert!(!matches!(trace.ending(), Ending::Truncated { .. }), "byte {position}");
            let error = trace.verify().expect_err("verifying finds every change");
            assert!(matches!(error, TraceError::Corrupt { .. }), "byte {position}: {error}");
        }
    }
}

#[test]
fn a_damaged_segment_is_found_when_it_is_read_and_the_others_stay_readable() {
    let mut bytes = tiny::trace();
    let frame = tiny::frames(&bytes)[1].clone();
    bytes[frame.end - 1] ^= 1;
    let trace = Trace::from_bytes(bytes).unwrap();
    let Err(TraceError::Corrupt { offset, what, segments }) = trace.read_segment(0) else {
        panic!("the first segment is damaged");
    };
    assert_eq!((offset, segments), (frame.start as u64, 0));
    assert_eq!(what, "the checksum of a frame's payload does not match");
    assert_eq!(trace.read_segment(1).unwrap(), SegmentData::Counts(tiny::histogram()));
}

#[test]
fn a_file_that_is_something_else_is_not_a_trace() {
    for bytes in
        [b"\0asm\x01\0\0\0".as_slice(), b"x", b"\x89PNG\r\n\x1a\n and so on and on", &[0; 99]]
    {
        assert!(matches!(open_error(bytes), TraceError::NotATrace), "{bytes:?}");
    }
    assert!(matches!(open_error(b""), TraceError::Truncated { offset: 0, segments: 0 }));
}

/// The tiny trace with another version in its head, and the right checksum.
fn of_version(version: u32) -> Vec<u8> {
    let mut bytes = tiny::trace();
    bytes[8..12].copy_from_slice(&version.to_le_bytes());
    let checksum = crc32c::crc32c(&bytes[..12]);
    bytes[12..16].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

#[test]
fn an_unknown_version_is_named() {
    let error = open_error(&of_version(VERSION + 1));
    assert!(
        matches!(error, TraceError::NewerVersion { found, supported: VERSION } if found == VERSION + 1)
    );
    let expected = format!(
        "trace version {} is newer than version {VERSION}, the newest that this reads",
        VERSION + 1
    );
    assert_eq!(error.to_string(), expected);
    // A newer version may look different behind the head.
    let error = open_error(&of_version(99)[..FILE_HEAD_BYTES]);
    assert!(matches!(error, TraceError::NewerVersion { found: 99, .. }));

    let error = open_error(&of_version(1));
    assert!(matches!(error, TraceError::OlderVersion { found: 1, supported: VERSION }));
    let expected =
        format!("trace version 1 is older than version {VERSION}, the oldest that this reads");
    assert_eq!(error.to_string(), expected);

    let error = open_error(&of_version(0));
    assert!(error.to_string().contains("there is no trace version 0"), "{error}");
}

#[test]
fn a_missing_frame_is_a_gap_in_the_sequence() {
    let mut bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    bytes.drain(frames[2].clone());
    let what = "gap in the sequence of frames: number 3 where 2 should be";
    assert_eq!(ending(&bytes), (corrupt(frames[2].start, what), 1));
}

#[test]
fn a_repeated_frame_is_a_gap_in_the_sequence() {
    let mut bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    let again = bytes[frames[1].clone()].to_vec();
    bytes.splice(frames[1].end..frames[1].end, again);
    let what = "gap in the sequence of frames: number 1 where 2 should be";
    assert_eq!(ending(&bytes), (corrupt(frames[1].end, what), 1));
}

#[test]
fn zeros_after_a_crash_are_no_frame() {
    let mut bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    bytes.truncate(frames[2].start);
    bytes.resize(bytes.len() + 4096, 0);
    let what = "the checksum of a frame's head does not match";
    assert_eq!(ending(&bytes), (corrupt(frames[2].start, what), 1));
}

#[test]
fn bytes_after_the_trailer_are_reported() {
    let mut bytes = tiny::trace();
    let footer = tiny::frames(&bytes).pop().unwrap();
    bytes.extend_from_slice(b"more");
    let what = "there is more after the trailer";
    assert_eq!(ending(&bytes), (corrupt(footer.start, what), 4));
}

#[test]
fn a_damaged_trailer_loses_nothing_but_is_reported() {
    let mut bytes = tiny::trace();
    let footer = tiny::frames(&bytes).pop().unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let what = "the trailer after the footer is damaged";
    assert_eq!(ending(&bytes), (corrupt(footer.start, what), 4));
}

#[test]
fn a_second_header_is_refused() {
    let bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    let mut twice = bytes[..frames[0].end].to_vec();
    let mut header = bytes[frames[0].clone()].to_vec();
    header[4] = 1;
    tiny::seal(&mut header);
    twice.extend_from_slice(&header);
    assert_eq!(ending(&twice), (corrupt(frames[0].end, "a second header"), 0));
}

/// The tiny trace up to frame `number`, which is changed by `change` and sealed again.
fn with_frame(number: usize, change: impl FnOnce(&mut Vec<u8>)) -> (Vec<u8>, usize) {
    let mut bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    let mut frame = bytes[frames[number].clone()].to_vec();
    change(&mut frame);
    tiny::seal(&mut frame);
    bytes.truncate(frames[number].start);
    bytes.extend_from_slice(&frame);
    (bytes, frames[number].start)
}

#[test]
fn huge_lengths_are_refused_before_memory_is_taken() {
    let stored_beyond_raw = |frame: &mut Vec<u8>| frame[8..12].fill(0xff);
    let (bytes, start) = with_frame(1, stored_beyond_raw);
    let what = "impossible length: 4294967295 bytes stored for 28 bytes";
    assert_eq!(ending(&bytes), (corrupt(start, what), 0));

    let raw_beyond_limit = |frame: &mut Vec<u8>| frame[12..16].fill(0xff);
    let (bytes, start) = with_frame(1, raw_beyond_limit);
    let what =
        format!("a frame of 4294967295 bytes is longer than the limit of {MAX_SEGMENT_BYTES}");
    assert_eq!(ending(&bytes), (corrupt(start, &what), 0));

    // A header that claims 1 GiB of compressed bytes, of which none are there.
    let (bytes, _) = with_frame(0, |frame| {
        frame[8..12].copy_from_slice(&(1u32 << 30).to_le_bytes());
        frame[12..16].copy_from_slice(&(1u32 << 30).to_le_bytes());
    });
    assert!(matches!(open_error(&bytes), TraceError::Truncated { .. }));
}

#[test]
fn a_body_that_does_not_decompress_is_refused() {
    let claim_zstd = |frame: &mut Vec<u8>| frame[1] = 1;
    let (bytes, start) = with_frame(0, claim_zstd);
    let Err(TraceError::Corrupt { offset, .. }) = Trace::from_bytes(bytes) else {
        panic!("the header is not compressed");
    };
    assert_eq!(offset, start as u64);

    // Zeros that are longer than the frame announces.
    let zeros = zstd::bulk::compress(&[0; 4000], 1).unwrap();
    let (bytes, _) = with_frame(1, |frame| {
        frame.truncate(FRAME_HEAD_BYTES + 28);
        frame.extend_from_slice(&zeros);
        frame[1] = 1;
        let stored = (28 + zeros.len()) as u32;
        frame[8..12].copy_from_slice(&stored.to_le_bytes());
        frame[12..16].copy_from_slice(&3600u32.to_le_bytes());
    });
    let trace = Trace::from_bytes(bytes).unwrap();
    let Err(TraceError::Corrupt { what, .. }) = trace.read_segment(0) else {
        panic!("4000 bytes are not 3600");
    };
    assert_eq!(what, "the compressed body does not have the length that the frame announces");
}

#[test]
fn a_small_header_cannot_ask_for_all_memory() {
    let zeros = vec![0; 1 << 20];
    let stored = zstd::bulk::compress(&zeros, 3).unwrap();
    let (bytes, _) = with_frame(0, |frame| {
        frame.truncate(FRAME_HEAD_BYTES);
        frame.extend_from_slice(&stored);
        frame[1] = 1;
        frame[8..12].copy_from_slice(&(stored.len() as u32).to_le_bytes());
        frame[12..16].copy_from_slice(&(zeros.len() as u32).to_le_bytes());
    });
    let error = open_error(&bytes).to_string();
    assert!(error.contains("impossible length"), "{error}");
}

#[test]
fn frames_of_unknown_kind_or_compression_are_named() {
    let (bytes, start) = with_frame(1, |frame| frame[0] = b'Z');
    assert_eq!(ending(&bytes), (corrupt(start, "unknown kind of frame 0x5a"), 0));
    let (bytes, start) = with_frame(1, |frame| frame[1] = 9);
    assert_eq!(ending(&bytes), (corrupt(start, "unknown compression 9"), 0));
    let (bytes, start) = with_frame(1, |frame| frame[3] = 1);
    let what = "reserved bytes of a frame's head are not zero";
    assert_eq!(ending(&bytes), (corrupt(start, what), 0));
}

#[test]
fn a_footer_that_lies_is_not_believed() {
    let bytes = tiny::trace();
    let footer = tiny::frames(&bytes).pop().unwrap();
    let empty = tiny::empty_trace();
    let empty_footer = empty[tiny::frames(&empty)[1].clone()].to_vec();
    for sequence in [1, 3, 7] {
        let mut forged = bytes[..footer.start].to_vec();
        let mut frame = empty_footer.clone();
        frame[4] = sequence;
        tiny::seal(&mut frame);
        forged.extend_from_slice(&frame);
        forged.extend_from_slice(&bytes[footer.end..]);
        let (ending, segments) = ending(&forged);
        assert!(matches!(ending, Ending::Corrupt { offset, .. } if offset == footer.start as u64));
        assert_eq!(segments, 4);
    }
}

/// The index of the tiny trace.
fn tiny_index() -> tiny::IndexBody {
    let bytes = tiny::trace();
    let frame = tiny::frames(&bytes)[8].clone();
    tiny::IndexBody::read(&bytes[frame.start + FRAME_HEAD_BYTES..frame.end])
}

fn assert_index_is_not_believed(body: &[u8], lie: impl Debug) {
    let start = tiny::frames(&tiny::trace())[8].start;
    let what = "the index does not match the frames before it";
    assert_eq!(ending(&tiny::with_index(body)), (corrupt(start, what), 4), "lie {lie:?}");
}

type Lie = fn(&mut tiny::IndexBody);

#[test]
fn an_index_that_lies_is_not_believed() {
    let lies: [Lie; 18] = [
        |index| index.kinds[0] = b'T',
        |index| index.kinds[0] = b'?',
        |index| index.kinds.clear(),
        |index| index.kinds.truncate(5),
        |index| index.kinds.push(b'O'),
        |index| index.columns[0][2] = 0,
        |index| index.columns[0][2] = 1,
        |index| index.columns[0][1] = 29,
        |index| index.columns[0][2] = u64::MAX,
        |index| index.columns[1][1] += 1,
        |index| index.columns[1][1] = 1 << 32,
        |index| index.columns[2][3] = 4,
        |index| index.columns[3][0] += 1 << 32,
        |index| index.columns[5][0] = u64::MAX,
        |index| index.columns[6][0] = 1,
        |index| index.notes.0[0].0 -= 1,
        |index| index.notes.0.clear(),
        |index| index.notes.1.push((3, (0, 7, 28))),
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let mut index = tiny_index();
        lie(&mut index);
        assert_index_is_not_believed(&index.to_bytes(), number);
    }
}

#[test]
fn an_index_that_lies_and_fills_the_file_is_found_where_it_matters() {
    let lies: [Lie; 3] = [
        |index| index.kinds.swap(0, 1),
        |index| index.kinds[0] = b'C',
        |index| index.columns[4][0] += 1,
    ];
    for lie in lies {
        let mut index = tiny_index();
        lie(&mut index);
        let trace = Trace::from_bytes(tiny::with_index(&index.to_bytes())).unwrap();
        assert!(trace.is_complete());
        let Err(TraceError::Corrupt { offset, .. }) = trace.read_segment(0) else {
            panic!("the first segment is another one");
        };
        assert_eq!(offset, trace.segments()[0].offset);
        assert_eq!(trace.read_segment(1).unwrap(), SegmentData::Counts(tiny::histogram()));
        let error = trace.verify().unwrap_err().to_string();
        assert!(error.contains("the index does not match the frames before it"), "{error}");
    }
}

#[test]
fn an_index_that_ends_early_or_late_is_not_believed() {
    let body = tiny_index().to_bytes();
    for length in 0..body.len() {
        assert_index_is_not_believed(&body[..length], length);
    }
    assert_index_is_not_believed(&[&body[..], &[0]].concat(), "one more byte");
    // More frames than a chapter has, and more than there is memory for.
    for frames in [&[0x81, 0x20][..], &[0xff; 9], &[0xff; 10]] {
        assert_index_is_not_believed(&[frames, &body[..]].concat(), frames);
    }
}

#[test]
fn a_footer_that_points_elsewhere_is_not_believed() {
    let bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    let (index, footer) = (frames[8].start as u64, frames[9].clone());
    let lists: [&[u64]; 6] =
        [&[], &[index, index], &[index + 1], &[frames[1].start as u64], &[u64::MAX], &[0]];
    for list in lists {
        let body = codec::encode(&list);
        let mut forged = bytes[..footer.start + FRAME_HEAD_BYTES].to_vec();
        forged.extend_from_slice(&body);
        let length = (body.len() as u32).to_le_bytes();
        forged[footer.start + 8..][..4].copy_from_slice(&length);
        forged[footer.start + 12..][..4].copy_from_slice(&length);
        tiny::seal(&mut forged[footer.start..]);
        forged.extend_from_slice(&bytes[footer.end..]);
        let what = "the footer does not match the frames before it";
        assert_eq!(ending(&forged), (corrupt(footer.start, what), 4), "{list:?}");
    }
}

#[test]
fn a_footer_without_an_index_before_it_is_not_believed() {
    let bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    let mut forged = bytes[..frames[8].start].to_vec();
    let mut footer = tiny::empty_trace()[tiny::frames(&tiny::empty_trace())[1].clone()].to_vec();
    footer[4] = 8;
    tiny::seal(&mut footer);
    forged.extend_from_slice(&footer);
    let what = "the footer does not match the frames before it";
    assert_eq!(ending(&forged), (corrupt(frames[8].start, what), 4));
}

#[test]
fn a_damaged_index_loses_nothing_but_what_was_written_behind_it() {
    let mut bytes = tiny::trace();
    let index = tiny::frames(&bytes)[8].clone();
    bytes[index.end - 1] ^= 1;
    let what = "the checksum of a frame's payload does not match";
    assert_eq!(ending(&bytes), (corrupt(index.start, what), 4));
}

#[test]
fn a_segment_that_the_index_describes_otherwise_is_refused() {
    let mut bytes = tiny::trace();
    let frame = tiny::frames(&bytes)[1].clone();
    // The stream.
    bytes[frame.start + FRAME_HEAD_BYTES] = 9;
    tiny::seal(&mut bytes[frame]);
    let Err(TraceError::Corrupt { what, .. }) = Trace::from_bytes(bytes).unwrap().read_segment(0)
    else {
        panic!("the index knows another stream");
    };
    assert_eq!(what, "the segment is not the one that the index announces");
}

/// The tiny trace with `change` made to its frame number `number`, which gets a right checksum.
fn forged(number: usize, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut bytes = tiny::trace();
    let frame = tiny::frames(&bytes)[number].clone();
    change(&mut bytes[frame.clone()]);
    tiny::seal(&mut bytes[frame]);
    bytes
}

#[test]
fn a_histogram_that_is_not_the_one_of_its_segment_is_found() {
    let prefix = FRAME_HEAD_BYTES;
    let (tally, segment) = (5, 6);
    // Another stream: the index believes neither.
    let bytes = forged(tally, |frame| frame[prefix] ^= 1);
    let trace = Trace::from_bytes(bytes.clone()).unwrap();
    assert!(matches!(trace.read_counts(2), Err(TraceError::Corrupt { segments: 2, .. })));
    let footer = tiny::frames(&bytes).pop().unwrap();
    let killed = Trace::from_bytes(bytes[..footer.start].to_vec()).unwrap();
    let what = "the histogram of a segment stands before something else";
    let offset = tiny::frames(&bytes)[tally].start;
    assert_eq!(*killed.ending(), corrupt(offset, what));
    assert_eq!(killed.segments().len(), 2);
    // Other counts, with the same sum: only who reads both can know.
    let bytes = forged(segment, |frame| frame[prefix + 28] = 1);
    let trace = Trace::from_bytes(bytes).unwrap();
    assert_eq!(trace.read_counts(2).unwrap(), Some(tiny::tally()));
    let error = trace.verify().unwrap_err().to_string();
    assert!(error.contains("its histogram counts other events"), "{error}");
    // Counts with another sum.
    let bytes = forged(tally, |frame| *frame.last_mut().unwrap() = 3);
    let error = Trace::from_bytes(bytes).unwrap().read_counts(2).unwrap_err().to_string();
    assert!(error.contains("counts 6 events where the segment has 5"), "{error}");
}

#[test]
fn a_histogram_before_no_segment_is_refused() {
    let bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    let mut forged = bytes[..frames[6].start].to_vec();
    let mut note = bytes[frames[2].clone()].to_vec();
    note[4] = 6;
    tiny::seal(&mut note);
    forged.extend_from_slice(&note);
    let what = "the histogram of a segment stands before something else";
    assert_eq!(ending(&forged), (corrupt(frames[5].start, what), 2));
}

#[test]
fn an_unkept_segment_that_holds_something_is_refused() {
    let bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    let mut forged = bytes[..frames[7].start].to_vec();
    let mut unkept = bytes[frames[7].clone()].to_vec();
    unkept.extend_from_slice(&[1; 4]);
    unkept[8..12].copy_from_slice(&32u32.to_le_bytes());
    unkept[12..16].copy_from_slice(&4u32.to_le_bytes());
    tiny::seal(&mut unkept);
    forged.extend_from_slice(&unkept);
    let what = "an unkept segment holds something";
    assert_eq!(ending(&forged), (corrupt(frames[7].start, what), 3));
}

#[test]
fn an_impossible_share_of_segments_is_refused() {
    for share in [0, (1 << 32) + 1, u64::MAX] {
        let header = Header { sample: Some(Sample { share, seed: 0 }), ..tiny::header() };
        let bytes = TraceWriter::create(Vec::new(), &header).unwrap().finish().unwrap();
        let error = open_error(&bytes).to_string();
        assert!(error.contains("the share of the segments"), "{error}");
    }
}

#[test]
fn a_segment_with_another_number_of_events_is_found() {
    let info = SegmentInfo { events: 4, ..tiny::INFO };
    let mut writer = TraceWriter::create(Vec::new(), &tiny::header()).unwrap();
    writer.write_segment(&info, &tiny::bytes_of(tiny::WORDS)).unwrap();
    let error = Trace::from_bytes(writer.finish().unwrap()).unwrap().verify().unwrap_err();
    assert!(error.to_string().contains("5 events where the segment has 4"), "{error}");

    // The number of events of the histogram.
    let (bytes, _) = with_frame(3, |frame| frame[FRAME_HEAD_BYTES + 20] -= 1);
    let error = Trace::from_bytes(bytes).unwrap().read_segment(1).unwrap_err();
    let expected = "the histogram counts 604 events where the segment has 603";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn events_that_the_plan_does_not_have_are_found() {
    let verify = |histogram: &Histogram| {
        let info = SegmentInfo { events: histogram.events(), ..tiny::INFO };
        let mut writer = TraceWriter::create(Vec::new(), &tiny::header()).unwrap();
        writer.write_histogram(&info, histogram).unwrap();
        let trace = Trace::from_bytes(writer.finish().unwrap()).unwrap();
        trace.verify().unwrap_err().to_string()
    };
    let one = |id, payload: &[u32]| {
        let entry = HistogramEntry { event: Event { id, payload: payload.into() }, count: 1 };
        Histogram::from_entries(vec![entry]).unwrap()
    };
    assert!(verify(&one(4, &[])).contains("the plan has no event 4"));
    assert!(verify(&one(2, &[1])).contains("the plan has no event 2 with 1 payload words"));
    assert!(verify(&one(3, &[1, 0])).contains("the plan has no event 3 with 2 payload words"));
    assert!(verify(&one(3, &[])).contains("the plan has no event 3 with 0 payload words"));

    let mut writer = TraceWriter::create(Vec::new(), &tiny::header()).unwrap();
    let info = SegmentInfo { events: 2, ..tiny::INFO };
    writer.write_segment(&info, &tiny::bytes_of(&[0, 4])).unwrap();
    let error = Trace::from_bytes(writer.finish().unwrap()).unwrap().verify().unwrap_err();
    assert!(error.to_string().contains("word 1: the plan has no event 4"), "{error}");
}

#[test]
fn a_damaged_version_is_not_taken_for_a_newer_one() {
    let mut bytes = tiny::trace();
    bytes[8] ^= 4;
    let Err(TraceError::Corrupt { offset: 0, what, .. }) = Trace::from_bytes(bytes) else {
        panic!("the head is damaged");
    };
    assert_eq!(what, "the checksum of the file's head does not match");
}

/// Asks a plan that was read all that it answers.
fn exhaust_plan(plan: &Plan) {
    let (map, layout) = (plan.event_map(), plan.layout());
    for id in 0..plan.events().min(100) {
        assert!(map.resolve(id).is_some() && layout.payload_words(id).is_some());
    }
    for function in &plan.functions {
        for block in 0..function.blocks.len() as u32 {
            let _ = (function.steps(block), function.ends_path(block));
            let _ = function.inner_targets(block).count();
            for target in function.cut_targets(block) {
                assert!(function.blocks[target as usize].region.is_some());
            }
        }
    }
}

/// Reads all that can be read, to find panics and endless loops.
fn exhaust(bytes: Vec<u8>) {
    let Ok(trace) = Trace::from_bytes(bytes) else {
        return;
    };
    let _ = trace.verify();
    exhaust_plan(&trace.header().plan);
    for number in 0..trace.segments().len() {
        let _ = trace.read_segment(number);
    }
    let _ = (trace.events(), trace.dropped_events());
}

#[test]
fn hostile_frames_with_right_checksums_do_no_harm() {
    for bytes in [tiny::trace(), tiny::mixed_trace()] {
        for frame in tiny::frames(&bytes) {
            for position in frame.clone() {
                for value in [0, 1, 2, 5, 16, 17, 0x7f, 0x80, 250, 251, 252, 253, 254, 255] {
                    let mut hostile = bytes.clone();
                    hostile[position] = value;
                    tiny::seal(&mut hostile[frame.clone()]);
                    exhaust(hostile);
                }
            }
        }
    }
}

/// The header of the mixed trace is compressed: this changes its plan itself.
#[test]
fn hostile_plans_do_no_harm() {
    let plan = codec::encode(&tiny::mixed_plan());
    let mut accepted = 0;
    for position in 0..plan.len() {
        for value in (0..20).chain([0x7f, 0x80, 250, 251, 255]) {
            let mut hostile = plan.clone();
            hostile[position] = value;
            let Ok(hostile) = codec::decode::<Plan>(&hostile) else { continue };
            if plan_check::check(&hostile).is_ok() {
                exhaust_plan(&hostile);
                accepted += 1;
            }
        }
    }
    assert!(accepted > plan.len());
}

#[test]
fn hostile_bytes_in_pairs_do_no_harm() {
    let bytes = tiny::trace();
    let frames = tiny::frames(&bytes);
    let mut seed = 0x2545_f491u32;
    let mut random = |limit: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as usize % limit
    };
    for _ in 0..20_000 {
        let frame = frames[random(frames.len())].clone();
        let mut hostile = bytes.clone();
        for _ in 0..2 + random(3) {
            hostile[frame.start + random(frame.len())] = random(256) as u8;
        }
        tiny::seal(&mut hostile[frame]);
        exhaust(hostile);
    }
}

#[test]
fn more_events_than_64_bits_can_count_are_refused() {
    let mut writer = TraceWriter::create(Vec::new(), &tiny::header()).unwrap();
    writer.write_drop(0, u64::MAX, 0).unwrap();
    writer.write_drop(0, 1, 0).unwrap();
    let closed = writer.finish().unwrap();
    let footer = tiny::frames(&closed).pop().unwrap();
    for bytes in [&closed[..], &closed[..footer.start]] {
        let error = open_error(bytes);
        assert!(error.to_string().contains("more events than 64 bits can count"), "{error}");
    }
}

#[test]
fn a_trailer_alone_is_no_trace() {
    let bytes = tiny::trace();
    let head = &bytes[..FILE_HEAD_BYTES];
    let trailer = &bytes[bytes.len() - TRAILER_BYTES..];
    let error = open_error(&[head, trailer].concat());
    assert!(matches!(error, TraceError::Truncated { offset: 16, segments: 0 }), "{error}");
}
