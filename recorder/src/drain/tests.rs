//! The drain without an engine: taps filled by hand, outputs that block and fail.

use std::io::{self, Write};
use std::sync::LazyLock;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use formats::plan::EventLayout;
use formats::trace::{
    Detail, Ending, Header, Kept, Outcome, OutcomeKind, Sample, SegmentData, Trace,
};

use super::{DrainOptions, DrainReport, Overflow, Recording, SharedBytes};
use crate::limits::{CLOSING_BYTES, DEFAULT_RING_BYTES, MAX_NAPS, NAP, pool_buffers};
use crate::{Error, Instrumented, Slices, outcome};

/// A header whose plan has path events and one site with a payload word, the last event.
fn header(detail: Detail) -> Header {
    let module = wat::parse_str(
        "(module (memory 1) (func (param i32)
           (loop (br_if 0 (local.get 0)))
           (memory.fill (i32.const 0) (i32.const 0) (local.get 0))))",
    )
    .expect("valid text");
    let instrumented = Instrumented::new(module, Slices::Min, 1).expect("a valid module");
    let plan = instrumented.plan;
    assert!(plan.widths[0] >= 2 && plan.widths[1..] == [1], "{plan:?}");
    Header { detail, plan, ..Header::default() }
}

/// The events in `words`, as they lie in the ring: with ids of two bytes.
fn ring(words: &[u32]) -> Vec<u8> {
    static LAYOUT: LazyLock<EventLayout> = LazyLock::new(|| header(Detail::Full).plan.layout());
    formats::ring::from_words(words, *LAYOUT).expect("events of the plan")
}

fn returned() -> Outcome {
    outcome::returned()
}

fn start(options: DrainOptions) -> (Recording, SharedBytes) {
    let bytes = SharedBytes::default();
    let recording = Recording::start(bytes.clone(), &header(Detail::Full), options);
    (recording.expect("memory can be written to"), bytes)
}

/// Buffers of a recording with the default options.
const BUFFERS: usize = pool_buffers(DEFAULT_RING_BYTES);

#[test]
fn segments_and_outcomes_come_out_in_their_order() {
    let (recording, bytes) = start(DrainOptions::default());
    let (mut one, mut two) = (recording.tap(), recording.tap());
    one.segment(&ring(&[0, 1, 1]));
    one.segment(&[]);
    two.segment(&ring(&[1]));
    one.outcome(returned());
    one.segment(&ring(&[0]));
    let report = recording.finish().expect("memory can be written to");
    assert_eq!((report.events, report.segments, report.ring_bytes), (5, 3, 10));
    assert!(report.dropped.is_none());

    let bytes = bytes.take();
    assert_eq!(report.trace_bytes, bytes.len() as u64);
    let trace = Trace::from_bytes(bytes).expect("a trace");
    assert!(trace.is_complete());
    let segments: Vec<_> = (0..3).map(|index| trace.read_segment(index).unwrap()).collect();
    let expected = [vec![0, 1, 1], vec![1], vec![0]].map(SegmentData::Events);
    assert_eq!(segments, expected);
    let streams: Vec<u32> = trace.segments().iter().map(|segment| segment.info.stream).collect();
    assert_eq!(streams, [0, 1, 0]);
    assert_eq!(trace.outcomes().len(), 1);
    let times: Vec<_> = trace.segments().iter().map(|entry| entry.info).collect();
    assert!(times[0].start_ns <= times[0].end_ns && times[0].end_ns <= times[2].start_ns);
}

#[test]
fn counts_are_kept_instead_of_events_when_asked_for() {
    let bytes = SharedBytes::default();
    let header = header(Detail::Counts);
    let site = header.plan.layout().bare();
    let recording = Recording::start(bytes.clone(), &header, DrainOptions::default()).unwrap();
    recording.tap().segment(&ring(&[1, 0, 1, site, 500, 1, site, 500]));
    let report = recording.finish().unwrap();
    assert_eq!(report.events, 6);
    let trace = Trace::from_bytes(bytes.take()).unwrap();
    let SegmentData::Counts(histogram) = trace.read_segment(0).unwrap() else {
        panic!("ordered events in a trace of counts");
    };
    let counts: Vec<_> = histogram
        .entries()
        .iter()
        .map(|entry| (entry.event.id, entry.event.payload.to_vec(), entry.count))
        .collect();
    assert_eq!(counts, [(0, vec![], 1), (1, vec![], 3), (site, vec![500], 2)]);
}

