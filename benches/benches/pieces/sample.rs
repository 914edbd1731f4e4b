//! What the benches work on: traces of a program with events that repeat, as they mostly do, and of
//! one that tosses coins.

use formats::ring;
use formats::trace::{Detail, Header, SegmentData, SegmentInfo, Trace};
use recorder::{Recorder, SharedBytes};
use wasmtime_wasi::p2::pipe::SinkOutputStream;

/// A compiled C program with some 400,000 events.
pub(crate) const REGULAR: &[u8] = include_bytes!("../../../examples/mandelbrot.wasm");

/// Takes one of 16 ways through a function, as a linear congruential generator has it, for 400,000
/// events.
const IRREGULAR: &str = r#"(module
    (func $ways (param i32) (result i32) (local i32)
        (if (i32.and (local.get 0) (i32.const 0x10000000)) (then (local.set 1 (i32.const 1))))
        (if (i32.and (local.get 0) (i32.const 0x20000000)) (then (local.set 1 (i32.const 3))))
        (if (i32.and (local.get 0) (i32.const 0x40000000)) (then (local.set 1 (i32.const 5))))
        (if (i32.and (local.get 0) (i32.const 0x80000000)) (then (local.set 1 (i32.const 7))))
        (i32.add (i32.mul (local.get 0) (i32.const 1664525)) (i32.const 1013904223)))
    (func (export "_start") (local i32 i32)
        (loop
            (local.set 1 (call $ways (local.get 1)))
            (br_if 0 (i32.lt_u
                (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 133000))))))"#;

/// A recorded program.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) trace: Trace,
    pub(crate) segments: Vec<Segment>,
}

/// Events as they are handed over.
pub(crate) struct Segment {
    pub(crate) info: SegmentInfo,
    /// As they lie in the ring.
    pub(crate) ring: Vec<u8>,
    pub(crate) words: Vec<u32>,
}

impl Sample {
    /// Records both programs.
    pub(crate) fn all() -> [Sample; 2] {
        let irregular = wat::parse_str(IRREGULAR).unwrap();
        [Sample::new("regular", REGULAR), Sample::new("irregular", &irregular)]
    }

    fn new(name: &'static str, program: &[u8]) -> Sample {
        let trace = record(program, Detail::Full);
        let segments = (0..trace.segments().len()).map(|index| segment(&trace, index)).collect();
        Sample { name, trace, segments }
    }

    /// The trace's header.
    pub(crate) fn header(&self) -> &Header {
        self.trace.header()
    }

    /// Bytes of all segments in the ring.
    pub(crate) fn ring_bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.ring.len() as u64).sum()
    }
}

/// The program's trace.
pub(crate) fn record(program: &[u8], detail: Detail) -> Trace {
    let output = SharedBytes::default();
    let recorder = Recorder::builder().module(program).detail(detail).wasi(|context| {
        context.stdout(SinkOutputStream).stderr(SinkOutputStream);
    });
    recorder.build().unwrap().run(output.clone()).unwrap();
    Trace::from_bytes(output.take()).unwrap()
}

fn segment(trace: &Trace, index: usize) -> Segment {
    let SegmentData::Events(words) = trace.read_segment(index).unwrap() else {
        panic!("the recording keeps its events");
    };
    let ring = ring::from_words(&words, trace.header().plan.layout()).unwrap();
    Segment { info: trace.segments()[index].info, ring, words }
}
