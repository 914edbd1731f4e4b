//! What is written to a trace is what is read from it.

mod tiny;

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::rc::Rc;

use formats::events::{EventError, Events};
use formats::limits::{
    CHAPTER_NOTE_BYTES, MAX_CHAPTER_FRAMES, MAX_MESSAGE_BYTES, MAX_SEGMENT_BYTES,
};
use formats::plan::{MAX_EVENT_WORDS, MAX_PAYLOAD_WORDS};
use formats::trace::{
    Ending, EventCounter, FILE_HEAD_BYTES, Header, Histogram, HistogramError, Kept, Outcome,
    Sample, SegmentData, SegmentInfo, Trace, TraceError, TraceWriter, WriteError,
};

fn temporary(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Words that compress badly, from a fixed xorshift sequence; all of them event 0 to 2.
fn random_words(count: usize, mut seed: u32) -> Vec<u32> {
    std::iter::repeat_with(|| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed % 3
    })
    .take(count)
    .collect()
}

fn info(stream: u32, start_ns: u64, events: usize) -> SegmentInfo {
    SegmentInfo { stream, start_ns, end_ns: start_ns + 10, events: events as u64 }
}

#[test]
fn everything_comes_back() {
    let bytes = tiny::trace();
    let trace = Trace::from_bytes(bytes.clone()).unwrap();
    assert!(trace.is_complete());
    trace.require_complete().unwrap();
    trace.verify().unwrap();
    assert_eq!(trace.bytes(), bytes.len() as u64);
    assert_eq!(*trace.header(), tiny::header());

    let [segment, counts, counted, unkept] = trace.segments() else { panic!("four segments") };
    assert_eq!((segment.info, segment.kept), (tiny::INFO, Kept::Events));
    assert_eq!((counts.info, counts.kept), (tiny::COUNTS_INFO, Kept::Counts));
    assert_eq!(trace.read_segment(0).unwrap(), SegmentData::Events(tiny::WORDS.to_vec()));
    assert_eq!(trace.read_segment(1).unwrap(), SegmentData::Counts(tiny::histogram()));
    assert_eq!((counted.info, counted.kept), (tiny::COUNTED_INFO, Kept::Events));
    assert_eq!(trace.read_segment(2).unwrap(), SegmentData::Events(tiny::WORDS.to_vec()));
    assert_eq!(trace.read_counts(0).unwrap(), None);
    assert_eq!(trace.read_counts(1).unwrap(), Some(tiny::histogram()));
    assert_eq!(trace.read_counts(2).unwrap(), Some(tiny::tally()));
    assert_eq!((unkept.info, unkept.kept), (tiny::UNKEPT_INFO, Kept::Nothing));
    assert_eq!(trace.read_segment(3).unwrap(), SegmentData::Nothing);
    assert_eq!(trace.read_counts(3).unwrap(), None);
    assert_eq!(trace.events(), 5 + 604 + 5 + 17);

    let [dropped] = trace.drops() else { panic!("one drop note") };
    assert_eq!((dropped.stream, dropped.events, dropped.bytes), (0, 7, 28));
    assert_eq!(dropped.segments_before, 1);
    assert_eq!(trace.dropped_events(), 7);

    let [ended] = trace.outcomes() else { panic!("one outcome") };
    assert_eq!((ended.stream, ended.segments_before), (0, 2));
    assert_eq!(ended.outcome, tiny::outcome());
}

#[test]
fn the_header_tells_which_segments_are_kept() {
    let sample = Sample::of_rate(0.25, 99);
    let header = Header { sample, ..tiny::header() };
    let bytes = TraceWriter::create(Vec::new(), &header).unwrap().finish().unwrap();
    assert_eq!(Trace::from_bytes(bytes).unwrap().header().sample, sample);
}