#[test]
fn a_histogram_stands_beside_events_that_repeat() {
    let (recording, bytes) = start(DrainOptions::default());
    let mut tap = recording.tap();
    tap.segment(&ring(&[1; 20]));
    tap.segment(&ring(&[1, 0]));
    recording.finish().unwrap();
    let trace = Trace::from_bytes(bytes.take()).unwrap();
    trace.verify().unwrap();
    let counts = trace.read_counts(0).unwrap().expect("it repeats");
    assert_eq!((counts.entries().len(), counts.events()), (1, 20));
    assert_eq!(trace.read_counts(1).unwrap(), None);
}

#[test]
fn a_sample_keeps_its_share_and_counts_the_rest() {
    let sample = Sample::of_rate(0.3, 5).unwrap();
    for detail in [Detail::Full, Detail::Counts] {
        let header = Header { sample: Some(sample), ..header(detail) };
        let site = header.plan.layout().bare();
        let bytes = SharedBytes::default();
        let recording = Recording::start(bytes.clone(), &header, DrainOptions::default()).unwrap();
        let (mut one, mut two) = (recording.tap(), recording.tap());
        for _ in 0..40 {
            one.segment(&ring(&[1, 0, site, 700]));
            two.segment(&ring(&[site, 800, 1]));
        }
        one.outcome(returned());
        let report = recording.finish().unwrap();
        let trace = Trace::from_bytes(bytes.take()).unwrap();
        trace.verify().unwrap();
        assert_eq!((trace.events(), report.events), (40 * 5, 40 * 5));
        assert_eq!((report.segments, report.ring_bytes), (80, 40 * 18));
        let mut numbers = [0, 0];
        for entry in trace.segments() {
            let stream = entry.info.stream;
            let number = &mut numbers[stream as usize];
            assert_eq!(sample.keeps(stream, *number), entry.kept != Kept::Nothing);
            *number += 1;
        }
        let unkept = trace.segments().iter().filter(|entry| entry.kept == Kept::Nothing).count();
        assert_eq!(report.unkept_segments, unkept as u64);
        assert!((40..72).contains(&unkept), "{unkept}");
    }
}

/// An output that takes the header and then waits for permission before every write.
struct GatedOutput {
    bytes: SharedBytes,
    gate: Option<Receiver<()>>,
}

impl GatedOutput {
    fn start(overflow: Overflow) -> (Recording, SharedBytes, Sender<()>) {
        let bytes = SharedBytes::default();
        let (permit, gate) = mpsc::channel();
        // Enough for the header, whose parts are one write or a few.
        permit.send(()).unwrap();
        let output = GatedOutput { bytes: bytes.clone(), gate: Some(gate) };
        let options = DrainOptions { overflow, ..DrainOptions::default() };
        let recording = Recording::start(output, &header(Detail::Full), options).unwrap();
        (recording, bytes, permit)
    }
}

impl Write for GatedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Once the gate is gone, everything passes.
        if self.gate.as_ref().is_some_and(|gate| gate.recv().is_err()) {
            self.gate = None;
        }
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_blocked_guest_waits_and_loses_nothing() {
    let (recording, bytes, permit) = GatedOutput::start(Overflow::Block);
    let mut tap = recording.tap();
    let segments = 3 * BUFFERS as u32;
    let (progress, sent) = mpsc::channel();
    let guest = thread::spawn(move || {
        for _ in 0..segments {
            tap.segment(&ring(&[1, 0]));
            progress.send(()).expect("the test listens");
        }
    });
    for _ in 0..BUFFERS {
        sent.recv().expect("the pool takes this many without the writer");
    }
    assert!(sent.recv_timeout(std::time::Duration::from_millis(50)).is_err(), "must wait");
    drop(permit);
    guest.join().unwrap();
    let report = recording.finish().unwrap();
    assert_eq!(report.events, u64::from(2 * segments));
    assert!(report.dropped.is_none() && report.stalled.as_millis() >= 40, "{report:?}");
    assert_eq!(Trace::from_bytes(bytes.take()).unwrap().events(), report.events);
}

