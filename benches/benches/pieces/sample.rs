//! What the benches work on: the trace of a program that is in this repository, with some 400,000
//! events of all kinds.

use formats::trace::{Detail, Header, SegmentData, SegmentInfo, Trace};
use recorder::{Recorder, SharedBytes};
use wasmtime_wasi::p2::pipe::SinkOutputStream;

/// A compiled C program.
pub(crate) const PROGRAM: &[u8] = include_bytes!("../../../examples/mandelbrot.wasm");

/// A recorded program.
pub(crate) struct Sample {
    pub(crate) trace: Trace,
    pub(crate) segments: Vec<Segment>,
    pub(crate) events: u64,
}

/// Events as they are handed over.
pub(crate) struct Segment {
    pub(crate) info: SegmentInfo,
    /// As they lie in the ring.
    pub(crate) bytes: Vec<u8>,
    pub(crate) words: Vec<u32>,
}

impl Sample {
    /// Records the program.
    pub(crate) fn record() -> Sample {
        let trace = record(Detail::Full);
        let segments = (0..trace.segments().len()).map(|index| segment(&trace, index)).collect();
        Sample { events: trace.events(), segments, trace }
    }

    /// The trace's header.
    pub(crate) fn header(&self) -> &Header {
        self.trace.header()
    }

    /// Bytes of all segments in the ring.
    pub(crate) fn ring_bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes.len() as u64).sum()
    }
}

/// The program's trace.
pub(crate) fn record(detail: Detail) -> Trace {
    let output = SharedBytes::default();
    let recorder = Recorder::builder().module(PROGRAM).program("mandelbrot").detail(detail);
    let recorder = recorder.wasi(|context| {
        context.stdout(SinkOutputStream).stderr(SinkOutputStream);
    });
    recorder.build().unwrap().run(output.clone()).unwrap();
    Trace::from_bytes(output.take()).unwrap()
}

fn segment(trace: &Trace, index: usize) -> Segment {
    let SegmentData::Events(words) = trace.read_segment(index).unwrap() else {
        panic!("the recording keeps its events");
    };
    let bytes = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    Segment { info: trace.segments()[index].info, bytes, words }
}