#[test]
fn payloads_of_every_width_come_back() {
    let trace = Trace::from_bytes(tiny::mixed_trace()).unwrap();
    trace.verify().unwrap();
    assert_eq!(trace.header().plan, tiny::mixed_plan());
    let events = tiny::mixed_events();
    assert_eq!(events.last().unwrap().payload.len(), MAX_PAYLOAD_WORDS);

    let SegmentData::Events(words) = trace.read_segment(0).unwrap() else { panic!("events") };
    assert_eq!(words, tiny::words_of(&events));
    let read = Events::new(&words, trace.header().plan.layout());
    let read: Vec<_> = read.map(|event| event.unwrap().to_event()).collect();
    assert_eq!(read, events);

    let SegmentData::Counts(histogram) = trace.read_segment(1).unwrap() else { panic!("counts") };
    let counted: Vec<_> = histogram.entries().iter().map(|entry| entry.event.clone()).collect();
    assert_eq!(counted, events);
    assert_eq!(Histogram::decode(&histogram.encode()), Ok(histogram));
}

#[test]
fn events_with_large_payloads_are_counted_by_their_words() {
    let layout = tiny::mixed_plan().layout();
    let event = tiny::mixed_events().pop().unwrap();
    let mut other = event.clone();
    other.payload[MAX_PAYLOAD_WORDS - 1] ^= 1;
    let mut counter = EventCounter::new(layout);
    let words = tiny::words_of(&[event.clone(), other.clone(), event.clone()]);
    assert_eq!(counter.count(&words), Ok(3));
    let mut expected = vec![(event, 2), (other, 1)];
    expected.sort_unstable();
    let histogram = counter.take();
    let entries = histogram.entries().iter();
    let counted: Vec<_> = entries.map(|entry| (entry.event.clone(), entry.count)).collect();
    assert_eq!(counted, expected);
    // Without its last word it is cut short.
    let error = counter.count(&words[..words.len() - 1]).unwrap_err();
    assert_eq!(error, EventError::CutShort { word: 2 * (1 + MAX_PAYLOAD_WORDS), id: 14 });
}

#[test]
fn a_histogram_has_no_payload_beyond_the_limit() {
    let encoded = |words: usize| [vec![0, words as u8], vec![1; words], vec![1]].concat();
    let histogram = Histogram::decode(&encoded(MAX_EVENT_WORDS)).unwrap();
    assert_eq!(histogram.entries()[0].event.payload.len(), MAX_EVENT_WORDS);
    assert_eq!(histogram.encode(), encoded(MAX_EVENT_WORDS));
    let beyond = Histogram::decode(&encoded(MAX_EVENT_WORDS + 1));
    assert_eq!(beyond, Err(HistogramError::BadEntry { entry: 0 }));
    // A length that is there only in words.
    let claimed = Histogram::decode(&[0, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 1]);
    assert_eq!(claimed, Err(HistogramError::BadEntry { entry: 0 }));
}

#[test]
fn an_empty_trace_is_complete() {
    let trace = Trace::from_bytes(tiny::empty_trace()).unwrap();
    trace.verify().unwrap();
    assert!(trace.is_complete());
    assert!(trace.segments().is_empty() && trace.outcomes().is_empty() && trace.drops().is_empty());
    assert_eq!(trace.events(), 0);
}

#[test]
fn an_empty_segment_and_an_empty_histogram_come_back() {
    let mut writer = TraceWriter::create(Vec::new(), &tiny::header()).unwrap();
    writer.write_segment(&info(0, 0, 0), &[]).unwrap();
    writer.write_histogram(&info(0, 10, 0), &Histogram::default()).unwrap();
    let trace = Trace::from_bytes(writer.finish().unwrap()).unwrap();
    trace.verify().unwrap();
    assert_eq!(trace.read_segment(0).unwrap(), SegmentData::Events(vec![]));
    assert_eq!(trace.read_segment(1).unwrap(), SegmentData::Counts(Histogram::default()));
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    assert_eq!(tiny::trace(), tiny::trace());
}