/// The writer naps, and then waits to be woken: after a pause it still takes what comes.
#[test]
fn a_writer_that_had_nothing_to_do_for_long_is_woken() {
    let (recording, bytes) = start(DrainOptions::default());
    let mut tap = recording.tap();
    tap.segment(&ring(&[1, 0]));
    // Sleeps take somewhat longer than asked for.
    thread::sleep(20 * MAX_NAPS * NAP);
    tap.segment(&ring(&[0]));
    tap.outcome(returned());
    assert_eq!(recording.finish().unwrap().events, 3);
    assert_eq!(Trace::from_bytes(bytes.take()).unwrap().segments().len(), 2);
}

#[test]
fn a_dropping_guest_goes_on_and_everything_is_accounted_for() {
    let (recording, bytes, permit) = GatedOutput::start(Overflow::Drop);
    let mut tap = recording.tap();
    let site = header(Detail::Full).plan.layout().bare();
    let segments = 3 * BUFFERS as u64;
    for _ in 0..segments {
        tap.segment(&ring(&[1, site, 9]));
    }
    tap.outcome(returned());
    drop(permit);
    let report = recording.finish().unwrap();
    assert_eq!(report.segments, BUFFERS as u64);
    assert_eq!(report.events + report.dropped.events, 2 * segments);
    // An id takes two bytes in the ring, and a word in a segment.
    assert_eq!(report.ring_bytes, 8 * report.segments);
    assert_eq!(report.dropped.bytes, 12 * (segments - report.segments));
    assert!(!report.limit_reached);
    let trace = Trace::from_bytes(bytes.take()).unwrap();
    assert_eq!(trace.dropped_events(), report.dropped.events);
    assert_eq!(trace.outcomes().len(), 1);
}

/// An output that has room for so many bytes, as a disk has.
struct SmallDisk {
    bytes: SharedBytes,
    room: usize,
}

impl Write for SmallDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.room);
        if taken == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.room -= taken;
        self.bytes.write(&bytes[..taken])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_lets_the_guest_finish_and_leaves_a_readable_prefix() {
    let header = header(Detail::Full);
    let (recording, bytes) = start(DrainOptions::default());
    recording.finish().unwrap();
    let room = bytes.take().len() + 500;
    let bytes = SharedBytes::default();
    let disk = SmallDisk { bytes: bytes.clone(), room };
    let recording = Recording::start(disk, &header, DrainOptions::default()).unwrap();
    let mut tap = recording.tap();
    let segments = 100;
    for _ in 0..segments {
        tap.segment(&ring(&[0, 1, 1]));
    }
    tap.outcome(returned());
    let failure = recording.finish().expect_err("the disk is too small");
    assert!(failure.to_string().contains("no storage space"), "{failure}");
    let report = &failure.report;
    assert!(report.segments > 0 && report.segments < segments, "{report:?}");
    assert_eq!(report.events + report.dropped.events, 3 * segments);
    let trace = Trace::from_bytes(bytes.take()).unwrap();
    assert!(matches!(trace.ending(), Ending::Truncated { .. }), "{:?}", trace.ending());
    assert_eq!(trace.events(), report.events);
    assert!(trace.outcomes().is_empty());
}

#[test]
fn an_output_without_room_for_the_header_is_refused_at_once() {
    let disk = SmallDisk { bytes: SharedBytes::default(), room: 10 };
    let result = Recording::start(disk, &header(Detail::Full), DrainOptions::default());
    assert!(matches!(result, Err(Error::Write(_))));
}

#[test]
fn a_trace_that_reached_its_limit_says_what_is_missing() {
    let (recording, bytes) = start(DrainOptions::default());
    recording.finish().unwrap();
    let limit = bytes.take().len() as u64 + CLOSING_BYTES + 1000;
    let options = DrainOptions { max_trace_bytes: Some(limit), ..DrainOptions::default() };
    let (recording, bytes) = start(options);
    let mut tap = recording.tap();
    let segments = 100;
    for _ in 0..segments {
        tap.segment(&ring(&[0, 1, 1, 1]));
    }
    tap.outcome(returned());
    let report = recording.finish().unwrap();
    assert!(report.limit_reached && report.segments > 0, "{report:?}");
    assert_eq!(report.events + report.dropped.events, 4 * segments);
    let trace = Trace::from_bytes(bytes.take()).unwrap();
    assert_eq!(trace.dropped_events(), report.dropped.events);
    assert_eq!(trace.outcomes().len(), 1, "the outcome is kept");
    assert!(trace.is_complete(), "closed properly");
    assert!(trace.bytes() <= limit, "{} of {limit} bytes", trace.bytes());
}

#[test]
fn a_limit_below_the_header_is_refused_before_anything_runs() {
    let options = DrainOptions { max_trace_bytes: Some(20), ..DrainOptions::default() };
    let result = Recording::start(SharedBytes::default(), &header(Detail::Full), options);
    assert!(matches!(result, Err(Error::TraceLimit { limit: 20, .. })));
}

#[test]
fn words_that_are_no_events_of_the_plan_fail_the_recording() {
    let (recording, bytes) = start(DrainOptions::default());
    let mut tap = recording.tap();
    tap.segment(&ring(&[1]));
    tap.segment(&[1, 0, 255, 255]);
    tap.segment(&ring(&[1]));
    let failure = recording.finish().expect_err("no such event");
    assert!(failure.to_string().contains("65535"), "{failure}");
    assert_eq!(Trace::from_bytes(bytes.take()).unwrap().events(), 1);
}

/// An output with a bug.
struct PanickingOutput {
    writes: u32,
}

impl Write for PanickingOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes += 1;
        assert!(self.writes == 1, "a bug of the output");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_panics_is_an_error_and_no_deadlock() {
    let output = PanickingOutput { writes: 0 };
    let header = header(Detail::Full);
    let recording = Recording::start(output, &header, DrainOptions::default()).unwrap();
    let mut tap = recording.tap();
    for _ in 0..10 * BUFFERS {
        tap.segment(&ring(&[1]));
    }
    let failure = recording.finish().expect_err("the output panics");
    assert!(failure.to_string().contains("panicked"), "{failure}");
}

#[test]
fn what_comes_after_the_end_is_discarded() {
    let (recording, bytes) =
        start(DrainOptions { overflow: Overflow::Block, ..Default::default() });
    let mut tap = recording.tap();
    let report = recording.finish().unwrap();
    for _ in 0..10 * BUFFERS {
        tap.segment(&ring(&[1]));
        tap.outcome(Outcome { kind: OutcomeKind::Trap, ..returned() });
    }
    assert_eq!(report.events, 0);
    assert_eq!(Trace::from_bytes(bytes.take()).unwrap().events(), 0);
}

/// What is flushed later is discarded, and whoever else waits for the end is told the same.
#[test]
fn a_trace_that_is_closed_under_its_guest_tells_what_it_holds() {
    let (recording, bytes) = start(DrainOptions::default());
    let mut tap = recording.tap();
    tap.segment(&ring(&[0, 1]));
    let closed = recording.closer(tap.stream()).close(Outcome::default()).expect("written");
    assert_eq!((closed.events, closed.segments), (2, 1));
    assert_eq!(closed.trace_bytes, bytes.take().len() as u64);
    tap.segment(&ring(&[0]));
    let ended = recording.finish().expect("written");
    assert_eq!(DrainReport { stalled: closed.stalled, ..ended }, closed);
}