#[test]
fn segments_that_do_and_do_not_compress_come_back_from_a_file() {
    let path = temporary("segments.bin");
    let mut writer = TraceWriter::create(File::create(&path).unwrap(), &tiny::header()).unwrap();
    let segments = [vec![1; 100_000], random_words(100_000, 7), vec![2], random_words(3, 9)];
    for (number, words) in segments.iter().enumerate() {
        let before = writer.bytes();
        let segment_info = info(0, number as u64, words.len());
        let stored = writer.write_segment(&segment_info, &tiny::bytes_of(words)).unwrap();
        assert_eq!(writer.bytes() - before, stored);
    }
    writer.finish().unwrap();
    let trace = Trace::open(&path).unwrap();
    trace.verify().unwrap();
    assert!(trace.segments()[0].stored_bytes < 1000);
    for (number, words) in segments.iter().enumerate() {
        assert_eq!(trace.read_segment(number).unwrap(), SegmentData::Events(words.clone()));
    }
}

#[test]
fn a_segment_of_words_that_cannot_shrink_is_stored_as_it_is() {
    let words: Vec<u32> = (0u32..64).map(|word| word.wrapping_mul(0x9e37_79b9)).collect();
    let mut writer = TraceWriter::create(Vec::new(), &tiny::header()).unwrap();
    writer.write_segment(&info(0, 0, 1), &tiny::bytes_of(&words)).unwrap();
    let trace = Trace::from_bytes(writer.finish().unwrap()).unwrap();
    assert_eq!(trace.segments()[0].stored_bytes, trace.segments()[0].raw_bytes + 28);
    assert_eq!(trace.read_segment(0).unwrap(), SegmentData::Events(words));
}

#[test]
fn a_module_that_would_shrink_too_much_is_stored_as_it_is() {
    let module = vec![0; 1 << 20];
    let header = Header { module, ..tiny::header() };
    let bytes = TraceWriter::create(Vec::new(), &header).unwrap().finish().unwrap();
    assert!(bytes.len() > 1 << 20);
    assert_eq!(*Trace::from_bytes(bytes).unwrap().header(), header);

    let module = (0..1u32 << 18).flat_map(|word| (word / 64).to_le_bytes()).collect();
    let header = Header { module, ..tiny::header() };
    let bytes = TraceWriter::create(Vec::new(), &header).unwrap().finish().unwrap();
    assert!(bytes.len() < 1 << 19);
    assert_eq!(*Trace::from_bytes(bytes).unwrap().header(), header);
}

#[test]
fn several_threads_read_one_trace() {
    let path = temporary("threads.bin");
    let mut writer = TraceWriter::create(File::create(&path).unwrap(), &tiny::header()).unwrap();
    let segments: Vec<_> = (1..50).map(|seed| random_words(1000, seed)).collect();
    for (number, words) in segments.iter().enumerate() {
        writer.write_segment(&info(0, number as u64, 1000), &tiny::bytes_of(words)).unwrap();
    }
    writer.finish().unwrap();
    let trace = Trace::open(&path).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (number, words) in segments.iter().enumerate() {
                    let expected = SegmentData::Events(words.clone());
                    assert_eq!(trace.read_segment(number).unwrap(), expected);
                }
            });
        }
    });
}

#[test]
fn a_growing_file_is_read_while_it_grows() {
    let path = temporary("growing.bin");
    let mut writer = TraceWriter::create(File::create(&path).unwrap(), &tiny::header()).unwrap();
    let mut trace = Trace::open(&path).unwrap();
    assert_eq!(*trace.ending(), Ending::Truncated { offset: writer.bytes() });
    for number in 0..5 {
        writer.write_segment(&tiny::INFO, &tiny::bytes_of(tiny::WORDS)).unwrap();
        assert_eq!(trace.refresh().unwrap(), 1);
        assert_eq!(trace.refresh().unwrap(), 0);
        assert!(!trace.is_complete());
        let read = trace.read_segment(number).unwrap();
        assert_eq!(read, SegmentData::Events(tiny::WORDS.to_vec()));
    }
    writer.write_outcome(0, &tiny::outcome()).unwrap();
    writer.finish().unwrap();
    assert_eq!(trace.refresh().unwrap(), 0);
    assert!(trace.is_complete());
    assert_eq!(trace.outcomes().len(), 1);
    assert_eq!(trace.segments(), Trace::open(&path).unwrap().segments());
}

#[test]
fn a_growing_file_may_end_within_a_frame() {
    let bytes = tiny::trace();
    let path = temporary("within.bin");
    let frames = tiny::frames(&bytes);
    std::fs::write(&path, &bytes[..frames[1].end - 1]).unwrap();
    let mut trace = Trace::open(&path).unwrap();
    assert_eq!(*trace.ending(), Ending::Truncated { offset: frames[1].start as u64 });
    assert!(trace.segments().is_empty());
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(trace.refresh().unwrap(), 4);
    trace.verify().unwrap();
}

/// A trace of several chapters, with notes between its segments.
fn long_trace() -> Vec<u8> {
    let mut writer = TraceWriter::create(Vec::new(), &tiny::header()).unwrap();
    let mut now = 0;
    for (number, gap) in random_words(3 * MAX_CHAPTER_FRAMES, 5).into_iter().enumerate() {
        let start_ns = now + u64::from(gap);
        let times =
            SegmentInfo { stream: number as u32 % 3, start_ns, end_ns: start_ns + 7, ..tiny::INFO };
        match number % 5 {
            0 => writer.write_segment(&times, &tiny::bytes_of(tiny::WORDS)).unwrap(),
            1 => writer.write_unkept(&SegmentInfo { events: u64::from(gap), ..times }).unwrap(),
            _ => writer
                .write_counted_segment(&times, &tiny::tally(), &tiny::bytes_of(tiny::WORDS))
                .unwrap(),
        };
        // The clocks of streams may overlap.
        now = start_ns + u64::from(gap) * 5;
        match number % 97 {
            3 => writer.write_drop(gap, gap.into(), 4).unwrap(),
            4 => writer.write_outcome(gap, &tiny::outcome()).unwrap(),
            _ => {}
        }
    }
    writer.finish().unwrap()
}

#[test]
fn chapters_follow_one_another() {
    let bytes = long_trace();
    let frames = tiny::frames(&bytes);
    let indices: Vec<_> = frames.iter().filter(|frame| bytes[frame.start] == b'I').collect();
    assert_eq!(indices.len(), 4);
    let trace = Trace::from_bytes(bytes.clone()).unwrap();
    trace.verify().unwrap();
    assert!(trace.is_complete());
    assert_eq!(trace.segments().len(), 3 * MAX_CHAPTER_FRAMES);
    // Each cut shows what walking the frames up to there does.
    let footer = frames.last().unwrap();
    for cut in [footer.start, indices[3].start, indices[2].end, indices[1].end - 1] {
        let killed = Trace::from_bytes(bytes[..cut].to_vec()).unwrap();
        assert!(matches!(killed.ending(), Ending::Truncated { .. }));
        assert!(trace.segments().starts_with(killed.segments()));
        assert!(trace.outcomes().starts_with(killed.outcomes()));
        assert!(trace.drops().starts_with(killed.drops()));
        assert!(killed.segments().len() >= 2 * MAX_CHAPTER_FRAMES * 97 / 100 - 2);
        if cut >= indices[3].start {
            assert_eq!(killed.segments(), trace.segments());
            assert_eq!(killed.outcomes(), trace.outcomes());
            assert_eq!(killed.drops(), trace.drops());
        }
    }
    for number in (0..trace.segments().len()).step_by(997) {
        trace.read_segment(number).unwrap();
    }
}

#[test]
fn chapters_that_grow_are_walked_once() {
    let bytes = long_trace();
    let path = temporary("chapters.bin");
    let mut file = File::create(&path).unwrap();
    let mut trace = None;
    for piece in bytes.chunks(bytes.len() / 7 + 1) {
        file.write_all(piece).unwrap();
        let trace = trace.get_or_insert_with(|| Trace::open(&path).unwrap());
        trace.refresh().unwrap();
    }
    let (grown, whole) = (trace.unwrap(), Trace::from_bytes(bytes).unwrap());
    assert!(grown.is_complete());
    assert_eq!(grown.segments(), whole.segments());
    assert_eq!(grown.outcomes(), whole.outcomes());
    assert_eq!(grown.drops(), whole.drops());
}

#[test]
fn long_notes_close_a_chapter() {
    let message = Some("x".repeat(MAX_MESSAGE_BYTES));
    let outcome = Outcome { message, ..tiny::outcome() };
    let mut writer = TraceWriter::create(Vec::new(), &tiny::header()).unwrap();
    let notes = 40;
    for stream in 0..notes {
        writer.write_outcome(stream, &outcome).unwrap();
    }
    let bytes = writer.finish().unwrap();
    let frames = tiny::frames(&bytes);
    let indices = frames.iter().filter(|frame| bytes[frame.start] == b'I').count();
    assert_eq!(indices, notes as usize * MAX_MESSAGE_BYTES / CHAPTER_NOTE_BYTES + 1);
    let trace = Trace::from_bytes(bytes).unwrap();
    assert!(trace.is_complete());
    assert_eq!(trace.outcomes().len(), notes as usize);
}

#[test]
fn a_trace_without_footer_gives_the_same_index() {
    let bytes = tiny::trace();
    let complete = Trace::from_bytes(bytes.clone()).unwrap();
    let footer = tiny::frames(&bytes).pop().unwrap();
    let killed = Trace::from_bytes(bytes[..footer.start].to_vec()).unwrap();
    assert_eq!(killed.segments(), complete.segments());
    assert_eq!(killed.outcomes(), complete.outcomes());
    assert_eq!(killed.drops(), complete.drops());
    let error = killed.require_complete().unwrap_err();
    let offset = footer.start as u64;
    assert!(matches!(error, TraceError::Truncated { offset: at, segments: 4 } if at == offset));
}

/// An output that keeps the lengths of all writes, and fails once it is full.
#[derive(Clone)]
struct Disk {
    writes: Rc<RefCell<Vec<usize>>>,
    bytes: Rc<RefCell<Vec<u8>>>,
    capacity: usize,
}

impl Disk {
    fn new(capacity: usize) -> Disk {
        Disk { writes: Rc::default(), bytes: Rc::default(), capacity }
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.capacity - self.bytes.borrow().len();
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let written = room.min(bytes.len());
        self.writes.borrow_mut().push(written);
        self.bytes.borrow_mut().extend_from_slice(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn every_frame_is_one_write() {
    let disk = Disk::new(1 << 20);
    let mut writer = TraceWriter::create(disk.clone(), &tiny::header()).unwrap();
    writer.write_segment(&tiny::INFO, &tiny::bytes_of(tiny::WORDS)).unwrap();
    writer.write_outcome(0, &tiny::outcome()).unwrap();
    writer.finish().unwrap();
    let frames = tiny::frames(&disk.bytes.borrow());
    let mut expected: Vec<_> = frames.iter().map(|frame| frame.len()).collect();
    expected[0] += FILE_HEAD_BYTES;
    *expected.last_mut().unwrap() += formats::trace::TRAILER_BYTES;
    assert_eq!(*disk.writes.borrow(), expected);
}

#[test]
fn a_full_disk_is_an_error_and_leaves_a_readable_trace() {
    let words = tiny::bytes_of(tiny::WORDS);
    let whole = tiny::frames(&tiny::trace());
    let disk = Disk::new(whole[1].end + 10);
    let mut writer = TraceWriter::create(disk.clone(), &tiny::header()).unwrap();
    writer.write_segment(&tiny::INFO, &words).unwrap();
    let error = writer.write_segment(&tiny::INFO, &words).unwrap_err();
    assert!(matches!(error, WriteError::Io(error) if error.kind() == io::ErrorKind::StorageFull));
    let error = writer.write_segment(&tiny::INFO, &words).unwrap_err();
    assert!(matches!(error, WriteError::Poisoned));
    assert!(matches!(writer.finish(), Err(WriteError::Poisoned)));

    let trace = Trace::from_bytes(disk.bytes.borrow().clone()).unwrap();
    assert_eq!(*trace.ending(), Ending::Truncated { offset: whole[1].end as u64 });
    assert_eq!(trace.read_segment(0).unwrap(), SegmentData::Events(tiny::WORDS.to_vec()));
}

#[test]
fn the_writer_refuses_what_readers_would_and_goes_on() {
    let mut writer = TraceWriter::create(Vec::new(), &tiny::header()).unwrap();
    let words = tiny::bytes_of(tiny::WORDS);
    let refused = |result: Result<u64, WriteError>| match result {
        Err(WriteError::InvalidSegment(reason)) => reason,
        other => panic!("{other:?}"),
    };
    let backwards = SegmentInfo { start_ns: 2, end_ns: 1, ..tiny::INFO };
    assert_eq!(refused(writer.write_segment(&backwards, &words)), "it ends before it starts");
    let odd = refused(writer.write_segment(&tiny::INFO, &words[1..]));
    assert_eq!(odd, "its length is no whole number of words");
    let many = SegmentInfo { events: 8, ..tiny::INFO };
    assert_eq!(refused(writer.write_segment(&many, &words)), "it has more events than words");
    let other = refused(writer.write_histogram(&tiny::INFO, &tiny::histogram()));
    assert_eq!(other, "its histogram counts other events");
    let large = vec![0; MAX_SEGMENT_BYTES + 4];
    let result = writer.write_segment(&tiny::INFO, &large);
    assert!(matches!(result, Err(WriteError::TooLarge { what: "segment", .. })));

    writer.write_segment(&tiny::INFO, &words).unwrap();
    let trace = Trace::from_bytes(writer.finish().unwrap()).unwrap();
    trace.verify().unwrap();
    assert_eq!(trace.segments().len(), 1);
}

#[test]
fn a_very_long_message_is_shortened() {
    let message = "é".repeat(MAX_MESSAGE_BYTES);
    let outcome = Outcome { message: Some(message.clone()), ..Outcome::default() };
    let mut writer = TraceWriter::create(Vec::new(), &tiny::header()).unwrap();
    writer.write_outcome(3, &outcome).unwrap();
    let trace = Trace::from_bytes(writer.finish().unwrap()).unwrap();
    trace.verify().unwrap();
    let shortened = trace.outcomes()[0].outcome.message.as_deref().unwrap();
    assert_eq!(shortened.len(), MAX_MESSAGE_BYTES);
    assert!(message.starts_with(shortened));
}

#[test]
fn a_plan_that_contradicts_itself_is_not_written() {
    let mut header = tiny::header();
    header.plan.widths[0] += 1;
    let result = TraceWriter::create(Vec::new(), &header);
    assert!(matches!(result, Err(WriteError::InvalidPlan(_))));
}

#[test]
fn a_trace_is_read_from_regular_files_only() {
    let Err(TraceError::Io { source, .. }) = Trace::open(env!("CARGO_TARGET_TMPDIR")) else {
        panic!("a directory is no trace");
    };
    assert_eq!(source.kind(), io::ErrorKind::InvalidInput);
    let Err(TraceError::Io { source, .. }) = Trace::open(temporary("missing.bin")) else {
        panic!("there is no such file");
    };
    assert_eq!(source.kind(), io::ErrorKind::NotFound);
}
